#include "session/track_encoder.h"

#include "encode/opus_header.h"
#include "session/mix.h"

/* What is read for one frame. */
struct sound {
    int16_t channel[OPUS_CHANNELS][OPUS_FRAME_SAMPLES_MAX];
    int16_t alone[BOUND_CALL_STREAMS][OPUS_FRAME_SAMPLES_MAX];
};

void track_encoder_init(struct track_encoder *encoder)
{
    *encoder = (struct track_encoder){0};
}

void track_encoder_deinit(struct track_encoder *encoder)
{
    opus_bundle_close(encoder->bundle);
    track_peaks_deinit(&encoder->peaks);
}

void track_encoder_want(struct track_encoder *encoder, enum recording_channel channel,
                        uint32_t rate_hz)
{
    if (rate_hz > encoder->channel[channel].rate_hz)
        encoder->channel[channel].rate_hz = rate_hz;
}

enum status track_encoder_open(struct track_encoder *encoder, struct fault *fault)
{
    struct track_channel *channel = encoder->channel;

    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        if (!channel[i].rate_hz)
            channel[i].rate_hz = channel[!i].rate_hz;
    const uint32_t rates_hz[OPUS_CHANNELS] = {channel[0].rate_hz, channel[1].rate_hz};
    track_peaks_init(&encoder->peaks, rates_hz);
    return opus_bundle_open(rates_hz, &encoder->bundle, fault);
}

void track_encoder_begin(struct track_encoder *encoder, const struct opus_settings *settings,
                         size_t own, bool spare, struct track_pages *pages)
{
    struct opus_bundle *bundle = encoder->bundle;
    uint8_t head[OPUS_HEAD_BYTES];
    uint8_t tags[OPUS_TAGS_BYTES_MAX];

    opus_bundle_configure(bundle, settings, own);
    if (spare)
        opus_bundle_sleep(bundle);
    opus_header_identify(opus_bundle_pre_skip(bundle), encoder->channel[RECORDING_LEFT].rate_hz,
                         opus_bundle_streams(bundle), head);
    track_pages_add_header(pages, head, sizeof head);
    track_pages_add_header(pages, tags, opus_header_comment(opus_bundle_settings(bundle), tags));
}

void track_encoder_put(struct track_encoder *encoder, enum recording_channel channel,
                       struct leg *leg, size_t index)
{
    struct track_channel *to = &encoder->channel[channel];

    to->leg[to->leg_count] = leg;
    to->index[to->leg_count++] = index;
}

/* The own stream of a leg; opus_bundle_streams or more where it has none. */
static size_t own_stream(size_t index)
{
    return OPUS_CHANNELS + index;
}

/* An own stream follows its leg and its channel; one that is not open is opened. False without
 * memory: it stays as it is. */
static bool raise_own(struct track_encoder *encoder, const struct track_channel *channel, size_t at)
{
    size_t stream = own_stream(channel->index[at]);

    return stream < opus_bundle_streams(encoder->bundle) &&
           opus_bundle_raise(encoder->bundle, stream, channel->rate_hz,
                             leg_rate_hz(channel->leg[at])) == STATUS_OK;
}

bool track_encoder_is_spare(const struct track_encoder *encoder)
{
    return opus_bundle_sleeps(encoder->bundle);
}

/* What was heard on the channel so far was its first leg. Without memory it is silent. */
static void go_on_alone(struct track_encoder *encoder, size_t index)
{
    const struct track_channel *channel = &encoder->channel[index];
    size_t stream = channel->leg_count ? own_stream(channel->index[0]) : SIZE_MAX;

    if (stream < opus_bundle_streams(encoder->bundle))
        (void)!opus_bundle_branch(encoder->bundle, stream, index, channel->rate_hz,
                                  leg_rate_hz(channel->leg[0]));
}

