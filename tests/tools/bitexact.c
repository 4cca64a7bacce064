/*
 * bitexact: proves that a recording holds every sample that was sent.
 *
 * Opus is deterministic: the audio that is known to have been sent, encoded again by the same
 * encoder, must give the very packets that are stored.
 *
 * usage: bitexact FILE.opus [--leg left|right CODEC ANCHOR_SAMPLES PAYLOAD_FILE WITHHELD_FILE]...
 *
 * CODEC           PCMA or PCMU
 * ANCHOR_SAMPLES  where the first packet that was sent lies, in samples from the start (8 kHz)
 * PAYLOAD_FILE    G.711 bytes of all planned packets in order, 160 bytes each
 * WITHHELD_FILE   numbers of the packets that were not sent, from 0, one per line; "-" for none
 *
 * A channel without --leg is silent. Packets that the recording lacks at its end count as
 * different. Prints "packets N different M"; exit status 0 when N > 0 and M is 0, 1 when they
 * differ, 2 on wrong usage or a file that cannot be read.
 */
#include <errno.h>
#include <ogg/ogg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec.h"
#include "audio/decoder.h"
#include "base/bytes.h"
#include "encode/opus_bundle.h"

enum { PACKET_SAMPLES = 160, RATE_HZ = 8000, LEG_ARGUMENTS = 6, FILE_BYTES_MAX = 1 << 30 };

/* The audio of one channel as it must have been recorded. */
struct line {
    int16_t *pcm; /* NULL for a silent channel */
    size_t samples;
};

struct stored {
    struct bytes data;  /* packets one after another */
    struct bytes sizes; /* u32 each */
    size_t count;       /* audio packets */
    size_t own;         /* streams behind left and right; they hold nothing in a call of two */
};

static enum status read_file(const char *path, struct bytes *bytes)
{
    uint8_t block[65536];
    size_t count;
    FILE *file = fopen(path, "rb");
    enum status status = STATUS_OK;

    if (!file) {
        (void)fprintf(stderr, "bitexact: %s: %s\n", path, strerror(errno));
        return STATUS_IO;
    }
    while (status == STATUS_OK && (count = fread(block, 1, sizeof block, file)) > 0)
        status = bytes_append(bytes, block, count);
    if (ferror(file))
        status = STATUS_IO;
    (void)fclose(file);
    return status;
}

/* Mark what was not sent; numbers past the end are an error. */
static enum status read_withheld(const char *path, bool *withheld, size_t packets)
{
    unsigned long index;
    enum status status = STATUS_OK;

    if (!strcmp(path, "-"))
        return STATUS_OK;
    FILE *file = fopen(path, "r");
    if (!file) {
        (void)fprintf(stderr, "bitexact: %s: %s\n", path, strerror(errno));
        return STATUS_IO;
    }
    while (fscanf(file, "%lu", &index) == 1) {
        if (index >= packets) {
            status = STATUS_INVALID;
            break;
        }
        withheld[index] = true;
    }
    if (status == STATUS_OK && !feof(file))
        status = STATUS_INVALID;
    (void)fclose(file);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "bitexact: %s: not a list of packet numbers\n", path);
    return status;
}

/* What is recorded in place of `missing` packets that were lost in front of one. */
static void lay_out_loss(struct audio_decoder *decoder, size_t missing, const uint8_t *next,
                         int16_t *pcm)
{
    enum { CONCEALED_MAX = 3 };

    if (missing && missing <= CONCEALED_MAX)
        audio_decoder_conceal(decoder, missing * PACKET_SAMPLES, next, PACKET_SAMPLES, pcm);
    else if (missing)
        audio_decoder_pause(decoder);
}

