/**
 * pause: which channels of a recording are paused and until when, and what codes the digits make
 * that are pressed on a leg. Pure: time is given. Private to this folder.
 *
 * Embedded by value, owned by one thread; all zero is a recording that is not paused and knows no
 * code. Times are nanoseconds from the recording's start.
 *
 * Invariant: what takes effect does so in the order in which it was applied: its moments only grow.
 */
#ifndef RECORDER_SESSION_PAUSE_H
#define RECORDER_SESSION_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "session/recording_sink.h"

enum {
    PAUSE_CHANNELS = 2,
    PAUSE_DIGIT_GAP_MS = 5000, /* digits that are pressed farther apart make no code together */
};

struct pause_channel {
    bool paused;
    int64_t until_ns;                     /* INT64_MAX: until somebody resumes it */
    char detail[BOUND_FACT_DETAIL_BYTES]; /* who and why */
};

struct pause {
    int64_t max_ms; /* 0: no limit */
    char pause_code[BOUND_PAUSE_CODE_BYTES];
    char resume_code[BOUND_PAUSE_CODE_BYTES];
    int64_t last_ns; /* when the last one took effect */
    struct pause_channel channel[PAUSE_CHANNELS];
};

/* The digits pressed last on one leg; all zero: none were. */
struct pause_pressed {
    size_t count;
    char digit[BOUND_PAUSE_CODE_BYTES]; /* [count], the newest last */
    int64_t last_ns;
};

enum pause_code { PAUSE_CODE_NONE, PAUSE_CODE_PAUSE, PAUSE_CODE_RESUME };

/** Codes and limit as the policy has them; before anything is applied. */
void pause_begin(struct pause *pause, const struct recording_policy *policy);

/**
 * Apply what was asked.
 *
 * at_ns  since when; a moment before the last one applied counts as that.
 *
 * Returns since when it is so.
 */
int64_t pause_apply(struct pause *pause, const struct recording_control *control, int64_t at_ns);

/**
 * Which channels' pauses should have ended by now, those that end first; 0 where none should.
 *
 * at_ns  set where one should: when.
 */
unsigned pause_expired(const struct pause *pause, int64_t now_ns, int64_t *at_ns);

/** Channels that are paused, as bits. */
unsigned pause_channels(const struct pause *pause);

/** Who paused a channel and why; "" where it is not paused. Borrowed. */
const char *pause_detail(const struct pause *pause, enum recording_channel channel);

/**
 * A digit was pressed: '0' to '9', '*', '#', 'A' to 'D'. What it completes is for the whole
 * recording. Where both codes are the same it resumes a recording of which all is paused, and
 * pauses it otherwise.
 *
 * digits  set to how many digits the code has, where one was completed; they make no other.
 */
enum pause_code pause_press(const struct pause *pause, struct pause_pressed *pressed, char digit,
                            int64_t at_ns, size_t *digits);

#endif
