#include "encode/opus_stream.h"

#include <opus/opus.h>
#include <string.h>

#include "encode/opus_frame.h"

enum {
    NARROW_RATE_HZ = 8000,
    MEDIUM_RATE_HZ = 12000,
    WIDE_RATE_HZ = 16000,
    SUPER_WIDE_RATE_HZ = 24000,
    CELT_TOC_MIN = 0x80, /* a packet's first byte from configuration 16 on (RFC 6716 section 3.1) */
};

/* The range coder's first bits say "silence" (RFC 6716 section 4.3); a single byte behind the first
 * would be taken for a lost frame. */
const uint8_t opus_silence[OPUS_SILENCE_BYTES] = {0x98, 0xff, 0xfe};
const uint8_t opus_nothing[OPUS_NOTHING_BYTES] = {0x98};

static int application_of(const struct opus_settings *settings)
{
    switch (settings->application) {
    case OPUS_LOW_DELAY:
        return OPUS_APPLICATION_RESTRICTED_LOWDELAY;
    case OPUS_SPEECH:
        return OPUS_APPLICATION_VOIP;
    case OPUS_MUSIC:
        return OPUS_APPLICATION_AUDIO;
    }
    return OPUS_BAD_ARG;
}

/* How much of the spectrum there can be something in. */
static opus_int32 bandwidth_of(uint32_t audio_hz)
{
    if (audio_hz <= NARROW_RATE_HZ)
        return OPUS_BANDWIDTH_NARROWBAND;
    if (audio_hz <= MEDIUM_RATE_HZ)
        return OPUS_BANDWIDTH_MEDIUMBAND;
    if (audio_hz <= WIDE_RATE_HZ)
        return OPUS_BANDWIDTH_WIDEBAND;
    if (audio_hz <= SUPER_WIDE_RATE_HZ)
        return OPUS_BANDWIDTH_SUPERWIDEBAND;
    return OPUS_BANDWIDTH_FULLBAND;
}

static opus_int32 bitrate_of(const struct opus_settings *settings, uint32_t audio_hz)
{
    if (settings->bitrate)
        return settings->bitrate;
    return audio_hz > NARROW_RATE_HZ ? OPUS_SETTINGS_BITRATE_WIDE : OPUS_SETTINGS_BITRATE_NARROW;
}

/* What depends on the audio; may change at any frame. */
static int fit(OpusEncoder *encoder, const struct opus_settings *settings, uint32_t audio_hz)
{
    int error = opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate_of(settings, audio_hz)));

    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(bandwidth_of(audio_hz)));
    return error;
}

static int configure(OpusEncoder *encoder, const struct opus_settings *settings, uint32_t audio_hz)
{
    opus_int32 signal = settings->application == OPUS_MUSIC ? OPUS_AUTO : OPUS_SIGNAL_VOICE;
    int error = fit(encoder, settings, audio_hz);

    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(settings->complexity));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_VBR(1));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
    if (error == OPUS_OK)
        error = opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(signal));
    return error;
}

static enum status make_encoder(uint32_t rate_hz, uint32_t audio_hz,
                                const struct opus_settings *settings, OpusEncoder **out)
{
    int error = OPUS_OK;
    OpusEncoder *encoder =
        opus_encoder_create((opus_int32)rate_hz, 1, application_of(settings), &error);

    if (error == OPUS_OK)
        error = configure(encoder, settings, audio_hz);
    if (error == OPUS_OK) {
        *out = encoder;
        return STATUS_OK;
    }
    if (encoder)
        opus_encoder_destroy(encoder);
    return error == OPUS_ALLOC_FAIL ? STATUS_NOMEM : STATUS_INVALID;
}

