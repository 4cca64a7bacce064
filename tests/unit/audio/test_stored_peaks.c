/* Pictures of a stored recording: of its sides, of streams that begin late, and of packets that are
 * not whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>

#include "audio/stored_peaks.h"
#include "base/bounds.h"

enum {
    RATE_HZ = 16000,
    FRAME_SAMPLES = RATE_HZ / 50,
    PACKETS = 50, /* one second */
    LOUD = 60,    /* of 127 */
    QUIET = 4,
};

/* What the streams of a recording say, encoded each by its own. */
struct sender {
    OpusEncoder *encoder[BOUND_OPUS_STREAMS];
    uint32_t noise;
};

static struct sender *make_sender(size_t streams, int bitrate)
{
    struct sender *sender = calloc(1, sizeof *sender);

    assert_non_null(sender);
    for (size_t i = 0; i < streams; i++) {
        sender->encoder[i] = opus_encoder_create(RATE_HZ, 1, OPUS_APPLICATION_AUDIO, NULL);
        assert_non_null(sender->encoder[i]);
        assert_int_equal(opus_encoder_ctl(sender->encoder[i], OPUS_SET_BITRATE(bitrate)), OPUS_OK);
    }
    return sender;
}

static void free_sender(struct sender *sender)
{
    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        if (sender->encoder[i])
            opus_encoder_destroy(sender->encoder[i]);
    free(sender);
}

/* One frame of noise, or of silence. */
static size_t encode(struct sender *sender, size_t stream, bool loud, uint8_t *data)
{
    int16_t pcm[FRAME_SAMPLES] = {0};

    for (int i = 0; loud && i < FRAME_SAMPLES; i++) {
        sender->noise = sender->noise * 1664525 + 1013904223;
        pcm[i] = (int16_t)(sender->noise >> 16);
    }
    opus_int32 bytes = opus_encode(sender->encoder[stream], pcm, FRAME_SAMPLES, data, 1275);
    assert_true(bytes > 2 && (data[0] & 3) == 0); /* one frame */
    return (size_t)bytes;
}

/* RFC 6716 appendix B, but for the last one. loud: a letter for each stream, '#' loud, '.' silent,
 * '-' spare. */
static size_t make_packet(struct sender *sender, const char *loud, uint8_t *packet)
{
    size_t used = 0;

    for (size_t i = 0; loud[i]; i++) {
        uint8_t data[1275] = {0x98};
        size_t bytes = loud[i] == '-' ? 1 : encode(sender, i, loud[i] == '#', data);
        size_t length = bytes - 1;
        packet[used++] = data[0];
        if (loud[i + 1]) {
            if (length < 252) {
                packet[used++] = (uint8_t)length;
            } else {
                packet[used] = (uint8_t)(252 + (length & 3));
                packet[used + 1] = (uint8_t)((length - packet[used]) / 4);
                used += 2;
            }
        }
        memcpy(packet + used, data + 1, length);
        used += length;
    }
    return used;
}

static struct stored_peaks *make_peaks(void)
{
    struct stored_peaks *peaks = NULL;

    assert_int_equal(stored_peaks_create(&peaks), STATUS_OK);
    return peaks;
}

/* So many packets of the same kind. */
static void add(struct stored_peaks *peaks, struct sender *sender, const char *loud, int packets)
{
    uint8_t packet[4 * 1275];

    for (int i = 0; i < packets; i++) {
        size_t bytes = make_packet(sender, loud, packet);
        stored_peaks_add(peaks, packet, bytes, (unsigned)strlen(loud), 0);
    }
}

/* The greatest value of a stretch of pixels. */
static int greatest(struct stored_picture picture, size_t first, size_t past)
{
    int value = 0;

    assert_true(past <= picture.pixels);
    for (size_t i = first; i < past; i++)
        value = picture.data[2 * i + 1] > value ? picture.data[2 * i + 1] : value;
    return value;
}

