/**
 * pages: whole Ogg pages out of a stream that may have holes or stop in the middle (RFC 3533).
 * Private to recording; one thread.
 */
#ifndef RECORDER_STORAGE_RECORDING_PAGES_H
#define RECORDER_STORAGE_RECORDING_PAGES_H

#include <ogg/ogg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    PAGES_END_BYTES = 27,       /* a page header without segments */
    PAGES_PACKET_GRANULES = 960 /* each packet is 20 ms */
};

struct pages {
    ogg_sync_state sync;
    uint64_t count;       /* whole pages given out */
    int64_t last_granule; /* newest that is not -1, 0 before */
    uint32_t pre_skip;    /* of OpusHead, 0 where there was none; samples at 48 kHz */
    unsigned streams;     /* of OpusHead, in each packet; 0 where it does not say */
    int serial;           /* of the last page */
    long sequence;        /* of the last page */
    bool ended;           /* the last page has the end-of-stream flag */
};

/* One whole page; borrowed until the next call. */
struct pages_page {
    const uint8_t *head;
    size_t head_bytes;
    const uint8_t *payload;
    size_t payload_bytes;
    int64_t granule;
    uint32_t sequence;
    size_t packets; /* that end on it */
};

/* A packet that lies on one page, whole. */
struct pages_packet {
    const uint8_t *data;
    size_t data_bytes;
};

/** Start before any byte. */
void pages_init(struct pages *pages);

/** Free; NULL is accepted. */
void pages_deinit(struct pages *pages);

/** Add bytes of the stream. STATUS_OK, STATUS_NOMEM. */
enum status pages_feed(struct pages *pages, const uint8_t *data, size_t data_bytes) MUST_CHECK;

/**
 * The next whole page whose checksum is right; bytes that are in no such page are passed over.
 *
 * STATUS_OK, STATUS_END (feed more).
 */
enum status pages_next(struct pages *pages, struct pages_page *page) MUST_CHECK;

/** Count a page of another parser among those that were given out here. */
void pages_note(struct pages *pages, const struct pages_page *page);

/**
 * The next packet of a page.
 *
 * segment, offset  in: 0 for the first; out: where the next one starts.
 *
 * STATUS_OK, STATUS_END (none that ends on this page is left).
 */
enum status pages_packet(const struct pages_page *page, size_t *segment, size_t *offset,
                         struct pages_packet *packet) MUST_CHECK;

/** Bytes are missing here: forget the page that was begun. */
void pages_break(struct pages *pages);

/** Duration of the audio so far, milliseconds. */
int64_t pages_duration_ms(const struct pages *pages);

/** An empty page with the end-of-stream flag, to follow the last one. */
void pages_end(const struct pages *pages, uint8_t out[static PAGES_END_BYTES]);

#endif
