#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tools/callgen/g711.h"

/* The decoder output values of ITU-T G.711 tables 1a and 2a, on a 16-bit scale. */
static int alaw_value(uint8_t octet)
{
    unsigned code = octet ^ 0x55u;
    unsigned segment = (code >> 4) & 7;
    int step = (int)(code & 15);
    int magnitude = segment == 0 ? step * 16 + 8 : (step * 16 + 264) << (segment - 1);
    return code & 0x80 ? magnitude : -magnitude;
}

static int ulaw_value(uint8_t octet)
{
    unsigned code = ~(unsigned)octet & 0xffu;
    int magnitude = ((((int)code & 15) * 8 + 132) << ((code >> 4) & 7)) - 132;
    return code & 0x80 ? -magnitude : magnitude;
}

static void every_sample_lies_within_half_a_step_of_its_alaw_level(void **state)
{
    (void)state;
    for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
        uint8_t octet = g711_alaw((int16_t)sample);
        unsigned segment = ((octet ^ 0x55u) >> 4) & 7;
        int half_step = segment == 0 ? 8 : 8 << (segment - 1);
        assert_in_range(abs(alaw_value(octet) - sample), 0, half_step);
    }
}

static void every_sample_lies_within_half_a_step_of_its_ulaw_level(void **state)
{
    (void)state;
    for (int sample = -32635; sample <= 32635; sample++) {
        uint8_t octet = g711_ulaw((int16_t)sample);
        unsigned segment = (~(unsigned)octet >> 4) & 7;
        assert_in_range(abs(ulaw_value(octet) - sample), 0, 4 << segment);
    }
}

static void every_level_encodes_to_its_own_octet(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        assert_int_equal(g711_alaw((int16_t)alaw_value((uint8_t)octet)), octet);
        if (octet != 0x7f) { /* minus zero: the same level as 0xff */
            assert_int_equal(g711_ulaw((int16_t)ulaw_value((uint8_t)octet)), octet);
        }
    }
}

static void silence_and_extremes_have_the_standards_codes(void **state)
{
    (void)state;
    assert_int_equal(g711_alaw(0), 0xd5);
    assert_int_equal(g711_alaw(INT16_MAX), 0xaa);
    assert_int_equal(g711_alaw(INT16_MIN), 0x2a);
    assert_int_equal(g711_ulaw(0), 0xff);
    assert_int_equal(g711_ulaw(INT16_MAX), 0x80);
    assert_int_equal(g711_ulaw(INT16_MIN), 0x00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_lies_within_half_a_step_of_its_alaw_level),
        cmocka_unit_test(every_sample_lies_within_half_a_step_of_its_ulaw_level),
        cmocka_unit_test(every_level_encodes_to_its_own_octet),
        cmocka_unit_test(silence_and_extremes_have_the_standards_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
