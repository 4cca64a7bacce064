/* From a segment under which something failed to the next one. */
#include <stdlib.h>

#include "storage/recording/writer_private.h"

bool recording_writer_lose(struct recording_writer *writer)
{
    if (writer->state == WRITER_OPEN && writer->segment.dirty)
        writer->lost = true;
    return writer->lost;
}

/* Leave the segment, with its name where something durable is in it. Segment 0 is the recording's
 * own name, and its lock says that the recording has a writer. */
static void leave_segment(struct recording_writer *writer)
{
    struct segment *segment = &writer->segment;

    if (!segment->path)
        return;
    segment_wipe(segment);
    if (segment->number == 0) {
        writer->first = *segment;
        disk_close(&writer->first.tail);
        writer->earlier++;
    } else if (segment->kept) {
        writer->last_number = segment->number;
        writer->middle[writer->earlier++ - 1] = segment->path;
        segment->path = NULL;
        segment_deinit(segment);
    } else {
        segment_remove(segment);
        segment_deinit(segment);
    }
    segment_init(segment);
}

/* The next number that is free: of a segment that was given up the name may not have gone. */
static enum status create_next(struct recording_writer *writer, const char *directory,
                               struct fault *fault)
{
    enum status status = STATUS_EXISTS;

    for (uint32_t number = writer->last_number + 1;
         status == STATUS_EXISTS && number < BOUND_RECORDING_SEGMENTS; number++) {
        writer->spec.header.segment = number;
        status = segment_create(&writer->segment, directory, &writer->spec, fault);
    }
    if (status == STATUS_EXISTS)
        return fault_set(fault, STATUS_LIMIT, 0, "it has %d segments", BOUND_RECORDING_SEGMENTS);
    return status;
}

/* The new segment's stream begins as the recording's does, and goes on with what is kept. */
static enum status begin_segment(struct recording_writer *writer, struct fault *fault)
{
    struct segment *segment = &writer->segment;
    size_t done = 0;

    (void)pthread_mutex_lock(&writer->lock);
    writer->segment_head =
        writer->head.len < writer->kept_at ? writer->head.len : (size_t)writer->kept_at;
    enum status status =
        segment_put(segment, writer->head.data, writer->segment_head, &done, fault);
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK) {
        segment_remove(segment);
        segment_deinit(segment);
        segment_init(segment);
        return status;
    }
    writer->segment_at = writer->kept_at;
    writer->kept_put = 0;
    segment->documents.written = writer->documents_confirmed.written;
    segment->documents.count = writer->documents_confirmed.count;
    writer->journal_tail = writer->journal_confirmed;
    writer->journal_written = 0;
    return STATUS_OK;
}

enum status recording_writer_renew(struct recording_writer *writer, const char *directory,
                                   struct fault *fault)
{
    if (writer->state != WRITER_OPEN)
        return fault_set(fault, STATUS_CONFLICT, 0, "renew: the recording is finished");
    writer->lost = true;
    writer->flushed = false;
    if (!writer->middle)
        writer->middle = calloc(BOUND_RECORDING_SEGMENTS, sizeof *writer->middle);
    if (!writer->middle)
        return fault_set(fault, STATUS_NOMEM, 0, "renew: out of memory");
    leave_segment(writer);
    enum status status = create_next(writer, directory, fault);
    if (status == STATUS_OK)
        status = begin_segment(writer, fault);
    if (status != STATUS_OK) {
        fault_wrap(fault, "renew %s in %s", writer->first.path, directory);
        return status;
    }
    fault_clear(fault);
    writer->lost = false;
    return STATUS_OK;
}

size_t recording_writer_segments(const struct recording_writer *writer)
{
    return writer->earlier + (writer->segment.path ? 1 : 0);
}
