#include "web/api/readers.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What tells that a file is still the one that was verified. */
struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

/* What a request asks for. */
struct wanted {
    struct uuid recording;
    const char *path;
    struct identity identity;
    mono_time now;
};

/*
 *  FREE -> OPENING -> READY -> FREE
 *                 \-> BAD  -> FREE     (damaged; remembered until it is idle too long)
 *                 \-> FREE             (could not be opened for another reason)
 *
 * Invariants, under the lock:
 *  1. borrowed > 0 or OPENING: the slot is not reused.
 *  2. reader is not NULL exactly in READY.
 *  3. identity, recording and reader are written only by the thread that put it into OPENING.
 */
enum slot_state { SLOT_FREE, SLOT_OPENING, SLOT_READY, SLOT_BAD };

struct reader_lease {
    enum slot_state state;
    unsigned borrowed;
    struct uuid recording;
    struct identity identity;
    struct recording_reader *reader;
    struct fault fault; /* of BAD */
    mono_time used;
};

struct readers {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    pthread_mutex_t keys_lock;
    struct private_keys *keys;
    struct public_keys *signers;
    size_t slots;
    struct reader_lease slot[];
};

enum status readers_create(struct private_keys *keys, struct public_keys *signers,
                           size_t leased_max, struct readers **out)
{
    size_t slots = leased_max + READERS_IDLE_MAX;
    struct readers *readers = calloc(1, sizeof *readers + slots * sizeof readers->slot[0]);

    if (!readers)
        return STATUS_NOMEM;
    readers->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    readers->keys_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    readers->opened = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    readers->keys = keys;
    readers->signers = signers;
    readers->slots = slots;
    *out = readers;
    return STATUS_OK;
}

static void free_slot(struct reader_lease *slot)
{
    recording_reader_close(slot->reader);
    *slot = (struct reader_lease){.state = SLOT_FREE};
}

void readers_destroy(struct readers *owned_readers)
{
    if (!owned_readers)
        return;
    for (size_t i = 0; i < owned_readers->slots; i++) {
        assert(owned_readers->slot[i].borrowed == 0);
        free_slot(&owned_readers->slot[i]);
    }
    (void)pthread_cond_destroy(&owned_readers->opened);
    (void)pthread_mutex_destroy(&owned_readers->keys_lock);
    (void)pthread_mutex_destroy(&owned_readers->lock);
    free(owned_readers);
}

static enum status identify(const char *path, struct identity *identity, struct fault *fault)
{
    struct stat file;

    if (stat(path, &file) != 0) {
        enum status status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
        return fault_set(fault, status, errno, "look at %s", path);
    }
    *identity = (struct identity){
        .device = file.st_dev,
        .inode = file.st_ino,
        .size = file.st_size,
        .modified = file.st_mtim,
        .changed = file.st_ctim,
    };
    return STATUS_OK;
}

