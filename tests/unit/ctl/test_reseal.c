/* Holds by command: a recording sealed to a further key, and what the audit log says of it. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TEST_CTL(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)

static void a_hold_is_shown_ended_and_the_last_slot_stays(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "reseal", recording.id_text, "--to", "hold", NULL), 0);
    json_t *value = ctl_json(ctl);
    json_t *slots = json_object_get(value, "slots");
    assert_int_equal(json_array_size(slots), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(slots, 1), "key")),
                        "hold");
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "1", NULL),
                     0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "2", NULL),
                     4);
    ctl_expect_error(ctl, "no other key slot");
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "customer",
                             "--drop", "2", NULL),
                     0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "me", NULL),
                     2);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "8", NULL),
                     2);
}

/* Who looks for holds in the log finds those that are: what was begun may have failed. */
static void only_a_hold_that_is_there_is_said_to_be_done(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    static const char begun[] = "SELECT count(*) FROM audit WHERE action = 'reseal' AND"
                                " json_extract(detail, '$.step') = 'begin'";
    static const char done[] = "SELECT count(*) FROM audit WHERE action = 'reseal' AND"
                               " json_extract(detail, '$.step') = 'done'";
    static const char slot[] = "SELECT json_extract(detail, '$.slot') FROM audit WHERE"
                               " json_extract(detail, '$.to') = 'hold' AND"
                               " json_extract(detail, '$.step') = 'done'";
    int file = open(recording.path, O_RDONLY | O_CLOEXEC);

    assert_int_equal(flock(file, LOCK_EX), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     4);
    assert_int_equal(ctl_sql(ctl, begun), 1);
    assert_int_equal(ctl_sql(ctl, done), 0);
    assert_int_equal(close(file), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     0);
    assert_int_equal(ctl_sql(ctl, done), 1);
    assert_int_equal(ctl_sql(ctl, slot), 2);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "2", NULL),
                     0);
    assert_int_equal(ctl_sql(ctl, done), 2);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "1", NULL),
                     4);
    ctl_expect_error(ctl, "seal it to another key first");
    assert_int_equal(ctl_sql(ctl, begun), 4);
    assert_int_equal(ctl_sql(ctl, done), 2);
}

/* The row does not say yet whether it is another customer's, and its file about to be another. */
static void what_is_not_finished_by_its_row_is_not_put_on_hold(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ROW_BEHIND, 60);

    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     4);
    ctl_expect_error(ctl, "waits for recovery");
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, NULL), 0);
    assert_null(strstr(ctl->out, "hold"));
    (void)ctl_round(ctl, 0, "completed");
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     0);
    assert_non_null(strstr(ctl->out, "hold"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_CTL(a_hold_is_shown_ended_and_the_last_slot_stays),
        TEST_CTL(only_a_hold_that_is_there_is_said_to_be_done),
        TEST_CTL(what_is_not_finished_by_its_row_is_not_put_on_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
