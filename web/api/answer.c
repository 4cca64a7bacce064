#include "web/api/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const char content_security_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

void answer_header(struct exchange *exchange, const char *name, const char *value)
{
    if (!exchange->response || MHD_add_response_header(exchange->response, name, value) == MHD_YES)
        return;
    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
}

void answer_response(struct exchange *exchange, unsigned status,
                     struct MHD_Response *owned_response)
{
    if (exchange->response)
        MHD_destroy_response(exchange->response);
    exchange->status = status;
    exchange->response = owned_response;
    answer_header(exchange, "Content-Security-Policy", content_security_policy);
    answer_header(exchange, "X-Content-Type-Options", "nosniff");
    answer_header(exchange, "Referrer-Policy", "no-referrer");
    answer_header(exchange, "Cross-Origin-Resource-Policy", "same-origin");
}

void answer_empty(struct exchange *exchange, unsigned status)
{
    answer_response(exchange, status,
                    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
    answer_header(exchange, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static void answer_text(struct exchange *exchange, unsigned status, const char *type,
                        char *owned_text, size_t text_bytes)
{
    struct MHD_Response *response = NULL;

    if (owned_text)
        response = MHD_create_response_from_buffer(text_bytes, owned_text, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(owned_text);
    answer_response(exchange, status, response);
    answer_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    answer_header(exchange, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static void answer_document(struct exchange *exchange, unsigned status, const char *type,
                            json_t *owned_document)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(9); /* 93.2, not 93.200000000000003 */
    char *text = owned_document ? json_dumps(owned_document, flags) : NULL;

    json_decref(owned_document);
    answer_text(exchange, status, type, text, text ? strlen(text) : 0);
}

void answer_json(struct exchange *exchange, unsigned status, json_t *owned_document)
{
    answer_document(exchange, status, "application/json", owned_document);
}

void answer_json_text(struct exchange *exchange, char *owned_text, size_t text_bytes)
{
    answer_text(exchange, MHD_HTTP_OK, "application/json", owned_text, text_bytes);
}

void answer_problem(struct exchange *exchange, enum problem_kind kind, const char *detail,
                    const char *parameter)
{
    unsigned status = problem_status(kind);

    answer_document(exchange, status, "application/problem+json",
                    problem_document(kind, detail, parameter));
    /* RFC 9110 section 15.5.2 wants a challenge; browsers ignore a scheme they do not know. */
    if (status == MHD_HTTP_UNAUTHORIZED)
        answer_header(exchange, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                      "Cookie realm=\"recorder\", cookie-name=\"recorder_session\"");
}

void answer_retry(struct exchange *exchange, enum problem_kind kind, unsigned retry_after_s)
{
    char seconds[16];

    (void)snprintf(seconds, sizeof seconds, "%u", retry_after_s);
    answer_problem(exchange, kind, NULL, NULL);
    answer_header(exchange, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
}

void answer_failure(struct exchange *exchange, enum status status, const struct fault *fault,
                    const char *step)
{
    log_event(LOG_ERROR, "http.failed", "step=\"%s\" status=%s cause=\"%s\"", step,
              status_name(status), fault->text);
    if (status == STATUS_BUSY || status == STATUS_FULL)
        answer_retry(exchange, PROBLEM_OVERLOADED, 1);
    else
        answer_problem(exchange, PROBLEM_INTERNAL, NULL, NULL);
}
