#include "session/speech.h"

#include <assert.h>

enum { FRAMES_PER_SECOND = 1000 / SPEECH_FRAME_MS };

/* Mean squares of samples; 0 dBov is 32768 squared. */
static const double nothing = 270;        /* -66 dBov: below the least step of A-law */
static const double noise_least = 1074;   /* -60 dBov */
static const double noise_most = 107374;  /* -40 dBov: louder is no noise of a line */
static const double speech_margin = 6.31; /* 8 dB above the noise */
static const double speech_least = 10737; /* -50 dBov */

static double noise_of(const struct speech *speech)
{
    double noise = speech->least;

    if (speech->before > 0 && (noise <= 0 || speech->before < noise))
        noise = speech->before;
    if (noise < noise_least)
        return noise_least;
    return noise > noise_most ? noise_most : noise;
}

/* Follow the noise. */
static void take_noise(struct speech *speech, double power)
{
    if (power >= nothing && (speech->least <= 0 || power < speech->least))
        speech->least = power;
    if (++speech->window_frames < SPEECH_WINDOW_MS / SPEECH_FRAME_MS)
        return;
    speech->before = speech->least;
    speech->least = 0;
    speech->window_frames = 0;
}

static void end_silence(struct speech *speech)
{
    if (speech->silence_frames > speech->longest_frames)
        speech->longest_frames = speech->silence_frames;
    speech->silence_frames = 0;
}

static void take_frame(struct speech *speech, double power)
{
    take_noise(speech, power);
    if (power >= speech_least && power >= noise_of(speech) * speech_margin)
        speech->hang_frames = SPEECH_HANG_MS / SPEECH_FRAME_MS;
    else if (speech->hang_frames)
        speech->hang_frames--;
    if (speech->hang_frames) {
        speech->speech_frames++;
        end_silence(speech);
    } else {
        speech->silence_frames++;
    }
}

void speech_add(struct speech *speech, const int16_t *pcm, size_t samples, uint32_t rate_hz)
{
    size_t frame_samples = rate_hz / FRAMES_PER_SECOND;

    assert(frame_samples && rate_hz % FRAMES_PER_SECOND == 0);
    for (size_t i = 0; i < samples; i++) {
        speech->energy += (double)(pcm[i] * pcm[i]);
        if (++speech->samples < frame_samples)
            continue;
        take_frame(speech, speech->energy / (double)speech->samples);
        speech->energy = 0;
        speech->samples = 0;
    }
}

void speech_skip(struct speech *speech)
{
    speech->hang_frames = 0;
    end_silence(speech);
}

bool speech_is_on(const struct speech *speech)
{
    return speech->hang_frames > 0;
}

int64_t speech_ms(const struct speech *speech)
{
    return speech->speech_frames * SPEECH_FRAME_MS;
}

int64_t speech_longest_silence_ms(const struct speech *speech)
{
    int64_t frames = speech->silence_frames > speech->longest_frames ? speech->silence_frames
                                                                     : speech->longest_frames;

    return frames * SPEECH_FRAME_MS;
}
