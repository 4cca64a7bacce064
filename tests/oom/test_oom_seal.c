/*
 * Each allocation is failed once, and from each on all that follow, until a run goes through
 * without, while keys are rotated, destroyed, made, sealed to a recovery key and brought back by
 * it, and a sign-in key is read. Nothing leaks, no secret either; what opened before opens, and
 * said again with memory, each comes to its end.
 */
#include "unit/seal/support.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "disk/faulty.h"
#include "oom/fallible.h"
#include "storage/seal/key_months.h"
#include "storage/seal/recovery.h"
#include "storage/seal/rotation.h"
#include "storage/seal/shredding.h"
#include "storage/seal/sign_in.h"

enum { SHREDDED_MONTH = 202610 };

/* What is done, on a copy of one store. */
struct operation {
    const char *name;
    enum status (*run)(struct seal_store *store, struct fault *fault);
    bool shreds;   /* what was sealed to October is lost by it, as it should be */
    bool restores; /* nothing opens before */
};

static struct recovery_secret *secret; /* in force */
static struct recovery_secret *next_secret;
static size_t runs;

static enum status rotate(struct seal_store *store, struct fault *fault)
{
    struct rotation_report report;

    return keys_rotate(store->keys, NULL, &report, fault);
}

static enum status shred(struct seal_store *store, struct fault *fault)
{
    struct key_shredding key = {
        .customer = store->customer, .month = SHREDDED_MONTH, .when = clock_wall_now()};

    return keys_shred(store->disk, SEAL_KEYS, &key, fault);
}

static enum status make(struct seal_store *store, struct fault *fault)
{
    enum status status = private_keys_make_month(store->keys, store->customer, "2026-12", fault);

    return status == STATUS_OK ? private_keys_make_hold(store->keys, fault) : status;
}

/* Whoever could not be restored is counted, and why. */
static enum status failed_of(const struct recovery_report *report, struct fault *fault)
{
    if (!report->failed)
        return STATUS_OK;
    *fault = report->first;
    return report->first.status;
}

static enum status replace_recovery(struct seal_store *store, struct fault *fault)
{
    struct recovery_report report;
    enum status status = recovery_install(store->keys, next_secret, true, &report, fault);

    return status == STATUS_OK ? failed_of(&report, fault) : status;
}

static enum status restore(struct seal_store *store, struct fault *fault)
{
    struct recovery_report report;
    enum status status = seal_restore(store, true, secret, &report, fault);

    return status == STATUS_OK ? failed_of(&report, fault) : status;
}

static enum status sign_in(struct seal_store *store, struct fault *fault)
{
    struct sign_in_key *key = NULL;
    enum status status = sign_in_make(store->disk, SEAL_KEYS, fault);

    if (status == STATUS_OK)
        status = sign_in_open(store->disk, SEAL_KEYS, &key, fault);
    sign_in_close(key);
    return status;
}

static enum status split(struct seal_store *store, struct fault *fault)
{
    struct recovery_secret *drawn = sodium_malloc(sizeof *drawn);
    struct recovery_input *input = sodium_malloc(sizeof *input);
    enum status status = STATUS_NOMEM;

    (void)store;
    if (drawn && input) {
        memset(input, 0, sizeof *input);
        status = recovery_draw((struct recovery_split){.shares = 3, .threshold = 2}, drawn, fault);
    }
    for (size_t i = 1; status == STATUS_OK && i < 3; i++)
        status = recovery_take(input, drawn->text[i], fault);
    if (status == STATUS_OK)
        status = recovery_join(input, fault);
    if (status == STATUS_OK)
        assert_memory_equal(input->private_half, drawn->private_half, KEY_PRIVATE_BYTES);
    sodium_free(input);
    sodium_free(drawn);
    return status;
}

