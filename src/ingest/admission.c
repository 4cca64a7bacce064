#include "ingest/admission.h"

static struct sip_admission unavailable(unsigned retry_after_s)
{
    return (struct sip_admission){503, "Service Unavailable", retry_after_s};
}

static bool is_reached(unsigned count, unsigned limit)
{
    return limit && count >= limit;
}

struct sip_admission admission_record(const struct call_source *source)
{
    if (is_reached(source->recordings, source->settings.calls_max))
        return unavailable(ADMISSION_RETRY_S);
    return (struct sip_admission){0, "", 0};
}

struct sip_admission admission_decide(struct call_source *source,
                                      const struct admission_state *state, bool invite,
                                      mono_time now)
{
    if (!source)
        return (struct sip_admission){403, "Forbidden", 0};
    if (!state->open || !state->healthy || !state->room ||
        is_reached(state->calls, state->calls_max))
        return unavailable(ADMISSION_RETRY_S);
    if (!rate_limit_take(&source->rate, source->settings.rate_per_s, now))
        return unavailable(ADMISSION_RATE_RETRY_S);
    if (is_reached(source->dialogs, source->settings.dialogs_max))
        return unavailable(ADMISSION_RETRY_S);
    /* an INVITE may be the second of a pair, which needs no recording of its own; and that it finds
     * no port is told with its reason: both are asked later */
    if (invite)
        return (struct sip_admission){0, "", 0};
    return state->ports ? admission_record(source) : unavailable(ADMISSION_RETRY_S);
}
