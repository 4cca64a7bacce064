#include "storage/recording/salvage.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "storage/recording/frame.h"
#include "storage/recording/place.h"
#include "storage/recording/reader.h"

enum status salvage_open(struct salvage *salvage, const struct recording_access *access,
                         const char *path, struct uuid expect, uint32_t number, struct fault *fault)
{
    memset(salvage, 0, sizeof *salvage);
    salvage->number = number;
    if (strlen(path) + sizeof ".recovering" > BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    (void)snprintf(salvage->path, sizeof salvage->path, "%s", path);
    (void)snprintf(salvage->tail_path, sizeof salvage->tail_path, "%.*s.tail",
                   (int)(sizeof salvage->tail_path - sizeof ".tail"), path);
    enum status status =
        opening_init_segment(&salvage->opening, access, path, expect, number, fault);
    if (status != STATUS_OK)
        return status;
    status = place_lock(path, &salvage->opening, fault);
    salvage->open = status == STATUS_OK;
    if (!salvage->open)
        opening_deinit(&salvage->opening);
    return status;
}

void salvage_close(struct salvage *salvage)
{
    sodium_memzero(&salvage->tail, sizeof salvage->tail);
    if (salvage->open)
        opening_deinit(&salvage->opening); /* with it goes the lock */
    salvage->open = false;
}

static enum status verify(const struct salvage *salvage, const struct recording_access *access,
                          struct fault *fault)
{
    struct recording_reader *reader = NULL;
    enum status status = recording_reader_open_segment(
        access, salvage->path, salvage->opening.header.recording, salvage->number, &reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    recording_reader_close(reader);
    /* What was read may be in the page cache alone: it is made durable before anything goes. */
    if (status == STATUS_OK)
        status = disk_sync(salvage->opening.file, salvage->path, fault);
    return status == STATUS_CORRUPT ? STATUS_END : status;
}

enum status salvage_footer(struct salvage *salvage, const struct recording_access *access,
                           bool alone, struct fault *fault)
{
    struct stat about;
    const struct disk *disk = access->disk;
    bool doubtful = !alone;
    enum status status =
        opening_footer(&salvage->opening, access->signers, &salvage->footer, fault);

    if (status == STATUS_OK && alone) {
        doubtful = disk->stat(disk->context, salvage->tail_path, &about) == 0;
        if (!doubtful && errno != ENOENT)
            status = fault_set(fault, STATUS_IO, errno, "look for %s", salvage->tail_path);
    }
    if (status == STATUS_OK && doubtful)
        status = verify(salvage, access, fault);
    if (status == STATUS_END)
        fault_clear(fault);
    salvage->finished = status == STATUS_OK;
    return status;
}

enum status salvage_begin(struct salvage *salvage, struct fault *fault)
{
    uint64_t tail_frames;

    salvage->frames = salvage->opening.file_bytes / FORMAT_UNIT_BYTES - 1;
    enum status status = tail_read(salvage->opening.file.disk, salvage->tail_path,
                                   salvage->opening.key, salvage->frames, &salvage->tail, fault);
    if (salvage->finished && salvage->frames > salvage->footer.audio_frames)
        salvage->frames = salvage->footer.audio_frames; /* what follows are sections */
    tail_frames = tail_end(&salvage->tail);
    salvage->end = salvage->frames > tail_frames ? salvage->frames : tail_frames;
    salvage->next = 0;
    salvage->holes = 0;
    salvage->in_hole = false;
    /* of one that is finished the tail is gone, or of no use any more */
    salvage->damaged =
        !salvage->finished && (!salvage->tail.present || tail_is_damaged(&salvage->tail));
    return status;
}

/* What there is of one frame: its own unit, else a copy in the tail. 0 bytes: nothing. */
static enum status read_frame(struct salvage *salvage, uint64_t index, struct salvage_frame *frame,
                              struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    const struct tail_copy *copy = tail_find(&salvage->tail, index);

    frame->data_bytes = 0;
    if (index < salvage->frames) {
        enum status status =
            disk_read(salvage->opening.file, frame_offset(index), unit, sizeof unit, fault);
        if (status != STATUS_OK)
            return status;
        if (frame_open(salvage->opening.key, FRAME_AUDIO, index, unit, frame->data,
                       &frame->data_bytes) == STATUS_OK)
            return STATUS_OK;
    }
    if (copy) {
        memcpy(frame->data, copy->data, copy->data_bytes);
        frame->data_bytes = copy->data_bytes;
    }
    return STATUS_OK;
}

/* A frame that is there ends the hole before it. */
static void end_hole(struct salvage *salvage, struct salvage_frame *frame)
{
    frame->after_hole = salvage->in_hole;
    if (!salvage->in_hole)
        return;
    salvage->in_hole = false;
    salvage->holes++;
    salvage->damaged |= salvage->missing < tail_durable_mark(&salvage->tail);
}

enum status salvage_next(struct salvage *salvage, struct salvage_frame *frame, struct fault *fault)
{
    while (salvage->next < salvage->end) {
        uint64_t index = salvage->next;
        enum status status = read_frame(salvage, index, frame, fault);
        if (status != STATUS_OK)
            return status;
        salvage->next++;
        if (frame->data_bytes)
            end_hole(salvage, frame);
        if (frame->data_bytes < sizeof frame->data && !salvage->in_hole) {
            salvage->in_hole = true;
            salvage->missing = index;
        }
        if (frame->data_bytes)
            return STATUS_OK;
    }
    return STATUS_END;
}
