/*
 * The power is cut before every call that changes something on the disk, many times with different
 * seeds, while a recording is made, recovered, and sealed to another customer; and while that what
 * was left is recovered, too. Whatever outlives the cut of what was not synced: all that was
 * confirmed is there, and nothing else is.
 */
#include "disk/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "disk/faulty.h"
#include "storage/recording/reassign.h"

enum { SEEDS = 8, SEEDS_WITHIN = 2, WITHIN_EACH = 7, CHANCES = 24, CHANCE_SEEDS = 2 };

static struct life_keys keys;
static size_t cuts;
static size_t cuts_within;

static int open_keys(void **state)
{
    (void)state;
    life_keys_open(&keys);
    return 0;
}

static int close_keys(void **state)
{
    (void)state;
    life_keys_close(&keys);
    print_message("disk_power: %zu power cuts, and %zu while what they left was recovered\n", cuts,
                  cuts_within);
    return 0;
}

static struct memory_disk *cut(struct memory_disk *memory, uint64_t seed)
{
    struct memory_disk *copy = memory_disk_copy(memory);

    memory_disk_cut(copy, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
    return copy;
}

/* A recording over which the power is cut. */
struct power {
    struct life *life;
    struct memory_disk *memory;
    size_t seeds;   /* cuts before each call */
    uint64_t seed;  /* of the next */
    uint64_t calls; /* so far */
    void (*check)(const struct life *life, struct memory_disk *memory);
};

/* While it is recovered: cut again, and recover what that left. */
static void cut_within(void *arg, enum faulty_kind kind)
{
    struct power *power = arg;

    (void)kind;
    for (size_t i = 0; i < SEEDS_WITHIN; i++) {
        struct memory_disk *copy = cut(power->memory, power->seed++);
        power->check(power->life, copy);
        memory_disk_destroy(copy);
        cuts_within++;
    }
}

static void recover_with_cuts(struct power *power, struct memory_disk *memory)
{
    struct power within = *power;
    struct recording_summary summary;
    struct fault fault = {0};
    struct faulty faulty;

    within.memory = memory;
    faulty_init(&faulty, memory_disk_disk(memory), memory);
    faulty.before = cut_within;
    faulty.before_arg = &within;
    if (life_recover(power->life, &faulty.disk, &summary, &fault) == STATUS_OK)
        power->check(power->life, memory);
    power->seed = within.seed;
    faulty_deinit(&faulty);
}

static void cut_before(void *arg, enum faulty_kind kind)
{
    struct power *power = arg;

    (void)kind;
    for (size_t i = 0; i < power->seeds; i++) {
        struct memory_disk *copy = cut(power->memory, power->seed++);
        power->check(power->life, copy);
        memory_disk_destroy(copy);
        cuts++;
    }
    if (power->calls++ % WITHIN_EACH == 0) {
        struct memory_disk *copy = cut(power->memory, power->seed++);
        recover_with_cuts(power, copy);
        memory_disk_destroy(copy);
    }
}

/* A disk whose power is cut before every change. */
struct bench {
    struct memory_disk *memory;
    struct faulty faulty;
    struct life life;
    struct power power;
};

static void bench_open(struct bench *bench, const char *note, size_t seeds, uint64_t seed)
{
    bench->memory = life_disk();
    faulty_init(&bench->faulty, memory_disk_disk(bench->memory), bench->memory);
    life_init(&bench->life, &keys, &bench->faulty.disk, life_statuses_of(EIO));
    (void)snprintf(bench->life.note, sizeof bench->life.note, "%s", note);
    bench->power = (struct power){.life = &bench->life,
                                  .memory = bench->memory,
                                  .seeds = seeds,
                                  .seed = seed,
                                  .check = life_check};
    bench->faulty.before = cut_before;
    bench->faulty.before_arg = &bench->power;
}

static void bench_close(struct bench *bench)
{
    life_deinit(&bench->life);
    faulty_deinit(&bench->faulty);
    memory_disk_destroy(bench->memory);
}

static void a_power_cut_at_any_moment_of_a_recording_loses_nothing_confirmed(void **state)
{
    struct bench bench;
    (void)state;

    bench_open(&bench, "life", SEEDS, 1);
    life_run(&bench.life);
    assert_int_equal(bench.life.finished, STATUS_OK);
    cut_before(&bench.power, FAULTY_SYNCFS);
    assert_true(bench.power.calls > 50);
    bench_close(&bench);
}

static void neither_does_one_in_a_recording_that_goes_as_it_may(void **state)
{
    struct bench bench;
    (void)state;

    for (uint32_t seed = 1; seed <= CHANCES; seed++) {
        bench_open(&bench, "life by chance", CHANCE_SEEDS, seed * 100000);
        assert_true(life_begin(&bench.life));
        life_go_on_by_chance(&bench.life, seed);
        if (seed % 2)
            life_finish(&bench.life);
        bench_close(&bench);
    }
}

/* The n-th sync fails, so that it goes on in another segment. */
static void neither_does_one_after_a_sync_that_failed(void **state)
{
    struct bench bench;
    size_t in_segments = 0;
    (void)state;

    for (uint64_t nth = 2; nth <= 12; nth++) {
        bench_open(&bench, "life in segments", CHANCE_SEEDS, nth * 1000000);
        faulty_lay(&bench.faulty,
                   &(struct faulty_plan){
                       .kinds = FAULTY_SYNCS, .nth = nth, .times = 1 + nth % 2, .sys_errno = EIO});
        life_run(&bench.life);
        assert_int_equal(bench.life.finished, STATUS_OK);
        in_segments += bench.life.segments > 1;
        bench_close(&bench);
    }
    assert_true(in_segments > 5); /* a sync that fails of nothing new is no loss */
}

/* --- another customer ------------------------------------------------------------------------ */

static enum status reassign(const struct life *life, const struct disk *disk)
{
    const struct reassign_spec spec = {.path = life->path,
                                       .recording = life->id,
                                       .customer = keys.customer[1],
                                       .key = &keys.key[1]};
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct recording_summary summary;
    struct fault fault = {0};
    enum status status = recording_reassign(&spec, &access, keys.keeper, &summary, &fault);

    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault.text);
    return status;
}

