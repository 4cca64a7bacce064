/**
 * room: what room the store's volume has, as recorder-ingest sees it, and whether something may be
 * written there that is no call.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_ROOM_H
#define RECORDER_TOOLS_RECORDERCTL_ROOM_H

#include <jansson.h>

#include "storage/disk/space.h"
#include "tools/recorderctl/context.h"

/* The store's volume. */
struct room {
    struct space seen;      /* as it is */
    enum space_level level; /* with the whole reserve counted as in use */
    unsigned free_share;    /* likewise, of SPACE_WHOLE */
    uint64_t reserve_bytes; /* that there should be */
    bool reserve_held;
};

/** Look; the configuration must be read. STATUS_OK, STATUS_IO, STATUS_LIMIT. */
enum status room_look(const struct context *context, struct room *room,
                      struct fault *fault) MUST_CHECK;

/** As `status` shows it. NULL at out of memory. */
json_t *room_json(const struct room *room);

/**
 * Whether a file of that name may be written: not onto the store's volume while exports stop there
 * (`disk_stop_exports_percent`). The configuration must be read.
 *
 * path  of a file or directory to be made, or there already.
 *
 * EXIT_DONE; EXIT_REFUSED or EXIT_SYSTEM, the line printed.
 */
enum exit_code room_for_export(const struct context *context, const char *path) MUST_CHECK;

#endif
