/* SRTP (RFC 3711, 7714): what is genuine is opened, and what is not changes nothing. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/rtcp.h"
#include "rtp/srtp.h"
#include "rtp/srtp_context.h"
#include "support.h"

enum { SSRC = 0x0badcafe, OTHER_SSRC = 0x12345678 };

static const enum srtp_suite suites[] = {
    SRTP_SUITE_AES_CM_128_HMAC_SHA1_32,
    SRTP_SUITE_AES_CM_128_HMAC_SHA1_80,
    SRTP_SUITE_AEAD_AES_128_GCM,
    SRTP_SUITE_AEAD_AES_256_GCM,
};
enum { SUITES = sizeof suites / sizeof suites[0] };

/* A sender and a receiver that share a key. */
struct line {
    struct peer peer;
    struct srtp_receiver *receiver;
};

static void line_open(struct line *line, const struct srtp_key *key)
{
    struct fault fault = {0};

    peer_open(&line->peer, key, 0);
    assert_int_equal(srtp_receiver_create(key, &line->receiver, &fault), STATUS_OK);
}

static void line_open_suite(struct line *line, enum srtp_suite suite)
{
    struct srtp_key key = key_of(suite, 1);

    line_open(line, &key);
}

static void line_close(struct line *line)
{
    srtp_receiver_destroy(line->receiver);
    peer_close(&line->peer);
}

static enum status receive(struct line *line, struct sealed packet)
{
    return srtp_receiver_open(line->receiver, packet.data, &packet.bytes);
}

static void assert_heard(struct line *line, struct sealed packet, uint32_t ssrc, uint16_t number)
{
    assert_int_equal(srtp_receiver_open(line->receiver, packet.data, &packet.bytes), STATUS_OK);
    assert_true(is_packet_of(packet.data, packet.bytes, ssrc, number));
}

/* Refused for that reason, and left as it was. */
static void assert_not_heard(struct line *line, const struct sealed *packet, enum status status)
{
    struct sealed copy = *packet;

    assert_int_equal(srtp_receiver_open(line->receiver, copy.data, &copy.bytes), status);
    assert_int_equal(copy.bytes, packet->bytes);
    assert_memory_equal(copy.data, packet->data, packet->bytes);
}

static void packets_of_every_suite_are_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;

        line_open_suite(&line, suites[i]);
        for (uint16_t number = 100; number < 110; number++)
            assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
        line_close(&line);
    }
}

static void a_packet_may_lie_at_any_address(void **state)
{
    (void)state;
    struct line line;
    uint8_t buffer[PEER_PACKET_BYTES + 4];

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    for (uint16_t offset = 0; offset < 4; offset++) {
        struct sealed packet = peer_send(&line.peer, SSRC, (uint16_t)(100 + offset));

        memcpy(buffer + offset, packet.data, packet.bytes);
        assert_int_equal(srtp_receiver_open(line.receiver, buffer + offset, &packet.bytes),
                         STATUS_OK);
        assert_true(is_packet_of(buffer + offset, packet.bytes, SSRC, (uint16_t)(100 + offset)));
    }
    line_close(&line);
}

static void rtcp_of_every_suite_is_opened_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;

        line_open_suite(&line, suites[i]);
        for (int round = 0; round < 3; round++) {
            struct sealed packet = peer_send_rtcp(&line.peer, SSRC);
            struct sealed again = packet;

            assert_int_equal(srtp_receiver_open_rtcp(line.receiver, packet.data, &packet.bytes),
                             STATUS_OK);
            assert_int_equal(packet.bytes, 8);
            assert_true(rtcp_is(packet.data, packet.bytes));
            assert_int_equal(srtp_receiver_open_rtcp(line.receiver, again.data, &again.bytes),
                             STATUS_DUPLICATE);
        }
        line_close(&line);
    }
}

