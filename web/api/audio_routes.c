#include "web/api/audio_routes.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "storage/index/leg_view.h"
#include "web/api/answer.h"
#include "web/api/api.h"
#include "web/api/audio_name.h"
#include "web/api/audio_view.h"
#include "web/api/conditional.h"
#include "web/api/range.h"
#include "web/api/recording_routes.h"

enum {
    AUDIO_AT_ONCE_BYTES = 256 * 1024, /* up to this the answer is made whole, in one piece */
    AUDIO_BLOCK_BYTES = 64 * 1024,
    ETAG_BYTES = 40 + AUDIO_VIEW_NAME_BYTES,
};

static const char cache_control[] = "private, no-cache, no-transform";

/* One answer that is being sent, in the HTTP library's hands. */
struct stream {
    struct readers *readers;
    struct reader_lease *owned_lease;
    struct view view;
    uint64_t first;
    uint64_t length;
};

/* What is asked of which recording; lives while the answer is made. */
struct listen {
    struct api *api;
    struct exchange *exchange;
    const struct index_recording *recording;
    struct reader_lease *lease; /* NULL once an answer has taken it */
    struct audio_view asked;
    struct view view;
    char etag[ETAG_BYTES];
    bool part;
    struct range range; /* where view.bytes is not 0; the whole unless part */
    bool download;
};

static uint64_t length_of(const struct listen *listen)
{
    return listen->view.bytes == 0 ? 0 : listen->range.last - listen->range.first + 1;
}

/* Blocks end where a sealed frame ends, so that no frame is opened twice. */
static ssize_t read_block(void *context, uint64_t position, char *buffer, size_t buffer_bytes)
{
    struct stream *stream = context;
    struct fault fault = {0};
    uint64_t offset = stream->first + position;
    uint64_t left = stream->length - position;

    if (left == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t count = left < buffer_bytes ? (size_t)left : buffer_bytes;
    size_t over =
        (size_t)(view_stored_offset(&stream->view, offset + count) % FORMAT_FRAME_DATA_BYTES);
    if (count < left && count > over)
        count -= over;
    enum status status = view_read(&stream->view, reader_lease_reader(stream->owned_lease), offset,
                                   (uint8_t *)buffer, count, &fault);
    if (status == STATUS_OK)
        return (ssize_t)count;
    log_event(LOG_ERROR, "audio.cut", "status=%s cause=\"%s\"", status_name(status), fault.text);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void end_stream(void *context)
{
    struct stream *stream = context;

    readers_release(stream->readers, stream->owned_lease, clock_mono_now());
    free(stream);
}

/* An answer that reads as it is sent; takes the lease with it. */
static struct MHD_Response *make_stream(struct listen *listen)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct MHD_Response *response = NULL;

    if (!stream)
        return NULL;
    stream->readers = listen->api->readers;
    stream->owned_lease = listen->lease;
    stream->view = listen->view;
    stream->first = listen->range.first;
    stream->length = length_of(listen);
    response = MHD_create_response_from_callback(stream->length, AUDIO_BLOCK_BYTES, read_block,
                                                 stream, end_stream);
    if (response)
        listen->lease = NULL;
    else
        free(stream);
    return response;
}

/* Read a small answer into memory. STATUS_OK with *response NULL: no memory. */
static enum status make_buffer(struct listen *listen, struct MHD_Response **response,
                               struct fault *fault)
{
    size_t length = (size_t)length_of(listen);
    uint8_t *data = malloc(length ? length : 1);
    enum status status = STATUS_OK;

    if (!data)
        return STATUS_OK;
    if (length > 0)
        status = view_read(&listen->view, reader_lease_reader(listen->lease), listen->range.first,
                           data, length, fault);
    if (status == STATUS_OK)
        *response = MHD_create_response_from_buffer(length, data, MHD_RESPMEM_MUST_FREE);
    if (!*response)
        free(data);
    return status;
}

/* The entry that says who heard what; made before the answer is. */
static enum status audit_listen(const struct listen *listen, struct fault *fault)
{
    const char *view = listen->asked.name;
    char actor[API_ACTOR_BYTES];
    char detail[160];

    (void)snprintf(detail, sizeof detail,
                   "{\"range\":\"bytes=%" PRIu64 "-%" PRIu64 "\",\"download\":%s%s%s%s}",
                   listen->range.first, listen->range.last, listen->download ? "true" : "false",
                   *view ? ",\"view\":\"" : "", view, *view ? "\"" : "");
    struct audit_entry entry =
        api_entry(listen->exchange, &listen->exchange->customer, "listen", detail, actor);
    entry.recording = &listen->recording->id;
    return index_writer_audit(listen->api->writer, &entry, fault);
}

static void describe(const struct listen *listen)
{
    struct exchange *exchange = listen->exchange;
    char text[AUDIO_NAME_BYTES + 32];

    answer_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE, "audio/ogg; codecs=opus");
    answer_header(exchange, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    answer_header(exchange, MHD_HTTP_HEADER_ETAG, listen->etag);
    answer_header(exchange, MHD_HTTP_HEADER_CACHE_CONTROL, cache_control);
    if (listen->part) {
        (void)snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                       listen->range.first, listen->range.last, listen->view.bytes);
        answer_header(exchange, MHD_HTTP_HEADER_CONTENT_RANGE, text);
    }
    if (listen->download) {
        char name[AUDIO_NAME_BYTES];
        audio_name(listen->recording, listen->asked.name, name);
        (void)snprintf(text, sizeof text, "attachment; filename=\"%s\"", name);
        answer_header(exchange, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text);
    }
}

