#include "storage/index/conversations.h"

#include <string.h>

#include "storage/index/ties.h"
#include "storage/index/transfers.h"

static const char size_sql[] =
    "SELECT count(*) FROM (SELECT r.id FROM recordings r WHERE r.conversation = ?1"
    " AND r.conversation <> r.id LIMIT ?2)";
static const char move_sql[] = "UPDATE recordings SET conversation = ?1"
                               " WHERE id = ?2 OR (conversation = ?2 AND conversation <> id)";
static const char mark_sql[] = "UPDATE recordings SET by_number = ?1"
                               " WHERE id = ?2 AND by_number <> ?1";
static const char next_sql[] = "SELECT r.id FROM recordings r WHERE r.conversation = ?1"
                               " AND r.conversation <> r.id ORDER BY r.started_us, r.id LIMIT 1";
static const char alone_sql[] =
    "UPDATE recordings SET conversation = id, by_number = 0 WHERE id = ?1";
static const char key_sql[] =
    "SELECT customer, source, started_us, ended_us, conversation, owner_due FROM recordings"
    " WHERE id = ?1";

/* What is not known at the end stays what it was. */
static const char ids_sql[] =
    "UPDATE recordings SET group_id = CASE WHEN ?1 = '' THEN group_id ELSE ?1 END,"
    " session_id = CASE WHEN ?2 = '' THEN session_id ELSE ?2 END,"
    " call_reference = CASE WHEN ?3 = '' THEN call_reference ELSE ?3 END,"
    " sip_session_id = CASE WHEN ?4 = '' THEN sip_session_id ELSE ?4 END"
    " WHERE id = ?5 AND ((?1 <> '' AND group_id <> ?1) OR (?2 <> '' AND session_id <> ?2)"
    " OR (?3 <> '' AND call_reference <> ?3) OR (?4 <> '' AND sip_session_id <> ?4))";

enum status conversations_size(struct index *index, const struct uuid *conversation, int64_t *size,
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
        key->conversation = statement_read_uuid(&statement);
        key->owner_due = statement_read_uuid(&statement);
    }
    statement_end(&statement);
    return status;
}

enum status conversations_move(struct index *index, const struct uuid *from, const struct uuid *to,
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

enum status conversations_mark(struct index *index, const struct uuid *id, bool by_number,
                               struct fault *fault)
{
    struct statement statement;
    enum status status =
        statement_begin(index, STATEMENT_CONVERSATION_MARK, mark_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_integer(&statement, by_number);
    statement_uuid(&statement, id);
    return statement_run(&statement, NULL, fault, "mark recording");
}

enum status conversations_join(struct index *index, struct uuid *kept, const struct uuid *other,
                               int64_t more, struct fault *fault)
{
    bool other_first = memcmp(other->b, kept->b, UUID_BYTES) < 0;
    struct uuid to = other_first ? *other : *kept;
    struct uuid from = other_first ? *kept : *other;
    int64_t sizes[2] = {0, 0};

    if (uuid_equal(*kept, *other))
        return STATUS_OK;
    enum status status = conversations_size(index, kept, &sizes[0], fault);
    if (status == STATUS_OK)
        status = conversations_size(index, other, &sizes[1], fault);
    if (status != STATUS_OK || sizes[0] + sizes[1] + more > CONVERSATION_RECORDINGS_MAX)
        return status;
    status = conversations_move(index, &from, &to, fault);
    if (status == STATUS_OK)
        *kept = to;
    return status;
}

/* The first with room for one more, and with it the others as far as there is. */
static enum status join_candidates(struct index *index, const struct candidates *candidates,
                                   bool *found, struct uuid *conversation, struct fault *fault)
{
    enum status status = STATUS_OK;
    struct uuid kept = {{0}};
    bool any = false;

    for (size_t i = 0; status == STATUS_OK && i < candidates->count; i++) {
        int64_t size = 0;
        if (any) {
            status = conversations_join(index, &kept, &candidates->id[i], 1, fault);
            continue;
        }
        status = conversations_size(index, &candidates->id[i], &size, fault);
        any = status == STATUS_OK && size < CONVERSATION_RECORDINGS_MAX;
        if (any)
            kept = candidates->id[i];
    }
    *found = any;
    if (any)
        *conversation = kept;
    return status;
}

enum status recordings_find_conversation(struct index *index, struct index_recording *recording,
                                         struct fault *fault)
{
    struct candidates candidates = {0};
    struct uuid conversation = recording->id;
    struct tie_set set;
    bool tied = false;
    bool passed_on = false;

    ties_of(recording, &set);
    enum status status =
        ties_find_before(index, recording, &set, plus_s(recording->started, -CONVERSATION_GAP_S),
                         &candidates, fault);
    if (status == STATUS_OK)
        status = join_candidates(index, &candidates, &tied, &conversation, fault);
    if (status == STATUS_OK && !tied)
        status = transfers_find(index, recording, &passed_on, &conversation, fault);
    if (status != STATUS_OK)
        return status;
    recording->conversation = conversation;
    recording->by_number = passed_on;
    return STATUS_OK;
}

/* It shares a tie with another of the conversation that it is in already: that is no guess. */
static enum status mark_certain(struct index *index, const struct index_recording *key,
                                const struct candidates *candidates, struct fault *fault)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (uuid_equal(candidates->id[i], key->conversation))
            return conversations_mark(index, &key->id, false, fault);
    }
    return STATUS_OK;
}

