#include "storage/disk/reserve.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"

enum {
    MIB = 1024 * 1024,
    RESERVE_MODE = 0600,
    BLOCK_BYTES = 512, /* of st_blocks */
    /* so much of the volume is left free beside it: others would run out of room while it is set
     * aside, and calls in progress soon want it back */
    LEFT_PERCENT = 1,
};

struct reserve {
    const struct disk *below;
    struct disk disk; /* that gives it up; its context is this */
    char path[BOUND_PATH_BYTES];
    char directory[BOUND_PATH_BYTES];
    dev_t device;      /* of the directory */
    atomic_uint freed; /* counts how often its room became free */

    pthread_mutex_t lock; /* what follows, and the file */
    uint64_t bytes;       /* 0 where the file system sets nothing aside */
    bool held;
};

uint64_t reserve_bytes(const struct space *space, int wanted_mib, int calls_max, unsigned percent)
{
    if (wanted_mib >= 0)
        return (uint64_t)wanted_mib * MIB;
    uint64_t calls = (uint64_t)calls_max * RESERVE_CALL_MIB * MIB;
    uint64_t most = space->whole_bytes / 100 * percent;
    return calls < most ? calls : most;
}

/* --- the file, under the lock ------------------------------------------------------------------
 */

/* File systems find out that there is too little only when all is taken, and then nobody else has
 * any room meanwhile. */
static enum status check_room(const struct reserve *reserve, struct fault *fault)
{
    const struct disk *disk = reserve->below;
    struct stat about = {0}; /* of none */
    struct space space;

    if (disk->stat(disk->context, reserve->path, &about) != 0 && errno != ENOENT)
        return disk_fault(fault, "look at", reserve->path);
    uint64_t has = (uint64_t)about.st_blocks * BLOCK_BYTES;
    if (has >= reserve->bytes)
        return STATUS_OK;
    enum status status = space_look(disk, reserve->directory, &space, fault);
    if (status != STATUS_OK)
        return status;
    if (space.free_bytes < reserve->bytes - has + space.whole_bytes / 100 * LEFT_PERCENT)
        return fault_set(fault, STATUS_FULL, 0, "set room aside in %s: there is not so much",
                         reserve->path);
    return STATUS_OK;
}

static enum status allocate(const struct reserve *reserve, struct disk_file file,
                            struct fault *fault)
{
    const struct disk *disk = reserve->below;
    struct stat about;

    if (disk->fstat(disk->context, file.fd, &about) != 0)
        return disk_fault(fault, "look at", reserve->path);
    if (about.st_size > (off_t)reserve->bytes &&
        disk->ftruncate(disk->context, file.fd, (off_t)reserve->bytes) != 0)
        return disk_fault(fault, "shorten", reserve->path);
    if (disk->fallocate(disk->context, file.fd, (off_t)reserve->bytes) == 0)
        return STATUS_OK;
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        return fault_set(fault, STATUS_UNSUPPORTED, errno, "set room aside in %s", reserve->path);
    return disk_fault(fault, "set room aside in", reserve->path);
}

/* Emptied first: whoever has it open, a backup say, would keep what is only unlinked. */
static void remove_file(struct reserve *reserve)
{
    const struct disk *disk = reserve->below;
    struct disk_file file = disk_open(disk, reserve->path, O_RDWR | O_NOFOLLOW, 0);

    if (file.fd >= 0)
        (void)disk->ftruncate(disk->context, file.fd, 0);
    disk_close(&file);
    (void)disk->unlink(disk->context, reserve->path);
    (void)atomic_fetch_add(&reserve->freed, 1);
}

static enum status set_aside(const struct reserve *reserve, struct fault *fault)
{
    struct disk_file file =
        disk_open(reserve->below, reserve->path, O_RDWR | O_CREAT | O_NOFOLLOW, RESERVE_MODE);

    if (file.fd < 0)
        return disk_fault(fault, "make", reserve->path);
    enum status status = allocate(reserve, file, fault);
    disk_close(&file);
    return status;
}

static enum status hold(struct reserve *reserve, struct fault *fault)
{
    if (reserve->held || !reserve->bytes)
        return STATUS_OK;
    enum status status = check_room(reserve, fault);
    if (status == STATUS_OK)
        status = set_aside(reserve, fault);
    if (status == STATUS_OK)
        reserve->held = true;
    else
        remove_file(reserve);
    if (status == STATUS_UNSUPPORTED) /* nor will it be the next time */
        reserve->bytes = 0;
    return status;
}