static void answer_audio(struct listen *listen)
{
    struct MHD_Response *response = NULL;
    struct fault fault = {0};
    bool head = exchange_is_head(listen->exchange);

    if (!head && length_of(listen) <= AUDIO_AT_ONCE_BYTES) {
        enum status status = make_buffer(listen, &response, &fault);
        if (status != STATUS_OK) {
            recording_routes_unreadable(listen->exchange, listen->recording, status, &fault);
            return;
        }
    } else {
        response = make_stream(listen);
    }
    if (response && !head && audit_listen(listen, &fault) != STATUS_OK) {
        log_event(LOG_ERROR, "audit.failed", "action=listen cause=\"%s\"", fault.text);
        MHD_destroy_response(response);
        answer_retry(listen->exchange, PROBLEM_OVERLOADED, 1);
        return;
    }
    answer_response(listen->exchange, listen->part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
                    response);
    describe(listen);
}

static void answer_no_range(const struct listen *listen)
{
    char text[48];

    (void)snprintf(text, sizeof text, "bytes */%" PRIu64, listen->view.bytes);
    answer_problem(listen->exchange, PROBLEM_NO_SUCH_RANGE, NULL, NULL);
    answer_header(listen->exchange, MHD_HTTP_HEADER_CONTENT_RANGE, text);
}

/* No body follows, but the length must be the one of a 200 (RFC 9110 section 8.6). */
static void answer_not_modified(struct listen *listen)
{
    answer_response(listen->exchange, MHD_HTTP_NOT_MODIFIED, make_stream(listen));
    answer_header(listen->exchange, MHD_HTTP_HEADER_ETAG, listen->etag);
    answer_header(listen->exchange, MHD_HTTP_HEADER_CACHE_CONTROL, cache_control);
}

/* Range is defined for GET alone (RFC 9110 section 14.2). */
static enum range_kind choose_range(struct listen *listen)
{
    const struct exchange *exchange = listen->exchange;
    const char *wanted = exchange_header(exchange, MHD_HTTP_HEADER_RANGE);

    if (exchange_is_head(exchange) ||
        !conditional_range(exchange_header(exchange, MHD_HTTP_HEADER_IF_RANGE), listen->etag))
        return RANGE_WHOLE;
    return range_parse(wanted, listen->view.bytes, &listen->range);
}

/* In the order of RFC 9110 section 13.2.2. */
static void answer_listen(struct listen *listen)
{
    struct exchange *exchange = listen->exchange;
    const char *match = exchange_header(exchange, MHD_HTTP_HEADER_IF_MATCH);
    const char *none_match = exchange_header(exchange, MHD_HTTP_HEADER_IF_NONE_MATCH);

    if (match && !conditional_match(match, listen->etag)) {
        answer_problem(exchange, PROBLEM_TAG_DIFFERS, NULL, NULL);
        return;
    }
    if (none_match && conditional_none_match(none_match, listen->etag)) {
        answer_not_modified(listen);
        return;
    }
    enum range_kind kind = choose_range(listen);
    listen->part = kind == RANGE_PART;
    if (kind == RANGE_UNSATISFIABLE)
        answer_no_range(listen);
    else
        answer_audio(listen);
}

/* The hash of the audio itself, and which of it is heard: equal tags are equal bytes. */
static void write_etag(const uint8_t sha256_plain[static 32], const char *view,
                       char etag[static ETAG_BYTES])
{
    char hex[33];

    (void)sodium_bin2hex(hex, sizeof hex, sha256_plain, 16);
    (void)snprintf(etag, ETAG_BYTES, "\"%s%s%s\"", hex, *view ? "-" : "", view);
}

/* False where a parameter is wrong, which is answered then. */
static bool read_parameters(struct listen *listen)
{
    struct exchange *exchange = listen->exchange;
    const char *download = NULL;
    const char *parameter = NULL;

    if (exchange_query(exchange, "download", &download) != STATUS_OK ||
        (download && strcmp(download, "1") != 0 && strcmp(download, "0") != 0)) {
        answer_problem(exchange, PROBLEM_BAD_PARAMETER, "0 or 1 is expected", "download");
        return false;
    }
    listen->download = download && *download == '1';
    if (audio_view_read(exchange, &listen->asked, &parameter) == STATUS_OK)
        return true;
    answer_problem(exchange, PROBLEM_BAD_PARAMETER,
                   "channels is stereo or all; leg is a number from 0, without channels",
                   parameter);
    return false;
}

/* False where there is no such view, or it cannot be read, which is answered then. */
static bool choose_view(struct listen *listen)
{
    const struct recording_reader *reader = reader_lease_reader(listen->lease);
    struct fault fault = {0};
    enum status status =
        leg_view_make(listen->recording, reader, listen->asked.wanted, &listen->view, &fault);

    if (status == STATUS_NOT_FOUND)
        answer_problem(listen->exchange, PROBLEM_NO_LEG, NULL, NULL);
    else if (status != STATUS_OK)
        recording_routes_unreadable(listen->exchange, listen->recording, status, &fault);
    if (status != STATUS_OK)
        return false;
    listen->range.last = listen->view.bytes ? listen->view.bytes - 1 : 0;
    write_etag(recording_reader_summary(reader)->sha256_plain, listen->asked.name, listen->etag);
    return true;
}

void audio_routes_play(struct api *api, struct index *index, struct exchange *exchange)
{
    struct index_recording recording;
    struct listen listen = {.api = api, .exchange = exchange, .recording = &recording};

    if (!recording_routes_find(index, exchange, &recording) || !read_parameters(&listen) ||
        !recording_routes_open(api, exchange, &recording, &listen.lease))
        return;
    if (choose_view(&listen))
        answer_listen(&listen);
    readers_release(api->readers, listen.lease, clock_mono_now());
}
