/**
 * body: everything behind the header while a file is written: audio frames, sections, footer, and
 * the hashes over them. Writer and recovery share it. Private to recording; one thread.
 *
 * Invariant: a frame that was written whole to its unit is never written again.
 */
#ifndef RECORDER_STORAGE_RECORDING_BODY_H
#define RECORDER_STORAGE_RECORDING_BODY_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/recording/footer.h"
#include "storage/recording/format.h"
#include "storage/recording/granules.h"
#include "storage/seal/seal.h"

enum { BODY_SECTIONS = FOOTER_SECTIONS - 2 }; /* of a caller's */

struct body {
    struct disk_file file;                 /* borrowed */
    uint8_t key[SEAL_KEY_BYTES];           /* of the frames */
    uint8_t head[FOOTER_HEAD_BYTES];       /* H0 and commitment */
    uint64_t frames;                       /* full audio frames in their units */
    uint8_t data[FORMAT_FRAME_DATA_BYTES]; /* the next audio frame */
    size_t used;                           /* of data; full where its write failed */
    crypto_hash_sha256_state cipher;
    crypto_hash_sha256_state plain;
};

/* What goes into the end of a file. */
struct body_end {
    const struct recording_finish *finish;
    const struct granules *granules;
    const struct bytes *documents; /* the section; none is written where it is empty */
    struct uuid recording;
    struct uuid customer;
    int64_t started_us;
    int64_t started_mono_ns; /* 0 where not known */
};

/**
 * Start an empty body. The key is set by the caller, into body->key.
 *
 * head  the first FOOTER_HEAD_BYTES of unit 0; copied.
 */
void body_init(struct body *body, struct disk_file file,
               const uint8_t head[static FOOTER_HEAD_BYTES]);

/** Wipe key and plaintext. */
void body_deinit(struct body *body);

/** Length of the stream so far. */
uint64_t body_audio_bytes(const struct body *body);

/**
 * Add bytes of the stream; full frames go to their units.
 *
 * taken  out, on failure too: how many bytes are in the body now.
 *
 * STATUS_OK (all taken), STATUS_FULL, STATUS_IO: try again with the rest.
 */
enum status body_put(struct body *body, const uint8_t *data, size_t data_bytes, size_t *taken,
                     struct fault *fault) MUST_CHECK;

/**
 * Whether an end can be written: at most BODY_SECTIONS sections of different kinds, none of them
 * the documents or the granule table, each within BOUND_SECTION_BYTES; a state that ends; a
 * duration.
 *
 * STATUS_OK, STATUS_INVALID, STATUS_LIMIT.
 */
enum status body_check_end(const struct recording_finish *finish, struct fault *fault) MUST_CHECK;

/**
 * Write the last audio frame, the sections, the granule table and the footer, and sync the file.
 *
 * STATUS_OK    *summary set.
 * STATUS_FULL, STATUS_IO: no footer was made durable, and none is left there as far as that was
 *              possible; do not use the body again.
 */
enum status body_finish(struct body *body, const struct body_end *end, const struct signer *signer,
                        struct recording_summary *summary, struct fault *fault) MUST_CHECK;

#endif
