/* sdp: descriptions as session recording clients write them (RFC 8866), and the choice of streams.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "unit/body/sdp_help.h"

#define SET(name) (UINT64_C(1) << DEVIATION_##name)

static void expect_named(const struct sockaddr_storage *address, const char *host, uint16_t port)
{
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;

    if (address->ss_family == AF_INET) {
        assert_non_null(inet_ntop(AF_INET, &ip4->sin_addr, text, sizeof text));
        assert_int_equal(ntohs(ip4->sin_port), port);
    } else if (address->ss_family == AF_INET6) {
        assert_non_null(inet_ntop(AF_INET6, &ip6->sin6_addr, text, sizeof text));
        assert_int_equal(ntohs(ip6->sin6_port), port);
    }
    assert_string_equal(text, host);
}

static void expect_address(const struct sdp_media *media, const char *host)
{
    expect_named(&media->address, host, media->port);
}

static void expect_codec(const struct sdp_media *media, const char *encoding, uint8_t payload_type)
{
    struct sdp_choice choice;

    assert_int_equal(sdp_choose(media, &plain, &choice), STATUS_OK);
    assert_null(choice.crypto);
    assert_string_equal(media->format[choice.format].encoding, encoding);
    assert_int_equal(media->format[choice.format].payload_type, payload_type);
}

/* The status of choosing the first line, which leaves the choice alone. */
static void expect_no_choice(const char *media_lines, const struct sdp_abilities *abilities,
                             enum status expected)
{
    char text[1024];
    struct sdp_choice choice = {.format = 77};

    (void)snprintf(text, sizeof text, SESSION "%s", media_lines);
    struct sdp_description *offer = read_offer(text);
    assert_int_equal(sdp_choose(&offer->media[0], abilities, &choice), expected);
    assert_int_equal(choice.format, 77);
    drop_offer(offer);
}

static void expect_deviations(const char *text, uint64_t expected)
{
    struct sdp_description *offer = read_offer(text);

    if (offer->deviations != expected)
        print_error("%s", text);
    assert_int_equal(offer->deviations, expected);
    drop_offer(offer);
}

static void offer_with_two_streams_is_read(void **state)
{
    struct sdp_description *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 8 101\r\n"
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
    drop_offer(offer);
}

static void order_of_the_offerer_decides_between_codecs(void **state)
{
    struct sdp_description *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 18 0 8\r\n"
                                                       "m=audio 40002 RTP/AVP 9 8 0\r\n");

    (void)state;
    expect_codec(&offer->media[0], "PCMU", 0);
    expect_codec(&offer->media[1], "PCMA", 8);
    drop_offer(offer);
}

static void line_feeds_blank_lines_and_a_missing_last_line_end_are_tolerated(void **state)
{
    struct sdp_description *offer = read_offer("\r\n\n \nv=0\ns=-\nc=IN IP4 192.0.2.7\n\n"
                                               "m=audio 40000 RTP/AVP 0\na=label:last");

    (void)state;
    assert_int_equal(offer->media_lines, 1);
    assert_int_equal(offer->deviations, 0);
    assert_string_equal(offer->media[0].label, "last");
    expect_codec(&offer->media[0], "PCMU", 0);
    drop_offer(offer);
}

static void lines_of_the_session_part_may_be_missing_empty_or_misplaced(void **state)
{
    static const char *const texts[] = {
        "o=- 1 1 IN IP4 192.0.2.7\r\nc=IN IP4 192.0.2.7\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\n",
        "\xef\xbb\xbfv=0\r\nm=audio 4 RTP/AVP 0\r\nc=IN IP4 192.0.2.7\r\na=label:1\r\n",
        "c=IN IP4 192.0.2.7\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\nv=0\r\n",
    };

    (void)state;
    /* o=, s= and t= say nothing that a recorder needs */
    expect_deviations("v=0\no=x\ns=\nm=audio 4 RTP/AVP 0\nc=IN IP4 192.0.2.7\na=label:1\n", 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sdp_description *offer = read_offer(texts[i]);

        expect_codec(&offer->media[0], "PCMU", 0);
        expect_address(&offer->media[0], "192.0.2.7");
        assert_true(deviation_has(offer->deviations, DEVIATION_SDP_LINE));
        drop_offer(offer);
    }
}

