#include "web/api/cursor.h"

#include <sodium.h>
#include <string.h>

enum { CURSOR_BYTES = 8 + UUID_BYTES };

void cursor_format(wall_time started, struct uuid id, char text[static CURSOR_TEXT_BYTES])
{
    uint8_t packed[CURSOR_BYTES];
    uint64_t us = (uint64_t)clock_wall_us(started);

    for (int i = 0; i < 8; i++)
        packed[i] = (uint8_t)(us >> (56 - 8 * i));
    memcpy(packed + 8, id.b, UUID_BYTES);
    (void)sodium_bin2base64(text, CURSOR_TEXT_BYTES, packed, sizeof packed,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum status cursor_parse(const char *text, wall_time *started, struct uuid *id)
{
    uint8_t packed[CURSOR_BYTES];
    size_t packed_bytes = 0;
    uint64_t us = 0;

    if (strlen(text) != CURSOR_TEXT_BYTES - 1)
        return STATUS_INVALID;
    if (sodium_base642bin(packed, sizeof packed, text, CURSOR_TEXT_BYTES - 1, NULL, &packed_bytes,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        packed_bytes != sizeof packed)
        return STATUS_INVALID;
    for (int i = 0; i < 8; i++)
        us = us << 8 | packed[i];
    /* Times the index never holds would overflow its nanoseconds. */
    if (us > (uint64_t)(INT64_MAX / CLOCK_NS_PER_US))
        return STATUS_INVALID;
    *started = clock_wall_from_us((int64_t)us);
    memcpy(id->b, packed + 8, UUID_BYTES);
    return STATUS_OK;
}