enum status conversations_link_again(struct index *index, const struct uuid *id,
                                     struct fault *fault)
{
    static const struct uuid nobody;
    struct index_recording key;
    struct tie_set set;
    struct candidates candidates = {0};
    enum status status = read_key(index, id, &key, fault);

    if (status != STATUS_OK || !uuid_equal(key.owner_due, nobody))
        return status;
    status = ties_read(index, id, &set, fault);
    if (status == STATUS_OK)
        status = ties_find_before(index, &key, &set, plus_s(key.started, -CONVERSATION_GAP_S),
                                  &candidates, fault);
    if (status == STATUS_OK)
        status = ties_find_after(index, &key, &set, plus_s(key.ended, CONVERSATION_GAP_S),
                                 &candidates, fault);
    if (status == STATUS_OK)
        status = mark_certain(index, &key, &candidates, fault);
    for (size_t i = 0; status == STATUS_OK && i < candidates.count; i++)
        status = conversations_join(index, &key.conversation, &candidates.id[i], 0, fault);
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
        status = conversations_move(index, id, &next, fault); /* its own row too, for a moment */
    if (status == STATUS_OK && found)
        status = conversations_mark(index, &next, false, fault); /* the first joined nobody */
    if (status == STATUS_OK)
        status = statement_begin(index, STATEMENT_CONVERSATION_ALONE, alone_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, id);
    return statement_run(&statement, NULL, fault, "leave conversation");
}

static enum status update_ids(struct index *index, const struct index_recording *recording,
                              struct fault *fault)
{
    struct statement statement;

    if (!recording->group_id[0] && !recording->session_id[0] && !recording->call_reference[0] &&
        !recording->sip_session_id[0])
        return STATUS_OK;
    enum status status = statement_begin(index, STATEMENT_TIES, ids_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_text(&statement, recording->group_id);
    statement_text(&statement, recording->session_id);
    statement_text(&statement, recording->call_reference);
    statement_text(&statement, recording->sip_session_id);
    statement_uuid(&statement, &recording->id);
    return statement_run(&statement, NULL, fault, "update ids");
}

enum status conversations_update_ties(struct index *index, const struct index_recording *recording,
                                      struct fault *fault)
{
    struct tie_set set;
    int added = 0;
    enum status status = update_ids(index, recording, fault);

    ties_of(recording, &set);
    if (status == STATUS_OK)
        status = ties_add(index, &recording->id, &set, &added, fault);
    return status == STATUS_OK && added ? conversations_link_again(index, &recording->id, fault)
                                        : status;
}