/* Those of a new store, from its directories on. */
static enum status make_first(struct seal_store *store, struct fault *fault)
{
    static const char keys_dir[] = "/first";
    static const char master_path[] = "/first/master.key";
    const wall_time now = clock_wall_now();
    struct private_keys *private_keys = NULL;
    struct public_keys *public_keys = NULL;
    struct signer *signer = NULL;
    struct customer_key key;
    char month[KEY_MONTH_BYTES];

    keys_month(now, month);
    enum status status = keys_init(store->disk, keys_dir, master_path, fault);
    if (status == STATUS_OK)
        status = private_keys_open(store->disk, keys_dir, master_path, &private_keys, fault);
    if (status == STATUS_OK)
        status = private_keys_make_month(private_keys, store->customer, month, fault);
    if (status == STATUS_OK)
        status = public_keys_open(store->disk, keys_dir, &public_keys, fault);
    if (status == STATUS_OK)
        status = public_keys_customer(public_keys, store->customer, now, &key, fault);
    if (status == STATUS_OK)
        status = signer_open(store->disk, keys_dir, "keeper", &signer, fault);
    signer_close(signer);
    public_keys_close(public_keys);
    private_keys_close(private_keys);
    return status;
}

/* The store as it was, on a disk of its own that only tells when it is at work. */
struct bench {
    struct seal_store store;
    struct faulty faulty;
};

static void bench_open(struct bench *bench, const struct seal_store *from)
{
    bench->store = *from;
    bench->store.memory = memory_disk_copy(from->memory);
    faulty_init(&bench->faulty, memory_disk_disk(bench->store.memory), bench->store.memory);
    bench->faulty.around = fallible_excuse;
    bench->store.disk = &bench->faulty.disk;
    bench->store.keys = NULL;
    seal_open_keys(&bench->store);
}

static void bench_close(struct bench *bench)
{
    private_keys_close(bench->store.keys);
    assert_int_equal(memory_disk_open_files(bench->store.memory), 0);
    faulty_deinit(&bench->faulty);
    memory_disk_destroy(bench->store.memory);
}

static void expect_kept(const struct operation *operation, struct bench *bench, bool done)
{
    seal_open_keys(&bench->store); /* as a program that starts then */
    for (size_t i = 0; i < 3; i++) {
        enum status status = seal_open(&bench->store, &bench->store.sealed[i]);
        if (operation->shreds && i == 0) {
            assert_true(status == STATUS_NO_KEY || (!done && status == STATUS_OK));
        } else if (status != STATUS_OK && (done || !operation->restores)) {
            fail_msg("%s: what was sealed to key %zu: %s", operation->name, i, status_name(status));
        }
    }
}

static uint64_t run(const struct operation *operation, const struct seal_store *from, uint64_t nth,
                    bool lasting)
{
    struct bench bench;
    struct fault fault = {0};

    bench_open(&bench, from);
    fallible_lay(nth, lasting);
    fallible_watch(true);
    enum status status = operation->run(&bench.store, &fault);
    fallible_watch(false);
    uint64_t failed = fallible_failed();
    if (status != STATUS_OK && (status != STATUS_NOMEM || !failed))
        fail_msg("%s, allocation %llu: %s: %s", operation->name, (unsigned long long)nth,
                 status_name(status), fault.text);
    expect_kept(operation, &bench, false);
    fault_clear(&fault);
    if (operation->run(&bench.store, &fault) != STATUS_OK)
        fail_msg("%s again: %s", operation->name, fault.text);
    expect_kept(operation, &bench, true);
    bench_close(&bench);
    return failed;
}

/* The first time, in which none fails, lets libraries take what they keep. */
static void sweep(const struct operation *operation, const struct seal_store *store)
{
    (void)run(operation, store, 0, false);
    for (int lasting = 0; lasting < 2; lasting++) {
        uint64_t failed = 1;
        for (uint64_t nth = 1; failed; nth++) {
            int64_t live = fallible_live();
            failed = run(operation, store, nth, lasting);
            runs += failed != 0;
            if (fallible_live() != live)
                fail_msg("%s, allocation %llu failed: %lld pieces leak", operation->name,
                         (unsigned long long)nth, (long long)(fallible_live() - live));
        }
    }
}

