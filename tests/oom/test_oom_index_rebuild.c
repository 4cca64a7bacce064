/*
 * Allocations are failed while an index is made anew from another, SQLite's among them: of the tens
 * of thousands every 101st once, and from every 997th on all that follow, until a run goes through
 * without. What cannot be had without memory is never taken for damage: either the new one has all
 * that the present one had, or that is there as it was, and with memory the next try makes it.
 */
#include "oom/support_index.h"

#include <sqlite3.h>
#include <string.h>

#include "oom/fallible.h"
#include "storage/index/audit.h"
#include "storage/index/backup.h"
#include "storage/index/rebuild.h"
#include "storage/index/sessions.h"

enum { STEP = 101, LASTING_STEP = 997 };

static struct oom_index files;
static size_t runs;
static struct uuid recording;
static wall_time now = {INT64_C(1800000000000000000)};

static void fill(struct index *index)
{
    static const struct sealed_pin pin = {"sealed"};
    const struct audit_entry entry = {
        .actor = "test", .action = "heard", .address = "", .detail = "{}"};
    struct fault fault = {0};
    struct uuid customer = add_customer(index, "88303080");
    struct index_recording row =
        make_recording(customer, INT64_C(1795356000000000), "+451", "+452");

    assert_ok(customers_set_pin(index, "88303080", &pin, &fault), &fault);
    assert_ok(recordings_insert(index, &row, &fault), &fault);
    row.state = RECORDING_STATE_SEALED;
    assert_ok(recordings_finish(index, &row, NULL, 0, &fault), &fault);
    assert_ok(audit_append(index, &entry, &fault), &fault);
    recording = row.id;
}

static int make_template(void **state)
{
    struct index *index = NULL;
    struct fault fault = {0};
    (void)state;

    oom_index_open(&files);
    assert_ok(index_open(files.template.path, &index, &fault), &fault);
    fill(index);
    index_close(index); /* the last one: all of it is in the one file */
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    oom_index_close(&files);
    print_message("oom_index_rebuild: %zu runs, each with an allocation that failed\n", runs);
    return 0;
}

static void count_entry(void *context, const struct audit_entry *entry)
{
    size_t *count = context;

    *count += strcmp(entry->action, "heard") == 0;
}

/* All that the template has is at the index's place. */
static void check(const char *when)
{
    struct index *index = NULL;
    struct index_recording row;
    struct customer customer;
    struct sealed_pin pin;
    struct fault fault = {0};
    size_t entries = 0;

    if (index_open(files.path, &index, &fault) != STATUS_OK ||
        customers_pin(index, "88303080", &customer, &pin, &fault) != STATUS_OK ||
        recordings_get(index, recording, NULL, &row, &fault) != STATUS_OK ||
        audit_list(index, 0, 100, count_entry, &entries, &fault) != STATUS_OK)
        fail_msg("%s: %s", when, fault.text);
    assert_string_equal((const char *)pin.b, "sealed");
    assert_true(uuid_equal(row.customer, customer.id));
    assert_int_equal(row.state, RECORDING_STATE_SEALED);
    assert_int_equal(entries, 1);
    index_close(index);
    assert_ok(index_check(files.path, &fault), &fault);
}

/* As `recorderctl index rebuild` where it finds no files. */
static enum status rebuild(struct fault *fault)
{
    const struct index_rebuild_spec spec = {&disk_system, files.path, NULL, now};
    struct index_rebuild *made = NULL;
    struct index_rebuild_counts counts = {.lost = 0};

    enum status status = index_rebuild_begin(&spec, &made, fault);
    if (status == STATUS_OK)
        status = index_rebuild_end(made, &counts, fault);
    if (status == STATUS_OK) {
        assert_true(counts.known);
        assert_int_equal(counts.kept, 1);
        assert_int_equal(counts.lost, 0);
    }
    return status;
}

static uint64_t run(uint64_t nth, bool lasting)
{
    struct fault fault = {0};
    char when[80];

    oom_index_copy(&files);
    (void)snprintf(when, sizeof when, "allocation %llu%s", (unsigned long long)nth,
                   lasting ? " and all from it on" : "");
    fallible_lay(nth, lasting);
    fallible_watch(true);
    enum status status = rebuild(&fault);
    fallible_watch(false);
    uint64_t failed = fallible_failed();
    if (status != STATUS_OK && (status != STATUS_NOMEM || !failed))
        fail_msg("%s: %s: %s", when, status_name(status), fault.text);
    check(when);
    if (status != STATUS_OK) {
        fault_clear(&fault);
        assert_ok(rebuild(&fault), &fault);
        check(when);
    }
    return failed;
}

static void an_index_made_anew_without_memory_loses_nothing_of_the_present_one(void **state)
{
    (void)state;
    (void)run(0, false);
    for (int lasting = 0; lasting < 2; lasting++) {
        uint64_t failed = 1;
        for (uint64_t nth = 1; failed; nth += lasting ? LASTING_STEP : STEP) {
            int64_t live = fallible_live();
            failed = run(nth, lasting);
            runs += failed != 0;
            assert_int_equal(fallible_live(), live);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_made_anew_without_memory_loses_nothing_of_the_present_one),
    };

    return cmocka_run_group_tests_name("oom_index_rebuild", tests, make_template, remove_all);
}
