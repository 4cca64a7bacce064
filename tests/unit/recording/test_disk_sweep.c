/*
 * Every call that a recording makes of its disk is failed once: the n-th of each kind, with each
 * errno, once, three times and for ever, until a run goes through without. Whatever fails: statuses
 * are those the headers promise, nothing that was confirmed is lost, nothing else is read, and what
 * is left behind is recovered once the disk is well again.
 */
#include "disk/life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/faulty.h"
#include "storage/recording/reassign.h"

static struct life_keys keys;
static size_t runs;
static size_t checks;

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
    print_message("disk_sweep: %zu runs, each with a failure; looked at %zu times\n", runs, checks);
    return 0;
}

enum { TORN_BYTES = 700 }; /* of a write that fails half-way */

/* What is done once with each plan. */
struct sweep {
    /* One run, to its end, with all its checks; returns how many calls failed. */
    uint64_t (*run)(const struct faulty_plan *plan);
};

static void sweep_plan(const struct sweep *sweep, struct faulty_plan plan)
{
    uint64_t failed = 1;

    /* Recovery asks for the names of all segments that there can be: one is as the next. */
    bool names = plan.kinds & FAULTY_SET(FAULTY_STAT);

    for (plan.nth = 1; failed; plan.nth++) {
        if (names && plan.nth == 20)
            plan.nth = BOUND_RECORDING_SEGMENTS - 4;
        failed = sweep->run(&plan);
        runs += failed != 0;
    }
}

/* Once, for a while, and for ever; no space and no luck. What only reads fails with EIO alone. */
static void sweep_kind(const struct sweep *sweep, uint32_t kinds)
{
    static const uint64_t times[] = {1, 0, 3};
    bool changes = kinds & FAULTY_CHANGES;
    size_t tears = kinds & FAULTY_SET(FAULTY_PWRITE) ? 2 : 1;

    for (size_t full = 0; full < (changes ? 2 : 1); full++)
        for (size_t i = 0; i < (changes ? 3 : 2); i++)
            for (size_t torn = 0; torn < tears; torn++)
                sweep_plan(sweep, (struct faulty_plan){.kinds = kinds,
                                                       .times = times[i],
                                                       .sys_errno = full ? ENOSPC : EIO,
                                                       .torn_bytes = torn * TORN_BYTES});
}

/* Each kind alone; a sync, and what is to undo what it did not make durable; then the disk that
 * dies, at once or for writing. */
static void sweep_all(const struct sweep *sweep)
{
    for (int kind = 0; kind < FAULTY_KINDS; kind++)
        sweep_kind(sweep, FAULTY_SET(kind));
    sweep_kind(sweep, FAULTY_SYNCS | FAULTY_SET(FAULTY_FTRUNCATE));
    sweep_plan(sweep, (struct faulty_plan){.kinds = FAULTY_ALL, .sys_errno = EIO});
    sweep_plan(sweep, (struct faulty_plan){.kinds = FAULTY_CHANGES, .sys_errno = EIO});
}

static void note_plan(struct life *life, const char *what, const struct faulty_plan *plan)
{
    (void)snprintf(life->note, sizeof life->note,
                   "%s, kinds %06x, call %llu, %llu times, errno %d, torn %zu", what,
                   (unsigned)plan->kinds, (unsigned long long)plan->nth,
                   (unsigned long long)plan->times, plan->sys_errno, plan->torn_bytes);
}

/* A look at what is there when the program is dead: as it is, after the pages that a failed sync
 * dropped are out of memory, or after a power cut. */
enum look { LOOK_DEAD, LOOK_EVICTED, LOOK_CUT };

static struct memory_disk *look_at(struct memory_disk *memory, enum look look, uint64_t seed)
{
    struct memory_disk *copy = memory_disk_copy(memory);

