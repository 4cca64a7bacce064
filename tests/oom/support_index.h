/**
 * support_index: an index for each run of a sweep, copied from one that was made once, and SQLite's
 * heap under the laid failures (fallible.h). One thread.
 */
#ifndef RECORDER_TESTS_OOM_SUPPORT_INDEX_H
#define RECORDER_TESTS_OOM_SUPPORT_INDEX_H

#include "unit/index/support.h"

struct oom_index {
    struct index_files template;
    char directory[64]; /* in memory where there is such a place: there are thousands of runs */
    char path[96];      /* of the copy */
};

/** Put SQLite's heap behind fallible's, and make the template and a directory. To be called before
 *  anything else of SQLite. */
void oom_index_open(struct oom_index *index);

/** Remove all files. */
void oom_index_close(struct oom_index *index);

/** A fresh copy of the template at index->path, alone in its directory. */
void oom_index_copy(const struct oom_index *index);

#endif
