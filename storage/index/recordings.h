/**
 * recordings: rows of calls, legs and facts, and the searches over them.
 *
 * Statuses common to all: STATUS_OK, STATUS_BUSY, STATUS_IO, STATUS_NOMEM, STATUS_FULL (no space on
 * the disk), STATUS_CORRUPT (SQLite finds the file damaged); others are named.
 */
#ifndef RECORDER_STORAGE_INDEX_RECORDINGS_H
#define RECORDER_STORAGE_INDEX_RECORDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"
#include "storage/recording/format.h"

enum {
    CONVERSATION_GAP_S = 300,
    CONVERSATION_RECORDINGS_MAX = 200,
    CONVERSATION_TIE_BYTES_MIN = 2,     /* a shorter id is not meant for one conversation alone */
    CONVERSATION_SESSION_BYTES_MIN = 8, /* likewise of a session_id, which is not there to tie */
    CONVERSATION_TRANSFER_MS = 5000, /* from a BYE to the INVITE of the call it is passed on by */
    CONVERSATION_NUMBER_DIGITS_MIN = 3,  /* of an outside party that a transfer is known by */
    CONVERSATION_OUTSIDE_DIGITS_MIN = 7, /* likewise where nothing says who is outside */
};

/* What a call may share with others. Stored. */
enum index_tie_kind {
    INDEX_TIE_GROUP = 1,       /* communication session group */
    INDEX_TIE_SESSION = 2,     /* SIPREC session */
    INDEX_TIE_REFERENCE = 3,   /* a vendor's, such as Cisco's refci */
    INDEX_TIE_SIP_SESSION = 4, /* sipSessionID, Session-ID (RFC 7989), or a half of one */
};

struct index_tie {
    enum index_tie_kind kind;
    char value[BOUND_TIE_BYTES];
};

enum call_direction { CALL_UNKNOWN, CALL_IN, CALL_OUT, CALL_INTERNAL };

struct index_party {
    char number[BOUND_NUMBER_BYTES]; /* as received, "" where unknown */
    char name[BOUND_NAME_BYTES];
};

/* How a leg was heard, as an estimate, and how it spoke; known where its recording is measured. */
struct index_sound {
    uint32_t r_tenths;       /* R of ITU-T G.107: 932 is 93.2 */
    uint32_t mos_hundredths; /* MOS of the same, 100 to 450; 0: nothing came, no estimate */
    uint32_t jitter_us;      /* mean interarrival jitter (RFC 3550) */
    int64_t speech_ms;
    int64_t longest_silence_ms;
};

struct index_leg {
    bool right;           /* channel */
    unsigned own_channel; /* it is also heard alone: 1 + its number among those that are;
                             0: it is not */
    char label[BOUND_LABEL_BYTES];
    struct index_party party;
    char codec[32];
    uint64_t packets_received;
    uint64_t packets_lost;
    uint64_t packets_late;
    uint64_t packets_duplicate;
    uint64_t packets_ignored;
    uint64_t packets_refused; /* not authentic, or not of the leg's sender */
    struct index_sound sound;
};

struct index_fact {
    int64_t start_ms;
    int64_t end_ms;
    int leg; /* index, -1 for all */
    char cause[24];
    uint32_t count;
    char detail[BOUND_FACT_DETAIL_BYTES]; /* UTF-8, "" where there is nothing more to say */
};

enum { INDEX_FACT_CAUSES_MAX = 64 }; /* of one recording that are counted */

/* How many facts of each cause a recording has, by the cause's name. */
struct index_fact_counts {
    size_t causes;
    struct {
        char cause[24];
        uint64_t facts;
    } of[INDEX_FACT_CAUSES_MAX];
};

/* One recording, whole. */
struct index_recording {
    struct uuid id;
    struct uuid customer;
    wall_time started;
    wall_time ended;     /* 0 while recording */
    int64_t duration_ms; /* 0 while recording */
    enum recording_state state;
    enum call_direction direction; /* as the customer sees it */
    struct index_party caller;
    struct index_party called;
    char source[64];         /* name of the configured source, "" where unknown */
    char source_address[64]; /* where the INVITE came from */
    char sip_call_id[256];
    char session_id[128];
    char sip_session_id[256];
    char group_id[128];
    char call_reference[128]; /* a vendor's, "" where none */
    size_t ties;
    struct index_tie tie[BOUND_TIES]; /* further ones, beside those four; may repeat them */
    struct uuid conversation; /* id of the first recording of its conversation: its own where it is
                                 alone or first */
    bool by_number;           /* it is in its conversation because of a number alone: presumed */
    struct uuid owner_due; /* whose it turned out to be, while its file is still sealed to another's
                              key, and customer is "unassigned"; all zeros: it is customer's */
    char node[64];
    char end_cause[24];
    char path[BOUND_PATH_BYTES]; /* below the store */
    uint64_t audio_bytes;
    uint8_t sha256_cipher[32];
    uint8_t sha256_plain[32];
    bool measured;        /* talk_over_ms and each leg's sound are known: not of one that was cut
                             short, nor of one from before they were */
    int64_t talk_over_ms; /* how long both sides spoke at once */
    bool damaged;         /* when it was read last something of its file was not as it was sealed:
                             scrub.h. Unless that is a key slot alone, it is not played */
    size_t legs;
    struct index_leg leg[BOUND_CALL_STREAMS];
};

