#include "audio/tone_mask.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    ROWS = TONE_MASK_FREQUENCIES / 2,
    BLOCKS_PER_SECOND = 1000 * TONE_MASK_BLOCKS / TONE_MASK_FRAME_MS,
    BLOCK_SAMPLES_MAX = 48000 / BLOCKS_PER_SECOND,
    PARTS = 4, /* sine and cosine of two tones */
};

static const double frequency_hz[TONE_MASK_FREQUENCIES] = {697,  770,  852,  941,
                                                           1209, 1336, 1477, 1633};
static const double offset[TONE_MASK_OFFSETS] = {-0.012, 0, 0.012};
static const char digit_of[ROWS][ROWS + 1] = {"123A", "456B", "789C", "*0#D"};

static const double least_power = 1e4;    /* mean square of each tone; -44 dBm0 */
static const double most_twist = 8;       /* one against the other: 9 dB */
static const double begins_purity = 0.8;  /* of a frame's length, what the two tones are of it */
static const double goes_on_purity = 0.5; /* likewise, where they were found before */
static const double block_purity = 0.7;   /* of a block, likewise */
static const double block_least = 0.25;   /* of the tones' power, where they go on */

/* Two tones that were found. */
struct found {
    size_t low;
    size_t high;
    double low_hz;
    double high_hz;
    double power;
    double purity;
};

static struct tone_phasor times(struct tone_phasor one, struct tone_phasor other)
{
    return (struct tone_phasor){
        one.real * other.real - one.imaginary * other.imaginary,
        one.real * other.imaginary + one.imaginary * other.real,
    };
}

/* What turns by that frequency in so long, backward. */
static struct tone_phasor turn(double hz, double seconds)
{
    double angle = -2 * M_PI * hz * seconds;

    return (struct tone_phasor){cos(angle), sin(angle)};
}

/* --- a block -----------------------------------------------------------------------------------
 */

/* How much of each frequency is in it: a term of the Fourier transform each. */
static void analyse(struct tone_block *block, const int16_t *pcm, size_t samples, uint32_t rate_hz)
{
    *block = (struct tone_block){0};
    for (size_t i = 0; i < samples; i++)
        block->energy += (double)pcm[i] * pcm[i];
    if (block->energy < least_power * (double)samples)
        return;
    for (size_t tone = 0; tone < TONE_MASK_FREQUENCIES; tone++) {
        const struct tone_phasor step = turn(frequency_hz[tone], 1.0 / rate_hz);
        struct tone_phasor phase = {1, 0};
        struct tone_phasor *part = &block->part[tone];
        for (size_t i = 0; i < samples; i++) {
            part->real += pcm[i] * phase.real;
            part->imaginary += pcm[i] * phase.imaginary;
            phase = times(phase, step);
        }
    }
}

/* Solve a symmetric system; the matrix is changed. Returns the product of both sides. */
static double solve(double matrix[PARTS][PARTS + 1])
{
    double product = 0;

    for (size_t i = 0; i < PARTS; i++) {
        if (matrix[i][i] <= 0)
            return 0;
        /* what the right side keeps is what no part before has explained */
        product += matrix[i][PARTS] * matrix[i][PARTS] / matrix[i][i];
        for (size_t row = i + 1; row < PARTS; row++) {
            double factor = matrix[row][i] / matrix[i][i];
            for (size_t column = i; column <= PARTS; column++)
                matrix[row][column] -= factor * matrix[i][column];
        }
    }
    return product;
}

/* How much of the energy of samples two tones of any loudness can be: least squares. */
static double explained(const struct tone_mask *mask, const int16_t *pcm, size_t samples)
{
    const struct tone_phasor low_step = turn(mask->low_hz, 1.0 / mask->rate_hz);
    const struct tone_phasor high_step = turn(mask->high_hz, 1.0 / mask->rate_hz);
    struct tone_phasor low = {1, 0};
    struct tone_phasor high = {1, 0};
    double matrix[PARTS][PARTS + 1] = {{0}};

    for (size_t i = 0; i < samples; i++) {
        const double term[PARTS + 1] = {low.real, low.imaginary, high.real, high.imaginary, pcm[i]};
        for (size_t row = 0; row < PARTS; row++)
            for (size_t column = 0; column <= PARTS; column++)
                matrix[row][column] += term[row] * term[column];
        low = times(low, low_step);
        high = times(high, high_step);
    }
    return solve(matrix);
}

/* Whether the tones of the frame before go on into this one. */
static bool goes_on(const struct tone_mask *mask, const int16_t *pcm, size_t samples)
{
    double energy = mask->block[TONE_MASK_BLOCKS].energy;

    return energy >= block_least * mask->power * (double)samples &&
           explained(mask, pcm, samples) >= block_purity * energy;
}

/* --- a frame's length --------------------------------------------------------------------------
 */

