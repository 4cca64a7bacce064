/* The kernel's file system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/disk/disk.h"

/*
 * What root makes belongs to the owner of the directory that it is made in, as SQLite does with its
 * own files: an operator's command must leave nothing that the programs' users cannot read. Where
 * that cannot be done it stays root's. By descriptor, for each of the names on the way may be
 * another directory's by now.
 */
static void own_as(int fd, int parent)
{
    struct stat about;

    if (fd >= 0 && fstat(parent, &about) == 0 && about.st_uid != 0 &&
        fchown(fd, about.st_uid, (gid_t)-1) != 0)
        return;
}

/* The directory that a path is in, and its name there. -1 and errno as open(2) has them. */
static int open_parent(const char *path, char name[static BOUND_PATH_BYTES])
{
    char parent[BOUND_PATH_BYTES];
    char whole[BOUND_PATH_BYTES];

    if ((size_t)snprintf(parent, sizeof parent, "%s", path) >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(whole, parent, sizeof whole);
    (void)snprintf(name, BOUND_PATH_BYTES, "%s", basename(whole));
    return open(dirname(parent), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void close_kept(int fd)
{
    int kept = errno;

    if (fd >= 0)
        (void)close(fd);
    errno = kept;
}

static int create_as_root(const char *path, int flags, mode_t mode)
{
    char name[BOUND_PATH_BYTES];
    int parent = open_parent(path, name);
    int fd = parent < 0 ? -1 : openat(parent, name, flags | O_CLOEXEC, mode);

    own_as(fd, parent);
    close_kept(parent);
    return fd;
}

static int mkdir_as_root(const char *path, mode_t mode)
{
    char name[BOUND_PATH_BYTES];
    int parent = open_parent(path, name);
    int failed = parent < 0 ? -1 : mkdirat(parent, name, mode);

    if (!failed) {
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        own_as(fd, parent);
        close_kept(fd);
    }
    close_kept(parent);
    return failed;
}

static int system_open(void *context, const char *path, int flags, mode_t mode)
{
    (void)context;
    return (flags & O_CREAT) && (flags & O_EXCL) && geteuid() == 0
               ? create_as_root(path, flags, mode)
               : open(path, flags | O_CLOEXEC, mode);
}

static int system_close(void *context, int fd)
{
    (void)context;
    return close(fd);
}

static ssize_t system_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    (void)context;
    return pread(fd, data, data_bytes, offset);
}

static ssize_t system_pwrite(void *context, int fd, const void *data, size_t data_bytes,
                             off_t offset)
{
    (void)context;
    return pwrite(fd, data, data_bytes, offset);
}

static int system_ftruncate(void *context, int fd, off_t length)
{
    (void)context;
    return ftruncate(fd, length);
}

static int system_fallocate(void *context, int fd, off_t length)
{
    (void)context;
    return fallocate(fd, 0, 0, length);
}

static int system_fsync(void *context, int fd)
{
    (void)context;
    return fsync(fd);
}

static int system_syncfs(void *context, int fd)
{
    (void)context;
    return syncfs(fd);
}

static int system_flock(void *context, int fd)
{
    (void)context;
    return flock(fd, LOCK_EX | LOCK_NB);
}

static int system_fstat(void *context, int fd, struct stat *about)
{
    (void)context;
    return fstat(fd, about);
}

static int system_fchmod(void *context, int fd, mode_t mode)
{
    (void)context;
    return fchmod(fd, mode);
}

static int system_stat(void *context, const char *path, struct stat *about)
{
    (void)context;
    return stat(path, about);
}

static int system_statvfs(void *context, const char *path, struct statvfs *about)
{
    (void)context;
    return statvfs(path, about);
}

static int system_chmod(void *context, const char *path, mode_t mode)
{
    (void)context;
    return chmod(path, mode);
}

static int system_mkdir(void *context, const char *path, mode_t mode)
{
    (void)context;
    return geteuid() == 0 ? mkdir_as_root(path, mode) : mkdir(path, mode);
}

static int system_link(void *context, const char *from, const char *to)
{
    (void)context;
    return link(from, to);
}

static int system_rename(void *context, const char *from, const char *to)
{
    (void)context;
    return rename(from, to);
}

static int system_unlink(void *context, const char *path)
{
    (void)context;
    return unlink(path);
}

static int system_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                       void *arg)
{
    const struct dirent *entry;
    DIR *directory = opendir(path);

    (void)context;
    if (!directory)
        return -1;
    while (errno = 0, (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            told(arg, entry->d_name);
    int failed = errno;
    (void)closedir(directory);
    errno = failed;
    return failed ? -1 : 0;
}

const struct disk disk_system = {
    .open = system_open,
    .close = system_close,
    .pread = system_pread,
    .pwrite = system_pwrite,
    .ftruncate = system_ftruncate,
    .fallocate = system_fallocate,
    .fsync = system_fsync,
    .syncfs = system_syncfs,
    .flock = system_flock,
    .fstat = system_fstat,
    .fchmod = system_fchmod,
    .stat = system_stat,
    .statvfs = system_statvfs,
    .chmod = system_chmod,
    .mkdir = system_mkdir,
    .link = system_link,
    .rename = system_rename,
    .unlink = system_unlink,
    .list = system_list,
};
