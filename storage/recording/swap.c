#include "storage/recording/swap.h"

#include <ogg/ogg.h>
#include <stdbool.h>
#include <string.h>

#include "base/bounds.h"

enum {
    GRANULE_AT = 6,
    GRANULE_BYTES = 8,
    SEGMENTS_AT = 26,
    LACING_AT = 27,
    LACING_MORE = 255,
    CODE_MASK = 3,    /* of a packet's first byte; 0: one frame (RFC 6716 section 3.2.2) */
    SHORT_MAX = 251,  /* lengths up to here take one byte (section 3.2.1) */
    NOTHING_BYTES = 2 /* a frame without data, and its length */
};

/* Where the streams of a packet lie: stream i from at[i] to at[i + 1]. */
struct layout {
    size_t at[BOUND_OPUS_STREAMS + 1];
};

enum status swap_page_bytes(const uint8_t *head, size_t head_bytes, size_t *page_bytes)
{
    if (head_bytes < LACING_AT || memcmp(head, "OggS", 5) != 0 ||
        head_bytes - LACING_AT < head[SEGMENTS_AT])
        return STATUS_CORRUPT;
    size_t bytes = LACING_AT + (size_t)head[SEGMENTS_AT];
    for (size_t i = 0; i < head[SEGMENTS_AT]; i++)
        bytes += head[LACING_AT + i];
    if (bytes > SWAP_PAGE_BYTES_MAX)
        return STATUS_CORRUPT;
    *page_bytes = bytes;
    return STATUS_OK;
}

/* Passes over one frame in the self-delimiting form (RFC 6716 appendix B). */
static enum status skip_stream(const uint8_t *packet, size_t packet_bytes, size_t *at)
{
    size_t left = packet_bytes - *at;

    if (left < 2 || (packet[*at] & CODE_MASK) != 0)
        return STATUS_CORRUPT;
    size_t length = packet[*at + 1];
    size_t head = 2;
    if (length > SHORT_MAX) {
        if (left < 3)
            return STATUS_CORRUPT;
        length += 4 * (size_t)packet[*at + 2];
        head = 3;
    }
    if (length > left - head)
        return STATUS_CORRUPT;
    *at += head + length;
    return STATUS_OK;
}

static enum status lay_out(const uint8_t *packet, size_t packet_bytes, size_t streams,
                           struct layout *layout)
{
    size_t at = 0;

    if (streams < 1 || streams > BOUND_OPUS_STREAMS)
        return STATUS_CORRUPT;
    for (size_t i = 0; i + 1 < streams; i++) {
        layout->at[i] = at;
        enum status status = skip_stream(packet, packet_bytes, &at);
        if (status != STATUS_OK)
            return status;
    }
    layout->at[streams - 1] = at;
    layout->at[streams] = packet_bytes;
    return at < packet_bytes ? STATUS_OK : STATUS_CORRUPT;
}

/* Which stream comes in the place of each; false where all stay. */
static bool choose(const struct swap *swap, const struct layout *layout, size_t *from)
{
    bool changed = false;

    for (size_t i = 0; i < swap->streams; i++)
        from[i] = i;
    for (size_t side = 0; side < SWAP_SIDES; side++) {
        size_t own = swap->own[side];
        if (own < SWAP_SIDES || own + 1 >= swap->streams ||
            layout->at[own + 1] - layout->at[own] != NOTHING_BYTES)
            continue;
        from[own] = side;
        from[side] = own;
        changed = true;
    }
    return changed;
}

static enum status swap_packet(const struct swap *swap, uint8_t *packet, size_t packet_bytes,
                               bool *changed)
{
    uint8_t made[SWAP_PAGE_BYTES_MAX];
    size_t from[BOUND_OPUS_STREAMS];
    struct layout layout;
    size_t used = 0;

    enum status status = lay_out(packet, packet_bytes, swap->streams, &layout);
    if (status != STATUS_OK || !choose(swap, &layout, from))
        return status;
    for (size_t i = 0; i < swap->streams; i++) {
        size_t bytes = layout.at[from[i] + 1] - layout.at[from[i]];
        memcpy(made + used, packet + layout.at[from[i]], bytes);
        used += bytes;
    }
    memcpy(packet, made, packet_bytes);
    *changed = true;
    return STATUS_OK;
}

static bool is_header(const uint8_t *page)
{
    static const uint8_t none[GRANULE_BYTES];

    return memcmp(page + GRANULE_AT, none, sizeof none) == 0;
}

enum status swap_page(const struct swap *swap, uint8_t *page, size_t page_bytes)
{
    size_t head_bytes = LACING_AT + (size_t)page[SEGMENTS_AT];
    uint8_t *packet = page + head_bytes;
    size_t packet_bytes = 0;
    bool changed = false;

    for (size_t i = 0; i < page[SEGMENTS_AT] && !is_header(page); i++) {
        packet_bytes += page[LACING_AT + i];
        if (page[LACING_AT + i] == LACING_MORE)
            continue;
        enum status status = swap_packet(swap, packet, packet_bytes, &changed);
        if (status != STATUS_OK)
            return status;
        packet += packet_bytes;
        packet_bytes = 0;
    }
    if (packet_bytes) /* ours never go on on another page */
        return STATUS_CORRUPT;
    ogg_page made = {page, (long)head_bytes, page + head_bytes, (long)(page_bytes - head_bytes)};
    if (changed)
        ogg_page_checksum_set(&made);
    return STATUS_OK;
}
