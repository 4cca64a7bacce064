/* What many threads share: workers, open readers, PIN checks. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/bounds.h"
#include "support.h"
#include "web/api/pin_check.h"
#include "web/api/readers.h"
#include "web/api/workers.h"

/* --- workers ---------------------------------------------------------------------------------- */

struct gate {
    pthread_mutex_t lock;
    _Atomic unsigned entered;
    _Atomic unsigned run;
};

static void pass(void *context, struct lazy_index *lazy, void *job)
{
    struct gate *gate = context;

    assert_non_null(lazy);
    assert_non_null(job);
    atomic_fetch_add(&gate->entered, 1);
    (void)pthread_mutex_lock(&gate->lock);
    (void)pthread_mutex_unlock(&gate->lock);
    atomic_fetch_add(&gate->run, 1);
}

static void queue_takes_its_maximum_and_refuses_one_more(void **state)
{
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct workers_spec spec = {
        .threads = 1, .queue_max = 3, .index_path = "/nonexistent", .run = pass, .context = &gate};
    struct workers *workers = NULL;
    struct fault fault = {0};
    unsigned taken = 0;
    int job = 0;

    (void)state;
    assert_int_equal(workers_start(&spec, &workers, &fault), STATUS_OK);
    (void)pthread_mutex_lock(&gate.lock);
    assert_int_equal(workers_submit(workers, &job), STATUS_OK);
    while (atomic_load(&gate.entered) == 0)
        usleep(1000); /* until the only worker has taken it and waits at the gate */
    while (workers_submit(workers, &job) == STATUS_OK)
        taken++;
    assert_int_equal(taken, 3);
    assert_int_equal(workers_submit(workers, &job), STATUS_LIMIT);
    (void)pthread_mutex_unlock(&gate.lock);
    workers_stop(workers);
    assert_int_equal(atomic_load(&gate.run), 4);
    assert_int_equal(workers_submit(workers, &job), STATUS_CONFLICT);
    workers_destroy(workers);
}

/* --- readers ---------------------------------------------------------------------------------- */

struct shelf {
    struct fixture *fixture;
    struct private_keys *keys;
    struct public_keys *signers;
    struct readers *readers;
    struct uuid id[3];
    char path[3][BOUND_PATH_BYTES];
};

static const mono_time start = {.ns = CLOCK_NS_PER_S};

static struct shelf open_shelf(struct fixture *fixture, size_t leased_max)
{
    struct shelf shelf = {.fixture = fixture};
    struct fault fault = {0};

    assert_int_equal(private_keys_open(&disk_system, fixture->config.keys,
                                       fixture->config.master_key, &shelf.keys, &fault),
                     STATUS_OK);
    assert_int_equal(public_keys_open(&disk_system, fixture->config.keys, &shelf.signers, &fault),
                     STATUS_OK);
    assert_int_equal(readers_create(shelf.keys, shelf.signers, leased_max, &shelf.readers),
                     STATUS_OK);
    for (int i = 0; i < 3; i++) {
        wall_time started = clock_wall_now();
        shelf.id[i] = fixture_record(fixture, &fixture->own, started, 10000, 0);
        fixture_path(fixture, shelf.id[i], started, shelf.path[i], sizeof shelf.path[i]);
    }
    return shelf;
}

static void close_shelf(struct shelf *shelf)
{
    readers_destroy(shelf->readers);
    public_keys_close(shelf->signers);
    private_keys_close(shelf->keys);
}

static enum status borrow(struct shelf *shelf, int which, mono_time now,
                          struct reader_lease **lease)
{
    struct fault fault = {0};

    return readers_acquire(shelf->readers, shelf->id[which], shelf->path[which], now, lease,
                           &fault);
}

static void one_reader_serves_all_who_ask(void **state)
{
    struct shelf shelf = open_shelf(*state, 4);
    struct reader_lease *first = NULL;
    struct reader_lease *second = NULL;
    struct reader_lease *other = NULL;

    assert_int_equal(borrow(&shelf, 0, start, &first), STATUS_OK);
    assert_int_equal(borrow(&shelf, 0, start, &second), STATUS_OK);
    assert_int_equal(borrow(&shelf, 1, start, &other), STATUS_OK);
    assert_ptr_equal(reader_lease_reader(first), reader_lease_reader(second));
    assert_ptr_not_equal(reader_lease_reader(first), reader_lease_reader(other));
    readers_release(shelf.readers, first, start);
    readers_release(shelf.readers, second, start);
    readers_release(shelf.readers, other, start);
    close_shelf(&shelf);
}

