/* A new master key: all private halves are under it, and programs that run go on. */
#include "support.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "storage/seal/key_months.h"
#include "storage/seal/rotation.h"

#define NEXT SEAL_MASTER ".next"
#define ELSEWHERE "/master/elsewhere.key"

static void file_bytes(const struct seal_store *store, const char *path, uint8_t *out,
                       size_t out_bytes)
{
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    assert_true(memory_disk_get(store->memory, path, &data, &data_bytes));
    assert_int_equal(data_bytes, out_bytes);
    memcpy(out, data, out_bytes);
}

static void put_master(const struct seal_store *store, const char *path, const uint8_t *key)
{
    memory_disk_put(store->memory, path, key, 32);
    assert_int_equal(store->disk->chmod(store->disk->context, path, 0400), 0);
}

static void rotate(struct seal_store *store, struct rotation_report *report)
{
    struct fault fault = {0};

    if (keys_rotate(store->keys, NULL, report, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

static void the_old_master_key_opens_nothing_and_the_new_one_all(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct private_keys *stale = NULL;
    struct fault fault = {0};
    uint8_t before[32];
    uint8_t after[32];

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    seal_seal(store, "2026-11", &store->sealed[0]);
    seal_seal(store, NULL, &store->sealed[1]);
    file_bytes(store, SEAL_MASTER, before, sizeof before);
    rotate(store, &report);
    assert_int_equal(report.wrapped, 3);
    assert_false(report.resumed);
    file_bytes(store, SEAL_MASTER, after, sizeof after);
    assert_memory_not_equal(before, after, sizeof before);
    assert_false(memory_disk_has(store->memory, NEXT));
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
    put_master(store, ELSEWHERE, before);
    assert_int_equal(private_keys_open(store->disk, SEAL_KEYS, ELSEWHERE, &stale, &fault),
                     STATUS_OK);
    private_keys_close(store->keys);
    store->keys = stale;
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_IO);
}

static void programs_that_run_on_read_the_new_master_key(void **state)
{
    struct seal_store *store = *state;
    struct private_keys *running = NULL;
    struct private_keys *mine = store->keys;
    struct rotation_report report;
    struct fault fault = {0};

    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-11", &store->sealed[0]);
    assert_int_equal(private_keys_open(store->disk, SEAL_KEYS, SEAL_MASTER, &running, &fault),
                     STATUS_OK);
    for (int round = 0; round < 3; round++) {
        rotate(store, &report);
        store->keys = running;
        assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
        store->keys = mine;
    }
    private_keys_close(running);
}

static void a_pair_made_while_a_rotation_stands_still_is_under_the_next_one(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    uint8_t next[32] = {9};

    seal_make_month(store, "2026-10");
    put_master(store, NEXT, next); /* one was cut off right after it began */
    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
    rotate(store, &report);
    assert_true(report.resumed);
    uint8_t now[32];
    file_bytes(store, SEAL_MASTER, now, sizeof now);
    assert_memory_equal(now, next, sizeof now);
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
}

static void a_key_that_opens_with_neither_keeps_both_master_keys(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    uint8_t key[120];
    uint8_t right;

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    seal_path(store, "private", "2026-10.key", path);
    file_bytes(store, path, key, sizeof key);
    right = key[100];
    key[100] ^= 1;
    memory_disk_put(store->memory, path, key, sizeof key);
    assert_int_equal(keys_rotate(store->keys, NULL, &report, &fault), STATUS_CORRUPT);
    assert_non_null(strstr(fault.text, "1 keys open neither"));
    assert_true(memory_disk_has(store->memory, NEXT));
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
    key[100] = right; /* restored: it is under the old one still */
    memory_disk_put(store->memory, path, key, sizeof key);
    rotate(store, &report);
    assert_true(report.resumed);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
}

static void a_master_key_elsewhere_takes_nobodys_place(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct fault fault = {0};
    uint8_t before[32];
    uint8_t after[32];

    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-11", &store->sealed[0]);
    file_bytes(store, SEAL_MASTER, before, sizeof before);
    assert_int_equal(keys_rotate(store->keys, ELSEWHERE, &report, &fault), STATUS_OK);
    assert_int_equal(report.wrapped, 1);
    file_bytes(store, SEAL_MASTER, after, sizeof after);
    assert_memory_equal(before, after, sizeof before);
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_IO);
    file_bytes(store, ELSEWHERE, after, sizeof after);
    put_master(store, SEAL_MASTER, after); /* the operator installs it */
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
}

static void a_master_key_elsewhere_does_not_mix_with_one_that_was_begun_here(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct fault fault = {0};
    uint8_t next[32] = {9};

    put_master(store, NEXT, next);
    assert_int_equal(keys_rotate(store->keys, ELSEWHERE, &report, &fault), STATUS_CONFLICT);
    assert_false(memory_disk_has(store->memory, ELSEWHERE));
}

/* Opened with a master key that lies elsewhere, as a credential does. */
static struct private_keys *open_elsewhere(const struct seal_store *store, const uint8_t *master)
{
    struct private_keys *keys = NULL;
    struct fault fault = {0};

    put_master(store, ELSEWHERE, master);
    assert_int_equal(private_keys_open(store->disk, SEAL_KEYS, ELSEWHERE, &keys, &fault),
                     STATUS_OK);
    return keys;
}

static void expect_nothing_is_made(const struct seal_store *store, struct private_keys *keys)
{
    static const char *const files[][2] = {{"private", "2026-12.key"},
                                           {"private", "2026-12.recovery"},
                                           {"public/customers", "2026-12.pub"}};
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    assert_int_equal(private_keys_make_month(keys, store->customer, "2026-12", &fault),
                     STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "another took its place"));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        seal_path(store, files[i][0], files[i][1], path);
        assert_false(memory_disk_has(store->memory, path));
    }
}

