#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->index = index_files_make(&fixture->files);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;

    index_close(fixture->index);
    index_files_remove(&fixture->files);
    free(fixture);
    return 0;
}

void assert_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

struct uuid add_customer(struct index *index, const char *number)
{
    struct customer customer = {.id = uuid_new(clock_wall_now()), .created = clock_wall_now()};
    struct fault fault = {0};

    (void)snprintf(customer.number, sizeof customer.number, "%s", number);
    (void)snprintf(customer.name, sizeof customer.name, "Customer %s", number);
    assert_ok(customers_add(index, &customer, NULL, &fault), &fault);
    return customer.id;
}

struct uuid unassigned(struct index *index)
{
    struct customer customer;
    struct fault fault = {0};

    assert_ok(customers_find(index, CUSTOMER_UNASSIGNED, &customer, &fault), &fault);
    return customer.id;
}

struct index_recording make_recording(struct uuid customer, int64_t started_us, const char *caller,
                                      const char *called)
{
    struct index_recording recording = {.customer = customer,
                                        .id = uuid_new(clock_wall_from_us(started_us)),
                                        .started = clock_wall_from_us(started_us)};

    (void)snprintf(recording.caller.number, sizeof recording.caller.number, "%s", caller);
    (void)snprintf(recording.called.number, sizeof recording.called.number, "%s", called);
    (void)snprintf(recording.caller.name, sizeof recording.caller.name, "Anna Ågård");
    (void)snprintf(recording.source, sizeof recording.source, "pbx");
    (void)snprintf(recording.source_address, sizeof recording.source_address, "10.0.0.31");
    (void)snprintf(recording.sip_call_id, sizeof recording.sip_call_id, "a84b4c76e66710");
    (void)snprintf(recording.session_id, sizeof recording.session_id, "siprec-1");
    (void)snprintf(recording.sip_session_id, sizeof recording.sip_session_id, "ab30317f");
    (void)snprintf(recording.group_id, sizeof recording.group_id, "group-1");
    (void)snprintf(recording.node, sizeof recording.node, "node-1");
    (void)snprintf(recording.path, sizeof recording.path, "recordings/2026/11/22/x.crec");
    return recording;
}

struct uuid add_recording(struct index *index, struct uuid customer, int64_t started_us,
                          const char *caller, const char *called)
{
    struct index_recording recording = make_recording(customer, started_us, caller, called);
    struct fault fault = {0};

    assert_ok(recordings_insert(index, &recording, &fault), &fault);
    return recording.id;
}

void begin_call(struct fixture *fixture, struct index_recording *row)
{
    struct fault fault = {0};

    assert_ok(index_begin(fixture->index, &fault), &fault);
    assert_ok(recordings_find_conversation(fixture->index, row, &fault), &fault);
    assert_ok(recordings_insert(fixture->index, row, &fault), &fault);
    assert_ok(index_commit(fixture->index, &fault), &fault);
}

struct index_recording read_call(struct fixture *fixture, const struct index_recording *row)
{
    struct index_recording found;
    struct fault fault = {0};

    assert_ok(recordings_get(fixture->index, row->id, NULL, &found, &fault), &fault);
    return found;
}

int run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 1000);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return code;
}
