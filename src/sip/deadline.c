#include "sip/deadline.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Let the descriptor wake at the first deadline. Waking for one since cancelled does no harm. */
static void arm(const struct deadlines *deadlines)
{
    const struct deadline *first = list_ledata(deadlines->sorted.head);
    struct itimerspec when = {0};

    if (!first || deadlines->descriptor < 0)
        return;
    /* absolute: one that has passed fires at once */
    when.it_value.tv_sec = (time_t)(first->due.ns / CLOCK_NS_PER_S);
    when.it_value.tv_nsec = (long)(first->due.ns % CLOCK_NS_PER_S);
    (void)timerfd_settime(deadlines->descriptor, TFD_TIMER_ABSTIME, &when, NULL);
}

static void wake(int flags, void *arg)
{
    struct deadlines *deadlines = arg;
    mono_time now = clock_mono_now();
    uint64_t expirations;
    struct deadline *first;

    (void)flags;
    if (read(deadlines->descriptor, &expirations, sizeof expirations) < 0 && errno == EAGAIN)
        return;
    while ((first = list_ledata(deadlines->sorted.head)) && first->due.ns <= now.ns) {
        void (*function)(void *) = first->function;
        void *function_arg = first->arg;
        deadline_cancel(first);
        function(function_arg);
    }
    arm(deadlines);
}

enum status deadlines_open(struct deadlines *deadlines, struct fault *fault)
{
    list_init(&deadlines->sorted);
    deadlines->descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (deadlines->descriptor < 0)
        return fault_set(fault, STATUS_IO, errno, "open the signalling thread's timer");
    int err = fd_listen(deadlines->descriptor, FD_READ, wake, deadlines);
    if (err) {
        deadlines_close(deadlines);
        return fault_set(fault, STATUS_IO, err, "watch the signalling thread's timer");
    }
    return STATUS_OK;
}

void deadlines_close(struct deadlines *deadlines)
{
    while (deadlines->sorted.head)
        deadline_cancel(list_ledata(deadlines->sorted.head));
    if (deadlines->descriptor < 0)
        return;
    fd_close(deadlines->descriptor);
    (void)close(deadlines->descriptor);
    deadlines->descriptor = -1;
}

static mono_time due_of(const struct le *le)
{
    return ((const struct deadline *)le->data)->due;
}

/*
 * The one after which a due time belongs, NULL for the first place. Looked for from the nearer end:
 * repetitions are due soon, session timers of all calls late.
 */
static struct le *place_find(const struct list *sorted, mono_time due)
{
    struct le *before = sorted->tail;

    if (!before || due.ns - due_of(sorted->head).ns > due_of(before).ns - due.ns) {
        while (before && due_of(before).ns > due.ns)
            before = before->prev;
        return before;
    }
    struct le *next = sorted->head;
    while (next && due_of(next).ns <= due.ns)
        next = next->next;
    return next ? next->prev : sorted->tail;
}

void deadline_set(struct deadlines *deadlines, struct deadline *deadline, unsigned delay_ms,
                  void (*function)(void *arg), void *arg)
{
    deadline_cancel(deadline);
    deadline->due.ns = clock_mono_now().ns + delay_ms * CLOCK_NS_PER_MS;
    deadline->function = function;
    deadline->arg = arg;
    struct le *before = place_find(&deadlines->sorted, deadline->due);
    if (before)
        list_insert_after(&deadlines->sorted, before, &deadline->in_list, deadline);
    else
        list_prepend(&deadlines->sorted, &deadline->in_list, deadline);
    if (deadlines->sorted.head == &deadline->in_list)
        arm(deadlines);
}

void deadline_cancel(struct deadline *deadline)
{
    if (!deadline->function)
        return;
    list_unlink(&deadline->in_list);
    deadline->function = NULL;
}
