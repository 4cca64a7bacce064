/* `index rebuild` over recordings of every state, compared with the index that was, row by row. */
#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* All rows of a query as one text. */
static char *rows_of(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const uint8_t *value = sqlite3_column_blob(statement, i);
            int length = sqlite3_column_bytes(statement, i);
            (void)fprintf(out, "%s=", sqlite3_column_name(statement, i));
            for (int j = 0; j < length; j++)
                (void)fprintf(out, "%02x", value[j]);
            (void)fputc('|', out);
        }
        (void)fputc('\n', out);
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Tables that files tell. What is told in bytes that are not UTF-8 is null in a file (FORMAT.md
 * section 4.1): the names are left out here, and compared in tests/integration/test_backup.py. */
static const char *const told[] = {
    "SELECT id, customer, started_us, ended_us, duration_ms, state, direction, caller_number,"
    " called_number, source_address, sip_call_id, node, end_cause, path, audio_bytes,"
    " sha256_cipher, sha256_plain, conversation, owner_due, by_number, talk_over_ms"
    " FROM recordings ORDER BY id",
    "SELECT * FROM legs ORDER BY recording, position",
    "SELECT * FROM facts ORDER BY recording, position",
    "SELECT * FROM ties ORDER BY recording, kind, value",
};

enum { TOLD = sizeof told / sizeof told[0] };

static void index_path(const struct ctl *ctl, char path[static 128])
{
    (void)snprintf(path, 128, "%s/index.sqlite", ctl->store);
}

/* A copy of the index as it is, to take from what files cannot tell; then it is gone. */
static void lose_index(const struct ctl *ctl, char copy[static 128], const char *emptied)
{
    char path[128];
    char sql[256];
    sqlite3 *db = NULL;

    index_path(ctl, path);
    (void)snprintf(copy, 128, "%s/copy.sqlite", ctl->directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    assert_int_equal(sqlite3_open(copy, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, emptied, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    assert_int_equal(unlink(path), 0);
}

static int64_t count_of(const struct ctl *ctl, const char *name)
{
    json_t *value = ctl_json(ctl);
    int64_t count = json_integer_value(json_object_get(value, name));

    json_decref(value);
    return count;
}

static void finished_ones_come_back_row_by_row_from_their_files(void **state)
{
    struct ctl *ctl = *state;
    char *before[TOLD];
    char path[128];
    char copy[128];

    assert_int_equal(ctl_run(ctl, "customer", "add", "88303090", "--name", "Other", NULL), 0);
    struct uuid other = {{0}};
    struct index *index = NULL;
    struct customer customer;
    index_path(ctl, path);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(customers_find(index, "88303090", &customer, NULL), STATUS_OK);
    index_close(index);
    other = customer.id;
    for (int64_t i = 0; i < 5; i++)
        (void)ctl_record(ctl, CTL_SEALED, 600 - 100 * i);
    (void)ctl_record(ctl, CTL_CRASHED, 90);
    (void)ctl_record_due(ctl, CTL_SEALED, other); /* reassigned by the round */
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings r JOIN customers c"
                                  " ON c.id = r.customer WHERE c.number = '88303090'"),
                     1);
    (void)ctl_record_due(ctl, CTL_SEALED, other); /* still to be */
    for (size_t i = 0; i < TOLD; i++)
        before[i] = rows_of(path, told[i]);
    lose_index(ctl, copy, "DELETE FROM recordings");
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", "--from", copy, NULL), 0);
    assert_int_equal(count_of(ctl, "recordings"), 8);
    for (size_t i = 0; i < TOLD; i++) {
        char *after = rows_of(path, told[i]);
        assert_string_equal(before[i], after);
        free(before[i]);
        free(after);
    }
    assert_int_equal(ctl_run(ctl, "recordings", "verify", "--all", NULL), 0);
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1);
}

static void unfinished_ones_are_the_keepers(void **state)
{
    struct ctl *ctl = *state;
    char copy[128];

    struct ctl_recording crashed = ctl_record(ctl, CTL_CRASHED, 60);
    struct ctl_recording behind = ctl_record(ctl, CTL_ROW_BEHIND, 50);
    struct ctl_recording orphan = ctl_record(ctl, CTL_WITHOUT_ROW, 40);
    lose_index(ctl, copy, "DELETE FROM recordings");
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", "--from", copy, NULL), 0);
    assert_int_equal(count_of(ctl, "unfinished"), 1);
    assert_string_equal(ctl_state(ctl, &crashed), "recording");
    assert_string_equal(ctl_state(ctl, &behind), "sealed"); /* the file knew */
    assert_string_equal(ctl_state(ctl, &orphan), "sealed");
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_string_equal(ctl_state(ctl, &crashed), "recovered");
}

