/* What `backup` copies when, and what `backup test` says of it. */
#include "backup_help.h"
#include "storage/seal/shredding.h"

static void second_run_copies_only_what_is_new_or_sealed_anew(void **state)
{
    struct ctl *ctl = *state;
    struct index *index = NULL;
    struct customer customer;
    char to[160];
    char path[160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "customer", "add", "88303090", "--name", "Other", NULL), 0);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(customers_find(index, "88303090", &customer, NULL), STATUS_OK);
    index_close(index);
    (void)ctl_record(ctl, CTL_SEALED, 300);
    (void)ctl_record_due(ctl, CTL_SEALED, customer.id);
    (void)ctl_record(ctl, CTL_CRASHED, 40);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 2);
    assert_int_equal(count_of(ctl, "running"), 1);
    assert_int_equal(ctl_round(ctl, 0, "reassigned"), 1); /* and one is recovered */
    (void)ctl_record(ctl, CTL_SEALED, 20);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 3);
    assert_int_equal(count_of(ctl, "unchanged"), 1);
    assert_int_equal(count_of(ctl, "running"), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "unchanged"), 4);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'backup'"), 3);
}

/* Its packets are no Opus: authentic, and still nothing that could be heard. */
static void test_finds_what_is_authentic_and_does_not_play(void **state)
{
    struct ctl *ctl = *state;
    char to[160];

    below(ctl, "backup", to);
    (void)ctl_record(ctl, CTL_SEALED, 300);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, NULL), 1);
    assert_non_null(strstr(ctl->out, "does not play"));
}

/* A key slot is another, the sound is the same: the copy has the slot too. */
static void recording_that_was_sealed_to_the_hold_key_is_copied_anew(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    struct backup_digest there;
    struct backup_digest copied;
    struct index_recording row;
    struct index *index = NULL;
    char to[160];
    char path[BOUND_PATH_BYTES + 160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    if (ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL) != 0)
        fail_msg("%s", ctl->err);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 1);
    (void)snprintf(path, sizeof path, "%s/index.sqlite", ctl->store);
    assert_int_equal(index_open(path, &index, NULL), STATUS_OK);
    assert_int_equal(recordings_get(index, recording.id, NULL, &row, NULL), STATUS_OK);
    index_close(index);
    (void)snprintf(path, sizeof path, "%s/%s", to, row.path);
    assert_int_equal(backup_digest_file(recording.path, &there, NULL), STATUS_OK);
    assert_int_equal(backup_digest_file(path, &copied, NULL), STATUS_OK);
    assert_memory_equal(there.sha256, copied.sha256, sizeof there.sha256);
}

enum { UNIT = FORMAT_UNIT_BYTES, SLOT_1 = FORMAT_SLOT_BYTES, SLOT_2 = 2 * FORMAT_SLOT_BYTES };

static off_t size_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static const uint8_t zeros[UNIT];

/* A recording that is whole in the backup. */
static struct ctl_recording backed_up(struct ctl *ctl, char to[static 160],
                                      char copy[static HELP_PATH_BYTES])
{
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);

    below(ctl, "backup", to);
    path_in(ctl, to, &recording, copy);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_same_files(recording.path, copy, true);
    return recording;
}

/* Of all that the hash over the frames does not tell; with the master key, and without. */
static void what_cannot_be_opened_does_not_replace_a_good_copy(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char copy[HELP_PATH_BYTES];
    char whole[160];
    char master[160];
    char away[160];
    struct ctl_recording recording = backed_up(ctl, to, copy);
    const off_t end = size_of(recording.path);
    const struct {
        off_t at;
        size_t bytes;
    } damages[] = {{0, UNIT}, {20, 1}, {70, 1}, {SLOT_1 + 100, 1}, {end - UNIT + 50, 1}};

    below(ctl, "whole", whole);
    below(ctl, "store/keys/master.key", master);
    below(ctl, "away", away);
    const struct backup_copy keep = {.from = recording.path, .to = whole, .mode = 0600};
    const struct backup_copy mend = {.from = whole, .to = recording.path, .mode = 0600};
    struct backup_digest digest;
    assert_int_equal(backup_copy_file(&keep, &digest, NULL, NULL), STATUS_OK);
    for (size_t i = 0; i < 2 * sizeof damages / sizeof damages[0]; i++) {
        const off_t at = damages[i / 2].at;
        put_bytes(recording.path, at, zeros, damages[i / 2].bytes);
        if (i % 2)
            assert_int_equal(rename(master, away), 0);
        assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
        assert_int_equal(count_of(ctl, "bad"), 1);
        assert_int_equal(count_of(ctl, "copied"), 0);
        assert_int_equal(count_of(ctl, "recordings"), 1);
        assert_same_files(whole, copy, true);
        assert_int_equal(backup_copy_file(&mend, &digest, NULL, NULL), STATUS_OK);
        if (i % 2)
            assert_int_equal(rename(away, master), 0);
    }
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
}