static void encoding_names_and_keywords_are_compared_without_case(void **state)
{
    struct sdp_description *offer =
        read_offer("v=0\r\nm=Audio 40000 rtp/avp 96\r\nc=in ip4 192.0.2.7\r\n"
                   "a=RTPMAP:96  pcmA/8000/1\r\na=SendOnly\r\n");

    (void)state;
    expect_codec(&offer->media[0], "pcmA", 96);
    expect_address(&offer->media[0], "192.0.2.7");
    assert_int_equal(offer->media[0].direction, SDP_DIRECTION_SENDONLY);
    drop_offer(offer);
}

static void session_direction_and_address_hold_where_the_line_has_none(void **state)
{
    struct sdp_description *offer =
        read_offer("v=0\r\nc=IN IP6 2001:db8::7\r\na=sendonly\r\n"
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
    assert_int_equal(offer->deviations, SET(SDP_ADDRESS) | SET(SDP_NO_LABEL));
    drop_offer(offer);
}

static void offer_without_direction_or_address_is_sendrecv_from_nowhere(void **state)
{
    struct sdp_description *offer = read_offer("v=0\r\nm=audio 40000/2 RTP/AVP 0\r\n");

    (void)state;
    assert_int_equal(offer->media[0].direction, SDP_DIRECTION_SENDRECV);
    assert_int_equal(offer->media[0].address.ss_family, AF_UNSPEC);
    assert_int_equal(offer->media[0].port, 40000);
    drop_offer(offer);
}

static void rtpmap_before_the_media_line_still_names_its_codec(void **state)
{
    struct sdp_description *offer =
        read_offer("v=0\r\na=rtpmap:97 PCMA/8000\r\n"
                   "m=audio 40000 RTP/AVP 97\r\n"
                   "m=audio 40002 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000\r\n");

    (void)state;
    expect_codec(&offer->media[0], "PCMA", 97);
    expect_codec(&offer->media[1], "PCMU", 97);
    assert_true(deviation_has(offer->deviations, DEVIATION_SDP_FORMAT));
    drop_offer(offer);
}

static void malformed_attributes_are_noted_and_cost_no_stream(void **state)
{
    struct sdp_description *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 0 256 x 0 8\r\n"
                                                       "a=rtpmap\r\n"
                                                       "a=rtpmap:8\r\n"
                                                       "a=rtpmap:8 PCMA\r\n"
                                                       "a=rtpmap:8 PCMA/8000/0\r\n"
                                                       "a=rtpmap:300 PCMA/8000\r\n"
                                                       "a=rtpmap:99 PCMA/8000\r\n"
                                                       "a=label:\r\n"
                                                       "c=IN IP4\r\n"
                                                       "garbage\r\n"
                                                       "a=label:7\r\n"
                                                       "a=label:\x01\r\n");

    (void)state;
    assert_int_equal(offer->deviations, SET(SDP_LINE) | SET(SDP_FORMAT) | SET(SDP_ADDRESS));
    assert_int_equal(offer->media[0].formats, 2);
    assert_string_equal(offer->media[0].label, "7");
    expect_codec(&offer->media[0], "PCMU", 0);
    drop_offer(offer);
}