/* RTCP first makes the source known; its RTP must still be found to begin at rollover zero. */
static void rtcp_before_rtp_does_no_harm(void **state)
{
    (void)state;
    struct line line;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    struct sealed report = peer_send_rtcp(&line.peer, SSRC);
    assert_int_equal(srtp_receiver_open_rtcp(line.receiver, report.data, &report.bytes), STATUS_OK);
    assert_heard(&line, peer_send(&line.peer, SSRC, 60000), SSRC, 60000);
    line_close(&line);
}

static void every_changed_byte_is_noticed_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;

        line_open_suite(&line, suites[i]);
        assert_heard(&line, peer_send(&line.peer, SSRC, 100), SSRC, 100);
        struct sealed genuine = peer_send(&line.peer, SSRC, 101);
        for (size_t at = 0; at < genuine.bytes; at++) {
            struct sealed forged = genuine;

            forged.data[at] ^= 0x01;
            assert_int_not_equal(receive(&line, forged), STATUS_OK);
        }
        assert_heard(&line, genuine, SSRC, 101);
        line_close(&line);
    }
}

/* The right header with a far number makes a receiver guess another rollover counter. */
static void forged_jump_does_not_move_the_rollover_counter(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;
        uint16_t number = 40000;

        line_open_suite(&line, suites[i]);
        assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
        for (unsigned jump = 1; jump < 65536; jump += 4099) {
            struct sealed forged = peer_send(&line.peer, SSRC, ++number);
            struct sealed genuine = forged;

            forged.data[2] = (uint8_t)((number + jump) >> 8);
            forged.data[3] = (uint8_t)(number + jump);
            assert_int_not_equal(receive(&line, forged), STATUS_OK);
            assert_heard(&line, genuine, SSRC, number);
        }
        line_close(&line);
    }
}

static void forged_sources_are_not_remembered(void **state)
{
    (void)state;
    struct line line;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    struct sealed first = peer_send(&line.peer, SSRC, 7);
    assert_heard(&line, first, SSRC, 7);
    for (uint32_t forged_ssrc = 1; forged_ssrc <= 1000; forged_ssrc++) {
        struct sealed forged = first;

        memcpy(forged.data + 8, &forged_ssrc, sizeof forged_ssrc);
        assert_not_heard(&line, &forged, STATUS_DENIED);
    }
    /* had they filled the table, it would be forgotten that this one was opened */
    assert_not_heard(&line, &first, STATUS_DUPLICATE);
    assert_heard(&line, peer_send(&line.peer, SSRC, 8), SSRC, 8);
    line_close(&line);
}

static void a_replay_is_a_duplicate_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;
        struct sealed old[3];

        line_open_suite(&line, suites[i]);
        for (uint16_t number = 0; number < 3; number++) {
            old[number] = peer_send(&line.peer, SSRC, number);
            assert_heard(&line, old[number], SSRC, number);
        }
        for (size_t turn = 0; turn < 3; turn++)
            assert_not_heard(&line, &old[turn], STATUS_DUPLICATE);
        assert_heard(&line, peer_send(&line.peer, SSRC, 3), SSRC, 3);
        line_close(&line);
    }
}

static void a_late_packet_is_opened_within_the_window_only(void **state)
{
    (void)state;
    struct line line;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    struct sealed too_old = peer_send(&line.peer, SSRC, 1000);
    struct sealed late = peer_send(&line.peer, SSRC, 1001);
    assert_heard(&line, peer_send(&line.peer, SSRC, 1000 + SRTP_CONTEXT_WINDOW), SSRC,
                 1000 + SRTP_CONTEXT_WINDOW);
    assert_not_heard(&line, &too_old, STATUS_DUPLICATE);
    assert_heard(&line, late, SSRC, 1001);
    assert_not_heard(&line, &late, STATUS_DUPLICATE);
    line_close(&line);
}