enum status opus_stream_open(struct opus_stream *stream, uint32_t rate_hz, uint32_t audio_hz,
                             const struct opus_settings *settings)
{
    OpusEncoder *encoder = NULL;
    enum status status = make_encoder(rate_hz, audio_hz, settings, &encoder);

    if (status != STATUS_OK)
        return status;
    *stream = (struct opus_stream){
        .encoder = encoder,
        .settings = *settings,
        .rate_hz = rate_hz,
        .audio_hz = audio_hz,
        /* one that was silent so far: decoders have heard zeros, and nothing may be foretold */
        .fresh = stream->zero_frames > 0,
    };
    return STATUS_OK;
}

void opus_stream_close(struct opus_stream *stream)
{
    if (stream->encoder)
        opus_encoder_destroy(stream->encoder);
    *stream = (struct opus_stream){0};
}

enum status opus_stream_configure(struct opus_stream *stream, const struct opus_settings *settings)
{
    int error = opus_encoder_ctl(stream->encoder, OPUS_SET_APPLICATION(application_of(settings)));

    if (error == OPUS_OK)
        error = configure(stream->encoder, settings, stream->audio_hz);
    if (error != OPUS_OK)
        return STATUS_INVALID;
    stream->settings = *settings;
    return STATUS_OK;
}

static bool is_zero(const int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        if (pcm[i])
            return false;
    return true;
}

/* Samples that an encoder may hold back. */
static size_t tail_samples(uint32_t rate_hz)
{
    enum { TAIL_US = 6500, US_PER_S = 1000000 };

    return (size_t)((uint64_t)rate_hz * TAIL_US / US_PER_S);
}

static void keep_tail(struct opus_stream *stream, const int16_t *pcm)
{
    size_t samples = tail_samples(stream->rate_hz);

    memcpy(stream->tail, pcm + stream->rate_hz / OPUS_FRAMES_PER_SECOND - samples,
           samples * sizeof *pcm);
}

/* Let a new encoder hear what the one before it holds back, between its samples in a straight line;
 * the packet is nobody's. */
static enum status prime(OpusEncoder *encoder, uint32_t rate_hz, const struct opus_stream *before)
{
    int16_t pcm[OPUS_FRAME_SAMPLES_MAX] = {0};
    uint8_t packet[BOUND_OPUS_STREAM_BYTES];
    size_t samples = tail_samples(rate_hz);
    size_t last = tail_samples(before->rate_hz) - 1;
    size_t frame_samples = rate_hz / OPUS_FRAMES_PER_SECOND;

    if (is_zero(before->tail, last + 1))
        return STATUS_OK;
    for (size_t i = 0; i < samples; i++) {
        size_t at = i * before->rate_hz / rate_hz;
        int32_t rest = (int32_t)(i * before->rate_hz % rate_hz);
        int32_t step = before->tail[at < last ? at + 1 : last] - before->tail[at];
        pcm[frame_samples - samples + i] =
            (int16_t)(before->tail[at] + (int64_t)step * rest / (int32_t)rate_hz);
    }
    if (opus_encoder_ctl(encoder, OPUS_SET_PREDICTION_DISABLED(1)) != OPUS_OK ||
        opus_encode(encoder, pcm, (int)frame_samples, packet, sizeof packet) <= 0)
        return STATUS_INVALID;
    /* decoders of SILK begin anew at another rate: an encoder that has heard something clicks */
    if (packet[0] < CELT_TOC_MIN && opus_encoder_ctl(encoder, OPUS_RESET_STATE) != OPUS_OK)
        return STATUS_INVALID;
    return STATUS_OK;
}

enum status opus_stream_branch(struct opus_stream *stream, const struct opus_stream *before,
                               uint32_t rate_hz, uint32_t audio_hz)
{
    OpusEncoder *encoder = NULL;

    enum status status = make_encoder(rate_hz, audio_hz, &before->settings, &encoder);
    if (status != STATUS_OK)
        return status;
    status = prime(encoder, rate_hz, before);
    if (status != STATUS_OK) {
        opus_encoder_destroy(encoder);
        return status;
    }
    *stream = (struct opus_stream){
        .encoder = encoder,
        .settings = before->settings,
        .rate_hz = rate_hz,
        .audio_hz = audio_hz,
        .fresh = true,
    };
    return STATUS_OK;
}

