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
#include <ogg/ogg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "encode/opus_bundle.h"
#include "tests/tools/support/sent_line.h"

enum { LEG_ARGUMENTS = 6, HEAD_STREAMS_AT = 19 /* of OpusHead, RFC 7845 section 5.1 */ };

/* The audio of one channel as it must have been recorded. */
struct line {
    struct sent_line sent;
    int64_t anchor; /* where it begins, in samples from the start */
};

struct stored {
    struct bytes data;  /* packets one after another */
    struct bytes sizes; /* u32 each */
    size_t count;       /* audio packets */
    size_t own;         /* streams behind left and right, which are spare */
};

/* arguments: channel, CODEC, ANCHOR, PAYLOAD_FILE, WITHHELD_FILE */
static enum status read_leg(char *const *arguments, struct line *lines)
{
    size_t channel = !strcmp(arguments[0], "right");
    char *rest = NULL;
    long long anchor = strtoll(arguments[2], &rest, 10);

    if ((!channel && strcmp(arguments[0], "left") != 0) || *rest || anchor < 0 ||
        lines[channel].sent.pcm)
        return STATUS_INVALID;
    lines[channel].anchor = anchor;
    return sent_line_read(arguments[1], arguments[3], arguments[4], &lines[channel].sent);
}

static enum status keep_packet(struct stored *stored, const ogg_packet *packet)
{
    uint8_t size[4];

    if (packet->packetno == 0 && packet->bytes > HEAD_STREAMS_AT &&
        packet->packet[HEAD_STREAMS_AT] > OPUS_CHANNELS)
        stored->own = packet->packet[HEAD_STREAMS_AT] - (size_t)OPUS_CHANNELS;
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

    bytes_init(&file, SENT_LINE_FILE_BYTES_MAX);
    enum status status = sent_line_file(path, &file);
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

/* Packets that the lines need and the recording does not have. */
static size_t missing(const struct stored *stored, const struct line *lines)
{
    size_t needed = 0;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        size_t end = lines[i].sent.pcm ? lines[i].sent.samples + (size_t)lines[i].anchor : 0;
        if ((end + SENT_LINE_SAMPLES - 1) / SENT_LINE_SAMPLES > needed)
            needed = (end + SENT_LINE_SAMPLES - 1) / SENT_LINE_SAMPLES;
    }
    return needed > stored->count ? needed - stored->count : 0;
}

static enum status compare(const struct stored *stored, const struct line *lines, size_t *different)
{
    const uint32_t rates_hz[OPUS_CHANNELS] = {SENT_LINE_RATE_HZ, SENT_LINE_RATE_HZ};
    static const struct opus_settings settings;
    struct opus_bundle *encoder = NULL;
    const uint8_t *data = stored->data.data;
    enum status status = opus_bundle_open(rates_hz, &encoder, NULL);

    if (status == STATUS_OK) {
        opus_bundle_configure(encoder, &settings, stored->own);
        opus_bundle_sleep(encoder);
    }
    for (size_t i = 0; i < stored->count && status == STATUS_OK; i++) {
        int16_t pcm[OPUS_CHANNELS][SENT_LINE_SAMPLES];
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t packet_bytes = 0;
        size_t stored_bytes = bytes_get_u32(stored->sizes.data + 4 * i);
        const int16_t *const both[BOUND_OPUS_STREAMS] = {pcm[0], pcm[1]};
        for (size_t channel = 0; channel < OPUS_CHANNELS; channel++)
            sent_line_frame(&lines[channel].sent, lines[channel].anchor, i, pcm[channel]);
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
    struct line lines[OPUS_CHANNELS] = {{{0}, 0}};
    struct stored stored = {0};
    size_t different = 0;

    bytes_init(&stored.data, SENT_LINE_FILE_BYTES_MAX);
    bytes_init(&stored.sizes, SENT_LINE_FILE_BYTES_MAX);
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
    sent_line_deinit(&lines[0].sent);
    sent_line_deinit(&lines[1].sent);
    return exit_status;
}
