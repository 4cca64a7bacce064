#include "tools/recorderctl/room.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/disk/reserve.h"

enum status room_look(const struct context *context, struct room *room, struct fault *fault)
{
    const struct config *config = context->config;
    const struct space_limits limits = {
        .low_percent = (unsigned)config->disk_warn_percent,
        .no_exports_percent = (unsigned)config->disk_stop_exports_percent,
        .no_calls_percent = (unsigned)config->disk_refuse_calls_percent,
    };
    struct room found = {0};
    struct stat about;
    char path[BOUND_PATH_BYTES];

    enum status status = context_store_path(context, RESERVE_NAME, path, fault);
    if (status == STATUS_OK)
        status = space_look(&disk_system, config->store, &found.seen, fault);
    if (status != STATUS_OK)
        return status;
    found.reserve_bytes = reserve_bytes(&found.seen, config->disk_reserve_mib, config->calls_max,
                                        limits.no_calls_percent);
    found.reserve_held =
        stat(path, &about) == 0 && (uint64_t)about.st_blocks * 512 >= found.reserve_bytes;
    const struct space left =
        space_without(&found.seen, found.reserve_held ? 0 : found.reserve_bytes);
    found.level = space_level(&left, &limits);
    found.free_share = space_free_share(&left);
    *room = found;
    return STATUS_OK;
}

json_t *room_json(const struct room *room)
{
    return json_pack("{s:s, s:f, s:I, s:I, s:I, s:b}", "level", space_level_name(room->level),
                     "free_percent", room->free_share / 100.0, "free_bytes",
                     (json_int_t)room->seen.free_bytes, "total_bytes",
                     (json_int_t)room->seen.whole_bytes, "reserve_bytes",
                     (json_int_t)room->reserve_bytes, "reserve_held", room->reserve_held);
}

/* The device of a path, or of the directory that it is to be made in. */
static bool device_of(const char *path, dev_t *device)
{
    char parent[BOUND_PATH_BYTES];
    struct stat about;

    if (stat(path, &about) != 0) {
        (void)snprintf(parent, sizeof parent, "%s", path);
        if (stat(dirname(parent), &about) != 0)
            return false; /* whoever makes it says why it cannot be */
    }
    *device = about.st_dev;
    return true;
}

enum exit_code room_for_export(const struct context *context, const char *path)
{
    struct room room;
    struct fault fault = {0};
    char why[160];
    dev_t there;
    dev_t store;

    if (!device_of(path, &there) || !device_of(context->config->store, &store) || there != store)
        return EXIT_DONE;
    enum status status = room_look(context, &room, &fault);
    if (status != STATUS_OK) {
        (void)context_fail_status(context, status, &fault, NULL);
        return EXIT_SYSTEM;
    }
    if (room.level < SPACE_NO_EXPORTS)
        return EXIT_DONE;
    (void)snprintf(why, sizeof why,
                   "the store's volume has %u.%02u %% free, below disk_stop_exports_percent (%d)",
                   room.free_share / 100, room.free_share % 100,
                   context->config->disk_stop_exports_percent);
    return context_fail(context, EXIT_REFUSED, why,
                        "what is left is for calls: write to another volume, or make room");
}
