/**
 * voice_private: what a voice is made of, for voice*.c only.
 */
#ifndef RECORDER_SESSION_VOICE_PRIVATE_H
#define RECORDER_SESSION_VOICE_PRIVATE_H

#include <stdbool.h>

#include "audio/decoder.h"
#include "audio/placement.h"
#include "audio/timeline.h"
#include "rtp/sequence.h"
#include "session/held_packets.h"
#include "session/tick_rate.h"
#include "session/voice.h"
#include "session/voice_clock.h"
#include "session/voice_output.h"

enum { VOICE_RUNS_MAX = 3 }; /* known at a time; the one that was quiet longest makes room */

/* One run of sequence numbers. */
struct voice_run {
    bool used;
    uint32_t number; /* never the same twice in a voice */
    size_t spurt;
    int64_t last_arrival_ns;
    uint32_t step_ticks;      /* from one packet to the next; 0: not known */
    bool in_step;             /* a packet was placed by the timestamps of this epoch */
    int64_t epoch_first;      /* whose first number that is */
    int64_t last_offset;      /* arrival of the newest, less its place */
    bool came_back;           /* others were heard before the first that is held */
    bool took_over;           /* another run of the voice was, where this one would lie */
    struct held_packets held; /* the newest, where all of them come later than they should */
    struct rtp_sequence sequence;
    struct placement placement;
    struct tick_rate rate;
};

/* What is being read: samples that lie in `pcm`, or silence. */
struct voice_open {
    int64_t origin;   /* position of pcm[0] */
    int64_t end;      /* it is read up to there; not ahead of the read position: none is open */
    uint32_t rate_hz; /* of pcm; 0: silence */
    bool invented;    /* what was lost */
};

/* What was read last. */
struct voice_last {
    bool any;
    int64_t end;
    uint32_t run;
    int64_t sequence;
    const struct audio_codec *codec; /* that was heard last; NULL before any */
};

/* What was anchored by the arrival of one packet, and is not read before more have told. */
struct voice_anchor {
    bool fresh;
    int64_t start; /* of that packet */
    int64_t arrival_ns;
};

/* A digit being pressed. */
struct voice_event {
    bool set;
    bool ended;  /* its sender said so */
    bool hidden; /* which it was is not told */
    bool told;   /* another was pressed since: what still comes of it is of no account */
    uint8_t event;
    uint32_t timestamp; /* of its newest segment (RFC 4733 section 2.5.1.3) */
    int64_t start;
    int64_t segment; /* where that begins */
    int64_t end;
};

struct voice {
    struct voice_leg leg;
    uint32_t ssrc;
    uint32_t runs;
    struct voice_run run[VOICE_RUNS_MAX];
    struct voice_anchor anchor;
    uint32_t clock_run; /* whose places the clock knows, and by which timestamps */
    int64_t clock_first;
    struct voice_clock clock;
    struct timeline *timeline;
    int64_t position; /* read up to here */
    bool closing; /* nothing follows: the line is not moved any more, or its end would be cut off */
    struct audio_decoder *decoder;
    bool paused; /* the decoder knows that there was silence */
    struct voice_open open;
    int16_t *pcm;       /* [pcm_cap] */
    size_t pcm_samples; /* that are there */
    size_t pcm_cap;
    bool decoded; /* the first that waits is in pcm already */
    uint32_t decoded_run;
    int64_t decoded_sequence;
    bool decoded_well;
    bool decoded_quiet;
    int64_t cut;  /* below 0: what lies behind the packet being opened is moved by so much */
    double floor; /* power of what is quiet on this line */
    struct voice_last last;
    int64_t heard_from; /* not told yet: heard from there up to heard_to */
    int64_t heard_to;
    int64_t invented_from; /* likewise, invented; told with the packet behind */
    int64_t invented_to;
    struct voice_event event;
    struct voice_output output;
};

/** The run that a packet belongs to; NULL where none does. */
struct voice_run *voice_find_run(struct voice *voice, const struct voice_packet *what,
                                 uint32_t ticks);

/** Move all that waits, is held, or will come. */
void voice_shift(struct voice *voice, int64_t by);

/* --- voice_read.c ------------------------------------------------------------------------------
 */

/** Numbers that are missing in front of a packet; 0 where they cannot be compared. */
uint64_t voice_missing_before(const struct voice *voice, const struct timeline_packet *packet);

/* --- voice_place.c: where packets lie ----------------------------------------------------------
 */

/** Where a packet's number and timestamp lie, as placement wants to know it. */
struct placement_packet voice_where(const struct voice *voice, const struct held_packet *what);

/** Put a packet at its place, and count it; a late one is not counted yet. As timeline_place. */
enum status voice_place(struct voice *voice, const struct voice_run *run,
                        const struct held_packet *what) MUST_CHECK;

/** The packet is too late, and nothing of it will be heard. */
void voice_give_up(struct voice *voice, struct voice_run *run, const struct held_packet *what);

/** A packet was given a place: the clock knows the places of the epoch that it belongs to, and an
 *  epoch that it began is to settle. */
void voice_follow_epoch(struct voice *voice, struct voice_run *run, const struct held_packet *what);

/** The timestamps of a run turned out to count by another clock: what waits of it is put right
 * where nothing of it was read; else what comes from now on lies by that. */
void voice_recount(struct voice *voice, struct voice_run *run, uint32_t clock_hz, int64_t position);

/** Arrival less place. */
int64_t voice_lateness(const struct held_packet *what);

/** What comes behind a packet is compared with how late that came. */
void voice_note_step(struct voice_run *run, const struct held_packet *what);

/* --- voice_held.c: what comes later than it should ---------------------------------------------
 */

/** The packet comes later than it should, and is the newest: keep it until it is known why. */
void voice_keep(struct voice *voice, struct voice_run *run, struct held_packet *what);

/** It was a stall that passed: the packets that are held lie where their timestamps say. */
void voice_release(struct voice *voice, struct voice_run *run);

/** Decide about what is held of a run, by what came so far. */
void voice_decide(struct voice *voice, struct voice_run *run);

/** Nothing follows: what is still held is late. */
void voice_give_up_held(struct voice *voice);

/* --- voice_correct.c: the sender's clock -------------------------------------------------------
 */

/** Nobody speaks up to a packet that waits: move that, and all behind it. */
void voice_correct_gap(struct voice *voice, const struct timeline_entry *head);

/** What was anchored anew has waited: move it to where the quickest packets say. */
void voice_settle_anchor(struct voice *voice);

/**
 * Move the first packet that waits, with all behind it, where that is due.
 *
 * quiet  nothing is said in it.
 *
 * Returns whether it may be read as it is now.
 */
bool voice_correct_packet(struct voice *voice, const struct timeline_entry *head, bool quiet);

/** Cut off what lies too late behind a packet that was opened. */
void voice_cut_behind(struct voice *voice);

/* --- voice_event.c -----------------------------------------------------------------------------
 */

/** Tell of the digit that was pressed last; nothing of it follows. */
void voice_event_over(struct voice *voice);

#endif