enum status reserve_hold(struct reserve *reserve, struct fault *fault)
{
    (void)pthread_mutex_lock(&reserve->lock);
    enum status status = hold(reserve, fault);
    (void)pthread_mutex_unlock(&reserve->lock);
    return status;
}

bool reserve_give_up(struct reserve *reserve)
{
    (void)pthread_mutex_lock(&reserve->lock);
    bool was_held = reserve->held;
    reserve->held = false;
    if (was_held)
        remove_file(reserve);
    (void)pthread_mutex_unlock(&reserve->lock);
    return was_held;
}

uint64_t reserve_missing(struct reserve *reserve)
{
    (void)pthread_mutex_lock(&reserve->lock);
    uint64_t missing = reserve->held ? 0 : reserve->bytes;
    (void)pthread_mutex_unlock(&reserve->lock);
    return missing;
}

/* --- the disk that gives it up -----------------------------------------------------------------
 */

static bool is_full(void)
{
    return disk_status_of_errno(errno) == STATUS_FULL;
}

/* How often the room had become free before a call. */
static unsigned freed_before(struct reserve *reserve)
{
    return atomic_load(&reserve->freed);
}

/* Whether a call that failed is worth another try: for want of room, that giving the reserve up
 * made, by this thread or, since the call began, by another. errno is kept. */
static bool is_freed(struct reserve *reserve, unsigned before, bool here)
{
    int sys_errno = errno;
    bool freed =
        here && is_full() && (reserve_give_up(reserve) || atomic_load(&reserve->freed) != before);

    errno = sys_errno;
    return freed;
}

/* A file may lie on another volume, which is none the better for it. */
static bool is_freed_for(struct reserve *reserve, unsigned before, int fd)
{
    const struct disk *below = reserve->below;
    struct stat about;
    int sys_errno = errno;
    bool here = is_full() && below->fstat(below->context, fd, &about) == 0 &&
                about.st_dev == reserve->device;

    errno = sys_errno;
    return is_freed(reserve, before, here);
}

static bool is_freed_at(struct reserve *reserve, unsigned before, const char *path)
{
    size_t length = strlen(reserve->directory);

    return is_freed(reserve, before,
                    strncmp(path, reserve->directory, length) == 0 && path[length] == '/');
}

static int reserve_open(void *context, const char *path, int flags, mode_t mode)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int fd = below->open(below->context, path, flags, mode);

    return fd < 0 && is_freed_at(reserve, before, path)
               ? below->open(below->context, path, flags, mode)
               : fd;
}

static int reserve_close(void *context, int fd)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->close(below->context, fd);
}

static ssize_t reserve_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->pread(below->context, fd, data, data_bytes, offset);
}

static ssize_t reserve_pwrite(void *context, int fd, const void *data, size_t data_bytes,
                              off_t offset)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    ssize_t put = below->pwrite(below->context, fd, data, data_bytes, offset);

    return put < 0 && is_freed_for(reserve, before, fd)
               ? below->pwrite(below->context, fd, data, data_bytes, offset)
               : put;
}

static int reserve_ftruncate(void *context, int fd, off_t length)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int failed = below->ftruncate(below->context, fd, length);

    return failed && is_freed_for(reserve, before, fd)
               ? below->ftruncate(below->context, fd, length)
               : failed;
}

static int reserve_fallocate(void *context, int fd, off_t length)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int failed = below->fallocate(below->context, fd, length);

    return failed && is_freed_for(reserve, before, fd)
               ? below->fallocate(below->context, fd, length)
               : failed;
}

/* A sync that failed is never tried again: what it covered may be gone already. But what comes
 * after it finds room. */
static int reserve_fsync(void *context, int fd)
{
    struct reserve *reserve = context;
    int failed = reserve->below->fsync(reserve->below->context, fd);

    if (failed)
        (void)is_freed_for(reserve, freed_before(reserve), fd);
    return failed;
}

static int reserve_syncfs(void *context, int fd)
{
    struct reserve *reserve = context;
    int failed = reserve->below->syncfs(reserve->below->context, fd);

    if (failed)
        (void)is_freed_for(reserve, freed_before(reserve), fd);
    return failed;
}

