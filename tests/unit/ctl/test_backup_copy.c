/* Backups in the small: copies that are verified, and the list of them. */
#include "backup_help.h"
#include "tools/recorderctl/backup_list.h"

static void copy_has_content_mode_and_time_and_replaces_whole(void **state)
{
    struct ctl *ctl = *state;
    struct backup_digest digest;
    struct backup_digest again;
    struct stat about;
    struct fault fault = {0};
    char from[160];
    char to[160];

    below(ctl, "from", from);
    below(ctl, "to", to);
    write_text(from, "content");
    write_text(to, "what was there before, and longer");
    const struct backup_copy copy = {.from = from, .to = to, .mode = 0640};
    assert_int_equal(backup_copy_file(&copy, &digest, NULL, &fault), STATUS_OK);
    assert_int_equal(digest.bytes, 7);
    assert_int_equal(stat(to, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(about.st_size, 7);
    assert_int_equal(backup_digest_file(to, &again, &fault), STATUS_OK);
    assert_memory_equal(digest.sha256, again.sha256, sizeof digest.sha256);
    assert_int_equal(digest.mtime_us, again.mtime_us);
}

static void file_of_another_hash_replaces_nothing(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    struct backup_digest digest;
    struct fault fault = {0};
    uint8_t wrong[BACKUP_HASH_BYTES] = {1};
    char to[160];
    char part[192];

    below(ctl, "to", to);
    write_text(to, "mine");
    const struct backup_copy copies[] = {
        {.from = recording.path, .to = to, .mode = 0600, .sha256 = wrong},
        {.from = recording.path, .to = to, .mode = 0600, .sha256_cipher = wrong},
    };
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(backup_copy_file(&copies[i], &digest, NULL, &fault), STATUS_CORRUPT);
        assert_int_equal(backup_digest_file(to, &digest, &fault), STATUS_OK);
        assert_int_equal(digest.bytes, 4);
    }
    (void)snprintf(part, sizeof part, "%s.part", to);
    assert_false(is_there(part));
    below(ctl, "nothing", to);
    const struct backup_copy none = {.from = to, .to = to, .mode = 0600};
    assert_int_equal(backup_copy_file(&none, &digest, NULL, &fault), STATUS_NOT_FOUND);
}

/* The hash over the frames is the one that the footer and the row have. */
static void digest_of_a_recording_is_what_its_row_says(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    struct index_recording row;
    struct backup_digest digest;
    struct index *index = NULL;
    char path[160];

    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(recordings_get(index, recording.id, NULL, &row, NULL), STATUS_OK);
    index_close(index);
    assert_int_equal(backup_digest_file(recording.path, &digest, NULL), STATUS_OK);
    assert_memory_equal(digest.sha256_cipher, row.sha256_cipher, sizeof row.sha256_cipher);
    assert_memory_not_equal(digest.sha256, row.sha256_cipher, sizeof row.sha256_cipher);
}

static void list_is_read_as_it_was_written(void **state)
{
    struct ctl *ctl = *state;
    struct backup_list list;
    struct backup_entry entry = {.path = "recordings/2026/11/23/x.crec",
                                 .started = {INT64_C(1795400000123456) * CLOCK_NS_PER_US},
                                 .digest = {.bytes = 24576, .mtime_us = 1795400001000001}};
    struct fault fault = {0};
    char path[160];

    below(ctl, "list", path);
    entry.digest.sha256[0] = 0xab;
    entry.digest.sha256_cipher[31] = 0xcd;
    assert_int_equal(backup_list_create(&list, path, &fault), STATUS_OK);
    for (uint8_t i = 0; i < 3; i++) {
        entry.id.b[15] = i;
        entry.standing = (enum backup_standing)i;
        assert_int_equal(backup_list_add(&list, &entry, &fault), STATUS_OK);
    }
    assert_int_equal(backup_list_finish(&list, &fault), STATUS_OK);
    assert_int_equal(list.bytes, 3 * 24576);
    assert_int_equal(backup_list_open(&list, path, &fault), STATUS_OK);
    for (uint8_t i = 0; i < 3; i++) {
        entry.id.b[15] = i;
        assert_false(list.ended);
        assert_string_equal(list.next.path, entry.path);
        assert_int_equal(list.next.standing, i);
        assert_true(uuid_equal(list.next.id, entry.id));
        assert_int_equal(list.next.started.ns, entry.started.ns);
        assert_memory_equal(&list.next.digest, &entry.digest, sizeof entry.digest);
        assert_int_equal(backup_list_step(&list, &fault), STATUS_OK);
    }
    assert_true(list.ended);
    backup_list_close(&list);
    assert_int_equal(backup_list_open(&list, NULL, &fault), STATUS_OK);
    assert_true(list.ended);
}

static enum status read_line(const struct ctl *ctl, const char *line)
{
    struct backup_list list;
    char path[160];

    below(ctl, "list", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "%s\n", line);
    assert_int_equal(fclose(file), 0);
    enum status status = backup_list_open(&list, path, NULL);
    backup_list_close(&list);
    return status;
}

static enum status read_entry(const struct ctl *ctl, const char *path, const char *id, int bytes,
                              const char *hash)
{
    char line[512];

    (void)snprintf(line, sizeof line,
                   "{\"path\":\"%s\",\"id\":\"%s\",\"started_us\":1,\"bytes\":%d,\"mtime_us\":1,"
                   "\"sha256\":\"%s\",\"sha256_cipher\":\"%s\"}",
                   path, id, bytes, hash, hash);
    return read_line(ctl, line);
}

static void line_that_is_none_or_leads_elsewhere_is_refused(void **state)
{
    static const char *const lines[] = {"", "no json", "[]", "{}"};
    static const char *const paths[] = {
        "/etc/passwd",
        "a/../../b",
        "index.sqlite-wal",
        "keys/private/x.crec",
        "recordings/.crec",
        "recordings/../x.crec",
        "recordings/2026/11/23/x",
        "/recordings/2026/11/23/x.crec",
    };
    static const char id[] = "01934567-89ab-7cde-8123-456789abcdef";
    static const char hash[] = "abababababababababababababababababababababababababababababababab";
    static const char good[] = "recordings/2026/11/23/x.crec";
    struct ctl *ctl = *state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(read_line(ctl, lines[i]), STATUS_CORRUPT);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(read_entry(ctl, paths[i], id, 1, hash), STATUS_CORRUPT);
    assert_int_equal(read_entry(ctl, good, "no", 1, hash), STATUS_CORRUPT);
    assert_int_equal(read_entry(ctl, good, id, -1, hash), STATUS_CORRUPT);
    assert_int_equal(read_entry(ctl, good, id, 1, "abab"), STATUS_CORRUPT);
    assert_int_equal(read_entry(ctl, good, id, 1, hash), STATUS_OK);
}

/* By a second name of it, which is what a disk keeps of a file that is only unlinked. */
static void what_is_left_of_a_key_is_written_over(void **state)
{
    struct ctl *ctl = *state;
    struct backup_digest digest;
    uint8_t wrong[BACKUP_HASH_BYTES] = {1};
    char from[160];
    char to[160];
    char part[160];
    char kept[160];

    below(ctl, "from", from);
    below(ctl, "to", to);
    below(ctl, "to.part", part);
    below(ctl, "kept", kept);
    write_text(from, "another private half");
    write_text(part, "a private half");
    assert_int_equal(link(part, kept), 0);
    const struct backup_copy copy = {
        .from = from, .to = to, .mode = 0400, .sha256 = wrong, .secret = true};
    assert_int_equal(backup_copy_file(&copy, &digest, NULL, NULL), STATUS_CORRUPT);
    assert_false(is_there(part));
    assert_false(is_there(to));
    assert_int_equal(backup_digest_file(kept, &digest, NULL), STATUS_OK);
    FILE *file = fopen(kept, "r");
    char text[32] = "";
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    assert_null(strstr(text, "private"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(copy_has_content_mode_and_time_and_replaces_whole),
        CASE(file_of_another_hash_replaces_nothing),
        CASE(digest_of_a_recording_is_what_its_row_says),
        CASE(list_is_read_as_it_was_written),
        CASE(line_that_is_none_or_leads_elsewhere_is_refused),
        CASE(what_is_left_of_a_key_is_written_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
