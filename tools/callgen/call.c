#include "tools/callgen/call.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/callgen/call_setup.h"
#include "tools/callgen/sdp_answer.h"

/* RFC 3261 section 17.1.1.1 and table 4 */
#define T1_NS (500 * CLOCK_NS_PER_MS)
#define T2_NS (4 * CLOCK_NS_PER_S)
#define GIVE_UP_NS (64 * T1_NS)
#define RINGING_NS (60 * CLOCK_NS_PER_S)
#define NEVER ((mono_time){INT64_MAX})

static mono_time later(mono_time now, int64_t wait_ns)
{
    return (mono_time){now.ns + wait_ns};
}

const char *call_result_name(enum call_result result)
{
    static const char *const names[] = {"ok", "refused", "timeout", "error"};
    return names[result];
}

void call_init(const struct call_world *world, uint32_t index, struct call *call)
{
    *call = (struct call){.world = world, .index = index, .timer = NEVER};
    bytes_init(&call->request, BOUND_SIP_MESSAGE_BYTES);
    bytes_init(&call->ack, BOUND_SIP_MESSAGE_BYTES);
    for (unsigned i = 0; i < SENDER_STREAMS; i++) {
        call->media.stream[i].descriptor = -1;
    }
    call->media.owner = call;
}

static void close_media(struct call *call)
{
    for (unsigned i = 0; i < SENDER_STREAMS; i++) {
        if (call->media.stream[i].descriptor >= 0) {
            (void)close(call->media.stream[i].descriptor);
        }
        call->media.stream[i].descriptor = -1;
    }
}

void call_deinit(struct call *call)
{
    close_media(call);
    for (unsigned i = 0; i < SENDER_STREAMS; i++) {
        plan_deinit(&call->media.stream[i].plan);
    }
    bytes_deinit(&call->request);
    bytes_deinit(&call->ack);
}

/* The first reason that a call did not go well is the one that is told. */
static void blame(struct call *call, enum call_result result, const char *detail)
{
    if (call->result == CALL_OK) {
        call->result = result;
        (void)snprintf(call->detail, sizeof(call->detail), "%s", detail);
    }
}

static void finish(struct call *call)
{
    call->state = CALL_OVER;
    call->timer = NEVER;
    call->ended_at = clock_wall_now();
    close_media(call);
}

static void fail(struct call *call, enum call_result result, const char *detail)
{
    blame(call, result, detail);
    finish(call);
}

static enum status transmit(struct call *call, const struct bytes *message, struct fault *fault)
{
    return transport_send(call->world->transport, (const char *)message->data, message->len, fault);
}

typedef enum status (*invite_writer)(const struct invite_dialog *dialog, struct bytes *out);

/* Write a request and send it; what goes wrong ends the call. */
static bool send_request(struct call *call, struct bytes *message, invite_writer writer)
{
    struct fault fault = {0};
    bytes_clear(message);
    enum status status = writer(&call->dialog, message);
    if (status == STATUS_OK) {
        status = transmit(call, message, &fault);
    } else {
        (void)fault_set(&fault, status, 0, "write SIP: %s", status_text(status));
    }
    if (status != STATUS_OK) {
        fail(call, CALL_ERROR, fault.text);
    }
    return status == STATUS_OK;
}

static void set_timers(struct call *call, mono_time now, int64_t give_up_ns)
{
    bool tcp = transport_is_tcp(call->world->transport);
    call->give_up = later(now, give_up_ns);
    call->interval_ns = T1_NS;
    call->timer = tcp ? call->give_up : later(now, T1_NS);
}

void call_start(struct call *call, mono_time now)
{
    struct fault fault = {0};
    call->invite_at = clock_wall_now();
    call->offer.started = call->invite_at;
    enum status status = call_setup(call, &fault);
    if (status == STATUS_OK) {
        status = invite_write(&call->dialog, &call->offer, &call->request);
        if (status != STATUS_OK) {
            (void)fault_set(&fault, status, 0, "write INVITE: %s", status_text(status));
        }
    }
    if (status == STATUS_OK) {
        status = transmit(call, &call->request, &fault);
    }
    if (status != STATUS_OK) {
        fail(call, CALL_ERROR, fault.text);
        return;
    }
    call->state = CALL_CALLING;
    set_timers(call, now, GIVE_UP_NS);
}

