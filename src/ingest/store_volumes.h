/**
 * store_volumes: the volumes that recordings go to, and which of them take writes. Private to the
 * store sink; the store thread's.
 *
 *   WELL ──store_volumes_fail──▶ FAILED    a write or a sync failed, or there is no room
 *   FAILED ──store_volumes_try──▶ WELL     a new file on it was written and synced
 *
 * The first try comes at once, then after STORE_RETRY_MS, and each time after twice as long, until
 * store_volumes_well says that recordings on it were written and synced.
 *
 * Invariant: a sync that succeeds is one of the file system that recordings of this volume are made
 * on by then. It goes through a descriptor of the volume's directory of recordings, which hears of
 * each error once; where another file system is found under its name, as after a disk was changed,
 * the sync fails, and the next try goes on with the new one.
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
#include "base/uuid.h"
#include "storage/disk/volumes.h"

enum {
    STORE_RETRY_MS = 2000,
    STORE_RETRY_MAX_MS = 30000,
    /* that a volume must have which had none */
    STORE_ROOM_BYTES = 16 * 1024 * 1024,
    STORE_ROOM_FILES = 1000,
};

struct store_volume {
    struct disk_file directory; /* of recordings, for syncfs; not open where it could not be */
    dev_t device;               /* the file system that it is of */
    enum status failed;         /* STATUS_OK: it is well */
    mono_time try_at;
    int64_t wait_ms; /* before the next try but one */
};

struct store_volumes {
    const struct disk *disk;
    struct volumes paths;
    struct uuid store; /* its id, which the further ones bear (storage/disk/volume_mark.h) */
    bool store_known;
    struct store_volume volume[VOLUMES_MAX];
};

/**
 * Open them. A further volume that is not there is failed, and tried again; the store's own must
 * be. Each has its directory `recordings`, and a further one its mark, from `recorderctl init` on.
 *
 * STATUS_OK, STATUS_IO, STATUS_LIMIT (the path of the store's own is too long).
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

/**
 * Make all durable that was written to it.
 *
 * STATUS_OK
 * STATUS_IO  what was not synced before is not known to be there, nor ever will be: whoever has
 *            something on the volume goes on elsewhere.
 */
enum status store_volumes_sync(struct store_volumes *volumes, size_t number,
                               struct fault *fault) MUST_CHECK;

/* What a trial tells of what was written before it. */
enum store_trial {
    STORE_TRIAL_NONE,       /* nothing, or there was none */
    STORE_TRIAL_ERROR,      /* it met an error, of which no later sync will hear */
    STORE_TRIAL_OTHER_DISK, /* another file system is there now: nothing of before is on it */
};

/** Try one, if it failed and its time has come. */
enum store_trial store_volumes_try(struct store_volumes *volumes, size_t number) MUST_CHECK;

#endif
