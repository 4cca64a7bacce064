/* The keeper: what a crash left behind, keys, sessions, files without a row, and its own life. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "storage/seal/keys.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/month_keys.h"

static void a_crashed_recording_is_recovered_and_verifies(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);

    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "show", recording.id_text, "--details", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_in_range(json_integer_value(json_object_get(value, "duration_ms")), 990, 2000);
    assert_true(json_is_string(json_object_get(value, "ended_at")));
    assert_string_equal(json_string_value(json_object_get(value, "end_cause")), "interrupted");
    const json_t *leg = json_array_get(json_object_get(value, "legs"), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(leg, "party"), "number")),
                        "+4570000000");
    const json_t *details = json_object_get(value, "details");
    assert_string_equal(json_string_value(json_object_get(details, "sip_call_id")), "call-1");
    assert_string_equal(json_string_value(json_object_get(details, "end_cause")), "interrupted");
    assert_int_equal(json_array_size(json_object_get(details, "documents")), 2);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'recovered' AND"
                                  " actor = 'program:keeper' AND recording IS NOT NULL"),
                     1);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 0);
}

static void the_loss_of_what_was_durable_is_an_entry_in_the_audit_log(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[sizeof recording.path + sizeof ".damaged"];

    (void)snprintf(path, sizeof path, "%s.tail", recording.path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    (void)snprintf(path, sizeof path, "%s.damaged", recording.path);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'recovered' AND"
                                  " detail LIKE '%.damaged%'"),
                     1);
}

static void what_was_known_of_a_recovered_call_stays(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_record(ctl, CTL_CRASHED, 60);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings WHERE"
                                  " caller_number = '+4570000000' AND caller_digits = '4570000000'"
                                  " AND called_number = '+4588303080' AND sip_call_id = 'call-1'"
                                  " AND node = 'test' AND direction = 1"
                                  " AND length(caller_name) > 0"),
                     1);
}

static void a_living_recording_is_left_alone(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 60);

    assert_int_equal(ctl_round(ctl, 0, "alive"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    recording_writer_destroy(recording.writer);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
}

static void a_row_whose_file_is_gone_becomes_failed(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_WITHOUT_FILE, 60);

    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "failed");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'failed' AND"
                                  " detail LIKE '%no file%'"),
                     1);
    assert_int_equal(ctl_round(ctl, 0, "failed"), 0);
}

static void a_young_row_without_a_file_is_its_writers_business(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_WITHOUT_FILE, 1);

    assert_int_equal(ctl_round(ctl, 0, "alive"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
}

static void a_store_that_is_not_mounted_fails_no_recording(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[128];
    char away[128];

    (void)snprintf(path, sizeof path, "%s/recordings", ctl->store);
    (void)snprintf(away, sizeof away, "%s/away", ctl->store);
    assert_int_equal(rename(path, away), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
}

static void overwrite_with_noise(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (int i = 0; i < 8192; i++)
        assert_int_not_equal(fputc(i * 7, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void a_file_without_an_authentic_header_becomes_failed_and_stays(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);

    overwrite_with_noise(recording.path);
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "failed");
    assert_int_equal(access(recording.path, F_OK), 0);
}

/* It may be read yet, and somebody must look at its disk. */
static void a_disk_that_does_not_give_a_recording_is_an_alarm_at_once_and_waited_for(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char kept[100];

    (void)snprintf(kept, sizeof kept, "%s/kept", ctl->directory);
    assert_int_equal(rename(recording.path, kept), 0);
    assert_int_equal(symlink("/proc/self/mem", recording.path), 0); /* EIO, from its first byte */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ctl_round(ctl, 5, "errors"), 1);
        assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE kind = 'unreadable'"), 1);
        assert_string_equal(ctl_state(ctl, &recording), "recording");
    }
    assert_int_equal(unlink(recording.path), 0);
    assert_int_equal(rename(kept, recording.path), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
}

static int64_t failed_alarms(struct ctl *ctl)
{
    return ctl_sql(ctl, "SELECT count(*) FROM alarms WHERE kind = 'failed'");
}

/* The header and so many bytes of noise in its tail. */
static void leave_tail_alone(const struct ctl_recording *recording, size_t noise_bytes)
{
    char tail[sizeof recording->path + sizeof ".tail"];
    uint8_t noise[3 * FORMAT_UNIT_BYTES];

    memset(noise, 0x5a, sizeof noise);
    if (access(recording->path, F_OK) == 0)
        assert_int_equal(truncate(recording->path, FORMAT_UNIT_BYTES), 0);
    (void)snprintf(tail, sizeof tail, "%s.tail", recording->path);
    FILE *file = fopen(tail, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(noise, 1, noise_bytes, file), noise_bytes);
    assert_int_equal(fclose(file), 0);
}

