/**
 * controls: the pauses of a recording, whoever asks for one: each is applied to its legs, and then
 * told to the sink. Private to this folder.
 *
 * Embedded by value, owned by the recording's media thread; all zero is one without legs. Times are
 * nanoseconds from the recording's start.
 *
 * Invariant: what is told took effect: all that arrives from that moment on is not kept, on any leg
 * of those channels, or is kept again.
 */
#ifndef RECORDER_SESSION_CONTROLS_H
#define RECORDER_SESSION_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/leg.h"
#include "session/pause.h"
#include "session/recording.h"
#include "session/recording_sink.h"

enum {
    CONTROLS_SAME_MS = 2000, /* a code that comes so soon another way is the same press */
    CONTROLS_SIGNALLING = BOUND_CALL_STREAMS,
};

/* A leg as far as pauses concern it. */
struct controlled_leg {
    struct leg *leg; /* borrowed */
    enum recording_channel channel;
    bool source_paused; /* by what its source says of its stream */
    bool withdrawn;
    struct pause_pressed pressed;
};

struct controls {
    const struct recording_sink *sink; /* NULL before controls_begin */
    void *handle;
    unsigned mask_channels;
    unsigned source_channels; /* bits: all that the source sends on it is paused, and it is told */
    int64_t arrived_ns;       /* what arrived last of all that was taken in */
    struct pause pause;
    struct pause_pressed told; /* digits that signalling told of */
    enum pause_code code;      /* that digits made last; then which way, and when */
    size_t code_way;
    int64_t code_ns;
    size_t legs;
    struct controlled_leg leg[BOUND_CALL_STREAMS];
};

/** What the policy wants of all legs, those that are added later too. */
void controls_begin(struct controls *controls, const struct recording_policy *policy,
                    const struct recording_sink *sink, void *handle);

/** Take in a leg, from at_ns on; in a pause it begins paused. */
void controls_add(struct controls *controls, struct leg *leg, enum recording_channel channel,
                  int64_t at_ns);

/** What signalling says of a leg's stream, from at_ns on: on hold, or paused by its source. A
 *  channel is told as paused once all its streams are. */
void controls_hold(struct controls *controls, size_t leg, const struct recording_stream *stream,
                   int64_t at_ns);

/** Pause or resume, from at_ns on. */
void controls_apply(struct controls *controls, const struct recording_control *control,
                    int64_t at_ns);

/** Something arrived, or nothing did up to then: pauses whose limit is over by then end. */
void controls_pass(struct controls *controls, int64_t now_ns);

/** Look whether what a leg took in, or what was read of it, was a digit that makes a code. */
void controls_press(struct controls *controls, size_t leg);

/** Signalling tells that a digit was pressed, at at_ns: it may make a code as well. */
void controls_told_press(struct controls *controls, char digit, int64_t at_ns);

#endif