/* It is the one's or the other's, and done again it is the other's. */
static void check_reassigned(const struct life *life, struct memory_disk *memory)
{
    const struct recording_access access = {memory_disk_disk(memory), keys.private_keys,
                                            keys.public_keys};
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    memory_disk_kill(keys.memory); /* what was locked there by who was cut off */
    assert_int_equal(recording_reader_open(&access, life->path, life->id, &reader, &fault),
                     STATUS_OK);
    bool other =
        memcmp(recording_reader_summary(reader)->customer.b, keys.customer[1].b, UUID_BYTES) == 0;
    recording_reader_close(reader);
    life_check_file(life, access.disk, other);
    assert_int_equal(reassign(life, access.disk), STATUS_OK);
    life_check_file(life, access.disk, 1);
}

static void a_power_cut_within_a_change_of_customer_leaves_the_one_or_the_other(void **state)
{
    struct bench bench;
    (void)state;

    bench_open(&bench, "change of customer", SEEDS * 2, 77);
    bench.faulty.before = NULL;
    life_run(&bench.life);
    assert_int_equal(bench.life.finished, STATUS_OK);
    recording_writer_destroy(bench.life.writer);
    bench.life.writer = NULL;
    bench.power.check = check_reassigned;
    bench.power.calls = 1; /* recovery has no part in it */
    bench.faulty.before = cut_before;
    assert_int_equal(reassign(&bench.life, &bench.faulty.disk), STATUS_OK);
    assert_true(bench.power.calls > 10);
    memory_disk_cut(bench.memory, MEMORY_DISK_NOTHING, 0);
    life_check_file(&bench.life, memory_disk_disk(bench.memory), 1);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_at_any_moment_of_a_recording_loses_nothing_confirmed),
        cmocka_unit_test(neither_does_one_in_a_recording_that_goes_as_it_may),
        cmocka_unit_test(neither_does_one_after_a_sync_that_failed),
        cmocka_unit_test(a_power_cut_within_a_change_of_customer_leaves_the_one_or_the_other),
    };

    return cmocka_run_group_tests_name("disk_power", tests, open_keys, close_keys);
}
