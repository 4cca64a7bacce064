#include "audio/peaks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEAKS_GROW_PIXELS = PEAKS_PER_SECOND * 60,
    SAMPLE_STEPS = 256, /* 16-bit steps to one of 8 bits, rounded toward 0 */
};

static void open_pixel(struct peaks_leg *leg)
{
    leg->filled = 0;
    leg->least = INT16_MAX;
    leg->greatest = INT16_MIN;
}

void peaks_init(struct peaks *peaks, size_t legs, const uint32_t *rates_hz)
{
    assert(legs >= 1 && legs <= PEAKS_LEGS_MAX);
    *peaks = (struct peaks){.legs = legs};
    for (size_t i = 0; i < legs; i++) {
        peaks->leg[i].pixel_samples = rates_hz[i] / PEAKS_PER_SECOND;
        open_pixel(&peaks->leg[i]);
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
    size_t pixel_bytes = peaks->legs * 2;

    if (pixel >= peaks->cap_pixels) {
        size_t cap = pixel + PEAKS_GROW_PIXELS;
        if (cap > PEAKS_BYTES_MAX / pixel_bytes)
            return NULL;
        int8_t *data = realloc(peaks->data, cap * pixel_bytes);
        if (!data)
            return NULL;
        memset(data + peaks->cap_pixels * pixel_bytes, 0, (cap - peaks->cap_pixels) * pixel_bytes);
        peaks->data = data;
        peaks->cap_pixels = cap;
    }
    return peaks->data + pixel * pixel_bytes;
}

static void close_pixel(struct peaks *peaks, size_t index)
{
    struct peaks_leg *leg = &peaks->leg[index];
    int8_t *pixel = peaks->ended ? NULL : reserve(peaks, leg->pixels);

    if (pixel) {
        pixel[index * 2] = (int8_t)(leg->least / SAMPLE_STEPS);
        pixel[index * 2 + 1] = (int8_t)(leg->greatest / SAMPLE_STEPS);
        leg->pixels++;
    } else {
        peaks->ended = true; /* one pixel left out would move all that follow */
    }
    open_pixel(leg);
}

void peaks_add(struct peaks *peaks, size_t leg_index, const int16_t *pcm, size_t samples)
{
    assert(leg_index < peaks->legs);
    struct peaks_leg *leg = &peaks->leg[leg_index];

    while (samples) {
        size_t room = leg->pixel_samples - leg->filled;
        size_t count = samples < room ? samples : room;
        int16_t least = leg->least;
        int16_t greatest = leg->greatest;

        for (size_t i = 0; i < count; i++) {
            least = pcm[i] < least ? pcm[i] : least;
            greatest = pcm[i] > greatest ? pcm[i] : greatest;
        }
        leg->least = least;
        leg->greatest = greatest;
        leg->filled += (uint32_t)count;
        pcm += count;
        samples -= count;
        if (leg->filled == leg->pixel_samples)
            close_pixel(peaks, leg_index);
    }
}

void peaks_finish(struct peaks *peaks)
{
    for (size_t i = 0; i < peaks->legs; i++)
        if (peaks->leg[i].filled)
            close_pixel(peaks, i);
}

size_t peaks_pixels(const struct peaks *peaks)
{
    size_t pixels = peaks->leg[0].pixels;

    for (size_t i = 1; i < peaks->legs; i++)
        if (peaks->leg[i].pixels < pixels)
            pixels = peaks->leg[i].pixels;
    return pixels;
}
