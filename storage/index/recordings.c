#include "storage/index/recordings.h"

#include <string.h>

#include "storage/index/conversations.h"
#include "storage/index/database.h"
#include "storage/index/due.h"
#include "storage/index/parts.h"
#include "storage/index/row.h"
#include "storage/index/ties.h"
#include "storage/index/transfers.h"

static const char insert_sql[] =
    "INSERT INTO recordings (id, customer, started_us, state, direction,"
    " caller_number, caller_name, caller_digits, caller_reversed,"
    " called_number, called_name, called_digits, called_reversed,"
    " source, source_address, sip_call_id, session_id, sip_session_id, group_id, node,"
    " end_cause, path, call_reference, conversation, by_number)"
    " VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, '', ?20, ?21, ?22, ?23)";

static const char finish_sql[] =
    "UPDATE recordings SET state = ?1, ended_us = ?2, duration_ms = ?3, end_cause = ?4,"
    " audio_bytes = ?5, sha256_cipher = ?6, sha256_plain = ?7, direction = ?8, talk_over_ms = ?9"
    " WHERE id = ?10 AND state IN (0, 3)";

static const char mended_sql[] =
    "UPDATE recordings SET state = ?1, duration_ms = ?2, audio_bytes = ?3, sha256_cipher = ?4,"
    " sha256_plain = ?5, scrubbed_us = 0, scrub_result = 0"
    " WHERE id = ?6 AND state IN (1, 2) AND sha256_cipher = ?7";

/* What is not known at the end stays what it was; what did not change costs no index entries. */
#define PARTY_UPDATE(party)                                                                        \
    "UPDATE recordings SET " party "_number = CASE WHEN ?1 = '' THEN " party                       \
    "_number ELSE ?1 END,"                                                                         \
    " " party "_name = CASE WHEN ?2 = '' THEN " party "_name ELSE ?2 END,"                         \
    " " party "_digits = CASE WHEN ?1 = '' THEN " party "_digits ELSE ?3 END,"                     \
    " " party "_reversed = CASE WHEN ?1 = '' THEN " party "_reversed ELSE ?4 END"                  \
    " WHERE id = ?5 AND (" party "_number <> ?1 OR " party "_name <> ?2)"

static const char caller_sql[] = PARTY_UPDATE("caller");
static const char called_sql[] = PARTY_UPDATE("called");

static const char remove_sql[] = "DELETE FROM recordings WHERE id = ?1 AND state = 0";
static const char get_sql[] = "SELECT " ROW_COLUMNS " FROM recordings r WHERE r.id = ?1";
static const char count_sql[] = "SELECT state, count(*) FROM recordings GROUP BY state";

const char *call_direction_name(enum call_direction direction)
{
    switch (direction) {
    case CALL_IN:
        return "in";
    case CALL_OUT:
        return "out";
    case CALL_INTERNAL:
        return "internal";
    case CALL_UNKNOWN:
        break;
    }
    return "unknown";
}

static void bind_origin(struct statement *statement, const struct index_recording *recording)
{
    statement_text(statement, recording->source);
    statement_text(statement, recording->source_address);
    statement_text(statement, recording->sip_call_id);
    statement_text(statement, recording->session_id);
    statement_text(statement, recording->sip_session_id);
    statement_text(statement, recording->group_id);
    statement_text(statement, recording->node);
    statement_text(statement, recording->path);
    statement_text(statement, recording->call_reference);
}

static void bind_party(struct statement *statement, const struct index_party *party,
                       const char *digits, const char *reversed)
{
    statement_text(statement, party->number);
    statement_text(statement, party->name);
    statement_text(statement, digits);
    statement_text(statement, reversed);
}

