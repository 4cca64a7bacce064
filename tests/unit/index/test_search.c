/* recordings_list: numbers, pages, periods, and that no form of it scans the table. */
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/database.h"

struct page {
    size_t count;
    struct index_recording row[16];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    assert_true(page->count < 16);
    page->row[page->count++] = *row;
}

static struct page list(struct fixture *fixture, const struct recordings_query *query, bool *more)
{
    struct page page = {0};
    struct fault fault = {0};
    bool ignored = false;

    assert_ok(
        recordings_list(fixture->index, query, take_row, &page, more ? more : &ignored, &fault),
        &fault);
    return page;
}

/* The starts of the rows that match, "3 2 1 ". */
static void expect_starts(struct fixture *fixture, const struct recordings_query *query,
                          const char *expected)
{
    char seen[128] = "";
    struct page page = list(fixture, query, NULL);

    for (size_t i = 0; i < page.count; i++)
        (void)sprintf(seen + strlen(seen), "%lld ", (long long)clock_wall_us(page.row[i].started));
    assert_string_equal(seen, expected);
}

static void expect_number(struct fixture *fixture, const struct uuid *customer, const char *number,
                          const char *expected)
{
    const struct recordings_query query = {.customer = customer, .number = number, .limit = 10};

    expect_starts(fixture, &query, expected);
}

static struct uuid add_some(struct fixture *fixture)
{
    struct uuid one = add_customer(fixture->index, "1");
    struct uuid two = add_customer(fixture->index, "2");

    (void)add_recording(fixture->index, one, 1, "+45 88 30 30 80", "+4511111111");
    (void)add_recording(fixture->index, one, 2, "+4522222222", "004588303080");
    (void)add_recording(fixture->index, one, 3, "88303080", "anna");
    (void)add_recording(fixture->index, one, 4, "+4588303080", "+4588303080");
    (void)add_recording(fixture->index, one, 5, "+4588303081", "+4599999980");
    (void)add_recording(fixture->index, two, 6, "+4588303080", "+4511111111");
    return one;
}

static void a_number_matches_caller_or_called_once_newest_first(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);

    expect_number(fixture, &one, NULL, "5 4 3 2 1 ");
    expect_number(fixture, &one, "4588303080", "4 2 1 ");
    expect_number(fixture, &one, "+4588303080", "4 2 1 ");
    expect_number(fixture, &one, "004588303080", "4 2 1 ");
    expect_number(fixture, &one, "88303080", "3 ");
    expect_number(fixture, &one, "4588303082", "");
    expect_number(fixture, NULL, "4588303080", "6 4 2 1 ");
}

static void a_prefix_has_a_star_behind_and_an_ending_one_before(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);

    expect_number(fixture, &one, "458830308*", "5 4 2 1 ");
    expect_number(fixture, &one, "+45*", "5 4 2 1 ");
    expect_number(fixture, &one, "4522*", "2 ");
    expect_number(fixture, &one, "45883030800*", "");
    expect_number(fixture, &one, "*303080", "4 3 2 1 ");
    expect_number(fixture, &one, "*80", "5 4 3 2 1 ");
    expect_number(fixture, &one, "*004588303080", "");
    expect_number(fixture, NULL, "*1111", "6 1 ");
    expect_number(fixture, NULL, "88*", "3 ");
}

static void malformed_numbers_and_limits_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char *const numbers[] = {"",    "*",    "+",   "+*",   "45 88", "45a",  "4*5",
                                          "**4", "4**",  "*4*", "4%",   "4_",    "00",   "00*",
                                          "++4", "*+45", "4+5", "anna", "-",     "4588'"};
    struct recordings_query query = {.limit = 10};
    struct page page = {0};
    bool more = true;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        query.number = numbers[i];
        if (recordings_list(fixture->index, &query, take_row, &page, &more, NULL) != STATUS_INVALID)
            fail_msg("taken: '%s'", numbers[i]);
    }
    query = (struct recordings_query){.limit = 0};
    assert_int_equal(recordings_list(fixture->index, &query, take_row, &page, &more, NULL),
                     STATUS_INVALID);
    query.limit = 501;
    assert_int_equal(recordings_list(fixture->index, &query, take_row, &page, &more, NULL),
                     STATUS_INVALID);
    assert_true(more);
    query.limit = 500;
    assert_int_equal(recordings_list(fixture->index, &query, take_row, &page, &more, NULL),
                     STATUS_OK);
    assert_false(more);
}

