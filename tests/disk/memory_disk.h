/**
 * memory_disk: a file system in memory that knows what is durable, for tests of power cuts.
 *
 * What is read is what was written last. What outlives memory_disk_cut is what was synced, and of
 * the rest what the cut lets through:
 *  - Data goes by sectors of 512 bytes, each whole, in any order. fsync of the file, or syncfs,
 *    makes its sectors and its size durable.
 *  - Names (made, linked, renamed, unlinked) are durable once their directory was synced, or the
 *    file system. An fsync of the file says nothing of its name: stricter than ext4 and xfs are.
 *    A rename is done whole or not at all.
 *  - Modes go with the file's own sync.
 * A sync that fails drops the dirty pages it covered (memory_disk_drop_pages): they are still read,
 * and no later sync writes them; whether they came to the disk nobody knows.
 *
 * Locks and descriptors are those of one process. Any thread. Links to directories, removal of
 * directories, times and owners are not there.
 */
#ifndef RECORDER_TESTS_DISK_MEMORY_DISK_H
#define RECORDER_TESTS_DISK_MEMORY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/disk/disk.h"

enum { MEMORY_DISK_SECTOR_BYTES = 512 };

struct memory_disk;

/* Of what was not synced, what outlives a power cut. */
enum memory_disk_cut {
    MEMORY_DISK_NOTHING,  /* none of it */
    MEMORY_DISK_IN_ORDER, /* all up to a moment that the seed chooses, nothing after it */
    MEMORY_DISK_ANY,      /* any of it: each sector at any of its versions, each name alone */
    MEMORY_DISK_TORN,     /* as ANY, and a sector that was on its way may hold anything */
    MEMORY_DISK_CUTS,
};

/** An empty file system: its root "/" alone. Never NULL. */
struct memory_disk *memory_disk_create(void);

/** NULL is accepted. */
void memory_disk_destroy(struct memory_disk *owned_disk);

/** A second one in the same state, durable and not, but that nobody has a file open: as after the
 * death of the process. Never NULL. */
struct memory_disk *memory_disk_copy(struct memory_disk *memory);

/** To hand to the code under test; borrowed from it. */
const struct disk *memory_disk_disk(struct memory_disk *memory);

/** Kill the process: all descriptors are gone, their locks with them. What was written stays. */
void memory_disk_kill(struct memory_disk *memory);

/** Cut the power: what the process held is gone, and of what was not synced the rest. */
void memory_disk_cut(struct memory_disk *memory, enum memory_disk_cut how, uint64_t seed);

/** What a failed sync does: forget that the pages of this file (-1: of all) are dirty. */
void memory_disk_drop_pages(struct memory_disk *memory, int fd);

/** Drop the page cache: what a failed sync dropped is not even read any more. */
void memory_disk_evict(struct memory_disk *memory);

/** Room for so many sectors of data in all; what would need more is ENOSPC, a write that begins
 * within it writes part. At first there is no limit. */
void memory_disk_limit(struct memory_disk *memory, uint64_t sectors);

/** Sectors that files take now. */
uint64_t memory_disk_used(struct memory_disk *memory);

/** Descriptors that are open: a leak shows here. */
size_t memory_disk_open_files(struct memory_disk *memory);

/** How many writes of sectors and changes of names and sizes are not durable. */
size_t memory_disk_pending(struct memory_disk *memory);

/** Put a file there with this content, durable, in a directory that is there; what it was before is
 * gone. Its mode is 0660. */
void memory_disk_put(struct memory_disk *memory, const char *path, const uint8_t *data,
                     size_t data_bytes);

/** All of a file; false where there is none. Borrowed until it is written to. */
bool memory_disk_get(struct memory_disk *memory, const char *path, const uint8_t **data,
                     size_t *data_bytes);

/** Whether there is an entry of that path. */
bool memory_disk_has(struct memory_disk *memory, const char *path);

/** Call back for each file (not directory), in any order; it may not come back here. */
void memory_disk_each(struct memory_disk *memory, void (*told)(void *arg, const char *path),
                      void *arg);

#endif
