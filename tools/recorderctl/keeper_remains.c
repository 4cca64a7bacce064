/* What is left on the disks of a recording of which nothing could be kept. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/volumes.h"
#include "storage/recording/format.h"
#include "storage/recording/paths.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/recording_json.h"

/* The second unit of a tail is written only when what was flushed before is durable. */
static bool tail_was_confirmed(const char *path)
{
    char tail[BOUND_PATH_BYTES];
    uint8_t unit[FORMAT_UNIT_BYTES];

    if (paths_of_tail(path, tail) != STATUS_OK)
        return true;
    int file = open(tail, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return errno != ENOENT;
    ssize_t got = pread(file, unit, sizeof unit, FORMAT_UNIT_BYTES);
    (void)close(file);
    return got < 0 || !sodium_is_zero(unit, (size_t)got);
}

/* Of one segment, by the name that it would have. */
static bool has_audio(const char *path, bool *there)
{
    struct stat about;

    if (stat(path, &about) == 0) {
        *there = true;
        return about.st_size > FORMAT_UNIT_BYTES || tail_was_confirmed(path);
    }
    return errno != ENOENT && errno != ENOTDIR;
}

bool keeper_had_audio(const struct context *context, const struct index_recording *row)
{
    const struct volumes volumes = volumes_of(context->config);
    char first[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];
    bool there = false;

    for (size_t i = 0; i < volumes.count; i++) {
        if (volumes_path(&volumes, i, row->path, first) != STATUS_OK)
            return true;
        for (uint32_t number = 0; number < BOUND_RECORDING_SEGMENTS; number++)
            if (paths_of_segment(first, number, path) != STATUS_OK || has_audio(path, &there))
                return true;
    }
    return !there; /* a call that was answered had a file */
}
