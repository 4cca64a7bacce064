/**
 * call: one recorded call as a SIP client sees it (RFC 3261 sections 13, 15, 17.1).
 *
 *   WAITING --start--> CALLING --1xx--> PROCEEDING --2xx--> TALKING --media over--> BYE_DUE
 *                         |                 |                  |                       |
 *                         | final >= 300, no answer, failure   | BYE from the recorder | BYE
 *                         v                 v                  v                       v
 *                        OVER  <----  CANCELLING             FINISHING             ENDING --> OVER
 *
 * FINISHING waits for the sending thread to give the media back. Owned by the signalling thread;
 * its media belong to the sending thread between sender_begin and sender_done.
 */
#ifndef RECORDER_CALLGEN_CALL_H
#define RECORDER_CALLGEN_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/invite.h"
#include "tools/callgen/options.h"
#include "tools/callgen/sender.h"
#include "tools/callgen/sip_message.h"
#include "tools/callgen/sound.h"
#include "tools/callgen/transport.h"

enum call_state {
    CALL_WAITING,
    CALL_CALLING,
    CALL_PROCEEDING,
    CALL_CANCELLING,
    CALL_TALKING,
    CALL_BYE_DUE,
    CALL_ENDING,
    CALL_FINISHING,
    CALL_OVER,
};

enum call_result { CALL_OK, CALL_REFUSED, CALL_TIMEOUT, CALL_ERROR };

/* What all calls share; everything is borrowed. */
struct call_world {
    const struct options *options;
    struct transport *transport;
    struct sender *sender;
    const struct sound_loop *loop; /* [INVITE_STREAMS]: left, right */
};

struct call {
    const struct call_world *world;
    uint32_t index;
    enum call_state state;
    enum call_result result;
    char detail[FAULT_TEXT_BYTES]; /* why the result is not CALL_OK, one phrase */
    unsigned answer_code;          /* of the INVITE's last final answer, 0: none */
    bool stopping;                 /* no more audio: call_stop was called */
    struct invite_dialog dialog;
    struct invite_offer offer;
    struct sender_job media;
    struct bytes request; /* the last one sent, to send again */
    struct bytes ack;     /* of a final answer, to send again */
    wall_time invite_at;  /* ns 0: never, as the next three */
    wall_time answered_at;
    wall_time bye_at;
    wall_time ended_at;
    mono_time timer; /* next call_tick; ns INT64_MAX: none */
    mono_time give_up;
    int64_t interval_ns; /* until the next retransmission */
};

/** Prepare a call that waits; frees nothing of what was there. call_deinit after it is over. */
void call_init(const struct call_world *world, uint32_t index, struct call *call);

/** Close its sockets and free its memory; a call that is being sent must be back first. */
void call_deinit(struct call *call);

/** Send the INVITE. A failure ends the call with CALL_ERROR. */
void call_start(struct call *call, mono_time now);

/** Do what the timer is set for; call when call->timer has come. */
void call_tick(struct call *call, mono_time now);

/** Take a response that belongs to this call. */
void call_response(struct call *call, const struct sip_message *message, mono_time now);

/** The recorder said BYE; the answer is the caller's work. */
void call_bye_received(struct call *call);

/** All its packets are sent, or were given up: sender_done gave it back. */
void call_media_over(struct call *call, mono_time now);

/** End it in good order as soon as can be. */
void call_stop(struct call *call, mono_time now);

/** The recorder cannot be reached: calls without an answer, or waiting for one, are over. */
void call_unreachable(struct call *call, const char *why);

/** Name of a result in reports: "ok", "refused", "timeout", "error". */
const char *call_result_name(enum call_result result);

#endif
