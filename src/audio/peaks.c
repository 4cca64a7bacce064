#include "audio/peaks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIXEL_BYTES = PEAKS_CHANNELS * 2,
    PEAKS_GROW_PIXELS = PEAKS_PER_SECOND * 60,
    SAMPLE_STEPS = 256, /* 16-bit steps to one of 8 bits, rounded toward 0 */
};

static void open_pixel(struct peaks_channel *channel)
{
    channel->filled = 0;
    channel->least = INT16_MAX;
    channel->greatest = INT16_MIN;
}

void peaks_init(struct peaks *peaks, const uint32_t rates_hz[static PEAKS_CHANNELS])
{
    *peaks = (struct peaks){0};
    for (size_t i = 0; i < PEAKS_CHANNELS; i++) {
        peaks->channel[i].pixel_samples = rates_hz[i] / PEAKS_PER_SECOND;
        open_pixel(&peaks->channel[i]);
    }
}

void peaks_deinit(struct peaks *peaks)
{
    free(peaks->data);
    *peaks = (struct peaks){0};
}

/* Make room for one more pixel; returns where it goes, or NULL. */
static int8_t *reserve(struct peaks *peaks, size_t pixel)
{
    if (pixel >= peaks->cap_pixels) {
        size_t cap = pixel + PEAKS_GROW_PIXELS;
        if (cap > PEAKS_BYTES_MAX / PIXEL_BYTES)
            return NULL;
        int8_t *data = realloc(peaks->data, cap * PIXEL_BYTES);
        if (!data)
            return NULL;
        memset(data + peaks->cap_pixels * PIXEL_BYTES, 0, (cap - peaks->cap_pixels) * PIXEL_BYTES);
        peaks->data = data;
        peaks->cap_pixels = cap;
    }
    return peaks->data + pixel * PIXEL_BYTES;
}

static void close_pixel(struct peaks *peaks, size_t index)
{
    struct peaks_channel *channel = &peaks->channel[index];
    int8_t *pixel = peaks->ended ? NULL : reserve(peaks, channel->pixels);

    if (pixel) {
        pixel[index * 2] = (int8_t)(channel->least / SAMPLE_STEPS);
        pixel[index * 2 + 1] = (int8_t)(channel->greatest / SAMPLE_STEPS);
        channel->pixels++;
    } else {
        peaks->ended = true; /* one pixel left out would move all that follow */
    }
    open_pixel(channel);
}

void peaks_add(struct peaks *peaks, size_t index, const int16_t *pcm, size_t samples)
{
    assert(index < PEAKS_CHANNELS);
    struct peaks_channel *channel = &peaks->channel[index];

    while (samples) {
        size_t room = channel->pixel_samples - channel->filled;
        size_t count = samples < room ? samples : room;
        int16_t least = channel->least;
        int16_t greatest = channel->greatest;

        for (size_t i = 0; i < count; i++) {
            least = pcm[i] < least ? pcm[i] : least;
            greatest = pcm[i] > greatest ? pcm[i] : greatest;
        }
        channel->least = least;
        channel->greatest = greatest;
        channel->filled += (uint32_t)count;
        pcm += count;
        samples -= count;
        if (channel->filled == channel->pixel_samples)
            close_pixel(peaks, index);
    }
}

void peaks_set_rate(struct peaks *peaks, size_t index, uint32_t rate_hz)
{
    assert(index < PEAKS_CHANNELS && rate_hz % PEAKS_PER_SECOND == 0);
    struct peaks_channel *channel = &peaks->channel[index];
    uint32_t pixel_samples = rate_hz / PEAKS_PER_SECOND;
    uint64_t filled = (uint64_t)channel->filled * pixel_samples;

    assert(filled % channel->pixel_samples == 0);
    channel->filled = (uint32_t)(filled / channel->pixel_samples);
    channel->pixel_samples = pixel_samples;
}

void peaks_finish(struct peaks *peaks)
{
    for (size_t i = 0; i < PEAKS_CHANNELS; i++)
        if (peaks->channel[i].filled)
            close_pixel(peaks, i);
}

size_t peaks_pixels(const struct peaks *peaks)
{
    size_t pixels = peaks->channel[0].pixels;

    for (size_t i = 1; i < PEAKS_CHANNELS; i++)
        if (peaks->channel[i].pixels < pixels)
            pixels = peaks->channel[i].pixels;
    return pixels;
}
