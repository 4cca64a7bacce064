/* Keys on disk: made once, readable by whom they are for, refused when changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/seal/key_file.h"
#include "storage/seal/keys.h"
#include "storage/seal/seal.h"

static char directory[200];
static char keys_dir[300];
static char master[320];
static struct uuid customer;

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *where)
{
    (void)about;
    (void)flag;
    (void)where;
    return remove(path);
}

static int make_directory(void **state)
{
    struct fault fault = {0};
    (void)state;

    (void)snprintf(directory, sizeof directory, "%s/keys-XXXXXX",
                   getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(directory));
    (void)snprintf(keys_dir, sizeof keys_dir, "%s/a/b/keys", directory);
    (void)snprintf(master, sizeof master, "%s/master.key", keys_dir);
    customer = uuid_new(clock_wall_now());
    enum status status = keys_init(&disk_system, keys_dir, master, &fault);
    if (status != STATUS_OK)
        fail_msg("%s", fault.text);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct private_keys *open_private(void)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};

    assert_int_equal(private_keys_open(&disk_system, keys_dir, master, &keys, &fault), STATUS_OK);
    return keys;
}

static struct public_keys *open_public(void)
{
    struct public_keys *keys = NULL;
    struct fault fault = {0};

    assert_int_equal(public_keys_open(&disk_system, keys_dir, &keys, &fault), STATUS_OK);
    return keys;
}

static void make_month(const char *month)
{
    struct private_keys *keys = open_private();
    struct fault fault = {0};

    assert_int_equal(private_keys_make_month(keys, customer, month, &fault), STATUS_OK);
    private_keys_close(keys);
}

static wall_time at(const char *date)
{
    wall_time time;

    assert_int_equal(clock_parse_rfc3339(date, &time), STATUS_OK);
    return time;
}

/* <keys>/<below> with %s for the customer */
static void customer_path(const char *half, const char *name, char *path, size_t path_bytes)
{
    char text[UUID_TEXT_BYTES];

    uuid_format(customer, text);
    assert_true(snprintf(path, path_bytes, "%s/%s/%s/%s", keys_dir, half, text, name) > 0);
}

static unsigned mode_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

