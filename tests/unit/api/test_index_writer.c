/* The queue of writes: many threads, one writer, and an index that another program keeps. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "storage/index/audit.h"
#include "support.h"
#include "web/api/index_writer.h"
#include "web/api/lazy_index.h"

enum { CROWD = 8, WRITES = 25, SHORT_MS = 50 };

/* One thread that writes once. */
struct one {
    struct index_writer *writer;
    index_write *write;
    void *job;
    int patience_ms;
    enum status status;
    _Atomic bool here;
    _Atomic bool over;
    pthread_t thread;
};

static struct audit_entry entry_now(void)
{
    return (struct audit_entry){.at = clock_wall_now(),
                                .actor = "unknown",
                                .action = "test",
                                .address = "",
                                .detail = "{}"};
}

static enum status write_entry(struct index *index, void *job, struct fault *fault)
{
    struct audit_entry entry = entry_now();

    (void)job;
    return audit_append(index, &entry, fault);
}

static enum status write_and_fail(struct index *index, void *job, struct fault *fault)
{
    enum status status = write_entry(index, job, fault);

    return status == STATUS_OK ? fault_set(fault, STATUS_INVALID, 0, "refused by itself") : status;
}

/* What others see while a write is under way: job counts the entries on another connection. */
struct outside {
    const struct fixture *fixture;
    unsigned most;
};

static enum status write_and_look(struct index *index, void *job, struct fault *fault)
{
    struct outside *outside = job;
    enum status status = write_entry(index, NULL, fault);
    unsigned seen = fixture_audit(outside->fixture, "test", NULL, 0);

    if (seen > outside->most)
        outside->most = seen;
    return status;
}

static void *run_one(void *argument)
{
    struct one *one = argument;
    struct fault fault = {0};

    atomic_store(&one->here, true);
    one->status = index_writer_run(one->writer, one->write, one->job, one->patience_ms, &fault);
    atomic_store(&one->over, true);
    return NULL;
}

static void start_one(struct one *one, struct index_writer *writer, index_write *write, void *job)
{
    one->writer = writer;
    one->write = write;
    one->job = job;
    if (one->patience_ms == 0)
        one->patience_ms = INDEX_BUSY_MS;
    assert_int_equal(pthread_create(&one->thread, NULL, run_one, one), 0);
}

/* Until it waits, as good as certain. */
static void wait_until_queued(const struct one *one)
{
    while (!atomic_load(&one->here))
        usleep(1000);
    usleep(SHORT_MS * 1000);
}

static enum status join_one(struct one *one)
{
    assert_int_equal(pthread_join(one->thread, NULL), 0);
    return one->status;
}

/* Another program's connection, in a transaction. */
static struct index *keep_index(const struct fixture *fixture)
{
    struct index *index = NULL;
    struct fault fault = {0};

    assert_int_equal(index_open(fixture->index_path, &index, &fault), STATUS_OK);
    assert_int_equal(index_begin(index, &fault), STATUS_OK);
    return index;
}

static void let_go(struct index *owned_index)
{
    index_rollback(owned_index);
    index_close(owned_index);
}

static struct index_writer *open_writer(const struct fixture *fixture)
{
    struct index_writer *writer = NULL;

    assert_int_equal(index_writer_open(fixture->index_path, &writer), STATUS_OK);
    return writer;
}

static void *write_often(void *argument)
{
    struct index_writer *writer = argument;
    struct fault fault = {0};

    for (int i = 0; i < WRITES; i++)
        if (index_writer_run(writer, write_entry, NULL, INDEX_BUSY_MS, &fault) != STATUS_OK)
            return writer;
    return NULL;
}

static void writes_of_many_threads_are_all_there(void **state)
{
    struct fixture *fixture = *state;
    struct index_writer *writer = open_writer(fixture);
    pthread_t threads[CROWD];
    void *failed = NULL;

    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_often, writer), 0);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(fixture_audit(fixture, "test", NULL, 0), CROWD * WRITES);
    index_writer_close(writer);
}

