/* store_sink: what is begun is durable, what failed is refused, and a store that is well again
 * takes calls again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ingest/store_sink.h"
#include "storage/index/customers.h"
#include "storage/index/recordings.h"
#include "storage/seal/keys.h"

enum { WAIT_MS = 10000, PAGE_BYTES = 4000, PAGES = 20, SMALL_FILE_BYTES = 8192 };

struct fixture {
    char directory[64];
    char keys[80];
    char master[96];
    char index_path[96];
    char node[8];
    struct config config;
    struct store_sink *store;
    const struct recording_sink *sink;
};

/* What `ready` said. */
struct answer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool came;
    enum status status;
};

static void ready(void *ready_arg, enum status status)
{
    struct answer *answer = ready_arg;

    pthread_mutex_lock(&answer->lock);
    answer->came = true;
    answer->status = status;
    pthread_cond_signal(&answer->changed);
    pthread_mutex_unlock(&answer->lock);
}

static void assert_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void make_store(struct fixture *fixture)
{
    struct private_keys *keys = NULL;
    struct index *index = NULL;
    struct customer unassigned;
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];

    keys_month(clock_wall_now(), month);
    assert_ok(keys_init(fixture->keys, fixture->master, &fault), &fault);
    assert_ok(index_create(fixture->index_path, &fault), &fault);
    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    assert_ok(customers_find(index, CUSTOMER_UNASSIGNED, &unassigned, &fault), &fault);
    assert_ok(private_keys_open(fixture->keys, fixture->master, &keys, &fault), &fault);
    assert_ok(private_keys_make_month(keys, unassigned.id, month, &fault), &fault);
    private_keys_close(keys);
    index_close(index);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct fault fault = {0};

    assert_non_null(fixture);
    (void)snprintf(fixture->directory, sizeof fixture->directory, "/tmp/unit-ingest-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    (void)snprintf(fixture->keys, sizeof fixture->keys, "%s/keys", fixture->directory);
    (void)snprintf(fixture->master, sizeof fixture->master, "%s/master.key", fixture->keys);
    (void)snprintf(fixture->index_path, sizeof fixture->index_path, "%s/index.sqlite",
                   fixture->directory);
    (void)snprintf(fixture->node, sizeof fixture->node, "node");
    fixture->config = (struct config){.store = fixture->directory,
                                      .keys = fixture->keys,
                                      .master_key = fixture->master,
                                      .node = fixture->node};
    make_store(fixture);
    assert_ok(store_sink_create(&fixture->config, &fixture->store, &fault), &fault);
    fixture->sink = store_sink_interface(fixture->store);
    *state = fixture;
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *where)
{
    (void)about;
    (void)flag;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    store_sink_destroy(fixture->store);
    (void)nftw(fixture->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* Begin a recording and wait for what the store says. */
static enum status begin(struct fixture *fixture, struct uuid *id, void **handle)
{
    struct recording_begin begin = {.started = clock_wall_now(),
                                    .source_address = "192.0.2.1",
                                    .sip_call_id = "call",
                                    .session_id = "",
                                    .sip_session_id = "",
                                    .group_id = ""};
    struct answer answer = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

    *id = begin.id = uuid_new(begin.started);
    assert_int_equal(fixture->sink->begin(fixture->sink->context, &begin, ready, &answer, handle),
                     STATUS_OK);
    pthread_mutex_lock(&answer.lock);
    while (!answer.came)
        pthread_cond_wait(&answer.changed, &answer.lock);
    pthread_mutex_unlock(&answer.lock);
    return answer.status;
}

static void write_pages(struct fixture *fixture, void *handle)
{
    static const uint8_t page[PAGE_BYTES];

    for (int i = 0; i < PAGES; i++)
        assert_int_equal(fixture->sink->write(fixture->sink->context, handle, page, sizeof page, i),
                         STATUS_OK);
}

static void end(struct fixture *fixture, void *handle)
{
    const struct recording_end end = {.ended = clock_wall_now(), .end_cause = "bye", .legs = 0};

    fixture->sink->end(fixture->sink->context, handle, &end);
}

/* Everything that was ended is in the index afterwards. */
static void close_store(struct fixture *fixture)
{
    store_sink_destroy(fixture->store);
    fixture->store = NULL;
}

static enum status find(struct fixture *fixture, struct uuid id, struct index_recording *row)
{
    struct index *index = NULL;
    struct fault fault = {0};

    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    enum status status = recordings_get(index, id, NULL, row, &fault);
    index_close(index);
    return status;
}

static bool file_is_there(const struct fixture *fixture, const struct index_recording *row)
{
    char path[BOUND_PATH_BYTES + sizeof fixture->directory];

    (void)snprintf(path, sizeof path, "%s/%s", fixture->directory, row->path);
    return access(path, F_OK) == 0;
}

static void wait_for_health(struct fixture *fixture, bool healthy)
{
    const struct timespec pause = {0, 10 * CLOCK_NS_PER_MS};

    for (int waited_ms = 0; store_sink_healthy(fixture->store) != healthy; waited_ms += 10) {
        assert_true(waited_ms < WAIT_MS);
        (void)nanosleep(&pause, NULL);
    }
}

static void execute(struct fixture *fixture, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(fixture->index_path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, WAIT_MS);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_ended_recording_is_sealed_with_all_its_pages(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row;
    struct uuid id;
    void *handle = NULL;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_int_equal(row.state, RECORDING_STATE_RECORDING);
    assert_true(file_is_there(fixture, &row));
    write_pages(fixture, handle);
    end(fixture, handle);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_int_equal(row.state, RECORDING_STATE_SEALED);
    assert_int_equal(row.audio_bytes, PAGES * PAGE_BYTES);
}

static void an_aborted_recording_leaves_neither_file_nor_row(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row;
    struct uuid id;
    void *handle = NULL;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, handle);
    close_store(fixture);
    assert_false(file_is_there(fixture, &row));
    assert_int_equal(find(fixture, id, &row), STATUS_NOT_FOUND);
}

static void a_recording_that_was_not_ended_is_left_for_recovery(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row;
    struct uuid id;
    void *handle = NULL;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_int_equal(row.state, RECORDING_STATE_RECORDING);
    assert_true(file_is_there(fixture, &row));
}

/* No call is in progress meanwhile: nothing but the store itself can find that it is well again. */
static void a_store_whose_index_failed_takes_calls_again_when_that_is_over(void **state)
{
    struct fixture *fixture = *state;
    struct uuid id;
    void *handle = NULL;

    execute(fixture, "CREATE TRIGGER refuse BEFORE INSERT ON recordings "
                     "BEGIN SELECT RAISE(ABORT, 'refused'); END");
    assert_int_not_equal(begin(fixture, &id, &handle), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, handle);
    execute(fixture, "DROP TRIGGER refuse");
    wait_for_health(fixture, true);
    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    end(fixture, handle);
}

static void a_disk_that_refuses_pages_makes_the_store_unhealthy_and_loses_none(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row;
    struct rlimit before;
    struct uuid id;
    void *handle = NULL;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    assert_true(store_sink_healthy(fixture->store));
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = SMALL_FILE_BYTES, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    write_pages(fixture, handle);
    wait_for_health(fixture, false);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    wait_for_health(fixture, true);
    end(fixture, handle);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_int_equal(row.state, RECORDING_STATE_SEALED);
    assert_int_equal(row.audio_bytes, PAGES * PAGE_BYTES);
}

static off_t file_bytes(const struct fixture *fixture, const struct index_recording *row)
{
    char path[BOUND_PATH_BYTES + sizeof fixture->directory];
    struct stat about;

    (void)snprintf(path, sizeof path, "%s/%s", fixture->directory, row->path);
    return stat(path, &about) == 0 ? about.st_size : -1;
}

static void another_program_that_holds_the_index_holds_up_rows_and_not_audio(void **state)
{
    struct fixture *fixture = *state;
    const struct timespec pause = {2, 0};
    struct index_recording row;
    struct uuid ids[2];
    void *handles[3] = {NULL, NULL, NULL};
    sqlite3 *other = NULL;

    assert_int_equal(begin(fixture, &ids[0], &handles[0]), STATUS_OK);
    assert_int_equal(begin(fixture, &ids[1], &handles[1]), STATUS_OK);
    assert_int_equal(find(fixture, ids[0], &row), STATUS_OK);
    assert_int_equal(sqlite3_open(fixture->index_path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    end(fixture, handles[1]); /* its row cannot be completed */
    write_pages(fixture, handles[0]);
    (void)nanosleep(&pause, NULL);
    assert_true(file_bytes(fixture, &row) >= PAGES * PAGE_BYTES);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(begin(fixture, &ids[0], &handles[2]), STATUS_OK);
    end(fixture, handles[0]);
    end(fixture, handles[2]);
    close_store(fixture);
    assert_int_equal(find(fixture, ids[1], &row), STATUS_OK);
    assert_int_equal(row.state, RECORDING_STATE_SEALED);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(an_ended_recording_is_sealed_with_all_its_pages),
        WITH_STORE(an_aborted_recording_leaves_neither_file_nor_row),
        WITH_STORE(a_recording_that_was_not_ended_is_left_for_recovery),
        WITH_STORE(a_store_whose_index_failed_takes_calls_again_when_that_is_over),
        WITH_STORE(a_disk_that_refuses_pages_makes_the_store_unhealthy_and_loses_none),
        WITH_STORE(another_program_that_holds_the_index_holds_up_rows_and_not_audio),
    };

    return cmocka_run_group_tests_name("store_sink", tests, NULL, NULL);
}
