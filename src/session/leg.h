/**
 * leg: one stream of a recording: from datagrams to an unbroken line of samples, with an account of
 * every packet and of every stretch that is not heard audio.
 *
 * Owned by the recording's media thread. Positions are those of audio/line.h, from the recording's
 * start. Each source (SSRC) that sends on the stream is a voice of its own (session/voice.h); what
 * they say is heard together.
 *
 * On hold, or paused, nothing is heard: what arrives is counted as ignored, and never decoded. What
 * comes after it is a new talk spurt, anchored by its arrival, whatever numbers and timestamps did
 * meanwhile; numbers that are missing over it are not lost. What arrived before is heard, wherever
 * it lies; what arrives in it is not, however late it is. Digits pressed in a pause are not told,
 * not even as "*": the fact "paused" says why.
 *
 * A leg that is masked tells digits as "*", and silences their tones: by their events (RFC 4733),
 * as soon as these come, and by their sound (audio/tone_mask.h). That stretch is masked, not heard.
 *
 * Comfort noise and events take part in the numbering and are not heard: their time is silent. What
 * cannot be decoded has its place like any other, and is read as silence.
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
#include <sys/socket.h>

#include "audio/codec.h"
#include "audio/facts.h"
#include "base/status.h"
#include "rtp/rtcp.h"
#include "session/leg_told.h"
#include "session/notes.h"
#include "session/recording.h"
#include "session/sender_clock.h"
#include "session/speech.h"

enum {
    LEG_VOICES_MAX = 8, /* heard at a time; one that was quiet longest makes room */
    /* nothing but late packets for so long: the anchor is wrong. Less than RECORDING_REORDER_MS, so
     * that where they arrived is not yet read */
    LEG_LATE_RESTART_MS = 800,
    LEG_EVENTS_MAX = 256, /* digits, changes of codec, source and clock that are told */
};

/* What becomes of a datagram that is not the leg's to place. */
enum leg_outcome {
    LEG_IGNORED,   /* malformed, too long, or not for this leg */
    LEG_DUPLICATE, /* known to have come before */
    LEG_REFUSED,   /* not authentic, or of a sender that is not the leg's */
};

struct leg_counts {
    uint64_t placed; /* undecodable ones too */
    uint64_t late;
    uint64_t duplicate;
    uint64_t displaced; /* their place was taken by others */
    uint64_t ignored;   /* noise, events, malformed, too long, on hold, more than can wait */
    uint64_t refused;   /* not authentic, or of a sender that is not the leg's */
    uint64_t lost;      /* numbers that never came */
};

struct leg;

/**
 * formats  struct recording_format[count], copied, as leg_set_formats; the first is one that
 *          audio_codec_find knows, of kind SOUND.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status leg_create(const struct recording_format *formats, size_t count,
                       struct leg **out) MUST_CHECK;

/** Free; NULL is accepted. */
void leg_destroy(struct leg *owned_leg);

/**
 * Let the leg join a recording; before anything else is done with it.
 *
 * setup    of decoders; borrowed, outlives the leg.
 * senders  clocks of all who send to the recording; borrowed, outlives the leg.
 * begin_ns when it joined, from the recording's start: the line before is no fact of the leg's.
 * read     where the recording's line is read next.
 */
void leg_begin(struct leg *leg, const struct audio_setup *setup, struct sender_clocks *senders,
               int64_t begin_ns, int64_t read);

/**
 * Mask digits from the first on; before anything is received or read. It is read in frames of
 * TONE_MASK_FRAME_MS from the recording's start then.
 */
void leg_mask(struct leg *leg);

/** On hold, or not, from that moment on, ns from the start; given in the order of the moments. */
void leg_hold(struct leg *leg, bool held, int64_t at_ns);

/* Whose pause it is. What either paused is paused. */
enum leg_pause {
    LEG_PAUSE_SOURCE,  /* of its source, by what it says of its streams */
    LEG_PAUSE_CONTROL, /* any other */
    LEG_PAUSES,        /* how many */
};

/**
 * Paused by one of these, or not, from that moment on, ns from the start; a moment before the last
 * change counts as that of the last change. Never fails: where there is no memory to remember one
 * more pause, the last one goes on.
 *
 * detail  of the fact, copied.
 */
void leg_pause(struct leg *leg, enum leg_pause whose, bool paused, const char *detail,
               int64_t at_ns);

/**
 * The digit whose press began since last asked, or 0: by an event, also on hold or in a pause; of a
 * masked leg that sent no events also by its tone.
 */
char leg_take_pressed(struct leg *leg);

/** Tell the digits pressed last, so many, as "*". */
void leg_hide_pressed(struct leg *leg, size_t count);

