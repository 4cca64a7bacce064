#include "storage/recording/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "base/descriptor.h"
#include "storage/recording/writer.h"

void recording_path(struct uuid recording, wall_time created, char path[static BOUND_PATH_BYTES])
{
    char date[CLOCK_RFC3339_BYTES];
    char name[UUID_TEXT_BYTES];

    clock_format_rfc3339(created, date); /* 2026-11-22T... */
    uuid_format(recording, name);
    (void)snprintf(path, BOUND_PATH_BYTES, "recordings/%.4s/%.2s/%.2s/%s.crec", date, date + 5,
                   date + 8, name);
}

/* Directories between the store and the file; setgid, so that all programs share the group. */
enum status paths_make_directories(const struct disk *disk, const char *store, const char *path,
                                   struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    size_t store_bytes = strlen(store);

    for (const char *slash = strchr(path + store_bytes + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        struct stat about;
        (void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
        if (disk->mkdir(disk->context, directory, 0770) != 0) {
            if (errno == EEXIST)
                continue;
            return disk_fault(fault, "make directory", directory);
        }
        if (disk->stat(disk->context, directory, &about) != 0 ||
            disk->chmod(disk->context, directory, (about.st_mode & 07777) | S_ISGID) != 0)
            return disk_fault(fault, "set mode of", directory);
    }
    return STATUS_OK;
}

/* A thousand open recordings leave the low descriptors to signalling, where the process allows it.
 */
enum status paths_create(const struct disk *disk, const char *path, struct disk_file *file,
                         struct fault *fault)
{
    *file = disk_open(disk, path, O_RDWR | O_CREAT | O_EXCL, 0660);
    if (file->fd < 0)
        return disk_fault(fault, "create", path);
    if (descriptor_raise(&file->fd, NULL) != STATUS_OK) {
        /* a low limit: it stays where it is */
    }
    return STATUS_OK;
}
