#include "audio/peaks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEAKS_GROW_PIXELS = PEAKS_PER_SECOND * 60,
    SAMPLE_STEPS = 256, /* 16-bit steps to one of 8 bits, rounded toward 0 */
};

static void open_pixel(struct peaks *peaks)
{
    peaks->filled = 0;
    peaks->least = INT16_MAX;
    peaks->greatest = INT16_MIN;
}

void peaks_init(struct peaks *peaks, uint32_t rate_hz)
{
    *peaks = (struct peaks){.pixel_samples = rate_hz / PEAKS_PER_SECOND};
    open_pixel(peaks);
}

/* As far as another, with room for as much: zeros. */
static void init_beside(struct peaks *peaks, const struct peaks *other)
{
    *peaks = *other;
    peaks->data = NULL;
    if (!other->cap_pixels)
        return;
    peaks->data = calloc(other->cap_pixels, PEAKS_PIXEL_BYTES);
    if (peaks->data)
        return;
    peaks->pixels = 0;
    peaks->cap_pixels = 0;
    peaks->ended = true;
}

void peaks_init_flat(struct peaks *peaks, const struct peaks *other)
{
    init_beside(peaks, other);
    if (peaks->filled)
        peaks->least = peaks->greatest = 0;
}

void peaks_init_copy(struct peaks *peaks, const struct peaks *other)
{
    init_beside(peaks, other);
    if (peaks->data)
        memcpy(peaks->data, other->data, other->pixels * PEAKS_PIXEL_BYTES);
}

void peaks_deinit(struct peaks *peaks)
{
    free(peaks->data);
    *peaks = (struct peaks){0};
}

/* Make room for one more pixel; returns where it goes, or NULL. */
static int8_t *reserve(struct peaks *peaks)
{
    if (peaks->pixels >= peaks->cap_pixels) {
        size_t cap = peaks->pixels + PEAKS_GROW_PIXELS;
        if (cap > PEAKS_PIXELS_MAX)
            return NULL;
        int8_t *data = realloc(peaks->data, cap * PEAKS_PIXEL_BYTES);
        if (!data)
            return NULL;
        peaks->data = data;
        peaks->cap_pixels = cap;
    }
    return peaks->data + peaks->pixels * PEAKS_PIXEL_BYTES;
}

static void close_pixel(struct peaks *peaks)
{
    int8_t *pixel = peaks->ended ? NULL : reserve(peaks);

    if (pixel) {
        pixel[0] = (int8_t)(peaks->least / SAMPLE_STEPS);
        pixel[1] = (int8_t)(peaks->greatest / SAMPLE_STEPS);
        peaks->pixels++;
    } else {
        peaks->ended = true; /* one pixel left out would move all that follow */
    }
    open_pixel(peaks);
}

void peaks_add(struct peaks *peaks, const int16_t *pcm, size_t samples)
{
    while (samples) {
        size_t room = peaks->pixel_samples - peaks->filled;
        size_t count = samples < room ? samples : room;
        int16_t least = peaks->least;
        int16_t greatest = peaks->greatest;

        for (size_t i = 0; i < count; i++) {
            least = pcm[i] < least ? pcm[i] : least;
            greatest = pcm[i] > greatest ? pcm[i] : greatest;
        }
        peaks->least = least;
        peaks->greatest = greatest;
        peaks->filled += (uint32_t)count;
        pcm += count;
        samples -= count;
        if (peaks->filled == peaks->pixel_samples)
            close_pixel(peaks);
    }
}

void peaks_set_rate(struct peaks *peaks, uint32_t rate_hz)
{
    assert(rate_hz % PEAKS_PER_SECOND == 0);
    uint32_t pixel_samples = rate_hz / PEAKS_PER_SECOND;
    uint64_t filled = (uint64_t)peaks->filled * pixel_samples;

    assert(filled % peaks->pixel_samples == 0);
    peaks->filled = (uint32_t)(filled / peaks->pixel_samples);
    peaks->pixel_samples = pixel_samples;
}

void peaks_finish(struct peaks *peaks)
{
    if (peaks->filled)
        close_pixel(peaks);
}
