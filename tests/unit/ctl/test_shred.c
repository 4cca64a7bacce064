/* A month destroyed by command: what is counted, what holds it up, and its receipt. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "disk/faulty.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"
#include "storage/seal/shredding.h"

#define TEST_CTL(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)

enum { DAY_S = 86400, KEY_AT = 48, END_BYTES = 144 };

static int64_t number_of(struct ctl *ctl, const char *name)
{
    json_t *value = ctl_json(ctl);
    json_t *member = json_object_get(value, name);

    if (!json_is_integer(member))
        fail_msg("no number %s in %s", name, ctl->out);
    int64_t number = json_integer_value(member);
    json_decref(value);
    return number;
}

static char *customer_file(const struct ctl *ctl, const char *half, const char *month,
                           const char *ending, char path[static 512])
{
    char id[UUID_TEXT_BYTES];

    uuid_format(ctl->customer, id);
    (void)snprintf(path, 512, "%s/keys/%s/%s/%s.%s", ctl->store, half, id, month, ending);
    return path;
}

static char *receipt_file(const struct ctl *ctl, const char *month, char path[static 512])
{
    char id[UUID_TEXT_BYTES];

    uuid_format(ctl->customer, id);
    (void)snprintf(path, 512, "%s/receipts/key-%s-%s.json", ctl->store, id, month);
    return path;
}

/* The month of a recording that began so many days ago. */
static void month_of(int64_t days, char month[static KEY_MONTH_BYTES])
{
    wall_time now = clock_wall_now();

    keys_month((wall_time){now.ns - days * DAY_S * CLOCK_NS_PER_S}, month);
}

/* The customer's key of the month of so many days ago. */
static void make_month(const struct ctl *ctl, int64_t days, char month[static KEY_MONTH_BYTES])
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    char directory[256];
    char master[300];

    month_of(days, month);
    (void)snprintf(directory, sizeof directory, "%s/keys", ctl->store);
    (void)snprintf(master, sizeof master, "%s/master.key", directory);
    assert_int_equal(private_keys_open(&disk_system, directory, master, &keys, &fault), STATUS_OK);
    assert_int_equal(private_keys_make_month(keys, ctl->customer, month, &fault), STATUS_OK);
    private_keys_close(keys);
}

/* Keys and two recordings of 70 days ago, which is two months back or more. */
static void make_past(struct ctl *ctl, char month[static KEY_MONTH_BYTES],
                      struct ctl_recording *first, struct ctl_recording *second)
{
    make_month(ctl, 70, month);
    *first = ctl_record(ctl, CTL_SEALED, 70 * DAY_S);
    *second = ctl_record(ctl, CTL_SEALED, 70 * DAY_S);
}

