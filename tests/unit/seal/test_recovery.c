/* The recovery key: as text, in shares, and what comes back by it where the master key is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "disk/memory_disk.h"
#include "storage/seal/key_months.h"
#include "storage/seal/key_text.h"
#include "storage/seal/recovery_text.h"
#include "storage/seal/shredding.h"
#include "support.h"

/* BIP 350, its test vector of all 32 letters in reverse, as bytes and without our spaces. */
static void text_is_bech32m(void **state)
{
    uint8_t data[20] = {0};
    uint8_t back[20];
    char text[KEY_TEXT_BYTES];
    char letters[KEY_TEXT_BYTES];
    size_t used = 0;
    (void)state;

    for (size_t bit = 0; bit < 160; bit++)
        if ((31 - bit / 5) >> (4 - bit % 5) & 1)
            data[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    key_text_encode("abcdef", data, sizeof data, text);
    for (const char *letter = text; *letter; letter++)
        if (*letter != ' ')
            letters[used++] = *letter;
    letters[used] = '\0';
    assert_string_equal(letters, "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpq"
                                 "zd3ryx");
    assert_int_equal(key_text_decode("abcdef", letters, back, sizeof back), STATUS_OK);
    assert_memory_equal(data, back, sizeof back);
    assert_int_equal(key_text_decode("ABCDEF" + 6, letters, back, sizeof back), STATUS_NOT_FOUND);
}

static void every_wrong_letter_of_a_text_is_found(void **state)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint8_t data[38];
    uint8_t back[38];
    char text[KEY_TEXT_BYTES];
    size_t tried = 0;
    (void)state;

    randombytes_buf(data, sizeof data);
    key_text_encode("brs", data, sizeof data, text);
    for (char *letter = text + 4; *letter; letter++) {
        char right = *letter;
        if (right == ' ')
            continue;
        for (const char *wrong = alphabet; *wrong; wrong++) {
            if (*wrong == right)
                continue;
            *letter = *wrong;
            assert_int_equal(key_text_decode("brs", text, back, sizeof back), STATUS_INVALID);
            tried++;
        }
        *letter = right;
    }
    assert_true(tried > 1000);
    assert_int_equal(key_text_decode("brs", text, back, sizeof back), STATUS_OK);
    assert_memory_equal(data, back, sizeof back);
    text[strlen(text) - 1] = '\0';
    assert_int_equal(key_text_decode("brs", text, back, sizeof back), STATUS_INVALID);
}

static void a_text_is_read_however_it_was_typed(void **state)
{
    uint8_t data[32];
    uint8_t back[32];
    char text[KEY_TEXT_BYTES];
    char typed[3 * KEY_TEXT_BYTES] = "  ";
    (void)state;

    randombytes_buf(data, sizeof data);
    key_text_encode("brk", data, sizeof data, text);
    for (const char *letter = text; *letter; letter++) {
        size_t end = strlen(typed);
        typed[end] = *letter == ' ' ? '-' : (char)(*letter >= 'a' ? *letter - 'a' + 'A' : *letter);
        typed[end + 1] = '\0';
    }
    (void)strcat(typed, " \r\n");
    assert_int_equal(key_text_decode("brk", typed, back, sizeof back), STATUS_OK);
    assert_memory_equal(data, back, sizeof back);
}

static void any_k_of_n_shares_make_the_key_and_fewer_none(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};

    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){5, 3}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    assert_int_equal(secret.texts, 5);
    for (unsigned set = 0; set < 32; set++) {
        struct recovery_input input = {.whole = false};
        unsigned count = 0;
        for (unsigned i = 0; i < 5; i++) {
            if (set >> i & 1) {
                count++;
                assert_int_equal(recovery_take(&input, secret.text[i], &fault), STATUS_OK);
                assert_int_equal(recovery_take(&input, secret.text[i], &fault), STATUS_OK);
            }
        }
        assert_int_equal(recovery_suffices(&input), count >= 3);
        assert_int_equal(recovery_join(&input, &fault), count >= 3 ? STATUS_OK : STATUS_INVALID);
        if (count >= 3)
            assert_memory_equal(input.private_half, secret.private_half, 32);
    }
}

