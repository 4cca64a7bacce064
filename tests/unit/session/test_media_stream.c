/* One stream on a simulated clock: between plain RTP and SRTP and back, and what is too long. */
#include <setjmp.h>
#include <srtp2/srtp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/address.h"
#include "session/media_stream.h"
#include "unit/session/support.h"

enum { DATAGRAM_BYTES = 12 + PACKET_SAMPLES, ROOM_BYTES = DATAGRAM_BYTES + 64, KEY_BYTES = 30 };

/* A stream, the track it goes to, and its sender. */
struct scene {
    struct port_range *ports;
    struct media_stream *media;
    struct recording_stream told;
    struct track *track;
    struct memory_sink memory;
    struct sockaddr_storage from;
    srtp_t peer; /* seals by told.remote_key */
    uint16_t number;
    int64_t now_ms;
};

static void seal_by(struct scene *scene, uint8_t seed)
{
    struct srtp_key *key = &scene->told.remote_key;
    srtp_policy_t policy;

    *key = (struct srtp_key){.suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_80};
    for (size_t i = 0; i < KEY_BYTES; i++)
        key->key[i] = (uint8_t)(seed + 7 * i);
    if (scene->peer)
        assert_int_equal(srtp_dealloc(scene->peer), srtp_err_status_ok);
    memset(&policy, 0, sizeof policy);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key->key;
    policy.window_size = 128;
    assert_int_equal(srtp_create(&scene->peer, &policy), srtp_err_status_ok);
}

static void open_scene(struct scene *scene, bool sealed)
{
    struct sockaddr_storage local;

    memset(scene, 0, sizeof *scene);
    assert_int_equal(address_parse("127.0.0.1", 0, &local), STATUS_OK);
    assert_int_equal(address_parse("192.0.2.1:4000", 0, &scene->from), STATUS_OK);
    assert_int_equal(port_range_create(17780, 17799, &scene->ports, NULL), STATUS_OK);
    scene->told = stream_of(RECORDING_LEFT, "PCMA");
    scene->told.format[scene->told.formats++] =
        (struct recording_format){101, "telephone-event", RATE_HZ};
    scene->told.sender = scene->from;
    if (sealed)
        seal_by(scene, 1);
    assert_int_equal(media_stream_open(&scene->told, &local, scene->ports, &scene->media, NULL),
                     STATUS_OK);
    memory_sink_init(&scene->memory);
    assert_int_equal(track_create(&scene->told, 1, 1, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, &test_policy, &scene->memory.sink, &scene->memory);
}

/* Signalling tells what scene->told now is. */
static void tell(struct scene *scene)
{
    media_stream_update(scene->media, &scene->told, "cname", scene->now_ms * NS_PER_MS);
}

static void deliver(struct scene *scene, uint8_t *data, size_t data_bytes)
{
    const struct rtp_datagram datagram = {
        .data = data, .data_bytes = data_bytes, .from = &scene->from};

    media_stream_take(scene->media, &datagram, scene->now_ms * NS_PER_MS, scene->track, 0);
}

/* 20 ms of one level, with the next number. */
static size_t build(struct scene *scene, uint8_t *data)
{
    uint8_t payload[PACKET_SAMPLES];
    uint16_t number = scene->number++;

    memset(payload, 0x2a, sizeof payload);
    scene->now_ms += 20;
    return rtp_build(data, 8, number, number * (uint32_t)PACKET_SAMPLES, 0x1234, payload,
                     sizeof payload);
}

static void send_plain(struct scene *scene)
{
    uint8_t data[ROOM_BYTES];
    size_t bytes = build(scene, data);

    deliver(scene, data, bytes);
}

static void send_sealed(struct scene *scene)
{
    uint8_t data[ROOM_BYTES];
    int bytes = (int)build(scene, data);

    assert_int_equal(srtp_protect(scene->peer, data, &bytes), srtp_err_status_ok);
    deliver(scene, data, (size_t)bytes);
}

/* A datagram that the receive buffer cut. */
static void send_too_long(struct scene *scene, const struct sockaddr_storage *from)
{
    uint8_t data[ROOM_BYTES];
    const struct rtp_datagram datagram = {
        .data = data, .data_bytes = build(scene, data), .truncated = true, .from = from};

    media_stream_take(scene->media, &datagram, scene->now_ms * NS_PER_MS, scene->track, 0);
}

/* End; what is told of the leg. */
static struct recording_leg close_scene(struct scene *scene)
{
    media_stream_finish(scene->media, scene->track, 0);
    finish(scene->track, scene->now_ms * NS_PER_MS);
    struct recording_leg leg = scene->memory.end.leg[0];
    media_stream_close(scene->media);
    port_range_destroy(scene->ports);
    if (scene->peer)
        assert_int_equal(srtp_dealloc(scene->peer), srtp_err_status_ok);
    memory_sink_deinit(&scene->memory);
    return leg;
}

static void plain_is_heard_until_the_key_opens_a_packet(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    for (int i = 0; i < 5; i++)
        send_plain(&scene);
    seal_by(&scene, 1);
    tell(&scene);
    for (int i = 0; i < 5; i++) /* it follows when it likes */
        send_plain(&scene);
    for (int i = 0; i < 5; i++)
        send_sealed(&scene);
    send_plain(&scene);
    struct recording_leg leg = close_scene(&scene);
    assert_int_equal(leg.packets_received, 15);
    assert_int_equal(leg.packets_refused, 1);
    assert_int_equal(leg.packets_lost, 0);
}

static void plain_is_refused_when_the_time_for_sealing_has_passed(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    seal_by(&scene, 1);
    tell(&scene);
    scene.now_ms += MEDIA_STREAM_MIXED_MS;
    send_plain(&scene);
    send_plain(&scene);
    struct recording_leg leg = close_scene(&scene);
    assert_int_equal(leg.packets_received, 0);
    assert_int_equal(leg.packets_refused, 2);
}

/* An event of four bytes is shorter than any tag: it is no less plain for that. */
static void short_plain_packets_count_as_come_while_both_are_heard(void **state)
{
    (void)state;
    struct scene scene;
    uint8_t data[ROOM_BYTES];

    open_scene(&scene, false);
    send_plain(&scene);
    seal_by(&scene, 1);
    tell(&scene);
    size_t bytes =
        rtp_build(data, 101, scene.number++, 160, 0x1234, (const uint8_t *)"\1\2\3\4", 4);
    deliver(&scene, data, bytes);
    send_plain(&scene);
    struct recording_leg leg = close_scene(&scene);
    assert_int_equal(leg.packets_received, 2);
    assert_int_equal(leg.packets_ignored, 1);
    assert_int_equal(leg.packets_lost, 0);
}

/* The sender counts its plain packets anew, over numbers that the key has opened. */
static void plain_after_sealed_is_heard_whatever_its_numbers(void **state)
{
    (void)state;
    static const uint16_t numbers[] = {65530, 3, 100, 40000};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct scene scene;

        open_scene(&scene, true);
        scene.number = 2000;
        for (int packet = 0; packet < 20; packet++)
            send_sealed(&scene);
        scene.told.remote_key = (struct srtp_key){0};
        tell(&scene);
        for (int packet = 0; packet < 5; packet++)
            send_sealed(&scene);
        scene.number = numbers[i] == 100 ? 2000 : numbers[i];
        for (int packet = 0; packet < 50; packet++)
            send_plain(&scene);
        struct recording_leg leg = close_scene(&scene);
        assert_int_equal(leg.packets_refused, 0);
        assert_int_equal(leg.packets_received, 25 + 50);
    }
}