static size_t read_file(const char *path, uint8_t data[static 8192])
{
    FILE *file = fopen(path, "r");

    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    size_t bytes = fread(data, 1, 8191, file);
    data[bytes] = 0;
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void write_file(const char *path, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static void flip(const char *path, off_t at, uint8_t bits)
{
    uint8_t byte = 0;
    int file = open(path, O_RDWR | O_CLOEXEC);

    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= bits;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    assert_int_equal(close(file), 0);
}

static void change_byte(const char *path, off_t at)
{
    flip(path, at, 1);
}

/* The bytes of a file that a receipt was printed from are signed as FORMAT.md has it, by the
 * keeper, whose key id this finds. */
static void expect_signed(const struct ctl *ctl, const char *month, const json_t *receipt)
{
    static const char label[] = "CRF1 receipt";
    static const char before[] = ",\"signature\":\"";
    struct public_keys *keys = NULL;
    struct key_id id;
    struct fault fault = {0};
    char path[512];
    uint8_t signature[KEY_SIGNATURE_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint8_t file[8192];
    uint8_t message[8192 + sizeof label];

    size_t bytes = read_file(receipt_file(ctl, month, path), file);
    json_t *read = json_loads((char *)file, 0, NULL);
    assert_true(json_equal(receipt, read));
    const char *signer_hex = json_string_value(json_object_get(read, "signer"));
    assert_int_equal(sodium_hex2bin(id.b, sizeof id.b, signer_hex, 32, NULL, NULL, NULL), 0);
    json_decref(read);
    assert_true(bytes > END_BYTES);
    const char *end = (char *)file + bytes - END_BYTES;
    assert_memory_equal(end, before, sizeof before - 1);
    assert_int_equal(
        sodium_hex2bin(signature, sizeof signature, end + sizeof before - 1, 128, NULL, NULL, NULL),
        0);
    (void)snprintf(path, sizeof path, "%s/keys", ctl->store);
    assert_int_equal(public_keys_open(&disk_system, path, &keys, &fault), STATUS_OK);
    assert_int_equal(public_keys_signer(keys, id, public_key, &fault), STATUS_OK);
    public_keys_close(keys);
    memcpy(message, label, sizeof label - 1);
    memcpy(message + sizeof label - 1, file, bytes - END_BYTES);
    size_t signed_bytes = sizeof label - 1 + bytes - END_BYTES;
    assert_int_equal(crypto_sign_verify_detached(signature, message, signed_bytes, public_key), 0);
    message[20] ^= 1;
    assert_int_not_equal(crypto_sign_verify_detached(signature, message, signed_bytes, public_key),
                         0);
}

static int shred(struct ctl *ctl, char *month, char *yes)
{
    return ctl_run(ctl, "--json", "keys", "shred", CTL_CUSTOMER, month, "--reason",
                   "retention udl\xc3\xb8"
                   "bet",
                   yes, NULL);
}

static void a_month_is_destroyed_with_a_receipt_and_what_is_on_hold_stays(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording gone;
    struct ctl_recording held;
    char month[KEY_MONTH_BYTES];
    char path[512];

    make_past(ctl, month, &gone, &held);
    struct ctl_recording other = ctl_record(ctl, CTL_SEALED, 60);
    assert_int_equal(
        ctl_run(ctl, "--json", "recordings", "reseal", held.id_text, "--to", "hold", NULL), 0);
    assert_int_equal(shred(ctl, month, NULL), 4);
    ctl_expect_error(ctl, "1 recordings would open never again, 1 are sealed to another key too");
    assert_int_equal(access(customer_file(ctl, "private", month, "key", path), F_OK), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    json_t *receipt = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(receipt, "unreadable")), 1);
    assert_int_equal(json_integer_value(json_object_get(receipt, "kept_by_another_key")), 1);
    assert_string_equal(json_string_value(json_object_get(receipt, "month")), month);
    assert_string_equal(json_string_value(json_object_get(receipt, "reason")),
                        "retention udl\xc3\xb8"
                        "bet");
    expect_signed(ctl, month, receipt);
    json_decref(receipt);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", gone.id_text, NULL), 1);
    assert_non_null(strstr(ctl->out, "key"));
    assert_int_equal(ctl_run(ctl, "recordings", "verify", held.id_text, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", other.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'keys_shred'"), 1);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 0);
    assert_int_equal(number_of(ctl, "destroyed"), 1);
}

static void said_again_it_says_that_it_is_done(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[512];

    make_past(ctl, month, &one, &two);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    char *first = strdup(ctl->out);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_non_null(strstr(ctl->out, "\"unreadable\": 2"));
    json_t *before = json_loads(first, 0, NULL);
    json_t *after = ctl_json(ctl);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    free(first);
    /* cut off between destroying and the receipt: the count is told all the same */
    assert_int_equal(unlink(receipt_file(ctl, month, path)), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(number_of(ctl, "unreadable"), 2);
    assert_int_equal(access(path, F_OK), 0);
}

static void months_that_calls_may_be_sealed_to_are_not_destroyed(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char past[KEY_MONTH_BYTES];
    char month[KEY_MONTH_BYTES];
    char path[512];
    char kept[600];

    make_past(ctl, past, &one, &two);
    month_of(0, month);
    assert_int_equal(shred(ctl, month, "--yes"), 4);
    ctl_expect_error(ctl, "not over");
    assert_int_equal(shred(ctl, "2999-01", "--yes"), 4);
    assert_int_equal(shred(ctl, "2001-01", "--yes"), 3);
    assert_int_equal(shred(ctl, "2001-13", "--yes"), 2);
    assert_int_equal(shred(ctl, "last", "--yes"), 2);
    assert_int_equal(ctl_run(ctl, "keys", "shred", CTL_CUSTOMER, past, "--yes", NULL), 2);
    ctl_expect_error(ctl, "--reason");
    assert_int_equal(ctl_run(ctl, "keys", "shred", "9", past, "--reason", "x", NULL), 3);
    (void)snprintf(kept, sizeof kept, "%s.kept",
                   customer_file(ctl, "public/customers", month, "pub", path));
    assert_int_equal(rename(path, kept), 0); /* the keeper has not made this month's yet */
    assert_int_equal(shred(ctl, past, "--yes"), 4);
    ctl_expect_error(ctl, "no key of this month");
    assert_int_equal(rename(kept, path), 0);
    struct ctl_recording running = ctl_record(ctl, CTL_ALIVE, 70 * DAY_S);
    assert_int_equal(shred(ctl, past, "--yes"), 4);
    ctl_expect_error(ctl, "goes on");
    recording_writer_destroy(running.writer);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", one.id_text, NULL), 0);
}

/* Its volume is not there, or its beginning is torn: it may be sealed to the key, and come back. */
static void a_call_that_waits_for_recovery_keeps_its_month(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[BOUND_PATH_BYTES + 160];

    make_past(ctl, month, &one, &two);
    struct ctl_recording gone = ctl_record(ctl, CTL_CRASHED, 70 * DAY_S);
    (void)snprintf(path, sizeof path, "%s.elsewhere", gone.path);
    assert_int_equal(rename(gone.path, path), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 4);
    ctl_expect_error(ctl, "waits for recovery");
    assert_int_equal(rename(path, gone.path), 0);
    change_byte(gone.path, 0);
    assert_int_equal(shred(ctl, month, "--yes"), 4);
    ctl_expect_error(ctl, "waits for recovery");
    change_byte(gone.path, 0);
    assert_int_equal(ctl_round(ctl, 0, "recovered"), 1);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(number_of(ctl, "unreadable"), 3);
}

static void a_volume_that_is_missing_holds_destruction_up(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    FILE *file = fopen(ctl->config, "a");

    make_past(ctl, month, &one, &two);
    assert_non_null(file);
    (void)fprintf(file, "\nvolumes = {\"%s/second\"}\n", ctl->directory);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 4);
    ctl_expect_error(ctl, "a volume is missing");
    assert_int_equal(ctl_run(ctl, "recordings", "verify", one.id_text, NULL), 0);
}

/* A row may have failed while a file was not there, or could not be read. */
static void what_failed_but_has_a_file_is_counted(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording there;
    struct ctl_recording gone;
    char month[KEY_MONTH_BYTES];
    char sql[128];

    make_past(ctl, month, &there, &gone);
    (void)snprintf(sql, sizeof sql, "UPDATE recordings SET state = %d", RECORDING_STATE_FAILED);
    (void)ctl_sql(ctl, sql);
    assert_int_equal(unlink(gone.path), 0);
    assert_int_equal(shred(ctl, month, NULL), 4);
    ctl_expect_error(ctl, "1 recordings would open never again");
    ctl_expect_error(ctl, "of 0 nobody knows");
    change_byte(there.path, 0);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(number_of(ctl, "files_not_read"), 1);
}

/* A bad sector under one key is no reason to keep another. */
static void a_damaged_key_holds_nothing_up(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording held;
    char month[KEY_MONTH_BYTES];
    char other[KEY_MONTH_BYTES];
    char path[512];

    make_past(ctl, month, &one, &held);
    make_month(ctl, 150, other);
    (void)ctl_record(ctl, CTL_SEALED, 150 * DAY_S);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", held.id_text, "--to", "hold", NULL), 0);
    change_byte(customer_file(ctl, "private", other, "key", path), KEY_AT);
    assert_int_equal(shred(ctl, month, NULL), 4);
    ctl_expect_error(ctl, "1 recordings would open never again, 1 are sealed to another key too");
    (void)snprintf(path, sizeof path, "%s/keys/private/hold.key", ctl->store);
    change_byte(path, KEY_AT);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", held.id_text, NULL), 0);
    assert_non_null(strstr(ctl->out, "unread"));
    assert_int_equal(shred(ctl, month, NULL), 4);
    ctl_expect_error(ctl,
                     "0 are sealed to another key too and stay, the other key of 1 is damaged");
    change_byte(customer_file(ctl, "private", month, "key", path), KEY_AT);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(number_of(ctl, "unreadable"), 1);
    assert_int_equal(number_of(ctl, "other_key_not_read"), 1);
    assert_int_equal(shred(ctl, other, "--yes"), 0);
    assert_int_equal(number_of(ctl, "unreadable"), 1);
}

/* The library, cut off by the n-th call of the disk; then the command, which ends it. */
static void a_destruction_cut_off_at_any_call_is_ended_by_the_command(void **state)
{
    struct ctl *ctl = *state;
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];
    char directory[256];
    bool clean = false;

    (void)snprintf(directory, sizeof directory, "%s/keys", ctl->store);
    for (uint64_t nth = 1; !clean; nth++) {
        struct faulty faulty;
        int64_t days = 70 + 31 * (int64_t)nth;
        make_month(ctl, days, month);
        struct key_shredding key = {
            .customer = ctl->customer, .month = key_month_number(month), .when = clock_wall_now()};
        (void)ctl_record(ctl, CTL_SEALED, days * DAY_S);
        faulty_init(&faulty, &disk_system, NULL);
        const struct faulty_plan plan = {FAULTY_CHANGES, nth, 0, EIO, 20};
        faulty_lay(&faulty, &plan);
        enum status status = keys_shred(&faulty.disk, directory, &key, &fault);
        clean = faulty_failed(&faulty) == 0;
        faulty_deinit(&faulty);
        assert_true(clean == (status == STATUS_OK));
        if (shred(ctl, month, "--yes") != 0)
            fail_msg("change %u failed, then: %s", (unsigned)nth, ctl->err);
        json_t *receipt = ctl_json(ctl);
        assert_int_equal(json_integer_value(json_object_get(receipt, "unreadable")), 1);
        const char *id = json_string_value(json_object_get(receipt, "key_id"));
        assert_true(id && strlen(id) == 32);
        expect_signed(ctl, month, receipt);
        json_decref(receipt);
    }
}

