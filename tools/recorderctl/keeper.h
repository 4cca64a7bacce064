/**
 * keeper: the housekeeping service, `recorderctl keeper`. One thread; every keeper_period_s a
 * round:
 *  1. recordings that a crash left behind are recovered (keeper_recover.c);
 *  2. recordings that turned out to be another customer's are sealed to that one's key
 *     (keeper_reassign.c);
 *  3. at the start and once an hour, every customer gets keys for this month and the next;
 *  4. sessions that are over are removed;
 *  5. at the start and once a day, files without a row are reported (keeper_scan.c).
 * Whatever fails is logged and tried again in the next round. A second keeper does no harm: files
 * are locked while they are recovered, and rows are looked at again before they are written.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_KEEPER_H
#define RECORDER_TOOLS_RECORDERCTL_KEEPER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "tools/recorderctl/context.h"

enum {
    KEEPER_YOUNG_S = 5,      /* a call so young is its writer's business */
    KEEPER_REMIND_S = 3600,  /* a complaint about the same recording is not repeated sooner */
    KEEPER_COMPLAINTS = 256, /* recordings whose complaints are remembered */
    KEEPER_KEYS_S = 3600,    /* keys are made a month ahead; looking opens two for each customer */
    KEEPER_SCAN_S = 86400,
    KEEPER_ORPHANS_LOGGED = 20,
};

/* What one round found and did. */
struct keeper_counts {
    size_t alive;      /* recordings in progress */
    size_t recovered;  /* finished after a crash */
    size_t completed;  /* were sealed, their rows did not know it yet */
    size_t failed;     /* nothing of them could be kept */
    size_t no_key;     /* wait for a key that is not here */
    size_t errors;     /* steps that failed and are tried again */
    size_t orphans;    /* files without a row, by the last scan */
    size_t reassigned; /* sealed to the customer whose they turned out to be */
};

struct keeper_complaint {
    struct uuid recording;
    mono_time at;
};

struct keeper {
    struct context *context;
    struct signer *signer;
    sigset_t signals; /* SIGTERM, SIGINT: blocked, and taken between steps */
    bool stopping;
    bool scanned;
    mono_time scanned_at;
    bool keys_made;
    mono_time keys_made_at;
    size_t orphans;
    size_t rounds;
    size_t recovered; /* since the start */
    size_t failed;
    size_t complaint_count;
    struct keeper_complaint complaint[KEEPER_COMPLAINTS];
};

/** Whether SIGTERM or SIGINT came; looks without waiting. */
bool keeper_stopping(struct keeper *keeper);

/** Whether to log a trouble with this recording now: not where it was logged in the last hour. */
bool keeper_may_complain(struct keeper *keeper, struct uuid recording, mono_time now);

/** Recover what a crash left behind; adds to counts. STATUS_OK unless the index cannot be read. */
enum status keeper_recover(struct keeper *keeper, struct keeper_counts *counts,
                           struct fault *fault) MUST_CHECK;

/** Seal recordings to the customers whose they turned out to be; adds to counts. STATUS_OK unless
 * the index cannot be read. */
enum status keeper_reassign(struct keeper *keeper, struct keeper_counts *counts,
                            struct fault *fault) MUST_CHECK;

/** Append to the audit log what the keeper did with a recording; owned_detail is consumed. */
enum status keeper_audit(struct keeper *keeper, const char *action, struct uuid recording,
                         json_t *owned_detail, struct fault *fault) MUST_CHECK;

/** Look for files without a row; sets counts->orphans. */
enum status keeper_scan(struct keeper *keeper, struct keeper_counts *counts,
                        struct fault *fault) MUST_CHECK;

/** Write "<store>/keeper.json" for `recorderctl status`. */
enum status keeper_report(const struct keeper *keeper, const struct keeper_counts *counts,
                          struct fault *fault) MUST_CHECK;

/** Read it back; NULL where there is none, or none that can be read. Freed by json_decref. */
json_t *keeper_report_read(const struct context *context);

/** Write one line of JSON to a file that appears whole: a temporary name, then rename. */
enum status keeper_write_json(const char *path, const json_t *object,
                              struct fault *fault) MUST_CHECK;

#endif
