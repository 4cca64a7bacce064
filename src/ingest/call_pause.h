/**
 * call_pause: by which descriptions a source pauses the recording of its call, rather than tells
 * that the call is on hold. Pure.
 *
 * A client that has to leave out a part of a call sets each of its streams to inactive (RFC 7866
 * section 7.1.1.1). So does one that passes a hold on; but that also says so in its metadata, and
 * an older one holds by the address, or by the lines of one party.
 */
#ifndef RECORDER_INGEST_CALL_PAUSE_H
#define RECORDER_INGEST_CALL_PAUSE_H

#include "body/sdp.h"
#include "body/siprec_metadata.h"
#include "ingest/call_streams.h"

/**
 * Set hold_is_pause of each stream under a description that was taken in: where all audio lines
 * that are not withdrawn are inactive and have an address, of those that are accepted; where not,
 * of none.
 *
 * streams   as call_streams_choose or call_streams_update left them.
 * siprec    the call is a recording session; else nothing is a pause.
 * document  the metadata of the same message alone; NULL where it had none. Where that tells of a
 *           hold, it is one.
 */
void call_pause_mark(struct call_streams *streams, const struct sdp_description *description,
                     bool siprec, const struct siprec_metadata *document);

#endif
