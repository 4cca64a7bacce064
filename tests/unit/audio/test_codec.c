/* G.711 by its formulas, L16, and the table of codecs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audio/codec.h"
#include "audio/g729_service.h"
#include "base/bounds.h"

static const struct audio_codec *codec_of(const char *name, uint32_t clock_rate_hz)
{
    const struct audio_codec *codec = audio_codec_find(name, clock_rate_hz);

    assert_non_null(codec);
    return codec;
}

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
    const struct audio_codec *alaw = codec_of("PCMA", 8000);
    const struct audio_codec *ulaw = codec_of("PCMU", 8000);

    for (int i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        int16_t sample;
        assert_int_equal(alaw->decode(NULL, &byte, 1, &sample), STATUS_OK);
        assert_int_equal(sample, alaw_by_formula(i));
        assert_int_equal(ulaw->decode(NULL, &byte, 1, &sample), STATUS_OK);
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

    assert_int_equal(codec_of("PCMA", 8000)->decode(NULL, alaw, 4, pcm), STATUS_OK);
    assert_int_equal(pcm[0], 8);
    assert_int_equal(pcm[1], -8);
    assert_int_equal(pcm[2], 32256);
    assert_int_equal(pcm[3], -32256);
    assert_int_equal(codec_of("PCMU", 8000)->decode(NULL, ulaw, 4, pcm), STATUS_OK);
    assert_int_equal(pcm[0], 0);
    assert_int_equal(pcm[1], 0);
    assert_int_equal(pcm[2], 32124);
    assert_int_equal(pcm[3], -32124);
}

static void l16_is_in_network_order(void **state)
{
    (void)state;
    const uint8_t payload[] = {0x7f, 0xff, 0x80, 0x00, 0x00, 0x01, 0xff, 0xff};
    const int16_t wanted[] = {32767, -32768, 1, -1};
    int16_t pcm[4];
    static const uint32_t clocks[] = {8000, 16000, 48000};

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        const struct audio_codec *l16 = codec_of("L16", clocks[i]);

        assert_int_equal(l16->rate_hz, clocks[i]);
        assert_int_equal(audio_codec_samples(l16, payload, sizeof payload), 4);
        assert_int_equal(audio_codec_samples(l16, payload, sizeof payload - 1), 0);
        assert_int_equal(l16->decode(NULL, payload, sizeof payload, pcm), STATUS_OK);
        assert_memory_equal(pcm, wanted, sizeof wanted);
    }
}

/* The mean of both: neither is lost, and nothing is louder than it was. */
static void l16_of_two_channels_is_heard_as_the_mean_of_both(void **state)
{
    (void)state;
    const uint8_t payload[] = {0x7f, 0xff, 0x7f, 0xff, 0x80, 0x00, 0x80, 0x00,
                               0x00, 0x64, 0x00, 0x00, 0x00, 0x64, 0xff, 0x9c};
    const int16_t wanted[] = {32767, -32768, 50, 0};
    static const uint32_t clocks[] = {8000, 16000, 48000};
    int16_t pcm[4];

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        const struct audio_codec *l16 = codec_of("L16*2", clocks[i]);

        assert_string_equal(l16->name, "L16");
        assert_int_equal(l16->channels, 2);
        assert_int_equal(audio_codec_samples(l16, payload, sizeof payload), 4);
        assert_int_equal(audio_codec_samples(l16, payload, sizeof payload - 2), 0);
        assert_int_equal(audio_codec_ticks(l16, 4), 4);
        assert_int_equal(l16->decode(NULL, payload, sizeof payload, pcm), STATUS_OK);
        assert_memory_equal(pcm, wanted, sizeof wanted);
    }
}

