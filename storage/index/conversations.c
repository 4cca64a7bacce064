#include "storage/index/conversations.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/row.h"
#include "storage/index/sip_session.h"

enum {
    /* Calls of one tie that are looked at, newest first: enough for what overlaps, and a bound
     * where a system sends the same value in every call. */
    CANDIDATES_MAX = 16,
    TIES = 7,
    TIED_SQL_BYTES = 4096,
};

/* What two calls may share: a column, and the parameter that it is compared with. */
static const struct {
    const char *column;
    int parameter;
} ties[TIES] = {
    {"group_id", 3},           {"session_id", 4},        {"call_reference", 5},
    {"sip_session_local", 6},  {"sip_session_local", 7}, {"sip_session_remote", 6},
    {"sip_session_remote", 7},
};

/*
 * The conversations of calls that share a tie: of each a range of a partial index, walked by time.
 * Parameters: ?1 customer, ?2 source, ?3 group, ?4 session, ?5 reference, ?6 and ?7 halves of the
 * SIP session, ?8 start, ?9 own id, ?10 the limit.
 *
 * before  those begun before, and running or ended not before the limit; else those begun after,
 * but not after the limit.
 */
static void write_tied(char sql[static TIED_SQL_BYTES], bool before)
{
    const char *window =
        before ? "r.started_us <= ?8" : "r.started_us >= ?8 AND r.started_us <= ?10";
    const char *order = before ? "DESC" : "ASC";
    int used = snprintf(sql, TIED_SQL_BYTES,
                        "WITH tied (conversation, started_us, ended_us, state)"
                        " AS (");

    for (size_t i = 0; i < TIES; i++)
        used += snprintf(sql + used, TIED_SQL_BYTES - (size_t)used,
                         "%sSELECT * FROM (SELECT r.conversation, r.started_us, r.ended_us, r.state"
                         " FROM recordings r WHERE r.customer = ?1 AND r.source = ?2"
                         " AND r.%s = ?%d AND r.%s <> '' AND %s AND r.id <> ?9"
                         " ORDER BY r.started_us %s LIMIT %d)",
                         i ? " UNION ALL " : "", ties[i].column, ties[i].parameter, ties[i].column,
                         window, order, CANDIDATES_MAX);
    used += snprintf(sql + used, TIED_SQL_BYTES - (size_t)used,
                     ") SELECT conversation FROM tied %s ORDER BY started_us %s",
                     before ? "WHERE state = 0 OR ended_us >= ?10" : "", order);
    assert(used < TIED_SQL_BYTES);
}

static const char size_sql[] =
    "SELECT count(*) FROM (SELECT r.id FROM recordings r WHERE r.conversation = ?1"
    " AND r.conversation <> r.id LIMIT ?2)";
static const char move_sql[] = "UPDATE recordings SET conversation = ?1"
                               " WHERE id = ?2 OR (conversation = ?2 AND conversation <> id)";
static const char next_sql[] = "SELECT r.id FROM recordings r WHERE r.conversation = ?1"
                               " AND r.conversation <> r.id ORDER BY r.started_us, r.id LIMIT 1";
static const char alone_sql[] = "UPDATE recordings SET conversation = id WHERE id = ?1";
static const char key_sql[] =
    "SELECT customer, source, started_us, ended_us, group_id, session_id, call_reference,"
    " sip_session_id, conversation FROM recordings WHERE id = ?1";

static const char list_sql[] =
    "SELECT " ROW_COLUMNS " FROM recordings r WHERE r.id = ?1 AND r.conversation = ?1"
    " AND (?2 IS NULL OR r.customer = ?2) UNION ALL SELECT " ROW_COLUMNS
    " FROM recordings r WHERE r.conversation = ?1 AND r.conversation <> r.id"
    " AND (?2 IS NULL OR r.customer = ?2) ORDER BY 3, 1 LIMIT ?3";

/* The rows of list_sql: how many, and how many of them until (?3, ?4). */
static const char place_sql[] =
    "SELECT count(*), coalesce(sum(started_us < ?3 OR (started_us = ?3 AND id <= ?4)), 0) FROM ("
    "SELECT r.id, r.started_us FROM recordings r"
    " WHERE r.id = ?1 AND r.conversation = ?1 AND r.customer = ?2 UNION ALL"
    " SELECT r.id, r.started_us FROM recordings r"
    " WHERE r.conversation = ?1 AND r.conversation <> r.id AND r.customer = ?2 LIMIT ?5)";

