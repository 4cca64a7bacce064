/**
 * support: a fresh index in a directory of its own for each test, and rows to put in it.
 */
#ifndef RECORDER_TESTS_UNIT_INDEX_SUPPORT_H
#define RECORDER_TESTS_UNIT_INDEX_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "storage/index/customers.h"
#include "storage/index/index.h"
#include "storage/index/recordings.h"
#include "unit/index_files.h"

struct fixture {
    struct index_files files;
    struct index *index;
};

/** cmocka set-up: *state becomes a struct fixture with an open index. */
int fixture_set_up(void **state);

/** cmocka tear-down: close and remove everything. */
int fixture_tear_down(void **state);

/** Fail the test with the fault's text unless status is STATUS_OK. */
void assert_ok(enum status status, const struct fault *fault);

/** Add a customer; returns its id. */
struct uuid add_customer(struct index *index, const char *number);

/** The id of "unassigned". */
struct uuid unassigned(struct index *index);

/** A row of a call that began started_us after 1970. */
struct index_recording make_recording(struct uuid customer, int64_t started_us, const char *caller,
                                      const char *called);

/** Insert it; returns its id. */
struct uuid add_recording(struct index *index, struct uuid customer, int64_t started_us,
                          const char *caller, const char *called);

/** Find its conversation and insert it, in one transaction as the store does. */
void begin_call(struct fixture *fixture, struct index_recording *row);

/** A row as the index has it now. */
struct index_recording read_call(struct fixture *fixture, const struct index_recording *row);

/** Run SQL on a connection of its own, as an intruder would; returns SQLite's code. */
int run_sql(const char *path, const char *sql);

#endif
