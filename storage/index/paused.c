/* What is paused of a call: read from what the audit log says happened to it. */
#include <jansson.h>
#include <string.h>

#include "storage/index/controls.h"
#include "storage/index/database.h"

static const char paused_sql[] =
    "SELECT action, detail FROM audit WHERE recording = ?1"
    " AND action IN ('recording.pause', 'recording.resume') ORDER BY sequence DESC";

/* Sides are bits, as their enum has them. */
_Static_assert(POLICY_NOBODY == 0 && POLICY_CALLER == 1 && POLICY_CALLED == 2 && POLICY_BOTH == 3,
               "both is the one and the other");

static unsigned sides_of(const char *detail)
{
    json_t *object = json_loads(detail ? detail : "", 0, NULL);
    const char *name = json_string_value(json_object_get(object, "channels"));
    unsigned sides = POLICY_BOTH;

    if (name && strcmp(name, "caller") == 0)
        sides = POLICY_CALLER;
    else if (name && strcmp(name, "called") == 0)
        sides = POLICY_CALLED;
    json_decref(object);
    return sides;
}

enum status controls_paused(struct index *index, const struct uuid *recording,
                            enum policy_parties *paused, struct fault *fault)
{
    struct statement statement;
    unsigned known = POLICY_NOBODY;
    unsigned found = POLICY_NOBODY;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CONTROL_PAUSED, paused_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, recording);
    while (known != POLICY_BOTH &&
           (status = statement_step(&statement, &row, fault, "read what is paused")) == STATUS_OK &&
           row) {
        char action[sizeof "recording.resume"];
        statement_read_text(&statement, action, sizeof action);
        unsigned sides = sides_of((const char *)sqlite3_column_text(statement.handle, 1)) & ~known;
        known |= sides;
        if (strcmp(action, "recording.pause") == 0)
            found |= sides;
    }
    statement_end(&statement);
    if (status == STATUS_OK)
        *paused = (enum policy_parties)found;
    return status;
}