static void who_goes_on_with_the_old_master_key_makes_no_pair_under_it(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    uint8_t old[32];

    seal_make_month(store, "2026-11");
    file_bytes(store, SEAL_MASTER, old, sizeof old);
    struct private_keys *running = open_elsewhere(store, old);
    rotate(store, &report);
    expect_nothing_is_made(store, running);
    private_keys_close(running);
    seal_make_month(store, "2026-12"); /* by who has the new one */
    seal_seal(store, "2026-12", &store->sealed[0]);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
}

static void no_pair_is_made_until_the_master_key_from_elsewhere_is_installed(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct fault fault = {0};
    uint8_t key[32];

    seal_make_month(store, "2026-11");
    assert_int_equal(keys_rotate(store->keys, ELSEWHERE, &report, &fault), STATUS_OK);
    seal_open_keys(store);
    expect_nothing_is_made(store, store->keys);
    assert_int_equal(keys_rotate(store->keys, NULL, &report, &fault), STATUS_CONFLICT);
    assert_int_equal(keys_rotate(store->keys, ELSEWHERE, &report, &fault), STATUS_OK);
    assert_true(report.resumed);
    assert_int_equal(report.wrapped, 1);
    file_bytes(store, ELSEWHERE, key, sizeof key);
    put_master(store, SEAL_MASTER, key);
    seal_open_keys(store);
    seal_make_month(store, "2026-12");
    seal_seal(store, "2026-12", &store->sealed[0]);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
}