static void the_id_of_a_key_is_its_own_while_it_is_being_destroyed(void **state)
{
    struct ctl *ctl = *state;
    struct fault fault = {0};
    struct faulty faulty;
    char month[KEY_MONTH_BYTES];
    char directory[256];
    const struct faulty_plan plan = {FAULTY_SET(FAULTY_UNLINK), 3, 0, EIO, 0};

    make_month(ctl, 70, month);
    (void)snprintf(directory, sizeof directory, "%s/keys", ctl->store);
    struct key_shredding key = {
        .customer = ctl->customer, .month = key_month_number(month), .when = clock_wall_now()};
    faulty_init(&faulty, &disk_system, NULL);
    faulty_lay(&faulty, &plan); /* that of .key, which is noise then */
    assert_int_equal(keys_shred(&faulty.disk, directory, &key, &fault), STATUS_IO);
    faulty_deinit(&faulty);
    struct key_shredding marked = {.customer = ctl->customer, .month = key.month};
    assert_int_equal(keys_shredded(&disk_system, directory, &marked, &fault), STATUS_OK);
    char hex[33];
    (void)sodium_bin2hex(hex, sizeof hex, marked.id.b, sizeof marked.id.b);
    assert_int_equal(ctl_run(ctl, "keys", "status", NULL), 0);
    assert_non_null(strstr(ctl->out, "being destroyed"));
    assert_non_null(strstr(ctl->out, hex));
}

