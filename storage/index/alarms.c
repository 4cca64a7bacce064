#include "storage/index/alarms.h"

#include "storage/index/database.h"

static const char raise_sql[] = "INSERT INTO alarms (at_us, kind, recording, lost_ms, why)"
                                " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
static const char list_sql[] =
    "SELECT id, at_us, kind, recording, lost_ms, why, acknowledged_us, acknowledged_by, note"
    " FROM alarms WHERE id > ?1 AND (?2 OR acknowledged_us = 0) ORDER BY id LIMIT ?3";
static const char acknowledge_sql[] =
    "UPDATE alarms SET acknowledged_us = ?1, acknowledged_by = ?2, note = ?3"
    " WHERE id = ?4 AND acknowledged_us = 0";
static const char count_sql[] = "SELECT count(*) FROM alarms WHERE acknowledged_us = 0";

enum status alarms_raise(struct index *index, const struct alarm *alarm, bool *raised,
                         struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_ALARM_RAISE, raise_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_time(&statement, alarm->at);
    statement_text(&statement, alarm->kind);
    statement_uuid(&statement, &alarm->recording);
    statement_integer(&statement, alarm->lost_ms);
    statement_text(&statement, alarm->why);
    status = statement_run(&statement, &changes, fault, "raise an alarm");
    if (status == STATUS_OK)
        *raised = changes > 0;
    return status;
}

static void read_alarm(struct statement *statement, struct alarm *alarm)
{
    alarm->id = statement_read_integer(statement);
    alarm->at = statement_read_time(statement);
    statement_read_text(statement, alarm->kind, sizeof alarm->kind);
    alarm->recording = statement_read_uuid(statement);
    alarm->lost_ms = statement_read_integer(statement);
    statement_read_text(statement, alarm->why, sizeof alarm->why);
    alarm->acknowledged = statement_read_time(statement);
    statement_read_text(statement, alarm->acknowledged_by, sizeof alarm->acknowledged_by);
    statement_read_text(statement, alarm->note, sizeof alarm->note);
}

enum status alarms_list(struct index *index, bool all, int64_t after, size_t limit,
                        void (*visit)(void *context, const struct alarm *alarm), void *context,
                        struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_ALARM_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, after);
    statement_integer(&statement, all ? 1 : 0);
    statement_integer(&statement, (int64_t)limit);
    while ((status = statement_step(&statement, &row, fault, "list alarms")) == STATUS_OK && row) {
        struct alarm alarm;
        read_alarm(&statement, &alarm);
        visit(context, &alarm);
    }
    statement_end(&statement);
    return status;
}

enum status alarms_acknowledge(struct index *index, int64_t id, wall_time at, const char *by,
                               const char *note, struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_ALARM_ACKNOWLEDGE, acknowledge_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_time(&statement, at);
    statement_text(&statement, by);
    statement_text(&statement, note);
    statement_integer(&statement, id);
    status = statement_run(&statement, &changes, fault, "acknowledge an alarm");
    if (status == STATUS_OK && !changes)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no open alarm of that number");
    return status;
}

enum status alarms_count(struct index *index, uint64_t *open, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_ALARM_COUNT, count_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    status = statement_step(&statement, &row, fault, "count alarms");
    if (status == STATUS_OK && row)
        *open = (uint64_t)statement_read_integer(&statement);
    statement_end(&statement);
    return status;
}
