/* The audio of sealed recordings, whole and in ranges, sound and damaged; over loopback. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/uuid.h"
#include "support.h"

enum { SMALL_BYTES = 20000, LARGE_BYTES = 700001, TAG_BYTES = 64 };

/* --- audio ------------------------------------------------------------------------------------ */

static void whole_audio_comes_back_as_it_was_sealed(void **state)
{
    struct fixture *fixture = *state;
    static const size_t sizes[] = {1, 4051, 4052, 4053, 262144, 262145, LARGE_BYTES};

    fixture_sign_in(fixture, &fixture->own);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct subject subject = record(fixture, &fixture->own, sizes[i], 10);
        struct reply reply = hear(fixture, &subject, "");
        assert_int_equal(reply.status, 200);
        expect_audio(&reply, 0, sizes[i]);
        expect_field(&reply, "Content-Type", "audio/ogg; codecs=opus");
        expect_field(&reply, "Accept-Ranges", "bytes");
        expect_field(&reply, "Cache-Control", "private, no-cache, no-transform");
        reply_free(&reply);
    }
}

static void ranges_are_the_same_slices_of_the_whole(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    char fields[96];
    char wanted[96];
    unsigned seed = 4052;

    for (int i = 0; i < 150; i++) {
        size_t first = (size_t)rand_r(&seed) % LARGE_BYTES;
        size_t last = first + (size_t)rand_r(&seed) % (LARGE_BYTES - first);
        (void)snprintf(fields, sizeof fields, "Range: bytes=%zu-%zu\r\n", first, last);
        (void)snprintf(wanted, sizeof wanted, "bytes %zu-%zu/%d", first, last, LARGE_BYTES);
        struct reply reply = hear(fixture, &subject, fields);
        assert_int_equal(reply.status, 206);
        expect_field(&reply, "Content-Range", wanted);
        expect_audio(&reply, first, last - first + 1);
        reply_free(&reply);
    }
}

static void open_suffix_and_impossible_ranges_are_answered(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    struct reply reply = hear(fixture, &subject, "Range: bytes=0-\r\n");

    assert_int_equal(reply.status, 206);
    expect_audio(&reply, 0, LARGE_BYTES);
    reply_free(&reply);
    reply = hear(fixture, &subject, "Range: bytes=-5\r\n");
    assert_int_equal(reply.status, 206);
    expect_audio(&reply, LARGE_BYTES - 5, 5);
    reply_free(&reply);
    reply = hear(fixture, &subject, "Range: bytes=0-1,5-9\r\n");
    assert_int_equal(reply.status, 200);
    expect_audio(&reply, 0, LARGE_BYTES);
    reply_free(&reply);
    reply = hear(fixture, &subject, "Range: bytes=700001-\r\n");
    expect_field(&reply, "Content-Range", "bytes */700001");
    expect_problem(reply, 416, "range-not-satisfiable");
}

static void head_ignores_the_range(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    struct reply reply = describe(fixture, &subject, "HEAD", "Range: bytes=0-9\r\n", "/audio");

    assert_int_equal(reply.status, 200);
    expect_field(&reply, "Content-Length", "700001");
    expect_field(&reply, "Accept-Ranges", "bytes");
    assert_int_equal(fixture_audit(fixture, "listen", NULL, 0), 0);
}

static void tag_decides_over_ranges_and_repeats(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    char tag[TAG_BYTES];
    char fields[256];
    struct reply reply = describe(fixture, &subject, "HEAD", "", "/audio");

    assert_non_null(reply_field(&reply, "ETag", tag, sizeof tag));
    assert_int_equal(tag[0], '"');
    (void)snprintf(fields, sizeof fields, "Range: bytes=0-9\r\nIf-Range: %s\r\n", tag);
    reply = hear(fixture, &subject, fields);
    assert_int_equal(reply.status, 206);
    expect_audio(&reply, 0, 10);
    reply_free(&reply);
    reply = hear(fixture, &subject, "Range: bytes=0-9\r\nIf-Range: \"old\"\r\n");
    assert_int_equal(reply.status, 200);
    expect_audio(&reply, 0, SMALL_BYTES);
    reply_free(&reply);
    unsigned listens = fixture_audit(fixture, "listen", NULL, 0);
    (void)snprintf(fields, sizeof fields, "If-None-Match: \"x\", %s\r\n", tag);
    reply = hear(fixture, &subject, fields);
    assert_int_equal(reply.status, 304);
    expect_field(&reply, "ETag", tag);
    expect_field(&reply, "Content-Length", "20000");
    assert_int_equal(reply.body_bytes, 0);
    expect_problem(hear(fixture, &subject, "If-Match: \"x\"\r\n"), 412, "precondition-failed");
    assert_int_equal(fixture_audit(fixture, "listen", NULL, 0), listens);
}

