/**
 * recording_sink: the one seam made of function pointers. Media hands finished Ogg pages down it;
 * what lies behind (a sealed store, or memory in a test) is not its business.
 *
 * Calls for one recording come in order: begin, then either abort or (write | document |
 * controlled | journal)* and end. begin and abort come from the signalling thread, the others from
 * the recording's media thread, as does sync_in_ms, which is of no one recording. None may block on
 * a disk.
 */
#ifndef RECORDER_SESSION_RECORDING_SINK_H
#define RECORDER_SESSION_RECORDING_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"
#include "encode/opus_settings.h"

struct recording_party {
    char number[BOUND_NUMBER_BYTES]; /* "" where unknown */
    char name[BOUND_NAME_BYTES];     /* "" where unknown */
};

/* Several legs of one channel are heard together. */
enum recording_channel { RECORDING_LEFT, RECORDING_RIGHT };

/* How well a leg is heard, as an estimate (session/quality.h); all 0 where nothing of it was
 * decoded. */
struct recording_quality {
    uint32_t r_tenths;       /* R of ITU-T G.107: 932 is 93.2 */
    uint32_t mos_hundredths; /* MOS of the same: 441 is 4.41 */
    uint32_t jitter_us;      /* mean interarrival jitter (RFC 3550) */
};

/* One leg: what is counted stands at the end of a recording, who and what already at its start. */
struct recording_leg {
    enum recording_channel channel;
    char label[BOUND_LABEL_BYTES];
    struct recording_party party;
    char codec[32];         /* "PCMA", "PCMU" */
    uint32_t rate_hz;       /* of the audio, 8000 */
    int64_t anchor_samples; /* where its first sample lies, from the recording's start, at rate_hz;
                               -1 where nothing came */
    uint64_t packets_received; /* audio packets that arrived, duplicates and late ones included */
    uint64_t packets_lost;     /* sequence numbers that never came: received + lost = sent */
    uint64_t packets_late;     /* came after their place was written */
    uint64_t packets_duplicate;
    uint64_t packets_ignored; /* other payload types, malformed, too long, on hold, more than could
                                 wait */
    uint64_t packets_refused; /* not authentic (SRTP), or of a sender that is not the leg's */
    unsigned own_channel; /* it is also heard alone: 1 + its number among the own channels; 0: it is
                             not. Known at the end */
    struct recording_quality quality;
    int64_t speech_ms;          /* how long it spoke (session/speech.h) */
    int64_t longest_silence_ms; /* while it was not on hold */
};

enum recording_tie_kind {
    RECORDING_TIE_SESSION,
    RECORDING_TIE_SIP_SESSION,
    RECORDING_TIE_GROUP,
    RECORDING_TIE_REFERENCE
};

struct recording_tie {
    enum recording_tie_kind kind;
    const char *value;
};

/* What ties a call to others: the four by which it is shown, "" where they were not said, and
 * further ones: a call may have several groups and sessions, and may have had others. Borrowed. */
struct recording_ties {
    const char *session_id;     /* SIPREC session */
    const char *sip_session_id; /* sipSessionID, or the Session-ID header (RFC 7989) */
    const char *group_id;       /* communication session group */
    const char *call_reference; /* a vendor's, such as Cisco's refci */
    size_t others;              /* those that matter most first; may repeat the four */
    struct recording_tie other[BOUND_TIES];
};

/* What is known of a call when it is answered. Borrowed for the call. */
struct recording_begin {
    struct uuid id;
    wall_time started;
    struct recording_party caller;
    struct recording_party called;
    const char *source;         /* name of the configured source, "" where none */
    const char *source_address; /* of the INVITE, "10.0.0.31" */
    const char *sip_call_id;
    struct recording_ties ties;
    size_t legs;
    const struct recording_leg *leg; /* channel, label, party and codec; nothing counted yet */
};

