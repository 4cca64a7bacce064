/**
 * recover: finish a file that its writer left behind (FORMAT.md section 5).
 */
#ifndef RECORDER_STORAGE_RECORDING_RECOVER_H
#define RECORDER_STORAGE_RECORDING_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"
#include "storage/recording/access.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

enum { RECOVER_SECTIONS = 2 }; /* of a describer, beside the details */

/* A stretch of audio that is gone, and silent now; granule positions, 1/48000 s. */
struct recover_hole {
    int64_t start;
    int64_t end;
};

/* 20 ms of all streams, as they are kept; those of silence in holes too. Borrowed. */
struct recover_packet {
    const uint8_t *data;
    size_t data_bytes;
    unsigned streams; /* in it; 0: not known */
    int64_t pre_skip; /* that many samples of the stream, 1/48000 s, are not played */
};

/* What was found beside the audio. Borrowed. */
struct recover_found {
    const struct bytes *journal; /* entries (storage/recording/journal.h), oldest first */
    size_t holes;
    const struct recover_hole *hole; /* in order */
    int64_t pre_skip;                /* as of a packet */
    /* The details of the last segment, where that was sealed: all is known but for what is gone
     * before it, and there is no journal. NULL: there are none. */
    const char *details;
    size_t details_bytes;
};

/* How to describe a recovered recording, in the order in which they are called: packets as they
 * are kept, then what was found, then the sections. All may be NULL: without details nothing is
 * described. */
struct recover_describe {
    void *context;
    /* Where the segments of the recording are found, and joined; NULL: beside the first one. */
    const struct volumes *volumes;
    /* What cannot be read for an error of the disk counts as gone. Else nothing is done then, for
     * it may be read the next time. */
    bool give_up_unreadable;
    /* A finished file is read whole, and made anew where something of it is not authentic. */
    bool mend;
    void (*packet)(void *context, const struct recover_packet *packet);
    enum status (*found)(void *context, const struct recover_found *found);
    /* Further sections, at most RECOVER_SECTIONS; borrowed until the next call. */
    enum status (*sections)(void *context, struct recording_section *section, size_t *sections);
    /* details: SECTION_DETAILS JSON to store, owned by the callee until the next call. */
    enum status (*details)(void *context, const struct recording_summary *so_far,
                           const char **details, size_t *details_bytes);
};

/**
 * Keep every authentic audio frame and the newest authentic tail copy: their whole Ogg pages, with
 * pages of silence where some are gone, ended by an empty end-of-stream page, go with a footer of
 * state RECOVERED, signed by the keeper, into a new file that takes the old one's place; the tail
 * is removed. The old file is only read, so whatever fails or crashes, it or the new one is there,
 * whole. Where durable frames are not authentic any more (holes, see the summary) the old file
 * stays as "<path>.damaged".
 *
 * A file with a valid footer and a leftover tail (the crash came around the seal) is verified, and
 * copied into a new file byte for byte: whether it was synced nobody knows, and a sync that failed
 * before would not be told of again. So is one with further segments beside it, which are removed:
 * but for one with audio that it lacks, which came back too late to be joined.
 *
 * Where describe->mend is set that is not believed of a finished file without a tail either. One of
 * which something is not authentic is treated as one that was not finished: what was sealed with it
 * (documents) is kept as far as it can be read, and it is as long as it was, with silence at its
 * end too. Nothing plays of one whose first page is gone: that is STATUS_CORRUPT, and untouched.
 *
 * describe  NULL for no details section. so_far has no hashes and no file_bytes yet.
 *
 * STATUS_OK        *summary set, state RECOVERED or SEALED. summary->holes > 0 is worth an alarm.
 * STATUS_BUSY      a writer still holds it, or another recovery does.
 * STATUS_NOT_FOUND no such file.
 * STATUS_NO_KEY    its key is not here; untouched.
 * STATUS_VERSION   a newer format; untouched.
 * STATUS_CORRUPT   the header is not authentic, a footer is there but is forged, or not a single
 *                  whole page is there; untouched.
 * STATUS_IO, STATUS_FULL, STATUS_NOMEM, and what describe returned: untouched.
 */
enum status recording_recover(const struct recording_access *access, const char *path,
                              struct uuid expect, const struct signer *signer,
                              const struct recover_describe *describe,
                              struct recording_summary *summary, struct fault *fault) MUST_CHECK;

#endif
