/* sdp: what a recorder answers (RFC 3264, RFC 7866) and offers. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "net/address.h"
#include "unit/body/sdp_help.h"

/* The bytes 0, 1, 2, ... in base64: 30, 28 and 44 of them. */
#define KEY30 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define KEY28 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="
#define KEY44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="

/* The session part of ours, before its m-lines. */
#define OURS                                                                                       \
    "v=0\r\no=recorder 77 3 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n"

static struct srtp_key counting_key(enum srtp_suite suite)
{
    struct srtp_key key = {.suite = suite};

    for (size_t i = 0; i < SRTP_KEY_BYTES_MAX; i++)
        key.key[i] = (uint8_t)i;
    return key;
}

static struct sdp_local *local_from(const char *address)
{
    struct sdp_local *local = calloc(1, sizeof *local);
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};

    assert_non_null(local);
    local->session_id = 77;
    local->session_version = 3;
    if (inet_pton(AF_INET, address, &ip4.sin_addr) == 1) {
        memcpy(&local->address, &ip4, sizeof ip4);
    } else {
        assert_int_equal(inet_pton(AF_INET6, address, &ip6.sin6_addr), 1);
        memcpy(&local->address, &ip6, sizeof ip6);
    }
    return local;
}

static void expect_text(struct bytes *text, const char *expected)
{
    assert_int_equal(bytes_append(text, "", 1), STATUS_OK);
    assert_string_equal((const char *)text->data, expected);
    bytes_deinit(text);
}

/* Writes an answer that accepts each line that can be recorded, from port 20000 up. */
static void expect_answer(const char *offer_text, const char *address, const char *expected)
{
    struct sdp_description *offer = read_offer(offer_text);
    struct sdp_local *answer = local_from(address);
    struct bytes text;

    answer->media_lines = offer->media_lines;
    for (size_t i = 0; i < offer->media_lines; i++) {
        struct sdp_local_media *media = &answer->media[i];
        struct sdp_choice choice = {.format = 0};

        media->accepted = sdp_choose(&offer->media[i], &secure, &choice) == STATUS_OK;
        media->format = choice.format;
        media->port = (uint16_t)(20000 + 2 * i);
        media->rtcp_mux = true;
        if (choice.crypto) {
            media->crypto.tag = choice.crypto->tag;
            media->crypto.key = counting_key(choice.crypto->key.suite);
        }
    }
    bytes_init(&text, 65536);
    assert_int_equal(sdp_write_answer(offer, answer, &text), STATUS_OK);
    expect_text(&text, expected);
    free(answer);
    drop_offer(offer);
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

/* ICE, bundling, DTLS and header extensions: what is not answered was not agreed on. */
static void answer_to_a_web_client_says_nothing_of_what_is_not_done(void **state)
{
    (void)state;
    expect_answer("v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
                  "a=group:BUNDLE a0 a1\r\na=ice-lite\r\na=msid-semantic: WMS *\r\n"
                  "a=fingerprint:sha-256 00:01:02\r\na=sendonly\r\n"
                  "m=audio 40000 RTP/AVPF 0 126\r\na=mid:a0\r\na=label:audio-0\r\n"
                  "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
                  "a=candidate:1 1 UDP 2130706431 192.0.2.7 40000 typ host\r\n"
                  "a=candidate:2 1 TCP 1 192.0.2.8 9 typ relay raddr 192.0.2.9 rport 1\r\n"
                  "a=end-of-candidates\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtcp-fb:* nack\r\n"
                  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                  "a=ssrc:1234 cname:left\r\na=rtpmap:126 telephone-event/8000\r\n"
                  "m=audio 40000 UDP/TLS/RTP/SAVPF 0\r\na=mid:a1\r\na=label:audio-1\r\n"
                  "a=setup:actpass\r\na=rtcp-mux\r\n",
                  "198.51.100.5",
                  OURS "m=audio 20000 RTP/AVPF 0 126\r\n"
                       "a=rtpmap:0 PCMU/8000\r\n"
                       "a=rtpmap:126 telephone-event/8000\r\n"
                       "a=label:audio-0\r\n"
                       "a=rtcp-mux\r\n"
                       "a=recvonly\r\n"
                       "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n");
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
    struct sdp_description *offer = read_offer(SESSION "m=audio 4 RTP/AVP 0\r\na=sendonly\r\n");
    struct sdp_local *answer = local_from("198.51.100.5");
    struct bytes text;

    (void)state;
    answer->media_lines = 1;
    answer->media[0].accepted = true;
    answer->media[0].port = 9;
    answer->media[0].inactive = true;
    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_answer(offer, answer, &text), STATUS_OK);
    expect_text(&text, OURS "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=inactive\r\n");
    free(answer);
    drop_offer(offer);
}

