/**
 * sip_message: take SIP messages apart (RFC 3261 section 7), as far as a client needs.
 *
 * Pure: borrows the text, allocates nothing. Header names are matched without case, compact forms
 * too; folded lines (section 7.3.1) are not unfolded but stay part of their value.
 */
#ifndef RECORDER_CALLGEN_SIP_MESSAGE_H
#define RECORDER_CALLGEN_SIP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct sip_span {
    const char *start; /* not terminated; NULL where absent */
    size_t bytes;
};

struct sip_message {
    unsigned status_code;    /* 100..699 of a response, 0 of a request */
    struct sip_span method;  /* of a request; of a response the one in CSeq */
    struct sip_span headers; /* all lines after the first, without the empty one */
    struct sip_span body;
    struct sip_span call_id;
    unsigned long cseq;
};

/**
 * Length of the message at the start of a byte stream (section 18.3).
 *
 * message_bytes  out: header and body, also while the body has not all come.
 *
 * STATUS_OK         all of it is there.
 * STATUS_BUSY       more must come; *message_bytes untouched.
 * STATUS_INVALID    no readable Content-Length before the empty line.
 */
enum status sip_message_frame(const char *text, size_t text_bytes,
                              size_t *message_bytes) MUST_CHECK;

/**
 * Read one message; where Content-Length states less than there is, the rest is no part of it.
 *
 * STATUS_OK       *message set, borrowing text.
 * STATUS_INVALID  not SIP/2.0, a body shorter than stated, or no Call-ID or CSeq.
 */
enum status sip_message_read(const char *text, size_t text_bytes,
                             struct sip_message *message) MUST_CHECK;

/**
 * Value of the index-th header line of a name, without blanks around it; start is NULL where there
 * is none.
 *
 * name  in its long form, "Record-Route".
 */
struct sip_span sip_message_header(const struct sip_message *message, const char *name,
                                   size_t index);

/** Whether a span is exactly this text, case counting. */
bool sip_span_is(struct sip_span span, const char *text);

/**
 * The URI in a Contact, Route or From value: what is in <>, or what comes before the first ';'.
 */
struct sip_span sip_span_uri(struct sip_span value);

#endif
