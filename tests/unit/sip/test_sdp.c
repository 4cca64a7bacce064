/* sdp: offers as session recording clients write them (RFC 8866), answers of a recorder. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sip/sdp.h"

#define SESSION "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"

/* Reads from a copy of exactly that size, so that the sanitizer sees one byte too many. */
static enum status read_bytes(const char *text, size_t text_bytes, struct sdp_offer *offer)
{
    char *copy = malloc(text_bytes ? text_bytes : 1);

    assert_non_null(copy);
    memcpy(copy, text, text_bytes);
    enum status status = sdp_read_offer(copy, text_bytes, offer);
    free(copy);
    return status;
}

static struct sdp_offer *read_offer(const char *text)
{
    struct sdp_offer *offer = malloc(sizeof *offer);

    assert_non_null(offer);
    assert_int_equal(read_bytes(text, strlen(text), offer), STATUS_OK);
    return offer;
}

static void expect_address(const struct sdp_media *media, const char *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *ip4 = (const struct sockaddr_in *)&media->address;
    const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)&media->address;

    if (media->address.ss_family == AF_INET) {
        assert_non_null(inet_ntop(AF_INET, &ip4->sin_addr, text, sizeof text));
        assert_int_equal(ntohs(ip4->sin_port), media->port);
    } else if (media->address.ss_family == AF_INET6) {
        assert_non_null(inet_ntop(AF_INET6, &ip6->sin6_addr, text, sizeof text));
        assert_int_equal(ntohs(ip6->sin6_port), media->port);
    }
    assert_string_equal(text, address);
}

static void expect_codec(const struct sdp_media *media, const char *encoding, uint8_t payload_type)
{
    size_t format = SIZE_MAX;

    assert_int_equal(sdp_choose_format(media, &format), STATUS_OK);
    assert_string_equal(media->format[format].encoding, encoding);
    assert_int_equal(media->format[format].payload_type, payload_type);
}

static void expect_no_codec(const char *media_lines)
{
    char text[1024];
    size_t format = 77;

    (void)snprintf(text, sizeof text, SESSION "%s", media_lines);
    struct sdp_offer *offer = read_offer(text);
    assert_int_equal(sdp_choose_format(&offer->media[0], &format), STATUS_NOT_FOUND);
    assert_int_equal(format, 77);
    free(offer);
}

static void offer_with_two_streams_is_read(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 8 101\r\n"
                                                 "a=rtpmap:8 PCMA/8000\r\n"
                                                 "a=rtpmap:101 telephone-event/8000\r\n"
                                                 "a=fmtp:101 0-15\r\n"
                                                 "a=sendonly\r\n"
                                                 "a=label:1\r\n"
                                                 "m=audio 40002 RTP/AVP 8 0\r\n"
                                                 "c=IN IP4 192.0.2.8\r\n"
                                                 "a=inactive\r\n"
                                                 "a=label:caller-2\r\n");
    const struct sdp_media *media = offer->media;

    (void)state;
    assert_int_equal(offer->media_lines, 2);
    assert_int_equal(offer->deviations, 0);
    assert_string_equal(media[0].kind, "audio");
    assert_string_equal(media[0].protocol, "RTP/AVP");
    assert_string_equal(media[0].first_format, "8");
    assert_int_equal(media[0].port, 40000);
    assert_int_equal(media[0].direction, SDP_DIRECTION_SENDONLY);
    assert_string_equal(media[0].label, "1");
    assert_int_equal(media[0].formats, 2);
    assert_string_equal(media[0].format[1].encoding, "telephone-event");
    assert_int_equal(media[0].format[1].clock_rate_hz, 8000);
    assert_int_equal(media[0].format[1].channels, 1);
    expect_address(&media[0], "192.0.2.7");
    assert_int_equal(media[1].direction, SDP_DIRECTION_INACTIVE);
    assert_string_equal(media[1].label, "caller-2");
    expect_address(&media[1], "192.0.2.8");
    expect_codec(&media[0], "PCMA", 8);
    expect_codec(&media[1], "PCMA", 8);
    free(offer);
}

static void order_of_the_offerer_decides_between_codecs(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 18 0 8\r\n"
                                                 "m=audio 40002 RTP/AVP 9 8 0\r\n");

    (void)state;
    expect_codec(&offer->media[0], "PCMU", 0);
    expect_codec(&offer->media[1], "PCMA", 8);
    free(offer);
}

