/*
 * survived: what a recording that a crash cut short holds of what was sent, bit for bit.
 *
 * As bitexact, but where a leg begins need not be known, the recording may end early, and it may
 * have holes: each packet is compared with the one of its granule position.
 *
 * usage: survived FILE.opus [--leg left|right CODEC AT REACH PAYLOAD_FILE WITHHELD_FILE]...
 *
 * AT, REACH  the leg's first packet lies at most REACH samples (8 kHz) from AT: it is taken to lie
 *            where most packets agree
 * the others are those of bitexact
 *
 * A channel without --leg is silent. Prints one JSON object: "frames" that are there, of 20 ms;
 * "end", one past the last of them; "anchors" of left and right in samples, null where there is no
 * leg; "holes" and "different", lists of stretches [from, to) of frames that are missing before the
 * end, or silence in their place, and that are there and not what was sent. Exit status 0 where it
 * could be read, whatever is in it; 2 on wrong usage or a file that cannot be read, or is no whole
 * Ogg stream.
 */
#include <ogg/ogg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "encode/opus_bundle.h"
#include "tests/tools/support/sent_line.h"

enum {
    LEG_ARGUMENTS = 7,
    HEAD_BYTES_MIN = 21, /* OpusHead with a mapping family (RFC 7845 section 5.1) */
    HEAD_STREAMS_AT = 19,
    FRAMES_MAX = 3600 * OPUS_FRAMES_PER_SECOND,
};

struct leg {
    struct sent_line sent;
    int64_t at;
    int64_t reach;
    int64_t anchor;
};

/* One packet of 20 ms; borrowed from the file's bytes. NULL: it is not there. */
struct frame {
    const uint8_t *data;
    size_t data_bytes;
};

struct stored {
    struct bytes file;
    size_t own; /* streams behind left and right */
    struct frame *frame;
    size_t end;   /* one past the last that is there */
    size_t count; /* of those that are there */
    long pages;   /* number of the page that should come next */
};

/* --- what is stored --- */
static enum status take_head(const ogg_page *page, struct stored *stored)
{
    if (page->body_len < HEAD_BYTES_MIN || memcmp(page->body, "OpusHead", 8) != 0 ||
        page->body[HEAD_STREAMS_AT] < OPUS_CHANNELS)
        return STATUS_CORRUPT;
    stored->own = page->body[HEAD_STREAMS_AT] - (size_t)OPUS_CHANNELS;
    return STATUS_OK;
}

/* Counted here: src/encode has a function of the name of libogg's. */
static size_t packets_of(const ogg_page *page)
{
    size_t packets = 0;

    for (int i = 0; i < page->header[26]; i++)
        packets += page->header[27 + i] < 255;
    return packets;
}

/* The frame behind a page's last, by its granule position. The last page's says where what is heard
 * ends, which may be earlier than its last packet does. -1: it cannot be. */
static int64_t end_of(const ogg_page *page, int64_t packets, const struct stored *stored)
{
    int64_t samples = ogg_page_granulepos(page);
    int64_t end = samples / OPUS_FRAME_GRANULE;

    if (ogg_page_eos(page) && ogg_page_pageno(page) == stored->pages)
        return (int64_t)stored->end + packets;
    if (samples % OPUS_FRAME_GRANULE || end < (int64_t)stored->end + packets || end > FRAMES_MAX)
        return -1;
    return end;
}

/* Packets never go on on another page (FORMAT.md section 3.1). */
static enum status take_page(const ogg_page *page, struct stored *stored)
{
    size_t packets = packets_of(page);
    const uint8_t *data = page->body;

    if (!packets)
        return STATUS_OK; /* the end, as recovery writes it */
    int64_t end = end_of(page, (int64_t)packets, stored);
    if (end < 0 || end > FRAMES_MAX)
        return STATUS_CORRUPT;
    size_t frame = (size_t)end - packets;
    for (int i = 0; i < page->header[26]; i++) {
        uint8_t lacing = page->header[27 + i];
        struct frame *into = &stored->frame[frame];
        into->data = into->data ? into->data : data;
        into->data_bytes += lacing;
        data += lacing;
        frame += lacing < 255;
    }
    stored->count += packets;
    stored->end = (size_t)end;
    stored->pages = ogg_page_pageno(page) + 1;
    return frame == (size_t)end ? STATUS_OK : STATUS_CORRUPT;
}

/* Pages are found and checked by libogg, which our writer does not use; nothing may lie between. */
static enum status read_stored(const char *path, struct stored *stored)
{
    ogg_sync_state sync;
    ogg_page page;
    size_t pages = 0;
    size_t taken = 0;

