#include "storage/recording/segment.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"
#include "storage/recording/paths.h"
#include "storage/recording/writer.h"
#include "storage/seal/seal.h"

void segment_init(struct segment *segment)
{
    *segment = (struct segment){
        .file = {NULL, -1}, .tail = {NULL, -1}, .tail_confirmed = -1, .tail_written = -1};
}

static void remove_name(const struct segment *segment, const char *path)
{
    (void)segment->file.disk->unlink(segment->file.disk->context, path);
}

static enum status set_paths(struct segment *segment, const char *directory,
                             const struct segment_spec *spec, struct fault *fault)
{
    const struct header_spec *header = &spec->header;
    char first[BOUND_PATH_BYTES];
    char below[BOUND_PATH_BYTES];

    recording_path(header->recording, header->created, first);
    if (paths_of_segment(first, header->segment, below) != STATUS_OK ||
        strlen(directory) + strlen(below) + sizeof "/.damaged" > BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "the store's path is too long");
    if (asprintf(&segment->path, "%s/%s", directory, below) < 0) {
        segment->path = NULL;
        return fault_set(fault, STATUS_NOMEM, 0, "create recording");
    }
    if (asprintf(&segment->tail_path, "%s.tail", segment->path) < 0) {
        segment->tail_path = NULL;
        return fault_set(fault, STATUS_NOMEM, 0, "create recording");
    }
    return paths_make_directories(spec->disk, directory, segment->path, fault);
}

/*
 * The key of the frames lies in plain memory inside `body`, not in sodium_malloc's: that takes
 * three pages and four system calls per call in progress, for a key whose plaintext passes through
 * the ordinary heap of the same process. It is wiped when the file is finished or given up. The DEK
 * itself lives only here.
 */
static enum status make_header(struct segment *segment, const struct segment_spec *spec,
                               struct header *header, struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];

    seal_dek_new(dek);
    enum status status = header_make(&spec->header, dek, &spec->key, header, fault);
    if (status == STATUS_OK) {
        body_init(&segment->body, segment->file, header->unit);
        seal_frame_key(dek, header->unit, FORMAT_H0_BYTES, segment->body.key);
    }
    sodium_memzero(dek, sizeof dek);
    return status;
}

/*
 * The file gets its name only when it has its header and its lock, so that recovery never sees one
 * without: made under another name, then linked.
 */
static enum status make_file(struct segment *segment, const struct segment_spec *spec,
                             struct fault *fault)
{
    char new_path[BOUND_PATH_BYTES];
    struct header header;
    const struct disk *disk = spec->disk;

    (void)snprintf(new_path, sizeof new_path, "%s.new", segment->path);
    enum status status = paths_create(disk, new_path, &segment->file, fault);
    if (status != STATUS_OK)
        return status;
    if (disk->flock(disk->context, segment->file.fd) != 0)
        status = disk_fault(fault, "lock", new_path);
    if (status == STATUS_OK)
        status = make_header(segment, spec, &header, fault);
    if (status == STATUS_OK)
        status = disk_write(segment->file, 0, header.unit, sizeof header.unit, fault);
    if (status == STATUS_OK && disk->link(disk->context, new_path, segment->path) != 0)
        status = disk_fault(fault, "link", segment->path);
    (void)disk->unlink(disk->context, new_path);
    return status;
}

static enum status make_files(struct segment *segment, const struct segment_spec *spec,
                              struct fault *fault)
{
    assert(segment->path && segment->tail_path);
    enum status status = paths_create(spec->disk, segment->tail_path, &segment->tail, fault);
    if (status != STATUS_OK)
        return status;
    status = make_file(segment, spec, fault);
    if (status != STATUS_OK)
        remove_name(segment, segment->tail_path);
    return status;
}

enum status segment_create(struct segment *segment, const char *directory,
                           const struct segment_spec *spec, struct fault *fault)
{
    /* made in its place: a copy would leave the key of the frames behind */
    segment_init(segment);
    segment->number = spec->header.segment;
    segment->file.disk = segment->tail.disk = spec->disk;
    segment->dirty = true;
    enum status status = set_paths(segment, directory, spec, fault);
    if (status == STATUS_OK)
        status = make_files(segment, spec, fault);
    if (status != STATUS_OK) {
        segment_deinit(segment);
        segment_init(segment);
    }
    return status;
}

enum status segment_put(struct segment *segment, const uint8_t *data, size_t data_bytes,
                        size_t *taken, struct fault *fault)
{
    uint64_t frames = segment->body.frames;
    enum status status = body_put(&segment->body, data, data_bytes, taken, fault);

    /* of a write that failed any part may be there */
    segment->dirty |= status != STATUS_OK || segment->body.frames != frames;
    if (segment->body.frames * FORMAT_FRAME_DATA_BYTES > segment->written_bytes)
        segment->written_bytes = segment->body.frames * FORMAT_FRAME_DATA_BYTES;
    return status;
}

enum status segment_write_tail(struct segment *segment, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    int number = segment->tail_confirmed == 0 ? 1 : 0;
    const struct body *body = &segment->body;

    if (!body->used || body_audio_bytes(body) <= segment->written_bytes)
        return STATUS_OK;
    segment->dirty = true;
    frame_seal(body->key, FRAME_AUDIO, body->frames, body->data, body->used, unit);
    enum status status =
        disk_write(segment->tail, (off_t)number * FORMAT_UNIT_BYTES, unit, sizeof unit, fault);
    if (status == STATUS_OK) {
        segment->tail_written = number;
        segment->written_bytes = body_audio_bytes(body);
    }
    return status;
}

void segment_confirm(struct segment *segment)
{
    segment->tail_confirmed = segment->tail_written;
    segment->kept |= segment->written_bytes > 0 || segment->documents.units > 0;
    segment->named = true;
    segment->dirty = false;
}

void segment_remove(const struct segment *segment)
{
    remove_name(segment, segment->path);
    remove_name(segment, segment->tail_path);
}

void segment_wipe(struct segment *segment)
{
    body_deinit(&segment->body);
}

void segment_deinit(struct segment *segment)
{
    segment_wipe(segment);
    disk_close(&segment->file);
    disk_close(&segment->tail);
    free(segment->path);
    free(segment->tail_path);
    segment->path = segment->tail_path = NULL;
}
