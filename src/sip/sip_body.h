/**
 * body: what the body of an INVITE, re-INVITE or UPDATE says, in any of the forms it comes in.
 *
 * application/sdp alone, rs-metadata alone, or a multipart of both in either order (RFC 7866
 * section 9.1). Metadata that cannot be read never spoils the call: its raw bytes are handed on
 * with the reason. Server thread.
 */
#ifndef RECORDER_SIP_SIP_BODY_H
#define RECORDER_SIP_SIP_BODY_H

#include "base/fault.h"
#include "sip/libre.h"
#include "sip/server.h"

/* Embedded by value; body_deinit frees what it holds. */
struct sip_body {
    struct sip_call_offer offer;      /* points into the rest and into the message */
    struct sdp_offer *sdp;            /* NULL where the body had none; may be taken by the caller,
                                         who then sets it NULL */
    struct siprec_metadata *metadata; /* NULL where none or unreadable */
    struct fault fault;               /* why metadata was unreadable */
};

/* How to answer a request whose body cannot be worked with; all static text. */
struct sip_body_refusal {
    unsigned code;
    const char *reason;
    const char *headers; /* complete header lines, "" where none */
};

/**
 * Read a request's body. It may hold no SDP: whether that is allowed is the caller's business.
 *
 * body  initialised by the call; body_deinit is to be called after either outcome.
 *
 * true   body->offer set (siprec_required aside).
 * false  *refusal set.
 */
bool sip_body_read(const struct sip_msg *msg, struct sip_body *body,
                   struct sip_body_refusal *refusal) MUST_CHECK;

/** Free what it holds. */
void sip_body_deinit(struct sip_body *body);

#endif