/* What a key opens is never noise, however late its sender follows. */
static void sealed_is_still_opened_long_after_plain_was_agreed(void **state)
{
    (void)state;
    struct scene scene;
    struct sender sender;

    open_scene(&scene, true);
    send_sealed(&scene);
    scene.told.remote_key = (struct srtp_key){0};
    tell(&scene);
    for (size_t i = 0; i < 200; i++)
        send_sealed(&scene);
    sender_init(&sender, 8, 201, 1);
    memset(sender.payload, 0x2a, 201 * PACKET_SAMPLES);
    media_stream_finish(scene.media, scene.track, 0);
    finish(scene.track, scene.now_ms * NS_PER_MS);
    struct sender both[2] = {sender, {0}};
    assert_bit_exact(&scene.memory, both, (int64_t[]){scene.memory.end.leg[0].anchor_samples, 0});
    sender_deinit(&sender);
    media_stream_close(scene.media);
    port_range_destroy(scene.ports);
    assert_int_equal(srtp_dealloc(scene.peer), srtp_err_status_ok);
    memory_sink_deinit(&scene.memory);
}

/* Signalling has agreed on a key for which there is no memory. */
static void
key_that_could_not_be_taken_is_tried_until_it_is_and_the_one_before_is_heard(void **state)
{
    (void)state;
    struct scene scene;
    srtp_t before;

    open_scene(&scene, true);
    for (int i = 0; i < 5; i++)
        send_sealed(&scene);
    before = scene.peer;
    scene.peer = NULL;
    seal_by(&scene, 50);
    srtp_t after = scene.peer;
    fail_srtp_creations(1 + 3 + 2); /* the first time; with what comes under the old and the new */
    tell(&scene);
    scene.peer = before;
    for (int i = 0; i < 3; i++) /* its sender has not followed yet */
        send_sealed(&scene);
    scene.peer = after;
    for (int i = 0; i < 5; i++)
        send_sealed(&scene);
    media_stream_finish(scene.media, scene.track, 0);
    finish(scene.track, scene.now_ms * NS_PER_MS);
    const struct recording_leg *leg = &scene.memory.end.leg[0];
    assert_int_equal(leg->packets_received, 5 + 3 + 3);
    assert_int_equal(leg->packets_refused, 2);
    assert_int_equal(leg->packets_lost, 2);
    assert_int_equal(memory_sink_facts(&scene.memory, "deviation", 0), 1);
    assert_non_null(strstr(memory_sink_fact(&scene.memory, "deviation", 0)->detail, "SRTP key"));
    media_stream_close(scene.media);
    port_range_destroy(scene.ports);
    assert_int_equal(srtp_dealloc(before), srtp_err_status_ok);
    assert_int_equal(srtp_dealloc(after), srtp_err_status_ok);
    memory_sink_deinit(&scene.memory);
}

