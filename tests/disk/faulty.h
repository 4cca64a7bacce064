/**
 * faulty: a struct disk in front of another one, for tests: it counts the calls by kind, tells each
 * before it is made, and fails the n-th of a chosen set.
 *
 * Any thread, after faulty_init; `plan` alone is not to be changed but by the functions below.
 * Where the disk behind it is a memory_disk that is named here, a sync that is failed drops the
 * dirty pages of what it covered, as Linux does.
 */
#ifndef RECORDER_TESTS_DISK_FAULTY_H
#define RECORDER_TESTS_DISK_FAULTY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "disk/memory_disk.h"
#include "storage/disk/disk.h"

/* close is not among them: nobody looks at what it says. */
enum faulty_kind {
    FAULTY_OPEN,   /* of what is there */
    FAULTY_CREATE, /* open with O_CREAT */
    FAULTY_PREAD,
    FAULTY_PWRITE,
    FAULTY_FTRUNCATE,
    FAULTY_FALLOCATE,
    FAULTY_FSYNC,
    FAULTY_SYNCFS,
    FAULTY_FLOCK,
    FAULTY_FSTAT,
    FAULTY_FCHMOD,
    FAULTY_STAT,
    FAULTY_STATVFS,
    FAULTY_CHMOD,
    FAULTY_MKDIR,
    FAULTY_LINK,
    FAULTY_RENAME,
    FAULTY_UNLINK,
    FAULTY_LIST,
    FAULTY_KINDS,
};

/* As sets of kinds. */
#define FAULTY_SET(kind) (UINT32_C(1) << (kind))
#define FAULTY_ALL ((UINT32_C(1) << FAULTY_KINDS) - 1)
#define FAULTY_SYNCS (FAULTY_SET(FAULTY_FSYNC) | FAULTY_SET(FAULTY_SYNCFS))
/* what changes something on the disk, or makes it durable */
#define FAULTY_CHANGES                                                                             \
    (FAULTY_SET(FAULTY_CREATE) | FAULTY_SET(FAULTY_PWRITE) | FAULTY_SET(FAULTY_FTRUNCATE) |        \
     FAULTY_SET(FAULTY_FALLOCATE) | FAULTY_SYNCS | FAULTY_SET(FAULTY_FCHMOD) |                     \
     FAULTY_SET(FAULTY_CHMOD) | FAULTY_SET(FAULTY_MKDIR) | FAULTY_SET(FAULTY_LINK) |               \
     FAULTY_SET(FAULTY_RENAME) | FAULTY_SET(FAULTY_UNLINK))

/* Which calls fail, and how. All zero: none does. */
struct faulty_plan {
    uint32_t kinds;    /* those that count */
    uint64_t nth;      /* the first that fails, from 1; 0: none */
    uint64_t times;    /* how many fail from there on; 0: all, until faulty_heal */
    int sys_errno;     /* what they say */
    size_t torn_bytes; /* of a pwrite that fails: so many are written first */
};

struct faulty {
    struct disk disk; /* to be used in place of the one behind; borrows this */

    const struct disk *inner;
    struct memory_disk *memory; /* inner is its; NULL where it is another */
    /* Told before each call of FAULTY_CHANGES, also one that will fail. It may not come back here.
     */
    void (*before)(void *arg, enum faulty_kind kind);
    void *before_arg;
    /* Told around each call of the disk behind, true going in, and around what that calls back: for
     * who counts what it does. */
    void (*around)(bool inside);

    pthread_mutex_t lock; /* over all below */
    struct faulty_plan plan;
    uint64_t count[FAULTY_KINDS]; /* calls since faulty_init */
    uint64_t matched;             /* of plan.kinds, since it was laid */
    uint64_t failed;              /* of those */
};

/** A disk that fails nothing yet. inner and memory are borrowed; memory may be NULL. */
void faulty_init(struct faulty *faulty, const struct disk *inner, struct memory_disk *memory);

/** Free the lock. */
void faulty_deinit(struct faulty *faulty);

/** Fail by a plan from now on; its count begins anew. */
void faulty_lay(struct faulty *faulty, const struct faulty_plan *plan);

/** Fail nothing any more. */
void faulty_heal(struct faulty *faulty);

/** Calls that failed since the plan was laid. */
uint64_t faulty_failed(struct faulty *faulty);

/** Calls of a kind since faulty_init. */
uint64_t faulty_count(struct faulty *faulty, enum faulty_kind kind);

/** "pwrite", "syncfs", ...; a static string. */
const char *faulty_kind_name(enum faulty_kind kind);

#endif