    if (look == LOOK_EVICTED)
        memory_disk_evict(copy);
    if (look == LOOK_CUT)
        memory_disk_cut(copy, (enum memory_disk_cut)(seed % MEMORY_DISK_CUTS), seed);
    checks++;
    return copy;
}

/* The cuts go round with the plans. */
static void check_everywhere(const struct life *life, struct memory_disk *memory, uint64_t seed)
{
    for (int look = LOOK_DEAD; look <= LOOK_CUT; look++) {
        struct memory_disk *copy = look_at(memory, (enum look)look, seed);
        life_check(life, copy);
        memory_disk_destroy(copy);
    }
}

static void count_file(void *arg, const char *path)
{
    size_t *count = arg;

    (void)path;
    (*count)++;
}

/* Where there could be no file there is none, but what could not be removed. */
static void check_refused(const struct life *life, struct memory_disk *memory,
                          const struct faulty_plan *plan)
{
    size_t count = 0;

    if (life->created == STATUS_OK || plan->kinds & FAULTY_SET(FAULTY_UNLINK))
        return;
    memory_disk_each(memory, count_file, &count);
    assert_int_equal(count, 0);
}

static uint64_t run_life(const struct faulty_plan *plan)
{
    struct memory_disk *memory = life_disk();
    struct faulty faulty;
    struct life life;

    faulty_init(&faulty, memory_disk_disk(memory), memory);
    life_init(&life, &keys, &faulty.disk, life_statuses_of(plan->sys_errno));
    faulty_lay(&faulty, plan);
    note_plan(&life, "life", plan);
    life_run(&life);
    faulty_heal(&faulty);
    check_refused(&life, memory, plan);
    recording_writer_destroy(life.writer);
    life.writer = NULL;
    disk_close(&life.directory);
    assert_int_equal(memory_disk_open_files(memory), 0);
    check_everywhere(&life, memory, runs);
    uint64_t failed = faulty_failed(&faulty);
    if (!failed)
        assert_int_equal(life.finished, STATUS_OK);
    life_deinit(&life);
    faulty_deinit(&faulty);
    memory_disk_destroy(memory);
    return failed;
}

static void a_recordings_whole_life_outlives_every_failure(void **state)
{
    const struct sweep sweep = {.run = run_life};
    (void)state;

    sweep_all(&sweep);
}

/* --- the disk is full ------------------------------------------------------------------------ */

static void a_disk_that_is_full_at_any_sector_loses_nothing_confirmed(void **state)
{
    uint32_t statuses = life_statuses_of(ENOSPC);
    bool whole = false;
    (void)state;

    for (uint64_t limit = 0; !whole; limit++) {
        struct memory_disk *memory = life_disk();
        struct life life;
        memory_disk_limit(memory, limit);
        life_init(&life, &keys, memory_disk_disk(memory), statuses);
        life_run(&life);
        whole = life.finished == STATUS_OK;
        recording_writer_destroy(life.writer);
        life.writer = NULL;
        disk_close(&life.directory);
        struct recording_summary summary;
        struct fault fault = {0};
        uint64_t used = memory_disk_used(memory);
        enum status status = life_recover(&life, memory_disk_disk(memory), &summary, &fault);
        if (status == STATUS_FULL) /* it is as it was, and there is not less room */
            assert_int_equal(memory_disk_used(memory), used);
        memory_disk_limit(memory, UINT64_MAX);
        check_everywhere(&life, memory, runs);
        life_deinit(&life);
        memory_disk_destroy(memory);
        runs += !whole;
    }
}

static void a_full_disk_that_gets_room_again_goes_on_where_it_was(void **state)
{
    (void)state;

    for (uint64_t limit = 16; limit < 120; limit++) {
        struct memory_disk *memory = life_disk();
        struct life life;
        life_init(&life, &keys, memory_disk_disk(memory), life_statuses_of(ENOSPC));
        assert_true(life_begin(&life));
        memory_disk_limit(memory, limit);
        life_go_on(&life, life_usual, life_usual_steps);
        memory_disk_limit(memory, UINT64_MAX);
        life_go_on(&life, life_usual, life_usual_steps);
        life_finish(&life);
        assert_int_equal(life.finished, STATUS_OK);
        recording_writer_destroy(life.writer);
        life.writer = NULL;
        disk_close(&life.directory);
        check_everywhere(&life, memory, runs);
        life_deinit(&life);
        memory_disk_destroy(memory);
        runs++;
    }
}

