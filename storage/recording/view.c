#include "storage/recording/view.h"

#include <assert.h>
#include <ogg/ogg.h>
#include <string.h>

#include "storage/recording/granules.h"

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

void view_swap(struct view *view, size_t side, size_t stream)
{
    assert(side < SWAP_SIDES && stream >= SWAP_SIDES && stream < view->streams);
    view->swap.streams = view->streams;
    view->swap.own[side] = (uint8_t)stream;
}

uint64_t view_stored_offset(const struct view *view, uint64_t offset)
{
    return offset < view->page_bytes ? view->stored_from
                                     : offset - view->page_bytes + view->stored_from;
}

/* Where the last page begins that the seek table knows at or before an offset. */
static enum status find_page(const struct view *view, const struct recording_reader *reader,
                             uint64_t offset, uint64_t *at, struct fault *fault)
{
    struct bytes table;
    size_t first = 0;

    bytes_init(&table, (size_t)GRANULES_ENTRIES_MAX * GRANULES_ENTRY_BYTES);
    enum status status = recording_reader_section(reader, SECTION_GRANULES, &table, fault);
    if (status == STATUS_OK) {
        size_t behind = table.len / GRANULES_ENTRY_BYTES;
        while (first < behind) {
            size_t middle = first + (behind - first) / 2;
            if (bytes_get_u64(table.data + middle * GRANULES_ENTRY_BYTES) > offset)
                behind = middle;
            else
                first = middle + 1;
        }
        *at = first ? bytes_get_u64(table.data + (first - 1) * GRANULES_ENTRY_BYTES)
                    : view->stored_from;
    }
    bytes_deinit(&table);
    return status;
}

/* A page and where it is stored. */
struct page {
    uint64_t at;
    size_t bytes;
    uint8_t data[SWAP_PAGE_BYTES_MAX];
};

/* Measure the page at page->at; read it and swap, if it reaches past an offset. */
static enum status read_page(const struct view *view, const struct recording_reader *reader,
                             uint64_t offset, struct page *page, struct fault *fault)
{
    uint64_t left = recording_reader_summary(reader)->audio_bytes - page->at;
    size_t head_bytes = left < SWAP_PAGE_HEAD_BYTES ? (size_t)left : SWAP_PAGE_HEAD_BYTES;

    enum status status = recording_reader_read(reader, page->at, page->data, head_bytes, fault);
    if (status != STATUS_OK)
        return status;
    status = swap_page_bytes(page->data, head_bytes, &page->bytes);
    if (status != STATUS_OK || page->bytes > left)
        return fault_set(fault, STATUS_CORRUPT, 0, "no page of ours");
    if (page->at + page->bytes <= offset)
        return STATUS_OK;
    status = recording_reader_read(reader, page->at, page->data, page->bytes, fault);
    if (status != STATUS_OK)
        return status;
    if (swap_page(&view->swap, page->data, page->bytes) != STATUS_OK)
        return fault_set(fault, STATUS_CORRUPT, 0, "a packet is not of its streams");
    return STATUS_OK;
}

/* As recording_reader_read, from behind the first page. */
static enum status read_swapped(const struct view *view, const struct recording_reader *reader,
                                uint64_t offset, uint8_t *data, size_t data_bytes,
                                struct fault *fault)
{
    struct page page = {0};

    if (!data_bytes)
        return STATUS_OK;
    enum status status = find_page(view, reader, offset, &page.at, fault);
    while (status == STATUS_OK && data_bytes > 0) {
        status = read_page(view, reader, offset, &page, fault);
        if (status != STATUS_OK)
            break;
        if (page.at + page.bytes > offset) {
            size_t skip = (size_t)(offset - page.at);
            size_t count = page.bytes - skip < data_bytes ? page.bytes - skip : data_bytes;
            memcpy(data, page.data + skip, count);
            data += count;
            data_bytes -= count;
            offset += count;
        }
        page.at += page.bytes;
    }
    return status;
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
    uint64_t stored = view_stored_offset(view, offset + made);
    if (view->swap.streams)
        return read_swapped(view, reader, stored, data + made, data_bytes - made, fault);
    return recording_reader_read(reader, stored, data + made, data_bytes - made, fault);
}
