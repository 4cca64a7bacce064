/**
 * footer: the last frame of a finished file (FORMAT.md section 4). Private to recording. Pure but
 * for the signing keys it is handed.
 */
#ifndef RECORDER_STORAGE_RECORDING_FOOTER_H
#define RECORDER_STORAGE_RECORDING_FOOTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/format.h"
#include "storage/recording/header.h"
#include "storage/seal/keys.h"

enum {
    FOOTER_BYTES = 440,
    FOOTER_SIGNED_BYTES = 376, /* what the signature covers of it */
    FOOTER_SECTIONS = 8,
    FOOTER_HEAD_BYTES = FORMAT_H0_BYTES + FORMAT_COMMITMENT_BYTES, /* signed as well */
};

struct footer_section {
    uint8_t kind; /* enum section_kind, or a later one */
    uint64_t first_frame;
    uint64_t data_bytes;
};

struct footer {
    enum recording_state state; /* SEALED or RECOVERED */
    struct recording_loss loss;
    uint32_t holes;
    uint64_t audio_frames;
    uint64_t audio_bytes;
    int64_t started_us;
    int64_t ended_us;
    int64_t started_mono_ns; /* 0 where not known, also the next */
    int64_t ended_mono_ns;
    int64_t duration_ms;
    uint8_t sha256_cipher[32];
    uint8_t sha256_plain[32];
    size_t sections;
    struct footer_section section[FOOTER_SECTIONS];
};

/**
 * Lay out and sign a footer.
 *
 * head  the first FOOTER_HEAD_BYTES of unit 0.
 */
void footer_put(const struct footer *footer, const uint8_t head[static FOOTER_HEAD_BYTES],
                const struct signer *signer, uint8_t out[static FOOTER_BYTES]);

/**
 * Read a footer and check that its figures agree with each other and with its place in the file.
 *
 * data   the data of the footer frame.
 * index  its frame index.
 *
 * STATUS_OK, STATUS_CORRUPT, STATUS_VERSION.
 */
enum status footer_get(const uint8_t *data, size_t data_bytes, uint64_t index,
                       struct footer *footer, struct fault *fault) MUST_CHECK;

/**
 * Check the signature.
 *
 * data  FOOTER_BYTES that footer_get accepted.
 *
 * STATUS_OK, STATUS_CORRUPT (wrong, or by a signer that is not known here), STATUS_IO.
 */
enum status footer_verify(const uint8_t data[static FOOTER_BYTES],
                          const uint8_t head[static FOOTER_HEAD_BYTES], struct public_keys *signers,
                          struct fault *fault) MUST_CHECK;

/** What it says, for others. */
void footer_summarize(const struct footer *footer, struct uuid recording, struct uuid customer,
                      struct recording_summary *summary);

#endif