static void names_are_found_in_any_case_and_only_at_their_clock(void **state)
{
    (void)state;
    assert_ptr_equal(audio_codec_find("pcma", 8000), codec_of("PCMA", 8000));
    assert_string_equal(codec_of("pcmu", 8000)->name, "PCMU");
    assert_int_equal(codec_of("OPUS", 48000)->channels, 2);
    assert_int_equal(codec_of("g722", 8000)->rate_hz, 16000);
    assert_int_equal(codec_of("cn", 8000)->kind, AUDIO_NOISE);
    assert_int_equal(codec_of("telephone-event", 8000)->kind, AUDIO_EVENT);
    assert_int_equal(codec_of("telephone-event", 48000)->kind, AUDIO_EVENT);
    assert_int_equal(codec_of("L16", 44100)->channels, 1);
    assert_int_equal(codec_of("l16*1", 44100)->channels, 1);
    assert_int_equal(codec_of("opus*2", 48000)->channels, 2);
    assert_null(audio_codec_find("L16*3", 44100));
    assert_null(audio_codec_find("PCMA*2", 8000));
    assert_null(audio_codec_find("PCMA", 16000));
    assert_null(audio_codec_find("G722", 16000));
    assert_null(audio_codec_find("AMR-WB", 16000));
    assert_null(audio_codec_find("", 8000));
}

static void longest_packet_has_samples_and_one_more_has_none(void **state)
{
    (void)state;
    static const uint8_t payload[2 * AUDIO_PACKET_SAMPLES_MAX + 2];
    const struct audio_codec *pcma = codec_of("PCMA", 8000);
    const struct audio_codec *l16 = codec_of("L16", 48000);
    const struct audio_codec *g722 = codec_of("G722", 8000);

    assert_int_equal(audio_codec_samples(pcma, payload, 0), 0);
    assert_int_equal(audio_codec_samples(pcma, payload, 1), 1);
    assert_int_equal(audio_codec_samples(pcma, payload, AUDIO_PACKET_SAMPLES_MAX),
                     AUDIO_PACKET_SAMPLES_MAX);
    assert_int_equal(audio_codec_samples(pcma, payload, AUDIO_PACKET_SAMPLES_MAX + 1), 0);
    assert_int_equal(audio_codec_samples(l16, payload, 2 * AUDIO_PACKET_SAMPLES_MAX),
                     AUDIO_PACKET_SAMPLES_MAX);
    assert_int_equal(audio_codec_samples(l16, payload, 2 * AUDIO_PACKET_SAMPLES_MAX + 2), 0);
    assert_int_equal(audio_codec_samples(g722, payload, AUDIO_PACKET_SAMPLES_MAX / 2),
                     AUDIO_PACKET_SAMPLES_MAX);
    assert_int_equal(audio_codec_samples(g722, payload, AUDIO_PACKET_SAMPLES_MAX / 2 + 1), 0);
}

/* What a datagram may hold of G.711 is heard whole. */
static void longest_datagram_of_g711_is_no_longer_than_a_packet_may_be(void **state)
{
    (void)state;
    static const uint8_t payload[BOUND_RTP_PACKET_BYTES];

    assert_int_equal(audio_codec_samples(codec_of("PCMU", 8000), payload, sizeof payload),
                     BOUND_RTP_PACKET_BYTES);
    assert_true(AUDIO_PACKET_MS_MAX * 8 >= AUDIO_PACKET_SAMPLES_MAX);
}

static void payloads_of_noise_and_events_are_no_samples(void **state)
{
    (void)state;
    const uint8_t payload[] = {1, 2, 3, 4};

    assert_int_equal(audio_codec_samples(codec_of("CN", 8000), payload, 4), 0);
    assert_int_equal(audio_codec_samples(codec_of("telephone-event", 8000), payload, 4), 0);
}

static void assigned_payload_types_are_those_of_rfc_3551(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        const char *name;
        uint32_t clock_rate_hz;
    } assigned[] = {{0, "PCMU", 8000}, {3, "GSM", 8000},   {8, "PCMA", 8000},
                    {9, "G722", 8000}, {11, "L16", 44100}, {10, "L16*2", 44100},
                    {13, "CN", 8000},  {18, "G729", 8000}};

    for (size_t i = 0; i < sizeof assigned / sizeof *assigned; i++)
        assert_ptr_equal(audio_codec_assigned(assigned[i].type),
                         codec_of(assigned[i].name, assigned[i].clock_rate_hz));
    assert_int_equal(audio_codec_assigned(19)->kind, AUDIO_NOISE);
    assert_null(audio_codec_assigned(4));
    assert_null(audio_codec_assigned(96));
    assert_null(audio_codec_assigned(255));
}

