/* The codecs of callgen: what their packets are by RFC 3551 and RFC 7587. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/callgen/sound.h"

static const struct {
    const char *name;
    uint8_t payload_type;
    uint32_t ticks;
    size_t samples;
    size_t bytes; /* 0: they differ */
} expected[] = {
    {"PCMA", 8, 160, 160, 160}, {"pcmu", 0, 160, 160, 160}, {"G722", 9, 160, 320, 160},
    {"l16", 96, 320, 320, 640}, {"Gsm", 3, 160, 160, 33},   {"opus", 107, 960, 960, 0},
};

static void packets_of_each_codec_have_its_size_and_clock(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const struct codec *codec = codec_find(expected[i].name);
        struct sound sound = {0};
        struct sound_loop loop = {0};
        assert_non_null(codec);
        assert_int_equal(codec->payload_type, expected[i].payload_type);
        assert_int_equal(codec_packet_ticks(codec), expected[i].ticks);
        assert_int_equal(codec_packet_samples(codec), expected[i].samples);
        assert_int_equal(sound_bursts(codec->rate_hz, 440, 0, 500, &sound), STATUS_OK);
        assert_int_equal(sound_encode(&sound, codec, &loop), STATUS_OK);
        assert_int_equal(loop.packets, 100);
        for (uint32_t packet = 0; packet < loop.packets; packet++) {
            uint16_t bytes = sound_loop_packet(&loop, 0, packet)->bytes;
            assert_true(expected[i].bytes == 0 ? bytes > 0 && bytes < 300
                                               : bytes == expected[i].bytes);
        }
        sound_loop_deinit(&loop);
        sound_deinit(&sound);
    }
}

static void unknown_codec_has_no_row(void **state)
{
    (void)state;
    assert_null(codec_find("g728"));
    assert_null(codec_find(""));
}

static void l16_is_in_network_order(void **state)
{
    (void)state;
    int16_t samples[] = {0x1234, -2};
    struct sound sound = {samples, 2, 16000};
    struct sound_loop loop = {0};
    assert_int_equal(sound_encode(&sound, codec_find("L16"), &loop), STATUS_OK);
    assert_memory_equal(loop.payload[0].octet, ((uint8_t[]){0x12, 0x34, 0xff, 0xfe, 0, 0}), 6);
    sound_loop_deinit(&loop);
}

/* RFC 3551 section 4.5.8: the signature of each frame. */
static void gsm_frames_carry_their_signature(void **state)
{
    (void)state;
    struct sound sound = {0};
    struct sound_loop loop = {0};
    assert_int_equal(sound_bursts(8000, 440, 0, 500, &sound), STATUS_OK);
    assert_int_equal(sound_encode(&sound, codec_find("gsm"), &loop), STATUS_OK);
    for (uint32_t packet = 0; packet < loop.packets; packet++) {
        assert_int_equal(loop.payload[packet].octet[0] >> 4, 0xd);
    }
    sound_loop_deinit(&loop);
    sound_deinit(&sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_of_each_codec_have_its_size_and_clock),
        cmocka_unit_test(unknown_codec_has_no_row),
        cmocka_unit_test(l16_is_in_network_order),
        cmocka_unit_test(gsm_frames_carry_their_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