static void a_number_longer_than_any_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char number[BOUND_NUMBER_BYTES + 2];
    struct recordings_query query = {.number = number, .limit = 10};
    struct page page = {0};
    bool more = false;

    memset(number, '7', sizeof number);
    number[BOUND_NUMBER_BYTES - 1] = '\0';
    expect_starts(fixture, &query, "");
    number[BOUND_NUMBER_BYTES - 1] = '*';
    number[BOUND_NUMBER_BYTES] = '\0';
    expect_starts(fixture, &query, "");
    number[BOUND_NUMBER_BYTES - 1] = '7';
    assert_int_equal(recordings_list(fixture->index, &query, take_row, &page, &more, NULL),
                     STATUS_INVALID);
    number[BOUND_NUMBER_BYTES] = '*';
    number[BOUND_NUMBER_BYTES + 1] = '\0';
    assert_int_equal(recordings_list(fixture->index, &query, take_row, &page, &more, NULL),
                     STATUS_INVALID);
}

static void a_period_takes_its_start_and_leaves_its_end(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);
    struct recordings_query query = {.customer = &one, .limit = 10};

    query.has_from = true;
    query.from = clock_wall_from_us(2);
    expect_starts(fixture, &query, "5 4 3 2 ");
    query.has_to = true;
    query.to = clock_wall_from_us(4);
    expect_starts(fixture, &query, "3 2 ");
    query.number = "4588303080";
    expect_starts(fixture, &query, "2 ");
    query.from = clock_wall_from_us(4);
    expect_starts(fixture, &query, "");
}

static void a_state_narrows_every_form(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);
    const enum recording_state recording = RECORDING_STATE_RECORDING;
    const enum recording_state failed = RECORDING_STATE_FAILED;
    struct recordings_query query = {.customer = &one, .state = &failed, .limit = 10};
    struct page page = list(fixture, &(struct recordings_query){.limit = 10}, NULL);
    struct fault fault = {0};

    page.row[2].state = RECORDING_STATE_FAILED; /* 4 */
    assert_ok(recordings_finish(fixture->index, &page.row[2], NULL, 0, &fault), &fault);
    expect_starts(fixture, &query, "4 ");
    query.number = "4588303080";
    expect_starts(fixture, &query, "4 ");
    query.state = &recording;
    expect_starts(fixture, &query, "2 1 ");
    query.customer = NULL;
    expect_starts(fixture, &query, "6 2 1 ");
    query.number = NULL;
    expect_starts(fixture, &query, "6 5 3 2 1 ");
    query.number = "*80";
    expect_starts(fixture, &query, "6 5 3 2 1 ");
}

/* Walks all pages; checks order and that no row comes twice; returns how many came. */
static size_t walk(struct fixture *fixture, struct recordings_query query)
{
    struct index_recording last = {0};
    size_t total = 0;
    bool more = true;

    while (more) {
        struct page page = list(fixture, &query, &more);
        for (size_t i = 0; i < page.count; i++) {
            const struct index_recording *row = &page.row[i];
            if (total++) {
                assert_true(row->started.ns <= last.started.ns);
                if (row->started.ns == last.started.ns)
                    assert_true(memcmp(row->id.b, last.id.b, UUID_BYTES) < 0);
            }
            last = *row;
        }
        assert_true(page.count == query.limit || !more);
        query.has_after = true;
        query.after_started = last.started;
        query.after_id = last.id;
    }
    return total;
}

