#include "storage/disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/bounds.h"

struct disk_file disk_open(const struct disk *disk, const char *path, int flags, mode_t mode)
{
    return (struct disk_file){disk, disk->open(disk->context, path, flags, mode)};
}

void disk_close(struct disk_file *file)
{
    if (file->fd >= 0)
        (void)file->disk->close(file->disk->context, file->fd);
    file->fd = -1;
}

enum status disk_read(struct disk_file file, off_t offset, void *data, size_t data_bytes,
                      struct fault *fault)
{
    for (size_t done = 0; done < data_bytes;) {
        ssize_t got = file.disk->pread(file.disk->context, file.fd, (uint8_t *)data + done,
                                       data_bytes - done, offset + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(fault, STATUS_IO, errno, "read at byte %lld",
                             (long long)offset + (long long)done);
        if (got == 0)
            return fault_set(fault, STATUS_END, 0, "the file ends at byte %lld",
                             (long long)offset + (long long)done);
        done += (size_t)got;
    }
    return STATUS_OK;
}

enum status disk_write(struct disk_file file, off_t offset, const void *data, size_t data_bytes,
                       struct fault *fault)
{
    for (size_t done = 0; done < data_bytes;) {
        ssize_t put = file.disk->pwrite(file.disk->context, file.fd, (const uint8_t *)data + done,
                                        data_bytes - done, offset + (off_t)done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fault_set(fault, disk_status_of_errno(errno), errno, "write at byte %lld",
                             (long long)offset + (long long)done);
        done += (size_t)put;
    }
    return STATUS_OK;
}

enum status disk_sync(struct disk_file file, const char *path, struct fault *fault)
{
    if (file.disk->fsync(file.disk->context, file.fd) != 0)
        return disk_fault(fault, "sync", path);
    return STATUS_OK;
}

enum status disk_sync_parent(const struct disk *disk, const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES] = ".";
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : (size_t)(slash - path);

    if (slash) {
        if (length >= sizeof parent)
            return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
        memcpy(parent, path, length);
        parent[length] = '\0';
    }
    struct disk_file directory = disk_open(disk, parent, O_RDONLY | O_DIRECTORY, 0);
    if (directory.fd < 0)
        return disk_fault(fault, "open directory", parent);
    enum status status = disk_sync(directory, parent, fault);
    disk_close(&directory);
    return status;
}

enum status disk_status_of_errno(int sys_errno)
{
    /* EFBIG: of a limit on files; none of ours comes near the greatest file */
    return sys_errno == ENOSPC || sys_errno == EDQUOT || sys_errno == EFBIG ? STATUS_FULL
                                                                            : STATUS_IO;
}

bool disk_is_unreadable(int sys_errno)
{
    return sys_errno == EIO || sys_errno == EUCLEAN || sys_errno == EBADMSG;
}

enum status disk_fault(struct fault *fault, const char *step, const char *path)
{
    int sys_errno = errno;

    if (sys_errno == EEXIST)
        return fault_set(fault, STATUS_EXISTS, 0, "%s exists", path);
    return fault_set(fault, disk_status_of_errno(sys_errno), sys_errno, "%s %s", step, path);
}