static void line_feeds_blank_lines_and_a_missing_last_line_end_are_tolerated(void **state)
{
    struct sdp_offer *offer = read_offer("\r\n\n \nv=0\ns=-\nc=IN IP4 192.0.2.7\n\n"
                                         "m=audio 40000 RTP/AVP 0\na=label:last");

    (void)state;
    assert_int_equal(offer->media_lines, 1);
    assert_int_equal(offer->deviations, 0);
    assert_string_equal(offer->media[0].label, "last");
    expect_codec(&offer->media[0], "PCMU", 0);
    free(offer);
}

static void encoding_names_and_keywords_are_compared_without_case(void **state)
{
    struct sdp_offer *offer = read_offer("v=0\r\nm=Audio 40000 rtp/avp 96\r\nc=in ip4 192.0.2.7\r\n"
                                         "a=RTPMAP:96  pcmA/8000/1\r\na=SendOnly\r\n");

    (void)state;
    expect_codec(&offer->media[0], "pcmA", 96);
    expect_address(&offer->media[0], "192.0.2.7");
    assert_int_equal(offer->media[0].direction, SDP_DIRECTION_SENDONLY);
    free(offer);
}

static void session_direction_and_address_hold_where_the_line_has_none(void **state)
{
    struct sdp_offer *offer = read_offer("v=0\r\nc=IN IP6 2001:db8::7\r\na=sendonly\r\n"
                                         "m=audio 40000 RTP/AVP 0\r\n"
                                         "m=audio 40002 RTP/AVP 0\r\na=recvonly\r\n"
                                         "c=IN IP4 192.0.2.9/127\r\n"
                                         "m=audio 40004 RTP/AVP 0\r\nc=IN IP4 sbc.example.com\r\n");

    (void)state;
    assert_int_equal(offer->media[0].direction, SDP_DIRECTION_SENDONLY);
    expect_address(&offer->media[0], "2001:db8::7");
    assert_int_equal(offer->media[1].direction, SDP_DIRECTION_RECVONLY);
    expect_address(&offer->media[1], "192.0.2.9");
    expect_address(&offer->media[2], "2001:db8::7");
    assert_int_equal(offer->deviations, 1);
    free(offer);
}

static void offer_without_direction_or_address_is_sendrecv_from_nowhere(void **state)
{
    struct sdp_offer *offer = read_offer("v=0\r\nm=audio 40000/2 RTP/AVP 0\r\n");

    (void)state;
    assert_int_equal(offer->media[0].direction, SDP_DIRECTION_SENDRECV);
    assert_int_equal(offer->media[0].address.ss_family, AF_UNSPEC);
    assert_int_equal(offer->media[0].port, 40000);
    free(offer);
}

static void rtpmap_before_the_media_line_still_names_its_codec(void **state)
{
    struct sdp_offer *offer = read_offer("v=0\r\na=rtpmap:97 PCMA/8000\r\n"
                                         "m=audio 40000 RTP/AVP 97\r\n"
                                         "m=audio 40002 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000\r\n");

    (void)state;
    expect_codec(&offer->media[0], "PCMA", 97);
    expect_codec(&offer->media[1], "PCMU", 97);
    assert_int_equal(offer->deviations, 1);
    free(offer);
}

static void malformed_attributes_are_counted_and_cost_no_stream(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 0 256 x 0 8\r\n" /* 3 */
                                                 "a=rtpmap\r\n"
                                                 "a=rtpmap:8\r\n"
                                                 "a=rtpmap:8 PCMA\r\n"
                                                 "a=rtpmap:8 PCMA/8000/0\r\n"
                                                 "a=rtpmap:300 PCMA/8000\r\n"
                                                 "a=rtpmap:99 PCMA/8000\r\n" /* not offered */
                                                 "a=label:\r\n"
                                                 "c=IN IP4\r\n"
                                                 "garbage\r\n"
                                                 "a=label:7\r\n"
                                                 "a=label:\x01\r\n");

    (void)state;
    assert_int_equal(offer->deviations, 13);
    assert_int_equal(offer->media[0].formats, 2);
    assert_string_equal(offer->media[0].label, "7");
    expect_codec(&offer->media[0], "PCMU", 0);
    free(offer);
}

