/**
 * frame: one encrypted unit (FORMAT.md section 3). Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_FRAME_H
#define RECORDER_STORAGE_RECORDING_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/format.h"
#include "storage/seal/seal.h"

/**
 * Seal up to FORMAT_FRAME_DATA_BYTES under a new random nonce.
 *
 * index       of the frame in its file.
 * data_bytes  1..FORMAT_FRAME_DATA_BYTES.
 * unit        out, FORMAT_UNIT_BYTES.
 */
void frame_seal(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type, uint64_t index,
                const uint8_t *data, size_t data_bytes, uint8_t unit[static FORMAT_UNIT_BYTES]);

/** frame_seal with a nonce of the caller's: for the worked example of FORMAT.md only. */
void frame_seal_with_nonce(const uint8_t key[static SEAL_KEY_BYTES],
                           const uint8_t nonce[static SEAL_NONCE_BYTES], enum frame_type type,
                           uint64_t index, const uint8_t *data, size_t data_bytes,
                           uint8_t unit[static FORMAT_UNIT_BYTES]);

/**
 * Authenticate a unit as the frame of that type and index, and decrypt it.
 *
 * data        out, FORMAT_FRAME_DATA_BYTES; zero beyond *data_bytes; zeroed on failure.
 * data_bytes  out, 1..FORMAT_FRAME_DATA_BYTES.
 *
 * STATUS_OK, STATUS_CORRUPT (not that frame, or padding that is not zero).
 */
enum status frame_open(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type,
                       uint64_t index, const uint8_t unit[static FORMAT_UNIT_BYTES],
                       uint8_t data[static FORMAT_FRAME_DATA_BYTES], size_t *data_bytes) MUST_CHECK;

/** Whether a unit is authentic as that frame; decrypts nothing. STATUS_OK, STATUS_CORRUPT. */
enum status frame_check(const uint8_t key[static SEAL_KEY_BYTES], enum frame_type type,
                        uint64_t index, const uint8_t unit[static FORMAT_UNIT_BYTES]) MUST_CHECK;

/** Where the unit of a frame starts in the file. */
off_t frame_offset(uint64_t index);

/** How many frames a stream or section of so many bytes takes. */
uint64_t frame_count(uint64_t data_bytes);

#endif
