/**
 * voice_clock: how far what a voice says lies from where its sender's clock says, and by how much
 * it is to be moved. Private to this folder.
 *
 * Embedded by value, owned by one thread. The line lies right where the quickest packets arrive;
 * of a sender that reports what time it is, all legs lie as that says, and together where the
 * quickest of all their packets arrive.
 *
 * Reports are believed while the time of two in a row advances as their timestamps do, within
 * VOICE_CLOCK_APART_PERCENT, and while what they say lies within VOICE_CLOCK_TRUST_MS of what
 * arrivals say: some senders report nonsense.
 */
#ifndef RECORDER_SESSION_VOICE_CLOCK_H
#define RECORDER_SESSION_VOICE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/clock_offset.h"
#include "rtp/rtcp.h"
#include "session/sender_clock.h"

enum {
    VOICE_CLOCK_APART_PERCENT = 1,
    VOICE_CLOCK_TRUST_MS = 200,
    VOICE_CLOCK_REPORTS = 4, /* a report's timestamp may be that of the last packet: the least of */
                             /* so many counts */
    VOICE_CLOCK_MOVE_MS = 10,  /* what is less off is left as it is */
    VOICE_CLOCK_FORCE_MS = 40, /* what is more off, or more apart from another leg that is nearer
                                  to its place, is moved though somebody speaks */
    VOICE_CLOCK_CUT_MS = 4000, /* but nothing is cut from speech that pauses before so long */
};

/* What the sender's reports say. */
struct voice_reports {
    struct sender_clock *sender;        /* NULL: none came */
    uint32_t count;                     /* that agree; two are needed */
    uint32_t timestamp;                 /* of the newest */
    int64_t ticks;                      /* of it, counted on from the first */
    int64_t time;                       /* of it */
    int64_t least[VOICE_CLOCK_REPORTS]; /* time less ticks, of the newest */
};

struct voice_clock {
    struct sender_clocks *senders; /* borrowed */
    size_t leg;                    /* its number there */
    struct clock_offset offset;    /* arrival less place */
    struct voice_reports reports;
    uint32_t clock_hz; /* of timestamps */
    bool has_lead;
    int64_t lead;       /* of the newest packet: when its sender's clock says it was sent, less
                           its place */
    int64_t cut_due_ns; /* since when what follows is too late; -1: it is not */
};

/** Nothing is known of a voice of that leg; senders borrowed, outlives it. */
void voice_clock_init(struct voice_clock *clock, struct sender_clocks *senders, size_t leg);

/** Timestamps begin anew: what is known of places, and from reports, is of no use any more. */
void voice_clock_restart(struct voice_clock *clock, uint32_t clock_hz);

/** A packet in its order was placed. */
void voice_clock_packet(struct voice_clock *clock, uint32_t timestamp, int64_t start,
                        int64_t arrival_ns);

/** A report came; clock->clock_hz is known. */
void voice_clock_report(struct voice_clock *clock, struct sender_clock *sender,
                        const struct rtcp_sender_report *report);

/** All places lie so much later from now on. */
void voice_clock_shift(struct voice_clock *clock, int64_t by);

/** The line was moved by force: what was known before the path changed would move it back. */
void voice_clock_forget(struct voice_clock *clock);

/**
 * By how much what follows is to lie later, or below 0 earlier; a multiple of LINE_GRID.
 *
 * quiet   nobody speaks here.
 * now_ns  where the line is.
 *
 * Returns 0 where it is to stay.
 */
int64_t voice_clock_due(struct voice_clock *clock, bool quiet, int64_t now_ns);

#endif