static void shares_of_two_keys_do_not_mix(void **state)
{
    static const struct recovery_split split = {2, 2};
    struct recovery_secret one;
    struct recovery_secret two;
    struct recovery_input input = {.whole = false};
    struct fault fault = {0};
    (void)state;

    assert_int_equal(recovery_draw(split, &one, &fault), STATUS_OK);
    assert_int_equal(recovery_draw(split, &two, &fault), STATUS_OK);
    assert_int_equal(recovery_take(&input, one.text[0], &fault), STATUS_OK);
    assert_int_equal(recovery_take(&input, two.text[1], &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "another recovery key"));
}

/* The bytes of share i, counted from 0. */
static void share_bytes(const struct recovery_secret *secret, size_t i, uint8_t share[static 32])
{
    uint8_t data[38];

    assert_int_equal(key_text_decode("brs", secret->text[i], data, sizeof data), STATUS_OK);
    assert_int_equal(data[0], i + 1);
    memcpy(share, data + 6, 32);
}

/* In GF(2^8) with the polynomial 0x11d. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    unsigned factor = a;

    for (; b; b >>= 1) {
        product ^= b & 1 ? factor : 0;
        factor = factor << 1 ^ (factor & 0x80 ? 0x11d : 0);
    }
    return (uint8_t)product;
}

static uint8_t inverse(uint8_t a)
{
    uint8_t power = 1;

    for (int i = 0; i < 254; i++)
        power = multiply(power, a);
    return power;
}

/* What the first so many shares make at 0. */
static void value_at_0(const struct recovery_secret *secret, uint8_t shares, uint8_t out[static 32])
{
    uint8_t share[32];

    memset(out, 0, 32);
    for (uint8_t i = 1; i <= shares; i++) {
        uint8_t factor = 1;
        for (uint8_t other = 1; other <= shares; other++)
            if (other != i)
                factor = multiply(factor, multiply(other, inverse(other ^ i)));
        share_bytes(secret, i - 1U, share);
        for (size_t at = 0; at < 32; at++)
            out[at] ^= multiply(factor, share[at]);
    }
}

static void fewer_shares_than_suffice_are_not_the_key(void **state)
{
    static const struct recovery_split split = {5, 3};
    struct recovery_secret secret;
    struct fault fault = {0};
    uint8_t value[32];
    (void)state;

    assert_int_equal(recovery_draw(split, &secret, &fault), STATUS_OK);
    for (size_t i = 0; i < 5; i++) {
        share_bytes(&secret, i, value);
        assert_memory_not_equal(value, secret.private_half, 32);
    }
    value_at_0(&secret, 2, value);
    assert_memory_not_equal(value, secret.private_half, 32);
    value_at_0(&secret, 3, value);
    assert_memory_equal(value, secret.private_half, 32);
}

/* A share of one secret may be anything: each of its bytes takes many values over many splits. */
static void each_split_of_one_key_is_drawn_anew(void **state)
{
    enum { SPLITS = 64, VALUES_MIN = 32 };
    struct recovery_secret secret = {.private_half = {1, 2, 3}};
    static const struct recovery_split split = {2, 2};
    bool seen[2][32][256] = {0};
    struct fault fault = {0};
    uint8_t share[32];
    (void)state;

    for (int i = 0; i < SPLITS; i++) {
        assert_int_equal(recovery_text_make(split, &secret, &fault), STATUS_OK);
        for (size_t number = 0; number < 2; number++) {
            share_bytes(&secret, number, share);
            for (size_t at = 0; at < sizeof share; at++)
                seen[number][at][share[at]] = true;
        }
    }
    for (size_t i = 0; i < (size_t)2 * 32; i++) {
        size_t values = 0;
        for (size_t value = 0; value < 256; value++)
            values += seen[i / 32][i % 32][value];
        assert_true(values >= VALUES_MIN);
    }
}

static void what_is_no_split_is_refused(void **state)
{
    static const struct recovery_split bad[] = {{1, 1}, {3, 1}, {2, 3}, {17, 2}, {0, 2}, {3, 0}};
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct key_id id;
    struct fault fault = {0};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(seal_recovery_make(store->keys, bad[i], false, &secret, &report, &fault),
                         STATUS_INVALID);
    assert_int_equal(key_recovery_id(store->disk, SEAL_KEYS, &id, &fault), STATUS_NOT_FOUND);
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){16, 16}, false,
                                        &secret, &report, &fault),
                     STATUS_OK);
    assert_int_equal(secret.texts, 16);
}