static void borrowed_reader_outlives_its_idle_time(void **state)
{
    mono_time late = {.ns = start.ns + 2 * READERS_IDLE_S * CLOCK_NS_PER_S};
    struct shelf shelf = open_shelf(*state, 4);
    struct reader_lease *lease = NULL;
    struct reader_lease *again = NULL;
    struct fault fault = {0};
    uint8_t byte = 0;

    assert_int_equal(borrow(&shelf, 0, start, &lease), STATUS_OK);
    readers_expire(shelf.readers, late);
    assert_int_equal(recording_reader_read(reader_lease_reader(lease), 77, &byte, 1, &fault),
                     STATUS_OK);
    assert_int_equal(byte, fixture_audio(77));
    readers_release(shelf.readers, lease, late);
    /* Idle for long: closed, and opened anew where it is asked for again. */
    late.ns += 2 * READERS_IDLE_S * CLOCK_NS_PER_S;
    readers_expire(shelf.readers, late);
    assert_int_equal(unlink(shelf.path[0]), 0);
    assert_int_equal(borrow(&shelf, 0, late, &again), STATUS_NOT_FOUND);
    close_shelf(&shelf);
}

static void file_of_another_recording_is_refused(void **state)
{
    struct shelf shelf = open_shelf(*state, 4);
    struct reader_lease *lease = NULL;
    struct fault fault = {0};

    assert_int_equal(
        readers_acquire(shelf.readers, shelf.id[0], shelf.path[1], start, &lease, &fault),
        STATUS_CORRUPT);
    assert_null(lease);
    close_shelf(&shelf);
}

static void damage_is_remembered_and_forgotten_with_the_file(void **state)
{
    struct shelf shelf = open_shelf(*state, 4);
    struct reader_lease *lease = NULL;

    fixture_flip(shelf.path[0], 5000);
    assert_int_equal(borrow(&shelf, 0, start, &lease), STATUS_CORRUPT);
    assert_int_equal(borrow(&shelf, 0, start, &lease), STATUS_CORRUPT);
    fixture_flip(shelf.path[0], 5000);
    assert_int_equal(borrow(&shelf, 0, start, &lease), STATUS_OK);
    readers_release(shelf.readers, lease, start);
    close_shelf(&shelf);
}

/* --- PIN checks ------------------------------------------------------------------------------- */

struct asker {
    struct pin_check *check;
    const char *hash;
    enum status status;
};

static void *ask(void *argument)
{
    struct asker *asker = argument;

    asker->status = pin_check_verify(asker->check, asker->hash, "0042");
    return NULL;
}

static void pin_is_right_wrong_or_nobodys(void **state)
{
    struct pin_check *check = NULL;
    char hash[crypto_pwhash_STRBYTES];

    (void)state;
    assert_int_equal(pin_check_create(&check), STATUS_OK);
    assert_int_equal(
        crypto_pwhash_str(hash, "0042", 4, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
        0);
    assert_int_equal(pin_check_verify(check, hash, "0042"), STATUS_OK);
    assert_int_equal(pin_check_verify(check, hash, "0043"), STATUS_DENIED);
    assert_int_equal(pin_check_verify(check, hash, ""), STATUS_DENIED);
    assert_int_equal(pin_check_verify(check, "", "0042"), STATUS_DENIED);
    assert_int_equal(pin_check_verify(check, NULL, ""), STATUS_DENIED);
    assert_int_equal(pin_check_verify(check, "not a hash", "0042"), STATUS_DENIED);
    pin_check_destroy(check);
}

static void crowd_of_sign_ins_is_turned_away_not_queued(void **state)
{
    enum { CROWD = 40 };
    struct pin_check *check = NULL;
    struct asker askers[CROWD];
    pthread_t threads[CROWD];
    unsigned busy = 0;

    (void)state;
    assert_int_equal(pin_check_create(&check), STATUS_OK);
    for (int i = 0; i < CROWD; i++) {
        askers[i] = (struct asker){check, "", STATUS_OK};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(askers[i].status == STATUS_DENIED || askers[i].status == STATUS_BUSY);
        busy += askers[i].status == STATUS_BUSY;
    }
    assert_true(busy < CROWD);
    /* All places are free again. */
    assert_int_equal(pin_check_verify(check, "", "1"), STATUS_DENIED);
    pin_check_destroy(check);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_takes_its_maximum_and_refuses_one_more),
        STORE_TEST(one_reader_serves_all_who_ask),
        STORE_TEST(borrowed_reader_outlives_its_idle_time),
        STORE_TEST(file_of_another_recording_is_refused),
        STORE_TEST(damage_is_remembered_and_forgotten_with_the_file),
        cmocka_unit_test(pin_is_right_wrong_or_nobodys),
        cmocka_unit_test(crowd_of_sign_ins_is_turned_away_not_queued),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
