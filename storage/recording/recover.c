#include "storage/recording/recover.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/body.h"
#include "storage/recording/documents.h"
#include "storage/recording/frame.h"
#include "storage/recording/granules.h"
#include "storage/recording/opening.h"
#include "storage/recording/pages.h"
#include "storage/recording/place.h"
#include "storage/recording/reader.h"
#include "storage/recording/tail.h"

/*
 * What survives is written to a new file that then takes the old one's place; the old one is only
 * read. FORMAT.md section 5.3 says why and in which order.
 */
struct recovery {
    const struct recording_access *access;
    const char *path;
    char tail_path[BOUND_PATH_BYTES];
    char new_path[BOUND_PATH_BYTES];
    char damaged_path[BOUND_PATH_BYTES];
    char unnamed_path[BOUND_PATH_BYTES]; /* under which the writer made the file */
    struct opening opening;
    struct tail tail;
    struct disk_file file; /* the new one */
    struct body body;
    struct granules granules;
    struct bytes documents;
    struct pages pages;
    uint64_t frames; /* units of the old file behind its header */
    uint32_t holes;
    bool in_hole; /* the frame before was not whole */
    bool damaged; /* something that was durable is not authentic */
};

static enum status set_paths(struct recovery *recovery, const char *path, struct fault *fault)
{
    if (strlen(path) + sizeof ".recovering" > BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    recovery->path = path;
    (void)snprintf(recovery->tail_path, BOUND_PATH_BYTES, "%s.tail", path);
    (void)snprintf(recovery->new_path, BOUND_PATH_BYTES, "%s.recovering", path);
    (void)snprintf(recovery->damaged_path, BOUND_PATH_BYTES, "%s.damaged", path);
    (void)snprintf(recovery->unnamed_path, BOUND_PATH_BYTES, "%s.new", path);
    return STATUS_OK;
}

static enum status make_new(struct recovery *recovery, struct fault *fault)
{
    const struct opening *old = &recovery->opening;
    enum status status = place_make(recovery->new_path, old, &recovery->file, fault);

    if (status != STATUS_OK)
        return status;
    body_init(&recovery->body, recovery->file, old->header.unit);
    memcpy(recovery->body.key, old->key, sizeof old->key);
    return disk_write(recovery->file, 0, old->header.unit, sizeof old->header.unit, fault);
}

static enum status put(struct recovery *recovery, const uint8_t *data, size_t data_bytes,
                       struct fault *fault)
{
    size_t taken = 0;

    return body_put(&recovery->body, data, data_bytes, &taken, fault);
}

/* Take the whole pages out of the next authentic bytes. */
static enum status keep(struct recovery *recovery, const uint8_t *data, size_t data_bytes,
                        struct fault *fault)
{
    struct pages_page page;
    enum status status = pages_feed(&recovery->pages, data, data_bytes);

    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "recover %s", recovery->path);
    while (status == STATUS_OK && pages_next(&recovery->pages, &page) == STATUS_OK) {
        granules_add(&recovery->granules, body_audio_bytes(&recovery->body), page.granule);
        status = put(recovery, page.head, page.head_bytes, fault);
        if (status == STATUS_OK)
            status = put(recovery, page.payload, page.payload_bytes, fault);
    }
    return status;
}

/* What there is of one frame: its own unit, else a copy in the tail. 0 bytes: nothing. */
static enum status read_frame(struct recovery *recovery, uint64_t index,
                              uint8_t data[static FORMAT_FRAME_DATA_BYTES], size_t *data_bytes,
                              struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    const struct tail_copy *copy = tail_find(&recovery->tail, index);

    *data_bytes = 0;
    if (index < recovery->frames) {
        enum status status =
            disk_read(recovery->opening.file, frame_offset(index), unit, sizeof unit, fault);
        if (status != STATUS_OK)
            return status;
        if (frame_open(recovery->opening.key, FRAME_AUDIO, index, unit, data, data_bytes) ==
            STATUS_OK)
            return STATUS_OK;
    }
    if (copy) {
        memcpy(data, copy->data, copy->data_bytes);
        *data_bytes = copy->data_bytes;
    }
    return STATUS_OK;
}