static void those_that_waited_become_durable_together(void **state)
{
    struct fixture *fixture = *state;
    struct index_writer *writer = open_writer(fixture);
    struct index *other = keep_index(fixture);
    struct outside outside = {.fixture = fixture};
    struct one crowd[CROWD] = {0};

    for (int i = 0; i < CROWD; i++)
        start_one(&crowd[i], writer, write_and_look, &outside);
    for (int i = 0; i < CROWD; i++)
        wait_until_queued(&crowd[i]);
    let_go(other);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(join_one(&crowd[i]), STATUS_OK);
    /* a commit each would have shown all to the last */
    assert_in_range(outside.most, 0, CROWD - 2);
    assert_int_equal(fixture_audit(fixture, "test", NULL, 0), CROWD);
    index_writer_close(writer);
}

static void a_write_that_fails_takes_back_its_own_and_nobody_elses(void **state)
{
    struct fixture *fixture = *state;
    struct index_writer *writer = open_writer(fixture);
    struct index *other = keep_index(fixture);
    struct one first = {0};
    struct one failing = {0};
    struct one last = {0};

    start_one(&first, writer, write_entry, NULL);
    start_one(&failing, writer, write_and_fail, NULL);
    start_one(&last, writer, write_entry, NULL);
    wait_until_queued(&first);
    wait_until_queued(&failing);
    wait_until_queued(&last);
    let_go(other);
    assert_int_equal(join_one(&first), STATUS_OK);
    assert_int_equal(join_one(&failing), STATUS_INVALID);
    assert_int_equal(join_one(&last), STATUS_OK);
    assert_int_equal(fixture_audit(fixture, "test", NULL, 0), 2);
    index_writer_close(writer);
}

static void whoever_has_no_patience_gives_up_and_the_others_are_written(void **state)
{
    struct fixture *fixture = *state;
    struct index_writer *writer = open_writer(fixture);
    struct index *other = keep_index(fixture);
    struct one hasty_leader = {.patience_ms = SHORT_MS};
    struct one patient = {0};
    struct one hasty = {.patience_ms = SHORT_MS};

    start_one(&hasty_leader, writer, write_entry, NULL);
    start_one(&patient, writer, write_entry, NULL);
    assert_int_equal(join_one(&hasty_leader), STATUS_BUSY);
    start_one(&hasty, writer, write_entry, NULL);
    assert_int_equal(join_one(&hasty), STATUS_BUSY);
    assert_false(atomic_load(&patient.over));
    let_go(other);
    assert_int_equal(join_one(&patient), STATUS_OK);
    assert_int_equal(fixture_audit(fixture, "test", NULL, 0), 1);
    index_writer_close(writer);
}

static void an_index_that_is_not_there_is_said(void **state)
{
    struct index_writer *writer = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(index_writer_open("/nonexistent/index.sqlite", &writer), STATUS_OK);
    assert_int_equal(index_writer_run(writer, write_entry, NULL, INDEX_BUSY_MS, &fault),
                     STATUS_NOT_FOUND);
    assert_int_not_equal(fault.text[0], '\0');
    index_writer_close(writer);
}

static void a_connection_to_read_writes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct lazy_index lazy;
    struct index *index = NULL;
    struct fault fault = {0};

    lazy_index_init(&lazy, fixture->index_path);
    assert_int_equal(lazy_index_get(&lazy, &index, &fault), STATUS_OK);
    assert_int_equal(write_entry(index, NULL, &fault), STATUS_IO);
    lazy_index_deinit(&lazy);
    assert_int_equal(fixture_audit(fixture, "test", NULL, 0), 0);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(writes_of_many_threads_are_all_there),
        STORE_TEST(those_that_waited_become_durable_together),
        STORE_TEST(a_write_that_fails_takes_back_its_own_and_nobody_elses),
        STORE_TEST(whoever_has_no_patience_gives_up_and_the_others_are_written),
        cmocka_unit_test(an_index_that_is_not_there_is_said),
        STORE_TEST(a_connection_to_read_writes_nothing),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
