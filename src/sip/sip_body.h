/**
 * sip_body: what the body of a message says, in any of the forms it comes in.
 *
 * application/sdp alone, rs-metadata alone, or a multipart of both in either order (RFC 7866
 * section 9.1). Metadata is known by its type, by Content-Disposition: recording-session, or, where
 * it calls itself any other XML, by its first element. Several documents in one multipart are given
 * out one after the other (sip_body_next). A body without Content-Type is
 * what it begins like: "v=0", "--" or a recording element. A multipart within a multipart
 * is not read; an INVITE that has no description outside of one is refused, because to offer
 * something to a client that has offered already would only lose its audio. Metadata that cannot be
 * read never spoils the call: its raw bytes are handed on with the reason. Server thread.
 */
#ifndef RECORDER_SIP_SIP_BODY_H
#define RECORDER_SIP_SIP_BODY_H

#include "base/fault.h"
#include "sip/libre.h"
#include "sip/server.h"

enum { SIP_BODY_FURTHER_MAX = BOUND_MULTIPART_PARTS - 1 };

/* A document as it came, in the message. */
struct sip_body_document {
    struct text_span xml;
    struct text_span type;
    bool encoded; /* its header tells of a transfer encoding */
};

/* Embedded by value; sip_body_deinit frees what it holds. */
struct sip_body {
    struct sip_call_offer offer; /* points into the rest and into the message */
    struct sdp_description *sdp; /* NULL where the body had none; may be taken by the caller, who
                                    then sets it NULL */
    struct siprec_metadata *metadata; /* NULL where none or unreadable */
    struct fault fault;               /* why metadata was unreadable */
    size_t further_next;              /* which is next */
    size_t further_end;
    struct sip_body_document further[SIP_BODY_FURTHER_MAX]; /* documents behind the first */
};

/* How to answer a request whose body cannot be worked with; all static text. */
struct sip_body_refusal {
    unsigned code;
    const char *reason;
    const char *headers; /* complete header lines, "" where none */
};

/**
 * Read the body of a message that is whole (message_is_whole). It may hold no SDP: whether that is
 * allowed is the caller's business. One of a type that is not known here is none where the message
 * says that it may be left unread (Content-Disposition: handling=optional, RFC 3261 section 20.11).
 *
 * body  initialised by the call; sip_body_deinit is to be called after either outcome.
 *
 * true   body->offer set, but for its message and for what headers show (recognition.h).
 * false  *refusal set; body->offer has what was read before, so metadata beside an unreadable
 *        description.
 */
bool sip_body_read(const struct sip_msg *msg, struct sip_body *body,
                   struct sip_body_refusal *refusal) MUST_CHECK;

/** Whether the body of a message may be left unread where it cannot be read
 * (Content-Disposition: handling=optional). */
bool sip_body_is_optional(const struct sip_msg *msg);

/**
 * Read the body of a message that has no answer to refuse it by (ACK, response) or that is taken
 * whatever it holds (BYE): what cannot be read is as if it were not there.
 *
 * message        goes into body->offer.
 * may_have_sdp   false: a description is dropped and noted, DEVIATION_SDP_IN_RESPONSE.
 */
void sip_body_read_lenient(const struct sip_msg *msg, enum sip_call_message message,
                           bool may_have_sdp, struct sip_body *body);

/**
 * Go on to the next document of the body, when body->offer has been told: it then brings that one
 * alone, with its deviations, as of the same message.
 *
 * Returns false, with nothing changed, where there is none.
 */
bool sip_body_next(struct sip_body *body) MUST_CHECK;

/** Free what it holds. */
void sip_body_deinit(struct sip_body *body);

#endif
