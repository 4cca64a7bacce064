#include "session/track_pages.h"

#include <assert.h>

#include "base/bounds.h"
#include "encode/opus_frame.h"
#include "session/recording.h"

enum { PAGE_FRAMES = RECORDING_PAGE_MS * OPUS_FRAMES_PER_SECOND / 1000 };

static_assert((int)BOUND_OPUS_PACKET_BYTES <= (int)OGG_BODY_BYTES_MAX &&
                  BOUND_OPUS_PACKET_BYTES / 255 + 1 <= (int)OGG_SEGMENTS_MAX,
              "an empty page takes any packet");

void track_pages_init(struct track_pages *pages, uint32_t serial)
{
    *pages = (struct track_pages){0};
    facts_init(&pages->unwritten);
    ogg_page_init(&pages->page, serial);
}

void track_pages_deinit(struct track_pages *pages)
{
    facts_deinit(&pages->unwritten);
}

void track_pages_begin(struct track_pages *pages, const struct recording_sink *sink, void *handle)
{
    pages->sink = sink;
    pages->handle = handle;
}

static void write_page(struct track_pages *pages, int64_t granule, bool last)
{
    const struct recording_sink *sink = pages->sink;
    const uint8_t *bytes;
    size_t page_bytes = ogg_page_close(&pages->page, granule, last, &bytes);

    if (sink->write(sink->context, pages->handle, bytes, page_bytes, granule) != STATUS_OK)
        facts_add(&pages->unwritten, FACT_UNWRITTEN, 0, pages->frames_before * OPUS_FRAME_GRANULE,
                  pages->frames * OPUS_FRAME_GRANULE, 0);
    pages->frames_before = pages->frames;
}

void track_pages_add_header(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes)
{
    const struct recording_sink *sink = pages->sink;
    const uint8_t *bytes;
    enum status status = ogg_page_add(&pages->page, packet, packet_bytes);

    assert(status == STATUS_OK); /* an empty page takes any packet */
    size_t page_bytes = ogg_page_close(&pages->page, 0, false, &bytes);
    if (sink->write(sink->context, pages->handle, bytes, page_bytes, -1) != STATUS_OK)
        facts_add(&pages->unwritten, FACT_UNWRITTEN, 0, 0, 1, 0);
}

void track_pages_add(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes)
{
    enum status status = ogg_page_add(&pages->page, packet, packet_bytes);

    if (status != STATUS_OK) {
        track_pages_close(pages);
        status = ogg_page_add(&pages->page, packet, packet_bytes);
        assert(status == STATUS_OK); /* an empty page takes any packet */
    }
    pages->frames++;
}

void track_pages_add_silence(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes)
{
    int64_t start = pages->frames * OPUS_FRAME_GRANULE;

    facts_add(&pages->unwritten, FACT_UNWRITTEN, 0, start, start + OPUS_FRAME_GRANULE, 0);
    track_pages_add(pages, packet, packet_bytes);
}

bool track_pages_is_full(const struct track_pages *pages)
{
    return pages->frames - pages->frames_before >= PAGE_FRAMES;
}

bool track_pages_is_due(const struct track_pages *pages)
{
    return ogg_page_packets(&pages->page) > 0 &&
           pages->sink->sync_in_ms(pages->sink->context) <= RECORDING_PAGE_LEAD_MS;
}

void track_pages_close(struct track_pages *pages)
{
    write_page(pages, pages->frames * OPUS_FRAME_GRANULE, false);
}

void track_pages_close_last(struct track_pages *pages, int64_t granule)
{
    write_page(pages, granule, true);
}
