/* What is paused of a call: read from what the audit log says happened to it. */
#include <jansson.h>
#include <string.h>

#include "storage/index/controls.h"
#include "storage/index/database.h"

static const char paused_sql[] =
    "SELECT action, actor, detail FROM audit WHERE recording = ?1"
    " AND action IN ('recording.pause', 'recording.resume') ORDER BY sequence DESC";

/* Sides are bits, as their enum has them. */
_Static_assert(POLICY_NOBODY == 0 && POLICY_CALLER == 1 && POLICY_CALLED == 2 && POLICY_BOTH == 3,
               "both is the one and the other");

/* By the source's inactive streams, or by others: neither ends the other. */
enum { BY_SOURCE, BY_OTHERS, WAYS };

/* What was read so far, newest first. */
struct words {
    unsigned known[WAYS]; /* sides of which the last word is read */
    unsigned paused[WAYS];
};

static unsigned sides_of(const json_t *detail)
{
    const char *name = json_string_value(json_object_get(detail, "channels"));
    enum policy_parties parties = POLICY_BOTH;

    return name && policy_parties_find(name, &parties) == STATUS_OK ? parties : POLICY_BOTH;
}

static int way_of(const char *actor, const json_t *detail)
{
    const char *reason = json_string_value(json_object_get(detail, "reason"));
    bool inactive = reason && strcmp(reason, CONTROL_REASON_INACTIVE) == 0;

    return inactive && strcmp(actor, CONTROL_ACTOR_SIP) == 0 ? BY_SOURCE : BY_OTHERS;
}

static void take_entry(struct statement *statement, struct words *words)
{
    char action[sizeof "recording.resume"];
    char actor[sizeof CONTROL_ACTOR_SIP + 1]; /* a longer one is cut, and another still */

    statement_read_text(statement, action, sizeof action);
    statement_read_text(statement, actor, sizeof actor);
    const char *text = (const char *)sqlite3_column_text(statement->handle, 2);
    json_t *detail = json_loads(text ? text : "", 0, NULL);
    int way = way_of(actor, detail);
    unsigned sides = sides_of(detail) & ~words->known[way];
    words->known[way] |= sides;
    if (strcmp(action, "recording.pause") == 0)
        words->paused[way] |= sides;
    json_decref(detail);
}

enum status controls_paused(struct index *index, const struct uuid *recording,
                            enum policy_parties *paused, struct fault *fault)
{
    struct statement statement;
    struct words words = {{0}, {0}};
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONTROL_PAUSED, paused_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    while ((words.known[BY_SOURCE] & words.known[BY_OTHERS]) != POLICY_BOTH &&
           (status = statement_step(&statement, &row, fault, "read what is paused")) == STATUS_OK &&
           row)
        take_entry(&statement, &words);
    statement_end(&statement);
    if (status == STATUS_OK)
        *paused = (enum policy_parties)(words.paused[BY_SOURCE] | words.paused[BY_OTHERS]);
    return status;
}
