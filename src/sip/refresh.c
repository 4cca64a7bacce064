#include <stdio.h>
#include <string.h>

#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"
#include "sip/sip_body.h"

enum { TRIES_MAX = 3, GLARE_T1S = 4 }; /* 491: up to 2 s, T1 being 500 ms */

static void refresh_due(void *arg);
static void expire(void *arg);

static struct session_timer_policy policy(const struct sip_server *server)
{
    const struct sip_timer_options *options = &server->options.timer;
    struct session_timer_policy said = {
        .min_s = options->min_se_s ? options->min_se_s : SESSION_TIMER_MIN_S,
        .expires_s =
            options->session_expires_s ? options->session_expires_s : SESSION_TIMER_EXPIRES_S};

    if (said.expires_s < said.min_s)
        said.expires_s = said.min_s;
    return said;
}

static unsigned second_ms(const struct sip_server *server)
{
    enum { SECOND_MS = 1000 };

    return server->options.timer.second_ms ? server->options.timer.second_ms : SECOND_MS;
}

/* Set the deadline to some seconds after the last refresh. */
static void wait_from_refresh(struct sip_call *call, unsigned delay_s, void (*function)(void *arg))
{
    int64_t passed_ms = (clock_mono_now().ns - call->refresh.refreshed.ns) / CLOCK_NS_PER_MS;
    int64_t delay_ms = (int64_t)delay_s * second_ms(call->server) - passed_ms;

    deadline_set(&call->server->deadlines, &call->refresh.deadline,
                 delay_ms > 0 ? (unsigned)delay_ms : 0, function, call);
}

/* Who refreshes has the whole interval; else we are early (RFC 4028 section 10). */
static void wait_for_expiry(struct sip_call *call)
{
    const struct session_timer *agreed = &call->refresh.agreed;

    wait_from_refresh(call, agreed->ours ? agreed->interval_s : session_timer_expiry_s(agreed),
                      expire);
}

static void restart(struct sip_call *call)
{
    struct refresh *refresh = &call->refresh;

    refresh->refreshed = clock_mono_now();
    refresh->life = refresh->refreshed;
    refresh->tries = 0;
    refresh->lost = false;
    if (refresh->agreed.ours)
        wait_from_refresh(call, refresh->agreed.interval_s / 2, refresh_due);
    else
        wait_for_expiry(call);
}

/* --- as the one who answers --- */

bool refresh_refused(struct sip_server *server, const struct sip_call *call,
                     const struct sip_msg *msg)
{
    static const struct session_timer none;
    struct session_timer_policy ours = policy(server);
    struct session_timer_said said;
    char headers[32];

    session_timer_read(msg, &said);
    if (!session_timer_is_short(&said, call ? &call->refresh.agreed : &none, &ours))
        return false;
    (void)snprintf(headers, sizeof headers, "Min-SE: %u\r\n", ours.min_s);
    reply_final(server, msg, 422, "Session Interval Too Small", headers);
    return true;
}

void refresh_agree(struct sip_call *call, const struct sip_msg *msg)
{
    struct session_timer_policy ours = policy(call->server);
    struct session_timer_said said;

    session_timer_read(msg, &said);
    session_timer_answer(&said, &ours, &call->refresh.agreed);
    restart(call);
}

void refresh_headers(const struct sip_call *call, char headers[static ANSWER_HEADERS_BYTES])
{
    const struct session_timer *agreed = &call->refresh.agreed;
    size_t bytes = strlen(headers);

    if (agreed->told)
        (void)snprintf(headers + bytes, ANSWER_HEADERS_BYTES - bytes,
                       "Session-Expires: %u;refresher=%s\r\n%s", agreed->interval_s,
                       agreed->ours ? "uas" : "uac", agreed->supported ? "Require: timer\r\n" : "");
}

/* --- as the one who refreshes --- */

static void later(struct sip_call *call, unsigned delay_ms)
{
    deadline_set(&call->server->deadlines, &call->refresh.deadline, delay_ms, refresh_due, call);
}

/* Again at once, as the refusal tells how; else as one that was heard of. */
static void try_again(struct sip_call *call)
{
    if (++call->refresh.tries < TRIES_MAX)
        refresh_due(call);
    else
        restart(call);
}

static void refreshed(struct sip_call *call, const struct sip_msg *response)
{
    struct session_timer_said said;
    struct sip_body body;

    session_timer_read(response, &said);
    session_timer_take_answer(&said, &call->refresh.agreed);
    target_take(call, response);
    restart(call);
    sip_body_read_lenient(response, SIP_CALL_RESPONSE,
                          pl_strcmp(&response->cseq.met, "INVITE") == 0, &body);
    call_tell_body(call, &body);
    sip_body_deinit(&body);
}