static void what_is_typed_wrong_is_said(void **state)
{
    struct recovery_input input = {.whole = false};
    struct fault fault = {0};
    (void)state;

    assert_int_equal(recovery_take(&input, " \t\n", &fault), STATUS_OK);
    assert_int_equal(recovery_take(&input, "hunter2", &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "neither"));
    assert_int_equal(recovery_take(&input, "brk1 qqqq", &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "checksum"));
    assert_int_equal(recovery_take(&input, "brs1 qqqq", &fault), STATUS_INVALID);
    assert_false(recovery_suffices(&input));
    assert_int_equal(recovery_join(&input, &fault), STATUS_INVALID);
}

static void count_copies(const struct seal_store *store, size_t *current, size_t *all)
{
    struct key_months months;
    struct fault fault = {0};

    *current = 0;
    assert_int_equal(key_months_read(store->disk, SEAL_KEYS, NULL, &months, &fault), STATUS_OK);
    *all = months.count;
    for (size_t i = 0; i < months.count; i++)
        *current += months.month[i].recovery_current;
    key_months_free(&months);
}

static void months_before_and_after_it_have_a_copy(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};
    size_t current;
    size_t all;

    seal_make_month(store, "2026-10");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    assert_int_equal(report.sealed, 2);
    assert_int_equal(report.failed, 0);
    seal_make_month(store, "2026-11");
    count_copies(store, &current, &all);
    assert_int_equal(current, 3);
    assert_int_equal(all, 3);
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_EXISTS);
    assert_int_equal(
        seal_recovery_make(store->keys, (struct recovery_split){0}, true, &secret, &report, &fault),
        STATUS_OK);
    count_copies(store, &current, &all);
    assert_int_equal(current, 3);
}

static void copies_that_are_missing_are_made_up_for(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};
    size_t current;
    size_t all;
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-09");
    seal_make_month(store, "2026-10");
    assert_int_equal(recovery_complete(store->keys, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 0); /* there is no recovery key */
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    seal_path(store, "private", "2026-09.recovery", path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
    assert_int_equal(recovery_complete(store->keys, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 1);
    assert_int_equal(report.failed, 0);
    count_copies(store, &current, &all);
    assert_int_equal(current, 2);
    assert_int_equal(all, 2);
}

/* A store with two months, the hold key and a recovery key; its master key is gone. */
static void lose_the_master(struct seal_store *store, struct recovery_secret *secret)
{
    struct recovery_report report;
    struct fault fault = {0};

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    assert_int_equal(
        seal_recovery_make(store->keys, (struct recovery_split){0}, false, secret, &report, &fault),
        STATUS_OK);
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    private_keys_close(store->keys);
    store->keys = NULL;
    assert_int_equal(store->disk->unlink(store->disk->context, SEAL_MASTER), 0);
}

static void all_keys_come_back_on_a_machine_without_the_master_key(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};

    lose_the_master(store, &secret);
    assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "is not there"));
    assert_false(memory_disk_has(store->memory, SEAL_MASTER));
    assert_int_equal(seal_restore(store, true, &secret, &report, &fault), STATUS_OK);
    assert_true(report.master_made);
    assert_int_equal(report.sealed, 3);
    assert_int_equal(report.failed, 0);
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
    assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_OK);
    assert_false(report.master_made);
    assert_int_equal(report.kept, 3);
}

static void one_lost_private_half_comes_back_under_the_master_key_that_is_there(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    seal_seal(store, "2026-11", &store->sealed[0]);
    seal_path(store, "private", "2026-11.key", path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
    assert_int_equal(private_keys_make_month(store->keys, store->customer, "2026-11", &fault),
                     STATUS_NO_KEY);
    assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 1);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
}

static void a_master_key_that_is_not_in_force_takes_no_place_unasked(void **state)
{
    static const uint8_t other[32] = {5};
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};

    lose_the_master(store, &secret);
    memory_disk_put(store->memory, SEAL_MASTER, other, sizeof other);
    assert_int_equal(store->disk->chmod(store->disk->context, SEAL_MASTER, 0400), 0);
    assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_CONFLICT);
    assert_int_equal(report.sealed, 0);
    assert_int_equal(seal_restore(store, true, &secret, &report, &fault), STATUS_OK);
    assert_false(report.master_made);
    assert_int_equal(report.sealed, 3);
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    seal_make_month(store, "2026-12");
}

