/**
 * leg_private: what a leg is made of, for leg.c, leg_receive.c (what comes in) and leg_account.c
 * (what is told of it) only.
 */
#ifndef RECORDER_SESSION_LEG_PRIVATE_H
#define RECORDER_SESSION_LEG_PRIVATE_H

#include "audio/placement.h"
#include "audio/timeline.h"
#include "rtp/sequence.h"
#include "session/held_packets.h"
#include "session/holds.h"
#include "session/leg.h"

/* One run of sequence numbers of one SSRC. */
struct source {
    bool used;
    uint32_t ssrc;
    uint32_t run; /* never the same twice in a leg */
    size_t spurt;
    int64_t last_arrival_ns;
    bool turned;              /* nothing came since the audio comes from another address */
    struct held_packets held; /* the newest, where all of them are late */
    struct rtp_sequence sequence;
    struct placement placement;
};

struct leg {
    const struct audio_codec *codec;
    uint8_t payload_type;
    const struct audio_codec *codec_before; /* of the last change; NULL where there was none */
    uint8_t payload_type_before;
    size_t others;
    struct leg_format other[LEG_OTHERS_MAX];
    uint32_t runs;
    struct source sources[LEG_SOURCES_MAX];
    struct timeline *timeline;
    struct facts facts;
    struct notes events;
    uint32_t run_told;        /* the newest whose audio was read */
    struct leg_counts counts; /* lost: of sources that had to make room */
    int64_t anchor_samples;
    int64_t begin_ns; /* when it joined */
    struct holds holds;
    size_t spurt;       /* of the packet being received: how many holds have ended */
    int64_t horizon_ns; /* all that arrived before it was received */
};

/** It was a stall that passed: the packets that a source holds are late, its anchor is right. */
void leg_give_up_held(struct leg *leg, struct source *source);

#endif