static void
plain_is_heard_where_the_first_key_could_not_be_taken_before_it_was_agreed_away(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    send_plain(&scene);
    seal_by(&scene, 1);
    fail_srtp_creations(1);
    tell(&scene);
    scene.told.remote_key = (struct srtp_key){0};
    tell(&scene);
    for (int i = 0; i < 5; i++)
        send_plain(&scene);
    struct recording_leg leg = close_scene(&scene);
    assert_int_equal(leg.packets_received, 6);
    assert_int_equal(leg.packets_refused, 0);
}

static void packets_too_long_to_be_heard_are_told_once_and_are_lost(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    send_plain(&scene);
    int64_t first_ms = scene.now_ms + 20;
    for (int i = 0; i < 3; i++)
        send_too_long(&scene, &scene.from);
    send_plain(&scene);
    media_stream_finish(scene.media, scene.track, 0);
    finish(scene.track, scene.now_ms * NS_PER_MS);
    const struct recording_leg *leg = &scene.memory.end.leg[0];
    assert_int_equal(leg->packets_received, 2);
    assert_int_equal(leg->packets_ignored, 3);
    assert_int_equal(leg->packets_lost, 3);
    assert_int_equal(memory_sink_fact(&scene.memory, "concealed", 0)->count, 3);
    assert_int_equal(memory_sink_facts(&scene.memory, "deviation", 0), 1);
    const struct recording_fact *told = memory_sink_fact(&scene.memory, "deviation", 0);
    assert_non_null(strstr(told->detail, "9000 bytes"));
    assert_int_equal(told->start_ms, first_ms);
    media_stream_close(scene.media);
    port_range_destroy(scene.ports);
    memory_sink_deinit(&scene.memory);
}

/* Nothing shows that the sender sent it. */
static void packet_too_long_of_a_stranger_or_under_a_key_is_refused_and_tells_nothing(void **state)
{
    (void)state;
    struct sockaddr_storage stranger;

    assert_int_equal(address_parse("198.51.100.66:9", 0, &stranger), STATUS_OK);
    for (int sealed = 0; sealed < 2; sealed++) {
        struct scene scene;

        open_scene(&scene, sealed);
        send_too_long(&scene, sealed ? &scene.from : &stranger);
        media_stream_finish(scene.media, scene.track, 0);
        finish(scene.track, scene.now_ms * NS_PER_MS);
        assert_int_equal(scene.memory.end.leg[0].packets_refused, 1);
        assert_int_equal(scene.memory.end.leg[0].packets_ignored, 0);
        assert_int_equal(memory_sink_facts(&scene.memory, "deviation", 0), 0);
        media_stream_close(scene.media);
        port_range_destroy(scene.ports);
        if (scene.peer)
            assert_int_equal(srtp_dealloc(scene.peer), srtp_err_status_ok);
        memory_sink_deinit(&scene.memory);
    }
}

/* Sealing comes before the first stream is opened, so libsrtp2 is set up here. */
static int set_up(void **state)
{
    (void)state;
    return srtp_init() == srtp_err_status_ok ? 0 : -1;
}

static struct media_socket fresh_socket(const struct scene *scene)
{
    struct sockaddr_storage local;
    struct media_socket socket;

    assert_int_equal(address_parse("127.0.0.2", 0, &local), STATUS_OK);
    assert_int_equal(media_socket_open(scene->ports, &local, &socket, NULL), STATUS_OK);
    return socket;
}

/* A packet that is heard by one of its sockets. */
static void hear_by(struct scene *scene, size_t which)
{
    int64_t before_ns = scene->media->heard_ns;

    send_plain(scene);
    media_stream_follow(scene->media, &scene->media->socket[which], before_ns);
}

