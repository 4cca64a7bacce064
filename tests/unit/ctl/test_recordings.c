/* recordings list, show, verify and export over real sealed files. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t list_count(struct ctl *ctl, char *option, char *value)
{
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "list", option, value, NULL), 0);
    json_t *list = ctl_json(ctl);
    size_t count = json_array_size(list);
    json_decref(list);
    return count;
}

static void a_list_is_narrowed_by_its_options(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_record(ctl, CTL_SEALED, 30);
    (void)ctl_record(ctl, CTL_WITHOUT_FILE, 86400 * 400);
    assert_int_equal(list_count(ctl, NULL, NULL), 2);
    assert_int_equal(list_count(ctl, "--state", "sealed"), 1);
    assert_int_equal(list_count(ctl, "--state", "failed"), 0);
    assert_int_equal(list_count(ctl, "--customer", CTL_CUSTOMER), 2);
    assert_int_equal(list_count(ctl, "--customer", "unassigned"), 0);
    assert_int_equal(list_count(ctl, "--number", "4570*"), 2);
    assert_int_equal(list_count(ctl, "--number", "*3080"), 2);
    assert_int_equal(list_count(ctl, "--number", "4588303081"), 0);
    assert_int_equal(list_count(ctl, "--limit", "1"), 1);
    assert_int_equal(list_count(ctl, "--to", "2000-01-01"), 0);
    assert_int_equal(list_count(ctl, "--from", "2000-01-01"), 2);
    assert_int_equal(ctl_run(ctl, "recordings", "list", "--limit", "1", NULL), 0);
    assert_non_null(strstr(ctl->err, "there are more"));
}

static void names_from_the_network_cannot_steer_the_terminal(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);

    assert_int_equal(ctl_run(ctl, "recordings", "show", recording.id_text, NULL), 0);
    assert_non_null(strstr(ctl->out, "Evil?[2J\xef\xbf\xbd"));
    assert_null(strchr(ctl->out, '\033'));
    assert_int_equal(ctl_run(ctl, "recordings", "show", recording.id_text, "--json", NULL), 0);
    assert_null(strchr(ctl->out, '\033'));
    json_decref(ctl_json(ctl));
}

static void show_gives_legs_facts_and_the_files_own_details(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);

    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "show", recording.id_text, "--details", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "legs")), 2);
    assert_int_equal(json_array_size(json_object_get(value, "facts")), 1);
    const json_t *fact = json_array_get(json_object_get(value, "facts"), 0);
    assert_string_equal(json_string_value(json_object_get(fact, "detail")), "four in a row");
    assert_string_equal(json_string_value(json_object_get(value, "conversation")),
                        recording.id_text);
    assert_true(json_is_null(json_object_get(value, "linked_by")));
    assert_string_equal(json_string_value(json_object_get(value, "state")), "sealed");
    assert_string_equal(json_string_value(json_object_get(value, "customer")), CTL_CUSTOMER);
    assert_non_null(strstr(ctl->out, "\"r_factor\": 92.1,")); /* and not 92.099999999999994 */
    const json_t *left = json_array_get(json_object_get(value, "legs"), 0);
    assert_int_equal(json_integer_value(json_object_get(left, "longest_silence_ms")), 4000);
    assert_int_equal(json_integer_value(json_object_get(value, "talk_over_ms")), 860);
    json_t *details = json_object_get(value, "details");
    assert_true(json_equal(
        json_object_get(left, "quality"),
        json_object_get(json_array_get(json_object_get(details, "legs"), 0), "quality")));
    assert_string_equal(json_string_value(json_object_get(details, "id")), recording.id_text);
    assert_string_equal(json_string_value(json_object_get(details, "end_cause")), "bye");
    const json_t *documents = json_object_get(details, "documents");
    assert_int_equal(json_array_size(documents), 2);
    const json_t *second = json_array_get(documents, 1);
    assert_int_equal(json_integer_value(json_object_get(second, "at_ms")), 700);
    assert_string_equal(json_string_value(json_object_get(second, "message")), "UPDATE");
    assert_string_equal(json_string_value(json_object_get(second, "type")), "a/b");
    assert_int_equal(json_integer_value(json_object_get(second, "bytes")), 8);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'details'"), 1);
}

