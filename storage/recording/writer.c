#include "storage/recording/writer.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/body.h"
#include "storage/recording/documents.h"
#include "storage/recording/frame.h"
#include "storage/recording/granules.h"
#include "storage/recording/header.h"
#include "storage/recording/paths.h"
#include "storage/seal/seal.h"

enum {
    TAIL_UNITS = 2,
    KEPT_BUFFER_BYTES = 65536, /* a larger buffer, grown in a backlog, is given back */
};

enum writer_state { WRITER_OPEN, WRITER_SEALED, WRITER_ABANDONED };

/*
 * The key of the frames lies in plain memory inside `body`, not in sodium_malloc's: that takes
 * three pages and four system calls per call in progress, for a key whose plaintext passes through
 * the ordinary heap of the same process. It is wiped when the file is finished or given up. The DEK
 * itself lives only while the file is created.
 */
struct recording_writer {
    pthread_mutex_t lock;     /* over all up to the blank line */
    struct bytes pending;     /* pages since the last flush took them */
    size_t waiting;           /* bytes in pending and not yet taken from taken */
    struct granules granules; /* offsets of what was appended */
    struct bytes documents;   /* the section as it will be */
    size_t document_count;    /* in it */
    uint64_t appended;        /* bytes of the stream */

    /* the store thread's */
    enum writer_state state;
    struct bytes taken; /* pages that a flush works on */
    size_t taken_done;  /* bytes of it that are in the body */
    struct body body;
    struct disk_file file;
    struct disk_file tail;
    int tail_confirmed; /* unit of the tail that is durable, -1 none */
    int tail_written;   /* unit that the last flush wrote, -1 none */
    struct documents_tail documents_tail;
    uint64_t written_bytes; /* of the stream: in full frames or the tail */
    uint64_t durable_bytes; /* the same, as of the last confirm */
    struct uuid recording;
    struct uuid customer;
    int64_t created_us;
    int64_t created_mono_ns;
    char *path;
    char *tail_path;
};

static void remove_file(const struct recording_writer *writer, const char *path)
{
    (void)writer->file.disk->unlink(writer->file.disk->context, path);
}

static enum status set_paths(struct recording_writer *writer, const char *store,
                             const struct recording_writer_spec *spec, struct fault *fault)
{
    char below[BOUND_PATH_BYTES];

    recording_path(spec->recording, spec->created, below);
    if (strlen(store) + strlen(below) + sizeof "/.damaged" > BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "the store's path is too long");
    if (asprintf(&writer->path, "%s/%s", store, below) < 0) {
        writer->path = NULL;
        return fault_set(fault, STATUS_NOMEM, 0, "create recording");
    }
    if (asprintf(&writer->tail_path, "%s.tail", writer->path) < 0) {
        writer->tail_path = NULL;
        return fault_set(fault, STATUS_NOMEM, 0, "create recording");
    }
    return paths_make_directories(spec->disk, store, writer->path, fault);
}

static enum status make_header(struct recording_writer *writer,
                               const struct recording_writer_spec *spec, struct header *header,
                               struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];

    seal_dek_new(dek);
    enum status status =
        header_make(spec->recording, spec->customer, spec->created, dek, spec->key, header, fault);
    if (status == STATUS_OK) {
        body_init(&writer->body, writer->file, header->unit);
        seal_frame_key(dek, header->unit, FORMAT_H0_BYTES, writer->body.key);
        writer->created_us = header->created_us;
    }
    sodium_memzero(dek, sizeof dek);
    return status;
}

/*
 * The file gets its name only when it has its header and its lock, so that recovery never sees one
 * without: made under another name, then linked.
 */
static enum status make_file(struct recording_writer *writer,
                             const struct recording_writer_spec *spec, struct fault *fault)
{
    char new_path[BOUND_PATH_BYTES];
    struct header header;
    const struct disk *disk = spec->disk;

    (void)snprintf(new_path, sizeof new_path, "%s.new", writer->path);
    enum status status = paths_create(spec->disk, new_path, &writer->file, fault);
    if (status != STATUS_OK)
        return status;
    if (disk->flock(disk->context, writer->file.fd) != 0)
        status = disk_fault(fault, "lock", new_path);
    if (status == STATUS_OK)
        status = make_header(writer, spec, &header, fault);
    if (status == STATUS_OK)
        status = disk_write(writer->file, 0, header.unit, sizeof header.unit, fault);
    if (status == STATUS_OK && disk->link(disk->context, new_path, writer->path) != 0)
        status = disk_fault(fault, "link", writer->path);
    (void)disk->unlink(disk->context, new_path);
    return status;
}

