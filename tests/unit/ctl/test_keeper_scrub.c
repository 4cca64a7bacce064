/* Reading recordings again: what is found, what is due, and the alarms that it raises. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index/alarms.h"
#include "storage/index/scrub.h"
#include "storage/seal/keys.h"

enum { RECORDINGS = 12 };

static void flip(const char *path, long offset)
{
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* One round that reads what is due; returns a count of it. */
static int64_t scrub(struct ctl *ctl, int code, const char *name)
{
    if (ctl_run(ctl, "--json", "keeper", "--once", "--scrub", NULL) != code)
        fail_msg("exit %d: %s %s", ctl->code, ctl->out, ctl->err);
    json_t *value = ctl_json(ctl);
    int64_t count = json_integer_value(json_object_get(json_object_get(value, "scrub"), name));
    json_decref(value);
    return count;
}

static json_t *status_of(struct ctl *ctl, const char *name)
{
    assert_int_equal(ctl_run(ctl, "--json", "status", NULL), 0);
    json_t *value = ctl_json(ctl);
    json_t *part = json_incref(json_object_get(value, name));
    json_decref(value);
    return part;
}

static bool is_damaged(struct ctl *ctl, const struct ctl_recording *recording)
{
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "show", recording->id_text, NULL), 0);
    json_t *value = ctl_json(ctl);
    const json_t *damaged = json_object_get(value, "damaged");
    assert_true(json_is_boolean(damaged));
    bool is = json_is_true(damaged);
    json_decref(value);
    return is;
}

static void a_flipped_byte_is_found_told_and_marked(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording[RECORDINGS];

    for (int i = 0; i < RECORDINGS; i++)
        recording[i] = ctl_record(ctl, CTL_SEALED, 60 + i);
    flip(recording[7].path, 4096 + 200);
    json_t *before = status_of(ctl, "scrub");
    assert_int_equal(json_integer_value(json_object_get(before, "never_checked")), RECORDINGS);
    json_decref(before);
    assert_int_equal(scrub(ctl, 1, "read"), RECORDINGS);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'alarm' AND"
                                  " actor = 'program:keeper' AND detail LIKE '%not authentic%'"),
                     1);
    for (int i = 0; i < RECORDINGS; i++)
        assert_int_equal(is_damaged(ctl, &recording[i]), i == 7);
    json_t *after = status_of(ctl, "scrub");
    assert_int_equal(json_integer_value(json_object_get(after, "checked")), RECORDINGS);
    assert_int_equal(json_integer_value(json_object_get(after, "bad")), 1);
    assert_int_equal(json_integer_value(json_object_get(after, "never_checked")), 0);
    assert_true(json_is_string(json_object_get(after, "oldest_unchecked")));
    json_decref(after);
    json_t *alarms = status_of(ctl, "alarms");
    assert_int_equal(json_integer_value(json_object_get(alarms, "open")), 1);
    json_decref(alarms);
    json_t *report = status_of(ctl, "keeper");
    assert_int_equal(json_integer_value(json_object_get(report, "alarms")), 0); /* of the round */
    json_decref(report);
    /* what was read is not due again, nor read again by another keeper */
    assert_int_equal(scrub(ctl, 0, "read"), 0);
}

static void what_was_bad_is_read_again_a_day_later_and_may_be_whole(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    flip(recording.path, 5000);
    assert_int_equal(scrub(ctl, 1, "bad"), 1);
    flip(recording.path, 5000); /* restored */
    assert_int_equal(scrub(ctl, 0, "read"), 0);
    (void)ctl_sql(ctl, "UPDATE recordings SET scrubbed_us = scrubbed_us - 86401000000");
    assert_int_equal(scrub(ctl, 0, "read"), 1);
    assert_false(is_damaged(ctl, &recording));
    /* nobody has seen the alarm yet */
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE acknowledged_us = 0"), 1);
}

static void each_is_read_once_in_so_many_days_those_first_that_wait_longest(void **state)
{
    struct ctl *ctl = *state;

    for (int i = 0; i < 3; i++)
        (void)ctl_record(ctl, CTL_SEALED, 60);
    assert_int_equal(scrub(ctl, 0, "read"), 3);
    (void)ctl_sql(ctl, "UPDATE recordings SET scrubbed_us = scrubbed_us - 29 * 86400000000");
    assert_int_equal(scrub(ctl, 0, "read"), 0);
    (void)ctl_sql(ctl, "UPDATE recordings SET scrubbed_us = scrubbed_us - 2 * 86400000000"
                       " WHERE id = (SELECT min(id) FROM recordings)");
    assert_int_equal(scrub(ctl, 0, "read"), 1);
}

static void a_recording_in_progress_is_not_read_and_one_that_is_gone_is_bad(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording alive = ctl_record(ctl, CTL_ALIVE, 60);
    struct ctl_recording gone = ctl_record(ctl, CTL_SEALED, 60);

    assert_int_equal(unlink(gone.path), 0);
    assert_int_equal(scrub(ctl, 1, "read"), 1);
    assert_true(is_damaged(ctl, &gone));
    assert_false(is_damaged(ctl, &alive));
    recording_writer_destroy(alive.writer);
}

/* What stands in the way of opening a file, such as a right or a descriptor that is lacking, says
 * nothing of it; nor do so many of them at the head of the list keep others from being read. */