/*
 * A stretch that is not heard audio, or an event; milliseconds from the recording's start.
 *
 * Stretches, those of the line that are not heard as they were sent:
 *   "lost"         packets that never came
 *   "late"         packets that came after their place was written
 *   "concealed"    packets that never came; something like them was invented
 *   "silent"       nothing was sent, or nothing that is heard
 *   "held"         on hold, inactive or withdrawn
 *   "paused"       the recording was paused: what came was not kept, nor digits told; who and why
 *   "masked"       silenced, because a digit sounded there, or was pressed
 *   "undecodable"  came, but nothing here can decode it: "96 AMR-WB/16000 (no decoder)"
 *   "overlaid"     came for a place where other audio of its source is heard
 *   "unwritten"    the sink did not take it
 * Events of media: "codec_change" ("PCMU -> PCMA"), "ssrc_change", "clock_corrected" (the line was
 * moved while somebody spoke: "+43 ms", what follows is later by so much), "numbers_skipped" ("3":
 * so many count as lost, but there is no room for them on the line), "dtmf" (from when to
 * when a digit was pressed: "5"; "*" where digits are masked, and of a code that paused or resumed
 * the recording), "quality" (of a leg, at the end: "R 92.1 MOS 4.40 loss 0.02 %
 * jitter 1.2 ms"), "own_channels" (of the recording: each leg is kept alone from then on; before, a
 * side is one leg), "mixed_only" (the leg is heard among others of its side only, from then on: no
 * channel of its own is left for it), "deviation" (why packets are not heard), "notes_dropped"
 * (count: more events than are kept). Events of signalling: those of struct recording_note. A sink
 * that keeps facts adds "documents_dropped" itself, and
 * "controls_untold" (count: pauses and resumptions that are not in the audit log).
 */
struct recording_fact {
    int64_t start_ms;
    int64_t end_ms;     /* >= start_ms; the same for an event */
    int leg;            /* index, or -1 for the whole recording */
    const char *cause;  /* static */
    uint32_t count;     /* packets, where that says something; else 0 */
    const char *detail; /* more in words: which deviation, who joined; "" where nothing. Borrowed */
};

/*
 * A fact so far, of a recording that goes on. Positions are 1/48000 s from the recording's start.
 * Those of a leg's line are known by where they lie, all others by their leg and their number.
 */
struct recording_journal_fact {
    int64_t start;
    int64_t end;
    int leg; /* index, or -1 for the whole recording */
    const char *cause;
    uint32_t count;
    const char *detail; /* borrowed */
    bool numbered;      /* it takes the place of the one of the same leg and number */
    bool open;          /* it goes on: on hold, paused */
    uint32_t number;
};

/*
 * What is known of a recording while it goes on, for who finishes it after a crash: all of its legs
 * as they are, and those facts that are new or changed since the time before. Borrowed for the
 * call.
 */
struct recording_journal {
    uint32_t number;               /* 0, 1, 2, ...: of those that the sink took */
    int64_t until;                 /* up to here facts are told; 1/48000 s */
    struct recording_party caller; /* as last told; "" where never */
    struct recording_party called;
    size_t legs;
    struct recording_leg leg[BOUND_CALL_STREAMS]; /* quality and speech are not known yet */
    /* each leg's: facts of its line are told anew from here on, and replace those that were told */
    int64_t from[BOUND_CALL_STREAMS];
    size_t facts;
    const struct recording_journal_fact *fact;
};

/* A metadata document as it came, whatever could be read of it. */
struct recording_document {
    int64_t at_ms;       /* from the recording's start */
    const char *message; /* that brought it: "INVITE", "UPDATE", ...; static */
    const char *type;    /* its Content-Type */
    const uint8_t *data;
    size_t data_bytes;
};

/* Audio peaks, 20 per second: min and max of each 50 ms, from -128 to 127. */
struct recording_peaks {
    size_t pixels;         /* of each side */
    const int8_t *side[2]; /* left, right: int8_t [pixels][2]: min, max */
    size_t leg_pixels;     /* of each leg; 0 where none shares its side: it is its side's */
    const int8_t *leg[BOUND_CALL_STREAMS]; /* each leg's: int8_t [leg_pixels][2] */
};

/* Everything known when the last page has been written. Borrowed for the call. */
struct recording_end {
    wall_time ended;
    int64_t duration_ms;
    struct recording_party caller; /* as last told; "" where never */
    struct recording_party called;
    struct recording_ties ties; /* as last told */
    size_t legs;                /* those at the begin first, in their order; then those added */
    struct recording_leg leg[BOUND_CALL_STREAMS];
    size_t facts;
    const struct recording_fact *fact;
    struct recording_peaks peaks;
    int64_t talk_over_ms;  /* how long somebody spoke on both channels at once */
    const char *end_cause; /* "bye", "no_ack", "expired", "shutdown" */
};

