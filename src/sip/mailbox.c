#include "sip/mailbox.h"

#include <pthread.h>
#include <stdlib.h>

#include "sip/libre.h"

enum { WAKE_LETTERS, WAKE_STOP };

struct letter {
    struct letter *next;
    void (*function)(void *arg);
    void *arg;
};

/* Invariant: a wake-up is under way whenever the list is not empty. */
struct mailbox {
    pthread_mutex_t lock;
    struct letter *first;
    struct letter **last; /* where the next letter's address goes */
    struct mqueue *queue;
};

static struct letter *letters_take(struct mailbox *mailbox)
{
    (void)pthread_mutex_lock(&mailbox->lock);
    struct letter *first = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    (void)pthread_mutex_unlock(&mailbox->lock);
    return first;
}

void mailbox_drain(struct mailbox *mailbox)
{
    struct letter *letter = letters_take(mailbox);

    while (letter) {
        struct letter *next = letter->next;
        letter->function(letter->arg);
        free(letter);
        letter = next;
    }
}

static void wake_received(int id, void *data, void *arg)
{
    (void)data;
    if (id == WAKE_STOP)
        re_cancel();
    else
        mailbox_drain(arg);
}

enum status mailbox_create(struct mailbox **out, struct fault *fault)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);

    if (!mailbox)
        return fault_set(fault, STATUS_NOMEM, 0, "mailbox");
    mailbox->last = &mailbox->first;
    if (pthread_mutex_init(&mailbox->lock, NULL) != 0) {
        free(mailbox);
        return fault_set(fault, STATUS_NOMEM, 0, "mailbox");
    }
    int err = mqueue_alloc(&mailbox->queue, wake_received, mailbox);
    if (err) {
        mailbox_destroy(mailbox);
        return fault_set(fault, err == ENOMEM ? STATUS_NOMEM : STATUS_IO, err,
                         "open the signalling thread's queue");
    }
    *out = mailbox;
    return STATUS_OK;
}

void mailbox_destroy(struct mailbox *owned_mailbox)
{
    if (!owned_mailbox)
        return;
    mem_deref(owned_mailbox->queue);
    struct letter *letter = letters_take(owned_mailbox);
    while (letter) {
        struct letter *next = letter->next;
        free(letter);
        letter = next;
    }
    (void)pthread_mutex_destroy(&owned_mailbox->lock);
    free(owned_mailbox);
}

enum status mailbox_post(struct mailbox *mailbox, void (*function)(void *arg), void *arg)
{
    enum status status = STATUS_OK;
    struct letter *letter = malloc(sizeof *letter);

    if (!letter)
        return STATUS_NOMEM;
    *letter = (struct letter){.function = function, .arg = arg};
    (void)pthread_mutex_lock(&mailbox->lock);
    if (!mailbox->first && mqueue_push(mailbox->queue, WAKE_LETTERS, NULL) != 0) {
        status = STATUS_IO;
        free(letter);
    } else {
        *mailbox->last = letter;
        mailbox->last = &letter->next;
    }
    (void)pthread_mutex_unlock(&mailbox->lock);
    return status;
}

void mailbox_stop_loop(struct mailbox *mailbox)
{
    /* the pipe is never full: it holds one wake-up for letters and one for each stop */
    (void)mqueue_push(mailbox->queue, WAKE_STOP, NULL);
}