static void answer_keeps_events_and_comfort_noise_at_the_codecs_rate(void **state)
{
    (void)state;
    expect_answer(SESSION "m=audio 4 RTP/AVP 18 13 102 0 101 96\r\n"
                          "a=rtpmap:102 telephone-event/16000\r\n"
                          "a=rtpmap:101 telephone-event/8000\r\n"
                          "a=fmtp:101 0-15,16\r\n"
                          "a=rtpmap:96 CN/16000\r\n",
                  "198.51.100.5",
                  OURS "m=audio 20000 RTP/AVP 0 101 13\r\n"
                       "a=rtpmap:0 PCMU/8000\r\n"
                       "a=rtpmap:101 telephone-event/8000\r\n"
                       "a=fmtp:101 0-15,16\r\n"
                       "a=rtpmap:13 CN/8000\r\n"
                       "a=recvonly\r\n");
}

/* Answers with the first format of the only line, under parameters of ours. */
static void expect_answered(const char *media_line, const char *parameters, const char *expected)
{
    struct sdp_description *offer = read_offer(media_line);
    struct sdp_local *answer = local_from("198.51.100.5");
    struct bytes text;

    answer->media_lines = 1;
    answer->media[0].accepted = true;
    answer->media[0].port = 20000;
    answer->media[0].parameters = parameters;
    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_answer(offer, answer, &text), STATUS_OK);
    expect_text(&text, expected);
    free(answer);
    drop_offer(offer);
}

static void answer_names_opus_with_its_channels_and_what_we_ask_of_it(void **state)
{
    (void)state;
    expect_answered(SESSION "m=audio 4 RTP/AVP 107 0 101 110\r\n"
                            "a=rtpmap:107 opus/48000/2\r\n"
                            "a=fmtp:107 maxplaybackrate=16000;stereo=0\r\n"
                            "a=rtpmap:101 telephone-event/8000\r\n"
                            "a=rtpmap:110 telephone-event/48000\r\na=ptime:40\r\n",
                    "useinbandfec=1",
                    OURS "m=audio 20000 RTP/AVP 107 110\r\n"
                         "a=rtpmap:107 opus/48000/2\r\n"
                         "a=fmtp:107 useinbandfec=1\r\n"
                         "a=rtpmap:110 telephone-event/48000\r\n"
                         "a=recvonly\r\n");
}

static void answer_to_g729_without_its_annex_excludes_it_too(void **state)
{
    (void)state;
    expect_answered(SESSION "m=audio 4 RTP/AVP 18\r\na=fmtp:18 annexb=no\r\n", NULL,
                    OURS "m=audio 20000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
                         "a=fmtp:18 annexb=no\r\na=recvonly\r\n");
    expect_answered(SESSION "m=audio 4 RTP/AVP 18\r\na=fmtp:18 annexb=yes\r\n", NULL,
                    OURS "m=audio 20000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
                         "a=recvonly\r\n");
}

/* RFC 3551 section 4.5.2: its clock is 8000, though it samples at 16000. */
static void answer_to_static_types_names_them_as_rfc_3551_has_them(void **state)
{
    (void)state;
    expect_answered(SESSION "m=audio 4 RTP/AVP 9 13\r\n", NULL,
                    OURS "m=audio 20000 RTP/AVP 9 13\r\na=rtpmap:9 G722/8000\r\n"
                         "a=rtpmap:13 CN/8000\r\na=recvonly\r\n");
    expect_answered(SESSION "m=audio 4 RTP/AVP 11\r\n", NULL,
                    OURS "m=audio 20000 RTP/AVP 11\r\na=rtpmap:11 L16/44100\r\n"
                         "a=recvonly\r\n");
}

static void answer_echoes_transport_and_multiplexing_where_they_are_offered(void **state)
{
    (void)state;
    expect_answer(SESSION "m=audio 9 RTP/AVPF 0\r\na=label:1\r\na=rtcp-mux\r\n"
                          "m=audio 4 RTP/AVP 0\r\na=label:2\r\na=rtcp:7\r\n",
                  "198.51.100.5",
                  OURS "m=audio 20000 RTP/AVPF 0\r\na=rtpmap:0 PCMU/8000\r\na=label:1\r\n"
                       "a=rtcp-mux\r\na=recvonly\r\n"
                       "m=audio 20002 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=label:2\r\n"
                       "a=recvonly\r\n");
}