/* The mean square of a frequency in four blocks, and which it is really. */
static double power_of(const struct tone_block *blocks, size_t tone, double samples, double *hz)
{
    double most = 0;

    for (size_t i = 0; i < TONE_MASK_OFFSETS; i++) {
        double is_hz = frequency_hz[tone] * (1 + offset[i]);
        const struct tone_phasor step = turn(is_hz, 1.0 / BLOCKS_PER_SECOND);
        struct tone_phasor phase = {1, 0};
        struct tone_phasor sum = {0, 0};
        for (size_t block = 0; block < TONE_MASK_BLOCKS; block++) {
            struct tone_phasor part = times(blocks[block].part[tone], phase);
            sum.real += part.real;
            sum.imaginary += part.imaginary;
            phase = times(phase, step);
        }
        double power =
            2 * (sum.real * sum.real + sum.imaginary * sum.imaginary) / samples / samples;
        if (power <= most)
            continue;
        most = power;
        *hz = is_hz;
    }
    return most;
}

/* The strongest of four frequencies. */
static double strongest(const struct tone_block *blocks, size_t from, double samples, size_t *tone,
                        double *hz)
{
    double most = 0;

    for (size_t i = from; i < from + ROWS; i++) {
        double is_hz = 0;
        double power = power_of(blocks, i, samples, &is_hz);
        if (power <= most)
            continue;
        most = power;
        *tone = i;
        *hz = is_hz;
    }
    return most;
}

/* The two strongest tones of four blocks, where they are such as a digit has. */
static bool find(const struct tone_block *blocks, double samples, struct found *found)
{
    double energy = 0;

    for (size_t i = 0; i < TONE_MASK_BLOCKS; i++)
        energy += blocks[i].energy;
    if (energy < 2 * least_power * samples)
        return false;
    double low = strongest(blocks, 0, samples, &found->low, &found->low_hz);
    double high = strongest(blocks, ROWS, samples, &found->high, &found->high_hz);
    found->power = low + high;
    found->purity = found->power / (energy / samples);
    return low >= least_power && high >= least_power && low <= most_twist * high &&
           high <= most_twist * low;
}

static void remember(struct tone_mask *mask, const struct found *found)
{
    mask->low_hz = found->low_hz;
    mask->high_hz = found->high_hz;
    mask->power = found->power;
}

/*
 * Whether there is a tone in any stretch of a frame's length that ends in this one.
 *
 * begins  how pure one must be that begins.
 */
static bool finds(struct tone_mask *mask, double begins, char *pressed)
{
    double samples = (double)mask->rate_hz / BLOCKS_PER_SECOND * TONE_MASK_BLOCKS;

    for (size_t first = TONE_MASK_BLOCKS; first > 0; first--) {
        struct found found = {0};
        double least = mask->on && first == TONE_MASK_BLOCKS ? goes_on_purity : begins;
        if (!find(mask->block + first, samples, &found) || found.purity < least)
            continue;
        if (!mask->on)
            *pressed = digit_of[found.low][found.high - ROWS];
        remember(mask, &found);
        return true;
    }
    return false;
}

bool tone_mask_take(struct tone_mask *mask, const int16_t *pcm, size_t samples, uint32_t rate_hz,
                    char *pressed)
{
    size_t block_samples = rate_hz / BLOCKS_PER_SECOND;
    int16_t part[BLOCK_SAMPLES_MAX];

    assert(block_samples && block_samples <= BLOCK_SAMPLES_MAX &&
           samples <= TONE_MASK_BLOCKS * block_samples);
    *pressed = '\0';
    if (mask->rate_hz != rate_hz)
        *mask = (struct tone_mask){.rate_hz = rate_hz};
    memmove(mask->block, mask->block + TONE_MASK_BLOCKS, TONE_MASK_BLOCKS * sizeof *mask->block);
    bool on = false;
    for (size_t i = 0; i < TONE_MASK_BLOCKS; i++) {
        size_t from = i * block_samples < samples ? i * block_samples : samples;
        size_t count = samples - from < block_samples ? samples - from : block_samples;
        memset(part, 0, sizeof part);
        if (count)
            memcpy(part, pcm + from, count * sizeof *pcm);
        analyse(&mask->block[TONE_MASK_BLOCKS + i], part, block_samples, rate_hz);
        if (!i && mask->on)
            on = goes_on(mask, part, block_samples);
    }
    on = finds(mask, begins_purity, pressed) || on;
    mask->on = on;
    return on;
}

bool tone_mask_prolong(struct tone_mask *mask, bool on, char *pressed)
{
    if (!mask->on)
        mask->on = on || finds(mask, goes_on_purity, pressed);
    return mask->on;
}

bool tone_mask_is_on(const struct tone_mask *mask)
{
    return mask->on;
}
