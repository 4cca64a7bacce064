/* A month is destroyed: nothing of its private half is left, and it is never made again. */
#include "support.h"

#include <stdbool.h>
#include <string.h>

#include "disk/faulty.h"
#include "storage/seal/key_months.h"
#include "storage/seal/recovery.h"
#include "storage/seal/shredding.h"

static enum status shred(struct seal_store *store, uint32_t month, struct fault *fault)
{
    struct key_shredding key = {
        .customer = store->customer, .month = month, .when = clock_wall_now()};

    return keys_shred(store->disk, SEAL_KEYS, &key, fault);
}

static void nothing_of_it_is_left_and_nothing_else_is_touched(void **state)
{
    struct seal_store *store = *state;
    struct recovery_report report;
    struct recovery_secret secret;
    struct fault fault = {0};
    struct key_shredding october = {.customer = store->customer, .month = 202610};
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    seal_path(store, "private", "2026-10.key.0123abcd.new", path); /* what a crash left */
    memory_disk_put(store->memory, path, (const uint8_t *)"private", 7);
    assert_int_equal(keys_shredded(store->disk, SEAL_KEYS, &october, &fault), STATUS_NOT_FOUND);
    assert_int_equal(shred(store, 202610, &fault), STATUS_OK);
    assert_false(memory_disk_has(store->memory, path));
    seal_path(store, "private", "2026-10.key", path);
    assert_false(memory_disk_has(store->memory, path));
    seal_path(store, "private", "2026-10.recovery", path);
    assert_false(memory_disk_has(store->memory, path));
    seal_path(store, "public/customers", "2026-10.pub", path);
    assert_false(memory_disk_has(store->memory, path));
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_NO_KEY);
    assert_int_equal(seal_open(store, &store->sealed[1]), STATUS_OK);
    assert_int_equal(keys_shredded(store->disk, SEAL_KEYS, &october, &fault), STATUS_OK);
    assert_memory_equal(october.id.b, store->sealed[0].key.id.b, sizeof october.id.b);
    assert_true(october.when.ns > 0);
}

static void it_is_never_made_again(void **state)
{
    struct seal_store *store = *state;
    struct fault fault = {0};

    seal_make_month(store, "2026-10");
    assert_int_equal(shred(store, 202610, &fault), STATUS_OK);
    assert_int_equal(private_keys_make_month(store->keys, store->customer, "2026-10", &fault),
                     STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "destroyed"));
    assert_int_equal(shred(store, 202610, &fault), STATUS_OK); /* said again */
}

static void a_month_that_never_was_is_not_found(void **state)
{
    struct seal_store *store = *state;
    struct fault fault = {0};

    seal_make_month(store, "2026-10");
    assert_int_equal(shred(store, 202609, &fault), STATUS_NOT_FOUND);
    assert_int_equal(shred(store, 202613, &fault), STATUS_INVALID);
    assert_int_equal(private_keys_make_month(store->keys, store->customer, "2026-09", &fault),
                     STATUS_OK);
}

/* The bytes of a private half, as they are on the disk when its name goes. */
struct watch {
    struct memory_disk *memory;
    char path[BOUND_PATH_BYTES];
    uint8_t before[120];
    bool overwritten; /* when the file was there last */
};

static void look(void *arg, enum faulty_kind kind)
{
    struct watch *watch = arg;
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    (void)kind;
    if (memory_disk_get(watch->memory, watch->path, &data, &data_bytes))
        watch->overwritten =
            data_bytes == sizeof watch->before && memcmp(data, watch->before, data_bytes) != 0;
}

static void it_is_written_over_before_its_name_goes(void **state)
{
    struct seal_store *store = *state;
    struct watch watch = {.memory = store->memory};
    struct faulty faulty;
    struct fault fault = {0};
    struct key_shredding october = {.customer = store->customer, .month = 202610};
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    seal_make_month(store, "2026-10");
    seal_path(store, "private", "2026-10.key", watch.path);
    assert_true(memory_disk_get(store->memory, watch.path, &data, &data_bytes));
    memcpy(watch.before, data, sizeof watch.before);
    faulty_init(&faulty, store->disk, store->memory);
    faulty.before = look;
    faulty.before_arg = &watch;
    assert_int_equal(keys_shred(&faulty.disk, SEAL_KEYS, &october, &fault), STATUS_OK);
    assert_true(watch.overwritten);
    assert_false(memory_disk_has(store->memory, watch.path));
    faulty_deinit(&faulty);
}

/* As a backup by links has it, or a name that a crash left. */
static void a_further_name_of_it_has_noise_too(void **state)
{
    static const char elsewhere[] = "/elsewhere.key";
    struct seal_store *store = *state;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    uint8_t before[120];
    const uint8_t *data = NULL;
    size_t data_bytes = 0;

    seal_make_month(store, "2026-10");
    seal_path(store, "private", "2026-10.key", path);
    assert_true(memory_disk_get(store->memory, path, &data, &data_bytes));
    memcpy(before, data, sizeof before);
    assert_int_equal(store->disk->link(store->disk->context, path, elsewhere), 0);
    assert_int_equal(shred(store, 202610, &fault), STATUS_OK);
    assert_true(memory_disk_get(store->memory, elsewhere, &data, &data_bytes));
    assert_int_equal(data_bytes, sizeof before);
    assert_memory_not_equal(data, before, sizeof before);
}

static void what_there_is_is_listed(void **state)
{
    struct seal_store *store = *state;
    struct key_months months;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];

    seal_make_month(store, "2026-09");
    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    assert_int_equal(shred(store, 202609, &fault), STATUS_OK);
    seal_path(store, "private", "2026-10.key", path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
    assert_int_equal(key_months_read(store->disk, SEAL_KEYS, NULL, &months, &fault), STATUS_OK);
    assert_int_equal(months.count, 4);
    assert_int_equal(months.month[0].month, 0);
    assert_true(months.month[0].has_private && months.month[0].has_public);
    assert_int_equal(months.month[1].month, 202609);
    assert_true(months.month[1].shredded && !months.month[1].has_private &&
                !months.month[1].has_public);
    assert_int_equal(months.month[2].month, 202610);
    assert_true(!months.month[2].has_private && months.month[2].has_public);
    assert_int_equal(months.month[3].month, 202611);
    assert_true(months.month[3].has_private && !months.month[3].has_recovery);
    assert_ptr_equal(key_months_find(&months, (struct uuid){{0}}, 0), &months.month[0]);
    assert_ptr_equal(key_months_find(&months, store->customer, 202610), &months.month[2]);
    assert_null(key_months_find(&months, store->customer, 202612));
    assert_null(key_months_find(&months, (struct uuid){{0}}, 202610));
    key_months_free(&months);
    assert_int_equal(key_months_read(store->disk, SEAL_KEYS, &store->customer, &months, &fault),
                     STATUS_OK);
    assert_int_equal(months.count, 3);
    key_months_free(&months);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SEAL_STORE(nothing_of_it_is_left_and_nothing_else_is_touched),
        WITH_SEAL_STORE(it_is_never_made_again),
        WITH_SEAL_STORE(a_month_that_never_was_is_not_found),
        WITH_SEAL_STORE(it_is_written_over_before_its_name_goes),
        WITH_SEAL_STORE(a_further_name_of_it_has_noise_too),
        WITH_SEAL_STORE(what_there_is_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