static void take_longer_interval(struct sip_call *call, const struct sip_msg *response)
{
    struct session_timer_said said;

    session_timer_read(response, &said);
    if (said.min_s > call->refresh.agreed.interval_s)
        call->refresh.agreed.interval_s = said.min_s;
    call->refresh.agreed.min_s = said.min_s;
}

/*
 * Nothing in time, or 408: the expiry decides. 481 may be asked about at once. Any other refusal
 * comes from a client that knows the call.
 */
static void refresh_answered(struct sip_call *call, const struct sip_msg *response)
{
    if (!response || response->scode == 408)
        return;
    if (response->scode == 481) {
        call->refresh.lost = true;
        expire(call);
    } else if (response->scode < 300) {
        refreshed(call, response);
    } else if (response->scode == 491) {
        /* the Call-ID is never ours (RFC 3261 section 14.1) */
        later(call, rand_u32() % (GLARE_T1S * call->server->t1_ms));
    } else if (response->scode == 422) {
        take_longer_interval(call, response);
        try_again(call);
    } else if ((response->scode == 405 || response->scode == 501) && !call->refresh.by_invite) {
        call->refresh.by_invite = true;
        try_again(call);
    } else {
        restart(call);
    }
}

/* By UPDATE without an offer where the client takes it, else by our description of now. */
static void refresh_due(void *arg)
{
    struct sip_call *call = arg;
    const struct session_timer *agreed = &call->refresh.agreed;
    bool by_update = call->takes_update && !call->refresh.by_invite;
    struct outgoing_message message = {.method = by_update ? "UPDATE" : "INVITE",
                                       .answered = refresh_answered};
    char headers[ANSWER_HEADERS_BYTES];
    size_t bytes;

    /* one INVITE at a time (RFC 3261 section 14.1) */
    if (call->unacknowledged || outgoing_is_offering(call)) {
        later(call, call->server->t1_ms);
        return;
    }
    answer_headers(call, headers);
    bytes = strlen(headers);
    (void)snprintf(headers + bytes, sizeof headers - bytes, "Session-Expires: %u;refresher=uac\r\n",
                   agreed->interval_s);
    bytes = strlen(headers);
    if (agreed->min_s > 0)
        (void)snprintf(headers + bytes, sizeof headers - bytes, "Min-SE: %u\r\n", agreed->min_s);
    bytes = strlen(headers);
    if (!by_update) {
        (void)snprintf(headers + bytes, sizeof headers - bytes,
                       "Content-Type: application/sdp\r\n");
        message.body = (struct text_span){.text = (const char *)call->description.data,
                                          .bytes = call->description.len};
    }
    message.headers = headers;
    wait_for_expiry(call);
    /* without memory it is like a lost one */
    (void)outgoing_send(call, &message);
}

/* --- at the end --- */

static void tell(struct sip_call *call, enum deviation deviation)
{
    struct sip_call_offer offer = {.message = SIP_CALL_TIMER};

    deviation_add(&offer.deviations, deviation);
    call_tell(call, &offer);
}

static bool is_alive(struct sip_call *call)
{
    const struct sip_server_handler *handler = &call->server->options.handler;
    bool alive = handler->alive(handler->context, call->context);

    if (alive)
        refresh_heard(call);
    return alive;
}

/* A client that promised nothing by session timers may be silent for a whole interval. */
static bool has_time(const struct sip_call *call)
{
    const struct refresh *refresh = &call->refresh;
    int64_t silent_ms = (clock_mono_now().ns - refresh->life.ns) / CLOCK_NS_PER_MS;

    return !refresh->lost && !refresh->agreed.supported &&
           silent_ms < (int64_t)refresh->agreed.interval_s * second_ms(call->server);
}

static void expire(void *arg)
{
    struct sip_call *call = arg;
    bool alive = is_alive(call);

    if (!alive && !has_time(call)) {
        call_hang_up(call, SIP_CALL_EXPIRED);
        return;
    }
    deadline_set(&call->server->deadlines, &call->refresh.deadline,
                 SIP_CALL_ALIVE_AGAIN_S * second_ms(call->server), expire, call);
    if (alive && !call->refresh.told) {
        call->refresh.told = true;
        tell(call, DEVIATION_TIMER_IGNORED);
    }
}

void refresh_unacknowledged(struct sip_call *call)
{
    if (!is_alive(call)) {
        call_hang_up(call, SIP_CALL_NO_ACK);
        return;
    }
    answer_forget(call);
    tell(call, DEVIATION_NO_ACK);
}

void refresh_heard(struct sip_call *call)
{
    call->refresh.life = clock_mono_now();
}

void refresh_stop(struct sip_call *call)
{
    deadline_cancel(&call->refresh.deadline);
}
