#include "session/mix.h"

#include <assert.h>
#include <string.h>

#include "encode/opus_pair.h"
#include "session/samples.h"

void mix_read(struct leg *const *legs, size_t leg_count, uint32_t rate_hz, int16_t *pcm,
              size_t samples)
{
    int32_t sum[OPUS_FRAME_SAMPLES_MAX];

    assert(samples <= OPUS_FRAME_SAMPLES_MAX);
    if (!leg_count)
        memset(pcm, 0, samples * sizeof *pcm);
    else
        leg_read(legs[0], rate_hz, pcm, samples);
    if (leg_count < 2)
        return;
    for (size_t i = 0; i < samples; i++)
        sum[i] = pcm[i];
    for (size_t leg = 1; leg < leg_count; leg++) {
        leg_read(legs[leg], rate_hz, pcm, samples);
        for (size_t i = 0; i < samples; i++)
            sum[i] += pcm[i];
    }
    for (size_t i = 0; i < samples; i++)
        pcm[i] = samples_cut(sum[i]);
}
