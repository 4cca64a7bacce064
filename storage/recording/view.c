#include "storage/recording/view.h"

#include <assert.h>
#include <ogg/ogg.h>
#include <string.h>

enum {
    STORED_CHANNELS = 2,
    STORED_BYTES = VIEW_PAGE_BYTES + VIEW_HEAD_BYTES + STORED_CHANNELS,
    /* in the page */
    FLAGS_AT = 5,
    FLAG_FIRST = 2,
    SEGMENTS_AT = 26,
    LACING_AT = 27,
    /* in OpusHead */
    VERSION_AT = 8,
    CHANNELS_AT = 9,
    FAMILY_AT = 18,
    STREAMS_AT = 19,
    COUPLED_AT = 20,
    FAMILY_PLACED = 1, /* channels have places; one is mono */
    FAMILY_NONE = 255, /* they have none */
};

void view_as_stored(struct view *view, const struct recording_reader *reader)
{
    *view = (struct view){.bytes = recording_reader_summary(reader)->audio_bytes};
}

/* RFC 7845 section 5.1: a version with the same upper half is to be read alike. */
static bool is_ours(const uint8_t page[static STORED_BYTES])
{
    const uint8_t *head = page + VIEW_PAGE_BYTES;

    return memcmp(page, "OggS", 5) == 0 && (page[FLAGS_AT] & FLAG_FIRST) &&
           page[SEGMENTS_AT] == 1 && page[LACING_AT] == VIEW_HEAD_BYTES + STORED_CHANNELS &&
           memcmp(head, "OpusHead", 8) == 0 && (head[VERSION_AT] & 0xf0) == 0 &&
           head[CHANNELS_AT] == STORED_CHANNELS && head[FAMILY_AT] == FAMILY_PLACED &&
           head[STREAMS_AT] >= STORED_CHANNELS && head[COUPLED_AT] == 0 &&
           head[VIEW_HEAD_BYTES] == 0 && head[VIEW_HEAD_BYTES + 1] == 1;
}

enum status view_read_header(struct view *view, const struct recording_reader *reader,
                             struct fault *fault)
{
    view_as_stored(view, reader);
    if (view->bytes < STORED_BYTES)
        return fault_set(fault, STATUS_UNSUPPORTED, 0, "the audio has no header");
    enum status status = recording_reader_read(reader, 0, view->page, STORED_BYTES, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_ours(view->page))
        return fault_set(fault, STATUS_UNSUPPORTED, 0,
                         "the audio's header is not of two channels in streams of their own");
    view->streams = view->page[VIEW_PAGE_BYTES + STREAMS_AT];
    return STATUS_OK;
}

void view_choose(struct view *view, const uint8_t *stream, size_t channels)
{
    uint8_t *head = view->page + VIEW_PAGE_BYTES;

    assert(channels >= 1 && channels <= VIEW_CHANNELS_MAX && view->streams && !view->page_bytes);
    for (size_t i = 0; i < channels; i++)
        assert(stream[i] < view->streams);
    head[CHANNELS_AT] = (uint8_t)channels;
    head[FAMILY_AT] = channels == 1 ? FAMILY_PLACED : FAMILY_NONE;
    memcpy(head + VIEW_HEAD_BYTES, stream, channels);
    view->page[LACING_AT] = (uint8_t)(VIEW_HEAD_BYTES + channels);
    view->page_bytes = VIEW_PAGE_BYTES + VIEW_HEAD_BYTES + channels;
    view->stored_from = STORED_BYTES;
    view->bytes = view->bytes - STORED_BYTES + view->page_bytes;
    ogg_page page = {.header = view->page,
                     .header_len = VIEW_PAGE_BYTES,
                     .body = head,
                     .body_len = (long)(VIEW_HEAD_BYTES + channels)};
    ogg_page_checksum_set(&page);
}

uint64_t view_stored_offset(const struct view *view, uint64_t offset)
{
    return offset < view->page_bytes ? view->stored_from
                                     : offset - view->page_bytes + view->stored_from;
}

enum status view_read(const struct view *view, const struct recording_reader *reader,
                      uint64_t offset, uint8_t *data, size_t data_bytes, struct fault *fault)
{
    size_t made = 0;

    if (offset > view->bytes || data_bytes > view->bytes - offset)
        return fault_set(fault, STATUS_INVALID, 0, "read beyond the end of the recording");
    if (offset < view->page_bytes) {
        made = view->page_bytes - (size_t)offset;
        if (made > data_bytes)
            made = data_bytes;
        memcpy(data, view->page + offset, made);
    }
    return recording_reader_read(reader, view_stored_offset(view, offset + made), data + made,
                                 data_bytes - made, fault);
}