static void numbers_roll_over_with_loss_and_late_packets_around(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;

        line_open_suite(&line, suites[i]);
        for (uint16_t number = 65500; number < 65520; number++)
            assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
        struct sealed late = peer_send(&line.peer, SSRC, 65530);
        struct sealed lost = peer_send(&line.peer, SSRC, 65535);
        (void)lost;
        struct sealed swapped = peer_send(&line.peer, SSRC, 3);
        assert_heard(&line, peer_send(&line.peer, SSRC, 5), SSRC, 5);
        assert_heard(&line, late, SSRC, 65530);
        assert_not_heard(&line, &late, STATUS_DUPLICATE);
        assert_heard(&line, swapped, SSRC, 3);
        assert_heard(&line, peer_send(&line.peer, SSRC, 6), SSRC, 6);
        line_close(&line);
    }
}

static void the_counter_follows_through_several_rollovers(void **state)
{
    (void)state;
    struct line line;
    uint16_t number = 0;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_32);
    for (int i = 0; i < 60; i++, number = (uint16_t)(number + 6000))
        assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
    line_close(&line);
}

static void sources_of_one_key_are_told_apart(void **state)
{
    (void)state;
    struct line line;

    line_open_suite(&line, SRTP_SUITE_AEAD_AES_128_GCM);
    for (uint16_t number = 65530; number != 10; number++) {
        assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
        assert_heard(&line, peer_send(&line.peer, OTHER_SSRC, (uint16_t)(number + 100)), OTHER_SSRC,
                     (uint16_t)(number + 100));
    }
    line_close(&line);
}

/* More genuine sources than are remembered: all are heard, the busy one keeps its counter. */
static void the_source_quiet_longest_makes_room(void **state)
{
    (void)state;
    struct line line;
    uint16_t number = 65520;
    struct sealed first;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    for (uint32_t ssrc = 1; ssrc <= SRTP_CONTEXT_SOURCES + 20; ssrc++) {
        first = peer_send(&line.peer, ssrc, 1);
        assert_heard(&line, first, ssrc, 1);
        assert_not_heard(&line, &first, STATUS_DUPLICATE);
        assert_heard(&line, peer_send(&line.peer, SSRC, number), SSRC, number);
        number++;
    }
    line_close(&line);
}

static struct srtp_key with_mki(struct srtp_key key, const char *mki, size_t mki_bytes)
{
    memcpy(key.mki, mki, mki_bytes);
    key.mki_bytes = mki_bytes;
    return key;
}

static void an_mki_of_any_length_is_taken_out(void **state)
{
    (void)state;
    static const char mki[SRTP_MKI_BYTES_MAX] = {1, 2, 3};
    const size_t lengths[] = {1, 4, SRTP_MKI_BYTES_MAX};

    for (size_t i = 0; i < SUITES; i++) {
        for (size_t length = 0; length < sizeof lengths / sizeof lengths[0]; length++) {
            struct srtp_key key = with_mki(key_of(suites[i], 1), mki, lengths[length]);
            struct line line;

            line_open(&line, &key);
            assert_heard(&line, peer_send(&line.peer, SSRC, 1), SSRC, 1);
            struct sealed report = peer_send_rtcp(&line.peer, SSRC);
            assert_int_equal(srtp_receiver_open_rtcp(line.receiver, report.data, &report.bytes),
                             STATUS_OK);
            assert_int_equal(report.bytes, 8);
            line_close(&line);
        }
    }
}

static void another_mki_is_denied_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct srtp_key key = with_mki(key_of(suites[i], 1), "\0\0\0\1", 4);
        struct srtp_key other = with_mki(key_of(suites[i], 1), "\0\0\0\2", 4);
        struct peer stranger;
        struct line line;

        line_open(&line, &key);
        peer_open(&stranger, &other, 0);
        struct sealed wrong = peer_send(&stranger, SSRC, 1);
        assert_not_heard(&line, &wrong, STATUS_DENIED);
        assert_heard(&line, peer_send(&line.peer, SSRC, 1), SSRC, 1);
        peer_close(&stranger);
        line_close(&line);
    }
}

