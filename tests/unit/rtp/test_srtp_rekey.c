/* A new SRTP key in the middle of a call: nothing is lost around it, whoever counts rollovers how.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/srtp.h"
#include "support.h"

enum { SSRC = 0x0badcafe };

/* A call that began with one key and gets another. */
struct call {
    struct srtp_key first_key;
    struct srtp_key second_key;
    struct peer first;
    struct peer second;
    struct srtp_receiver *receiver;
};

static void call_open(struct call *call, enum srtp_suite suite)
{
    call->first_key = key_of(suite, 1);
    call->second_key = key_of(suite, 101);
    peer_open(&call->first, &call->first_key, 0);
    peer_open(&call->second, &call->second_key, SSRC);
    assert_int_equal(srtp_receiver_create(&call->first_key, &call->receiver, NULL), STATUS_OK);
}

static void call_close(struct call *call)
{
    srtp_receiver_destroy(call->receiver);
    peer_close(&call->first);
    peer_close(&call->second);
}

static void rekey(struct call *call, const struct srtp_key *key)
{
    struct fault fault = {0};

    assert_int_equal(srtp_receiver_rekey(call->receiver, key, &fault), STATUS_OK);
}

static enum status receive(struct call *call, struct sealed packet)
{
    return srtp_receiver_open(call->receiver, packet.data, &packet.bytes);
}

static void assert_heard(struct call *call, struct sealed packet, uint16_t number)
{
    assert_int_equal(srtp_receiver_open(call->receiver, packet.data, &packet.bytes), STATUS_OK);
    assert_true(is_packet_of(packet.data, packet.bytes, SSRC, number));
}

/* Bring the first key's rollover counter to one: the numbers pass 65535 once. */
static uint16_t roll_over_once(struct call *call, uint16_t last)
{
    const uint16_t numbers[] = {30000, 60000, 10, 25000, last};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_heard(call, peer_send(&call->first, SSRC, numbers[i]), numbers[i]);
    return last;
}

static void the_same_key_again_changes_nothing(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    uint16_t number = roll_over_once(&call, 40000);
    struct sealed old = peer_send(&call.first, SSRC, ++number);
    assert_heard(&call, old, number);
    rekey(&call, &call.first_key);
    assert_int_equal(receive(&call, old), STATUS_DUPLICATE);
    number++;
    assert_heard(&call, peer_send(&call.first, SSRC, number), number);
    call_close(&call);
}

static void the_old_key_opens_until_the_new_one_is_in_use(void **state)
{
    (void)state;
    struct call call;
    struct sealed late[3];

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    for (uint16_t number = 1; number <= 500; number++) {
        if (number == 2)
            rekey(&call, &call.second_key);
        assert_heard(&call, peer_send(&call.first, SSRC, number), number);
    }
    for (uint16_t i = 0; i < 3; i++)
        late[i] = peer_send(&call.first, SSRC, (uint16_t)(501 + i));
    for (uint16_t number = 0; number < SRTP_OLD_KEY_PACKETS; number++) {
        if (number == 1 || number == SRTP_OLD_KEY_PACKETS - 1) {
            uint16_t which = number == 1 ? 0 : 1;
            assert_heard(&call, late[which], (uint16_t)(501 + which));
        }
        assert_heard(&call, peer_send(&call.second, SSRC, (uint16_t)(600 + number)),
                     (uint16_t)(600 + number));
    }
    assert_int_equal(receive(&call, late[2]), STATUS_DENIED);
    call_close(&call);
}

static void the_new_key_may_begin_at_rollover_zero(void **state)
{
    (void)state;
    const enum srtp_suite suites[] = {SRTP_SUITE_AES_CM_128_HMAC_SHA1_32,
                                      SRTP_SUITE_AEAD_AES_256_GCM};

    for (size_t i = 0; i < 2; i++) {
        struct call call;

        call_open(&call, suites[i]);
        uint16_t number = roll_over_once(&call, 50000);
        rekey(&call, &call.second_key);
        for (int round = 0; round < 20; round++, number = (uint16_t)(number + 5000))
            assert_heard(&call, peer_send(&call.second, SSRC, number), number);
        call_close(&call);
    }
}

static void the_new_key_may_go_on_counting_rollovers(void **state)
{
    (void)state;
    const enum srtp_suite suites[] = {SRTP_SUITE_AES_CM_128_HMAC_SHA1_32,
                                      SRTP_SUITE_AEAD_AES_256_GCM};

    for (size_t i = 0; i < 2; i++) {
        struct call call;

        call_open(&call, suites[i]);
        uint16_t number = roll_over_once(&call, 50000);
        rekey(&call, &call.second_key);
        assert_int_equal(srtp_set_stream_roc(call.second.session, SSRC, 1), srtp_err_status_ok);
        struct sealed first = peer_send(&call.second, SSRC, ++number);
        struct sealed swapped = peer_send(&call.second, SSRC, (uint16_t)(number + 1));
        assert_heard(&call, swapped, (uint16_t)(number + 1));
        assert_heard(&call, first, number);
        assert_int_equal(receive(&call, first), STATUS_DUPLICATE);
        number = (uint16_t)(number + 2);
        for (int round = 0; round < 20; round++, number = (uint16_t)(number + 5000))
            assert_heard(&call, peer_send(&call.second, SSRC, number), number);
        call_close(&call);
    }
}