static void each_malformed_line_is_noted_as_what_it_is(void **state)
{
    static const struct {
        const char *line;
        uint64_t deviations;
    } lines[] = {
        {"a=rtpmap", SET(SDP_FORMAT)},
        {"a=rtpmap:0", SET(SDP_FORMAT)},
        {"a=rtpmap:0 PCMU", SET(SDP_FORMAT)},
        {"a=rtpmap:0 /8000", SET(SDP_FORMAT)},
        {"a=rtpmap:0 PCMU/8000/0", SET(SDP_FORMAT)},
        {"a=rtpmap:128 PCMU/8000", SET(SDP_FORMAT)},
        {"a=rtpmap:99 PCMU/8000", SET(SDP_FORMAT)},
        {"a=fmtp:99 x", SET(SDP_FORMAT)},
        {"a=fmtp", SET(SDP_FORMAT)},
        {"a=label:", SET(SDP_LINE)},
        {"a=rtcp:", SET(SDP_LINE)},
        {"a=rtcp:0", SET(SDP_LINE)},
        {"a=rtcp:65536", SET(SDP_LINE)},
        {"a=rtcp:5 IN IP4 nowhere", SET(SDP_ADDRESS)},
        {"a=crypto:", SET(SDP_CRYPTO)},
        {"c=IN IP4", SET(SDP_ADDRESS)},
        {"c=IN IP4 300.0.0.1", SET(SDP_ADDRESS)},
        {"garbage", SET(SDP_LINE)},
        {"A=label:2", SET(SDP_LINE)},
        {"a=some-attribute:of nobody", 0},
        {"b=AS:64", 0},
        {"a=rtcp-mux", 0},
        {"a=fmtp:0 annexb=no", 0},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        (void)snprintf(text, sizeof text, SESSION "m=audio 4 RTP/AVP 0\r\na=label:1\r\n%s\r\n",
                       lines[i].line);
        expect_deviations(text, lines[i].deviations);
    }
    expect_deviations(SESSION "a=label:1\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\n", SET(SDP_LINE));
    expect_deviations(SESSION "a=rtcp-mux\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\n", SET(SDP_LINE));
}

static void labels_missing_or_used_twice_are_noted_of_offered_audio_only(void **state)
{
    (void)state;
    expect_deviations(SESSION "m=audio 4 RTP/AVP 0\r\n", SET(SDP_NO_LABEL));
    expect_deviations(SESSION "m=audio 4 RTP/AVP 0\r\na=label:1\r\n"
                              "m=audio 6 RTP/AVP 0\r\na=label:1\r\n",
                      SET(SDP_SAME_LABEL));
    expect_deviations(SESSION "m=audio 4 RTP/AVP 0\r\na=label:1\r\n"
                              "m=audio 0 RTP/AVP 0\r\na=label:1\r\n"
                              "m=audio 0 RTP/AVP 0\r\n"
                              "m=video 6 RTP/AVP 31\r\na=label:1\r\n"
                              "m=video 8 RTP/AVP 31\r\n",
                      0);
}

static void missing_address_is_noted_and_the_unspecified_one_is_not(void **state)
{
    (void)state;
    expect_deviations("v=0\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\n", SET(SDP_ADDRESS));
    expect_deviations("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 0\r\na=label:1\r\n", 0);
}

static void malformed_media_line_keeps_its_place_and_is_refused(void **state)
{
    struct sdp_description *offer = read_offer(SESSION "m=audio 70000 RTP/AVP 0\r\n"
                                                       "m=\r\n"
                                                       "m=audio\r\n"
                                                       "m=audio 40000 RTP/AVP 0\r\n");
    struct sdp_choice choice;

    (void)state;
    assert_int_equal(offer->media_lines, 4);
    assert_int_equal(offer->deviations, SET(SDP_LINE) | SET(SDP_NO_LABEL));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sdp_choose(&offer->media[i], &plain, &choice), STATUS_NOT_FOUND);
    expect_codec(&offer->media[3], "PCMU", 0);
    drop_offer(offer);
}