/* Some agree on an MKI and then leave it out: the tag shows whose packet it is. */
static void a_packet_without_the_agreed_mki_is_heard_if_authentic(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct srtp_key bare = key_of(suites[i], 1);
        struct srtp_key key = with_mki(bare, "\1", 1);
        struct peer peer;
        struct line line;

        line_open(&line, &key);
        peer_open(&peer, &bare, 0);
        for (uint16_t number = 0; number < 600; number++) /* some tags end like the MKI */
            assert_heard(&line, peer_send(&peer, SSRC, number), SSRC, number);
        peer_close(&peer);
        line_close(&line);
    }
}

static void what_is_cut_or_not_rtp_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct line line;

        line_open_suite(&line, suites[i]);
        struct sealed genuine = peer_send(&line.peer, SSRC, 1);
        for (size_t bytes = 0; bytes < genuine.bytes; bytes++) {
            struct sealed cut = genuine;

            cut.bytes = bytes;
            assert_int_not_equal(srtp_receiver_open_rtcp(line.receiver, cut.data, &cut.bytes),
                                 STATUS_OK);
            assert_int_equal(cut.bytes, bytes);
            enum status status = receive(&line, cut);
            assert_true(status == STATUS_INVALID || (bytes >= 12 + 4 && status == STATUS_DENIED));
        }
        struct sealed csrc = genuine;
        csrc.data[0] = 0x9f; /* extension behind 15 CSRC */
        assert_not_heard(&line, &csrc, STATUS_INVALID);
        struct sealed version = genuine;
        version.data[0] = 0x00;
        assert_not_heard(&line, &version, STATUS_INVALID);
        assert_heard(&line, genuine, SSRC, 1);
        line_close(&line);
    }
}

static void longest_packet_is_tried_and_one_byte_more_is_invalid(void **state)
{
    (void)state;
    struct line line;
    uint8_t data[BOUND_RTP_PACKET_BYTES + 1] = {0x80, 8};
    size_t bytes = BOUND_RTP_PACKET_BYTES;

    line_open_suite(&line, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(srtp_receiver_open(line.receiver, data, &bytes), STATUS_DENIED);
    bytes = BOUND_RTP_PACKET_BYTES + 1;
    assert_int_equal(srtp_receiver_open(line.receiver, data, &bytes), STATUS_INVALID);
    line_close(&line);
}

static void what_is_sealed_is_opened_by_the_other_side(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct srtp_key key = with_mki(key_of(suites[i], 9), "\0\0\0\7", 4);
        struct fault fault = {0};
        struct srtp_sender *sender = NULL;
        struct srtp_receiver *receiver = NULL;
        uint8_t data[RTCP_PACKET_BYTES_MAX + SRTP_OVERHEAD_BYTES_MAX];

        assert_int_equal(srtp_sender_create(&key, &sender, &fault), STATUS_OK);
        assert_int_equal(srtp_receiver_create(&key, &receiver, &fault), STATUS_OK);
        for (int round = 0; round < 3; round++) {
            uint8_t plain[RTCP_PACKET_BYTES_MAX];
            size_t bytes = rtcp_write_receiver_report(SSRC, NULL, 0, "a@b", true, plain);
            size_t sealed_bytes = bytes;

            memcpy(data, plain, bytes);
            assert_int_equal(srtp_sender_seal_rtcp(sender, data, &sealed_bytes), STATUS_OK);
            assert_true(sealed_bytes > bytes + 4);
            assert_true(sealed_bytes <= bytes + SRTP_OVERHEAD_BYTES_MAX);
            assert_memory_not_equal(data + 8, plain + 8, bytes - 8);
            assert_int_equal(srtp_receiver_open_rtcp(receiver, data, &sealed_bytes), STATUS_OK);
            assert_int_equal(sealed_bytes, bytes);
            assert_memory_equal(data, plain, bytes);
        }
        srtp_sender_destroy(sender);
        srtp_receiver_destroy(receiver);
    }
}

