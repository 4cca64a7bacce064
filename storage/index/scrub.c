#include "storage/index/scrub.h"

#include "storage/index/database.h"

static const char due_sql[] = "SELECT scrubbed_us, id FROM recordings"
                              " WHERE state IN (1, 2) AND scrub_result = ?1 AND scrubbed_us < ?2"
                              " AND (scrubbed_us, id) > (?3, ?4)"
                              " ORDER BY scrubbed_us, id LIMIT ?5";
static const char write_sql[] = "UPDATE recordings SET scrubbed_us = ?1, scrub_result = ?2"
                                " WHERE id = ?3 AND state IN (1, 2)";
static const char count_sql[] = "SELECT scrub_result, count(*) FROM recordings"
                                " WHERE state IN (1, 2) GROUP BY scrub_result";
static const char oldest_sql[] = "SELECT scrubbed_us FROM recordings"
                                 " WHERE state IN (1, 2) AND scrub_result = ?1"
                                 " ORDER BY scrubbed_us LIMIT 1";
/* ids are of their time (UUIDv7), so the first is the oldest, as near as matters */
static const char never_sql[] = "SELECT started_us FROM recordings"
                                " WHERE state IN (1, 2) AND scrub_result = ?1"
                                " ORDER BY scrubbed_us, id LIMIT 1";

static const enum scrub_result due_order[] = {SCRUB_NEVER, SCRUB_BAD, SCRUB_WHOLE, SCRUB_NO_KEY};

enum { DUE_RESULTS = sizeof due_order / sizeof due_order[0] };

/* Those of one result, from where the turn stands. */
static enum status add_due(struct index *index, wall_time before, struct scrub_turn *turn,
                           struct scrub_list *list, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_SCRUB_DUE, due_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)due_order[turn->place]);
    statement_time(&statement, before);
    statement_integer(&statement, turn->within ? turn->scrubbed_us : -1);
    statement_uuid(&statement, &turn->recording);
    statement_integer(&statement, (int64_t)(SCRUB_LIST_MAX - list->count));
    while ((status = statement_step(&statement, &row, fault, "list recordings to be read")) ==
               STATUS_OK &&
           row) {
        turn->within = true;
        turn->scrubbed_us = statement_read_integer(&statement);
        turn->recording = statement_read_uuid(&statement);
        list->recording[list->count++] = turn->recording;
    }
    statement_end(&statement);
    return status;
}

enum status scrub_due(struct index *index, wall_time before, wall_time bad_before,
                      struct scrub_turn *turn, struct scrub_list *list, struct fault *fault)
{
    struct scrub_list found = {0};
    struct scrub_turn next = *turn;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && next.place < DUE_RESULTS && found.count < SCRUB_LIST_MAX) {
        status = add_due(index, due_order[next.place] == SCRUB_BAD ? bad_before : before, &next,
                         &found, fault);
        if (found.count < SCRUB_LIST_MAX)
            next = (struct scrub_turn){.place = next.place + 1};
    }
    if (status != STATUS_OK)
        return status;
    next.ended = next.place == DUE_RESULTS;
    *turn = next;
    *list = found;
    return STATUS_OK;
}

enum status scrub_write(struct index *index, struct uuid recording, wall_time at,
                        enum scrub_result result, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_SCRUB_WRITE, write_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_time(&statement, at);
    statement_integer(&statement, (int64_t)result);
    statement_uuid(&statement, &recording);
    return statement_run(&statement, NULL, fault, "write what was found");
}

/* The first time that a statement gives, where it is older than what is known. */
static enum status take_oldest(struct index *index, enum statement_id id, const char *sql,
                               enum scrub_result result, struct scrub_counts *counts,
                               struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, id, sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)result);
    status = statement_step(&statement, &row, fault, "find what waits longest");
    wall_time at = status == STATUS_OK && row ? statement_read_time(&statement) : (wall_time){0};
    statement_end(&statement);
    if (status == STATUS_OK && row && (!counts->any || at.ns < counts->oldest.ns)) {
        counts->any = true;
        counts->oldest = at;
    }
    return status;
}

static enum status count_results(struct index *index, struct scrub_counts *counts,
                                 struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_SCRUB_COUNT, count_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    while ((status = statement_step(&statement, &row, fault, "count what was read")) == STATUS_OK &&
           row) {
        int64_t result = statement_read_integer(&statement);
        if (result >= 0 && result < SCRUB_RESULTS)
            counts->of[result] = (uint64_t)statement_read_integer(&statement);
    }
    statement_end(&statement);
    return status;
}

enum status scrub_count(struct index *index, struct scrub_counts *counts, struct fault *fault)
{
    struct scrub_counts found = {.any = false};
    enum status status = count_results(index, &found, fault);

    if (status == STATUS_OK)
        status = take_oldest(index, STATEMENT_SCRUB_NEVER, never_sql, SCRUB_NEVER, &found, fault);
    for (int i = SCRUB_WHOLE; i < SCRUB_RESULTS && status == STATUS_OK; i++)
        status = take_oldest(index, STATEMENT_SCRUB_OLDEST, oldest_sql, (enum scrub_result)i,
                             &found, fault);
    if (status == STATUS_OK)
        *counts = found;
    return status;
}
