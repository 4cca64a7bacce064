/* Whether a stored recording plays: its header, its packets, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audio/opus_player.h"

enum { HEAD_BYTES = 23, CHANNELS_AT = 9, FAMILY_AT = 18, STREAMS_AT = 19, COUPLED_AT = 20 };

/* Two streams, left and right, as recordings have them (storage/FORMAT.md section 3.1). */
static const uint8_t head[HEAD_BYTES + 1] = "OpusHead\x01\x02\x38\x01\x80\x3e\x00\x00\x00\x00"
                                            "\x01\x02\x00\x00\x01";
/* 20 ms of silence of each, the first one with its length. */
static const uint8_t silence[] = {0x98, 2, 0xff, 0xfe, 0x98, 0xff, 0xfe};

static struct opus_player *make(void)
{
    struct opus_player *player = NULL;
    unsigned pre_skip = 0;

    assert_int_equal(opus_player_create(head, HEAD_BYTES, &player, &pre_skip), 0);
    assert_int_equal(pre_skip, 312);
    return player;
}

static void packets_are_decoded_and_say_how_long_they_are(void **state)
{
    struct opus_player *player = make();
    unsigned samples = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(opus_player_decode(player, silence, sizeof silence, &samples), STATUS_OK);
        assert_int_equal(samples, OPUS_PLAYER_HZ / 50);
    }
    opus_player_destroy(player);
}

static void packet_that_is_cut_or_empty_does_not_play(void **state)
{
    static const uint8_t long_first[] = {0x98, 200, 0xff, 0xfe, 0x98, 0xff, 0xfe};
    struct opus_player *player = make();
    unsigned samples = 7;

    (void)state;
    assert_int_equal(opus_player_decode(player, silence, 0, &samples), STATUS_CORRUPT);
    assert_int_equal(opus_player_decode(player, silence, 2, &samples), STATUS_CORRUPT);
    assert_int_equal(opus_player_decode(player, long_first, sizeof long_first, &samples),
                     STATUS_CORRUPT);
    assert_int_equal(samples, 7);
    assert_int_equal(opus_player_decode(player, silence, sizeof silence, &samples), STATUS_OK);
    opus_player_destroy(player);
}

static void header_that_maps_what_there_is_not_is_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        enum status status;
    } changes[] = {
        {0, 'o', STATUS_CORRUPT},           {8, 0x11, STATUS_CORRUPT},
        {CHANNELS_AT, 0, STATUS_CORRUPT},   {CHANNELS_AT, 3, STATUS_CORRUPT},
        {FAMILY_AT, 2, STATUS_UNSUPPORTED}, {STREAMS_AT, 0, STATUS_CORRUPT},
        {COUPLED_AT, 3, STATUS_CORRUPT},    {22, 9, STATUS_CORRUPT},
    };
    struct opus_player *player = NULL;
    uint8_t wrong[HEAD_BYTES];
    unsigned pre_skip = 0;

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        memcpy(wrong, head, sizeof wrong);
        wrong[changes[i].at] = changes[i].value;
        assert_int_equal(opus_player_create(wrong, sizeof wrong, &player, &pre_skip),
                         changes[i].status);
        assert_null(player);
    }
    for (size_t bytes = 0; bytes < HEAD_BYTES; bytes++)
        assert_int_equal(opus_player_create(head, bytes, &player, &pre_skip), STATUS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_decoded_and_say_how_long_they_are),
        cmocka_unit_test(packet_that_is_cut_or_empty_does_not_play),
        cmocka_unit_test(header_that_maps_what_there_is_not_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
