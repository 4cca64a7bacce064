/**
 * call_metadata: what the metadata documents of one call say together, and what of it is worth
 * telling: who joined and left, which deviations, whether the client is to be asked for all of it.
 * Pure but for memory.
 */
#ifndef RECORDER_INGEST_CALL_METADATA_H
#define RECORDER_INGEST_CALL_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "body/siprec_metadata.h"
#include "ingest/call_streams.h"
#include "session/recording.h"
#include "sip/server.h"

enum { CALL_METADATA_SNAPSHOTS_MAX = 3 }; /* asked for in one call */

/* Who called whom, so far. */
struct call_roles {
    struct recording_party caller;
    struct recording_party called;
};

/* All zero: nothing is known. */
struct call_metadata {
    struct siprec_metadata *known; /* all documents merged in their order; NULL before the first */
    unsigned snapshots_asked;
    bool roles_kept; /* a party has left: who is there now does not say who called whom */
};

/** Free what it holds. */
void call_metadata_deinit(struct call_metadata *metadata);

/**
 * Merge one more document.
 *
 * before  out: what was known before, owned by the caller (siprec_metadata_destroy); NULL where
 *         nothing was.
 *
 * STATUS_OK, or STATUS_NOMEM: nothing changed, *before untouched.
 */
enum status call_metadata_take(struct call_metadata *metadata,
                               const struct siprec_metadata *document,
                               struct siprec_metadata **before) MUST_CHECK;

/**
 * Caller and called after a document was merged.
 *
 * Where a party leaves while the call goes on (a transfer), whoever called and was called stay so,
 * under their newest names: they are whom the call was made by and answered by, under whom it is
 * looked for. Who came later is told by notes (call_metadata_changes) and by the streams' parties.
 * It makes no difference whether a partial document or a complete one says so.
 *
 * They are taken anew from what is known where nobody of those who were there is any more (the real
 * parties instead of stand-ins), and by the first complete document after partial ones alone. A
 * stand-in, whose number has no digit, gives way to a number when it leaves; who only listened,
 * where others spoke, gives way to one who speaks. Where the called alone was known, who joins by a
 * partial document is the caller.
 *
 * before    known before the document; NULL where nothing was.
 * earlier   parties so far.
 * streams   caller and called are those of what is known now; put right here.
 */
void call_metadata_keep_roles(struct call_metadata *metadata, const struct siprec_metadata *before,
                              bool partial, const struct call_roles *earlier,
                              struct call_streams *streams);

/**
 * Tell of everybody who joined or left, as notes "party_joined" and "party_left" with the index of
 * the stream in `streams` that they speak on, -1 where not known.
 *
 * before  NULL where nothing was known.
 */
void call_metadata_changes(const struct siprec_metadata *before,
                           const struct siprec_metadata *after, const struct call_streams *streams,
                           void (*tell)(void *context, const struct recording_note *note),
                           void *context);

/**
 * Tell of those who were there before, still are, and speak on another stream now, as where labels
 * change lines or senders their streams in mid-call: a stream keeps its side of the recording, so
 * that from here on they are heard on another one. "party_left" with the index of the stream where
 * somebody else speaks now, "party_joined" with that of the stream where they do.
 *
 * before, after  known before and after the message; the same where it brought no metadata. NULL:
 *                nothing is told.
 * was, now       the streams before and after it.
 */
void call_metadata_moves(const struct siprec_metadata *before, const struct siprec_metadata *after,
                         const struct call_streams *was, const struct call_streams *now,
                         void (*tell)(void *context, const struct recording_note *note),
                         void *context);

/**
 * Whether the client is to be asked for a full snapshot (RFC 7866 section 9.2): a partial document
 * came and no complete one ever did. Counted; false from CALL_METADATA_SNAPSHOTS_MAX on.
 *
 * document  the newest; NULL where the message carried none.
 */
bool call_metadata_wants_snapshot(struct call_metadata *metadata,
                                  const struct siprec_metadata *document);

/**
 * The deviations of one message: its own, and what only shows when description and metadata are
 * read together.
 *
 * siprec  the call is a recording session; of a plain one labels and metadata are not asked.
 */
uint64_t call_metadata_deviations(const struct call_metadata *metadata,
                                  const struct sip_call_offer *offer, bool siprec,
                                  const struct call_streams *streams);

#endif
