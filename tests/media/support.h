/**
 * support: a bench for media: packet scripts with a simulated clock, played into a leg (samples
 * exact) or into a track (Ogg/Opus, decoded again).
 *
 * A script lists what is sent and when it arrives; the calls that follow `script_say` impair what
 * was said before. Times are milliseconds from the recording's start. What a packet holds is a
 * function of when it was said and by whom, so that it can be told where it belongs.
 */
#ifndef TESTS_MEDIA_SUPPORT_H
#define TESTS_MEDIA_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/leg.h"
#include "session/recording.h"
#include "unit/session/support.h"

enum {
    SCRIPT_HOLDS_MAX = 32,
    SCRIPT_CHANGES_MAX = 8,
    SCRIPT_REPORTS_MAX = 64,
    SCRIPT_DATAGRAM_BYTES = 2048,
    SCRIPT_STEP_MS = MEDIA_SWEEP_MS,
};

/* --- what is sent ------------------------------------------------------------------------------
 */

/* One that encodes what a speaker says. */
struct media_codec {
    const char *name; /* of the SDP */
    uint8_t payload_type;
    uint32_t clock_hz; /* of timestamps */
    uint32_t rate_hz;  /* of the audio */
    unsigned packet_ms;
    double likeness;     /* correlation with the original that is left at least */
    double delay_ms;     /* that encoder and decoder add at most: nothing of the recorder's */
    void *(*open)(void); /* NULL: it has no state */
    void (*close)(void *state);
    /* pcm: int16_t[samples] at rate_hz; returns the payload's bytes */
    size_t (*encode)(void *state, const int16_t *pcm, size_t samples, uint8_t *payload);
};

/* All that the recorder decodes by itself; ended by one without a name. */
extern const struct media_codec media_codecs[];

/** By the SDP's name and audio rate; fails the test where it is not there. */
const struct media_codec *media_codec(const char *name, uint32_t rate_hz);

/** Of a stream that is offered these; the first is agreed. */
struct recording_stream media_stream_of(enum recording_channel channel,
                                        const struct media_codec *const *codecs, size_t count);

/** A tone that glides up and down without end, other for each speaker; -1 to 1. */
double media_sound(unsigned speaker, double at_ms);

/** The tone of a digit, -9 dBm0 each of its two; -1 to 1. */
double media_digit(char digit, double at_ms);

/** What a pattern speaker says: no two packets are alike, and no sample is 0. */
uint8_t media_pattern(uint32_t ssrc, int64_t said_ms, size_t index);

/* Who says it; change the members between two calls of script_say. */
struct speaker {
    size_t leg;
    unsigned sound;                  /* which media_sound; also where codec is NULL */
    char digit;                      /* its tone is said instead; 0: none */
    const struct media_codec *codec; /* NULL: PCMU of media_pattern */
    void *state;
    uint32_t ssrc;
    uint16_t sequence;
    uint32_t timestamp;
    int64_t clock_ms; /* when the timestamp is; -1: nothing was sent yet */
    int64_t path_ms;
    unsigned run; /* for the test's own use; noted with each packet */
    bool marker;  /* of the next packet */
};

/** One who says the pattern. */
struct speaker speaker_of_pattern(size_t leg, uint64_t *random);

/** One who says a sound in that codec; to be ended with speaker_deinit. */
struct speaker speaker_of(size_t leg, const struct media_codec *codec);
void speaker_deinit(struct speaker *speaker);

/** Go on in another codec, without a pause. */
void speaker_change(struct speaker *speaker, const struct media_codec *codec);

/** The sender begins anew: other number and timestamp. */
void speaker_restart(struct speaker *speaker, uint64_t *random);

/* One datagram. */
struct script_packet {
    size_t leg;
    size_t order;    /* in which it was sent */
    int64_t said_ms; /* when what it holds was said */
    unsigned length_ms;
    int64_t arrival_ns;
    uint32_t ssrc;
    unsigned run;
    bool lost;
    bool copy; /* of another */
    uint8_t *data;
    size_t data_bytes;
};

/* A hold, or a pause of its channel. */
struct script_hold {
    size_t leg;
    bool held;
    bool pause;
    int64_t at_ms;
};

struct script_report {
    size_t leg;
    int64_t at_ms;
    struct rtcp_sender_report report;
    const char *cname;
};

