/* call_places: on which leg a stream goes on, and what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/call_places.h"

static struct recording_stream stream_of(enum recording_channel channel, const char *label,
                                         const char *number)
{
    struct recording_stream stream = {.channel = channel};

    strcpy(stream.label, label);
    strcpy(stream.party.number, number);
    return stream;
}

/* Ann left, three others right; the first of those lives. */
static const struct {
    enum recording_channel channel;
    const char *label;
    const char *number;
    bool taken;
} people[] = {
    {RECORDING_LEFT, "1", "+1", false},
    {RECORDING_RIGHT, "2", "+2", true},
    {RECORDING_RIGHT, "3", "+3", false},
    {RECORDING_RIGHT, "4", "", false},
};

struct room {
    struct recording_stream told[BOUND_CALL_STREAMS];
    bool taken[BOUND_CALL_STREAMS];
};

static struct call_places fill(struct room *room, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t who = i % (sizeof people / sizeof *people);
        room->told[i] = stream_of(people[who].channel, people[who].label, people[who].number);
        room->taken[i] = people[who].taken;
    }
    return (struct call_places){room->told, room->taken, count};
}

static void who_was_heard_before_goes_on_on_the_same_leg(void **state)
{
    (void)state;
    struct room room;
    const struct call_places places = fill(&room, 4);
    const struct recording_stream by_number = stream_of(RECORDING_RIGHT, "9", "+3");
    const struct recording_stream by_label = stream_of(RECORDING_RIGHT, "4", "+5");
    const struct recording_stream moved = stream_of(RECORDING_LEFT, "3", "+3");

    assert_int_equal(call_places_choose(&places, &by_number, CALL_PLACES_NONE), 2);
    assert_int_equal(call_places_choose(&places, &by_label, CALL_PLACES_NONE), 3);
    /* the leg is on the other channel: a leg does not change its side */
    assert_int_equal(call_places_choose(&places, &moved, CALL_PLACES_NONE), 4);
}

static void own_leg_is_kept_unless_it_is_taken_or_another_came_for_it(void **state)
{
    (void)state;
    struct room room;
    struct call_places places = fill(&room, 4);
    const struct recording_stream unnamed = stream_of(RECORDING_RIGHT, "", "");
    const struct recording_stream stranger = stream_of(RECORDING_RIGHT, "3", "+7");

    room.told[2] = room.told[3] = unnamed;
    assert_int_equal(call_places_choose(&places, &unnamed, 3), 3);
    room.taken[3] = true;
    assert_int_equal(call_places_choose(&places, &unnamed, 3), 2);
    assert_int_equal(call_places_choose(&places, &stranger, 1), 4);
}

static void party_decides_before_label_and_nothing_known_contradicts_nothing(void **state)
{
    (void)state;
    const struct recording_stream ann = stream_of(RECORDING_LEFT, "1", "+1");
    const struct recording_stream bo = stream_of(RECORDING_LEFT, "1", "+2");
    const struct recording_stream unknown = stream_of(RECORDING_LEFT, "1", "");
    const struct recording_stream other = stream_of(RECORDING_LEFT, "2", "");
    const struct recording_stream bare = stream_of(RECORDING_LEFT, "", "");
    struct recording_stream named = bare;

    assert_false(call_places_agree(&ann, &bo));
    assert_true(call_places_agree(&ann, &unknown));
    assert_false(call_places_agree(&unknown, &other));
    assert_true(call_places_agree(&unknown, &bare));
    assert_false(call_places_agree(&ann, &bare));
    strcpy(named.party.name, "Ann");
    assert_true(call_places_agree(&named, &named));
    assert_false(call_places_agree(&ann, &named));
}

static void full_recording_gives_a_newcomer_a_free_leg_of_his_side_then_any(void **state)
{
    (void)state;
    struct room room;
    const struct call_places places = fill(&room, BOUND_CALL_STREAMS);
    const struct recording_stream newcomer = stream_of(RECORDING_RIGHT, "9", "+9");

    assert_int_equal(call_places_choose(&places, &newcomer, CALL_PLACES_NONE), 2);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        room.taken[i] = room.told[i].channel == RECORDING_RIGHT;
    assert_int_equal(call_places_choose(&places, &newcomer, CALL_PLACES_NONE), 0);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        room.taken[i] = true;
    assert_int_equal(call_places_choose(&places, &newcomer, CALL_PLACES_NONE), CALL_PLACES_NONE);
}

static void change_of_stream_says_who_was_heard_and_who_is(void **state)
{
    (void)state;
    char text[CALL_PLACES_TEXT_BYTES];
    const struct recording_stream bo = stream_of(RECORDING_LEFT, "2", "+2");
    struct recording_stream named = stream_of(RECORDING_LEFT, "", "");
    const struct recording_stream unknown = stream_of(RECORDING_LEFT, "7", "");

    strcpy(named.party.name, "Cy");
    call_places_describe(&bo, &named, text);
    assert_string_equal(text, "2, +2 -> Cy");
    call_places_describe(&named, &unknown, text);
    assert_string_equal(text, "Cy -> 7, unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_heard_before_goes_on_on_the_same_leg),
        cmocka_unit_test(own_leg_is_kept_unless_it_is_taken_or_another_came_for_it),
        cmocka_unit_test(party_decides_before_label_and_nothing_known_contradicts_nothing),
        cmocka_unit_test(full_recording_gives_a_newcomer_a_free_leg_of_his_side_then_any),
        cmocka_unit_test(change_of_stream_says_who_was_heard_and_who_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
