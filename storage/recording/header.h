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

/* What H0 says. */
struct header_spec {
    struct uuid recording;
    struct uuid customer;
    wall_time created;
    uint32_t segment; /* 0 for the first file of a recording, which mostly is the only one */
};

struct header {
    struct uuid recording;
    struct uuid customer;
    int64_t created_us;
    uint32_t segment;
    unsigned bad_slots; /* set by header_open: bit k where slot k breaks its layout, or is not
                           opened by its key though that is here */
    uint8_t unit[FORMAT_UNIT_BYTES]; /* as on disk; its first 64 bytes are H0 */
};

/**
 * Lay out a new header with the DEK in slot 1, sealed to a customer's key.
 *
 * STATUS_OK       *header set.
 * STATUS_INVALID  the key is no usable public key.
 */
enum status header_make(const struct header_spec *spec, const uint8_t dek[static KEY_DEK_BYTES],
                        const struct customer_key *key, struct header *header,
                        struct fault *fault) MUST_CHECK;

/**
 * Check the layout of a unit 0 down to the bytes that must be zero; not that of its slots, for one
 * that was torn must not take the file with it.
 *
 * STATUS_OK       *header set.
 * STATUS_CORRUPT, STATUS_VERSION.
 */
enum status header_parse(const uint8_t unit[static FORMAT_UNIT_BYTES], struct header *header,
                         struct fault *fault) MUST_CHECK;

/** The FORMAT_SLOT_BYTES of slot number, 1 .. FORMAT_SLOTS; borrowed from the header. */
const uint8_t *header_slot(const struct header *header, size_t number);

/**
 * Open the DEK with one slot, and check it against the commitment.
 *
 * dek  out; the caller wipes it.
 *
 * STATUS_OK, STATUS_NO_KEY (empty, or for a key that is not here), STATUS_CORRUPT, STATUS_IO.
 */
enum status header_slot_open(const struct header *header, size_t number, struct private_keys *keys,
                             uint8_t dek[static KEY_DEK_BYTES], struct fault *fault) MUST_CHECK;

/**
 * Open the DEK with the first slot that does, and look at all others too: what breaks its layout or
 * does not open is passed over.
 *
 * dek        out; the caller wipes it.
 * bad_slots  out, as in struct header.
 *
 * STATUS_OK, STATUS_NO_KEY (none is for a key that is here), STATUS_CORRUPT (those that are do not
 * open, or one breaks its layout, or none is in use: a header that was torn), STATUS_IO (a key
 * could not be read: says nothing about the file).
 */
enum status header_dek(const struct header *header, struct private_keys *keys,
                       uint8_t dek[static KEY_DEK_BYTES], unsigned *bad_slots,
                       struct fault *fault) MUST_CHECK;

/**
 * The same, and derive the key of the frames from it; sets header->bad_slots.
 *
 * key  out; the caller wipes it.
 *
 * Statuses as header_dek.
 */
enum status header_open(struct header *header, struct private_keys *keys,
                        uint8_t key[static SEAL_KEY_BYTES], struct fault *fault) MUST_CHECK;

/**
 * The header of segment 0 made anew from that of another segment: the same DEK, so the slots that
 * are sealed to a key stay as they are; those that are wrapped by one are bound to H0, and are left
 * empty, as are those that break their layout.
 *
 * key  out: of the frames behind the new header; the caller wipes it.
 *
 * Statuses as header_open.
 */
enum status header_as_first(const struct header *other, struct private_keys *keys,
                            struct header *header, uint8_t key[static SEAL_KEY_BYTES],
                            struct fault *fault) MUST_CHECK;

#endif
