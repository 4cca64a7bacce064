/* Lists and descriptions of recordings, over loopback from a store on disk. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/uuid.h"
#include "support.h"

enum { SMALL_BYTES = 20000 };

static json_t *document(struct reply reply)
{
    assert_int_equal(reply.status, 200);
    expect_field(&reply, "Content-Type", "application/json");
    expect_field(&reply, "Cache-Control", "no-store");
    json_t *parsed = json_loadb((const char *)reply.body, reply.body_bytes, 0, NULL);
    assert_non_null(parsed);
    reply_free(&reply);
    return parsed;
}

/* --- lists ------------------------------------------------------------------------------------ */

static void pages_follow_each_other_without_gap_or_repeat(void **state)
{
    struct fixture *fixture = *state;
    char seen[7][UUID_TEXT_BYTES] = {""};
    char target[128] = "/api/v1/recordings?limit=3";
    size_t count = 0;
    size_t pages = 0;
    wall_time now = clock_wall_now();

    fixture_sign_in(fixture, &fixture->own);
    for (int i = 0; i < 7; i++) {
        wall_time started = {.ns = now.ns - (int64_t)(i / 2) * CLOCK_NS_PER_S};
        (void)fixture_ring(fixture, &fixture->own, started);
        (void)fixture_ring(fixture, &fixture->other, started);
    }
    for (; pages < 4 && target[0]; pages++) {
        json_t *page = document(http_get(fixture, &fixture->own, "", "%s", target));
        const json_t *rows = json_object_get(page, "recordings");
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const char *id = json_string_value(json_object_get(json_array_get(rows, i), "id"));
            for (size_t earlier = 0; earlier < count; earlier++)
                assert_string_not_equal(seen[earlier], id);
            assert_true(count < 7);
            (void)strcpy(seen[count++], id);
        }
        const char *next = json_string_value(json_object_get(page, "next"));
        (void)snprintf(target, sizeof target, next ? "/api/v1/recordings?limit=3&cursor=%s" : "%s",
                       next ? next : "");
        json_decref(page);
    }
    assert_int_equal(count, 7);
    assert_int_equal(pages, 3);
}

static void list_is_narrowed_by_time_and_number(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *query;
        size_t rows;
    } cases[] = {
        {"", 2},
        {"?from=&to=&number=&limit=&cursor=", 2},
        {"?from=2026-01-01&to=2026-01-02", 1},
        {"?from=2026-01-01T08:00:00Z&to=2026-01-01T08:00:01Z", 1},
        {"?from=2026-01-01T09:00:00%2B01:00&to=2026-01-01T09:00:01%2B01:00", 1},
        {"?to=2026-01-01T08:00:00Z", 0},
        {"?from=2026-01-03", 0},
        {"?number=4512345678", 2},
        {"?number=%2B45%2012%2034%2056%2078", 2},
        {"?number=4588*", 2},
        {"?number=*5678", 2},
        {"?number=5678", 0},
    };

    fixture_sign_in(fixture, &fixture->own);
    wall_time first;
    assert_int_equal(clock_parse_rfc3339("2026-01-01T08:00:00Z", &first), STATUS_OK);
    (void)fixture_ring(fixture, &fixture->own, first);
    first.ns += 86400 * CLOCK_NS_PER_S;
    (void)fixture_ring(fixture, &fixture->own, first);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *page =
            document(http_get(fixture, &fixture->own, "", "/api/v1/recordings%s", cases[i].query));
        size_t rows = json_array_size(json_object_get(page, "recordings"));
        if (rows != cases[i].rows)
            fail_msg("%s: %zu rows", cases[i].query, rows);
        json_decref(page);
    }
}

static void bad_parameters_are_named(void **state)
{
    struct fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"from=yesterday", "from"}, {"to=2026-02-30", "to"},
        {"number=abc", "number"},   {"limit=0", "limit"},
        {"limit=10000", "limit"},   {"cursor=x", "cursor"},
        {"number=1%002", "number"}, {"from=2026-01-01T08:00:00", "from"},
    };
    char wanted[64];

    fixture_sign_in(fixture, &fixture->own);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply reply =
            http_get(fixture, &fixture->own, "", "/api/v1/recordings?%s", cases[i][0]);
        (void)snprintf(wanted, sizeof wanted, "\"parameter\":\"%s\"", cases[i][1]);
        if (!reply.body || !strstr((char *)reply.body, wanted))
            fail_msg("%s: %s", cases[i][0], reply.head);
        expect_problem(reply, 400, "bad-parameter");
    }
}