static void a_wrong_recovery_key_changes_nothing_and_the_right_one_restores(void **state)
{
    static const char published[] = SEAL_KEYS "/public/recovery.pub";
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_secret wrong = {.private_half = {7}};
    struct recovery_report report;
    struct fault fault = {0};

    lose_the_master(store, &secret);
    assert_int_equal(store->disk->unlink(store->disk->context, published), 0);
    assert_int_equal(seal_restore(store, true, &wrong, &report, &fault), STATUS_NO_KEY);
    assert_false(memory_disk_has(store->memory, SEAL_MASTER));
    assert_false(memory_disk_has(store->memory, published));
    assert_int_equal(seal_restore(store, true, &secret, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 3);
    assert_true(memory_disk_has(store->memory, published));
}

static void lose(const struct seal_store *store, const char *name)
{
    char path[BOUND_PATH_BYTES];

    seal_path(store, "private", name, path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
}

static void a_recovery_key_that_a_lost_half_needs_is_not_replaced(void **state)
{
    static const struct recovery_split whole = {0};
    struct seal_store *store = *state;
    struct recovery_secret first;
    struct recovery_secret second;
    struct recovery_report report;
    struct key_id id;
    struct fault fault = {0};

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, whole, false, &first, &report, &fault),
                     STATUS_OK);
    lose(store, "2026-10.key");
    assert_int_equal(seal_recovery_make(store->keys, whole, true, &second, &report, &fault),
                     STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "the customer's key of 2026-10"));
    assert_int_equal(key_recovery_id(store->disk, SEAL_KEYS, &id, &fault), STATUS_OK);
    struct key_id first_id = recovery_secret_id(&first);
    assert_memory_equal(&id, &first_id, sizeof id);
    assert_int_equal(seal_restore(store, false, &first, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 1);
    assert_int_equal(seal_recovery_make(store->keys, whole, true, &second, &report, &fault),
                     STATUS_OK);
    assert_int_equal(report.sealed, 2);
    lose(store, "2026-10.key"); /* one that nothing brings back keeps nobody from it */
    lose(store, "2026-10.recovery");
    assert_int_equal(seal_recovery_make(store->keys, whole, true, &second, &report, &fault),
                     STATUS_OK);
}

static void each_copy_comes_back_by_the_recovery_key_that_it_is_sealed_to(void **state)
{
    static const struct recovery_split whole = {0};
    struct seal_store *store = *state;
    struct recovery_secret old;
    struct recovery_secret present;
    struct recovery_report report;
    struct fault fault = {0};
    struct key_id id;
    const uint8_t *data = NULL;
    uint8_t copy[144];
    size_t bytes = 0;
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-10", &store->sealed[0]);
    assert_int_equal(seal_recovery_make(store->keys, whole, false, &old, &report, &fault),
                     STATUS_OK);
    seal_path(store, "private", "2026-10.recovery", path);
    assert_true(memory_disk_get(store->memory, path, &data, &bytes) && bytes == sizeof copy);
    memcpy(copy, data, bytes);
    assert_int_equal(seal_recovery_make(store->keys, whole, true, &present, &report, &fault),
                     STATUS_OK);
    memory_disk_put(store->memory, path, copy, bytes); /* it could not be sealed anew */
    lose(store, "2026-10.key");
    assert_int_equal(seal_restore(store, false, &present, &report, &fault), STATUS_OK);
    assert_int_equal(report.failed, 1);
    assert_non_null(strstr(report.first.text, "another recovery key"));
    assert_int_equal(seal_restore(store, false, &old, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 1);
    assert_int_equal(report.failed, 0);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(key_recovery_id(store->disk, SEAL_KEYS, &id, &fault), STATUS_OK);
    struct key_id present_id = recovery_secret_id(&present);
    assert_memory_equal(&id, &present_id, sizeof id);
}

static void the_copy_for_a_replaced_recovery_key_is_written_over(void **state)
{
    static const struct recovery_split whole = {0};
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, whole, false, &secret, &report, &fault),
                     STATUS_OK);
    seal_path(store, "private", "2026-11.recovery", path);
    struct seal_watched copy = seal_watch(store, path);
    assert_int_equal(seal_recovery_make(store->keys, whole, true, &secret, &report, &fault),
                     STATUS_OK);
    seal_expect_written_over(&copy);
    seal_expect_no_leftovers(store);
}

