/**
 * call_streams: between the SDP and metadata of one SIP call and the streams that are recorded:
 * which m-lines, whose, on which channel, with which codec and key; and our answer or offer. Pure,
 * but for the random bytes of keys.
 *
 * A stream keeps its index and its m-line while it lives. A line that is withdrawn (port 0) leaves
 * its stream held; where the line comes back as audio (RFC 3264 section 8.1 allows reuse), it is
 * the same stream again. So it is where another line takes its label meanwhile: a client need not
 * reuse a line, and may append one with each change. What is withdrawn makes room where there are
 * BOUND_CALL_STREAMS already, so that only those that live count.
 *
 * Two m-lines of one label, or both without, of which one is RTP/SAVP and the other RTP/AVP, are
 * one stream offered in two ways: the secure one is recorded where it can be, the other answered
 * port 0. Two of one label and one kind of transport are two streams.
 *
 * A line with the mix of parties who each have a line of their own, by the metadata, is answered
 * port 0: all of it is heard already, and either channel would carry both parties by it. One that
 * is alone, or that some party has nothing else beside, is recorded.
 *
 * Whatever else an accepted line offers that can be recorded is heard too, where it comes.
 */
#ifndef RECORDER_INGEST_CALL_STREAMS_H
#define RECORDER_INGEST_CALL_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "body/sdp.h"
#include "body/siprec_metadata.h"
#include "session/recording.h"

/* An m-line of the last description: what an offer of ours has to repeat, and what tells who speaks
 * on which line. */
struct call_line {
    char kind[16];
    char protocol[32];
    char label[BOUND_LABEL_BYTES]; /* that was said of it last */
};

/* Holds keys: call_streams_wipe before it, or a copy of it, is freed. */
struct call_streams {
    size_t count;
    struct recording_stream stream[BOUND_CALL_STREAMS]; /* held: on hold, inactive, withdrawn */
    size_t media_line[BOUND_CALL_STREAMS];              /* index of the m-line */
    size_t format[BOUND_CALL_STREAMS];       /* index in the peer's format[] of that m-line */
    uint32_t crypto_tag[BOUND_CALL_STREAMS]; /* of the peer's crypto line that was taken */
    bool accepted[BOUND_CALL_STREAMS];       /* by the last description; false: answered port 0 */
    bool addressed[BOUND_CALL_STREAMS];      /* its peer has named an address, so that to name none
                                                is a hold */
    uint8_t events_type[BOUND_CALL_STREAMS]; /* payload type of its telephone-event; 0: none */
    struct sockaddr_storage
        say[BOUND_CALL_STREAMS];            /* its own address in our SDP, where its sockets
                                               have one; AF_UNSPEC: that of the call */
    size_t media_lines;                     /* of the last description */
    struct call_line line[BOUND_SDP_MEDIA]; /* of them */
    uint64_t deviations; /* of the last description against the one before: SDP_LINES_MISSING */
    uint64_t refused;    /* bit 1 << i: its m-line i could be recorded, but for want of room, of a
                            port or of an address is not */
    struct recording_party caller;
    struct recording_party called;
};

/**
 * Streams of a call's first offer: its audio m-lines that can be recorded, in order, up to
 * BOUND_CALL_STREAMS, with the speaker of each and its channel: the caller's left, all others
 * right; where no stream is known to be the caller's, the first whose speaker is not known left. An
 * m-line that is there but withdrawn or cannot be recorded has no stream. remote_key and a fresh
 * local_key are set where SRTP was chosen.
 *
 * inactive and recvonly are held from the start. c=0.0.0.0 is not: a client that only sends may
 * have no address to name.
 *
 * metadata  NULL where there is none: parties stay empty.
 *
 * STATUS_OK           streams->count >= 1.
 * STATUS_UNSUPPORTED  no m-line can be recorded; *streams untouched.
 * STATUS_DENIED       likewise, but one could be, were its keys allowed on this transport.
 * STATUS_IO           no random bytes for a key; *streams untouched.
 */
