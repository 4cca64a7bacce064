#include "session/source_gate.h"

#include <string.h>

#include "base/clock.h"
#include "net/address.h"

static bool names_somebody(const struct sockaddr_storage *address)
{
    return (address->ss_family == AF_INET || address->ss_family == AF_INET6) &&
           !address_is_any(address) && address_port(address) != 0;
}

void source_gate_name(struct source_gate *gate, const struct sockaddr_storage *named)
{
    struct source_gate fresh;

    memset(&fresh, 0, sizeof fresh);
    if (names_somebody(named))
        fresh.named = *named;
    if (!address_equal(&fresh.named, &gate->named))
        *gate = fresh;
}

bool source_gate_admits(struct source_gate *gate, const struct sockaddr_storage *from,
                        int64_t arrival_ns)
{
    if (gate->named.ss_family == AF_UNSPEC)
        return true;
    if (address_equal(&gate->named, from)) {
        gate->heard = true;
        gate->heard_ns = arrival_ns;
        return true;
    }
    return !gate->heard || arrival_ns - gate->heard_ns > SOURCE_GATE_HOLD_MS * CLOCK_NS_PER_MS;
}
