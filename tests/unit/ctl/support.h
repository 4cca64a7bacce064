/**
 * support: a store of its own for each test, recordings in it, and recorderctl run in this process.
 */
#ifndef RECORDER_TESTS_UNIT_CTL_SUPPORT_H
#define RECORDER_TESTS_UNIT_CTL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "storage/index/customers.h"
#include "storage/index/index.h"
#include "storage/index/recordings.h"
#include "storage/recording/writer.h"

#define CTL_CUSTOMER "88303080"

struct ctl {
    char directory[64]; /* holds "recorder.conf" and "store" */
    char config[96];
    char store[96];
    int code;  /* of the last run */
    char *out; /* what it printed */
    char *err;
    struct uuid customer; /* of CTL_CUSTOMER, once made */
};

/** cmocka set-up: *state becomes a struct ctl with an empty directory and a configuration. */
int ctl_set_up_empty(void **state);

/** cmocka set-up: the same after `init` and `customer add 88303080`. */
int ctl_set_up(void **state);

/** cmocka tear-down: remove everything. */
int ctl_tear_down(void **state);

/** Run `recorderctl --config ... ARGUMENTS`; arguments end with NULL. Returns the exit code. */
int ctl_run(struct ctl *ctl, ...) __attribute__((sentinel));

/** Fail unless the last run printed one JSON value and nothing else; freed by json_decref. */
json_t *ctl_json(const struct ctl *ctl);

/** Fail unless the last run printed one error line that has `part` in it, and nothing else. */
void ctl_expect_error(const struct ctl *ctl, const char *part);

/** Run SQL on the index; returns the first column of the first row, 0 where there is none. */
int64_t ctl_sql(const struct ctl *ctl, const char *sql);

/* How a recording in the test store came to be. */
enum ctl_end {
    CTL_SEALED,       /* file and row finished */
    CTL_ROW_BEHIND,   /* file finished, the row does not know */
    CTL_CRASHED,      /* the writer died */
    CTL_ALIVE,        /* the writer goes on; see ctl_recording.writer */
    CTL_WITHOUT_FILE, /* a row alone */
    CTL_WITHOUT_ROW,  /* a finished file alone */
};

struct ctl_recording {
    struct uuid id;
    char id_text[UUID_TEXT_BYTES];
    char path[BOUND_PATH_BYTES + 128]; /* of the file */
    struct recording_writer *writer;   /* of a CTL_ALIVE one; the test destroys it */
};

/** Make a recording of 2 s that began age_s ago. */
struct ctl_recording ctl_record(struct ctl *ctl, enum ctl_end end, int64_t age_s);

/** Seal the file of a CTL_ALIVE one, the only one that there is; its row stays behind. */
void ctl_seal(struct ctl *ctl, struct ctl_recording *recording);

/** A sealed one that turned out to be another customer's, as its file says too. */
struct ctl_recording ctl_record_due(struct ctl *ctl, enum ctl_end end, struct uuid owner_due);

/** One round of the keeper, which exits with code; returns what it counted under a name. */
int64_t ctl_round(struct ctl *ctl, int code, const char *name);

/** State of a recording by the index, as text. */
const char *ctl_state(const struct ctl *ctl, const struct ctl_recording *recording);

#endif
