/**
 * chain: the segments of one recording, as recovery finds them on all volumes, and the pages of all
 * of them in order (FORMAT.md section 5.5). Mostly that is one segment. Private to recording; one
 * thread.
 *
 * Invariant: of several segments each page is given out once, in the order of its number: one that
 * is in two of them, because the sync of the first failed, counts once.
 */
#ifndef RECORDER_STORAGE_RECORDING_CHAIN_H
#define RECORDER_STORAGE_RECORDING_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"
#include "storage/recording/access.h"
#include "storage/recording/pages.h"
#include "storage/recording/salvage.h"

/* A segment and the page of it that comes next. */
struct chain_link {
    struct salvage salvage;
    struct pages pages;
    bool has_page;
    bool begun; /* a page of audio of it was passed */
    bool more;  /* it has a page that the whole recording lacks: it stays */
    struct pages_page page;
};

struct chain {
    const struct recording_access *access;
    size_t count;
    struct chain_link *
        *link;     /* owned; by number, those of one number as the volumes are preferred */
    bool damaged;  /* a segment that held something durable cannot be read */
    int64_t last;  /* number of the page given out last, -1 before */
    uint32_t gaps; /* runs of page numbers that are in no segment */
};

/* What to look for. Borrowed for the chain's life. */
struct chain_spec {
    const struct recording_access *access;
    const struct volumes *volumes; /* NULL: beside the path alone */
    const char *path;              /* of segment 0, on the volume where it is or should be */
    struct uuid expect;            /* the recording that each must bear */
    bool give_up;                  /* what cannot be read for an error of the disk is damaged */
};

/**
 * Find the segments, and open and lock each.
 *
 * STATUS_OK         one is open at least; for chain_close.
 * STATUS_BUSY       a writer holds one of them, or another recovery does.
 * STATUS_NOT_FOUND  there is none.
 * STATUS_CORRUPT    none has an authentic header, or they cannot be read, and that is given up.
 * STATUS_IO         one cannot be read, and that is not given up.
 * STATUS_NO_KEY, STATUS_VERSION, STATUS_LIMIT, STATUS_NOMEM.
 * On failure there is nothing to close.
 */
enum status chain_open(struct chain *chain, const struct chain_spec *spec,
                       struct fault *fault) MUST_CHECK;

/** Close and unlock all, free. */
void chain_close(struct chain *chain);

/** Whether it is one segment, which is the recording itself. */
bool chain_is_single(const struct chain *chain);

/** The first segment that is open. */
struct salvage *chain_first(const struct chain *chain);

/** The last segment that is finished, NULL where none is. */
const struct salvage *chain_end(const struct chain *chain);

/**
 * Look which segments are finished.
 *
 * whole  out: a segment 0 that is finished: it holds the whole recording; NULL where there is none.
 *
 * STATUS_OK, STATUS_CORRUPT (a footer is forged), STATUS_VERSION, STATUS_IO, STATUS_NOMEM.
 */
enum status chain_footers(struct chain *chain, struct salvage **whole,
                          struct fault *fault) MUST_CHECK;

/**
 * Where a segment holds the whole recording: look which others have a page that is not in it, as
 * one that came back with its disk after it was given up. chain_remove leaves those.
 *
 * STATUS_OK, STATUS_IO, STATUS_NOMEM.
 */
enum status chain_compare(struct chain *chain, const struct salvage *whole,
                          struct fault *fault) MUST_CHECK;

/** Behind that: whether nothing is there that chain_remove would take. */
bool chain_is_bare(const struct chain *chain, const struct salvage *whole);

/** Start before the first page. STATUS_OK, STATUS_IO, STATUS_NOMEM. */
enum status chain_begin(struct chain *chain, struct fault *fault) MUST_CHECK;

/**
 * The next page.
 *
 * STATUS_OK (borrowed until the next call), STATUS_END, STATUS_IO, STATUS_NOMEM.
 */
enum status chain_next(struct chain *chain, struct pages_page *page,
                       struct fault *fault) MUST_CHECK;

/** Once all pages were given out: whether something that was durable is gone. */
bool chain_is_damaged(const struct chain *chain);

/** Once all pages were given out: runs of what is missing. */
uint32_t chain_holes(const struct chain *chain);

/**
 * Documents and journal, as they lie in the tails: each record once, in order.
 *
 * documents, journal  empty before; their max bounds them.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO.
 */
enum status chain_records(const struct chain *chain, struct bytes *documents, struct bytes *journal,
                          struct fault *fault) MUST_CHECK;

/**
 * The stream's header pages, as they lie in the first tail that has them.
 *
 * pages  empty before; empty where none has.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO.
 */
enum status chain_head(const struct chain *chain, struct bytes *pages,
                       struct fault *fault) MUST_CHECK;

/** Bytes of all files. */
uint64_t chain_bytes(const struct chain *chain);

/** Whether a new file at this path would take the place of a segment of the chain. */
bool chain_has(const struct chain *chain, const char *path);

/**
 * Keep what is evidence of damage under "<path>.damaged", beside its name.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status chain_keep_damaged(const struct chain *chain, struct fault *fault) MUST_CHECK;

/** Remove the names of all segments but `path`, and all tails; not of those that have more. What
 * cannot be removed stays for the next time. */
void chain_remove(const struct chain *chain, const char *path);

#endif