static void flip(const char *path, long offset)
{
    unsigned mode = mode_of(path);
    assert_int_equal(chmod(path, 0600), 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void months_are_utc_calendar_months(void **state)
{
    char month[KEY_MONTH_BYTES];
    (void)state;

    keys_month(at("2026-11-30T23:59:59.999Z"), month);
    assert_string_equal(month, "2026-11");
    keys_month(at("2026-12-01T00:30:00+01:00"), month);
    assert_string_equal(month, "2026-11");
    keys_month(at("2026-12-01T00:00:00Z"), month);
    assert_string_equal(month, "2026-12");
    static const char *const bad[] = {"",       "2026",    "2026-",    "2026-00", "2026-13",
                                      "2026-1", "2026/11", "2026-111", "20a6-11"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(key_month_number(bad[i]), 0);
    assert_int_equal(key_month_number("2026-11"), 202611);
    assert_int_equal(key_month_text(202611, month), STATUS_OK);
    assert_string_equal(month, "2026-11");
    assert_int_equal(key_month_text(202613, month), STATUS_INVALID);
    assert_int_equal(key_month_text(202600, month), STATUS_INVALID);
    assert_int_equal(key_month_text(UINT32_MAX, month), STATUS_INVALID);
}

static void init_keeps_what_is_there(void **state)
{
    struct signer *before = NULL;
    struct signer *after = NULL;
    struct fault fault = {0};
    uint8_t first[32];
    uint8_t second[32];
    (void)state;

    assert_int_equal(signer_open(&disk_system, keys_dir, "ingest", &before, &fault), STATUS_OK);
    assert_int_equal(key_file_read(&disk_system, master, first, sizeof first, &fault), STATUS_OK);
    assert_int_equal(keys_init(&disk_system, keys_dir, master, &fault), STATUS_OK);
    assert_int_equal(key_file_read(&disk_system, master, second, sizeof second, &fault), STATUS_OK);
    assert_memory_equal(first, second, sizeof first);
    assert_int_equal(signer_open(&disk_system, keys_dir, "ingest", &after, &fault), STATUS_OK);
    struct key_id one = signer_id(before);
    struct key_id two = signer_id(after);
    assert_memory_equal(&one, &two, sizeof one);
    signer_close(before);
    signer_close(after);
    signer_close(NULL);
}

static void each_file_has_its_mode_whatever_the_umask(void **state)
{
    static const struct {
        const char *name;
        unsigned mode;
    } wanted[] = {{"", 0755},
                  {"public", 0755},
                  {"public/customers", 0755},
                  {"private", 02750},
                  {"signing", 0755},
                  {"public/signers", 0755},
                  {"master.key", 0400},
                  {"signing/ingest.key", 0400},
                  {"signing/keeper.key", 0400}};
    char path[600];
    mode_t before = umask(0077);
    (void)state;

    make_month("2026-01");
    (void)umask(before);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", keys_dir, wanted[i].name);
        assert_int_equal(mode_of(path), wanted[i].mode);
    }
    customer_path("private", "", path, sizeof path);
    assert_int_equal(mode_of(path), 02750);
    customer_path("private", "2026-01.key", path, sizeof path);
    assert_int_equal(mode_of(path), 0640);
    customer_path("public/customers", "", path, sizeof path);
    assert_int_equal(mode_of(path), 0755);
    customer_path("public/customers", "2026-01.pub", path, sizeof path);
    assert_int_equal(mode_of(path), 0644);
}

static void a_master_key_that_others_can_read_is_refused(void **state)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    (void)state;

    static const mode_t loose[] = {0440, 0404, 0420, 0402, 0410, 0401, 0777};
    for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
        assert_int_equal(chmod(master, loose[i]), 0);
        assert_int_equal(private_keys_open(&disk_system, keys_dir, master, &keys, &fault),
                         STATUS_DENIED);
        assert_non_null(strstr(fault.text, "chmod 0400"));
    }
    assert_int_equal(chmod(master, 0400), 0);
    private_keys_close(open_private());
    private_keys_close(NULL);
}

static void a_master_key_of_another_size_is_refused(void **state)
{
    static const size_t sizes[] = {0, 31, 33, 64};
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    uint8_t data[64] = {0};
    char path[600];
    (void)state;

    (void)snprintf(path, sizeof path, "%s/other.key", directory);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(key_file_write(&disk_system, path, data, sizes[i], 0400, true, &fault),
                         STATUS_OK);
        assert_int_equal(private_keys_open(&disk_system, keys_dir, path, &keys, &fault),
                         STATUS_CORRUPT);
    }
    assert_int_equal(private_keys_open(&disk_system, keys_dir, "/nonexistent/key", &keys, &fault),
                     STATUS_IO);
    assert_null(keys);
}

/* Seal a DEK with the customer's key of a moment and open it again. */
static enum status seal_and_open_with(struct private_keys *private_keys, const char *date,
                                      const char *expected_month)
{
    struct public_keys *public_keys = open_public();
    struct customer_key key;
    struct fault fault = {0};
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t opened[KEY_DEK_BYTES] = {0};
    uint8_t sealed[SEAL_DEK_SEALED_BYTES];

    enum status status = public_keys_customer(public_keys, customer, at(date), &key, &fault);
    if (status == STATUS_OK) {
        assert_int_equal(key.version, key_month_number(expected_month));
        seal_dek_new(dek);
        assert_int_equal(seal_dek_to(dek, key.public_key, sealed), STATUS_OK);
        status = private_keys_open_dek(private_keys, customer, key.id, key.version, sealed, opened,
                                       &fault);
    }
    if (status == STATUS_OK)
        assert_memory_equal(dek, opened, sizeof dek);
    public_keys_close(public_keys);
    return status;
}

