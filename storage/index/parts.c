/* Legs and facts: the rows below a recording. */
#include "storage/index/parts.h"

#include <stdlib.h>

static const char legs_remove_sql[] = "DELETE FROM legs WHERE recording = ?1";
static const char leg_insert_sql[] =
    "INSERT INTO legs (recording, position, right_channel, label, party_number, party_name, codec,"
    " packets_received, packets_lost, packets_late, packets_duplicate,"
    " packets_ignored, packets_refused, r_tenths, mos_hundredths, jitter_us, speech_ms,"
    " longest_silence_ms, own_channel)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19)";
static const char leg_list_sql[] =
    "SELECT right_channel, label, party_number, party_name, codec, packets_received, packets_lost,"
    " packets_late, packets_duplicate, packets_ignored, packets_refused, r_tenths, mos_hundredths,"
    " jitter_us, speech_ms, longest_silence_ms, own_channel"
    " FROM legs WHERE recording = ?1 ORDER BY position LIMIT ?2";

static const char facts_remove_sql[] = "DELETE FROM facts WHERE recording = ?1";
static const char fact_insert_sql[] =
    "INSERT INTO facts (recording, position, start_ms, end_ms, leg, cause, packets, detail)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char fact_list_sql[] =
    "SELECT start_ms, end_ms, leg, cause, packets, detail FROM facts"
    " WHERE recording = ?1 ORDER BY start_ms, position";

static const char fact_count_sql[] =
    "SELECT cause, count(*) FROM facts WHERE recording = ?1 GROUP BY cause ORDER BY cause";

static enum status run_for_recording(struct index *index, enum statement_id id, const char *sql,
                                     const struct uuid *recording, struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, id, sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    return statement_run(&statement, NULL, fault, "write recording");
}

static enum status insert_leg(struct index *index, const struct uuid *recording, size_t position,
                              const struct index_leg *leg, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_LEG_INSERT, leg_insert_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    statement_integer(&statement, (int64_t)position);
    statement_integer(&statement, leg->right ? 1 : 0);
    statement_text(&statement, leg->label);
    statement_text(&statement, leg->party.number);
    statement_text(&statement, leg->party.name);
    statement_text(&statement, leg->codec);
    statement_integer(&statement, (int64_t)leg->packets_received);
    statement_integer(&statement, (int64_t)leg->packets_lost);
    statement_integer(&statement, (int64_t)leg->packets_late);
    statement_integer(&statement, (int64_t)leg->packets_duplicate);
    statement_integer(&statement, (int64_t)leg->packets_ignored);
    statement_integer(&statement, (int64_t)leg->packets_refused);
    statement_integer(&statement, leg->sound.r_tenths);
    statement_integer(&statement, leg->sound.mos_hundredths);
    statement_integer(&statement, leg->sound.jitter_us);
    statement_integer(&statement, leg->sound.speech_ms);
    statement_integer(&statement, leg->sound.longest_silence_ms);
    statement_integer(&statement, leg->own_channel);
    return statement_run(&statement, NULL, fault, "insert leg");
}

static enum status insert_fact(struct index *index, const struct uuid *recording, size_t position,
                               const struct index_fact *fact, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_FACT_INSERT, fact_insert_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    statement_integer(&statement, (int64_t)position);
    statement_integer(&statement, fact->start_ms);
    statement_integer(&statement, fact->end_ms);
    statement_integer(&statement, fact->leg);
    statement_text(&statement, fact->cause);
    statement_integer(&statement, fact->count);
    statement_text(&statement, fact->detail);
    return statement_run(&statement, NULL, fault, "insert fact");
}

enum status parts_insert_legs(struct index *index, const struct index_recording *recording,
                              struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < recording->legs; i++)
        status = insert_leg(index, &recording->id, i, &recording->leg[i], fault);
    return status;
}

enum status parts_replace_legs(struct index *index, const struct index_recording *recording,
                               struct fault *fault)
{
    enum status status =
        run_for_recording(index, STATEMENT_LEGS_REMOVE, legs_remove_sql, &recording->id, fault);

    return status == STATUS_OK ? parts_insert_legs(index, recording, fault) : status;
}

enum status parts_replace_facts(struct index *index, const struct uuid *recording,
                                const struct index_fact *facts, size_t fact_count,
                                struct fault *fault)
{
    enum status status =
        run_for_recording(index, STATEMENT_FACTS_REMOVE, facts_remove_sql, recording, fault);