static enum status keep_all(struct recovery *recovery, struct fault *fault)
{
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
    size_t data_bytes = 0;
    uint64_t mark = tail_durable_mark(&recovery->tail);
    uint64_t end = tail_end(&recovery->tail);
    uint64_t missing = UINT64_MAX; /* first frame of the hole we are in */

    if (end < recovery->frames)
        end = recovery->frames;
    for (uint64_t index = 0; index < end; index++) {
        enum status status = read_frame(recovery, index, data, &data_bytes, fault);
        if (status != STATUS_OK)
            return status;
        if (data_bytes && recovery->in_hole) {
            recovery->in_hole = false;
            recovery->holes++;
            recovery->damaged |= missing < mark;
            pages_break(&recovery->pages);
        }
        if (data_bytes)
            status = keep(recovery, data, data_bytes, fault);
        if (status != STATUS_OK)
            return status;
        if (data_bytes < sizeof data && !recovery->in_hole) {
            recovery->in_hole = true;
            missing = index;
        }
    }
    sodium_memzero(data, sizeof data);
    recovery->damaged |= !recovery->tail.present || tail_is_damaged(&recovery->tail);
    return STATUS_OK;
}

static enum status finish(struct recovery *recovery, const struct signer *signer,
                          const struct recover_describe *describe,
                          struct recording_summary *summary, struct fault *fault)
{
    const struct header *header = &recovery->opening.header;
    struct recording_summary so_far = {
        .recording = header->recording,
        .customer = header->customer,
        .state = RECORDING_STATE_RECOVERED,
        .started = clock_wall_from_us(header->created_us),
        .duration_ms = pages_duration_ms(&recovery->pages),
        .streams = recovery->pages.streams,
        .audio_bytes = body_audio_bytes(&recovery->body),
        .holes = recovery->holes,
    };
    so_far.ended.ns = so_far.started.ns + so_far.duration_ms * CLOCK_NS_PER_MS;
    struct recording_section details = {.kind = SECTION_DETAILS};
    struct recording_finish end = {.state = RECORDING_STATE_RECOVERED,
                                   .ended = so_far.ended,
                                   .duration_ms = so_far.duration_ms,
                                   .holes = recovery->holes,
                                   .section = &details};

    if (describe) {
        const char *text = NULL;
        enum status status =
            describe->details(describe->context, &so_far, &text, &details.data_bytes);
        if (status != STATUS_OK)
            return fault_set(fault, status, 0, "describe %s", recovery->path);
        details.data = (const uint8_t *)text;
        end.sections = 1;
    }
    enum status status = body_check_end(&end, fault);
    if (status != STATUS_OK)
        return status;
    struct body_end body_end = {.finish = &end,
                                .granules = &recovery->granules,
                                .documents = &recovery->documents,
                                .recording = header->recording,
                                .customer = header->customer,
                                .started_us = header->created_us};
    return body_finish(&recovery->body, &body_end, signer, summary, fault);
}

/* The new file takes the place of the old one, which is kept where it is evidence of damage. */
static enum status replace(const struct recovery *recovery, struct fault *fault)
{
    const struct disk *disk = recovery->file.disk;

    if (recovery->damaged &&
        disk->link(disk->context, recovery->path, recovery->damaged_path) != 0 && errno != EEXIST)
        return disk_fault(fault, "link", recovery->damaged_path);
    if (disk->rename(disk->context, recovery->new_path, recovery->path) != 0)
        return disk_fault(fault, "rename to", recovery->path);
    (void)disk->unlink(
        disk->context,
        recovery->unnamed_path); /* there after a crash in the middle of creation only */
    enum status status = disk_sync_parent(disk, recovery->path, fault);
    if (status == STATUS_OK)
        /* harmless where it stays: the next round removes it */
        (void)disk->unlink(disk->context, recovery->tail_path);
    return status;
}

static enum status recover_unfinished(struct recovery *recovery, const struct signer *signer,
                                      const struct recover_describe *describe,
                                      struct recording_summary *summary, struct fault *fault)
{
    uint8_t end_page[PAGES_END_BYTES];
    struct recording_summary made;

