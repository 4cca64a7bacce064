/* Keys by command: status, the recovery key, a new master key, a month destroyed, holds. */
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/seal/keys.h"

#define TEST_CTL(test) cmocka_unit_test_setup_teardown(test, ctl_set_up, ctl_tear_down)

enum { DAY_S = 86400, TEXT_BYTES = 128, TEXTS_MAX = 16 };

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

/* The texts that the last run printed. */
static size_t texts_of(struct ctl *ctl, char text[][TEXT_BYTES])
{
    json_t *value = ctl_json(ctl);
    json_t *texts = json_object_get(value, "texts");
    size_t count = json_array_size(texts);

    assert_true(count >= 1 && count <= TEXTS_MAX);
    for (size_t i = 0; i < count; i++)
        (void)snprintf(text[i], TEXT_BYTES, "%s", json_string_value(json_array_get(texts, i)));
    json_decref(value);
    return count;
}

/* Run `keys recover` with this on standard input. */
static int recover_from(struct ctl *ctl, const char *input)
{
    int ends[2];
    int before = dup(STDIN_FILENO);

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], input, strlen(input)), strlen(input));
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(ends[0]), 0);
    int code = ctl_run(ctl, "--json", "keys", "recover", NULL);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(before), 0);
    return code;
}

static void status_tells_months_hold_and_master(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 0);
    json_t *value = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(value, "lost")), 0);
    assert_int_equal(json_integer_value(json_object_get(value, "without_this_month")), 0);
    assert_int_equal(json_integer_value(json_object_get(value, "without_next_month")), 0);
    assert_true(json_is_null(json_object_get(value, "recovery")));
    assert_true(json_is_object(json_object_get(value, "hold")));
    assert_true(json_is_true(json_object_get(json_object_get(value, "master"), "present")));
    assert_int_equal(json_array_size(json_object_get(value, "months")), 4);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", CTL_CUSTOMER, NULL), 0);
    value = ctl_json(ctl);
    assert_int_equal(json_array_size(json_object_get(value, "months")), 2);
    json_decref(value);
    assert_int_equal(ctl_run(ctl, "keys", "status", NULL), 0);
    assert_non_null(strstr(ctl->out, "MONTH"));
    assert_int_equal(ctl_run(ctl, "keys", "status", "9", NULL), 3);
    ctl_expect_error(ctl, "customer list");
}

static void a_lost_private_half_is_told_and_others_get_their_keys(void **state)
{
    struct ctl *ctl = *state;
    char month[KEY_MONTH_BYTES];
    char path[512];
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);

    keys_month(clock_wall_now(), month);
    assert_int_equal(unlink(customer_file(ctl, "private", month, "key", path)), 0);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 1);
    assert_int_equal(number_of(ctl, "lost"), 1);
    assert_int_equal(unlink(customer_file(ctl, "private", month, "key", path)), -1);
    (void)ctl_round(ctl, 5, "errors");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
    assert_int_equal(ctl_run(ctl, "customer", "add", "500", "--name", "x", NULL), 0);
}

static void both_halves_lost_are_told_where_recordings_use_them(void **state)
{
    struct ctl *ctl = *state;
    char month[KEY_MONTH_BYTES];
    char private_half[512];
    char public_half[512];

    keys_month(clock_wall_now(), month);
    (void)customer_file(ctl, "private", month, "key", private_half);
    (void)customer_file(ctl, "public/customers", month, "pub", public_half);
    assert_int_equal(unlink(private_half), 0);
    assert_int_equal(unlink(public_half), 0);
    (void)ctl_round(ctl, 0, "errors"); /* nothing is sealed to it: it is made again */
    assert_int_equal(access(private_half, F_OK), 0);
    (void)ctl_record(ctl, CTL_SEALED, 1);
    assert_int_equal(unlink(private_half), 0);
    assert_int_equal(unlink(public_half), 0);
    assert_int_equal(ctl_round(ctl, 5, "errors"), 1);
    assert_int_not_equal(access(private_half, F_OK), 0);
    assert_int_not_equal(access(public_half, F_OK), 0);
}

