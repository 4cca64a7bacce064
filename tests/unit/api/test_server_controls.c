/* Pausing and resuming over loopback, with a recorder that takes and answers what is asked. */
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/index/audit.h"
#include "storage/index/controls.h"
#include "support.h"
#include "web/api/server.h"

#define JSON_FIELD "Content-Type: application/json\r\n"
#define WHY "{\"reason\":\"card number\"}"

/* As much of recorder-ingest as answers: it has what it was asked last. */
struct recorder {
    struct index *index;
    pthread_t thread;
    atomic_bool stop;
    enum control_state answer;
    struct control last;
};

static void answer_it(void *context, const struct control *control)
{
    struct recorder *recorder = context;
    struct fault fault = {0};

    recorder->last = *control;
    assert_int_equal(controls_answer(recorder->index, control->id, recorder->answer, 1234, &fault),
                     STATUS_OK);
}

static void *record_calls(void *argument)
{
    struct recorder *recorder = argument;

    while (!atomic_load(&recorder->stop)) {
        (void)!controls_take(recorder->index, "test", answer_it, recorder, NULL);
        (void)usleep(2000);
    }
    return NULL;
}

static void recorder_start(struct recorder *recorder, const struct fixture *fixture,
                           enum control_state answer)
{
    struct fault fault = {0};

    memset(recorder, 0, sizeof *recorder);
    recorder->answer = answer;
    assert_int_equal(index_open(fixture->index_path, &recorder->index, &fault), STATUS_OK);
    assert_int_equal(pthread_create(&recorder->thread, NULL, record_calls, recorder), 0);
}

static void recorder_stop(struct recorder *recorder)
{
    atomic_store(&recorder->stop, true);
    (void)pthread_join(recorder->thread, NULL);
    index_close(recorder->index);
}

static struct subject ring(struct fixture *fixture)
{
    struct subject subject = {.started = clock_wall_now()};

    fixture_sign_in(fixture, &fixture->own);
    subject.uuid = fixture_ring(fixture, &fixture->own, subject.started);
    uuid_format(subject.uuid, subject.id);
    return subject;
}

static struct reply post(const struct fixture *fixture, const struct subject *subject,
                         const char *verb, const char *fields, const char *body)
{
    char target[128];
    char all[512];

    (void)snprintf(target, sizeof target, "/api/v1/recordings/%s/%s", subject->id, verb);
    (void)snprintf(all, sizeof all, "%s%s", fixture->own.cookie, fields);
    return http_send(fixture, "POST", target, all, body);
}

static void expect_text(struct reply reply, const char *text)
{
    assert_int_equal(reply.status, 200);
    expect_field(&reply, "Cache-Control", "no-store");
    assert_string_equal((char *)reply.body, text);
    reply_free(&reply);
}

static void a_pause_is_confirmed_as_the_recorder_says_it(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    struct recorder recorder;

    recorder_start(&recorder, fixture, CONTROL_DONE);
    expect_text(post(fixture, &subject, "pause", JSON_FIELD, WHY),
                "{\"paused\":true,\"leg\":null,\"at_ms\":1234,\"limit_s\":null}");
    assert_true(recorder.last.pause);
    assert_true(uuid_equal(recorder.last.recording, subject.uuid));
    assert_int_equal(recorder.last.parties, POLICY_BOTH);
    assert_string_equal(recorder.last.actor, "customer:88303080");
    assert_string_equal(recorder.last.reason, "card number");
    assert_string_equal(recorder.last.address, "127.0.0.1");
    expect_text(post(fixture, &subject, "pause", JSON_FIELD,
                     "{\"reason\":\"x\",\"leg\":\"called\",\"limit_s\":90}"),
                "{\"paused\":true,\"leg\":\"called\",\"at_ms\":1234,\"limit_s\":90}");
    assert_int_equal(recorder.last.parties, POLICY_CALLED);
    assert_int_equal(recorder.last.limit_s, 90);
    expect_text(post(fixture, &subject, "resume", "", NULL),
                "{\"paused\":false,\"leg\":null,\"at_ms\":1234,\"limit_s\":null}");
    assert_false(recorder.last.pause);
    assert_string_equal(recorder.last.reason, "");
    recorder_stop(&recorder);
}

static void what_the_recorder_refuses_is_not_in_progress(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    struct recorder recorder;

    recorder_start(&recorder, fixture, CONTROL_REFUSED);
    expect_problem(post(fixture, &subject, "pause", JSON_FIELD, WHY), 409,
                   "recording-not-in-progress");
    recorder_stop(&recorder);
}

static unsigned count_asked(const struct fixture *fixture)
{
    struct index *index = NULL;
    struct control control;
    struct fault fault = {0};
    unsigned count = 0;

    assert_int_equal(index_open(fixture->index_path, &index, &fault), STATUS_OK);
    while (controls_get(index, count + 1, &control, NULL) == STATUS_OK)
        count++;
    index_close(index);
    return count;
}

