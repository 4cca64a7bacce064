#include "ingest/store_policy.h"

#include <string.h>

enum { MS_PER_S = 1000 };

unsigned store_policy_channels(enum policy_parties parties)
{
    switch (parties) {
    case POLICY_NOBODY:
        return 0;
    case POLICY_CALLER:
        return 1U << RECORDING_LEFT;
    case POLICY_CALLED:
        return 1U << RECORDING_RIGHT;
    case POLICY_BOTH:
        break;
    }
    return RECORDING_BOTH;
}

static enum opus_application application_of(enum policy_encoder encoder)
{
    switch (encoder) {
    case POLICY_LOW_DELAY:
        return OPUS_LOW_DELAY;
    case POLICY_SPEECH:
        return OPUS_SPEECH;
    case POLICY_AUDIO:
        break;
    }
    return OPUS_MUSIC;
}

enum status store_policy_find(struct index *index, const struct uuid *customer, const char *source,
                              struct recording_policy *policy, struct fault *fault)
{
    struct customer_policy wanted;
    struct source sender;

    enum status status = customers_policy(index, customer, &wanted, fault);
    if (status != STATUS_OK)
        return status;
    status = sources_get(index, source, &sender, fault);
    if (status == STATUS_NOT_FOUND)
        memset(&sender, 0, sizeof sender);
    else if (status != STATUS_OK)
        return status;
    fault_clear(fault);
    *policy = (struct recording_policy){
        .mask_channels = store_policy_channels(wanted.mask),
        .pause_max_ms = (int64_t)wanted.pause_max_s * MS_PER_S,
        .encoder = {.bitrate = (int)wanted.bitrate,
                    .complexity = (int)wanted.complexity,
                    .application = application_of(wanted.encoder)},
        .channels = sender.channels,
    };
    memcpy(policy->pause_code, sender.pause_code, sizeof policy->pause_code);
    memcpy(policy->resume_code, sender.resume_code, sizeof policy->resume_code);
    return STATUS_OK;
}