static enum status insert_row(struct index *index, const struct index_recording *recording,
                              struct fault *fault)
{
    char caller[2][BOUND_NUMBER_BYTES];
    char called[2][BOUND_NUMBER_BYTES];
    static const struct uuid none;
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_INSERT, insert_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    row_digits(recording->caller.number, caller[0], caller[1]);
    row_digits(recording->called.number, called[0], called[1]);
    statement_uuid(&statement, &recording->id);
    statement_uuid(&statement, &recording->customer);
    statement_time(&statement, recording->started);
    statement_integer(&statement, (int64_t)recording->direction);
    bind_party(&statement, &recording->caller, caller[0], caller[1]);
    bind_party(&statement, &recording->called, called[0], called[1]);
    bind_origin(&statement, recording);
    statement_uuid(&statement, uuid_equal(recording->conversation, none)
                                   ? &recording->id
                                   : &recording->conversation);
    statement_integer(&statement, recording->by_number);
    status = statement_run(&statement, NULL, fault, "insert recording");
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, status, 0, "insert recording: its customer is not in the index");
    return status;
}

static enum status insert_ties(struct index *index, const struct index_recording *recording,
                               struct fault *fault)
{
    struct tie_set set;
    int added = 0;

    ties_of(recording, &set);
    return ties_add(index, &recording->id, &set, &added, fault);
}

static enum status why_unchanged(struct index *index, const struct uuid *id, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_GET, get_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, id);
    status = statement_step(&statement, &row, fault, "read recording");
    statement_end(&statement);
    if (status != STATUS_OK)
        return status;
    return row ? fault_set(fault, STATUS_CONFLICT, 0, "the recording has ended already")
               : fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording");
}

static enum status update_row(struct index *index, const struct index_recording *recording,
                              struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_FINISH, finish_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)recording->state);
    statement_time(&statement, recording->ended);
    statement_integer(&statement, recording->duration_ms);
    statement_text(&statement, recording->end_cause);
    statement_integer(&statement, (int64_t)recording->audio_bytes);
    statement_blob(&statement, recording->sha256_cipher, sizeof recording->sha256_cipher);
    statement_blob(&statement, recording->sha256_plain, sizeof recording->sha256_plain);
    statement_integer(&statement, (int64_t)recording->direction);
    statement_integer(&statement, recording->measured ? recording->talk_over_ms : -1);
    statement_uuid(&statement, &recording->id);
    status = statement_run(&statement, &changes, fault, "finish recording");
    return status == STATUS_OK && !changes ? why_unchanged(index, &recording->id, fault) : status;
}

static enum status update_party(struct index *index, enum statement_id id, const char *sql,
                                const struct index_party *party, const struct uuid *recording,
                                struct fault *fault)
{
    char digits[2][BOUND_NUMBER_BYTES];
    struct statement statement;

    if (!party->number[0] && !party->name[0])
        return STATUS_OK;
    enum status status = statement_begin(index, id, sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    row_digits(party->number, digits[0], digits[1]);
    bind_party(&statement, party, digits[0], digits[1]);
    statement_uuid(&statement, recording);
    return statement_run(&statement, NULL, fault, "update party");
}

enum status recordings_insert(struct index *index, const struct index_recording *recording,
                              struct fault *fault)
{
    bool own = false;

    if (recording->legs > BOUND_CALL_STREAMS)
        return fault_set(fault, STATUS_LIMIT, 0, "insert recording: %zu legs, %d are possible",
                         recording->legs, BOUND_CALL_STREAMS);
    enum status status = database_step_begin(index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = insert_row(index, recording, fault);
    if (status == STATUS_OK)
        status = insert_ties(index, recording, fault);
    if (status == STATUS_OK)
        status = parts_insert_legs(index, recording, fault);
    return database_step_end(index, own, status, fault);
}

enum status recordings_finish(struct index *index, const struct index_recording *recording,
                              const struct index_fact *facts, size_t fact_count,
                              struct fault *fault)
{
    const struct uuid *id = &recording->id;
    bool own = false;

