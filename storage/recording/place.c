#include "storage/recording/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"

enum status place_lock(const char *path, const struct opening *opening, struct fault *fault)
{
    struct stat opened;
    struct stat named;
    const struct disk *disk = opening->file.disk;

    if (disk->flock(disk->context, opening->file.fd) != 0)
        return fault_set(fault, errno == EWOULDBLOCK ? STATUS_BUSY : STATUS_IO, errno, "lock %s",
                         path);
    if (disk->fstat(disk->context, opening->file.fd, &opened) != 0 ||
        disk->stat(disk->context, path, &named) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat %s", path);
    if (opened.st_ino != named.st_ino || opened.st_dev != named.st_dev ||
        opened.st_size != (off_t)opening->file_bytes)
        return fault_set(fault, STATUS_BUSY, 0, "%s was being changed", path);
    return STATUS_OK;
}

enum status place_make(const char *new_path, const struct opening *old, struct disk_file *file,
                       struct fault *fault)
{
    struct stat about;
    const struct disk *disk = old->file.disk;

    (void)disk->unlink(disk->context, new_path);
    if (disk->fstat(disk->context, old->file.fd, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat what %s replaces", new_path);
    /* the caller closes and removes it, whatever comes */
    *file = disk_open(disk, new_path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file->fd < 0)
        return disk_fault(fault, "create", new_path);
    if (disk->fchmod(disk->context, file->fd, about.st_mode & 0777) != 0)
        return fault_set(fault, STATUS_IO, errno, "set mode of %s", new_path);
    return STATUS_OK;
}

enum status place_room(const struct disk *disk, const char *directory, uint64_t file_bytes,
                       struct fault *fault)
{
    struct statvfs about;

    if (disk->statvfs(disk->context, directory, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "look at %s", directory);
    if (about.f_bavail < file_bytes / about.f_frsize + 1)
        return fault_set(fault, STATUS_FULL, 0, "%s has no room for it", directory);
    return STATUS_OK;
}

enum status place_sync(const struct disk_file *file, const char *path, bool fresh,
                       struct fault *fault)
{
    const struct disk *disk = file->disk;

    if (fresh && disk->syncfs(disk->context, file->fd) != 0)
        return disk_fault(fault, "sync the file system of", path);
    return disk_sync_parent(disk, path, fault);
}