/* --- recovery -------------------------------------------------------------------------------- */

/* What a crash leaves at different moments. */
enum left {
    LEFT_RECORDING,
    LEFT_UNSYNCED,
    LEFT_IN_SEGMENTS,
    LEFT_END_UNSYNCED, /* all of it is in the page cache, footer too */
    LEFT_WITH_TAIL,    /* sealed, but the tail had not gone yet */
    LEFT_FOOTER_FIRST, /* as that, but a frame that the footer speaks of never came */
    LEFT_SEALED,
    LEFT_KINDS,
};

/* Seal it, and bring the tail back that stood beside it before. */
static void seal_with_tail(struct life *life, struct memory_disk *memory, bool lose_frame)
{
    char tail[BOUND_PATH_BYTES + 8];
    const uint8_t *data = NULL;
    size_t data_bytes = 0;
    struct bytes saved;

    (void)snprintf(tail, sizeof tail, "%s.tail", life->path);
    bytes_init(&saved, 1 << 20);
    life_go_on(life, &(struct life_step){LIFE_FLUSH, 0}, 1);
    assert_true(memory_disk_get(memory, tail, &data, &data_bytes));
    assert_int_equal(bytes_append(&saved, data, data_bytes), STATUS_OK);
    life_finish(life);
    assert_int_equal(life->finished, STATUS_OK);
    memory_disk_put(memory, tail, saved.data, saved.len);
    if (lose_frame) {
        bytes_clear(&saved);
        assert_true(memory_disk_get(memory, life->path, &data, &data_bytes));
        assert_int_equal(bytes_append(&saved, data, data_bytes), STATUS_OK);
        size_t last = life->durable / FORMAT_FRAME_DATA_BYTES; /* the one that the tail has too */
        memset(saved.data + (last + 1) * FORMAT_UNIT_BYTES, 0, FORMAT_UNIT_BYTES);
        memory_disk_put(memory, life->path, saved.data, saved.len);
        life->finished = STATUS_CONFLICT;                /* nobody was told: it died before */
        life->durable = life->page_end[life->pages - 2]; /* the end page came after the tail */
    }
    bytes_deinit(&saved);
}

/* A disk that is copied as it is before the next fsync. */
struct death {
    struct memory_disk *memory;
    struct memory_disk *left;
};

static void die_before_sync(void *arg, enum faulty_kind kind)
{
    struct death *death = arg;

    if (kind == FAULTY_FSYNC && !death->left)
        death->left = memory_disk_copy(death->memory);
}

/* Its program dies when the end is written and not synced. Returns the disk as it is then. */
static struct memory_disk *end_unsynced(struct life *life, struct faulty *faulty)
{
    struct death death = {.memory = faulty->memory};
    uint64_t durable = life->durable;
    size_t documents_durable = life->documents_durable;

    faulty->before = die_before_sync;
    faulty->before_arg = &death;
    life_finish(life);
    assert_int_equal(life->finished, STATUS_OK);
    assert_non_null(death.left);
    life->finished = STATUS_CONFLICT; /* nobody was told */
    life->durable = durable;
    life->documents_durable = documents_durable;
    return death.left;
}

