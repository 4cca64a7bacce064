/**
 * support: what the benches of media share: a sink that keeps nothing, and libopus without us.
 */
#ifndef RECORDER_TESTS_BENCH_SUPPORT_H
#define RECORDER_TESTS_BENCH_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

#include "session/recording_sink.h"

/** One that takes all pages, adds up their bytes and throws them away; it syncs never. */
struct recording_sink bench_sink(size_t *bytes);

/**
 * A bare mono encoder with the settings that recordings have where nothing was set.
 *
 * rate_hz  8000, 16000 or 48000.
 *
 * Returns it, freed by opus_encoder_destroy; NULL where libopus refuses.
 */
struct OpusEncoder *bench_bare_encoder(uint32_t rate_hz);

#endif
