#include "storage/disk/space.h"

#include <errno.h>
#include <sys/statvfs.h>

enum status space_look(const struct disk *disk, const char *path, struct space *space,
                       struct fault *fault)
{
    struct statvfs about;

    if (disk->statvfs(disk->context, path, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "look how much room %s has", path);
    uint64_t used_blocks = about.f_blocks - about.f_bfree;
    uint64_t used_files = about.f_files - about.f_ffree;
    *space = (struct space){
        .free_bytes = (uint64_t)about.f_bavail * about.f_frsize,
        .whole_bytes = (used_blocks + about.f_bavail) * about.f_frsize,
        .free_files = about.f_favail,
        .whole_files = about.f_files ? used_files + about.f_favail : 0,
    };
    return STATUS_OK;
}

struct space space_without(const struct space *space, uint64_t bytes)
{
    struct space left = *space;

    left.free_bytes = bytes < left.free_bytes ? left.free_bytes - bytes : 0;
    return left;
}

/* A volume of nothing has nothing free. */
static unsigned share(uint64_t free_part, uint64_t whole)
{
    if (!whole)
        return 0;
    return (unsigned)((double)free_part / (double)whole * SPACE_WHOLE);
}

unsigned space_free_share(const struct space *space)
{
    unsigned bytes = share(space->free_bytes, space->whole_bytes);

    if (!space->whole_files)
        return bytes;
    unsigned files = share(space->free_files, space->whole_files);
    return files < bytes ? files : bytes;
}

static unsigned limit_of(const struct space_limits *limits, enum space_level level)
{
    const unsigned percent[] = {
        [SPACE_PLENTY] = 0,
        [SPACE_LOW] = limits->low_percent,
        [SPACE_NO_EXPORTS] = limits->no_exports_percent,
        [SPACE_NO_CALLS] = limits->no_calls_percent,
    };

    return percent[level] * (SPACE_WHOLE / 100);
}

enum space_level space_level(const struct space *space, const struct space_limits *limits)
{
    unsigned free_share = space_free_share(space);

    for (enum space_level level = SPACE_NO_CALLS; level > SPACE_PLENTY; level--) {
        if (free_share < limit_of(limits, level))
            return level;
    }
    return SPACE_PLENTY;
}

/* What a level can be left for: where the margin is free above its limit, and above those better.
 */
static enum space_level better_than(enum space_level level, unsigned free_share,
                                    const struct space_limits *limits)
{
    while (level > SPACE_PLENTY &&
           free_share >= limit_of(limits, level) + SPACE_BETTER_PERCENT * (SPACE_WHOLE / 100))
        level--;
    return level;
}

bool space_judge(struct space_state *state, const struct space *space,
                 const struct space_limits *limits, mono_time now)
{
    enum space_level level = space_level(space, limits);

    if (level <= state->level)
        level = better_than(state->level, space_free_share(space), limits);
    if (level == state->level)
        return false;
    if (level < state->level && now.ns - state->changed.ns < SPACE_CALM_S * CLOCK_NS_PER_S)
        return false;
    *state = (struct space_state){level, now};
    return true;
}

const char *space_level_name(enum space_level level)
{
    static const char *const names[] = {
        [SPACE_PLENTY] = "plenty",
        [SPACE_LOW] = "low",
        [SPACE_NO_EXPORTS] = "no_exports",
        [SPACE_NO_CALLS] = "no_calls",
    };

    return names[level];
}