    recovery->frames = recovery->opening.file_bytes / FORMAT_UNIT_BYTES - 1;
    enum status status = tail_read(recovery->file.disk, recovery->tail_path, recovery->opening.key,
                                   recovery->frames, &recovery->tail, fault);
    if (status == STATUS_OK)
        status = documents_tail_read(recovery->file.disk, recovery->tail_path,
                                     recovery->opening.key, &recovery->documents, fault);
    if (status == STATUS_OK)
        status = make_new(recovery, fault);
    if (status == STATUS_OK)
        status = keep_all(recovery, fault);
    if (status == STATUS_OK && recovery->pages.count == 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "not one whole page of audio is there");
    if (status == STATUS_OK && !recovery->pages.ended) {
        pages_end(&recovery->pages, end_page);
        status = put(recovery, end_page, sizeof end_page, fault);
    }
    if (status == STATUS_OK)
        status = finish(recovery, signer, describe, &made, fault);
    if (status == STATUS_OK)
        status = replace(recovery, fault);
    if (status == STATUS_OK)
        *summary = made;
    return status;
}

/*
 * A footer with a tail beside it may have reached the disk before the frames that it speaks of:
 * their sync is not known to have been done. END: they did not all.
 */
static enum status check_finished(const struct recovery *recovery, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    const struct disk *disk = recovery->file.disk;
    struct stat about;

    if (disk->stat(disk->context, recovery->tail_path, &about) != 0)
        return STATUS_OK;
    enum status status = recording_reader_open(recovery->access, recovery->path,
                                               recovery->opening.header.recording, &reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    recording_reader_close(reader);
    /* What was read may be in the page cache alone: it is made durable before the tail goes. */
    if (status == STATUS_OK)
        status = disk_sync(recovery->opening.file, recovery->path, fault);
    return status == STATUS_CORRUPT ? STATUS_END : status;
}

/* The crash came after the seal, or there was none. */
static void accept_finished(const struct recovery *recovery, const struct footer *footer,
                            struct recording_summary *summary)
{
    const struct header *header = &recovery->opening.header;

    const struct disk *disk = recovery->file.disk;

    (void)disk->unlink(disk->context, recovery->tail_path);
    (void)disk->unlink(disk->context, recovery->new_path);
    footer_summarize(footer, header->recording, header->customer, summary);
}

static void clean_up(struct recovery *recovery, enum status status)
{
    const struct disk *disk = recovery->file.disk;

    if (recovery->file.fd >= 0 && status != STATUS_OK)
        (void)disk->unlink(disk->context, recovery->new_path);
    disk_close(&recovery->file);
    body_deinit(&recovery->body);
    granules_deinit(&recovery->granules);
    bytes_wipe(&recovery->documents);
    bytes_deinit(&recovery->documents);
    pages_deinit(&recovery->pages);
    sodium_memzero(&recovery->tail, sizeof recovery->tail);
    opening_deinit(&recovery->opening); /* last: with it goes the lock */
}

enum status recording_recover(const struct recording_access *access, const char *path,
                              struct uuid expect, const struct signer *signer,
                              const struct recover_describe *describe,
                              struct recording_summary *summary, struct fault *fault)
{
    struct recovery recovery = {.access = access, .file = {access->disk, -1}};
    struct footer footer;

    enum status status = set_paths(&recovery, path, fault);
    if (status == STATUS_OK)
        status = opening_init(&recovery.opening, access, path, expect, fault);
    if (status != STATUS_OK)
        return status;
    granules_init(&recovery.granules);
    bytes_init(&recovery.documents, BOUND_DOCUMENTS_BYTES);
    pages_init(&recovery.pages);

    status = place_lock(path, &recovery.opening, fault);
    if (status == STATUS_OK)
        status = opening_footer(&recovery.opening, access->signers, &footer, fault);
    if (status == STATUS_OK)
        status = check_finished(&recovery, fault);
    if (status == STATUS_OK)
        accept_finished(&recovery, &footer, summary);
    else if (status == STATUS_END) {
        fault_clear(fault);
        status = recover_unfinished(&recovery, signer, describe, summary, fault);
    }
    if (status != STATUS_OK)
        fault_wrap(fault, "recover %s", path);
    clean_up(&recovery, status);
    return status;
}
