/**
 * fill: pages of silence in the place of pages that are gone (FORMAT.md section 5.3): players do
 * not agree on what a jump of the granule position is, but all play silence. Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_FILL_H
#define RECORDER_STORAGE_RECORDING_FILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/status.h"
#include "storage/recording/holes.h"

/* A packet of silence: each stream takes three bytes, all but the last a length too. */
enum {
    FILL_PACKET_BYTES_MAX = 4 * BOUND_OPUS_STREAMS,
    FILL_PACKETS_MAX = 255,
    FILL_PAGE_BYTES_MAX = 27 + FILL_PACKETS_MAX + FILL_PACKETS_MAX * FILL_PACKET_BYTES_MAX,
};

struct fill {
    int serial;
    unsigned streams;
    uint32_t sequence; /* of the next page */
    uint32_t pages;    /* that are left */
    int64_t granule;   /* where the next page starts */
    int64_t end;
};

/**
 * Begin to fill a gap with as many pages as are missing.
 *
 * streams  in each packet, 0 where the stream does not say: one.
 */
void fill_begin(struct fill *fill, const struct holes_gap *gap, int serial, unsigned streams);

/**
 * Make the next page.
 *
 * made  out, its bytes.
 * page  out; borrows made.
 *
 * STATUS_OK, STATUS_END (the gap is full).
 */
enum status fill_next(struct fill *fill, uint8_t made[static FILL_PAGE_BYTES_MAX],
                      struct pages_page *page) MUST_CHECK;

#endif
