#include "storage/recording/pages.h"

#include <string.h>

#include "base/bytes.h"

enum {
    SAMPLES_PER_MS = 48,
    FLAG_END = 4,
    HEAD_BYTES = 19, /* least of an OpusHead packet */
    PRE_SKIP_AT = 10,
    FAMILY_AT = 18,
    STREAMS_AT = 19,
    SEGMENTS_AT = 26, /* of a page's head */
    LACING_AT = 27,
    LACING_MORE = 255, /* the packet goes on in the next segment */
};

void pages_init(struct pages *pages)
{
    *pages = (struct pages){.count = 0};
    (void)ogg_sync_init(&pages->sync);
}

void pages_deinit(struct pages *pages)
{
    if (pages)
        (void)ogg_sync_clear(&pages->sync);
}

enum status pages_feed(struct pages *pages, const uint8_t *data, size_t data_bytes)
{
    char *buffer = ogg_sync_buffer(&pages->sync, (long)data_bytes);

    if (!buffer)
        return STATUS_NOMEM;
    memcpy(buffer, data, data_bytes);
    return ogg_sync_wrote(&pages->sync, (long)data_bytes) == 0 ? STATUS_OK : STATUS_NOMEM;
}

static void note_page(struct pages *pages, const ogg_page *page)
{
    int64_t granule = ogg_page_granulepos(page);

    if (ogg_page_bos(page) && page->body_len >= HEAD_BYTES &&
        memcmp(page->body, "OpusHead", 8) == 0) {
        pages->pre_skip = bytes_get_u16(page->body + PRE_SKIP_AT);
        if (page->body[FAMILY_AT] != 0 && page->body_len > STREAMS_AT)
            pages->streams = page->body[STREAMS_AT];
    }
    if (granule >= 0)
        pages->last_granule = granule;
    pages->serial = ogg_page_serialno(page);
    pages->sequence = ogg_page_pageno(page);
    pages->ended = ogg_page_eos(page) != 0;
    pages->count++;
}

void pages_note(struct pages *pages, const struct pages_page *page)
{
    ogg_page found = {.header = (uint8_t *)(uintptr_t)page->head,
                      .header_len = (long)page->head_bytes,
                      .body = (uint8_t *)(uintptr_t)page->payload,
                      .body_len = (long)page->payload_bytes};

    note_page(pages, &found);
}

enum status pages_next(struct pages *pages, struct pages_page *page)
{
    ogg_page found;
    long length;

    do
        length = ogg_sync_pageseek(&pages->sync, &found);
    while (length < 0); /* bytes passed over */
    if (length == 0)
        return STATUS_END;
    note_page(pages, &found);
    *page = (struct pages_page){.head = found.header,
                                .head_bytes = (size_t)found.header_len,
                                .payload = found.body,
                                .payload_bytes = (size_t)found.body_len,
                                .granule = ogg_page_granulepos(&found),
                                .sequence = (uint32_t)ogg_page_pageno(&found),
                                .packets = (size_t)ogg_page_packets(&found)};
    return STATUS_OK;
}

enum status pages_packet(const struct pages_page *page, size_t *segment, size_t *offset,
                         struct pages_packet *packet)
{
    size_t bytes = 0;

    for (size_t i = *segment; i < page->head[SEGMENTS_AT]; i++) {
        bytes += page->head[LACING_AT + i];
        if (page->head[LACING_AT + i] == LACING_MORE)
            continue;
        *packet = (struct pages_packet){page->payload + *offset, bytes};
        *segment = i + 1;
        *offset += bytes;
        return STATUS_OK;
    }
    return STATUS_END;
}

void pages_break(struct pages *pages)
{
    (void)ogg_sync_reset(&pages->sync);
}

int64_t pages_duration_ms(const struct pages *pages)
{
    int64_t samples = pages->last_granule - pages->pre_skip;

    return samples > 0 ? samples / SAMPLES_PER_MS : 0;
}

void pages_end(const struct pages *pages, uint8_t out[static PAGES_END_BYTES])
{
    static const uint8_t capture[] = {'O', 'g', 'g', 'S'};
    ogg_page page = {.header = out, .header_len = PAGES_END_BYTES};

    memset(out, 0, PAGES_END_BYTES);
    memcpy(out, capture, sizeof capture);
    out[5] = FLAG_END;
    bytes_put_u64(out + 6, UINT64_MAX); /* -1: no packet ends here (RFC 3533 section 6) */
    bytes_put_u32(out + 14, (uint32_t)pages->serial);
    bytes_put_u32(out + 18, (uint32_t)(pages->sequence + 1));
    ogg_page_checksum_set(&page);
}