/* Audio of a higher rate in samples of the same: no new encoder is needed. */
static enum status widen(struct opus_stream *stream, uint32_t audio_hz)
{
    if (audio_hz <= stream->audio_hz)
        return STATUS_OK;
    if (fit(stream->encoder, &stream->settings, audio_hz) != OPUS_OK)
        return STATUS_INVALID;
    stream->audio_hz = audio_hz;
    return STATUS_OK;
}

enum status opus_stream_raise(struct opus_stream *stream, uint32_t rate_hz, uint32_t audio_hz)
{
    OpusEncoder *encoder = NULL;
    uint32_t highest_hz = audio_hz > stream->audio_hz ? audio_hz : stream->audio_hz;

    if (rate_hz <= stream->rate_hz)
        return widen(stream, audio_hz);
    enum status status = make_encoder(rate_hz, highest_hz, &stream->settings, &encoder);
    if (status != STATUS_OK)
        return status;
    status = prime(encoder, rate_hz, stream);
    if (status != STATUS_OK) {
        opus_encoder_destroy(encoder);
        return status;
    }
    opus_encoder_destroy(stream->encoder);
    stream->encoder = encoder;
    stream->rate_hz = rate_hz;
    stream->audio_hz = highest_hz;
    stream->fresh = true;
    return STATUS_OK;
}

uint16_t opus_stream_delay(const struct opus_stream *stream)
{
    opus_int32 lookahead = 0;

    if (opus_encoder_ctl(stream->encoder, OPUS_GET_LOOKAHEAD(&lookahead)) != OPUS_OK)
        return 0;
    return (uint16_t)((uint32_t)lookahead * (OPUS_RATE_HZ / stream->rate_hz));
}

/* Whether the frame needs no encoder; what was encoded before has come out of it by then. */
static bool rests(struct opus_stream *stream, const int16_t *pcm, bool may_rest)
{
    if (!stream->encoder) {
        stream->zero_frames = OPUS_STREAM_ZERO_FRAMES;
        return true;
    }
    if (!may_rest || !is_zero(pcm, stream->rate_hz / OPUS_FRAMES_PER_SECOND)) {
        if (stream->zero_frames >= OPUS_STREAM_ZERO_FRAMES) {
            (void)opus_encoder_ctl(stream->encoder, OPUS_RESET_STATE);
            stream->fresh = true;
        }
        stream->zero_frames = 0;
        return false;
    }
    if (stream->zero_frames < OPUS_STREAM_ZERO_FRAMES) {
        stream->zero_frames++;
        return false;
    }
    return true;
}

enum status opus_stream_encode(struct opus_stream *stream, const int16_t *pcm, bool may_rest,
                               uint8_t packet[BOUND_OPUS_STREAM_BYTES], size_t *bytes)
{
    if (rests(stream, pcm, may_rest)) {
        memcpy(packet, opus_silence, sizeof opus_silence);
        *bytes = sizeof opus_silence;
        return STATUS_OK;
    }
    if (stream->fresh &&
        opus_encoder_ctl(stream->encoder, OPUS_SET_PREDICTION_DISABLED(1)) != OPUS_OK)
        return STATUS_INVALID;
    opus_int32 encoded =
        opus_encode(stream->encoder, pcm, (int)(stream->rate_hz / OPUS_FRAMES_PER_SECOND), packet,
                    BOUND_OPUS_STREAM_BYTES);
    if (encoded <= 0)
        return STATUS_INVALID;
    keep_tail(stream, pcm);
    /* its first packet foretold nothing from what decoders heard before; the next may */
    if (stream->fresh &&
        opus_encoder_ctl(stream->encoder, OPUS_SET_PREDICTION_DISABLED(0)) == OPUS_OK)
        stream->fresh = false;
    *bytes = (size_t)encoded;
    return STATUS_OK;
}
