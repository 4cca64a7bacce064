/*
 * bench_channels WHAT LEGS SECONDS: what it costs to keep legs alone, for callgrind (run
 * bench_channels.sh). WHAT is
 *   track  packets of so many legs into a track, whose pages are thrown away: two of them are left
 *          and right; more have channels of their own too
 *   opus   bare libopus: as many encoders with our settings, on the same samples
 * Prints the pages' bytes, the number of streams and of encoded seconds. What is said is made ready
 * outside of `measured`, which is all that counts.
 */
#include <opus/opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec.h"
#include "base/bounds.h"
#include "bench/support.h"
#include "encode/opus_frame.h"
#include "media/support.h"
#include "session/track.h"

enum {
    PACKET_MS = 20,
    MS_PER_S = 1000,
    HEADER = 12,
    STEP_MS = MEDIA_SWEEP_MS,
    PCMA = 8,
};

struct said {
    uint8_t datagram[HEADER + PACKET_SAMPLES];
    int16_t pcm[PACKET_SAMPLES];
};

struct call {
    size_t legs;
    size_t streams;
    size_t seconds;
    size_t packets; /* of a leg */
    struct said *said[BOUND_CALL_STREAMS];
};

/* Noise that swells and fades four times a second: as costly to encode as speech. */
static int speak(const struct call *call, size_t leg)
{
    enum { BEAT = RATE_HZ / 4, HALF = BEAT / 2 };
    const struct audio_codec *codec = audio_codec_find("PCMA", RATE_HZ);
    uint64_t random = leg + 1;

    for (size_t i = 0; i < call->packets; i++) {
        struct said *said = &call->said[leg][i];
        uint8_t payload[PACKET_SAMPLES];
        for (size_t k = 0; k < PACKET_SAMPLES; k++) {
            size_t at = (i * PACKET_SAMPLES + k + leg * 100) % BEAT;
            size_t level = (at < HALF ? at : BEAT - at) * 0x60 / HALF;
            payload[k] = (uint8_t)(((level & 0x70) | random_below(&random, 16)) ^
                                   (random_below(&random, 2) ? 0x55 : 0xd5));
        }
        (void)rtp_build(said->datagram, PCMA, (uint16_t)i, (uint32_t)(i * PACKET_SAMPLES),
                        (uint32_t)leg + 1, payload, sizeof payload);
        if (codec->decode(NULL, payload, sizeof payload, said->pcm) != STATUS_OK)
            return -1;
    }
    return 0;
}

static int run_track(const struct call *call)
{
    int64_t length_ms = (int64_t)call->seconds * MS_PER_S;
    const struct track_ending ending = {.stopped_ns = length_ms * NS_PER_MS, .end_cause = "bye"};
    struct recording_stream streams[BOUND_CALL_STREAMS];
    size_t bytes = 0;
    const struct recording_sink sink = bench_sink(&bytes);
    struct track *track = NULL;

    for (size_t leg = 0; leg < call->legs; leg++)
        streams[leg] = stream_of(leg % 2 ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
    if (track_create(streams, call->legs, 1, &track, NULL) != STATUS_OK)
        return -1;
    track_begin(track, &test_setup, &test_policy, &sink, NULL);
    for (int64_t at_ms = 0; at_ms < length_ms; at_ms += PACKET_MS) {
        for (size_t leg = 0; leg < call->legs; leg++)
            track_receive(track, leg, call->said[leg][at_ms / PACKET_MS].datagram,
                          sizeof call->said[leg]->datagram, at_ms * NS_PER_MS);
        if (at_ms % STEP_MS == 0)
            track_advance(track, at_ms * NS_PER_MS);
    }
    track_finish(track, &ending);
    (void)printf("bytes %zu\n", bytes);
    track_destroy(track);
    return 0;
}

static int run_opus(const struct call *call)
{
    for (size_t stream = 0; stream < call->streams; stream++) {
        OpusEncoder *encoder = bench_bare_encoder(RATE_HZ);
        if (!encoder)
            return -1;
        for (size_t i = 0; i < call->packets; i++) {
            uint8_t packet[BOUND_OPUS_STREAM_BYTES];
            if (opus_encode(encoder, call->said[stream % call->legs][i].pcm, PACKET_SAMPLES, packet,
                            sizeof packet) <= 0)
                return -1;
        }
        opus_encoder_destroy(encoder);
    }
    return 0;
}

/* All that callgrind counts: bench_channels.sh knows its name. */
static __attribute__((noinline)) int measured(const char *what, const struct call *call)
{
    return strcmp(what, "opus") ? run_track(call) : run_opus(call);
}

int main(int argc, char **argv)
{
    enum { WHAT = 1, LEGS, SECONDS, ARGUMENTS };
    struct call call = {0};
    int failed = 0;

    if (argc == ARGUMENTS) {
        call.legs = strtoul(argv[LEGS], NULL, 10);
        call.seconds = strtoul(argv[SECONDS], NULL, 10);
    }
    if (call.legs < OPUS_CHANNELS || call.legs > BOUND_CALL_STREAMS || !call.seconds) {
        (void)fprintf(stderr, "usage: bench_channels track|opus LEGS SECONDS\n");
        return 2;
    }
    call.streams = call.legs > OPUS_CHANNELS ? OPUS_CHANNELS + call.legs : OPUS_CHANNELS;
    call.packets = call.seconds * MS_PER_S / PACKET_MS;
    for (size_t leg = 0; leg < call.legs && !failed; leg++) {
        call.said[leg] = calloc(call.packets, sizeof *call.said[leg]);
        failed = !call.said[leg] || speak(&call, leg);
    }
    failed = failed || measured(argv[WHAT], &call);
    for (size_t leg = 0; leg < call.legs; leg++)
        free(call.said[leg]);
    if (failed)
        return 1;
    (void)printf("streams %zu seconds %zu\n", call.streams, call.seconds);
    return 0;
}
