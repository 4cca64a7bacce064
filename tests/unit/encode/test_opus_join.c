/* The self-delimiting form (RFC 6716 appendix B), for every kind of packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>
#include <opus/opus_multistream.h>

#include "encode/opus_join.h"

enum { TOC = 0x98, PACKET_MAX = 4000 }; /* CELT, narrowband, 20 ms, mono, code 0 */

/* The first packet of two, as it is written in front of the other, which is one byte. */
static enum status delimit(const uint8_t *packet, size_t packet_bytes, uint8_t *out,
                           size_t out_bytes, size_t *written)
{
    const uint8_t other[] = {TOC};
    uint8_t joined[PACKET_MAX + 1];
    size_t joined_bytes;
    const struct opus_packet packets[] = {{packet, packet_bytes}, {other, 1}};
    enum status status = opus_join(packets, 2, joined, out_bytes + 1, &joined_bytes);

    if (status != STATUS_OK)
        return status;
    assert_int_equal(joined[joined_bytes - 1], TOC);
    *written = joined_bytes - 1;
    memcpy(out, joined, *written);
    return STATUS_OK;
}

static void assert_delimited(const uint8_t *packet, size_t packet_bytes, const uint8_t *expected,
                             size_t expected_bytes)
{
    uint8_t out[PACKET_MAX];
    size_t written = 0;

    assert_int_equal(delimit(packet, packet_bytes, out, sizeof out, &written), STATUS_OK);
    assert_int_equal(written, expected_bytes);
    assert_memory_equal(out, expected, expected_bytes);
    /* just enough room, and one byte less */
    assert_int_equal(delimit(packet, packet_bytes, out, expected_bytes, &written), STATUS_OK);
    assert_int_equal(delimit(packet, packet_bytes, out, expected_bytes - 1, &written),
                     STATUS_LIMIT);
}

#define ASSERT_DELIMITED(packet, expected)                                                         \
    assert_delimited(packet, sizeof packet, expected, sizeof expected)

static void one_frame_gets_its_length_behind_the_first_byte(void **state)
{
    (void)state;
    const uint8_t packet[] = {TOC, 1, 2, 3};
    const uint8_t expected[] = {TOC, 3, 1, 2, 3};

    ASSERT_DELIMITED(packet, expected);
}

static void packet_of_one_byte_is_an_empty_frame(void **state)
{
    (void)state;
    const uint8_t packet[] = {TOC};
    const uint8_t expected[] = {TOC, 0};

    ASSERT_DELIMITED(packet, expected);
}

static void lengths_from_252_take_two_bytes(void **state)
{
    (void)state;
    for (size_t length = 250; length <= 1275; length++) {
        uint8_t packet[1 + 1275] = {TOC};
        uint8_t out[PACKET_MAX];
        size_t written = 0;
        assert_int_equal(delimit(packet, 1 + length, out, sizeof out, &written), STATUS_OK);
        assert_int_equal(written, length + (length < 252 ? 2u : 3u));
        size_t coded = out[1] < 252 ? out[1] : out[1] + 4u * out[2];
        assert_int_equal(coded, length);
    }
}

