/* One stream on a simulated clock: between plain RTP and SRTP and back. */
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
    scene->told.sender = scene->from;
    if (sealed)
        seal_by(scene, 1);
    assert_int_equal(media_stream_open(&scene->told, &local, scene->ports, &scene->media, NULL),
                     STATUS_OK);
    memory_sink_init(&scene->memory);
    assert_int_equal(track_create(&scene->told, 1, 1, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &scene->memory.sink, &scene->memory);
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

/* Sealing comes before the first stream is opened, so libsrtp2 is set up here. */
static int set_up(void **state)
{
    (void)state;
    return srtp_init() == srtp_err_status_ok ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_heard_until_the_key_opens_a_packet),
        cmocka_unit_test(plain_is_refused_when_the_time_for_sealing_has_passed),
        cmocka_unit_test(short_plain_packets_count_as_come_while_both_are_heard),
        cmocka_unit_test(plain_after_sealed_is_heard_whatever_its_numbers),
        cmocka_unit_test(sealed_is_still_opened_long_after_plain_was_agreed),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
