#include "session/held_packets.h"

#include <stdlib.h>
#include <string.h>

enum status held_packets_add(struct held_packets *held, const struct held_packet *what)
{
    if (held->count >= HELD_PACKETS_MAX)
        return STATUS_LIMIT;
    struct held_packet *copy = malloc(sizeof *copy + what->packet.payload_bytes);
    if (!copy)
        return STATUS_NOMEM;
    *copy = *what;
    copy->next = NULL;
    if (what->packet.payload_bytes)
        memcpy(copy + 1, what->packet.payload, what->packet.payload_bytes);
    copy->packet.payload = (const uint8_t *)(copy + 1);
    if (held->last)
        held->last->next = copy;
    else
        held->first = copy;
    held->last = copy;
    held->count++;
    held->late += copy->late;
    return STATUS_OK;
}

struct held_packet *held_packets_take(struct held_packets *held)
{
    struct held_packet *taken = held->first;

    if (!taken)
        return NULL;
    held->first = taken->next;
    if (!held->first)
        held->last = NULL;
    held->count--;
    held->late -= taken->late;
    return taken;
}

void held_packets_shift(struct held_packets *held, int64_t by)
{
    for (struct held_packet *packet = held->first; packet; packet = packet->next) {
        packet->place.start += by;
        packet->place.end += by;
    }
}