/* As from a backup of keys; the receipt stays that of the first time. */
static void a_copy_that_came_back_is_destroyed_again(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[512];

    make_past(ctl, month, &one, &two);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    json_t *first = ctl_json(ctl);
    write_file(customer_file(ctl, "private", month, "recovery", path), "copy", 4);
    assert_int_equal(ctl_run(ctl, "keys", "status", NULL), 0);
    assert_non_null(strstr(ctl->out, "being destroyed"));
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    json_t *again = ctl_json(ctl);
    assert_true(json_equal(first, again));
    json_decref(first);
    json_decref(again);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(ctl_run(ctl, "keys", "status", NULL), 0);
    assert_null(strstr(ctl->out, "being destroyed"));
}

/* What is counted is what is lost: nobody changes a slot between the two. */
static void slots_stay_as_they_are_while_they_are_counted(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording held;
    char month[KEY_MONTH_BYTES];
    char path[512];

    make_past(ctl, month, &one, &held);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", held.id_text, "--to", "hold", NULL), 0);
    (void)snprintf(path, sizeof path, "%s/keys/" KEYS_SLOTS_LOCK_NAME, ctl->store);
    int lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", held.id_text, "--drop", "2", NULL), 4);
    ctl_expect_error(ctl, "in a moment");
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", one.id_text, "--to", "hold", NULL), 4);
    assert_int_equal(shred(ctl, month, "--yes"), 5);
    ctl_expect_error(ctl, "in a moment");
    assert_int_equal(close(lock), 0);
    assert_int_equal(access(customer_file(ctl, "private", month, "key", path), F_OK), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "reseal", held.id_text, "--drop", "2", NULL), 0);
}