static void frame_longer_than_opus_allows_is_refused(void **state)
{
    (void)state;
    uint8_t packet[2 + 1275] = {TOC};
    uint8_t out[PACKET_MAX];
    size_t written = 77;

    assert_int_equal(delimit(packet, 1 + 1276, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(written, 77);
}

static void two_equal_frames_get_one_length(void **state)
{
    (void)state;
    const uint8_t packet[] = {TOC | 1, 1, 2, 3, 4};
    const uint8_t expected[] = {TOC | 1, 2, 1, 2, 3, 4};
    const uint8_t odd[] = {TOC | 1, 1, 2, 3};
    uint8_t out[PACKET_MAX];
    size_t written;

    ASSERT_DELIMITED(packet, expected);
    assert_int_equal(delimit(odd, sizeof odd, out, sizeof out, &written), STATUS_INVALID);
}

static void two_frames_get_the_length_of_the_second(void **state)
{
    (void)state;
    const uint8_t packet[] = {TOC | 2, 1, 9, 5, 6, 7};
    const uint8_t expected[] = {TOC | 2, 1, 3, 9, 5, 6, 7};
    const uint8_t cut[] = {TOC | 2, 4, 1, 2, 3};
    const uint8_t bare[] = {TOC | 2};
    const uint8_t half_length[] = {TOC | 2, 252};
    uint8_t out[PACKET_MAX];
    size_t written;

    ASSERT_DELIMITED(packet, expected);
    assert_int_equal(delimit(cut, sizeof cut, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(delimit(bare, sizeof bare, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(delimit(half_length, sizeof half_length, out, sizeof out, &written),
                     STATUS_INVALID);
}

static void many_frames_with_and_without_padding(void **state)
{
    (void)state;
    const uint8_t equal[] = {TOC | 3, 3, 1, 2, 3, 4, 5, 6};
    const uint8_t equal_expected[] = {TOC | 3, 3, 2, 1, 2, 3, 4, 5, 6};
    const uint8_t own[] = {TOC | 3, 0x80 | 3, 1, 2, 7, 8, 8, 9, 9, 9};
    const uint8_t own_expected[] = {TOC | 3, 0x80 | 3, 1, 2, 3, 7, 8, 8, 9, 9, 9};
    const uint8_t padded[] = {TOC | 3, 0x40 | 1, 2, 5, 5, 5, 0, 0};
    const uint8_t padded_expected[] = {TOC | 3, 0x40 | 1, 2, 3, 5, 5, 5, 0, 0};
    const uint8_t padding_only[] = {TOC | 3, 0x40 | 1, 9, 0};
    const uint8_t padding_cut[] = {TOC | 3, 0x40 | 1, 255};
    const uint8_t none[] = {TOC | 3, 0, 1};
    const uint8_t uneven[] = {TOC | 3, 2, 1, 2, 3};
    const uint8_t bare[] = {TOC | 3};
    uint8_t out[PACKET_MAX];
    size_t written;

    ASSERT_DELIMITED(equal, equal_expected);
    ASSERT_DELIMITED(own, own_expected);
    ASSERT_DELIMITED(padded, padded_expected);
    assert_int_equal(delimit(padding_only, sizeof padding_only, out, sizeof out, &written),
                     STATUS_INVALID);
    assert_int_equal(delimit(padding_cut, sizeof padding_cut, out, sizeof out, &written),
                     STATUS_INVALID);
    assert_int_equal(delimit(none, sizeof none, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(delimit(uneven, sizeof uneven, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(delimit(bare, sizeof bare, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(delimit(bare, 0, out, sizeof out, &written), STATUS_INVALID);
}

static void joined_packets_fit_to_the_byte(void **state)
{
    (void)state;
    const uint8_t first[] = {TOC, 1, 2};
    const uint8_t second[] = {TOC, 3};
    const uint8_t expected[] = {TOC, 2, 1, 2, TOC, 3};
    const struct opus_packet packets[] = {{first, 3}, {second, 2}};
    const struct opus_packet empty_last[] = {{first, 3}, {second, 0}};
    uint8_t out[sizeof expected];
    size_t written = 0;

    assert_int_equal(opus_join(packets, 2, out, sizeof out, &written), STATUS_OK);
    assert_int_equal(written, sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    for (size_t room = 0; room < sizeof out; room++)
        assert_int_equal(opus_join(packets, 2, out, room, &written), STATUS_LIMIT);
    assert_int_equal(opus_join(empty_last, 2, out, sizeof out, &written), STATUS_INVALID);
    assert_int_equal(written, sizeof expected);
}

static void all_but_the_last_of_many_get_their_length(void **state)
{
    (void)state;
    const uint8_t data[] = {TOC, 1, 2, 3};
    const struct opus_packet packets[] = {{data, 2}, {data, 1}, {data, 4}, {data, 3}};
    const struct opus_packet empty_first[] = {{data, 0}, {data, 1}};
    const uint8_t expected[] = {TOC, 1, 1, TOC, 0, TOC, 3, 1, 2, 3, TOC, 1, 2};
    uint8_t out[sizeof expected];
    size_t written = 0;

    assert_int_equal(opus_join(packets, 4, out, sizeof out, &written), STATUS_OK);
    assert_int_equal(written, sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    for (size_t room = 0; room < sizeof out; room++)
        assert_int_equal(opus_join(packets, 4, out, room, &written), STATUS_LIMIT);
    assert_int_equal(opus_join(packets, 1, out, sizeof out, &written), STATUS_OK);
    assert_int_equal(written, 2); /* alone it stays as it is */
    assert_int_equal(opus_join(empty_first, 2, out, sizeof out, &written), STATUS_INVALID);
}

/* libopus' own multistream decoder reads what was joined, for frames of all codes. */
static void decoder_of_libopus_reads_joined_packets_of_all_codes(void **state)
{
    (void)state;
    int error;
    OpusEncoder *encoder = opus_encoder_create(8000, 1, OPUS_APPLICATION_VOIP, &error);
    OpusRepacketizer *repacketizer = opus_repacketizer_create();
    unsigned codes = 0;
    unsigned random = 7;

    assert_int_equal(error, OPUS_OK);
    for (int frames = 1; frames <= 6; frames++)
        for (int vbr = 0; vbr < 2; vbr++) {
            uint8_t parts[6][500];
            uint8_t packet[2 * PACKET_MAX];
            uint8_t joined[2 * PACKET_MAX];
            size_t written = 0;
            int16_t pcm[160];
            int16_t alone[960];
            int16_t both[2 * 960];
            opus_encoder_ctl(encoder, OPUS_SET_BITRATE(vbr ? OPUS_AUTO : 16000));
            opus_encoder_ctl(encoder, OPUS_SET_VBR(vbr));
            opus_repacketizer_init(repacketizer);
            for (int i = 0; i < frames; i++) {
                /* loud and quiet, so that lengths differ */
                int loudness = i % 2 ? 20 : 20000;
                for (int at = 0; at < 160; at++)
                    pcm[at] = (int16_t)(rand_r(&random) % loudness - loudness / 2);
                opus_int32 bytes = opus_encode(encoder, pcm, 160, parts[i], 500);
                assert_true(bytes > 0);
                assert_int_equal(opus_repacketizer_cat(repacketizer, parts[i], bytes), OPUS_OK);
            }
            opus_int32 bytes = opus_repacketizer_out(repacketizer, packet, sizeof packet);
            assert_true(bytes > 0);
            codes |= 1u << (packet[0] & 3);
            const struct opus_packet twice[] = {{packet, (size_t)bytes}, {packet, (size_t)bytes}};
            assert_int_equal(opus_join(twice, 2, joined, sizeof joined, &written), STATUS_OK);
            OpusDecoder *one = opus_decoder_create(8000, 1, &error);
            OpusMSDecoder *two = opus_multistream_decoder_create(
                8000, 2, 2, 0, (const unsigned char[]){0, 1}, &error);
            assert_int_equal(opus_decode(one, packet, bytes, alone, 960, 0), frames * 160);
            assert_int_equal(
                opus_multistream_decode(two, joined, (opus_int32)written, both, 960, 0),
                frames * 160);
            for (int at = 0; at < frames * 160; at++) {
                assert_int_equal(both[2 * at], alone[at]);
                assert_int_equal(both[2 * at + 1], alone[at]);
            }
            opus_decoder_destroy(one);
            opus_multistream_decoder_destroy(two);
        }
    assert_int_equal(codes, 0xf);
    opus_repacketizer_destroy(repacketizer);
    opus_encoder_destroy(encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_frame_gets_its_length_behind_the_first_byte),
        cmocka_unit_test(packet_of_one_byte_is_an_empty_frame),
        cmocka_unit_test(lengths_from_252_take_two_bytes),
        cmocka_unit_test(frame_longer_than_opus_allows_is_refused),
        cmocka_unit_test(two_equal_frames_get_one_length),
        cmocka_unit_test(two_frames_get_the_length_of_the_second),
        cmocka_unit_test(many_frames_with_and_without_padding),
        cmocka_unit_test(joined_packets_fit_to_the_byte),
        cmocka_unit_test(all_but_the_last_of_many_get_their_length),
        cmocka_unit_test(decoder_of_libopus_reads_joined_packets_of_all_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