    enum status status = sent_line_file(path, &stored->file);
    (void)ogg_sync_init(&sync);
    if (status == STATUS_OK && stored->file.len) {
        memcpy(ogg_sync_buffer(&sync, (long)stored->file.len), stored->file.data, stored->file.len);
        (void)ogg_sync_wrote(&sync, (long)stored->file.len);
    }
    stored->pages = 2;
    for (; status == STATUS_OK && ogg_sync_pageout(&sync, &page) == 1; pages++) {
        taken += (size_t)(page.header_len + page.body_len);
        page.body = stored->file.data + taken - (size_t)page.body_len; /* libogg's moves */
        if (pages == 0)
            status = take_head(&page, stored);
        else if (pages > 1)
            status = take_page(&page, stored);
    }
    (void)ogg_sync_clear(&sync);
    if (status == STATUS_OK && (taken != stored->file.len || pages < 2))
        status = STATUS_CORRUPT;
    return status;
}

/* --- what was sent --- */
static struct opus_bundle *open_encoder(const struct stored *stored)
{
    static const struct opus_settings settings;
    const uint32_t rates_hz[OPUS_CHANNELS] = {SENT_LINE_RATE_HZ, SENT_LINE_RATE_HZ};
    struct opus_bundle *encoder = NULL;

    if (opus_bundle_open(rates_hz, &encoder, NULL) != STATUS_OK)
        return NULL;
    opus_bundle_configure(encoder, &settings, stored->own);
    opus_bundle_sleep(encoder);
    return encoder;
}

/* Encode a frame of these legs; NULL is a silent one. Returns the packet's bytes, 0 on failure. */
static size_t encode(struct opus_bundle *encoder, const struct leg *const *legs, size_t frame,
                     uint8_t packet[static BOUND_OPUS_PACKET_BYTES])
{
    int16_t pcm[OPUS_CHANNELS][SENT_LINE_SAMPLES] = {{0}};
    const int16_t *all[BOUND_OPUS_STREAMS] = {NULL};
    size_t packet_bytes = 0;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        all[i] = pcm[i];
        if (legs[i])
            sent_line_frame(&legs[i]->sent, legs[i]->anchor, frame, pcm[i]);
    }
    return opus_bundle_encode(encoder, all, packet, &packet_bytes) == STATUS_OK ? packet_bytes : 0;
}

/* One channel's piece of a packet; a self-delimited one has its length in front (RFC 6716 appendix
 * B). 0 bytes: it is not there. */
static struct frame piece_of(const uint8_t *data, size_t data_bytes, size_t channel)
{
    for (size_t i = 0;; i++) {
        if (data_bytes < 2)
            return (struct frame){NULL, 0};
        size_t length = data[1] < 252 ? 2 + (size_t)data[1]
                                      : 3 + (size_t)data[1] + 4 * (data_bytes > 2 ? data[2] : 0u);
        if (length > data_bytes)
            length = data_bytes; /* the last of all has no length */
        if (i == channel)
            return (struct frame){data, length};
        data += length;
        data_bytes -= length;
    }
}

static bool same(struct frame one, struct frame other)
{
    return one.data && other.data && one.data_bytes == other.data_bytes &&
           memcmp(one.data, other.data, one.data_bytes) == 0;
}

/* What recovery puts where packets are gone: silence, in left and in right (FORMAT.md section 3.1).
 */
static bool is_gap(struct frame there)
{
    static const uint8_t silence[] = {0x98, 0x02, 0xff, 0xfe}; /* self-delimited */
    static const uint8_t last_silence[] = {0x98, 0xff, 0xfe};
    struct frame left = piece_of(there.data, there.data_bytes, 0);
    struct frame right = piece_of(there.data, there.data_bytes, 1);

    return same(left, (struct frame){silence, sizeof silence}) &&
           (same(right, (struct frame){silence, sizeof silence}) ||
            same(right, (struct frame){last_silence, sizeof last_silence}));
}

/* How many packets of the channel agree before the first that does not. */
static size_t agreeing(const struct stored *stored, const struct leg *leg, size_t channel)
{
    const struct leg *legs[OPUS_CHANNELS] = {NULL};
    struct opus_bundle *encoder = open_encoder(stored);
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t agree = 0;

    legs[channel] = leg;
    for (size_t i = 0; i < stored->end && encoder; i++) {
        const struct frame *there = &stored->frame[i];
        size_t packet_bytes = encode(encoder, legs, i, packet);
        if (!there->data)
            continue;
        if (same(piece_of(packet, packet_bytes, channel),
                 piece_of(there->data, there->data_bytes, channel)))
            agree++;
        else if (!is_gap(*there))
            break;
    }
    opus_bundle_close(encoder);
    return agree;
}

/* From the middle outwards: where a leg begins is known to a few milliseconds. */
static void find_anchor(const struct stored *stored, struct leg *leg, size_t channel)
{
    size_t best = 0;
    int64_t anchor = leg->at;

    for (int64_t i = 0; i <= 2 * leg->reach && best < stored->count; i++) {
        leg->anchor = leg->at + (i % 2 ? (i + 1) / 2 : -i / 2);
        if (leg->anchor < 0)
            continue;
        size_t agree = agreeing(stored, leg, channel);
        if (agree > best) {
            best = agree;
            anchor = leg->anchor;
        }
    }
    leg->anchor = anchor;
}

