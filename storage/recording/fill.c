#include "storage/recording/fill.h"

#include <ogg/ogg.h>
#include <string.h>

#include "base/bytes.h"

enum { HEAD_BYTES = 27 };

void fill_begin(struct fill *fill, const struct holes_gap *gap, int serial, unsigned streams)
{
    *fill = (struct fill){.serial = serial,
                          .streams = streams,
                          .sequence = gap->sequence,
                          .pages = gap->pages,
                          .granule = gap->start,
                          .end = gap->end};
    if (fill->streams < 1)
        fill->streams = 1;
    if (fill->streams > BOUND_OPUS_STREAMS)
        fill->streams = BOUND_OPUS_STREAMS;
}

/* 20 ms of each stream, CELT, whose first symbol says "silence"; all but the last in the
 * self-delimiting form (RFC 6716 appendix B). */
static size_t put_packet(unsigned streams, uint8_t *out)
{
    static const uint8_t delimited[] = {0x98, 0x02, 0xff, 0xfe};
    static const uint8_t last[] = {0x98, 0xff, 0xfe};
    size_t bytes = 0;

    for (unsigned i = 0; i + 1 < streams; i++, bytes += sizeof delimited)
        memcpy(out + bytes, delimited, sizeof delimited);
    memcpy(out + bytes, last, sizeof last);
    return bytes + sizeof last;
}

/* As many packets as each page that is left must take. */
static size_t packets_of(const struct fill *fill)
{
    int64_t frames = (fill->end - fill->granule) / PAGES_PACKET_GRANULES;
    int64_t share = (frames + fill->pages - 1) / fill->pages;

    return share < FILL_PACKETS_MAX ? (size_t)share : FILL_PACKETS_MAX;
}

/* Bytes of the packets, and their lengths into the head. */
static size_t put_packets(const struct fill *fill, uint8_t *lacing, size_t packets, uint8_t *out)
{
    size_t bytes = 0;

    for (size_t i = 0; i < packets; i++) {
        size_t packet_bytes = put_packet(fill->streams, out + bytes);
        lacing[i] = (uint8_t)packet_bytes;
        bytes += packet_bytes;
    }
    return bytes;
}

enum status fill_next(struct fill *fill, uint8_t made[static FILL_PAGE_BYTES_MAX],
                      struct pages_page *page)
{
    static const uint8_t capture[] = {'O', 'g', 'g', 'S'};
    size_t packets = fill->pages ? packets_of(fill) : 0;

    if (!packets)
        return STATUS_END;
    *page = (struct pages_page){.head = made,
                                .head_bytes = HEAD_BYTES + packets,
                                .payload = made + HEAD_BYTES + packets,
                                .granule = fill->granule + (int64_t)packets * PAGES_PACKET_GRANULES,
                                .sequence = fill->sequence,
                                .packets = packets};
    memset(made, 0, HEAD_BYTES);
    memcpy(made, capture, sizeof capture);
    bytes_put_u64(made + 6, (uint64_t)page->granule);
    bytes_put_u32(made + 14, (uint32_t)fill->serial);
    bytes_put_u32(made + 18, fill->sequence);
    made[26] = (uint8_t)packets;
    page->payload_bytes = put_packets(fill, made + HEAD_BYTES, packets, made + page->head_bytes);
    ogg_page sum = {.header = made,
                    .header_len = (long)page->head_bytes,
                    .body = made + page->head_bytes,
                    .body_len = (long)page->payload_bytes};
    ogg_page_checksum_set(&sum);
    fill->granule = page->granule;
    fill->sequence++;
    fill->pages--;
    return STATUS_OK;
}
