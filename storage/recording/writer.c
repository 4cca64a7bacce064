#include "storage/recording/writer.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/stream_head.h"
#include "storage/recording/writer_private.h"
#include "storage/seal/seal.h"

enum {
    HEAD_PAGES = 2,            /* OpusHead and OpusTags */
    KEPT_BUFFER_BYTES = 65536, /* a larger buffer, grown in a backlog, is given back */
};

static void init_memory(struct recording_writer *writer)
{
    segment_init(&writer->segment);
    segment_init(&writer->first);
    bytes_init(&writer->pending, BOUND_RECORDING_PENDING_BYTES);
    bytes_init(&writer->kept, BOUND_RECORDING_PENDING_BYTES);
    bytes_init(&writer->head, BOUND_RECORDING_PENDING_BYTES);
    granules_init(&writer->granules);
    bytes_init(&writer->documents, BOUND_DOCUMENTS_BYTES);
    bytes_init(&writer->journal, BOUND_JOURNAL_BYTES);
    int failed = pthread_mutex_init(&writer->lock, NULL);
    assert(!failed);
}

enum status recording_writer_create(const char *store, const struct recording_writer_spec *spec,
                                    struct recording_writer **out, struct fault *fault)
{
    enum status status = seal_ready(fault);
    if (status != STATUS_OK)
        return status;
    struct recording_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return fault_set(fault, STATUS_NOMEM, 0, "create recording");
    writer->spec = (struct segment_spec){
        .disk = spec->disk,
        .header = {.recording = spec->recording,
                   .customer = spec->customer,
                   .created = spec->created},
        .key = *spec->key,
    };
    writer->created_mono_ns = spec->created_mono.ns;
    init_memory(writer);
    status = segment_create(&writer->segment, store, &writer->spec, fault);
    if (status != STATUS_OK) {
        recording_writer_destroy(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

/* What comes before the first page of audio is the header: each segment begins with it. */
static enum status keep_head(struct recording_writer *writer, const uint8_t *page,
                             size_t page_bytes, int64_t granule)
{
    if (granule > 0 || writer->head_pages == HEAD_PAGES || writer->head.len != writer->appended)
        return STATUS_OK;
    enum status status = bytes_append(&writer->head, page, page_bytes);
    writer->head_pages += status == STATUS_OK;
    return status;
}

enum status recording_writer_append(struct recording_writer *writer, const uint8_t *page,
                                    size_t page_bytes, int64_t granule)
{
    enum status status = STATUS_LIMIT;

    (void)pthread_mutex_lock(&writer->lock);
    if (page_bytes <= BOUND_RECORDING_PENDING_BYTES - writer->waiting)
        status = bytes_reserve(&writer->pending, page_bytes);
    if (status == STATUS_OK)
        status = keep_head(writer, page, page_bytes, granule);
    if (status == STATUS_OK)
        status = bytes_append(&writer->pending, page, page_bytes);
    if (status == STATUS_OK) {
        granules_add(&writer->granules, writer->appended, granule);
        writer->appended += page_bytes;
        writer->waiting += page_bytes;
    }
    (void)pthread_mutex_unlock(&writer->lock);
    return status;
}

enum status recording_writer_document(struct recording_writer *writer, int64_t at_ms,
                                      const char *message, const char *type, const uint8_t *data,
                                      size_t data_bytes)
{
    enum status status = STATUS_LIMIT;

    (void)pthread_mutex_lock(&writer->lock);
    if (writer->document_count < BOUND_DOCUMENTS)
        status = documents_put(&writer->documents, at_ms, message, type, data, data_bytes);
    if (status == STATUS_OK)
        writer->document_count++;
    (void)pthread_mutex_unlock(&writer->lock);
    return status;
}

enum status recording_writer_journal(struct recording_writer *writer,
                                     const struct journal_entry *entry,
                                     const struct journal_fact *fact)
{
    (void)pthread_mutex_lock(&writer->lock);
    enum status status = journal_put(&writer->journal, entry, fact);
    (void)pthread_mutex_unlock(&writer->lock);
    return status;
}

void writer_drop_pages(struct bytes *pages)
{
    if (pages->len)
        sodium_memzero(pages->data, pages->len);
    bytes_clear(pages);
    if (pages->cap > KEPT_BUFFER_BYTES)
        bytes_deinit(pages);
}

/* Take what waits behind what is kept. Mostly nothing is, and the buffers change places. */
static enum status take_pending(struct recording_writer *writer, struct fault *fault)
{
    enum status status = STATUS_OK;

    (void)pthread_mutex_lock(&writer->lock);
    if (writer->kept.len) {
        status = bytes_append(&writer->kept, writer->pending.data, writer->pending.len);
        if (status == STATUS_OK)
            writer_drop_pages(&writer->pending);
    } else {
        struct bytes taken = writer->pending;
        writer->pending = writer->kept;
        writer->kept = taken;
    }
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "take pages: out of memory");
    return STATUS_OK;
}

/* Put what is kept into the segment. What fails stays for the next time. */
static enum status put_kept(struct recording_writer *writer, struct fault *fault)
{
    size_t left = writer->kept.len - writer->kept_put;
    size_t done = 0;
    const uint8_t *data = left ? writer->kept.data + writer->kept_put : NULL;
    enum status status = segment_put(&writer->segment, data, left, &done, fault);

    writer->kept_put += done;
    return status;
}

/* The header pages once more, beside the first frame, once they are all there. None are so long
 * that they do not fit; a stream of another kind goes without. */
static enum status write_head(struct recording_writer *writer, struct fault *fault)
{
    struct bytes head;
    struct segment *segment = &writer->segment;
    enum status status = STATUS_OK;

    if (segment->has_head)
        return STATUS_OK;
    bytes_init(&head, writer->head.max);
    (void)pthread_mutex_lock(&writer->lock);
    bool whole = writer->head_pages == HEAD_PAGES || writer->head.len < writer->appended;
    if (whole && writer->head.len <= STREAM_HEAD_BYTES_MAX)
        status = bytes_append(&head, writer->head.data, writer->head.len);
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "flush header pages: out of memory");
    segment->dirty |= head.len > 0;
    if (head.len)
        status = stream_head_write(&segment->documents.units, segment->tail, segment->body.key,
                                   &head, fault);
    segment->has_head = head.len && status == STATUS_OK;
    bytes_deinit(&head);
    return status;
}

/* The documents that came since the last flush, behind the units of audio. They are copied: the
 * buffer moves as it grows. */
static enum status write_documents(struct recording_writer *writer, struct fault *fault)
{
    struct bytes fresh;
    struct segment *segment = &writer->segment;
    size_t written = segment->documents.written;
    enum status status = STATUS_OK;

