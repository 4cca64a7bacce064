/* What answers say: problem documents, recordings, waveforms, file names, deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "web/api/audio_name.h"
#include "web/api/connections.h"
#include "web/api/problem.h"
#include "web/api/recording_json.h"
#include "web/api/static_files.h"

static const char *text_of(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);

    assert_true(json_is_string(value));
    return json_string_value(value);
}

static struct index_recording two_party_call(void)
{
    struct index_recording recording = {
        .started = clock_wall_from_us(INT64_C(1795355830042000)),
        .ended = clock_wall_from_us(INT64_C(1795355835042000)),
        .duration_ms = 5000,
        .state = RECORDING_STATE_SEALED,
        .direction = CALL_OUT,
        .caller = {.number = "+4588303080", .name = "Kundeservice"},
        .called = {.number = "sip:\"x\"; /../45", .name = ""},
        .legs = 2,
        .leg = {{.right = false, .label = "1", .codec = "PCMA", .packets_received = 250},
                {.right = true,
                 .own_channel = 2,
                 .label = "2",
                 .codec = "PCMU",
                 .packets_lost = 3,
                 .packets_ignored = 4,
                 .packets_refused = 5}},
    };

    return recording;
}

static void problem_has_the_members_of_rfc_9457(void **state)
{
    json_t *document = problem_document(PROBLEM_BAD_PARAMETER, "digits are expected", "number");

    (void)state;
    assert_string_equal(text_of(document, "type"), "/problems/bad-parameter");
    assert_string_equal(text_of(document, "title"), "A parameter is not valid");
    assert_string_equal(text_of(document, "detail"), "digits are expected");
    assert_string_equal(text_of(document, "parameter"), "number");
    assert_int_equal(json_integer_value(json_object_get(document, "status")), 400);
    json_decref(document);
}

static void problem_leaves_out_what_it_does_not_know(void **state)
{
    json_t *document = problem_document(PROBLEM_NO_RECORDING, NULL, NULL);

    (void)state;
    assert_int_equal(json_object_size(document), 3);
    json_decref(document);
    document = problem_document(PROBLEM_DAMAGED, NULL, NULL);
    assert_string_equal(text_of(document, "type"), "/problems/recording-damaged");
    assert_int_equal(problem_status(PROBLEM_DAMAGED), 500);
    json_decref(document);
}

static void recording_has_the_promised_members(void **state)
{
    struct index_recording recording = two_party_call();
    json_t *parts = json_pack("[o]", recording_json_row(&recording));
    const struct index_fact_counts facts = {2, {{"lost", 3}, {"silent", 12}}};
    json_t *document = recording_json_whole(&recording, &facts, POLICY_NOBODY, parts);
    json_t *left = json_array_get(json_object_get(document, "legs"), 0);
    json_t *right = json_array_get(json_object_get(document, "legs"), 1);

    (void)state;
    assert_int_equal(json_object_size(document), 15);
    assert_true(json_is_null(json_object_get(document, "paused")));
    assert_string_equal(text_of(document, "started_at"), "2026-11-22T13:57:10.042Z");
    assert_string_equal(text_of(document, "ended_at"), "2026-11-22T13:57:15.042Z");
    assert_string_equal(text_of(document, "state"), "sealed");
    assert_string_equal(text_of(document, "direction"), "out");
    assert_int_equal(json_integer_value(json_object_get(document, "duration_ms")), 5000);
    assert_string_equal(text_of(json_object_get(document, "caller"), "name"), "Kundeservice");
    assert_true(json_is_null(json_object_get(json_object_get(document, "called"), "name")));
    assert_string_equal(text_of(left, "channel"), "left");
    assert_string_equal(text_of(left, "codec"), "PCMA");
    assert_int_equal(json_integer_value(json_object_get(left, "packets_received")), 250);
    assert_string_equal(text_of(right, "channel"), "right");
    assert_true(json_is_null(json_object_get(left, "own_channel")));
    assert_int_equal(json_integer_value(json_object_get(right, "own_channel")), 1);
    assert_int_equal(json_integer_value(json_object_get(right, "packets_lost")), 3);
    assert_int_equal(json_integer_value(json_object_get(right, "packets_ignored")), 4);
    assert_int_equal(json_integer_value(json_object_get(right, "packets_refused")), 5);
    assert_true(json_is_object(json_object_get(right, "party")));
    const json_t *counts = json_object_get(document, "facts");
    assert_int_equal(json_object_size(counts), 2);
    assert_int_equal(json_integer_value(json_object_get(counts, "lost")), 3);
    assert_int_equal(json_integer_value(json_object_get(counts, "silent")), 12);
    json_decref(document);
    json_decref(parts);
}

static void a_call_in_progress_tells_whose_sides_are_paused(void **state)
{
    static const char *const names[] = {"nobody", "caller", "called", "both"};
    struct index_recording recording = two_party_call();
    const struct index_fact_counts facts = {0};
    json_t *parts = json_array();

    (void)state;
    recording.state = RECORDING_STATE_RECORDING;
    for (unsigned i = 0; i <= POLICY_BOTH; i++) {
        json_t *document = recording_json_whole(&recording, &facts, (enum policy_parties)i, parts);
        assert_string_equal(text_of(document, "paused"), names[i]);
        json_decref(document);
    }
    json_decref(parts);
}

static void how_a_leg_was_heard_and_spoke_is_shown_where_it_was_measured(void **state)
{
    struct index_recording recording = two_party_call();
    const struct index_fact_counts facts = {0};
    json_t *parts = json_array();

    (void)state;
    json_t *document = recording_json_whole(&recording, &facts, POLICY_NOBODY, parts);
    const json_t *left = json_array_get(json_object_get(document, "legs"), 0);
    assert_true(json_is_null(json_object_get(document, "talk_over_ms")));
    assert_int_equal(json_object_size(json_object_get(document, "facts")), 0);
    assert_true(json_is_null(json_object_get(left, "quality")));
    assert_true(json_is_null(json_object_get(left, "speech_ms")));
    assert_true(json_is_null(json_object_get(left, "longest_silence_ms")));
    json_decref(document);
    recording.measured = true;
    recording.talk_over_ms = 0;
    recording.leg[0].sound = (struct index_sound){921, 439, 1234, 2400, 1900};
    recording.leg[1].sound = (struct index_sound){.longest_silence_ms = 5000}; /* nothing came */
    document = recording_json_whole(&recording, &facts, POLICY_NOBODY, parts);
    left = json_array_get(json_object_get(document, "legs"), 0);
    const json_t *right = json_array_get(json_object_get(document, "legs"), 1);
    assert_true(json_is_integer(json_object_get(document, "talk_over_ms")));
    char *quality =
        json_dumps(json_object_get(left, "quality"), JSON_COMPACT | JSON_REAL_PRECISION(9));
    assert_string_equal(quality, "{\"r_factor\":92.1,\"mos\":4.39,\"jitter_us\":1234}");
    free(quality);
    assert_int_equal(json_integer_value(json_object_get(left, "speech_ms")), 2400);
    assert_int_equal(json_integer_value(json_object_get(left, "longest_silence_ms")), 1900);
    assert_true(json_is_null(json_object_get(right, "quality")));
    assert_int_equal(json_integer_value(json_object_get(right, "longest_silence_ms")), 5000);
    json_decref(document);
    json_decref(parts);
}

