#include "session/mix.h"

#include <assert.h>
#include <string.h>

#include "encode/opus_frame.h"
#include "session/samples.h"

void mix_read(struct leg *const *legs, size_t leg_count, uint32_t rate_hz, int16_t *const *alone,
              int16_t *pcm, size_t samples)
{
    int32_t sum[OPUS_FRAME_SAMPLES_MAX] = {0};

    assert(samples <= OPUS_FRAME_SAMPLES_MAX);
    for (size_t leg = 0; leg < leg_count; leg++) {
        leg_read(legs[leg], rate_hz, alone[leg], samples);
        for (size_t i = 0; i < samples; i++)
            sum[i] += alone[leg][i];
    }
    for (size_t i = 0; i < samples; i++)
        pcm[i] = samples_cut(sum[i]);
}
