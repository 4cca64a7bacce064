#include "sip/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sip/libre.h"

/* Invariant: the eventfd is readable, or the loop is in wake_received or has just left
 * mailbox_wait, whenever something waits. */
struct mailbox {
    pthread_mutex_t lock;
    struct sip_letter *first;
    struct sip_letter **last; /* where the next letter's address goes */
    bool stop;
    int descriptor; /* eventfd, -1 while closed */
};

static struct sip_letter *letters_take(struct mailbox *mailbox)
{
    (void)pthread_mutex_lock(&mailbox->lock);
    struct sip_letter *first = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    (void)pthread_mutex_unlock(&mailbox->lock);
    return first;
}

void mailbox_drain(struct mailbox *mailbox)
{
    struct sip_letter *letter = letters_take(mailbox);

    while (letter) {
        /* the function may post or free its letter again */
        struct sip_letter *next = letter->next;
        void (*function)(void *) = letter->function;
        void *function_arg = letter->arg;
        if (letter->owned)
            free(letter);
        function(function_arg);
        letter = next;
    }
}

void mailbox_wait(struct mailbox *mailbox, int wait_ms)
{
    struct pollfd wake = {.fd = mailbox->descriptor, .events = POLLIN};
    uint64_t wakes;

    /* a wake that is taken here is for letters that the caller takes next */
    if (poll(&wake, 1, wait_ms) == 1)
        (void)!read(mailbox->descriptor, &wakes, sizeof wakes);
}

static void wake_received(int flags, void *arg)
{
    struct mailbox *mailbox = arg;
    uint64_t wakes;

    (void)flags;
    if (read(mailbox->descriptor, &wakes, sizeof wakes) < 0 && errno == EAGAIN)
        return;
    (void)pthread_mutex_lock(&mailbox->lock);
    bool stop = mailbox->stop;
    mailbox->stop = false;
    (void)pthread_mutex_unlock(&mailbox->lock);
    mailbox_drain(mailbox);
    if (stop)
        re_cancel();
}

enum status mailbox_create(struct mailbox **out, struct fault *fault)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);

    if (!mailbox)
        return fault_set(fault, STATUS_NOMEM, 0, "mailbox");
    mailbox->last = &mailbox->first;
    mailbox->descriptor = -1;
    if (pthread_mutex_init(&mailbox->lock, NULL) != 0) {
        free(mailbox);
        return fault_set(fault, STATUS_NOMEM, 0, "mailbox");
    }
    mailbox->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = mailbox->descriptor < 0
                  ? errno
                  : fd_listen(mailbox->descriptor, FD_READ, wake_received, mailbox);
    if (err) {
        mailbox_destroy(mailbox);
        return fault_set(fault, err == ENOMEM ? STATUS_NOMEM : STATUS_IO, err,
                         "open the signalling thread's mailbox");
    }
    *out = mailbox;
    return STATUS_OK;
}

void mailbox_destroy(struct mailbox *owned_mailbox)
{
    if (!owned_mailbox)
        return;
    if (owned_mailbox->descriptor >= 0) {
        fd_close(owned_mailbox->descriptor);
        (void)close(owned_mailbox->descriptor);
    }
    struct sip_letter *letter = letters_take(owned_mailbox);
    while (letter) {
        struct sip_letter *next = letter->next;
        if (letter->owned)
            free(letter);
        letter = next;
    }
    (void)pthread_mutex_destroy(&owned_mailbox->lock);
    free(owned_mailbox);
}

/* An eventfd refuses a write only where its count is at its end, and then it is readable. */
static void wake(struct mailbox *mailbox)
{
    const uint64_t one = 1;

    while (write(mailbox->descriptor, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void mailbox_post(struct mailbox *mailbox, struct sip_letter *letter)
{
    letter->next = NULL;
    (void)pthread_mutex_lock(&mailbox->lock);
    bool first = !mailbox->first;
    *mailbox->last = letter;
    mailbox->last = &letter->next;
    /* within the lock: afterwards the thread that it wakes may be through with the mailbox */
    if (first)
        wake(mailbox);
    (void)pthread_mutex_unlock(&mailbox->lock);
}

void mailbox_stop_loop(struct mailbox *mailbox)
{
    (void)pthread_mutex_lock(&mailbox->lock);
    mailbox->stop = true;
    wake(mailbox);
    (void)pthread_mutex_unlock(&mailbox->lock);
}