static void send_bye(struct call *call, mono_time now)
{
    if (!send_request(call, &call->request, invite_write_bye)) {
        return;
    }
    call->bye_at = clock_wall_now();
    call->state = CALL_ENDING;
    set_timers(call, now, GIVE_UP_NS);
}

static void cancel(struct call *call, mono_time now)
{
    if (send_request(call, &call->request, invite_write_cancel)) {
        call->state = CALL_CANCELLING;
        set_timers(call, now, GIVE_UP_NS);
    }
}

static void retransmit(struct call *call, mono_time now)
{
    struct fault fault = {0};
    if (transmit(call, &call->request, &fault) != STATUS_OK) {
        fail(call, CALL_ERROR, fault.text);
        return;
    }
    /* INVITE: doubled for ever; others: up to T2 */
    call->interval_ns *= 2;
    if (call->state != CALL_CALLING && call->interval_ns > T2_NS) {
        call->interval_ns = T2_NS;
    }
    call->timer = later(now, call->interval_ns);
    call->timer = call->timer.ns > call->give_up.ns ? call->give_up : call->timer;
}

void call_tick(struct call *call, mono_time now)
{
    switch (call->state) {
    case CALL_BYE_DUE:
        send_bye(call, now);
        break;
    case CALL_PROCEEDING:
        blame(call, CALL_TIMEOUT, "no final answer to INVITE");
        cancel(call, now);
        break;
    case CALL_CALLING:
    case CALL_CANCELLING:
    case CALL_ENDING:
        if (now.ns < call->give_up.ns) {
            retransmit(call, now);
        } else {
            fail(call, CALL_TIMEOUT,
                 call->state == CALL_ENDING ? "no answer to BYE" : "no answer to INVITE");
        }
        break;
    case CALL_WAITING:
    case CALL_TALKING:
    case CALL_FINISHING:
    case CALL_OVER:
        call->timer = NEVER;
        break;
    }
}

static void begin_media(struct call *call, const struct sip_message *message)
{
    struct sdp_answer_stream answer[INVITE_STREAMS];
    enum status status = sdp_answer_read(message->body.start, message->body.bytes,
                                         call->offer.codec->payload_type, answer, INVITE_STREAMS);
    if (status != STATUS_OK) {
        blame(call, CALL_ERROR, "the SDP answer does not fit the offer");
    }
    for (unsigned i = 0; status == STATUS_OK && i < INVITE_STREAMS; i++) {
        struct sender_stream *stream = &call->media.stream[i];
        if (!answer[i].accepted) {
            blame(call, CALL_ERROR, "a stream was not accepted");
        } else if (connect(stream->descriptor, (struct sockaddr *)&answer[i].target,
                           address_length(&answer[i].target)) != 0) {
            blame(call, CALL_ERROR, "the media address cannot be reached");
        } else {
            stream->active = !call->stopping;
        }
    }
    call->state = CALL_TALKING;
    call->timer = NEVER;
    sender_begin(call->world->sender, &call->media);
}

static void answered(struct call *call, const struct sip_message *message, mono_time now)
{
    call->answered_at = clock_wall_now();
    call->answer_code = message->status_code;
    if (!call_setup_dialog(call, message)) {
        fail(call, CALL_ERROR, "the answer to INVITE lacks a usable To or Contact");
        return;
    }
    if (!send_request(call, &call->ack, invite_write_ack)) {
        return;
    }
    if (call->state == CALL_CANCELLING) {
        send_bye(call, now);
    } else {
        begin_media(call, message);
    }
}

static void refused(struct call *call, const struct sip_message *message)
{
    char detail[64];
    call->answer_code = message->status_code;
    call_setup_failure(call, message);
    (void)snprintf(detail, sizeof(detail), "INVITE answered %u", message->status_code);
    if (send_request(call, &call->ack, invite_write_failure_ack)) {
        fail(call, call->stopping ? CALL_ERROR : CALL_REFUSED, detail);
    }
}

