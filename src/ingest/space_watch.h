/**
 * space_watch: keeps an eye on the room of the store's volume, holds its reserve, and says whether
 * new calls may come (storage/disk/space.h, storage/disk/reserve.h).
 *
 * A thread of its own looks every SPACE_WATCH_MS, for giving a large reserve back can take a while.
 * It gives the reserve up where less than a tenth of what new calls need is free, before anything
 * fails; where something does, the disk of space_watch_disk has done so already. It is held again
 * when new calls are let in again. Every change is an event in the log, and so is one an hour as
 * long as room is low. What is asked from other threads is one atomic.
 */
#ifndef RECORDER_INGEST_SPACE_WATCH_H
#define RECORDER_INGEST_SPACE_WATCH_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/disk/space.h"

enum { SPACE_WATCH_MS = 1000, SPACE_WATCH_REMIND_S = 3600 };

struct space_watch;

/**
 * Look for the first time and hold the reserve, in so far as there is room: where there is not, it
 * is logged, and no call will be let in until there is.
 *
 * disk, config  borrowed for its life.
 *
 * STATUS_OK, STATUS_IO (the store cannot be looked at), STATUS_NOMEM, STATUS_LIMIT.
 */
enum status space_watch_create(const struct disk *disk, const struct config *config,
                               struct space_watch **out, struct fault *fault) MUST_CHECK;

/** Start the thread. STATUS_OK, STATUS_IO. */
enum status space_watch_start(struct space_watch *watch, struct fault *fault) MUST_CHECK;

/** Look once, now; what the thread does. Not while it runs. */
void space_watch_look(struct space_watch *watch, mono_time now);

/** The level as of the last look. Any thread; waits for nothing. */
enum space_level space_watch_level(const struct space_watch *watch);

/** The disk to write the store's files with: what finds no space gives up the reserve. */
const struct disk *space_watch_disk(struct space_watch *watch);

/** Stop the thread and free; the reserve stays set aside. Nothing may use the disk any more. NULL
 * is accepted. */
void space_watch_destroy(struct space_watch *owned_watch);

#endif