static void each_side_is_drawn_as_it_sounds(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(2, 32000);

    (void)state;
    add(peaks, sender, "#.", PACKETS);
    add(peaks, sender, ".#", PACKETS);
    stored_peaks_finish(peaks);
    struct stored_picture left = stored_peaks_side(peaks, 0);
    struct stored_picture right = stored_peaks_side(peaks, 1);
    assert_int_equal(left.pixels, 2 * PEAKS_PER_SECOND);
    assert_int_equal(right.pixels, 2 * PEAKS_PER_SECOND);
    assert_true(greatest(left, 0, 20) > LOUD && greatest(left, 24, 40) < QUIET);
    assert_true(greatest(right, 0, 20) < QUIET && greatest(right, 20, 40) > LOUD);
    assert_int_equal(stored_peaks_own(peaks, 0).pixels, 0);
    assert_int_equal(stored_peaks_own(peaks, BOUND_OPUS_STREAMS).pixels, 0);
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

static void own_stream_that_begins_late_lies_where_it_began(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(4, 32000);

    (void)state;
    add(peaks, sender, "#.--", PACKETS);
    add(peaks, sender, "#.-#", PACKETS);
    add(peaks, sender, "#.--", PACKETS); /* it has left */
    stored_peaks_finish(peaks);
    struct stored_picture own = stored_peaks_own(peaks, 1);
    assert_int_equal(own.pixels, stored_peaks_side(peaks, 0).pixels);
    assert_int_equal(own.begun, PEAKS_PER_SECOND);
    assert_int_equal(greatest(own, 0, own.begun), 0);
    assert_true(greatest(own, own.begun, 2 * own.begun) > LOUD);
    assert_int_equal(stored_peaks_own(peaks, 0).pixels, 0);
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

static void lengths_of_two_bytes_are_read(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(2, 200000);
    uint8_t packet[4 * 1275];

    (void)state;
    (void)make_packet(sender, "#.", packet);
    assert_true(packet[1] >= 252);
    add(peaks, sender, "#.", PACKETS);
    stored_peaks_finish(peaks);
    assert_true(greatest(stored_peaks_side(peaks, 0), 2, 20) > LOUD);
    assert_true(greatest(stored_peaks_side(peaks, 1), 0, 20) < QUIET);
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

/* Nothing is invented for what is not there, whatever was heard before. */
static void what_a_cut_packet_lacks_is_silence_in_its_place(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(2, 32000);
    uint8_t packet[4 * 1275];
    size_t cuts = 0;

    (void)state;
    add(peaks, sender, "##", PACKETS);
    for (; cuts < PACKETS; cuts++) { /* within the first stream, down to nothing */
        size_t bytes = make_packet(sender, "##", packet);
        assert_true(bytes > 2 * PACKETS);
        stored_peaks_add(peaks, packet, cuts, 2, 0);
    }
    add(peaks, sender, "##", PACKETS);
    stored_peaks_finish(peaks);
    for (size_t side = 0; side < 2; side++) {
        struct stored_picture picture = stored_peaks_side(peaks, side);
        assert_int_equal(picture.pixels, 3 * PEAKS_PER_SECOND);
        assert_int_equal(greatest(picture, 20, 40), 0);
        assert_true(greatest(picture, 41, 60) > LOUD);
    }
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

static void a_stream_whose_part_is_whole_is_drawn_beside_one_that_is_cut(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(2, 32000);
    uint8_t packet[4 * 1275];

    (void)state;
    for (int i = 0; i < PACKETS; i++) {
        (void)make_packet(sender, "##", packet);
        stored_peaks_add(peaks, packet, 2U + packet[1], 2, 0);
    }
    stored_peaks_finish(peaks);
    assert_true(greatest(stored_peaks_side(peaks, 0), 1, 20) > LOUD);
    assert_int_equal(greatest(stored_peaks_side(peaks, 1), 0, 20), 0);
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

static void what_is_before_the_start_is_not_drawn(void **state)
{
    enum { PRE_SKIP = 48000 / 2 };
    struct stored_peaks *peaks = make_peaks();
    struct sender *sender = make_sender(2, 32000);
    uint8_t packet[4 * 1275];

    (void)state;
    for (int i = 0; i < 2 * PACKETS; i++) {
        size_t bytes = make_packet(sender, i < PACKETS / 2 ? "#." : "..", packet);
        stored_peaks_add(peaks, packet, bytes, 2, PRE_SKIP);
    }
    stored_peaks_finish(peaks);
    struct stored_picture left = stored_peaks_side(peaks, 0);
    assert_int_equal(left.pixels, 3 * PEAKS_PER_SECOND / 2);
    assert_true(greatest(left, 2, left.pixels) < QUIET);
    free_sender(sender);
    stored_peaks_destroy(peaks);
}

static void packets_of_unknown_streams_add_nothing(void **state)
{
    struct stored_peaks *peaks = make_peaks();
    static const uint8_t packet[] = {0x98, 0, 0x98};

    (void)state;
    stored_peaks_add(peaks, packet, sizeof packet, 0, 0);
    stored_peaks_finish(peaks);
    assert_int_equal(stored_peaks_side(peaks, 0).pixels, 0);
    stored_peaks_destroy(peaks);
    stored_peaks_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_side_is_drawn_as_it_sounds),
        cmocka_unit_test(own_stream_that_begins_late_lies_where_it_began),
        cmocka_unit_test(lengths_of_two_bytes_are_read),
        cmocka_unit_test(what_a_cut_packet_lacks_is_silence_in_its_place),
        cmocka_unit_test(a_stream_whose_part_is_whole_is_drawn_beside_one_that_is_cut),
        cmocka_unit_test(what_is_before_the_start_is_not_drawn),
        cmocka_unit_test(packets_of_unknown_streams_add_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
