/*
 * G.729 and its annexes A and B: frames of 10 octets, 10 ms each, the last of a packet possibly one
 * of 2 octets that tells the noise of a silence (RFC 3551 section 4.5.6). Decoded by a program of
 * its own (audio/g729_service.h).
 */
#include "audio/codec_rows.h"

#include <assert.h>
#include <stdlib.h>

#include "audio/g729_protocol.h"
#include "audio/g729_service.h"

static_assert(G729_FRAMES_MAX * G729_FRAME_SAMPLES == AUDIO_PACKET_SAMPLES_MAX,
              "every packet fits one message");

struct g729_state {
    struct g729_service *service;
    uint32_t channel;
};

static size_t samples_of(const struct audio_codec *codec, const uint8_t *payload,
                         size_t payload_bytes)
{
    (void)codec;
    (void)payload;
    return g729_frames(payload_bytes) * G729_FRAME_SAMPLES;
}

static enum status open_state(const struct audio_codec *codec, const struct audio_setup *setup,
                              void **state)
{
    struct g729_state *created;
    enum status status;

    (void)codec;
    if (!setup->g729)
        return STATUS_UNSUPPORTED;
    created = malloc(sizeof *created);
    if (!created)
        return STATUS_NOMEM;
    created->service = setup->g729;
    status = g729_service_open(created->service, &created->channel);
    if (status != STATUS_OK) {
        free(created);
        return status == STATUS_NOMEM ? STATUS_NOMEM : STATUS_UNSUPPORTED;
    }
    *state = created;
    return STATUS_OK;
}

static void close_state(void *owned_state)
{
    struct g729_state *state = owned_state;

    g729_service_close(state->service, state->channel);
    free(state);
}

static enum status decode(void *state, const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    const struct g729_state *self = state;

    return g729_service_decode(self->service, self->channel, payload, payload_bytes, pcm);
}

static enum status conceal(void *state, size_t samples, const uint8_t *payload,
                           size_t payload_bytes, int16_t *pcm)
{
    const struct g729_state *self = state;

    (void)payload;
    (void)payload_bytes;
    return g729_service_conceal(self->service, self->channel, samples, pcm);
}

/* Its figures are those of ITU-T G.113 appendix I for G.729 with annexes A and B. */
const struct audio_codec codec_g729 = {
    .name = "G729",
    .payload_type = 18,
    .clock_rate_hz = 8000,
    .rate_hz = 8000,
    .channels = 1,
    .kind = AUDIO_SOUND,
    .rank = 6,
    .impairment = 11,
    .robustness = 19,
    .samples = samples_of,
    .open = open_state,
    .close = close_state,
    .decode = decode,
    .conceal = conceal,
};