static int verify(struct ctl *ctl, char *path)
{
    return ctl_run(ctl, "--json", "receipt", "verify", path, NULL);
}

static void a_receipt_is_verified_byte_by_byte(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[512];
    uint8_t data[8192];

    make_past(ctl, month, &one, &two);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    size_t bytes = read_file(receipt_file(ctl, month, path), data);
    assert_int_equal(verify(ctl, path), 0);
    json_t *value = ctl_json(ctl);
    assert_true(json_is_true(json_object_get(value, "unchanged")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(value, "receipt"), "unreadable")), 2);
    json_decref(value);
    for (size_t i = 0; i < 2 * bytes; i++) { /* another letter, and a capital for a small one */
        uint8_t bits = i < bytes ? 1 : 0x20;
        flip(path, (off_t)(i % bytes), bits);
        int code = verify(ctl, path);
        if (code != 1)
            fail_msg("byte %zu of %zu changed: exit %d: %s%s", i, bytes, code, ctl->out, ctl->err);
        flip(path, (off_t)(i % bytes), bits);
    }
    assert_int_equal(verify(ctl, path), 0);
    write_file(path, data, bytes - 1); /* cut short, and lengthened */
    assert_int_equal(verify(ctl, path), 1);
    data[bytes] = ' ';
    write_file(path, data, bytes + 1);
    assert_int_equal(verify(ctl, path), 1);
    write_file(path, "", 0);
    assert_int_equal(verify(ctl, path), 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(verify(ctl, path), 3);
}

