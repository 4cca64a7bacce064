#include "web/api/session_routes.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "storage/index/sessions.h"
#include "web/api/answer.h"
#include "web/api/api.h"
#include "web/api/credentials.h"
#include "web/api/origin.h"
#include "web/api/session_cookie.h"

enum { ACTOR_BYTES = sizeof "customer:" + BOUND_NUMBER_BYTES };

static void name_actor(const struct customer *customer, char actor[static ACTOR_BYTES])
{
    (void)snprintf(actor, ACTOR_BYTES, "customer:%s", customer->number);
}

enum status session_routes_identify(struct index *index, struct exchange *exchange,
                                    struct fault *fault)
{
    const char *value = exchange_cookie(exchange, SESSION_COOKIE_NAME);

    if (!value || session_cookie_parse(value, exchange->token) != STATUS_OK)
        return STATUS_OK;
    enum status status =
        sessions_find(index, exchange->token, clock_wall_now(), &exchange->customer, fault);
    exchange->signed_in = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/*
 * Whether a PIN is a customer's. A number that nobody has costs the same time.
 *
 * STATUS_OK, STATUS_DENIED (*known says whether the number is somebody's), STATUS_BUSY; others as
 * customers_pin_hash.
 */
static enum status check_pin(struct api *api, struct index *index,
                             const struct credentials *credentials, struct customer *customer,
                             bool *known, struct fault *fault)
{
    char hash[CUSTOMER_PIN_HASH_BYTES] = "";
    enum status status = customers_pin_hash(index, credentials->customer, customer, hash, fault);

    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *known = status == STATUS_OK;
    status = pin_check_verify(api->pin_check, hash, credentials->pin);
    if (status == STATUS_BUSY)
        (void)fault_set(fault, STATUS_BUSY, 0, "too many sign-ins at once");
    sodium_memzero(hash, sizeof hash);
    return status;
}

static void refuse(struct api *api, struct exchange *exchange, const struct customer *customer)
{
    char actor[ACTOR_BYTES] = "unknown";
    struct fault fault = {0};

    if (customer)
        name_actor(customer, actor);
    if (api_audit(api, exchange, actor, "sign_in_failed", NULL, "{}", &fault) != STATUS_OK)
        log_event(LOG_ERROR, "audit.failed", "action=sign_in_failed cause=\"%s\"", fault.text);
    log_event(LOG_INFO, "session.refused", "address=%s known=%s", exchange->address,
              customer ? "yes" : "no");
    answer_problem(exchange, PROBLEM_SIGN_IN_FAILED, NULL, NULL);
}

/* Make the session, with its audit entry, or neither. */
static enum status begin_session(struct api *api, struct index *index, struct exchange *exchange,
                                 const struct customer *customer,
                                 const uint8_t token[static SESSION_TOKEN_BYTES],
                                 struct fault *fault)
{
    char actor[ACTOR_BYTES];
    wall_time now = clock_wall_now();

    name_actor(customer, actor);
    enum status status = sessions_expire(index, now, fault);
    if (status == STATUS_OK && exchange->signed_in)
        status = sessions_remove(index, exchange->token, fault);
    if (status == STATUS_OK)
        status = sessions_add(index, token, customer->id, now, fault);
    if (status != STATUS_OK)
        return status;
    status = api_audit(api, exchange, actor, "sign_in", NULL, "{}", fault);
    if (status != STATUS_OK) {
        struct fault second = {0};
        if (sessions_remove(index, token, &second) != STATUS_OK)
            log_event(LOG_ERROR, "session.left", "cause=\"%s\"", second.text);
    }
    return status;
}

static void welcome(struct api *api, struct index *index, struct exchange *exchange,
                    const struct customer *customer)
{
    uint8_t token[SESSION_TOKEN_BYTES];
    char cookie[SESSION_COOKIE_BYTES];
    struct fault fault = {0};

    randombytes_buf(token, sizeof token);
    enum status status = begin_session(api, index, exchange, customer, token, &fault);
    if (status == STATUS_OK) {
        session_cookie_format(token, cookie);
        answer_empty(exchange, MHD_HTTP_NO_CONTENT);
        answer_header(exchange, MHD_HTTP_HEADER_SET_COOKIE, cookie);
        log_event(LOG_INFO, "session.begun", "address=%s", exchange->address);
    } else {
        log_event(LOG_ERROR, "session.failed", "cause=\"%s\"", fault.text);
        answer_retry(exchange, PROBLEM_OVERLOADED, 1);
    }
    sodium_memzero(token, sizeof token);
    sodium_memzero(cookie, sizeof cookie);
}

static void sign_in(struct api *api, struct index *index, struct exchange *exchange,
                    const struct credentials *credentials)
{
    struct customer customer;
    struct fault fault = {0};
    unsigned retry_after_s = 0;
    bool known = false;

    if (!throttle_admit(api->throttle, &exchange->peer, credentials->customer, clock_mono_now(),
                        &retry_after_s)) {
        answer_retry(exchange, PROBLEM_TOO_MANY_ATTEMPTS, retry_after_s);
        return;
    }
    enum status status = check_pin(api, index, credentials, &customer, &known, &fault);
    if (status == STATUS_OK) {
        throttle_succeeded(api->throttle, &exchange->peer, credentials->customer, clock_mono_now());
        welcome(api, index, exchange, &customer);
    } else if (status == STATUS_DENIED) {
        refuse(api, exchange, known ? &customer : NULL);
    } else {
        throttle_refund(api->throttle, &exchange->peer, credentials->customer, clock_mono_now());
        answer_failure(exchange, status, &fault, "check a PIN");
    }
}

void session_routes_sign_in(struct api *api, struct index *index, struct exchange *exchange)
{
    struct credentials credentials;
    const char *reason = NULL;

    if (!origin_media_is_json(exchange_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE))) {
        answer_problem(exchange, PROBLEM_WRONG_MEDIA_TYPE, NULL, NULL);
        return;
    }
    if (credentials_parse(exchange->body.data, exchange->body.len, &credentials, &reason) !=
        STATUS_OK) {
        answer_problem(exchange, PROBLEM_BAD_BODY, reason, NULL);
        return;
    }
    sign_in(api, index, exchange, &credentials);
    sodium_memzero(&credentials, sizeof credentials);
}

void session_routes_show(struct api *api, struct index *index, struct exchange *exchange)
{
    (void)api;
    (void)index;
    answer_json(exchange, MHD_HTTP_OK,
                json_pack("{s:s, s:s}", "customer", exchange->customer.number, "name",
                          exchange->customer.name));
}

void session_routes_sign_out(struct api *api, struct index *index, struct exchange *exchange)
{
    char actor[ACTOR_BYTES];
    struct fault fault = {0};

    if (exchange->signed_in) {
        enum status status = sessions_remove(index, exchange->token, &fault);
        if (status != STATUS_OK) {
            answer_failure(exchange, status, &fault, "sign out");
            return;
        }
        name_actor(&exchange->customer, actor);
        if (api_audit(api, exchange, actor, "sign_out", NULL, "{}", &fault) != STATUS_OK)
            log_event(LOG_ERROR, "audit.failed", "action=sign_out cause=\"%s\"", fault.text);
    }
    answer_empty(exchange, MHD_HTTP_NO_CONTENT);
    answer_header(exchange, MHD_HTTP_HEADER_SET_COOKIE, session_cookie_clear());
}
