#include "tools/callgen/client.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tools/callgen/call_setup.h"

enum { REPLY_HEADERS_MAX = 16, WAIT_MS_MAX = 1000 };

struct client {
    const struct call_world *world;
    struct call *calls;
    uint32_t call_count;
    uint32_t started;
    mono_time begin;
    bool stopping;
};

static struct call *find_call(struct client *client, struct sip_span call_id)
{
    uint32_t index = 0;
    if (!call_setup_index(call_id, &index) || index >= client->started) {
        return NULL;
    }
    struct call *call = &client->calls[index];
    return sip_span_is(call_id, call->dialog.call_id) ? call : NULL;
}

/* Answer a request of the recorder's with its own Via, From, To, Call-ID and CSeq. */
static void reply(struct client *client, const struct sip_message *request, const char *answer)
{
    static const char *const copied[] = {"Via", "From", "To", "Call-ID", "CSeq"};
    struct fault fault = {0};
    struct bytes out;
    bytes_init(&out, BOUND_SIP_MESSAGE_BYTES);
    enum status status = bytes_printf(&out, "SIP/2.0 %s\r\n", answer);
    for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
        for (size_t line = 0; line < REPLY_HEADERS_MAX && status == STATUS_OK; line++) {
            struct sip_span value = sip_message_header(request, copied[i], line);
            if (value.start == NULL) {
                break;
            }
            status = bytes_printf(&out, "%s: %.*s\r\n", copied[i], (int)value.bytes, value.start);
        }
    }
    if (status == STATUS_OK) {
        status = bytes_printf(&out, "Allow: BYE, OPTIONS\r\nContent-Length: 0\r\n\r\n");
    }
    if (status == STATUS_OK) {
        status = transport_send(client->world->transport, (const char *)out.data, out.len, &fault);
    }
    if (status != STATUS_OK) {
        fault_clear(&fault); /* as a lost datagram: the recorder asks again */
    }
    bytes_deinit(&out);
}

static void take_request(struct client *client, const struct sip_message *message)
{
    struct call *call = find_call(client, message->call_id);
    if (sip_span_is(message->method, "ACK")) {
        return;
    }
    if (sip_span_is(message->method, "OPTIONS")) {
        reply(client, message, "200 OK");
    } else if (call == NULL) {
        reply(client, message, "481 Call/Transaction Does Not Exist");
    } else if (sip_span_is(message->method, "BYE")) {
        reply(client, message, "200 OK");
        call_bye_received(call);
    } else {
        reply(client, message, "405 Method Not Allowed");
    }
}

static void unreachable(struct client *client, const char *why)
{
    for (uint32_t i = 0; i < client->started; i++) {
        call_unreachable(&client->calls[i], why);
    }
}

static void receive_all(struct client *client, mono_time now)
{
    struct fault fault = {0};
    const char *text = NULL;
    size_t text_bytes = 0;
    for (;;) {
        struct sip_message message;
        enum status status =
            transport_receive(client->world->transport, &text, &text_bytes, &fault);
        if (status == STATUS_END) {
            return;
        }
        if (status != STATUS_OK) {
            unreachable(client, fault.text);
            return;
        }
        if (sip_message_read(text, text_bytes, &message) != STATUS_OK) {
            continue; /* what is not SIP is nobody's answer */
        }
        if (message.status_code == 0) {
            take_request(client, &message);
            continue;
        }
        struct call *call = find_call(client, message.call_id);
        if (call != NULL) {
            call_response(call, &message, now);
        }
    }
}

static void media_over(struct client *client, mono_time now)
{
    struct sender_job *job = sender_done(client->world->sender);
    while (job != NULL) {
        call_media_over(job->owner, now);
        job = sender_done(client->world->sender);
    }
}

static mono_time start_time(const struct client *client, uint32_t index)
{
    double offset_ns = (double)index / client->world->options->rate * (double)CLOCK_NS_PER_S;
    return (mono_time){client->begin.ns + (int64_t)offset_ns};
}

/* Start and tick what is due; when to look again. *over is set when every call is. */
static mono_time work(struct client *client, mono_time now, bool *over)
{
    mono_time next = {INT64_MAX};
    *over = client->started == client->call_count;
    while (!client->stopping && client->started < client->call_count &&
           start_time(client, client->started).ns <= now.ns) {
        call_start(&client->calls[client->started++], now);
    }
    if (client->started < client->call_count) {
        next = start_time(client, client->started);
    }
    for (uint32_t i = 0; i < client->started; i++) {
        struct call *call = &client->calls[i];
        if (call->state != CALL_OVER && call->timer.ns <= now.ns) {
            call_tick(call, now);
        }
        next = call->timer.ns < next.ns ? call->timer : next;
        *over = *over && call->state == CALL_OVER;
    }
    return next;
}

static void stop(struct client *client, int signals, mono_time now)
{
    struct signalfd_siginfo info;
    ssize_t got = read(signals, &info, sizeof(info)); /* which signal does not matter */
    (void)got;
    client->stopping = true;
    client->started = client->call_count;
    for (uint32_t i = 0; i < client->call_count; i++) {
        call_stop(&client->calls[i], now);
    }
}

static int wait_ms(mono_time now, mono_time next)
{
    int64_t wait = (next.ns - now.ns + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS;
    if (next.ns == INT64_MAX || wait > WAIT_MS_MAX) {
        return WAIT_MS_MAX;
    }
    return wait < 0 ? 0 : (int)wait;
}

enum status client_run(const struct call_world *world, struct call *calls, uint32_t call_count,
                       int signals, struct fault *fault)
{
    struct client client = {
        .world = world, .calls = calls, .call_count = call_count, .begin = clock_mono_now()};
    bool over = false;
    for (;;) {
        mono_time now = clock_mono_now();
        mono_time next = work(&client, now, &over);
        if (over) {
            return STATUS_OK;
        }
        struct pollfd polled[] = {{transport_descriptor(world->transport), POLLIN, 0},
                                  {sender_descriptor(world->sender), POLLIN, 0},
                                  {signals, POLLIN, 0}};
        if (poll(polled, 3, wait_ms(now, next)) < 0 && errno != EINTR) {
            return fault_set(fault, STATUS_IO, errno, "poll");
        }
        now = clock_mono_now();
        if (polled[0].revents != 0) {
            receive_all(&client, now);
        }
        if (polled[1].revents != 0) {
            media_over(&client, now);
        }
        if (polled[2].revents != 0) {
            stop(&client, signals, now);
        }
    }
}
