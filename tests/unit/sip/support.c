#include "unit/sip/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "net/address.h"
#include "unit/sip/support_hang_up.h"

#define SDP_TEXT                                                                                   \
    "v=0\r\no=src 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                  \
    "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=label:1\r\na=sendonly\r\n"               \
    "m=audio 40002 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=label:2\r\na=sendonly\r\n"
#define METADATA_TEXT                                                                              \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                                               \
    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>"        \
    "<session session_id=\"c2Vzc2lvbjE=\"><sipSessionID>a;remote=b</sipSessionID></session>"       \
    "<participant participant_id=\"cGFydHkx\"><nameID aor=\"sip:+4588303080@example.net\">"        \
    "<name>Anna</name></nameID></participant>"                                                     \
    "<participant participant_id=\"cGFydHky\"><nameID aor=\"sip:+4570101010@example.net\"/>"       \
    "</participant><stream stream_id=\"c3RyZWFtMQ==\" session_id=\"c2Vzc2lvbjE=\">"                \
    "<label>1</label></stream><stream stream_id=\"c3RyZWFtMg==\" session_id=\"c2Vzc2lvbjE=\">"     \
    "<label>2</label></stream><participantstreamassoc participant_id=\"cGFydHkx\">"                \
    "<send>c3RyZWFtMQ==</send></participantstreamassoc>"                                           \
    "<participantstreamassoc participant_id=\"cGFydHky\"><send>c3RyZWFtMg==</send>"                \
    "</participantstreamassoc></recording>\r\n"

const char SDP[] = SDP_TEXT;
const char METADATA[] = METADATA_TEXT;
const char SIPREC_TYPE[] = "multipart/mixed;boundary=unit-test";
const char SIPREC_BODY[] =
    "--unit-test\r\nContent-Type: application/sdp\r\n\r\n" SDP_TEXT
    "\r\n--unit-test\r\nContent-Type: application/rs-metadata+xml\r\n"
    "Content-Disposition: recording-session\r\n\r\n" METADATA_TEXT "\r\n--unit-test--\r\n";

/* --- the owner of the server's calls --- */

static void accept_all_media(size_t media_lines, struct sdp_local *answer)
{
    answer->media_lines = media_lines;
    for (size_t i = 0; i < media_lines; i++)
        answer->media[i] =
            (struct sdp_local_media){.accepted = true, .port = (uint16_t)(20000 + 2 * i)};
}

/* What the owner offers where the client offers nothing. */
static void offer_audio(struct sdp_local *offer)
{
    static const struct sdp_format pcma = {
        .payload_type = 8, .encoding = "PCMA", .clock_rate_hz = 8000, .channels = 1};

    offer->media_lines = 1;
    offer->media[0] = (struct sdp_local_media){.accepted = true, .port = 20000, .formats = 1};
    offer->media[0].offered[0] = pcma;
}

static void describe(const struct sip_call_offer *offer, struct sdp_local *local)
{
    if (offer->sdp)
        accept_all_media(offer->sdp->media_lines, local);
    else
        offer_audio(local);
}

static void note_text(char text[static STAGE_TEXT_BYTES], const char *value)
{
    (void)snprintf(text, STAGE_TEXT_BYTES, "%s", value ? value : "");
}

static void note_offer(struct stage *stage, const struct sip_call_offer *offer)
{
    stage->message = offer->message;
    stage->had_sdp = offer->sdp != NULL;
    stage->had_metadata = offer->metadata != NULL;
    stage->siprec = offer->siprec;
    stage->deviations = offer->deviations;
    stage->media_lines = offer->sdp ? offer->sdp->media_lines : 0;
    stage->xml_bytes = offer->metadata_xml.bytes;
    stage->all_xml_bytes += offer->metadata_xml.bytes;
    stage->participants = offer->metadata ? offer->metadata->participants : 0;
    note_text(stage->metadata_fault, offer->metadata_fault);
    stage->late = offer->late;
    note_text(stage->changed_from, offer->from);
    (void)snprintf(stage->metadata_type, sizeof stage->metadata_type, "%.*s",
                   (int)offer->metadata_type.bytes,
                   offer->metadata_type.text ? offer->metadata_type.text : "");
}