static void only_audio_over_rtp_in_a_codec_that_can_be_recorded_is_chosen(void **state)
{
    (void)state;
    expect_no_choice("m=audio 0 RTP/AVP 0\r\n", &secure, STATUS_NOT_FOUND);
    expect_no_choice("m=video 40000 RTP/AVP 0\r\n", &secure, STATUS_NOT_FOUND);
    expect_no_choice("m=image 40000 udptl t38\r\n", &secure, STATUS_NOT_FOUND);
    expect_no_choice("m=audio 40000 UDP 0\r\n", &secure, STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 TCP/RTP/AVP 0\r\n", &secure, STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 UDP/TLS/RTP/SAVPF 0\r\n", &secure, STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 RTP/AVP 18 9 101\r\n", &secure, STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 RTP/AVP\r\n", &secure, STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 RTP/AVP 96\r\na=rtpmap:96 PCMU/16000\r\n", &secure,
                     STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000/2\r\n", &secure,
                     STATUS_UNSUPPORTED);
    expect_no_choice("m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 G722/8000\r\n", &secure,
                     STATUS_UNSUPPORTED);
}

static void rtp_profiles_with_feedback_are_chosen_like_those_without(void **state)
{
    struct sdp_description *offer =
        read_offer(SESSION "m=audio 40000 RTP/AVPF 18 0\r\nm=audio 40002 rtp/avpf 8\r\n");

    (void)state;
    expect_codec(&offer->media[0], "PCMU", 0);
    expect_codec(&offer->media[1], "PCMA", 8);
    drop_offer(offer);
}

static void first_codec_that_can_be_recorded_is_what_the_offerer_speaks(void **state)
{
    static const char *const listed[] = {"G722", "PCMU", "PCMA", NULL};
    const struct sdp_abilities wide = {.records = records_listed, .context = listed};
    struct sdp_description *offer = read_offer(SESSION "m=audio 40000 RTP/AVP 18 0 9 8\r\n"
                                                       "m=audio 40002 RTP/AVP 4 9 0\r\n");
    struct sdp_choice choice;

    (void)state;
    assert_int_equal(sdp_choose(&offer->media[0], &wide, &choice), STATUS_OK);
    assert_string_equal(offer->media[0].format[choice.format].encoding, "PCMU");
    assert_int_equal(sdp_choose(&offer->media[1], &wide, &choice), STATUS_OK);
    assert_string_equal(offer->media[1].format[choice.format].encoding, "G722");
    drop_offer(offer);
}

static void payload_types_without_rtpmap_are_named_as_rfc_3551_has_them(void **state)
{
    static const struct {
        const char *encoding;
        uint32_t clock_rate_hz;
        uint8_t channels;
    } expected[] = {{"PCMU", 8000, 1},  {"GSM", 8000, 1},  {"G723", 8000, 1}, {"DVI4", 16000, 1},
                    {"PCMA", 8000, 1},  {"G722", 8000, 1}, {"L16", 44100, 2}, {"L16", 44100, 1},
                    {"QCELP", 8000, 1}, {"CN", 8000, 1},   {"G728", 8000, 1}, {"G729", 8000, 1},
                    {"CN", 8000, 1},    {"", 0, 1}};
    struct sdp_description *offer =
        read_offer(SESSION "m=audio 4 RTP/AVP 0 3 4 6 8 9 10 11 12 13 15 18 19 96\r\n");

    (void)state;
    assert_int_equal(offer->media[0].formats, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct sdp_format *format = &offer->media[0].format[i];

        assert_string_equal(format->encoding, expected[i].encoding);
        assert_int_equal(format->clock_rate_hz, expected[i].clock_rate_hz);
        assert_int_equal(format->channels, expected[i].channels);
    }
    drop_offer(offer);
}