static void malformed_media_line_keeps_its_place_and_is_refused(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 70000 RTP/AVP 0\r\n"
                                                 "m=\r\n"
                                                 "m=audio\r\n"
                                                 "m=audio 40000 RTP/AVP 0\r\n");
    size_t format;

    (void)state;
    assert_int_equal(offer->media_lines, 4);
    assert_int_equal(offer->deviations, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sdp_choose_format(&offer->media[i], &format), STATUS_NOT_FOUND);
    expect_codec(&offer->media[3], "PCMU", 0);
    free(offer);
}

static void only_plain_rtp_audio_in_g711_is_chosen(void **state)
{
    (void)state;
    expect_no_codec("m=audio 0 RTP/AVP 0\r\n");
    expect_no_codec("m=video 40000 RTP/AVP 0\r\n");
    expect_no_codec("m=audio 40000 RTP/SAVP 0\r\n");
    expect_no_codec("m=audio 40000 RTP/AVPF 0\r\n");
    expect_no_codec("m=audio 40000 UDP 0\r\n");
    expect_no_codec("m=audio 40000 RTP/AVP 18 9 101\r\n");
    expect_no_codec("m=audio 40000 RTP/AVP\r\n");
    expect_no_codec("m=audio 40000 RTP/AVP 96\r\na=rtpmap:96 PCMU/16000\r\n");
    expect_no_codec("m=audio 40000 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000/2\r\n");
    expect_no_codec("m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 G722/8000\r\n");
}

static void text_that_is_no_sdp_is_refused_and_leaves_the_offer_alone(void **state)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "v=0",
        "v=0\r\ns=-\r\n",
        "m=audio 4 RTP/AVP 0\r\n",
        "v=1\r\nm=audio 4 RTP/AVP 0",
        "m=audio 4 RTP/AVP 0\r\nv=0\r\n",
        "<recording/>",
    };
    struct sdp_offer *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(offer);
    offer->media_lines = 5;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_bytes(texts[i], strlen(texts[i]), offer), STATUS_INVALID);
        assert_int_equal(offer->media_lines, 5);
    }
    assert_int_equal(sdp_read_offer(NULL, 0, offer), STATUS_INVALID);
    free(offer);
}

static enum status read_many_lines(unsigned media_lines, struct sdp_offer *offer)
{
    char text[2048] = SESSION;

    for (unsigned i = 0; i < media_lines; i++)
        strcat(text, "m=audio 40000 RTP/AVP 0\r\n");
    return read_bytes(text, strlen(text), offer);
}

static void as_many_media_lines_as_allowed_are_read_and_one_more_is_refused(void **state)
{
    struct sdp_offer *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(offer);
    assert_int_equal(read_many_lines(BOUND_SDP_MEDIA, offer), STATUS_OK);
    assert_int_equal(offer->media_lines, BOUND_SDP_MEDIA);
    memset(offer, 0, sizeof *offer);
    assert_int_equal(read_many_lines(BOUND_SDP_MEDIA + 1, offer), STATUS_LIMIT);
    assert_int_equal(offer->media_lines, 0);
    free(offer);
}

static void formats_past_the_maximum_are_skipped_and_counted(void **state)
{
    char text[1024] = SESSION "m=audio 40000 RTP/AVP";

    (void)state;
    for (unsigned i = 0; i < BOUND_SDP_FORMATS; i++)
        (void)snprintf(text + strlen(text), 8, " %u", 30 + i);
    struct sdp_offer *offer = read_offer(text);
    assert_int_equal(offer->media[0].formats, BOUND_SDP_FORMATS);
    assert_int_equal(offer->deviations, 0);
    free(offer);

    strcat(text, " 127");
    offer = read_offer(text);
    assert_int_equal(offer->media[0].formats, BOUND_SDP_FORMATS);
    assert_int_equal(offer->deviations, 1);
    free(offer);
}

