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

#include "ingest/store_controls.h"
#include "ingest/store_sink.h"
#include "storage/index/controls.h"
#include "storage/index/customers.h"
#include "storage/index/recordings.h"
#include "storage/recording/documents.h"
#include "storage/recording/reader.h"
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
    int came; /* how often */
    enum status status;
    struct recording_policy policy;
};

static void ready(void *ready_arg, enum status status, const struct recording_policy *policy)
{
    struct answer *answer = ready_arg;

    assert_int_equal(status == STATUS_OK, policy != NULL);
    pthread_mutex_lock(&answer->lock);
    if (policy)
        answer->policy = *policy;
    answer->came++;
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
    char path[96];

    (void)snprintf(path, sizeof path, "%s/recordings", fixture->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    keys_month(clock_wall_now(), month);
    assert_ok(keys_init(&disk_system, fixture->keys, fixture->master, &fault), &fault);
    assert_ok(index_create(&disk_system, fixture->index_path, &fault), &fault);
    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    assert_ok(customers_find(index, CUSTOMER_UNASSIGNED, &unassigned, &fault), &fault);
    assert_ok(private_keys_open(&disk_system, fixture->keys, fixture->master, &keys, &fault),
              &fault);
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
    assert_ok(store_sink_create(&disk_system, &fixture->config, &fixture->store, &fault), &fault);
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

static const struct answer no_answer = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                        .changed = PTHREAD_COND_INITIALIZER};

static struct recording_begin new_call(void)
{
    struct recording_begin begin = {.started = clock_wall_now(),
                                    .source = "pbx",
                                    .source_address = "192.0.2.1",
                                    .sip_call_id = "call",
                                    .ties = {"", "", "", ""}};

    begin.id = uuid_new(begin.started);
    return begin;
}

static void *begin_call(struct fixture *fixture, const struct recording_begin *begin,
                        struct answer *answer)
{
    void *handle = NULL;

    assert_int_equal(fixture->sink->begin(fixture->sink->context, begin, ready, answer, &handle),
                     STATUS_OK);
    return handle;
}

static enum status wait_for(struct answer *answer)
{
    pthread_mutex_lock(&answer->lock);
    while (!answer->came)
        pthread_cond_wait(&answer->changed, &answer->lock);
    pthread_mutex_unlock(&answer->lock);
    return answer->status;
}

/* Begin a recording and wait for what the store says. */
static enum status begin(struct fixture *fixture, struct uuid *id, void **handle)
{
    struct recording_begin call = new_call();
    struct answer answer = no_answer;

    *id = call.id;
    *handle = begin_call(fixture, &call, &answer);
    return wait_for(&answer);
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

    execute(fixture, "ALTER TABLE recordings RENAME TO away");
    assert_int_not_equal(begin(fixture, &id, &handle), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, handle);
    execute(fixture, "ALTER TABLE away RENAME TO recordings");
    wait_for_health(fixture, true);
    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    end(fixture, handle);
}

static int count_rows(struct fixture *fixture)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(fixture->index_path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, WAIT_MS);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM recordings", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return count;
}

