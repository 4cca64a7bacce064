/**
 * granules: the seek table of a recording (FORMAT.md section 4, kind 4): which page starts where.
 * Private to recording. Memory is bounded: when the table is full every second entry goes, and from
 * then on only every second page gets one.
 */
#ifndef RECORDER_STORAGE_RECORDING_GRANULES_H
#define RECORDER_STORAGE_RECORDING_GRANULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { GRANULES_ENTRIES_MAX = 2048, GRANULES_ENTRY_BYTES = 16 };

struct granules {
    struct bytes table; /* as it is stored */
    uint64_t pages;     /* seen, header pages aside */
    uint64_t stride;    /* pages per entry, a power of two */
};

/** An empty table. */
void granules_init(struct granules *granules);

/** Free; NULL is accepted. */
void granules_deinit(struct granules *granules);

/**
 * Note a page. Header pages (granule <= 0) get no entry. A page that memory does not suffice for
 * gets none either: seeking is coarser there, nothing else.
 *
 * offset  of the page in the stream, ascending.
 */
void granules_add(struct granules *granules, uint64_t offset, int64_t granule);

#endif
