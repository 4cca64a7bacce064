/*
 * Any bytes as payloads of every codec, in any order, with losses and pauses between them: as many
 * samples as were announced are written, not one more; what cannot be decoded is zeros.
 *
 * The input is a row of steps: a byte that says what, a byte that says how much, and so many bytes
 * of payload. G.729 is not decoded in this process: its packets find no decoder.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec_event.h"
#include "audio/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes);

static const struct {
    const char *name;
    uint32_t clock_rate_hz;
} sounds[] = {{"PCMA", 8000},  {"PCMU", 8000},   {"G722", 8000}, {"GSM", 8000},   {"opus", 48000},
              {"G729", 8000},  {"L16", 8000},    {"L16", 16000}, {"L16", 44100},  {"L16", 48000},
              {"L16*2", 8000}, {"L16*2", 44100}, {"L16", 11025}, {"L16*2", 22050}};

enum {
    SOUNDS = sizeof sounds / sizeof *sounds,
    SOUNDS_FIRST = 10, /* the others' steps are behind the rest */
    STEP_PAUSE = SOUNDS_FIRST,
    STEP_LOSS,           /* of which nothing behind is known */
    STEP_LOSS_WITH_NEXT, /* the payload is that of the packet behind */
    STEP_EVENT,
    STEP_OTHER_SOUNDS,
    STEPS = STEP_OTHER_SOUNDS + SOUNDS - SOUNDS_FIRST,
    LOSS_UNIT = 37,
    LOSS_MAX = 255 * LOSS_UNIT,
    GUARD = 0x5555,
};

static void decode(struct audio_decoder *decoder, size_t sound, const uint8_t *payload,
                   size_t payload_bytes)
{
    const struct audio_codec *codec =
        audio_codec_find(sounds[sound].name, sounds[sound].clock_rate_hz);
    size_t samples = audio_codec_samples(codec, payload, payload_bytes);
    int16_t *pcm;

    if (samples > AUDIO_PACKET_SAMPLES_MAX)
        abort();
    if (!samples)
        return;
    pcm = malloc(samples * sizeof *pcm); /* exactly: a sanitizer sees one too many */
    if (!pcm)
        abort();
    memset(pcm, 0x55, samples * sizeof *pcm);
    if (audio_decoder_decode(decoder, codec, payload, payload_bytes, pcm) != STATUS_OK)
        for (size_t i = 0; i < samples; i++)
            if (pcm[i])
                abort();
    if (audio_decoder_rate_hz(decoder) != codec->rate_hz)
        abort();
    free(pcm);
}

static void lose(struct audio_decoder *decoder, size_t samples, const uint8_t *next,
                 size_t next_bytes)
{
    static int16_t pcm[LOSS_MAX + 1];

    pcm[samples] = GUARD;
    audio_decoder_conceal(decoder, samples, next, next_bytes, pcm);
    if (pcm[samples] != GUARD)
        abort();
}

static void read_event(const uint8_t *payload, size_t payload_bytes)
{
    struct codec_event event;

    if (codec_event_parse(payload, payload_bytes, &event) == STATUS_OK &&
        (event.volume > 63 || (codec_event_name(event.event) != NULL) != (event.event <= 16)))
        abort();
}

static void step(struct audio_decoder *decoder, uint8_t what, const uint8_t *payload,
                 size_t payload_bytes)
{
    size_t samples = payload_bytes ? (size_t)payload[0] * LOSS_UNIT : 0;

    if (what % STEPS < SOUNDS_FIRST)
        decode(decoder, what % STEPS, payload, payload_bytes);
    else if (what % STEPS >= STEP_OTHER_SOUNDS)
        decode(decoder, what % STEPS - STEP_OTHER_SOUNDS + SOUNDS_FIRST, payload, payload_bytes);
    else if (what % STEPS == STEP_PAUSE)
        audio_decoder_pause(decoder);
    else if (what % STEPS == STEP_LOSS)
        lose(decoder, samples, NULL, 0);
    else if (what % STEPS == STEP_LOSS_WITH_NEXT)
        lose(decoder, samples, payload, payload_bytes);
    else
        read_event(payload, payload_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes)
{
    static const struct audio_setup nothing_shared;
    struct audio_decoder *decoder = NULL;

    if (audio_decoder_create(&nothing_shared, &decoder) != STATUS_OK)
        abort();
    while (data_bytes >= 2) {
        size_t left = data_bytes - 2;
        size_t payload_bytes = data[1] < left ? data[1] : left;
        uint8_t *payload = malloc(payload_bytes ? payload_bytes : 1);

        if (!payload)
            abort();
        memcpy(payload, data + 2, payload_bytes);
        step(decoder, data[0], payload, payload_bytes);
        free(payload);
        data += 2 + payload_bytes;
        data_bytes -= 2 + payload_bytes;
    }
    audio_decoder_destroy(decoder);
    return 0;
}