static void the_numbers_may_roll_over_just_when_the_key_changes(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_heard(&call, peer_send(&call.first, SSRC, 65530), 65530);
    rekey(&call, &call.second_key);
    assert_int_equal(srtp_set_stream_roc(call.second.session, SSRC, 1), srtp_err_status_ok);
    for (uint16_t number = 2; number < 9; number++)
        assert_heard(&call, peer_send(&call.second, SSRC, number), number);
    call_close(&call);
}

static void forged_packets_around_a_new_key_change_nothing(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AEAD_AES_128_GCM);
    uint16_t number = roll_over_once(&call, 50000);
    rekey(&call, &call.second_key);
    assert_int_equal(srtp_set_stream_roc(call.second.session, SSRC, 1), srtp_err_status_ok);
    for (int round = 0; round < 300; round++) {
        struct sealed genuine = peer_send(&call.second, SSRC, ++number);
        struct sealed forged = genuine;

        forged.data[20] ^= 1;
        assert_int_not_equal(receive(&call, forged), STATUS_OK);
        forged = genuine;
        forged.data[2] ^= 0x80; /* far away */
        assert_int_not_equal(receive(&call, forged), STATUS_OK);
        assert_heard(&call, genuine, number);
        assert_int_equal(receive(&call, genuine), STATUS_DUPLICATE);
    }
    call_close(&call);
}

/* A re-INVITE that is refused, or undone by the next one. */
static void back_to_the_old_key_goes_on_where_it_was(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    uint16_t number = roll_over_once(&call, 50000);
    struct sealed old = peer_send(&call.first, SSRC, ++number);
    assert_heard(&call, old, number);
    rekey(&call, &call.second_key);
    struct sealed second = peer_send(&call.second, SSRC, 7);
    assert_heard(&call, second, 7);
    rekey(&call, &call.first_key);
    assert_int_equal(receive(&call, old), STATUS_DUPLICATE);
    for (int round = 0; round < 10; round++) {
        number++;
        assert_heard(&call, peer_send(&call.first, SSRC, number), number);
    }
    assert_int_equal(receive(&call, second), STATUS_DUPLICATE);
    assert_heard(&call, peer_send(&call.second, SSRC, 8), 8);
    call_close(&call);
}

static void a_key_that_was_never_used_does_not_push_out_the_one_in_use(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80);
    assert_heard(&call, peer_send(&call.first, SSRC, 1), 1);
    for (uint8_t seed = 201; seed < 210; seed++) {
        struct srtp_key unused = key_of(SRTP_SUITE_AES_CM_128_HMAC_SHA1_32, seed);
        rekey(&call, &unused);
    }
    rekey(&call, &call.second_key);
    assert_heard(&call, peer_send(&call.first, SSRC, 2), 2);
    assert_heard(&call, peer_send(&call.second, SSRC, 3), 3);
    assert_heard(&call, peer_send(&call.first, SSRC, 4), 4);
    call_close(&call);
}

static void reports_go_on_under_either_key(void **state)
{
    (void)state;
    struct call call;

    call_open(&call, SRTP_SUITE_AES_CM_128_HMAC_SHA1_32);
    for (int round = 0; round < 4; round++) {
        struct sealed report = peer_send_rtcp(round < 2 ? &call.first : &call.second, SSRC);

        if (round == 1)
            rekey(&call, &call.second_key);
        assert_int_equal(srtp_receiver_open_rtcp(call.receiver, report.data, &report.bytes),
                         STATUS_OK);
        assert_int_equal(report.bytes, 8);
    }
    call_close(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_again_changes_nothing),
        cmocka_unit_test(the_old_key_opens_until_the_new_one_is_in_use),
        cmocka_unit_test(the_new_key_may_begin_at_rollover_zero),
        cmocka_unit_test(the_new_key_may_go_on_counting_rollovers),
        cmocka_unit_test(the_numbers_may_roll_over_just_when_the_key_changes),
        cmocka_unit_test(forged_packets_around_a_new_key_change_nothing),
        cmocka_unit_test(back_to_the_old_key_goes_on_where_it_was),
        cmocka_unit_test(a_key_that_was_never_used_does_not_push_out_the_one_in_use),
        cmocka_unit_test(reports_go_on_under_either_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
