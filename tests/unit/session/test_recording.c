/* Real sockets on loopback, real threads, a sink in memory. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/session/support.h"

enum { MS_PER_PACKET = 20 };

static enum status create(struct rig *rig, struct memory_sink *memory, struct recording **recording)
{
    const struct recording_stream both[] = {stream_of(RECORDING_LEFT, "PCMA"),
                                            stream_of(RECORDING_RIGHT, "PCMU")};
    struct recording_begin begin = {.id = uuid_new(clock_wall_now())};

    return recording_create(&begin, both, 2, &rig->address, rig->ports, &memory->sink, recording,
                            NULL);
}

static struct recording *start(struct rig *rig, struct memory_sink *memory)
{
    struct recording *recording = NULL;

    memory_sink_init(memory);
    assert_int_equal(create(rig, memory, &recording), STATUS_OK);
    recording_start(recording, rig->pool, memory, &test_policy, clock_mono_now(), clock_wall_now());
    return recording;
}

static void call_over_loopback_is_bit_exact(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 100 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[2];

    open_rig(&rig, 2, 17000, 17099);
    struct recording *recording = start(&rig, &memory);
    uint16_t ports[2] = {recording_port(recording, 0), recording_port(recording, 1)};
    sender_init(&senders[0], 8, PACKETS, 1);
    sender_init(&senders[1], 0, PACKETS, 2);
    for (size_t i = 0; i < PACKETS; i++) {
        send_to(&rig, ports[0], &senders[0], i);
        send_to(&rig, ports[1], &senders[1], i);
        pace_next(&pace);
    }
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_string_equal(memory.end.end_cause, "bye");
    assert_true(memory.end.duration_ms >= PACKETS * MS_PER_PACKET);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(memory.end.leg[i].packets_received, PACKETS);
        assert_int_equal(memory.end.leg[i].packets_lost, 0);
        assert_int_equal(memory.end.leg[i].packets_ignored, 0);
        assert_true(memory.end.leg[i].anchor_samples >= 0);
        assert_true(memory.end.leg[i].anchor_samples < RATE_HZ);
    }
    assert_bit_exact(
        &memory, senders,
        (int64_t[]){memory.end.leg[0].anchor_samples, memory.end.leg[1].anchor_samples});
    await_idle(&rig);
    struct media_pool_counts counts = media_pool_counts(rig.pool);
    assert_int_equal(counts.packets_received, 2 * PACKETS);
    assert_int_equal(counts.packets_kernel_dropped, 0);
    assert_int_equal(ports_left(&rig), 50);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void packet_that_waits_in_the_socket_is_stamped_by_its_arrival(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;

    open_rig(&rig, 1, 17100, 17119);
    sleep_ms(50);
    struct recording *recording = start(&rig, &memory);
    sender_init(&sender, 8, 20, 1);
    mono_time started = clock_mono_now();
    sleep_ms(130);
    int64_t sent_ms = (clock_mono_now().ns - started.ns) / NS_PER_MS;
    send_to(&rig, recording_port(recording, 0), &sender, 0);
    send_to(&rig, recording_port(recording, 0), &sender, 1); /* the second shows its sender */
    sleep_ms(200);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    int64_t anchor_ms = memory.end.leg[0].anchor_samples / 8;
    assert_true(anchor_ms >= sent_ms - 2 && anchor_ms <= sent_ms + 20);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void stop_takes_in_what_still_waits_in_the_socket(void **state)
{
    (void)state;
    enum { PACKETS = 300 };
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;

    open_rig(&rig, 1, 17120, 17139);
    struct recording *recording = start(&rig, &memory);
    sender_init(&sender, 8, PACKETS, 4);
    /* more than one batch, all within one sweep, and the stop right behind them */
    for (size_t i = 0; i < 40; i++)
        send_to(&rig, recording_port(recording, 0), &sender, i);
    for (size_t i = 40; i < 150; i++)
        send_to(&rig, recording_port(recording, 0), &sender, i);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory.end.leg[0].packets_received, 150);
    assert_int_equal(memory.end.leg[0].packets_lost, 0);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void datagram_as_long_as_a_packet_may_be_is_heard_and_a_longer_one_is_told(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    uint8_t datagram[BOUND_RTP_PACKET_BYTES + 1] = {0x80, 8};
    struct sockaddr_in to = {.sin_family = AF_INET};

    open_rig(&rig, 1, 17140, 17159);
    struct recording *recording = start(&rig, &memory);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(recording_port(recording, 0));
    for (uint8_t number = 1; number <= 3; number++) { /* the second shows its sender */
        size_t bytes = number < 3 ? sizeof datagram - 1 : sizeof datagram;
        datagram[3] = number;
        assert_int_equal(sendto(rig.sender, datagram, bytes, 0, (struct sockaddr *)&to, sizeof to),
                         bytes);
    }
    sleep_ms(20);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory.end.leg[0].packets_ignored, 1);
    assert_int_equal(memory.end.leg[0].packets_received, 2);
    assert_int_equal(memory_sink_facts(&memory, "deviation", 0), 1);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void ports_run_out_and_come_back(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct recording *first = NULL;
    struct recording *second = NULL;

    open_rig(&rig, 1, 17180, 17185); /* three even ports */
    memory_sink_init(&memory);
    assert_int_equal(create(&rig, &memory, &first), STATUS_OK);
    assert_int_equal(create(&rig, &memory, &second), STATUS_FULL);
    assert_null(second);
    assert_int_equal(ports_left(&rig), 1);
    recording_destroy(first);
    assert_int_equal(ports_left(&rig), 3);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void closing_the_pool_ends_what_runs(void **state)
{
    (void)state;
    enum { CALLS = 9 };
    struct rig rig;
    struct memory_sink memory[CALLS];

    open_rig(&rig, 3, 17200, 17299);
    for (size_t i = 0; i < CALLS; i++)
        (void)start(&rig, &memory[i]);
    assert_int_equal(media_pool_counts(rig.pool).recordings_running, CALLS);
    sleep_ms(250);
    media_pool_destroy(rig.pool);
    rig.pool = NULL;
    assert_int_equal(ports_left(&rig), 50);
    for (size_t i = 0; i < CALLS; i++) {
        assert_true(memory[i].ended);
        assert_string_equal(memory[i].end.end_cause, "shutdown");
        assert_true(memory[i].end.duration_ms >= 250 && memory[i].end.duration_ms < 2000);
        memory_sink_deinit(&memory[i]);
    }
    close_rig(&rig);
}

static void many_calls_at_once_lose_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { CALLS = 20, PACKETS = 75 };
    struct rig rig;
    struct memory_sink memory[CALLS];
    struct recording *recordings[CALLS];
    struct sender senders[2];

    open_rig(&rig, 2, 17300, 17399);
    sender_init(&senders[0], 8, PACKETS, 1);
    sender_init(&senders[1], 0, PACKETS, 2);
    for (size_t i = 0; i < CALLS; i++)
        recordings[i] = start(&rig, &memory[i]);
    for (size_t packet = 0; packet < PACKETS; packet++) {
        for (size_t i = 0; i < CALLS; i++)
            for (size_t leg = 0; leg < 2; leg++)
                send_to(&rig, recording_port(recordings[i], leg), &senders[leg], packet);
        pace_next(&pace);
    }
    for (size_t i = 0; i < CALLS; i++)
        recording_stop(recordings[i], "bye");
    for (size_t i = 0; i < CALLS; i++) {
        memory_sink_await_end(&memory[i]);
        for (size_t leg = 0; leg < 2; leg++)
            assert_int_equal(memory[i].end.leg[leg].packets_received, PACKETS);
        assert_bit_exact(
            &memory[i], senders,
            (int64_t[]){memory[i].end.leg[0].anchor_samples, memory[i].end.leg[1].anchor_samples});
        memory_sink_deinit(&memory[i]);
    }
    await_idle(&rig);
    assert_int_equal(media_pool_counts(rig.pool).packets_received, CALLS * 2 * PACKETS);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_over_loopback_is_bit_exact),
        cmocka_unit_test(packet_that_waits_in_the_socket_is_stamped_by_its_arrival),
        cmocka_unit_test(stop_takes_in_what_still_waits_in_the_socket),
        cmocka_unit_test(datagram_as_long_as_a_packet_may_be_is_heard_and_a_longer_one_is_told),
        cmocka_unit_test(ports_run_out_and_come_back),
        cmocka_unit_test(closing_the_pool_ends_what_runs),
        cmocka_unit_test(many_calls_at_once_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
