/**
 * message: what the server asks of one received SIP request, over libre's decoded form.
 *
 * libre decodes leniently: it checks neither that the mandatory headers are there nor that the body
 * is complete, and it knows headers by a 12-bit hash of their name, so that some other header may
 * pose as one of them. Looking up goes by name here. Server thread; nothing is changed.
 */
#ifndef RECORDER_SIP_MESSAGE_H
#define RECORDER_SIP_MESSAGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"
#include "body/multipart.h"
#include "sip/libre.h"
#include "sip/server.h"

/* By what a message came. */
struct message_origin {
    void *sock; /* libre's socket or connection, borrowed */
    enum sip_transp transport;
    struct sa source;
    struct sa local; /* ours */
};

/* What a server is to think of a request's method. */
enum message_method {
    MESSAGE_METHOD_TAKEN,   /* done here, wherever it belongs */
    MESSAGE_METHOD_REFUSED, /* known, and not done here: 405 */
    MESSAGE_METHOD_UNKNOWN, /* 501 */
};

/* A header that is looked up, by all of its names. */
struct message_header {
    enum sip_hdrid id; /* SIP_HDR_NONE where libre has none for it */
    const char *name;
    const char *compact; /* one letter, NULL where it has none */
};

extern const struct message_header MESSAGE_CONTENT_TYPE;
extern const struct message_header MESSAGE_CONTENT_LENGTH;
extern const struct message_header MESSAGE_CONTENT_ENCODING;
extern const struct message_header MESSAGE_CONTENT_DISPOSITION;
extern const struct message_header MESSAGE_USER_AGENT;
extern const struct message_header MESSAGE_ASSERTED;
extern const struct message_header MESSAGE_SESSION_ID;
extern const struct message_header MESSAGE_SESSION_EXPIRES;
extern const struct message_header MESSAGE_MIN_SE;
extern const struct message_header MESSAGE_ALLOW;
extern const struct message_header MESSAGE_SUPPORTED;
extern const struct message_header MESSAGE_REQUIRE;
extern const struct message_header MESSAGE_RACK;
extern const struct message_header MESSAGE_CONTACT;
/* of ours: a line that is no header, as mend.h keeps it */
extern const struct message_header MESSAGE_UNREADABLE;

/** Value of the first such header, borrowed from the message; empty with NULL text where none. */
struct text_span message_header_value(const struct sip_msg *msg,
                                      const struct message_header *header);

/** Whether a header that lists tokens names one, compared without case. */
bool message_header_lists(const struct sip_msg *msg, const struct message_header *header,
                          const char *token);

/** How often a header is there, a list of values counting as many. */
size_t message_header_count(const struct sip_msg *msg, const struct message_header *header);

/** What a method is; they are compared with case (RFC 3261 section 7.1). */
enum message_method message_method(struct text_span method);

/**
 * What a request lacks to be one that can be worked with: mandatory headers, once each, a CSeq of
 * its own method and in range, one readable Content-Length, a body as long as that.
 *
 * Returns a reason phrase for 400, static, or NULL where all is well.
 */
const char *message_defect(const struct sip_msg *msg);

/** Whether a message's body is as long as its Content-Length says, which is readable. */
bool message_is_whole(const struct sip_msg *msg);

/** Whether a request's method is this one; methods are compared with case. */
bool message_is(const struct sip_msg *msg, const char *method);

/** The body, cut to its Content-Length; borrowed from the message. Ask message_is_whole before. */
struct text_span message_body(const struct sip_msg *msg);

/** Whether the answer to a request may be a session description: its Accept names it, or nothing.
 */
bool message_accepts_sdp(const struct sip_msg *msg);

/**
 * Append the option tags that a request requires and this server does not do, comma separated. It
 * does siprec, timer and 100rel.
 *
 * STATUS_OK, or as bytes_append; text then holds a part.
 */
enum status message_unsupported(const struct sip_msg *msg, struct bytes *text) MUST_CHECK;

/**
 * Copy a header's text as a C string, control characters made blanks, so that it can be stored and
 * shown.
 *
 * out  char[text.bytes + 1].
 */
void message_copy_text(struct text_span text, char *out);

/** The same bytes in libre's form and back. */
struct text_span message_span(struct pl text);

/** By what it came, in the words of server.h. */
enum sip_transport message_transport(const struct sip_msg *msg);

/** Source of a message, an IPv4-mapped address made IPv4. */
struct sockaddr_storage message_source(const struct sip_msg *msg);

#endif