/* Three calls of one conversation, oldest first; one of another customer by the same reference. */
static void ring_three_and_a_stranger(struct fixture *fixture, struct subject calls[static 3],
                                      struct subject *stranger)
{
    wall_time now = clock_wall_now();

    fixture_sign_in(fixture, &fixture->own);
    *stranger = (struct subject){.started = {.ns = now.ns - 20 * CLOCK_NS_PER_S}};
    stranger->uuid = fixture_ring_on(fixture, &fixture->other, stranger->started, "27123789");
    uuid_format(stranger->uuid, stranger->id);
    for (int i = 0; i < 3; i++) {
        calls[i] = (struct subject){.started = {.ns = now.ns + (i - 10) * CLOCK_NS_PER_S}};
        calls[i].uuid = fixture_ring_on(fixture, &fixture->own, calls[i].started, "27123789");
        uuid_format(calls[i].uuid, calls[i].id);
    }
}

static void list_tells_the_place_of_each_call_in_its_conversation(void **state)
{
    struct fixture *fixture = *state;
    struct subject calls[3];
    struct subject stranger;

    ring_three_and_a_stranger(fixture, calls, &stranger);
    (void)fixture_ring(fixture, &fixture->own, clock_wall_now());
    json_t *page = document(http_get(fixture, &fixture->own, "", "/api/v1/recordings"));
    const json_t *rows = json_object_get(page, "recordings");
    assert_int_equal(json_array_size(rows), 4);
    const json_t *alone = json_array_get(rows, 0);
    assert_int_equal(json_integer_value(json_object_get(alone, "conversation_part")), 1);
    assert_int_equal(json_integer_value(json_object_get(alone, "conversation_size")), 1);
    for (size_t i = 1; i < 4; i++) { /* newest first */
        const json_t *row = json_array_get(rows, i);
        assert_string_equal(json_string_value(json_object_get(row, "conversation_id")),
                            calls[0].id);
        assert_int_equal(json_integer_value(json_object_get(row, "conversation_part")), 4 - i);
        assert_int_equal(json_integer_value(json_object_get(row, "conversation_size")), 3);
    }
    json_decref(page);
    page = document(http_get(fixture, &fixture->own, "", "/api/v1/recordings?limit=2"));
    const json_t *second = json_array_get(json_object_get(page, "recordings"), 1);
    assert_int_equal(json_integer_value(json_object_get(second, "conversation_part")), 3);
    assert_int_equal(json_integer_value(json_object_get(second, "conversation_size")), 3);
    json_decref(page);
}

/* --- one recording ---------------------------------------------------------------------------- */

static void recording_facts_and_peaks_are_shown(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    json_t *shown = document(describe(fixture, &subject, "GET", "", ""));

    assert_string_equal(json_string_value(json_object_get(shown, "id")), subject.id);
    assert_string_equal(json_string_value(json_object_get(shown, "state")), "sealed");
    assert_int_equal(json_integer_value(json_object_get(shown, "duration_ms")), 5000);
    assert_int_equal(json_array_size(json_object_get(shown, "legs")), 2);
    const json_t *right = json_array_get(json_object_get(shown, "legs"), 1);
    assert_int_equal(json_integer_value(json_object_get(right, "packets_ignored")), 7);
    assert_int_equal(json_integer_value(json_object_get(right, "packets_refused")), 8);
    const json_t *left = json_array_get(json_object_get(shown, "legs"), 0);
    const json_t *quality = json_object_get(left, "quality");
    assert_int_equal(json_integer_value(json_object_get(quality, "jitter_us")), 1234);
    assert_int_equal(json_integer_value(json_object_get(left, "speech_ms")), 12000);
    assert_true(json_is_null(json_object_get(right, "quality"))); /* nothing of it came */
    assert_int_equal(json_integer_value(json_object_get(shown, "talk_over_ms")), 860);
    const json_t *counts = json_object_get(shown, "facts");
    assert_int_equal(json_object_size(counts), 1);
    assert_int_equal(json_integer_value(json_object_get(counts, "lost")), 1);
    json_decref(shown);
    shown = document(describe(fixture, &subject, "GET", "", "/facts"));
    const json_t *fact = json_array_get(json_object_get(shown, "facts"), 0);
    assert_string_equal(json_string_value(json_object_get(fact, "cause")), "lost");
    assert_string_equal(json_string_value(json_object_get(fact, "detail")), "why");
    json_decref(shown);
    shown = document(describe(fixture, &subject, "GET", "", "/peaks"));
    assert_int_equal(json_integer_value(json_object_get(shown, "length")), 100);
    assert_int_equal(json_array_size(json_object_get(shown, "data")), 400);
    json_decref(shown);
}