static void tick(struct scene *scene, int64_t later_ms)
{
    media_stream_tick(scene->media, (scene->now_ms + later_ms) * NS_PER_MS);
}

static void former_socket_is_read_until_the_new_one_has_been_heard_for_a_while(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    const struct media_socket *former = &scene.media->socket[MEDIA_STREAM_FORMER];
    hear_by(&scene, MEDIA_STREAM_CURRENT);
    int old = scene.media->socket[MEDIA_STREAM_CURRENT].descriptor;
    struct media_socket fresh = fresh_socket(&scene);
    media_stream_move(scene.media, &fresh, 0);
    assert_int_equal(fresh.descriptor, -1); /* consumed */
    assert_ptr_equal(media_stream_socket(scene.media, old), former);
    /* a sender that never follows is heard for good */
    hear_by(&scene, MEDIA_STREAM_FORMER);
    tick(&scene, 100 * MEDIA_STREAM_FORMER_MS);
    assert_int_equal(former->descriptor, old);
    hear_by(&scene, MEDIA_STREAM_CURRENT);
    tick(&scene, MEDIA_STREAM_FORMER_MS - 1);
    assert_int_equal(former->descriptor, old);
    tick(&scene, MEDIA_STREAM_FORMER_MS);
    assert_int_equal(former->descriptor, -1);
    assert_null(media_stream_socket(scene.media, old));
    assert_int_equal(close_scene(&scene).packets_received, 3);
}

static void second_move_closes_what_the_first_left(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    int first = scene.media->socket[MEDIA_STREAM_CURRENT].descriptor;
    for (int i = 0; i < 2; i++) {
        struct media_socket fresh = fresh_socket(&scene);
        media_stream_move(scene.media, &fresh, 0);
    }
    assert_null(media_stream_socket(scene.media, first));
    assert_int_equal(close_scene(&scene).packets_received, 0);
}

static void keys_outlast_a_move_and_a_rest(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, true);
    send_sealed(&scene);
    for (int i = 0; i < 2; i++) {
        struct media_socket fresh = fresh_socket(&scene);
        if (i)
            media_stream_rest(scene.media);
        media_stream_move(scene.media, &fresh, 0);
        send_sealed(&scene);
    }
    struct recording_leg leg = close_scene(&scene);
    assert_int_equal(leg.packets_received, 3);
    assert_int_equal(leg.packets_refused, 0);
}

static void stream_is_done_when_it_was_withdrawn_long_enough_and_has_sockets(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, false);
    assert_false(media_stream_is_done(scene.media, INT64_MAX));
    scene.now_ms = 1000;
    scene.told.withdrawn = true;
    tell(&scene);
    scene.now_ms = 1000 + RECORDING_WITHDRAWN_MS;
    tell(&scene); /* a refresh does not prolong it */
    assert_false(media_stream_is_done(scene.media, scene.now_ms * NS_PER_MS - 1));
    assert_true(media_stream_is_done(scene.media, scene.now_ms * NS_PER_MS));
    scene.told.withdrawn = false;
    tell(&scene);
    assert_false(media_stream_is_done(scene.media, INT64_MAX));
    scene.told.withdrawn = true;
    tell(&scene);
    media_stream_rest(scene.media);
    assert_false(media_stream_is_done(scene.media, INT64_MAX));
    assert_int_equal(close_scene(&scene).packets_received, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(former_socket_is_read_until_the_new_one_has_been_heard_for_a_while),
        cmocka_unit_test(second_move_closes_what_the_first_left),
        cmocka_unit_test(keys_outlast_a_move_and_a_rest),
        cmocka_unit_test(stream_is_done_when_it_was_withdrawn_long_enough_and_has_sockets),
        cmocka_unit_test(plain_is_heard_until_the_key_opens_a_packet),
        cmocka_unit_test(plain_is_refused_when_the_time_for_sealing_has_passed),
        cmocka_unit_test(short_plain_packets_count_as_come_while_both_are_heard),
        cmocka_unit_test(plain_after_sealed_is_heard_whatever_its_numbers),
        cmocka_unit_test(sealed_is_still_opened_long_after_plain_was_agreed),
        cmocka_unit_test(
            key_that_could_not_be_taken_is_tried_until_it_is_and_the_one_before_is_heard),
        cmocka_unit_test(
            plain_is_heard_where_the_first_key_could_not_be_taken_before_it_was_agreed_away),
        cmocka_unit_test(packets_too_long_to_be_heard_are_told_once_and_are_lost),
        cmocka_unit_test(packet_too_long_of_a_stranger_or_under_a_key_is_refused_and_tells_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
