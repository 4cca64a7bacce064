#include "rtp/rtcp.h"

#include <assert.h>
#include <string.h>

#include "rtp/network_order.h"

enum {
    VERSION = 2,
    WORD_BYTES = 4,
    HEADER_BYTES = 4,
    SENDER_INFO_BYTES = 24, /* SSRC, then section 6.4.1's 20 bytes */
    BLOCK_BYTES = 24,
    TYPE_FIRST = 192, /* RFC 5761 section 4 */
    TYPE_LAST = 223,
    TYPE_SR = 200,
    TYPE_RR = 201,
    TYPE_SDES = 202,
    TYPE_BYE = 203,
    SDES_CNAME = 1,
    LOST_MAX = 0x7fffff,
    LOST_MIN = -0x800000,
};

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < WORD_BYTES; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    return out + WORD_BYTES;
}

bool rtcp_is(const uint8_t *data, size_t data_bytes)
{
    return data_bytes >= HEADER_BYTES && data[0] >> 6 == VERSION && data[1] >= TYPE_FIRST &&
           data[1] <= TYPE_LAST;
}

/* Bytes of the packet that begins here; 0 where it is none, or passes the end. */
static size_t packet_bytes(const uint8_t *data, size_t data_bytes)
{
    if (!rtcp_is(data, data_bytes))
        return 0;
    size_t bytes = ((size_t)network_order_u16(data + 2) + 1) * WORD_BYTES;
    return bytes > data_bytes ? 0 : bytes;
}

/* Bytes behind the header and before the padding; SIZE_MAX where the padding is not possible. */
static size_t body_bytes(const uint8_t *packet, size_t bytes)
{
    size_t body = bytes - HEADER_BYTES;

    if (!(packet[0] & 0x20))
        return body;
    size_t padding = packet[bytes - 1]; /* counts itself */
    return padding && padding <= body ? body - padding : SIZE_MAX;
}

static bool read_sender_report(const uint8_t *body, size_t bytes, struct rtcp_compound *compound)
{
    if (bytes < SENDER_INFO_BYTES)
        return false;
    if (compound->reports < RTCP_SOURCES_MAX)
        compound->report[compound->reports++] = (struct rtcp_sender_report){
            .ssrc = network_order_u32(body),
            .ntp = (uint64_t)network_order_u32(body + 4) << 32 | network_order_u32(body + 8),
            .timestamp = network_order_u32(body + 12),
            .packets = network_order_u32(body + 16),
            .octets = network_order_u32(body + 20),
        };
    return true;
}

static void keep_cname(uint32_t ssrc, const uint8_t *text, size_t bytes,
                       struct rtcp_compound *compound)
{
    if (compound->has_cname)
        return;
    compound->has_cname = true;
    compound->cname_ssrc = ssrc;
    for (size_t i = 0; i < bytes; i++)
        compound->cname[i] = text[i] < 0x20 || text[i] == 0x7f ? '?' : (char)text[i];
    compound->cname[bytes] = '\0';
}

/* The bytes of one chunk with the zeros that end it (section 6.5); 0 where it passes the end. */
static size_t read_chunk(const uint8_t *chunk, size_t bytes, struct rtcp_compound *compound)
{
    size_t offset = WORD_BYTES;

    if (bytes < WORD_BYTES)
        return 0;
    while (offset < bytes && chunk[offset]) {
        if (2 > bytes - offset)
            return 0;
        size_t text_bytes = chunk[offset + 1];
        if (text_bytes > bytes - offset - 2)
            return 0;
        if (chunk[offset] == SDES_CNAME)
            keep_cname(network_order_u32(chunk), chunk + offset + 2, text_bytes, compound);
        offset += 2 + text_bytes;
    }
    if (offset == bytes) /* nothing ends it: what was read stands, but no chunk follows */
        return 0;
    offset = (offset / WORD_BYTES + 1) * WORD_BYTES;
    return offset > bytes ? bytes : offset;
}

static bool read_sdes(const uint8_t *body, size_t bytes, size_t chunks,
                      struct rtcp_compound *compound)
{
    for (size_t i = 0, taken; i < chunks; i++, body += taken, bytes -= taken) {
        taken = read_chunk(body, bytes, compound);
        if (!taken)
            return false;
    }
    return true;
}

static bool read_bye(const uint8_t *body, size_t bytes, size_t sources,
                     struct rtcp_compound *compound)
{
    if (sources * WORD_BYTES > bytes)
        return false;
    for (size_t i = 0; i < sources && compound->byes < RTCP_SOURCES_MAX; i++)
        compound->bye[compound->byes++] = network_order_u32(body + i * WORD_BYTES);
    return true;
}

