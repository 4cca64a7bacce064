/**
 * row: one row of the table of recordings, to and from struct index_recording. Private to
 * storage/index.
 */
#ifndef RECORDER_STORAGE_INDEX_ROW_H
#define RECORDER_STORAGE_INDEX_ROW_H

#include "storage/index/database.h"
#include "storage/index/recordings.h"

/* The columns row_read takes, in its order, of a table named r. */
#define ROW_COLUMNS                                                                                \
    "r.id, r.customer, r.started_us, r.ended_us, r.duration_ms, r.state, r.direction,"             \
    " r.caller_number, r.caller_name, r.called_number, r.called_name, r.source,"                   \
    " r.source_address, r.sip_call_id, r.session_id, r.sip_session_id, r.group_id, r.node,"        \
    " r.end_cause, r.path, r.audio_bytes, r.sha256_cipher, r.sha256_plain, r.call_reference,"      \
    " r.conversation, r.owner_due, r.by_number, r.talk_over_ms, r.scrub_result"

/** Read a row that has ROW_COLUMNS from the next column on; legs is 0. */
void row_read(struct statement *statement, struct index_recording *recording);

/** Digits of a number, and the same backwards. "" both where it has none. */
void row_digits(const char *number, char digits[static BOUND_NUMBER_BYTES],
                char reversed[static BOUND_NUMBER_BYTES]);

/** text backwards; may not overlap. */
void row_reverse(const char *text, char reversed[static BOUND_NUMBER_BYTES]);

#endif
