/*
 * Rotating, destroying, restoring and making keys, cut off anywhere: by a power cut before each
 * change of the disk, and by each call of it failing. What opened before opens, or was meant to be
 * destroyed; and said again, each ends as if nothing had been.
 */
#include "support.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/faulty.h"
#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery_file.h"
#include "storage/seal/rotation.h"
#include "storage/seal/shredding.h"

#define ELSEWHERE "/master/elsewhere.key"

enum { SHREDDED_MONTH = 202610, CUT_SEEDS = 3 };

/* What is done, and what must hold however it was cut off. */
struct operation {
    const char *name;
    enum status (*run)(struct seal_store *store, struct fault *fault);
    bool shreds;
};

static struct recovery_secret secret;
static struct recovery_secret told_next;
static size_t tidied;

static enum status rotate(struct seal_store *store, struct fault *fault)
{
    struct rotation_report report;

    return keys_rotate(store->keys, NULL, &report, fault);
}

static enum status rotate_elsewhere(struct seal_store *store, struct fault *fault)
{
    struct rotation_report report;

    return keys_rotate(store->keys, ELSEWHERE, &report, fault);
}

static enum status shred(struct seal_store *store, struct fault *fault)
{
    struct key_shredding key = {
        .customer = store->customer, .month = SHREDDED_MONTH, .when = clock_wall_now()};

    return keys_shred(store->disk, SEAL_KEYS, &key, fault);
}

static enum status make(struct seal_store *store, struct fault *fault)
{
    return private_keys_make_month(store->keys, store->customer, "2026-12", fault);
}

/* One pair lost, another under a foreign master key. */
static enum status restore(struct seal_store *store, struct fault *fault)
{
    struct recovery_report report;
    enum status status = seal_restore(store, true, &secret, &report, fault);

    if (status == STATUS_OK && report.failed)
        return fault_set(fault, STATUS_IO, 0, "%s", report.first.text);
    return status;
}

/* By one that was told before. */
static enum status replace_recovery(struct seal_store *store, struct fault *fault)
{
    struct recovery_report report;
    enum status status = recovery_install(store->keys, &told_next, true, &report, fault);

    if (status == STATUS_OK && report.failed)
        status = fault_set(fault, STATUS_IO, 0, "%s", report.first.text);
    return status;
}

static void set_up_store(struct seal_store *store)
{
    struct recovery_report report;
    struct fault fault = {0};

    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    assert_int_equal(seal_recovery_make(store->keys, (struct recovery_split){0}, false, &secret,
                                        &report, &fault),
                     STATUS_OK);
    assert_int_equal(recovery_draw((struct recovery_split){0}, &told_next, &fault), STATUS_OK);
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    seal_seal(store, NULL, &store->sealed[2]);
}

/* The state of a disk, as a program that starts then would find it. */
static struct seal_store opened_on(const struct seal_store *from, struct memory_disk *memory,
                                   const struct disk *disk)
{
    struct seal_store store = *from;

    store.memory = memory;
    store.disk = disk;
    store.keys = NULL;
    seal_open_keys(&store);
    return store;
}

static bool marked(const struct seal_store *store)
{
    char path[BOUND_PATH_BYTES];

    seal_path(store, "private", "2026-10.shredded", path);
    return memory_disk_has(store->memory, path);
}

/* Nothing that is in force refers to a private half that is not there. */
static void expect_no_half_pairs(const struct seal_store *store)
{
    struct key_months months;
    struct fault fault = {0};

    assert_int_equal(key_months_read(store->disk, SEAL_KEYS, NULL, &months, &fault), STATUS_OK);
    for (size_t i = 0; i < months.count; i++)
        if (months.month[i].has_public && !months.month[i].has_private)
            assert_true(months.month[i].shredded);
    key_months_free(&months);
}

static bool opens_copy(const struct seal_store *store, const struct key_month *month,
                       const struct recovery_secret *by)
{
    uint8_t private_half[KEY_PRIVATE_BYTES];
    char path[BOUND_PATH_BYTES];
    struct key_head head = pair_head(pair_of(month), month->id);

    assert_int_equal(pair_path(SEAL_KEYS, pair_of(month), PAIR_RECOVERY, path, NULL), STATUS_OK);
    return recovery_file_open(store->disk, path, &head, by->private_half, private_half, NULL) ==
           STATUS_OK;
}

