#include "base/uuid.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

struct uuid uuid_new(wall_time now)
{
    struct uuid uuid;
    uint64_t ms = (uint64_t)(now.ns / CLOCK_NS_PER_MS);

    ssize_t got = getrandom(uuid.b, sizeof uuid.b, 0);
    assert(got == (ssize_t)sizeof uuid.b); /* never short for 16 bytes once the pool is ready */
    for (int i = 0; i < 6; i++)
        uuid.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    uuid.b[6] = (uint8_t)((uuid.b[6] & 0x0f) | 0x70);
    uuid.b[8] = (uint8_t)((uuid.b[8] & 0x3f) | 0x80);
    return uuid;
}

void uuid_format(struct uuid uuid, char text[static UUID_TEXT_BYTES])
{
    char *cursor = text;

    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *cursor++ = '-';
        cursor += snprintf(cursor, 3, "%02x", uuid.b[i]);
    }
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

enum status uuid_parse(const char *text, struct uuid *uuid)
{
    struct uuid parsed;

    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (*text++ != '-')
                return STATUS_INVALID;
        }
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return STATUS_INVALID;
        parsed.b[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text)
        return STATUS_INVALID;
    *uuid = parsed;
    return STATUS_OK;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}