/** "in", "out", "internal", "unknown"; a static string. */
const char *call_direction_name(enum call_direction direction);

/** "group", "session", "reference", "sip_session"; a static string. */
const char *index_tie_name(enum index_tie_kind kind);

/**
 * Insert the row of a call that is about to be answered, state RECORDING, with its legs as far as
 * they are known: a crash leaves them as they are here. A conversation of all zeros becomes its
 * own.
 *
 * STATUS_EXISTS     the id is there.
 * STATUS_NOT_FOUND  no such customer.
 * STATUS_LIMIT      more legs than BOUND_CALL_STREAMS.
 */
enum status recordings_insert(struct index *index, const struct index_recording *recording,
                              struct fault *fault) MUST_CHECK;

/**
 * Look for the owner of a call that is ending, before its file is sealed: the file's details bear
 * the answer, and the keeper believes nobody else.
 *
 * Where a number changed of a call that was nobody's by number (it is the source's default
 * customer's, or unassigned) and the new numbers say whose it is, direction is set as that one
 * sees it, and owner_due where that is another than the row says. Changes no row.
 *
 * recording  its caller and called as told last, "" where they were not.
 *
 * STATUS_NOT_FOUND  no row of that id.
 */
enum status recordings_find_owner(struct index *index, struct index_recording *recording,
                                  struct fault *fault) MUST_CHECK;

/**
 * The recording ended: state, ended, duration, end_cause, direction, sizes, hashes, talk-over,
 * legs, and parties and ties (session_id, sip_session_id, group_id, call_reference) where the new
 * ones are not empty; facts replace those that were there. The id never changes. Where its ties
 * have changed, the conversations that it shares one with now become one with its own: earlier ones
 * (as below), and those that began less than CONVERSATION_GAP_S after its end.
 *
 * Where owner_due is set (recordings_find_owner) and is not the row's customer, customer becomes
 * "unassigned", so that nobody hears it until the keeper has sealed its file to the right one
 * (recordings_reassign). It leaves its conversation and is alone until then.
 *
 * STATUS_NOT_FOUND  no row of that id.
 * STATUS_CONFLICT   it is sealed or recovered already: another wrote that, and may have sealed its
 *                   file anew since. Nothing changed.
 * STATUS_LIMIT      more legs than BOUND_CALL_STREAMS.
 */
enum status recordings_finish(struct index *index, const struct index_recording *recording,
                              const struct index_fact *facts, size_t fact_count,
                              struct fault *fault) MUST_CHECK;

/**
 * The file of a finished recording was made anew from what was left of it (recover.h): state,
 * duration, sizes and hashes; facts replace those that were there. It is to be read again.
 *
 * before  sha256_cipher of the row that it is the mending of.
 *
 * STATUS_CONFLICT  the row is not finished, or says another hash by now. Nothing changed.
 */
enum status recordings_mended(struct index *index, const struct index_recording *recording,
                              const uint8_t before[static 32], const struct index_fact *facts,
                              size_t fact_count, struct fault *fault) MUST_CHECK;

/**
 * Find the conversation that a call belongs to: that of an earlier recording of the same customer
 * and the same source that shares a tie with it (a group_id, sip_session_id by its local or remote
 * half (RFC 7989), session_id or call_reference, also one of `tie`), that was running, or ended
 * less than CONVERSATION_GAP_S before this one started, and whose conversation has not
 * CONVERSATION_RECORDINGS_MAX yet; else its own id. Where it shares ties with several, these become
 * one. To be called in the transaction that inserts the row.
 *
 * An id of less than CONVERSATION_TIE_BYTES_MIN bytes ties nothing (vendors send "1" in every
 * call), nor a session_id of less than CONVERSATION_SESSION_BYTES_MIN, nor one of a single sign
 * (the nil UUID), nor one that may have been cut to fit its field.
 *
 * Where no id ties it: a transfer by BYE and INVITE is known by the number of the outside party. It
 * joins, as by_number, the conversation of a recording of that customer and source whose outside
 * party had the same number, that a BYE ended, at most CONVERSATION_TRANSFER_MS before this one
 * started (or up to 200 ms after: audio on its way at the BYE counts to its end). The outside party
 * is the one whose number is not the customer's; where neither is, the one of more digits, else the
 * caller. Never by a number that is withheld, of fewer digits than CONVERSATION_NUMBER_DIGITS_MIN
 * or of a single digit, nor where another call with that number goes on: then two people call from
 * behind one.
 *
 * Sets recording->conversation and by_number; changes other recordings' conversations only.
 */
enum status recordings_find_conversation(struct index *index, struct index_recording *recording,
                                         struct fault *fault) MUST_CHECK;

