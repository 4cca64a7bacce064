/* Who is heard: strangers, new sources, SRTP, and the RTCP between us and a sender. */
#include <poll.h>
#include <setjmp.h>
#include <srtp2/srtp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/address.h"
#include "rtp/srtp.h"
#include "unit/session/support.h"

enum { MS_PER_PACKET = 20, DATAGRAM_BYTES = 12 + PACKET_SAMPLES, KEY_BYTES = 30 };

static struct recording_stream named(const struct rig *rig, enum recording_channel channel)
{
    struct recording_stream stream = stream_of(channel, "PCMA");

    stream.sender = rig->sender_address;
    return stream;
}

static struct recording *start(struct rig *rig, struct memory_sink *memory,
                               const struct recording_stream *streams, size_t count)
{
    struct recording_begin begin = {.id = uuid_new(clock_wall_now())};
    struct recording *recording = NULL;

    memory_sink_init(memory);
    assert_int_equal(recording_create(&begin, streams, count, &rig->address, rig->ports,
                                      &memory->sink, &recording, NULL),
                     STATUS_OK);
    recording_start(recording, rig->pool, memory, &test_policy, clock_mono_now(), clock_wall_now());
    return recording;
}

static size_t build(const struct sender *sender, size_t index, uint8_t *datagram)
{
    return rtp_build(datagram, sender->payload_type, (uint16_t)(sender->sequence_first + index),
                     sender->timestamp_first + (uint32_t)(index * PACKET_SAMPLES), sender->ssrc,
                     sender->payload + index * PACKET_SAMPLES, PACKET_SAMPLES);
}

static void end(struct recording *recording, struct memory_sink *memory)
{
    recording_stop(recording, "bye");
    memory_sink_await_end(memory);
}

/* What one sender sent on the left channel, and nothing else, was recorded. */
static void assert_only(const struct memory_sink *memory, const struct sender *sender)
{
    struct sender both[2] = {*sender, {0}};

    assert_bit_exact(memory, both, (int64_t[]){memory->end.leg[0].anchor_samples, 0});
}

static void stranger_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 50 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[2];
    struct sockaddr_storage address;
    uint8_t datagram[DATAGRAM_BYTES];
    int stranger = open_socket(&address);

    open_rig(&rig, 1, 17600, 17619);
    const struct recording_stream stream = named(&rig, RECORDING_LEFT);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    sender_init(&senders[0], 8, PACKETS, 1);
    sender_init(&senders[1], 8, PACKETS, 2);
    for (size_t i = 0; i < PACKETS; i++) {
        send_to(&rig, recording_port(recording, 0), &senders[0], i);
        send_datagram(stranger, recording_port(recording, 0), datagram,
                      build(&senders[1], i, datagram));
        pace_next(&pace);
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[0].packets_lost, 0);
    assert_int_equal(memory.end.leg[0].packets_refused, PACKETS);
    assert_only(&memory, &senders[0]);
    assert_int_equal(memory_sink_facts(&memory, "ssrc_change", 0), 0);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
    (void)close(stranger);
}

