#include "storage/recording/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"

enum status place_lock(const char *path, const struct opening *opening, struct fault *fault)
{
    struct stat opened;
    struct stat named;

    if (flock(opening->fd, LOCK_EX | LOCK_NB) != 0)
        return fault_set(fault, errno == EWOULDBLOCK ? STATUS_BUSY : STATUS_IO, errno, "lock %s",
                         path);
    if (fstat(opening->fd, &opened) != 0 || stat(path, &named) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat %s", path);
    if (opened.st_ino != named.st_ino || opened.st_dev != named.st_dev ||
        opened.st_size != (off_t)opening->file_bytes)
        return fault_set(fault, STATUS_BUSY, 0, "%s was being changed", path);
    return STATUS_OK;
}

enum status place_make(const char *new_path, const struct opening *old, int *fd,
                       struct fault *fault)
{
    struct stat about;

    (void)unlink(new_path);
    if (fstat(old->fd, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat what %s replaces", new_path);
    int made = open(new_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0)
        return fault_set(fault, frame_status_of_errno(errno), errno, "create %s", new_path);
    *fd = made; /* the caller closes and removes it, whatever comes */
    if (fchmod(made, about.st_mode & 0777) != 0)
        return fault_set(fault, STATUS_IO, errno, "set mode of %s", new_path);
    return STATUS_OK;
}

enum status place_sync_directory(const char *path, struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    const char *slash = strrchr(path, '/');

    (void)snprintf(directory, sizeof directory, "%.*s", slash ? (int)(slash - path) : 1,
                   slash ? path : ".");
    int fd = open(directory[0] ? directory : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(fault, STATUS_IO, errno, "open directory %s", directory);
    enum status status = STATUS_OK;
    if (fsync(fd) != 0)
        status = fault_set(fault, STATUS_IO, errno, "sync directory %s", directory);
    (void)close(fd);
    return status;
}
