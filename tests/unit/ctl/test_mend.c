/* `recordings mend`: what is authentic of a recording that was damaged after it was sealed. */
#include "support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_UNIT = 4096 + 200, SECOND_UNIT = 2 * 4096 + 200 };

static void flip(const struct ctl_recording *recording, long offset)
{
    FILE *file = fopen(recording->path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* Mend it; returns whether there was something to mend. */
static bool mend(struct ctl *ctl, const struct ctl_recording *recording, int64_t *lost_ms)
{
    if (ctl_run(ctl, "--json", "recordings", "mend", recording->id_text, NULL) != 0)
        fail_msg("exit %d: %s", ctl->code, ctl->err);
    json_t *value = ctl_json(ctl);
    bool mended = json_is_true(json_object_get(value, "mended"));
    *lost_ms = json_integer_value(json_object_get(value, "lost_ms"));
    json_decref(value);
    return mended;
}

static bool is_there(const struct ctl_recording *recording, const char *suffix)
{
    char path[sizeof recording->path + 16];

    (void)snprintf(path, sizeof path, "%s%s", recording->path, suffix);
    return access(path, F_OK) == 0;
}

static void what_is_authentic_plays_again_and_what_is_gone_is_told(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char file[160];
    int64_t lost_ms = 0;

    flip(&recording, SECOND_UNIT);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", "--scrub", NULL), 1);
    (void)snprintf(file, sizeof file, "%s/sound.opus", ctl->directory);
    assert_int_not_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", file, NULL),
                         0);
    assert_true(mend(ctl, &recording, &lost_ms));
    assert_int_equal(lost_ms, 1000);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_true(is_there(&recording, ".damaged"));
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", file, NULL), 0);
    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "show", recording.id_text, "--details", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(value, "duration_ms")), 2000);
    assert_true(json_is_false(json_object_get(value, "damaged")));
    assert_string_equal(json_string_value(json_object_get(value, "end_cause")), "bye");
    const json_t *details = json_object_get(value, "details");
    assert_int_equal(json_array_size(json_object_get(details, "documents")), 2);
    assert_int_equal(json_array_size(json_object_get(details, "facts")), 2);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE (cause = 'unreadable' AND"
                                  " start_ms = 1000 AND end_ms = 2000) OR cause = 'lost'"),
                     2);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'mend'"), 2);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", "--scrub", NULL), 0);
    assert_false(mend(ctl, &recording, &lost_ms)); /* there is nothing more to do */
}

static void a_recording_that_is_whole_stays_as_it_is(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    int64_t lost_ms = 7;

    assert_false(mend(ctl, &recording, &lost_ms));
    assert_int_equal(lost_ms, 0);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_false(is_there(&recording, ".damaged"));
    flip(&recording, 1100); /* an empty key slot: it plays */
    assert_false(mend(ctl, &recording, &lost_ms));
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
}

static void one_that_was_cut_off_before_its_row_was_written_is_gone_on_with(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char sql[200];
    char damaged[sizeof recording.path + sizeof ".damaged"];
    int64_t lost_ms = 0;

    assert_int_equal(ctl_run(ctl, "--json", "recordings", "show", recording.id_text, NULL), 0);
    json_t *value = ctl_json(ctl);
    (void)snprintf(sql, sizeof sql, "UPDATE recordings SET state = 1, sha256_cipher = x'%s'",
                   json_string_value(json_object_get(value, "sha256_cipher")));
    json_decref(value);
    flip(&recording, SECOND_UNIT);
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", recording.path);
    assert_int_equal(link(recording.path, damaged), 0); /* cut off before the new one's name */
    assert_true(mend(ctl, &recording, &lost_ms));
    (void)ctl_sql(ctl, sql); /* cut off behind it */
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
    assert_true(mend(ctl, &recording, &lost_ms));
    assert_int_equal(lost_ms, 1000);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    flip(&recording, SECOND_UNIT); /* damaged once more: the evidence of the first is not lost */
    assert_int_equal(ctl_run(ctl, "recordings", "mend", recording.id_text, NULL), 4);
    ctl_expect_error(ctl, ".damaged");
}

/* A file that is authentic but is another one may have been put there: mending hides nothing. */
static void a_file_that_is_not_the_one_of_its_row_is_not_made_so(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    (void)ctl_sql(ctl, "UPDATE recordings SET sha256_cipher = zeroblob(32)");
    assert_int_not_equal(ctl_run(ctl, "recordings", "mend", recording.id_text, NULL), 0);
    ctl_expect_error(ctl, "not the one that its row tells of");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
}

static void what_cannot_be_mended_says_so_and_is_left(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    struct ctl_recording alive = ctl_record(ctl, CTL_ALIVE, 60);

    flip(&recording, FIRST_UNIT);
    assert_int_not_equal(ctl_run(ctl, "recordings", "mend", recording.id_text, NULL), 0);
    ctl_expect_error(ctl, "restore the file from a backup");
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    flip(&recording, FIRST_UNIT);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "mend", alive.id_text, NULL), 4);
    assert_int_equal(ctl_run(ctl, "recordings", "mend", "nonsense", NULL), 2);
    recording_writer_destroy(alive.writer);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_is_authentic_plays_again_and_what_is_gone_is_told),
        CASE(a_recording_that_is_whole_stays_as_it_is),
        CASE(one_that_was_cut_off_before_its_row_was_written_is_gone_on_with),
        CASE(a_file_that_is_not_the_one_of_its_row_is_not_made_so),
        CASE(what_cannot_be_mended_says_so_and_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