/* Recordings lie on two volumes, and are read in the order of time all the same. */
static void files_are_found_on_every_volume(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording[4];
    char *before[TOLD];
    char command[6000];
    char path[128];
    char copy[128];

    for (int i = 0; i < 4; i++)
        recording[i] = ctl_record(ctl, CTL_SEALED, 400 - 100 * i);
    FILE *config = fopen(ctl->config, "a");
    assert_non_null(config);
    (void)fprintf(config, "volumes = {\"%s/second\"}\n", ctl->directory);
    assert_int_equal(fclose(config), 0);
    (void)snprintf(path, sizeof path, "%s/second", ctl->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ctl_run(ctl, "init", "--new-volume", path, NULL), 0);
    for (int i = 0; i < 4; i += 2) {
        const char *leaf = recording[i].path + strlen(ctl->store) + 1;
        (void)snprintf(command, sizeof command,
                       "mkdir -p \"$(dirname '%s/second/%s')\" && mv '%s' '%s/second/%s'",
                       ctl->directory, leaf, recording[i].path, ctl->directory, leaf);
        assert_int_equal(system(command), 0); /* NOLINT: names of our own making */
    }
    index_path(ctl, path);
    for (size_t i = 0; i < TOLD; i++)
        before[i] = rows_of(path, told[i]);
    lose_index(ctl, copy, "DELETE FROM recordings");
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", "--from", copy, NULL), 0);
    assert_int_equal(count_of(ctl, "recordings"), 4);
    for (size_t i = 0; i < TOLD; i++) {
        char *after = rows_of(path, told[i]);
        assert_string_equal(before[i], after);
        free(before[i]);
        free(after);
    }
    (void)snprintf(copy, sizeof copy, "%s/backup", ctl->directory);
    assert_int_equal(ctl_run(ctl, "--json", "backup", copy, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 4);
    (void)snprintf(command, sizeof command, "rm -r '%s/second'", ctl->directory);
    assert_int_equal(system(command), 0);                        /* NOLINT: likewise */
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 5); /* not mounted: none is lost */
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM recordings"), 4);
}

static void recording_that_is_being_written_refuses_it(void **state)
{
    struct ctl *ctl = *state;
    char path[128];
    char copy[128];

    struct ctl_recording alive = ctl_record(ctl, CTL_ALIVE, 60);
    lose_index(ctl, copy, "DELETE FROM sessions");
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "--from", copy, NULL), 4);
    ctl_expect_error(ctl, "being written");
    index_path(ctl, path);
    assert_int_not_equal(access(path, F_OK), 0); /* nothing was made */
    recording_writer_destroy(alive.writer);
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "--from", copy, NULL), 0);
}

static void file_without_its_key_is_told_and_kept_in_the_list(void **state)
{
    struct ctl *ctl = *state;
    char command[256];
    char copy[128];

    struct ctl_recording known = ctl_record(ctl, CTL_SEALED, 60);
    lose_index(ctl, copy, "DELETE FROM sessions");
    (void)snprintf(command, sizeof command, "rm -r '%s'/keys/private/*", ctl->store);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", "--from", copy, NULL), 1);
    assert_non_null(strstr(ctl->err, known.id_text));
    assert_string_equal(ctl_state(ctl, &known), "sealed"); /* as the other index had it */
    (void)snprintf(command, sizeof command, "rm '%s'/index.sqlite*", ctl->store);
    assert_int_equal(system(command), 0); /* NOLINT: likewise */
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", NULL), 1);
    assert_string_equal(ctl_state(ctl, &known), "failed"); /* there is such a file, no more */
}

static void one_that_the_disk_does_not_give_is_no_reason_to_end(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording sealed = ctl_record(ctl, CTL_SEALED, 90);
    struct ctl_recording good = ctl_record(ctl, CTL_SEALED, 50);
    assert_int_equal(unlink(sealed.path), 0);
    assert_int_equal(symlink("/proc/self/mem", sealed.path), 0); /* EIO, from its first byte */
    (void)ctl_sql(ctl, "DELETE FROM recordings");
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", NULL), 1);
    assert_non_null(strstr(ctl->err, sealed.id_text));
    assert_string_equal(ctl_state(ctl, &sealed), "failed");
    assert_string_equal(ctl_state(ctl, &good), "sealed");
}

/* A right or a descriptor that is lacking would take all of them. */
static void one_that_cannot_be_opened_ends_it_and_nothing_was_changed(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 90);

    assert_int_equal(unlink(recording.path), 0);
    assert_int_equal(symlink(recording.path, recording.path), 0); /* ELOOP */
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 5);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'index.rebuild'"), 0);
}

/* Customers, their numbers and the audit log were in it. */
static void present_index_that_tells_nothing_is_exit_1(void **state)
{
    struct ctl *ctl = *state;
    char path[128];

    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 90);
    index_path(ctl, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 10000; i++)
        assert_int_not_equal(fputc('x', file), EOF);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(ctl_run(ctl, "--json", "index", "rebuild", NULL), 1);
    assert_int_equal(count_of(ctl, "placeholders"), 1);
    assert_string_equal(ctl_state(ctl, &recording), "sealed");
}

static void it_is_in_the_audit_log_and_said_in_both_ways(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_record(ctl, CTL_SEALED, 60);
    assert_int_equal(ctl_run(ctl, "index", "rebuild", NULL), 0);
    assert_non_null(strstr(ctl->out, "recordings"));
    assert_non_null(strstr(ctl->out, "index.sqlite.before-"));
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'index.rebuild'"), 1);
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "--help", NULL), 0);
    assert_non_null(strstr(ctl->out, "--from"));
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "--from", "/nowhere", NULL), 3);
    ctl_expect_error(ctl, "/nowhere");
    assert_int_equal(ctl_run(ctl, "index", "rebuild", "extra", NULL), 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(finished_ones_come_back_row_by_row_from_their_files),
        CASE(unfinished_ones_are_the_keepers),
        CASE(files_are_found_on_every_volume),
        CASE(recording_that_is_being_written_refuses_it),
        CASE(file_without_its_key_is_told_and_kept_in_the_list),
        CASE(one_that_the_disk_does_not_give_is_no_reason_to_end),
        CASE(one_that_cannot_be_opened_ends_it_and_nothing_was_changed),
        CASE(present_index_that_tells_nothing_is_exit_1),
        CASE(it_is_in_the_audit_log_and_said_in_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
