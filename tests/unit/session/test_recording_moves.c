/* A recording whose streams move, go and come back: real sockets on loopback, real threads, a sink
 * in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "net/address.h"
#include "unit/session/support.h"

enum { MS_PER_PACKET = 20, PACKETS = 60, GONE_MS_MAX = RECORDING_WITHDRAWN_MS + 5000 };

/* One stream or two of the rig's sender. */
struct scene {
    struct rig rig;
    struct memory_sink memory;
    struct recording_stream streams[2];
    struct sender senders[2];
    struct recording *recording;
};

static void open_scene(struct scene *scene, size_t streams, uint16_t first, uint16_t last)
{
    const struct recording_begin begin = {.id = uuid_new(clock_wall_now())};

    open_rig(&scene->rig, 1, first, last);
    memory_sink_init(&scene->memory);
    for (size_t i = 0; i < 2; i++) {
        scene->streams[i] = stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
        scene->streams[i].sender = scene->rig.sender_address;
        sender_init(&scene->senders[i], 8, PACKETS, 1 + i);
    }
    assert_int_equal(recording_create(&begin, scene->streams, streams, &scene->rig.address,
                                      scene->rig.ports, &scene->memory.sink, &scene->recording,
                                      NULL),
                     STATUS_OK);
    recording_start(scene->recording, scene->rig.pool, &scene->memory, &test_policy,
                    clock_mono_now(), clock_wall_now());
}

/* End, with all ports back. */
static void end_scene(struct scene *scene, unsigned ports)
{
    recording_stop(scene->recording, "bye");
    memory_sink_await_end(&scene->memory);
    await_idle(&scene->rig);
    assert_int_equal(ports_left(&scene->rig), ports);
}

static void close_scene(struct scene *scene)
{
    for (size_t i = 0; i < 2; i++)
        sender_deinit(&scene->senders[i]);
    memory_sink_deinit(&scene->memory);
    close_rig(&scene->rig);
}

static void tell(struct scene *scene, size_t count)
{
    const struct recording_news news = {.streams = scene->streams, .stream_count = count};

    assert_int_equal(recording_update(scene->recording, &news), STATUS_OK);
}

static void withdraw(struct scene *scene, size_t index, size_t count)
{
    scene->streams[index].held = true;
    scene->streams[index].withdrawn = true;
    tell(scene, count);
}

static enum status move(struct scene *scene, size_t index)
{
    return recording_move_stream(scene->recording, index, &scene->streams[index],
                                 &scene->rig.address, NULL);
}

static void bring_back(struct scene *scene, size_t index, size_t count)
{
    assert_int_equal(move(scene, index), STATUS_OK);
    scene->streams[index].held = false;
    scene->streams[index].withdrawn = false;
    tell(scene, count);
}

/* Send some packets of one sender to one port of a host. */
static void send_some(struct scene *scene, size_t index, size_t first, size_t end, const char *host,
                      uint16_t port)
{
    struct pace pace = {0};
    struct sockaddr_storage to;
    uint8_t data[12 + PACKET_SAMPLES];
    const struct sender *sender = &scene->senders[index];

    assert_int_equal(address_parse(host, port, &to), STATUS_OK);
    for (size_t i = first; i < end; i++) {
        size_t bytes =
            rtp_build(data, 8, (uint16_t)(sender->sequence_first + i),
                      sender->timestamp_first + (uint32_t)(i * PACKET_SAMPLES), sender->ssrc,
                      sender->payload + i * PACKET_SAMPLES, PACKET_SAMPLES);
        assert_int_equal(
            sendto(scene->rig.sender, data, bytes, 0, (struct sockaddr *)&to, address_length(&to)),
            bytes);
        pace_next(&pace);
    }
}