static void a_store_whose_index_failed_stays_unhealthy_until_it_takes_rows(void **state)
{
    struct fixture *fixture = *state;
    const struct timespec pause = {0, 10 * CLOCK_NS_PER_MS};
    struct uuid id;
    void *handle = NULL;

    execute(fixture, "ALTER TABLE recordings RENAME TO away");
    assert_int_not_equal(begin(fixture, &id, &handle), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, handle);
    for (int waited_ms = 0; waited_ms < 3 * STORE_SYNC_MS; waited_ms += 10) {
        assert_false(store_sink_healthy(fixture->store));
        (void)nanosleep(&pause, NULL);
    }
    execute(fixture, "ALTER TABLE away RENAME TO recordings");
    wait_for_health(fixture, true);
    assert_int_equal(count_rows(fixture), 0); /* none that it was tried by */
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

/* Another program that holds the index's write lock, so that what begins meanwhile is one batch. */
static sqlite3 *hold_index(const struct fixture *fixture)
{
    sqlite3 *other = NULL;

    assert_int_equal(sqlite3_open(fixture->index_path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return other;
}

static void release_index(sqlite3 *other)
{
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

static void *release_soon(void *other)
{
    const struct timespec pause = {0, 300 * CLOCK_NS_PER_MS};

    (void)nanosleep(&pause, NULL);
    release_index(other);
    return NULL;
}

static void the_store_starts_while_another_program_writes(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    pthread_t other;

    close_store(fixture);
    assert_int_equal(pthread_create(&other, NULL, release_soon, hold_index(fixture)), 0);
    assert_ok(store_sink_create(&disk_system, &fixture->config, &fixture->store, &fault), &fault);
    assert_int_equal(pthread_join(other, NULL), 0);
}

static void a_row_that_is_refused_refuses_its_own_call_alone(void **state)
{
    struct fixture *fixture = *state;
    struct answer answers[3] = {no_answer, no_answer, no_answer};
    struct recording_begin calls[3];
    struct index_recording row;
    void *handles[3];

    execute(fixture, "CREATE TRIGGER refuse BEFORE INSERT ON recordings"
                     " WHEN NEW.sip_call_id = 'bad' BEGIN SELECT RAISE(ABORT, 'refused'); END");
    sqlite3 *other = hold_index(fixture);
    for (size_t i = 0; i < 3; i++) {
        calls[i] = new_call();
        calls[i].sip_call_id = i == 1 ? "bad" : "good";
        handles[i] = begin_call(fixture, &calls[i], &answers[i]);
    }
    release_index(other);
    assert_int_equal(wait_for(&answers[0]), STATUS_OK);
    assert_int_not_equal(wait_for(&answers[1]), STATUS_OK);
    assert_int_equal(wait_for(&answers[2]), STATUS_OK);
    assert_true(store_sink_healthy(fixture->store));
    fixture->sink->abort(fixture->sink->context, handles[1]);
    end(fixture, handles[0]);
    end(fixture, handles[2]);
    close_store(fixture);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(answers[i].came, 1);
        assert_int_equal(find(fixture, calls[i].id, &row), i == 1 ? STATUS_NOT_FOUND : STATUS_OK);
    }
}

/* Whether it comes alone in its batch or not. */
static void a_row_that_is_refused_says_nothing_of_the_store(void **state)
{
    struct fixture *fixture = *state;
    struct uuid id;
    void *handle = NULL;

    execute(fixture, "CREATE TRIGGER refuse BEFORE INSERT ON recordings "
                     "BEGIN SELECT RAISE(ABORT, 'refused'); END");
    assert_int_not_equal(begin(fixture, &id, &handle), STATUS_OK);
    assert_true(store_sink_healthy(fixture->store));
    fixture->sink->abort(fixture->sink->context, handle);
}

static void a_call_that_is_beginning_when_the_store_closes_gets_its_answer_once(void **state)
{
    struct fixture *fixture = *state;
    struct recording_begin call = new_call();
    struct answer answer = no_answer;
    sqlite3 *other = hold_index(fixture);

    (void)begin_call(fixture, &call, &answer);
    close_store(fixture);
    assert_int_equal(answer.came, 1);
    assert_int_equal(answer.status, STATUS_BUSY);
    release_index(other);
}

static void what_signalling_says_of_a_call_is_in_its_row(void **state)
{
    struct fixture *fixture = *state;
    struct recording_begin call = new_call();
    struct answer answer = no_answer;
    struct index_recording row;

    call.caller = (struct recording_party){"+4511", "Anna"};
    call.called = (struct recording_party){"sip", ""};
    call.ties = (struct recording_ties){"session",  "", "",
                                        "27123789", 1,  {{RECORDING_TIE_GROUP, "another"}}};
    void *handle = begin_call(fixture, &call, &answer);
    assert_int_equal(wait_for(&answer), STATUS_OK);
    assert_int_equal(find(fixture, call.id, &row), STATUS_OK);
    assert_string_equal(row.source, "pbx");
    assert_string_equal(row.source_address, "192.0.2.1");
    assert_string_equal(row.session_id, "session");
    assert_string_equal(row.call_reference, "27123789");
    assert_int_equal(row.ties, 2);
    assert_int_equal(row.tie[0].kind, INDEX_TIE_GROUP);
    assert_string_equal(row.tie[0].value, "another");
    assert_int_equal(row.tie[1].kind, INDEX_TIE_REFERENCE);
    assert_true(uuid_equal(row.conversation, call.id));
    assert_false(row.measured); /* before its end */
    const struct recording_end last = {
        .ended = clock_wall_now(),
        .end_cause = "bye",
        .called = {"+4522", "Bo"},
        .ties = {"", "", "group", "", 1, {{RECORDING_TIE_SIP_SESSION, "ab30;remote=cd40"}}},
        .legs = 2,
        .leg = {{.channel = RECORDING_LEFT,
                 .party = {"+4599", "third"},
                 .packets_refused = 7,
                 .quality = {921, 439, 1234},
                 .speech_ms = 2400,
                 .longest_silence_ms = 1900},
                {.channel = RECORDING_RIGHT}},
        .talk_over_ms = 860,
    };
    fixture->sink->end(fixture->sink->context, handle, &last);
    close_store(fixture);
    assert_int_equal(find(fixture, call.id, &row), STATUS_OK);
    assert_string_equal(row.caller.number, "+4511"); /* whoever is heard on the left */
    assert_string_equal(row.called.number, "+4522");
    assert_string_equal(row.called.name, "Bo");
    assert_string_equal(row.session_id, "session");
    assert_string_equal(row.group_id, "group");
    assert_int_equal(row.ties, 5); /* both groups, the reference, the halves of the SIP session */
    assert_int_equal(row.legs, 2);
    assert_int_equal(row.leg[0].packets_refused, 7);
    assert_int_equal(row.leg[0].sound.r_tenths, 921);
    assert_int_equal(row.leg[0].sound.mos_hundredths, 439);
    assert_int_equal(row.leg[0].sound.jitter_us, 1234);
    assert_int_equal(row.leg[0].sound.speech_ms, 2400);
    assert_int_equal(row.leg[0].sound.longest_silence_ms, 1900);
    assert_true(row.measured);
    assert_int_equal(row.talk_over_ms, 860);
}

/* As the keeper does with a sealed file whose row waits for the index; it may be another file
 * since. */
static void a_row_that_the_keeper_completed_meanwhile_stays_as_it_is(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row;
    struct uuid id;
    void *handle = NULL;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    write_pages(fixture, handle);
    sqlite3 *other = hold_index(fixture);
    end(fixture, handle);
    assert_int_equal(sqlite3_exec(other,
                                  "UPDATE recordings SET state = 1, sha256_cipher = zeroblob(32),"
                                  " end_cause = 'keeper'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    release_index(other);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_string_equal(row.end_cause, "keeper");
    assert_int_equal(row.sha256_cipher[0] | row.sha256_cipher[31], 0);
}

static void two_calls_of_one_batch_that_belong_together_are_one_conversation(void **state)
{
    struct fixture *fixture = *state;
    struct answer answers[2] = {no_answer, no_answer};
    struct recording_begin calls[2];
    struct index_recording row;
    void *handles[2];
    sqlite3 *other = hold_index(fixture);

    for (size_t i = 0; i < 2; i++) {
        calls[i] = new_call();
        calls[i].ties.call_reference = "27123789";
        handles[i] = begin_call(fixture, &calls[i], &answers[i]);
    }
    release_index(other);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wait_for(&answers[i]), STATUS_OK);
        end(fixture, handles[i]);
    }
    close_store(fixture);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(find(fixture, calls[i].id, &row), STATUS_OK);
        assert_true(uuid_equal(row.conversation, calls[0].id));
    }
}

/* A section of a sealed recording. */
static void read_section(struct fixture *fixture, const struct index_recording *row,
                         enum section_kind kind, struct bytes *section)
{
    struct private_keys *private_keys = NULL;
    struct public_keys *public_keys = NULL;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES + sizeof fixture->directory];

    (void)snprintf(path, sizeof path, "%s/%s", fixture->directory, row->path);
    assert_ok(
        private_keys_open(&disk_system, fixture->keys, fixture->master, &private_keys, &fault),
        &fault);
    assert_ok(public_keys_open(&disk_system, fixture->keys, &public_keys, &fault), &fault);
    assert_ok(
        recording_reader_open(&(struct recording_access){&disk_system, private_keys, public_keys},
                              path, row->id, &reader, &fault),
        &fault);
    assert_ok(recording_reader_section(reader, kind, section, &fault), &fault);
    recording_reader_close(reader);
    public_keys_close(public_keys);
    private_keys_close(private_keys);
}

static enum status tell(struct fixture *fixture, void *handle, int64_t at_ms, const char *text,
                        size_t text_bytes)
{
    const struct recording_document document = {.at_ms = at_ms,
                                                .message = at_ms ? "UPDATE" : "INVITE",
                                                .type = "application/rs-metadata+xml",
                                                .data = (const uint8_t *)text,
                                                .data_bytes = text_bytes};

    return fixture->sink->document(fixture->sink->context, handle, &document);
}

/* The keeper believes the file alone, which nobody can change once it is sealed. */
static void whose_a_call_turned_out_to_be_is_sealed_into_its_file(void **state)
{
    struct fixture *fixture = *state;
    struct customer two = {.id = uuid_new(clock_wall_now()), .number = "2", .name = "Two"};
    struct index *index = NULL;
    struct index_recording row;
    struct bytes section;
    struct fault fault = {0};
    struct uuid id;
    void *handle = NULL;
    char said[UUID_TEXT_BYTES + 32];
    char owner[UUID_TEXT_BYTES];

    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    assert_ok(customers_add(index, &two, NULL, &fault), &fault);
    assert_ok(numbers_add(index, "2", "4522", "4522", &fault), &fault);
    index_close(index);
    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    const struct recording_end last = {
        .ended = clock_wall_now(), .end_cause = "bye", .caller = {"+4522", "Bo"}};
    fixture->sink->end(fixture->sink->context, handle, &last);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    assert_true(uuid_equal(row.owner_due, two.id));
    assert_int_equal(row.direction, CALL_OUT);
    uuid_format(two.id, owner);
    (void)snprintf(said, sizeof said, "\"owner_due\":\"%s\"", owner);
    bytes_init(&section, BOUND_SECTION_BYTES);
    read_section(fixture, &row, SECTION_DETAILS, &section);
    assert_non_null(memmem(section.data, section.len, said, strlen(said)));
    assert_non_null(memmem(section.data, section.len, "\"direction\":\"out\"", 17));
    bytes_deinit(&section);
}

static void documents_and_peaks_are_sealed_and_what_was_dropped_is_a_fact(void **state)
{
    static const int8_t side[] = {-1, 1, -3, 3, -2, 2, -4, 4};
    static const int8_t by_side[] = {-1, 1, -2, 2, -3, 3, -4, 4};
    static const int8_t leg[] = {-1, 1, -3, 3, -2, 1, 0, 0, 0, 2, -4, 4};
    static const int8_t by_leg[] = {-1, 1, -2, 1, 0, 2, -3, 3, 0, 0, -4, 4};
    static const struct recording_fact told = {0, 5, -1, "deviation", 0, "no label"};
    static char huge[BOUND_DOCUMENTS_BYTES];
    struct fixture *fixture = *state;
    struct index_recording row;
    struct index *index = NULL;
    struct index_fact *facts = NULL;
    struct document document;
    struct bytes section;
    struct fault fault = {0};
    struct uuid id;
    void *handle = NULL;
    size_t count = 0;
    size_t offset = 0;

    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    assert_int_equal(tell(fixture, handle, 0, "<recording/>", 12), STATUS_OK);
    assert_int_equal(tell(fixture, handle, 10, huge, sizeof huge), STATUS_LIMIT);
    assert_int_equal(tell(fixture, handle, 20, "<a", 2), STATUS_OK); /* as it came */
    const struct recording_end last = {.ended = clock_wall_now(),
                                       .duration_ms = 1000,
                                       .end_cause = "bye",
                                       .facts = 1,
                                       .fact = &told,
                                       .legs = 3,
                                       .peaks = {2, {side, side + 4}, 2, {leg, leg + 4, leg + 8}}};
    fixture->sink->end(fixture->sink->context, handle, &last);
    close_store(fixture);
    assert_int_equal(find(fixture, id, &row), STATUS_OK);
    bytes_init(&section, BOUND_SECTION_BYTES);
    read_section(fixture, &row, SECTION_DOCUMENTS, &section);
    assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_OK);
    assert_string_equal(document.message, "INVITE");
    assert_string_equal(document.type, "application/rs-metadata+xml");
    assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_OK);
    assert_int_equal(document.at_ms, 20);
    assert_int_equal(document.data_bytes, 2);
    assert_memory_equal(document.data, "<a", 2);
    assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_END);
    bytes_clear(&section);
    read_section(fixture, &row, SECTION_CHANNEL_PEAKS, &section);
    assert_int_equal(section.len, sizeof by_side);
    assert_memory_equal(section.data, by_side, sizeof by_side);
    bytes_clear(&section);
    read_section(fixture, &row, SECTION_PEAKS, &section);
    assert_int_equal(section.len, sizeof by_leg);
    assert_memory_equal(section.data, by_leg, sizeof by_leg);
    bytes_deinit(&section);
    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    assert_ok(recordings_facts(index, id, &facts, &count, &fault), &fault);
    index_close(index);
    assert_int_equal(count, 2);
    assert_string_equal(facts[0].cause, "deviation");
    assert_string_equal(facts[0].detail, "no label");
    assert_string_equal(facts[1].cause, "documents_dropped");
    assert_int_equal(facts[1].count, 1);
    assert_int_equal(facts[1].end_ms, 1000);
    free(facts);
}

