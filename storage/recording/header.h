/**
 * header: unit 0 of a file: H0, the commitment and the key slots (FORMAT.md sections 1 and 2).
 * Private to recording. Pure but for the keys it is handed.
 */
#ifndef RECORDER_STORAGE_RECORDING_HEADER_H
#define RECORDER_STORAGE_RECORDING_HEADER_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"
#include "storage/seal/seal.h"

struct header {
    struct uuid recording;
    struct uuid customer;
    int64_t created_us;
    uint8_t unit[FORMAT_UNIT_BYTES]; /* as on disk; its first 64 bytes are H0 */
};

/**
 * Lay out a new header with the DEK in slot 1, sealed to a customer's key.
 *
 * STATUS_OK       *header set.
 * STATUS_INVALID  the key is no usable public key.
 */
enum status header_make(struct uuid recording, struct uuid customer, wall_time created,
                        const uint8_t dek[static KEY_DEK_BYTES], const struct customer_key *key,
                        struct header *header, struct fault *fault) MUST_CHECK;

/**
 * Check the layout of a unit 0, down to the bytes that must be zero.
 *
 * STATUS_OK       *header set.
 * STATUS_CORRUPT, STATUS_VERSION.
 */
enum status header_parse(const uint8_t unit[static FORMAT_UNIT_BYTES], struct header *header,
                         struct fault *fault) MUST_CHECK;

/**
 * Open the DEK with the first slot that has its key here, check the commitment, derive the key of
 * the frames. The DEK is wiped before return.
 *
 * key  out; the caller wipes it.
 *
 * STATUS_OK, STATUS_NO_KEY, STATUS_CORRUPT, STATUS_IO.
 */
enum status header_open(const struct header *header, struct private_keys *keys,
                        uint8_t key[static SEAL_KEY_BYTES], struct fault *fault) MUST_CHECK;

#endif