static void what_was_destroyed_does_not_come_back(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct key_shredding october = {
        .customer = store->customer, .month = 202610, .when = clock_wall_now()};
    struct fault fault = {0};
    const uint8_t *data = NULL;
    uint8_t copy[200];
    size_t bytes = 0;
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    seal_path(store, "private", "2026-10.recovery", path);
    assert_true(memory_disk_get(store->memory, path, &data, &bytes) && bytes <= sizeof copy);
    memcpy(copy, data, bytes);
    assert_int_equal(keys_shred(store->disk, SEAL_KEYS, &october, &fault), STATUS_OK);
    memory_disk_put(store->memory, path, copy, bytes); /* of a backup */
    assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_OK);
    assert_int_equal(report.sealed, 0);
    assert_int_equal(report.kept, 1);
    seal_path(store, "private", "2026-10.key", path);
    assert_false(memory_disk_has(store->memory, path));
}

static void every_changed_byte_of_a_copy_is_refused_and_counted(void **state)
{
    struct seal_store *store = *state;
    struct recovery_secret secret;
    struct recovery_report report;
    struct fault fault = {0};
    const uint8_t *data = NULL;
    uint8_t copy[200];
    size_t bytes = 0;
    char path[BOUND_PATH_BYTES];
    char key_path_text[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    seal_path(store, "private", "2026-11.recovery", path);
    seal_path(store, "private", "2026-11.key", key_path_text);
    assert_int_equal(store->disk->unlink(store->disk->context, key_path_text), 0);
    assert_true(memory_disk_get(store->memory, path, &data, &bytes));
    assert_int_equal(bytes, 144);
    memcpy(copy, data, bytes);
    for (size_t i = 0; i < bytes; i++) {
        copy[i] ^= 0x10;
        memory_disk_put(store->memory, path, copy, bytes);
        copy[i] ^= 0x10;
        assert_int_equal(seal_restore(store, false, &secret, &report, &fault), STATUS_OK);
        assert_int_equal(report.failed, 1);
        assert_false(memory_disk_has(store->memory, key_path_text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_bech32m),
        cmocka_unit_test(every_wrong_letter_of_a_text_is_found),
        cmocka_unit_test(a_text_is_read_however_it_was_typed),
        WITH_SEAL_STORE(any_k_of_n_shares_make_the_key_and_fewer_none),
        cmocka_unit_test(shares_of_two_keys_do_not_mix),
        cmocka_unit_test(fewer_shares_than_suffice_are_not_the_key),
        cmocka_unit_test(each_split_of_one_key_is_drawn_anew),
        WITH_SEAL_STORE(what_is_no_split_is_refused),
        cmocka_unit_test(what_is_typed_wrong_is_said),
        WITH_SEAL_STORE(months_before_and_after_it_have_a_copy),
        WITH_SEAL_STORE(copies_that_are_missing_are_made_up_for),
        WITH_SEAL_STORE(all_keys_come_back_on_a_machine_without_the_master_key),
        WITH_SEAL_STORE(one_lost_private_half_comes_back_under_the_master_key_that_is_there),
        WITH_SEAL_STORE(a_master_key_that_is_not_in_force_takes_no_place_unasked),
        WITH_SEAL_STORE(a_wrong_recovery_key_changes_nothing_and_the_right_one_restores),
        WITH_SEAL_STORE(a_recovery_key_that_a_lost_half_needs_is_not_replaced),
        WITH_SEAL_STORE(each_copy_comes_back_by_the_recovery_key_that_it_is_sealed_to),
        WITH_SEAL_STORE(the_copy_for_a_replaced_recovery_key_is_written_over),
        WITH_SEAL_STORE(what_was_destroyed_does_not_come_back),
        WITH_SEAL_STORE(every_changed_byte_of_a_copy_is_refused_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
