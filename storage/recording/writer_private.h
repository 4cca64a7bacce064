/**
 * writer_private: what a recording_writer is made of. Private to writer.c (its memory, and what is
 * written), writer_renew.c (from one segment to the next) and writer_end.c (its end).
 */
#ifndef RECORDER_STORAGE_RECORDING_WRITER_PRIVATE_H
#define RECORDER_STORAGE_RECORDING_WRITER_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "storage/recording/granules.h"
#include "storage/recording/journal.h"
#include "storage/recording/segment.h"
#include "storage/recording/writer.h"

enum writer_state { WRITER_OPEN, WRITER_SEALED, WRITER_ABANDONED };

struct recording_writer {
    pthread_mutex_t lock;     /* over all up to the blank line */
    struct bytes pending;     /* pages since the last flush took them */
    size_t waiting;           /* bytes in pending and in kept */
    struct bytes head;        /* the stream's header pages */
    size_t head_pages;        /* in it */
    struct granules granules; /* offsets of what was appended */
    struct bytes documents;   /* the section as it will be */
    size_t document_count;    /* in it */
    struct bytes journal;     /* entries that are not durable yet */
    uint64_t appended;        /* bytes of the stream */

    /* the store thread's */
    enum writer_state state;
    bool lost;         /* a sync or a write failed: nothing more goes into the segment */
    bool flushed;      /* all that there was, by the last flush */
    struct bytes kept; /* whole pages that are not durable, or not all of them */
    size_t kept_put;   /* bytes of them that are in the segment */
    uint64_t kept_at;  /* where they start in the stream */

    struct segment_spec spec;
    struct segment segment; /* the one that grows; none while a renewal failed */
    uint64_t segment_at;    /* where its own pages start in the stream */
    size_t segment_head;    /* bytes of header pages that it begins with a copy of */
    struct segment first;   /* segment 0, with its lock, once another one grows */
    size_t earlier;         /* segments that were left with something durable in them */
    uint32_t last_number;   /* of the last of those */
    char **middle;          /* paths of those but the first; NULL until there is one */

    struct documents_tail documents_confirmed;
    struct journal_tail journal_tail;
    struct journal_tail journal_confirmed;
    size_t journal_written; /* bytes of the journal that are in the tail */
    uint64_t durable_bytes; /* of the stream */
    int64_t created_mono_ns;
};

/** Empty a buffer of plaintext, and give back what a backlog made it grow to. */
void writer_drop_pages(struct bytes *pages);

#endif
