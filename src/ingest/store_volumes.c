#include "ingest/store_volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/log.h"

/* A file of this name below recordings/ is written to find out whether a volume takes writes. */
#define TRIAL "recordings/.trial"

enum { TRIAL_BYTES = 4096 };

static enum status open_directory(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    struct store_volume *volume = &volumes->volume[number];
    const char *path = volumes->paths.directory[number];

    if (volume->directory.fd >= 0)
        return STATUS_OK;
    volume->directory = disk_open(volumes->disk, path, O_RDONLY | O_DIRECTORY, 0);
    return volume->directory.fd >= 0 ? STATUS_OK : disk_fault(fault, "open", path);
}

/* A further volume has its directory of recordings from the start; where that is missing it is not
 * mounted, and nothing may be written below what is there in its place. */
static enum status check_mounted(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const struct disk *disk = volumes->disk;
    char path[BOUND_PATH_BYTES];
    struct stat about;

    if (number == 0)
        return STATUS_OK;
    if (volumes_path(&volumes->paths, number, "recordings", path) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long",
                         volumes->paths.directory[number]);
    if (disk->stat(disk->context, path, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "look at %s", path);
    return STATUS_OK;
}

static enum status open_one(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    enum status status = check_mounted(volumes, number, fault);

    return status == STATUS_OK ? open_directory(volumes, number, fault) : status;
}

enum status store_volumes_open(struct store_volumes *volumes, const struct disk *disk,
                               const struct config *config, struct fault *fault)
{
    *volumes = (struct store_volumes){.disk = disk, .paths = volumes_of(config)};
    for (size_t i = 0; i < volumes->paths.count; i++)
        volumes->volume[i].directory = (struct disk_file){disk, -1};
    for (size_t i = 0; i < volumes->paths.count; i++) {
        struct fault own = {0};
        enum status status = open_one(volumes, i, &own);
        if (status != STATUS_OK && i == 0) {
            *fault = own;
            return status;
        }
        if (status != STATUS_OK)
            store_volumes_fail(volumes, i, status, &own);
    }
    return STATUS_OK;
}

void store_volumes_close(struct store_volumes *volumes)
{
    for (size_t i = 0; i < volumes->paths.count; i++)
        disk_close(&volumes->volume[i].directory);
    volumes->paths.count = 0;
}

size_t store_volumes_choose(const struct store_volumes *volumes, size_t except)
{
    for (size_t i = 0; i < volumes->paths.count; i++)
        if (i != except && volumes->volume[i].failed == STATUS_OK)
            return i;
    return volumes->paths.count;
}

bool store_volumes_all_well(const struct store_volumes *volumes)
{
    for (size_t i = 0; i < volumes->paths.count; i++)
        if (volumes->volume[i].failed != STATUS_OK)
            return false;
    return true;
}

/* The next try comes after the wait, and the one behind it later still. */
static void put_off(struct store_volume *volume)
{
    volume->try_at.ns = clock_mono_now().ns + volume->wait_ms * CLOCK_NS_PER_MS;
    volume->wait_ms = volume->wait_ms ? 2 * volume->wait_ms : STORE_RETRY_MS;
    if (volume->wait_ms > STORE_RETRY_MAX_MS)
        volume->wait_ms = STORE_RETRY_MAX_MS;
}

void store_volumes_fail(struct store_volumes *volumes, size_t number, enum status status,
                        const struct fault *fault)
{
    struct store_volume *volume = &volumes->volume[number];

    if (volume->failed == STATUS_OK) {
        put_off(volume);
        log_event(LOG_ERROR, "volume.failed", "directory=%s status=%s reason=\"%s\"",
                  volumes->paths.directory[number], status_name(status), fault->text);
    }
    volume->failed = status;
}

static void take_again(struct store_volumes *volumes, size_t number)
{
    struct store_volume *volume = &volumes->volume[number];

    if (volume->failed != STATUS_OK)
        log_event(LOG_INFO, "volume.recovered", "directory=%s", volumes->paths.directory[number]);
    volume->failed = STATUS_OK;
}

void store_volumes_well(struct store_volumes *volumes, size_t number)
{
    take_again(volumes, number);
    volumes->volume[number].wait_ms = 0;
}

enum status store_volumes_sync(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const struct disk *disk = volumes->disk;

    if (disk->syncfs(disk->context, volumes->volume[number].directory.fd) != 0)
        return fault_set(fault, STATUS_IO, errno, "syncfs %s", volumes->paths.directory[number]);
    return STATUS_OK;
}

static enum status check_room(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const struct disk *disk = volumes->disk;
    const char *path = volumes->paths.directory[number];
    struct statvfs about;

    if (volumes->volume[number].failed != STATUS_FULL)
        return STATUS_OK;
    if (disk->statvfs(disk->context, path, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "look at %s", path);
    if (about.f_bavail < STORE_ROOM_BYTES / about.f_frsize)
        return fault_set(fault, STATUS_FULL, 0, "%s has no room", path);
    return STATUS_OK;
}

static enum status write_trial(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    static const uint8_t content[TRIAL_BYTES];
    const struct disk *disk = volumes->disk;
    char path[BOUND_PATH_BYTES];

    if (volumes_path(&volumes->paths, number, TRIAL, path) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    struct disk_file file = disk_open(disk, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file.fd < 0 && errno == ENOENT) /* of a store that never had a recording */
        return STATUS_OK;
    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    enum status status = disk_write(file, 0, content, sizeof content, fault);
    if (status == STATUS_OK)
        status = store_volumes_sync(volumes, number, fault);
    disk_close(&file);
    (void)disk->unlink(disk->context, path);
    return status;
}

static void try_one(struct store_volumes *volumes, size_t number)
{
    struct fault fault = {0};
    enum status status = open_one(volumes, number, &fault);

    if (status == STATUS_OK)
        status = check_room(volumes, number, &fault);
    if (status == STATUS_OK)
        status = write_trial(volumes, number, &fault);
    if (status == STATUS_OK)
        status = store_volumes_sync(volumes, number, &fault);
    if (status == STATUS_OK)
        take_again(volumes, number);
    else
        put_off(&volumes->volume[number]);
}

void store_volumes_try(struct store_volumes *volumes)
{
    for (size_t i = 0; i < volumes->paths.count; i++) {
        const struct store_volume *volume = &volumes->volume[i];
        if (volume->failed != STATUS_OK && clock_mono_now().ns >= volume->try_at.ns)
            try_one(volumes, i);
    }
}
