/**
 * journal: what is known of a recording's legs and facts while it goes on, as it lies in the tail
 * file (FORMAT.md section 5.2), so that a crash leaves it for recovery. Pure but for the tail; one
 * thread at a time.
 *
 * An entry tells the legs as they are, whole, and of the facts only what is new or changed since
 * the entry before. Positions are 1/48000 s from the recording's start.
 */
#ifndef RECORDER_STORAGE_RECORDING_JOURNAL_H
#define RECORDER_STORAGE_RECORDING_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/recording/tail.h"
#include "storage/seal/seal.h"

enum {
    JOURNAL_HZ = 48000,
    JOURNAL_CODEC_BYTES = 32,
    JOURNAL_CAUSE_BYTES = 24,
    JOURNAL_COUNTS = 6,
    JOURNAL_PARTIES = 2,
};

struct journal_party {
    char number[BOUND_NUMBER_BYTES]; /* "" where unknown */
    char name[BOUND_NAME_BYTES];
};

struct journal_leg {
    bool right;           /* channel */
    unsigned own_channel; /* 1 + its number, 0: none */
    char label[BOUND_LABEL_BYTES];
    struct journal_party party;
    char codec[JOURNAL_CODEC_BYTES];
    uint32_t rate_hz;
    int64_t anchor_samples; /* of its first sample, at rate_hz; -1: nothing came */
    /* packets received, lost, late, duplicate, ignored, refused */
    uint64_t packets[JOURNAL_COUNTS];
    int64_t from; /* facts of the line are told anew from here on; those of before stay */
};

struct journal_fact {
    int64_t start;
    int64_t end;   /* >= start; the same for an event */
    int leg;       /* index, -1: of the recording */
    bool numbered; /* it is known by its leg and index, and takes the place of the one before; else
                      it is of the leg's line, from `from` on */
    bool open;     /* it goes on */
    uint32_t index;
    uint32_t count;
    char cause[JOURNAL_CAUSE_BYTES];
    char detail[BOUND_FACT_DETAIL_BYTES];
};

struct journal_entry {
    uint32_t number;                             /* 0, 1, 2, ... over all tails of the recording */
    int64_t until;                               /* the facts up to here are told */
    struct journal_party party[JOURNAL_PARTIES]; /* caller, called, as last told; "" where never */
    size_t legs;
    struct journal_leg leg[BOUND_CALL_STREAMS];
    size_t facts;
};

/**
 * Append an entry.
 *
 * entry    texts are terminated; legs <= BOUND_CALL_STREAMS.
 * fact     [entry->facts].
 * entries  its max bounds it.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_NOMEM: then entries is as it was.
 */
enum status journal_put(struct bytes *entries, const struct journal_entry *entry,
                        const struct journal_fact *fact) MUST_CHECK;

/* Where a reader stands. All zero: at the first entry. */
struct journal_reader {
    size_t offset;      /* of the next entry */
    size_t fact_offset; /* of the next fact of the last entry read */
    size_t facts_left;
};

/**
 * Read the next entry; facts of the one before that were not read are passed over.
 *
 * STATUS_OK, STATUS_END (there is none), STATUS_CORRUPT (what stands there is no entry); entry is
 * untouched then.
 */
enum status journal_next(const struct bytes *entries, struct journal_reader *reader,
                         struct journal_entry *entry) MUST_CHECK;

/** Read the next fact of the entry read last. STATUS_OK, STATUS_END, STATUS_CORRUPT. */
enum status journal_next_fact(const struct bytes *entries, struct journal_reader *reader,
                              struct journal_fact *fact) MUST_CHECK;

/* Where a writer stands in its tail file. Embedded by value, zero at first. */
struct journal_tail {
    uint32_t count; /* entries that are in it */
};

/**
 * Seal entries into units behind those that are there.
 *
 * units  of the tail, behind the two of audio, those of documents too; grows.
 * done   out, on failure too: bytes of entries that are written, whole ones.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status journal_tail_write(struct journal_tail *tail, uint64_t *units, struct disk_file file,
                               const uint8_t key[static SEAL_KEY_BYTES],
                               const struct bytes *entries, size_t *done,
                               struct fault *fault) MUST_CHECK;

/**
 * Read what a tail file holds. An entry with a unit that is torn or missing is left out.
 *
 * below    as in records_read (storage/recording/records.h).
 * entries  appended to; its max bounds it.
 *
 * STATUS_OK (also where there is no such file), STATUS_NOMEM, STATUS_IO.
 */
enum status journal_tail_read(struct tail_source *source, uint32_t *below, struct bytes *entries,
                              struct fault *fault) MUST_CHECK;

#endif
