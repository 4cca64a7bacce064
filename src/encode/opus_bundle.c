#include "encode/opus_bundle.h"

#include <assert.h>
#include <stdlib.h>

#include "encode/opus_join.h"
#include "encode/opus_stream.h"

static_assert((int)BOUND_OPUS_PACKET_BYTES >=
                  BOUND_OPUS_STREAMS * (BOUND_OPUS_STREAM_BYTES + OPUS_LENGTH_BYTES_MAX),
              "all streams of a packet fit");

struct opus_bundle {
    struct opus_settings settings;
    size_t streams;
    bool sleeps; /* the own streams */
    struct opus_stream stream[BOUND_OPUS_STREAMS];
};

enum status opus_bundle_open(const uint32_t rates_hz[static OPUS_CHANNELS],
                             struct opus_bundle **out, struct fault *fault)
{
    struct opus_bundle *bundle = calloc(1, sizeof *bundle);

    if (!bundle)
        return fault_set(fault, STATUS_NOMEM, 0, "open Opus encoder");
    bundle->streams = OPUS_CHANNELS;
    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        enum status status =
            opus_stream_open(&bundle->stream[i], rates_hz[i], rates_hz[i], &bundle->settings);
        if (status == STATUS_OK)
            continue;
        opus_bundle_close(bundle);
        return fault_set(fault, status, 0, "open Opus encoder at %u Hz", rates_hz[i]);
    }
    *out = bundle;
    return STATUS_OK;
}

void opus_bundle_close(struct opus_bundle *owned_bundle)
{
    if (!owned_bundle)
        return;
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        opus_stream_close(&owned_bundle->stream[i]);
    free(owned_bundle);
}

static int within(int value, int least, int most)
{
    return value < least || value > most ? 0 : value;
}

void opus_bundle_configure(struct opus_bundle *bundle, const struct opus_settings *settings,
                           size_t own)
{
    assert(own <= OPUS_OWN_MAX);
    bundle->settings = (struct opus_settings){
        .bitrate = within(settings->bitrate, OPUS_SETTINGS_BITRATE_MIN, OPUS_SETTINGS_BITRATE_MAX),
        .complexity = within(settings->complexity, 0, OPUS_SETTINGS_COMPLEXITY_MAX),
        .application =
            (enum opus_application)within((int)settings->application, OPUS_LOW_DELAY, OPUS_MUSIC),
    };
    bundle->streams = OPUS_CHANNELS + own;
    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        enum status status = opus_stream_configure(&bundle->stream[i], &bundle->settings);
        assert(status == STATUS_OK); /* nothing was encoded, and all is in its range */
    }
}

void opus_bundle_sleep(struct opus_bundle *bundle)
{
    bundle->sleeps = true;
}

void opus_bundle_wake(struct opus_bundle *bundle)
{
    bundle->sleeps = false;
    for (size_t i = OPUS_CHANNELS; i < bundle->streams; i++)
        bundle->stream[i].zero_frames = OPUS_STREAM_ZERO_FRAMES;
}

bool opus_bundle_sleeps(const struct opus_bundle *bundle)
{
    return bundle->sleeps;
}

const struct opus_settings *opus_bundle_settings(const struct opus_bundle *bundle)
{
    return &bundle->settings;
}

size_t opus_bundle_streams(const struct opus_bundle *bundle)
{
    return bundle->streams;
}

enum status opus_bundle_raise(struct opus_bundle *bundle, size_t stream, uint32_t rate_hz,
                              uint32_t audio_hz)
{
    struct opus_stream *raised = &bundle->stream[stream];

    assert(stream < bundle->streams);
    if (!raised->encoder)
        return opus_stream_open(raised, rate_hz, audio_hz, &bundle->settings);
    return opus_stream_raise(raised, rate_hz, audio_hz);
}

enum status opus_bundle_branch(struct opus_bundle *bundle, size_t stream, size_t channel,
                               uint32_t rate_hz, uint32_t audio_hz)
{
    assert(!bundle->sleeps && stream >= OPUS_CHANNELS && stream < bundle->streams &&
           channel < OPUS_CHANNELS && !bundle->stream[stream].encoder);
    return opus_stream_branch(&bundle->stream[stream], &bundle->stream[channel], rate_hz, audio_hz);
}

uint32_t opus_bundle_rate_hz(const struct opus_bundle *bundle, size_t stream)
{
    return bundle->stream[stream].rate_hz;
}

size_t opus_bundle_frame_samples(const struct opus_bundle *bundle, size_t stream)
{
    return bundle->stream[stream].rate_hz / OPUS_FRAMES_PER_SECOND;
}

uint16_t opus_bundle_pre_skip(const struct opus_bundle *bundle)
{
    return opus_stream_delay(&bundle->stream[0]);
}

/* What a sleeping own stream has in each packet. */
static const struct opus_packet asleep = {opus_nothing, sizeof opus_nothing};

static bool sleeps(const struct opus_bundle *bundle, size_t stream)
{
    return bundle->sleeps && stream >= OPUS_CHANNELS;
}

enum status opus_bundle_encode(struct opus_bundle *bundle, const int16_t *const *pcm,
                               uint8_t packet[BOUND_OPUS_PACKET_BYTES], size_t *packet_bytes)
{
    uint8_t encoded[BOUND_OPUS_STREAMS][BOUND_OPUS_STREAM_BYTES];
    struct opus_packet packets[BOUND_OPUS_STREAMS];

    for (size_t i = 0; i < bundle->streams; i++) {
        size_t bytes = 0;
        packets[i] = asleep;
        if (sleeps(bundle, i))
            continue;
        enum status status =
            opus_stream_encode(&bundle->stream[i], pcm[i], i >= OPUS_CHANNELS, encoded[i], &bytes);
        if (status != STATUS_OK)
            return status;
        packets[i] = (struct opus_packet){encoded[i], bytes};
    }
    return opus_join(packets, bundle->streams, packet, BOUND_OPUS_PACKET_BYTES, packet_bytes);
}

size_t opus_bundle_silence(const struct opus_bundle *bundle,
                           uint8_t packet[BOUND_OPUS_PACKET_BYTES])
{
    struct opus_packet packets[BOUND_OPUS_STREAMS];
    size_t packet_bytes = 0;

    for (size_t i = 0; i < bundle->streams; i++)
        packets[i] =
            sleeps(bundle, i) ? asleep : (struct opus_packet){opus_silence, sizeof opus_silence};
    enum status status =
        opus_join(packets, bundle->streams, packet, BOUND_OPUS_PACKET_BYTES, &packet_bytes);
    assert(status == STATUS_OK); /* they are known, and fit */
    return packet_bytes;
}
