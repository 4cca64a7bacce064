/**
 * journal_replay: what all entries of a journal say together: the legs as last told, the facts, and
 * where entries are missing. Pure; one thread. Positions are 1/48000 s.
 */
#ifndef RECORDER_STORAGE_RECORDING_JOURNAL_REPLAY_H
#define RECORDER_STORAGE_RECORDING_JOURNAL_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "storage/recording/journal.h"

enum { JOURNAL_GAPS_MAX = 256 }; /* those that come then are one with the last */

/* A stretch of which the facts of no leg's line are known. */
struct journal_gap {
    int64_t start;
    int64_t end;
};

struct journal_replay {
    size_t entries;            /* that were read; 0: nothing is known */
    struct journal_entry last; /* its `until`: up to there facts are known */
    size_t facts;
    struct journal_fact *fact; /* [facts], by leg and start; owned */
    size_t cap;
    size_t gaps;
    struct journal_gap gap[JOURNAL_GAPS_MAX];
};

/**
 * Read all entries: those of one tail, or of several, one behind the other. One that is not whole
 * ends it, as if nothing followed; one that came twice counts once.
 *
 * STATUS_OK (also where there is none), STATUS_NOMEM.
 */
enum status journal_replay(const struct bytes *entries, struct journal_replay *out) MUST_CHECK;

/** Free; only journal_replay may follow. */
void journal_replay_deinit(struct journal_replay *replay);

#endif
