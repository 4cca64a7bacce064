/* recorded_call: what its client asks by INFO: to pause, to resume, or what digit was pressed. */
#include "ingest/recorded_call.h"

#include "base/log.h"

/* The whole call: a telephone's key says nothing of sides. */
static enum status control(struct recorded_call *call, bool paused)
{
    const struct recording_control wanted = {
        .paused = paused,
        .channels = RECORDING_BOTH,
        .by = RECORDING_CONTROL_SIP,
        .detail = "INFO",
    };

    return call_recording_control(call->recording, &wanted);
}

enum status recorded_call_control(struct recorded_call *call, const struct sip_call_info *info)
{
    enum status status = STATUS_CONFLICT;

    if (call->recording && info->kind == SIP_INFO_DIGIT)
        status = call_recording_press(call->recording, info->digit);
    else if (call->recording)
        status = control(call, info->kind == SIP_INFO_PAUSE);
    if (status != STATUS_OK)
        log_event(LOG_ERROR, "call.control_dropped", "cause=%s", status_name(status));
    return status;
}