static int reserve_flock(void *context, int fd)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->flock(below->context, fd);
}

static int reserve_fstat(void *context, int fd, struct stat *about)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->fstat(below->context, fd, about);
}

static int reserve_fchmod(void *context, int fd, mode_t mode)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->fchmod(below->context, fd, mode);
}

static int reserve_stat(void *context, const char *path, struct stat *about)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->stat(below->context, path, about);
}

static int reserve_statvfs(void *context, const char *path, struct statvfs *about)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->statvfs(below->context, path, about);
}

static int reserve_chmod(void *context, const char *path, mode_t mode)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->chmod(below->context, path, mode);
}

static int reserve_mkdir(void *context, const char *path, mode_t mode)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int failed = below->mkdir(below->context, path, mode);

    return failed && is_freed_at(reserve, before, path) ? below->mkdir(below->context, path, mode)
                                                        : failed;
}

static int reserve_link(void *context, const char *from, const char *to)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int failed = below->link(below->context, from, to);

    return failed && is_freed_at(reserve, before, to) ? below->link(below->context, from, to)
                                                      : failed;
}

static int reserve_rename(void *context, const char *from, const char *to)
{
    struct reserve *reserve = context;
    const struct disk *below = reserve->below;
    unsigned before = freed_before(reserve);
    int failed = below->rename(below->context, from, to);

    return failed && is_freed_at(reserve, before, to) ? below->rename(below->context, from, to)
                                                      : failed;
}

static int reserve_unlink(void *context, const char *path)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->unlink(below->context, path);
}

static int reserve_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                        void *arg)
{
    const struct disk *below = ((struct reserve *)context)->below;

    return below->list(below->context, path, told, arg);
}

const struct disk *reserve_disk(struct reserve *reserve)
{
    return &reserve->disk;
}

/* --- life --------------------------------------------------------------------------------------
 */

static_assert(sizeof(struct disk) == 20 * sizeof(void *), "every call of a disk is passed on");

static struct disk disk_above(struct reserve *reserve)
{
    return (struct disk){
        .context = reserve,
        .open = reserve_open,
        .close = reserve_close,
        .pread = reserve_pread,
        .pwrite = reserve_pwrite,
        .ftruncate = reserve_ftruncate,
        .fallocate = reserve_fallocate,
        .fsync = reserve_fsync,
        .syncfs = reserve_syncfs,
        .flock = reserve_flock,
        .fstat = reserve_fstat,
        .fchmod = reserve_fchmod,
        .stat = reserve_stat,
        .statvfs = reserve_statvfs,
        .chmod = reserve_chmod,
        .mkdir = reserve_mkdir,
        .link = reserve_link,
        .rename = reserve_rename,
        .unlink = reserve_unlink,
        .list = reserve_list,
    };
}

enum status reserve_create(const struct disk *disk, const char *directory, uint64_t bytes,
                           struct reserve **out, struct fault *fault)
{
    struct reserve *reserve = calloc(1, sizeof *reserve);
    struct stat about = {0};

    if (!reserve)
        return fault_set(fault, STATUS_NOMEM, 0, "set room aside: out of memory");
    int length = snprintf(reserve->path, sizeof reserve->path, "%s/" RESERVE_NAME, directory);
    enum status status = STATUS_OK;
    if (length < 0 || (size_t)length >= sizeof reserve->path)
        status = fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
    else if (disk->stat(disk->context, directory, &about) != 0)
        status = fault_set(fault, STATUS_IO, errno, "look at %s", directory);
    if (status != STATUS_OK) {
        free(reserve);
        return status;
    }
    (void)snprintf(reserve->directory, sizeof reserve->directory, "%s", directory);
    reserve->device = about.st_dev;
    reserve->below = disk;
    reserve->disk = disk_above(reserve);
    reserve->bytes = bytes;
    (void)pthread_mutex_init(&reserve->lock, NULL);
    *out = reserve;
    return STATUS_OK;
}

void reserve_destroy(struct reserve *owned_reserve)
{
    if (!owned_reserve)
        return;
    (void)pthread_mutex_destroy(&owned_reserve->lock);
    free(owned_reserve);
}