/*
 * What the customer whose call it is, and the source that sends it, want of a recording. It is
 * known once it is known whose the call is, and stays for the recording's life.
 */
struct recording_policy {
    unsigned mask_channels; /* bits, 1 << enum recording_channel: digits pressed on it are told as
                               "*", and their tones are silenced */
    int64_t pause_max_ms;   /* a pause ends by itself after so long; 0: never */
    char pause_code[BOUND_PAUSE_CODE_BYTES]; /* digits, pressed on any leg; "": none */
    char resume_code[BOUND_PAUSE_CODE_BYTES];
    struct opus_settings encoder;
    unsigned channels; /* that many legs, the first ones, are kept alone too, beside left and right;
                          at most BOUND_CALL_STREAMS; 0: only where more than one speaks on a side,
                          or more than two in all, from the start */
};

enum recording_channels { RECORDING_BOTH = 1 << RECORDING_LEFT | 1 << RECORDING_RIGHT };

/* Who can pause a recording. */
enum recording_control_by {
    RECORDING_CONTROL_SIP,    /* its source, by a SIP message */
    RECORDING_CONTROL_API,    /* a program or a person, by the API */
    RECORDING_CONTROL_DIGITS, /* somebody on the call, by the source's code */
    RECORDING_CONTROL_LIMIT,  /* the policy: a pause lasted too long */
};

/*
 * A pause or a resumption. While a channel is paused nothing that arrives on it is kept, and the
 * stretch is a fact ("paused"). The last one counts, whoever asked: to pause what is paused changes
 * its detail and begins its limit anew, to resume what runs changes nothing; both take effect, and
 * are told.
 */
struct recording_control {
    bool paused;
    unsigned channels; /* bits; > 0 */
    enum recording_control_by by;
    int64_t request;    /* the asker's number for it, given back when it took effect; 0: none */
    int64_t limit_ms;   /* it ends by itself after so long, if the policy does not end it before;
                           0: as the policy has it. Of a pause only */
    const char *detail; /* who and why, for people: "agent 201: card number"; copied */
};

struct recording_sink {
    void *context;

    /*
     * Take a recording in. `ready(ready_arg, status, policy)` is called once from a thread of the
     * sink's, when the recording and its index row are durable, or cannot be; policy is borrowed
     * for that call, and NULL but for STATUS_OK.
     * STATUS_OK: *handle set, ready will come. Otherwise ready never comes and *handle is
     * untouched.
     */
    enum status (*begin)(void *context, const struct recording_begin *begin,
                         void (*ready)(void *ready_arg, enum status status,
                                       const struct recording_policy *policy),
                         void *ready_arg, void **handle);

    /*
     * Take one whole Ogg page, copied before return. granule: the page's granule position, 48 kHz
     * samples; -1 for a header page.
     * STATUS_LIMIT: the sink is too far behind; the page was not taken.
     */
    enum status (*write)(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                         int64_t granule);

    /*
     * Keep a metadata document with the recording, copied before return; durable with the next
     * sync. Anything but STATUS_OK: it is not kept, as past a limit of the sink's (STATUS_LIMIT);
     * how many were not is for the sink to tell.
     */
    enum status (*document)(void *context, void *handle, const struct recording_document *document);

    /*
     * A pause or a resumption took effect at_ms from the recording's start: nothing that arrived
     * later, on its channels, is or will be kept (or all of it is). For the audit log, and for whom
     * asked. Copied before return; without memory the sink counts it.
     */
    void (*controlled)(void *context, void *handle, const struct recording_control *control,
                       int64_t at_ms);

    /*
     * Keep what is known so far, copied before return; durable with the next sync. It comes every
     * TRACK_JOURNAL_MS of the line (session/track_journal.h). Anything but STATUS_OK: it was not
     * taken, and will be told again. NULL: a sink that does not want it.
     */
    enum status (*journal)(void *context, void *handle, const struct recording_journal *journal);

    /*
     * Milliseconds until the sink next makes durable what it was given, 0 where that is overdue: a
     * page closed before is part of it, one closed after waits for the next time.
     */
    int64_t (*sync_in_ms)(void *context);

    /* The recording is complete; the handle is gone. */
    void (*end)(void *context, void *handle, const struct recording_end *end);

    /* The call came to nothing before it was answered; drop it. The handle is gone. */
    void (*abort)(void *context, void *handle);
};

#endif
