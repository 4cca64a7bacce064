/**
 * reserve: room of a volume that is set aside while there is plenty, in a file that holds nothing,
 * and given up when calls in progress need it to finish.
 *
 *   reserve_hold ──▶ HELD ──reserve_give_up, or no space──▶ GIVEN UP ──reserve_hold──▶ HELD
 *
 * reserve_disk is a disk like the one below it, but that a call which finds no space on the same
 * volume gives up the reserve and is tried once more, also where another thread gave it up since:
 * what is written through it meets ENOSPC only when the reserve is used up too. It is for
 * recorder-ingest; what others write must not use it up.
 *
 * The file outlives the program, so that nobody else takes the room meanwhile; the next one finds
 * it and goes on with it. What is not held counts as in use (reserve_missing), so that giving it up
 * and holding it again changes no level (space.h). Any thread.
 */
#ifndef RECORDER_STORAGE_DISK_RESERVE_H
#define RECORDER_STORAGE_DISK_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/disk/space.h"

struct reserve;

#define RESERVE_NAME "reserve" /* below the directory */

/**
 * How much to set aside on a volume: what was asked for, or as much as calls need by
 * RESERVE_CALL_MIB, but not more than a share of the volume.
 *
 * wanted_mib  0 and up: exactly that. Below: so much as follows.
 * calls_max   calls that there can be.
 * percent     of the volume, that it is at most.
 */
uint64_t reserve_bytes(const struct space *space, int wanted_mib, int calls_max, unsigned percent);

enum {
    /* A call of two at the usual 48 kbit/s writes 0.35 MiB a minute, and its end some 50 KiB with
     * its row: a call has three minutes to come to its end. */
    RESERVE_CALL_MIB = 1,
};

/**
 * Make the object; sets nothing aside yet.
 *
 * disk       borrowed for its life.
 * directory  of the file; copied.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_LIMIT (the path is too long), STATUS_IO (no such directory).
 */
enum status reserve_create(const struct disk *disk, const char *directory, uint64_t bytes,
                           struct reserve **out, struct fault *fault) MUST_CHECK;

/** Free; the file stays. NULL is accepted. The disk of it must not be used any more. */
void reserve_destroy(struct reserve *owned_reserve);

/**
 * Set the room aside, all of it at once, unless it is held. A file left by another program is taken
 * over; of a size that is not asked for any more, it gets the one that is. What is left free beside
 * it is a hundredth of the volume at least: nobody who writes meanwhile finds it full.
 *
 * STATUS_OK           it is held.
 * STATUS_FULL         there is not so much; nothing is held.
 * STATUS_UNSUPPORTED  the file system sets nothing aside: from now on it is a reserve of nothing.
 * STATUS_IO           nothing is held.
 */
enum status reserve_hold(struct reserve *reserve, struct fault *fault) MUST_CHECK;

/** Give the room to whoever needs it. Returns whether it was held: then it is free now. */
bool reserve_give_up(struct reserve *reserve);

/** Bytes that are not held, but should be. */
uint64_t reserve_missing(struct reserve *reserve);

/** The disk that gives up the reserve; valid as long as it. */
const struct disk *reserve_disk(struct reserve *reserve);

#endif
