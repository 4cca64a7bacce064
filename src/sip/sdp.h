/**
 * sdp: read an SDP offer (RFC 8866) as a recorder sees it, and write the answer (RFC 3264, RFC
 * 7866).
 *
 * Ours rather than libre's: sdp_decode refuses a whole body for one malformed attribute, and a
 * recorder takes every stream it can. Reading never fails for an attribute; what it skipped is
 * counted in `deviations`. Pure: no sockets, no clocks, no libre.
 */
#ifndef RECORDER_SIP_SDP_H
#define RECORDER_SIP_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/status.h"

enum sdp_direction {
    SDP_DIRECTION_SENDRECV,
    SDP_DIRECTION_SENDONLY,
    SDP_DIRECTION_RECVONLY,
    SDP_DIRECTION_INACTIVE
};

/* One payload type of an m-line, from its rtpmap or, for 0 and 8 without one, from RFC 3551. */
struct sdp_format {
    uint8_t payload_type;   /* 0..127 */
    char encoding[32];      /* as written, "PCMU"; compare without case; "" where unknown */
    uint32_t clock_rate_hz; /* 0 where unknown */
    uint8_t channels;       /* 1 where not said */
};

/* One m-line of the offer, in its order. */
struct sdp_media {
    char kind[16];                   /* "audio", "video", ... */
    char protocol[32];               /* "RTP/AVP", ... as written */
    uint16_t port;                   /* 0: not offered (RFC 3264 section 5.1) */
    struct sockaddr_storage address; /* where it sends from, per-media c= before the session's;
                                        AF_UNSPEC where none is readable; its port is `port` */
    enum sdp_direction direction;    /* of the offerer; the session's where the line has none */
    char label[BOUND_LABEL_BYTES];   /* a=label (RFC 4574), "" where none */
    char first_format[32]; /* as written, "0" or "t38"; "" where none: what a refusal echoes */
    size_t formats;        /* payload types read; 0 for a protocol that has none */
    struct sdp_format format[BOUND_SDP_FORMATS];
};

struct sdp_offer {
    size_t media_lines;
    struct sdp_media media[BOUND_SDP_MEDIA];
    unsigned deviations; /* lines or attributes that were malformed and skipped */
};

/* What the answer says of one m-line: its index is the offer's. */
struct sdp_answer_media {
    bool accepted; /* false: port 0 */
    uint16_t port; /* ours */
    size_t format; /* index in the offer's format[] of the codec chosen */
    bool inactive; /* answer inactive instead of recvonly */
};

struct sdp_answer {
    struct sockaddr_storage address; /* ours, for o= and c= */
    uint64_t session_id;             /* o=, constant in a dialog */
    uint64_t session_version;        /* o=, plus one for every changed answer */
    size_t media_lines;
    struct sdp_answer_media media[BOUND_SDP_MEDIA];
};

/**
 * Read an offer.
 *
 * text   text_bytes bytes, lines ended by CRLF, LF or the end of the text; borrowed for the call.
 * offer  out; large (about 30 KiB), so callers keep it on the heap.
 *
 * STATUS_OK       offer set; it may hold no audio.
 * STATUS_INVALID  not SDP: no "v=0", or no m-line at all.
 * STATUS_LIMIT    more than BOUND_SDP_MEDIA m-lines.
 */
enum status sdp_read_offer(const char *text, size_t text_bytes, struct sdp_offer *offer) MUST_CHECK;

/**
 * The first format of an m-line that the recorder can record, by the offerer's preference.
 *
 * STATUS_OK         *format is its index in media->format.
 * STATUS_NOT_FOUND  port 0, not audio, not plain RTP (RTP/AVP), or no PCMU/PCMA at 8000 Hz.
 */
enum status sdp_choose_format(const struct sdp_media *media, size_t *format) MUST_CHECK;

/**
 * Append the answer: m-lines mirrored in number and order, a=label echoed, recvonly or inactive.
 * An accepted line names its codec and, where the offer has it at the codec's clock rate,
 * telephone-event (RFC 4733), so that digits keep coming as events and not in-band. It is inactive
 * also where the offerer sends nothing (its direction is inactive or recvonly).
 * answer->media_lines equals offer->media_lines; answer->address is IPv4 or IPv6.
 *
 * STATUS_OK, or as bytes_append; text then holds a part and is thrown away by the caller.
 */
enum status sdp_write_answer(const struct sdp_offer *offer, const struct sdp_answer *answer,
                             struct bytes *text) MUST_CHECK;

#endif
