/**
 * store_volumes: the volumes that recordings go to, and which of them take writes. Private to the
 * store sink; the store thread's.
 *
 *          store_volumes_fail
 *   WELL ----------------------> FAILED   (a write or a sync failed, or there is no room)
 *     ^                             |
 *     +-----------------------------+     store_volumes_try: a new file on it was written and
 * synced store_volumes_well: recordings on it were
 *
 * The first try comes at once, then after STORE_RETRY_MS, and each time after twice as long, until
 * recordings on it were written and synced.
 */
#ifndef RECORDER_INGEST_STORE_VOLUMES_H
#define RECORDER_INGEST_STORE_VOLUMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/volumes.h"

enum {
    STORE_RETRY_MS = 2000,
    STORE_RETRY_MAX_MS = 30000,
    STORE_ROOM_BYTES = 16 * 1024 * 1024, /* that a volume must have which had none */
};

struct store_volume {
    struct disk_file directory; /* for syncfs; not open where it could not be */
    enum status failed;         /* STATUS_OK: it is well */
    mono_time try_at;
    int64_t wait_ms; /* before the next try but one */
};

struct store_volumes {
    const struct disk *disk;
    struct volumes paths;
    struct store_volume volume[VOLUMES_MAX];
};

/**
 * Open them. A further volume that is not there is failed, and tried again; the store's own must
 * be.
 *
 * STATUS_OK, STATUS_IO.
 */
enum status store_volumes_open(struct store_volumes *volumes, const struct disk *disk,
                               const struct config *config, struct fault *fault) MUST_CHECK;

/** Close them. All zero, or one that could not be opened, is accepted. */
void store_volumes_close(struct store_volumes *volumes);

/** The first that is well, but for `except`; paths.count where none is. */
size_t store_volumes_choose(const struct store_volumes *volumes, size_t except);

/** Whether all are well. */
bool store_volumes_all_well(const struct store_volumes *volumes);

/** One failed; it is logged where that is new. */
void store_volumes_fail(struct store_volumes *volumes, size_t number, enum status status,
                        const struct fault *fault);

/** Recordings on it were written and synced. */
void store_volumes_well(struct store_volumes *volumes, size_t number);

/** Make all durable that was written to it. STATUS_OK, STATUS_IO: what was not synced before is not
 * known to be there, nor ever will be. */
enum status store_volumes_sync(struct store_volumes *volumes, size_t number,
                               struct fault *fault) MUST_CHECK;

/** Try those that failed and whose time has come. */
void store_volumes_try(struct store_volumes *volumes);

#endif
