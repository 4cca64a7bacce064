/* The end of a writer: sealed, left to recovery, or as if it had never been. */
#include <errno.h>
#include <stdlib.h>

#include "storage/recording/paths.h"
#include "storage/recording/writer_private.h"

static void remove_name(const struct recording_writer *writer, const char *path)
{
    (void)writer->spec.disk->unlink(writer->spec.disk->context, path);
}

/* From here on nothing of this writer opens the file or tells what is in it. */
static void forget(struct recording_writer *writer, enum writer_state state)
{
    writer->state = state;
    segment_wipe(&writer->segment);
    (void)pthread_mutex_lock(&writer->lock);
    writer_drop_pages(&writer->pending);
    writer_drop_pages(&writer->kept);
    writer_drop_pages(&writer->head);
    writer_drop_pages(&writer->documents);
    writer_drop_pages(&writer->journal);
    writer->journal_written = 0;
    writer->kept_put = 0;
    (void)pthread_mutex_unlock(&writer->lock);
}

/* The names of a new segment are durable by a sync of its file system alone. */
static enum status sync_names(struct segment *segment, struct fault *fault)
{
    const struct disk *disk = segment->file.disk;

    if (segment->number == 0 || segment->named)
        return STATUS_OK;
    if (disk->syncfs(disk->context, segment->file.fd) != 0)
        return fault_set(fault, STATUS_IO, errno, "syncfs");
    return STATUS_OK;
}

static enum status end_segment(struct recording_writer *writer,
                               const struct recording_finish *finish, const struct signer *signer,
                               struct recording_summary *summary, struct fault *fault)
{
    struct segment *segment = &writer->segment;
    struct body before = segment->body;
    struct granules none;
    granules_init(&none);
    /* offsets in a later segment are of no use to anybody: it is not played, but joined */
    struct body_end end = {.finish = finish,
                           .granules = segment->number ? &none : &writer->granules,
                           .documents = &writer->documents,
                           .recording = writer->spec.header.recording,
                           .customer = writer->spec.header.customer,
                           .started_us = clock_wall_us(writer->spec.header.created),
                           .started_mono_ns = writer->created_mono_ns};
    enum status status = body_finish(&segment->body, &end, signer, summary, fault);

    if (status == STATUS_OK)
        status = sync_names(segment, fault);
    else if (status == STATUS_FULL) /* no byte of it counts: it is written again there */
        segment->body = before;
    body_deinit(&before);
    return status;
}

enum status recording_writer_finish(struct recording_writer *writer,
                                    const struct recording_finish *finish,
                                    const struct signer *signer, struct recording_summary *summary,
                                    struct fault *fault)
{
    if (writer->state != WRITER_OPEN)
        return fault_set(fault, STATUS_CONFLICT, 0, "finish: the recording is finished");
    /* Flushed first: recovery finds all audio, also where this end cannot be stored. */
    enum status status = recording_writer_flush(writer, fault);
    if (status == STATUS_OK)
        status = body_check_end(finish, fault);
    if (status == STATUS_OK)
        status = end_segment(writer, finish, signer, summary, fault);
    if (status == STATUS_OK) {
        /* A tail that stays behind does no harm: recovery removes it. */
        remove_name(writer, writer->segment.tail_path);
        writer->durable_bytes = writer->appended;
        forget(writer, WRITER_SEALED);
        return STATUS_OK;
    }
    fault_wrap(fault, "finish");
    writer->lost |= status == STATUS_IO;
    if (status == STATUS_INVALID || status == STATUS_LIMIT)
        forget(writer, WRITER_ABANDONED);
    return status;
}

static void remove_middle(struct recording_writer *writer)
{
    char tail_path[BOUND_PATH_BYTES];

    for (size_t i = 0; i + 1 < writer->earlier; i++) {
        remove_name(writer, writer->middle[i]);
        if (paths_of_tail(writer->middle[i], tail_path) == STATUS_OK)
            remove_name(writer, tail_path);
    }
}

void recording_writer_discard(struct recording_writer *owned_writer)
{
    struct recording_writer *writer = owned_writer;

    if (!writer)
        return;
    if (writer->appended == 0 && writer->state == WRITER_OPEN) {
        if (writer->segment.path)
            segment_remove(&writer->segment);
        remove_middle(writer);
        if (writer->first.path) /* last: with it goes the lock */
            segment_remove(&writer->first);
    }
    recording_writer_destroy(writer);
}

void recording_writer_destroy(struct recording_writer *owned_writer)
{
    struct recording_writer *writer = owned_writer;

    if (!writer)
        return;
    forget(writer, WRITER_ABANDONED);
    bytes_deinit(&writer->pending);
    bytes_deinit(&writer->kept);
    bytes_deinit(&writer->head);
    granules_deinit(&writer->granules);
    bytes_deinit(&writer->documents);
    bytes_deinit(&writer->journal);
    for (size_t i = 0; i + 1 < writer->earlier; i++)
        free(writer->middle[i]);
    free(writer->middle);
    segment_deinit(&writer->segment);
    segment_deinit(&writer->first);
    (void)pthread_mutex_destroy(&writer->lock);
    free(writer);
}
