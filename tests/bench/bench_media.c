/*
 * bench_media WHAT CODEC RATE SECONDS: media's work of one call of two legs, for callgrind (run
 * bench_media.sh). WHAT is
 *   track  packets into a track, whose pages are thrown away
 *   late   the same, with 3 % of the packets lost and a tenth of them delayed
 *   leg    the same packets into two legs, read but not encoded
 *   opus   bare libopus: the same samples, two mono encoders with our settings
 * CODEC and RATE are one of the codecs that tests speak in (tests/media/support.h). What is said is
 * made ready outside of `measured`, which is all that counts. Prints packets and encoded seconds.
 */
#include <opus/opus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec.h"
#include "audio/decoder.h"
#include "audio/line.h"
#include "base/bounds.h"
#include "bench/support.h"
#include "media/support.h"
#include "session/leg.h"
#include "session/sender_clock.h"
#include "session/track.h"

enum {
    LEGS = 2,
    PACKET_MS = 20,
    MS_PER_S = 1000,
    HEADER = 12,
    PAYLOAD_BYTES = 1920, /* 20 ms of L16 at 48 kHz */
    FRAME_MAX = 960,
    STEP_MS = MEDIA_SWEEP_MS,
};

/* One packet of what a leg says. */
struct said {
    size_t bytes;
    uint8_t datagram[HEADER + PAYLOAD_BYTES];
    int16_t pcm[FRAME_MAX]; /* as it is decoded */
};

struct call {
    const struct media_codec *codec;
    size_t packets; /* of a leg */
    size_t seconds;
    struct said *said[LEGS]; /* [packets] */
    struct recording_stream stream[LEGS];
};

/* --- what is said: noise that swells and fades, with pauses, as costly to encode as speech -------
 */

static void sound(uint32_t *state, uint32_t rate_hz, size_t index, int16_t *pcm, size_t samples)
{
    enum { LOUDEST = 24000, BEATS_PER_SECOND = 4, HARMONICS = 3 };
    const size_t beat = rate_hz / BEATS_PER_SECOND;

    for (size_t i = 0; i < samples; i++) {
        size_t at = (index * samples + i) % beat;
        size_t up = at < beat / 2 ? at : beat - at;
        int64_t level = (int64_t)up * LOUDEST / (int64_t)beat;
        *state = *state * 1664525 + 1013904223;
        int64_t noise = (int64_t)(int32_t)*state * level >> 33;
        int64_t tone =
            (int64_t)((double)level / 2 * media_sound(HARMONICS, (double)at * MS_PER_S / rate_hz));
        pcm[i] = (int16_t)(noise + tone);
    }
}

static void build(const struct call *call, size_t leg, size_t index, struct said *said,
                  const uint8_t *payload, size_t payload_bytes)
{
    uint32_t ticks = call->codec->clock_hz * PACKET_MS / MS_PER_S;

    said->bytes = rtp_build(said->datagram, call->codec->payload_type, (uint16_t)index,
                            (uint32_t)index * ticks, (uint32_t)leg + 1, payload, payload_bytes);
}

static int speak(const struct call *call, size_t leg)
{
    const struct media_codec *codec = call->codec;
    const struct audio_codec *row = audio_codec_find(codec->name, codec->clock_hz);
    void *state = codec->open ? codec->open() : NULL;
    size_t samples = codec->rate_hz * PACKET_MS / MS_PER_S;
    uint32_t random = (uint32_t)leg + 1;
    struct audio_decoder *decoder = NULL;

    if (!row || audio_decoder_create(&test_setup, &decoder) != STATUS_OK)
        return -1;
    for (size_t i = 0; i < call->packets; i++) {
        struct said *said = &call->said[leg][i];
        uint8_t payload[PAYLOAD_BYTES];
        int16_t pcm[FRAME_MAX];
        sound(&random, codec->rate_hz, i, pcm, samples);
        size_t payload_bytes = codec->encode(state, pcm, samples, payload);
        build(call, leg, i, said, payload, payload_bytes);
        if (audio_codec_samples(row, payload, payload_bytes) > FRAME_MAX ||
            audio_decoder_decode(decoder, row, payload, payload_bytes, said->pcm) != STATUS_OK)
            return -1;
    }
    audio_decoder_destroy(decoder);
    if (codec->close)
        codec->close(state);
    return 0;
}

static int prepare(struct call *call)
{
    call->packets = call->seconds * MS_PER_S / PACKET_MS;
    for (size_t leg = 0; leg < LEGS; leg++) {
        call->stream[leg] =
            media_stream_of(leg ? RECORDING_RIGHT : RECORDING_LEFT, &call->codec, 1);
        call->said[leg] = calloc(call->packets, sizeof *call->said[leg]);
        if (!call->said[leg] || speak(call, leg))
            return -1;
    }
    return 0;
}

/* --- into a track -------------------------------------------------------------------------------
 */

/* When a packet comes; -1: never. */
static int64_t arrival_ms(size_t leg, size_t index, bool late)
{
    enum { LOST_OF = 33, DELAYED_OF = 10, DELAY_MS = 60 };
    int64_t sent_ms = (int64_t)index * PACKET_MS;

    if (late && (index + leg) % LOST_OF == 5)
        return -1;
    return late && (index + leg) % DELAYED_OF == 3 ? sent_ms + DELAY_MS : sent_ms;
}