static void recording_tells_its_conversation(void **state)
{
    struct index_recording recording = two_party_call();
    struct index_recording first = two_party_call();

    (void)state;
    recording.conversation = first.id = uuid_new(recording.started);
    first.conversation = first.id;
    char id[UUID_TEXT_BYTES];
    uuid_format(first.id, id);
    struct index_recording third = recording;
    third.by_number = true;
    json_t *parts = json_pack("[o, o, o]", recording_json_part(&first),
                              recording_json_part(&recording), recording_json_part(&third));
    const struct index_fact_counts facts = {0};
    json_t *document = recording_json_whole(&recording, &facts, POLICY_NOBODY, parts);
    const json_t *conversation = json_object_get(document, "conversation");
    const json_t *rows = json_object_get(conversation, "recordings");
    assert_string_equal(text_of(document, "conversation_id"), id);
    assert_string_equal(text_of(conversation, "id"), id);
    assert_int_equal(json_array_size(rows), 3);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "linked_by")));
    assert_string_equal(text_of(json_array_get(rows, 1), "linked_by"), "id");
    assert_string_equal(text_of(json_array_get(rows, 2), "linked_by"), "number");
    assert_string_equal(text_of(json_array_get(rows, 0), "id"), id);
    assert_int_equal(json_object_size(json_array_get(rows, 1)), 11);
    assert_string_equal(text_of(json_array_get(rows, 1), "conversation_id"), id);
    json_decref(document);
    json_decref(parts);
}

