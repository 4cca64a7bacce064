#include "storage/index/row.h"

#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/scrub.h"

/* A state or direction that a newer program wrote must not index our tables out of bounds. */
static int bounded(int64_t value, int most)
{
    return value < 0 || value > most ? 0 : (int)value;
}

static void read_party(struct statement *statement, struct index_party *party)
{
    statement_read_text(statement, party->number, sizeof party->number);
    statement_read_text(statement, party->name, sizeof party->name);
}

void row_read(struct statement *statement, struct index_recording *recording)
{
    memset(recording, 0, sizeof *recording);
    recording->id = statement_read_uuid(statement);
    recording->customer = statement_read_uuid(statement);
    recording->started = statement_read_time(statement);
    recording->ended = statement_read_time(statement);
    recording->duration_ms = statement_read_integer(statement);
    recording->state =
        (enum recording_state)bounded(statement_read_integer(statement), RECORDING_STATE_FAILED);
    recording->direction =
        (enum call_direction)bounded(statement_read_integer(statement), CALL_INTERNAL);
    read_party(statement, &recording->caller);
    read_party(statement, &recording->called);
    statement_read_text(statement, recording->source, sizeof recording->source);
    statement_read_text(statement, recording->source_address, sizeof recording->source_address);
    statement_read_text(statement, recording->sip_call_id, sizeof recording->sip_call_id);
    statement_read_text(statement, recording->session_id, sizeof recording->session_id);
    statement_read_text(statement, recording->sip_session_id, sizeof recording->sip_session_id);
    statement_read_text(statement, recording->group_id, sizeof recording->group_id);
    statement_read_text(statement, recording->node, sizeof recording->node);
    statement_read_text(statement, recording->end_cause, sizeof recording->end_cause);
    statement_read_text(statement, recording->path, sizeof recording->path);
    recording->audio_bytes = (uint64_t)statement_read_integer(statement);
    statement_read_blob(statement, recording->sha256_cipher, sizeof recording->sha256_cipher);
    statement_read_blob(statement, recording->sha256_plain, sizeof recording->sha256_plain);
    statement_read_text(statement, recording->call_reference, sizeof recording->call_reference);
    recording->conversation = statement_read_uuid(statement);
    recording->owner_due = statement_read_uuid(statement);
    recording->by_number = statement_read_integer(statement) != 0;
    int64_t talk_over_ms = statement_read_integer(statement);
    recording->measured = talk_over_ms >= 0;
    recording->talk_over_ms = talk_over_ms < 0 ? 0 : talk_over_ms;
    recording->damaged = statement_read_integer(statement) == SCRUB_BAD;
}

void row_reverse(const char *text, char reversed[static BOUND_NUMBER_BYTES])
{
    size_t length = strnlen(text, BOUND_NUMBER_BYTES - 1);

    for (size_t i = 0; i < length; i++)
        reversed[i] = text[length - 1 - i];
    reversed[length] = '\0';
}

void row_digits(const char *number, char digits[static BOUND_NUMBER_BYTES],
                char reversed[static BOUND_NUMBER_BYTES])
{
    number_digits(number, digits);
    row_reverse(digits, reversed);
}