static void only_the_customers_own_calls_in_progress_are_asked_for(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    struct subject over = record(fixture, &fixture->own, 20000, 10);
    struct subject theirs = subject;
    struct subject nonsense = subject;

    uuid_format(fixture_ring(fixture, &fixture->other, subject.started), theirs.id);
    (void)strcpy(nonsense.id, "1");
    expect_problem(post(fixture, &theirs, "pause", JSON_FIELD, WHY), 404, "no-recording");
    expect_problem(post(fixture, &theirs, "resume", "", NULL), 404, "no-recording");
    expect_problem(post(fixture, &nonsense, "pause", JSON_FIELD, WHY), 404, "no-recording");
    expect_problem(post(fixture, &over, "pause", JSON_FIELD, WHY), 409,
                   "recording-not-in-progress");
    expect_problem(describe(fixture, &subject, "GET", "", "/pause"), 405, "wrong-method");
    fixture->own.cookie[0] = '\0';
    expect_problem(post(fixture, &subject, "pause", JSON_FIELD, WHY), 401, "not-signed-in");
    assert_int_equal(count_asked(fixture), 0);
}

static void other_sites_forms_and_bad_bodies_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);

    expect_problem(
        post(fixture, &subject, "pause", JSON_FIELD "Origin: https://evil.example\r\n", WHY), 403,
        "foreign-origin");
    expect_problem(post(fixture, &subject, "resume", "Origin: null\r\n", NULL), 403,
                   "foreign-origin");
    expect_problem(post(fixture, &subject, "pause", "Content-Type: text/plain\r\n", WHY), 415,
                   "wrong-media-type");
    expect_problem(post(fixture, &subject, "pause", JSON_FIELD, "{}"), 400, "bad-body");
    expect_problem(post(fixture, &subject, "pause", "", NULL), 400, "bad-body");
    assert_int_equal(count_asked(fixture), 0);
}

/* One request that is sent, and not answered yet. */
static int begin_pause(const struct fixture *fixture, const struct subject *subject)
{
    char request[1024];
    int connection = http_connect(fixture);
    int length = snprintf(request, sizeof request,
                          "POST /api/v1/recordings/%s/pause HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                          "%s" JSON_FIELD "Content-Length: %zu\r\n\r\n" WHY,
                          subject->id, fixture->port, fixture->own.cookie, strlen(WHY));

    assert_int_equal(write(connection, request, (size_t)length), length);
    return connection;
}

/* More wait than there are workers: nobody takes what is asked. */
static void requests_that_wait_hold_up_no_other_and_are_bounded_for_a_call(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    int connections[CONTROL_OPEN_MAX];

    assert_true((int)CONTROL_OPEN_MAX > (int)SERVER_WORKERS);
    for (size_t i = 0; i < CONTROL_OPEN_MAX; i++)
        connections[i] = begin_pause(fixture, &subject);
    while (count_asked(fixture) < CONTROL_OPEN_MAX)
        (void)usleep(1000);
    mono_time before = clock_mono_now();
    struct reply reply = http_get(fixture, &fixture->own, "", "/api/v1/recordings");
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    expect_problem(post(fixture, &subject, "pause", JSON_FIELD, WHY), 429, "too-many-requests");
    assert_true(clock_mono_now().ns - before.ns < 2 * CLOCK_NS_PER_S);
    for (size_t i = 0; i < CONTROL_OPEN_MAX; i++) {
        expect_problem(http_read(connections[i], false), 504, "not-taken");
        (void)close(connections[i]);
    }
}

static void the_server_stops_while_requests_wait(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    int connection = begin_pause(fixture, &subject);

    while (count_asked(fixture) < 1)
        (void)usleep(1000);
    fixture_restart(fixture);
    (void)close(connection);
}

static void expect_paused(struct fixture *fixture, const struct subject *subject,
                          const char *paused)
{
    struct reply reply = describe(fixture, subject, "GET", "", "");

    assert_int_equal(reply.status, 200);
    json_t *shown = json_loadb((const char *)reply.body, reply.body_bytes, 0, NULL);
    const char *text = json_string_value(json_object_get(shown, "paused"));
    assert_string_equal(text ? text : "null", paused);
    json_decref(shown);
    reply_free(&reply);
}

static void a_call_in_progress_shows_that_it_is_paused(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = ring(fixture);
    struct subject over = record(fixture, &fixture->own, 20000, 10);
    struct index *index = NULL;
    struct fault fault = {0};
    struct audit_entry entry = {.at = clock_wall_now(),
                                .actor = "digits",
                                .action = "recording.pause",
                                .recording = &subject.uuid,
                                .detail = "{\"channels\":\"caller\"}"};

    expect_paused(fixture, &subject, "nobody");
    assert_int_equal(index_open(fixture->index_path, &index, &fault), STATUS_OK);
    assert_int_equal(audit_append(index, &entry, &fault), STATUS_OK);
    entry.recording = &over.uuid;
    assert_int_equal(audit_append(index, &entry, &fault), STATUS_OK);
    index_close(index);
    expect_paused(fixture, &subject, "caller");
    expect_paused(fixture, &over, "null");
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(a_pause_is_confirmed_as_the_recorder_says_it),
        SERVER_TEST(what_the_recorder_refuses_is_not_in_progress),
        SERVER_TEST(only_the_customers_own_calls_in_progress_are_asked_for),
        SERVER_TEST(other_sites_forms_and_bad_bodies_are_refused),
        SERVER_TEST(requests_that_wait_hold_up_no_other_and_are_bounded_for_a_call),
        SERVER_TEST(the_server_stops_while_requests_wait),
        SERVER_TEST(a_call_in_progress_shows_that_it_is_paused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
