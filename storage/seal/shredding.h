/**
 * shredding: the pair of a customer's month is destroyed, so that nobody opens what was sealed to
 * it alone: neither the recordings here nor any copy of them (FORMAT.md section 6.3).
 *
 * It reaches the files below the key directory. It does not reach copies of these (backups of keys,
 * snapshots), nor what a file system or a drive keeps of blocks that were written over.
 */
#ifndef RECORDER_STORAGE_SEAL_SHREDDING_H
#define RECORDER_STORAGE_SEAL_SHREDDING_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

/* Which pair, and what became of it. */
struct key_shredding {
    struct uuid customer;
    uint32_t month; /* YYYYMM */
    struct key_id id;
    wall_time when;
};

/**
 * What was destroyed when, by the mark that stays.
 *
 * key  customer and month are given, id and when are set.
 *
 * STATUS_OK, STATUS_NOT_FOUND (it was not), STATUS_INVALID (not a month), STATUS_CORRUPT,
 * STATUS_IO.
 */
enum status keys_shredded(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                          struct fault *fault) MUST_CHECK;

/**
 * Destroy a pair: first a mark, durable, so that it is never made again; then the public half goes,
 * so that nothing new is sealed to it; then every file of the private half is written over and
 * removed. Cut off, it is to be said again; said again when all is done it does nothing.
 *
 * Who does so after counting holds keys_hold_off meanwhile: what it counts is then what is lost.
 *
 * key  customer and month are given, and when: now; its id is set, and when to that of the mark.
 *
 * STATUS_OK, STATUS_NOT_FOUND (there is no such pair, and was none), STATUS_INVALID (not a month),
 * STATUS_BUSY, STATUS_FULL, STATUS_IO.
 */
enum status keys_shred(const struct disk *disk, const char *keys_dir, struct key_shredding *key,
                       struct fault *fault) MUST_CHECK;

#endif
