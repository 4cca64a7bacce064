#include "ingest/call_ties.h"

#include "base/text.h"

static void keep(char *kept, size_t kept_bytes, const char *tie)
{
    if (tie && *tie)
        text_copy(kept, kept_bytes, tie);
}

void call_ties_keep(struct call_ties *ties, const struct recording_ties *said)
{
    keep(ties->session_id, sizeof ties->session_id, said->session_id);
    keep(ties->sip_session_id, sizeof ties->sip_session_id, said->sip_session_id);
    keep(ties->group_id, sizeof ties->group_id, said->group_id);
    keep(ties->reference, sizeof ties->reference, said->call_reference);
}

struct recording_ties call_ties_show(const struct call_ties *ties)
{
    return (struct recording_ties){
        .session_id = ties->session_id,
        .sip_session_id = ties->sip_session_id,
        .group_id = ties->group_id,
        .call_reference = ties->reference,
    };
}
