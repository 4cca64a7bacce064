/*
 * bench_media WHAT SECONDS: media's work of one call, for callgrind (run bench_media.sh): WHAT is
 *   track  G.711 packets of two legs into a track, whose pages are thrown away
 *   late   the same, with 3 % of the packets lost and a tenth of them delayed
 *   opus   bare libopus: the same samples, two mono encoders with our settings
 *   leg    the same packets into two legs, read but not encoded
 * Prints what it did: packets and encoded seconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec.h"
#include "audio/line.h"
#include "encode/opus_pair.h"
#include "session/leg.h"
#include "session/sender_clock.h"
#include "session/track.h"

enum {
    RATE = 8000,
    LEGS = 2,
    PACKET = 160,
    PACKET_MS = 20,
    DATAGRAM = 12 + PACKET,
    STEP_MS = MEDIA_SWEEP_MS,
    PCMA = 8,
    NS_PER_MS = 1000000,
};

/* --- what is said: a voice of harmonics with pauses, the same for all ----------------------------
 */

static const struct recording_format format = {PCMA, "PCMA", RATE};
static const struct audio_setup setup = {0};
static uint8_t sound[RATE]; /* a second of A-law, not measured with what uses it */

static void make_sound(void)
{
    uint32_t state = 1;

    /* noise shaped by a slow triangle: as costly to encode as speech, and as varied */
    for (size_t i = 0; i < sizeof sound; i++) {
        state = state * 1664525 + 1013904223;
        size_t beat = i % 2000;
        uint8_t level = (uint8_t)(beat < 1000 ? beat * 0x60 / 1000 : (2000 - beat) * 0x60 / 1000);
        sound[i] = (uint8_t)((level & 0x70) | (state >> 28)) ^ (state & 0x10000 ? 0x55 : 0xd5);
    }
}

static const uint8_t *payload_of(size_t leg, size_t index)
{
    return sound + ((index + 7 * leg) % (RATE / PACKET)) * PACKET;
}

static void build(uint8_t *datagram, size_t leg, size_t index)
{
    uint32_t timestamp = (uint32_t)index * PACKET;

    memset(datagram, 0, DATAGRAM - PACKET);
    datagram[0] = 0x80;
    datagram[1] = PCMA;
    datagram[2] = (uint8_t)(index >> 8);
    datagram[3] = (uint8_t)index;
    for (int i = 0; i < 4; i++)
        datagram[4 + i] = (uint8_t)(timestamp >> (24 - 8 * i));
    datagram[11] = (uint8_t)(leg + 1);
    memcpy(datagram + DATAGRAM - PACKET, payload_of(leg, index), PACKET);
}

/* --- into a track -------------------------------------------------------------------------------
 */

static enum status sink_write(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                              int64_t granule)
{
    (void)handle;
    (void)page;
    (void)granule;
    *(size_t *)context += page_bytes;
    return STATUS_OK;
}

static int64_t sink_sync_in_ms(void *context)
{
    (void)context;
    return INT64_MAX;
}

static void sink_end(void *context, void *handle, const struct recording_end *end)
{
    (void)context;
    (void)handle;
    (void)end;
}

/* When a packet comes; -1: never. */
static int64_t arrival_ms(size_t leg, size_t index, bool late)
{
    enum { LOST_OF = 33, DELAYED_OF = 10, DELAY_MS = 60 };
    int64_t sent_ms = (int64_t)index * PACKET_MS;

    if (late && (index + leg) % LOST_OF == 5)
        return -1;
    return late && (index + leg) % DELAYED_OF == 3 ? sent_ms + DELAY_MS : sent_ms;
}

