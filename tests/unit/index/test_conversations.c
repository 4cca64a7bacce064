/* Calls that belong together are found, and those that do not are kept apart. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "conversations_help.h"
#include "storage/index/database.h"
#include "storage/index/sip_session.h"

static void each_kind_of_tie_links_two_calls(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);

    for (int kind = 0; kind < 4; kind++) {
        struct index_recording first = call_at(customer, 10 * kind);
        struct index_recording second = call_at(customer, 10 * kind + 5);
        char *fields[][2] = {{first.group_id, second.group_id},
                             {first.session_id, second.session_id},
                             {first.call_reference, second.call_reference},
                             {first.sip_session_id, second.sip_session_id}};
        (void)sprintf(fields[kind][0], "one-tie-of-%d", kind);
        (void)sprintf(fields[kind][1], "one-tie-of-%d", kind);
        begin_call(fixture, &first);
        begin_call(fixture, &second);
        expect_together(fixture, &first, &second);
    }
}

static void calls_without_ties_are_alone(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = call_at(unassigned(fixture->index), 1);

    begin_call(fixture, &first);
    begin_call(fixture, &second);
    expect_apart(fixture, &first, &second);
}

static void one_kind_of_tie_is_not_another(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = call_at(unassigned(fixture->index), 1);

    (void)strcpy(first.group_id, "27123789");
    (void)strcpy(second.call_reference, "27123789");
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    expect_apart(fixture, &first, &second);
}

static void customers_and_sources_are_never_crossed(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording customers = call_at(add_customer(fixture->index, "5"), 1);
    struct index_recording sources = call_at(unassigned(fixture->index), 1);

    (void)strcpy(first.group_id, "group-77");
    (void)strcpy(customers.group_id, "group-77");
    (void)strcpy(sources.group_id, "group-77");
    (void)strcpy(sources.source, "other");
    begin_call(fixture, &first);
    begin_call(fixture, &customers);
    begin_call(fixture, &sources);
    expect_apart(fixture, &first, &customers);
    expect_apart(fixture, &first, &sources);
}

static const char agent[] = "ab30317f1a784dc48ff824d0d3715d86";
static const char phone[] = "47755a9de7794ba387653f2099600ef2";
static const char other[] = "11111111222233334444555555555555";

static bool halves_link(struct fixture *fixture, int64_t at_s, const char *before,
                        const char *after)
{
    struct index_recording first = call_at(unassigned(fixture->index), at_s);
    struct index_recording second = call_at(unassigned(fixture->index), at_s + 1);

    (void)strcpy(first.sip_session_id, before);
    (void)strcpy(second.sip_session_id, after);
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    end_after(fixture, &first, 2);
    end_after(fixture, &second, 2);
    return uuid_equal(conversation_of(fixture, &second), first.id);
}

static void any_half_of_the_sip_session_links_and_the_nil_one_never(void **state)
{
    struct fixture *fixture = *state;
    const char *nil = "00000000000000000000000000000000";
    char before[200];
    char after[200];

    (void)sprintf(before, "%s;remote=%s", agent, phone);
    const struct {
        const char *local, *remote;
        bool links;
    } cases[] = {{agent, other, true}, {other, agent, true}, {phone, other, true},
                 {other, phone, true}, {phone, agent, true}, {other, nil, false},
                 {nil, nil, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)sprintf(after, "%s;remote=%s", cases[i].local, cases[i].remote);
        assert_int_equal(halves_link(fixture, (int64_t)i * 1000, before, after), cases[i].links);
    }
    (void)sprintf(before, "%s;remote=%s", agent, nil);
    (void)sprintf(after, "%s;remote=%s", phone, nil);
    assert_false(halves_link(fixture, 20000, before, after));
    assert_false(halves_link(fixture, 21000, nil, "00000000-0000-0000-0000-000000000000"));
    (void)sprintf(after, "%s ; logme ; REMOTE=AB30317F-1A78-4DC4-8FF8-24D0D3715D86", other);
    assert_true(halves_link(fixture, 22000, agent, after));
}

static void a_session_identifier_that_does_not_fit_is_no_tie(void **state)
{
    struct sip_session session;
    char text[300];

    (void)state;
    memset(text, '7', sizeof text);
    text[SIP_SESSION_BYTES - 1] = '\0';
    sip_session_split(text, &session);
    assert_string_equal(session.local, text);
    assert_string_equal(session.remote, "");
    text[SIP_SESSION_BYTES - 1] = '7';
    text[SIP_SESSION_BYTES] = '\0';
    sip_session_split(text, &session);
    assert_string_equal(session.local, "");
    sip_session_split("", &session);
    assert_string_equal(session.local, "");
    sip_session_split(";;remote=;", &session);
    assert_string_equal(session.remote, "");
}

/* 300 s after the end is too late, just before it is not; a running call has no end. */
static void a_call_joins_what_ended_less_than_five_minutes_before(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    struct index_recording first = call_at(customer, 0);
    struct index_recording near = call_at(customer, 10 + CONVERSATION_GAP_S - 1);
    struct index_recording far = call_at(customer, 10 + CONVERSATION_GAP_S - 1 + 20 + 300);

    (void)strcpy(first.group_id, "group-77");
    (void)strcpy(near.group_id, "group-77");
    (void)strcpy(far.group_id, "group-77");
    begin_call(fixture, &first);
    end_after(fixture, &first, 10);
    begin_call(fixture, &near);
    expect_together(fixture, &first, &near);
    end_after(fixture, &near, 20);
    begin_call(fixture, &far);
    expect_apart(fixture, &first, &far);

    struct index_recording running = call_at(customer, 5000);
    struct index_recording late = call_at(customer, 5000 + 36000);
    (void)strcpy(running.group_id, "the-long-one");
    (void)strcpy(late.group_id, "the-long-one");
    begin_call(fixture, &running);
    begin_call(fixture, &late);
    expect_together(fixture, &running, &late);
}