/* recorder-ingest has a signing key as well, which everybody knows the public half of. */
static void a_receipt_counts_by_the_keepers_signature_alone(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[512];
    char keeper[300];
    char ingest[300];
    char kept[310];

    make_past(ctl, month, &one, &two);
    (void)snprintf(keeper, sizeof keeper, "%s/keys/signing/keeper.key", ctl->store);
    (void)snprintf(ingest, sizeof ingest, "%s/keys/signing/ingest.key", ctl->store);
    (void)snprintf(kept, sizeof kept, "%s.kept", keeper);
    assert_int_equal(rename(keeper, kept), 0);
    assert_int_equal(link(ingest, keeper), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    json_t *receipt = ctl_json(ctl);
    char *signer = strdup(json_string_value(json_object_get(receipt, "signer")));
    json_decref(receipt);
    assert_int_equal(rename(kept, keeper), 0);
    assert_int_equal(verify(ctl, receipt_file(ctl, month, path)), 1);
    ctl_expect_error(ctl, "another key than the keeper's");
    assert_int_equal(ctl_run(ctl, "receipt", "verify", path, "--signer", signer, NULL), 0);
    assert_int_equal(ctl_run(ctl, "receipt", "verify", path, "--signer", "12", NULL), 2);
    free(signer);
}

static void a_receipt_that_was_changed_is_set_aside_and_written_anew(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[512];
    char aside[600];
    uint8_t before[8192];
    uint8_t changed[8192];

    make_past(ctl, month, &one, &two);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    size_t bytes = read_file(receipt_file(ctl, month, path), before);
    memcpy(changed, before, bytes + 1);
    char *count = strstr((char *)changed, "\"unreadable\":2");
    assert_non_null(count);
    count[13] = '0';
    write_file(path, changed, bytes);
    assert_int_equal(shred(ctl, month, NULL), 4);
    ctl_expect_error(ctl, "not as the keeper signed it");
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    const char *name = strstr(ctl->err, path);
    assert_non_null(name);
    assert_non_null(strstr(ctl->err, "signature is wrong"));
    assert_non_null(strstr(ctl->out, "\"unreadable\": 2"));
    assert_int_equal(verify(ctl, path), 0);
    (void)snprintf(aside, sizeof aside, "ls '%s'.not-signed-*", path);
    assert_int_equal(system(aside), 0); /* NOLINT: a name of our own making */
    write_file(path, "{", 1);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(verify(ctl, path), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'receipt_set_aside'"),
                     2);
}

static void receipts_that_are_a_link_are_refused(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording one;
    struct ctl_recording two;
    char month[KEY_MONTH_BYTES];
    char path[300];

    make_past(ctl, month, &one, &two);
    (void)snprintf(path, sizeof path, "%s/receipts", ctl->store);
    (void)rmdir(path);
    assert_int_equal(symlink("/tmp", path), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 5);
    ctl_expect_error(ctl, "is no directory");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(shred(ctl, month, "--yes"), 0);
    assert_int_equal(number_of(ctl, "unreadable"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_CTL(a_month_is_destroyed_with_a_receipt_and_what_is_on_hold_stays),
        TEST_CTL(said_again_it_says_that_it_is_done),
        TEST_CTL(months_that_calls_may_be_sealed_to_are_not_destroyed),
        TEST_CTL(a_call_that_waits_for_recovery_keeps_its_month),
        TEST_CTL(a_volume_that_is_missing_holds_destruction_up),
        TEST_CTL(what_failed_but_has_a_file_is_counted),
        TEST_CTL(a_damaged_key_holds_nothing_up),
        TEST_CTL(a_destruction_cut_off_at_any_call_is_ended_by_the_command),
        TEST_CTL(the_id_of_a_key_is_its_own_while_it_is_being_destroyed),
        TEST_CTL(a_copy_that_came_back_is_destroyed_again),
        TEST_CTL(slots_stay_as_they_are_while_they_are_counted),
        TEST_CTL(a_receipt_is_verified_byte_by_byte),
        TEST_CTL(a_receipt_counts_by_the_keepers_signature_alone),
        TEST_CTL(a_receipt_that_was_changed_is_set_aside_and_written_anew),
        TEST_CTL(receipts_that_are_a_link_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