static enum status seal_and_open(const char *date, const char *expected_month)
{
    struct private_keys *keys = open_private();
    enum status status = seal_and_open_with(keys, date, expected_month);

    private_keys_close(keys);
    return status;
}

static void a_month_seals_and_opens_and_the_newest_stands_in(void **state)
{
    (void)state;
    customer = uuid_new(clock_wall_now());
    assert_int_equal(seal_and_open("2026-11-05", ""), STATUS_NOT_FOUND);
    make_month("2026-11");
    make_month("2026-09");
    make_month("2025-12");
    assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_OK);
    assert_int_equal(seal_and_open("2026-09-30", "2026-09"), STATUS_OK);
    assert_int_equal(seal_and_open("2026-12-01", "2026-11"), STATUS_OK);
    assert_int_equal(seal_and_open("2026-10-01", "2026-11"), STATUS_OK);
}

static void making_a_month_again_changes_nothing(void **state)
{
    char path[600];
    uint8_t before[KEY_FILE_PRIVATE_BYTES];
    uint8_t after[KEY_FILE_PRIVATE_BYTES];
    struct fault fault = {0};
    (void)state;

    make_month("2026-02");
    customer_path("private", "2026-02.key", path, sizeof path);
    assert_int_equal(key_file_read(&disk_system, path, before, sizeof before, &fault), STATUS_OK);
    make_month("2026-02");
    assert_int_equal(key_file_read(&disk_system, path, after, sizeof after, &fault), STATUS_OK);
    assert_memory_equal(before, after, sizeof before);
}

static void a_lost_private_half_is_told_and_never_made_anew(void **state)
{
    struct private_keys *keys = open_private();
    struct fault fault = {0};
    char path[600];
    char kept[700];
    (void)state;

    customer = uuid_new(clock_wall_now());
    make_month("2026-11");
    customer_path("private", "2026-11.key", path, sizeof path);
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    assert_int_equal(rename(path, kept), 0);
    assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_NO_KEY);
    assert_int_equal(private_keys_make_month(keys, customer, "2026-11", &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "keys recover"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rename(kept, path), 0); /* restored */
    assert_int_equal(private_keys_make_month(keys, customer, "2026-11", &fault), STATUS_OK);
    assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_OK);
    private_keys_close(keys);
}

static void a_public_half_that_a_crash_left_out_is_made(void **state)
{
    char path[600];
    (void)state;

    make_month("2026-11");
    customer_path("public/customers", "2026-11.pub", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    make_month("2026-11");
    assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_OK);
}

static void a_lost_master_key_is_told_and_never_made_anew(void **state)
{
    struct fault fault = {0};
    char kept[400];
    (void)state;

    make_month("2026-11");
    (void)snprintf(kept, sizeof kept, "%s.kept", master);
    assert_int_equal(rename(master, kept), 0);
    assert_int_equal(keys_init(&disk_system, keys_dir, master, &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "keys recover"));
    assert_int_not_equal(access(master, F_OK), 0);
    assert_int_equal(rename(kept, master), 0);
    assert_int_equal(keys_init(&disk_system, keys_dir, master, &fault), STATUS_OK);
}

