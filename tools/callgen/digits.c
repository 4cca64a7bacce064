#include "tools/callgen/digits.h"

#include <stddef.h>
#include <string.h>

enum { END_REPEATS = 2, END_BIT = 0x80, VOLUME_DB = 10 };

static const char keys[] = "0123456789*#ABCD";

bool digits_are_valid(const char *digits)
{
    size_t count = strlen(digits);
    return count > 0 && count <= DIGITS_MAX && strspn(digits, keys) == count;
}

bool digits_packet(const char *digits, uint32_t packet_ticks, uint32_t packet,
                   struct digits_packet *out)
{
    if (digits == NULL || packet < DIGITS_FIRST_PACKET) {
        return false;
    }
    uint32_t index = (packet - DIGITS_FIRST_PACKET) / DIGITS_STEP_PACKETS;
    uint32_t place = (packet - DIGITS_FIRST_PACKET) % DIGITS_STEP_PACKETS;
    if (index >= strlen(digits) || place >= DIGITS_PRESSED_PACKETS + END_REPEATS) {
        return false;
    }
    bool ends = place >= DIGITS_PRESSED_PACKETS - 1;
    uint32_t pressed = ends ? DIGITS_PRESSED_PACKETS : place + 1;
    uint32_t duration = pressed * packet_ticks;
    *out = (struct digits_packet){
        .begins = place == 0,
        .began_packet = packet - place,
        .payload = {(uint8_t)(strchr(keys, digits[index]) - keys),
                    (uint8_t)(VOLUME_DB | (ends ? END_BIT : 0)), (uint8_t)(duration >> 8),
                    (uint8_t)duration},
    };
    return true;
}
