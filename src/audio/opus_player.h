/**
 * opus_player: the packets of a stored recording decoded as a player does it (storage/FORMAT.md
 * section 3.1, RFC 7845): all streams that its header maps. For finding out whether it plays.
 *
 * One thread.
 */
#ifndef RECORDER_AUDIO_OPUS_PLAYER_H
#define RECORDER_AUDIO_OPUS_PLAYER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { OPUS_PLAYER_HZ = 48000 };

struct opus_player;

/**
 * Begin with the first packet, OpusHead.
 *
 * pre_skip  out: samples at 48 kHz that are not played.
 *
 * STATUS_OK (*out set), STATUS_CORRUPT (it is none, or maps what there is not), STATUS_UNSUPPORTED
 * (a mapping family of others), STATUS_NOMEM.
 */
enum status opus_player_create(const uint8_t *head, size_t head_bytes, struct opus_player **out,
                               unsigned *pre_skip) MUST_CHECK;

/** Free; NULL is accepted. */
void opus_player_destroy(struct opus_player *owned_player);

/**
 * Decode a packet of sound.
 *
 * samples  out: how many of each channel, at 48 kHz.
 *
 * STATUS_OK, STATUS_CORRUPT (it cannot be decoded).
 */
enum status opus_player_decode(struct opus_player *player, const uint8_t *packet,
                               size_t packet_bytes, unsigned *samples) MUST_CHECK;

#endif
