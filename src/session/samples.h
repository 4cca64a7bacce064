/**
 * samples: what several samples sound like together. Pure. Private to this folder.
 */
#ifndef RECORDER_SESSION_SAMPLES_H
#define RECORDER_SESSION_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/** Cut to what 16 bits hold. */
static inline int16_t samples_cut(int32_t value)
{
    if (value > INT16_MAX)
        return INT16_MAX;
    return value < INT16_MIN ? INT16_MIN : (int16_t)value;
}

/** Add int16_t more[count] to pcm[count]. */
static inline void samples_add(int16_t *pcm, const int16_t *more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pcm[i] = samples_cut(pcm[i] + more[i]);
}

#endif
