#include "tools/callgen/random.h"

#define SPLITMIX_STEP UINT64_C(0x9e3779b97f4a7c15)

uint64_t random_next(struct random_lane *lane)
{
    uint64_t mixed = (lane->state += SPLITMIX_STEP);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

struct random_lane random_lane(uint64_t seed, uint64_t lane)
{
    struct random_lane result = {.state = seed};
    uint64_t base = random_next(&result);
    result.state = base ^ (lane * UINT64_C(0xd1342543de82ef95));
    (void)random_next(&result);
    return result;
}

double random_unit(struct random_lane *lane)
{
    return (double)(random_next(lane) >> 11) * 0x1.0p-53;
}

uint32_t random_upto(struct random_lane *lane, uint32_t limit)
{
    return (uint32_t)(random_unit(lane) * ((double)limit + 1.0));
}