static void new_source_of_the_same_address_loses_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 30 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[2];

    open_rig(&rig, 1, 17620, 17639);
    const struct recording_stream stream = named(&rig, RECORDING_LEFT);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    for (size_t i = 0; i < 2; i++) {
        sender_init(&senders[i], 8, PACKETS, 1 + i);
        for (size_t packet = 0; packet < PACKETS; packet++) {
            send_to(&rig, recording_port(recording, 0), &senders[i], packet);
            pace_next(&pace);
        }
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, 2 * PACKETS);
    assert_int_equal(memory.end.leg[0].packets_lost + memory.end.leg[0].packets_late, 0);
    assert_int_equal(memory.end.leg[0].packets_refused, 0);
    const struct recording_fact *change = memory_sink_fact(&memory, "ssrc_change", 0);
    assert_non_null(change);
    assert_true(change->start_ms >= PACKETS * MS_PER_PACKET - 2);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void sender_from_another_address_loses_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 30 };
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;

    open_rig(&rig, 1, 17640, 17659);
    struct recording_stream stream = named(&rig, RECORDING_LEFT);
    address_set_port(&stream.sender, 9); /* behind a NAT: the SDP does not know */
    struct recording *recording = start(&rig, &memory, &stream, 1);
    sender_init(&sender, 8, PACKETS, 1);
    for (size_t packet = 0; packet < PACKETS; packet++) {
        send_to(&rig, recording_port(recording, 0), &sender, packet);
        pace_next(&pace);
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[0].packets_late + memory.end.leg[0].packets_refused, 0);
    assert_only(&memory, &sender);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static struct srtp_key key_of(uint8_t seed)
{
    struct srtp_key key = {.suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_80};

    for (size_t i = 0; i < KEY_BYTES; i++)
        key.key[i] = (uint8_t)(seed + 7 * i);
    return key;
}

/* The peer's end; libsrtp2 was set up by the recording. */
static srtp_t peer_session(struct srtp_key *key, bool sends)
{
    srtp_policy_t policy;
    srtp_t session = NULL;

    memset(&policy, 0, sizeof policy);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = sends ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = key->key;
    policy.window_size = 128;
    assert_int_equal(srtp_create(&session, &policy), srtp_err_status_ok);
    return session;
}

static void send_sealed(const struct rig *rig, uint16_t port, const struct sender *sender,
                        size_t index, srtp_t session, bool forged)
{
    uint8_t datagram[DATAGRAM_BYTES + SRTP_MAX_TRAILER_LEN];
    int bytes = (int)build(sender, index, datagram);

    assert_int_equal(srtp_protect(session, datagram, &bytes), srtp_err_status_ok);
    if (forged)
        datagram[20] ^= 1;
    send_datagram(rig->sender, port, datagram, (size_t)bytes);
}

