/**
 * sdp: read a peer's session description (RFC 8866) as a recorder sees it, offer or answer, and
 * write ours (RFC 3264, RFC 7866).
 *
 * Ours rather than libre's: sdp_decode refuses a whole body for one malformed attribute, and a
 * recorder takes every stream it can. Reading never fails for an attribute; what it skipped is
 * in `deviations`. Pure: no sockets, no clocks, no libre.
 */
#ifndef RECORDER_BODY_SDP_H
#define RECORDER_BODY_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/status.h"
#include "body/deviation.h"
#include "net/srtp_key.h"

enum { SDP_PARAMETERS_BYTES = 128 };

enum sdp_direction {
    SDP_DIRECTION_SENDRECV,
    SDP_DIRECTION_SENDONLY,
    SDP_DIRECTION_RECVONLY,
    SDP_DIRECTION_INACTIVE
};

/* One payload type of an m-line, from its rtpmap or, where it has none, from RFC 3551 table 4. */
struct sdp_format {
    uint8_t payload_type;   /* 0..127 */
    char encoding[32];      /* as written, "PCMU"; compare without case; "" where unknown */
    uint32_t clock_rate_hz; /* 0 where unknown */
    uint8_t channels;       /* 1 where not said */
    char parameters[SDP_PARAMETERS_BYTES]; /* a=fmtp, as written; "" where none or too long */
};

/* One a=crypto line (RFC 4568) that can be used. */
struct sdp_crypto {
    uint32_t tag;
    struct srtp_key key; /* of what the sender of the description sends */
};

/* One m-line, in its order. */
struct sdp_media {
    char kind[16];                   /* "audio", "video", ... */
    char protocol[32];               /* "RTP/AVP", ... as written */
    uint16_t port;                   /* 0: not offered, or withdrawn (RFC 3264 sections 5.1, 8.2) */
    struct sockaddr_storage address; /* where it sends from, per-media c= before the session's;
                                        AF_UNSPEC where none is readable; its port is `port` */
    bool no_address;                 /* c= is 0.0.0.0 or ::, a hold of old (RFC 3264 section 8.4);
                                        address and rtcp are AF_UNSPEC then */
    bool rtcp_mux;                   /* a=rtcp-mux (RFC 5761) */
    struct sockaddr_storage rtcp;  /* a=rtcp (RFC 3605), else address with the next port; AF_UNSPEC
                                      where neither is readable. The same as address under
                                      rtcp-mux */
    uint16_t rtcp_port;            /* that a=rtcp says; 0 where there is none */
    enum sdp_direction direction;  /* of the peer; the session's where the line has none */
    char label[BOUND_LABEL_BYTES]; /* a=label (RFC 4574), "" where none */
    char first_format[32]; /* as written, "0" or "t38"; "" where none: what a refusal echoes */
    size_t formats;        /* payload types read; 0 for a protocol that has none */
    struct sdp_format format[BOUND_SDP_FORMATS];
    size_t cryptos;
    struct sdp_crypto crypto[BOUND_SDP_CRYPTO]; /* in their order; those not usable, and those past
                                                   the maximum, are left out */
};

/* A peer's description, {0} where there is none. Holds keys: sdp_description_deinit wipes them. */
struct sdp_description {
    size_t media_lines;      /* 1..BOUND_SDP_MEDIA */
    struct sdp_media *media; /* owned */
    uint64_t deviations; /* a set (deviation.h). SDP_NO_LABEL is of any audio line without a label:
                            against a standard in a SIPREC call only, so its caller leaves it out
                            elsewhere */
};

/* What we say of one m-line: its index is the peer's, or that of our offer. */
struct sdp_local_media {
    bool accepted;          /* false: port 0 */
    uint16_t port;          /* ours */
    size_t format;          /* in an answer: index in the peer's format[] of the codec chosen */
    const char *parameters; /* in an answer: a=fmtp of that codec, static; NULL for none */
    bool inactive;          /* inactive instead of recvonly */
    bool rtcp_mux;          /* say a=rtcp-mux; in an answer only where the peer does too */
    uint16_t rtcp_port;     /* say a=rtcp:port, where it is not port + 1; 0: say nothing */
    struct sockaddr_storage address; /* the line's own c=; AF_UNSPEC: the session's holds */
    struct sdp_crypto
        crypto; /* key.suite not NONE: ours, with the tag of the peer's that is taken */

    /* in an offer only */
    char kind[16];                 /* of a line that is not accepted; "" for audio */
    char protocol[32];             /* "" for RTP/AVP, or RTP/SAVP where it has a crypto key */
    char label[BOUND_LABEL_BYTES]; /* "" for none */
    size_t formats;                /* 1.. where accepted */
    struct sdp_format offered[BOUND_SDP_LOCAL_FORMATS]; /* parameters are ours */
};

