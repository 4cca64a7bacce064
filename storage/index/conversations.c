#include "storage/index/conversations.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/sip_session.h"

enum {
    /* Calls of one tie that are looked at, newest first: enough for what overlaps, and a bound
     * where a system sends the same value in every call. */
    CANDIDATES_MAX = 16,
    UTF8_BYTES_MAX = 4, /* of one sign: what does not fit is cut before one */
    TIES = 7,
    TIED_SQL_BYTES = 4096,
};

/* What a call may share with others, each "" where it ties it to none. */
struct tie_values {
    const char *group;
    const char *session;
    const char *reference;
    const char *sip_local;
    const char *sip_remote;
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
 * before  those begun before, and running or ended after the limit; else those begun after, but
 * before the limit. What is due to another customer is nobody's in between: it is left out.
 */
static void write_tied(char sql[static TIED_SQL_BYTES], bool before)
{
    const char *window =
        before ? "r.started_us <= ?8" : "r.started_us >= ?8 AND r.started_us < ?10";
    const char *order = before ? "DESC" : "ASC";
    int used = snprintf(sql, TIED_SQL_BYTES,
                        "WITH tied (conversation, started_us, ended_us, state)"
                        " AS (");

    for (size_t i = 0; i < TIES; i++)
        used += snprintf(sql + used, TIED_SQL_BYTES - (size_t)used,
                         "%sSELECT * FROM (SELECT r.conversation, r.started_us, r.ended_us, r.state"
                         " FROM recordings r WHERE r.customer = ?1 AND r.source = ?2"
                         " AND r.%s = ?%d AND r.%s <> '' AND %s AND r.id <> ?9"
                         " AND r.owner_due IS NULL"
                         " ORDER BY r.started_us %s LIMIT %d)",
                         i ? " UNION ALL " : "", ties[i].column, ties[i].parameter, ties[i].column,
                         window, order, CANDIDATES_MAX);
    used += snprintf(sql + used, TIED_SQL_BYTES - (size_t)used,
                     ") SELECT conversation FROM tied %s ORDER BY started_us %s",
                     before ? "WHERE state = 0 OR ended_us > ?10" : "", order);
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
    " sip_session_id, conversation, owner_due FROM recordings WHERE id = ?1";

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

/* What a text ties to: "" where it is too short to be meant for one conversation alone, or fills
 * its field, so that what would tell it from another may have been cut off. */
static const char *tie_of(const char *text, size_t bytes_min, size_t field_bytes)
{
    size_t length = strlen(text);
    bool tells = length >= bytes_min && length + UTF8_BYTES_MAX < field_bytes && !is_one_sign(text);

    return tells ? text : "";
}

/* session  its halves are borrowed by the values. */
static struct tie_values values_of(const struct index_recording *recording,
                                   struct sip_session *session)
{
    sip_session_split(recording->sip_session_id, session);
    return (struct tie_values){
        .group =
            tie_of(recording->group_id, CONVERSATION_TIE_BYTES_MIN, sizeof recording->group_id),
        .session = tie_of(recording->session_id, CONVERSATION_SESSION_BYTES_MIN,
                          sizeof recording->session_id),
        .reference = tie_of(recording->call_reference, CONVERSATION_TIE_BYTES_MIN,
                            sizeof recording->call_reference),
        .sip_local = tie_of(session->local, CONVERSATION_TIE_BYTES_MIN, sizeof session->local),
        .sip_remote = tie_of(session->remote, CONVERSATION_TIE_BYTES_MIN, sizeof session->remote),
    };
}

static bool any_ties(const struct tie_values *values)
{
    return values->group[0] || values->session[0] || values->reference[0] || values->sip_local[0] ||
           values->sip_remote[0];
}

/* Add the conversations of calls that share a tie with the recording, begun before or after it. */
static enum status find_tied(struct index *index, const struct index_recording *recording,
                             bool before, wall_time limit, struct candidates *candidates,
                             struct fault *fault)
{
    struct statement statement;
    struct sip_session session;
    const struct tie_values values = values_of(recording, &session);
    char sql[TIED_SQL_BYTES];
    bool row = false;

    if (!any_ties(&values))
        return STATUS_OK;
    write_tied(sql, before);
    enum status status = statement_begin(
        index, before ? STATEMENT_CONVERSATION_BEFORE : STATEMENT_CONVERSATION_AFTER, sql,
        &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &recording->customer);
    statement_text(&statement, recording->source);
    statement_text(&statement, values.group);
    statement_text(&statement, values.session);
    statement_text(&statement, values.reference);
    statement_text(&statement, values.sip_local);
    statement_text(&statement, values.sip_remote);
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

static wall_time plus_s(wall_time time, int64_t seconds)
{
    return (wall_time){time.ns + seconds * CLOCK_NS_PER_S};
}

enum status recordings_find_conversation(struct index *index, struct index_recording *recording,
                                         struct fault *fault)
{
    struct candidates candidates = {0};
    struct uuid found = recording->id;
    enum status status =
        find_tied(index, recording, true, plus_s(recording->started, -CONVERSATION_GAP_S),
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
        key->owner_due = statement_read_uuid(&statement);
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
    static const struct uuid nobody;
    struct index_recording key;
    struct candidates candidates = {0};
    enum status status = read_key(index, id, &key, fault);

    if (status != STATUS_OK || !uuid_equal(key.owner_due, nobody))
        return status;
    status =
        find_tied(index, &key, true, plus_s(key.started, -CONVERSATION_GAP_S), &candidates, fault);
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

    if (!recording->group_id[0] && !recording->session_id[0] && !recording->call_reference[0] &&
        !recording->sip_session_id[0])
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