static void answer_names_our_key_under_the_tag_that_was_taken(void **state)
{
    (void)state;
    expect_answer(SESSION "m=audio 4 RTP/SAVP 0\r\na=label:1\r\n"
                          "a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:" KEY30 "|2^20|1:4\r\n"
                          "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "|2^20|1:4\r\n"
                          "m=audio 6 RTP/SAVPF 8\r\na=label:2\r\n"
                          "a=crypto:1 AEAD_AES_128_GCM inline:" KEY28 "\r\n"
                          "a=crypto:2 AEAD_AES_256_GCM inline:" KEY44 "\r\n"
                          "m=audio 8 RTP/SAVP 0\r\na=label:3\r\n",
                  "198.51.100.5",
                  OURS "m=audio 20000 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=label:1\r\n"
                       "a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:" KEY30 "\r\na=recvonly\r\n"
                       "m=audio 20002 RTP/SAVPF 8\r\na=rtpmap:8 PCMA/8000\r\na=label:2\r\n"
                       "a=crypto:1 AEAD_AES_128_GCM inline:" KEY28 "\r\na=recvonly\r\n"
                       "m=audio 0 RTP/SAVP 0\r\n");
}

static void line_with_an_address_of_its_own_says_it_behind_the_m_line(void **state)
{
    struct sdp_description *offer =
        read_offer(SESSION "m=audio 4 RTP/AVP 0\r\nm=audio 6 RTP/AVP 0\r\nc=IN IP6 ::1\r\n");
    struct sdp_local *answer = calloc(1, sizeof *answer);
    struct bytes text;

    (void)state;
    assert_non_null(answer);
    answer->media_lines = 2;
    assert_int_equal(address_parse("198.51.100.5", 0, &answer->address), STATUS_OK);
    assert_int_equal(address_parse("2001:db8::5", 0, &answer->media[1].address), STATUS_OK);
    answer->media[0].accepted = answer->media[1].accepted = true;
    answer->media[0].port = 20000;
    answer->media[1].port = 20002;
    bytes_init(&text, 65536);
    assert_int_equal(sdp_write_answer(offer, answer, &text), STATUS_OK);
    expect_text(&text, "v=0\r\no=recorder 0 0 IN IP4 198.51.100.5\r\ns=-\r\n"
                       "c=IN IP4 198.51.100.5\r\nt=0 0\r\n"
                       "m=audio 20000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=recvonly\r\n"
                       "m=audio 20002 RTP/AVP 0\r\nc=IN IP6 2001:db8::5\r\n"
                       "a=rtpmap:0 PCMU/8000\r\na=recvonly\r\n");
    free(answer);
    drop_offer(offer);
}

static void answer_to_a_bundle_is_line_by_line(void **state)
{
    (void)state;
    expect_answer(SESSION "a=group:BUNDLE a b\r\n"
                          "m=audio 4 RTP/AVP 0\r\na=mid:a\r\na=label:1\r\n",
                  "2001:db8::5",
                  "v=0\r\no=recorder 77 3 IN IP6 2001:db8::5\r\ns=-\r\n"
                  "c=IN IP6 2001:db8::5\r\nt=0 0\r\n"
                  "m=audio 20000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=label:1\r\n"
                  "a=recvonly\r\n");
}

static void answer_that_does_not_fit_its_buffer_says_so(void **state)
{
    struct sdp_description *offer =
        read_offer(SESSION "m=audio 4 RTP/SAVP 0 101 13\r\na=label:1\r\na=rtcp-mux\r\n"
                           "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
                           "m=video 6 RTP/AVP 31\r\n");
    struct sdp_local *answer = local_from("198.51.100.5");
    struct bytes text;

    (void)state;
    answer->media_lines = 2;
    answer->media[0] = (struct sdp_local_media){
        .accepted = true,
        .port = 9,
        .rtcp_mux = true,
        .crypto = {.tag = 1, .key = counting_key(SRTP_SUITE_AEAD_AES_256_GCM)}};
    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_answer(offer, answer, &text), STATUS_OK);
    size_t whole = text.len;
    bytes_deinit(&text);
    for (size_t i = 0; i <= whole; i++) {
        bytes_init(&text, i);
        assert_int_equal(sdp_write_answer(offer, answer, &text),
                         i < whole ? STATUS_LIMIT : STATUS_OK);
        bytes_deinit(&text);
    }
    free(answer);
    drop_offer(offer);
}

static void expect_offer(const struct sdp_local *local, const char *expected)
{
    struct bytes text;

    bytes_init(&text, 4096);
    assert_int_equal(sdp_write_offer(local, &text), STATUS_OK);
    expect_text(&text, expected);
}