static bool text_links(struct fixture *fixture, int64_t at_s, const char *text)
{
    struct index_recording first = call_at(unassigned(fixture->index), at_s);
    struct index_recording second = call_at(unassigned(fixture->index), at_s + 1);
    struct index_recording late = call_at(unassigned(fixture->index), at_s + 2);

    (void)snprintf(first.group_id, sizeof first.group_id, "%s", text);
    (void)snprintf(first.session_id, sizeof first.session_id, "%s", text);
    (void)snprintf(first.call_reference, sizeof first.call_reference, "%s", text);
    (void)snprintf(first.sip_session_id, sizeof first.sip_session_id, "%s", text);
    memcpy(second.group_id, first.group_id, sizeof first.group_id);
    memcpy(second.session_id, first.session_id, sizeof first.session_id);
    memcpy(second.call_reference, first.call_reference, sizeof first.call_reference);
    memcpy(second.sip_session_id, first.sip_session_id, sizeof first.sip_session_id);
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    begin_call(fixture, &late);
    memcpy(late.group_id, first.group_id, sizeof first.group_id);
    end_after(fixture, &late, 1);
    bool links = uuid_equal(conversation_of(fixture, &second), first.id);
    assert_int_equal(uuid_equal(conversation_of(fixture, &late), first.id), links);
    return links;
}

/* Some send one value in every call: "1", a nil UUID, or texts that differ past what is kept. */
static void an_id_that_says_too_little_ties_nothing(void **state)
{
    struct fixture *fixture = *state;
    char text[200];

    assert_false(text_links(fixture, 0, "1"));
    assert_true(text_links(fixture, 1000, "g7"));
    assert_false(text_links(fixture, 3000, "00000000-0000-0000-0000-000000000000"));
    assert_false(text_links(fixture, 4000, "AAAAAAAAAAAAAAAAAAAAAA=="));
    assert_false(text_links(fixture, 5000, "{00000000-0000-0000-0000-000000000000}"));
    assert_false(text_links(fixture, 6000, "--------"));
    assert_true(text_links(fixture, 7000, "00000000-0000-0000-0000-000000000001"));
    memset(text, 'x', sizeof text);
    text[0] = 'y';
    text[sizeof text - 1] = '\0';
    assert_false(text_links(fixture, 8000, text));
}

/* A session is one recording's own: only a long id is sure to be meant for one alone. */
static void a_short_session_id_ties_nothing(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 2; i++) {
        struct index_recording first = call_at(unassigned(fixture->index), i * 1000);
        struct index_recording second = call_at(unassigned(fixture->index), i * 1000 + 10);
        (void)strcpy(first.session_id, i ? "12345678" : "1234567");
        (void)strcpy(second.session_id, first.session_id);
        begin_call(fixture, &first);
        begin_call(fixture, &second);
        if (i)
            expect_together(fixture, &first, &second);
        else
            expect_apart(fixture, &first, &second);
    }
}

static void two_calls_of_one_transaction_are_linked(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording first = call_at(unassigned(fixture->index), 0);
    struct index_recording second = first;
    struct fault fault = {0};

    second.id = uuid_new(second.started);
    (void)strcpy(first.call_reference, "27123789");
    (void)strcpy(second.call_reference, "27123789");
    assert_ok(index_begin(fixture->index, &fault), &fault);
    assert_ok(recordings_find_conversation(fixture->index, &first, &fault), &fault);
    assert_ok(recordings_insert(fixture->index, &first, &fault), &fault);
    assert_ok(recordings_find_conversation(fixture->index, &second, &fault), &fault);
    assert_ok(recordings_insert(fixture->index, &second, &fault), &fault);
    assert_ok(index_commit(fixture->index, &fault), &fault);
    expect_together(fixture, &first, &second);
}

