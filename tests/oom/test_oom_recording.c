/*
 * Each allocation is failed once, and from each on all that follow, until a run goes through
 * without, while recordings are made, recovered, read, given to another customer, and sealed to
 * the hold key. Nobody crashes and nothing leaks, the status is STATUS_NOMEM, nothing that was
 * confirmed is lost, and with memory again all goes on.
 */
#include "disk/life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/faulty.h"
#include "oom/fallible.h"
#include "storage/recording/documents.h"
#include "storage/recording/reassign.h"
#include "storage/recording/slots.h"

static struct life_keys keys;
static size_t runs;

static const uint32_t no_memory = UINT32_C(1) << STATUS_NOMEM;

static int open_keys(void **state)
{
    struct fault fault = {0};

    (void)state;
    life_keys_open(&keys);
    assert_int_equal(private_keys_make_hold(keys.private_keys, &fault), STATUS_OK);
    return 0;
}

static int close_keys(void **state)
{
    (void)state;
    life_keys_close(&keys);
    print_message("oom_recording: %zu runs, each with an allocation that failed\n", runs);
    return 0;
}

/* Run it, to its end with its checks, with one allocation after the other failing. The first time,
 * in which none does, lets libraries take what they keep. */
static void sweep(void (*run)(void))
{
    fallible_lay(0, false);
    run();
    for (int lasting = 0; lasting < 2; lasting++) {
        uint64_t failed = 1;
        for (uint64_t nth = 1; failed; nth++) {
            int64_t live = fallible_live();
            fallible_lay(nth, lasting);
            run();
            failed = fallible_failed();
            runs += failed != 0;
            if (fallible_live() != live)
                fail_msg("allocation %llu failed: %lld pieces leak", (unsigned long long)nth,
                         (long long)(fallible_live() - live));
        }
    }
}

struct bench {
    struct memory_disk *memory;
    struct faulty faulty; /* fails nothing: it tells when the disk is at work */
    struct life life;
};

static void bench_open(struct bench *bench)
{
    bench->memory = life_disk();
    faulty_init(&bench->faulty, memory_disk_disk(bench->memory), bench->memory);
    bench->faulty.around = fallible_excuse;
    life_init(&bench->life, &keys, &bench->faulty.disk, no_memory);
    (void)snprintf(bench->life.note, sizeof bench->life.note, "out of memory");
}

static void close_files(struct bench *bench)
{
    recording_writer_destroy(bench->life.writer);
    bench->life.writer = NULL;
    disk_close(&bench->life.directory);
    assert_int_equal(memory_disk_open_files(bench->memory), 0);
}

static void bench_close(struct bench *bench)
{
    life_deinit(&bench->life);
    faulty_deinit(&bench->faulty);
    memory_disk_destroy(bench->memory);
}

/* A recording to work on, made while nothing fails. */
static void make(struct bench *bench, bool finished, bool segments)
{
    assert_true(life_begin(&bench->life));
    life_go_on(&bench->life, life_usual, life_usual_steps);
    if (segments) {
        struct fault fault = {0};
        assert_int_equal(recording_writer_flush(bench->life.writer, &fault), STATUS_OK);
        bench->life.lost = recording_writer_lose(bench->life.writer);
        life_go_on(&bench->life, life_usual, life_usual_steps);
    }
    if (finished)
        life_finish(&bench->life);
    close_files(bench);
}

/* What may be said where memory ran out, or where it did not. */
static void expect(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    if (status != STATUS_NOMEM || !fallible_failed())
        fail_msg("%s: %s", status_name(status), fault->text);
}

/* --- a recording's life ---------------------------------------------------------------------- */

static void run_life(bool segments)
{
    struct bench bench;

    bench_open(&bench);
    bench.life.around = fallible_watch;
    if (segments)
        faulty_lay(
            &bench.faulty,
            &(struct faulty_plan){.kinds = FAULTY_SYNCS, .nth = 4, .times = 1, .sys_errno = EIO});
    if (segments)
        bench.life.statuses |= UINT32_C(1) << STATUS_IO;
    life_run(&bench.life);
    fallible_watch(false);
    close_files(&bench);
    bench.life.around = NULL;
    struct memory_disk *copy = memory_disk_copy(bench.memory);
    memory_disk_cut(copy, MEMORY_DISK_NOTHING, 0);
    life_check(&bench.life, copy);
    memory_disk_destroy(copy);
    life_check(&bench.life, bench.memory);
    bench_close(&bench);
}

static void run_whole_life(void)
{
    run_life(false);
}

static void run_life_in_segments(void)
{
    run_life(true);
}

static void a_recording_outlives_every_allocation_that_fails(void **state)
{
    (void)state;
    sweep(run_whole_life);
}

static void so_does_one_that_goes_on_in_a_new_segment(void **state)
{
    (void)state;
    sweep(run_life_in_segments);
}

/* --- recovery -------------------------------------------------------------------------------- */

static void run_recovery_of(bool segments)
{
    struct bench bench;
    struct recording_summary summary;
    struct fault fault = {0};

    bench_open(&bench);
    make(&bench, false, segments);
    fallible_watch(true);
    enum status status = life_recover(&bench.life, &bench.faulty.disk, &summary, &fault);
    fallible_watch(false);
    expect(status, &fault);
    if (status == STATUS_OK)
        life_check_file(&bench.life, memory_disk_disk(bench.memory), 0);
    life_check(&bench.life, bench.memory);
    bench_close(&bench);
}