static void row_of_a_list_tells_its_place(void **state)
{
    struct index_recording recording = two_party_call();
    const struct conversation_place place = {.part = 2, .size = 3};
    json_t *row = recording_json_row(&recording);

    (void)state;
    assert_true(recording_json_set_place(row, &place));
    assert_int_equal(json_integer_value(json_object_get(row, "conversation_part")), 2);
    assert_int_equal(json_integer_value(json_object_get(row, "conversation_size")), 3);
    json_decref(row);
}

static void call_in_progress_has_no_end(void **state)
{
    struct index_recording recording = two_party_call();

    (void)state;
    recording.state = RECORDING_STATE_RECORDING;
    recording.ended = (wall_time){0};
    json_t *document = recording_json_row(&recording);
    assert_true(json_is_null(json_object_get(document, "ended_at")));
    assert_null(json_object_get(document, "legs"));
    json_decref(document);
}

static void name_that_is_not_utf8_is_still_shown(void **state)
{
    struct index_recording recording = two_party_call();

    (void)state;
    (void)strcpy(recording.caller.name, "S\xf8ren");
    json_t *document = recording_json_row(&recording);
    assert_string_equal(text_of(json_object_get(document, "caller"), "name"), "S?ren");
    json_decref(document);
}

static void facts_tell_place_cause_and_leg(void **state)
{
    const struct index_fact facts[] = {
        {.start_ms = 0, .end_ms = 20, .leg = 1, .cause = "lost", .count = 1},
        {.start_ms = 500, .end_ms = 900, .leg = -1, .cause = "held"},
        {.start_ms = 700, .end_ms = 700, .leg = 0, .cause = "party_joined", .detail = "S\xc3\xb8s"},
        {.start_ms = 900, .end_ms = 900, .leg = 0, .cause = "party_left", .detail = "S\xf8s"},
    };
    json_t *document = recording_json_facts(facts, 4);
    json_t *list = json_object_get(document, "facts");

    (void)state;
    assert_int_equal(json_array_size(list), 4);
    assert_string_equal(text_of(json_array_get(list, 0), "cause"), "lost");
    assert_string_equal(text_of(json_array_get(list, 0), "detail"), "");
    assert_string_equal(text_of(json_array_get(list, 2), "detail"), "S\xc3\xb8s");
    assert_string_equal(text_of(json_array_get(list, 3), "detail"), "S?s"); /* not UTF-8 */
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "leg")), 1);
    assert_true(json_is_null(json_object_get(json_array_get(list, 1), "leg")));
    json_decref(document);
    document = recording_json_facts(NULL, 0);
    assert_int_equal(json_array_size(json_object_get(document, "facts")), 0);
    json_decref(document);
}

static struct bytes of_peaks(const int8_t *peaks, size_t bytes)
{
    return (struct bytes){.data = (uint8_t *)peaks, .len = bytes};
}

static char *leg_peaks_text(const struct index_recording *recording, enum section_kind kind,
                            int leg, const int8_t *peaks, size_t bytes)
{
    const struct bytes section = of_peaks(peaks, bytes);
    char *text = NULL;
    size_t length = 0;

    assert_int_equal(recording_json_peaks(recording, kind, leg, &section, &text, &length),
                     STATUS_OK);
    text = realloc(text, length + 1);
    text[length] = '\0';
    return text;
}

