/* Rows of calls: insert, finish, read, remove. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void an_inserted_row_reads_back_as_recording(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid one = add_customer(fixture->index, "1");
    struct index_recording row = make_recording(one, 1700000000000001, "+4588303080", "anna");
    struct index_recording found;

    row.direction = CALL_OUT;
    row.state = RECORDING_STATE_SEALED; /* an insert is always RECORDING */
    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    row.state = RECORDING_STATE_RECORDING;
    assert_ok(recordings_get(fixture->index, row.id, &one, &found, &fault), &fault);
    assert_memory_equal(&found.id, &row.id, sizeof row.id);
    assert_int_equal(found.started.ns, INT64_C(1700000000000001000));
    assert_int_equal(found.state, RECORDING_STATE_RECORDING);
    assert_int_equal(found.direction, CALL_OUT);
    assert_int_equal(found.ended.ns, 0);
    assert_string_equal(found.caller.number, "+4588303080");
    assert_string_equal(found.caller.name, "Anna Ågård");
    assert_string_equal(found.called.number, "anna");
    assert_string_equal(found.source, "pbx");
    assert_string_equal(found.source_address, "10.0.0.31");
    assert_string_equal(found.sip_call_id, "a84b4c76e66710");
    assert_string_equal(found.session_id, "siprec-1");
    assert_string_equal(found.sip_session_id, "ab30317f");
    assert_string_equal(found.group_id, "group-1");
    assert_string_equal(found.node, "node-1");
    assert_string_equal(found.path, "recordings/2026/11/22/x.crec");
    assert_int_equal(found.legs, 0);
}

static void an_id_is_inserted_once(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    assert_int_equal(recordings_insert(fixture->index, &row, &fault), STATUS_EXISTS);
}

static void a_row_needs_a_customer_that_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row = make_recording(uuid_new(clock_wall_now()), 1, "1", "2");

    assert_int_equal(recordings_insert(fixture->index, &row, NULL), STATUS_NOT_FOUND);
}

static void someone_elses_row_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_customer(fixture->index, "1");
    struct uuid two = add_customer(fixture->index, "2");
    struct uuid id = add_recording(fixture->index, one, 5, "1", "2");
    struct index_recording found = {.duration_ms = 42};
    struct fault fault = {0};

    assert_int_equal(recordings_get(fixture->index, id, &two, &found, NULL), STATUS_NOT_FOUND);
    assert_int_equal(found.duration_ms, 42);
    assert_int_equal(recordings_get(fixture->index, one, NULL, &found, NULL), STATUS_NOT_FOUND);
    assert_ok(recordings_get(fixture->index, id, NULL, &found, &fault), &fault);
}

static struct index_recording finished(struct index_recording row)
{
    row.state = RECORDING_STATE_SEALED;
    row.ended = clock_wall_from_us(clock_wall_us(row.started) + 30000000);
    row.duration_ms = 30000;
    row.audio_bytes = 123456;
    memset(row.sha256_cipher, 0xc1, sizeof row.sha256_cipher);
    memset(row.sha256_plain, 0x91, sizeof row.sha256_plain);
    (void)strcpy(row.end_cause, "bye");
    row.legs = 2;
    row.leg[0] = (struct index_leg){.label = "96",
                                    .codec = "PCMA",
                                    .packets_received = 1500,
                                    .packets_lost = 3,
                                    .packets_late = 2,
                                    .packets_duplicate = 1,
                                    .packets_ignored = 5,
                                    .packets_refused = 6,
                                    .sound = {921, 439, 1234, 12000, 4000}};
    row.measured = true;
    row.talk_over_ms = 700;
    (void)strcpy(row.leg[0].party.number, "+4588303080");
    row.leg[1] =
        (struct index_leg){.right = true, .own_channel = 2, .label = "97", .codec = "PCMU"};
    (void)strcpy(row.leg[1].party.name, "Bo");
    return row;
}