static void download_gets_a_plain_file_name(void **state)
{
    struct fixture *fixture = *state;
    char value[256];
    char detail[256];
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    struct reply reply = describe(fixture, &subject, "GET", "", "/audio?download=1");

    assert_int_equal(reply.status, 200);
    expect_audio(&reply, 0, SMALL_BYTES);
    assert_non_null(reply_field(&reply, "Content-Disposition", value, sizeof value));
    assert_memory_equal(value, "attachment; filename=\"20", 24);
    assert_non_null(strstr(value, "_4588303080_4512345678.opus\""));
    reply_free(&reply);
    assert_int_equal(fixture_audit(fixture, "listen", detail, sizeof detail), 1);
    assert_string_equal(
        detail, "customer:88303080 127.0.0.1 {\"range\":\"bytes=0-19999\",\"download\":true}");
    expect_problem(describe(fixture, &subject, "GET", "", "/audio?download=yes"), 400,
                   "bad-parameter");
}

static void every_listen_is_in_the_audit_log_with_its_range(void **state)
{
    struct fixture *fixture = *state;
    char detail[256];
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    struct reply reply = hear(fixture, &subject, "Range: bytes=100-199\r\n");

    reply_free(&reply);
    assert_int_equal(fixture_audit(fixture, "listen", detail, sizeof detail), 1);
    assert_string_equal(
        detail, "customer:88303080 127.0.0.1 {\"range\":\"bytes=100-199\",\"download\":false}");
    reply = hear(fixture, &subject, "");
    reply_free(&reply);
    assert_int_equal(fixture_audit(fixture, "listen", detail, sizeof detail), 2);
    assert_string_equal(
        detail, "customer:88303080 127.0.0.1 {\"range\":\"bytes=0-700000\",\"download\":false}");
}

static void listen_that_cannot_be_audited_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    char value[16];

    fixture_deny_audit(fixture);
    struct reply reply = hear(fixture, &subject, "");
    expect_field(&reply, "Retry-After", "1");
    expect_problem(reply, 503, "busy");
    reply = hear(fixture, &subject, "Range: bytes=0-9\r\n");
    assert_null(reply_field(&reply, "Content-Range", value, sizeof value));
    expect_problem(reply, 503, "busy");
    reply = describe(fixture, &subject, "HEAD", "", "/audio");
    assert_int_equal(reply.status, 200);
}

/* --- damage ----------------------------------------------------------------------------------- */

static void damage_anywhere_is_refused_before_a_byte_is_played(void **state)
{
    struct fixture *fixture = *state;
    static const long places[] = {20, 100, 512, 4096, 4096 * 3 + 77, 4096 * 60 + 4000, -1, -5000};
    char path[BOUND_PATH_BYTES];

    fixture_sign_in(fixture, &fixture->own);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct subject subject = record(fixture, &fixture->own, LARGE_BYTES, 10);
        fixture_path(fixture, subject.uuid, subject.started, path, sizeof path);
        fixture_flip(path, places[i]);
        expect_problem(hear(fixture, &subject, "Range: bytes=0-9\r\n"), 500, "recording-damaged");
        expect_problem(hear(fixture, &subject, ""), 500, "recording-damaged");
        expect_problem(describe(fixture, &subject, "GET", "", "/peaks"), 500, "recording-damaged");
    }
    assert_int_equal(fixture_audit(fixture, "listen", NULL, 0), 0);
}

static void damage_after_a_first_listen_is_refused_too(void **state)
{
    struct fixture *fixture = *state;
    char path[BOUND_PATH_BYTES];
    struct subject subject = signed_in(fixture, LARGE_BYTES);
    struct reply reply = hear(fixture, &subject, "");

    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    fixture_path(fixture, subject.uuid, subject.started, path, sizeof path);
    fixture_flip(path, 4096 * 20 + 50);
    expect_problem(hear(fixture, &subject, "Range: bytes=0-9\r\n"), 500, "recording-damaged");
    fixture_flip(path, 4096 * 20 + 50);
    reply = hear(fixture, &subject, "");
    assert_int_equal(reply.status, 200);
    expect_audio(&reply, 0, LARGE_BYTES);
    reply_free(&reply);
}

