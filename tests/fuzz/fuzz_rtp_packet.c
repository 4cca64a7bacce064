/* Any datagram: what is accepted lies within it, and the parts add up. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes)
{
    struct rtp_packet packet;
    struct rtp_packet before;
    uint8_t sum = 0;

    memset(&packet, 0x5a, sizeof packet);
    before = packet;
    if (rtp_packet_parse(data, data_bytes, &packet) != STATUS_OK) {
        if (memcmp(&packet, &before, sizeof packet) != 0)
            abort(); /* an output was touched on failure */
        return 0;
    }
    if (packet.payload < data + RTP_HEADER_BYTES ||
        packet.payload_bytes > (size_t)(data + data_bytes - packet.payload))
        abort();
    for (size_t i = 0; i < packet.payload_bytes; i++)
        sum = (uint8_t)(sum + packet.payload[i]); /* a sanitizer watches the reads */
    static volatile uint8_t kept;
    kept = sum;
    (void)kept;
    return 0;
}
