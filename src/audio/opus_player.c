#include "audio/opus_player.h"

#include <opus/opus_multistream.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum {
    HEAD_BYTES = 19, /* without the table of the mapping */
    TABLE_AT = 21,
    VERSION_AT = 8,
    CHANNELS_AT = 9,
    PRE_SKIP_AT = 10,
    FAMILY_AT = 18,
    STREAMS_AT = 19,
    COUPLED_AT = 20,
    VERSION_MAJOR = 0xf0,
    FRAME_SAMPLES_MAX = 5760, /* 120 ms */
};

struct opus_player {
    OpusMSDecoder *decoder;
    int channels;
    int16_t *sound; /* FRAME_SAMPLES_MAX of each channel */
};

struct mapping {
    int channels;
    int streams;
    int coupled;
    unsigned char channel[255];
};

/* RFC 7845 section 5.1. */
static enum status read_mapping(const uint8_t *head, size_t head_bytes, struct mapping *mapping)
{
    if (head_bytes < HEAD_BYTES || memcmp(head, "OpusHead", VERSION_AT) != 0 ||
        (head[VERSION_AT] & VERSION_MAJOR) != 0 || head[CHANNELS_AT] == 0)
        return STATUS_CORRUPT;
    mapping->channels = head[CHANNELS_AT];
    if (head[FAMILY_AT] == 0) {
        *mapping = (struct mapping){mapping->channels, 1, mapping->channels - 1, {0, 1}};
        return mapping->channels <= 2 ? STATUS_OK : STATUS_CORRUPT;
    }
    if (head[FAMILY_AT] != 1 && head[FAMILY_AT] != 255)
        return STATUS_UNSUPPORTED;
    if (head_bytes < TABLE_AT + (size_t)mapping->channels)
        return STATUS_CORRUPT;
    mapping->streams = head[STREAMS_AT];
    mapping->coupled = head[COUPLED_AT];
    memcpy(mapping->channel, head + TABLE_AT, (size_t)mapping->channels);
    return STATUS_OK;
}

enum status opus_player_create(const uint8_t *head, size_t head_bytes, struct opus_player **out,
                               unsigned *pre_skip)
{
    struct mapping mapping;
    struct opus_player *player = NULL;
    int code = OPUS_OK;
    enum status status = read_mapping(head, head_bytes, &mapping);

    if (status != STATUS_OK)
        return status;
    player = calloc(1, sizeof *player);
    if (!player)
        return STATUS_NOMEM;
    player->channels = mapping.channels;
    player->sound =
        calloc((size_t)FRAME_SAMPLES_MAX * (size_t)mapping.channels, sizeof *player->sound);
    player->decoder = opus_multistream_decoder_create(
        OPUS_PLAYER_HZ, mapping.channels, mapping.streams, mapping.coupled, mapping.channel, &code);
    if (!player->sound || code == OPUS_ALLOC_FAIL)
        status = STATUS_NOMEM;
    else if (code != OPUS_OK)
        status = STATUS_CORRUPT;
    if (status != STATUS_OK) {
        opus_player_destroy(player);
        return status;
    }
    *pre_skip = bytes_get_u16(head + PRE_SKIP_AT);
    *out = player;
    return STATUS_OK;
}

void opus_player_destroy(struct opus_player *owned_player)
{
    if (!owned_player)
        return;
    if (owned_player->decoder)
        opus_multistream_decoder_destroy(owned_player->decoder);
    free(owned_player->sound);
    free(owned_player);
}

enum status opus_player_decode(struct opus_player *player, const uint8_t *packet,
                               size_t packet_bytes, unsigned *samples)
{
    if (packet_bytes == 0 || packet_bytes > INT32_MAX)
        return STATUS_CORRUPT;
    int decoded = opus_multistream_decode(player->decoder, packet, (opus_int32)packet_bytes,
                                          player->sound, FRAME_SAMPLES_MAX, 0);
    if (decoded <= 0)
        return STATUS_CORRUPT;
    *samples = (unsigned)decoded;
    return STATUS_OK;
}
