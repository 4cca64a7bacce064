/**
 * recover_private: what a recovery is made of. Private to recover.c (what is kept), recover_place.c
 * (where the new file goes, and how it gets there) and recover_end.c (what it ends with).
 *
 * What survives is written to a new file that then takes the old one's place; the old one is only
 * read. FORMAT.md section 5.3 says why and in which order.
 */
#ifndef RECORDER_STORAGE_RECORDING_RECOVER_PRIVATE_H
#define RECORDER_STORAGE_RECORDING_RECOVER_PRIVATE_H

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/recording/body.h"
#include "storage/recording/chain.h"
#include "storage/recording/granules.h"
#include "storage/recording/holes.h"
#include "storage/recording/pages.h"
#include "storage/recording/recover.h"
#include "storage/recording/sections.h"

struct recovery {
    const struct recording_access *access;
    const struct signer *signer;
    const struct recover_describe *describe; /* NULL: it is not described */
    struct chain chain;                      /* what there is */
    struct salvage *whole;        /* of the chain: holds the whole recording; NULL: none does */
    const struct salvage *mended; /* likewise: it did, and is damaged */
    char path[BOUND_PATH_BYTES];  /* where the new file goes */
    char new_path[BOUND_PATH_BYTES];
    struct header header;  /* of the new one */
    struct disk_file file; /* the new one */
    struct body body;
    struct granules granules;
    struct bytes documents;
    struct bytes journal;
    struct sections sections; /* of the last segment, where that is finished */
    struct pages pages;
    struct holes gone;
};

/**
 * Make the new file with its header, on the first volume that takes it: one that is not joined
 * stays where it is, if it can.
 *
 * path  of segment 0, as the recording is called.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO, STATUS_LIMIT, STATUS_NO_KEY: no new file is left.
 */
enum status recover_make(struct recovery *recovery, const char *path,
                         struct fault *fault) MUST_CHECK;

/**
 * Copy the segment that holds the whole recording into the new file, byte for byte, and sync that.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO (also where it reads otherwise than it was verified).
 */
enum status recover_copy(const struct recovery *recovery, struct fault *fault) MUST_CHECK;

/**
 * The new file, which is synced, takes its place; only then what it was made from goes.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO: nothing it was made from has gone.
 */
enum status recover_replace(const struct recovery *recovery, struct fault *fault) MUST_CHECK;

/** Read what lies beside the audio: in tails, or in a segment that is finished. Statuses as
 * recording_recover. */
enum status recover_read_rest(struct recovery *recovery, struct fault *fault) MUST_CHECK;

/**
 * Once all pages are in the new file: write its end, sections and footer, and sync it.
 *
 * STATUS_OK (*summary set), STATUS_CORRUPT (there was not one page), STATUS_FULL, STATUS_IO,
 * STATUS_NOMEM, and what the describer returns.
 */
enum status recover_write_end(struct recovery *recovery, struct recording_summary *summary,
                              struct fault *fault) MUST_CHECK;

#endif
