#include "storage/recording/find.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_there(const struct disk *disk, const char *path)
{
    struct stat about;

    return disk->stat(disk->context, path, &about) == 0;
}

static bool is_finished(const struct disk *disk, const char *path)
{
    char tail[BOUND_PATH_BYTES + sizeof ".tail"];

    (void)snprintf(tail, sizeof tail, "%s.tail", path);
    return !is_there(disk, tail);
}

enum status recording_find(const struct disk *disk, const struct volumes *volumes,
                           const char *below, char path[static BOUND_PATH_BYTES],
                           struct fault *fault)
{
    char there[BOUND_PATH_BYTES];
    bool found = false;

    if (volumes_path(volumes, 0, below, path) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "the path of the store is longer than %d bytes",
                         BOUND_PATH_BYTES - 1);
    for (size_t i = 0; volumes->count > 1 && i < volumes->count; i++) {
        if (volumes_path(volumes, i, below, there) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "the path of %s is longer than %d bytes",
                             volumes->directory[i], BOUND_PATH_BYTES - 1);
        if (!is_there(disk, there))
            continue;
        bool finished = is_finished(disk, there);
        if (finished || !found)
            memcpy(path, there, sizeof there);
        found = true;
        if (finished)
            break;
    }
    return STATUS_OK;
}