static char *peaks_text(const struct index_recording *recording, enum section_kind kind,
                        const int8_t *peaks, size_t bytes)
{
    return leg_peaks_text(recording, kind, PEAKS_BOTH, peaks, bytes);
}

static void peaks_alternate_left_and_right(void **state)
{
    static const int8_t peaks[] = {-1, 1, -2, 2, -128, 127, 0, 0};
    struct index_recording recording = two_party_call();
    char *text = peaks_text(&recording, SECTION_PEAKS, peaks, sizeof peaks);

    (void)state;
    assert_string_equal(text, "{\"version\":2,\"channels\":2,\"sample_rate\":8000,"
                              "\"samples_per_pixel\":400,\"bits\":8,\"length\":2,"
                              "\"data\":[-1,1,-2,2,-128,127,0,0]}");
    free(text);
    /* Legs may be stored right first. */
    recording.leg[0].right = true;
    recording.leg[1].right = false;
    text = peaks_text(&recording, SECTION_PEAKS, peaks, sizeof peaks);
    assert_non_null(strstr(text, "[-2,2,-1,1,0,0,-128,127]"));
    free(text);
}

static void peaks_by_channel_do_not_ask_for_legs(void **state)
{
    static const int8_t peaks[] = {-1, 1, -2, 2, -128, 127, 0, 0};
    struct index_recording recording = two_party_call();

    (void)state;
    recording.legs = 5; /* several are heard on one side */
    recording.leg[0].right = true;
    char *text = peaks_text(&recording, SECTION_CHANNEL_PEAKS, peaks, sizeof peaks);
    assert_non_null(strstr(text, "\"length\":2,\"data\":[-1,1,-2,2,-128,127,0,0]}"));
    free(text);
    size_t length = 0;
    text = NULL;
    const struct bytes part = of_peaks(peaks, 6);
    assert_int_equal(
        recording_json_peaks(&recording, SECTION_CHANNEL_PEAKS, PEAKS_BOTH, &part, &text, &length),
        STATUS_CORRUPT);
    assert_null(text);
}

static void peaks_of_one_leg_are_its_own_or_its_sides(void **state)
{
    static const int8_t sides[] = {-1, 1, -2, 2, -128, 127, 0, 0};
    static const int8_t legs[] = {-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6};
    struct index_recording recording = two_party_call();
    char *text = leg_peaks_text(&recording, SECTION_CHANNEL_PEAKS, 1, sides, sizeof sides);

    (void)state;
    assert_string_equal(text, "{\"version\":2,\"channels\":1,\"sample_rate\":8000,"
                              "\"samples_per_pixel\":400,\"bits\":8,\"length\":2,"
                              "\"data\":[-2,2,0,0]}");
    free(text);
    recording.legs = 3;
    text = leg_peaks_text(&recording, SECTION_PEAKS, 2, legs, sizeof legs);
    assert_non_null(strstr(text, "\"channels\":1,"));
    assert_non_null(strstr(text, "\"length\":2,\"data\":[-3,3,-6,6]}"));
    free(text);
}

static void missing_leg_is_a_flat_line(void **state)
{
    static const int8_t peaks[] = {-1, 1, -3, 3};
    struct index_recording recording = two_party_call();

    (void)state;
    recording.legs = 1;
    char *text = peaks_text(&recording, SECTION_PEAKS, peaks, sizeof peaks);
    assert_non_null(strstr(text, "\"length\":2,\"data\":[-1,1,0,0,-3,3,0,0]}"));
    free(text);
}