static void recording_shows_its_conversation_oldest_first(void **state)
{
    struct fixture *fixture = *state;
    struct subject calls[3];
    struct subject stranger;

    ring_three_and_a_stranger(fixture, calls, &stranger);
    for (size_t asked = 0; asked < 3; asked++) {
        json_t *shown = document(describe(fixture, &calls[asked], "GET", "", ""));
        const json_t *conversation = json_object_get(shown, "conversation");
        const json_t *parts = json_object_get(conversation, "recordings");
        assert_string_equal(json_string_value(json_object_get(conversation, "id")), calls[0].id);
        assert_int_equal(json_array_size(parts), 3);
        for (size_t i = 0; i < 3; i++) {
            const json_t *part = json_array_get(parts, i);
            const char *linked_by = json_string_value(json_object_get(part, "linked_by"));
            assert_string_equal(json_string_value(json_object_get(part, "id")), calls[i].id);
            assert_string_equal(linked_by ? linked_by : "null", i ? "id" : "null");
        }
        json_decref(shown);
    }
}

/* The index is written by recorder-ingest: even one that mixes customers shows no stranger. */
static void conversation_never_shows_another_customers_recording(void **state)
{
    struct fixture *fixture = *state;
    struct subject calls[3];
    struct subject stranger;

    ring_three_and_a_stranger(fixture, calls, &stranger);
    fixture_mix(fixture, calls[0].uuid);
    json_t *shown = document(describe(fixture, &calls[1], "GET", "", ""));
    char *text = json_dumps(shown, 0);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(shown, "conversation"), "recordings")), 3);
    assert_null(strstr(text, stranger.id));
    free(text);
    json_decref(shown);
    shown = document(http_get(fixture, &fixture->own, "", "/api/v1/recordings?limit=1"));
    const json_t *row = json_array_get(json_object_get(shown, "recordings"), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "conversation_size")), 3);
    assert_int_equal(json_integer_value(json_object_get(row, "conversation_part")), 3);
    json_decref(shown);
}

static void the_peaks_of_an_older_file_are_shown_too(void **state)
{
    struct fixture *fixture = *state;

    fixture->old_peaks = true;
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    json_t *shown = document(describe(fixture, &subject, "GET", "", "/peaks"));
    assert_int_equal(json_integer_value(json_object_get(shown, "length")), 100);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(shown, "data"), 3)), 3);
    json_decref(shown);
}

/* The first least of a waveform of 100 pixels and that many channels. */
static void expect_peaks(struct fixture *fixture, struct subject *subject, const char *query,
                         size_t channels, int first)
{
    char leaf[32];

    (void)snprintf(leaf, sizeof leaf, "/peaks%s", query);
    json_t *shown = document(describe(fixture, subject, "GET", "", leaf));
    const json_t *data = json_object_get(shown, "data");
    assert_int_equal(json_integer_value(json_object_get(shown, "channels")), channels);
    assert_int_equal(json_integer_value(json_object_get(shown, "length")), 100);
    assert_int_equal(json_array_size(data), 200 * channels);
    assert_int_equal(json_integer_value(json_array_get(data, 0)), first);
    json_decref(shown);
}

static void the_peaks_of_a_leg_are_its_own_or_its_sides(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, SMALL_BYTES);

    expect_peaks(fixture, &subject, "", 2, 0);
    expect_peaks(fixture, &subject, "?leg=0", 1, 0);
    expect_peaks(fixture, &subject, "?leg=1", 1, 2);
    fixture->leg_peaks = true;
    fixture->one_side = true;
    subject = signed_in(fixture, SMALL_BYTES);
    expect_peaks(fixture, &subject, "", 2, 0);
    expect_peaks(fixture, &subject, "?leg=0", 1, 10);
    expect_peaks(fixture, &subject, "?leg=1", 1, 12);
}

