/* Batches from a real socket on loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "rtp/receiver.h"

struct pair {
    int from;
    int to;
    struct rtp_receiver *receiver;
    uint32_t dropped;
};

static void open_pair(struct pair *pair)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *pair = (struct pair){
        .from = socket(AF_INET, SOCK_DGRAM, 0),
        .to = socket(AF_INET, SOCK_DGRAM, 0),
    };
    assert_int_equal(bind(pair->to, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(pair->to, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(connect(pair->from, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(setsockopt(pair->to, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on), 0);
    assert_int_equal(setsockopt(pair->to, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on), 0);
    assert_int_equal(rtp_receiver_create(&pair->receiver), STATUS_OK);
}

static void close_pair(struct pair *pair)
{
    rtp_receiver_destroy(pair->receiver);
    (void)close(pair->from);
    (void)close(pair->to);
}

static size_t read_batch(struct pair *pair, const struct rtp_datagram **datagrams)
{
    size_t count = 0;

    assert_int_equal(rtp_receiver_read(pair->receiver, pair->to, datagrams, &count, &pair->dropped),
                     STATUS_OK);
    return count;
}

static void empty_socket_gives_nothing_and_does_not_wait(void **state)
{
    (void)state;
    struct pair pair;
    const struct rtp_datagram *datagrams;

    open_pair(&pair);
    assert_int_equal(read_batch(&pair, &datagrams), 0);
    close_pair(&pair);
}

static void batches_come_in_order_with_their_arrival(void **state)
{
    (void)state;
    enum { COUNT = RTP_RECEIVER_BATCH + 10 };
    struct pair pair;
    const struct rtp_datagram *datagrams;
    wall_time before = clock_wall_now();

    open_pair(&pair);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(send(pair.from, &i, sizeof i, 0), sizeof i);
    wall_time after = clock_wall_now();
    int expected = 0;
    for (size_t want = RTP_RECEIVER_BATCH; expected < COUNT; want = COUNT - RTP_RECEIVER_BATCH) {
        assert_int_equal(read_batch(&pair, &datagrams), want);
        for (size_t i = 0; i < want; i++, expected++) {
            assert_int_equal(datagrams[i].data_bytes, sizeof expected);
            assert_memory_equal(datagrams[i].data, &expected, sizeof expected);
            assert_false(datagrams[i].truncated);
            assert_true(datagrams[i].arrival.ns >= before.ns);
            assert_true(datagrams[i].arrival.ns <= clock_wall_now().ns);
        }
    }
    assert_true(after.ns >= before.ns);
    close_pair(&pair);
}

static void longest_packet_is_whole_and_one_byte_more_is_cut(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t data[BOUND_RTP_PACKET_BYTES + 1] = {0};
    const struct rtp_datagram *datagrams;

    open_pair(&pair);
    for (int round = 0; round < 2; round++) { /* the second time with used headers */
        assert_int_equal(send(pair.from, data, BOUND_RTP_PACKET_BYTES, 0), BOUND_RTP_PACKET_BYTES);
        assert_int_equal(send(pair.from, data, BOUND_RTP_PACKET_BYTES + 1, 0),
                         BOUND_RTP_PACKET_BYTES + 1);
        assert_int_equal(send(pair.from, data, 0, 0), 0);
        assert_int_equal(read_batch(&pair, &datagrams), 3);
        assert_false(datagrams[0].truncated);
        assert_int_equal(datagrams[0].data_bytes, BOUND_RTP_PACKET_BYTES);
        assert_true(datagrams[1].truncated);
        assert_int_equal(datagrams[2].data_bytes, 0);
        assert_true(datagrams[2].arrival.ns > 0);
    }
    close_pair(&pair);
}

static void kernel_drops_are_told(void **state)
{
    (void)state;
    struct pair pair;
    int small = 1;
    uint8_t data[1000] = {0};
    const struct rtp_datagram *datagrams;
    size_t received = 0;

    open_pair(&pair);
    assert_int_equal(setsockopt(pair.to, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (int i = 0; i < 50; i++)
        (void)send(pair.from, data, sizeof data, 0);
    received += read_batch(&pair, &datagrams);
    assert_int_equal(send(pair.from, data, sizeof data, 0), sizeof data);
    received += read_batch(&pair, &datagrams);
    assert_true(received < 51);
    assert_int_equal(received + pair.dropped, 51);
    close_pair(&pair);
}

static void closed_socket_is_an_error(void **state)
{
    (void)state;
    struct pair pair;
    const struct rtp_datagram *datagrams = NULL;
    size_t count = 77;
    int pipe_ends[2];

    open_pair(&pair);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(
        rtp_receiver_read(pair.receiver, pipe_ends[0], &datagrams, &count, &pair.dropped),
        STATUS_IO);
    assert_int_equal(count, 77);
    assert_null(datagrams);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_socket_gives_nothing_and_does_not_wait),
        cmocka_unit_test(batches_come_in_order_with_their_arrival),
        cmocka_unit_test(longest_packet_is_whole_and_one_byte_more_is_cut),
        cmocka_unit_test(kernel_drops_are_told),
        cmocka_unit_test(closed_socket_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