static void sealed_stream_is_recorded_and_forged_packets_change_nothing(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 60 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[2];
    struct srtp_key key = key_of(1);
    struct srtp_key other = key_of(99);

    open_rig(&rig, 1, 17660, 17679);
    struct recording_stream stream = named(&rig, RECORDING_LEFT);
    stream.remote_key = key;
    struct recording *recording = start(&rig, &memory, &stream, 1);
    uint16_t port = recording_port(recording, 0);
    srtp_t genuine = peer_session(&key, true);
    srtp_t wrong = peer_session(&other, true);
    srtp_t tampered = peer_session(&key, true);
    sender_init(&senders[0], 8, PACKETS, 1);
    sender_init(&senders[1], 8, PACKETS, 2);
    senders[1].ssrc = senders[0].ssrc;
    for (size_t i = 0; i < PACKETS; i++) {
        send_sealed(&rig, port, &senders[1], i, wrong, false);
        send_sealed(&rig, port, &senders[1], i, tampered, true);
        send_to(&rig, port, &senders[1], i); /* in clear */
        send_sealed(&rig, port, &senders[0], i, genuine, false);
        pace_next(&pace);
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[0].packets_lost + memory.end.leg[0].packets_duplicate, 0);
    assert_int_equal(memory.end.leg[0].packets_refused, 3 * PACKETS);
    assert_only(&memory, &senders[0]);
    (void)srtp_dealloc(genuine);
    (void)srtp_dealloc(wrong);
    (void)srtp_dealloc(tampered);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void copy_of_a_sealed_packet_is_a_duplicate(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;
    struct srtp_key key = key_of(1);
    uint8_t datagram[DATAGRAM_BYTES + SRTP_MAX_TRAILER_LEN];

    open_rig(&rig, 1, 17680, 17699);
    struct recording_stream stream = named(&rig, RECORDING_LEFT);
    stream.remote_key = key;
    struct recording *recording = start(&rig, &memory, &stream, 1);
    srtp_t session = peer_session(&key, true);
    sender_init(&sender, 8, 1, 1);
    int bytes = (int)build(&sender, 0, datagram);
    assert_int_equal(srtp_protect(session, datagram, &bytes), srtp_err_status_ok);
    for (int i = 0; i < 3; i++)
        send_datagram(rig.sender, recording_port(recording, 0), datagram, (size_t)bytes);
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, 3);
    assert_int_equal(memory.end.leg[0].packets_duplicate, 2);
    assert_int_equal(memory.end.leg[0].packets_refused, 0);
    (void)srtp_dealloc(session);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

/*
 * From plain to sealed, to another key, and back to plain: each time the sender follows 5 packets
 * after it was agreed.
 */
static void change_of_key_loses_nothing_though_the_sender_follows_later(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { STRETCH = 25, BEHIND = 5, PACKETS = 4 * STRETCH };
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;
    struct srtp_key keys[2] = {key_of(1), key_of(50)};
    srtp_t sessions[2] = {NULL, NULL};

    open_rig(&rig, 1, 17700, 17719);
    struct recording_stream stream = named(&rig, RECORDING_LEFT);
    const struct recording_news news = {.streams = &stream, .stream_count = 1};
    struct recording *recording = start(&rig, &memory, &stream, 1);
    uint16_t port = recording_port(recording, 0);
    sender_init(&sender, 8, PACKETS, 1);
    sender.sequence_first = 65500; /* the rollover counter's beginning differs from 0 later */
    for (size_t i = 0; i < PACKETS; i++) {
        size_t stretch = i / STRETCH;
        if (i && i % STRETCH == 0) {
            memset(&stream.remote_key, 0, sizeof stream.remote_key);
            if (stretch < 3)
                stream.remote_key = keys[stretch - 1];
            assert_int_equal(recording_update(recording, &news), STATUS_OK);
            sleep_ms(120); /* applied */
            if (stretch < 3)
                sessions[stretch - 1] = peer_session(&keys[stretch - 1], true);
        }
        size_t sending = i < BEHIND ? 0 : (i - BEHIND) / STRETCH;
        if (sending == 1 || sending == 2)
            send_sealed(&rig, port, &sender, i, sessions[sending - 1], false);
        else
            send_to(&rig, port, &sender, i);
        pace_next(&pace);
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[0].packets_lost, 0);
    assert_int_equal(memory.end.leg[0].packets_refused, 0);
    assert_only(&memory, &sender);
    (void)srtp_dealloc(sessions[0]);
    (void)srtp_dealloc(sessions[1]);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static uint32_t get_big(const uint8_t *in, size_t count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++)
        value = value << 8 | in[i];
    return value;
}

/* A sender report of that source; its middle 32 bits of NTP time are 0x22223333. */
static size_t build_report(uint8_t *data, uint32_t ssrc)
{
    const uint8_t words[] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33};

    memset(data, 0, 28);
    memcpy(data, words, sizeof words);
    for (int i = 0; i < 4; i++)
        data[4 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    return 28;
}

/* The next datagram, 0 bytes where none comes in time. */
static size_t receive(int descriptor, uint8_t *data, size_t data_bytes, int timeout_ms)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};

    if (poll(&ready, 1, timeout_ms) != 1)
        return 0;
    ssize_t received = recv(descriptor, data, data_bytes, 0);
    assert_true(received > 0);
    return (size_t)received;
}

enum { MISSING = 7, SENT = 160, NEVER_SENT = 3 };