void track_encoder_wake(struct track_encoder *encoder)
{
    opus_bundle_wake(encoder->bundle);
    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        go_on_alone(encoder, i);
        for (size_t at = 1; at < encoder->channel[i].leg_count; at++)
            (void)raise_own(encoder, &encoder->channel[i], at);
    }
}

void track_encoder_open_own(struct track_encoder *encoder, size_t index)
{
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        for (size_t at = 0; at < encoder->channel[i].leg_count; at++)
            if (encoder->channel[i].index[at] == index)
                (void)raise_own(encoder, &encoder->channel[i], at);
}

bool track_encoder_is_own(const struct track_encoder *encoder, size_t index)
{
    size_t stream = own_stream(index);

    return stream < opus_bundle_streams(encoder->bundle) &&
           opus_bundle_rate_hz(encoder->bundle, stream) > 0;
}

/* A leg brought audio of a higher rate than its channel has: that is not to be lost. */
static void raise_channel(struct track_encoder *encoder, size_t index)
{
    struct track_channel *channel = &encoder->channel[index];
    uint32_t before_hz = opus_bundle_rate_hz(encoder->bundle, index);

    for (size_t i = 0; i < channel->leg_count; i++)
        if (leg_rate_hz(channel->leg[i]) > channel->rate_hz)
            channel->rate_hz = leg_rate_hz(channel->leg[i]);
    /* without memory it is tried again with the next frame */
    if (before_hz < channel->rate_hz &&
        opus_bundle_raise(encoder->bundle, index, channel->rate_hz, channel->rate_hz) == STATUS_OK)
        peaks_set_rate(&encoder->peaks.side[index], channel->rate_hz);
    for (size_t i = 0; i < channel->leg_count; i++)
        if (track_encoder_is_own(encoder, channel->index[i]))
            (void)raise_own(encoder, channel, i);
}

/* There was no memory for an encoder of the rate that was read: not as it should sound, but heard.
 */
static void fit_rate(int16_t *pcm, size_t samples, size_t wanted)
{
    for (size_t i = 0; wanted < samples && i < wanted; i++)
        pcm[i] = pcm[i * samples / wanted];
}

static void read_channel(struct track_encoder *encoder, size_t index, struct sound *sound)
{
    const struct track_channel *channel = &encoder->channel[index];
    size_t samples = channel->rate_hz / OPUS_FRAMES_PER_SECOND;
    int16_t *alone[BOUND_CALL_STREAMS];

    for (size_t i = 0; i < channel->leg_count; i++)
        alone[i] = sound->alone[channel->index[i]];
    mix_read(channel->leg, channel->leg_count, channel->rate_hz, alone, sound->channel[index],
             samples);
    track_peaks_add_legs(&encoder->peaks, index, channel->index, channel->leg_count, alone,
                         channel->rate_hz, samples);
    fit_rate(sound->channel[index], samples, opus_bundle_frame_samples(encoder->bundle, index));
    for (size_t i = 0; i < channel->leg_count; i++)
        if (track_encoder_is_own(encoder, channel->index[i]))
            fit_rate(alone[i], samples,
                     opus_bundle_frame_samples(encoder->bundle, own_stream(channel->index[i])));
}

void track_encoder_frame(struct track_encoder *encoder, struct track_pages *pages)
{
    struct sound sound;
    const int16_t *pcm[BOUND_OPUS_STREAMS];
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t packet_bytes;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        raise_channel(encoder, i);
        read_channel(encoder, i, &sound);
        track_peaks_add_side(&encoder->peaks, i, sound.channel[i],
                             opus_bundle_frame_samples(encoder->bundle, i));
        pcm[i] = sound.channel[i];
    }
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        pcm[own_stream(i)] = sound.alone[i];
    if (opus_bundle_encode(encoder->bundle, pcm, packet, &packet_bytes) == STATUS_OK)
        track_pages_add(pages, packet, packet_bytes);
    else
        track_pages_add_silence(pages, packet, opus_bundle_silence(encoder->bundle, packet));
}