/* All of a young call is in its tail; its second unit is written when something was confirmed. */
static void the_loss_of_a_young_call_is_an_alarm_where_something_of_it_was_durable(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);

    leave_tail_alone(&recording, FORMAT_UNIT_BYTES);
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_int_equal(failed_alarms(ctl), 0);
    recording = ctl_record(ctl, CTL_CRASHED, 60);
    leave_tail_alone(&recording, (size_t)3 * FORMAT_UNIT_BYTES);
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_int_equal(failed_alarms(ctl), 1);
}

static void the_loss_of_a_further_segment_is_an_alarm_too(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char further[sizeof recording.path + sizeof ".1"];

    (void)snprintf(further, sizeof further, "%.*s.1.crec", (int)strlen(recording.path) - 5,
                   recording.path);
    leave_tail_alone(&recording, 0);
    overwrite_with_noise(further);
    assert_int_equal(ctl_round(ctl, 1, "failed"), 1);
    assert_int_equal(failed_alarms(ctl), 1);
}

static void a_sealed_file_completes_a_row_that_was_left_behind(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ROW_BEHIND, 60);

    assert_int_equal(ctl_round(ctl, 0, "completed"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM legs WHERE codec = 'PCMA' AND"
                                  " packets_received = 95"),
                     1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM facts WHERE cause = 'lost'"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings WHERE end_cause = 'bye' AND"
                                  " duration_ms = 2000 AND ended_us = started_us + 2000000"),
                     1);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'completed'"), 1);
}

