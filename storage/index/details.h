/**
 * details: what a recording says of itself, as the JSON of SECTION_DETAILS (storage/FORMAT.md
 * section 4.1). The index can be rebuilt from it. Written by recorder-ingest at the seal and by the
 * keeper at a recovery. Pure.
 */
#ifndef RECORDER_STORAGE_INDEX_DETAILS_H
#define RECORDER_STORAGE_INDEX_DETAILS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "storage/index/recordings.h"

/* What a leg's row in the index does not hold. */
struct details_leg_media {
    uint32_t rate_hz;       /* 0 where unknown */
    int64_t anchor_samples; /* first sample's place at rate_hz; -1 where nothing came or unknown */
};

/**
 * Write the JSON.
 *
 * media  one per leg of recording, or NULL where not known (a recovery).
 * facts  fact_count, NULL allowed with 0.
 * json   out: a terminated text that the caller frees with free().
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status details_write(const struct index_recording *recording,
                          const struct details_leg_media *media, const struct index_fact *facts,
                          size_t fact_count, char **json) MUST_CHECK;

/**
 * Add to the object of a leg how it was heard and spoke: "quality" ("r_factor", "mos",
 * "jitter_us"), "speech_ms" and "longest_silence_ms"; each null where that is not known. NULL is
 * passed on. To be written with JSON_REAL_PRECISION(9): 93.2, not 93.200000000000003.
 *
 * Returns owned_object, or NULL without memory.
 */
json_t *details_add_sound(json_t *owned_object, const struct index_recording *recording,
                          const struct index_leg *leg);

/** The number of a leg's own channel as JSON, from 0, null where it has none; NULL: no memory. */
json_t *details_own_channel(const struct index_leg *leg);

/**
 * Read it back: what the index lost, or never had, of a sealed recording.
 *
 * recording   parties, direction, origin, ties, conversation, by_number, owner_due, end cause,
 * ended, duration, talk-over and legs are taken where the JSON has them (texts cut where they do
 * not fit); all else stays as it is: id, customer, started, state, path, sizes and hashes are the
 *             footer's and the row's.
 * facts       out: freed by the caller with free(), NULL where there is none.
 *
 * STATUS_OK, STATUS_INVALID (not such a JSON, or no memory to read it: jansson does not tell which;
 * nothing changed), STATUS_LIMIT (more legs than BOUND_CALL_STREAMS; nothing changed),
 * STATUS_NOMEM.
 */
enum status details_read(const char *json, size_t json_bytes, struct index_recording *recording,
                         struct index_fact **facts, size_t *fact_count) MUST_CHECK;

/**
 * Read what it says of the legs that a row does not hold.
 *
 * media  out: [BOUND_CALL_STREAMS], unknown for a leg of which it says nothing.
 *
 * STATUS_OK, STATUS_INVALID (not such a JSON, or no memory to read it; nothing changed).
 */
enum status
details_read_media(const char *json, size_t json_bytes,
                   struct details_leg_media media[static BOUND_CALL_STREAMS]) MUST_CHECK;

#endif
