#include "disk/faulty.h"

#include <errno.h>
#include <fcntl.h>

/* Count a call; whether it is to fail, with errno set. */
static bool fails(struct faulty *faulty, enum faulty_kind kind, size_t *torn_bytes)
{
    const struct faulty_plan *plan = &faulty->plan;
    bool failed = false;

    if (faulty->before && (FAULTY_SET(kind) & FAULTY_CHANGES))
        faulty->before(faulty->before_arg, kind);
    (void)pthread_mutex_lock(&faulty->lock);
    faulty->count[kind]++;
    if (FAULTY_SET(kind) & plan->kinds) {
        faulty->matched++;
        failed = plan->nth && faulty->matched >= plan->nth &&
                 (plan->times == 0 || faulty->matched - plan->nth < plan->times);
    }
    faulty->failed += failed;
    if (torn_bytes)
        *torn_bytes = plan->torn_bytes;
    int sys_errno = plan->sys_errno;
    (void)pthread_mutex_unlock(&faulty->lock);
    if (failed)
        errno = sys_errno;
    return failed;
}

/* On the way into the disk behind: its context. */
static void *enter(const struct faulty *faulty)
{
    if (faulty->around)
        faulty->around(true);
    return faulty->inner->context;
}

/* And out again, with its result. */
static ssize_t leave(const struct faulty *faulty, ssize_t result)
{
    if (faulty->around)
        faulty->around(false);
    return result;
}

static int faulty_open(void *context, const char *path, int flags, mode_t mode)
{
    struct faulty *faulty = context;

    if (fails(faulty, flags & O_CREAT ? FAULTY_CREATE : FAULTY_OPEN, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->open(enter(faulty), path, flags, mode));
}

static int faulty_close(void *context, int fd)
{
    const struct faulty *faulty = context;

    return (int)leave(faulty, faulty->inner->close(enter(faulty), fd));
}

static ssize_t faulty_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_PREAD, NULL))
        return -1;
    return leave(faulty, faulty->inner->pread(enter(faulty), fd, data, data_bytes, offset));
}

static ssize_t faulty_pwrite(void *context, int fd, const void *data, size_t data_bytes,
                             off_t offset)
{
    struct faulty *faulty = context;
    const struct disk *inner = faulty->inner;
    size_t torn = 0;

    if (!fails(faulty, FAULTY_PWRITE, &torn))
        return leave(faulty, inner->pwrite(enter(faulty), fd, data, data_bytes, offset));
    int sys_errno = errno;
    if (torn > data_bytes)
        torn = data_bytes;
    if (torn && leave(faulty, inner->pwrite(enter(faulty), fd, data, torn, offset)) < 0)
        return -1; /* the disk behind has a reason of its own */
    errno = sys_errno;
    return -1;
}

static int faulty_ftruncate(void *context, int fd, off_t length)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FTRUNCATE, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->ftruncate(enter(faulty), fd, length));
}

static int faulty_fallocate(void *context, int fd, off_t length)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FALLOCATE, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->fallocate(enter(faulty), fd, length));
}

/* The pages are clean then, and not on the disk. */
static int fail_sync(const struct faulty *faulty, int fd)
{
    int sys_errno = errno;

    if (faulty->memory)
        memory_disk_drop_pages(faulty->memory, fd);
    errno = sys_errno;
    return -1;
}

static int faulty_fsync(void *context, int fd)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FSYNC, NULL))
        return fail_sync(faulty, fd);
    return (int)leave(faulty, faulty->inner->fsync(enter(faulty), fd));
}

static int faulty_syncfs(void *context, int fd)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_SYNCFS, NULL))
        return fail_sync(faulty, -1);
    return (int)leave(faulty, faulty->inner->syncfs(enter(faulty), fd));
}

static int faulty_flock(void *context, int fd)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FLOCK, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->flock(enter(faulty), fd));
}

static int faulty_fstat(void *context, int fd, struct stat *about)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FSTAT, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->fstat(enter(faulty), fd, about));
}

static int faulty_fchmod(void *context, int fd, mode_t mode)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_FCHMOD, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->fchmod(enter(faulty), fd, mode));
}

static int faulty_stat(void *context, const char *path, struct stat *about)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_STAT, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->stat(enter(faulty), path, about));
}

static int faulty_statvfs(void *context, const char *path, struct statvfs *about)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_STATVFS, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->statvfs(enter(faulty), path, about));
}

static int faulty_chmod(void *context, const char *path, mode_t mode)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_CHMOD, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->chmod(enter(faulty), path, mode));
}