/* The sender follows when it likes; its keys, numbers and place in time stay. */
static void stream_that_moves_is_heard_on_its_old_port_until_it_uses_the_new(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 1, 17200, 17219);
    uint16_t old = recording_port(scene.recording, 0);
    send_some(&scene, 0, 0, 20, "127.0.0.1", old);
    assert_int_equal(address_parse("127.0.0.2", 0, &scene.streams[0].local), STATUS_OK);
    assert_int_equal(move(&scene, 0), STATUS_OK);
    tell(&scene, 1);
    uint16_t fresh = recording_port(scene.recording, 0);
    assert_int_not_equal(fresh, old);
    assert_int_equal(move(&scene, 0), STATUS_OK); /* it is there already */
    assert_int_equal(recording_port(scene.recording, 0), fresh);
    send_some(&scene, 0, 20, 40, "127.0.0.1", old);
    send_some(&scene, 0, 40, PACKETS, "127.0.0.2", fresh);
    end_scene(&scene, 10);
    assert_int_equal(scene.memory.end.legs, 1);
    assert_int_equal(scene.memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(scene.memory.end.leg[0].packets_lost, 0);
    assert_int_equal(memory_sink_facts(&scene.memory, "ssrc_change", 0), 0);
    close_scene(&scene);
}

static void stream_that_cannot_be_moved_goes_on_where_it_is(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 1, 17220, 17221);
    uint16_t port = recording_port(scene.recording, 0);
    assert_int_equal(address_parse("127.0.0.2", 0, &scene.streams[0].local), STATUS_OK);
    assert_int_equal(move(&scene, 0), STATUS_FULL);
    assert_int_equal(recording_port(scene.recording, 0), port);
    send_some(&scene, 0, 0, 10, "127.0.0.1", port);
    end_scene(&scene, 1);
    assert_int_equal(scene.memory.end.leg[0].packets_received, 10);
    close_scene(&scene);
}

static void stream_that_comes_back_at_once_has_its_port_still(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 1, 17240, 17259);
    uint16_t port = recording_port(scene.recording, 0);
    send_some(&scene, 0, 0, 10, "127.0.0.1", port);
    withdraw(&scene, 0, 1);
    sleep_ms(250);
    bring_back(&scene, 0, 1);
    assert_int_equal(recording_port(scene.recording, 0), port);
    send_some(&scene, 0, 10, 20, "127.0.0.1", port);
    end_scene(&scene, 10);
    assert_int_equal(scene.memory.end.leg[0].packets_received, 20);
    assert_int_equal(memory_sink_facts(&scene.memory, "held", 0), 1);
    close_scene(&scene);
}

static void stream_that_is_withdrawn_gives_its_ports_back_and_may_come_for_others(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, 2, 17260, 17263); /* no port is left */
    uint16_t port = recording_port(scene.recording, 0);
    send_some(&scene, 1, 0, 10, "127.0.0.1", recording_port(scene.recording, 1));
    withdraw(&scene, 1, 2);
    assert_int_equal(ports_left(&scene.rig), 0);
    int64_t waited_ms = 0;
    while (!ports_left(&scene.rig) && waited_ms < GONE_MS_MAX) {
        send_some(&scene, 0, 0, 1, "127.0.0.1", port); /* the other one goes on */
        waited_ms += MS_PER_PACKET;
    }
    assert_int_equal(ports_left(&scene.rig), 1);
    assert_true(waited_ms > RECORDING_WITHDRAWN_MS / 2);
    /* also where none has a socket: what is told is still heard of */
    withdraw(&scene, 0, 2);
    for (waited_ms = 0; ports_left(&scene.rig) < 2 && waited_ms < GONE_MS_MAX; waited_ms += 100)
        sleep_ms(100);
    bring_back(&scene, 1, 2);
    send_some(&scene, 1, 10, 20, "127.0.0.1", recording_port(scene.recording, 1));
    end_scene(&scene, 2);
    assert_int_equal(scene.memory.end.legs, 2);
    assert_int_equal(scene.memory.end.leg[1].packets_received, 20);
    assert_int_equal(scene.memory.end.leg[1].packets_lost, 0);
    const struct recording_fact *held = memory_sink_fact(&scene.memory, "held", 0);
    assert_non_null(held);
    assert_int_equal(held->end_ms, scene.memory.end.duration_ms);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_that_moves_is_heard_on_its_old_port_until_it_uses_the_new),
        cmocka_unit_test(stream_that_cannot_be_moved_goes_on_where_it_is),
        cmocka_unit_test(stream_that_comes_back_at_once_has_its_port_still),
        cmocka_unit_test(stream_that_is_withdrawn_gives_its_ports_back_and_may_come_for_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
