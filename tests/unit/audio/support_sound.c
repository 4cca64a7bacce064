#include "unit/audio/support_sound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TURN 6.283185307179586

/* sin(2 pi turns), by its series. */
static double sine(double turns)
{
    double angle = (turns - (double)(int64_t)turns) * TURN;
    double term;
    double sum;

    if (angle > TURN / 2)
        angle -= TURN;
    if (angle < -TURN / 2)
        angle += TURN;
    term = sum = angle;
    for (int i = 1; i < 14; i++) {
        term *= -angle * angle / (2.0 * i * (2.0 * i + 1));
        sum += term;
    }
    return sum;
}

void sound_sweep(int16_t *pcm, size_t samples, uint32_t rate_hz, double from_hz, double to_hz,
                 double amplitude)
{
    double seconds = (double)samples / rate_hz;

    for (size_t i = 0; i < samples; i++) {
        double at = (double)i / rate_hz;

        pcm[i] =
            (int16_t)(amplitude * sine(at * from_hz + at * at * (to_hz - from_hz) / (2 * seconds)));
    }
}

void sound_voice(int16_t *pcm, size_t samples, uint32_t rate_hz, double pitch_hz)
{
    for (size_t i = 0; i < samples; i++) {
        double value = 0;

        for (int harmonic = 1; harmonic * pitch_hz < 3400; harmonic++)
            value += 6000.0 / harmonic * sine(harmonic * pitch_hz * (double)i / rate_hz);
        pcm[i] = (int16_t)value;
    }
}

size_t sound_lag(const int16_t *wanted, const int16_t *got, size_t samples, size_t lag_max)
{
    size_t best = 0;
    double best_sum = -1e300;

    for (size_t lag = 0; lag <= lag_max; lag++) {
        double sum = 0;

        for (size_t i = 0; i + lag_max < samples; i++)
            sum += (double)wanted[i] * got[i + lag];
        if (sum > best_sum) {
            best_sum = sum;
            best = lag;
        }
    }
    return best;
}

double sound_likeness(const int16_t *wanted, const int16_t *got, size_t samples)
{
    double signal = 0;
    double noise = 1e-9;

    for (size_t i = 0; i < samples; i++) {
        double difference = (double)wanted[i] - got[i];

        signal += (double)wanted[i] * wanted[i];
        noise += difference * difference;
    }
    return signal / noise;
}

double sound_is_tone(const int16_t *pcm, size_t samples, uint32_t rate_hz, double hz,
                     double *amplitude)
{
    double in_phase = 0;
    double across = 0;
    double power = 1e-9;

    for (size_t i = 0; i < samples; i++) {
        double turns = hz * (double)i / rate_hz;

        in_phase += pcm[i] * sine(turns);
        across += pcm[i] * sine(turns + 0.25);
        power += (double)pcm[i] * pcm[i];
    }
    double tone = (in_phase * in_phase + across * across) * 2 / (double)samples;
    if (amplitude) {
        double square = tone * 2 / (double)samples;
        double root = square > 1 ? square : 1;

        for (int i = 0; i < 60; i++)
            root = (root + square / root) / 2;
        *amplitude = root;
    }
    return tone / power;
}

double sound_power(const int16_t *pcm, size_t samples)
{
    double sum = 0;

    for (size_t i = 0; i < samples; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum / (double)samples;
}

uint8_t *sound_vector(const char *name, size_t *bytes)
{
    enum { VECTOR_BYTES_MAX = 65536 };
    char path[4096];
    uint8_t *data = malloc(VECTOR_BYTES_MAX);

    assert_non_null(getenv("VECTORS"));
    (void)snprintf(path, sizeof path, "%s/audio/%s", getenv("VECTORS"), name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(data);
    *bytes = fread(data, 1, VECTOR_BYTES_MAX, file);
    (void)fclose(file);
    assert_true(*bytes > 0);
    return data;
}