static void only_rtcp_of_possible_length_is_sealed(void **state)
{
    (void)state;
    struct srtp_key key = key_of(SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, 9);
    struct srtp_sender *sender = NULL;
    uint8_t data[RTCP_PACKET_BYTES_MAX + 4 + SRTP_OVERHEAD_BYTES_MAX] = {0x80, 201, 0, 1};
    size_t bytes = 7;

    assert_int_equal(srtp_sender_create(&key, &sender, NULL), STATUS_OK);
    assert_int_equal(srtp_sender_seal_rtcp(sender, data, &bytes), STATUS_INVALID);
    assert_int_equal(bytes, 7);
    bytes = RTCP_PACKET_BYTES_MAX + 4;
    assert_int_equal(srtp_sender_seal_rtcp(sender, data, &bytes), STATUS_INVALID);
    bytes = RTCP_PACKET_BYTES_MAX;
    assert_int_equal(srtp_sender_seal_rtcp(sender, data, &bytes), STATUS_OK);
    assert_int_equal(bytes, RTCP_PACKET_BYTES_MAX + 4 + 10);
    srtp_sender_destroy(sender);
    srtp_sender_destroy(NULL);
    srtp_receiver_destroy(NULL);
}

static void *open_and_close_many(void *argument)
{
    const struct srtp_key *key = argument;

    for (uint32_t i = 0; i < 50; i++) {
        struct srtp_sender *sender = NULL;
        struct srtp_receiver *receiver = NULL;
        uint8_t data[8 + SRTP_OVERHEAD_BYTES_MAX] = {0x80, 201, 0, 1};
        size_t bytes = 8;

        if (srtp_sender_create(key, &sender, NULL) != STATUS_OK ||
            srtp_receiver_create(key, &receiver, NULL) != STATUS_OK ||
            srtp_sender_seal_rtcp(sender, data, &bytes) != STATUS_OK ||
            srtp_receiver_open_rtcp(receiver, data, &bytes) != STATUS_OK)
            return NULL;
        srtp_sender_destroy(sender);
        srtp_receiver_destroy(receiver);
    }
    return argument;
}

static void threads_use_their_own_at_a_time(void **state)
{
    (void)state;
    pthread_t threads[SUITES];
    struct srtp_key keys[SUITES];

    for (size_t i = 0; i < SUITES; i++) {
        keys[i] = key_of(suites[i], 3);
        assert_int_equal(pthread_create(&threads[i], NULL, open_and_close_many, &keys[i]), 0);
    }
    for (size_t i = 0; i < SUITES; i++) {
        void *done = NULL;

        assert_int_equal(pthread_join(threads[i], &done), 0);
        assert_ptr_equal(done, &keys[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_use_their_own_at_a_time), /* first: nothing is loaded yet */
        cmocka_unit_test(packets_of_every_suite_are_opened),
        cmocka_unit_test(a_packet_may_lie_at_any_address),
        cmocka_unit_test(rtcp_of_every_suite_is_opened_once),
        cmocka_unit_test(rtcp_before_rtp_does_no_harm),
        cmocka_unit_test(every_changed_byte_is_noticed_and_changes_nothing),
        cmocka_unit_test(forged_jump_does_not_move_the_rollover_counter),
        cmocka_unit_test(forged_sources_are_not_remembered),
        cmocka_unit_test(a_replay_is_a_duplicate_and_changes_nothing),
        cmocka_unit_test(a_late_packet_is_opened_within_the_window_only),
        cmocka_unit_test(numbers_roll_over_with_loss_and_late_packets_around),
        cmocka_unit_test(the_counter_follows_through_several_rollovers),
        cmocka_unit_test(sources_of_one_key_are_told_apart),
        cmocka_unit_test(the_source_quiet_longest_makes_room),
        cmocka_unit_test(an_mki_of_any_length_is_taken_out),
        cmocka_unit_test(another_mki_is_denied_and_changes_nothing),
        cmocka_unit_test(a_packet_without_the_agreed_mki_is_heard_if_authentic),
        cmocka_unit_test(what_is_cut_or_not_rtp_is_refused_and_changes_nothing),
        cmocka_unit_test(longest_packet_is_tried_and_one_byte_more_is_invalid),
        cmocka_unit_test(what_is_sealed_is_opened_by_the_other_side),
        cmocka_unit_test(only_rtcp_of_possible_length_is_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
