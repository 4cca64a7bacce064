/**
 * ogg_page: packs packets of one logical stream into Ogg pages (RFC 3533 section 6) as Ogg Opus
 * wants them (RFC 7845).
 *
 * The page being filled is embedded by value and has a fixed size. Owned by one thread.
 * Invariants: packets never span pages; pages are numbered without a gap.
 */
#ifndef RECORDER_ENCODE_OGG_PAGE_H
#define RECORDER_ENCODE_OGG_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    OGG_SEGMENTS_MAX = 255,
    OGG_HEADER_BYTES_MAX = 27 + OGG_SEGMENTS_MAX,
    OGG_BODY_BYTES_MAX = 12288, /* our own bound: a second of two streams holds 6 kB */
};

struct ogg_page {
    uint32_t serial;
    uint32_t number; /* of the page being filled */
    size_t segments;
    size_t packets;
    size_t body_bytes;
    /* the finished page is made in place: the header is written up to the body's start */
    uint8_t lacing[OGG_SEGMENTS_MAX];
    uint8_t page[OGG_HEADER_BYTES_MAX + OGG_BODY_BYTES_MAX];
};

/** An empty first page of the stream of that serial number. */
void ogg_page_init(struct ogg_page *page, uint32_t serial);

/**
 * Append a packet, copied.
 *
 * STATUS_OK
 * STATUS_LIMIT  the page has no room for it: close the page first. An empty page takes any packet
 *               of up to OGG_BODY_BYTES_MAX bytes. Nothing changed.
 */
enum status ogg_page_add(struct ogg_page *page, const uint8_t *packet,
                         size_t packet_bytes) MUST_CHECK;

/** Packets on the page being filled. */
size_t ogg_page_packets(const struct ogg_page *page);

/**
 * Close the page and begin the next.
 *
 * granule  position at the end of its last packet; 0 for a header page.
 * last     whether the stream ends with it.
 * bytes    set to the whole page; borrowed until the next ogg_page_add.
 *
 * Returns the page's length in bytes.
 */
size_t ogg_page_close(struct ogg_page *page, int64_t granule, bool last, const uint8_t **bytes);

#endif