static int set_up(void **state)
{
    struct recovery_report report;
    struct fault fault = {0};

    if (seal_set_up(state) != 0)
        return -1;
    struct seal_store *store = *state;
    secret = sodium_malloc(sizeof *secret);
    next_secret = sodium_malloc(sizeof *next_secret);
    assert_true(secret && next_secret);
    seal_make_month(store, "2026-10");
    seal_make_month(store, "2026-11");
    assert_int_equal(private_keys_make_hold(store->keys, &fault), STATUS_OK);
    assert_int_equal(
        seal_recovery_make(store->keys, (struct recovery_split){0}, false, secret, &report, &fault),
        STATUS_OK);
    assert_int_equal(recovery_draw((struct recovery_split){0}, next_secret, &fault), STATUS_OK);
    seal_seal(store, "2026-10", &store->sealed[0]);
    seal_seal(store, "2026-11", &store->sealed[1]);
    seal_seal(store, NULL, &store->sealed[2]);
    return 0;
}

static int tear_down(void **state)
{
    sodium_free(secret);
    sodium_free(next_secret);
    print_message("oom_seal: %zu runs, each with an allocation that failed\n", runs);
    return seal_tear_down(state);
}

/* Else no leak of a key would show: it is none of the heap's. */
static void guarded_memory_is_counted(void **state)
{
    int64_t live = fallible_live();
    void *memory = sodium_malloc(32);
    (void)state;

    assert_int_equal(fallible_live(), live + 1);
    sodium_free(memory);
    assert_int_equal(fallible_live(), live);
}

static void a_rotation_without_memory_loses_no_key(void **state)
{
    static const struct operation operation = {.name = "rotate", .run = rotate};

    sweep(&operation, *state);
}

static void a_shredding_without_memory_ends_when_said_again(void **state)
{
    static const struct operation operation = {.name = "shred", .run = shred, .shreds = true};

    sweep(&operation, *state);
}

static void keys_without_memory_are_made_again(void **state)
{
    static const struct operation operation = {.name = "first keys", .run = make_first};

    sweep(&operation, *state);
}

static void pairs_without_memory_are_made_again(void **state)
{
    static const struct operation operation = {.name = "make", .run = make};

    sweep(&operation, *state);
}

static void a_recovery_key_without_memory_takes_the_place_of_none_that_is_needed(void **state)
{
    static const struct operation operation = {.name = "recovery key", .run = replace_recovery};

    sweep(&operation, *state);
}

static void a_restoring_without_memory_ends_when_said_again(void **state)
{
    static const struct operation operation = {.name = "restore", .run = restore, .restores = true};
    struct seal_store *store = *state;
    char path[BOUND_PATH_BYTES];

    seal_path(store, "private", "2026-11.key", path);
    assert_int_equal(store->disk->unlink(store->disk->context, path), 0);
    sweep(&operation, store);
}

static void shares_and_a_sign_in_key_without_memory_leak_nothing(void **state)
{
    static const struct operation operations[] = {{.name = "split", .run = split},
                                                  {.name = "sign-in key", .run = sign_in}};

    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        sweep(&operations[i], *state);
}

int main(void)
{
#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KEYS(guarded_memory_is_counted),
        WITH_KEYS(a_rotation_without_memory_loses_no_key),
        WITH_KEYS(a_shredding_without_memory_ends_when_said_again),
        WITH_KEYS(keys_without_memory_are_made_again),
        WITH_KEYS(pairs_without_memory_are_made_again),
        WITH_KEYS(a_recovery_key_without_memory_takes_the_place_of_none_that_is_needed),
        WITH_KEYS(a_restoring_without_memory_ends_when_said_again),
        WITH_KEYS(shares_and_a_sign_in_key_without_memory_leak_nothing),
    };

    return cmocka_run_group_tests_name("oom_seal", tests, NULL, NULL);
}