static void do_leave(struct life *life, struct memory_disk *memory, enum left left)
{
    assert_true(life_begin(life));
    life_go_on(life, life_usual, life_usual_steps);
    if (left == LEFT_UNSYNCED)
        life_go_on(life, life_usual, 1);
    if (left == LEFT_IN_SEGMENTS) {
        struct fault fault = {0};
        assert_int_equal(recording_writer_flush(life->writer, &fault), STATUS_OK);
        life->lost = recording_writer_lose(life->writer); /* the sync fails */
        assert_true(life->lost);
        life_go_on(life, life_usual, life_usual_steps);
    }
    if (left == LEFT_WITH_TAIL || left == LEFT_FOOTER_FIRST)
        seal_with_tail(life, memory, left == LEFT_FOOTER_FIRST);
    if (left == LEFT_SEALED)
        life_finish(life);
}

/* A disk with what was left on it; nobody has a file of it open. */
static struct memory_disk *leave(struct life *life, enum left left)
{
    struct memory_disk *memory = life_disk();
    struct memory_disk *dead = NULL;
    struct faulty faulty;

    faulty_init(&faulty, memory_disk_disk(memory), memory);
    life_init(life, &keys, &faulty.disk, 0);
    do_leave(life, memory, left);
    if (left == LEFT_END_UNSYNCED)
        dead = end_unsynced(life, &faulty);
    recording_writer_destroy(life->writer);
    life->writer = NULL;
    disk_close(&life->directory);
    faulty_deinit(&faulty);
    life->disk = NULL;
    if (!dead)
        return memory;
    memory_disk_destroy(memory);
    return dead;
}

static enum left left_now;

static uint64_t run_recovery(const struct faulty_plan *plan)
{
    struct faulty faulty;
    struct life life;
    struct recording_summary summary;
    struct fault fault = {0};

    struct memory_disk *memory = leave(&life, left_now);
    faulty_init(&faulty, memory_disk_disk(memory), memory);
    faulty_lay(&faulty, plan);
    note_plan(&life, "recovery", plan);
    enum status status = life_recover(&life, &faulty.disk, &summary, &fault);
    if (status != STATUS_OK && !(life_statuses_of(plan->sys_errno) & UINT32_C(1) << status))
        fail_msg("recover: %s: %s", status_name(status), fault.text);
    assert_int_equal(memory_disk_open_files(memory), 0);
    faulty_heal(&faulty);
    uint64_t failed = faulty_failed(&faulty);
    if (!failed)
        assert_int_equal(status, STATUS_OK);
    if (status == STATUS_OK)
        life_check_file(&life, memory_disk_disk(memory), 0);
    check_everywhere(&life, memory, runs);
    life_deinit(&life);
    faulty_deinit(&faulty);
    memory_disk_destroy(memory);
    return failed;
}

static void a_recovery_outlives_every_failure_and_is_done_again(void **state)
{
    const struct sweep sweep = {.run = run_recovery};
    (void)state;

    for (int left = 0; left < LEFT_KINDS; left++) {
        left_now = (enum left)left;
        sweep_all(&sweep);
    }
}

/* --- reading --------------------------------------------------------------------------------- */