static void pages_are_stable_where_starts_are_equal(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_customer(fixture->index, "1");
    static const char *const numbers[] = {NULL, "4511", "45*", "*11"};
    struct fault fault = {0};

    assert_ok(index_begin(fixture->index, &fault), &fault);
    for (int i = 0; i < 100; i++)
        (void)add_recording(fixture->index, one, 1000 + i / 30, "4511", i % 2 ? "4511" : "4522");
    assert_ok(index_commit(fixture->index, &fault), &fault);
    for (size_t i = 0; i < 4; i++) {
        for (size_t limit = 1; limit <= 16; limit += 5) {
            struct recordings_query query = {
                .customer = &one, .number = numbers[i], .limit = limit};
            assert_int_equal(walk(fixture, query), 100);
            query.customer = NULL;
            assert_int_equal(walk(fixture, query), 100);
        }
    }
}

static void new_calls_do_not_move_an_open_page(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);
    struct recordings_query query = {.customer = &one, .limit = 2};
    bool more = false;
    struct page first = list(fixture, &query, &more);

    assert_true(more);
    (void)add_recording(fixture->index, one, 7, "1", "2");
    query.has_after = true;
    query.after_started = first.row[1].started;
    query.after_id = first.row[1].id;
    expect_starts(fixture, &query, "3 2 ");
    query.has_to = true; /* the lower of both bounds holds */
    query.to = clock_wall_from_us(3);
    expect_starts(fixture, &query, "2 1 ");
    query.to = clock_wall_from_us(100);
    expect_starts(fixture, &query, "3 2 ");
}

/* The plan of the statement that the last search prepared. */
static void expect_no_scan(sqlite3 *db, sqlite3_stmt *searched, const char *index_name)
{
    char sql[4096];
    char plan[2048] = "";
    sqlite3_stmt *explain = NULL;

    (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(searched));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &explain, NULL), SQLITE_OK);
    while (sqlite3_step(explain) == SQLITE_ROW) {
        (void)strcat(plan, (const char *)sqlite3_column_text(explain, 3));
        (void)strcat(plan, "\n");
    }
    (void)sqlite3_finalize(explain);
    if (strstr(plan, "SCAN r\n") || strstr(plan, "SCAN recordings") || !strstr(plan, index_name))
        fail_msg("wanted %s, got\n%s", index_name, plan);
    if (getenv("SHOW_PLANS"))
        print_message("%s\n", plan);
}

static sqlite3_stmt *search_once(struct fixture *fixture, const struct recordings_query *query)
{
    bool had[STATEMENT_COUNT] = {false};

    for (int i = 0; i < STATEMENT_COUNT; i++)
        had[i] = fixture->index->statement[i] != NULL;
    (void)list(fixture, query, NULL);
    for (int i = STATEMENT_SEARCH_FIRST; i < STATEMENT_COUNT; i++) {
        if (!had[i] && fixture->index->statement[i])
            return fixture->index->statement[i];
    }
    fail_msg("two forms share a statement");
    return NULL;
}

