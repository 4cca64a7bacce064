#include "storage/recording/salvage.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "storage/recording/frame.h"
#include "storage/recording/paths.h"
#include "storage/recording/place.h"
#include "storage/recording/reader.h"

enum status salvage_open(struct salvage *salvage, const struct recording_access *access,
                         const char *path, struct uuid expect, uint32_t number, struct fault *fault)
{
    memset(salvage, 0, sizeof *salvage);
    salvage->number = number;
    if (strlen(path) + sizeof ".recovering" > BOUND_PATH_BYTES ||
        paths_of_tail(path, salvage->tail_path) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    (void)snprintf(salvage->path, sizeof salvage->path, "%s", path);
    enum status status =
        opening_init_segment(&salvage->opening, access, path, expect, number, fault);
    if (status != STATUS_OK)
        return status;
    status = place_lock(path, &salvage->opening, fault);
    salvage->open = status == STATUS_OK;
    salvage->tail_source = (struct tail_source){
        .disk = access->disk, .path = salvage->tail_path, .key = salvage->opening.key};
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
        status = recording_reader_verify_content(reader, fault);
    recording_reader_close(reader);
    return status == STATUS_CORRUPT ? STATUS_END : status;
}

/* What the disk does not give to be read is not there, where that is given up. */
static enum status end_if_given_up(struct salvage *salvage, enum status status,
                                   const struct fault *own, struct fault *fault)
{
    if (status == STATUS_IO && salvage->tail_source.give_up && disk_is_unreadable(own->sys_errno)) {
        salvage->tail_source.unread = true;
        return STATUS_END;
    }
    if (fault && status != STATUS_OK && status != STATUS_END)
        *fault = *own;
    return status;
}

enum status salvage_footer(struct salvage *salvage, const struct recording_access *access,
                           bool alone, struct fault *fault)
{
    struct stat about;
    struct fault own = {0};
    const struct disk *disk = access->disk;
    enum status status = opening_footer(&salvage->opening, access->signers, &salvage->footer, &own);

    salvage->doubtful = !alone;
    if (status == STATUS_OK && alone) {
        salvage->doubtful = disk->stat(disk->context, salvage->tail_path, &about) == 0;
        if (!salvage->doubtful && errno != ENOENT)
            status = fault_set(&own, STATUS_IO, errno, "look for %s", salvage->tail_path);
    }
    if (status == STATUS_OK && salvage->doubtful)
        status = verify(salvage, access, &own);
    status = end_if_given_up(salvage, status, &own, fault);
    salvage->finished = status == STATUS_OK;
    return status;
}

enum status salvage_begin(struct salvage *salvage, struct fault *fault)
{
    uint64_t tail_frames;

    salvage->frames = salvage->opening.file_bytes / FORMAT_UNIT_BYTES - 1;
    enum status status = tail_read(&salvage->tail_source, salvage->frames, &salvage->tail, fault);
    if (salvage->finished && salvage->frames > salvage->footer.audio_frames)
        salvage->frames = salvage->footer.audio_frames; /* what follows are sections */
    tail_frames = tail_end(&salvage->tail);
    salvage->end = salvage->frames > tail_frames ? salvage->frames : tail_frames;
    salvage->next = 0;
    salvage->holes = 0;
    salvage->in_hole = false;
    /* of one that is finished the tail is gone, or of no use any more */
    salvage->damaged =
        salvage->tail_source.unread ||
        (!salvage->finished && (!salvage->tail.present || tail_is_damaged(&salvage->tail)));
    return status;
}

/* What there is of one frame: its own unit, else a copy in the tail. 0 bytes: nothing. */
static enum status read_frame(struct salvage *salvage, uint64_t index, struct salvage_frame *frame,
                              struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct fault own = {0};
    const struct tail_copy *copy = tail_find(&salvage->tail, index);

    frame->data_bytes = 0;
    if (index < salvage->frames) {
        enum status status =
            disk_read(salvage->opening.file, frame_offset(index), unit, sizeof unit, &own);
        status = end_if_given_up(salvage, status, &own, fault);
        salvage->damaged |= status == STATUS_END;
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (status == STATUS_OK && frame_open(salvage->opening.key, FRAME_AUDIO, index, unit,
                                              frame->data, &frame->data_bytes) == STATUS_OK)
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