/* Open, verify, read all of it. */
static enum status read_all(const struct life *life, const struct disk *disk, struct fault *fault)
{
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct recording_reader *reader = NULL;
    enum status status = recording_reader_open(&access, life->path, life->id, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    if (status == STATUS_OK) {
        size_t audio_bytes = (size_t)recording_reader_summary(reader)->audio_bytes;
        uint8_t *audio = malloc(audio_bytes);
        status = recording_reader_read(reader, 0, audio, audio_bytes, fault);
        if (status == STATUS_OK)
            assert_memory_equal(audio, life->stream.bytes.data, audio_bytes);
        free(audio);
    }
    recording_reader_close(reader);
    return status;
}

static uint64_t run_reading(const struct faulty_plan *plan)
{
    enum status expected = left_now == LEFT_SEALED ? STATUS_OK : STATUS_CONFLICT;
    struct faulty faulty;
    struct life life;
    struct fault fault = {0};

    struct memory_disk *memory = leave(&life, left_now);
    faulty_init(&faulty, memory_disk_disk(memory), memory);
    faulty_lay(&faulty, plan);
    enum status status = read_all(&life, &faulty.disk, &fault);
    /* A disk that cannot be read is not a file that was damaged. */
    if (status != STATUS_IO)
        assert_int_equal(status, expected);
    assert_int_equal(memory_disk_open_files(memory), 0);
    uint64_t failed = faulty_failed(&faulty);
    assert_true(failed || status == expected);
    life_deinit(&life);
    faulty_deinit(&faulty);
    memory_disk_destroy(memory);
    return failed;
}

static void a_disk_that_cannot_be_read_is_no_damage(void **state)
{
    const struct sweep sweep = {.run = run_reading};
    (void)state;

    left_now = LEFT_SEALED;
    sweep_all(&sweep);
    left_now = LEFT_RECORDING;
    sweep_all(&sweep);
}

/* --- another customer ------------------------------------------------------------------------ */

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

static bool is_reassigned(const struct life *life, const struct disk *disk)
{
    const struct recording_access access = {disk, keys.private_keys, keys.public_keys};
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    assert_int_equal(recording_reader_open(&access, life->path, life->id, &reader, &fault),
                     STATUS_OK);
    bool other =
        memcmp(recording_reader_summary(reader)->customer.b, keys.customer[1].b, UUID_BYTES) == 0;
    recording_reader_close(reader);
    return other;
}

static void check_reassigned(const struct life *life, struct memory_disk *memory, uint64_t seed,
                             bool acknowledged)
{
    for (int look = LOOK_DEAD; look <= LOOK_CUT; look++) {
        struct memory_disk *copy = look_at(memory, (enum look)look, seed);
        const struct disk *disk = memory_disk_disk(copy);
        struct fault fault = {0};
        bool done = is_reassigned(life, disk);
        assert_true(done || !acknowledged);
        life_check_file(life, disk, done);
        enum status status = reassign(life, disk, &fault);
        if (status != STATUS_OK)
            fail_msg("%s: %s", status_name(status), fault.text);
        life_check_file(life, disk, 1);
        memory_disk_destroy(copy);
    }
}

static uint64_t run_reassign(const struct faulty_plan *plan)
{
    struct faulty faulty;
    struct life life;
    struct fault fault = {0};

    struct memory_disk *memory = leave(&life, LEFT_SEALED);
    faulty_init(&faulty, memory_disk_disk(memory), memory);
    faulty_lay(&faulty, plan);
    note_plan(&life, "change of customer", plan);
    enum status status = reassign(&life, &faulty.disk, &fault);
    if (status != STATUS_OK && !(life_statuses_of(plan->sys_errno) & UINT32_C(1) << status))
        fail_msg("reassign: %s: %s", status_name(status), fault.text);
    assert_int_equal(memory_disk_open_files(memory), 0);
    faulty_heal(&faulty);
    check_reassigned(&life, memory, runs, status == STATUS_OK);
    uint64_t failed = faulty_failed(&faulty);
    life_deinit(&life);
    faulty_deinit(&faulty);
    memory_disk_destroy(memory);
    return failed;
}

static void a_change_of_customer_outlives_every_failure(void **state)
{
    const struct sweep sweep = {.run = run_reassign};
    (void)state;

    sweep_all(&sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recordings_whole_life_outlives_every_failure),
        cmocka_unit_test(a_disk_that_is_full_at_any_sector_loses_nothing_confirmed),
        cmocka_unit_test(a_full_disk_that_gets_room_again_goes_on_where_it_was),
        cmocka_unit_test(a_recovery_outlives_every_failure_and_is_done_again),
        cmocka_unit_test(a_disk_that_cannot_be_read_is_no_damage),
        cmocka_unit_test(a_change_of_customer_outlives_every_failure),
    };

    return cmocka_run_group_tests_name("disk_sweep", tests, open_keys, close_keys);
}