/**
 * What the payload types mean from now on. Types that are not listed are what they were before the
 * last change, because a sender follows a change when it likes; or what RFC 3551 assigns; or not
 * decodable.
 *
 * formats  struct recording_format[count], copied, 1..RECORDING_FORMATS_MAX: the agreed one first,
 *          then what was offered and not answered, which some send all the same.
 */
void leg_set_formats(struct leg *leg, const struct recording_format *formats, size_t count);

/**
 * Take one datagram.
 *
 * data        borrowed.
 * arrival_ns  from the recording's start; below 0 counts as 0.
 */
void leg_receive(struct leg *leg, const uint8_t *data, size_t data_bytes, int64_t arrival_ns);

/**
 * Take a sender's report of one of its voices: it tells what time the voice's timestamps are. Of a
 * voice that is not heard yet it says nothing.
 *
 * cname  of the sender, "" where it told none.
 * from   where the report came from.
 */
void leg_report(struct leg *leg, const struct rtcp_sender_report *report, const char *cname,
                const struct sockaddr_storage *from);

/** Count datagrams that are not placed. */
void leg_count(struct leg *leg, enum leg_outcome outcome, uint64_t datagrams);

/**
 * Place what came too late for LEG_LATE_RESTART_MS anew, by its arrival: nothing of it is lost.
 *
 * horizon_ns  all that arrived before it was given to leg_receive; INT64_MAX: nothing will follow.
 */
void leg_settle(struct leg *leg, int64_t horizon_ns);

/**
 * Up to where the line may be read: to the first gap, or to passed_ns, before which no gap is
 * waited for any more, whichever is later. A voice that sent nothing for RECORDING_REORDER_MS is
 * not waited for, where others go on. Neither a hold is waited for, up to the horizon of
 * leg_settle, nor the time before the leg joined.
 */
int64_t leg_ready(const struct leg *leg, int64_t passed_ns);

/** End of the waiting audio that arrived by then; the read position where none did. */
int64_t leg_due(const struct leg *leg, int64_t arrival_ns);

/**
 * Read the next samples of the line; zeros where nothing was heard.
 *
 * rate_hz  8000, 16000 or 48000, at least leg_rate_hz. A position that is read up to is a whole
 *          sample of the rate.
 * pcm      int16_t[samples].
 */
void leg_read(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples);

/**
 * Nothing more will be read: facts are put together, and packets that still wait count as late.
 *
 * end  of the recording.
 */
void leg_finish(struct leg *leg, int64_t end);

/** End of all audio that waits or was read; 0 where none came. */
int64_t leg_audio_end(const struct leg *leg);

/** Where the first audio that was read lies; -1 where none was. */
int64_t leg_anchor(const struct leg *leg);

/** The highest rate of the audio that came, or was agreed on first. It only rises. */
uint32_t leg_rate_hz(const struct leg *leg);

/** The codec that was agreed on last. */
const struct audio_codec *leg_codec(const struct leg *leg);

/**
 * What of the facts is news since they were told last, while the leg goes on (session/leg_told.h).
 * STATUS_OK, STATUS_NOMEM.
 */
enum status leg_tell(struct leg *leg, const struct leg_told *before, int64_t until,
                     struct leg_news *news) MUST_CHECK;

/** Events so far; to mark what was told of them. */
struct notes *leg_notes(struct leg *leg);

/** When it spoke of what was read, borrowed; a hold and what lies before it joined left out. */
const struct speech *leg_speech(const struct leg *leg);

/** Mean interarrival jitter of its sound so far (RFC 3550), microseconds. */
uint32_t leg_jitter_us(const struct leg *leg);

/** Counters so far. */
struct leg_counts leg_counts(const struct leg *leg);

/**
 * After leg_finish, borrowed; for each cause in the order of their positions. Every position from
 * where the leg joined up to the end that was not heard is covered by exactly one that is not
 * FACT_OVERLAID; and what was lost, concealed or undecodable of one voice also where another spoke.
 * What was paused and held is paused.
 */
const struct facts *leg_facts(const struct leg *leg);

/** A fact's detail in words, "96 AMR-WB/16000 (no decoder)"; "" where it has none. Borrowed. */
const char *leg_fact_detail(const struct leg *leg, const struct fact *fact);

/**
 * Events so far, borrowed: "codec_change" and "ssrc_change" where the first packet of the new one
 * was read, "dtmf" from when to when a digit was pressed, and which ("*" where that is masked, or
 * part of a code that paused or resumed the recording), "clock_corrected" where the line was
 * moved though somebody spoke, with the ms by which what follows is later, "numbers_skipped" where
 * so many numbers are missing but no time is, "deviation" where timestamps count by another clock
 * than their codec's. Their leg is -1.
 */
const struct notes *leg_events(const struct leg *leg);

#endif
