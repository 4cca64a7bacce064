/**
 * invite: the texts of a call: SDP offer, recording metadata (RFC 7865) and SIP requests. Pure.
 */
#ifndef RECORDER_CALLGEN_INVITE_H
#define RECORDER_CALLGEN_INVITE_H

#include <stdbool.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/status.h"
#include "net/address.h"
#include "tools/callgen/sound.h"

enum {
    INVITE_STREAMS = 2,
    INVITE_ID_BYTES = 25, /* base64 of 16 bytes, RFC 7865 section 6.10, and a zero */
    INVITE_TOKEN_BYTES = 64,
    INVITE_URI_BYTES = 512,
    INVITE_ROUTE_BYTES = 2048,
};

/* One side of a SIP dialog (RFC 3261 section 12): ours. */
struct invite_dialog {
    bool tcp;
    char local[ADDRESS_TEXT_BYTES]; /* our SIP address, "192.0.2.1:5061" */
    char host[ADDRESS_TEXT_BYTES];  /* the same without port, as in a URI: "[::1]" */
    char call_id[INVITE_TOKEN_BYTES];
    char from_tag[INVITE_TOKEN_BYTES];
    char branch[INVITE_TOKEN_BYTES]; /* of the INVITE; other requests add their own ending */
    char to[INVITE_URI_BYTES];       /* To value, with the recorder's tag once it is known */
    char target[INVITE_URI_BYTES];   /* request URI: the recorder's address, then its Contact */
    char route[INVITE_ROUTE_BYTES];  /* "Route: ...\r\n" lines, "" where none */
    unsigned cseq;                   /* of the INVITE */
};

struct invite_party {
    char number[BOUND_NUMBER_BYTES];
    char name[BOUND_NAME_BYTES];
    char participant_id[INVITE_ID_BYTES];
};

struct invite_stream {
    const char *label;
    char stream_id[INVITE_ID_BYTES];
    unsigned port;
};

/* What the INVITE says of the recorded call; party[n] speaks on stream[n], party[0] called. */
struct invite_offer {
    const struct codec *codec;
    bool digits; /* telephone-event is offered beside it */
    bool noise;  /* comfort noise is */
    struct invite_party party[INVITE_STREAMS];
    struct invite_stream stream[INVITE_STREAMS];
    char session_id[INVITE_ID_BYTES];
    char group_id[INVITE_ID_BYTES];
    wall_time started;
};

/**
 * Append the INVITE with both bodies.
 *
 * STATUS_OK; STATUS_LIMIT, STATUS_NOMEM: out holds a part and is thrown away by the caller.
 */
enum status invite_write(const struct invite_dialog *dialog, const struct invite_offer *offer,
                         struct bytes *out) MUST_CHECK;

/** Append ACK to a 2xx: a transaction of its own (RFC 3261 section 13.2.2.4). */
enum status invite_write_ack(const struct invite_dialog *dialog, struct bytes *out) MUST_CHECK;

/** Append ACK to another final answer: part of the INVITE's transaction (section 17.1.1.3). */
enum status invite_write_failure_ack(const struct invite_dialog *dialog,
                                     struct bytes *out) MUST_CHECK;

/** Append CANCEL of the INVITE (section 9.1). */
enum status invite_write_cancel(const struct invite_dialog *dialog, struct bytes *out) MUST_CHECK;

/** Append BYE. */
enum status invite_write_bye(const struct invite_dialog *dialog, struct bytes *out) MUST_CHECK;

#endif
