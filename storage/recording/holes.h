/**
 * holes: which stretches of a stream are gone, by the numbers and granule positions of the pages
 * around them (FORMAT.md section 5.3). Private to recording; one thread.
 *
 * Embedded by value. Positions are granule positions, 1/48000 s. Invariant: holes are not empty, in
 * order, and do not touch.
 */
#ifndef RECORDER_STORAGE_RECORDING_HOLES_H
#define RECORDER_STORAGE_RECORDING_HOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/recording/pages.h"
#include "storage/recording/recover.h"

enum { HOLES_MAX = 1024 }; /* those that come then are one with the last */

struct holes {
    bool begun;        /* a page was followed */
    uint32_t sequence; /* of the page followed last */
    int64_t granule;   /* where the audio followed last ends */
    size_t count;
    struct recover_hole list[HOLES_MAX];
};

/* What is missing between two pages. */
struct holes_gap {
    uint32_t sequence; /* of the first page that is missing */
    uint32_t pages;    /* how many; 0: none */
    int64_t start;     /* end of the page before */
    int64_t end;       /* start of the page behind */
};

/**
 * Follow the next page that is kept.
 *
 * Returns what is missing before it: of no length where that were no audio pages.
 */
struct holes_gap holes_follow(struct holes *holes, const struct pages_page *page);

#endif
