/**
 * answer: makes the answer of an exchange. Each function replaces an answer that was there.
 *
 * Every answer carries the security headers. Where memory is out the exchange is left without an
 * answer, and the connection is closed.
 */
#ifndef RECORDER_WEB_API_ANSWER_H
#define RECORDER_WEB_API_ANSWER_H

#include <jansson.h>
#include <microhttpd.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "web/api/exchange.h"
#include "web/api/problem.h"

/** Any response; NULL stands for one that could not be made. */
void answer_response(struct exchange *exchange, unsigned status,
                     struct MHD_Response *owned_response);

/** Add a header field to the answer that is there. */
void answer_header(struct exchange *exchange, const char *name, const char *value);

/** No body. */
void answer_empty(struct exchange *exchange, unsigned status);

/** A JSON document, not to be stored by caches; NULL stands for one that could not be made. */
void answer_json(struct exchange *exchange, unsigned status, json_t *owned_document);

/** JSON text that is ready made, freed with free(). */
void answer_json_text(struct exchange *exchange, char *owned_text, size_t text_bytes);

/** A problem document. detail and parameter may be NULL. */
void answer_problem(struct exchange *exchange, enum problem_kind kind, const char *detail,
                    const char *parameter);

/** A problem that passes: Retry-After is set. */
void answer_retry(struct exchange *exchange, enum problem_kind kind, unsigned retry_after_s);

/**
 * A failed step of ours, logged: 503 where it passes (STATUS_BUSY, STATUS_FULL), else 500. The
 * cause is for the log, not for the peer.
 */
void answer_failure(struct exchange *exchange, enum status status, const struct fault *fault,
                    const char *step);

#endif
