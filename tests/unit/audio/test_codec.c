/* G.711 by its formulas, and the table of codecs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audio/codec.h"

/* ITU-T G.711 table 1: 13-bit values by segment and step, even bits inverted; times 8. */
static int alaw_by_formula(int byte)
{
    int code = byte ^ 0x55;
    int segment = code >> 4 & 7;
    int step = code & 15;
    int magnitude = segment ? (2 * step + 33) << (segment - 1) : 2 * step + 1;

    return (code & 0x80 ? magnitude : -magnitude) * 8;
}

/* Table 2: 14-bit values, all bits inverted; times 4. */
static int ulaw_by_formula(int byte)
{
    int code = byte ^ 0xff;
    int segment = code >> 4 & 7;
    int step = code & 15;
    int magnitude = ((2 * step + 33) << segment) - 33;

    return (code & 0x80 ? -magnitude : magnitude) * 4;
}

static void every_byte_decodes_as_the_standard_says(void **state)
{
    (void)state;
    const struct audio_codec *alaw = audio_codec_find("PCMA", 8000);
    const struct audio_codec *ulaw = audio_codec_find("PCMU", 8000);

    for (int i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        int16_t sample;
        alaw->decode(&byte, 1, &sample);
        assert_int_equal(sample, alaw_by_formula(i));
        ulaw->decode(&byte, 1, &sample);
        assert_int_equal(sample, ulaw_by_formula(i));
    }
}

/* Full scale and silence, as everybody knows them. */
static void known_values_hold(void **state)
{
    (void)state;
    const uint8_t alaw[] = {0xd5, 0x55, 0xaa, 0x2a};
    const uint8_t ulaw[] = {0xff, 0x7f, 0x80, 0x00};
    int16_t pcm[4];

    audio_codec_find("PCMA", 8000)->decode(alaw, 4, pcm);
    assert_int_equal(pcm[0], 8);
    assert_int_equal(pcm[1], -8);
    assert_int_equal(pcm[2], 32256);
    assert_int_equal(pcm[3], -32256);
    audio_codec_find("PCMU", 8000)->decode(ulaw, 4, pcm);
    assert_int_equal(pcm[0], 0);
    assert_int_equal(pcm[1], 0);
    assert_int_equal(pcm[2], 32124);
    assert_int_equal(pcm[3], -32124);
}

static void names_are_found_in_any_case_and_only_at_their_clock(void **state)
{
    (void)state;
    assert_ptr_equal(audio_codec_find("pcma", 8000), audio_codec_find("PCMA", 8000));
    assert_string_equal(audio_codec_find("pcmu", 8000)->name, "PCMU");
    assert_null(audio_codec_find("PCMA", 16000));
    assert_null(audio_codec_find("telephone-event", 8000));
    assert_null(audio_codec_find("", 8000));
}

static void longest_packet_has_samples_and_one_more_has_none(void **state)
{
    (void)state;
    const struct audio_codec *codec = audio_codec_find("PCMA", 8000);

    assert_int_equal(audio_codec_samples(codec, 0), 0);
    assert_int_equal(audio_codec_samples(codec, 1), 1);
    assert_int_equal(audio_codec_samples(codec, AUDIO_PACKET_SAMPLES_MAX),
                     AUDIO_PACKET_SAMPLES_MAX);
    assert_int_equal(audio_codec_samples(codec, AUDIO_PACKET_SAMPLES_MAX + 1), 0);
}

static void assigned_payload_types_are_those_of_rfc_3551(void **state)
{
    (void)state;
    assert_ptr_equal(audio_codec_assigned(0), audio_codec_find("PCMU", 8000));
    assert_ptr_equal(audio_codec_assigned(8), audio_codec_find("PCMA", 8000));
    assert_null(audio_codec_assigned(13));
    assert_null(audio_codec_assigned(96));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_decodes_as_the_standard_says),
        cmocka_unit_test(known_values_hold),
        cmocka_unit_test(names_are_found_in_any_case_and_only_at_their_clock),
        cmocka_unit_test(longest_packet_has_samples_and_one_more_has_none),
        cmocka_unit_test(assigned_payload_types_are_those_of_rfc_3551),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
