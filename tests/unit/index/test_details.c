/* The details that a recording bears inside: written, and read back where the index lost them. */
#include "support.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/details.h"

static struct index_recording complete(void)
{
    struct index_recording row =
        make_recording(uuid_new(clock_wall_now()), 1700000000123000, "+4588303080", "anna");

    row.direction = CALL_IN;
    row.ended = clock_wall_from_us(1700000030123000);
    row.duration_ms = 30000;
    (void)strcpy(row.end_cause, "bye");
    row.legs = 2;
    row.leg[0] = (struct index_leg){
        .label = "96", .party = row.caller, .codec = "PCMA", .packets_received = 1500};
    row.leg[1] = (struct index_leg){.right = true,
                                    .own_channel = BOUND_CALL_STREAMS,
                                    .label = "97",
                                    .party = row.called,
                                    .codec = "PCMU",
                                    .packets_lost = 3,
                                    .packets_late = 2,
                                    .packets_duplicate = 1,
                                    .packets_ignored = 4,
                                    .packets_refused = 5,
                                    .sound = {932, 441, 1234, 24180, 9320}};
    row.leg[0].sound = (struct index_sound){.longest_silence_ms = 30000}; /* nothing came */
    row.measured = true;
    row.talk_over_ms = 860;
    (void)strcpy(row.call_reference, "27123789");
    row.ties = 2;
    row.tie[0] = (struct index_tie){INDEX_TIE_GROUP, "another group"};
    row.tie[1] = (struct index_tie){INDEX_TIE_SIP_SESSION, "ab30;remote=cd40"};
    row.by_number = true;
    row.conversation = uuid_new(clock_wall_now());
    row.owner_due = uuid_new(clock_wall_now());
    return row;
}

static void what_is_written_reads_back(void **state)
{
    struct index_recording row = complete();
    struct index_recording found = {.id = row.id, .started = row.started, .customer = row.customer};
    const struct details_leg_media media[] = {{8000, 160}, {8000, -1}};
    const struct index_fact facts[] = {{0, 20, 0, "lost", 1, ""},
                                       {5, 9, -1, "deviation", 0, "Ærø: no label"}};
    struct index_fact *found_facts = NULL;
    size_t count = 0;
    char *json = NULL;

    (void)state;
    assert_int_equal(details_write(&row, media, facts, 2, &json), STATUS_OK);
    (void)strcpy(found.path, row.path);
    assert_int_equal(details_read(json, strlen(json), &found, &found_facts, &count), STATUS_OK);
    struct details_leg_media read[BOUND_CALL_STREAMS];
    assert_int_equal(details_read_media(json, strlen(json), read), STATUS_OK);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        assert_int_equal(read[i].rate_hz, i < 2 ? 8000 : 0);
        assert_int_equal(read[i].anchor_samples, i < 1 ? 160 : -1);
    }
    assert_int_equal(details_read_media("{}", 2, read), STATUS_INVALID);
    assert_memory_equal(&found.caller, &row.caller, sizeof row.caller);
    assert_string_equal(found.called.number, "anna");
    assert_int_equal(found.direction, CALL_IN);
    assert_int_equal(found.ended.ns, row.ended.ns);
    assert_int_equal(found.duration_ms, 30000);
    assert_string_equal(found.end_cause, "bye");
    assert_string_equal(found.sip_call_id, row.sip_call_id);
    assert_string_equal(found.group_id, row.group_id);
    assert_string_equal(found.call_reference, "27123789");
    assert_int_equal(found.ties, 2);
    assert_memory_equal(found.tie, row.tie, 2 * sizeof *row.tie);
    assert_true(found.by_number);
    assert_true(uuid_equal(found.conversation, row.conversation));
    assert_true(uuid_equal(found.owner_due, row.owner_due));
    assert_true(found.measured);
    assert_int_equal(found.talk_over_ms, 860);
    assert_non_null(strstr(json, "{\"r_factor\":93.2,\"mos\":4.41,\"jitter_us\":1234}"));
    assert_non_null(strstr(json, "\"channel\":\"left\",\"own_channel\":null"));
    assert_non_null(strstr(json, "\"channel\":\"right\",\"own_channel\":7"));
    assert_int_equal(found.legs, 2);
    assert_memory_equal(found.leg, row.leg, sizeof row.leg);
    assert_int_equal(count, 2);
    assert_string_equal(found_facts[0].cause, "lost");
    assert_string_equal(found_facts[0].detail, "");
    assert_string_equal(found_facts[1].detail, "Ærø: no label");
    assert_int_equal(found_facts[0].leg, 0);
    assert_int_equal(found_facts[1].leg, -1);
    assert_int_equal(found_facts[1].end_ms, 9);
    free(found_facts);
    free(json);
}

