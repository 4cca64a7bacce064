#include "storage/disk/volumes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void add(struct volumes *volumes, const char *directory)
{
    for (size_t i = 0; i < volumes->count; i++)
        if (strcmp(volumes->directory[i], directory) == 0)
            return;
    if (volumes->count < VOLUMES_MAX)
        volumes->directory[volumes->count++] = directory;
}

struct volumes volumes_of(const struct config *config)
{
    struct volumes volumes = {0};

    add(&volumes, config->store);
    for (size_t i = 0; i < config->volumes.count; i++)
        add(&volumes, config->volumes.item[i]);
    return volumes;
}

enum status volumes_path(const struct volumes *volumes, size_t number, const char *below,
                         char path[static BOUND_PATH_BYTES])
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/%s", volumes->directory[number], below);

    return length < BOUND_PATH_BYTES ? STATUS_OK : STATUS_LIMIT;
}

const char *volumes_below(const struct volumes *volumes, const char *path)
{
    for (size_t i = 0; i < volumes->count; i++) {
        size_t length = strlen(volumes->directory[i]);
        if (strncmp(path, volumes->directory[i], length) == 0 && path[length] == '/')
            return path + length + 1;
    }
    return NULL;
}

enum status volumes_missing(const struct disk *disk, const struct volumes *volumes,
                            struct fault *fault)
{
    for (size_t i = 0; i < volumes->count; i++) {
        char path[BOUND_PATH_BYTES];
        struct stat about;
        if (volumes_path(volumes, i, "recordings", path) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", volumes->directory[i]);
        if (disk->stat(disk->context, path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR))
            return fault_set(fault, STATUS_NOT_FOUND, errno, "look at %s", path);
    }
    return STATUS_OK;
}
