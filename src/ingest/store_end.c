#include "ingest/store_end.h"

#include "base/log.h"
#include "storage/index/recordings.h"

void store_end_owner(struct index *index, struct store_recording *recording)
{
    struct fault fault = {0};

    if (recordings_find_owner(index, &recording->row, &fault) != STATUS_OK)
        log_event(LOG_ERROR, "recording.owner_unknown", "recording=%s reason=\"%s\"",
                  recording->id_text, fault.text);
}

enum status store_end_row(struct index *index, const struct store_recording *recording,
                          struct fault *fault)
{
    if (recording->end == STORE_RECORDING_SEAL) {
        enum status status = recordings_finish(index, &recording->row, recording->facts,
                                               recording->fact_count, fault);
        /* while the row waited for the index the keeper found the file sealed, and wrote it */
        return status == STATUS_CONFLICT ? STATUS_OK : status;
    }
    if (recording->begun != STATUS_OK)
        return STATUS_OK; /* it never had a row */
    return recordings_remove_unanswered(index, recording->row.id, fault);
}

void store_end_close(struct store_recording *owned_recording, enum status status,
                     const struct fault *fault)
{
    struct store_recording *recording = owned_recording;

    if (status != STATUS_OK)
        log_event(LOG_ERROR, "recording.row_failed",
                  "recording=%s reason=\"%s\" remedy=\"the keeper completes it\"",
                  recording->id_text, fault->text);
    else if (recording->end == STORE_RECORDING_SEAL)
        log_event(LOG_INFO, "recording.sealed", "recording=%s duration_ms=%lld cause=%s",
                  recording->id_text, (long long)recording->row.duration_ms,
                  recording->row.end_cause);
    if (recording->end == STORE_RECORDING_DISCARD && recording->writer) {
        recording_writer_discard(recording->writer);
        recording->writer = NULL;
    }
    store_recording_destroy(recording);
}
