/* Several master keys agreed on at once (RFC 4568 section 6.1): the MKI of a packet names its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/srtp.h"
#include "support.h"

enum { SSRC = 0x0badcafe, KEYS = 1 + SRTP_SPARE_KEYS_MAX };

static const enum srtp_suite suites[] = {SRTP_SUITE_AES_CM_128_HMAC_SHA1_32,
                                         SRTP_SUITE_AEAD_AES_256_GCM};

/* One sender with a session for each of its keys. */
struct call {
    struct srtp_key keys;
    struct peer peer[KEYS];
    struct srtp_receiver *receiver;
};

static void call_open(struct call *call, enum srtp_suite suite)
{
    for (size_t i = 0; i < KEYS; i++) {
        struct srtp_key one = key_of(suite, (uint8_t)(1 + 50 * i));

        one.mki_bytes = 2;
        one.mki[1] = (uint8_t)(1 + i);
        peer_open(&call->peer[i], &one, SSRC);
        if (!i) {
            call->keys = one;
            continue;
        }
        memcpy(call->keys.spare[i - 1].key, one.key, sizeof one.key);
        memcpy(call->keys.spare[i - 1].mki, one.mki, sizeof one.mki);
    }
    call->keys.spares = SRTP_SPARE_KEYS_MAX;
    assert_int_equal(srtp_receiver_create(&call->keys, &call->receiver, NULL), STATUS_OK);
}

static void call_close(struct call *call)
{
    srtp_receiver_destroy(call->receiver);
    for (size_t i = 0; i < KEYS; i++)
        peer_close(&call->peer[i]);
}

static enum status receive(struct call *call, struct sealed packet)
{
    return srtp_receiver_open(call->receiver, packet.data, &packet.bytes);
}

static void assert_heard(struct call *call, size_t which, uint16_t number)
{
    struct sealed packet = peer_send(&call->peer[which], SSRC, number);

    assert_int_equal(srtp_receiver_open(call->receiver, packet.data, &packet.bytes), STATUS_OK);
    assert_true(is_packet_of(packet.data, packet.bytes, SSRC, number));
}

static void each_of_several_keys_opens_what_names_it(void **state)
{
    (void)state;
    for (size_t suite = 0; suite < sizeof suites / sizeof suites[0]; suite++) {
        struct call call;

        call_open(&call, suites[suite]);
        for (uint16_t number = 1; number < 200; number++)
            assert_heard(&call, number / 10 % KEYS, number);
        call_close(&call);
    }
}

/* Rollover counters are the source's, whatever its key (RFC 3711 section 3.3.1). */
static void rollovers_go_on_from_key_to_key_and_back(void **state)
{
    static const uint16_t steps[] = {20000, 40000, 60000, 10000};

    (void)state;
    for (size_t suite = 0; suite < sizeof suites / sizeof suites[0]; suite++) {
        struct call call;
        uint32_t rollovers = 0;

        call_open(&call, suites[suite]);
        for (size_t round = 0; round < 12; round++) {
            size_t which = round % 3; /* 0, 1, 2, 0, ... */

            for (size_t i = 0; i < KEYS; i++)
                (void)srtp_set_stream_roc(call.peer[i].session, SSRC, rollovers);
            for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
                assert_heard(&call, which, (uint16_t)(steps[i] + round));
            rollovers++;
        }
        call_close(&call);
    }
}

static void packet_of_a_key_used_before_is_not_opened_again(void **state)
{
    (void)state;
    struct call call;
    struct sealed old[2];

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    for (uint16_t i = 0; i < 2; i++) {
        old[i] = peer_send(&call.peer[i], SSRC, (uint16_t)(1 + i));
        assert_int_equal(receive(&call, old[i]), STATUS_OK);
    }
    assert_heard(&call, 2, 3);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(receive(&call, old[i]), STATUS_DUPLICATE);
        assert_heard(&call, (size_t)round, (uint16_t)(4 + round));
    }
    call_close(&call);
}

static void forged_packet_that_names_a_spare_changes_nothing(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    for (uint16_t number = 1; number <= 40; number++) {
        struct sealed forged = peer_send(&call.peer[1], SSRC, number);

        forged.data[20] ^= 1;
        assert_int_equal(receive(&call, forged), STATUS_DENIED);
        assert_heard(&call, 0, number);
    }
    assert_heard(&call, 2, 41);
    struct sealed again = peer_send(&call.peer[2], SSRC, 42);
    assert_int_equal(receive(&call, again), STATUS_OK);
    assert_int_equal(receive(&call, again), STATUS_DUPLICATE);
    call_close(&call);
}

/* The session is refreshed while a spare is in use; then its keys are others. */
static void same_keys_again_change_nothing_and_new_ones_follow_the_one_in_use(void **state)
{
    (void)state;
    struct call call;
    struct srtp_key fewer;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_heard(&call, 0, 1);
    assert_heard(&call, 1, 2);
    assert_int_equal(srtp_receiver_rekey(call.receiver, &call.keys, NULL), STATUS_OK);
    assert_heard(&call, 1, 3);
    fewer = srtp_key_alone(&call.keys, 1);
    assert_int_equal(srtp_receiver_rekey(call.receiver, &fewer, NULL), STATUS_OK);
    assert_heard(&call, 1, 4);
    assert_int_equal(receive(&call, peer_send(&call.peer[2], SSRC, 5)), STATUS_DENIED);
    fewer = srtp_key_alone(&call.keys, 3);
    assert_int_equal(srtp_receiver_rekey(call.receiver, &fewer, NULL), STATUS_OK);
    assert_heard(&call, 1, 6); /* on its way before */
    assert_heard(&call, 3, 7);
    call_close(&call);
}

static void reports_are_opened_by_the_key_that_they_name(void **state)
{
    (void)state;
    for (size_t suite = 0; suite < sizeof suites / sizeof suites[0]; suite++) {
        struct call call;

        call_open(&call, suites[suite]);
        for (size_t i = 0; i < KEYS; i++) {
            struct sealed report = peer_send_rtcp(&call.peer[i], SSRC);

            assert_int_equal(srtp_receiver_open_rtcp(call.receiver, report.data, &report.bytes),
                             STATUS_OK);
            assert_heard(&call, i, (uint16_t)(1 + i));
        }
        call_close(&call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_several_keys_opens_what_names_it),
        cmocka_unit_test(rollovers_go_on_from_key_to_key_and_back),
        cmocka_unit_test(packet_of_a_key_used_before_is_not_opened_again),
        cmocka_unit_test(forged_packet_that_names_a_spare_changes_nothing),
        cmocka_unit_test(same_keys_again_change_nothing_and_new_ones_follow_the_one_in_use),
        cmocka_unit_test(reports_are_opened_by_the_key_that_they_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
