#include "storage/index/controls.h"

#include <assert.h>

#include "storage/index/database.h"

/* What may be asked of it: its state and node, and how many requests of it are open. */
static const char may_sql[] = "SELECT state, (SELECT count(*) FROM controls c WHERE"
                              " c.recording = r.id AND c.state IN (0, 1))"
                              " FROM recordings r WHERE id = ?1";
static const char ask_sql[] =
    "INSERT INTO controls (recording, node, pause, parties, limit_s, actor, reason, address,"
    " asked_us, state, at_ms) VALUES (?1, (SELECT node FROM recordings WHERE id = ?1), ?2, ?3, ?4,"
    " ?5, ?6, ?7, ?8, 0, 0) RETURNING id";

#define CONTROL_COLUMNS                                                                            \
    "id, recording, pause, parties, limit_s, actor, reason, address, asked_us, state, at_ms"

static const char get_sql[] = "SELECT " CONTROL_COLUMNS " FROM controls WHERE id = ?1";
static const char list_sql[] = "SELECT " CONTROL_COLUMNS " FROM controls"
                               " WHERE state = 0 AND node = ?1 ORDER BY id LIMIT ?2";
static const char take_sql[] = "UPDATE controls SET state = 1 WHERE id = ?1";
static const char withdraw_sql[] = "UPDATE controls SET state = 4 WHERE id = ?1 AND state = 0";
static const char answer_sql[] =
    "UPDATE controls SET state = ?1, at_ms = ?2 WHERE id = ?3 AND state = 1";

#define SETTLE                                                                                     \
    "UPDATE controls SET state = CASE state WHEN 0 THEN 4 ELSE 3 END WHERE state IN (0, 1)"

static const char abandon_sql[] = SETTLE " AND node = ?1";
static const char settle_old_sql[] = SETTLE " AND asked_us < ?1";
static const char forget_sql[] = "DELETE FROM controls WHERE state IN (2, 3, 4) AND asked_us < ?1";

_Static_assert(CONTROL_ASKED == 0 && CONTROL_TAKEN == 1 && CONTROL_DONE == 2 &&
                   CONTROL_REFUSED == 3 && CONTROL_WITHDRAWN == 4,
               "the states are stored, and written so above");

static void read_control(struct statement *statement, struct control *control)
{
    control->id = statement_read_integer(statement);
    control->recording = statement_read_uuid(statement);
    control->pause = statement_read_integer(statement) != 0;
    control->parties = (enum policy_parties)statement_read_integer(statement);
    control->limit_s = (unsigned)statement_read_integer(statement);
    statement_read_text(statement, control->actor, sizeof control->actor);
    statement_read_text(statement, control->reason, sizeof control->reason);
    statement_read_text(statement, control->address, sizeof control->address);
    control->asked = statement_read_time(statement);
    control->state = (enum control_state)statement_read_integer(statement);
    control->at_ms = statement_read_integer(statement);
}

static enum status check_may(struct index *index, const struct uuid *recording, struct fault *fault)
{
    struct statement statement;
    int64_t state = 0;
    int64_t open = 0;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_CONTROL_MAY, may_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    status = statement_step(&statement, &row, fault, "read recording");
    if (status == STATUS_OK && row) {
        state = statement_read_integer(&statement);
        open = statement_read_integer(&statement);
    }
    statement_end(&statement);
    if (status != STATUS_OK)
        return status;
    if (!row)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording");
    if (state != RECORDING_STATE_RECORDING)
        return fault_set(fault, STATUS_CONFLICT, 0, "the recording is not in progress");
    if (open >= CONTROL_OPEN_MAX)
        return fault_set(fault, STATUS_LIMIT, 0, "%d requests of the recording are open",
                         CONTROL_OPEN_MAX);
    return STATUS_OK;
}

static enum status insert_control(struct index *index, const struct control *control, int64_t *id,
                                  struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_CONTROL_ASK, ask_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &control->recording);
    statement_integer(&statement, control->pause);
    statement_integer(&statement, (int64_t)control->parties);
    statement_integer(&statement, control->limit_s);
    statement_text(&statement, control->actor);
    statement_text(&statement, control->reason);
    statement_text(&statement, control->address);
    statement_time(&statement, control->asked);
    status = statement_step(&statement, &row, fault, "ask of a recording");
    if (status == STATUS_OK && row)
        *id = statement_read_integer(&statement);
    statement_end(&statement);
    return status;
}