/* The recovery key in force was told, and what was told opens each copy that there is. */
static void expect_told(const struct seal_store *store, const char *when)
{
    const struct key_id first = recovery_secret_id(&secret);
    const struct key_id second = recovery_secret_id(&told_next);
    struct key_months months;
    struct key_id present;
    struct fault fault = {0};

    assert_int_equal(key_recovery_id(store->disk, SEAL_KEYS, &present, &fault), STATUS_OK);
    if (memcmp(&present, &first, sizeof present) != 0 &&
        memcmp(&present, &second, sizeof present) != 0)
        fail_msg("%s: nobody was told the recovery key in force", when);
    assert_int_equal(key_months_read(store->disk, SEAL_KEYS, NULL, &months, &fault), STATUS_OK);
    for (size_t i = 0; i < months.count; i++)
        if (months.month[i].has_recovery && !months.month[i].shredded &&
            !opens_copy(store, &months.month[i], &secret) &&
            !opens_copy(store, &months.month[i], &told_next))
            fail_msg("%s: a copy opens with no recovery key that was told", when);
    key_months_free(&months);
}

/* By the master key in its place, or, half way, by the one that is made elsewhere. */
static enum status open_by_either(const struct seal_store *store, const struct seal_sealed *sealed)
{
    struct seal_store other = *store;
    struct fault fault = {0};
    enum status status = seal_open(store, sealed);

    if (status == STATUS_OK || !memory_disk_has(store->memory, ELSEWHERE))
        return status;
    assert_int_equal(private_keys_open(store->disk, SEAL_KEYS, ELSEWHERE, &other.keys, &fault),
                     STATUS_OK);
    status = seal_open(&other, sealed);
    private_keys_close(other.keys);
    return status;
}

static void expect_kept(const struct operation *operation, const struct seal_store *store,
                        const char *when)
{
    static const char *const names[] = {"October", "November", "hold"};

    for (size_t i = 0; i < 3; i++) {
        if (i == 0 && operation->shreds && marked(store))
            continue;
        enum status status = open_by_either(store, &store->sealed[i]);
        if (status != STATUS_OK)
            fail_msg("%s, %s: what was sealed to %s: %s", operation->name, when, names[i],
                     status_name(status));
    }
    expect_no_half_pairs(store);
    expect_told(store, when);
}

/* As the keeper does: what the cut left of files goes, and nothing else. */
static void tidy(const struct operation *operation, const struct seal_store *store,
                 const char *when)
{
    struct fault fault = {0};
    size_t destroyed = 0;

    if (private_keys_tidy(store->keys, &destroyed, &fault) != STATUS_OK)
        fail_msg("tidied, %s: %s", when, fault.text);
    tidied += destroyed;
    if (operation->run != rotate_elsewhere) /* of which the keeper knows nothing */
        seal_expect_no_leftovers(store);
}

static void expect_done(const struct operation *operation, struct seal_store *store,
                        const char *when)
{
    struct fault fault = {0};
    enum status status = operation->run(store, &fault);

    if (status != STATUS_OK)
        fail_msg("%s again, %s: %s", operation->name, when, fault.text);
    expect_kept(operation, store, when);
    seal_expect_no_leftovers(store);
    if (!operation->shreds)
        return;
    assert_int_equal(seal_open(store, &store->sealed[0]), STATUS_NO_KEY);
    assert_int_equal(private_keys_make_month(store->keys, store->customer, "2026-10", &fault),
                     STATUS_CONFLICT);
}

/* Images of the disk, taken before each change of it. */
struct images {
    struct memory_disk *memory;
    struct memory_disk **image;
    size_t count;
};

static void take_image(void *arg, enum faulty_kind kind)
{
    struct images *images = arg;

    (void)kind;
    images->image = realloc(images->image, (images->count + 1) * sizeof images->image[0]);
    assert_non_null(images->image);
    images->image[images->count++] = memory_disk_copy(images->memory);
}

static void cut_everywhere(const struct operation *operation, const struct seal_store *store)
{
    struct faulty faulty;
    struct images images = {.memory = memory_disk_copy(store->memory)};
    struct fault fault = {0};

    faulty_init(&faulty, memory_disk_disk(images.memory), images.memory);
    faulty.before = take_image;
    faulty.before_arg = &images;
    struct seal_store running = opened_on(store, images.memory, &faulty.disk);
    assert_int_equal(operation->run(&running, &fault), STATUS_OK);
    take_image(&images, FAULTY_KINDS);
    private_keys_close(running.keys);
    faulty_deinit(&faulty);
    assert_true(images.count > 5);
    for (size_t i = 0; i < images.count; i++) {
        for (int how = 0; how < MEMORY_DISK_CUTS * CUT_SEEDS; how++) {
            char when[64];
            struct memory_disk *memory = memory_disk_copy(images.image[i]);
            (void)snprintf(when, sizeof when, "cut %d before change %zu", how, i);
            memory_disk_cut(memory, (enum memory_disk_cut)(how % MEMORY_DISK_CUTS),
                            i * 100 + (uint64_t)how);
            struct seal_store after = opened_on(store, memory, memory_disk_disk(memory));
            tidy(operation, &after, when);
            if (operation->run != restore)
                expect_kept(operation, &after, when);
            expect_done(operation, &after, when);
            private_keys_close(after.keys);
            memory_disk_destroy(memory);
        }
        memory_disk_destroy(images.image[i]);
    }
    free(images.image);
    memory_disk_destroy(images.memory);
}

