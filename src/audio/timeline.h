/**
 * timeline: one leg's packets in the order of their positions, from which the leg's sound is read
 * as one unbroken line: what no packet covers reads as zeros.
 *
 * Positions are samples of the leg's rate from the recording's start. Packets wait undecoded; each
 * is decoded once, when reading reaches it. Owned by one thread.
 *
 * Invariants: waiting packets do not overlap and all end after the read position; the read position
 * only grows; count <= BOUND_REORDER_PACKETS.
 */
#ifndef RECORDER_AUDIO_TIMELINE_H
#define RECORDER_AUDIO_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/bounds.h"
#include "base/status.h"

/* One packet with a place. */
struct timeline_packet {
    int64_t position; /* of its first sample */
    int64_t arrival;  /* when it came, as a position */
    uint32_t run;     /* which run of sequence numbers, chosen by the caller */
    uint32_t ssrc;    /* whose; only handed on */
    int64_t sequence; /* extended, comparable within a run */
    bool marker;      /* first after a silence, by its sender */
    const struct audio_codec *codec;
    const uint8_t *payload; /* borrowed, copied before return; at least one sample */
    size_t payload_bytes;
};

/* A packet that reading has just reached, and the one before it. */
struct timeline_entry {
    bool first;          /* there was none before; the fields of the one before are 0 */
    int64_t gap_start;   /* end of the audio before, 0 at first */
    int64_t gap_end;     /* where this one's audio begins */
    uint32_t run_before; /* of the packet before */
    int64_t sequence_before;
    uint32_t ssrc_before;
    const struct audio_codec *codec_before; /* NULL at first */
    uint32_t run;
    int64_t sequence;
    uint32_t ssrc;
    const struct audio_codec *codec;
    bool marker;
    uint32_t samples; /* of this packet, whole */
};

struct timeline;

/** STATUS_OK (*out set), STATUS_NOMEM. */
enum status timeline_create(struct timeline **out) MUST_CHECK;

/** Free it with what waits; NULL is accepted. */
void timeline_destroy(struct timeline *owned_timeline);

/**
 * Begin the line at a position instead of at 0; before anything is placed or read.
 *
 * position  >= 0.
 */
void timeline_begin(struct timeline *timeline, int64_t position);

/**
 * Put one packet in its place. Where packets overlap, those that came first stay.
 *
 * STATUS_OK     it waits, at least in part.
 * STATUS_LATE   it ends at or before the read position.
 * STATUS_EXISTS its whole place is taken by others.
 * STATUS_LIMIT  BOUND_REORDER_PACKETS wait already.
 * STATUS_NOMEM
 * Nothing changed but for STATUS_OK.
 */
enum status timeline_place(struct timeline *timeline,
                           const struct timeline_packet *packet) MUST_CHECK;

/**
 * Up to where the line may be read: to the first gap, or to `passed`, before which no gap is waited
 * for any more, whichever is later.
 */
int64_t timeline_ready(const struct timeline *timeline, int64_t passed);

/** End of the waiting audio that came by `arrival`; the read position where none did. */
int64_t timeline_due(const struct timeline *timeline, int64_t arrival);

/**
 * Read samples at the read position; zeros where no packet lies. Stops early in front of a packet
 * that it has not reached before, so that each of them is told once.
 *
 * pcm      int16_t[samples].
 * reached  whether *entry was set: the samples read begin with that packet's first.
 *
 * Returns how many were read, 1..samples for samples > 0.
 */
size_t timeline_read(struct timeline *timeline, int16_t *pcm, size_t samples, bool *reached,
                     struct timeline_entry *entry);

/** Where the last audio that was read ended; 0 where none was. */
int64_t timeline_audio_end(const struct timeline *timeline);

/** End of all that waits, or the read position where that is later: nothing lies behind it. */
int64_t timeline_occupied_end(const struct timeline *timeline);

/** Packets that wait. */
size_t timeline_waiting(const struct timeline *timeline);

#endif