/* All zero is empty. */
struct script {
    size_t count;
    size_t cap;
    struct script_packet *packet;
    size_t holds;
    struct script_hold hold[SCRIPT_HOLDS_MAX];
    size_t reports;
    struct script_report report[SCRIPT_REPORTS_MAX];
    struct recording_policy policy; /* a leg alone is masked where any channel is */
};

void script_deinit(struct script *script);

/** Say something, in packets without a gap. The timestamp goes on by the time since the last. */
void script_say(struct script *script, struct speaker *speaker, int64_t from_ms, int64_t to_ms);

/** Send a payload of any type; number and timestamp go on by one packet and `ticks`. */
void script_send(struct script *script, struct speaker *speaker, int64_t at_ms,
                 uint8_t payload_type, const void *payload, size_t payload_bytes, uint32_t ticks);

/** What was said on a leg in that time never comes. */
void script_lose(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms);

/** It comes so much later. */
void script_delay(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms, int64_t by_ms);

/** It comes once more, so much later. */
void script_duplicate(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms,
                      int64_t by_ms);

/** The packet said then is overtaken by the one behind it. */
void script_swap(struct script *script, size_t leg, int64_t at_ms);

/** Signalling puts the leg on hold, and takes it back. */
void script_hold(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms);

/** Somebody pauses the leg's channel, and resumes it. */
void script_pause(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms);

/** A digit is pressed on a leg: packets of its event, each 20 ms, the last one thrice. */
void script_press(struct script *script, struct speaker *speaker, char digit, int64_t from_ms,
                  int64_t to_ms);

/** The sender of a leg reports what time its timestamp is; its clock is so far from ours. */
void script_report(struct script *script, const struct speaker *speaker, int64_t at_ms,
                   int64_t apart_ms, const char *cname);

/** The senders' clock of a leg runs too fast by so much: it all comes sooner and sooner. */
void script_drift(struct script *script, size_t leg, double ppm);

/** In the order of arrival; played scripts are. */
void script_sort(struct script *script);

/* --- what is recorded --------------------------------------------------------------------------
 */

/* A leg that was read to its end. */
struct played_leg {
    struct leg *leg;
    struct sender_clocks senders;
    int16_t *pcm; /* at 8 kHz */
    size_t samples;
    size_t cap; /* of pcm */
};

/** Play a leg's part of a script; formats as leg_create. */
void script_play_leg(struct script *script, size_t leg, const struct recording_format *formats,
                     size_t format_count, int64_t stopped_ms, struct played_leg *played);
void played_leg_deinit(struct played_leg *played);

/* A recording, decoded. */
struct played {
    struct memory_sink memory;
    int16_t *pcm; /* [frames][2], 48 kHz; the recording's start is pcm[0] */
    size_t frames;
};

/** Play a script into a track. */
void script_play(struct script *script, const struct recording_stream *streams, size_t stream_count,
                 int64_t stopped_ms, struct played *played);
void played_deinit(struct played *played);

/**
 * Fail the test where a speaker is not heard as said: in windows of 100 ms, and by how much each
 * lies later than it was said.
 */
void assert_said(const struct played *played, enum recording_channel channel,
                 const struct speaker *speaker, int64_t from_ms, int64_t to_ms, double later_ms);

/**
 * By how much a speaker is heard later than it was said, where what is heard in the 100 ms from
 * at_ms on is most like it; and how much (-1 to 1), where wanted.
 */
double heard_lag_ms(const struct played *played, enum recording_channel channel,
                    const struct speaker *speaker, int64_t at_ms, double lag_ms_max,
                    double *likeness);

/** Fail the test where something is heard: louder than -50 dBov. */
void assert_quiet(const struct played *played, enum recording_channel channel, int64_t from_ms,
                  int64_t to_ms);

/** Packets that facts of that cause count, and how long these last. */
uint64_t fact_packets(const struct played *played, const char *cause, int leg);
int64_t fact_ms(const struct played *played, const char *cause, int leg);

/** Fail the test where there is no such fact. */
void assert_fact(const struct played *played, const char *cause, int leg, int64_t start_ms,
                 int64_t end_ms, uint32_t packets);

/** Fail the test unless facts of stretches cover all of a leg's line but so much. */
void assert_heard_ms(const struct played *played, int leg, int64_t heard_ms);

#endif
