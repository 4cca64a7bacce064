/* The facts of a recording that a crash cut short, from its journal and its holes. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/recorderctl/recovered_facts.h"

enum { MS = JOURNAL_HZ / 1000, PRE_SKIP = 312 };

static struct journal_fact fact_of(int leg, const char *cause, int64_t start_ms, int64_t end_ms)
{
    struct journal_fact fact = {.leg = leg, .start = start_ms * MS, .end = end_ms * MS};

    (void)snprintf(fact.cause, sizeof fact.cause, "%s", cause);
    return fact;
}

/* "leg cause start-end;" of all. */
static void expect(const struct journal_replay *replay, const struct recover_found *found,
                   int64_t duration_ms, const char *wanted, int64_t lost_ms)
{
    struct index_fact *facts = NULL;
    char text[2048] = "";
    size_t count = 0;
    size_t length = 0;

    assert_int_equal(recovered_facts(replay, found, duration_ms, &facts, &count), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%d %s %lld-%lld;",
                                   facts[i].leg, facts[i].cause, (long long)facts[i].start_ms,
                                   (long long)facts[i].end_ms);
    assert_string_equal(text, wanted);
    assert_int_equal(recovered_lost_ms(facts, count), lost_ms);
    free(facts);
}

static void facts_are_told_up_to_the_last_entry_and_the_rest_is_unaccounted(void **state)
{
    struct journal_fact facts[] = {fact_of(0, "lost", 1000, 1060), fact_of(1, "held", 4000, 10000),
                                   fact_of(0, "silent", 11000, 13000)};
    struct journal_replay replay = {.entries = 2, .facts = 3, .fact = facts};
    const struct recover_found found = {.pre_skip = PRE_SKIP};
    (void)state;

    facts[1].open = true;
    replay.last.until = (int64_t)10000 * MS;
    expect(&replay, &found, 12000,
           "0 lost 1000-1060;1 held 4000-12000;-1 unaccounted 10000-12000;0 silent 11000-12000;",
           0);
    /* all is known of one that ends before its facts do */
    expect(&replay, &found, 9000, "0 lost 1000-1060;1 held 4000-9000;", 0);
}

static void holes_are_unreadable_but_for_what_the_store_never_took(void **state)
{
    struct journal_fact unwritten = fact_of(-1, "unwritten", 3000, 4000);
    struct journal_replay replay = {.entries = 1, .facts = 1, .fact = &unwritten};
    const struct recover_hole holes[] = {
        {(int64_t)1000 * MS + PRE_SKIP, (int64_t)2000 * MS + PRE_SKIP},
        {(int64_t)3000 * MS + PRE_SKIP, (int64_t)5000 * MS + PRE_SKIP}};
    const struct recover_found found = {.holes = 2, .hole = holes, .pre_skip = PRE_SKIP};
    (void)state;

    unwritten.numbered = true;
    replay.last.until = (int64_t)9000 * MS;
    expect(&replay, &found, 6000,
           "-1 unreadable 1000-2000;-1 unwritten 3000-4000;-1 unreadable 4000-5000;", 2000);
}

/* A hole around what was never taken is two; at its end, or within it, there is none. */
static void holes_are_cut_at_all_that_the_store_never_took(void **state)
{
    struct journal_fact facts[] = {
        fact_of(-1, "unwritten", 3000, 4000), fact_of(-1, "unwritten", 6000, 7000),
        fact_of(-1, "unwritten", 6500, 7500), fact_of(-1, "unwritten", 9000, 9500)};
    struct journal_replay replay = {.entries = 1, .facts = 4, .fact = facts};
    const struct recover_hole holes[] = {
        {(int64_t)1000 * MS + PRE_SKIP, (int64_t)6600 * MS + PRE_SKIP},
        {(int64_t)9100 * MS + PRE_SKIP, (int64_t)9300 * MS + PRE_SKIP}};
    const struct recover_found found = {.holes = 2, .hole = holes, .pre_skip = PRE_SKIP};
    (void)state;

    for (size_t i = 0; i < 4; i++) {
        facts[i].numbered = true;
        facts[i].index = (uint32_t)i;
    }
    replay.last.until = (int64_t)10000 * MS;
    expect(&replay, &found, 10000,
           "-1 unreadable 1000-3000;-1 unwritten 3000-4000;-1 unreadable 4000-6000;"
           "-1 unwritten 6000-7000;-1 unwritten 6500-7500;-1 unwritten 9000-9500;",
           4000);
}

static void where_entries_are_missing_nothing_is_claimed(void **state)
{
    struct journal_replay replay = {
        .entries = 2, .gaps = 1, .gap = {{(int64_t)5000 * MS, (int64_t)10000 * MS}}};
    const struct recover_found found = {.pre_skip = PRE_SKIP};
    (void)state;

    replay.last.until = (int64_t)15000 * MS;
    expect(&replay, &found, 15500, "-1 unaccounted 5000-10000;-1 unaccounted 15000-15500;", 0);
    const struct journal_replay nothing = {0};
    expect(&nothing, &found, 15500, "-1 unaccounted 0-15500;", 0);
}

static void legs_and_parties_are_as_told_last_also_those_that_came_late(void **state)
{
    struct details_leg_media media[BOUND_CALL_STREAMS];
    struct journal_replay replay = {.entries = 1};
    struct index_recording row = {.legs = 2, .caller = {.number = "+451"}};
    (void)state;

    row.leg[0].packets_received = 0;
    recovered_legs(&(struct journal_replay){0}, &row, media);
    assert_int_equal(row.legs, 2);
    assert_int_equal(media[0].anchor_samples, -1);
    replay.last.legs = 3;
    (void)snprintf(replay.last.party[1].name, 32, "Reception");
    for (size_t i = 0; i < 3; i++) {
        struct journal_leg *leg = &replay.last.leg[i];
        leg->right = i > 0;
        leg->rate_hz = 16000;
        leg->anchor_samples = (int64_t)i * 100;
        for (size_t k = 0; k < JOURNAL_COUNTS; k++)
            leg->packets[k] = 10 * i + k;
        (void)snprintf(leg->codec, sizeof leg->codec, "G722");
        (void)snprintf(leg->party.number, sizeof leg->party.number, "20%zu", i);
    }
    recovered_legs(&replay, &row, media);
    assert_int_equal(row.legs, 3);
    assert_string_equal(row.caller.number, "+451"); /* never told otherwise */
    assert_string_equal(row.called.name, "Reception");
    assert_string_equal(row.leg[2].party.number, "202");
    assert_string_equal(row.leg[2].codec, "G722");
    assert_true(row.leg[2].right);
    assert_int_equal(row.leg[2].packets_received, 20);
    assert_int_equal(row.leg[2].packets_lost, 21);
    assert_int_equal(row.leg[2].packets_late, 22);
    assert_int_equal(row.leg[2].packets_duplicate, 23);
    assert_int_equal(row.leg[2].packets_ignored, 24);
    assert_int_equal(row.leg[2].packets_refused, 25);
    assert_int_equal(media[2].rate_hz, 16000);
    assert_int_equal(media[2].anchor_samples, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_told_up_to_the_last_entry_and_the_rest_is_unaccounted),
        cmocka_unit_test(holes_are_unreadable_but_for_what_the_store_never_took),
        cmocka_unit_test(holes_are_cut_at_all_that_the_store_never_took),
        cmocka_unit_test(where_entries_are_missing_nothing_is_claimed),
        cmocka_unit_test(legs_and_parties_are_as_told_last_also_those_that_came_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
