#include "storage/recording/granules.h"

#include <string.h>

void granules_init(struct granules *granules)
{
    *granules = (struct granules){.stride = 1};
    bytes_init(&granules->table, (size_t)GRANULES_ENTRIES_MAX * GRANULES_ENTRY_BYTES);
}

void granules_deinit(struct granules *granules)
{
    if (granules)
        bytes_deinit(&granules->table);
}

static void halve(struct granules *granules)
{
    uint8_t *data = granules->table.data;
    size_t kept = 0;

    for (size_t at = 0; at < granules->table.len; at += (size_t)2 * GRANULES_ENTRY_BYTES) {
        memmove(data + kept, data + at, GRANULES_ENTRY_BYTES);
        kept += GRANULES_ENTRY_BYTES;
    }
    granules->table.len = kept;
    granules->stride *= 2;
}

void granules_add(struct granules *granules, uint64_t offset, int64_t granule)
{
    uint8_t entry[GRANULES_ENTRY_BYTES];

    if (granule <= 0)
        return;
    if (granules->table.len == granules->table.max)
        halve(granules);
    if (granules->pages++ % granules->stride != 0)
        return;
    bytes_put_u64(entry, offset);
    bytes_put_u64(entry + 8, (uint64_t)granule);
    if (bytes_append(&granules->table, entry, sizeof entry) != STATUS_OK)
        return;
}