/* As many pixels as a section holds, and one more. */
static void peaks_of_legs_end_where_a_section_is_full(void **state)
{
    enum { PIXELS = BOUND_SECTION_BYTES / (BOUND_CALL_STREAMS * 2) };
    struct fixture *fixture = *state;
    int8_t *line = calloc(PIXELS + 1, 2);
    struct uuid id[2];

    assert_non_null(line);
    line[2 * PIXELS - 1] = 5;
    line[2 * PIXELS + 1] = 6;
    for (size_t more = 0; more < 2; more++) {
        void *handle = NULL;
        struct recording_end last = {.ended = clock_wall_now(),
                                     .end_cause = "bye",
                                     .legs = BOUND_CALL_STREAMS,
                                     .peaks = {1, {line, line}, PIXELS + more, {NULL}}};
        for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
            last.peaks.leg[i] = line;
        assert_int_equal(begin(fixture, &id[more], &handle), STATUS_OK);
        fixture->sink->end(fixture->sink->context, handle, &last);
    }
    close_store(fixture);
    for (size_t more = 0; more < 2; more++) {
        struct index_recording row;
        struct bytes section;
        assert_int_equal(find(fixture, id[more], &row), STATUS_OK);
        bytes_init(&section, BOUND_SECTION_BYTES);
        read_section(fixture, &row, SECTION_PEAKS, &section);
        assert_int_equal(section.len, BOUND_SECTION_BYTES);
        assert_int_equal(section.data[section.len - 1], 5);
        bytes_deinit(&section);
    }
    free(line);
}

