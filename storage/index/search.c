/*
 * search: recordings_list, and recordings_each over its pages. A query is one of 16 forms (one or
 * all customers; number none, exact, prefix, ending; one or all states), each prepared once. The
 * forms without a number and with an exact one walk an index that ends in (started_us, id) from its
 * newest end, so a page costs the same however far back it lies; a prefix or ending sorts what it
 * matches.
 *
 * Parameters of all forms: ?1 customer, ?2 and ?3 the digits' range (?2 alone when exact), ?4
 * state, ?5 least start, (?6, ?7) the keyset that rows must lie below, ?8 limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/database.h"
#include "storage/index/recordings.h"
#include "storage/index/row.h"

enum { SEARCH_LIMIT_MAX = 500, SEARCH_SQL_BYTES = 2048 };

enum number_form { NUMBER_NONE, NUMBER_EXACT, NUMBER_PREFIX, NUMBER_ENDING };

struct number_match {
    enum number_form form;
    char low[BOUND_NUMBER_BYTES];
    char high[BOUND_NUMBER_BYTES + 1]; /* first digits above the range; "" when exact */
};

/* The rows of a page, by a column of starts: `started` has a unary plus in front where the planner
 * must not walk by time: a range of digits is the better index, and it cannot know. */
#define SEARCH_WINDOW(started) started " >= ?5 AND (" started ", r.id) < (?6, ?7)"
#define SEARCH_ORDER(started) " ORDER BY " started " DESC, r.id DESC LIMIT ?8"
#define SEARCH_PAGE(started) SEARCH_WINDOW(started) SEARCH_ORDER(started)

/* The unary plus keeps the planner off the index by state where a better one is given. */
static const char *state_term(bool by_customer, bool by_state)
{
    if (!by_state)
        return "";
    return by_customer ? "+r.state = ?4 AND " : "r.state = ?4 AND ";
}

static void write_plain(char sql[static SEARCH_SQL_BYTES], bool by_customer, bool by_state)
{
    (void)snprintf(sql, SEARCH_SQL_BYTES,
                   "SELECT " ROW_COLUMNS
                   " FROM recordings r WHERE %s%s" SEARCH_PAGE("r.started_us"),
                   by_customer ? "r.customer = ?1 AND " : "", state_term(by_customer, by_state));
}

/* One side of the union: ids of the calls whose caller (or called) number matches. */
static void write_side(char *sql, size_t sql_bytes, const char *party, enum number_form form,
                       bool by_customer, bool by_state)
{
    const char *customer =
        by_customer ? "r.customer = ?1" : "r.customer IN (SELECT id FROM customers)";
    const char *column = form == NUMBER_ENDING ? "reversed" : "digits";
    const char *page =
        form == NUMBER_EXACT ? SEARCH_PAGE("r.started_us") : SEARCH_PAGE("+r.started_us");
    char number[96];

    if (form == NUMBER_EXACT)
        (void)snprintf(number, sizeof number, "r.%s_%s = ?2", party, column);
    else
        (void)snprintf(number, sizeof number, "r.%s_%s >= ?2 AND r.%s_%s < ?3", party, column,
                       party, column);
    (void)snprintf(sql, sql_bytes,
                   "SELECT * FROM (SELECT r.started_us, r.id FROM recordings r"
                   " WHERE %s AND %s AND %s%s)",
                   customer, number, state_term(true, by_state), page);
}

static void write_numbered(char sql[static SEARCH_SQL_BYTES], enum number_form form,
                           bool by_customer, bool by_state)
{
    char caller[512];
    char called[512];

    write_side(caller, sizeof caller, "caller", form, by_customer, by_state);
    write_side(called, sizeof called, "called", form, by_customer, by_state);
    /* CROSS JOIN keeps the few hits outside and the lookups by id inside. */
    (void)snprintf(sql, SEARCH_SQL_BYTES,
                   "WITH hits (started_us, id) AS (%s UNION %s) SELECT " ROW_COLUMNS
                   " FROM hits CROSS JOIN recordings r WHERE r.id = hits.id"
                   " ORDER BY hits.started_us DESC, hits.id DESC LIMIT ?8",
                   caller, called);
}

static enum statement_id form_id(enum number_form form, bool by_customer, bool by_state)
{
    return (enum statement_id)(STATEMENT_SEARCH_FIRST + (int)form * 4 + (by_customer ? 2 : 0) +
                               (by_state ? 1 : 0));
}

/* A wildcard's digits are digits alone: "00" in front of an ending is a part of the number. */
static bool match_wildcard(const char *digits, size_t count, bool ending,
                           struct number_match *match)
{
    char plain[BOUND_NUMBER_BYTES];