static void peaks_of_no_leg_or_of_several_together_are_refused(void **state)
{
    struct fixture *fixture = *state;

    fixture->one_side = true; /* and only the side has a waveform */
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    expect_problem(describe(fixture, &subject, "GET", "", "/peaks?leg=1"), 404, "no-peaks");
    expect_problem(describe(fixture, &subject, "GET", "", "/peaks?leg=2"), 404, "no-leg");
    for (size_t i = 0; i < 3; i++) {
        static const char *const leaves[] = {"/peaks?leg=-1", "/peaks?leg=10", "/peaks?leg=a"};
        expect_problem(describe(fixture, &subject, "GET", "", leaves[i]), 400, "bad-parameter");
    }
}

static void head_tells_the_length_of_every_document(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = signed_in(fixture, SMALL_BYTES);
    static const char *const leaves[] = {"", "/facts", "/peaks", "/audio"};
    char head_length[32];
    char get_length[32];

    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        struct reply head = describe(fixture, &subject, "HEAD", "", leaves[i]);
        struct reply get = describe(fixture, &subject, "GET", "", leaves[i]);
        assert_int_equal(head.status, 200);
        assert_int_equal(get.status, 200);
        assert_non_null(reply_field(&head, "Content-Length", head_length, sizeof head_length));
        assert_non_null(reply_field(&get, "Content-Length", get_length, sizeof get_length));
        assert_string_equal(head_length, get_length);
        reply_free(&get);
    }
}

static void another_customers_recording_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    static const char *const leaves[] = {"", "/facts", "/peaks", "/audio", "/audio?download=1"};

    fixture_sign_in(fixture, &fixture->own);
    struct subject theirs = record(fixture, &fixture->other, SMALL_BYTES, 10);
    struct subject nobodys = theirs;
    (void)strcpy(nobodys.id, "0190a8c2-0000-7000-8000-000000000000");
    struct subject nonsense = theirs;
    (void)strcpy(nonsense.id, "1");
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        struct reply their = describe(fixture, &theirs, "GET", "", leaves[i]);
        struct reply none = describe(fixture, &nobodys, "GET", "", leaves[i]);
        assert_int_equal(their.status, 404);
        assert_string_equal((char *)their.body, (char *)none.body);
        expect_problem(their, 404, "no-recording");
        expect_problem(none, 404, "no-recording");
        expect_problem(describe(fixture, &nonsense, "GET", "", leaves[i]), 404, "no-recording");
    }
    assert_int_equal(fixture_audit(fixture, "listen", NULL, 0), 0);
}

static void call_in_progress_has_no_audio_yet(void **state)
{
    struct fixture *fixture = *state;
    struct subject subject = {.started = clock_wall_now()};

    fixture_sign_in(fixture, &fixture->own);
    uuid_format(fixture_ring(fixture, &fixture->own, subject.started), subject.id);
    expect_problem(hear(fixture, &subject, ""), 409, "recording-in-progress");
    expect_problem(describe(fixture, &subject, "GET", "", "/peaks"), 409, "recording-in-progress");
    json_t *shown = document(describe(fixture, &subject, "GET", "", ""));
    assert_true(json_is_null(json_object_get(shown, "ended_at")));
    json_decref(shown);
    shown = document(describe(fixture, &subject, "GET", "", "/facts"));
    assert_int_equal(json_array_size(json_object_get(shown, "facts")), 0);
    json_decref(shown);
}

static void recording_without_peaks_says_so(void **state)
{
    struct fixture *fixture = *state;

    fixture_sign_in(fixture, &fixture->own);
    struct subject subject = record(fixture, &fixture->own, SMALL_BYTES, 0);
    expect_problem(describe(fixture, &subject, "GET", "", "/peaks"), 404, "no-peaks");
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(pages_follow_each_other_without_gap_or_repeat),
        SERVER_TEST(list_is_narrowed_by_time_and_number),
        SERVER_TEST(list_tells_the_place_of_each_call_in_its_conversation),
        SERVER_TEST(bad_parameters_are_named),
        SERVER_TEST(recording_facts_and_peaks_are_shown),
        SERVER_TEST(recording_shows_its_conversation_oldest_first),
        SERVER_TEST(conversation_never_shows_another_customers_recording),
        SERVER_TEST(the_peaks_of_an_older_file_are_shown_too),
        SERVER_TEST(the_peaks_of_a_leg_are_its_own_or_its_sides),
        SERVER_TEST(peaks_of_no_leg_or_of_several_together_are_refused),
        SERVER_TEST(head_tells_the_length_of_every_document),
        SERVER_TEST(another_customers_recording_is_not_there),
        SERVER_TEST(call_in_progress_has_no_audio_yet),
        SERVER_TEST(recording_without_peaks_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