/* --- how it is recorded, and what is asked of it --- */

static void how_a_call_is_recorded_is_known_when_it_begins(void **state)
{
    struct fixture *fixture = *state;
    struct recording_begin call = new_call();
    struct answer answer = no_answer;

    execute(fixture, "UPDATE customers SET mask = 3, pause_max_s = 60");
    void *handle = begin_call(fixture, &call, &answer);
    assert_int_equal(wait_for(&answer), STATUS_OK);
    assert_int_equal(answer.policy.mask_channels, RECORDING_BOTH);
    assert_int_equal(answer.policy.pause_max_ms, 60000);
    end(fixture, handle);
}

/* Nobody knows what must not be kept of it. */
static void a_call_whose_policy_cannot_be_read_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct uuid id;
    void *handle = NULL;

    execute(fixture, "ALTER TABLE customers RENAME COLUMN mask TO away");
    assert_int_not_equal(begin(fixture, &id, &handle), STATUS_OK);
    fixture->sink->abort(fixture->sink->context, handle);
    execute(fixture, "ALTER TABLE customers RENAME COLUMN away TO mask");
    assert_int_equal(begin(fixture, &id, &handle), STATUS_OK);
    end(fixture, handle);
}

/* A media thread that does at once what it is told. */
struct obedient {
    struct fixture *fixture;
    void *handle;
};

