#include "tools/recorderctl/play.h"

#include <ogg/ogg.h>
#include <string.h>

#include "audio/opus_player.h"

enum { BLOCK_BYTES = 65536, SAMPLES_PER_MS = OPUS_PLAYER_HZ / 1000, HEADER_PACKETS = 2 };

struct play {
    ogg_sync_state sync;
    ogg_stream_state stream;
    bool streaming;  /* stream is set up */
    bool ended;      /* the last page said so */
    long page;       /* number of the last page */
    uint64_t header; /* packets that were no sound */
    struct opus_player *player;
    unsigned pre_skip;
    int64_t granule; /* where the sound that was decoded or is missing ends */
    uint64_t samples;
    uint64_t missing; /* samples between pages that are not there */
    struct play_result result;
    struct fault *fault;
};

static enum status wrong(const struct play *play, const char *what)
{
    return fault_set(play->fault, STATUS_CORRUPT, 0, "it does not play: %s on page %llu", what,
                     (unsigned long long)play->result.pages);
}

static enum status take_packet(struct play *play, const ogg_packet *packet)
{
    unsigned samples = 0;

    if (play->header < HEADER_PACKETS) {
        play->header++;
        if (play->header == HEADER_PACKETS)
            return packet->bytes >= 8 && memcmp(packet->packet, "OpusTags", 8) == 0
                       ? STATUS_OK
                       : wrong(play, "no OpusTags");
        enum status status = opus_player_create(packet->packet, (size_t)packet->bytes,
                                                &play->player, &play->pre_skip);
        return status == STATUS_CORRUPT || status == STATUS_UNSUPPORTED ? wrong(play, "no OpusHead")
                                                                        : status;
    }
    if (opus_player_decode(play->player, packet->packet, (size_t)packet->bytes, &samples) !=
        STATUS_OK)
        return wrong(play, "a packet that cannot be decoded");
    play->result.packets++;
    play->samples += samples;
    play->granule += samples;
    return STATUS_OK;
}

/* Granule positions keep the time: what they run ahead of the sound is missing, at a hole. At the
 * end they may cut some of the last packet off. */
static enum status take_granule(struct play *play, const ogg_page *page, bool gap)
{
    int64_t granule = ogg_page_granulepos(page);

    if (granule < 0 || play->header < HEADER_PACKETS || play->result.packets == 0)
        return STATUS_OK;
    if (granule > play->granule && !gap)
        return wrong(play, "a time that its packets do not fill");
    if (granule > play->granule)
        play->missing += (uint64_t)(granule - play->granule);
    if (granule < play->granule && !ogg_page_eos(page))
        return wrong(play, "more packets than its time has room for");
    play->granule = granule;
    return STATUS_OK;
}

static enum status take_page(struct play *play, ogg_page *page)
{
    ogg_packet packet;
    enum status status = STATUS_OK;
    int got;

    if (!play->streaming && ogg_stream_init(&play->stream, ogg_page_serialno(page)))
        return STATUS_NOMEM;
    bool gap = play->streaming && ogg_page_pageno(page) != play->page + 1;
    play->streaming = true;
    if (play->ended)
        return wrong(play, "something behind the end");
    play->page = ogg_page_pageno(page);
    play->ended = ogg_page_eos(page) != 0;
    play->result.pages++;
    if (ogg_stream_pagein(&play->stream, page))
        return wrong(play, "another stream");
    while (status == STATUS_OK && (got = ogg_stream_packetout(&play->stream, &packet)) != 0) {
        if (got > 0)
            status = take_packet(play, &packet);
        else if (!gap)
            status = wrong(play, "a packet cut in two");
    }
    return status == STATUS_OK ? take_granule(play, page, gap) : status;
}

static enum status take_pages(struct play *play)
{
    enum status status = STATUS_OK;
    ogg_page page;
    int got;

    while (status == STATUS_OK && (got = ogg_sync_pageout(&play->sync, &page)) != 0)
        status = got > 0 ? take_page(play, &page)
                         : wrong(play, "bytes that are no page, or a wrong checksum,");
    return status;
}

static enum status read_all(struct play *play, const struct recording_reader *reader,
                            uint64_t bytes)
{
    enum status status = STATUS_OK;

    for (uint64_t at = 0; status == STATUS_OK && at < bytes;) {
        size_t part = bytes - at < BLOCK_BYTES ? (size_t)(bytes - at) : BLOCK_BYTES;
        char *room = ogg_sync_buffer(&play->sync, (long)part);
        if (!room)
            return STATUS_NOMEM;
        status = recording_reader_read(reader, at, (uint8_t *)room, part, play->fault);
        if (status == STATUS_OK && ogg_sync_wrote(&play->sync, (long)part))
            status = STATUS_NOMEM;
        if (status == STATUS_OK)
            status = take_pages(play);
        at += part;
    }
    return status;
}

static enum status compare(struct play *play, const struct recording_summary *summary)
{
    struct play_result *result = &play->result;
    int64_t heard = play->granule - play->pre_skip;

    result->duration_ms = heard > 0 ? heard / SAMPLES_PER_MS : 0;
    result->played_ms = (int64_t)(play->samples / SAMPLES_PER_MS);
    result->missing_ms = (int64_t)(play->missing / SAMPLES_PER_MS);
    if (!play->ended)
        return wrong(play, "no end of the stream");
    if (result->duration_ms > summary->duration_ms + PLAY_TOLERANCE_MS ||
        result->duration_ms < summary->duration_ms - PLAY_TOLERANCE_MS)
        return fault_set(play->fault, STATUS_CORRUPT, 0,
                         "it plays for %lld ms, and says that it has %lld",
                         (long long)result->duration_ms, (long long)summary->duration_ms);
    return STATUS_OK;
}

enum status play_recording(const struct recording_reader *reader, struct play_result *result,
                           struct fault *fault)
{
    const struct recording_summary *summary = recording_reader_summary(reader);
    struct play play = {.page = -1, .fault = fault};

    (void)ogg_sync_init(&play.sync);
    enum status status = read_all(&play, reader, summary->audio_bytes);
    if (status == STATUS_OK)
        status = compare(&play, summary);
    if (status == STATUS_NOMEM)
        status = fault_set(fault, status, 0, "play: out of memory");
    if (play.streaming)
        (void)ogg_stream_clear(&play.stream);
    (void)ogg_sync_clear(&play.sync);
    opus_player_destroy(play.player);
    if (status == STATUS_OK)
        *result = play.result;
    return status;
}