    if (!count || count >= sizeof plain || strspn(digits, "0123456789") < count)
        return false;
    memcpy(plain, digits, count);
    plain[count] = '\0';
    match->form = ending ? NUMBER_ENDING : NUMBER_PREFIX;
    if (ending)
        row_reverse(plain, match->low);
    else
        number_digits(plain, match->low);
    /* ':' is the sign after '9' */
    (void)snprintf(match->high, sizeof match->high, "%s:", match->low);
    return match->low[0] != '\0';
}

static bool match_number(const char *number, struct number_match *match)
{
    size_t length = number ? strlen(number) : 0;

    *match = (struct number_match){.form = NUMBER_NONE};
    if (!number)
        return true;
    if (length && number[0] == '*')
        return match_wildcard(number + 1, length - 1, true, match);
    bool plus = number[0] == '+';
    if (length && number[length - 1] == '*')
        return match_wildcard(number + plus, length - 1 - plus, false, match);
    if (strspn(number + plus, "0123456789") + plus != length)
        return false;
    match->form = NUMBER_EXACT;
    number_digits(number, match->low);
    return match->low[0] != '\0';
}

/* The lower of the two bounds (to, lowest id) and (after_started, after_id). */
static void bind_window(struct statement *statement, const struct recordings_query *query,
                        struct uuid *below_id)
{
    int64_t below_us = INT64_MAX;

    memset(below_id->b, 0xff, sizeof below_id->b);
    if (query->has_after) {
        below_us = clock_wall_us(query->after_started);
        *below_id = query->after_id;
    }
    if (query->has_to && clock_wall_us(query->to) <= below_us) {
        below_us = clock_wall_us(query->to);
        memset(below_id->b, 0, sizeof below_id->b);
    }
    statement_integer(statement, query->has_from ? clock_wall_us(query->from) : INT64_MIN);
    statement_integer(statement, below_us);
    statement_uuid(statement, below_id);
}

static enum status visit_rows(struct statement *statement, size_t limit,
                              void (*visit)(void *context, const struct index_recording *row),
                              void *context, bool *more, struct fault *fault)
{
    struct index_recording recording;
    size_t count = 0;
    bool row = false;
    enum status status;

    while ((status = statement_step(statement, &row, fault, "list recordings")) == STATUS_OK &&
           row && count < limit) {
        row_read(statement, &recording);
        visit(context, &recording);
        count++;
    }
    if (status == STATUS_OK)
        *more = row;
    return status;
}

enum status recordings_list(struct index *index, const struct recordings_query *query,
                            void (*visit)(void *context, const struct index_recording *row),
                            void *context, bool *more, struct fault *fault)
{
    char sql[SEARCH_SQL_BYTES];
    struct number_match match;
    struct statement statement;
    struct uuid below_id;

    if (query->limit < 1 || query->limit > SEARCH_LIMIT_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "limit is %zu, allowed is 1 to %d", query->limit,
                         SEARCH_LIMIT_MAX);
    if (!match_number(query->number, &match))
        return fault_set(fault, STATUS_INVALID, 0,
                         "number must be digits, with one '*' before or after them at most");
    if (match.form == NUMBER_NONE)
        write_plain(sql, query->customer != NULL, query->state != NULL);
    else
        write_numbered(sql, match.form, query->customer != NULL, query->state != NULL);
    enum status status =
        statement_begin(index, form_id(match.form, query->customer != NULL, query->state != NULL),
                        sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, query->customer);
    statement_text(&statement, match.low);
    statement_text(&statement, match.high);
    statement_integer(&statement, query->state ? (int64_t)*query->state : 0);
    bind_window(&statement, query, &below_id);
    statement_integer(&statement, (int64_t)query->limit + 1);
    status = visit_rows(&statement, query->limit, visit, context, more, fault);
    statement_end(&statement);
    return status;
}

enum { PAGE_ROWS = 100 };

struct page {
    size_t count;
    struct index_recording row[PAGE_ROWS];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    page->row[page->count++] = *row;
}

enum status recordings_each(struct index *index, const struct recordings_query *query,
                            enum status (*visit)(void *context, const struct index_recording *row,
                                                 struct fault *fault),
                            void *context, struct fault *fault)
{
    struct recordings_query next = *query;
    struct page *page = calloc(1, sizeof *page);
    enum status status = STATUS_OK;
    bool more = true;

    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "list recordings: out of memory");
    next.has_after = false;
    next.limit = PAGE_ROWS;
    while (status == STATUS_OK && more) {
        page->count = 0;
        status = recordings_list(index, &next, take_row, page, &more, fault);
        for (size_t i = 0; status == STATUS_OK && i < page->count; i++)
            status = visit(context, &page->row[i], fault);
        if (!page->count)
            break;
        next.has_after = true;
        next.after_started = page->row[page->count - 1].started;
        next.after_id = page->row[page->count - 1].id;
    }
    free(page);
    return status == STATUS_END ? STATUS_OK : status;
}
