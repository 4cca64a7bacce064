/**
 * keeper: the housekeeping service, `recorderctl keeper`. One thread; every keeper_period_s a
 * round:
 *  1. recordings that a crash left behind are recovered (keeper_recover.c);
 *  2. recordings that turned out to be another customer's are sealed to that one's key
 *     (keeper_reassign.c);
 *  3. at the start and once an hour, every customer gets keys for this month and the next, what is
 *     not sealed to the recovery key is, and what a crash left of key files goes (keeper_keys.c);
 *  4. sessions that are over are removed;
 *  5. at the start and once a day, files without a row are reported, tails and segments that stayed
 *     beside finished recordings removed (keeper_scan.c), and those are looked at again that had
 *     failed (keeper_recover.c).
 * Between two rounds it reads finished recordings from end to end, each once in scrub_days, and
 * takes no more of the disk for it than scrub_mib_s (keeper_scrub.c). Audio that was durable and
 * cannot be read any more is an alarm (storage/index/alarms.h) that stays until an operator
 * acknowledges it.
 * Whatever fails is logged and tried again in the next round. A second keeper does no harm: files
 * are locked while they are recovered, and rows are looked at again before they are written.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_KEEPER_H
#define RECORDER_TOOLS_RECORDERCTL_KEEPER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "storage/index/alarms.h"
#include "storage/index/recordings.h"
#include "storage/index/scrub.h"
#include "tools/recorderctl/context.h"

enum {
    KEEPER_YOUNG_S = 5,       /* a call so young is its writer's business */
    KEEPER_REMIND_S = 3600,   /* a complaint about the same recording is not repeated sooner */
    KEEPER_GIVE_UP_S = 3600,  /* a disk that cannot be read may be mended */
    KEEPER_TROUBLES = 16384,  /* recordings whose troubles are remembered */
    KEEPER_KEYS_S = 3600,     /* keys are made a month ahead; looking opens two for each customer */
    KEEPER_KEYS_AGAIN_S = 60, /* after a failure */
    KEEPER_SCAN_S = 86400,
    KEEPER_REMAINS_S = 3600, /* what is left of a file that was never made may be on its way */
    KEEPER_ORPHANS_LOGGED = 20,
    KEEPER_SCRUB_IDLE_S = 60,      /* nothing was due: looked again after so long */
    KEEPER_SCRUB_BAD_S = 86400,    /* what was found bad may have been repaired: read again */
    KEEPER_SCRUB_UNWRITTEN_S = 10, /* what was found is written to the index so often */
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

/* A recording that cannot be worked on now. */
struct keeper_trouble {
    struct uuid recording;
    bool logged;
    mono_time logged_at;
    bool unreadable; /* its disk has not given it to be read, each time since: */
    mono_time unreadable_since;
};

struct keeper_troubles {
    size_t count;
    size_t room;
    struct keeper_trouble *list; /* owned, [room] */
};

/* What was found of one recording and is not in the index yet. */
struct keeper_scrubbed {
    struct uuid recording;
    wall_time at;
    enum scrub_result result;
};

/* Where reading recordings stands. All zero at first. */
struct keeper_scrub {
    mono_time at;    /* not before */
    wall_time began; /* when it was first looked what is due; 0: not yet */
    struct scrub_turn turn;
    struct scrub_list due;
    size_t next; /* of those that are due */
    size_t count;
    struct keeper_scrubbed found[SCRUB_LIST_MAX]; /* [count], since written_at */
    mono_time written_at;
    size_t read; /* since the start */
    size_t bad;
    size_t no_key;
    size_t errors; /* of which nothing can be said, for a trouble of ours */
};

/* Where making keys stands. All zero at first. */
struct keeper_keys {
    bool looked;
    mono_time looked_at;
    bool failed; /* something is missing since */
    bool told;   /* and it was logged */
    mono_time told_at;
};

struct keeper {
    struct context *context;
    struct signer *signer;
    sigset_t signals; /* SIGTERM, SIGINT: blocked, and taken between steps */
    bool stopping;
    bool scanned;
    mono_time scanned_at;
    struct keeper_keys keys;
    size_t orphans;
    size_t rounds;
    size_t recovered; /* since the start */
    size_t failed;
    struct keeper_scrub scrub;
    struct keeper_troubles troubles;
};

/** Whether SIGTERM or SIGINT came; looks without waiting. */
bool keeper_stopping(struct keeper *keeper);

/** Whether to log a trouble with this recording now: not where it was logged in the last hour. */
bool keeper_may_complain(struct keeper *keeper, struct uuid recording, mono_time now);

/** Note how an attempt went: whether the disk did not give the recording to be read. */
void keeper_note_read(struct keeper *keeper, struct uuid recording, bool unreadable, mono_time now);

/** Whether what the disk does not give to be read of a recording counts as lost from now on: that
 * was so at each attempt for KEEPER_GIVE_UP_S. Other troubles do not count. */
bool keeper_gives_up(const struct keeper *keeper, struct uuid recording, mono_time now);

/** Of a recording of which nothing could be kept: whether there was something to keep. A call that
 * was cut off before its first page was durable leaves a header alone. */
bool keeper_had_audio(const struct context *context, const struct index_recording *row);

/** Recover what a crash left behind; adds to counts. STATUS_OK unless the index cannot be read. */
enum status keeper_recover(struct keeper *keeper, struct keeper_counts *counts,
                           struct fault *fault) MUST_CHECK;

/**
 * Look whether recordings of which nothing could be kept, or read, can be read now: their key, disk
 * or file may have come back. What cannot stays as it is; adds to counts. STATUS_OK unless the
 * index cannot be read.
 */
enum status keeper_recover_failed(struct keeper *keeper, struct keeper_counts *counts,
                                  struct fault *fault) MUST_CHECK;

/** Seal recordings to the customers whose they turned out to be; adds to counts. STATUS_OK unless
 * the index cannot be read. */
enum status keeper_reassign(struct keeper *keeper, struct keeper_counts *counts,
                            struct fault *fault) MUST_CHECK;

/** Make the keys that are due; adds to counts->errors as long as some could not be made. */
void keeper_make_keys(struct keeper *keeper, struct keeper_counts *counts);

/** Append to the audit log what the keeper did with a recording; owned_detail is consumed. */
enum status keeper_audit(struct keeper *keeper, const char *action, struct uuid recording,
                         json_t *owned_detail, struct fault *fault) MUST_CHECK;

/**
 * Raise an alarm, with its event and its entry in the audit log, unless the recording has such an
 * open one.
 *
 * kind     ALARM_RECOVERED_DAMAGED, ALARM_SCRUB, ...
 * lost_ms  audio that cannot be read any more; -1 where that is not known.
 */
enum status keeper_alarm(struct keeper *keeper, const char *kind, struct uuid recording,
                         int64_t lost_ms, const char *why, struct fault *fault) MUST_CHECK;

/**
 * Read one recording that is due, where the pace allows it now.
 *
 * Returns when to be called again.
 */
mono_time keeper_scrub_step(struct keeper *keeper);

/** Read all that are due, at that pace, until SIGTERM. */
void keeper_scrub_all(struct keeper *keeper);

/** Write what was found to the index; what cannot be written is read again. */
void keeper_scrub_write(struct keeper *keeper);

/** Look for files without a row, and at recordings that failed; sets counts->orphans, adds to the
 * others. */
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