/* Read a report with one block as RFC 3550 section 6.4.2 lays it out. */
static void assert_report(const uint8_t *data, size_t data_bytes, const struct sender *sender,
                          bool bye)
{
    assert_true(data_bytes > 32 + 8);
    assert_int_equal(data[0], 0x81); /* version 2, one block */
    assert_int_equal(data[1], 201);
    assert_int_equal(get_big(data + 2, 2), 7);
    assert_int_equal(get_big(data + 8, 4), sender->ssrc);
    assert_int_equal(get_big(data + 12, 4) & 0xffffff, NEVER_SENT);
    uint32_t highest = get_big(data + 16, 4);
    assert_true((uint16_t)((highest & 0xffff) - sender->sequence_first) < SENT);
    assert_true(get_big(data + 20, 4) < RATE_HZ / 10); /* jitter, far less than 100 ms */
    assert_int_equal(get_big(data + 24, 4), 0x22223333);
    assert_true(get_big(data + 28, 4) > 0 && get_big(data + 28, 4) < 5 * 65536);
    /* SDES with a CNAME of the same SSRC */
    assert_int_equal(data[33], 202);
    assert_memory_equal(data + 36, data + 4, 4);
    assert_int_equal(data[40], 1);
    assert_true(data[41] >= 16);
    size_t sdes_bytes = 4 * (size_t)(get_big(data + 34, 2) + 1);
    if (bye) {
        assert_true(data_bytes >= 32 + sdes_bytes + 8);
        assert_int_equal(data[32 + sdes_bytes + 1], 203);
        assert_memory_equal(data + 32 + sdes_bytes + 4, data + 4, 4);
    } else {
        assert_int_equal(data_bytes, 32 + sdes_bytes);
    }
}

/* Three senders at a time, so that the wait for the first report is paid once. */
struct three {
    struct recording *recording;
    struct sender sender[3];
    struct sockaddr_storage address[3];
    int peer[3];
    int rtcp[3]; /* the socket that reports come to */
    srtp_t outbound;
    srtp_t inbound;
};

/* Send what is sealed for the third stream, plain for the others. */
static void send_one(const struct three *three, size_t index, uint8_t *datagram, int bytes,
                     bool report)
{
    uint16_t port = recording_port(three->recording, index);

    if (index == 2)
        assert_int_equal(report ? srtp_protect_rtcp(three->outbound, datagram, &bytes)
                                : srtp_protect(three->outbound, datagram, &bytes),
                         srtp_err_status_ok);
    if (report && !index)
        port++;
    send_datagram(report ? three->rtcp[index] : three->peer[index], port, datagram, (size_t)bytes);
}

static void send_all(const struct three *three)
{
    struct pace pace = {0};
    for (size_t packet = 0; packet < SENT; packet++) {
        for (size_t i = 0; i < 3; i++) {
            uint8_t datagram[DATAGRAM_BYTES + SRTP_MAX_TRAILER_LEN];
            if (packet < MISSING || packet >= MISSING + NEVER_SENT)
                send_one(three, i, datagram, (int)build(&three->sender[i], packet, datagram),
                         false);
            if (packet == 12)
                send_one(three, i, datagram, (int)build_report(datagram, three->sender[i].ssrc),
                         true);
        }
        pace_next(&pace);
    }
}

/* The next RTCP that came to a sender, opened; 0 bytes where none comes in time. */
static size_t next_rtcp(const struct three *three, size_t index, uint8_t *data, size_t data_bytes,
                        int timeout_ms)
{
    int bytes = (int)receive(three->rtcp[index], data, data_bytes, timeout_ms);

    if (bytes && index == 2)
        assert_int_equal(srtp_unprotect_rtcp(three->inbound, data, &bytes), srtp_err_status_ok);
    return (size_t)bytes;
}

/* A last report with a BYE comes; a second plain report may come before. */
static void assert_goodbye(const struct three *three, size_t index)
{
    uint8_t data[2000];
    bool goodbye = false;

    while (!goodbye) {
        size_t bytes = next_rtcp(three, index, data, sizeof data, 1000);
        assert_true(bytes > 0);
        /* one that was sent after the last packet has reported all: the last then has no block */
        size_t blocks = data[0] & 31;
        size_t sdes = 8 + 24 * blocks;
        goodbye = data[sdes + 4 * (get_big(data + sdes + 2, 2) + 1) + 1] == 203;
        if (goodbye && blocks)
            assert_report(data, bytes, &three->sender[index], true);
    }
}