static void format_parameters_are_kept_in_whatever_order_they_stand(void **state)
{
    char longest[SDP_PARAMETERS_BYTES + 1];
    char text[1024];

    memset(longest, 'p', sizeof longest);
    longest[SDP_PARAMETERS_BYTES - 1] = '\0';
    (void)state;
    (void)snprintf(text, sizeof text,
                   SESSION "m=audio 4 RTP/AVP 18 101 0 8\r\n"
                           "a=fmtp:18 annexb=no; mode-set = 1\r\na=rtpmap:18 G729/8000\r\n"
                           "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101  0-15,16 \r\n"
                           "a=fmtp:0 %s\r\na=fmtp:8 %sx\r\n",
                   longest, longest);
    struct sdp_description *offer = read_offer(text);
    assert_string_equal(offer->media[0].format[0].parameters, "annexb=no; mode-set = 1");
    assert_string_equal(offer->media[0].format[1].parameters, "0-15,16");
    assert_string_equal(offer->media[0].format[2].parameters, longest);
    assert_string_equal(offer->media[0].format[3].parameters, "");
    drop_offer(offer);
}

static void reports_go_to_the_next_port_unless_the_line_says_otherwise(void **state)
{
    struct sdp_description *offer =
        read_offer(SESSION "m=audio 40000 RTP/AVP 0\r\n"
                           "m=audio 40002 RTP/AVP 0\r\na=rtcp:50001\r\nc=IN IP4 192.0.2.9\r\n"
                           "m=audio 40004 RTP/AVP 0\r\na=rtcp:50003 IN IP6 2001:db8::9\r\n"
                           "m=audio 40006 RTP/AVPF 0\r\na=rtcp-mux\r\na=rtcp:50005\r\n"
                           "m=audio 65535 RTP/AVP 0\r\n"
                           "m=audio 0 RTP/AVP 0\r\n");

    (void)state;
    expect_named(&offer->media[0].rtcp, "192.0.2.7", 40001);
    assert_int_equal(offer->media[0].rtcp_port, 0);
    assert_false(offer->media[0].rtcp_mux);
    expect_named(&offer->media[1].rtcp, "192.0.2.9", 50001);
    assert_int_equal(offer->media[1].rtcp_port, 50001);
    expect_named(&offer->media[2].rtcp, "2001:db8::9", 50003);
    assert_true(offer->media[3].rtcp_mux);
    expect_named(&offer->media[3].rtcp, "192.0.2.7", 40006);
    assert_int_equal(offer->media[4].rtcp.ss_family, AF_UNSPEC);
    assert_int_equal(offer->media[5].rtcp.ss_family, AF_UNSPEC);
    drop_offer(offer);
}

static void unspecified_address_is_told_apart_from_an_unreadable_one(void **state)
{
    struct sdp_description *offer =
        read_offer("v=0\r\nc=IN IP4 0.0.0.0\r\n"
                   "m=audio 40000 RTP/AVP 0\r\n"
                   "m=audio 40002 RTP/AVP 0\r\nc=IN IP4 192.0.2.9\r\n"
                   "m=audio 40004 RTP/AVP 0\r\nc=IN IP6 ::\r\na=rtcp:5 IN IP4 192.0.2.9\r\n"
                   "m=audio 40006 RTP/AVP 0\r\nc=IN IP4 192.0.2.8\r\na=rtcp:5 IN IP4 0.0.0.0\r\n");

    (void)state;
    assert_true(offer->media[0].no_address);
    assert_int_equal(offer->media[0].address.ss_family, AF_UNSPEC);
    assert_int_equal(offer->media[0].rtcp.ss_family, AF_UNSPEC);
    assert_false(offer->media[1].no_address);
    expect_address(&offer->media[1], "192.0.2.9");
    assert_true(offer->media[2].no_address);
    assert_int_equal(offer->media[2].rtcp.ss_family, AF_UNSPEC);
    assert_false(offer->media[3].no_address);
    assert_int_equal(offer->media[3].rtcp.ss_family, AF_UNSPEC);
    drop_offer(offer);
}

