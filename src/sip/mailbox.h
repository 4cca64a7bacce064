/**
 * mailbox: functions that other threads want called on the server's thread.
 *
 * Posting is allowed from any thread; everything else is the server thread's. The letters wait in a
 * list and an eventfd in libre's loop wakes it: libre's own queue is a pipe, full after some 2700
 * messages, and a letter lost then is a call never answered.
 */
#ifndef RECORDER_SIP_MAILBOX_H
#define RECORDER_SIP_MAILBOX_H

#include "base/fault.h"
#include "base/status.h"
#include "sip/server.h"

struct mailbox;

/**
 * STATUS_OK     *out set, freed by mailbox_destroy.
 * STATUS_IO     no descriptor, or no room for it in libre's table.
 * STATUS_NOMEM
 */
enum status mailbox_create(struct mailbox **out, struct fault *fault) MUST_CHECK;

/** Letters still there are dropped uncalled. NULL is accepted. */
void mailbox_destroy(struct mailbox *owned_mailbox);

/** From any thread, without memory: have the letter's function called, in order of posting. */
void mailbox_post(struct mailbox *mailbox, struct sip_letter *letter);

/** From any thread, without memory: make libre's loop return. */
void mailbox_stop_loop(struct mailbox *mailbox);

/** Wait, without libre's loop, until something is posted, at most for wait_ms. */
void mailbox_wait(struct mailbox *mailbox, int wait_ms);

/** Call all that waits now. */
void mailbox_drain(struct mailbox *mailbox);

#endif