    bytes_init(&fresh, BOUND_DOCUMENTS_BYTES);
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->documents.len > written)
        status =
            bytes_append(&fresh, writer->documents.data + written, writer->documents.len - written);
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "flush documents: out of memory");
    segment->dirty |= fresh.len > 0;
    if (fresh.len)
        status = documents_tail_write(&segment->documents, segment->tail, segment->body.key,
                                      fresh.data, fresh.len, fault);
    writer_drop_pages(&fresh);
    bytes_deinit(&fresh);
    return status;
}

/* The entries that came since the last flush, copied likewise. */
static enum status write_journal(struct recording_writer *writer, struct fault *fault)
{
    struct bytes fresh;
    struct segment *segment = &writer->segment;
    size_t done = 0;
    enum status status = STATUS_OK;

    bytes_init(&fresh, BOUND_JOURNAL_BYTES);
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->journal.len > writer->journal_written)
        status = bytes_append(&fresh, writer->journal.data + writer->journal_written,
                              writer->journal.len - writer->journal_written);
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "flush the journal: out of memory");
    segment->dirty |= fresh.len > 0;
    if (fresh.len)
        status = journal_tail_write(&writer->journal_tail, &segment->documents.units, segment->tail,
                                    segment->body.key, &fresh, &done, fault);
    writer->journal_written += done;
    writer_drop_pages(&fresh);
    bytes_deinit(&fresh);
    return status;
}

/* Entries that are durable are not needed any more. */
static void drop_journal(struct recording_writer *writer)
{
    if (!writer->journal_written)
        return;
    (void)pthread_mutex_lock(&writer->lock);
    size_t left = writer->journal.len - writer->journal_written;
    memmove(writer->journal.data, writer->journal.data + writer->journal_written, left);
    sodium_memzero(writer->journal.data + left, writer->journal_written);
    writer->journal.len = left;
    (void)pthread_mutex_unlock(&writer->lock);
    writer->journal_written = 0;
}

static enum status write_all(struct recording_writer *writer, struct fault *fault)
{
    enum status status = take_pending(writer, fault);

    if (status == STATUS_OK)
        status = put_kept(writer, fault);
    if (status == STATUS_OK)
        status = segment_write_tail(&writer->segment, fault);
    if (status == STATUS_OK)
        status = write_documents(writer, fault);
    if (status == STATUS_OK)
        status = write_journal(writer, fault);
    if (status == STATUS_OK)
        status = write_head(writer, fault);
    return status;
}

enum status recording_writer_flush(struct recording_writer *writer, struct fault *fault)
{
    writer->flushed = false;
    if (writer->state != WRITER_OPEN)
        return fault_set(fault, STATUS_CONFLICT, 0, "flush: the recording is finished");
    if (writer->lost)
        return fault_set(fault, STATUS_IO, 0, "flush: a sync failed, a new segment is needed");
    enum status status = write_all(writer, fault);
    if (status == STATUS_OK)
        writer->flushed = true;
    else
        fault_wrap(fault, "flush %s", writer->segment.path);
    /* what the disk makes of a page whose write failed, nobody knows */
    writer->lost = status == STATUS_IO;
    return status;
}

/* How far into the stream the segment goes. */
static uint64_t reached(const struct recording_writer *writer)
{
    uint64_t written = writer->segment.written_bytes;

    return written > writer->segment_head ? writer->segment_at + written - writer->segment_head
                                          : writer->segment_at;
}

/* What is durable need not be written again. */
static void drop_kept(struct recording_writer *writer)
{
    size_t dropped = writer->kept.len;

    writer->kept_at += dropped;
    writer->kept_put = 0;
    writer_drop_pages(&writer->kept);
    (void)pthread_mutex_lock(&writer->lock);
    writer->waiting -= dropped;
    (void)pthread_mutex_unlock(&writer->lock);
}

void recording_writer_confirm(struct recording_writer *writer)
{
    if (writer->state != WRITER_OPEN || writer->lost)
        return;
    segment_confirm(&writer->segment);
    writer->documents_confirmed = writer->segment.documents;
    writer->journal_confirmed = writer->journal_tail;
    if (reached(writer) > writer->durable_bytes)
        writer->durable_bytes = reached(writer);
    drop_journal(writer);
    /* after a flush that failed the last page may be in the segment in part */
    if (writer->flushed)
        drop_kept(writer);
}

uint64_t recording_writer_durable_bytes(const struct recording_writer *writer)
{
    return writer->durable_bytes;
}
