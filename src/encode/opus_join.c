#include "encode/opus_join.h"

#include <string.h>

enum {
    FRAME_BYTES_MAX = 1275, /* RFC 6716 section 3.2.1 */
    SHORT_LENGTH_MAX = 251, /* lengths up to here take one byte */
    PADDING_MORE = 255,     /* 254 bytes of padding, and another count follows */
    FRAMES_MAX = 48,        /* 120 ms of 2.5 ms */
};

/* What the extra length is, and where it belongs. */
struct delimiter {
    size_t offset;
    size_t frame_bytes;
};

/* Reads a one- or two-byte frame length (section 3.2.1). */
static enum status read_length(const uint8_t *packet, size_t end, size_t *offset, size_t *length)
{
    if (*offset >= end)
        return STATUS_INVALID;
    size_t value = packet[*offset];
    if (value <= SHORT_LENGTH_MAX) {
        *offset += 1;
    } else {
        if (end - *offset < OPUS_LENGTH_BYTES_MAX)
            return STATUS_INVALID;
        value += 4 * (size_t)packet[*offset + 1];
        *offset += 2;
    }
    *length = value;
    return STATUS_OK;
}

static size_t write_length(size_t length, uint8_t out[static OPUS_LENGTH_BYTES_MAX])
{
    if (length <= SHORT_LENGTH_MAX) {
        out[0] = (uint8_t)length;
        return 1;
    }
    out[0] = (uint8_t)(SHORT_LENGTH_MAX + 1 + (length & 3));
    out[1] = (uint8_t)((length - out[0]) >> 2);
    return 2;
}

/* Skips the padding lengths of a code 3 packet; *end moves in front of the padding. */
static enum status read_padding(const uint8_t *packet, size_t *offset, size_t *end)
{
    size_t padding = 0;
    uint8_t count;

    do {
        if (*offset >= *end)
            return STATUS_INVALID;
        count = packet[(*offset)++];
        padding += count == PADDING_MORE ? PADDING_MORE - 1u : count;
    } while (count == PADDING_MORE);
    if (padding > *end - *offset)
        return STATUS_INVALID;
    *end -= padding;
    return STATUS_OK;
}

/* Skips the lengths of all frames but the last; what is left for the last goes to *rest. */
static enum status read_lengths(const uint8_t *packet, size_t end, size_t frames, size_t *offset,
                                size_t *rest)
{
    size_t known = 0;

    for (size_t i = 0; i + 1 < frames; i++) {
        size_t length = 0;
        enum status status = read_length(packet, end, offset, &length);
        if (status != STATUS_OK)
            return status;
        known += length;
    }
    if (known > end - *offset)
        return STATUS_INVALID;
    *rest = end - *offset - known;
    return STATUS_OK;
}

/* Code 3: any number of frames, of equal (CBR) or own lengths (section 3.2.5). */
static enum status delimit_many(const uint8_t *packet, size_t packet_bytes,
                                struct delimiter *delimiter)
{
    size_t offset = 2;
    size_t end = packet_bytes;
    enum status status = STATUS_OK;

    if (packet_bytes < 2)
        return STATUS_INVALID;
    size_t frames = packet[1] & 0x3f;
    if (!frames || frames > FRAMES_MAX)
        return STATUS_INVALID;
    if (packet[1] & 0x40)
        status = read_padding(packet, &offset, &end);
    if (status != STATUS_OK)
        return status;
    size_t length = 0;
    if (packet[1] & 0x80) {
        status = read_lengths(packet, end, frames, &offset, &length);
        if (status != STATUS_OK)
            return status;
    } else {
        if ((end - offset) % frames)
            return STATUS_INVALID;
        length = (end - offset) / frames;
    }
    *delimiter = (struct delimiter){offset, length};
    return STATUS_OK;
}

/* Find the place and value of the length that the plain form leaves out. */
static enum status find_delimiter(const uint8_t *packet, size_t packet_bytes,
                                  struct delimiter *delimiter)
{
    size_t offset = 1;
    size_t length = 0;
    enum status status;

    if (!packet_bytes)
        return STATUS_INVALID;
    switch (packet[0] & 3) {
    case 0:
        *delimiter = (struct delimiter){1, packet_bytes - 1};
        break;
    case 1:
        if ((packet_bytes - 1) % 2)
            return STATUS_INVALID;
        *delimiter = (struct delimiter){1, (packet_bytes - 1) / 2};
        break;
    case 2:
        status = read_lengths(packet, packet_bytes, 2, &offset, &length);
        if (status != STATUS_OK)
            return status;
        *delimiter = (struct delimiter){offset, length};
        break;
    default:
        status = delimit_many(packet, packet_bytes, delimiter);
        if (status != STATUS_OK)
            return status;
        break;
    }
    return delimiter->frame_bytes > FRAME_BYTES_MAX ? STATUS_INVALID : STATUS_OK;
}

/* Rewrite a packet in the self-delimiting form. Statuses as opus_join. */
static enum status self_delimit(const uint8_t *packet, size_t packet_bytes, uint8_t *out,
                                size_t out_bytes, size_t *written)
{
    struct delimiter delimiter = {0};
    uint8_t length[OPUS_LENGTH_BYTES_MAX];
    enum status status = find_delimiter(packet, packet_bytes, &delimiter);

    if (status != STATUS_OK)
        return status;
    size_t length_bytes = write_length(delimiter.frame_bytes, length);
    if (packet_bytes > out_bytes || length_bytes > out_bytes - packet_bytes)
        return STATUS_LIMIT;
    memcpy(out, packet, delimiter.offset);
    memcpy(out + delimiter.offset, length, length_bytes);
    memcpy(out + delimiter.offset + length_bytes, packet + delimiter.offset,
           packet_bytes - delimiter.offset);
    *written = packet_bytes + length_bytes;
    return STATUS_OK;
}

enum status opus_join(const struct opus_packet *packets, size_t count, uint8_t *out,
                      size_t out_bytes, size_t *written)
{
    const struct opus_packet *last = &packets[count - 1];
    size_t used = 0;

    if (!last->bytes)
        return STATUS_INVALID;
    for (const struct opus_packet *packet = packets; packet < last; packet++) {
        size_t delimited = 0;
        enum status status =
            self_delimit(packet->data, packet->bytes, out + used, out_bytes - used, &delimited);
        if (status != STATUS_OK)
            return status;
        used += delimited;
    }
    if (last->bytes > out_bytes - used)
        return STATUS_LIMIT;
    memcpy(out + used, last->data, last->bytes);
    *written = used + last->bytes;
    return STATUS_OK;
}
