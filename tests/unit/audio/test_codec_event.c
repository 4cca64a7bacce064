/* Payloads of telephone-event: RFC 4733. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "audio/codec_event.h"

/* The end of digit 3, 100 ms of 8 kHz long, at -10 dBm0. */
static void event_is_read_as_rfc_4733_lays_it_out(void **state)
{
    (void)state;
    const uint8_t payload[] = {3, 0x8a, 0x03, 0x20};
    struct codec_event event;

    assert_int_equal(codec_event_parse(payload, sizeof payload, &event), STATUS_OK);
    assert_int_equal(event.event, 3);
    assert_true(event.end);
    assert_int_equal(event.volume, 10);
    assert_int_equal(event.duration, 800);
}

static void reserved_bit_is_neither_end_nor_volume(void **state)
{
    (void)state;
    const uint8_t payload[] = {11, 0x7f, 0xff, 0xff};
    struct codec_event event;

    assert_int_equal(codec_event_parse(payload, sizeof payload, &event), STATUS_OK);
    assert_false(event.end);
    assert_int_equal(event.volume, 63);
    assert_int_equal(event.duration, 65535);
}

static void less_than_an_event_is_refused(void **state)
{
    (void)state;
    const uint8_t payload[] = {3, 0x8a, 0x03};
    struct codec_event event;
    struct codec_event before;

    memset(&event, 0x5a, sizeof event);
    before = event;
    for (size_t bytes = 0; bytes <= sizeof payload; bytes++)
        assert_int_equal(codec_event_parse(payload, bytes, &event), STATUS_INVALID);
    assert_memory_equal(&event, &before, sizeof event);
}

static void events_have_the_names_on_the_keys(void **state)
{
    (void)state;
    static const char keys[] = "0123456789*#ABCD";

    for (uint8_t i = 0; i < 16; i++) {
        const char name[] = {keys[i], 0};

        assert_string_equal(codec_event_name(i), name);
    }
    assert_string_equal(codec_event_name(16), "flash");
    assert_null(codec_event_name(17));
    assert_null(codec_event_name(255));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_is_read_as_rfc_4733_lays_it_out),
        cmocka_unit_test(reserved_bit_is_neither_end_nor_volume),
        cmocka_unit_test(less_than_an_event_is_refused),
        cmocka_unit_test(events_have_the_names_on_the_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
