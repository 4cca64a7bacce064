#include "encode/opus_pair.h"

#include <opus/opus.h>
#include <stdbool.h>
#include <stdlib.h>

#include "encode/opus_join.h"

enum {
    NARROW_BITS_PER_SECOND = 24000, /* legs of 8 kHz */
    WIDE_BITS_PER_SECOND = 32000,
    NARROW_RATE_HZ = 8000,
    /* two of these, joined, fill BOUND_OPUS_PACKET_BYTES at most */
    ENCODED_BYTES_MAX = (BOUND_OPUS_PACKET_BYTES - OPUS_LENGTH_BYTES_MAX) / OPUS_CHANNELS,
};

struct opus_pair {
    OpusEncoder *channel[OPUS_CHANNELS];
    bool fresh[OPUS_CHANNELS]; /* its rate was raised, and nothing encoded since */
    uint32_t rate_hz[OPUS_CHANNELS];
    uint16_t pre_skip;
};

static int configure(OpusEncoder *encoder, uint32_t rate_hz)
{
    opus_int32 bits_per_second =
        rate_hz > NARROW_RATE_HZ ? WIDE_BITS_PER_SECOND : NARROW_BITS_PER_SECOND;
    int error = opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits_per_second));

    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(0));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_VBR(1));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    return error;
}

static int open_encoder(uint32_t rate_hz, OpusEncoder **out)
{
    int error = OPUS_OK;
    OpusEncoder *encoder =
        opus_encoder_create((opus_int32)rate_hz, 1, OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error);

    if (error == OPUS_OK)
        error = configure(encoder, rate_hz);
    if (error == OPUS_OK)
        *out = encoder;
    else if (encoder)
        opus_encoder_destroy(encoder);
    return error;
}

static int open_channel(struct opus_pair *pair, size_t channel, uint32_t rate_hz)
{
    opus_int32 lookahead = 0;
    int error = open_encoder(rate_hz, &pair->channel[channel]);

    pair->rate_hz[channel] = rate_hz;
    if (error == OPUS_OK)
        error = opus_encoder_ctl(pair->channel[channel], OPUS_GET_LOOKAHEAD(&lookahead));
    if (error != OPUS_OK)
        return error;
    uint16_t pre_skip = (uint16_t)((uint32_t)lookahead * (OPUS_RATE_HZ / rate_hz));
    if (pre_skip > pair->pre_skip)
        pair->pre_skip = pre_skip;
    return OPUS_OK;
}

enum status opus_pair_open(const uint32_t rates_hz[static OPUS_CHANNELS], struct opus_pair **out,
                           struct fault *fault)
{
    struct opus_pair *pair = calloc(1, sizeof *pair);
    int error = OPUS_OK;

    if (!pair)
        return fault_set(fault, STATUS_NOMEM, 0, "open Opus encoder");
    for (size_t i = 0; i < OPUS_CHANNELS && error == OPUS_OK; i++)
        error = open_channel(pair, i, rates_hz[i]);
    if (error != OPUS_OK) {
        opus_pair_close(pair);
        return fault_set(fault, error == OPUS_ALLOC_FAIL ? STATUS_NOMEM : STATUS_INVALID, 0,
                         "open Opus encoder at %u and %u Hz: %s", rates_hz[0], rates_hz[1],
                         opus_strerror(error));
    }
    *out = pair;
    return STATUS_OK;
}

void opus_pair_close(struct opus_pair *owned_pair)
{
    if (!owned_pair)
        return;
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        if (owned_pair->channel[i])
            opus_encoder_destroy(owned_pair->channel[i]);
    free(owned_pair);
}

enum status opus_pair_raise(struct opus_pair *pair, size_t channel, uint32_t rate_hz)
{
    OpusEncoder *encoder = NULL;
    int error = open_encoder(rate_hz, &encoder);

    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_PREDICTION_DISABLED(1));
    if (error != OPUS_OK) {
        if (encoder)
            opus_encoder_destroy(encoder);
        return error == OPUS_ALLOC_FAIL ? STATUS_NOMEM : STATUS_INVALID;
    }
    opus_encoder_destroy(pair->channel[channel]);
    pair->channel[channel] = encoder;
    pair->rate_hz[channel] = rate_hz;
    pair->fresh[channel] = true;
    return STATUS_OK;
}

uint32_t opus_pair_rate_hz(const struct opus_pair *pair, size_t channel)
{
    return pair->rate_hz[channel];
}

size_t opus_pair_frame_samples(const struct opus_pair *pair, size_t channel)
{
    return pair->rate_hz[channel] / OPUS_FRAMES_PER_SECOND;
}

uint16_t opus_pair_pre_skip(const struct opus_pair *pair)
{
    return pair->pre_skip;
}

enum status opus_pair_encode(struct opus_pair *pair, const int16_t *left, const int16_t *right,
                             uint8_t packet[BOUND_OPUS_PACKET_BYTES], size_t *packet_bytes)
{
    const int16_t *const pcm[OPUS_CHANNELS] = {left, right};
    uint8_t encoded[OPUS_CHANNELS][ENCODED_BYTES_MAX];
    size_t encoded_bytes[OPUS_CHANNELS];

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        opus_int32 bytes =
            opus_encode(pair->channel[i], pcm[i], (int)opus_pair_frame_samples(pair, i), encoded[i],
                        ENCODED_BYTES_MAX);
        if (bytes <= 0)
            return STATUS_INVALID;
        encoded_bytes[i] = (size_t)bytes;
        /* its first packet foretold nothing from what decoders heard before; the next may */
        if (pair->fresh[i] &&
            opus_encoder_ctl(pair->channel[i], OPUS_SET_PREDICTION_DISABLED(0)) == OPUS_OK)
            pair->fresh[i] = false;
    }
    return opus_join(encoded[0], encoded_bytes[0], encoded[1], encoded_bytes[1], packet,
                     BOUND_OPUS_PACKET_BYTES, packet_bytes);
}