static void finishing_writes_all_that_is_known_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 7000000, "1", "2");
    struct index_recording found;
    struct index_fact *facts = NULL;
    size_t count = 0;
    const struct index_fact given[] = {{5000, 6000, 1, "lost", 50, ""},
                                       {0, 100, -1, "deviation", 0, "Ærø: no label"}};

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    assert_ok(recordings_finish(fixture->index, &end, given, 2, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_int_equal(found.state, RECORDING_STATE_SEALED);
    assert_int_equal(found.ended.ns, INT64_C(37000000000));
    assert_int_equal(found.duration_ms, 30000);
    assert_int_equal(found.audio_bytes, 123456);
    assert_memory_equal(found.sha256_cipher, end.sha256_cipher, 32);
    assert_memory_equal(found.sha256_plain, end.sha256_plain, 32);
    assert_string_equal(found.end_cause, "bye");
    assert_int_equal(found.legs, 2);
    assert_false(found.leg[0].right);
    assert_true(found.leg[1].right);
    assert_int_equal(found.leg[0].own_channel, 0);
    assert_int_equal(found.leg[1].own_channel, 2);
    assert_string_equal(found.leg[0].codec, "PCMA");
    assert_string_equal(found.leg[0].party.number, "+4588303080");
    assert_string_equal(found.leg[1].party.name, "Bo");
    assert_int_equal(found.leg[0].packets_lost, 3);
    assert_int_equal(found.leg[0].packets_duplicate, 1);
    assert_int_equal(found.leg[0].packets_ignored, 5);
    assert_int_equal(found.leg[0].packets_refused, 6);
    assert_memory_equal(&found.leg[0].sound, &end.leg[0].sound, sizeof end.leg[0].sound);
    assert_true(found.measured);
    assert_int_equal(found.talk_over_ms, 700);
    assert_ok(recordings_facts(fixture->index, row.id, &facts, &count, &fault), &fault);
    assert_int_equal(count, 2);
    assert_string_equal(facts[0].cause, "deviation"); /* by start */
    assert_string_equal(facts[0].detail, "Ærø: no label");
    assert_string_equal(facts[1].detail, "");
    assert_int_equal(facts[0].leg, -1);
    assert_int_equal(facts[1].count, 50);
    free(facts);
}

static void parties_unknown_at_the_end_stay_what_they_were(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "+4511", "+4522");
    struct index_recording found;

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    memset(&end.caller, 0, sizeof end.caller);
    memset(&end.called, 0, sizeof end.called);
    (void)strcpy(end.called.number, "+4533");
    assert_ok(recordings_finish(fixture->index, &end, NULL, 0, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_string_equal(found.caller.number, "+4511");
    assert_string_equal(found.caller.name, "Anna Ågård");
    assert_string_equal(found.called.number, "+4533");
}

static void a_name_alone_known_at_the_end_is_kept(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "+4511", "+4522");
    struct index_recording found;

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    memset(&end.called, 0, sizeof end.called);
    (void)strcpy(end.called.name, "Bo");
    assert_ok(recordings_finish(fixture->index, &end, NULL, 0, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_string_equal(found.called.number, "+4522");
    assert_string_equal(found.called.name, "Bo");
}

static void what_was_not_measured_is_not_known(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_recording found;

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_false(found.measured);
    struct index_recording end = finished(row);
    end.measured = false;
    assert_ok(recordings_finish(fixture->index, &end, NULL, 0, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_false(found.measured);
    assert_int_equal(found.talk_over_ms, 0);
}

static void facts_are_counted_by_their_cause(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_recording other = make_recording(unassigned(fixture->index), 2, "1", "2");
    struct index_fact_counts counts = {.causes = 9};
    const struct index_fact given[] = {{0, 20, 0, "lost", 1, ""},    {40, 60, 1, "lost", 1, ""},
                                       {60, 90, 0, "silent", 0, ""}, {70, 70, 0, "quality", 0, "R"},
                                       {80, 90, 0, "lost", 7, ""},   {90, 91, -1, "new", 0, ""}};

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    assert_ok(recordings_insert(fixture->index, &other, &fault), &fault);
    struct index_recording end = finished(row);
    assert_ok(recordings_finish(fixture->index, &end, given, 6, &fault), &fault);
    assert_ok(recordings_count_facts(fixture->index, other.id, &counts, &fault), &fault);
    assert_int_equal(counts.causes, 0);
    assert_ok(recordings_count_facts(fixture->index, row.id, &counts, &fault), &fault);
    assert_int_equal(counts.causes, 4);
    assert_string_equal(counts.of[0].cause, "lost");
    assert_int_equal(counts.of[0].facts, 3);
    assert_string_equal(counts.of[1].cause, "new");
    assert_string_equal(counts.of[3].cause, "silent");
    assert_int_equal(counts.of[3].facts, 1);
}

static void no_more_causes_are_counted_than_there_is_room_for(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_fact given[INDEX_FACT_CAUSES_MAX + 1] = {0};
    struct index_fact_counts counts;

    for (size_t i = 0; i < INDEX_FACT_CAUSES_MAX + 1; i++)
        (void)snprintf(given[i].cause, sizeof given[i].cause, "cause_%03zu", i);
    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    assert_ok(recordings_finish(fixture->index, &end, given, INDEX_FACT_CAUSES_MAX + 1, &fault),
              &fault);
    assert_ok(recordings_count_facts(fixture->index, row.id, &counts, &fault), &fault);
    assert_int_equal(counts.causes, INDEX_FACT_CAUSES_MAX);
    assert_string_equal(counts.of[INDEX_FACT_CAUSES_MAX - 1].cause, "cause_063");
}

static void finishing_one_that_had_failed_replaces_legs_and_facts(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_recording found;
    struct index_fact *facts = NULL;
    size_t count = 9;
    const struct index_fact given = {0, 1, 0, "lost", 1, ""};

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    end.state = RECORDING_STATE_FAILED;
    assert_ok(recordings_finish(fixture->index, &end, &given, 1, &fault), &fault);
    end.state = RECORDING_STATE_SEALED;
    end.legs = 1;
    assert_ok(recordings_finish(fixture->index, &end, NULL, 0, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_int_equal(found.legs, 1);
    assert_ok(recordings_facts(fixture->index, row.id, &facts, &count, &fault), &fault);
    assert_int_equal(count, 0);
    free(facts);
}

static void finishing_an_unknown_id_is_not_found_and_too_many_legs_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");

    assert_int_equal(recordings_finish(fixture->index, &row, NULL, 0, NULL), STATUS_NOT_FOUND);
    row.legs = BOUND_CALL_STREAMS + 1;
    assert_int_equal(recordings_finish(fixture->index, &row, NULL, 0, NULL), STATUS_LIMIT);
}

static void as_many_legs_as_a_call_can_have_are_kept_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_recording found;

    row.legs = BOUND_CALL_STREAMS;
    for (size_t i = 0; i < row.legs; i++)
        (void)snprintf(row.leg[i].label, sizeof row.leg[i].label, "label-%zu", i);
    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_int_equal(found.legs, BOUND_CALL_STREAMS);
    for (size_t i = 0; i < row.legs; i++)
        assert_string_equal(found.leg[i].label, row.leg[i].label);
}

static void only_a_call_in_state_recording_can_be_removed(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct index_recording row = make_recording(unassigned(fixture->index), 1, "1", "2");
    struct index_recording found;

    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    assert_ok(recordings_remove_unanswered(fixture->index, row.id, &fault), &fault);
    assert_int_equal(recordings_get(fixture->index, row.id, NULL, &found, NULL), STATUS_NOT_FOUND);
    assert_int_equal(recordings_remove_unanswered(fixture->index, row.id, NULL), STATUS_NOT_FOUND);
    assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
    struct index_recording end = finished(row);
    assert_ok(recordings_finish(fixture->index, &end, NULL, 0, &fault), &fault);
    assert_int_equal(recordings_remove_unanswered(fixture->index, row.id, NULL), STATUS_NOT_FOUND);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
}

static void recordings_are_counted_by_state(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    struct uuid nobody = unassigned(fixture->index);
    struct recordings_counts counts = {{9, 9, 9, 9}};

    for (int i = 0; i < 5; i++) {
        struct index_recording row = make_recording(nobody, i, "1", "2");
        assert_ok(recordings_insert(fixture->index, &row, &fault), &fault);
        row.state = RECORDING_STATE_FAILED;
        if (i < 2)
            assert_ok(recordings_finish(fixture->index, &row, NULL, 0, &fault), &fault);
    }
    assert_ok(recordings_count(fixture->index, &counts, &fault), &fault);
    assert_int_equal(counts.by_state[RECORDING_STATE_RECORDING], 3);
    assert_int_equal(counts.by_state[RECORDING_STATE_SEALED], 0);
    assert_int_equal(counts.by_state[RECORDING_STATE_RECOVERED], 0);
    assert_int_equal(counts.by_state[RECORDING_STATE_FAILED], 2);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(an_inserted_row_reads_back_as_recording),
        WITH_INDEX(an_id_is_inserted_once),
        WITH_INDEX(a_row_needs_a_customer_that_is_there),
        WITH_INDEX(someone_elses_row_is_not_found),
        WITH_INDEX(finishing_writes_all_that_is_known_at_the_end),
        WITH_INDEX(parties_unknown_at_the_end_stay_what_they_were),
        WITH_INDEX(a_name_alone_known_at_the_end_is_kept),
        WITH_INDEX(what_was_not_measured_is_not_known),
        WITH_INDEX(facts_are_counted_by_their_cause),
        WITH_INDEX(no_more_causes_are_counted_than_there_is_room_for),
        WITH_INDEX(finishing_one_that_had_failed_replaces_legs_and_facts),
        WITH_INDEX(finishing_an_unknown_id_is_not_found_and_too_many_legs_are_refused),
        WITH_INDEX(as_many_legs_as_a_call_can_have_are_kept_in_order),
        WITH_INDEX(only_a_call_in_state_recording_can_be_removed),
        WITH_INDEX(recordings_are_counted_by_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
