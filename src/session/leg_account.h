/**
 * leg_account: what is told of a leg: what of its line was heard, and why the rest was not. Its
 * voices tell it as they are read; at the end all is put together. Private to this folder.
 *
 * Embedded by value, owned by one thread. Positions are those of audio/line.h.
 */
#ifndef RECORDER_SESSION_LEG_ACCOUNT_H
#define RECORDER_SESSION_LEG_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "audio/facts.h"
#include "audio/stretches.h"
#include "session/holds.h"
#include "session/leg.h"
#include "session/notes.h"

enum {
    LEG_DETAILS_MAX = 128,
    LEG_DETAIL_BYTES = 80,
    LEG_PRESSES_MAX = 8, /* events that are silenced, the newest; older ones were read */
    /* so long an event may go on behind its newest packet, which comes at least so often (RFC 4733
     * section 2.5.1.2) */
    LEG_PRESS_OPEN_MS = 60,
};

/* A stretch in which a digit was pressed. */
struct leg_press {
    int64_t start;
    int64_t end;
};

struct leg_account {
    int64_t begin;            /* when the leg joined: before, nothing is told */
    int64_t anchor;           /* where the first audio that was read lies; -1 where none was */
    uint32_t rate_hz;         /* the highest that came or was agreed at first */
    struct leg_counts counts; /* lost: of runs that are gone */
    struct notes events;
    struct stretches heard;
    bool mask; /* digits are masked */
    size_t presses;
    struct leg_press press[LEG_PRESSES_MAX]; /* the last ones, of [presses] */
    struct stretches masked;                 /* silenced, whatever was there */
    struct facts told;                       /* by the voices */
    bool spoke; /* a voice has; then the last to begin, and its codec */
    uint32_t ssrc;
    const struct audio_codec *codec;
    size_t details;
    char *detail[LEG_DETAILS_MAX]; /* which payloads could not be decoded */
    struct facts facts;            /* at the end */
};

/** Nothing is told; allocates nothing. */
void leg_account_init(struct leg_account *account);

/** Free all that was told; only leg_account_init may follow. */
void leg_account_deinit(struct leg_account *account);

/** Something was heard. */
void leg_account_heard(struct leg_account *account, int64_t start, int64_t end);

/**
 * Tell why a stretch is not heard as it was sent; what lies before the leg joined is left out.
 *
 * cause   FACT_LOST, _LATE, _CONCEALED, _UNDECODABLE or _OVERLAID.
 * detail  of leg_account_detail, or 0.
 */
void leg_account_tell(struct leg_account *account, enum fact_cause cause, uint32_t detail,
                      int64_t start, int64_t end, uint64_t packets);

/**
 * A number for words, for leg_account_tell: the same for the same. Past LEG_DETAILS_MAX, or without
 * memory, 0.
 */
uint32_t leg_account_detail(struct leg_account *account, const char *text);

/**
 * A voice is heard for the first time, or its codec changes: tell both as events, where it is news.
 *
 * before  its codec so far; NULL: it is heard for the first time.
 */
void leg_account_speaks(struct leg_account *account, uint32_t ssrc, const struct audio_codec *codec,
                        const struct audio_codec *before, int64_t position);

/**
 * Tell that a digit is pressed, as far as is known: what sounds there is silenced where digits are
 * masked.
 *
 * start  of the same press the same each time.
 * over   its sender said that it ends there.
 */
void leg_account_pressed(struct leg_account *account, int64_t start, int64_t end, bool over);

/** What is read from there up to `end` is silenced. */
void leg_account_masked(struct leg_account *account, int64_t start, int64_t end);

/**
 * Put the facts together; nothing more will be told.
 *
 * holds   when nothing was to be heard, pauses included.
 * pauses  the pauses alone; their details are of leg_account_detail.
 */
void leg_account_finish(struct leg_account *account, const struct holds *holds,
                        const struct holds *pauses, int64_t end);

#endif