/* What opened the copy opens it later too, but for a slot that was emptied by command. */
static void copy_loses_no_key_slot_but_one_that_was_dropped(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char copy[HELP_PATH_BYTES];
    uint8_t slot[FORMAT_SLOT_BYTES] = {0};
    struct ctl_recording recording = backed_up(ctl, to, copy);

    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     0);
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_same_files(recording.path, copy, true);
    FILE *file = fopen(recording.path, "r");
    assert_int_equal(fseek(file, SLOT_2, SEEK_SET), 0);
    assert_int_equal(fread(slot, 1, sizeof slot, file), sizeof slot);
    assert_int_equal(fclose(file), 0);
    put_bytes(recording.path, SLOT_2 + 80, zeros, 4);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_same_files(recording.path, copy, false);
    put_bytes(recording.path, SLOT_2, slot, sizeof slot);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--drop", "1", NULL),
                     0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_same_files(recording.path, copy, true);
}

/* There is no better one; once it is mended in the store that takes its place. */
static void what_is_damaged_from_the_first_is_copied_as_it_is(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    char to[160];
    char copy[HELP_PATH_BYTES];
    uint8_t byte[2];

    below(ctl, "backup", to);
    path_in(ctl, to, &recording, copy);
    FILE *file = fopen(recording.path, "r");
    assert_int_equal(fseek(file, UNIT + 1000, SEEK_SET), 0);
    byte[0] = (uint8_t)fgetc(file);
    byte[1] = byte[0] ^ 1;
    assert_int_equal(fclose(file), 0);
    put_bytes(recording.path, UNIT + 1000, &byte[1], 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
        assert_int_equal(count_of(ctl, "bad"), 1);
        assert_int_equal(count_of(ctl, "recordings"), 1);
        assert_same_files(recording.path, copy, true);
        assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 0);
        assert_int_equal(count_of(ctl, "kept"), 1);
    }
    put_bytes(recording.path, UNIT + 1000, &byte[0], 1);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 1);
    assert_same_files(recording.path, copy, true);
}

/* It opens by another one, and plays. */
static void broken_key_slot_of_a_new_one_is_told(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    char to[160];
    char copy[HELP_PATH_BYTES];

    below(ctl, "backup", to);
    path_in(ctl, to, &recording, copy);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", recording.id_text, "--to", "hold", NULL),
                     0);
    put_bytes(recording.path, SLOT_2 + 80, zeros, 4);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_same_files(recording.path, copy, true);
}

/* Whether it opens nobody can say here; that it has no header, anybody. */
static void without_the_master_key_what_is_no_recording_is_told(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char master[160];
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);

    below(ctl, "backup", to);
    below(ctl, "store/keys/master.key", master);
    assert_int_equal(unlink(master), 0);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_non_null(strstr(ctl->err, "compared, but not opened"));
    assert_int_equal(count_of(ctl, "bad"), 0);
    remove_tree(to);
    put_bytes(recording.path, 0, zeros, UNIT);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
}

/* A run that was cut off left it, and no list: what lies there is in the next one. */
static void what_lies_there_without_a_list_is_listed(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char copy[HELP_PATH_BYTES];
    char manifest[192];
    struct ctl_recording recording = backed_up(ctl, to, copy);

    (void)snprintf(manifest, sizeof manifest, "%s/manifest.json", to);
    assert_int_equal(unlink(manifest), 0);
    put_bytes(recording.path, 0, zeros, UNIT);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "recordings"), 1);
    assert_same_files(recording.path, copy, false);
}

static void row_whose_path_leads_elsewhere_is_told(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char from[160];
    char elsewhere[160];

    below(ctl, "backup", to);
    below(ctl, "store/above.crec", from);
    below(ctl, "backup/above.crec", elsewhere);
    (void)ctl_record(ctl, CTL_SEALED, 300);
    write_text(from, "of another program's making");
    (void)ctl_sql(ctl, "UPDATE recordings SET path = 'recordings/../above.crec'");
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_int_equal(count_of(ctl, "recordings"), 0);
    assert_false(is_there(elsewhere));
}

static void failed_one_that_has_a_file_is_copied(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 300);
    struct ctl_recording cut_short = ctl_record(ctl, CTL_CRASHED, 300);
    char to[160];
    char copy[2][HELP_PATH_BYTES];

    below(ctl, "backup", to);
    (void)ctl_record(ctl, CTL_WITHOUT_FILE, 300);
    (void)ctl_sql(ctl, "UPDATE recordings SET state = 3, sha256_cipher = NULL");
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "copied"), 2);
    assert_int_equal(count_of(ctl, "failed"), 1);
    path_in(ctl, to, &recording, copy[0]);
    path_in(ctl, to, &cut_short, copy[1]);
    assert_same_files(recording.path, copy[0], true);
    assert_same_files(cut_short.path, copy[1], true);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "unchanged"), 2);
    assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 0);
    assert_int_equal(count_of(ctl, "kept"), 2);
    put_bytes(recording.path, 0, zeros, UNIT);
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 1);
    assert_int_equal(count_of(ctl, "bad"), 1);
    assert_same_files(recording.path, copy[0], false);
}

