#include "audio/stored_peaks.h"

#include <opus/opus.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"

enum {
    RATE_HZ = 16000,
    FRAME_SAMPLES = RATE_HZ / 50,
    GRANULES_PER_SAMPLE = 48000 / RATE_HZ,
    SHORT_MAX = 251, /* lengths up to here take one byte (RFC 6716 section 3.2.1) */
};

struct stream {
    OpusDecoder *decoder; /* NULL: nothing was in it yet, or there was no memory for it */
    struct peaks picture;
    size_t begun;
};

struct stored_peaks {
    bool begun;
    size_t skip; /* samples that are not of the recording yet */
    struct stream stream[BOUND_OPUS_STREAMS];
};

/* One stream's part of a packet: its first byte, and its frame. */
struct part {
    bool there;
    uint8_t toc;
    const uint8_t *frame;
    size_t frame_bytes;
};

enum status stored_peaks_create(struct stored_peaks **out)
{
    struct stored_peaks *peaks = calloc(1, sizeof *peaks);

    if (!peaks)
        return STATUS_NOMEM;
    for (size_t i = 0; i < STORED_PEAKS_SIDES; i++)
        peaks_init(&peaks->stream[i].picture, RATE_HZ);
    *out = peaks;
    return STATUS_OK;
}

void stored_peaks_destroy(struct stored_peaks *owned_peaks)
{
    if (!owned_peaks)
        return;
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++) {
        peaks_deinit(&owned_peaks->stream[i].picture);
        if (owned_peaks->stream[i].decoder)
            opus_decoder_destroy(owned_peaks->stream[i].decoder);
    }
    free(owned_peaks);
}

/* The next part in the self-delimiting form (RFC 6716 appendix B) of one frame; false where it is
 * not. */
static bool take_delimited(const uint8_t **packet, size_t *left, struct part *part)
{
    const uint8_t *at = *packet;

    if (*left < 2)
        return false;
    size_t head = 2;
    size_t length = at[1];
    if (length > SHORT_MAX) {
        if (*left < 3)
            return false;
        length += 4 * (size_t)at[2];
        head = 3;
    }
    if (length > *left - head)
        return false;
    *part = (struct part){true, at[0], at + head, length};
    *packet += head + length;
    *left -= head + length;
    return true;
}

/* Of the sides a picture is there from the start, of an own stream from when something is in it. */
static bool open_stream(struct stored_peaks *peaks, size_t index)
{
    struct stream *stream = &peaks->stream[index];
    int error = OPUS_OK;

    if (stream->decoder)
        return true;
    stream->decoder = opus_decoder_create(RATE_HZ, 1, &error);
    if (stream->decoder && index >= STORED_PEAKS_SIDES) {
        const struct peaks *side = &peaks->stream[0].picture;
        stream->begun = side->pixels;
        peaks_init_flat(&stream->picture, side);
    }
    return stream->decoder != NULL;
}

/* Without its part a decoder would be asked to conceal, and go on with what was heard before. */
static void decode(const struct stream *stream, const struct part *part, int16_t *pcm)
{
    uint8_t packet[BOUND_OPUS_STREAM_BYTES + 1];
    int samples = 0;

    if (stream->decoder && part->there && part->frame_bytes < sizeof packet) {
        packet[0] = part->toc;
        if (part->frame_bytes)
            memcpy(packet + 1, part->frame, part->frame_bytes);
        samples = opus_decode(stream->decoder, packet, (opus_int32)part->frame_bytes + 1, pcm,
                              FRAME_SAMPLES, 0);
    }
    if (samples != FRAME_SAMPLES)
        memset(pcm, 0, FRAME_SAMPLES * sizeof *pcm);
}

/* Take the parts of a packet one by one; behind one that is cut none is there. */
static void lay_out(const uint8_t *packet, size_t packet_bytes, size_t streams, struct part *parts)
{
    bool whole = true;

    for (size_t i = 0; i < streams; i++) {
        parts[i] = (struct part){.there = false};
        if (i + 1 < streams)
            whole = whole && take_delimited(&packet, &packet_bytes, &parts[i]);
        else if (whole && packet_bytes)
            parts[i] = (struct part){true, packet[0], packet + 1, packet_bytes - 1};
    }
}

void stored_peaks_add(struct stored_peaks *peaks, const uint8_t *packet, size_t packet_bytes,
                      unsigned streams, int64_t pre_skip)
{
    struct part parts[BOUND_OPUS_STREAMS];
    int16_t pcm[FRAME_SAMPLES];

    if (streams > BOUND_OPUS_STREAMS)
        streams = BOUND_OPUS_STREAMS;
    if (!peaks->begun)
        peaks->skip = pre_skip > 0 ? (size_t)(pre_skip / GRANULES_PER_SAMPLE) : 0;
    peaks->begun = true;
    size_t skipped = peaks->skip < FRAME_SAMPLES ? peaks->skip : FRAME_SAMPLES;
    lay_out(packet, packet_bytes, streams, parts);
    /* own streams first: one that begins now is as long as its side was before */
    for (size_t i = streams; i-- > 0;) {
        bool own = i >= STORED_PEAKS_SIDES;
        bool spare = own && !parts[i].frame_bytes && !peaks->stream[i].decoder;
        /* a side goes on without a decoder: it is the time of all that begin later */
        if (spare || (!open_stream(peaks, i) && own))
            continue;
        decode(&peaks->stream[i], &parts[i], pcm);
        peaks_add(&peaks->stream[i].picture, pcm + skipped, FRAME_SAMPLES - skipped);
    }
    peaks->skip -= skipped;
}

void stored_peaks_finish(struct stored_peaks *peaks)
{
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        peaks_finish(&peaks->stream[i].picture);
}

static struct stored_picture picture_of(const struct stream *stream)
{
    return (struct stored_picture){stream->picture.pixels, stream->begun, stream->picture.data};
}

struct stored_picture stored_peaks_side(const struct stored_peaks *peaks, size_t side)
{
    return picture_of(&peaks->stream[side]);
}

struct stored_picture stored_peaks_own(const struct stored_peaks *peaks, size_t channel)
{
    if (channel >= BOUND_OPUS_STREAMS - STORED_PEAKS_SIDES)
        return (struct stored_picture){0};
    return picture_of(&peaks->stream[STORED_PEAKS_SIDES + channel]);
}