static void note_identity(struct stage *stage, const struct sip_call_identity *identity)
{
    note_text(stage->from_uri, identity->from_uri);
    note_text(stage->from, identity->from);
    note_text(stage->to, identity->to);
    note_text(stage->asserted, identity->asserted);
    note_text(stage->session_id, identity->session_id);
    note_text(stage->user_agent, identity->user_agent);
    stage->local = identity->local;
    stage->source = identity->peer.address;
    stage->transport = identity->peer.transport;
}

static struct sip_admission on_admit(void *context, const struct sip_peer *peer, const char *method)
{
    struct stage *stage = context;

    assert_int_not_equal(peer->address.ss_family, AF_UNSPEC);
    pthread_mutex_lock(&stage->lock);
    stage->asked++;
    (void)snprintf(stage->asked_method, sizeof stage->asked_method, "%s", method);
    struct sip_admission admission = stage->admission;
    pthread_mutex_unlock(&stage->lock);
    return admission;
}

static enum sip_standing on_standing(void *context, void *call_context, const struct sip_peer *peer,
                                     const char *method)
{
    struct stage *stage = context;

    assert_int_not_equal(peer->address.ss_family, AF_UNSPEC);
    assert_true(*method);
    pthread_mutex_lock(&stage->lock);
    enum sip_standing standing = stage->standing;
    pthread_mutex_unlock(&stage->lock);
    return !call_context && standing == SIP_STANDING_OWN ? SIP_STANDING_OTHER : standing;
}

static void on_invite(void *context, struct sip_call *call, const struct sip_call_offer *offer,
                      void **call_context)
{
    struct stage *stage = context;
    struct sdp_local local = {0};

    pthread_mutex_lock(&stage->lock);
    enum stage_answer how = stage->answer;
    stage->invites++;
    stage->call = call;
    note_offer(stage, offer);
    note_identity(stage, sip_call_identity(call));
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    *call_context = stage;
    describe(offer, &local);
    if (how == STAGE_ACCEPT) {
        assert_int_equal(sip_call_accept(call, &local), STATUS_OK);
        assert_int_equal(sip_call_accept(call, &local), STATUS_CONFLICT);
    } else if (how == STAGE_REJECT) {
        sip_call_reject(call, 503, "No Ports Left", 7);
    }
}

static enum status on_update(void *context, void *call_context, const struct sip_call_offer *offer,
                             struct sdp_local *local)
{
    struct stage *stage = context;

    assert_ptr_equal(call_context, stage);
    pthread_mutex_lock(&stage->lock);
    enum status status = stage->update_status;
    bool snapshot = stage->snapshot_at_update;
    stage->updates++;
    stage->had_local = local != NULL;
    note_offer(stage, offer);
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    if (local)
        describe(offer, local);
    if (snapshot)
        sip_call_request_snapshot(stage->call, NULL);
    return status;
}

static enum status on_info(void *context, void *call_context, const struct sip_call_info *info)
{
    struct stage *stage = context;

    assert_ptr_equal(call_context, stage);
    pthread_mutex_lock(&stage->lock);
    stage->infos++;
    stage->info = *info;
    enum status status = stage->info_status;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    return status;
}

static bool on_alive(void *context, void *call_context)
{
    struct stage *stage = context;

    assert_ptr_equal(call_context, stage);
    pthread_mutex_lock(&stage->lock);
    stage->asked_alive++;
    bool alive = stage->alive;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    return alive;
}

static void on_end(void *context, void *call_context, enum sip_call_end why)
{
    struct stage *stage = context;

    assert_ptr_equal(call_context, stage);
    pthread_mutex_lock(&stage->lock);
    stage->ends++;
    stage->why = why;
    stage->calls_after_end = sip_server_calls(stage->server);
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
}

void stage_hang_up(struct stage *stage)
{
    support_hang_up(stage->call);
}

/* --- the server's thread --- */

