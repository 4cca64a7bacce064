/**
 * plain_call: a call that is not SIPREC, told by its headers alone: who takes part, and for a Cisco
 * phone's built-in bridge which half of the call it carries. Pure.
 *
 * A built-in bridge sends two calls for each one it records: the phone's own voice (x-nearend) and
 * what the phone hears (x-farend), both with the same x-refci, in From: inside its URI, or after
 * it, in any case:
 *   <sip:2000@cucm;x-nearend;x-refci=27;x-nearenddevice=SEP1;x-farendrefci=26;x-farendaddr=1000>
 * Which of the two called is not said there: the near end, whose call it is, is taken for the
 * caller and lies left. From of a later UPDATE or re-INVITE tells who is at the ends then: the far
 * end of a call that was transferred is another.
 */
#ifndef RECORDER_INGEST_PLAIN_CALL_H
#define RECORDER_INGEST_PLAIN_CALL_H

#include <stdbool.h>

#include "ingest/call_streams.h"
#include "session/recording_sink.h"
#include "sip/server.h"

enum { PLAIN_CALL_REFERENCE_BYTES = 128 };

enum plain_call_end {
    PLAIN_CALL_WHOLE,    /* both directions, or nobody says */
    PLAIN_CALL_NEAR_END, /* half of a pair: the recorded phone's own voice */
    PLAIN_CALL_FAR_END,  /* the other half */
};

struct plain_call {
    struct recording_party caller;
    struct recording_party called;
    enum plain_call_end end;
    char reference[PLAIN_CALL_REFERENCE_BYTES]; /* x-refci; "" where none: then end is WHOLE */
    char device[PLAIN_CALL_REFERENCE_BYTES];    /* x-nearenddevice, of a half; "" where not said */
    char cluster[PLAIN_CALL_REFERENCE_BYTES];   /* x-nearendclusterid, likewise */
};

/** Read it; the caller is who is asserted (RFC 3325), else who is in From; the called is in To. */
void plain_call_read(const struct sip_call_identity *identity, struct plain_call *call);

/** Read its parties only; it is whole. */
void plain_call_read_parties(const struct sip_call_identity *identity, struct plain_call *call);

/**
 * Read who is at the ends now from a later From of a half of a pair. What it is a half of stays, as
 * its channel does.
 *
 * Returns whether anybody is another; false, and nothing changed, of a call that is whole, and
 * where From names nobody or is not of this half.
 */
bool plain_call_read_change(const char *from, struct plain_call *call);

/** Who is at its own end, whom it carries: the called of the far half, else the caller. Borrowed.
 */
const struct recording_party *plain_call_own_end(const struct plain_call *call);

/**
 * Whether two halves are of one call: its two ends, under one reference, and neither names another
 * phone or cluster than the other. A reference is unique in its cluster only.
 */
bool plain_call_is_pair(const struct plain_call *one, const struct plain_call *other);

/**
 * Set parties and channels of its streams: of one stream that carries everybody nobody is the
 * speaker; of two the first is the caller's; a half of a pair lies on its own channel.
 *
 * first  streams before it keep what they have.
 */
void plain_call_assign(const struct plain_call *call, size_t first, struct call_streams *streams);

#endif
