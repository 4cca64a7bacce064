/* A call may have several groups and sessions, and each of them ties it. */
#include <stdio.h>
#include <string.h>

#include "conversations_help.h"

static void add_tie(struct index_recording *row, enum index_tie_kind kind, const char *value)
{
    struct index_tie *tie = &row->tie[row->ties++];

    tie->kind = kind;
    (void)snprintf(tie->value, sizeof tie->value, "%s", value);
}

static void each_of_several_ties_links(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    static const struct {
        enum index_tie_kind kind;
        const char *before, *after;
    } cases[] = {
        {INDEX_TIE_GROUP, "another-group", "another-group"},
        {INDEX_TIE_SESSION, "another-session", "another-session"},
        {INDEX_TIE_REFERENCE, "27123789", "27123789"},
        {INDEX_TIE_SIP_SESSION, "ab30317f1a784dc48ff824d0d3715d86;remote=47755a9d",
         "11111111222233334444555555555555;remote=AB30317F-1A784DC48FF824D0D3715D86"},
    };

    for (int i = 0; i < 4; i++) {
        struct index_recording first = call_at(customer, 10 * i);
        struct index_recording second = call_at(customer, 10 * i + 5);
        (void)strcpy(first.group_id, "one-of-the-first");
        (void)sprintf(first.group_id + strlen(first.group_id), "-%d", i);
        (void)sprintf(second.group_id, "one-of-the-second-%d", i);
        add_tie(&first, cases[i].kind, cases[i].before);
        add_tie(&second, cases[i].kind, cases[i].after);
        begin_call(fixture, &first);
        begin_call(fixture, &second);
        expect_together(fixture, &first, &second);
    }
}

/* As many as there can be, and the last of them counts. */
static void the_last_of_the_most_ties_links(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = call_at(unassigned(fixture->index), 1);
    struct index_recording found;
    struct fault fault = {0};
    char value[64];

    for (int i = 0; i < BOUND_TIES; i++) {
        (void)sprintf(value, "local-%d;remote=remote-%d", i, i);
        add_tie(&first, INDEX_TIE_SIP_SESSION, value);
    }
    (void)sprintf(value, "remote%d", BOUND_TIES - 1);
    (void)strcpy(second.sip_session_id, value);
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    expect_together(fixture, &first, &second);
    assert_ok(recordings_get(fixture->index, first.id, NULL, &found, &fault), &fault);
    assert_int_equal(found.ties, BOUND_TIES);
    assert_ok(recordings_get(fixture->index, second.id, NULL, &found, &fault), &fault);
    assert_int_equal(found.ties, 1);
    assert_int_equal(found.tie[0].kind, INDEX_TIE_SIP_SESSION);
    assert_string_equal(found.tie[0].value, value);
}

static void a_call_of_two_groups_makes_their_conversations_one(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording rows[4];

    for (int i = 0; i < 4; i++) {
        rows[i] = call_at(unassigned(fixture->index), i);
        (void)strcpy(rows[i].group_id, i % 2 ? "the-odd-group" : "the-even-group");
    }
    add_tie(&rows[3], INDEX_TIE_GROUP, "the-even-group");
    for (int i = 0; i < 3; i++)
        begin_call(fixture, &rows[i]);
    expect_apart(fixture, &rows[0], &rows[1]);
    begin_call(fixture, &rows[3]);
    for (int i = 1; i < 4; i++)
        expect_together(fixture, &rows[0], &rows[i]);
}

/* A call keeps what it was once tied by: the next one may know the former group only. */
static void a_tie_that_another_took_the_place_of_still_links(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = call_at(unassigned(fixture->index), 70);

    (void)strcpy(first.group_id, "former-group");
    begin_call(fixture, &first);
    (void)strcpy(first.group_id, "latter-group");
    end_after(fixture, &first, 60);
    (void)strcpy(second.group_id, "former-group");
    begin_call(fixture, &second);
    expect_together(fixture, &first, &second);
}

static void ties_of_an_unanswered_call_go_with_it(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = call_at(unassigned(fixture->index), 1);
    struct fault fault = {0};

    (void)strcpy(first.group_id, "group-77");
    begin_call(fixture, &first);
    assert_ok(recordings_remove_unanswered(fixture->index, first.id, &fault), &fault);
    (void)strcpy(second.group_id, "group-77");
    begin_call(fixture, &second);
    assert_true(uuid_equal(conversation_of(fixture, &second), second.id));
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(each_of_several_ties_links),
        WITH_INDEX(the_last_of_the_most_ties_links),
        WITH_INDEX(a_call_of_two_groups_makes_their_conversations_one),
        WITH_INDEX(a_tie_that_another_took_the_place_of_still_links),
        WITH_INDEX(ties_of_an_unanswered_call_go_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