/* It does not play, for its packets are no Opus; but it is not "no such recording". */
static void test_needs_no_row_of_what_the_index_no_longer_knows(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char copy[HELP_PATH_BYTES];

    (void)backed_up(ctl, to, copy);
    (void)ctl_sql(ctl, "DELETE FROM facts");
    (void)ctl_sql(ctl, "DELETE FROM legs");
    (void)ctl_sql(ctl, "DELETE FROM recordings");
    assert_int_equal(ctl_run(ctl, "--json", "backup", to, NULL), 0);
    assert_int_equal(count_of(ctl, "no_longer_in_index"), 1);
    assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 1);
    assert_non_null(strstr(ctl->out, "does not play"));
    assert_non_null(strstr(ctl->out, "gone"));
}

static void test_takes_what_was_shredded_as_kept(void **state)
{
    struct ctl *ctl = *state;
    struct key_shredding key = {.customer = ctl->customer, .when = clock_wall_now()};
    char to[160];
    char keys[160];
    char copy[HELP_PATH_BYTES];
    char month[KEY_MONTH_BYTES];

    (void)backed_up(ctl, to, copy);
    below(ctl, "store/keys", keys);
    keys_month((wall_time){clock_wall_now().ns - 300 * CLOCK_NS_PER_S}, month);
    key.month = (uint32_t)strtoul(month, NULL, 10) * 100 + (uint32_t)strtoul(month + 5, NULL, 10);
    assert_int_equal(keys_shred(&disk_system, keys, &key, NULL), STATUS_OK);
    assert_int_equal(ctl_run(ctl, "--json", "backup", "test", to, NULL), 0);
    assert_int_equal(count_of(ctl, "kept"), 1);
    assert_non_null(strstr(ctl->out, "its key was destroyed"));
}

/* Numbers and names were in it: it lies with the backup, where such are, and does not stay. */
static void what_a_crash_left_of_a_test_goes_with_the_next_one(void **state)
{
    struct ctl *ctl = *state;
    char to[160];
    char copy[HELP_PATH_BYTES];
    char left[192];
    char leaf[256];

    (void)backed_up(ctl, to, copy);
    (void)snprintf(left, sizeof left, "%s/recorder-backup-test-abcdef", to);
    (void)snprintf(leaf, sizeof leaf, "%s/index.sqlite", left);
    assert_int_equal(mkdir(left, 0700), 0);
    write_text(leaf, "numbers and names");
    assert_int_equal(ctl_run(ctl, "backup", "test", to, NULL), 1);
    assert_false(is_there(left));
}

static void commands_say_what_is_wrong_and_how_they_are_used(void **state)
{
    struct ctl *ctl = *state;
    char to[160];

    below(ctl, "backup", to);
    assert_int_equal(ctl_run(ctl, "backup", NULL), 2);
    ctl_expect_error(ctl, "too few");
    assert_int_equal(ctl_run(ctl, "backup", "test", NULL), 2);
    assert_int_equal(ctl_run(ctl, "restore", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", to, "--master", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "-n", "0", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, "-n", "1001", NULL), 2);
    assert_int_equal(ctl_run(ctl, "backup", "test", to, NULL), 3);
    assert_int_equal(ctl_run(ctl, "restore", to, NULL), 3);
    assert_int_equal(ctl_run(ctl, "backup", ctl->store, NULL), 2);
    ctl_expect_error(ctl, "store");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ctl_run(ctl, i ? "restore" : "backup", "--help", NULL), 0);
        assert_non_null(strstr(ctl->out, "--keys KEYDIR"));
    }
    assert_int_equal(ctl_run(ctl, "backup", "test", "--help", NULL), 0);
    assert_non_null(strstr(ctl->out, "--number COUNT"));
    assert_int_equal(ctl_run(ctl, "backup", to, NULL), 0);
    assert_int_equal(ctl_run(ctl, "restore", to, NULL), 4);
    ctl_expect_error(ctl, "not empty");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(second_run_copies_only_what_is_new_or_sealed_anew),
        CASE(test_finds_what_is_authentic_and_does_not_play),
        CASE(recording_that_was_sealed_to_the_hold_key_is_copied_anew),
        CASE(what_cannot_be_opened_does_not_replace_a_good_copy),
        CASE(copy_loses_no_key_slot_but_one_that_was_dropped),
        CASE(what_is_damaged_from_the_first_is_copied_as_it_is),
        CASE(broken_key_slot_of_a_new_one_is_told),
        CASE(without_the_master_key_what_is_no_recording_is_told),
        CASE(what_lies_there_without_a_list_is_listed),
        CASE(row_whose_path_leads_elsewhere_is_told),
        CASE(failed_one_that_has_a_file_is_copied),
        CASE(test_needs_no_row_of_what_the_index_no_longer_knows),
        CASE(test_takes_what_was_shredded_as_kept),
        CASE(what_a_crash_left_of_a_test_goes_with_the_next_one),
        CASE(commands_say_what_is_wrong_and_how_they_are_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
