/*
 * Hundreds of seeded calls over a network that loses, doubles and reorders within the window: every
 * one must give the very packets that the clean audio gives, with zeros where something was lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/session/support.h"

enum { RUNS = 200, PACKETS = 120, MS_PER_PACKET = 20, END_MS = 4400 };

struct sent {
    size_t withheld;
    size_t duplicated;
};

/* Packets of one leg; the first and the last that are sent fix where the leg begins and ends. */
static size_t plan_leg(struct sender *sender, size_t leg, uint64_t *random, struct planned *plan,
                       struct sent *sent)
{
    uint32_t loss_percent = random_below(random, 30);
    uint32_t delay_ms_max = 1 + random_below(random, RECORDING_REORDER_MS - MEDIA_SWEEP_MS);
    size_t count = 0;

    for (size_t i = 0; i < PACKETS; i++) {
        int64_t due_ms = 7 + (int64_t)i * MS_PER_PACKET;
        if (i && i + 1 < PACKETS && random_below(random, 100) < loss_percent) {
            sender->withheld[i] = true;
            sent->withheld++;
            continue;
        }
        if (i && random_below(random, 100) < 30)
            due_ms += random_below(random, delay_ms_max);
        plan[count++] = (struct planned){due_ms * NS_PER_MS, leg, i};
        if (random_below(random, 100) < 10) {
            /* a copy may come at any time, even when its place is long written */
            due_ms += random_below(random, 900);
            plan[count++] = (struct planned){due_ms * NS_PER_MS, leg, i};
            sent->duplicated++;
        }
    }
    return count;
}

static void run(uint64_t seed)
{
    const struct recording_stream both[] = {stream_of(RECORDING_LEFT, "PCMA"),
                                            stream_of(RECORDING_RIGHT, "PCMU")};
    uint64_t random = seed;
    struct memory_sink memory;
    struct sender senders[2];
    struct sent sent[2] = {{0}};
    struct planned plan[4 * PACKETS];
    struct track *track = NULL;
    size_t count = 0;

    memory_sink_init(&memory);
    assert_int_equal(track_create(both, 2, (uint32_t)seed, &track, NULL), STATUS_OK);
    track_begin(track, &test_setup, &test_policy, &memory.sink, &memory);
    for (size_t leg = 0; leg < 2; leg++) {
        sender_init(&senders[leg], leg ? 0 : 8, PACKETS, seed * 2 + leg);
        count += plan_leg(&senders[leg], leg, &random, plan + count, &sent[leg]);
    }
    play(track, senders, plan, count, END_MS * NS_PER_MS);
    finish(track, END_MS * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){56, 56});
    assert_int_equal(memory.end.duration_ms, END_MS);
    for (size_t leg = 0; leg < 2; leg++) {
        const struct recording_leg *end = &memory.end.leg[leg];
        assert_int_equal(end->packets_lost, sent[leg].withheld);
        assert_int_equal(end->packets_duplicate, sent[leg].duplicated);
        assert_int_equal(end->packets_late, 0);
        assert_int_equal(end->packets_received,
                         PACKETS - sent[leg].withheld + sent[leg].duplicated);
        sender_deinit(&senders[leg]);
    }
    memory_sink_deinit(&memory);
}

static void lossy_call_is_the_clean_one_with_zeros(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        run(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lossy_call_is_the_clean_one_with_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