    if (recording->legs > BOUND_CALL_STREAMS)
        return fault_set(fault, STATUS_LIMIT, 0, "finish recording: %zu legs, %d are possible",
                         recording->legs, BOUND_CALL_STREAMS);
    enum status status = database_step_begin(index, &own, fault);
    if (status != STATUS_OK)
        return status;
    status = update_row(index, recording, fault);
    if (status == STATUS_OK)
        status =
            update_party(index, STATEMENT_PARTY_CALLER, caller_sql, &recording->caller, id, fault);
    if (status == STATUS_OK)
        status =
            update_party(index, STATEMENT_PARTY_CALLED, called_sql, &recording->called, id, fault);
    if (status == STATUS_OK)
        status = due_write(index, recording, fault);
    if (status == STATUS_OK)
        status = conversations_update_ties(index, recording, fault);
    if (status == STATUS_OK)
        status = transfers_link(index, id, fault);
    if (status == STATUS_OK)
        status = parts_replace_legs(index, recording, fault);
    if (status == STATUS_OK)
        status = parts_replace_facts(index, id, facts, fact_count, fault);
    return database_step_end(index, own, status, fault);
}

static enum status write_mended(struct index *index, const struct index_recording *recording,
                                const uint8_t before[static 32], struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_MENDED, mended_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, (int64_t)recording->state);
    statement_integer(&statement, recording->duration_ms);
    statement_integer(&statement, (int64_t)recording->audio_bytes);
    statement_blob(&statement, recording->sha256_cipher, sizeof recording->sha256_cipher);
    statement_blob(&statement, recording->sha256_plain, sizeof recording->sha256_plain);
    statement_uuid(&statement, &recording->id);
    statement_blob(&statement, before, 32);
    status = statement_run(&statement, &changes, fault, "write what was mended");
    if (status == STATUS_OK && !changes)
        return fault_set(fault, STATUS_CONFLICT, 0, "its row is another by now");
    return status;
}

enum status recordings_mended(struct index *index, const struct index_recording *recording,
                              const uint8_t before[static 32], const struct index_fact *facts,
                              size_t fact_count, struct fault *fault)
{
    bool own = false;
    enum status status = database_step_begin(index, &own, fault);

    if (status != STATUS_OK)
        return status;
    status = write_mended(index, recording, before, fault);
    if (status == STATUS_OK)
        status = parts_replace_facts(index, &recording->id, facts, fact_count, fault);
    return database_step_end(index, own, status, fault);
}

enum status recordings_remove_unanswered(struct index *index, struct uuid id, struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_REMOVE, remove_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &id);
    status = statement_run(&statement, &changes, fault, "remove recording");
    if (status == STATUS_OK && !changes)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording in state recording");
    return status;
}

/* As they are compared, as many as there is room for. */
static enum status read_ties(struct index *index, struct index_recording *recording,
                             struct fault *fault)
{
    struct tie_set set;
    enum status status = ties_read(index, &recording->id, &set, fault);

    if (status != STATUS_OK)
        return status;
    recording->ties = set.count < BOUND_TIES ? set.count : BOUND_TIES;
    memcpy(recording->tie, set.tie, recording->ties * sizeof *recording->tie);
    return STATUS_OK;
}

enum status recordings_get(struct index *index, struct uuid id, const struct uuid *customer,
                           struct index_recording *recording, struct fault *fault)
{
    struct index_recording found = {0};
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_GET, get_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &id);
    status = statement_step(&statement, &row, fault, "read recording");
    if (status == STATUS_OK && row)
        row_read(&statement, &found);
    statement_end(&statement);
    if (status != STATUS_OK)
        return status;
    if (!row || (customer && !uuid_equal(found.customer, *customer)))
        return fault_set(fault, STATUS_NOT_FOUND, 0, "no such recording");
    status = parts_read_legs(index, &found, fault);
    if (status == STATUS_OK)
        status = read_ties(index, &found, fault);
    if (status == STATUS_OK)
        *recording = found;
    return status;
}

enum status recordings_count(struct index *index, struct recordings_counts *counts,
                             struct fault *fault)
{
    struct recordings_counts found = {{0}};
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_RECORDING_COUNT, count_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    while ((status = statement_step(&statement, &row, fault, "count recordings")) == STATUS_OK &&
           row) {
        int64_t state = statement_read_integer(&statement);
        if (state >= 0 && state <= RECORDING_STATE_FAILED)
            found.by_state[state] = (uint64_t)statement_read_integer(&statement);
    }
    statement_end(&statement);
    if (status == STATUS_OK)
        *counts = found;
    return status;
}
