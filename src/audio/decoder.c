#include "audio/decoder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decoder_conceal.h"

struct audio_decoder {
    const struct audio_setup *setup;
    const struct audio_codec *codec; /* of the last packet; NULL before any */
    void *state;                     /* its own; NULL where it has none or it could not be made */
    struct decoder_conceal *conceal; /* at its rate; NULL where not needed, or without memory */
    uint32_t conceal_rate_hz;
    bool heard; /* something to go on from, for what is invented */
};

enum status audio_decoder_create(const struct audio_setup *setup, struct audio_decoder **out)
{
    struct audio_decoder *decoder = calloc(1, sizeof *decoder);

    if (!decoder)
        return STATUS_NOMEM;
    decoder->setup = setup;
    *out = decoder;
    return STATUS_OK;
}

static void close_codec(struct audio_decoder *decoder)
{
    if (decoder->state)
        decoder->codec->close(decoder->state);
    decoder->state = NULL;
}

static void close_conceal(struct audio_decoder *decoder)
{
    decoder_conceal_destroy(decoder->conceal);
    decoder->conceal = NULL;
}

void audio_decoder_destroy(struct audio_decoder *owned_decoder)
{
    if (!owned_decoder)
        return;
    close_codec(owned_decoder);
    close_conceal(owned_decoder);
    free(owned_decoder);
}

/* One that another codec at the same rate brought goes on: the voice is the same. */
static void open_conceal(struct audio_decoder *decoder, const struct audio_codec *codec)
{
    if (codec->conceal || (decoder->conceal && decoder->conceal_rate_hz != codec->rate_hz))
        close_conceal(decoder);
    if (!codec->conceal && !decoder->conceal &&
        decoder_conceal_create(codec->rate_hz, &decoder->conceal) == STATUS_OK)
        decoder->conceal_rate_hz = codec->rate_hz;
}

/* The codec is in use behind STATUS_OK. */
static enum status use(struct audio_decoder *decoder, const struct audio_codec *codec)
{
    if (codec != decoder->codec) {
        close_codec(decoder);
        decoder->codec = codec;
        open_conceal(decoder, codec);
    }
    if (codec->open && !decoder->state)
        return codec->open(codec, decoder->setup, &decoder->state);
    return STATUS_OK;
}

enum status audio_decoder_decode(struct audio_decoder *decoder, const struct audio_codec *codec,
                                 const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    size_t samples = audio_codec_samples(codec, payload, payload_bytes);
    enum status status;

    if (!samples)
        return STATUS_INVALID;
    status = use(decoder, codec);
    if (status == STATUS_OK)
        status = codec->decode(decoder->state, payload, payload_bytes, pcm);
    if (status != STATUS_OK) {
        memset(pcm, 0, samples * sizeof *pcm);
        audio_decoder_pause(decoder);
        return status;
    }
    decoder->heard = true;
    if (decoder->conceal)
        decoder_conceal_hear(decoder->conceal, pcm, samples);
    return STATUS_OK;
}

void audio_decoder_conceal(struct audio_decoder *decoder, size_t samples, const uint8_t *next,
                           size_t next_bytes, int16_t *pcm)
{
    const struct audio_codec *codec = decoder->codec;

    if (decoder->heard && codec->conceal &&
        codec->conceal(decoder->state, samples, next, next_bytes, pcm) == STATUS_OK)
        return;
    if (decoder->heard && decoder->conceal)
        decoder_conceal_invent(decoder->conceal, pcm, samples);
    else
        memset(pcm, 0, samples * sizeof *pcm);
}

void audio_decoder_pause(struct audio_decoder *decoder)
{
    decoder->heard = false;
    if (decoder->conceal)
        decoder_conceal_forget(decoder->conceal);
}

uint32_t audio_decoder_rate_hz(const struct audio_decoder *decoder)
{
    return decoder->codec ? decoder->codec->rate_hz : 0;
}