static void label_as_long_as_allowed_is_kept_and_a_longer_one_is_not_cut(void **state)
{
    char label[BOUND_LABEL_BYTES + 1];
    char text[512];

    (void)state;
    memset(label, 'x', sizeof label);
    label[BOUND_LABEL_BYTES - 1] = '\0';
    (void)snprintf(text, sizeof text, SESSION "m=audio 1 RTP/AVP 0\r\na=label:%s\r\n", label);
    struct sdp_offer *offer = read_offer(text);
    assert_string_equal(offer->media[0].label, label);
    free(offer);

    label[BOUND_LABEL_BYTES - 1] = 'x';
    label[BOUND_LABEL_BYTES] = '\0';
    (void)snprintf(text, sizeof text, SESSION "m=audio 1 RTP/AVP 0\r\na=label:%s\r\n", label);
    offer = read_offer(text);
    assert_string_equal(offer->media[0].label, "");
    assert_int_equal(offer->deviations, 1);
    free(offer);
}

/* Writes an answer that accepts each line that can be recorded, from port 20000 up. */
static void expect_answer(const char *offer_text, const char *address, const char *expected)
{
    struct sdp_offer *offer = read_offer(offer_text);
    struct sdp_answer answer = {
        .session_id = 77, .session_version = 3, .media_lines = offer->media_lines};
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};
    struct bytes text;

    if (inet_pton(AF_INET, address, &ip4.sin_addr) == 1) {
        memcpy(&answer.address, &ip4, sizeof ip4);
    } else {
        assert_int_equal(inet_pton(AF_INET6, address, &ip6.sin6_addr), 1);
        memcpy(&answer.address, &ip6, sizeof ip6);
    }
    for (size_t i = 0; i < offer->media_lines; i++) {
        struct sdp_answer_media *media = &answer.media[i];

        media->accepted = sdp_choose_format(&offer->media[i], &media->format) == STATUS_OK;
        media->port = (uint16_t)(20000 + 2 * i);
    }
    bytes_init(&text, 65536);
    assert_int_equal(sdp_write_answer(offer, &answer, &text), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    assert_string_equal((const char *)text.data, expected);
    bytes_deinit(&text);
    free(offer);
}

static void answer_mirrors_the_lines_with_labels_and_receives_only(void **state)
{
    (void)state;
    expect_answer(SESSION "m=audio 40000 RTP/AVP 18 8 101 0\r\n"
                          "a=rtpmap:101 telephone-event/8000\r\n"
                          "a=sendonly\r\n"
                          "a=label:left\r\n"
                          "m=video 40010 RTP/AVP 31 34\r\n"
                          "a=label:v\r\n"
                          "m=image 40020 udptl t38\r\n"
                          "m=audio 40002 RTP/AVP 0\r\n"
                          "a=label:right\r\n",
                  "198.51.100.5",
                  "v=0\r\n"
                  "o=recorder 77 3 IN IP4 198.51.100.5\r\n"
                  "s=-\r\n"
                  "c=IN IP4 198.51.100.5\r\n"
                  "t=0 0\r\n"
                  "m=audio 20000 RTP/AVP 8 101\r\n"
                  "a=rtpmap:8 PCMA/8000\r\n"
                  "a=rtpmap:101 telephone-event/8000\r\n"
                  "a=label:left\r\n"
                  "a=recvonly\r\n"
                  "m=video 0 RTP/AVP 31\r\n"
                  "m=image 0 udptl t38\r\n"
                  "m=audio 20006 RTP/AVP 0\r\n"
                  "a=rtpmap:0 PCMU/8000\r\n"
                  "a=label:right\r\n"
                  "a=recvonly\r\n");
}

static void stream_that_sends_nothing_is_answered_inactive(void **state)
{
    (void)state;
    expect_answer(
        "v=0\r\na=inactive\r\nm=audio 4 RTP/AVP 0\r\nm=audio 6 RTP/AVP 0\r\na=recvonly\r\n"
        "m=audio 8 RTP/AVP 0\r\na=sendrecv\r\n",
        "2001:db8::5",
        "v=0\r\n"
        "o=recorder 77 3 IN IP6 2001:db8::5\r\n"
        "s=-\r\n"
        "c=IN IP6 2001:db8::5\r\n"
        "t=0 0\r\n"
        "m=audio 20000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=inactive\r\n"
        "m=audio 20002 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=inactive\r\n"
        "m=audio 20004 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=recvonly\r\n");
}

static void unreadable_media_line_is_refused_in_its_place(void **state)
{
    (void)state;
    expect_answer("v=0\r\nm=\r\nm=audio 99999 RTP/AVP 8\r\nm=audio 4 RTP/AVP 8\r\n",
                  "::ffff:198.51.100.5",
                  "v=0\r\n"
                  "o=recorder 77 3 IN IP4 198.51.100.5\r\n"
                  "s=-\r\n"
                  "c=IN IP4 198.51.100.5\r\n"
                  "t=0 0\r\n"
                  "m=audio 0 RTP/AVP 0\r\n"
                  "m=audio 0 RTP/AVP 0\r\n"
                  "m=audio 20004 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=recvonly\r\n");
}