static void *stage_thread(void *arg)
{
    struct stage *stage = arg;
    struct sip_server_options options = {.listens = 1,
                                         .software = "unit-test",
                                         .calls_max = stage->calls_max ? stage->calls_max : 100,
                                         .retry_after_s = 5,
                                         .t1_ms = stage->t1_ms ? stage->t1_ms : 20,
                                         .timer = stage->timer,
                                         .handler = {.context = stage,
                                                     .admit = on_admit,
                                                     .standing = on_standing,
                                                     .invite = on_invite,
                                                     .update = on_update,
                                                     .info = on_info,
                                                     .alive = on_alive,
                                                     .end = on_end}};
    struct sip_server *server = NULL;
    struct fault fault = {0};

    assert_int_equal(
        address_parse(stage->listen ? stage->listen : "127.0.0.1:0", 0, &options.listen[0]),
        STATUS_OK);
    if (sip_server_create(&options, &server, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", fault.text);
        abort();
    }
    pthread_mutex_lock(&stage->lock);
    stage->server = server;
    stage->address = sip_server_address(server);
    stage->started = true;
    pthread_cond_broadcast(&stage->changed);
    pthread_mutex_unlock(&stage->lock);
    if (sip_server_run(server, &fault) != STATUS_OK)
        abort();
    sip_server_destroy(server);
    return NULL;
}

/* Orders what this thread did before what the server's thread does under the lock afterwards. */
static void stage_sync(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    pthread_mutex_unlock(&stage->lock);
}

void stage_start(struct stage *stage)
{
    pthread_mutex_init(&stage->lock, NULL);
    pthread_cond_init(&stage->changed, NULL);
    assert_int_equal(pthread_create(&stage->thread, NULL, stage_thread, stage), 0);
    pthread_mutex_lock(&stage->lock);
    while (!stage->started)
        pthread_cond_wait(&stage->changed, &stage->lock);
    pthread_mutex_unlock(&stage->lock);
}

void stage_stop(struct stage *stage)
{
    stage_sync(stage);
    if (!stage->told_to_stop)
        sip_server_stop(stage->server);
    pthread_join(stage->thread, NULL);
    pthread_mutex_destroy(&stage->lock);
    pthread_cond_destroy(&stage->changed);
    assert_int_equal(stage->ends, stage->invites);
}

struct errand {
    struct stage *stage;
    void (*function)(struct stage *stage);
    bool done;
};

static void errand_run(void *arg)
{
    struct errand *errand = arg;

    errand->function(errand->stage);
    pthread_mutex_lock(&errand->stage->lock);
    errand->done = true;
    pthread_cond_broadcast(&errand->stage->changed);
    pthread_mutex_unlock(&errand->stage->lock);
}

void stage_do(struct stage *stage, void (*function)(struct stage *stage))
{
    struct errand errand = {.stage = stage, .function = function};

    assert_int_equal(sip_server_post(stage->server, errand_run, &errand), STATUS_OK);
    pthread_mutex_lock(&stage->lock);
    while (!errand.done)
        pthread_cond_wait(&stage->changed, &stage->lock);
    pthread_mutex_unlock(&stage->lock);
}

void stage_wait(struct stage *stage, const unsigned *counter, unsigned number)
{
    struct timespec until;
    int expired = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&stage->lock);
    while (*counter < number && !expired)
        expired = pthread_cond_timedwait(&stage->changed, &stage->lock, &until);
    unsigned reached = *counter;
    pthread_mutex_unlock(&stage->lock);
    assert_int_equal(reached, number);
}

static void count_calls(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    stage->calls_after_end = sip_server_calls(stage->server);
    pthread_mutex_unlock(&stage->lock);
}

unsigned stage_calls(struct stage *stage)
{
    stage_do(stage, count_calls);
    pthread_mutex_lock(&stage->lock);
    unsigned calls = stage->calls_after_end;
    pthread_mutex_unlock(&stage->lock);
    return calls;
}

/* --- the client --- */

struct client *client_open(struct stage *stage, bool tcp)
{
    struct client *client = calloc(1, sizeof *client);
    struct sockaddr_storage target = stage->address;
    struct sockaddr_storage local = {0};
    socklen_t local_bytes = sizeof local;

