/**
 * leg_private: what a leg is made of, for leg*.c only.
 */
#ifndef RECORDER_SESSION_LEG_PRIVATE_H
#define RECORDER_SESSION_LEG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/tone_mask.h"
#include "session/digits.h"
#include "session/holds.h"
#include "session/leg.h"
#include "session/leg_account.h"
#include "session/leg_formats.h"
#include "session/quality.h"
#include "session/speech.h"
#include "session/voice.h"

enum { PAYLOAD_TYPES = 128 };

struct leg {
    struct leg_formats formats;
    uint32_t detail_of[PAYLOAD_TYPES]; /* what is told of those that cannot be decoded */
    struct leg_account account;
    struct voice *voice[LEG_VOICES_MAX]; /* NULL: free */
    const struct audio_setup *setup;
    struct sender_clocks *senders;
    size_t number;      /* its, among them */
    int64_t begin_ns;   /* when it joined */
    int64_t position;   /* read up to here */
    int64_t audio_end;  /* of voices that are gone */
    int64_t horizon_ns; /* all that arrived before it was received */
    bool held;
    bool paused[LEG_PAUSES];
    uint32_t pause_detail[LEG_PAUSES];
    struct holds holds;  /* when nothing is to be heard: on hold, or paused */
    struct holds pauses; /* when it is paused, and why */
    struct digits digits;
    char pressed;          /* not asked for yet, 0 where none is */
    uint32_t told;         /* of the digits pressed last, bits, the newest lowest: it is told */
    struct tone_mask mask; /* where its account says so */
    struct speech speech;
    struct quality_jitter jitter;
};

/**
 * Note which digit is pressed, by a packet of its event.
 *
 * Returns whether it is told: one pressed in a pause is not.
 */
bool leg_follow_press(struct leg *leg, const struct voice_packet *what);

/** Silence what sounds of digits in what is read next: int16_t[samples], a frame at most. */
void leg_mask_frame(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples);

#endif
