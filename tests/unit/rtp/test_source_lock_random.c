/*
 * Source lock under random senders (seeded): every packet is heard once or refused, in its order,
 * and nobody is heard while the one that is named speaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/address.h"
#include "rtp/source_lock.h"

enum { SENDERS = 4, SSRCS = 3, PACKETS = 4000, ROUNDS = 60 };

/* What is heard, watched from outside. Sender 0 is the one that is named. */
struct watch {
    struct sockaddr_storage addresses[SENDERS];
    uint64_t random;
    int64_t now_ns;
    int64_t named_ns; /* when the named one was last heard; negative: never */
    uint32_t offered;
    uint32_t admitted;
    uint64_t refused;
    bool seen[PACKETS];
    uint32_t last[SENDERS][SSRCS]; /* id of the last that was heard, plus one */
};

static uint32_t below(struct watch *watch, uint32_t limit)
{
    watch->random = watch->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(watch->random >> 33) % limit;
}

static size_t sender_of(const struct watch *watch, const struct sockaddr_storage *from)
{
    size_t sender = 0;

    while (!address_equal(&watch->addresses[sender], from))
        assert_true(++sender < SENDERS);
    return sender;
}

static void on_admit(void *context, const struct source_lock_packet *packet)
{
    struct watch *watch = context;
    size_t sender = sender_of(watch, packet->from);
    uint32_t id;

    assert_int_equal(packet->data_bytes, sizeof id);
    memcpy(&id, packet->data, sizeof id);
    assert_false(watch->seen[id]);
    watch->seen[id] = true;
    watch->admitted++;
    assert_true(id + 1 > watch->last[sender][packet->ssrc]);
    watch->last[sender][packet->ssrc] = id + 1;
    if (sender == 0)
        watch->named_ns = watch->now_ns;
    if (sender == 0 || watch->named_ns < 0)
        return;
    assert_true(watch->now_ns - watch->named_ns > SOURCE_LOCK_HOLD_MS * CLOCK_NS_PER_MS);
    assert_true(packet->arrival_ns >= watch->named_ns);
}

static void offer(struct watch *watch, struct source_lock *lock, size_t sender, uint32_t ssrc,
                  uint16_t number)
{
    uint32_t id = watch->offered++;
    const struct source_lock_packet packet = {
        .from = &watch->addresses[sender],
        .ssrc = ssrc,
        .sequence = number,
        .data = (const uint8_t *)&id,
        .data_bytes = sizeof id,
        .arrival_ns = watch->now_ns,
    };

    source_lock_offer(lock, &packet, on_admit, watch, &watch->refused);
}

static void watch_begin(struct watch *watch, uint64_t seed)
{
    char text[ADDRESS_TEXT_BYTES];

    memset(watch, 0, sizeof *watch);
    watch->random = seed;
    watch->named_ns = -1;
    for (unsigned i = 0; i < SENDERS; i++) {
        (void)snprintf(text, sizeof text, "192.0.2.%u:%u", i / 2 + 1, 4000 + i);
        assert_int_equal(address_parse(text, 0, &watch->addresses[i]), STATUS_OK);
    }
}

static void every_packet_is_heard_once_in_order_or_refused(void **state)
{
    (void)state;
    static struct watch watch;

    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct source_lock *lock = NULL;
        uint16_t numbers[SENDERS][SSRCS] = {{0}};

        watch_begin(&watch, seed);
        assert_int_equal(source_lock_create(&lock), STATUS_OK);
        source_lock_name(lock, &watch.addresses[0]);
        uint32_t named_in = seed % 3 == 0 ? 20 : seed % 3 == 1 ? 400 : PACKETS * 10;
        while (watch.offered < PACKETS) {
            bool named = below(&watch, named_in) == 0;
            size_t sender = named ? 0 : 1 + below(&watch, SENDERS - 1);
            uint32_t ssrc = below(&watch, 6) ? 0 : below(&watch, SSRCS);

            numbers[sender][ssrc] = (uint16_t)(numbers[sender][ssrc] + below(&watch, 3));
            watch.now_ns += (int64_t)below(&watch, 40) * CLOCK_NS_PER_MS;
            if (below(&watch, 300) == 0)
                watch.now_ns += 700 * CLOCK_NS_PER_MS;
            offer(&watch, lock, sender, ssrc, numbers[sender][ssrc]);
        }
        watch.refused += source_lock_finish(lock);
        assert_int_equal(watch.admitted + watch.refused, PACKETS);
        assert_true(watch.admitted > 0);
        source_lock_destroy(lock);
    }
}

/* Whatever strangers send, the named one loses nothing. */
static void the_named_sender_is_heard_whole_among_strangers(void **state)
{
    (void)state;
    static struct watch watch;

    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct source_lock *lock = NULL;
        uint16_t number = (uint16_t)(65000 + seed * 37);

        watch_begin(&watch, seed);
        assert_int_equal(source_lock_create(&lock), STATUS_OK);
        source_lock_name(lock, &watch.addresses[0]);
        while (watch.offered < PACKETS - 10) {
            for (uint32_t i = below(&watch, 9); i > 0; i--)
                offer(&watch, lock, 1 + below(&watch, SENDERS - 1), below(&watch, SSRCS),
                      (uint16_t)below(&watch, 5));
            uint32_t before = watch.last[0][1];
            offer(&watch, lock, 0, 1, number++);
            assert_int_equal(watch.last[0][1], watch.offered);
            assert_true(watch.last[0][1] > before);
            watch.now_ns += (int64_t)(below(&watch, 50) ? 20 : 3000) * CLOCK_NS_PER_MS;
        }
        source_lock_destroy(lock);
    }
}

/* One sender that moves about every while, with loss and swaps, alone: only what was lost is. */
static void a_lone_sender_that_moves_about_is_heard_whole(void **state)
{
    (void)state;
    static struct watch watch;

    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct source_lock *lock = NULL;
        uint16_t number = (uint16_t)(seed * 4099);
        size_t sender = 0;

        watch_begin(&watch, seed);
        assert_int_equal(source_lock_create(&lock), STATUS_OK);
        source_lock_name(lock, &watch.addresses[0]);
        while (watch.offered < PACKETS - 400) {
            sender = (sender + 1) % SENDERS;
            if (sender == 0)
                sender = 1; /* the named one would be heard at once */
            for (uint32_t left = 60 + below(&watch, 100); left > 0; left--) {
                bool swap = below(&watch, 10) == 0;

                offer(&watch, lock, sender, 2, (uint16_t)(number + swap));
                watch.now_ns += 20 * CLOCK_NS_PER_MS;
                offer(&watch, lock, sender, 2, (uint16_t)(number + !swap));
                watch.now_ns += 20 * CLOCK_NS_PER_MS;
                number = (uint16_t)(number + 2 + (below(&watch, 20) == 0));
            }
        }
        assert_int_equal(watch.refused + source_lock_finish(lock), 0);
        assert_int_equal(watch.admitted, watch.offered);
        source_lock_destroy(lock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_is_heard_once_in_order_or_refused),
        cmocka_unit_test(the_named_sender_is_heard_whole_among_strangers),
        cmocka_unit_test(a_lone_sender_that_moves_about_is_heard_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
