/* Late packets, kept in the order in which they came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "session/held_packets.h"

static enum status add(struct held_packets *held, int64_t extended)
{
    uint8_t payload[2] = {(uint8_t)extended, 7};
    const struct held_packet what = {
        .packet = {.payload = payload, .payload_bytes = sizeof payload},
        .extended = extended,
    };

    return held_packets_add(held, &what);
}

static void packets_come_out_as_they_went_in_with_their_payload(void **state)
{
    (void)state;
    struct held_packets held = {0};

    assert_null(held_packets_take(&held));
    for (int64_t round = 0; round < 2; round++) {
        for (int64_t i = 0; i < 3; i++)
            assert_int_equal(add(&held, 10 * round + i), STATUS_OK);
        for (int64_t i = 0; i < 3; i++) {
            struct held_packet *taken = held_packets_take(&held);
            assert_non_null(taken);
            assert_int_equal(taken->extended, 10 * round + i);
            assert_int_equal(taken->packet.payload[0], 10 * round + i);
            assert_int_equal(taken->packet.payload[1], 7);
            free(taken);
        }
        assert_null(held_packets_take(&held));
        assert_int_equal(held.count, 0);
    }
}

static void no_more_are_held_than_the_bound(void **state)
{
    (void)state;
    struct held_packets held = {0};

    for (int64_t i = 0; i < HELD_PACKETS_MAX; i++)
        assert_int_equal(add(&held, i), STATUS_OK);
    assert_int_equal(add(&held, HELD_PACKETS_MAX), STATUS_LIMIT);
    for (struct held_packet *taken; (taken = held_packets_take(&held)); free(taken))
        assert_true(taken->extended < HELD_PACKETS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_come_out_as_they_went_in_with_their_payload),
        cmocka_unit_test(no_more_are_held_than_the_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