static bool same_time(struct timespec left, struct timespec right)
{
    return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

static bool same_file(const struct identity *left, const struct identity *right)
{
    return left->device == right->device && left->inode == right->inode &&
           left->size == right->size && same_time(left->modified, right->modified) &&
           same_time(left->changed, right->changed);
}

static struct reader_lease *find_slot(struct readers *readers, const struct wanted *wanted)
{
    for (size_t i = 0; i < readers->slots; i++) {
        struct reader_lease *slot = &readers->slot[i];
        if (slot->state != SLOT_FREE && uuid_equal(slot->recording, wanted->recording) &&
            same_file(&slot->identity, &wanted->identity))
            return slot;
    }
    return NULL;
}

static bool is_idle(const struct reader_lease *slot)
{
    return slot->borrowed == 0 && (slot->state == SLOT_READY || slot->state == SLOT_BAD);
}

/* A free slot, or the one that was idle the longest, or NULL. At most READERS_IDLE_MAX stay idle.
 */
static struct reader_lease *take_slot(struct readers *readers)
{
    struct reader_lease *unused = NULL;
    struct reader_lease *oldest = NULL;
    size_t idle = 0;

    for (size_t i = 0; i < readers->slots; i++) {
        struct reader_lease *slot = &readers->slot[i];
        if (slot->state == SLOT_FREE)
            unused = slot;
        if (!is_idle(slot))
            continue;
        idle++;
        if (!oldest || slot->used.ns < oldest->used.ns)
            oldest = slot;
    }
    if (oldest && (!unused || idle >= READERS_IDLE_MAX)) {
        free_slot(oldest);
        unused = oldest;
    }
    return unused;
}

static enum status open_verified(struct readers *readers, const struct wanted *wanted,
                                 struct recording_reader **reader, struct fault *fault)
{
    struct recording_reader *opened = NULL;

    (void)pthread_mutex_lock(&readers->keys_lock);
    enum status status = recording_reader_open(
        &(struct recording_access){&disk_system, readers->keys, readers->signers}, wanted->path,
        wanted->recording, &opened, fault);
    (void)pthread_mutex_unlock(&readers->keys_lock);
    if (status == STATUS_OK)
        status = recording_reader_verify_content(opened, fault);
    if (status == STATUS_OK) {
        *reader = opened;
        opened = NULL;
    }
    recording_reader_close(opened);
    return status;
}

/* Fill a fresh slot. The lock is held on entry and on return, not in between. */
static enum status open_slot(struct readers *readers, struct reader_lease *slot,
                             const struct wanted *wanted, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    struct fault why = {0};

    slot->state = SLOT_OPENING;
    slot->recording = wanted->recording;
    slot->identity = wanted->identity;
    slot->used = wanted->now;
    (void)pthread_mutex_unlock(&readers->lock);
    enum status status = open_verified(readers, wanted, &reader, &why);
    (void)pthread_mutex_lock(&readers->lock);
    slot->reader = reader;
    slot->fault = why;
    if (status == STATUS_OK)
        slot->state = SLOT_READY;
    else if (status == STATUS_CORRUPT)
        slot->state = SLOT_BAD;
    else
        free_slot(slot);
    (void)pthread_cond_broadcast(&readers->opened);
    if (fault)
        *fault = why;
    return status;
}

/* The slot of a recording, opened if another thread was at it; NULL where there is none. */
static struct reader_lease *settle(struct readers *readers, const struct wanted *wanted)
{
    struct reader_lease *slot = find_slot(readers, wanted);

    while (slot && slot->state == SLOT_OPENING) {
        (void)pthread_cond_wait(&readers->opened, &readers->lock);
        slot = find_slot(readers, wanted);
    }
    return slot;
}

static enum status borrow(struct readers *readers, const struct wanted *wanted,
                          struct reader_lease **out, struct fault *fault)
{
    struct reader_lease *slot = settle(readers, wanted);
    enum status status = STATUS_OK;

    if (!slot) {
        slot = take_slot(readers);
        if (!slot)
            return fault_set(fault, STATUS_BUSY, 0, "too many recordings are open");
        status = open_slot(readers, slot, wanted, fault);
    } else if (slot->state == SLOT_BAD) {
        status = STATUS_CORRUPT;
        if (fault)
            *fault = slot->fault;
    }
    if (status == STATUS_OK) {
        slot->borrowed++;
        slot->used = wanted->now;
        *out = slot;
    }
    return status;
}

enum status readers_acquire(struct readers *readers, struct uuid recording, const char *path,
                            mono_time now, struct reader_lease **lease, struct fault *fault)
{
    struct wanted wanted = {.recording = recording, .path = path, .now = now};
    enum status status = identify(path, &wanted.identity, fault);

    if (status != STATUS_OK)
        return status;
    (void)pthread_mutex_lock(&readers->lock);
    status = borrow(readers, &wanted, lease, fault);
    (void)pthread_mutex_unlock(&readers->lock);
    return status;
}

const struct recording_reader *reader_lease_reader(const struct reader_lease *lease)
{
    return lease->reader;
}

void readers_release(struct readers *readers, struct reader_lease *owned_lease, mono_time now)
{
    if (!owned_lease)
        return;
    (void)pthread_mutex_lock(&readers->lock);
    assert(owned_lease->borrowed > 0);
    owned_lease->borrowed--;
    owned_lease->used = now;
    (void)pthread_mutex_unlock(&readers->lock);
}

void readers_expire(struct readers *readers, mono_time now)
{
    (void)pthread_mutex_lock(&readers->lock);
    for (size_t i = 0; i < readers->slots; i++) {
        struct reader_lease *slot = &readers->slot[i];
        if (is_idle(slot) && now.ns - slot->used.ns > READERS_IDLE_S * CLOCK_NS_PER_S)
            free_slot(slot);
    }
    (void)pthread_mutex_unlock(&readers->lock);
}
