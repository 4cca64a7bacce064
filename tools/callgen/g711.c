#include "tools/callgen/g711.h"

/* Number of the segment: how often the magnitude can be halved before it is below `first`. */
static unsigned segment_of(unsigned magnitude, unsigned first)
{
    unsigned segment = 0;
    while (magnitude >= first) {
        magnitude >>= 1;
        segment++;
    }
    return segment;
}

uint8_t g711_alaw(int16_t sample)
{
    /* 13-bit scale of the Recommendation's table 1a: sign and 12 bits of magnitude */
    unsigned sign = sample >= 0 ? 0x80 : 0;
    unsigned magnitude = (unsigned)(sample >= 0 ? sample : -(sample + 1)) >> 3;
    unsigned segment = segment_of(magnitude, 32);
    unsigned step = segment == 0 ? magnitude >> 1 : magnitude >> segment;
    return (uint8_t)((sign | segment << 4 | (step & 15)) ^ 0x55);
}

uint8_t g711_ulaw(int16_t sample)
{
    /* table 2a: 14-bit scale with a bias of 33, here both times 4 */
    enum { BIAS = 132, CLIP = 32635 };
    unsigned sign = sample < 0 ? 0x80 : 0;
    unsigned magnitude = (unsigned)(sample < 0 ? -(int)sample : sample);
    magnitude = (magnitude > CLIP ? CLIP : magnitude) + BIAS;
    unsigned segment = segment_of(magnitude, 256);
    return (uint8_t) ~(sign | segment << 4 | ((magnitude >> (segment + 3)) & 15));
}