/* A long answer that has begun cannot take its status back: it must end short. */
static void damage_while_playing_cuts_the_answer(void **state)
{
    struct fixture *fixture = *state;
    char path[BOUND_PATH_BYTES];
    enum { MANY_BYTES = 24 * 1024 * 1024 };
    struct subject subject = signed_in(fixture, MANY_BYTES);
    int connection = http_connect(fixture);
    char begun;

    (void)dprintf(connection, "GET /api/v1/recordings/%s/audio HTTP/1.1\r\nHost: x\r\n%s\r\n",
                  subject.id, fixture->own.cookie);
    /* The answer has begun; soon the socket's buffers are full and it waits for its reader. */
    assert_int_equal(recv(connection, &begun, 1, MSG_PEEK), 1);
    fixture_path(fixture, subject.uuid, subject.started, path, sizeof path);
    fixture_flip(path, 4096L * 6000 + 50);
    struct reply reply = http_read(connection, false);
    assert_int_equal(reply.status, 200);
    assert_true(reply.cut);
    assert_true(reply.body_bytes <= (size_t)4052 * 5999);
    for (size_t i = 0; i < reply.body_bytes; i++)
        assert_int_equal(reply.body[i], fixture_audio(i));
    reply_free(&reply);
    (void)close(connection);
}

static void server_stops_in_the_middle_of_an_answer(void **state)
{
    struct fixture *fixture = *state;
    enum { MANY_BYTES = 24 * 1024 * 1024 };
    struct subject subject = signed_in(fixture, MANY_BYTES);
    int connection = http_connect(fixture);
    char begun;

    (void)dprintf(connection, "GET /api/v1/recordings/%s/audio HTTP/1.1\r\nHost: x\r\n%s\r\n",
                  subject.id, fixture->own.cookie);
    assert_int_equal(recv(connection, &begun, 1, MSG_PEEK), 1);
    fixture_restart(fixture);
    struct reply reply = http_read(connection, false);
    assert_true(reply.cut);
    reply_free(&reply);
    (void)close(connection);
}

static void missing_file_is_our_failure(void **state)
{
    struct fixture *fixture = *state;
    char path[BOUND_PATH_BYTES];
    struct subject subject = signed_in(fixture, SMALL_BYTES);

    fixture_path(fixture, subject.uuid, subject.started, path, sizeof path);
    assert_int_equal(unlink(path), 0);
    expect_problem(hear(fixture, &subject, ""), 500, "internal");
}

/* --- many at once ----------------------------------------------------------------------------- */

enum { LISTENERS = 12, LISTENS = 10 };

struct listener {
    struct fixture *fixture;
    const struct subject *subjects;
    unsigned seed;
    unsigned wrong;
};

static void *listen_often(void *argument)
{
    struct listener *listener = argument;
    char fields[96];

    for (int i = 0; i < LISTENS; i++) {
        const struct subject *subject = &listener->subjects[rand_r(&listener->seed) % 3];
        size_t first = (size_t)rand_r(&listener->seed) % LARGE_BYTES;
        (void)snprintf(fields, sizeof fields, "Range: bytes=%zu-\r\n", first);
        struct reply reply = hear(listener->fixture, subject, fields);
        bool right = reply.status == 206 && reply.body_bytes == LARGE_BYTES - first && !reply.cut;
        for (size_t at = 0; right && at < reply.body_bytes; at++)
            right = reply.body[at] == fixture_audio(first + at);
        listener->wrong += !right;
        reply_free(&reply);
    }
    return NULL;
}

static void listeners_at_once_each_hear_their_own(void **state)
{
    struct fixture *fixture = *state;
    struct subject subjects[3];
    struct listener listeners[LISTENERS];
    pthread_t threads[LISTENERS];

    fixture_sign_in(fixture, &fixture->own);
    for (int i = 0; i < 3; i++)
        subjects[i] = record(fixture, &fixture->own, LARGE_BYTES, 10);
    for (unsigned i = 0; i < LISTENERS; i++) {
        listeners[i] = (struct listener){fixture, subjects, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, listen_often, &listeners[i]), 0);
    }
    for (int i = 0; i < LISTENERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(listeners[i].wrong, 0);
    }
    assert_int_equal(fixture_audit(fixture, "listen", NULL, 0), LISTENERS * LISTENS);
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(whole_audio_comes_back_as_it_was_sealed),
        SERVER_TEST(ranges_are_the_same_slices_of_the_whole),
        SERVER_TEST(open_suffix_and_impossible_ranges_are_answered),
        SERVER_TEST(head_ignores_the_range),
        SERVER_TEST(tag_decides_over_ranges_and_repeats),
        SERVER_TEST(download_gets_a_plain_file_name),
        SERVER_TEST(every_listen_is_in_the_audit_log_with_its_range),
        SERVER_TEST(listen_that_cannot_be_audited_is_refused),
        SERVER_TEST(damage_anywhere_is_refused_before_a_byte_is_played),
        SERVER_TEST(damage_after_a_first_listen_is_refused_too),
        SERVER_TEST(damage_while_playing_cuts_the_answer),
        SERVER_TEST(server_stops_in_the_middle_of_an_answer),
        SERVER_TEST(missing_file_is_our_failure),
        SERVER_TEST(listeners_at_once_each_hear_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