static void a_recovery_key_is_printed_once_and_kept_nowhere(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];
    char command[700];

    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    assert_int_equal(texts_of(ctl, text), 1);
    assert_int_equal(strncmp(text[0], "brk1 ", 5), 0);
    /* neither the text nor a part of it is in any file of the store, nor in the audit log */
    (void)snprintf(command, sizeof command, "grep -rqaiE '%.14s|brk1' '%s'", text[0] + 5,
                   ctl->directory);
    assert_int_not_equal(system(command), 0); /* NOLINT: a text of our own making */
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'recovery_key_new'"),
                     1);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", NULL), 4);
    ctl_expect_error(ctl, "--replace");
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 0);
    assert_non_null(strstr(ctl->out, "brk1 "));
    assert_int_equal(ctl_run(ctl, "--json", "keys", "status", NULL), 0);
    assert_int_equal(number_of(ctl, "without_recovery"), 0);
}

static void shares_are_wrong_usage_where_they_make_no_sense(void **state)
{
    struct ctl *ctl = *state;
    static char *const bad[][2] = {
        {"--shares=3", "--json"},        {"--threshold=2", "--json"},
        {"--shares=2", "--threshold=3"}, {"--shares=17", "--threshold=2"},
        {"--shares=2", "--threshold=1"}, {"--shares=x", "--threshold=2"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ctl_run(ctl, "keys", "recovery-new", bad[i][0], bad[i][1], NULL), 2);
        ctl_expect_error(ctl, "share");
    }
}

static void the_master_key_is_lost_and_shares_bring_all_back(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char text[TEXTS_MAX][TEXT_BYTES];
    char input[TEXTS_MAX * TEXT_BYTES];
    char master[512];

    assert_int_equal(
        ctl_run(ctl, "--json", "keys", "recovery-new", "--shares", "3", "--threshold", "2", NULL),
        0);
    assert_int_equal(texts_of(ctl, text), 3);
    (void)snprintf(master, sizeof master, "%s/keys/master.key", ctl->store);
    assert_int_equal(unlink(master), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 5);
    assert_int_equal(ctl_run(ctl, "init", NULL), 5);
    ctl_expect_error(ctl, "keys recover");
    assert_int_equal(recover_from(ctl, text[2]), 2);
    ctl_expect_error(ctl, "1 of 2 shares");
    (void)snprintf(input, sizeof input, "%s\n\n%s", text[2], text[0]);
    assert_int_equal(recover_from(ctl, input), 0);
    assert_int_equal(number_of(ctl, "restored"), 5);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(recover_from(ctl, input), 0);
    assert_int_equal(number_of(ctl, "kept"), 5);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'keys_recover'"), 2);
}

static void what_is_no_recovery_key_is_refused(void **state)
{
    struct ctl *ctl = *state;
    char text[TEXTS_MAX][TEXT_BYTES];

    assert_int_equal(recover_from(ctl, "hunter2\n"), 2);
    ctl_expect_error(ctl, "neither");
    assert_int_equal(recover_from(ctl, ""), 2);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "recovery-new", NULL), 0);
    (void)texts_of(ctl, text);
    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", "--replace", NULL), 0);
    assert_int_equal(recover_from(ctl, text[0]), 5);
    ctl_expect_error(ctl, "not the private half");
    text[0][8] = text[0][8] == 'q' ? 'p' : 'q';
    assert_int_equal(recover_from(ctl, text[0]), 2);
    ctl_expect_error(ctl, "checksum");
}

static void a_new_master_key_opens_what_the_old_one_did(void **state)
{
    struct ctl *ctl = *state;
    struct ctl_recording recording = ctl_record(ctl, CTL_SEALED, 60);
    char elsewhere[512];
    char master[512];

    assert_int_equal(ctl_run(ctl, "--json", "keys", "rotate", NULL), 0);
    assert_int_equal(number_of(ctl, "wrapped"), 5);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/new.key", ctl->directory);
    (void)snprintf(master, sizeof master, "%s/keys/master.key", ctl->store);
    assert_int_equal(ctl_run(ctl, "--json", "keys", "rotate", "--new-master", elsewhere, NULL), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 1);
    assert_int_equal(rename(elsewhere, master), 0);
    assert_int_equal(ctl_run(ctl, "recordings", "verify", recording.id_text, NULL), 0);
    assert_int_equal(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'keys_rotate'"), 4);
}

/* The month of a recording that began so many days ago. */
static void month_of(int64_t days, char month[static KEY_MONTH_BYTES])
{
    wall_time now = clock_wall_now();

    keys_month((wall_time){now.ns - days * DAY_S * CLOCK_NS_PER_S}, month);
}

/* Keys and two recordings of 70 days ago, which is two months back or more. */
static void make_past(struct ctl *ctl, char month[static KEY_MONTH_BYTES],
                      struct ctl_recording *first, struct ctl_recording *second)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};
    char directory[256];
    char master[300];

    month_of(70, month);
    (void)snprintf(directory, sizeof directory, "%s/keys", ctl->store);
    (void)snprintf(master, sizeof master, "%s/master.key", directory);
    assert_int_equal(private_keys_open(&disk_system, directory, master, &keys, &fault), STATUS_OK);
    assert_int_equal(private_keys_make_month(keys, ctl->customer, month, &fault), STATUS_OK);
    private_keys_close(keys);
    *first = ctl_record(ctl, CTL_SEALED, 70 * DAY_S);
    *second = ctl_record(ctl, CTL_SEALED, 70 * DAY_S);
}

