#include "storage/recording/find.h"

#include <string.h>

#include "storage/recording/paths.h"

bool recording_path_is_one(const char *below)
{
    static const char above[] = "recordings/";
    static const char suffix[] = PATHS_SUFFIX;
    size_t length = strlen(below);

    return length < BOUND_PATH_BYTES && length > sizeof above + sizeof suffix &&
           strncmp(below, above, sizeof above - 1) == 0 && !strstr(below, "..") &&
           strcmp(below + length - (sizeof suffix - 1), suffix) == 0;
}

static bool is_there(const struct disk *disk, const char *path)
{
    struct stat about;

    return disk->stat(disk->context, path, &about) == 0;
}

static bool is_finished(const struct disk *disk, const char *path)
{
    char tail[BOUND_PATH_BYTES];

    return paths_of_tail(path, tail) == STATUS_OK && !is_there(disk, tail);
}

enum status recording_find(const struct disk *disk, const struct volumes *volumes,
                           const char *below, char path[static BOUND_PATH_BYTES],
                           struct fault *fault)
{
    char there[BOUND_PATH_BYTES];
    bool found = false;

    if (!recording_path_is_one(below))
        return fault_set(fault, STATUS_CORRUPT, 0, "its row has no path of a recording");
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