static void a_file_sealed_this_moment_is_left_to_its_writer(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ROW_BEHIND, 6); /* ended 4 s ago */

    assert_int_equal(ctl_round(ctl, 0, "alive"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
}

static void month_file(const struct ctl *ctl, wall_time time, const char *kind, char path[256])
{
    char month[KEY_MONTH_BYTES];
    char id[UUID_TEXT_BYTES];

    keys_month(time, month);
    uuid_format(ctl->customer, id);
    (void)snprintf(path, 256, "%s/keys/%s/%s/%s.%s", ctl->store, kind, id, month,
                   kind[1] == 'r' ? "key" : "pub");
}

static void a_recording_whose_key_is_gone_waits(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[256];
    char away[256];

    month_file(ctl, clock_wall_now(), "private", path);
    (void)snprintf(away, sizeof away, "%s/away.key", ctl->directory);
    assert_int_equal(rename(path, away), 0);
    int code = ctl_run(ctl, "--json", "keeper", "--once", NULL);
    assert_true(code == 1 || code == 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    (void)unlink(path);
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
}

static void a_recording_whose_master_key_is_another_waits(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
    char path[160];
    char away[160];

    (void)snprintf(path, sizeof path, "%s/keys/master.key", ctl->store);
    (void)snprintf(away, sizeof away, "%s/master.away", ctl->directory);
    assert_int_equal(rename(path, away), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("another key, of the right length", 1, 32, file), 32);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(ctl_run(ctl, "keeper", "--once", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "recording");
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
}

static void the_keys_of_the_next_month_are_made_in_time(void **state)
{
    struct ctl *ctl = *state;
    char private_path[256];
    char public_path[256];
    wall_time next = month_after(clock_wall_now());

    month_file(ctl, next, "private", private_path);
    month_file(ctl, next, "public/customers", public_path);
    (void)strcpy(strrchr(public_path, '.'), ".pub");
    assert_int_equal(unlink(private_path), 0);
    assert_int_equal(unlink(public_path), 0);
    assert_int_equal(ctl_round(ctl, 0, "errors"), 0);
    assert_int_equal(access(private_path, F_OK), 0);
    assert_int_equal(access(public_path, F_OK), 0);
}

static void expect_month_after(const char *now_text, const char *expected)
{
    wall_time now;
    char text[CLOCK_RFC3339_BYTES];

    assert_int_equal(clock_parse_rfc3339(now_text, &now), STATUS_OK);
    clock_format_rfc3339(month_after(now), text);
    assert_string_equal(text, expected);
}

static void the_month_after_december_is_january(void **state)
{
    (void)state;
    expect_month_after("2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z");
    expect_month_after("2027-01-31T12:00:00Z", "2027-02-01T00:00:00.000Z");
    expect_month_after("2028-02-29", "2028-03-01T00:00:00.000Z");
}

static void sessions_that_are_over_are_removed(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_sql(ctl, "INSERT INTO sessions SELECT zeroblob(32), id, 0, 0, x'' FROM customers"
                       " WHERE number = '88303080'");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM sessions"), 1);
    assert_int_equal(ctl_round(ctl, 0, "errors"), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM sessions"), 0);
}

static void a_settled_file_without_a_row_is_reported(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording old = ctl_record(ctl, CTL_WITHOUT_ROW, 600);
    const struct timespec times[] = {{.tv_sec = time(NULL) - 600}, {.tv_sec = time(NULL) - 600}};

    (void)ctl_record(ctl, CTL_WITHOUT_ROW, 1); /* its row may be on its way */
    assert_int_equal(utimensat(AT_FDCWD, old.path, times, 0), 0);
    assert_int_equal(ctl_round(ctl, 0, "orphans"), 1);
    assert_int_equal(access(old.path, F_OK), 0);
}

/* A recovered recording whose tail could not be removed. */
static void leave_tail(struct ctl *ctl, struct ctl_recording *recording, char tail[static 1200])
{
    char kept[100];

    *recording = ctl_record(ctl, CTL_CRASHED, 60);
    (void)snprintf(tail, 1200, "%s.tail", recording->path);
    (void)snprintf(kept, sizeof kept, "%s/kept", ctl->directory);
    assert_int_equal(rename(tail, kept), 0);
    assert_int_equal(link(kept, tail), 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_not_equal(access(tail, F_OK), 0);
    assert_int_equal(rename(kept, tail), 0);
}

static void a_tail_beside_a_finished_recording_is_removed(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording;
    char tail[1200];

    leave_tail(ctl, &recording, tail);
    assert_int_equal(ctl_round(ctl, 0, "errors"), 0);
    assert_int_not_equal(access(tail, F_OK), 0);
    assert_string_equal(ctl_state(ctl, &recording), "recovered");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
}

static void a_tail_beside_a_damaged_recording_stays(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording;
    char tail[1200];

    leave_tail(ctl, &recording, tail);
    int file = open(recording.path, O_WRONLY);
    assert_int_equal(pwrite(file, "damage", 6, 5000), 6);
    assert_int_equal(close(file), 0);
    (void)ctl_run(ctl, "keeper", "--once", NULL);
    assert_int_equal(access(tail, F_OK), 0);
}

static void a_complaint_is_repeated_once_an_hour_only(void **state)
{
    enum { TROUBLED = 3000 };
    struct keeper keeper = {0};
    struct uuid ids[TROUBLED];
    const int64_t hour_ns = KEEPER_REMIND_S * CLOCK_NS_PER_S;

    (void)state;
    for (int i = 0; i < TROUBLED; i++)
        ids[i] = uuid_new(clock_wall_now());
    assert_true(keeper_may_complain(&keeper, ids[0], (mono_time){1}));
    assert_false(keeper_may_complain(&keeper, ids[0], (mono_time){hour_ns}));
    assert_true(keeper_may_complain(&keeper, ids[0], (mono_time){hour_ns + 1}));
    for (int i = 1; i < TROUBLED; i++)
        assert_true(keeper_may_complain(&keeper, ids[i], (mono_time){hour_ns + 1 + i}));
    for (int i = 0; i < TROUBLED; i++)
        assert_false(keeper_may_complain(&keeper, ids[i], (mono_time){hour_ns + 1 + TROUBLED}));
    assert_int_equal(keeper.troubles.count, TROUBLED);
    /* what says nothing any more makes room */
    assert_true(keeper_may_complain(&keeper, uuid_new(clock_wall_now()), (mono_time){3 * hour_ns}));
    assert_int_equal(keeper.troubles.count, TROUBLED);
    free(keeper.troubles.list);
}

static void a_disk_is_given_up_after_an_hour_of_its_own_errors(void **state)
{
    struct keeper keeper = {0};
    const struct uuid id = uuid_new(clock_wall_now());
    const int64_t hour_ns = KEEPER_GIVE_UP_S * CLOCK_NS_PER_S;

    (void)state;
    /* an hour of other troubles, as of waiting for its key */
    for (int64_t at = 1; at < 2 * hour_ns; at += hour_ns / 10) {
        (void)keeper_may_complain(&keeper, id, (mono_time){at});
        keeper_note_read(&keeper, id, false, (mono_time){at});
    }
    keeper_note_read(&keeper, id, true, (mono_time){2 * hour_ns});
    assert_false(keeper_gives_up(&keeper, id, (mono_time){2 * hour_ns}));
    keeper_note_read(&keeper, id, true, (mono_time){3 * hour_ns - 1});
    assert_false(keeper_gives_up(&keeper, id, (mono_time){3 * hour_ns - 1}));
    assert_true(keeper_gives_up(&keeper, id, (mono_time){3 * hour_ns}));
    /* it was read meanwhile: it begins anew, and others do not push it out */
    keeper_note_read(&keeper, id, false, (mono_time){3 * hour_ns});
    keeper_note_read(&keeper, id, true, (mono_time){4 * hour_ns});
    for (int i = 0; i < 3000; i++)
        assert_true(
            keeper_may_complain(&keeper, uuid_new(clock_wall_now()), (mono_time){4 * hour_ns}));
    assert_false(keeper_gives_up(&keeper, id, (mono_time){5 * hour_ns - 1}));
    assert_true(keeper_gives_up(&keeper, id, (mono_time){5 * hour_ns}));
    assert_false(keeper_gives_up(&keeper, uuid_new(clock_wall_now()), (mono_time){5 * hour_ns}));
    free(keeper.troubles.list);
}

static void status_shows_the_keepers_last_round(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "--json", "status", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_true(json_is_null(json_object_get(value, "keeper")));
    json_decref(value);
    assert_int_equal(ctl_round(ctl, 0, "errors"), 0);
    assert_int_equal(ctl_run(ctl, "--json", "status", NULL), 0);
    value = ctl_json(ctl);
    assert_true(json_is_string(json_object_get(json_object_get(value, "keeper"), "round_at")));
    json_decref(value);
}

static void wait_for_file(const char *path)
{
    for (int i = 0; i < 1000 && access(path, F_OK); i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(access(path, F_OK), 0);
}

static void the_service_writes_its_ready_file_and_stops_at_a_signal(void **state)
{
    struct ctl *ctl = *state;
    char ready[128];
    static const int signals[] = {SIGTERM, SIGINT};

    (void)snprintf(ready, sizeof ready, "%s/ready", ctl->directory);
    for (size_t i = 0; i < 2; i++) {
        struct ctl_recording recording = ctl_record(ctl, CTL_CRASHED, 60);
        int result = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(ctl_run(ctl, "keeper", "--ready-file", ready, NULL));
        wait_for_file(ready);
        assert_int_equal(kill(child, signals[i]), 0);
        assert_int_equal(waitpid(child, &result, 0), child);
        assert_true(WIFEXITED(result));
        assert_int_equal(WEXITSTATUS(result), 0);
        assert_string_equal(ctl_state(ctl, &recording), "recovered");
        json_t *value = json_load_file(ready, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(value, "keeper")), ctl->store);
        json_decref(value);
        assert_int_equal(unlink(ready), 0);
    }
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_crashed_recording_is_recovered_and_verifies),
        WITH_STORE(the_loss_of_what_was_durable_is_an_entry_in_the_audit_log),
        WITH_STORE(what_was_known_of_a_recovered_call_stays),
        WITH_STORE(a_living_recording_is_left_alone),
        WITH_STORE(a_row_whose_file_is_gone_becomes_failed),
        WITH_STORE(a_young_row_without_a_file_is_its_writers_business),
        WITH_STORE(a_store_that_is_not_mounted_fails_no_recording),
        WITH_STORE(a_file_without_an_authentic_header_becomes_failed_and_stays),
        WITH_STORE(a_sealed_file_completes_a_row_that_was_left_behind),
        WITH_STORE(a_file_sealed_this_moment_is_left_to_its_writer),
        WITH_STORE(a_recording_whose_key_is_gone_waits),
        WITH_STORE(a_recording_whose_master_key_is_another_waits),
        WITH_STORE(the_keys_of_the_next_month_are_made_in_time),
        cmocka_unit_test(the_month_after_december_is_january),
        WITH_STORE(sessions_that_are_over_are_removed),
        WITH_STORE(a_settled_file_without_a_row_is_reported),
        WITH_STORE(a_tail_beside_a_finished_recording_is_removed),
        WITH_STORE(a_tail_beside_a_damaged_recording_stays),
        cmocka_unit_test(a_complaint_is_repeated_once_an_hour_only),
        cmocka_unit_test(a_disk_is_given_up_after_an_hour_of_its_own_errors),
        WITH_STORE(a_disk_that_does_not_give_a_recording_is_an_alarm_at_once_and_waited_for),
        WITH_STORE(the_loss_of_a_young_call_is_an_alarm_where_something_of_it_was_durable),
        WITH_STORE(the_loss_of_a_further_segment_is_an_alarm_too),
        WITH_STORE(status_shows_the_keepers_last_round),
        WITH_STORE(the_service_writes_its_ready_file_and_stops_at_a_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
