#include "session/mix.h"

#include <assert.h>
#include <string.h>

#include "encode/opus_pair.h"

static int16_t saturated(int32_t value)
{
    if (value > INT16_MAX)
        return INT16_MAX;
    return value < INT16_MIN ? INT16_MIN : (int16_t)value;
}

void mix_read(struct leg *const *legs, size_t leg_count, int16_t *pcm, size_t samples)
{
    int32_t sum[OPUS_FRAME_SAMPLES_MAX];

    assert(samples <= OPUS_FRAME_SAMPLES_MAX);
    if (!leg_count)
        memset(pcm, 0, samples * sizeof *pcm);
    else
        leg_read(legs[0], pcm, samples);
    if (leg_count < 2)
        return;
    for (size_t i = 0; i < samples; i++)
        sum[i] = pcm[i];
    for (size_t leg = 1; leg < leg_count; leg++) {
        leg_read(legs[leg], pcm, samples);
        for (size_t i = 0; i < samples; i++)
            sum[i] += pcm[i];
    }
    for (size_t i = 0; i < samples; i++)
        pcm[i] = saturated(sum[i]);
}