static size_t run_track(size_t seconds, bool late)
{
    size_t bytes = 0;
    const struct recording_sink sink = {
        .context = &bytes,
        .write = sink_write,
        .sync_in_ms = sink_sync_in_ms,
        .end = sink_end,
    };
    struct recording_stream streams[LEGS] = {
        {.channel = RECORDING_LEFT, .formats = 1, .format = {format}},
        {.channel = RECORDING_RIGHT, .formats = 1, .format = {format}},
    };
    struct track *track = NULL;
    size_t packets = 0;

    if (track_create(streams, LEGS, 1, &track, NULL) != STATUS_OK)
        return 0;
    track_begin(track, &setup, &sink, NULL);
    for (int64_t now_ms = 0; now_ms < (int64_t)seconds * 1000; now_ms += STEP_MS) {
        /* in the order of sending; what was delayed comes three packets later */
        for (int64_t at_ms = now_ms; at_ms < now_ms + STEP_MS; at_ms += PACKET_MS)
            for (size_t leg = 0; leg < LEGS; leg++)
                for (size_t back = 0; back <= 3; back += 3) {
                    uint8_t datagram[DATAGRAM];
                    size_t index = (size_t)(at_ms / PACKET_MS) - back;
                    if (index > (size_t)(at_ms / PACKET_MS) ||
                        arrival_ms(leg, index, late) != at_ms)
                        continue;
                    build(datagram, leg, index);
                    track_receive(track, leg, datagram, sizeof datagram, at_ms * NS_PER_MS);
                    packets++;
                }
        track_advance(track, (now_ms + STEP_MS) * NS_PER_MS);
    }
    const struct track_ending ending = {.stopped_ns = (int64_t)seconds * 1000 * NS_PER_MS,
                                        .end_cause = "bye"};
    track_finish(track, &ending);
    track_destroy(track);
    return packets;
}

/* --- into legs alone, and into libopus alone ----------------------------------------------------
 */

static size_t run_legs(size_t seconds)
{
    struct sender_clocks senders = {0};
    struct leg *legs[LEGS] = {0};
    size_t packets = 0;

    for (size_t leg = 0; leg < LEGS; leg++) {
        if (leg_create(&format, 1, &legs[leg]) != STATUS_OK)
            return 0;
        leg_begin(legs[leg], &setup, &senders, 0, 0);
    }
    for (size_t index = 0; index < seconds * 1000 / PACKET_MS; index++)
        for (size_t leg = 0; leg < LEGS; leg++, packets++) {
            int64_t now_ns = (int64_t)index * PACKET_MS * NS_PER_MS;
            uint8_t datagram[DATAGRAM];
            int16_t pcm[PACKET];
            build(datagram, leg, index);
            leg_receive(legs[leg], datagram, sizeof datagram, now_ns);
            leg_settle(legs[leg], now_ns);
            leg_read(legs[leg], RATE, pcm, PACKET);
        }
    for (size_t leg = 0; leg < LEGS; leg++)
        leg_destroy(legs[leg]);
    sender_clocks_deinit(&senders);
    return packets;
}

static size_t run_opus(size_t seconds)
{
    const struct audio_codec *codec = audio_codec_find("PCMA", RATE);
    const uint32_t rates_hz[LEGS] = {RATE, RATE};
    int16_t pcm[LEGS][RATE];
    struct opus_pair *pair = NULL;
    size_t frames = seconds * 1000 / PACKET_MS;

    for (size_t leg = 0; leg < LEGS; leg++)
        for (size_t i = 0; i < RATE / PACKET; i++)
            if (codec->decode(NULL, payload_of(leg, i), PACKET, pcm[leg] + i * PACKET) != STATUS_OK)
                return 0;
    if (opus_pair_open(rates_hz, &pair, NULL) != STATUS_OK)
        return 0;
    for (size_t i = 0; i < frames; i++) {
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t packet_bytes;
        size_t at = i % (RATE / PACKET) * PACKET;
        if (opus_pair_encode(pair, pcm[0] + at, pcm[1] + at, packet, &packet_bytes) != STATUS_OK)
            return 0;
    }
    opus_pair_close(pair);
    return frames * LEGS;
}

int main(int argc, char **argv)
{
    size_t seconds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    size_t packets = 0;

    if (!seconds) {
        (void)fprintf(stderr, "usage: bench_media track|late|leg|opus SECONDS\n");
        return 2;
    }
    make_sound();
    if (!strcmp(argv[1], "track") || !strcmp(argv[1], "late"))
        packets = run_track(seconds, !strcmp(argv[1], "late"));
    else if (!strcmp(argv[1], "leg"))
        packets = run_legs(seconds);
    else if (!strcmp(argv[1], "opus"))
        packets = run_opus(seconds);
    if (!packets)
        return 1;
    (void)printf("packets %zu seconds %zu\n", packets, seconds);
    return 0;
}