/* Lay out the packets that were sent behind the anchor; all else stays zero. */
static enum status lay_out(struct line *line, const struct audio_codec *codec, int64_t anchor,
                           const struct bytes *payload, const bool *withheld)
{
    static const struct audio_setup without_helpers = {0};
    struct audio_decoder *decoder = NULL;
    size_t packets = payload->len / PACKET_SAMPLES;
    size_t first = 0;
    size_t missing = 0;

    while (first < packets && withheld[first])
        first++;
    while (packets > first && withheld[packets - 1])
        packets--;
    line->samples = (size_t)anchor + (packets - first) * PACKET_SAMPLES;
    line->pcm = calloc(line->samples + 1, sizeof *line->pcm);
    if (!line->pcm || audio_decoder_create(&without_helpers, &decoder) != STATUS_OK)
        return STATUS_NOMEM;
    enum status status = STATUS_OK;
    for (size_t i = first; i < packets && status == STATUS_OK; i++) {
        const uint8_t *bytes = payload->data + i * PACKET_SAMPLES;
        int16_t *pcm = line->pcm + anchor + (int64_t)((i - first) * PACKET_SAMPLES);
        if (withheld[i]) {
            missing++;
            continue;
        }
        lay_out_loss(decoder, missing, bytes, pcm - missing * PACKET_SAMPLES);
        missing = 0;
        status = audio_decoder_decode(decoder, codec, bytes, PACKET_SAMPLES, pcm);
    }
    audio_decoder_destroy(decoder);
    return status;
}

/* arguments: channel, CODEC, ANCHOR, PAYLOAD_FILE, WITHHELD_FILE */
static enum status read_leg(char *const *arguments, struct line *lines)
{
    size_t channel = !strcmp(arguments[0], "right");
    const struct audio_codec *codec = audio_codec_find(arguments[1], RATE_HZ);
    char *rest = NULL;
    long long anchor = strtoll(arguments[2], &rest, 10);
    struct bytes payload;
    bool *withheld = NULL;
    enum status status;

    if ((!channel && strcmp(arguments[0], "left") != 0) || !codec || *rest || anchor < 0 ||
        lines[channel].pcm)
        return STATUS_INVALID;
    bytes_init(&payload, FILE_BYTES_MAX);
    status = read_file(arguments[3], &payload);
    if (status != STATUS_OK)
        goto out;
    withheld = calloc(payload.len / PACKET_SAMPLES + 1, sizeof *withheld);
    status = withheld ? read_withheld(arguments[4], withheld, payload.len / PACKET_SAMPLES)
                      : STATUS_NOMEM;
    if (status == STATUS_OK)
        status = lay_out(&lines[channel], codec, anchor, &payload, withheld);
out:
    free(withheld);
    bytes_deinit(&payload);
    return status;
}

static enum status keep_packet(struct stored *stored, const ogg_packet *packet)
{
    uint8_t size[4];

    enum { HEAD_STREAMS_AT = 19 }; /* in OpusHead (RFC 7845 section 5.1) */

    if (packet->packetno == 0 && packet->bytes > HEAD_STREAMS_AT)
        stored->own = (size_t)packet->packet[HEAD_STREAMS_AT] - OPUS_CHANNELS;
    if (packet->packetno < 2)
        return STATUS_OK; /* the headers */
    bytes_put_u32(size, (uint32_t)packet->bytes);
    enum status status = bytes_append(&stored->data, packet->packet, (size_t)packet->bytes);
    if (status == STATUS_OK)
        status = bytes_append(&stored->sizes, size, sizeof size);
    stored->count++;
    return status;
}

/* Take the packets out of the Ogg stream, with libogg, which our writer does not use. */
static enum status read_stored(const char *path, struct stored *stored)
{
    struct bytes file;
    ogg_sync_state sync;
    ogg_stream_state stream;
    ogg_page page;
    ogg_packet packet;
    bool opened = false;

    bytes_init(&file, FILE_BYTES_MAX);
    enum status status = read_file(path, &file);
    (void)ogg_sync_init(&sync);
    if (status == STATUS_OK && file.len) {
        memcpy(ogg_sync_buffer(&sync, (long)file.len), file.data, file.len);
        (void)ogg_sync_wrote(&sync, (long)file.len);
    }
    while (status == STATUS_OK && ogg_sync_pageout(&sync, &page) == 1) {
        if (!opened)
            (void)ogg_stream_init(&stream, ogg_page_serialno(&page));
        opened = true;
        if (ogg_stream_pagein(&stream, &page))
            status = STATUS_CORRUPT;
        while (status == STATUS_OK && ogg_stream_packetout(&stream, &packet) == 1)
            status = keep_packet(stored, &packet);
    }
    if (opened)
        (void)ogg_stream_clear(&stream);
    (void)ogg_sync_clear(&sync);
    bytes_deinit(&file);
    return status;
}