/**
 * All recordings of a conversation, oldest first, CONVERSATION_RECORDINGS_MAX at most, legs not
 * read. customer NULL: any customer's. visit must not use this connection.
 *
 * STATUS_OK, also where there is none.
 */
enum status recordings_list_conversation(struct index *index, struct uuid conversation,
                                         const struct uuid *customer,
                                         void (*visit)(void *context,
                                                       const struct index_recording *row),
                                         void *context, struct fault *fault) MUST_CHECK;

/**
 * Recordings whose owner_due is set and whose file is finished, by (started, id), at most limit.
 * Legs are not read. visit must not use this connection.
 *
 * after  the last one of the page before, NULL for the first page.
 */
enum status recordings_list_due(struct index *index, const struct index_recording *after,
                                size_t limit,
                                void (*visit)(void *context, const struct index_recording *row),
                                void *context, struct fault *fault) MUST_CHECK;

/**
 * Its file is sealed to owner_due's key now: that is its customer. Its conversation is looked for
 * among the new customer's calls.
 *
 * recording  id, owner_due and the new sha256_cipher are looked at.
 *
 * STATUS_NOT_FOUND  no row of that id that is due to that customer.
 */
enum status recordings_reassign(struct index *index, const struct index_recording *recording,
                                struct fault *fault) MUST_CHECK;

/* Where a recording stands among those of its conversation. */
struct conversation_place {
    uint32_t part; /* from 1, oldest first, as recordings_list_conversation has it */
    uint32_t size; /* 1: alone */
};

/**
 * Find where a recording stands; recordings of other customers than its own do not count. One that
 * is gone by now is alone.
 *
 * recording  of which id, customer, started and conversation are looked at.
 */
enum status recordings_place(struct index *index, const struct index_recording *recording,
                             struct conversation_place *place, struct fault *fault) MUST_CHECK;

/** Remove the row of a call that was never answered. STATUS_NOT_FOUND, also for one that is not in
 *  state RECORDING. */
enum status recordings_remove_unanswered(struct index *index, struct uuid id,
                                         struct fault *fault) MUST_CHECK;

/**
 * Read one with its legs, and in `tie` with what ties it, as it is compared: of a SIP session each
 * half, without what says too little. customer NULL: any customer's.
 *
 * STATUS_NOT_FOUND  none, or not theirs.
 */
enum status recordings_get(struct index *index, struct uuid id, const struct uuid *customer,
                           struct index_recording *recording, struct fault *fault) MUST_CHECK;

/** Facts of one, in order of start_ms: *facts is freed by the caller with free(). */
enum status recordings_facts(struct index *index, struct uuid id, struct index_fact **facts,
                             size_t *fact_count, struct fault *fault) MUST_CHECK;

/** Count the facts of one by cause; none where there is no such recording. */
enum status recordings_count_facts(struct index *index, struct uuid id,
                                   struct index_fact_counts *counts,
                                   struct fault *fault) MUST_CHECK;

/* What to list. */
struct recordings_query {
    const struct uuid *customer; /* NULL: all (operators' tool only) */
    bool has_from, has_to;
    wall_time from;     /* started >= from */
    wall_time to;       /* started < to */
    const char *number; /* digits of caller or called, or NULL: exact, or a prefix with a trailing
                           '*', or an ending with a leading '*' */
    const enum recording_state *state; /* NULL: all */
    bool has_after;                    /* keyset: rows older than (after_started, after_id) */
    wall_time after_started;
    struct uuid after_id;
    size_t limit; /* 1..500 */
};

/**
 * List, newest first, by (started, id). Legs are not read. A page without a number, or with an
 * exact one, costs the same however far back it lies; a prefix or an ending sorts all it matches.
 *
 * visit  called per row, in order; the row is borrowed. Must not use this connection.
 * more   set where there are rows after the last one.
 *
 * STATUS_INVALID  limit out of range or a number with other signs than digits, '+' and one '*'.
 */
enum status recordings_list(struct index *index, const struct recordings_query *query,
                            void (*visit)(void *context, const struct index_recording *row),
                            void *context, bool *more, struct fault *fault) MUST_CHECK;

/**
 * Call a function for each recording that a query lists, in its order; its limit and where it
 * begins are not looked at. They are read a page at a time, and no transaction is open meanwhile:
 * visit may use this connection, change rows, and take its time.
 *
 * visit  STATUS_OK: go on; STATUS_END: enough; any other ends it, and is returned.
 *
 * STATUS_OK, STATUS_NOMEM, as recordings_list, or what visit returned.
 */
enum status recordings_each(struct index *index, const struct recordings_query *query,
                            enum status (*visit)(void *context, const struct index_recording *row,
                                                 struct fault *fault),
                            void *context, struct fault *fault) MUST_CHECK;

/* Counts by state, for `recorderctl status`. */
struct recordings_counts {
    uint64_t by_state[4]; /* indexed by enum recording_state */
};

/** Count all. */
enum status recordings_count(struct index *index, struct recordings_counts *counts,
                             struct fault *fault) MUST_CHECK;

#endif