static void send_ack_again(struct call *call)
{
    struct fault fault = {0};
    if (call->ack.len > 0 && transmit(call, &call->ack, &fault) != STATUS_OK) {
        fault_clear(&fault); /* the recorder will ask again */
    }
}

static void invite_response(struct call *call, const struct sip_message *message, mono_time now)
{
    bool pending = call->state == CALL_CALLING || call->state == CALL_PROCEEDING ||
                   call->state == CALL_CANCELLING;
    if (message->status_code >= 200 && !pending) {
        send_ack_again(call);
    } else if (message->status_code >= 300) {
        refused(call, message);
    } else if (message->status_code >= 200) {
        answered(call, message, now);
    } else if (call->state == CALL_CALLING) {
        call->state = CALL_PROCEEDING;
        call->timer = later(now, RINGING_NS);
        if (call->stopping) {
            cancel(call, now);
        }
    }
}

static void bye_response(struct call *call, const struct sip_message *message)
{
    char detail[64];
    if (call->state != CALL_ENDING || message->status_code < 200) {
        return;
    }
    if (message->status_code >= 300) {
        (void)snprintf(detail, sizeof(detail), "BYE answered %u", message->status_code);
        blame(call, CALL_ERROR, detail);
    }
    finish(call);
}

void call_response(struct call *call, const struct sip_message *message, mono_time now)
{
    if (sip_span_is(message->method, "INVITE")) {
        invite_response(call, message, now);
    } else if (sip_span_is(message->method, "BYE")) {
        bye_response(call, message);
    } else if (sip_span_is(message->method, "CANCEL") && call->state == CALL_CANCELLING &&
               message->status_code >= 200) {
        call->timer = call->give_up; /* CANCEL arrived; INVITE's own answer is still to come */
    }
}

void call_bye_received(struct call *call)
{
    if (call->state == CALL_TALKING) {
        blame(call, CALL_ERROR, "ended by the recorder");
        sender_cancel(&call->media);
        call->state = CALL_FINISHING;
        call->timer = NEVER;
    } else if (call->state == CALL_BYE_DUE || call->state == CALL_ENDING) {
        finish(call);
    }
}

void call_media_over(struct call *call, mono_time now)
{
    if (call->state == CALL_FINISHING) {
        finish(call);
        return;
    }
    for (unsigned i = 0; i < SENDER_STREAMS; i++) {
        if (call->media.stream[i].send_errors > 0) {
            blame(call, CALL_ERROR, "the system refused to send packets");
        }
    }
    call->state = CALL_BYE_DUE;
    int64_t wait_ms = call->stopping ? 0 : call->world->options->bye_wait_ms;
    call->timer = later(now, wait_ms * CLOCK_NS_PER_MS);
}

void call_stop(struct call *call, mono_time now)
{
    if (call->stopping || call->state == CALL_OVER) {
        return;
    }
    call->stopping = true;
    blame(call, CALL_ERROR, "stopped by the user");
    if (call->state == CALL_WAITING) {
        finish(call);
    } else if (call->state == CALL_PROCEEDING) {
        cancel(call, now);
    } else if (call->state == CALL_CALLING) {
        call->give_up = later(now, T1_NS * 2); /* nobody there: do not wait long */
        call->timer = call->give_up;
    } else if (call->state == CALL_TALKING) {
        sender_cancel(&call->media);
    } else if (call->state == CALL_BYE_DUE) {
        call->timer = now;
    }
}

void call_unreachable(struct call *call, const char *why)
{
    switch (call->state) {
    case CALL_CALLING:
    case CALL_PROCEEDING:
    case CALL_CANCELLING:
    case CALL_ENDING:
        fail(call, CALL_ERROR, why);
        break;
    case CALL_WAITING:
    case CALL_TALKING:
    case CALL_BYE_DUE:
    case CALL_FINISHING:
    case CALL_OVER:
        break;
    }
}
