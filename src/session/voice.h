/**
 * voice: one source (SSRC) of a leg: from packets to samples, each in its place.
 *
 * On the heap, owned by the recording's media thread. Positions are those of audio/line.h. A voice
 * is read in pace with its leg; what it says of itself goes to the leg's account. Private to this
 * folder.
 *
 * Numbers may begin anew: each run of them is placed for itself, on the same line. A packet that
 * comes later than its timestamp says, while none before it did, is held until it is known why: a
 * packet in time behind it shows a stall, and all lie where their timestamps say; else the sender's
 * clock stood still, and they lie where they arrived.
 *
 * One packet is a poor anchor: it may have been delayed. What is anchored by an arrival waits for
 * VOICE_SETTLE_MS, and then lies where the quickest of what came by then says, if there is room.
 *
 * Loss of up to VOICE_CONCEAL_MS right behind what was heard is concealed. The line is moved to the
 * sender's clock where nothing is said, or by force where it is far off (voice_clock.h).
 *
 * Invariants: the read position only grows; a sample that came is heard at most once.
 */
#ifndef RECORDER_SESSION_VOICE_H
#define RECORDER_SESSION_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "base/status.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "session/leg_account.h"
#include "session/sender_clock.h"

enum {
    VOICE_CONCEAL_MS = 60,
    VOICE_STALL_MS = 200,  /* later than the one before by more: a stall, or a clock that stood */
    VOICE_SETTLE_MS = 200, /* what is anchored anew waits so long before it is read */
    VOICE_FOLLOW_MS = 40,  /* a voice that begins so little before another's end lies behind it */
};

struct voice;

/* A packet for the line. */
struct voice_packet {
    const struct rtp_packet *packet;
    const struct audio_codec *codec; /* of kind SOUND; NULL: it cannot be decoded */
    uint32_t clock_hz;               /* of its timestamp; 0: not known */
    int64_t arrival_ns;              /* >= 0 */
    size_t spurt;                    /* how many holds have ended */
    int64_t others_end;              /* where what the leg's other voices say ends */
    int64_t last_arrival_ns;         /* when the last of the leg came; -1: none did */
};

/* What a voice needs of its leg; all borrowed, outlives it. */
struct voice_leg {
    const struct audio_setup *setup;
    struct sender_clocks *senders;
    size_t number; /* its, among them */
    struct leg_account *account;
    const uint32_t *detail_of; /* [128]: of payload types that cannot be decoded */
    uint32_t clock_hz;         /* of payload types whose clock is not known */
};

/**
 * position  where the leg is read next.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status voice_create(const struct voice_leg *leg, uint32_t ssrc, int64_t position,
                         struct voice **out) MUST_CHECK;

/** Free; NULL is accepted. */
void voice_destroy(struct voice *owned_voice);

/** The SSRC that it was created with (RFC 3550 section 3). */
uint32_t voice_ssrc(const struct voice *voice);

/** When its last packet came; -1 where none did. */
int64_t voice_last_arrival_ns(const struct voice *voice);

/** Take a packet for the line. */
void voice_receive(struct voice *voice, const struct voice_packet *what);

/** Take one that only takes part in the numbering: noise, an empty one. Counted as ignored. */
void voice_receive_other(struct voice *voice, const struct voice_packet *what);

/** Take one of an event (RFC 4733), likewise; the digit is told once it is over. */
void voice_receive_event(struct voice *voice, const struct voice_packet *what);

/** Another digit is pressed on the leg: tell of the one before, unless it may still last. */
void voice_end_event(struct voice *voice, int64_t arrival_ns);

/** Do not tell which digit was pressed last; returns whether there is one that was not told yet. */
bool voice_hide_event(struct voice *voice);

/** Take one that came on hold: not expected, but not missing either. Counted as ignored. */
void voice_receive_held(struct voice *voice, const struct voice_packet *what);

/** A report of its sender, whose clock that is. */
void voice_report(struct voice *voice, struct sender_clock *sender,
                  const struct rtcp_sender_report *report);

/** Whether packets are held. */
bool voice_holds(const struct voice *voice);

/**
 * Decide about what is held for LEG_LATE_RESTART_MS.
 *
 * horizon_ns  as leg_settle; INT64_MAX: the line is not moved any more either.
 * now         decide in any case: nothing follows.
 */
void voice_settle(struct voice *voice, int64_t horizon_ns, bool now);

/**
 * Up to where it may be read: to the first gap, or to what was anchored anew and has not settled
 * yet; or to `passed`, before which nothing is waited for any more, whichever is later.
 */
int64_t voice_ready(const struct voice *voice, int64_t passed);

/** End of what waits and came by `arrival`, a position too; the read position where none did. */
int64_t voice_due(const struct voice *voice, int64_t arrival);

/** Packets that wait for their time. */
size_t voice_waiting(const struct voice *voice);

/** End of all that waits or was read; 0 where nothing was. */
int64_t voice_audio_end(const struct voice *voice);

/** End of what was invented last, in place of what was lost; 0 where nothing was. */
int64_t voice_invented_end(const struct voice *voice);

/** The stretch in which it is heard now, and that it has not told its leg of yet; empty where none
 * is. */
struct stretch voice_heard_run(const struct voice *voice);

/** Numbers that never came. */
uint64_t voice_lost(const struct voice *voice);

/**
 * Read on.
 *
 * rate_hz   at least that of what came.
 * pcm       int16_t[samples]; up to OPUS_FRAME_SAMPLES_MAX.
 */
void voice_read(struct voice *voice, uint32_t rate_hz, int16_t *pcm, size_t samples);

/** Nothing more will be read: what waits counts as late, what was read is told. */
void voice_finish(struct voice *voice);

#endif