    for (size_t i = 0; status == STATUS_OK && i < fact_count; i++)
        status = insert_fact(index, recording, i, &facts[i], fault);
    return status;
}

static void read_sound(struct statement *statement, struct index_sound *sound)
{
    sound->r_tenths = (uint32_t)statement_read_integer(statement);
    sound->mos_hundredths = (uint32_t)statement_read_integer(statement);
    sound->jitter_us = (uint32_t)statement_read_integer(statement);
    sound->speech_ms = statement_read_integer(statement);
    sound->longest_silence_ms = statement_read_integer(statement);
}

enum status parts_read_legs(struct index *index, struct index_recording *recording,
                            struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_LEG_LIST, leg_list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &recording->id);
    statement_integer(&statement, BOUND_CALL_STREAMS);
    while ((status = statement_step(&statement, &row, fault, "read legs")) == STATUS_OK && row) {
        struct index_leg *leg = &recording->leg[recording->legs++];
        leg->right = statement_read_integer(&statement) != 0;
        statement_read_text(&statement, leg->label, sizeof leg->label);
        statement_read_text(&statement, leg->party.number, sizeof leg->party.number);
        statement_read_text(&statement, leg->party.name, sizeof leg->party.name);
        statement_read_text(&statement, leg->codec, sizeof leg->codec);
        leg->packets_received = (uint64_t)statement_read_integer(&statement);
        leg->packets_lost = (uint64_t)statement_read_integer(&statement);
        leg->packets_late = (uint64_t)statement_read_integer(&statement);
        leg->packets_duplicate = (uint64_t)statement_read_integer(&statement);
        leg->packets_ignored = (uint64_t)statement_read_integer(&statement);
        leg->packets_refused = (uint64_t)statement_read_integer(&statement);
        read_sound(&statement, &leg->sound);
        leg->own_channel = (unsigned)statement_read_integer(&statement);
    }
    statement_end(&statement);
    return status;
}

static enum status append_fact(struct statement *statement, struct index_fact **facts,
                               size_t *count, size_t *capacity)
{
    if (*count == *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 16;
        struct index_fact *grown = reallocarray(*facts, wanted, sizeof *grown);
        if (!grown)
            return STATUS_NOMEM;
        *facts = grown;
        *capacity = wanted;
    }
    struct index_fact *fact = &(*facts)[(*count)++];
    fact->start_ms = statement_read_integer(statement);
    fact->end_ms = statement_read_integer(statement);
    fact->leg = (int)statement_read_integer(statement);
    statement_read_text(statement, fact->cause, sizeof fact->cause);
    fact->count = (uint32_t)statement_read_integer(statement);
    statement_read_text(statement, fact->detail, sizeof fact->detail);
    return STATUS_OK;
}

enum status recordings_facts(struct index *index, struct uuid id, struct index_fact **facts,
                             size_t *fact_count, struct fault *fault)
{
    struct statement statement;
    struct index_fact *found = NULL;
    size_t count = 0;
    size_t capacity = 0;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_FACT_LIST, fact_list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &id);
    while ((status = statement_step(&statement, &row, fault, "read facts")) == STATUS_OK && row) {
        status = append_fact(&statement, &found, &count, &capacity);
        if (status != STATUS_OK) {
            (void)fault_set(fault, status, 0, "read facts: out of memory");
            break;
        }
    }
    statement_end(&statement);
    if (status != STATUS_OK) {
        free(found);
        return status;
    }
    *facts = found;
    *fact_count = count;
    return STATUS_OK;
}

enum status recordings_count_facts(struct index *index, struct uuid id,
                                   struct index_fact_counts *counts, struct fault *fault)
{
    struct index_fact_counts found = {0};
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_FACT_COUNT, fact_count_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &id);
    while (found.causes < INDEX_FACT_CAUSES_MAX &&
           (status = statement_step(&statement, &row, fault, "count facts")) == STATUS_OK && row) {
        statement_read_text(&statement, found.of[found.causes].cause, sizeof found.of[0].cause);
        found.of[found.causes++].facts = (uint64_t)statement_read_integer(&statement);
    }
    statement_end(&statement);
    if (status == STATUS_OK)
        *counts = found;
    return status;
}
