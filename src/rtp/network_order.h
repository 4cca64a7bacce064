/**
 * network_order: fields of packets, most significant byte first. Pure. Private to this folder.
 */
#ifndef RECORDER_RTP_NETWORK_ORDER_H
#define RECORDER_RTP_NETWORK_ORDER_H

#include <stdint.h>

/** Load 2 bytes from in. */
static inline uint16_t network_order_u16(const uint8_t *in)
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

/** Load 4 bytes from in. */
static inline uint32_t network_order_u32(const uint8_t *in)
{
    return (uint32_t)network_order_u16(in) << 16 | network_order_u16(in + 2);
}

#endif