enum status controls_ask(struct index *index, struct control *control, struct fault *fault)
{
    int64_t id = 0;
    bool own = false;

    assert(control->parties > POLICY_NOBODY && control->parties <= POLICY_BOTH);
    enum status status = database_step_begin(index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = check_may(index, &control->recording, fault);
    if (status == STATUS_OK)
        status = insert_control(index, control, &id, fault);
    status = database_step_end(index, own, status, fault);
    if (status == STATUS_OK)
        control->id = id;
    return status;
}

enum status controls_get(struct index *index, int64_t id, struct control *control,
                         struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_CONTROL_GET, get_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, id);
    status = statement_step(&statement, &row, fault, "read a request");
    if (status == STATUS_OK && row)
        read_control(&statement, control);
    statement_end(&statement);
    return status == STATUS_OK && !row
               ? fault_set(fault, STATUS_NOT_FOUND, 0, "no such request of a recording")
               : status;
}

static enum status run_with_number(struct index *index, enum statement_id id, const char *sql,
                                   int64_t number, struct fault *fault, const char *doing)
{
    struct statement statement;
    enum status status = statement_begin(index, id, sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, number);
    return statement_run(&statement, NULL, fault, doing);
}

enum status controls_withdraw(struct index *index, int64_t id, struct fault *fault)
{
    return run_with_number(index, STATEMENT_CONTROL_WITHDRAW, withdraw_sql, id, fault,
                           "withdraw a request");
}

/* What is asked of a node, CONTROL_TAKEN_MAX at most. */
struct asked {
    size_t count;
    struct control control[CONTROL_TAKEN_MAX];
};

static enum status list_asked(struct index *index, const char *node, struct asked *asked,
                              struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONTROL_LIST, list_sql, &statement, fault);

    asked->count = 0;
    if (status != STATUS_OK)
        return status;
    statement_text(&statement, node);
    statement_integer(&statement, CONTROL_TAKEN_MAX);
    while (asked->count < CONTROL_TAKEN_MAX &&
           (status = statement_step(&statement, &row, fault, "read requests")) == STATUS_OK && row)
        read_control(&statement, &asked->control[asked->count++]);
    statement_end(&statement);
    return status;
}

static enum status mark_taken(struct index *index, struct asked *asked, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < asked->count; i++) {
        status = run_with_number(index, STATEMENT_CONTROL_TAKE, take_sql, asked->control[i].id,
                                 fault, "take a request");
        asked->control[i].state = CONTROL_TAKEN;
    }
    return status;
}

enum status controls_take(struct index *index, const char *node,
                          void (*visit)(void *context, const struct control *control),
                          void *context, struct fault *fault)
{
    struct asked asked;
    bool own = false;
    enum status status = list_asked(index, node, &asked, fault);

    if (status != STATUS_OK || asked.count == 0)
        return status;
    status = database_step_begin(index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = list_asked(index, node, &asked, fault); /* some may have been withdrawn just now */
    if (status == STATUS_OK)
        status = mark_taken(index, &asked, fault);
    status = database_step_end(index, own, status, fault);
    for (size_t i = 0; status == STATUS_OK && i < asked.count; i++)
        visit(context, &asked.control[i]);
    return status;
}

enum status controls_answer(struct index *index, int64_t id, enum control_state state,
                            int64_t at_ms, struct fault *fault)
{
    struct statement statement;

    assert(state == CONTROL_DONE || state == CONTROL_REFUSED);
    enum status status =
        statement_begin(index, STATEMENT_CONTROL_ANSWER, answer_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)state);
    statement_integer(&statement, at_ms);
    statement_integer(&statement, id);
    return statement_run(&statement, NULL, fault, "answer a request");
}

enum status controls_abandon(struct index *index, const char *node, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_CONTROL_ABANDON, abandon_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, node);
    return statement_run(&statement, NULL, fault, "settle requests of before");
}

enum status controls_forget(struct index *index, wall_time before, struct fault *fault)
{
    int64_t before_us = clock_wall_us(before);
    bool own = false;
    enum status status = database_step_begin(index, &own, fault);

    if (status != STATUS_OK)
        return status;
    status = run_with_number(index, STATEMENT_CONTROL_FORGET, forget_sql, before_us, fault,
                             "forget requests");
    if (status == STATUS_OK)
        status = run_with_number(index, STATEMENT_CONTROL_SETTLE_OLD, settle_old_sql, before_us,
                                 fault, "settle old requests");
    return database_step_end(index, own, status, fault);
}