static void ipv6_is_read_and_a_mapped_address_is_ipv4(void **state)
{
    struct sdp_description *offer =
        read_offer("v=0\r\no=- 1 1 IN IP6 2001:db8::7\r\nc=IN IP6 2001:db8::7\r\n"
                   "m=audio 40000 RTP/AVP 0\r\na=label:1\r\n"
                   "m=audio 40002 RTP/AVP 0\r\na=label:2\r\nc=IN IP6 ::ffff:192.0.2.9\r\n");

    (void)state;
    assert_int_equal(offer->deviations, 0);
    expect_address(&offer->media[0], "2001:db8::7");
    expect_named(&offer->media[0].rtcp, "2001:db8::7", 40001);
    assert_int_equal(offer->media[1].address.ss_family, AF_INET);
    expect_address(&offer->media[1], "192.0.2.9");
    drop_offer(offer);
}

static void text_that_is_no_sdp_is_refused_and_leaves_the_offer_alone(void **state)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "v=0",
        "v=0\r\ns=-\r\n",
        "v=1\r\nm=audio 4 RTP/AVP 0",
        "m=audio 4 RTP/AVP 0\r\nv=2\r\n",
        "<recording/>",
    };
    struct sdp_description *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(offer);
    offer->media_lines = 5;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_bytes(texts[i], strlen(texts[i]), offer), STATUS_INVALID);
        assert_int_equal(offer->media_lines, 5);
    }
    assert_int_equal(sdp_read(NULL, 0, offer), STATUS_INVALID);
    offer->media_lines = 0;
    drop_offer(offer);
}

static enum status read_many_lines(unsigned media_lines, struct sdp_description *offer)
{
    char text[2048] = SESSION;

    for (unsigned i = 0; i < media_lines; i++)
        strcat(text, "m=audio 40000 RTP/AVP 0\r\n");
    return read_bytes(text, strlen(text), offer);
}

static void as_many_media_lines_as_allowed_are_read_and_one_more_is_refused(void **state)
{
    struct sdp_description *offer = calloc(1, sizeof *offer);

    (void)state;
    assert_non_null(offer);
    assert_int_equal(read_many_lines(BOUND_SDP_MEDIA, offer), STATUS_OK);
    assert_int_equal(offer->media_lines, BOUND_SDP_MEDIA);
    sdp_description_deinit(offer);
    assert_int_equal(read_many_lines(BOUND_SDP_MEDIA + 1, offer), STATUS_LIMIT);
    assert_int_equal(offer->media_lines, 0);
    drop_offer(offer);
}

static void all_payload_types_that_there_are_may_be_offered(void **state)
{
    char text[1024] = SESSION "m=audio 40000 RTP/AVP";
    struct sdp_choice choice;

    (void)state;
    for (unsigned i = BOUND_SDP_FORMATS; i-- > 0;) /* PCMU comes last */
        (void)snprintf(text + strlen(text), 16, " %u", i);
    struct sdp_description *offer = read_offer(text);
    assert_int_equal(offer->media[0].formats, BOUND_SDP_FORMATS);
    assert_int_equal(offer->deviations, SET(SDP_NO_LABEL));
    assert_int_equal(sdp_choose(&offer->media[0], &plain, &choice), STATUS_OK);
    assert_int_equal(offer->media[0].format[choice.format].payload_type, 8);
    drop_offer(offer);

    strcat(text, " 127 128");
    offer = read_offer(text);
    assert_int_equal(offer->media[0].formats, BOUND_SDP_FORMATS);
    assert_int_equal(offer->deviations, SET(SDP_NO_LABEL) | SET(SDP_FORMAT));
    drop_offer(offer);
}