static void expect_signed(const struct ctl *ctl, json_t *receipt)
{
    static const char label[] = "CRF1 receipt";
    struct public_keys *keys = NULL;
    struct key_id id;
    struct fault fault = {0};
    char directory[256];
    uint8_t signature[KEY_SIGNATURE_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    char message[8192];

    const char *signature_hex = json_string_value(json_object_get(receipt, "signature"));
    const char *signer_hex = json_string_value(json_object_get(receipt, "signer"));
    assert_int_equal(
        sodium_hex2bin(signature, sizeof signature, signature_hex, 128, NULL, NULL, NULL), 0);
    assert_int_equal(sodium_hex2bin(id.b, sizeof id.b, signer_hex, 32, NULL, NULL, NULL), 0);
    assert_int_equal(json_object_del(receipt, "signature"), 0);
    char *text = json_dumps(receipt, JSON_COMPACT | JSON_SORT_KEYS);
    (void)snprintf(message, sizeof message, "%s%s", label, text);
    free(text);
    (void)snprintf(directory, sizeof directory, "%s/keys", ctl->store);
    assert_int_equal(public_keys_open(&disk_system, directory, &keys, &fault), STATUS_OK);
    assert_int_equal(public_keys_signer(keys, id, public_key, &fault), STATUS_OK);
    public_keys_close(keys);
    assert_int_equal(
        crypto_sign_verify_detached(signature, (uint8_t *)message, strlen(message), public_key), 0);
    message[20] ^= 1;
    assert_int_not_equal(
        crypto_sign_verify_detached(signature, (uint8_t *)message, strlen(message), public_key), 0);
}

static int shred(struct ctl *ctl, char *month, char *yes)
{
    return ctl_run(ctl, "--json", "keys", "shred", CTL_CUSTOMER, month, "--reason", "retention",
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
    assert_string_equal(json_string_value(json_object_get(receipt, "reason")), "retention");
    expect_signed(ctl, receipt);
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
    char path[700];
    char id[UUID_TEXT_BYTES];

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
    uuid_format(ctl->customer, id);
    (void)snprintf(path, sizeof path, "%s/receipts/key-%s-%s.json", ctl->store, id, month);
    assert_int_equal(unlink(path), 0);
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
    assert_true(ctl_sql(ctl, "SELECT count(*) FROM audit WHERE action = 'reseal'") >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_CTL(status_tells_months_hold_and_master),
        TEST_CTL(a_lost_private_half_is_told_and_others_get_their_keys),
        TEST_CTL(both_halves_lost_are_told_where_recordings_use_them),
        TEST_CTL(a_recovery_key_is_printed_once_and_kept_nowhere),
        TEST_CTL(shares_are_wrong_usage_where_they_make_no_sense),
        TEST_CTL(the_master_key_is_lost_and_shares_bring_all_back),
        TEST_CTL(what_is_no_recovery_key_is_refused),
        TEST_CTL(a_new_master_key_opens_what_the_old_one_did),
        TEST_CTL(a_month_is_destroyed_with_a_receipt_and_what_is_on_hold_stays),
        TEST_CTL(said_again_it_says_that_it_is_done),
        TEST_CTL(months_that_calls_may_be_sealed_to_are_not_destroyed),
        TEST_CTL(a_hold_is_shown_ended_and_the_last_slot_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
