#include "web/api/session_routes.h"

#include <sodium.h>

#include "base/clock.h"
#include "base/log.h"
#include "storage/index/sessions.h"
#include "storage/seal/sign_in.h"
#include "web/api/answer.h"
#include "web/api/api.h"
#include "web/api/credentials.h"
#include "web/api/origin.h"
#include "web/api/session_cookie.h"

/* One change of sessions, with its entry in the audit log. */
struct change {
    const struct sign_in_key *key;
    const struct exchange *exchange;
    const struct customer *customer;
    const uint8_t *token; /* of the session that begins */
    struct audit_entry entry;
};

static enum status write_touch(struct index *index, void *job, struct fault *fault)
{
    const struct exchange *exchange = job;

    return sessions_touch(index, exchange->token, clock_wall_now(), fault);
}

/* That it could not be written ends the session early at worst; nobody is refused for it. */
static void touch(struct api *api, struct exchange *exchange)
{
    struct fault fault = {0};

    if (index_writer_run(api->writer, write_touch, exchange, INDEX_BUSY_MS, &fault) != STATUS_OK)
        log_event(LOG_WARNING, "session.untouched", "cause=\"%s\"", fault.text);
}

enum status session_routes_identify(struct api *api, struct index *index, struct exchange *exchange,
                                    struct fault *fault)
{
    const char *value = exchange_cookie(exchange, SESSION_COOKIE_NAME);

    if (!value || session_cookie_parse(value, exchange->token) != STATUS_OK)
        return STATUS_OK;
    struct session session;
    enum status status =
        sessions_find(index, api->sign_in, exchange->token, clock_wall_now(), &session, fault);
    exchange->signed_in = status == STATUS_OK;
    if (exchange->signed_in)
        exchange->customer = session.customer;
    if (exchange->signed_in && session.touch_due)
        touch(api, exchange);
    if (status == STATUS_DENIED)
        log_event(LOG_ERROR, "session.forged", "address=%s cause=\"%s\"", exchange->address,
                  fault->text);
    return status == STATUS_NOT_FOUND || status == STATUS_DENIED ? STATUS_OK : status;
}

/* The hash to check a PIN against: "" where the customer has none, or none that is sealed to it. */
static void open_pin(const struct api *api, const struct customer *customer,
                     const struct sealed_pin *pin, char hash[static SIGN_IN_PIN_BYTES])
{
    if (sign_in_open_pin(api->sign_in, customer->id, customer->number, pin, hash) == STATUS_OK)
        return;
    hash[0] = '\0';
    if (!sodium_is_zero(pin->b, sizeof pin->b))
        log_event(LOG_ERROR, "session.pin_foreign",
                  "customer=%s reason=\"its PIN was not given with this sign-in key\"",
                  customer->number);
}

/*
 * Whether a PIN is a customer's. A number that nobody has costs the same time.
 *
 * STATUS_OK, STATUS_DENIED (*known says whether the number is somebody's), STATUS_BUSY; others as
 * customers_pin.
 */
static enum status check_pin(struct api *api, struct index *index,
                             const struct credentials *credentials, struct customer *customer,
                             bool *known, struct fault *fault)
{
    char hash[SIGN_IN_PIN_BYTES] = "";
    struct sealed_pin pin;
    enum status status = customers_pin(index, credentials->customer, customer, &pin, fault);

    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *known = status == STATUS_OK;
    if (*known)
        open_pin(api, customer, &pin, hash);
    status = pin_check_verify(api->pin_check, hash, credentials->pin);
    if (status == STATUS_BUSY)
        (void)fault_set(fault, STATUS_BUSY, 0, "too many sign-ins at once");
    sodium_memzero(hash, sizeof hash);
    return status;
}

static void refuse(struct api *api, struct exchange *exchange, const struct customer *customer)
{
    char actor[API_ACTOR_BYTES];
    struct fault fault = {0};
    struct audit_entry entry = api_entry(exchange, customer, "sign_in_failed", "{}", actor);

    if (index_writer_audit(api->writer, &entry, &fault) != STATUS_OK)
        log_event(LOG_ERROR, "audit.failed", "action=sign_in_failed cause=\"%s\"", fault.text);
    log_event(LOG_INFO, "session.refused", "address=%s known=%s", exchange->address,
              customer ? "yes" : "no");
    answer_problem(exchange, PROBLEM_SIGN_IN_FAILED, NULL, NULL);
}

static enum status write_begun(struct index *index, void *job, struct fault *fault)
{
    const struct change *change = job;
    wall_time now = change->entry.at;
    enum status status = sessions_expire(index, now, fault);

    if (status == STATUS_OK && change->exchange->signed_in)
        status = sessions_remove(index, change->exchange->token, fault);
    if (status == STATUS_OK)
        status = sessions_add(index, change->key, change->token, change->customer->id, now, fault);
    return status == STATUS_OK ? audit_append(index, &change->entry, fault) : status;
}

/* Make the session, with its audit entry, or neither. */
static enum status begin_session(struct api *api, const struct exchange *exchange,
                                 const struct customer *customer,
                                 const uint8_t token[static SESSION_TOKEN_BYTES],
                                 struct fault *fault)
{
    char actor[API_ACTOR_BYTES];
    struct change change = {api->sign_in, exchange, customer, token,
                            api_entry(exchange, customer, "sign_in", "{}", actor)};

    return index_writer_run(api->writer, write_begun, &change, INDEX_BUSY_MS, fault);
}

static void welcome(struct api *api, struct exchange *exchange, const struct customer *customer)
{
    uint8_t token[SESSION_TOKEN_BYTES];
    char cookie[SESSION_COOKIE_BYTES];
    struct fault fault = {0};

    randombytes_buf(token, sizeof token);
    enum status status = begin_session(api, exchange, customer, token, &fault);
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
        welcome(api, exchange, &customer);
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

static enum status write_ended(struct index *index, void *job, struct fault *fault)
{
    const struct change *change = job;
    enum status status = sessions_remove(index, change->exchange->token, fault);

    return status == STATUS_OK ? audit_append(index, &change->entry, fault) : status;
}

void session_routes_sign_out(struct api *api, struct index *index, struct exchange *exchange)
{
    char actor[API_ACTOR_BYTES];
    struct fault fault = {0};

    (void)index;
    if (exchange->signed_in) {
        struct change change = {
            .exchange = exchange,
            .entry = api_entry(exchange, &exchange->customer, "sign_out", "{}", actor)};
        enum status status =
            index_writer_run(api->writer, write_ended, &change, INDEX_BUSY_MS, &fault);
        if (status != STATUS_OK) {
            answer_failure(exchange, status, &fault, "sign out");
            return;
        }
    }
    answer_empty(exchange, MHD_HTTP_NO_CONTENT);
    answer_header(exchange, MHD_HTTP_HEADER_SET_COOKIE, session_cookie_clear());
}
