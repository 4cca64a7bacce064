/**
 * store_thread: what the store sink is made of, and the work of its thread. Private to
 * store_sink.c, which is what others call, and store_thread.c, which runs.
 *
 * Another program that holds the index is waited for STORE_INDEX_BUSY_MS at a time, and twice at
 * most between two looks whether a sync is due: the promise of two seconds counts on that.
 */
#ifndef RECORDER_INGEST_STORE_THREAD_H
#define RECORDER_INGEST_STORE_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "ingest/store_controls.h"
#include "ingest/store_queue.h"
#include "ingest/store_volumes.h"
#include "session/recording_sink.h"
#include "storage/index/index.h"
#include "storage/seal/keys.h"

struct store_sink {
    const struct config *config;
    struct recording_sink interface;
    struct index *index;
    struct public_keys *keys;
    struct signer *signer;
    struct store_controls *controls;
    const struct disk *disk;
    _Atomic int64_t next_sync_ns; /* on the monotonic clock; written by the store thread */
    pthread_t thread;
    bool thread_runs;
    atomic_bool healthy;

    pthread_mutex_t lock; /* what follows, up to the blank line */
    pthread_cond_t wake;
    struct store_recording *beginning; /* newest first */
    struct store_recording *ending;    /* newest first */
    bool controlled;                   /* a pause or a resumption waits to be written */
    bool stop;

    /* the store thread's alone, each oldest first but `open` */
    struct store_recording *open;
    struct store_volumes volumes;
    mono_time rows_try_at;         /* when no_rows is tried again */
    struct store_queue sealing;    /* ended, to be sealed or discarded */
    struct store_queue waiting;    /* ended, no volume took their ends yet */
    struct store_queue unindexed;  /* their files are durable, their rows are not written yet */
    struct store_queue unfinished; /* ended, their rows are to be completed or removed */
    bool closing;                  /* what cannot be sealed now will not be */
    bool no_volume;                /* takes writes, by the last pass */
    bool no_rows;                  /* could be written, the last time */
};

/** The thread, until it is told to stop: then all that ended is sealed, all that begins has its
 * answer. arg is the struct store_sink. Returns NULL. */
void *store_thread_main(void *arg);

#endif