static void a_credential_may_show_the_mask_of_its_acl(void **state)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    (void)state;

    assert_int_equal(chmod(master, 0440), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", keys_dir, 1), 0);
    assert_int_equal(private_keys_open(&disk_system, keys_dir, master, &keys, &fault), STATUS_OK);
    private_keys_close(keys);
    assert_int_equal(chmod(master, 0444), 0);
    assert_int_equal(private_keys_open(&disk_system, keys_dir, master, &keys, &fault),
                     STATUS_DENIED);
    assert_int_equal(chmod(master, 0440), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/other", 1), 0);
    assert_int_equal(private_keys_open(&disk_system, keys_dir, master, &keys, &fault),
                     STATUS_DENIED);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(chmod(master, 0400), 0);
}

static void every_flipped_byte_of_a_key_file_is_refused(void **state)
{
    char public_path[600];
    char private_path[600];
    (void)state;

    make_month("2026-11");
    customer_path("public/customers", "2026-11.pub", public_path, sizeof public_path);
    customer_path("private", "2026-11.key", private_path, sizeof private_path);
    for (long i = 0; i < KEY_FILE_PUBLIC_BYTES; i++) {
        flip(public_path, i);
        assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_CORRUPT);
        flip(public_path, i);
    }
    for (long i = 0; i < KEY_FILE_PRIVATE_BYTES; i++) {
        flip(private_path, i);
        assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_IO);
        flip(private_path, i);
    }
    assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_OK);
}

static void a_key_file_of_another_customer_or_month_is_refused(void **state)
{
    char from[600];
    char to[600];
    char other[700];
    struct private_keys *keys = open_private();
    struct fault fault = {0};
    (void)state;

    make_month("2026-11");
    make_month("2026-12");
    customer_path("private", "2026-11.key", from, sizeof from);
    customer_path("private", "2026-12.key", to, sizeof to);
    (void)snprintf(other, sizeof other, "%s.kept", to);
    assert_int_equal(rename(to, other), 0);
    assert_int_equal(link(from, to), 0);
    assert_int_equal(private_keys_make_month(keys, customer, "2026-12", &fault), STATUS_CORRUPT);
    assert_int_equal(rename(other, to), 0);
    private_keys_close(keys);
}

static void another_master_key_opens_nothing(void **state)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    uint8_t data[32] = {1};
    char path[600];
    (void)state;

    make_month("2026-11");
    (void)snprintf(path, sizeof path, "%s/another.key", directory);
    assert_int_equal(key_file_write(&disk_system, path, data, sizeof data, 0400, true, &fault),
                     STATUS_OK);
    assert_int_equal(private_keys_open(&disk_system, keys_dir, path, &keys, &fault), STATUS_OK);
    assert_int_equal(seal_and_open_with(keys, "2026-11-05", "2026-11"), STATUS_IO);
    assert_int_equal(private_keys_make_month(keys, customer, "2026-11", &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "master key"));
    private_keys_close(keys);
}

static void what_is_no_month_is_refused(void **state)
{
    struct private_keys *keys = open_private();
    struct fault fault = {0};
    (void)state;

    assert_int_equal(private_keys_make_month(keys, customer, "2026-13", &fault), STATUS_INVALID);
    assert_int_equal(private_keys_make_month(keys, customer, "../../x", &fault), STATUS_INVALID);
    private_keys_close(keys);
}

static void processes_that_race_find_one_pair(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        int pending = 4;
        customer = uuid_new(clock_wall_now());
        for (int i = 0; i < pending; i++) {
            pid_t child = fork();
            if (child == 0) {
                make_month("2026-11");
                _exit(0);
            }
            assert_true(child > 0);
        }
        while (pending--) {
            int status = -1;
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        assert_int_equal(seal_and_open("2026-11-05", "2026-11"), STATUS_OK);
    }
}

static void nothing_temporary_is_left(void **state)
{
    char path[600];
    const struct dirent *entry;
    (void)state;

    customer_path("private", "", path, sizeof path);
    DIR *found = opendir(path);
    assert_non_null(found);
    while ((entry = readdir(found)))
        assert_null(strstr(entry->d_name, ".new"));
    (void)closedir(found);
}