static void answer_says_inactive_when_told_to(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 4 RTP/AVP 0\r\na=sendonly\r\n");
    struct sdp_answer answer = {.media_lines = 1,
                                .media = {{.accepted = true, .port = 9, .inactive = true}}};
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct bytes text;

    (void)state;
    memcpy(&answer.address, &ip4, sizeof ip4);
    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_answer(offer, &answer, &text), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    assert_non_null(strstr((const char *)text.data, "a=inactive\r\n"));
    assert_null(strstr((const char *)text.data, "recvonly"));
    bytes_deinit(&text);
    free(offer);
}

static void answer_that_does_not_fit_its_buffer_says_so(void **state)
{
    struct sdp_offer *offer = read_offer(SESSION "m=audio 4 RTP/AVP 0 101\r\na=label:1\r\n"
                                                 "a=rtpmap:101 telephone-event/8000\r\n");
    struct sdp_answer answer = {.media_lines = 1, .media = {{.accepted = true, .port = 9}}};
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct bytes text;

    (void)state;
    memcpy(&answer.address, &ip4, sizeof ip4);
    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_answer(offer, &answer, &text), STATUS_OK);
    size_t whole = text.len;
    bytes_deinit(&text);
    for (size_t i = 0; i <= whole; i++) {
        bytes_init(&text, i);
        assert_int_equal(sdp_write_answer(offer, &answer, &text),
                         i < whole ? STATUS_LIMIT : STATUS_OK);
        bytes_deinit(&text);
    }
    free(offer);
}

static void offer_cut_at_any_byte_is_read_or_refused(void **state)
{
    static const char text[] = SESSION "a=sendonly\r\nm=audio 40000/2 RTP/AVP 8 101\r\n"
                                       "c=IN IP6 2001:db8::7\r\na=rtpmap:8 PCMA/8000/1\r\n"
                                       "a=label:1\r\nm=image 9 udptl t38\r\n";
    struct sdp_offer *offer = malloc(sizeof *offer);

    (void)state;
    assert_non_null(offer);
    for (size_t i = 0; i < sizeof text; i++) {
        enum status status = read_bytes(text, i, offer);
        assert_true(status == STATUS_OK || status == STATUS_INVALID);
    }
    free(offer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer_with_two_streams_is_read),
        cmocka_unit_test(order_of_the_offerer_decides_between_codecs),
        cmocka_unit_test(line_feeds_blank_lines_and_a_missing_last_line_end_are_tolerated),
        cmocka_unit_test(encoding_names_and_keywords_are_compared_without_case),
        cmocka_unit_test(session_direction_and_address_hold_where_the_line_has_none),
        cmocka_unit_test(offer_without_direction_or_address_is_sendrecv_from_nowhere),
        cmocka_unit_test(rtpmap_before_the_media_line_still_names_its_codec),
        cmocka_unit_test(malformed_attributes_are_counted_and_cost_no_stream),
        cmocka_unit_test(malformed_media_line_keeps_its_place_and_is_refused),
        cmocka_unit_test(only_plain_rtp_audio_in_g711_is_chosen),
        cmocka_unit_test(text_that_is_no_sdp_is_refused_and_leaves_the_offer_alone),
        cmocka_unit_test(as_many_media_lines_as_allowed_are_read_and_one_more_is_refused),
        cmocka_unit_test(formats_past_the_maximum_are_skipped_and_counted),
        cmocka_unit_test(label_as_long_as_allowed_is_kept_and_a_longer_one_is_not_cut),
        cmocka_unit_test(answer_mirrors_the_lines_with_labels_and_receives_only),
        cmocka_unit_test(stream_that_sends_nothing_is_answered_inactive),
        cmocka_unit_test(unreadable_media_line_is_refused_in_its_place),
        cmocka_unit_test(answer_says_inactive_when_told_to),
        cmocka_unit_test(answer_that_does_not_fit_its_buffer_says_so),
        cmocka_unit_test(offer_cut_at_any_byte_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
