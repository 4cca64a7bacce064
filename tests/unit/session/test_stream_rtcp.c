/* Reports of one stream on a simulated clock: when they go, and where. */
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/address.h"
#include "session/stream_rtcp.h"
#include "unit/session/support.h"

#define CNAME "1234@recorder"

enum { RTCP_RR = 201, RTCP_BYE = 203 };

/* A stream's RTCP, our RTP socket and the peer's sockets. */
struct scene {
    struct recording_stream stream;
    struct stream_rtcp rtcp;
    struct sockaddr_storage local;
    int rtp;
    struct sockaddr_storage peer_address[2];
    int peer[2];
};

static void open_scene(struct scene *scene, const char *local, bool mux)
{
    socklen_t length = sizeof scene->local;

    memset(scene, 0, sizeof *scene);
    assert_int_equal(address_parse(local, 0, &scene->local), STATUS_OK);
    scene->rtp = socket(scene->local.ss_family, SOCK_DGRAM, 0);
    assert_true(scene->rtp >= 0);
    assert_int_equal(
        bind(scene->rtp, (struct sockaddr *)&scene->local, address_length(&scene->local)), 0);
    assert_int_equal(getsockname(scene->rtp, (struct sockaddr *)&scene->local, &length), 0);
    for (int i = 0; i < 2; i++)
        scene->peer[i] = open_socket(&scene->peer_address[i]);
    scene->stream = stream_of(RECORDING_LEFT, "PCMA");
    scene->stream.rtcp = scene->peer_address[0];
    scene->stream.rtcp_mux = mux;
    /* an even port of ours, so that the one behind may be had */
    assert_int_equal(
        stream_rtcp_init(&scene->rtcp, &scene->stream, &scene->local, 17760, scene->rtp, NULL),
        STATUS_OK);
}

static void close_scene(struct scene *scene)
{
    stream_rtcp_deinit(&scene->rtcp);
    (void)close(scene->rtp);
    (void)close(scene->peer[0]);
    (void)close(scene->peer[1]);
}

static void hear(struct scene *scene, uint16_t number, const struct sockaddr_storage *from)
{
    const struct rtp_packet packet = {.ssrc = 0x1234, .sequence = number, .payload_bytes = 160};

    stream_rtcp_packet(&scene->rtcp, &packet, from, number * 20 * NS_PER_MS);
}

/* Whether a packet of that type is among what a peer got, of compound packets; empties the socket.
 */
static bool got(int peer, uint8_t type)
{
    uint8_t data[2000];
    struct pollfd ready = {.fd = peer, .events = POLLIN};
    bool found = false;

    while (poll(&ready, 1, 0) == 1) {
        ssize_t bytes = recv(peer, data, sizeof data, 0);
        for (ssize_t i = 0; i + 4 <= bytes; i += 4 * (((data[i + 2] << 8) | data[i + 3]) + 1))
            found = found || data[i + 1] == type;
    }
    return found;
}

static void reports_go_every_few_seconds_never_regularly(void **state)
{
    (void)state;
    struct scene scene;
    int64_t last_ms = 0;
    int64_t least = INT64_MAX;
    int64_t most = 0;
    int reports = 0;

    open_scene(&scene, "127.0.0.1", true);
    for (int64_t now_ms = 100; now_ms <= 600000; now_ms += 500) {
        stream_rtcp_tick(&scene.rtcp, CNAME, now_ms * NS_PER_MS);
        if (!got(scene.peer[0], RTCP_RR))
            continue;
        int64_t apart = now_ms - last_ms;
        if (!reports++)
            assert_true(apart >= 1000 && apart <= 3700);
        else
            least = apart < least ? apart : least;
        if (reports > 1)
            most = apart > most ? apart : most;
        last_ms = now_ms;
    }
    /* 5 s on average, times 0.5 to 1.5, divided by e - 3/2 */
    assert_true(reports > 100 && reports < 200);
    assert_true(least >= 2000 && most <= 6700 && most > least + 1000);
    close_scene(&scene);
}

