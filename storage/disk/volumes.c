#include "storage/disk/volumes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "storage/disk/volume_mark.h"

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

static bool look_at(const struct disk *disk, const struct volumes *volumes, size_t number,
                    struct stat *about)
{
    char path[BOUND_PATH_BYTES];

    return volumes_path(volumes, number, "recordings", path) == STATUS_OK &&
           disk->stat(disk->context, path, about) == 0;
}

enum volumes_alike volumes_compare(const struct disk *disk, const struct volumes *volumes,
                                   size_t one, size_t other)
{
    struct stat left;
    struct stat right;

    if (!look_at(disk, volumes, one, &left) || !look_at(disk, volumes, other, &right) ||
        left.st_dev != right.st_dev)
        return VOLUMES_APART;
    return left.st_ino == right.st_ino ? VOLUMES_ONE_DIRECTORY : VOLUMES_ONE_DISK;
}

enum status volumes_distinct(const struct disk *disk, const struct volumes *volumes, size_t number,
                             struct fault *fault)
{
    for (size_t i = 0; i < number; i++)
        if (volumes_compare(disk, volumes, i, number) == VOLUMES_ONE_DIRECTORY)
            return fault_set(fault, STATUS_CONFLICT, 0, "%s and %s are one directory",
                             volumes->directory[i], volumes->directory[number]);
    return STATUS_OK;
}

enum status volumes_missing(const struct disk *disk, const struct volumes *volumes,
                            struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;
    struct uuid store;

    if (volumes_path(volumes, 0, "recordings", path) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", volumes->directory[0]);
    if (disk->stat(disk->context, path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault_set(fault, STATUS_NOT_FOUND, errno, "look at %s", path);
    if (volumes->count == 1)
        return STATUS_OK;
    enum status status = volume_mark_read(disk, volumes->directory[0], &store, fault);
    for (size_t i = 1; i < volumes->count && status == STATUS_OK; i++) {
        status = volume_mark_check(disk, store, volumes->directory[i], fault);
        if (status == STATUS_IO)
            status = STATUS_OK;
        if (status == STATUS_OK)
            status = volumes_distinct(disk, volumes, i, fault);
    }
    return status == STATUS_IO ? STATUS_OK : status;
}