/* A leg at 16 kHz is not degraded to 8: what is offered wider is chosen. */
static void wider_sound_ranks_above_narrow(void **state)
{
    (void)state;
    const struct audio_setup none = {0};
    int narrow = audio_codec_rank(codec_of("PCMA", 8000), &none);

    assert_int_equal(audio_codec_rank(codec_of("PCMU", 8000), &none), narrow);
    assert_true(audio_codec_rank(codec_of("G722", 8000), &none) > narrow);
    assert_true(audio_codec_rank(codec_of("L16", 16000), &none) > narrow);
    assert_true(audio_codec_rank(codec_of("opus", 48000), &none) > narrow);
    assert_true(audio_codec_rank(codec_of("GSM", 8000), &none) < narrow);
    assert_true(audio_codec_rank(codec_of("GSM", 8000), &none) > 0);
}

static void g729_has_a_rank_only_where_its_program_is(void **state)
{
    (void)state;
    struct g729_service *service = NULL;
    const struct audio_setup none = {0};
    const struct audio_codec *g729 = codec_of("G729", 8000);

    assert_int_equal(audio_codec_rank(g729, &none), 0);
    assert_int_equal(g729_service_create("/bin/true", &service, NULL), STATUS_OK);
    const struct audio_setup with = {.g729 = service};
    assert_true(audio_codec_rank(g729, &with) > 0);
    assert_true(audio_codec_rank(g729, &with) < audio_codec_rank(codec_of("PCMA", 8000), &with));
    g729_service_destroy(service);
}

static void only_sound_has_a_rank_and_an_impairment(void **state)
{
    (void)state;
    const struct audio_setup none = {0};

    assert_int_equal(audio_codec_rank(codec_of("CN", 8000), &none), 0);
    assert_int_equal(audio_codec_rank(codec_of("telephone-event", 8000), &none), 0);
    assert_true(codec_of("PCMA", 8000)->impairment < codec_of("G729", 8000)->impairment);
    assert_true(codec_of("G729", 8000)->impairment < codec_of("GSM", 8000)->impairment);
    assert_true(codec_of("PCMA", 8000)->robustness > codec_of("G729", 8000)->robustness);
    assert_true(codec_of("GSM", 8000)->robustness > 0);
}

/* Packets of any length and odd rate: no hole before the one behind, none that overlaps. */
static void samples_last_as_many_ticks_as_the_packet_had(void **state)
{
    (void)state;
    static const uint8_t payload[4 * 4500];
    static const uint32_t clocks[] = {11025, 22050, 24000, 32000, 44100};
    const struct audio_codec *opus = codec_of("opus", 48000);

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        for (size_t ticks = 1; ticks <= 4500 && ticks <= clocks[i] / 5; ticks++) {
            for (size_t channels = 1; channels <= 2; channels++) {
                const struct audio_codec *l16 = codec_of(channels > 1 ? "L16*2" : "L16", clocks[i]);
                size_t samples = audio_codec_samples(l16, payload, 2 * channels * ticks);

                assert_int_equal(audio_codec_ticks(l16, samples), ticks);
                assert_true(samples * clocks[i] >= ticks * 48000);
                assert_true(samples * clocks[i] < ticks * 48000 + clocks[i]);
            }
        }
    }
    assert_int_equal(audio_codec_ticks(codec_of("G722", 8000), 320), 160);
    assert_int_equal(audio_codec_ticks(codec_of("PCMA", 8000), 160), 160);
    assert_int_equal(audio_codec_ticks(opus, 960), 960);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_decodes_as_the_standard_says),
        cmocka_unit_test(known_values_hold),
        cmocka_unit_test(l16_is_in_network_order),
        cmocka_unit_test(l16_of_two_channels_is_heard_as_the_mean_of_both),
        cmocka_unit_test(names_are_found_in_any_case_and_only_at_their_clock),
        cmocka_unit_test(longest_packet_has_samples_and_one_more_has_none),
        cmocka_unit_test(longest_datagram_of_g711_is_no_longer_than_a_packet_may_be),
        cmocka_unit_test(payloads_of_noise_and_events_are_no_samples),
        cmocka_unit_test(assigned_payload_types_are_those_of_rfc_3551),
        cmocka_unit_test(wider_sound_ranks_above_narrow),
        cmocka_unit_test(g729_has_a_rank_only_where_its_program_is),
        cmocka_unit_test(only_sound_has_a_rank_and_an_impairment),
        cmocka_unit_test(samples_last_as_many_ticks_as_the_packet_had),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
