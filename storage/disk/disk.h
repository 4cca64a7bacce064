/**
 * disk: the file system, as the store uses it. All files below storage but SQLite's are read and
 * written through a struct disk, so that a test can put another one in its place: one whose n-th
 * call fails, or one that forgets what was not synced.
 *
 * The members of struct disk do what the POSIX function they are named after does, with its
 * results: -1 and errno where it fails. What a caller needs of them more than once is below them.
 * A struct disk is shared by all threads and never changes; disk_system is the kernel's.
 */
#ifndef RECORDER_STORAGE_DISK_DISK_H
#define RECORDER_STORAGE_DISK_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/status.h"

struct disk {
    void *context; /* handed to each of them */

    /* flags are added to O_CLOEXEC. */
    int (*open)(void *context, const char *path, int flags, mode_t mode);
    int (*close)(void *context, int fd);
    ssize_t (*pread)(void *context, int fd, void *data, size_t data_bytes, off_t offset);
    ssize_t (*pwrite)(void *context, int fd, const void *data, size_t data_bytes, off_t offset);
    int (*ftruncate)(void *context, int fd, off_t length);
    int (*fallocate)(void *context, int fd, off_t length); /* all of it; mode 0 */
    int (*fsync)(void *context, int fd);
    int (*syncfs)(void *context, int fd);
    int (*flock)(void *context, int fd); /* exclusive, without waiting */
    int (*fstat)(void *context, int fd, struct stat *about);
    int (*fchmod)(void *context, int fd, mode_t mode);
    int (*stat)(void *context, const char *path, struct stat *about);
    int (*statvfs)(void *context, const char *path, struct statvfs *about);
    int (*chmod)(void *context, const char *path, mode_t mode);
    int (*mkdir)(void *context, const char *path, mode_t mode);
    int (*link)(void *context, const char *from, const char *to);
    int (*rename)(void *context, const char *from, const char *to);
    int (*unlink)(void *context, const char *path);
    /* Tell the name of each entry but "." and "..", in any order; `told` must not come back here.
     */
    int (*list)(void *context, const char *path, void (*told)(void *arg, const char *name),
                void *arg);
};

extern const struct disk disk_system;

/* An open file of a disk, passed by value. */
struct disk_file {
    const struct disk *disk;
    int fd; /* -1: none */
};

/** Open, as open(2). On failure the file has no descriptor, and errno says why. */
struct disk_file disk_open(const struct disk *disk, const char *path, int flags, mode_t mode);

/** Close; one that is not open is accepted. What close says is of no use to anybody. */
void disk_close(struct disk_file *file);

/**
 * Read exactly so many bytes.
 *
 * STATUS_OK, STATUS_END (the file ends within them), STATUS_IO. On failure data holds anything.
 */
enum status disk_read(struct disk_file file, off_t offset, void *data, size_t data_bytes,
                      struct fault *fault) MUST_CHECK;

/**
 * Write exactly so many bytes.
 *
 * STATUS_OK, STATUS_FULL (no space), STATUS_IO. On failure any part of them may be there.
 */
enum status disk_write(struct disk_file file, off_t offset, const void *data, size_t data_bytes,
                       struct fault *fault) MUST_CHECK;

/**
 * Make a file durable. Where this fails Linux has dropped the pages: the next one says nothing of
 * them.
 *
 * path  for the fault.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status disk_sync(struct disk_file file, const char *path, struct fault *fault) MUST_CHECK;

/** Make durable what names there are in the directory of a path. STATUS_OK, STATUS_FULL, STATUS_IO.
 */
enum status disk_sync_parent(const struct disk *disk, const char *path,
                             struct fault *fault) MUST_CHECK;

/** STATUS_FULL for errno values that mean no space, else STATUS_IO. */
enum status disk_status_of_errno(int sys_errno);

/** Whether errno says that the disk does not give what is there, and not that a right, a descriptor
 * or memory is lacking. */
bool disk_is_unreadable(int sys_errno);

/** The fault of a step with a path, by errno: STATUS_EXISTS, STATUS_FULL, STATUS_IO. */
enum status disk_fault(struct fault *fault, const char *step, const char *path);

#endif
