#include "ingest/rate_limit.h"

bool rate_limit_take(struct rate_limit *limit, unsigned per_s, mono_time now)
{
    if (!per_s)
        return true;
    int64_t interval_ns = CLOCK_NS_PER_S / per_s;
    int64_t full_ns = limit->full.ns > now.ns ? limit->full.ns : now.ns;

    if (full_ns - now.ns > ((int64_t)per_s * RATE_LIMIT_BURST_S - 1) * interval_ns)
        return false;
    limit->full.ns = full_ns + interval_ns;
    return true;
}