static void label_as_long_as_allowed_is_kept_and_a_longer_one_is_not_cut(void **state)
{
    char label[BOUND_LABEL_BYTES + 1];
    char text[512];

    (void)state;
    memset(label, 'x', sizeof label);
    label[BOUND_LABEL_BYTES - 1] = '\0';
    (void)snprintf(text, sizeof text, SESSION "m=audio 1 RTP/AVP 0\r\na=label:%s\r\n", label);
    struct sdp_description *offer = read_offer(text);
    assert_string_equal(offer->media[0].label, label);
    drop_offer(offer);

    label[BOUND_LABEL_BYTES - 1] = 'x';
    label[BOUND_LABEL_BYTES] = '\0';
    (void)snprintf(text, sizeof text, SESSION "m=audio 1 RTP/AVP 0\r\na=label:%s\r\n", label);
    offer = read_offer(text);
    assert_string_equal(offer->media[0].label, "");
    assert_int_equal(offer->deviations, SET(SDP_LINE) | SET(SDP_NO_LABEL));
    drop_offer(offer);
}

static void offer_cut_at_any_byte_is_read_or_refused(void **state)
{
    static const char text[] = SESSION "a=sendonly\r\nm=audio 40000/2 RTP/AVP 8 101\r\n"
                                       "c=IN IP6 2001:db8::7\r\na=rtpmap:8 PCMA/8000/1\r\n"
                                       "a=label:1\r\nm=image 9 udptl t38\r\n";
    struct sdp_description *offer = malloc(sizeof *offer);

    (void)state;
    assert_non_null(offer);
    for (size_t i = 0; i < sizeof text; i++) {
        enum status status = read_bytes(text, i, offer);
        assert_true(status == STATUS_OK || status == STATUS_INVALID);
        if (status == STATUS_OK)
            sdp_description_deinit(offer);
    }
    free(offer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer_with_two_streams_is_read),
        cmocka_unit_test(order_of_the_offerer_decides_between_codecs),
        cmocka_unit_test(line_feeds_blank_lines_and_a_missing_last_line_end_are_tolerated),
        cmocka_unit_test(lines_of_the_session_part_may_be_missing_empty_or_misplaced),
        cmocka_unit_test(encoding_names_and_keywords_are_compared_without_case),
        cmocka_unit_test(session_direction_and_address_hold_where_the_line_has_none),
        cmocka_unit_test(offer_without_direction_or_address_is_sendrecv_from_nowhere),
        cmocka_unit_test(rtpmap_before_the_media_line_still_names_its_codec),
        cmocka_unit_test(malformed_attributes_are_noted_and_cost_no_stream),
        cmocka_unit_test(each_malformed_line_is_noted_as_what_it_is),
        cmocka_unit_test(labels_missing_or_used_twice_are_noted_of_offered_audio_only),
        cmocka_unit_test(missing_address_is_noted_and_the_unspecified_one_is_not),
        cmocka_unit_test(malformed_media_line_keeps_its_place_and_is_refused),
        cmocka_unit_test(only_audio_over_rtp_in_a_codec_that_can_be_recorded_is_chosen),
        cmocka_unit_test(rtp_profiles_with_feedback_are_chosen_like_those_without),
        cmocka_unit_test(first_codec_that_can_be_recorded_is_what_the_offerer_speaks),
        cmocka_unit_test(payload_types_without_rtpmap_are_named_as_rfc_3551_has_them),
        cmocka_unit_test(format_parameters_are_kept_in_whatever_order_they_stand),
        cmocka_unit_test(reports_go_to_the_next_port_unless_the_line_says_otherwise),
        cmocka_unit_test(unspecified_address_is_told_apart_from_an_unreadable_one),
        cmocka_unit_test(ipv6_is_read_and_a_mapped_address_is_ipv4),
        cmocka_unit_test(text_that_is_no_sdp_is_refused_and_leaves_the_offer_alone),
        cmocka_unit_test(as_many_media_lines_as_allowed_are_read_and_one_more_is_refused),
        cmocka_unit_test(all_payload_types_that_there_are_may_be_offered),
        cmocka_unit_test(label_as_long_as_allowed_is_kept_and_a_longer_one_is_not_cut),
        cmocka_unit_test(offer_cut_at_any_byte_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