static void a_tie_told_late_links_to_earlier_and_to_later_calls(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    struct index_recording rows[3];

    for (int i = 0; i < 3; i++) {
        rows[i] = call_at(customer, 10 * i);
        if (i != 1)
            (void)strcpy(rows[i].group_id, i ? "late-tie" : "early-tie");
        begin_call(fixture, &rows[i]);
    }
    expect_apart(fixture, &rows[0], &rows[1]);
    expect_apart(fixture, &rows[1], &rows[2]);
    (void)strcpy(rows[1].group_id, "late-tie");
    end_after(fixture, &rows[1], 60); /* it is earlier than the one it now shares a tie with */
    expect_together(fixture, &rows[1], &rows[2]);
    (void)strcpy(rows[0].group_id, "late-tie");
    end_after(fixture, &rows[0], 60); /* a whole conversation joins this one */
    expect_together(fixture, &rows[0], &rows[1]);
    expect_together(fixture, &rows[0], &rows[2]);
}

static void ties_not_told_at_the_end_stay_what_they_were(void **state)
{
    struct fixture *fixture = *state;
    struct index_recording row = call_at(unassigned(fixture->index), 0);
    struct index_recording found;
    struct fault fault = {0};

    (void)strcpy(row.group_id, "group-77");
    (void)strcpy(row.call_reference, "r");
    begin_call(fixture, &row);
    row.group_id[0] = '\0';
    (void)strcpy(row.call_reference, "s");
    (void)strcpy(row.session_id, "new");
    end_after(fixture, &row, 1);
    assert_ok(recordings_get(fixture->index, row.id, NULL, &found, &fault), &fault);
    assert_string_equal(found.group_id, "group-77");
    assert_string_equal(found.call_reference, "s");
    assert_string_equal(found.session_id, "new");
}

static void a_constant_in_every_call_makes_no_endless_conversation(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    struct index_recording first = {0};

    for (int i = 0; i <= CONVERSATION_RECORDINGS_MAX; i++) {
        struct index_recording row = call_at(customer, i);
        (void)strcpy(row.group_id, "constant");
        begin_call(fixture, &row);
        if (i == 0)
            first = row;
        bool full = i == CONVERSATION_RECORDINGS_MAX;
        assert_true(uuid_equal(row.conversation, full ? row.id : first.id));
    }
}

struct seen {
    size_t count;
    struct uuid id[4];
};

static void take(void *context, const struct index_recording *row)
{
    struct seen *seen = context;

    assert_true(seen->count < 4);
    seen->id[seen->count++] = row->id;
}

static void a_conversation_is_listed_oldest_first_and_to_its_customer_alone(void **state)
{
    struct fixture *fixture = *state;
    struct uuid stranger = add_customer(fixture->index, "5");
    struct uuid customer = unassigned(fixture->index);
    struct index_recording rows[3];
    struct seen seen = {0};
    struct fault fault = {0};

    for (int i = 0; i < 3; i++) {
        rows[i] = call_at(customer, 10 * i);
        (void)strcpy(rows[i].group_id, "group-77");
        begin_call(fixture, &rows[i]);
    }
    assert_ok(
        recordings_list_conversation(fixture->index, rows[0].id, &customer, take, &seen, &fault),
        &fault);
    assert_int_equal(seen.count, 3);
    for (int i = 0; i < 3; i++)
        assert_true(uuid_equal(seen.id[i], rows[i].id));
    seen.count = 0;
    assert_ok(
        recordings_list_conversation(fixture->index, rows[0].id, &stranger, take, &seen, &fault),
        &fault);
    assert_int_equal(seen.count, 0);
    assert_ok(recordings_list_conversation(fixture->index, rows[1].id, NULL, take, &seen, &fault),
              &fault);
    assert_int_equal(seen.count, 0); /* it is not the first: no conversation bears its id */
}

static void expect_place(struct fixture *fixture, const struct index_recording *row, unsigned part,
                         unsigned size)
{
    struct conversation_place place = {0};
    struct fault fault = {0};

    assert_ok(recordings_place(fixture->index, row, &place, &fault), &fault);
    assert_int_equal(place.part, part);
    assert_int_equal(place.size, size);
}

