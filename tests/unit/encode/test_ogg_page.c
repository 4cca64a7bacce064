/* Ogg pages byte by byte (RFC 3533), and the headers of Ogg Opus (RFC 7845). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>

#include "base/bytes.h"
#include "encode/ogg_page.h"
#include "encode/opus_header.h"

/* Worked by hand but for the checksum, which is that of an independent, bitwise computation. */
static uint32_t checksum_of(const uint8_t *page, size_t page_bytes)
{
    uint32_t value = 0;

    for (size_t i = 0; i < page_bytes; i++) {
        value ^= (uint32_t)(i >= 22 && i < 26 ? 0 : page[i]) << 24;
        for (int bit = 0; bit < 8; bit++)
            value = value & 0x80000000 ? value << 1 ^ 0x04c11db7 : value << 1;
    }
    return value;
}

static void page_is_laid_out_as_the_rfc_says(void **state)
{
    (void)state;
    struct ogg_page page;
    const uint8_t *bytes;
    const uint8_t expected[] = {'O', 'g', 'g', 'S', 0, 2, 0x88, 0x13, 0, 0, 0,
                                0,   0,   0,   4,   3, 2, 1,    0,    0, 0, 0};
    const uint8_t behind[] = {2, 3, 2, 'a', 'b', 'c', 'd', 'e'};

    ogg_page_init(&page, 0x01020304);
    assert_int_equal(ogg_page_add(&page, (const uint8_t *)"abc", 3), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, (const uint8_t *)"de", 2), STATUS_OK);
    assert_int_equal(ogg_page_packets(&page), 2);
    size_t length = ogg_page_close(&page, 5000, false, &bytes);
    assert_int_equal(length, 27 + 2 + 5);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(bytes_get_u32(bytes + 22), checksum_of(bytes, length));
    assert_memory_equal(bytes + 26, behind, sizeof behind);
}

static void pages_are_numbered_and_flagged(void **state)
{
    (void)state;
    struct ogg_page page;
    const uint8_t *bytes;

    ogg_page_init(&page, 1);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ogg_page_add(&page, (const uint8_t *)"x", 1), STATUS_OK);
        (void)ogg_page_close(&page, i, i == 2, &bytes);
        assert_int_equal(bytes_get_u32(bytes + 18), i);
        assert_int_equal(bytes[5], i == 0 ? 2 : i == 2 ? 4 : 0);
        assert_int_equal(ogg_page_packets(&page), 0);
    }
}

static void lacing_of_multiples_of_255_ends_with_zero(void **state)
{
    (void)state;
    struct ogg_page page;
    uint8_t packet[510] = {0};
    const uint8_t *bytes;

    ogg_page_init(&page, 1);
    assert_int_equal(ogg_page_add(&page, packet, 254), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, packet, 255), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, packet, 510), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, packet, 0), STATUS_OK);
    (void)ogg_page_close(&page, 0, false, &bytes);
    const uint8_t lacing[] = {7, 254, 255, 0, 255, 255, 0, 0};
    assert_memory_equal(bytes + 26, lacing, sizeof lacing);
}

static void page_is_full_at_255_segments_and_at_its_bytes(void **state)
{
    (void)state;
    static const uint8_t packet[OGG_BODY_BYTES_MAX + 1];
    struct ogg_page page;
    const uint8_t *bytes;

    ogg_page_init(&page, 1);
    for (int i = 0; i < OGG_SEGMENTS_MAX; i++)
        assert_int_equal(ogg_page_add(&page, packet, 1), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, packet, 1), STATUS_LIMIT);
    assert_int_equal(ogg_page_close(&page, 0, false, &bytes), 27 + 255 + 255);
    assert_int_equal(ogg_page_add(&page, packet, OGG_BODY_BYTES_MAX + 1), STATUS_LIMIT);
    assert_int_equal(ogg_page_add(&page, packet, OGG_BODY_BYTES_MAX), STATUS_OK);
    assert_int_equal(ogg_page_add(&page, packet, 1), STATUS_LIMIT);
    size_t length = ogg_page_close(&page, 0, true, &bytes);
    assert_int_equal(bytes_get_u32(bytes + 22), checksum_of(bytes, length));
}

static void identification_says_how_many_streams_none_coupled(void **state)
{
    (void)state;
    const uint8_t expected[OPUS_HEAD_BYTES] = {'O', 'p', 'u', 's', 'H',  'e',  'a', 'd',
                                               1,   2,   120, 0,   0x40, 0x1f, 0,   0,
                                               0,   0,   1,   2,   0,    0,    1};
    uint8_t head[OPUS_HEAD_BYTES];

    opus_header_identify(120, 8000, 2, head);
    assert_memory_equal(head, expected, sizeof expected);
    opus_header_identify(120, 8000, 10, head); /* still two channels, of the first two */
    assert_int_equal(head[19], 10);
    head[19] = 2;
    assert_memory_equal(head, expected, sizeof expected);
}

/* A text of the comment header; returns the offset behind it. */
static size_t read_text(const uint8_t *tags, size_t at, char text[static 256])
{
    size_t bytes = bytes_get_u32(tags + at);

    assert_true(bytes < 256);
    memcpy(text, tags + at + 4, bytes);
    text[bytes] = '\0';
    return at + 4 + bytes;
}

static void comments_say_what_made_it_with_which_settings_and_no_more(void **state)
{
    (void)state;
    const struct {
        struct opus_settings settings;
        const char *options;
    } cases[] = {
        {{0}, "ENCODER_OPTIONS=bitrate 24000-32000 complexity 0 lowdelay"},
        {{6000, 10, OPUS_SPEECH}, "ENCODER_OPTIONS=bitrate 6000 complexity 10 speech"},
        {{OPUS_SETTINGS_BITRATE_MAX, 5, OPUS_MUSIC},
         "ENCODER_OPTIONS=bitrate 128000 complexity 5 audio"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t tags[OPUS_TAGS_BYTES_MAX];
        char text[256];
        size_t length = opus_header_comment(&cases[i].settings, tags);
        assert_memory_equal(tags, "OpusTags", 8);
        size_t at = read_text(tags, 8, text);
        assert_string_equal(text, opus_get_version_string());
        assert_int_equal(bytes_get_u32(tags + at), 2);
        at = read_text(tags, at + 4, text);
        assert_string_equal(text, "ENCODER=Business Recorder " RECORDER_VERSION);
        at = read_text(tags, at, text);
        assert_string_equal(text, cases[i].options);
        assert_int_equal(at, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_is_laid_out_as_the_rfc_says),
        cmocka_unit_test(pages_are_numbered_and_flagged),
        cmocka_unit_test(lacing_of_multiples_of_255_ends_with_zero),
        cmocka_unit_test(page_is_full_at_255_segments_and_at_its_bytes),
        cmocka_unit_test(identification_says_how_many_streams_none_coupled),
        cmocka_unit_test(comments_say_what_made_it_with_which_settings_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
