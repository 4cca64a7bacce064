/* Several programs write at once: none is made to fail. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/index/audit.h"

enum { WRITERS = 4, ROWS_EACH = 200 };

struct writer {
    const char *path;
    int number;
    enum status status; /* the first that was not OK */
};

static enum status write_one(struct index *index, struct uuid customer, int64_t started_us,
                             struct fault *fault)
{
    struct index_recording row = make_recording(customer, started_us, "4511", "4522");
    const struct audit_entry entry = {
        .at = clock_wall_now(), .actor = "program:test", .action = "insert", .recording = &row.id};
    enum status status = index_begin(index, fault);

    if (status == STATUS_OK)
        status = recordings_insert(index, &row, fault);
    if (status == STATUS_OK)
        status = audit_append(index, &entry, fault);
    if (status == STATUS_OK)
        status = index_commit(index, fault);
    return status;
}

static enum status write_rows(const char *path, int number)
{
    struct index *index = NULL;
    struct customer customer;
    struct fault fault = {0};
    enum status status = index_open(path, &index, &fault);

    if (status == STATUS_OK)
        status = customers_find(index, CUSTOMER_UNASSIGNED, &customer, &fault);
    for (int i = 0; status == STATUS_OK && i < ROWS_EACH; i++)
        status = write_one(index, customer.id, number * 1000 + i, &fault);
    if (status != STATUS_OK)
        print_message("writer %d: %s\n", number, fault.text);
    index_close(index);
    return status;
}

static void *run_writer(void *argument)
{
    struct writer *writer = argument;

    writer->status = write_rows(writer->path, writer->number);
    return NULL;
}

static void count_entry(void *context, const struct audit_entry *entry)
{
    int64_t *last = context;

    assert_int_equal(entry->sequence, *last + 1);
    *last = entry->sequence;
}

static void expect_all_there(struct fixture *fixture)
{
    struct recordings_counts counts;
    struct fault fault = {0};
    int64_t last = 0;

    assert_ok(recordings_count(fixture->index, &counts, &fault), &fault);
    assert_int_equal(counts.by_state[RECORDING_STATE_RECORDING], WRITERS * ROWS_EACH);
    assert_ok(audit_list(fixture->index, 0, 100000, count_entry, &last, &fault), &fault);
    assert_int_equal(last, WRITERS * ROWS_EACH);
}

static void four_processes_write_at_once_and_none_fails(void **state)
{
    struct fixture *fixture = *state;
    pid_t children[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(write_rows(fixture->files.path, i) == STATUS_OK ? 0 : 1);
    }
    for (int i = 0; i < WRITERS; i++) {
        int result = 0;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    }
    expect_all_there(fixture);
}

static void four_threads_write_at_once_and_none_fails(void **state)
{
    struct fixture *fixture = *state;
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){fixture->files.path, i, STATUS_OK};
        assert_int_equal(pthread_create(&threads[i], NULL, run_writer, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(writers[i].status, STATUS_OK);
    }
    expect_all_there(fixture);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(four_processes_write_at_once_and_none_fails),
        WITH_INDEX(four_threads_write_at_once_and_none_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