static void unknown_things_are_null_in_the_json(void **state)
{
    struct index_recording row = complete();
    char *json = NULL;

    (void)state;
    row.ended.ns = 0;
    memset(&row.called, 0, sizeof row.called);
    memset(&row.conversation, 0, sizeof row.conversation);
    memset(&row.owner_due, 0, sizeof row.owner_due);
    row.call_reference[0] = '\0';
    row.measured = false;
    assert_int_equal(details_write(&row, NULL, NULL, 0, &json), STATUS_OK);
    json_t *details = json_loads(json, 0, NULL);
    assert_non_null(details);
    assert_true(json_is_null(json_object_get(details, "ended_at")));
    assert_true(json_is_null(json_object_get(details, "conversation")));
    assert_true(json_is_null(json_object_get(details, "owner_due")));
    assert_true(json_is_null(json_object_get(details, "call_reference")));
    assert_true(json_is_null(json_object_get(json_object_get(details, "called"), "number")));
    const json_t *leg = json_array_get(json_object_get(details, "legs"), 0);
    assert_true(json_is_null(json_object_get(leg, "rate_hz")));
    assert_true(json_is_null(json_object_get(leg, "anchor_samples")));
    assert_true(json_is_null(json_object_get(leg, "quality")));
    assert_true(json_is_null(json_object_get(leg, "speech_ms")));
    assert_true(json_is_null(json_object_get(leg, "longest_silence_ms")));
    assert_true(json_is_null(json_object_get(details, "talk_over_ms")));
    assert_int_equal(json_array_size(json_object_get(details, "facts")), 0);
    json_decref(details);
    free(json);
}

static void a_file_from_before_it_was_measured_says_so(void **state)
{
    static const char text[] = "{\"legs\": [{\"channel\": \"left\", \"codec\": \"PCMA\","
                               " \"packets_lost\": 3}]}";
    struct index_recording row = complete();
    struct index_fact *facts = NULL;
    size_t count = 7;

    (void)state;
    assert_int_equal(details_read(text, strlen(text), &row, &facts, &count), STATUS_OK);
    assert_false(row.measured);
    assert_int_equal(row.talk_over_ms, 0);
    assert_int_equal(row.leg[0].packets_lost, 3);
    assert_int_equal(row.leg[0].sound.mos_hundredths, 0);
    assert_int_equal(row.leg[0].own_channel, 0);
}

static void what_cannot_be_a_measure_is_not_taken_for_one(void **state)
{
    static const char text[] = "{\"talk_over_ms\": -5, \"legs\": [{\"quality\": {\"r_factor\":"
                               " -1, \"mos\": 1e300, \"jitter_us\": \"9\"}, \"speech_ms\": -7,"
                               " \"own_channel\": 8}, {\"own_channel\": -1}]}";
    struct index_recording row = complete();
    struct index_fact *facts = NULL;
    size_t count = 7;

    (void)state;
    assert_int_equal(details_read(text, strlen(text), &row, &facts, &count), STATUS_OK);
    assert_int_equal(row.talk_over_ms, 0);
    assert_int_equal(row.leg[0].sound.r_tenths, 0);
    assert_int_equal(row.leg[0].sound.mos_hundredths, 0);
    assert_int_equal(row.leg[0].sound.jitter_us, 0);
    assert_int_equal(row.leg[0].sound.speech_ms, 0);
    assert_int_equal(row.leg[0].own_channel, 0);
    assert_int_equal(row.leg[1].own_channel, 0);
}

static void malformed_details_change_nothing(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "null", "{\"legs\":{}}", "{} {}", "\xff"};
    struct index_recording row = complete();
    struct index_recording before = row;
    struct index_fact *facts = NULL;
    size_t count = 7;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(details_read(texts[i], strlen(texts[i]), &row, &facts, &count),
                         STATUS_INVALID);
        assert_memory_equal(&row, &before, sizeof row);
    }
    assert_int_equal(count, 7);
    const char *many = "{\"legs\":[{},{},{},{},{},{},{},{},{}]}";
    assert_int_equal(details_read(many, strlen(many), &row, &facts, &count), STATUS_LIMIT);
    assert_memory_equal(&row, &before, sizeof row);
}

static void details_without_an_entry_leave_what_is_known(void **state)
{
    struct index_recording row = complete();
    struct index_fact *facts = NULL;
    size_t count = 7;

    (void)state;
    assert_int_equal(details_read("{}", 2, &row, &facts, &count), STATUS_OK);
    assert_string_equal(row.caller.number, "+4588303080");
    assert_int_equal(row.duration_ms, 30000);
    assert_int_equal(row.legs, 0);
    assert_int_equal(count, 0);
    assert_null(facts);
}

static void wrong_types_are_taken_as_absent(void **state)
{
    const char *json = "{\"caller\":5,\"legs\":[5,null],\"facts\":[7],\"duration_ms\":\"x\","
                       "\"ended_at\":\"yesterday\",\"direction\":\"up\"}";
    struct index_recording row = complete();
    struct index_fact *facts = NULL;
    size_t count = 0;

    (void)state;
    assert_int_equal(details_read(json, strlen(json), &row, &facts, &count), STATUS_OK);
    assert_int_equal(row.legs, 2);
    assert_int_equal(row.direction, CALL_IN);
    assert_int_equal(count, 1);
    assert_int_equal(facts[0].leg, -1);
    free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(unknown_things_are_null_in_the_json),
        cmocka_unit_test(a_file_from_before_it_was_measured_says_so),
        cmocka_unit_test(what_cannot_be_a_measure_is_not_taken_for_one),
        cmocka_unit_test(malformed_details_change_nothing),
        cmocka_unit_test(details_without_an_entry_leave_what_is_known),
        cmocka_unit_test(wrong_types_are_taken_as_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