static void run_recovery(void)
{
    run_recovery_of(false);
}

static void run_joining(void)
{
    run_recovery_of(true);
}

static void a_recovery_without_memory_is_done_again(void **state)
{
    (void)state;
    sweep(run_recovery);
    sweep(run_joining);
}

/* --- reading, another customer --------------------------------------------------------------- */

static enum status read_all(const struct life *life, const struct disk *disk, uint8_t *audio,
                            struct bytes *documents, struct fault *fault)
{
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct recording_reader *reader = NULL;
    enum status status = recording_reader_open(&access, life->path, life->id, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_read(reader, 0, audio, life->stream.bytes.len, fault);
    if (status == STATUS_OK)
        status = documents_read(reader, documents, fault);
    recording_reader_close(reader);
    return status;
}

static void run_reading(void)
{
    struct bench bench;
    struct bytes documents;
    struct fault fault = {0};

    bench_open(&bench);
    make(&bench, true, false);
    uint8_t *audio = malloc(bench.life.stream.bytes.len);
    assert_non_null(audio);
    bytes_init(&documents, BOUND_SECTION_BYTES);
    fallible_watch(true);
    enum status status = read_all(&bench.life, &bench.faulty.disk, audio, &documents, &fault);
    fallible_watch(false);
    expect(status, &fault);
    if (status == STATUS_OK)
        assert_memory_equal(audio, bench.life.stream.bytes.data, bench.life.stream.bytes.len);
    bytes_deinit(&documents);
    free(audio);
    assert_int_equal(memory_disk_open_files(bench.memory), 0);
    bench_close(&bench);
}

static void reading_without_memory_says_so(void **state)
{
    (void)state;
    sweep(run_reading);
}

static enum status reassign(const struct life *life, const struct disk *disk, struct fault *fault)
{
    const struct reassign_spec spec = {.path = life->path,
                                       .recording = life->id,
                                       .customer = keys.customer[1],
                                       .key = &keys.key[1]};
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct recording_summary summary;

    return recording_reassign(&spec, &access, keys.keeper, &summary, fault);
}

static void run_reassign(void)
{
    struct bench bench;
    struct fault fault = {0};

    bench_open(&bench);
    make(&bench, true, false);
    fallible_watch(true);
    enum status status = reassign(&bench.life, &bench.faulty.disk, &fault);
    fallible_watch(false);
    expect(status, &fault);
    life_check_file(&bench.life, memory_disk_disk(bench.memory), status == STATUS_OK);
    assert_int_equal(reassign(&bench.life, &bench.faulty.disk, &fault), STATUS_OK);
    life_check_file(&bench.life, memory_disk_disk(bench.memory), 1);
    assert_int_equal(memory_disk_open_files(bench.memory), 0);
    bench_close(&bench);
}

static void a_change_of_customer_without_memory_is_done_again(void **state)
{
    (void)state;
    sweep(run_reassign);
}

/* --- slots ----------------------------------------------------------------------------------- */

/* Seal it to the hold key too, look, and take that away again. */
static enum status change_slots(const struct life *life, const struct disk *disk,
                                struct fault *fault)
{
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct slot_info slot[FORMAT_SLOTS];
    struct customer_key hold;
    unsigned number = 0;

    enum status status = public_keys_hold(keys.public_keys, &hold, fault);
    if (status == STATUS_OK)
        status = slots_add(&access, life->path, life->id, &hold, &number, fault);
    if (status == STATUS_OK)
        status = slots_read(&access, life->path, life->id, slot, fault);
    if (status != STATUS_OK)
        return status;
    assert_int_equal(slot[0].state, SLOT_OPENS);
    assert_int_equal(slot[number - 1].state, SLOT_OPENS);
    return slots_drop(&access, life->path, life->id, number, fault);
}

static void run_slots(void)
{
    struct bench bench;
    struct fault fault = {0};

    bench_open(&bench);
    make(&bench, true, false);
    fallible_watch(true);
    enum status status = change_slots(&bench.life, &bench.faulty.disk, &fault);
    fallible_watch(false);
    expect(status, &fault);
    life_check_file(&bench.life, memory_disk_disk(bench.memory), 0);
    assert_int_equal(change_slots(&bench.life, &bench.faulty.disk, &fault), STATUS_OK);
    life_check_file(&bench.life, memory_disk_disk(bench.memory), 0);
    assert_int_equal(memory_disk_open_files(bench.memory), 0);
    bench_close(&bench);
}

static void slots_without_memory_are_changed_again(void **state)
{
    (void)state;
    sweep(run_slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_outlives_every_allocation_that_fails),
        cmocka_unit_test(so_does_one_that_goes_on_in_a_new_segment),
        cmocka_unit_test(a_recovery_without_memory_is_done_again),
        cmocka_unit_test(reading_without_memory_says_so),
        cmocka_unit_test(a_change_of_customer_without_memory_is_done_again),
        cmocka_unit_test(slots_without_memory_are_changed_again),
    };

    return cmocka_run_group_tests_name("oom_recording", tests, open_keys, close_keys);
}