static void expect_linked_by(struct ctl *ctl, const char *id, const char *expected)
{
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "show", id, NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_string_equal(json_string_value(json_object_get(value, "linked_by")), expected);
    json_decref(value);
}

static void show_tells_whether_a_conversation_is_known_or_presumed(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);

    (void)ctl_sql(ctl, "UPDATE recordings SET conversation = x'00112233445566778899aabbccddeeff'");
    expect_linked_by(ctl, recording.id_text, "id");
    (void)ctl_sql(ctl, "UPDATE recordings SET by_number = 1");
    expect_linked_by(ctl, recording.id_text, "number");
}

static void verify_is_content_with_what_is_whole(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_record(ctl, CTL_SEALED, 30);
    (void)ctl_record(ctl, CTL_SEALED, 60);
    (void)ctl_record(ctl, CTL_WITHOUT_FILE, 90);
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "verify", "--all", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(value, "ok")), 2);
    assert_int_equal(json_integer_value(json_object_get(value, "bad")), 0);
    assert_int_equal(json_integer_value(json_object_get(value, "skipped")), 1);
    assert_int_equal(json_array_size(json_object_get(value, "recordings")), 3);
    json_decref(value);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'verify'"), 1);
}

static void flip_byte(const char *path, off_t offset)
{
    uint8_t byte = 0;
    int file = open(path, O_RDWR | O_CLOEXEC);

    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(file, &byte, 1, offset), 1);
    assert_int_equal(close(file), 0);
}

static void verify_finds_a_flipped_byte_and_exits_1(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording good = ctl_record(ctl, CTL_SEALED, 30);
    struct ctl_recording bad = ctl_record(ctl, CTL_SEALED, 60);

    flip_byte(bad.path, 4096 + 100);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", bad.id_text, NULL), 1);
    assert_non_null(strstr(ctl->out, "bad: "));
    assert_int_equal(ctl_run(ctl, "recordings", "verify", good.id_text, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", "--all", NULL), 1);
    const char *second = strchr(ctl->out, '\n');
    assert_non_null(second);
    assert_non_null(strstr(second, "bad: ")); /* newest first: one line each */
}

static void verify_finds_a_row_that_differs_from_its_file(void **state)
{
    struct ctl *ctl = *state;
    static const char *const changes[] = {
        "UPDATE recordings SET duration_ms = 1999",
        "UPDATE recordings SET duration_ms = 2000, state = 2",
        "UPDATE recordings SET state = 1, audio_bytes = audio_bytes + 1",
        "UPDATE recordings SET audio_bytes = audio_bytes - 1, sha256_plain = zeroblob(32)",
        "UPDATE recordings SET customer = (SELECT id FROM customers WHERE number = 'unassigned')",
    };

    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        (void)ctl_sql(ctl, changes[i]);
        assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
        assert_non_null(strstr(ctl->out, "bad: the file"));
    }
}

static void verify_reports_a_missing_file_as_bad(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);

    assert_int_equal(unlink(recording.path), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
}

static void an_export_is_the_ogg_stream_for_its_owner_alone(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);
    char path[128];
    char magic[4] = "";
    struct stat about;

    (void)snprintf(path, sizeof path, "%s/call.opus", ctl->directory);
    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "export", recording.id_text, "-o", path, NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(about.st_size, json_integer_value(json_object_get(value, "audio_bytes")));
    json_decref(value);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(magic, 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
    assert_memory_equal(magic, "OggS", 4);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'export' AND"
                                  " actor LIKE 'operator:_%' AND recording IS NOT NULL"),
                     1);
}