/* RTCP on a port of its own, multiplexed, and multiplexed and sealed. */
static void sender_gets_receiver_reports_and_a_goodbye(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct sockaddr_storage rtcp_address;
    struct three three;
    struct recording_stream streams[3];
    uint8_t data[2000];
    struct srtp_key remote = key_of(1);
    struct srtp_key local = key_of(50);

    open_rig(&rig, 1, 17720, 17739);
    for (size_t i = 0; i < 3; i++) {
        three.peer[i] = open_socket(&three.address[i]);
        three.rtcp[i] = i ? three.peer[i] : open_socket(&rtcp_address);
        streams[i] = stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
        streams[i].sender = three.address[i];
        streams[i].rtcp = i ? three.address[i] : rtcp_address;
        streams[i].rtcp_mux = i > 0;
        sender_init(&three.sender[i], 8, SENT, 1 + i);
    }
    address_set_port(&streams[1].rtcp, 9); /* the SDP is wrong: reports go where RTP comes from */
    streams[2].remote_key = remote;
    streams[2].local_key = local;
    three.recording = start(&rig, &memory, streams, 3);
    three.outbound = peer_session(&remote, true);
    three.inbound = peer_session(&local, false);
    send_all(&three);
    /* the first is due 1.03 to 3.08 s after the start: while packets still came */
    for (size_t i = 0; i < 3; i++)
        assert_report(data, next_rtcp(&three, i, data, sizeof data, 1500), &three.sender[i], false);
    end(three.recording, &memory);
    for (size_t i = 0; i < 3; i++) {
        assert_goodbye(&three, i);
        assert_int_equal(memory.end.leg[i].packets_received, SENT - NEVER_SENT);
        assert_int_equal(memory.end.leg[i].packets_lost, NEVER_SENT);
        /* RTCP is nobody's audio, and counts for nothing */
        assert_int_equal(memory.end.leg[i].packets_ignored, 0);
        assert_int_equal(memory.end.leg[i].packets_refused, 0);
        sender_deinit(&three.sender[i]);
        (void)close(three.peer[i]);
    }
    (void)close(three.rtcp[0]);
    (void)srtp_dealloc(three.outbound);
    (void)srtp_dealloc(three.inbound);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void port_for_rtcp_that_others_have_does_not_stop_the_recording(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 20 };
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;
    struct sockaddr_storage other;

    open_rig(&rig, 1, 17740, 17741);
    struct recording_stream stream = named(&rig, RECORDING_LEFT);
    stream.rtcp = rig.sender_address;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    other = rig.address;
    address_set_port(&other, 17741);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&other, address_length(&other)), 0);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    assert_int_equal(recording_port(recording, 0), 17740);
    sender_init(&sender, 8, PACKETS, 1);
    for (size_t i = 0; i < PACKETS; i++) {
        send_to(&rig, 17740, &sender, i);
        pace_next(&pace);
    }
    end(recording, &memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    (void)close(descriptor);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stranger_is_refused_and_changes_nothing),
        cmocka_unit_test(new_source_of_the_same_address_loses_nothing),
        cmocka_unit_test(sender_from_another_address_loses_nothing),
        cmocka_unit_test(sealed_stream_is_recorded_and_forged_packets_change_nothing),
        cmocka_unit_test(copy_of_a_sealed_packet_is_a_duplicate),
        cmocka_unit_test(change_of_key_loses_nothing_though_the_sender_follows_later),
        cmocka_unit_test(sender_gets_receiver_reports_and_a_goodbye),
        cmocka_unit_test(port_for_rtcp_that_others_have_does_not_stop_the_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
