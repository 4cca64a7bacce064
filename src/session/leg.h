/**
 * leg: one stream of a recording: from datagrams to an unbroken line of samples, with an account of
 * every packet and of every stretch that is not heard audio.
 *
 * Owned by the recording's media thread. Positions are samples of the leg's rate from the
 * recording's start.
 *
 * On hold nothing is heard: what arrives is counted as ignored. What comes after the hold is a new
 * talk spurt, anchored by its arrival, whatever numbers and timestamps did meanwhile; numbers that
 * are missing over a hold are not lost.
 *
 * Invariants: every datagram is exactly one of placed, late, duplicate, displaced, ignored,
 * refused, or kept until leg_settle; lost = expected - distinct numbers that came, over all runs of
 * sequence numbers.
 */
#ifndef RECORDER_SESSION_LEG_H
#define RECORDER_SESSION_LEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "audio/facts.h"
#include "base/status.h"
#include "session/notes.h"

enum {
    LEG_OTHERS_MAX = 4,  /* payload types beside the agreed one */
    LEG_SOURCES_MAX = 4, /* runs of sequence numbers known at a time; the oldest makes room */
    /* nothing but late packets for so long: the anchor is wrong. Less than RECORDING_REORDER_MS, so
     * that where they arrived is not yet read */
    LEG_LATE_RESTART_MS = 800,
    LEG_RETURN_LAG_MS =
        200,              /* so far behind its arrival no audio lies that goes on: see leg_turn */
    LEG_EVENTS_MAX = 256, /* changes of codec and source that are told */
};

/* What becomes of a datagram that is not the leg's to place. */
enum leg_outcome {
    LEG_IGNORED,   /* malformed, too long, or not for this leg */
    LEG_DUPLICATE, /* known to have come before */
    LEG_REFUSED,   /* not authentic, or of a sender that is not the leg's */
};

struct leg_counts {
    uint64_t placed;
    uint64_t late;
    uint64_t duplicate;
    uint64_t displaced; /* their place was taken by others */
    uint64_t ignored;   /* other payload types, malformed, too long, on hold, more than can wait */
    uint64_t refused;   /* not authentic, or of a sender that is not the leg's */
    uint64_t lost;      /* numbers that never came */
};

/* What a payload type is decoded by. */
struct leg_format {
    const struct audio_codec *codec;
    uint8_t payload_type;
};

struct leg;

/**
 * codec         of the audio.
 * payload_type  that it comes with. Audio by the payload types of RFC 3551 is heard as well, where
 *               its rate is the same; all others are counted, and not heard.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status leg_create(const struct audio_codec *codec, uint8_t payload_type,
                       struct leg **out) MUST_CHECK;

/** Free; NULL is accepted. */
void leg_destroy(struct leg *owned_leg);

/**
 * Let the leg join a recording that runs; before anything else is done with it.
 *
 * begin_ns    when it joined, from the recording's start: the line before is no fact of the leg's.
 * read_samples where the recording's line is read next.
 */
void leg_join(struct leg *leg, int64_t begin_ns, int64_t read_samples);

/** On hold, or not, from that moment on, ns from the start; given in the order of the moments. */
void leg_hold(struct leg *leg, bool held, int64_t at_ns);

/**
 * The audio comes from another address from now on. A source that was heard before may go on with a
 * clock that stood still meanwhile, while another was heard: where its next packet would lie more
 * than LEG_RETURN_LAG_MS before its arrival, it is anchored by that anew.
 */
void leg_turn(struct leg *leg);

/**
 * What the audio comes as from now on; what still comes as before is heard too.
 *
 * codec  of the same rate; what waits is still decoded by the codec it came with.
 */
void leg_set_codec(struct leg *leg, const struct audio_codec *codec, uint8_t payload_type);

/**
 * Further payload types that are heard from now on, instead of those named before: what was offered
 * and not answered, which some send all the same.
 *
 * others  struct leg_format[count], copied; those of another rate than the leg's are left out.
 * count   0..LEG_OTHERS_MAX.
 */
void leg_set_others(struct leg *leg, const struct leg_format *others, size_t count);

/**
 * Take one datagram.
 *
 * data        borrowed.
 * arrival_ns  from the recording's start; below 0 counts as 0.
 */
void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, int64_t arrival_ns);

/** Count datagrams that are not placed. */
void leg_count(struct leg *leg, enum leg_outcome outcome, uint64_t datagrams);

/**
 * Place what came too late for LEG_LATE_RESTART_MS anew, by its arrival: nothing of it is lost.
 *
 * horizon_ns  all that arrived before it was given to leg_receive; INT64_MAX: nothing will follow.
 */
void leg_settle(struct leg *leg, int64_t horizon_ns);

/**
 * Up to which sample the line may be read: to the first gap, or to passed_ns, before which no gap
 * is waited for any more, whichever is later. Neither a hold is waited for, up to the horizon of
 * leg_settle, nor the time before the leg joined.
 */
int64_t leg_ready(const struct leg *leg, int64_t passed_ns);

/** End of the waiting audio that arrived by then, in samples; the read position where none did. */
int64_t leg_due(const struct leg *leg, int64_t arrival_ns);

/** Read the next samples of the line: int16_t[samples]; zeros where nothing was heard. */
void leg_read(struct leg *leg, int16_t *pcm, size_t samples);

/**
 * Nothing more will be read: what was not heard up to here becomes a fact, and packets that still
 * wait count as late.
 *
 * end_samples  end of the recording.
 */
void leg_finish(struct leg *leg, int64_t end_samples);

/** End of all audio that waits or was read; 0 where none came. */
int64_t leg_audio_end(const struct leg *leg);

/** Where the first audio that was read lies; -1 where none was. */
int64_t leg_anchor(const struct leg *leg);

/** Of positions and samples. */
uint32_t leg_rate_hz(const struct leg *leg);

/** The codec that leg_set_codec or leg_create named last. */
const struct audio_codec *leg_codec(const struct leg *leg);

/** Counters so far. */
struct leg_counts leg_counts(const struct leg *leg);

/** Facts so far, borrowed; for each cause in the order of their positions. */
const struct facts *leg_facts(const struct leg *leg);

/**
 * Events so far, borrowed: "codec_change" and "ssrc_change", where the first packet of the new one
 * was read. Their leg is -1.
 */
const struct notes *leg_events(const struct leg *leg);

#endif