/* The n-th 20 ms of a line. */
static void frame_of(const struct line *line, size_t frame, int16_t pcm[static PACKET_SAMPLES])
{
    memset(pcm, 0, PACKET_SAMPLES * sizeof *pcm);
    for (size_t i = 0; i < PACKET_SAMPLES && line->pcm; i++)
        if (frame * PACKET_SAMPLES + i < line->samples)
            pcm[i] = line->pcm[frame * PACKET_SAMPLES + i];
}

/* Packets that the lines need and the recording does not have. */
static size_t missing(const struct stored *stored, const struct line *lines)
{
    size_t needed = 0;

    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        if ((lines[i].samples + PACKET_SAMPLES - 1) / PACKET_SAMPLES > needed)
            needed = (lines[i].samples + PACKET_SAMPLES - 1) / PACKET_SAMPLES;
    return needed > stored->count ? needed - stored->count : 0;
}

static enum status compare(const struct stored *stored, const struct line *lines, size_t *different)
{
    const uint32_t rates_hz[OPUS_CHANNELS] = {RATE_HZ, RATE_HZ};
    struct opus_bundle *encoder = NULL;
    const uint8_t *data = stored->data.data;
    enum status status =
        stored->own <= OPUS_OWN_MAX ? opus_bundle_open(rates_hz, &encoder, NULL) : STATUS_INVALID;

    if (status == STATUS_OK) {
        opus_bundle_configure(encoder, opus_bundle_settings(encoder), stored->own);
        opus_bundle_sleep(encoder);
    }
    for (size_t i = 0; i < stored->count && status == STATUS_OK; i++) {
        int16_t pcm[OPUS_CHANNELS][PACKET_SAMPLES];
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t packet_bytes = 0;
        size_t stored_bytes = bytes_get_u32(stored->sizes.data + 4 * i);
        const int16_t *const both[OPUS_CHANNELS] = {pcm[0], pcm[1]};
        for (size_t channel = 0; channel < OPUS_CHANNELS; channel++)
            frame_of(&lines[channel], i, pcm[channel]);
        status = opus_bundle_encode(encoder, both, packet, &packet_bytes);
        if (packet_bytes != stored_bytes || memcmp(packet, data, stored_bytes) != 0)
            (*different)++;
        data += stored_bytes;
    }
    opus_bundle_close(encoder);
    *different += missing(stored, lines);
    return status;
}

static enum status read_arguments(int count, char *const *arguments, struct line *lines)
{
    enum status status = STATUS_OK;
    int index = 2;

    if (count < 2)
        return STATUS_INVALID;
    for (; index + LEG_ARGUMENTS <= count && status == STATUS_OK; index += LEG_ARGUMENTS)
        status = strcmp(arguments[index], "--leg") ? STATUS_INVALID
                                                   : read_leg(arguments + index + 1, lines);
    return status == STATUS_OK && index != count ? STATUS_INVALID : status;
}

int main(int argc, char **argv)
{
    struct line lines[OPUS_CHANNELS] = {{0}};
    struct stored stored = {0};
    size_t different = 0;

    bytes_init(&stored.data, FILE_BYTES_MAX);
    bytes_init(&stored.sizes, FILE_BYTES_MAX);
    enum status status = read_arguments(argc, argv, lines);
    if (status == STATUS_OK)
        status = read_stored(argv[1], &stored);
    if (status == STATUS_OK)
        status = compare(&stored, lines, &different);
    if (status == STATUS_OK)
        (void)printf("packets %zu different %zu\n", stored.count, different);
    else
        (void)fprintf(stderr,
                      "bitexact: %s\nusage: bitexact FILE.opus [--leg left|right CODEC "
                      "ANCHOR_SAMPLES PAYLOAD_FILE WITHHELD_FILE]...\n",
                      status_text(status));
    int exit_status = status != STATUS_OK ? 2 : different || !stored.count ? 1 : 0;
    bytes_deinit(&stored.data);
    bytes_deinit(&stored.sizes);
    free(lines[0].pcm);
    free(lines[1].pcm);
    return exit_status;
}
