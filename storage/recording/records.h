/**
 * records: what lies in a tail file behind its two units of audio (FORMAT.md section 5.2): whole
 * things of some length, cut into parts of a unit each. Private to recording; one thread at a time.
 *
 * Kinds share the units, in the order in which they were written, and number their own. Units are
 * appended, and written again only where that write itself failed: what was confirmed is never
 * touched again.
 */
#ifndef RECORDER_STORAGE_RECORDING_RECORDS_H
#define RECORDER_STORAGE_RECORDING_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/recording/format.h"
#include "storage/recording/tail.h"
#include "storage/seal/seal.h"

/* One kind of record. */
struct record_kind {
    enum frame_type type; /* of its units */
    /* Length of the record that starts with these bytes; 0 where they begin none. */
    size_t (*whole_bytes)(const uint8_t *head, size_t available);
};

/* Where the next records of a kind go. All borrowed. */
struct records_place {
    const struct record_kind *kind;
    struct disk_file file; /* the tail */
    const uint8_t *key;    /* uint8_t[SEAL_KEY_BYTES], of the frames */
    uint64_t *units;       /* of the tail, behind the two of audio; grows */
    uint32_t *count;       /* records of the kind; grows */
};

/**
 * Seal whole records into units behind those that are there.
 *
 * fresh  one record behind the other, each as long as its kind says.
 * done   out, on failure too: bytes of fresh that are written, whole records.
 *
 * STATUS_OK (all), STATUS_FULL, STATUS_IO, STATUS_INVALID (what stands there is no whole record).
 */
enum status records_write(const struct records_place *place, const uint8_t *fresh,
                          size_t fresh_bytes, size_t *done, struct fault *fault) MUST_CHECK;

/**
 * Read the records of a kind out of a tail file, one behind the other. One with a unit that is
 * torn, missing or given up is left out, the others are not concerned.
 *
 * below    in: those of this number and above are left out, UINT32_MAX for none; out: the number of
 *          the first one that was read, as it was where there is none. So the tails of several
 *          segments are read from the last one down, and each record once.
 * records  appended to; what its max has no room for is left out.
 *
 * STATUS_OK (also where there is no such file), STATUS_NOMEM, STATUS_IO.
 */
enum status records_read(const struct record_kind *kind, struct tail_source *source,
                         uint32_t *below, struct bytes *records, struct fault *fault) MUST_CHECK;

#endif
