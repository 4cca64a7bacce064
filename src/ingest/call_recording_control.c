/* call_recording: what pauses and resumes it. */
#include "ingest/call_recording_private.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"

struct call_recording_kept {
    struct call_recording_kept *next;
    struct recording_control control; /* its detail is the one below */
    char detail[BOUND_FACT_DETAIL_BYTES];
};

static enum status keep(struct call_recording *recording, const struct recording_control *control)
{
    struct call_recording_kept **last = &recording->kept;
    size_t count = 0;

    for (; *last; last = &(*last)->next)
        count++;
    if (count == CALL_RECORDING_KEPT_MAX)
        return STATUS_LIMIT;
    struct call_recording_kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return STATUS_NOMEM;
    kept->control = *control;
    text_copy(kept->detail, sizeof kept->detail, control->detail ? control->detail : "");
    kept->control.detail = kept->detail;
    *last = kept;
    return STATUS_OK;
}

enum status call_recording_control(struct call_recording *recording,
                                   const struct recording_control *control)
{
    switch (recording->state) {
    case CALL_RECORDING_BEGINNING:
        return keep(recording, control);
    case CALL_RECORDING_RUNNING:
        return recording_control(recording->recording, control);
    case CALL_RECORDING_FAILED:
        break;
    }
    return STATUS_CONFLICT;
}

enum status call_recording_press(struct call_recording *recording, char digit)
{
    if (recording->state != CALL_RECORDING_RUNNING)
        return STATUS_OK; /* whose codes would it be */
    return recording_press(recording->recording, digit);
}

void call_recording_settle_controls(struct call_recording *recording)
{
    const struct call_recordings_options *options = call_recordings_options(recording->all);

    while (recording->kept) {
        struct call_recording_kept *kept = recording->kept;
        enum status status = STATUS_CONFLICT;
        recording->kept = kept->next;
        if (recording->state == CALL_RECORDING_RUNNING)
            status = recording_control(recording->recording, &kept->control);
        if (status != STATUS_OK && kept->control.request)
            options->refuse(options->refuse_context, kept->control.request);
        if (status == STATUS_NOMEM)
            log_event(LOG_ERROR, "call.control_dropped", "cause=memory");
        free(kept);
    }
}