/* Each call fails once, then again and all that follow it. */
static void fail_everywhere(const struct operation *operation, const struct seal_store *store,
                            int sys_errno, uint64_t times)
{
    for (uint64_t nth = 1;; nth++) {
        char when[64];
        struct faulty faulty;
        struct fault fault = {0};
        struct memory_disk *memory = memory_disk_copy(store->memory);
        faulty_init(&faulty, memory_disk_disk(memory), memory);
        struct seal_store running = opened_on(store, memory, &faulty.disk);
        const struct faulty_plan plan = {FAULTY_ALL & ~FAULTY_SET(FAULTY_FLOCK), nth, times,
                                         sys_errno, 20};
        faulty_lay(&faulty, &plan);
        enum status status = operation->run(&running, &fault);
        bool clean = faulty_failed(&faulty) == 0;
        faulty_heal(&faulty);
        (void)snprintf(when, sizeof when, "call %llu failed with %d", (unsigned long long)nth,
                       sys_errno);
        if (clean)
            assert_int_equal(status, STATUS_OK);
        if (status != STATUS_OK && !fault.text[0])
            fail_msg("%s, %s: no reason is told", operation->name, when);
        private_keys_close(running.keys);
        struct seal_store after = opened_on(store, memory, memory_disk_disk(memory));
        tidy(operation, &after, when);
        if (operation->run != restore)
            expect_kept(operation, &after, when);
        expect_done(operation, &after, when);
        private_keys_close(after.keys);
        assert_int_equal(memory_disk_open_files(memory), 0);
        faulty_deinit(&faulty);
        memory_disk_destroy(memory);
        if (clean)
            break;
    }
}

static void cut_and_fail(struct seal_store *store, const struct operation *operation)
{
    tidied = 0;
    cut_everywhere(operation, store);
    fail_everywhere(operation, store, EIO, 1);
    fail_everywhere(operation, store, EIO, 0);
    fail_everywhere(operation, store, ENOSPC, 1);
    assert_true(tidied > 0);
}

static void a_rotation_cut_off_anywhere_loses_no_key(void **state)
{
    static const struct operation operation = {"rotate", rotate, false};
    struct seal_store *store = *state;

    set_up_store(store);
    cut_and_fail(store, &operation);
}

static void a_rotation_to_elsewhere_cut_off_anywhere_loses_no_key(void **state)
{
    static const struct operation operation = {"rotate elsewhere", rotate_elsewhere, false};
    struct seal_store *store = *state;

    set_up_store(store);
    cut_and_fail(store, &operation);
}

static void a_shredding_cut_off_anywhere_ends_when_said_again(void **state)
{
    static const struct operation operation = {"shred", shred, true};
    struct seal_store *store = *state;

    set_up_store(store);
    cut_and_fail(store, &operation);
}

static void a_pair_whose_making_was_cut_off_is_whole_or_made_again(void **state)
{
    static const struct operation operation = {"make", make, false};
    struct seal_store *store = *state;

    set_up_store(store);
    cut_and_fail(store, &operation);
}

static void a_new_recovery_key_cut_off_anywhere_loses_no_key(void **state)
{
    static const struct operation operation = {"recovery key", replace_recovery, false};
    struct seal_store *store = *state;

    set_up_store(store);
    cut_and_fail(store, &operation);
}

static void a_restoring_cut_off_anywhere_ends_when_said_again(void **state)
{
    static const struct operation operation = {"restore", restore, false};
    static const uint8_t foreign[32] = {1, 2, 3};
    struct seal_store *store = *state;
    char path[BOUND_PATH_BYTES];

    set_up_store(store);
    seal_path(store, "private", "2026-11.key", path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
    memory_disk_put(store->memory, SEAL_MASTER, foreign, sizeof foreign);
    assert_int_equal(store->disk->chmod(store->disk->context, SEAL_MASTER, 0400), 0);
    cut_and_fail(store, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SEAL_STORE(a_rotation_cut_off_anywhere_loses_no_key),
        WITH_SEAL_STORE(a_rotation_to_elsewhere_cut_off_anywhere_loses_no_key),
        WITH_SEAL_STORE(a_shredding_cut_off_anywhere_ends_when_said_again),
        WITH_SEAL_STORE(a_pair_whose_making_was_cut_off_is_whole_or_made_again),
        WITH_SEAL_STORE(a_new_recovery_key_cut_off_anywhere_loses_no_key),
        WITH_SEAL_STORE(a_restoring_cut_off_anywhere_ends_when_said_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
