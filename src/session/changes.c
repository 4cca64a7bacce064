#include "session/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum status changes_init(struct changes *changes)
{
    *changes = (struct changes){0};
    return pthread_mutex_init(&changes->lock, NULL) == 0 ? STATUS_OK : STATUS_NOMEM;
}

void changes_deinit(struct changes *changes)
{
    while (changes->first) {
        struct recording_change *change = changes->first;
        changes->first = change->next;
        change_destroy(change);
    }
    (void)pthread_mutex_destroy(&changes->lock);
}

/* Under the lock. */
static void append(struct changes *changes, struct recording_change *change)
{
    change->at = clock_mono_now();
    change->next = NULL;
    if (changes->last)
        changes->last->next = change;
    else
        changes->first = change;
    changes->last = change;
}

void changes_push(struct changes *changes, struct recording_change *owned_change)
{
    (void)pthread_mutex_lock(&changes->lock);
    append(changes, owned_change);
    (void)pthread_mutex_unlock(&changes->lock);
}

void changes_push_note(struct changes *changes, struct recording_change *owned_change)
{
    bool fits = false;

    (void)pthread_mutex_lock(&changes->lock);
    if (owned_change && changes->notes < BOUND_NOTES) {
        append(changes, owned_change);
        changes->notes++;
        fits = true;
    } else {
        changes->notes_dropped++;
    }
    (void)pthread_mutex_unlock(&changes->lock);
    if (!fits)
        change_destroy(owned_change);
}

enum status changes_push_control(struct changes *changes, struct recording_change *owned_change)
{
    bool fits = false;

    (void)pthread_mutex_lock(&changes->lock);
    if (changes->controls < CHANGES_CONTROLS_MAX) {
        append(changes, owned_change);
        changes->controls++;
        fits = true;
    }
    (void)pthread_mutex_unlock(&changes->lock);
    if (!fits)
        change_destroy(owned_change);
    return fits ? STATUS_OK : STATUS_LIMIT;
}

struct recording_change *changes_take(struct changes *changes, uint32_t *notes_dropped)
{
    (void)pthread_mutex_lock(&changes->lock);
    struct recording_change *first = changes->first;
    *notes_dropped = changes->notes_dropped;
    changes->first = NULL;
    changes->last = NULL;
    changes->notes_dropped = 0;
    changes->controls = 0;
    (void)pthread_mutex_unlock(&changes->lock);
    return first;
}

static void wipe_streams(struct recording_stream *streams, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        srtp_key_wipe(&streams[i].remote_key);
        srtp_key_wipe(&streams[i].local_key);
    }
}

void change_destroy(struct recording_change *owned_change)
{
    if (!owned_change)
        return;
    wipe_streams(owned_change->streams, owned_change->stream_count);
    wipe_streams(owned_change->added, owned_change->added ? 1 : 0);
    free(owned_change->streams);
    free(owned_change->added);
    media_stream_close(owned_change->added_media);
    leg_destroy(owned_change->added_leg);
    if (owned_change->moved)
        media_socket_close(owned_change->moved);
    free(owned_change->moved);
    free(owned_change->caller);
    free(owned_change->called);
    free(owned_change->ties);
    free(owned_change->document);
    free(owned_change->note_detail);
    free(owned_change->control);
    free(owned_change);
}

/* A copy; NULL where there is nothing to copy, or, *whole then false, no memory. */
static void *copy_of(const void *data, size_t data_bytes, bool *whole)
{
    if (!data || !data_bytes)
        return NULL;
    void *copy = malloc(data_bytes);
    if (copy)
        memcpy(copy, data, data_bytes);
    else
        *whole = false;
    return copy;
}

/* Append a text to a block; returns where it now stands. */
static const char *put_text(char **end, const char *text)
{
    char *start = *end;

    *end = stpcpy(start, text ? text : "") + 1;
    return start;
}

static size_t text_bytes(const char *text)
{
    return text ? strlen(text) + 1 : 1;
}

struct recording_ties *ties_copy(const struct recording_ties *ties)
{
    size_t bytes = sizeof *ties + text_bytes(ties->session_id) + text_bytes(ties->sip_session_id) +
                   text_bytes(ties->group_id) + text_bytes(ties->call_reference);

    for (size_t i = 0; i < ties->others; i++)
        bytes += text_bytes(ties->other[i].value);
    struct recording_ties *block = malloc(bytes);
    if (!block)
        return NULL;
    char *end = (char *)(block + 1);
    *block = *ties;
    block->session_id = put_text(&end, ties->session_id);
    block->sip_session_id = put_text(&end, ties->sip_session_id);
    block->group_id = put_text(&end, ties->group_id);
    block->call_reference = put_text(&end, ties->call_reference);
    for (size_t i = 0; i < ties->others; i++)
        block->other[i].value = put_text(&end, ties->other[i].value);
    return block;
}

static struct recording_document *document_copy(const struct recording_document *document)
{
    struct recording_document *block =
        malloc(sizeof *block + document->data_bytes + text_bytes(document->type));

    if (!block)
        return NULL;
    uint8_t *data = (uint8_t *)(block + 1);
    char *end = (char *)data + document->data_bytes;
    *block = *document;
    if (document->data_bytes)
        memcpy(data, document->data, document->data_bytes);
    block->data = data;
    block->type = put_text(&end, document->type);
    return block;
}

/* Returns whether all was copied. */
static bool copy_news(struct recording_change *change, const struct recording_news *news)
{
    size_t count =
        news->stream_count < BOUND_CALL_STREAMS ? news->stream_count : BOUND_CALL_STREAMS;
    bool whole = true;

    change->streams = copy_of(news->streams, count * sizeof *news->streams, &whole);
    change->stream_count = change->streams ? count : 0;
    change->caller = copy_of(news->caller, sizeof *news->caller, &whole);
    change->called = copy_of(news->called, sizeof *news->called, &whole);
    change->ties = news->ties ? ties_copy(news->ties) : NULL;
    change->document = news->document ? document_copy(news->document) : NULL;
    return whole && (!news->ties || change->ties) && (!news->document || change->document);
}

enum status change_of_news(const struct recording_news *news, struct recording_change **out)
{
    struct recording_change *change = calloc(1, sizeof *change);

    if (!change)
        return STATUS_NOMEM;
    if (!copy_news(change, news)) {
        change_destroy(change);
        return STATUS_NOMEM;
    }
    *out = change;
    return STATUS_OK;
}

enum status change_of_control(const struct recording_control *control,
                              struct recording_change **out)
{
    char detail[BOUND_FACT_DETAIL_BYTES];
    struct recording_change *change = calloc(1, sizeof *change);

    text_copy(detail, sizeof detail, control->detail ? control->detail : "");
    struct recording_control *block = malloc(sizeof *block + text_bytes(detail));
    if (!change || !block) {
        free(change);
        free(block);
        return STATUS_NOMEM;
    }
    char *end = (char *)(block + 1);
    *block = *control;
    block->detail = put_text(&end, detail);
    change->control = block;
    *out = change;
    return STATUS_OK;
}