static void reports_share_the_rtp_port_and_follow_where_rtp_comes_from(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", true);
    assert_int_equal(scene.rtcp.descriptor, -1);
    stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
    stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[0], RTCP_RR)); /* nothing was heard: where the SDP says */
    hear(&scene, 1, &scene.peer_address[1]);
    stream_rtcp_tick(&scene.rtcp, CNAME, 40 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[1], RTCP_RR));
    assert_false(got(scene.peer[0], RTCP_RR));
    close_scene(&scene);
}

static void reports_on_a_port_of_their_own_go_where_the_sdp_says(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", false);
    assert_true(scene.rtcp.descriptor >= 0);
    hear(&scene, 1, &scene.peer_address[1]);
    stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
    stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[0], RTCP_RR));
    assert_false(got(scene.peer[1], RTCP_RR));
    close_scene(&scene);
}

static void socket_for_both_families_reports_to_an_ipv4_peer(void **state)
{
    (void)state;
    struct scene scene;

    int trial = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    bool usable = trial >= 0 && bind(trial, (struct sockaddr *)&any, sizeof any) == 0;
    (void)close(trial);
    if (!usable)
        skip();
    for (int mux = 0; mux < 2; mux++) {
        open_scene(&scene, "[::]", mux);
        hear(&scene, 1, &scene.peer_address[0]);
        stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
        stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
        assert_true(got(scene.peer[0], RTCP_RR));
        close_scene(&scene);
    }
}

static void stream_that_reports_nowhere_is_silent(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", true);
    scene.stream.rtcp.ss_family = AF_UNSPEC;
    stream_rtcp_update(&scene.rtcp, &scene.stream, CNAME, 0);
    hear(&scene, 1, &scene.peer_address[0]);
    for (int64_t now_s = 0; now_s < 60; now_s++)
        stream_rtcp_tick(&scene.rtcp, CNAME, now_s * CLOCK_NS_PER_S);
    stream_rtcp_bye(&scene.rtcp, CNAME, 60 * CLOCK_NS_PER_S);
    assert_false(got(scene.peer[0], RTCP_RR));
    close_scene(&scene);
}

static void stream_that_is_withdrawn_says_goodbye_and_may_come_back(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", false);
    stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
    stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[0], RTCP_RR));
    scene.stream.rtcp.ss_family = AF_UNSPEC;
    stream_rtcp_update(&scene.rtcp, &scene.stream, CNAME, 21 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[0], RTCP_BYE));
    stream_rtcp_tick(&scene.rtcp, CNAME, 60 * CLOCK_NS_PER_S);
    assert_false(got(scene.peer[0], RTCP_RR));
    scene.stream.rtcp = scene.peer_address[1];
    stream_rtcp_update(&scene.rtcp, &scene.stream, CNAME, 61 * CLOCK_NS_PER_S);
    stream_rtcp_tick(&scene.rtcp, CNAME, 61 * CLOCK_NS_PER_S);
    stream_rtcp_tick(&scene.rtcp, CNAME, 80 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[1], RTCP_RR));
    close_scene(&scene);
}

static void reports_go_by_the_socket_that_a_stream_moved_to_and_by_none_where_it_rests(void **state)
{
    (void)state;
    struct scene scene;
    struct sockaddr_storage moved_to;
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    const struct sockaddr_storage nowhere = {.ss_family = AF_UNSPEC};
    uint8_t data[2000];

    open_scene(&scene, "127.0.0.1", false);
    hear(&scene, 1, &scene.peer_address[1]);
    assert_true(scene.rtcp.descriptor >= 0);
    int rtp = open_socket(&moved_to);
    stream_rtcp_move(&scene.rtcp, &moved_to, 17764, rtp);
    stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
    stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
    assert_true(recvfrom(scene.peer[0], data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&from,
                         &length) > 0);
    assert_int_equal(address_port(&from), 17765);
    assert_int_equal(data[0] & 0x1f, 1); /* it reports on what it heard before */
    stream_rtcp_move(&scene.rtcp, &nowhere, 0, -1);
    stream_rtcp_update(&scene.rtcp, &scene.stream, CNAME, 21 * CLOCK_NS_PER_S);
    stream_rtcp_tick(&scene.rtcp, CNAME, 60 * CLOCK_NS_PER_S);
    assert_false(got(scene.peer[0], RTCP_RR));
    assert_int_equal(scene.rtcp.descriptor, -1);
    (void)close(rtp);
    close_scene(&scene);
}

