#include "ingest/store_volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/log.h"
#include "storage/disk/space.h"
#include "storage/disk/volume_mark.h"

/* A file of this name is written to find out whether a volume takes writes. */
#define TRIAL "recordings/.trial"

enum { TRIAL_BYTES = 4096 };

static enum status path_on(const struct store_volumes *volumes, size_t number, const char *below,
                           char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    if (volumes_path(&volumes->paths, number, below, path) == STATUS_OK)
        return STATUS_OK;
    return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", volumes->paths.directory[number]);
}

/* Only a further volume bears one. The store's id is kept: its own volume may be the one that
 * cannot be read. */
static enum status check_mark(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const char *const *directory = volumes->paths.directory;
    enum status status = STATUS_OK;

    if (number == 0)
        return STATUS_OK;
    if (!volumes->store_known)
        status = volume_mark_read(volumes->disk, directory[0], &volumes->store, fault);
    if (status != STATUS_OK)
        return status;
    volumes->store_known = true;
    return volume_mark_check(volumes->disk, volumes->store, directory[number], fault);
}

/* Only what is there says that the volume is mounted: nothing may be written below what is in its
 * place. One that is open already stays so until there is another. */
static enum status open_directory(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    struct store_volume *volume = &volumes->volume[number];
    const struct disk *disk = volumes->disk;
    char path[BOUND_PATH_BYTES];
    struct stat about;
    enum status status = check_mark(volumes, number, fault);

    if (status == STATUS_OK)
        status = volumes_distinct(disk, &volumes->paths, number, fault);
    if (status == STATUS_OK)
        status = path_on(volumes, number, "recordings", path, fault);
    if (status != STATUS_OK)
        return status;
    struct disk_file directory = disk_open(disk, path, O_RDONLY | O_DIRECTORY, 0);
    if (directory.fd < 0)
        return disk_fault(fault, "open", path);
    if (disk->fstat(disk->context, directory.fd, &about) != 0) {
        status = disk_fault(fault, "look at", path);
        disk_close(&directory);
        return status;
    }
    disk_close(&volume->directory);
    volume->directory = directory;
    volume->device = about.st_dev;
    return STATUS_OK;
}

/* Whether files are made where the descriptor is: its disk may have been taken away, and another
 * one mounted there. */
static enum status check_mounted(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const struct store_volume *volume = &volumes->volume[number];
    const struct disk *disk = volumes->disk;
    char path[BOUND_PATH_BYTES];
    struct stat about;
    enum status status = path_on(volumes, number, "recordings", path, fault);

    if (status != STATUS_OK)
        return status;
    if (disk->stat(disk->context, path, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "look at %s", path);
    if (volume->directory.fd < 0 || about.st_dev != volume->device)
        return fault_set(fault, STATUS_IO, 0, "%s is on another file system than before", path);
    return STATUS_OK;
}

enum status store_volumes_open(struct store_volumes *volumes, const struct disk *disk,
                               const struct config *config, struct fault *fault)
{
    *volumes = (struct store_volumes){.disk = disk, .paths = volumes_of(config)};
    for (size_t i = 0; i < volumes->paths.count; i++)
        volumes->volume[i].directory = (struct disk_file){disk, -1};
    for (size_t i = 0; i < volumes->paths.count; i++) {
        struct fault own = {0};
        enum status status = open_directory(volumes, i, &own);
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
    enum status status = check_mounted(volumes, number, fault);

    if (status != STATUS_OK)
        return status;
    if (disk->syncfs(disk->context, volumes->volume[number].directory.fd) != 0)
        return fault_set(fault, STATUS_IO, errno, "syncfs %s", volumes->paths.directory[number]);
    return STATUS_OK;
}

static enum status check_room(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    const char *path = volumes->paths.directory[number];
    struct space space;

    if (volumes->volume[number].failed != STATUS_FULL)
        return STATUS_OK;
    enum status status = space_look(volumes->disk, path, &space, fault);
    if (status != STATUS_OK)
        return status;
    if (space.free_bytes < STORE_ROOM_BYTES ||
        (space.whole_files && space.free_files < STORE_ROOM_FILES))
        return fault_set(fault, STATUS_FULL, 0, "%s has no room", path);
    return STATUS_OK;
}

static enum status write_trial(struct store_volumes *volumes, size_t number, struct fault *fault)
{
    static const uint8_t content[TRIAL_BYTES];
    const struct disk *disk = volumes->disk;
    char path[BOUND_PATH_BYTES];
    enum status status = path_on(volumes, number, TRIAL, path, fault);

    if (status != STATUS_OK)
        return status;
    struct disk_file file = disk_open(disk, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    status = disk_write(file, 0, content, sizeof content, fault);
    if (status == STATUS_OK)
        status = store_volumes_sync(volumes, number, fault);
    disk_close(&file);
    (void)disk->unlink(disk->context, path);
    return status;
}

static bool is_due(const struct store_volume *volume)
{
    return volume->failed != STATUS_OK && clock_mono_now().ns >= volume->try_at.ns;
}

enum store_trial store_volumes_try(struct store_volumes *volumes, size_t number)
{
    struct fault fault = {0};
    bool other = false;

    if (!is_due(&volumes->volume[number]))
        return STORE_TRIAL_NONE;
    enum status status = check_mounted(volumes, number, &fault);
    if (status != STATUS_OK) {
        status = open_directory(volumes, number, &fault);
        other = status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = check_room(volumes, number, &fault);
    if (status == STATUS_OK)
        status = write_trial(volumes, number, &fault);
    if (status == STATUS_OK)
        take_again(volumes, number);
    else
        put_off(&volumes->volume[number]);
    if (other)
        return STORE_TRIAL_OTHER_DISK;
    return status == STATUS_OK || status == STATUS_FULL ? STORE_TRIAL_NONE : STORE_TRIAL_ERROR;
}