static void odd_peaks_are_refused_and_empty_ones_are_empty(void **state)
{
    static const int8_t peaks[] = {-1, 1, -2, 2, -3};
    struct index_recording recording = two_party_call();
    char *text = NULL;
    size_t length = 0;

    (void)state;
    struct bytes section = of_peaks(peaks, 5);
    assert_int_equal(
        recording_json_peaks(&recording, SECTION_PEAKS, PEAKS_BOTH, &section, &text, &length),
        STATUS_CORRUPT);
    assert_null(text);
    text = peaks_text(&recording, SECTION_PEAKS, peaks, 0);
    assert_non_null(strstr(text, "\"length\":0,\"data\":[]}"));
    free(text);
    recording.legs = 0;
    section = of_peaks(peaks, 4);
    assert_int_equal(
        recording_json_peaks(&recording, SECTION_PEAKS, PEAKS_BOTH, &section, &text, &length),
        STATUS_CORRUPT);
}

static void saved_name_holds_nothing_but_digits_of_numbers(void **state)
{
    struct index_recording recording = two_party_call();
    char name[AUDIO_NAME_BYTES];

    (void)state;
    audio_name(&recording, "", name);
    assert_string_equal(name, "2026-11-22_135710_4588303080_45.opus");
    audio_name(&recording, "leg3", name);
    assert_string_equal(name, "2026-11-22_135710_4588303080_45_leg3.opus");
    (void)strcpy(recording.called.number, "anonymous");
    audio_name(&recording, "", name);
    assert_string_equal(name, "2026-11-22_135710_4588303080_unknown.opus");
}

static void hashed_names_are_known_by_their_hash(void **state)
{
    (void)state;
    assert_true(static_files_is_hashed("app-4KX2QW7D.js"));
    assert_true(static_files_is_hashed("wave-surfer-ABCDEFGH.css"));
    assert_true(static_files_is_hashed("app-4KX2QW7D.js.map"));
    assert_false(static_files_is_hashed("index.html"));
    assert_false(static_files_is_hashed("app-short.js"));
    assert_false(static_files_is_hashed("app-ABCDEFGHI.js"));
    assert_false(static_files_is_hashed("app-4KX2QW7D"));
}

static void slow_request_is_shut_down_at_its_deadline(void **state)
{
    mono_time start = {.ns = CLOCK_NS_PER_S};
    mono_time limit = {.ns = start.ns + CONNECTIONS_REQUEST_MAX_S * CLOCK_NS_PER_S};
    mono_time past = {.ns = limit.ns + 1};
    struct connections *connections = NULL;
    int pair[2];
    char byte;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(connections_create(&connections), STATUS_OK);
    struct connection *connection = connections_add(connections, pair[0], start);
    assert_int_equal(connections_reap(connections, limit), 0);
    connections_requested(connections, connection);
    assert_int_equal(connections_reap(connections, past), 0);
    connections_answered(connections, connection, start);
    assert_int_equal(connections_reap(connections, past), 1);
    assert_int_equal(connections_reap(connections, past), 0);
    assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), 0);
    connections_remove(connections, connection);
    connections_destroy(connections);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problem_has_the_members_of_rfc_9457),
        cmocka_unit_test(problem_leaves_out_what_it_does_not_know),
        cmocka_unit_test(recording_has_the_promised_members),
        cmocka_unit_test(a_call_in_progress_tells_whose_sides_are_paused),
        cmocka_unit_test(how_a_leg_was_heard_and_spoke_is_shown_where_it_was_measured),
        cmocka_unit_test(recording_tells_its_conversation),
        cmocka_unit_test(row_of_a_list_tells_its_place),
        cmocka_unit_test(call_in_progress_has_no_end),
        cmocka_unit_test(name_that_is_not_utf8_is_still_shown),
        cmocka_unit_test(facts_tell_place_cause_and_leg),
        cmocka_unit_test(peaks_alternate_left_and_right),
        cmocka_unit_test(peaks_by_channel_do_not_ask_for_legs),
        cmocka_unit_test(peaks_of_one_leg_are_its_own_or_its_sides),
        cmocka_unit_test(missing_leg_is_a_flat_line),
        cmocka_unit_test(odd_peaks_are_refused_and_empty_ones_are_empty),
        cmocka_unit_test(saved_name_holds_nothing_but_digits_of_numbers),
        cmocka_unit_test(hashed_names_are_known_by_their_hash),
        cmocka_unit_test(slow_request_is_shut_down_at_its_deadline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