/* false: the packet contradicts itself, and what follows it cannot be trusted either. */
static bool read_packet(const uint8_t *packet, size_t bytes, struct rtcp_compound *compound)
{
    size_t body = body_bytes(packet, bytes);
    size_t count = packet[0] & 0x1f;

    if (body == SIZE_MAX)
        return false;
    switch (packet[1]) {
    case TYPE_SR:
        return read_sender_report(packet + HEADER_BYTES, body, compound) &&
               count * BLOCK_BYTES <= body - SENDER_INFO_BYTES;
    case TYPE_RR:
        return body >= WORD_BYTES && count * BLOCK_BYTES <= body - WORD_BYTES;
    case TYPE_SDES:
        return read_sdes(packet + HEADER_BYTES, body, count, compound);
    case TYPE_BYE:
        return read_bye(packet + HEADER_BYTES, body, count, compound);
    default: /* APP, XR, feedback: their length was checked, they hold nothing for us */
        return true;
    }
}

enum status rtcp_read(const uint8_t *data, size_t data_bytes, struct rtcp_compound *compound)
{
    size_t bytes = packet_bytes(data, data_bytes);

    if (!bytes)
        return STATUS_INVALID;
    *compound = (struct rtcp_compound){0};
    while (bytes && read_packet(data, bytes, compound)) {
        data += bytes;
        data_bytes -= bytes;
        bytes = packet_bytes(data, data_bytes);
    }
    return STATUS_OK;
}

static uint8_t *put_header(uint8_t *out, size_t count, uint8_t type, size_t bytes)
{
    size_t words = bytes / WORD_BYTES - 1;

    out[0] = (uint8_t)(VERSION << 6 | count);
    out[1] = type;
    out[2] = (uint8_t)(words >> 8);
    out[3] = (uint8_t)words;
    return out + HEADER_BYTES;
}

static uint8_t *put_block(uint8_t *out, const struct rtcp_block *block)
{
    int32_t lost = block->lost > LOST_MAX   ? LOST_MAX
                   : block->lost < LOST_MIN ? LOST_MIN
                                            : block->lost;

    out = put_u32(out, block->ssrc);
    out = put_u32(out, (uint32_t)block->fraction_lost << 24 | ((uint32_t)lost & 0xffffff));
    out = put_u32(out, block->highest);
    out = put_u32(out, block->jitter);
    out = put_u32(out, block->last_sr);
    return put_u32(out, block->delay_since_last_sr);
}

static uint8_t *put_cname(uint8_t *out, uint32_t ssrc, const char *cname)
{
    size_t text_bytes = strlen(cname);
    /* SSRC, item, at least one zero; then to the word */
    size_t chunk_bytes = (WORD_BYTES + 2 + text_bytes) / WORD_BYTES * WORD_BYTES + WORD_BYTES;

    assert(text_bytes < RTCP_CNAME_BYTES);
    out = put_header(out, 1, TYPE_SDES, HEADER_BYTES + chunk_bytes);
    memset(out, 0, chunk_bytes);
    (void)put_u32(out, ssrc);
    out[WORD_BYTES] = SDES_CNAME;
    out[WORD_BYTES + 1] = (uint8_t)text_bytes;
    memcpy(out + WORD_BYTES + 2, cname, text_bytes + 1); /* its zero ends the chunk */
    return out + chunk_bytes;
}

size_t rtcp_write_receiver_report(uint32_t ssrc, const struct rtcp_block *blocks,
                                  size_t block_count, const char *cname, bool bye, uint8_t *data)
{
    uint8_t *out = data;

    assert(block_count <= RTCP_SOURCES_MAX);
    out = put_header(out, block_count, TYPE_RR,
                     HEADER_BYTES + WORD_BYTES + block_count * BLOCK_BYTES);
    out = put_u32(out, ssrc);
    for (size_t i = 0; i < block_count; i++)
        out = put_block(out, &blocks[i]);
    out = put_cname(out, ssrc, cname);
    if (bye) {
        out = put_header(out, 1, TYPE_BYE, HEADER_BYTES + WORD_BYTES);
        out = put_u32(out, ssrc);
    }
    return (size_t)(out - data);
}

double rtcp_interval_s(bool first, uint32_t random)
{
    const double compensation = 2.71828182845904523536 - 1.5;
    double interval_s = first ? 2.5 : 5.0;

    return interval_s * (0.5 + (double)random / (double)UINT32_MAX) / compensation;
}
