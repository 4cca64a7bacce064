#include "session/voice_output.h"

#include <assert.h>
#include <string.h>

#include "encode/opus_frame.h"
#include "session/samples.h"

void voice_output_deinit(struct voice_output *output)
{
    resample_close(output->resample);
    *output = (struct voice_output){0};
}

/* A filter between these rates, with what it still holds; NULL without memory. */
static struct resample *filter(struct voice_output *output, uint32_t from_hz, uint32_t to_hz)
{
    if (output->resample && output->from_hz == from_hz && output->to_hz == to_hz)
        return output->resample;
    voice_output_deinit(output);
    if (resample_open(from_hz, to_hz, &output->resample) != STATUS_OK)
        return NULL;
    output->from_hz = from_hz;
    output->to_hz = to_hz;
    return output->resample;
}

/* Without memory for a filter: not as it should sound, but heard. */
static void repeat(const int16_t *in, size_t in_samples, int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        pcm[i] = in_samples ? in[i * in_samples / samples] : 0;
}

static void raise_rate(struct voice_output *output, uint32_t from_hz, const int16_t *in,
                       size_t in_samples, uint32_t to_hz, int16_t *pcm, size_t samples)
{
    struct resample *resample = filter(output, from_hz, to_hz);

    if (!resample) {
        repeat(in, in_samples, pcm, samples);
        return;
    }
    resample_run(resample, in, in_samples, pcm, samples);
    output->tail = resample_delay(resample);
}

/* What the filter still holds sounds into what comes behind it. */
static void add_tail(struct voice_output *output, int16_t *pcm, size_t samples)
{
    static const int16_t zeros[OPUS_FRAME_SAMPLES_MAX];
    int16_t rest[OPUS_FRAME_SAMPLES_MAX];

    if (samples < output->tail && output->to_hz > output->from_hz) {
        /* whole samples of the lower rate only; what is less waits */
        uint32_t step = output->to_hz / output->from_hz;
        samples -= samples % step;
    }
    if (!samples)
        return;
    resample_run(output->resample, zeros, samples * output->from_hz / output->to_hz, rest, samples);
    samples_add(pcm, rest, samples);
    output->tail -= samples < output->tail ? samples : output->tail;
}

void voice_output_put(struct voice_output *output, uint32_t from_hz, const int16_t *in,
                      size_t in_samples, uint32_t to_hz, int16_t *pcm, size_t samples)
{
    assert(samples <= OPUS_FRAME_SAMPLES_MAX && from_hz <= to_hz);
    if (!samples)
        return;
    if (from_hz && from_hz < to_hz) {
        raise_rate(output, from_hz, in, in_samples, to_hz, pcm, samples);
        return;
    }
    size_t count = !from_hz ? 0 : in_samples < samples ? in_samples : samples;
    if (count)
        memcpy(pcm, in, count * sizeof *pcm);
    memset(pcm + count, 0, (samples - count) * sizeof *pcm);
    if (output->tail && output->to_hz == to_hz)
        add_tail(output, pcm, samples);
}