/* Our description. Holds keys: sdp_local_wipe before it is freed. */
struct sdp_local {
    struct sockaddr_storage address; /* ours, for o= and c= */
    uint64_t session_id;             /* o=, constant in a dialog */
    uint64_t session_version;        /* o=, plus one for every changed description */
    size_t media_lines;
    struct sdp_local_media media[BOUND_SDP_MEDIA];
};

/* What the rest of the recorder can do with an m-line. */
struct sdp_abilities {
    /* Whether a codec can be recorded; encoding is compared without case. */
    bool (*records)(const void *context, const char *encoding, uint32_t clock_rate_hz,
                    uint8_t channels);
    const void *context; /* borrowed; NULL where records needs none */
    bool srtp;           /* SDES keys are taken on this transport (RFC 4568 section 7) */
};

/**
 * Read a description, offer or answer.
 *
 * text         text_bytes bytes, lines ended by CRLF, LF or the end of the text; borrowed for the
 *              call.
 * description  out; whatever it holds before is not looked at.
 *
 * STATUS_OK       set, to be deinitialised; it may hold no audio.
 * STATUS_INVALID  not SDP: no m-line at all, or a version other than 0. That v= is missing, or
 *                 stands behind an m-line, is noted.
 * STATUS_LIMIT    more than BOUND_SDP_MEDIA m-lines.
 * STATUS_NOMEM
 */
enum status sdp_read(const char *text, size_t text_bytes,
                     struct sdp_description *description) MUST_CHECK;

/** Overwrite the keys in its lines. NULL is accepted. */
void sdp_description_wipe(struct sdp_description *description);

/** Wipe it and free what it holds; it is {0} afterwards. NULL is accepted. */
void sdp_description_deinit(struct sdp_description *description);

/** Copy what is used of it: no more lines than it has. */
void sdp_local_copy(struct sdp_local *to, const struct sdp_local *from);

/** Overwrite the keys in it, whatever else is in it. NULL is accepted. */
void sdp_local_wipe(struct sdp_local *local);

/* How an m-line is to be recorded. */
struct sdp_choice {
    size_t format;                   /* index in media->format */
    const struct sdp_crypto *crypto; /* borrowed from media; NULL: plain RTP */
};

/**
 * The first format of an m-line that can be recorded, and the first crypto line that can be used:
 * they stand in the order that the offerer prefers (RFC 3264 section 5.1), which is to be followed
 * (RFC 3264 section 6.1, RFC 4568 section 5.1.2). A format further down may sound better by its
 * name, but a session recording client copies what its parties speak: that it offers first, and any
 * other it would have to make of it, which adds nothing to what was said and costs it a transcoder.
 *
 * Taken are RTP/AVP and RTP/AVPF, with or without crypto lines that nobody asked for (RFC 4568
 * section 6.1 allows them under SAVP only: they are ignored), and RTP/SAVP and RTP/SAVPF with one
 * that can be used.
 *
 * STATUS_OK           *choice set.
 * STATUS_NOT_FOUND    port 0, or not audio.
 * STATUS_UNSUPPORTED  other transport, no codec that can be recorded, no usable crypto line (SAVP).
 * STATUS_DENIED       SAVP, but abilities->srtp is not set.
 */
enum status sdp_choose(const struct sdp_media *media, const struct sdp_abilities *abilities,
                       struct sdp_choice *choice) MUST_CHECK;

/**
 * Append the answer: m-lines mirrored in number and order, transport and a=label echoed, recvonly
 * or inactive. An accepted line names its codec and, where the offer has it at the codec's clock
 * rate, telephone-event (RFC 4733), so that digits keep coming as events and not in-band; likewise
 * CN (RFC 3389). Of events all that the offer names are taken. G.729 offered without its annex B is
 * answered so (RFC 7261 section 3.2). It is inactive also where the peer
 * sends nothing (inactive or recvonly). It names our crypto line where there is one. Nothing is
 * said of a=group (RFC 8843 allows it): every line stands for itself.
 * answer->media_lines equals offer->media_lines; answer->address is IPv4 or IPv6.
 *
 * STATUS_OK, or as bytes_append; text then holds a part and is thrown away by the caller.
 */
enum status sdp_write_answer(const struct sdp_description *offer, const struct sdp_local *answer,
                             struct bytes *text) MUST_CHECK;

/**
 * Append an offer of ours (in a 200 to an INVITE without one): every accepted line audio,
 * recvonly or inactive; one not accepted has port 0.
 *
 * STATUS_OK, or as sdp_write_answer.
 */
enum status sdp_write_offer(const struct sdp_local *offer, struct bytes *text) MUST_CHECK;

#endif
