#include "storage/index/ties.h"

#include <string.h>

#include "base/text.h"
#include "storage/index/sip_session.h"

enum {
    UTF8_BYTES_MAX = 4,    /* of one sign: what does not fit is cut before one */
    TIE_FIELD_BYTES = 128, /* of the fields that the row has for them, but for the SIP session's */
};

static const char add_sql[] =
    "INSERT INTO ties (customer, source, kind, value, started_us, recording)"
    " SELECT r.customer, r.source, ?1, ?2, r.started_us, r.id FROM recordings r WHERE r.id = ?3"
    " ON CONFLICT DO NOTHING";
static const char list_sql[] = "SELECT kind, value FROM ties WHERE recording = ?1 LIMIT ?2";

/* One range of the table, walked by time. A system that sends one value in every call has them all
 * there: no more than a few are looked at. CROSS JOIN keeps the table of ties outside. */
#define TIED                                                                                       \
    " FROM ties t CROSS JOIN recordings r WHERE r.id = t.recording AND t.customer = ?1"            \
    " AND t.source = ?2 AND t.kind = ?3 AND t.value = ?4 AND t.recording <> ?5"                    \
    " AND r.owner_due IS NULL"

static const char before_sql[] =
    "SELECT n.conversation FROM (SELECT r.conversation, r.state, r.ended_us, t.started_us" TIED
    " AND t.started_us <= ?6 ORDER BY t.started_us DESC LIMIT ?8) n"
    " WHERE n.state = 0 OR n.ended_us > ?7 ORDER BY n.started_us DESC";
static const char after_sql[] =
    "SELECT r.conversation" TIED
    " AND t.started_us >= ?6 AND t.started_us < ?7 ORDER BY t.started_us LIMIT ?8";

const char *index_tie_name(enum index_tie_kind kind)
{
    switch (kind) {
    case INDEX_TIE_GROUP:
        return "group";
    case INDEX_TIE_SESSION:
        return "session";
    case INDEX_TIE_REFERENCE:
        return "reference";
    case INDEX_TIE_SIP_SESSION:
        break;
    }
    return "sip_session";
}

/* One sign over and over, such as the nil UUID: what is sent where there is nothing to send. */
static bool is_one_sign(const char *text)
{
    char first = '\0';

    for (; *text; text++) {
        if (strchr("-={}", *text))
            continue;
        if (first && *text != first)
            return false;
        first = *text;
    }
    return true;
}

static void append(struct tie_set *set, enum index_tie_kind kind, const char *value)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->tie[i].kind == kind && strcmp(set->tie[i].value, value) == 0)
            return;
    }
    if (set->count == TIE_SET_MAX)
        return;
    struct index_tie *tie = &set->tie[set->count++];
    tie->kind = kind;
    text_copy(tie->value, sizeof tie->value, value);
}

/* Unless it is too short to be meant for one conversation alone, or fills its field, so that what
 * would tell it from another may have been cut off. */
static void append_telling(struct tie_set *set, enum index_tie_kind kind, const char *value)
{
    size_t length = strlen(value);
    size_t least =
        kind == INDEX_TIE_SESSION ? CONVERSATION_SESSION_BYTES_MIN : CONVERSATION_TIE_BYTES_MIN;

    if (length >= least && length + UTF8_BYTES_MAX < TIE_FIELD_BYTES && !is_one_sign(value))
        append(set, kind, value);
}

static void take(struct tie_set *set, enum index_tie_kind kind, const char *value)
{
    struct sip_session session;

    if (kind != INDEX_TIE_SIP_SESSION) {
        append_telling(set, kind, value);
        return;
    }
    sip_session_split(value, &session);
    append_telling(set, kind, session.local);
    append_telling(set, kind, session.remote);
}

void ties_of(const struct index_recording *recording, struct tie_set *set)
{
    set->count = 0;
    take(set, INDEX_TIE_GROUP, recording->group_id);
    take(set, INDEX_TIE_SIP_SESSION, recording->sip_session_id);
    take(set, INDEX_TIE_SESSION, recording->session_id);
    take(set, INDEX_TIE_REFERENCE, recording->call_reference);
    for (size_t i = 0; i < recording->ties; i++)
        take(set, recording->tie[i].kind, recording->tie[i].value);
}

static enum status add_one(struct index *index, const struct uuid *recording,
                           const struct index_tie *tie, int *changes, struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_TIE_ADD, add_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, tie->kind);
    statement_text(&statement, tie->value);
    statement_uuid(&statement, recording);
    return statement_run(&statement, changes, fault, "add tie");
}

enum status ties_add(struct index *index, const struct uuid *recording, const struct tie_set *set,
                     int *added, struct fault *fault)
{
    enum status status = STATUS_OK;
    int sum = 0;

    for (size_t i = 0; status == STATUS_OK && i < set->count; i++) {
        int changes = 0;
        status = add_one(index, recording, &set->tie[i], &changes, fault);
        sum += changes;
    }
    if (status == STATUS_OK)
        *added = sum;
    return status;
}

enum status ties_read(struct index *index, const struct uuid *recording, struct tie_set *set,
                      struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_TIE_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    set->count = 0;
    statement_uuid(&statement, recording);
    statement_integer(&statement, TIE_SET_MAX);
    while ((status = statement_step(&statement, &row, fault, "read ties")) == STATUS_OK && row) {
        struct index_tie *tie = &set->tie[set->count++];
        tie->kind = (enum index_tie_kind)statement_read_integer(&statement);
        statement_read_text(&statement, tie->value, sizeof tie->value);
    }
    statement_end(&statement);
    return status;
}

static void add_candidate(struct candidates *candidates, struct uuid id)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (uuid_equal(candidates->id[i], id))
            return;
    }
    if (candidates->count < CANDIDATES_MAX)
        candidates->id[candidates->count++] = id;
}

static enum status find_one(struct index *index, bool before, const struct index_recording *one,
                            const struct index_tie *tie, wall_time limit,
                            struct candidates *candidates, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, before ? STATEMENT_TIED_BEFORE : STATEMENT_TIED_AFTER,
                        before ? before_sql : after_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &one->customer);
    statement_text(&statement, one->source);
    statement_integer(&statement, tie->kind);
    statement_text(&statement, tie->value);
    statement_uuid(&statement, &one->id);
    statement_time(&statement, one->started);
    statement_time(&statement, limit);
    statement_integer(&statement, CANDIDATES_PER_TIE);
    while ((status = statement_step(&statement, &row, fault, "find conversation")) == STATUS_OK &&
           row)
        add_candidate(candidates, statement_read_uuid(&statement));
    statement_end(&statement);
    return status;
}

static enum status find(struct index *index, bool before, const struct index_recording *one,
                        const struct tie_set *set, wall_time limit, struct candidates *candidates,
                        struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < set->count; i++)
        status = find_one(index, before, one, &set->tie[i], limit, candidates, fault);
    return status;
}

enum status ties_find_before(struct index *index, const struct index_recording *one,
                             const struct tie_set *set, wall_time limit,
                             struct candidates *candidates, struct fault *fault)
{
    return find(index, true, one, set, limit, candidates, fault);
}

enum status ties_find_after(struct index *index, const struct index_recording *one,
                            const struct tie_set *set, wall_time limit,
                            struct candidates *candidates, struct fault *fault)
{
    return find(index, false, one, set, limit, candidates, fault);
}