static void expect_text(const char *path, const char *expected)
{
    char text[64] = "";
    struct stat about;
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    size_t got = fread(text, 1, sizeof text - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(got, strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
}

static void documents_are_exported_byte_by_byte_where_asked_for(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);
    char path[128];
    char document[160];

    (void)snprintf(path, sizeof path, "%s/a.opus", ctl->directory);
    (void)snprintf(document, sizeof document, "%s.document-1", path);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 0);
    assert_int_not_equal(access(document, F_OK), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ctl_run(ctl, "--json", "recordings", "export", recording.id_text,
                             "--documents", "-o", path, NULL),
                     0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "documents")), 2);
    json_decref(value);
    expect_text(document, "<recording/>");
    (void)snprintf(document, sizeof document, "%s.document-2", path);
    expect_text(document, "<not xml");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'export'"
                                  " AND json_extract(detail, '$.documents') = 1"),
                     1);
}

static void an_export_overwrites_nothing(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);
    char path[128];
    char text[16] = "";

    (void)snprintf(path, sizeof path, "%s/precious", ctl->directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("keep me", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 4);
    ctl_expect_error(ctl, "nothing is overwritten");
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, "keep me");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/tmp/unit-ctl-dangling", path), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 4);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'export'"), 0);
}

static size_t entries_of(const char *directory)
{
    char command[160];
    size_t count = 0;

    (void)snprintf(command, sizeof command, "ls -A '%s' | wc -l", directory);
    FILE *pipe = popen(command, "r"); /* NOLINT: a name of our own making */
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%zu", &count), 1); /* NOLINT */
    assert_int_equal(pclose(pipe), 0);
    return count;
}

static void an_export_is_audited_before_a_byte_is_written(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);

    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o",
                             "/tmp/unit-ctl-none/call.opus", NULL),
                     5);
    ctl_expect_error(ctl, "No such file or directory");
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'export'"), 1);
    (void)ctl_sql(ctl, "CREATE TRIGGER deaf BEFORE INSERT ON audit"
                       " BEGIN SELECT RAISE(ABORT, 'deaf'); END");
    char path[128];
    (void)snprintf(path, sizeof path, "%s/call.opus", ctl->directory);
    size_t before = entries_of(ctl->directory);
    assert_int_not_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL),
                         0);
    assert_int_equal(entries_of(ctl->directory), before);
}

static void a_damaged_recording_is_not_exported(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 30);
    char path[128];

    flip_byte(recording.path, 4096 + 100);
    (void)snprintf(path, sizeof path, "%s/call.opus", ctl->directory);
    size_t before = entries_of(ctl->directory);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 1);
    assert_int_equal(entries_of(ctl->directory), before);
}

static void a_growing_recording_is_not_exported_yet(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_ALIVE, 30);
    char path[128];

    (void)snprintf(path, sizeof path, "%s/call.opus", ctl->directory);
    assert_int_equal(ctl_run(ctl, "recordings", "export", recording.id_text, "-o", path, NULL), 4);
    assert_int_equal(access(path, F_OK), -1);
    recording_writer_destroy(recording.writer);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_list_is_narrowed_by_its_options),
        WITH_STORE(names_from_the_network_cannot_steer_the_terminal),
        WITH_STORE(show_gives_legs_facts_and_the_files_own_details),
        WITH_STORE(show_tells_whether_a_conversation_is_known_or_presumed),
        WITH_STORE(verify_is_content_with_what_is_whole),
        WITH_STORE(verify_finds_a_flipped_byte_and_exits_1),
        WITH_STORE(verify_finds_a_row_that_differs_from_its_file),
        WITH_STORE(verify_reports_a_missing_file_as_bad),
        WITH_STORE(an_export_is_the_ogg_stream_for_its_owner_alone),
        WITH_STORE(documents_are_exported_byte_by_byte_where_asked_for),
        WITH_STORE(an_export_overwrites_nothing),
        WITH_STORE(an_export_is_audited_before_a_byte_is_written),
        WITH_STORE(a_damaged_recording_is_not_exported),
        WITH_STORE(a_growing_recording_is_not_exported_yet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