static void a_pair_made_while_one_from_elsewhere_is_half_way_is_wrapped_too(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    struct fault fault = {0};
    uint8_t next[32] = {9};

    seal_make_month(store, "2026-10");
    put_master(store, ELSEWHERE, next); /* cut off right after it began */
    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-11", &store->sealed[0]);
    assert_int_equal(keys_rotate(store->keys, ELSEWHERE, &report, &fault), STATUS_OK);
    assert_int_equal(report.wrapped, 2);
    put_master(store, SEAL_MASTER, next);
    seal_open_keys(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
}

static void where_nothing_says_it_the_master_key_that_opens_is_in_force(void **state)
{
    static const char id[] = SEAL_KEYS "/private/master.id";
    struct seal_store *store = *state;
    uint8_t other[32] = {3};
    struct fault fault = {0};

    seal_make_month(store, "2026-11");
    assert_true(memory_disk_has(store->memory, id));
    assert_int_equal(store->disk->unlink(store->disk->context, id), 0);
    struct private_keys *wrong = open_elsewhere(store, other);
    assert_int_equal(private_keys_make_month(wrong, store->customer, "2026-12", &fault),
                     STATUS_CONFLICT);
    assert_false(memory_disk_has(store->memory, id));
    seal_make_month(store, "2026-12");
    assert_true(memory_disk_has(store->memory, id));
    private_keys_close(wrong);
}

static void what_the_new_master_key_replaces_is_written_over(void **state)
{
    struct seal_store *store = *state;
    struct rotation_report report;
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-11");
    seal_path(store, "private", "2026-11.key", path);
    struct seal_watched master = seal_watch(store, SEAL_MASTER);
    struct seal_watched wrapped = seal_watch(store, path);
    rotate(store, &report);
    seal_expect_written_over(&master);
    seal_expect_written_over(&wrapped);
    seal_expect_no_leftovers(store);
}

static void what_a_crash_left_under_temporary_names_is_written_over(void **state)
{
    static const char *const left[] = {
        SEAL_MASTER ".0123abcd.new", SEAL_MASTER ".next.0123abcd.new",
        SEAL_KEYS "/private/hold.key.00000000.new", SEAL_KEYS "/private/master.id.00000000.new"};
    struct seal_store *store = *state;
    struct seal_watched watched[4];
    struct fault fault = {0};
    uint8_t data[120] = {7};
    char key[BOUND_PATH_BYTES];
    char linked[BOUND_PATH_BYTES + 16];
    size_t destroyed = 0;

    seal_make_month(store, "2026-11");
    seal_seal(store, "2026-11", &store->sealed[0]);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        memory_disk_put(store->memory, left[i], data, sizeof data);
        watched[i] = seal_watch(store, left[i]);
    }
    seal_path(store, "private", "2026-11.key", key); /* cut off before the rename */
    (void)snprintf(linked, sizeof linked, "%s.fedcba98.new", key);
    assert_int_equal(store->disk->link(store->disk->context, key, linked), 0);
    assert_int_equal(private_keys_tidy(store->keys, &destroyed, &fault), STATUS_OK);
    assert_int_equal(destroyed, 5);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        seal_expect_written_over(&watched[i]);
    seal_expect_no_leftovers(store);
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_OK);
    assert_int_equal(private_keys_tidy(store->keys, &destroyed, &fault), STATUS_OK);
    assert_int_equal(destroyed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SEAL_STORE(the_old_master_key_opens_nothing_and_the_new_one_all),
        WITH_SEAL_STORE(programs_that_run_on_read_the_new_master_key),
        WITH_SEAL_STORE(a_pair_made_while_a_rotation_stands_still_is_under_the_next_one),
        WITH_SEAL_STORE(a_key_that_opens_with_neither_keeps_both_master_keys),
        WITH_SEAL_STORE(a_master_key_elsewhere_takes_nobodys_place),
        WITH_SEAL_STORE(a_master_key_elsewhere_does_not_mix_with_one_that_was_begun_here),
        WITH_SEAL_STORE(who_goes_on_with_the_old_master_key_makes_no_pair_under_it),
        WITH_SEAL_STORE(no_pair_is_made_until_the_master_key_from_elsewhere_is_installed),
        WITH_SEAL_STORE(a_pair_made_while_one_from_elsewhere_is_half_way_is_wrapped_too),
        WITH_SEAL_STORE(where_nothing_says_it_the_master_key_that_opens_is_in_force),
        WITH_SEAL_STORE(what_the_new_master_key_replaces_is_written_over),
        WITH_SEAL_STORE(what_a_crash_left_under_temporary_names_is_written_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