static void no_form_of_the_search_scans_the_table(void **state)
{
    struct fixture *fixture = *state;
    struct uuid one = add_some(fixture);
    const enum recording_state failed = RECORDING_STATE_FAILED;
    static const struct {
        const char *number;
        bool customer, state;
        const char *index_name;
    } forms[] = {
        {NULL, true, false, "recordings_by_customer (customer=? AND started_us>"},
        {NULL, true, true, "recordings_by_customer (customer=? AND started_us>"},
        {NULL, false, false, "recordings_by_start (started_us>"},
        {NULL, false, true, "recordings_by_state (state=? AND started_us>"},
        {"4511", true, false,
         "COVERING INDEX recordings_by_caller (customer=? AND caller_digits=?"},
        {"4511", true, true, "recordings_by_called (customer=? AND called_digits=?"},
        {"4511", false, false, "recordings_by_caller (customer=? AND caller_digits=?"},
        {"4511", false, true, "recordings_by_caller (customer=? AND caller_digits=?"},
        {"45*", true, false, "COVERING INDEX recordings_by_caller (customer=? AND caller_digits>"},
        {"45*", true, true, "recordings_by_called (customer=? AND called_digits>"},
        {"45*", false, false, "recordings_by_caller (customer=? AND caller_digits>"},
        {"45*", false, true, "recordings_by_caller (customer=? AND caller_digits>"},
        {"*45", true, false, "recordings_by_called_ending (customer=? AND called_reversed>"},
        {"*45", true, true, "recordings_by_caller_ending (customer=? AND caller_reversed>"},
        {"*45", false, false, "recordings_by_caller_ending (customer=? AND caller_reversed>"},
        {"*45", false, true, "recordings_by_caller_ending (customer=? AND caller_reversed>"},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct recordings_query query = {.customer = forms[i].customer ? &one : NULL,
                                               .number = forms[i].number,
                                               .state = forms[i].state ? &failed : NULL,
                                               .limit = 10};
        expect_no_scan(fixture->index->db, search_once(fixture, &query), forms[i].index_name);
    }
}

struct walk {
    struct fixture *fixture;
    size_t seen;
    size_t enough;
    enum status end;
    wall_time before;
};

/* Uses the connection meanwhile: what it changes must not move what is listed. */
static enum status look(void *context, const struct index_recording *row, struct fault *fault)
{
    struct walk *walk = context;
    struct index_recording again;

    assert_true(!walk->seen || row->started.ns < walk->before.ns);
    walk->before = row->started;
    assert_ok(recordings_get(walk->fixture->index, row->id, NULL, &again, fault), fault);
    assert_ok(recordings_remove_unanswered(walk->fixture->index, row->id, fault), fault);
    return ++walk->seen == walk->enough ? walk->end : STATUS_OK;
}

static void each_is_visited_once_while_rows_change(void **state)
{
    enum { ROWS = 250 };
    struct fixture *fixture = *state;
    struct uuid customer = add_customer(fixture->index, "1");
    const struct recordings_query all = {.limit = 0};
    struct walk walk = {.fixture = fixture};
    struct fault fault = {0};

    for (int i = 0; i < ROWS; i++)
        (void)add_recording(fixture->index, customer, i + 1, "+451", "+452");
    walk.enough = 3;
    walk.end = STATUS_END;
    assert_ok(recordings_each(fixture->index, &all, look, &walk, &fault), &fault);
    assert_int_equal(walk.seen, 3);
    walk.enough = 6;
    walk.end = STATUS_DENIED;
    assert_int_equal(recordings_each(fixture->index, &all, look, &walk, &fault), STATUS_DENIED);
    assert_int_equal(walk.seen, 6);
    walk.enough = 0;
    assert_ok(recordings_each(fixture->index, &all, look, &walk, &fault), &fault);
    assert_int_equal(walk.seen, ROWS);
    assert_ok(recordings_each(fixture->index, &all, look, &walk, &fault), &fault);
    assert_int_equal(walk.seen, ROWS);
}

int main(void)
{
#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_INDEX(a_number_matches_caller_or_called_once_newest_first),
        WITH_INDEX(a_prefix_has_a_star_behind_and_an_ending_one_before),
        WITH_INDEX(malformed_numbers_and_limits_are_refused),
        WITH_INDEX(a_number_longer_than_any_is_refused),
        WITH_INDEX(a_period_takes_its_start_and_leaves_its_end),
        WITH_INDEX(a_state_narrows_every_form),
        WITH_INDEX(pages_are_stable_where_starts_are_equal),
        WITH_INDEX(new_calls_do_not_move_an_open_page),
        WITH_INDEX(no_form_of_the_search_scans_the_table),
        WITH_INDEX(each_is_visited_once_while_rows_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
