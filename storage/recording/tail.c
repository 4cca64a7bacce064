#include "storage/recording/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"

/* How far past the end of the file an index can be: what may wait in memory, written at once. */
enum { AHEAD_FRAMES = BOUND_RECORDING_PENDING_BYTES / FORMAT_FRAME_DATA_BYTES + 2 };

static bool try_index(const uint8_t *key, const uint8_t *unit, uint64_t index, struct tail *tail)
{
    struct tail_copy *copy = &tail->copy[tail->copies];

    if (frame_check(key, FRAME_AUDIO, index, unit) != STATUS_OK ||
        frame_open(key, FRAME_AUDIO, index, unit, copy->data, &copy->data_bytes) != STATUS_OK)
        return false;
    copy->index = index;
    tail->copies++;
    return true;
}

/* The likeliest first: at the end of the file, then down, then up. */
static void find_index(const uint8_t *key, const uint8_t *unit, uint64_t frames, struct tail *tail)
{
    for (uint64_t index = frames + 1; index-- > 0;)
        if (try_index(key, unit, index, tail))
            return;
    for (uint64_t index = frames + 1; index <= frames + AHEAD_FRAMES; index++)
        if (try_index(key, unit, index, tail))
            return;
}

enum status tail_open(struct tail_source *source, struct disk_file *file, struct fault *fault)
{
    *file = disk_open(source->disk, source->path, O_RDONLY | O_NONBLOCK, 0);
    if (file->fd < 0 && errno == ENOENT)
        return STATUS_NOT_FOUND;
    if (file->fd >= 0)
        return STATUS_OK;
    if (!source->give_up || !disk_is_unreadable(errno))
        return fault_set(fault, STATUS_IO, errno, "open %s", source->path);
    source->unread = true;
    return STATUS_CORRUPT;
}

enum status tail_unit(struct tail_source *source, struct disk_file file, off_t offset,
                      uint8_t unit[static FORMAT_UNIT_BYTES], struct fault *fault)
{
    struct fault own = {0};
    enum status status = disk_read(file, offset, unit, FORMAT_UNIT_BYTES, &own);

    if (status == STATUS_IO && source->give_up && disk_is_unreadable(own.sys_errno)) {
        source->unread = true;
        return STATUS_CORRUPT;
    }
    if (status == STATUS_IO) {
        fault_wrap(&own, "%s", source->path);
        if (fault)
            *fault = own;
    }
    return status;
}

enum status tail_read(struct tail_source *source, uint64_t frames, struct tail *tail,
                      struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct disk_file file;

    memset(tail, 0, sizeof *tail);
    enum status status = tail_open(source, &file, fault);
    tail->present = status != STATUS_NOT_FOUND;
    bool open = status == STATUS_OK;
    for (int i = 0; open && i < TAIL_COPIES && status != STATUS_IO && status != STATUS_END; i++) {
        status = tail_unit(source, file, (off_t)i * FORMAT_UNIT_BYTES, unit, fault);
        tail->written[i] =
            status == STATUS_CORRUPT || (status == STATUS_OK && !sodium_is_zero(unit, sizeof unit));
        if (status == STATUS_OK && tail->written[i])
            find_index(source->key, unit, frames, tail);
    }
    disk_close(&file);
    /* there is none, or it has not grown that far, or it was given up */
    return status == STATUS_IO ? status : STATUS_OK;
}

const struct tail_copy *tail_find(const struct tail *tail, uint64_t index)
{
    const struct tail_copy *found = NULL;

    for (size_t i = 0; i < tail->copies; i++)
        if (tail->copy[i].index == index &&
            (!found || tail->copy[i].data_bytes > found->data_bytes))
            found = &tail->copy[i];
    return found;
}

uint64_t tail_end(const struct tail *tail)
{
    uint64_t end = 0;

    for (size_t i = 0; i < tail->copies; i++)
        if (tail->copy[i].index >= end)
            end = tail->copy[i].index + 1;
    return end;
}

bool tail_is_damaged(const struct tail *tail)
{
    return tail->written[0] && tail->written[1] && tail->copies == 0;
}

uint64_t tail_durable_mark(const struct tail *tail)
{
    if (!tail->present)
        return UINT64_MAX;
    if (!tail->written[1]) /* whether the first flush was ever confirmed nothing says */
        return 0;
    if (tail->copies == 0)
        return UINT64_MAX;
    uint64_t mark = tail->copies ? tail->copy[0].index : 0;
    for (size_t i = 1; i < tail->copies; i++)
        if (tail->copy[i].index < mark)
            mark = tail->copy[i].index;
    return mark;
}
