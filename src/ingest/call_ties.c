#include "ingest/call_ties.h"

#include <string.h>

#include "base/text.h"

/* Unless it is one of the four, or there already. */
static void append(struct call_ties *ties, enum recording_tie_kind kind, const char *value)
{
    const char *const shown[] = {
        [RECORDING_TIE_SESSION] = ties->session_id,
        [RECORDING_TIE_SIP_SESSION] = ties->sip_session_id,
        [RECORDING_TIE_GROUP] = ties->group_id,
        [RECORDING_TIE_REFERENCE] = ties->reference,
    };

    if (!value || !*value || strcmp(shown[kind], value) == 0 || ties->others == BOUND_TIES)
        return;
    struct call_tie *tie = &ties->other[ties->others];
    *tie = (struct call_tie){.kind = kind};
    text_copy(tie->value, sizeof tie->value, value);
    for (size_t i = 0; i < ties->others; i++) {
        if (ties->other[i].kind == kind && strcmp(ties->other[i].value, tie->value) == 0)
            return;
    }
    ties->others++;
}

static void keep(char *kept, size_t kept_bytes, const char *tie)
{
    if (tie && *tie)
        text_copy(kept, kept_bytes, tie);
}

void call_ties_keep(struct call_ties *ties, const struct recording_ties *said)
{
    const struct call_ties before = *ties;

    keep(ties->session_id, sizeof ties->session_id, said->session_id);
    keep(ties->sip_session_id, sizeof ties->sip_session_id, said->sip_session_id);
    keep(ties->group_id, sizeof ties->group_id, said->group_id);
    keep(ties->reference, sizeof ties->reference, said->call_reference);
    ties->others = 0;
    for (size_t i = 0; i < said->others; i++)
        append(ties, said->other[i].kind, said->other[i].value);
    append(ties, RECORDING_TIE_GROUP, before.group_id);
    append(ties, RECORDING_TIE_SIP_SESSION, before.sip_session_id);
    append(ties, RECORDING_TIE_SESSION, before.session_id);
    append(ties, RECORDING_TIE_REFERENCE, before.reference);
    for (size_t i = 0; i < before.others; i++)
        append(ties, before.other[i].kind, before.other[i].value);
}

struct recording_ties call_ties_show(const struct call_ties *ties)
{
    struct recording_ties shown = {
        .session_id = ties->session_id,
        .sip_session_id = ties->sip_session_id,
        .group_id = ties->group_id,
        .call_reference = ties->reference,
        .others = ties->others,
    };

    for (size_t i = 0; i < ties->others; i++)
        shown.other[i] = (struct recording_tie){ties->other[i].kind, ties->other[i].value};
    return shown;
}