static void a_recording_has_its_place_in_its_conversation(void **state)
{
    struct fixture *fixture = *state;
    struct uuid customer = unassigned(fixture->index);
    struct index_recording alone = call_at(customer, 5);
    struct index_recording rows[3];

    begin_call(fixture, &alone);
    for (int i = 0; i < 3; i++) {
        rows[i] = call_at(customer, i == 1 ? 0 : i); /* two of one moment: the id decides */
        (void)strcpy(rows[i].group_id, "group-77");
        begin_call(fixture, &rows[i]);
    }
    expect_place(fixture, &alone, 1, 1);
    bool in_order = memcmp(rows[0].id.b, rows[1].id.b, sizeof rows[0].id.b) < 0;
    expect_place(fixture, &rows[0], in_order ? 1 : 2, 3);
    expect_place(fixture, &rows[1], in_order ? 2 : 1, 3);
    expect_place(fixture, &rows[2], 3, 3);
    struct index_recording foreign = rows[2];
    foreign.customer = add_customer(fixture->index, "5");
    expect_place(fixture, &foreign, 1, 1);
}

/* Every way to the table is a range of the index that is named. */
static void expect_plan(sqlite3 *db, sqlite3_stmt *used, const char *const *names, size_t count)
{
    static char sql[8192];
    char plan[4096] = "";
    sqlite3_stmt *explain = NULL;

    assert_non_null(used);
    (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(used));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &explain, NULL), SQLITE_OK);
    while (sqlite3_step(explain) == SQLITE_ROW) {
        (void)strcat(plan, (const char *)sqlite3_column_text(explain, 3));
        (void)strcat(plan, "\n");
    }
    (void)sqlite3_finalize(explain);
    if (strstr(plan, "SCAN r\n") || strstr(plan, "SCAN t\n") || strstr(plan, "SCAN recordings"))
        fail_msg("a scan:\n%s", plan);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(plan, names[i]))
            fail_msg("wanted %s, got\n%s", names[i], plan);
    }
}

static void linking_and_listing_walk_ranges_of_indexes(void **state)
{
    static const char *const ties[] = {
        "PRIMARY KEY (customer=? AND source=? AND kind=? AND value=? AND started_us",
    };
    static const char *const own[] = {"ties_by_recording (recording=?"};
    static const char *const conversation[] = {"recordings_by_conversation (conversation=?"};
    struct fixture *fixture = *state;
    struct index *index = fixture->index;
    struct index_recording first = call_at(unassigned(index), 0);
    struct index_recording second = call_at(unassigned(index), 5);
    struct seen seen = {0};
    struct fault fault = {0};

    (void)strcpy(second.group_id, "group-77");
    begin_call(fixture, &first);
    begin_call(fixture, &second);
    (void)strcpy(first.group_id, "group-77");
    end_after(fixture, &first, 60);
    assert_ok(recordings_list_conversation(index, first.id, NULL, take, &seen, &fault), &fault);
    assert_int_equal(seen.count, 2);
    second.conversation = conversation_of(fixture, &second);
    expect_place(fixture, &second, 2, 2);
    for (int analyzed = 0; analyzed < 2; analyzed++) {
        expect_plan(index->db, index->statement[STATEMENT_TIED_BEFORE], ties, 1);
        expect_plan(index->db, index->statement[STATEMENT_TIED_AFTER], ties, 1);
        expect_plan(index->db, index->statement[STATEMENT_TIE_LIST], own, 1);
        expect_plan(index->db, index->statement[STATEMENT_CONVERSATION_SIZE], conversation, 1);
        expect_plan(index->db, index->statement[STATEMENT_CONVERSATION_MOVE], conversation, 1);
        expect_plan(index->db, index->statement[STATEMENT_CONVERSATION_LIST], conversation, 1);
        expect_plan(index->db, index->statement[STATEMENT_CONVERSATION_PLACE], conversation, 1);
        assert_int_equal(run_sql(fixture->files.path, "ANALYZE"), SQLITE_OK);
    }
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(each_kind_of_tie_links_two_calls),
        WITH_INDEX(calls_without_ties_are_alone),
        WITH_INDEX(one_kind_of_tie_is_not_another),
        WITH_INDEX(customers_and_sources_are_never_crossed),
        WITH_INDEX(any_half_of_the_sip_session_links_and_the_nil_one_never),
        cmocka_unit_test(a_session_identifier_that_does_not_fit_is_no_tie),
        WITH_INDEX(a_call_joins_what_ended_less_than_five_minutes_before),
        WITH_INDEX(an_id_that_says_too_little_ties_nothing),
        WITH_INDEX(a_short_session_id_ties_nothing),
        WITH_INDEX(two_calls_of_one_transaction_are_linked),
        WITH_INDEX(a_tie_told_late_links_to_earlier_and_to_later_calls),
        WITH_INDEX(ties_not_told_at_the_end_stay_what_they_were),
        WITH_INDEX(a_constant_in_every_call_makes_no_endless_conversation),
        WITH_INDEX(a_conversation_is_listed_oldest_first_and_to_its_customer_alone),
        WITH_INDEX(a_recording_has_its_place_in_its_conversation),
        WITH_INDEX(linking_and_listing_walk_ranges_of_indexes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