static enum status make_files(struct recording_writer *writer,
                              const struct recording_writer_spec *spec, struct fault *fault)
{
    assert(writer->path && writer->tail_path);
    enum status status = paths_create(spec->disk, writer->tail_path, &writer->tail, fault);
    if (status != STATUS_OK)
        return status;
    status = make_file(writer, spec, fault);
    if (status != STATUS_OK)
        (void)spec->disk->unlink(spec->disk->context, writer->tail_path);
    return status;
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
    writer->file = writer->tail = (struct disk_file){spec->disk, -1};
    writer->tail_confirmed = writer->tail_written = -1;
    writer->recording = spec->recording;
    writer->customer = spec->customer;
    writer->created_mono_ns = spec->created_mono.ns;
    bytes_init(&writer->pending, BOUND_RECORDING_PENDING_BYTES);
    bytes_init(&writer->taken, BOUND_RECORDING_PENDING_BYTES);
    granules_init(&writer->granules);
    bytes_init(&writer->documents, BOUND_DOCUMENTS_BYTES);
    int failed = pthread_mutex_init(&writer->lock, NULL);
    assert(!failed);

    status = set_paths(writer, store, spec, fault);
    if (status == STATUS_OK)
        status = make_files(writer, spec, fault);
    if (status != STATUS_OK) {
        recording_writer_destroy(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

enum status recording_writer_append(struct recording_writer *writer, const uint8_t *page,
                                    size_t page_bytes, int64_t granule)
{
    enum status status = STATUS_LIMIT;

    (void)pthread_mutex_lock(&writer->lock);
    if (page_bytes <= BOUND_RECORDING_PENDING_BYTES - writer->waiting)
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

/* Empty a buffer of plaintext, and give back what a backlog made it grow to. */
static void drop_pages(struct bytes *pages)
{
    if (pages->len)
        sodium_memzero(pages->data, pages->len);
    bytes_clear(pages);
    if (pages->cap > KEPT_BUFFER_BYTES)
        bytes_deinit(pages);
}

/* Put what was taken into the body. What fails stays for the next time. */
static enum status put_taken(struct recording_writer *writer, struct fault *fault)
{
    size_t done = 0;
    enum status status = body_put(&writer->body, writer->taken.data + writer->taken_done,
                                  writer->taken.len - writer->taken_done, &done, fault);

    writer->taken_done += done;
    (void)pthread_mutex_lock(&writer->lock);
    writer->waiting -= done;
    (void)pthread_mutex_unlock(&writer->lock);
    if (status == STATUS_OK) {
        drop_pages(&writer->taken);
        writer->taken_done = 0;
    }
    return status;
}

static void take_pending(struct recording_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    struct bytes taken = writer->pending;
    writer->pending = writer->taken;
    writer->taken = taken;
    (void)pthread_mutex_unlock(&writer->lock);
}

/* The unfinished frame, into the unit that holds no confirmed copy. */
static enum status write_tail(struct recording_writer *writer, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    int number = writer->tail_confirmed == 0 ? 1 : 0;
    const struct body *body = &writer->body;

    frame_seal(body->key, FRAME_AUDIO, body->frames, body->data, body->used, unit);
    enum status status =
        disk_write(writer->tail, (off_t)number * FORMAT_UNIT_BYTES, unit, sizeof unit, fault);
    if (status == STATUS_OK)
        writer->tail_written = number;
    return status;
}

/* The documents that came since the last flush, behind the units of audio. They are copied: the
 * buffer moves as it grows. */
static enum status write_documents(struct recording_writer *writer, struct fault *fault)
{
    struct bytes fresh;
    size_t written = writer->documents_tail.written;
    enum status status = STATUS_OK;

    bytes_init(&fresh, BOUND_DOCUMENTS_BYTES);
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->documents.len > written)
        status =
            bytes_append(&fresh, writer->documents.data + written, writer->documents.len - written);
    (void)pthread_mutex_unlock(&writer->lock);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "flush documents: out of memory");
    if (fresh.len)
        status = documents_tail_write(&writer->documents_tail, writer->tail, writer->body.key,
                                      fresh.data, fresh.len, fault);
    drop_pages(&fresh);
    bytes_deinit(&fresh);
    return status;
}

enum status recording_writer_flush(struct recording_writer *writer, struct fault *fault)
{
    if (writer->state != WRITER_OPEN)
        return fault_set(fault, STATUS_CONFLICT, 0, "flush %s: it is finished", writer->path);
    enum status status = put_taken(writer, fault); /* the rest of a flush that failed */
    if (status == STATUS_OK) {
        take_pending(writer);
        status = put_taken(writer, fault);
    }
    uint64_t reached = body_audio_bytes(&writer->body);
    if (status == STATUS_OK && writer->body.used && reached > writer->written_bytes)
        status = write_tail(writer, fault);
    if (status != STATUS_OK) {
        reached = writer->body.frames * FORMAT_FRAME_DATA_BYTES;
        fault_wrap(fault, "flush %s", writer->path);
    }
    if (reached > writer->written_bytes)
        writer->written_bytes = reached;
    if (status == STATUS_OK) {
        status = write_documents(writer, fault);
        if (status != STATUS_OK)
            fault_wrap(fault, "flush %s", writer->path);
    }
    return status;
}

void recording_writer_confirm(struct recording_writer *writer)
{
    writer->durable_bytes = writer->written_bytes;
    writer->tail_confirmed = writer->tail_written;
}

uint64_t recording_writer_durable_bytes(const struct recording_writer *writer)
{
    return writer->durable_bytes;
}

/* From here on nothing of this writer opens the file or tells what is in it. */
static void forget(struct recording_writer *writer, enum writer_state state)
{
    writer->state = state;
    body_deinit(&writer->body);
    (void)pthread_mutex_lock(&writer->lock);
    drop_pages(&writer->pending);
    drop_pages(&writer->taken);
    drop_pages(&writer->documents);
    writer->taken_done = 0;
    (void)pthread_mutex_unlock(&writer->lock);
}

enum status recording_writer_finish(struct recording_writer *writer,
                                    const struct recording_finish *finish,
                                    const struct signer *signer, struct recording_summary *summary,
                                    struct fault *fault)
{
    struct body_end end = {.finish = finish,
                           .granules = &writer->granules,
                           .documents = &writer->documents,
                           .recording = writer->recording,
                           .customer = writer->customer,
                           .started_us = writer->created_us,
                           .started_mono_ns = writer->created_mono_ns};

    if (writer->state != WRITER_OPEN)
        return fault_set(fault, STATUS_CONFLICT, 0, "finish %s: it is finished", writer->path);
    /* Flushed first: recovery finds all audio, also where this end cannot be stored. */
    enum status status = recording_writer_flush(writer, fault);
    if (status == STATUS_OK)
        status = body_check_end(finish, fault);
    if (status == STATUS_OK)
        status = body_finish(&writer->body, &end, signer, summary, fault);
    if (status == STATUS_OK) {
        /* A tail that stays behind does no harm: recovery removes it. */
        remove_file(writer, writer->tail_path);
        writer->durable_bytes = summary->audio_bytes;
    } else {
        fault_wrap(fault, "finish %s", writer->path);
    }
    forget(writer, status == STATUS_OK ? WRITER_SEALED : WRITER_ABANDONED);
    return status;
}

void recording_writer_discard(struct recording_writer *owned_writer)
{
    if (!owned_writer)
        return;
    if (owned_writer->appended == 0 && owned_writer->state == WRITER_OPEN) {
        remove_file(owned_writer, owned_writer->path);
        remove_file(owned_writer, owned_writer->tail_path);
    }
    recording_writer_destroy(owned_writer);
}

void recording_writer_destroy(struct recording_writer *owned_writer)
{
    if (!owned_writer)
        return;
    forget(owned_writer, WRITER_ABANDONED);
    bytes_deinit(&owned_writer->pending);
    bytes_deinit(&owned_writer->taken);
    granules_deinit(&owned_writer->granules);
    bytes_deinit(&owned_writer->documents);
    disk_close(&owned_writer->file);
    disk_close(&owned_writer->tail);
    (void)pthread_mutex_destroy(&owned_writer->lock);
    free(owned_writer->path);
    free(owned_writer->tail_path);
    free(owned_writer);
}
