/**
 * lazy_index: one thread's connection to the index, for reading alone (index_writer writes), opened
 * when it is first needed.
 *
 * Embedded by value in what belongs to one thread; its owner calls lazy_index_deinit.
 */
#ifndef RECORDER_WEB_API_LAZY_INDEX_H
#define RECORDER_WEB_API_LAZY_INDEX_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/index/index.h"

struct lazy_index {
    const char *path; /* borrowed */
    struct index *index;
};

/** path is borrowed until lazy_index_deinit. Opens nothing. */
void lazy_index_init(struct lazy_index *lazy, const char *path);

/** Close the connection, if there is one. */
void lazy_index_deinit(struct lazy_index *lazy);

/**
 * The connection. A failure to open is tried again by the next call.
 *
 * STATUS_OK  *index borrowed until lazy_index_deinit. Others as index_open and index_read_only.
 */
enum status lazy_index_get(struct lazy_index *lazy, struct index **index,
                           struct fault *fault) MUST_CHECK;

#endif