static void a_trouble_of_ours_is_no_damage_and_keeps_no_other_waiting(void **state)
{
    enum { TROUBLED = SCRUB_LIST_MAX + 6 };
    struct ctl *ctl = *state;
    struct ctl_recording troubled[TROUBLED];

    for (int i = 0; i < TROUBLED; i++) {
        troubled[i] = ctl_record(ctl, CTL_SEALED, 600 - i);
        assert_int_equal(unlink(troubled[i].path), 0);
        assert_int_equal(symlink(troubled[i].path, troubled[i].path), 0); /* ELOOP */
    }
    struct ctl_recording bad = ctl_record(ctl, CTL_SEALED, 60);
    (void)ctl_record(ctl, CTL_SEALED, 60);
    flip(bad.path, 5000);
    assert_int_equal(scrub(ctl, 5, "read"), 2);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms"), 1);
    assert_true(is_damaged(ctl, &bad));
    assert_false(is_damaged(ctl, &troubled[0]));
    json_t *found = status_of(ctl, "scrub");
    assert_int_equal(json_integer_value(json_object_get(found, "never_checked")), TROUBLED);
    json_decref(found);
    assert_int_equal(scrub(ctl, 5, "errors"), TROUBLED); /* they are due still */
}

static void what_the_disk_does_not_give_is_damage(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    assert_int_equal(unlink(recording.path), 0);
    assert_int_equal(symlink("/proc/self/mem", recording.path), 0); /* EIO, from its first byte */
    assert_int_equal(scrub(ctl, 1, "bad"), 1);
    assert_true(is_damaged(ctl, &recording));
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE why LIKE '%read at byte%'"),
                     1);
}

static void an_alarm_is_open_until_it_is_acknowledged(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    flip(recording.path, 5000);
    assert_int_equal(scrub(ctl, 1, "bad"), 1);
    assert_int_equal(ctl_run(ctl, "--json", "alarm", "list", NULL), 0);
    json_t *list = ctl_json(ctl);
    assert_int_equal(json_array_size(list), 1);
    const json_t *alarm = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(alarm, "kind")), "scrub");
    assert_string_equal(json_string_value(json_object_get(alarm, "recording")), recording.id_text);
    assert_true(json_is_null(json_object_get(alarm, "lost_ms")));
    assert_true(json_is_null(json_object_get(alarm, "acknowledged_at")));
    char id[32];
    (void)snprintf(id, sizeof id, "%lld",
                   (long long)json_integer_value(json_object_get(alarm, "id")));
    json_decref(list);

    assert_int_equal(ctl_run(ctl, "alarm", "acknowledge", "nonsense", NULL), 2);
    assert_int_equal(ctl_run(ctl, "alarm", "acknowledge", "4711", NULL), 3);
    assert_int_equal(ctl_run(ctl, "alarm", "acknowledge", id, "--note", "two\nlines", NULL), 2);
    assert_int_equal(ctl_run(ctl, "alarm", "acknowledge", id, "--note", "disk replaced", NULL), 0);
    assert_int_equal(ctl_run(ctl, "alarm", "acknowledge", id, NULL), 3);
    assert_int_equal(ctl_run(ctl, "--json", "alarm", "list", NULL), 0);
    list = ctl_json(ctl);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    assert_int_equal(ctl_run(ctl, "--json", "alarm", "list", "--all", NULL), 0);
    list = ctl_json(ctl);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "note")),
                        "disk replaced");
    json_decref(list);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'alarm_acknowledge'"),
                     1);
    /* found bad once more it raises one again */
    (void)ctl_sql(ctl, "UPDATE recordings SET scrubbed_us = scrubbed_us - 86401000000");
    assert_int_equal(scrub(ctl, 1, "bad"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms"), 2);
}

static void what_recovery_finds_gone_that_was_durable_is_an_alarm(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char tail[sizeof recording.path + sizeof ".tail"];

    (void)snprintf(tail, sizeof tail, "%s.tail", recording.path);
    assert_int_equal(unlink(tail), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE kind = 'recovered_damaged'"
                                  " AND lost_ms >= 0 AND acknowledged_us = 0"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'alarm'"), 1);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms"), 1);
}

static void what_is_known_of_no_fact_is_said_to_be_unaccounted_for(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_record(ctl, CTL_CRASHED, 60); /* without a journal */
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE cause = 'unaccounted' AND"
                                  " leg = -1 AND start_ms = 0 AND end_ms > 0"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flipped_byte_is_found_told_and_marked, ctl_set_up,
                                        ctl_tear_down),
        cmocka_unit_test_setup_teardown(what_was_bad_is_read_again_a_day_later_and_may_be_whole,
                                        ctl_set_up, ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            each_is_read_once_in_so_many_days_those_first_that_wait_longest, ctl_set_up,
            ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            a_recording_in_progress_is_not_read_and_one_that_is_gone_is_bad, ctl_set_up,
            ctl_tear_down),
        cmocka_unit_test_setup_teardown(a_trouble_of_ours_is_no_damage_and_keeps_no_other_waiting,
                                        ctl_set_up, ctl_tear_down),
        cmocka_unit_test_setup_teardown(what_the_disk_does_not_give_is_damage, ctl_set_up,
                                        ctl_tear_down),
        cmocka_unit_test_setup_teardown(an_alarm_is_open_until_it_is_acknowledged, ctl_set_up,
                                        ctl_tear_down),
        cmocka_unit_test_setup_teardown(what_recovery_finds_gone_that_was_durable_is_an_alarm,
                                        ctl_set_up, ctl_tear_down),
        cmocka_unit_test_setup_teardown(what_is_known_of_no_fact_is_said_to_be_unaccounted_for,
                                        ctl_set_up, ctl_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