/* What comes in one sweep: in the order of sending; what was delayed comes three packets later. */
static size_t receive(const struct call *call, struct track *track, int64_t from_ms, bool late)
{
    enum { BACK = 3 };
    size_t received = 0;

    for (int64_t at_ms = from_ms; at_ms < from_ms + STEP_MS; at_ms += PACKET_MS)
        for (size_t leg = 0; leg < LEGS; leg++)
            for (size_t back = 0; back <= BACK; back += BACK) {
                size_t newest = (size_t)(at_ms / PACKET_MS);
                if (newest < back || arrival_ms(leg, newest - back, late) != at_ms)
                    continue;
                const struct said *said = &call->said[leg][newest - back];
                track_receive(track, leg, said->datagram, said->bytes, at_ms * NS_PER_MS);
                received++;
            }
    return received;
}

static size_t run_track(const struct call *call, bool late)
{
    int64_t length_ms = (int64_t)call->seconds * MS_PER_S;
    struct track *track = NULL;
    size_t packets = 0;
    size_t bytes = 0;
    const struct recording_sink sink = bench_sink(&bytes);

    if (track_create(call->stream, LEGS, 1, &track, NULL) != STATUS_OK)
        return 0;
    track_begin(track, &test_setup, &test_policy, &sink, NULL);
    for (int64_t now_ms = 0; now_ms < length_ms; now_ms += STEP_MS) {
        packets += receive(call, track, now_ms, late);
        track_advance(track, (now_ms + STEP_MS) * NS_PER_MS);
    }
    const struct track_ending ending = {.stopped_ns = length_ms * NS_PER_MS, .end_cause = "bye"};
    track_finish(track, &ending);
    track_destroy(track);
    return packets;
}

/* --- into legs alone, and into libopus alone ----------------------------------------------------
 */

static size_t run_legs(const struct call *call)
{
    uint32_t rate_hz = audio_codec_find(call->codec->name, call->codec->clock_hz)->rate_hz;
    struct sender_clocks senders = {0};
    struct leg *legs[LEGS] = {0};

    for (size_t leg = 0; leg < LEGS; leg++) {
        if (leg_create(call->stream[leg].format, 1, &legs[leg]) != STATUS_OK)
            return 0;
        leg_begin(legs[leg], &test_setup, &senders, 0, 0);
    }
    for (size_t i = 0; i < call->packets; i++)
        for (size_t leg = 0; leg < LEGS; leg++) {
            const struct said *said = &call->said[leg][i];
            int64_t now_ns = (int64_t)i * PACKET_MS * NS_PER_MS;
            int16_t pcm[FRAME_MAX];
            leg_receive(legs[leg], said->datagram, said->bytes, now_ns);
            leg_settle(legs[leg], now_ns);
            leg_read(legs[leg], rate_hz, pcm, rate_hz * PACKET_MS / MS_PER_S);
        }
    for (size_t leg = 0; leg < LEGS; leg++)
        leg_destroy(legs[leg]);
    sender_clocks_deinit(&senders);
    return call->packets * LEGS;
}

static size_t run_opus(const struct call *call)
{
    uint32_t rate_hz = audio_codec_find(call->codec->name, call->codec->clock_hz)->rate_hz;

    for (size_t leg = 0; leg < LEGS; leg++) {
        OpusEncoder *encoder = bench_bare_encoder(rate_hz);
        if (!encoder)
            return 0;
        for (size_t i = 0; i < call->packets; i++) {
            uint8_t packet[BOUND_OPUS_STREAM_BYTES];
            if (opus_encode(encoder, call->said[leg][i].pcm, (int)(rate_hz * PACKET_MS / MS_PER_S),
                            packet, sizeof packet) <= 0)
                return 0;
        }
        opus_encoder_destroy(encoder);
    }
    return call->packets * LEGS;
}

/* All that callgrind counts: bench_media.sh knows its name. */
static __attribute__((noinline)) size_t measured(const char *what, const struct call *call)
{
    if (!strcmp(what, "track") || !strcmp(what, "late"))
        return run_track(call, !strcmp(what, "late"));
    if (!strcmp(what, "leg"))
        return run_legs(call);
    return strcmp(what, "opus") ? 0 : run_opus(call);
}

int main(int argc, char **argv)
{
    enum { WHAT = 1, CODEC, RATE, SECONDS, ARGUMENTS };
    struct call call = {0};

    call.seconds = argc == ARGUMENTS ? strtoul(argv[SECONDS], NULL, 10) : 0;
    if (!call.seconds) {
        (void)fprintf(stderr, "usage: bench_media track|late|leg|opus CODEC RATE SECONDS\n");
        return 2;
    }
    call.codec = media_codec(argv[CODEC], (uint32_t)strtoul(argv[RATE], NULL, 10));
    size_t packets = prepare(&call) ? 0 : measured(argv[WHAT], &call);
    for (size_t leg = 0; leg < LEGS; leg++)
        free(call.said[leg]);
    if (!packets)
        return 1;
    (void)printf("packets %zu seconds %zu\n", packets, call.seconds);
    return 0;
}
