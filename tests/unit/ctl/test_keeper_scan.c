/* What is left beside recordings, and what is left of files that never came to be. */
#include "support.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/recording/fill.h"

enum { HOUR_S = 3600 };

/* A recording in two segments, whose recorder died; a second of audio is in the second alone. */
static struct ctl_recording two_segments(struct ctl *ctl)
{
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);
    const struct holes_gap second = {.sequence = 4, .pages = 1, .start = 96000, .end = 144000};
    uint8_t made[FILL_PAGE_BYTES_MAX];
    struct pages_page page;
    struct fault fault = {0};
    struct fill fill;

    assert_int_equal(recording_writer_flush(recording.writer, &fault), STATUS_OK);
    recording_writer_confirm(recording.writer);
    assert_int_equal(recording_writer_renew(recording.writer, ctl->store, &fault), STATUS_OK);
    fill_begin(&fill, &second, 7, 2);
    assert_int_equal(fill_next(&fill, made, &page), STATUS_OK);
    assert_int_equal(recording_writer_append(recording.writer, made,
                                             page.head_bytes + page.payload_bytes, page.granule),
                     STATUS_OK);
    assert_int_equal(recording_writer_flush(recording.writer, &fault), STATUS_OK);
    recording_writer_confirm(recording.writer);
    recording_writer_destroy(recording.writer);
    return recording;
}

static void segment_path(const struct ctl_recording *recording, char path[static 1200])
{
    (void)snprintf(path, 1200, "%.*s.1.crec", (int)strlen(recording->path) - 5, recording->path);
}

static void make_old(const char *path, int64_t age_s)
{
    const struct timespec times[] = {{.tv_sec = time(NULL) - age_s},
                                     {.tv_sec = time(NULL) - age_s}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int64_t count(struct ctl *ctl, const char *kind)
{
    char sql[128];

    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM alarms WHERE kind = '%s'", kind);
    return ctl_sql(ctl, sql);
}

/* Away, and back again after the keeper's round. */
static void take_away(struct ctl *ctl, const char *path, bool copy, char away[static 1400])
{
    (void)snprintf(away, 1400, "%s%s", ctl->directory, strrchr(path, '/'));
    assert_int_equal(copy ? link(path, away) : rename(path, away), 0);
}

static void a_segment_that_could_not_be_removed_is_removed_later(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = two_segments(ctl);
    char path[1200];
    char away[1400];

    segment_path(&recording, path);
    take_away(ctl, path, true, away);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(ctl_round(ctl, 0, "orphans"), 0); /* it may be on its way */
    assert_int_equal(access(path, F_OK), 0);
    make_old(path, HOUR_S);
    assert_int_equal(ctl_round(ctl, 0, "orphans"), 0);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(count(ctl, "segment_left"), 0);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void a_segment_that_comes_back_too_late_stays_and_is_an_alarm(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = two_segments(ctl);
    char path[1200];
    char tail[1210];
    char away[1400];
    char tail_away[1400];

    segment_path(&recording, path);
    (void)snprintf(tail, sizeof tail, "%s.tail", path);
    take_away(ctl, path, false, away);
    take_away(ctl, tail, false, tail_away);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(rename(tail_away, tail), 0);
    make_old(path, HOUR_S);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ctl_round(ctl, 0, "orphans"), 1);
        assert_int_equal(count(ctl, "segment_left"), 1);
        assert_int_equal(access(path, F_OK), 0);
        assert_int_equal(access(tail, F_OK), 0);
    }
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void what_is_left_of_a_file_that_was_never_made_goes_when_it_is_old(void **state)
{
    static const char *const suffixes[] = {".crec.tail", ".crec.new", ".1.crec.tail"};
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char path[1200];
    size_t stem = (size_t)(strrchr(recording.path, '/') + 1 - recording.path);

    for (size_t i = 0; i < 3; i++) {
        char id[UUID_TEXT_BYTES];
        uuid_format(uuid_new(clock_wall_now()), id);
        (void)snprintf(path, sizeof path, "%.*s%s%s", (int)stem, recording.path, id, suffixes[i]);
        int file = open(path, O_CREAT | O_RDWR, 0660);
        assert_true(file >= 0);
        (void)ctl_round(ctl, 0, "errors");
        assert_int_equal(access(path, F_OK), 0); /* it may be on its way */
        make_old(path, HOUR_S + 60);
        assert_int_equal(flock(file, LOCK_EX), 0);
        (void)ctl_round(ctl, 0, "errors");
        assert_int_equal(access(path, F_OK), 0); /* somebody has it */
        assert_int_equal(close(file), 0);
        (void)ctl_round(ctl, 0, "errors");
        assert_int_not_equal(access(path, F_OK), 0);
    }
    assert_int_equal(access(recording.path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_segment_that_could_not_be_removed_is_removed_later,
                                        ctl_set_up, ctl_tear_down),
        cmocka_unit_test_setup_teardown(a_segment_that_comes_back_too_late_stays_and_is_an_alarm,
                                        ctl_set_up, ctl_tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_left_of_a_file_that_was_never_made_goes_when_it_is_old, ctl_set_up,
            ctl_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