/* What is not known at the end stays what it was. */
static const char ties_sql[] =
    "UPDATE recordings SET group_id = CASE WHEN ?1 = '' THEN group_id ELSE ?1 END,"
    " session_id = CASE WHEN ?2 = '' THEN session_id ELSE ?2 END,"
    " call_reference = CASE WHEN ?3 = '' THEN call_reference ELSE ?3 END,"
    " sip_session_id = CASE WHEN ?4 = '' THEN sip_session_id ELSE ?4 END,"
    " sip_session_local = CASE WHEN ?4 = '' THEN sip_session_local ELSE ?5 END,"
    " sip_session_remote = CASE WHEN ?4 = '' THEN sip_session_remote ELSE ?6 END"
    " WHERE id = ?7 AND ((?1 <> '' AND group_id <> ?1) OR (?2 <> '' AND session_id <> ?2)"
    " OR (?3 <> '' AND call_reference <> ?3) OR (?4 <> '' AND sip_session_id <> ?4))";

/* Conversations, each once. */
struct candidates {
    size_t count;
    struct uuid id[(size_t)TIES * CANDIDATES_MAX];
};

static void add_candidate(struct candidates *candidates, struct uuid id)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (uuid_equal(candidates->id[i], id))
            return;
    }
    if (candidates->count < (size_t)TIES * CANDIDATES_MAX)
        candidates->id[candidates->count++] = id;
}

/* Add the conversations of calls that share a tie with the recording, begun before or after it. */
static enum status find_tied(struct index *index, const struct index_recording *recording,
                             bool before, wall_time limit, struct candidates *candidates,
                             struct fault *fault)
{
    struct statement statement;
    struct sip_session session;
    char sql[TIED_SQL_BYTES];
    bool row = false;

    write_tied(sql, before);
    enum status status = statement_begin(
        index, before ? STATEMENT_CONVERSATION_BEFORE : STATEMENT_CONVERSATION_AFTER, sql,
        &statement, fault);

    if (status != STATUS_OK)
        return status;
    sip_session_split(recording->sip_session_id, &session);
    statement_uuid(&statement, &recording->customer);
    statement_text(&statement, recording->source);
    statement_text(&statement, recording->group_id);
    statement_text(&statement, recording->session_id);
    statement_text(&statement, recording->call_reference);
    statement_text(&statement, session.local);
    statement_text(&statement, session.remote);
    statement_time(&statement, recording->started);
    statement_uuid(&statement, &recording->id);
    statement_time(&statement, limit);
    while ((status = statement_step(&statement, &row, fault, "find conversation")) == STATUS_OK &&
           row)
        add_candidate(candidates, statement_read_uuid(&statement));
    statement_end(&statement);
    return status;
}

static enum status size_of(struct index *index, const struct uuid *conversation, int64_t *size,
                           struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_SIZE, size_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, conversation);
    statement_integer(&statement, CONVERSATION_RECORDINGS_MAX);
    status = statement_step(&statement, &row, fault, "measure conversation");
    if (status == STATUS_OK && row)
        *size = 1 + statement_read_integer(&statement);
    statement_end(&statement);
    return status;
}

static bool has_ties(const struct index_recording *recording)
{
    return recording->group_id[0] || recording->session_id[0] || recording->call_reference[0] ||
           recording->sip_session_id[0];
}

static wall_time plus_s(wall_time time, int64_t seconds)
{
    return (wall_time){time.ns + seconds * CLOCK_NS_PER_S};
}

enum status recordings_find_conversation(struct index *index, struct index_recording *recording,
                                         struct fault *fault)
{
    struct candidates candidates = {0};
    struct uuid found = recording->id;
    enum status status = STATUS_OK;

    if (has_ties(recording))
        status = find_tied(index, recording, true, plus_s(recording->started, -CONVERSATION_GAP_S),
                           &candidates, fault);
    for (size_t i = 0; status == STATUS_OK && i < candidates.count; i++) {
        int64_t size = 0;
        status = size_of(index, &candidates.id[i], &size, fault);
        if (status == STATUS_OK && size < CONVERSATION_RECORDINGS_MAX) {
            found = candidates.id[i];
            break;
        }
    }
    if (status == STATUS_OK)
        recording->conversation = found;
    return status;
}

/* What linking needs to know of a row. */
static enum status read_key(struct index *index, const struct uuid *id, struct index_recording *key,
                            struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_KEY, key_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    memset(key, 0, sizeof *key);
    key->id = *id;
    statement_uuid(&statement, id);
    status = statement_step(&statement, &row, fault, "read ties");
    if (status == STATUS_OK && row) {
        key->customer = statement_read_uuid(&statement);
        statement_read_text(&statement, key->source, sizeof key->source);
        key->started = statement_read_time(&statement);
        key->ended = statement_read_time(&statement);
        statement_read_text(&statement, key->group_id, sizeof key->group_id);
        statement_read_text(&statement, key->session_id, sizeof key->session_id);
        statement_read_text(&statement, key->call_reference, sizeof key->call_reference);
        statement_read_text(&statement, key->sip_session_id, sizeof key->sip_session_id);
        key->conversation = statement_read_uuid(&statement);
    }
    statement_end(&statement);
    return status;
}

static enum status move(struct index *index, const struct uuid *from, const struct uuid *to,
                        struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_MOVE, move_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, to);
    statement_uuid(&statement, from);
    return statement_run(&statement, NULL, fault, "join conversations");
}

