/**
 * mailbox: functions that other threads want called on the server's thread.
 *
 * Posting is allowed from any thread; everything else is the server thread's. The letters wait in a
 * list of our own and libre's queue only carries the wake-up: its pipe would be full after some
 * 2700 messages, and a letter lost then is a call never answered.
 */
#ifndef RECORDER_SIP_MAILBOX_H
#define RECORDER_SIP_MAILBOX_H

#include "base/fault.h"
#include "base/status.h"

struct mailbox;

/**
 * STATUS_OK     *out set, freed by mailbox_destroy.
 * STATUS_IO     no pipe, or no room for it in libre's descriptor table.
 * STATUS_NOMEM
 */
enum status mailbox_create(struct mailbox **out, struct fault *fault) MUST_CHECK;

/** Letters still there are dropped uncalled. NULL is accepted. */
void mailbox_destroy(struct mailbox *owned_mailbox);

/**
 * From any thread: have function(arg) called, in order of posting.
 *
 * STATUS_OK, or STATUS_NOMEM / STATUS_IO and it will not be called.
 */
enum status mailbox_post(struct mailbox *mailbox, void (*function)(void *arg),
                         void *arg) MUST_CHECK;

/** From any thread, without memory: make libre's loop return. */
void mailbox_stop_loop(struct mailbox *mailbox);

/** Call all that waits now. */
void mailbox_drain(struct mailbox *mailbox);

#endif