static void obey(void *context, const struct uuid *recording,
                 const struct recording_control *control)
{
    const struct obedient *obedient = context;
    const struct recording_sink *sink = obedient->fixture->sink;

    (void)recording;
    sink->controlled(sink->context, obedient->handle, control, 250);
}

static struct control ask_and_wait(struct index *index, struct uuid recording)
{
    const struct timespec pause = {0, 5 * CLOCK_NS_PER_MS};
    struct control control = {.recording = recording,
                              .pause = true,
                              .parties = POLICY_BOTH,
                              .actor = "customer:1",
                              .reason = "card",
                              .address = "192.0.2.7",
                              .asked = clock_wall_now()};
    struct fault fault = {0};

    assert_ok(controls_ask(index, &control, &fault), &fault);
    do {
        (void)nanosleep(&pause, NULL);
        assert_ok(controls_get(index, control.id, &control, &fault), &fault);
        assert_true(clock_wall_now().ns - control.asked.ns < WAIT_MS * CLOCK_NS_PER_MS);
    } while (control.state == CONTROL_ASKED || control.state == CONTROL_TAKEN);
    return control;
}

static void what_is_asked_in_the_index_is_done_or_refused(void **state)
{
    struct fixture *fixture = *state;
    struct obedient obedient = {.fixture = fixture};
    const struct store_listener listener = {&obedient, obey};
    struct index *index = NULL;
    struct fault fault = {0};
    struct uuid id;

    store_sink_listen(fixture->store, &listener);
    assert_int_equal(begin(fixture, &id, &obedient.handle), STATUS_OK);
    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    const struct control done = ask_and_wait(index, id);
    assert_int_equal(done.state, CONTROL_DONE);
    assert_int_equal(done.at_ms, 250);
    store_sink_listen(fixture->store, NULL);
    assert_int_equal(ask_and_wait(index, id).state, CONTROL_REFUSED);
    index_close(index);
    end(fixture, obedient.handle);
}

