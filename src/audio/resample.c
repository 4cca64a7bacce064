#include "audio/resample.h"

#include <assert.h>
#include <speex/speex_resampler.h>
#include <stdlib.h>
#include <string.h>

/*
 * Quality 3 of 10: its filter keeps 0 to 3.4 kHz of 8 kHz within half a decibel, and lags by 24
 * samples of the lower rate only; a better one lags more.
 */
enum { QUALITY = 3, SURPLUS = 16 };

struct resample {
    SpeexResamplerState *speex;
};

enum status resample_open(uint32_t from_hz, uint32_t to_hz, struct resample **out)
{
    struct resample *resample = calloc(1, sizeof *resample);
    int error = RESAMPLER_ERR_SUCCESS;

    if (!resample)
        return STATUS_NOMEM;
    resample->speex = speex_resampler_init(1, from_hz, to_hz, QUALITY, &error);
    if (!resample->speex) {
        free(resample);
        return STATUS_NOMEM;
    }
    *out = resample;
    return STATUS_OK;
}

void resample_close(struct resample *owned_resample)
{
    if (!owned_resample)
        return;
    speex_resampler_destroy(owned_resample->speex);
    free(owned_resample);
}

/* As much as there is input for and room; returns how much came out. */
static size_t convert(struct resample *resample, const int16_t **in, size_t *in_samples,
                      int16_t *out, size_t out_samples)
{
    spx_uint32_t taken = (spx_uint32_t)*in_samples;
    spx_uint32_t made = (spx_uint32_t)out_samples;
    int error = speex_resampler_process_int(resample->speex, 0, *in, &taken, out, &made);

    assert(error == RESAMPLER_ERR_SUCCESS); /* it allocates nothing, and the buffers differ */
    *in += taken;
    *in_samples -= taken;
    return made;
}

void resample_run(struct resample *resample, const int16_t *in, size_t in_samples, int16_t *out,
                  size_t out_samples)
{
    size_t made = convert(resample, &in, &in_samples, out, out_samples);

    while (in_samples) {
        int16_t surplus[SURPLUS];
        size_t before = in_samples;

        (void)convert(resample, &in, &in_samples, surplus, SURPLUS);
        assert(in_samples < before);
    }
    for (; made < out_samples; made++)
        out[made] = made ? out[made - 1] : 0;
}

size_t resample_delay(const struct resample *resample)
{
    return (size_t)speex_resampler_get_output_latency(resample->speex);
}