/* The key has changed, and there was no memory for it: rather no report than one in clear. */
static void reports_go_on_when_there_is_memory_for_their_key_again(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", true);
    stream_rtcp_tick(&scene.rtcp, CNAME, 1 * NS_PER_MS);
    stream_rtcp_tick(&scene.rtcp, CNAME, 20 * CLOCK_NS_PER_S);
    assert_true(got(scene.peer[0], RTCP_RR));
    assert_int_equal(srtp_key_random(SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, &scene.stream.local_key),
                     STATUS_OK);
    fail_srtp_creations(2);
    stream_rtcp_update(&scene.rtcp, &scene.stream, CNAME, 21 * CLOCK_NS_PER_S);
    stream_rtcp_tick(&scene.rtcp, CNAME, 40 * CLOCK_NS_PER_S);
    stream_rtcp_tick(&scene.rtcp, CNAME, 60 * CLOCK_NS_PER_S);
    assert_false(got(scene.peer[0], RTCP_RR));
    stream_rtcp_tick(&scene.rtcp, CNAME, 80 * CLOCK_NS_PER_S);
    uint8_t data[2000];
    ssize_t bytes = recv(scene.peer[0], data, sizeof data, MSG_DONTWAIT);
    assert_true(bytes > 0); /* its first header is in clear, its CNAME is not */
    assert_int_equal(data[1], RTCP_RR);
    assert_null(memmem(data, (size_t)bytes, CNAME, sizeof CNAME - 1));
    close_scene(&scene);
}

static void stream_that_never_reported_says_no_goodbye(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, "127.0.0.1", true);
    stream_rtcp_bye(&scene.rtcp, CNAME, CLOCK_NS_PER_S);
    assert_false(got(scene.peer[0], RTCP_BYE));
    close_scene(&scene);
}

static void report_of_a_stranger_does_not_count(void **state)
{
    (void)state;
    struct scene scene;
    struct sockaddr_storage stranger;
    struct rtcp_compound compound;
    uint8_t report[28] = {0x80, 200, 0, 6, 0, 0, 0x12, 0x34, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33};

    open_scene(&scene, "127.0.0.1", true);
    hear(&scene, 1, &scene.peer_address[0]);
    assert_int_equal(address_parse("192.0.2.9:5004", 0, &stranger), STATUS_OK);
    assert_false(
        stream_rtcp_take(&scene.rtcp, report, sizeof report, &stranger, CLOCK_NS_PER_S, &compound));
    assert_false(scene.rtcp.reception.has_sr);
    /* from another port of the sender's host: RTCP has one of its own */
    assert_true(stream_rtcp_take(&scene.rtcp, report, sizeof report, &scene.peer_address[1],
                                 CLOCK_NS_PER_S, &compound));
    assert_int_equal(compound.reports, 1);
    assert_true(scene.rtcp.reception.has_sr);
    assert_int_equal(scene.rtcp.reception.last_sr, 0x22223333);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_go_every_few_seconds_never_regularly),
        cmocka_unit_test(reports_share_the_rtp_port_and_follow_where_rtp_comes_from),
        cmocka_unit_test(reports_on_a_port_of_their_own_go_where_the_sdp_says),
        cmocka_unit_test(socket_for_both_families_reports_to_an_ipv4_peer),
        cmocka_unit_test(stream_that_reports_nowhere_is_silent),
        cmocka_unit_test(stream_that_is_withdrawn_says_goodbye_and_may_come_back),
        cmocka_unit_test(
            reports_go_by_the_socket_that_a_stream_moved_to_and_by_none_where_it_rests),
        cmocka_unit_test(reports_go_on_when_there_is_memory_for_their_key_again),
        cmocka_unit_test(stream_that_never_reported_says_no_goodbye),
        cmocka_unit_test(report_of_a_stranger_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