static const struct sdp_format pcma = {
    .payload_type = 8, .encoding = "PCMA", .clock_rate_hz = 8000, .channels = 1};
static const struct sdp_format events = {.payload_type = 101,
                                         .encoding = "telephone-event",
                                         .clock_rate_hz = 8000,
                                         .channels = 1,
                                         .parameters = "0-15"};
static const struct sdp_format stereo = {
    .payload_type = 96, .encoding = "L16", .clock_rate_hz = 16000, .channels = 2};

static void offer_names_our_lines_their_labels_and_codecs(void **state)
{
    struct sdp_local *local = local_from("198.51.100.5");

    (void)state;
    local->media_lines = 3;
    local->media[0] = (struct sdp_local_media){.accepted = true,
                                               .port = 20000,
                                               .rtcp_mux = true,
                                               .label = "caller",
                                               .formats = 2,
                                               .offered = {pcma, events}};
    local->media[1] = (struct sdp_local_media){.kind = "video", .protocol = "RTP/AVPF"};
    local->media[2] = (struct sdp_local_media){.accepted = true,
                                               .port = 20002,
                                               .rtcp_port = 20009,
                                               .inactive = true,
                                               .formats = 1,
                                               .offered = {stereo}};
    expect_offer(local, OURS "m=audio 20000 RTP/AVP 8 101\r\n"
                             "a=rtpmap:8 PCMA/8000\r\n"
                             "a=rtpmap:101 telephone-event/8000\r\n"
                             "a=fmtp:101 0-15\r\n"
                             "a=label:caller\r\n"
                             "a=rtcp-mux\r\n"
                             "a=recvonly\r\n"
                             "m=video 0 RTP/AVPF 0\r\n"
                             "m=audio 20002 RTP/AVP 96\r\n"
                             "a=rtpmap:96 L16/16000/2\r\n"
                             "a=rtcp:20009\r\n"
                             "a=inactive\r\n");
    free(local);
}

static void offer_with_a_key_is_secure(void **state)
{
    struct sdp_local *local = local_from("198.51.100.5");

    (void)state;
    local->media_lines = 2;
    for (size_t i = 0; i < 2; i++) {
        local->media[i] = (struct sdp_local_media){
            .accepted = true,
            .port = 20000,
            .formats = 1,
            .offered = {pcma},
            .crypto = {.tag = 3, .key = counting_key(SRTP_SUITE_AES_CM_128_HMAC_SHA1_80)}};
    }
    (void)snprintf(local->media[1].protocol, sizeof local->media[1].protocol, "RTP/SAVPF");
    expect_offer(local, OURS "m=audio 20000 RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
                             "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "\r\n"
                             "a=recvonly\r\n"
                             "m=audio 20000 RTP/SAVPF 8\r\na=rtpmap:8 PCMA/8000\r\n"
                             "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "\r\n"
                             "a=recvonly\r\n");
    sdp_local_wipe(local);
    assert_int_equal(local->media[0].crypto.key.suite, SRTP_SUITE_NONE);
    assert_int_equal(local->media[1].crypto.key.key[5], 0);
    sdp_local_wipe(NULL);
    free(local);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_mirrors_the_lines_with_labels_and_receives_only),
        cmocka_unit_test(answer_to_a_web_client_says_nothing_of_what_is_not_done),
        cmocka_unit_test(stream_that_sends_nothing_is_answered_inactive),
        cmocka_unit_test(unreadable_media_line_is_refused_in_its_place),
        cmocka_unit_test(answer_says_inactive_when_told_to),
        cmocka_unit_test(answer_keeps_events_and_comfort_noise_at_the_codecs_rate),
        cmocka_unit_test(answer_names_opus_with_its_channels_and_what_we_ask_of_it),
        cmocka_unit_test(answer_to_g729_without_its_annex_excludes_it_too),
        cmocka_unit_test(answer_to_static_types_names_them_as_rfc_3551_has_them),
        cmocka_unit_test(answer_echoes_transport_and_multiplexing_where_they_are_offered),
        cmocka_unit_test(answer_names_our_key_under_the_tag_that_was_taken),
        cmocka_unit_test(line_with_an_address_of_its_own_says_it_behind_the_m_line),
        cmocka_unit_test(answer_to_a_bundle_is_line_by_line),
        cmocka_unit_test(answer_that_does_not_fit_its_buffer_says_so),
        cmocka_unit_test(offer_names_our_lines_their_labels_and_codecs),
        cmocka_unit_test(offer_with_a_key_is_secure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