static size_t controls_in_log(const struct fixture *fixture)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *count = NULL;

    assert_int_equal(sqlite3_open(fixture->index_path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT COUNT(*) FROM audit WHERE action LIKE 'recording.%'", -1,
                           &count, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    size_t found = (size_t)sqlite3_column_int64(count, 0);
    assert_int_equal(sqlite3_finalize(count), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return found;
}

/* While another program holds the index so many wait, and all of them are in the audit log in the
 * end; a recording whose own were among them has no such fact. */
static void pauses_past_those_that_can_wait_are_a_fact_of_their_recording(void **state)
{
    enum { UNTOLD = 3, DURATION_MS = 1000 };
    static const struct recording_control pause = {
        .paused = true, .channels = RECORDING_BOTH, .detail = "INFO"};
    const struct recording_end last = {
        .ended = clock_wall_now(), .duration_ms = DURATION_MS, .end_cause = "bye"};
    struct fixture *fixture = *state;
    const struct recording_sink *sink = fixture->sink;
    struct index *index = NULL;
    struct index_fact *facts = NULL;
    struct fault fault = {0};
    struct uuid ids[2];
    void *handles[2];
    size_t count = 0;

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(begin(fixture, &ids[i], &handles[i]), STATUS_OK);
    sqlite3 *other = hold_index(fixture);
    for (int i = 0; i < STORE_CONTROLS_MAX; i++)
        sink->controlled(sink->context, handles[0], &pause, i);
    for (int i = 0; i < UNTOLD; i++)
        sink->controlled(sink->context, handles[1], &pause, i);
    release_index(other);
    for (size_t i = 0; i < 2; i++)
        sink->end(sink->context, handles[i], &last);
    close_store(fixture);
    assert_int_equal(controls_in_log(fixture), STORE_CONTROLS_MAX);
    assert_ok(index_open(fixture->index_path, &index, &fault), &fault);
    assert_ok(recordings_facts(index, ids[0], &facts, &count, &fault), &fault);
    assert_int_equal(count, 0);
    free(facts);
    assert_ok(recordings_facts(index, ids[1], &facts, &count, &fault), &fault);
    assert_int_equal(count, 1);
    assert_string_equal(facts[0].cause, "controls_untold");
    assert_int_equal(facts[0].count, UNTOLD);
    assert_int_equal(facts[0].leg, -1);
    assert_int_equal(facts[0].start_ms, 0);
    assert_int_equal(facts[0].end_ms, DURATION_MS);
    free(facts);
    index_close(index);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(an_ended_recording_is_sealed_with_all_its_pages),
        WITH_STORE(an_aborted_recording_leaves_neither_file_nor_row),
        WITH_STORE(a_recording_that_was_not_ended_is_left_for_recovery),
        WITH_STORE(a_store_whose_index_failed_takes_calls_again_when_that_is_over),
        WITH_STORE(a_store_whose_index_failed_stays_unhealthy_until_it_takes_rows),
        WITH_STORE(a_disk_that_refuses_pages_makes_the_store_unhealthy_and_loses_none),
        WITH_STORE(another_program_that_holds_the_index_holds_up_rows_and_not_audio),
        WITH_STORE(the_store_starts_while_another_program_writes),
        WITH_STORE(a_row_that_is_refused_refuses_its_own_call_alone),
        WITH_STORE(a_row_that_is_refused_says_nothing_of_the_store),
        WITH_STORE(a_call_that_is_beginning_when_the_store_closes_gets_its_answer_once),
        WITH_STORE(what_signalling_says_of_a_call_is_in_its_row),
        WITH_STORE(a_row_that_the_keeper_completed_meanwhile_stays_as_it_is),
        WITH_STORE(two_calls_of_one_batch_that_belong_together_are_one_conversation),
        WITH_STORE(whose_a_call_turned_out_to_be_is_sealed_into_its_file),
        WITH_STORE(documents_and_peaks_are_sealed_and_what_was_dropped_is_a_fact),
        WITH_STORE(peaks_of_legs_end_where_a_section_is_full),
        WITH_STORE(how_a_call_is_recorded_is_known_when_it_begins),
        WITH_STORE(a_call_whose_policy_cannot_be_read_is_refused),
        WITH_STORE(what_is_asked_in_the_index_is_done_or_refused),
        WITH_STORE(pauses_past_those_that_can_wait_are_a_fact_of_their_recording),
    };

    return cmocka_run_group_tests_name("store_sink", tests, NULL, NULL);
}
