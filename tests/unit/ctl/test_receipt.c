/* A receipt is there, whole and durable, or it is not there: whatever call fails, and wherever the
 * power is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/faulty.h"
#include "disk/memory_disk.h"
#include "tools/recorderctl/receipt.h"

#define STORE "/store"
#define KEYS STORE "/keys"

enum { CUT_SEEDS = 8 };

struct shop {
    struct memory_disk *memory; /* as keys_init left it */
    struct signer *keeper;
    struct key_id id;
};

static int set_up(void **state)
{
    static struct shop shop;
    struct fault fault = {0};

    shop.memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(shop.memory);
    assert_int_equal(disk->mkdir(disk->context, STORE, 0770), 0);
    assert_int_equal(disk_sync_parent(disk, STORE, &fault), STATUS_OK);
    if (keys_init(disk, KEYS, KEYS "/master.key", &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(signer_open(disk, KEYS, "keeper", &shop.keeper, &fault), STATUS_OK);
    shop.id = signer_id(shop.keeper);
    *state = &shop;
    return 0;
}

static int tear_down(void **state)
{
    struct shop *shop = *state;

    signer_close(shop->keeper);
    memory_disk_destroy(shop->memory);
    return 0;
}

static enum status write_one(const struct shop *shop, const struct disk *disk, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    json_t *object = json_pack("{s:i, s:s}", "unreadable", 2, "reason", "\xc3\xb8 \" \\ \n");
    enum status status = receipt_path(STORE, "key-1", path, fault);

    if (status == STATUS_OK)
        status = receipt_write(disk, path, shop->keeper, object, fault);
    json_decref(object);
    return status;
}

static enum status read_one(const struct shop *shop, struct memory_disk *memory,
                            struct fault *fault)
{
    const struct disk *disk = memory_disk_disk(memory);
    struct public_keys *keys = NULL;
    json_t *object = NULL;

    assert_int_equal(public_keys_open(disk, KEYS, &keys, fault), STATUS_OK);
    enum status status =
        receipt_read(disk, STORE "/receipts/key-1.json", keys, shop->id, &object, fault);
    if (status == STATUS_OK) {
        assert_int_equal(json_integer_value(json_object_get(object, "unreadable")), 2);
        assert_string_equal(json_string_value(json_object_get(object, "reason")),
                            "\xc3\xb8 \" \\ \n");
    }
    json_decref(object);
    public_keys_close(keys);
    return status;
}

/* After a failure or a cut: a receipt that is there is whole, and said again it is there. */
static void expect_whole(const struct shop *shop, struct memory_disk *memory, bool written,
                         const char *when)
{
    struct fault fault = {0};
    enum status status = read_one(shop, memory, &fault);

    if (status != STATUS_OK && (written || status != STATUS_NOT_FOUND))
        fail_msg("%s: %s: %s", when, status_name(status), fault.text);
    status = write_one(shop, memory_disk_disk(memory), &fault);
    if (status != STATUS_OK && status != STATUS_EXISTS)
        fail_msg("%s, again: %s: %s", when, status_name(status), fault.text);
    assert_int_equal(read_one(shop, memory, &fault), STATUS_OK);
}

static void is_whole_or_not_there_whatever_call_fails(void **state)
{
    const struct shop *shop = *state;
    static const int errors[] = {EIO, ENOSPC};
    bool clean = false;

    for (uint64_t nth = 1; !clean; nth++) {
        for (size_t i = 0; i < 4; i++) {
            struct faulty faulty;
            struct fault fault = {0};
            char when[64];
            struct memory_disk *memory = memory_disk_copy(shop->memory);
            const struct faulty_plan plan = {FAULTY_ALL, nth, i / 2, errors[i % 2], 20};
            faulty_init(&faulty, memory_disk_disk(memory), memory);
            faulty_lay(&faulty, &plan);
            enum status status = write_one(shop, &faulty.disk, &fault);
            clean = faulty_failed(&faulty) == 0;
            faulty_deinit(&faulty);
            (void)snprintf(when, sizeof when, "call %u failed", (unsigned)nth);
            assert_true(status == STATUS_OK || fault.text[0]);
            assert_true(!clean || status == STATUS_OK);
            assert_int_equal(memory_disk_open_files(memory), 0);
            expect_whole(shop, memory, status == STATUS_OK, when);
            memory_disk_destroy(memory);
        }
    }
}

/* Images of the disk before each change of it. */
struct images {
    struct memory_disk *memory;
    struct memory_disk *image[64];
    size_t count;
};

static void take_image(void *arg, enum faulty_kind kind)
{
    struct images *images = arg;

    (void)kind;
    assert_true(images->count < sizeof images->image / sizeof images->image[0]);
    images->image[images->count++] = memory_disk_copy(images->memory);
}

static void is_whole_or_not_there_wherever_the_power_is_cut(void **state)
{
    const struct shop *shop = *state;
    struct images images = {.memory = memory_disk_copy(shop->memory)};
    struct faulty faulty;
    struct fault fault = {0};

    faulty_init(&faulty, memory_disk_disk(images.memory), images.memory);
    faulty.before = take_image;
    faulty.before_arg = &images;
    assert_int_equal(write_one(shop, &faulty.disk, &fault), STATUS_OK);
    take_image(&images, FAULTY_KINDS);
    faulty_deinit(&faulty);
    assert_true(images.count > 5);
    for (size_t i = 0; i < images.count; i++) {
        for (int how = 0; how < MEMORY_DISK_CUTS * CUT_SEEDS; how++) {
            char when[64];
            struct memory_disk *memory = memory_disk_copy(images.image[i]);
            (void)snprintf(when, sizeof when, "cut %d before change %zu", how, i);
            memory_disk_cut(memory, (enum memory_disk_cut)(how % MEMORY_DISK_CUTS),
                            i * 100 + (uint64_t)how);
            expect_whole(shop, memory, i == images.count - 1, when);
            memory_disk_destroy(memory);
        }
        memory_disk_destroy(images.image[i]);
    }
    memory_disk_destroy(images.memory);
}

static void one_that_is_too_large_is_refused(void **state)
{
    const struct shop *shop = *state;
    struct fault fault = {0};
    char *text = malloc(RECEIPT_BYTES_MAX + 1);

    assert_non_null(text);
    memset(text, 'a', RECEIPT_BYTES_MAX);
    text[RECEIPT_BYTES_MAX] = '\0';
    json_t *object = json_pack("{s:s}", "reason", text);
    assert_int_equal(receipt_write(memory_disk_disk(shop->memory), STORE "/receipts/key-1.json",
                                   shop->keeper, object, &fault),
                     STATUS_LIMIT);
    assert_false(memory_disk_has(shop->memory, STORE "/receipts/key-1.json"));
    json_decref(object);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_whole_or_not_there_whatever_call_fails, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(is_whole_or_not_there_wherever_the_power_is_cut, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_too_large_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
