/* Two encoders: settings, determinism, rates of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>
#include <opus/opus_multistream.h>

#include "encode/opus_pair.h"

static void fill(int16_t *pcm, size_t samples, unsigned *random)
{
    for (size_t i = 0; i < samples; i++)
        pcm[i] = (int16_t)(rand_r(random) % 60000 - 30000);
}

static void same_samples_give_the_same_packets(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 8000};
    struct opus_pair *pairs[2];
    unsigned random = 1;
    size_t total = 0;

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(opus_pair_open(rates_hz, &pairs[i], NULL), STATUS_OK);
    assert_int_equal(opus_pair_frame_samples(pairs[0], 0), 160);
    for (int frame = 0; frame < 500; frame++) {
        int16_t pcm[2][160];
        uint8_t packets[2][BOUND_OPUS_PACKET_BYTES];
        size_t bytes[2] = {0};
        fill(pcm[0], 160, &random);
        fill(pcm[1], 160, &random);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(opus_pair_encode(pairs[i], pcm[0], pcm[1], packets[i], &bytes[i]),
                             STATUS_OK);
        assert_int_equal(bytes[0], bytes[1]);
        assert_memory_equal(packets[0], packets[1], bytes[0]);
        total += bytes[0];
    }
    /* two streams of 24 kb/s: 120 bytes of 20 ms, and one for the length */
    assert_in_range(total / 500, 100, 140);
    opus_pair_close(pairs[0]);
    opus_pair_close(pairs[1]);
}

static void silence_is_coded_too(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 8000};
    const int16_t silence[160] = {0};
    struct opus_pair *pair;

    assert_int_equal(opus_pair_open(rates_hz, &pair, NULL), STATUS_OK);
    for (int frame = 0; frame < 1000; frame++) {
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t bytes = 0;
        assert_int_equal(opus_pair_encode(pair, silence, silence, packet, &bytes), STATUS_OK);
        assert_true(bytes >= 3);
    }
    opus_pair_close(pair);
}

static void legs_may_have_rates_of_their_own(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 16000};
    struct opus_pair *pair;
    OpusMSDecoder *decoder;
    unsigned random = 2;
    int error;

    assert_int_equal(opus_pair_open(rates_hz, &pair, NULL), STATUS_OK);
    assert_int_equal(opus_pair_frame_samples(pair, 1), 320);
    assert_true(opus_pair_pre_skip(pair) > 0 && opus_pair_pre_skip(pair) < 960);
    decoder =
        opus_multistream_decoder_create(48000, 2, 2, 0, (const unsigned char[]){0, 1}, &error);
    assert_int_equal(error, OPUS_OK);
    for (int frame = 0; frame < 50; frame++) {
        int16_t left[160];
        int16_t right[320];
        int16_t decoded[2 * 960];
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t bytes = 0;
        fill(left, 160, &random);
        fill(right, 320, &random);
        assert_int_equal(opus_pair_encode(pair, left, right, packet, &bytes), STATUS_OK);
        assert_int_equal(
            opus_multistream_decode(decoder, packet, (opus_int32)bytes, decoded, 960, 0), 960);
    }
    opus_multistream_decoder_destroy(decoder);
    opus_pair_close(pair);
}

static void rate_that_opus_does_not_take_is_refused(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 11025};
    struct opus_pair *pair = NULL;
    struct fault fault;

    assert_int_equal(opus_pair_open(rates_hz, &pair, &fault), STATUS_INVALID);
    assert_null(pair);
    assert_non_null(strstr(fault.text, "11025"));
    opus_pair_close(NULL);
}

/* What decoders hear goes on: as long, and nothing louder than what was encoded. */
static void raised_rate_goes_on_where_the_lower_one_ended(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 8000};
    const uint32_t raised_hz[] = {16000, 48000};
    unsigned random = 3;
    int error;

    for (size_t round = 0; round < 2; round++) {
        struct opus_pair *pair;
        OpusMSDecoder *decoder =
            opus_multistream_decoder_create(48000, 2, 2, 0, (const unsigned char[]){0, 1}, &error);
        assert_int_equal(error, OPUS_OK);
        assert_int_equal(opus_pair_open(rates_hz, &pair, NULL), STATUS_OK);
        uint16_t pre_skip = opus_pair_pre_skip(pair);
        for (int frame = 0; frame < 100; frame++) {
            int16_t left[160];
            int16_t right[960] = {0};
            int16_t decoded[2 * 960];
            uint8_t packet[BOUND_OPUS_PACKET_BYTES];
            size_t bytes = 0;
            if (frame == 50)
                assert_int_equal(opus_pair_raise(pair, 1, raised_hz[round]), STATUS_OK);
            size_t samples = opus_pair_frame_samples(pair, 1);
            assert_int_equal(samples, frame < 50 ? 160 : raised_hz[round] / 50);
            fill(left, 160, &random);
            fill(right, samples, &random);
            for (size_t i = 0; frame >= 50 && i < samples; i++)
                right[i] /= 100;
            assert_int_equal(opus_pair_encode(pair, left, right, packet, &bytes), STATUS_OK);
            assert_int_equal(
                opus_multistream_decode(decoder, packet, (opus_int32)bytes, decoded, 960, 0), 960);
            /* what was before sounds into the first 5 ms */
            for (size_t i = frame > 50 ? 0 : 240; frame >= 50 && i < 960; i++)
                assert_in_range(abs(decoded[2 * i + 1]), 0, 1000);
        }
        assert_int_equal(opus_pair_pre_skip(pair), pre_skip);
        assert_int_equal(opus_pair_rate_hz(pair, 0), 8000);
        assert_int_equal(opus_pair_rate_hz(pair, 1), raised_hz[round]);
        assert_int_equal(opus_pair_raise(pair, 1, 11025), STATUS_INVALID);
        assert_int_equal(opus_pair_rate_hz(pair, 1), raised_hz[round]);
        opus_multistream_decoder_destroy(decoder);
        opus_pair_close(pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_samples_give_the_same_packets),
        cmocka_unit_test(silence_is_coded_too),
        cmocka_unit_test(legs_may_have_rates_of_their_own),
        cmocka_unit_test(rate_that_opus_does_not_take_is_refused),
        cmocka_unit_test(raised_rate_goes_on_where_the_lower_one_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
