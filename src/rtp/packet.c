#include "rtp/packet.h"

#include "rtp/network_order.h"
#include "rtp/rtcp.h"

enum { RTP_VERSION = 2, RTP_WORD_BYTES = 4 };

/* Where the payload begins, or 0 where CSRC list or extension pass the end. */
static size_t payload_offset(const uint8_t *data, size_t data_bytes)
{
    size_t offset = RTP_HEADER_BYTES + (size_t)(data[0] & 0x0f) * RTP_WORD_BYTES;

    if (offset > data_bytes)
        return 0;
    if (!(data[0] & 0x10))
        return offset;
    /* 16 bits defined by profile, 16 bits of length in words that follow (section 5.3.1) */
    if (RTP_WORD_BYTES > data_bytes - offset)
        return 0;
    size_t words = network_order_u16(data + offset + 2);
    offset += RTP_WORD_BYTES;
    if (words * RTP_WORD_BYTES > data_bytes - offset)
        return 0;
    return offset + words * RTP_WORD_BYTES;
}

enum status rtp_packet_parse(const uint8_t *data, size_t data_bytes, struct rtp_packet *packet)
{
    if (data_bytes < RTP_HEADER_BYTES || data[0] >> 6 != RTP_VERSION)
        return STATUS_INVALID;
    if (rtcp_is(data, data_bytes))
        return STATUS_UNSUPPORTED;
    size_t offset = payload_offset(data, data_bytes);
    if (!offset)
        return STATUS_INVALID;
    size_t padding = 0;
    if (data[0] & 0x20) {
        /* the last byte counts itself, so 0 is as wrong as more than there is */
        padding = data[data_bytes - 1];
        if (!padding || padding > data_bytes - offset)
            return STATUS_INVALID;
    }
    *packet = (struct rtp_packet){
        .marker = data[1] >> 7,
        .payload_type = data[1] & 0x7f,
        .sequence = network_order_u16(data + 2),
        .timestamp = network_order_u32(data + 4),
        .ssrc = network_order_u32(data + 8),
        .payload = data + offset,
        .payload_bytes = data_bytes - offset - padding,
    };
    return STATUS_OK;
}
