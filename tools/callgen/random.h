/**
 * random: a small seeded generator (SplitMix64), so that a run can be repeated packet by packet.
 *
 * Not for secrets. Each call and stream draws from a lane of its own: what one stream draws never
 * moves another.
 */
#ifndef RECORDER_CALLGEN_RANDOM_H
#define RECORDER_CALLGEN_RANDOM_H

#include <stdint.h>

struct random_lane {
    uint64_t state;
};

/** The lane of a seed; two lanes of one seed are unrelated. */
struct random_lane random_lane(uint64_t seed, uint64_t lane);

/** Next 64 bits. */
uint64_t random_next(struct random_lane *lane);

/** Next number in [0, 1). */
double random_unit(struct random_lane *lane);

/** Next number in 0..limit; limit included. */
uint32_t random_upto(struct random_lane *lane, uint32_t limit);

#endif