/* Two conversations become one, that of the earlier id, where that is not too long. */
static enum status join(struct index *index, struct uuid *kept, const struct uuid *other,
                        struct fault *fault)
{
    bool other_first = memcmp(other->b, kept->b, UUID_BYTES) < 0;
    struct uuid to = other_first ? *other : *kept;
    struct uuid from = other_first ? *kept : *other;
    int64_t sizes[2] = {0, 0};

    if (uuid_equal(*kept, *other))
        return STATUS_OK;
    enum status status = size_of(index, kept, &sizes[0], fault);
    if (status == STATUS_OK)
        status = size_of(index, other, &sizes[1], fault);
    if (status != STATUS_OK || sizes[0] + sizes[1] > CONVERSATION_RECORDINGS_MAX)
        return status;
    status = move(index, &from, &to, fault);
    if (status == STATUS_OK)
        *kept = to;
    return status;
}

enum status conversations_link_again(struct index *index, const struct uuid *id,
                                     struct fault *fault)
{
    struct index_recording key;
    struct candidates candidates = {0};
    enum status status = read_key(index, id, &key, fault);

    if (status == STATUS_OK)
        status = find_tied(index, &key, true, plus_s(key.started, -CONVERSATION_GAP_S), &candidates,
                           fault);
    if (status == STATUS_OK)
        status = find_tied(index, &key, false, plus_s(key.ended, CONVERSATION_GAP_S), &candidates,
                           fault);
    for (size_t i = 0; status == STATUS_OK && i < candidates.count; i++)
        status = join(index, &key.conversation, &candidates.id[i], fault);
    return status;
}

/* The first but the one whose id the conversation bears; *found false where there is none. */
static enum status find_next(struct index *index, const struct uuid *conversation, bool *found,
                             struct uuid *next, struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_NEXT, next_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, conversation);
    status = statement_step(&statement, found, fault, "read conversation");
    if (status == STATUS_OK && *found)
        *next = statement_read_uuid(&statement);
    statement_end(&statement);
    return status;
}

enum status conversations_leave(struct index *index, const struct uuid *id, struct fault *fault)
{
    struct statement statement;
    struct uuid next;
    bool found = false;
    enum status status = find_next(index, id, &found, &next, fault);

    if (status == STATUS_OK && found)
        status = move(index, id, &next, fault); /* its own row too, for a moment */
    if (status == STATUS_OK)
        status = statement_begin(index, STATEMENT_CONVERSATION_ALONE, alone_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, id);
    return statement_run(&statement, NULL, fault, "leave conversation");
}

enum status conversations_update_ties(struct index *index, const struct index_recording *recording,
                                      struct fault *fault)
{
    struct statement statement;
    struct sip_session session;
    int changes = 0;

    if (!has_ties(recording))
        return STATUS_OK;
    enum status status = statement_begin(index, STATEMENT_TIES, ties_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    sip_session_split(recording->sip_session_id, &session);
    statement_text(&statement, recording->group_id);
    statement_text(&statement, recording->session_id);
    statement_text(&statement, recording->call_reference);
    statement_text(&statement, recording->sip_session_id);
    statement_text(&statement, session.local);
    statement_text(&statement, session.remote);
    statement_uuid(&statement, &recording->id);
    status = statement_run(&statement, &changes, fault, "update ties");
    return status == STATUS_OK && changes ? conversations_link_again(index, &recording->id, fault)
                                          : status;
}

enum status recordings_list_conversation(struct index *index, struct uuid conversation,
                                         const struct uuid *customer,
                                         void (*visit)(void *context,
                                                       const struct index_recording *row),
                                         void *context, struct fault *fault)
{
    struct statement statement;
    struct index_recording recording;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &conversation);
    statement_uuid(&statement, customer);
    statement_integer(&statement, CONVERSATION_RECORDINGS_MAX);
    while ((status = statement_step(&statement, &row, fault, "list conversation")) == STATUS_OK &&
           row) {
        row_read(&statement, &recording);
        visit(context, &recording);
    }
    statement_end(&statement);
    return status;
}

enum status recordings_place(struct index *index, const struct index_recording *recording,
                             struct conversation_place *place, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_PLACE, place_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &recording->conversation);
    statement_uuid(&statement, &recording->customer);
    statement_time(&statement, recording->started);
    statement_uuid(&statement, &recording->id);
    statement_integer(&statement, CONVERSATION_RECORDINGS_MAX);
    status = statement_step(&statement, &row, fault, "place in conversation");
    if (status == STATUS_OK && row) {
        int64_t size = statement_read_integer(&statement);
        int64_t part = statement_read_integer(&statement);
        *place = part ? (struct conversation_place){(uint32_t)part, (uint32_t)size}
                      : (struct conversation_place){1, 1};
    }
    statement_end(&statement);
    return status;
}
