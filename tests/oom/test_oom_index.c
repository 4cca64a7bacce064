/*
 * Each allocation is failed while the index is opened, written and read, SQLite's among them: once,
 * and from every fifth on all that follow, until a run goes through without. Nothing leaks, what
 * was committed is there, what was not is not, and the database is whole.
 */
#include "oom/support_index.h"

#include <string.h>

#include "oom/fallible.h"
#include "storage/index/audit.h"
#include "storage/index/backup.h"
#include "storage/index/details.h"

enum { LASTING_STEP = 5, FACTS = 3 };

static struct oom_index files;
static size_t runs;

static int make_template(void **state)
{
    (void)state;
    oom_index_open(&files);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    oom_index_close(&files);
    print_message("oom_index: %zu runs, each with an allocation that failed\n", runs);
    return 0;
}

/* How far a call came. */
struct call {
    struct index_recording row;
    struct index_fact fact[FACTS];
    bool begun;    /* its row was committed */
    bool finished; /* completed, likewise */
    bool audited;
};

static enum status begin(struct index *index, struct call *call, struct fault *fault)
{
    enum status status = index_begin(index, fault);

    if (status != STATUS_OK)
        return status;
    status = recordings_find_conversation(index, &call->row, fault);
    if (status == STATUS_OK)
        status = recordings_insert(index, &call->row, fault);
    if (status != STATUS_OK) {
        index_rollback(index);
        return status;
    }
    status = index_commit(index, fault);
    call->begun = status == STATUS_OK;
    return status;
}

static void visit(void *context, const struct index_recording *row)
{
    size_t *count = context;

    (void)row;
    (*count)++;
}

/* What a call writes, and what is read of it. Stops where memory is out. */
static enum status lead(struct index *index, struct call *call, struct fault *fault)
{
    struct audit_entry entry = {.at = call->row.started,
                                .actor = "program:keeper",
                                .action = "recover",
                                .recording = &call->row.id,
                                .address = "",
                                .detail = "{}"};
    struct recordings_query query = {.customer = &call->row.customer, .number = "*80", .limit = 10};
    struct index_recording found;
    struct index_fact *facts = NULL;
    size_t fact_count = 0;
    size_t count = 0;
    bool more = false;
    enum status status = begin(index, call, fault);

    if (status == STATUS_OK) {
        call->row.state = RECORDING_STATE_SEALED;
        call->row.duration_ms = 61000;
        status = recordings_finish(index, &call->row, call->fact, FACTS, fault);
        call->finished = status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = audit_append(index, &entry, fault);
    call->audited = status == STATUS_OK;
    if (status == STATUS_OK)
        status = recordings_get(index, call->row.id, NULL, &found, fault);
    if (status == STATUS_OK)
        status = recordings_facts(index, call->row.id, &facts, &fact_count, fault);
    free(facts);
    if (status == STATUS_OK)
        status = recordings_list(index, &query, visit, &count, &more, fault);
    if (status == STATUS_OK) {
        assert_int_equal(fact_count, FACTS);
        assert_int_equal(count, 1);
    }
    return status;
}

static void count_entry(void *context, const struct audit_entry *entry)
{
    size_t *count = context;

    *count += strcmp(entry->action, "recover") == 0;
}

/* By a connection that has memory. */
static void check(const struct call *call)
{
    struct index *index = NULL;
    struct index_recording found;
    struct fault fault = {0};
    size_t entries = 0;

    assert_ok(index_open(files.path, &index, &fault), &fault);
    enum status status = recordings_get(index, call->row.id, NULL, &found, &fault);
    assert_int_equal(status, call->begun ? STATUS_OK : STATUS_NOT_FOUND);
    if (call->finished) {
        assert_int_equal(found.state, RECORDING_STATE_SEALED);
        assert_int_equal(found.duration_ms, 61000);
    } else if (call->begun) {
        assert_int_equal(found.state, RECORDING_STATE_RECORDING);
    }
    assert_ok(audit_list(index, 0, 100, count_entry, &entries, &fault), &fault);
    assert_int_equal(entries, call->audited);
    index_close(index);
    assert_ok(index_check(files.path, &fault), &fault);
}

static void fill_call(struct call *call)
{
    struct fault fault = {0};
    struct index *index = NULL;

    *call = (struct call){0};
    assert_ok(index_open(files.path, &index, &fault), &fault);
    call->row =
        make_recording(unassigned(index), INT64_C(1795356000000000), "+4588303080", "+4570101010");
    index_close(index);
    for (size_t i = 0; i < FACTS; i++) {
        call->fact[i] = (struct index_fact){
            .start_ms = (int64_t)i * 1000, .end_ms = (int64_t)i * 1000 + 20, .leg = -1, .count = 1};
        (void)snprintf(call->fact[i].cause, sizeof call->fact[i].cause, "lost");
    }
}

static uint64_t run(uint64_t nth, bool lasting)
{
    struct call call;
    struct index *index = NULL;
    struct fault fault = {0};

    oom_index_copy(&files);
    fill_call(&call);
    fallible_lay(nth, lasting);
    fallible_watch(true);
    enum status status = index_open(files.path, &index, &fault);
    if (status == STATUS_OK)
        status = lead(index, &call, &fault);
    index_close(index);
    fallible_watch(false);
    uint64_t failed = fallible_failed();
    if (status != STATUS_OK && (status != STATUS_NOMEM || !failed))
        fail_msg("allocation %llu: %s: %s", (unsigned long long)nth, status_name(status),
                 fault.text);
    check(&call);
    return failed;
}

static void the_index_outlives_every_allocation_that_fails(void **state)
{
    (void)state;
    (void)run(0, false);
    for (int lasting = 0; lasting < 2; lasting++) {
        uint64_t failed = 1;
        for (uint64_t nth = 1; failed; nth += lasting ? LASTING_STEP : 1) {
            int64_t live = fallible_live();
            failed = run(nth, lasting);
            runs += failed != 0;
            assert_int_equal(fallible_live(), live);
        }
    }
}

/* --- details --------------------------------------------------------------------------------- */

static void details_without_memory_say_so(void **state)
{
    struct call call;
    uint64_t failed = 1;
    (void)state;

    oom_index_copy(&files);
    fill_call(&call);
    for (uint64_t nth = 0; failed; nth++) {
        int64_t live = fallible_live();
        struct index_recording found = {.started = call.row.started};
        struct index_fact *facts = NULL;
        size_t fact_count = 0;
        char *json = NULL;
        fallible_lay(nth, false);
        fallible_watch(true);
        enum status status = details_write(&call.row, NULL, call.fact, FACTS, &json);
        if (status == STATUS_OK)
            status = details_read(json, strlen(json), &found, &facts, &fact_count);
        fallible_watch(false);
        failed = nth ? fallible_failed() : 1;
        bool read = json != NULL; /* jansson does not tell bad text from no memory */
        if (status != STATUS_OK && status != STATUS_NOMEM && !(read && status == STATUS_INVALID))
            fail_msg("allocation %llu: %s", (unsigned long long)nth, status_name(status));
        if (status == STATUS_OK) {
            assert_int_equal(fact_count, FACTS);
            assert_string_equal(found.caller.number, call.row.caller.number);
        }
        free(facts);
        free(json);
        if (nth)
            assert_int_equal(fallible_live(), live);
        runs += nth && failed;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_outlives_every_allocation_that_fails),
        cmocka_unit_test(details_without_memory_say_so),
    };

    return cmocka_run_group_tests_name("oom_index", tests, make_template, remove_all);
}