static int faulty_mkdir(void *context, const char *path, mode_t mode)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_MKDIR, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->mkdir(enter(faulty), path, mode));
}

static int faulty_link(void *context, const char *from, const char *to)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_LINK, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->link(enter(faulty), from, to));
}

static int faulty_rename(void *context, const char *from, const char *to)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_RENAME, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->rename(enter(faulty), from, to));
}

static int faulty_unlink(void *context, const char *path)
{
    struct faulty *faulty = context;

    if (fails(faulty, FAULTY_UNLINK, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->unlink(enter(faulty), path));
}

/* Who is told of the names of a directory, which is none of the disk's work. */
struct listener {
    const struct faulty *faulty;
    void (*told)(void *arg, const char *name);
    void *arg;
};

static void tell(void *arg, const char *name)
{
    const struct listener *listener = arg;

    if (listener->faulty->around)
        listener->faulty->around(false);
    listener->told(listener->arg, name);
    if (listener->faulty->around)
        listener->faulty->around(true);
}

static int faulty_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                       void *arg)
{
    struct faulty *faulty = context;
    struct listener listener = {faulty, told, arg};

    if (fails(faulty, FAULTY_LIST, NULL))
        return -1;
    return (int)leave(faulty, faulty->inner->list(enter(faulty), path, tell, &listener));
}

void faulty_init(struct faulty *faulty, const struct disk *inner, struct memory_disk *memory)
{
    *faulty = (struct faulty){
        .disk =
            {
                .context = faulty,
                .open = faulty_open,
                .close = faulty_close,
                .pread = faulty_pread,
                .pwrite = faulty_pwrite,
                .ftruncate = faulty_ftruncate,
                .fallocate = faulty_fallocate,
                .fsync = faulty_fsync,
                .syncfs = faulty_syncfs,
                .flock = faulty_flock,
                .fstat = faulty_fstat,
                .fchmod = faulty_fchmod,
                .stat = faulty_stat,
                .statvfs = faulty_statvfs,
                .chmod = faulty_chmod,
                .mkdir = faulty_mkdir,
                .link = faulty_link,
                .rename = faulty_rename,
                .unlink = faulty_unlink,
                .list = faulty_list,
            },
        .inner = inner,
        .memory = memory,
    };
    (void)pthread_mutex_init(&faulty->lock, NULL);
}

void faulty_deinit(struct faulty *faulty)
{
    (void)pthread_mutex_destroy(&faulty->lock);
}

void faulty_lay(struct faulty *faulty, const struct faulty_plan *plan)
{
    (void)pthread_mutex_lock(&faulty->lock);
    faulty->plan = *plan;
    faulty->matched = 0;
    faulty->failed = 0;
    (void)pthread_mutex_unlock(&faulty->lock);
}

void faulty_heal(struct faulty *faulty)
{
    (void)pthread_mutex_lock(&faulty->lock);
    faulty->plan.nth = 0;
    (void)pthread_mutex_unlock(&faulty->lock);
}

uint64_t faulty_failed(struct faulty *faulty)
{
    (void)pthread_mutex_lock(&faulty->lock);
    uint64_t failed = faulty->failed;
    (void)pthread_mutex_unlock(&faulty->lock);
    return failed;
}

uint64_t faulty_count(struct faulty *faulty, enum faulty_kind kind)
{
    (void)pthread_mutex_lock(&faulty->lock);
    uint64_t count = faulty->count[kind];
    (void)pthread_mutex_unlock(&faulty->lock);
    return count;
}

const char *faulty_kind_name(enum faulty_kind kind)
{
    static const char *const names[FAULTY_KINDS] = {
        [FAULTY_OPEN] = "open",           [FAULTY_CREATE] = "create",
        [FAULTY_PREAD] = "pread",         [FAULTY_PWRITE] = "pwrite",
        [FAULTY_FTRUNCATE] = "ftruncate", [FAULTY_FALLOCATE] = "fallocate",
        [FAULTY_FSYNC] = "fsync",         [FAULTY_SYNCFS] = "syncfs",
        [FAULTY_FLOCK] = "flock",         [FAULTY_FSTAT] = "fstat",
        [FAULTY_FCHMOD] = "fchmod",       [FAULTY_STAT] = "stat",
        [FAULTY_STATVFS] = "statvfs",     [FAULTY_CHMOD] = "chmod",
        [FAULTY_MKDIR] = "mkdir",         [FAULTY_LINK] = "link",
        [FAULTY_RENAME] = "rename",       [FAULTY_UNLINK] = "unlink",
        [FAULTY_LIST] = "list",
    };

    return names[kind];
}
