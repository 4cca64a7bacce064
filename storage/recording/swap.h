/**
 * swap: what a leg said on its side, while nobody shared that with it, in the leg's own stream:
 * page by page of an Ogg Opus recording (FORMAT.md section 3.1). Pure; private to recording.
 *
 * In a packet in which the own stream of the first leg of a side is without data, that leg is heard
 * on its side alone; there the two streams change places, so that who decodes the own stream hears
 * the leg from the recording's start. No packet becomes longer or shorter: only the page's checksum
 * is another.
 */
#ifndef RECORDER_STORAGE_RECORDING_SWAP_H
#define RECORDER_STORAGE_RECORDING_SWAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    SWAP_SIDES = 2,
    SWAP_PAGE_HEAD_BYTES = 27 + 255, /* of a page, at most (RFC 3533 section 6) */
    SWAP_PAGE_BYTES_MAX = 16384,     /* of a page of ours; the writer's bound is less */
};

struct swap {
    size_t streams; /* in each packet */
    /* the own stream of the leg that is first on the side; 0: none. Never the last one: that has no
     * length of its own */
    uint8_t own[SWAP_SIDES];
};

/**
 * How long a page is, by its header.
 *
 * head  the first bytes of a page, SWAP_PAGE_HEAD_BYTES or as many as there are.
 *
 * STATUS_OK
 * STATUS_CORRUPT  no page begins here, or one that is too long for ours.
 */
enum status swap_page_bytes(const uint8_t *head, size_t head_bytes, size_t *page_bytes) MUST_CHECK;

/**
 * Swap in all packets of a page of audio; header pages, whose granule position is 0, and pages
 * without a packet stay as they are.
 *
 * page  uint8_t[page_bytes], as swap_page_bytes says.
 *
 * STATUS_OK
 * STATUS_CORRUPT  a packet is not of so many streams of one frame each; the page may be half
 *                 changed.
 */
enum status swap_page(const struct swap *swap, uint8_t *page, size_t page_bytes) MUST_CHECK;

#endif