    assert_non_null(client);
    if (address_is_any(&target))
        assert_int_equal(address_parse("127.0.0.1", address_port(&stage->address), &target),
                         STATUS_OK);
    client->stage = stage;
    client->tcp = tcp;
    client->fd = socket(target.ss_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    assert_true(client->fd >= 0);
    /* out of the way of the server's descriptor table, which is this process's */
    assert_int_equal(descriptor_raise(&client->fd, NULL), STATUS_OK);
    assert_int_equal(connect(client->fd, (struct sockaddr *)&target, address_length(&target)), 0);
    assert_int_equal(getsockname(client->fd, (struct sockaddr *)&local, &local_bytes), 0);
    address_format(&local, true, client->host);
    address_format(&target, true, client->server);
    return client;
}

void client_close(struct client *client)
{
    close(client->fd);
    free(client);
}

void client_send(struct client *client, const char *text, size_t bytes)
{
    stage_sync(client->stage);
    while (bytes > 0) {
        ssize_t sent = send(client->fd, text, bytes, MSG_NOSIGNAL);
        if (sent < 0 && client->tcp && (errno == EPIPE || errno == ECONNRESET))
            return;
        assert_true(sent > 0);
        text += sent;
        bytes -= (size_t)sent;
    }
}

/* Length of the first whole message in the input, 0 where there is none. */
static size_t message_length(const struct client *client)
{
    if (!client->tcp)
        return client->input_bytes;
    const char *end = memmem(client->input, client->input_bytes, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - client->input) + 4;
    const char *length = memmem(client->input, head, "Content-Length: ", 16);
    assert_non_null(length);
    size_t whole = head + strtoul(length + 16, NULL, 10);
    return whole <= client->input_bytes ? whole : 0;
}

static void note_to_tag(struct client *client)
{
    char value[512];

    header_value(client, "To", value, sizeof value);
    const char *tag = strstr(value, ";tag=");
    if (tag && strncmp(client->message, "SIP/2.0", 7) == 0)
        (void)snprintf(client->to_tag, sizeof client->to_tag, "%s", tag + 5);
}

const char *client_receive(struct client *client, int timeout_ms)
{
    size_t whole;

    while ((whole = message_length(client)) == 0) {
        struct pollfd waiting = {.fd = client->fd, .events = POLLIN};
        if (poll(&waiting, 1, timeout_ms) <= 0)
            return NULL;
        ssize_t got = recv(client->fd, client->input + client->input_bytes,
                           sizeof client->input - client->input_bytes, 0);
        if (got <= 0)
            return NULL;
        client->input_bytes += (size_t)got;
    }
    memcpy(client->message, client->input, whole);
    client->message[whole] = '\0';
    client->input_bytes -= whole;
    memmove(client->input, client->input + whole, client->input_bytes);
    note_to_tag(client);
    stage_sync(client->stage);
    return client->message;
}

const char *client_expect(struct client *client, int code)
{
    char start[32];
    const char *message;

    do {
        message = client_receive(client, 5000);
    } while (message && strncmp(message, "SIP/2.0 100", 11) == 0);
    if (!message)
        fail_msg("no answer, expected %d", code);
    (void)snprintf(start, sizeof start, "SIP/2.0 %d ", code);
    if (strncmp(message, start, strlen(start)) != 0)
        fail_msg("expected %d, got: %s", code, message);
    return message;
}

const char *client_expect_request(struct client *client, const char *method)
{
    const char *message;
    char via[256] = "";

    do {
        message = client_receive(client, 5000);
        if (message)
            header_value(client, "Via", via, sizeof via);
    } while (message &&
             (strncmp(message, "SIP/2.0", 7) == 0 || strcmp(via, client->answered) == 0));
    if (!message)
        fail_msg("no request, expected %s", method);
    if (strncmp(message, method, strlen(method)) != 0 || message[strlen(method)] != ' ')
        fail_msg("expected %s, got: %s", method, message);
    return message;
}

void client_answer(struct client *client, int code, const char *headers, const char *body)
{
    char via[256];
    char call_id[128];
    char cseq[64];
    char from[256];
    char to[256];
    char *text = malloc(CLIENT_BYTES);

    assert_non_null(text);
    header_value(client, "Via", via, sizeof via);
    header_value(client, "Call-ID", call_id, sizeof call_id);
    header_value(client, "CSeq", cseq, sizeof cseq);
    header_value(client, "From", from, sizeof from);
    header_value(client, "To", to, sizeof to);
    (void)snprintf(client->answered, sizeof client->answered, "%s", via);
    int bytes = snprintf(text, CLIENT_BYTES,
                         "SIP/2.0 %d Whatever\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\n"
                         "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                         code, via, from, to, call_id, cseq, headers ? headers : "",
                         body ? strlen(body) : 0, body ? body : "");
    assert_true(bytes > 0 && bytes < CLIENT_BYTES);
    client_send(client, text, (size_t)bytes);
    free(text);
}

void client_drain(struct client *client, int timeout_ms)
{
    while (client_receive(client, timeout_ms))
        ;
}

void assert_has(const char *message, const char *part)
{
    if (!strstr(message, part))
        fail_msg("no \"%s\" in: %s", part, message);
}

void assert_has_not(const char *message, const char *part)
{
    if (strstr(message, part))
        fail_msg("\"%s\" in: %s", part, message);
}

void client_expect_nothing(struct client *client, int timeout_ms)
{
    const char *message = client_receive(client, timeout_ms);

    if (message)
        fail_msg("expected nothing, got: %s", message);
}

bool client_is_closed(struct client *client)
{
    char rest[4096];
    struct pollfd waiting = {.fd = client->fd, .events = POLLIN};

    while (poll(&waiting, 1, 5000) > 0) {
        if (recv(client->fd, rest, sizeof rest, 0) <= 0)
            return true;
    }
    return false;
}

size_t request_write(const struct client *client, const struct request *request, char *text)
{
    unsigned cseq = request->cseq ? request->cseq : 1;
    size_t body_bytes = request->body ? strlen(request->body) : 0;
    char branch[200];
    char contact[200];

    (void)snprintf(branch, sizeof branch, "%s.%u.%s", request->call_id, cseq, request->method);
    (void)snprintf(contact, sizeof contact, "Contact: <sip:src@%s%s>\r\n", client->host,
                   client->tcp ? ";transport=tcp" : "");
    int bytes = snprintf(
        text, CLIENT_BYTES,
        "%s sip:recorder@%s SIP/2.0\r\n"
        "Via: SIP/2.0/%s %s;branch=z9hG4bK%s;rport\r\n"
        "Max-Forwards: 70\r\nFrom: %s;tag=from-1\r\n"
        "To: <sip:recorder@example.net>%s%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n%s%s%s%s%s"
        "Content-Length: %zu\r\n\r\n%s",
        request->method, client->server, client->tcp ? "TCP" : "UDP", client->host,
        request->branch ? request->branch : branch,
        request->from ? request->from : "\"SRC\" <sip:src@example.net>",
        request->to_tag ? ";tag=" : "", request->to_tag ? request->to_tag : "", request->call_id,
        cseq, request->method, request->contact ? request->contact : contact,
        request->headers ? request->headers : "", request->type ? "Content-Type: " : "",
        request->type ? request->type : "", request->type ? "\r\n" : "",
        body_bytes + request->length_extra, request->body ? request->body : "");
    assert_true(bytes > 0 && bytes < CLIENT_BYTES);
    return (size_t)bytes;
}

void request_send(struct client *client, const struct request *request)
{
    char *text = malloc(CLIENT_BYTES);

    assert_non_null(text);
    client_send(client, text, request_write(client, request, text));
    free(text);
}

void call_establish(struct client *client, const char *call_id)
{
    request_send(client, &(struct request){.method = "INVITE",
                                           .call_id = call_id,
                                           .headers = "Require: siprec\r\n",
                                           .type = SIPREC_TYPE,
                                           .body = SIPREC_BODY});
    client_expect(client, 200);
    request_send(client,
                 &(struct request){.method = "ACK", .call_id = call_id, .to_tag = client->to_tag});
}

struct client *dialog_begin(struct stage *stage, bool tcp)
{
    stage_start(stage);
    struct client *client = client_open(stage, tcp);
    call_establish(client, "dialog");
    assert_int_equal(stage_calls(stage), 1);
    while (client_receive(client, 0))
        ;
    return client;
}

void dialog_finish(struct stage *stage, struct client *client)
{
    client_close(client);
    stage_stop(stage);
}

void header_value(const struct client *client, const char *name, char *value, size_t value_bytes)
{
    char start[64];
    size_t bytes;

    (void)snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *found = strstr(client->message, start);
    value[0] = '\0';
    if (!found)
        return;
    found += strlen(start);
    bytes = strcspn(found, "\r");
    assert_true(bytes < value_bytes);
    memcpy(value, found, bytes);
    value[bytes] = '\0';
}