static void signatures_verify_with_the_public_half(void **state)
{
    struct public_keys *keys = open_public();
    struct signer *ingest = NULL;
    struct signer *keeper = NULL;
    struct fault fault = {0};
    uint8_t signature[KEY_SIGNATURE_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    (void)state;

    assert_int_equal(signer_open(&disk_system, keys_dir, "ingest", &ingest, &fault), STATUS_OK);
    assert_int_equal(signer_open(&disk_system, keys_dir, "keeper", &keeper, &fault), STATUS_OK);
    signer_sign(ingest, (const uint8_t *)"abc", 3, signature);
    assert_int_equal(public_keys_signer(keys, signer_id(ingest), public_key, &fault), STATUS_OK);
    assert_int_equal(crypto_sign_verify_detached(signature, (const uint8_t *)"abc", 3, public_key),
                     0);
    assert_int_equal(public_keys_signer(keys, signer_id(keeper), public_key, &fault), STATUS_OK);
    assert_int_not_equal(
        crypto_sign_verify_detached(signature, (const uint8_t *)"abc", 3, public_key), 0);
    struct key_id unknown = signer_id(ingest);
    unknown.b[0] ^= 1;
    assert_int_equal(public_keys_signer(keys, unknown, public_key, &fault), STATUS_NOT_FOUND);
    signer_close(ingest);
    signer_close(keeper);
    public_keys_close(keys);
    public_keys_close(NULL);
}

static void a_damaged_or_missing_signing_key_is_refused(void **state)
{
    struct signer *signer = NULL;
    struct fault fault = {0};
    char path[600];
    (void)state;

    (void)snprintf(path, sizeof path, "%s/signing/keeper.key", keys_dir);
    for (long i = 0; i < KEY_FILE_SIGNING_BYTES; i++) {
        flip(path, i);
        assert_int_equal(signer_open(&disk_system, keys_dir, "keeper", &signer, &fault),
                         STATUS_CORRUPT);
        assert_int_equal(keys_init(&disk_system, keys_dir, master, &fault), STATUS_CORRUPT);
        flip(path, i);
    }
    assert_int_equal(signer_open(&disk_system, keys_dir, "nobody", &signer, &fault),
                     STATUS_NOT_FOUND);
    assert_int_equal(signer_open(&disk_system, keys_dir, "../x", &signer, &fault), STATUS_INVALID);
    assert_int_equal(signer_open(&disk_system, keys_dir, "", &signer, &fault), STATUS_INVALID);
    assert_null(signer);
}

static void a_path_too_long_is_an_error_and_not_a_cut_one(void **state)
{
    struct public_keys *keys = NULL;
    struct fault fault = {0};
    char path[2000];
    (void)state;

    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(public_keys_open(&disk_system, path, &keys, &fault), STATUS_LIMIT);
    assert_null(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_are_utc_calendar_months),
        cmocka_unit_test(init_keeps_what_is_there),
        cmocka_unit_test(each_file_has_its_mode_whatever_the_umask),
        cmocka_unit_test(a_master_key_that_others_can_read_is_refused),
        cmocka_unit_test(a_master_key_of_another_size_is_refused),
        cmocka_unit_test(a_month_seals_and_opens_and_the_newest_stands_in),
        cmocka_unit_test(making_a_month_again_changes_nothing),
        cmocka_unit_test(a_lost_private_half_is_told_and_never_made_anew),
        cmocka_unit_test(a_public_half_that_a_crash_left_out_is_made),
        cmocka_unit_test(a_lost_master_key_is_told_and_never_made_anew),
        cmocka_unit_test(a_credential_may_show_the_mask_of_its_acl),
        cmocka_unit_test(every_flipped_byte_of_a_key_file_is_refused),
        cmocka_unit_test(a_key_file_of_another_customer_or_month_is_refused),
        cmocka_unit_test(another_master_key_opens_nothing),
        cmocka_unit_test(what_is_no_month_is_refused),
        cmocka_unit_test(processes_that_race_find_one_pair),
        cmocka_unit_test(nothing_temporary_is_left),
        cmocka_unit_test(signatures_verify_with_the_public_half),
        cmocka_unit_test(a_damaged_or_missing_signing_key_is_refused),
        cmocka_unit_test(a_path_too_long_is_an_error_and_not_a_cut_one),
    };

    return cmocka_run_group_tests_name("keys", tests, make_directory, remove_directory);
}