/* --- what is told --- */
/* Print stretches of frames for which marked[i] holds. */
static void print_stretches(const char *name, const bool *marked, size_t count)
{
    const char *comma = "";

    (void)printf(", \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        size_t from = i;
        while (i < count && marked[i])
            i++;
        if (i > from) {
            (void)printf("%s[%zu, %zu]", comma, from, i);
            comma = ", ";
        }
    }
    (void)printf("]");
}

static void print_anchors(const struct leg *legs)
{
    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        (void)printf("%s", i ? ", " : ", \"anchors\": [");
        if (legs[i].sent.pcm)
            (void)printf("%lld", (long long)legs[i].anchor);
        else
            (void)printf("null");
    }
    (void)printf("]");
}

static enum status compare(const struct stored *stored, const struct leg *legs)
{
    const struct leg *both[OPUS_CHANNELS] = {&legs[0], &legs[1]};
    struct opus_bundle *encoder = open_encoder(stored);
    bool *missing = calloc(stored->end + 1, sizeof *missing);
    bool *different = calloc(stored->end + 1, sizeof *different);
    enum status status = encoder && missing && different ? STATUS_OK : STATUS_NOMEM;

    for (size_t i = 0; i < stored->end && status == STATUS_OK; i++) {
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t packet_bytes = encode(encoder, both, i, packet);
        bool agrees = same((struct frame){packet, packet_bytes}, stored->frame[i]);
        missing[i] = !agrees && (!stored->frame[i].data || is_gap(stored->frame[i]));
        different[i] = !agrees && !missing[i];
    }
    if (status == STATUS_OK) {
        (void)printf("{\"frames\": %zu, \"end\": %zu", stored->count, stored->end);
        print_anchors(legs);
        print_stretches("holes", missing, stored->end);
        print_stretches("different", different, stored->end);
        (void)printf("}\n");
    }
    free(missing);
    free(different);
    opus_bundle_close(encoder);
    return status;
}

/* arguments: channel, CODEC, AT, REACH, PAYLOAD_FILE, WITHHELD_FILE */
static enum status read_leg(char *const *arguments, struct leg *legs)
{
    size_t channel = !strcmp(arguments[0], "right");
    struct leg *leg = &legs[channel];
    char *rest[2] = {NULL};

    if ((!channel && strcmp(arguments[0], "left") != 0) || leg->sent.pcm)
        return STATUS_INVALID;
    leg->at = strtoll(arguments[2], &rest[0], 10);
    leg->reach = strtoll(arguments[3], &rest[1], 10);
    if (*rest[0] || *rest[1] || leg->reach < 0)
        return STATUS_INVALID;
    return sent_line_read(arguments[1], arguments[4], arguments[5], &leg->sent);
}

static enum status read_arguments(int count, char *const *arguments, struct leg *legs)
{
    enum status status = STATUS_OK;
    int index = 2;

    if (count < 2)
        return STATUS_INVALID;
    for (; index + LEG_ARGUMENTS <= count && status == STATUS_OK; index += LEG_ARGUMENTS)
        status = strcmp(arguments[index], "--leg") ? STATUS_INVALID
                                                   : read_leg(arguments + index + 1, legs);
    return status == STATUS_OK && index != count ? STATUS_INVALID : status;
}

int main(int argc, char **argv)
{
    struct leg legs[OPUS_CHANNELS] = {{{0}, 0, 0, 0}};
    struct stored stored = {0};

    bytes_init(&stored.file, SENT_LINE_FILE_BYTES_MAX);
    stored.frame = calloc(FRAMES_MAX + 1, sizeof *stored.frame);
    enum status status = stored.frame ? read_arguments(argc, argv, legs) : STATUS_NOMEM;
    if (status == STATUS_OK)
        status = read_stored(argv[1], &stored);
    for (size_t i = 0; i < OPUS_CHANNELS && status == STATUS_OK; i++)
        if (legs[i].sent.pcm)
            find_anchor(&stored, &legs[i], i);
    if (status == STATUS_OK)
        status = compare(&stored, legs);
    if (status != STATUS_OK)
        (void)fprintf(stderr,
                      "survived: %s\nusage: survived FILE.opus [--leg left|right CODEC AT REACH "
                      "PAYLOAD_FILE WITHHELD_FILE]...\n",
                      status_text(status));
    free(stored.frame);
    bytes_deinit(&stored.file);
    sent_line_deinit(&legs[0].sent);
    sent_line_deinit(&legs[1].sent);
    return status == STATUS_OK ? EXIT_SUCCESS : 2;
}
