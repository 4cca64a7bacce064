#include "storage/recording/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/descriptor.h"
#include "storage/recording/writer.h"

/*
 * Whatever the umask: recorder-ingest and the keeper write, by the group that the directories hand
 * down, and recorder-web reads, as one of the others. Who is none of the three does not get past
 * the store's directory (storage/KEYS.md).
 */
enum { DIRECTORY_MODE = 02775, FILE_MODE = 0664 };

void recording_path(struct uuid recording, wall_time created, char path[static BOUND_PATH_BYTES])
{
    char date[CLOCK_RFC3339_BYTES];
    char name[UUID_TEXT_BYTES];

    clock_format_rfc3339(created, date); /* 2026-11-22T... */
    uuid_format(recording, name);
    (void)snprintf(path, BOUND_PATH_BYTES, "recordings/%.4s/%.2s/%.2s/%s" PATHS_SUFFIX, date,
                   date + 5, date + 8, name);
}

enum status paths_of_segment(const char *path, uint32_t number,
                             char segment_path[static BOUND_PATH_BYTES])
{
    size_t stem = strlen(path);
    size_t suffix = strlen(PATHS_SUFFIX);

    if (stem > suffix && strcmp(path + stem - suffix, PATHS_SUFFIX) == 0)
        stem -= suffix;
    int length = number ? snprintf(segment_path, BOUND_PATH_BYTES, "%.*s.%u%s", (int)stem, path,
                                   (unsigned)number, PATHS_SUFFIX)
                        : snprintf(segment_path, BOUND_PATH_BYTES, "%s", path);
    return length < BOUND_PATH_BYTES ? STATUS_OK : STATUS_LIMIT;
}

enum status paths_of_tail(const char *path, char tail_path[static BOUND_PATH_BYTES])
{
    if (strlen(path) + sizeof ".tail" > BOUND_PATH_BYTES)
        return STATUS_LIMIT;
    (void)snprintf(tail_path, BOUND_PATH_BYTES, "%s.tail", path);
    return STATUS_OK;
}

enum status paths_make_directories(const struct disk *disk, const char *store, const char *path,
                                   struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    size_t store_bytes = strlen(store);

    for (const char *slash = strchr(path + store_bytes + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        (void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
        if (disk->mkdir(disk->context, directory, DIRECTORY_MODE) != 0) {
            if (errno == EEXIST)
                continue;
            return disk_fault(fault, "make directory", directory);
        }
        if (disk->chmod(disk->context, directory, DIRECTORY_MODE) != 0)
            return disk_fault(fault, "set mode of", directory);
    }
    return STATUS_OK;
}

/* A thousand open recordings leave the low descriptors to signalling, where the process allows it.
 */
enum status paths_create(const struct disk *disk, const char *path, struct disk_file *file,
                         struct fault *fault)
{
    *file = disk_open(disk, path, O_RDWR | O_CREAT | O_EXCL, FILE_MODE);
    if (file->fd < 0)
        return disk_fault(fault, "create", path);
    if (disk->fchmod(disk->context, file->fd, FILE_MODE) != 0) {
        enum status status = disk_fault(fault, "set mode of", path);
        disk_close(file);
        (void)disk->unlink(disk->context, path);
        return status;
    }
    if (descriptor_raise(&file->fd, NULL) != STATUS_OK) {
        /* a low limit: it stays where it is */
    }
    return STATUS_OK;
}
