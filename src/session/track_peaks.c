#include "session/track_peaks.h"

void track_peaks_init(struct track_peaks *peaks, const uint32_t rates_hz[static OPUS_CHANNELS])
{
    *peaks = (struct track_peaks){0};
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        peaks_init(&peaks->side[i], rates_hz[i]);
}

void track_peaks_deinit(struct track_peaks *peaks)
{
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        peaks_deinit(&peaks->side[i]);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        peaks_deinit(&peaks->leg[i]);
}

void track_peaks_add_side(struct track_peaks *peaks, size_t side, const int16_t *pcm,
                          size_t samples)
{
    peaks_add(&peaks->side[side], pcm, samples);
}

/* Give each leg of a side that has none yet a picture of its own. Before there were several, the
 * side's was that of the first. */
static void part(struct track_peaks *peaks, size_t side, const size_t *legs, size_t leg_count)
{
    for (size_t i = 0; i < leg_count; i++) {
        size_t leg = legs[i];
        if (peaks->apart[leg])
            continue;
        if (i == 0)
            peaks_init_copy(&peaks->leg[leg], &peaks->side[side]);
        else
            peaks_init_flat(&peaks->leg[leg], &peaks->side[side]);
        peaks->apart[leg] = true;
    }
}

void track_peaks_add_legs(struct track_peaks *peaks, size_t side, const size_t *legs,
                          size_t leg_count, int16_t *const *alone, uint32_t rate_hz, size_t samples)
{
    if (leg_count < 2)
        return;
    part(peaks, side, legs, leg_count);
    for (size_t i = 0; i < leg_count; i++) {
        peaks_set_rate(&peaks->leg[legs[i]], rate_hz);
        peaks_add(&peaks->leg[legs[i]], alone[i], samples);
    }
}

void track_peaks_finish(struct track_peaks *peaks)
{
    for (size_t i = 0; i < OPUS_CHANNELS; i++)
        peaks_finish(&peaks->side[i]);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        if (peaks->apart[i])
            peaks_finish(&peaks->leg[i]);
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

struct recording_peaks track_peaks_report(const struct track_peaks *peaks,
                                          const struct recording_leg *leg, size_t legs,
                                          size_t pixels)
{
    struct recording_peaks report = {.pixels = pixels};
    bool apart = false;

    for (size_t i = 0; i < OPUS_CHANNELS; i++) {
        report.side[i] = peaks->side[i].data;
        report.pixels = least(report.pixels, peaks->side[i].pixels);
    }
    report.leg_pixels = pixels;
    for (size_t i = 0; i < legs; i++) {
        const struct peaks *own = peaks->apart[i] ? &peaks->leg[i] : &peaks->side[leg[i].channel];
        apart |= peaks->apart[i];
        report.leg[i] = own->data;
        report.leg_pixels = least(report.leg_pixels, own->pixels);
    }
    if (!apart)
        report.leg_pixels = 0;
    return report;
}