enum status call_streams_choose(const struct sdp_description *offer,
                                const struct siprec_metadata *metadata,
                                const struct sdp_abilities *abilities,
                                struct call_streams *streams) MUST_CHECK;

/**
 * Streams of a running call under a new offer, or under the peer's answer to ours: each keeps its
 * m-line, index and channel; codec, payload type, sender, hold, keys and, where metadata came,
 * party follow the new one, and the label where it has one. A local_key stays while the suite
 * stays. m-lines without a stream that can be recorded now are added as streams (count grows, or
 * one that is withdrawn makes room), on the channel where their speaker is heard already, else on
 * the one where nobody is, else the caller left and others right. A stream whose m-line is missing,
 * has port 0 or nothing that can be recorded is withdrawn: held, not accepted, and its rtcp is
 * AF_UNSPEC. inactive and recvonly hold, and c=0.0.0.0 where an address stood before.
 *
 * metadata  merged, all that is known; NULL where none ever came.
 *
 * STATUS_OK           at least one is accepted, or all are withdrawn (port 0): a hold.
 * STATUS_UNSUPPORTED, STATUS_DENIED  none; *streams untouched.
 * STATUS_IO           as above.
 */
enum status call_streams_update(struct call_streams *streams,
                                const struct sdp_description *description,
                                const struct siprec_metadata *metadata,
                                const struct sdp_abilities *abilities) MUST_CHECK;

/** A stream that was accepted cannot be recorded after all: it is withdrawn, its line refused. */
void call_streams_refuse(struct call_streams *streams, size_t index);

/** The dialog is over: no stream is accepted, none is heard or reported on. */
void call_streams_withdraw(struct call_streams *streams);

/**
 * Who speaks on a stream; NULL where that is not known. Borrowed from metadata.
 *
 * metadata  not NULL.
 * assumed   out; whether the document only lets it be guessed, see siprec_speaker. Of a partial one
 *           nothing is guessed, but it is set.
 */
const struct siprec_participant *call_streams_speaker(const struct call_streams *streams,
                                                      size_t index,
                                                      const struct siprec_metadata *metadata,
                                                      bool *assumed);

/** Parties alone, from metadata (merged, siprec_metadata_merge) without a description. */
void call_streams_parties(struct call_streams *streams, const struct siprec_metadata *metadata);

/**
 * Streams for an INVITE without an offer: an audio line for each stream that its metadata names, at
 * most two. Where it names none, two of a recording session, for caller and called, and one of a
 * plain call. G.711; no sender is known until the ACK.
 *
 * metadata  NULL where there is none.
 */
void call_streams_propose(const struct siprec_metadata *metadata, bool siprec,
                          struct call_streams *streams);

/**
 * Fill the answer's media lines.
 *
 * ports   uint16_t[streams->count].
 * answer  out: holds keys, sdp_local_wipe. Only its media is set.
 */
void call_streams_answer(const struct call_streams *streams, const struct sdp_description *offer,
                         const uint16_t *ports, struct sdp_local *answer);

/**
 * Fill our offer with the session as it is: as many m-lines as the last description had, no others
 * (RFC 7866 section 7.2: an SRS adds no streams). A stream held by the peer is offered recvonly, so
 * that it can go on; one withdrawn has port 0. Each names the codec in use first
 * (call_formats_offer).
 *
 * ports, offer  as in call_streams_answer.
 */
void call_streams_offer(const struct call_streams *streams, const uint16_t *ports,
                        struct sdp_local *offer);

/** The legs as the index is to know them should the call be cut short: nothing counted yet. */
void call_streams_legs(const struct call_streams *streams,
                       struct recording_leg legs[BOUND_CALL_STREAMS]);

/** Overwrite the keys in it. NULL is accepted. */
void call_streams_wipe(struct call_streams *streams);

#endif
