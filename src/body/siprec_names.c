#include "body/siprec_names.h"

#include <stddef.h>

#include "body/multipart_text.h"

static bool is_one_of(struct text_span name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_span_equal(name, names[i]))
            return true;
    }
    return false;
}

bool siprec_names_item(struct text_span local)
{
    static const char *const items[] = {
        "datamode",
        "group",
        "session",
        "participant",
        "stream",
        "sessionrecordingassoc",
        "participantsessionassoc",
        "participantstreamassoc",
    };

    return is_one_of(local, items, sizeof items / sizeof *items);
}

bool siprec_names_own(struct text_span local)
{
    static const char *const parts[] = {
        "nameID",
        "name",
        "aor",
        "label",
        "mode",
        "send",
        "recv",
        "id",
        "sipSessionID",
        "reason",
        "group-ref",
        "param",
        "media",
        "associate-time",
        "start-time",
        "stop-time",
        "disassociate-time",
    };

    return siprec_names_item(local) || is_one_of(local, parts, sizeof parts / sizeof *parts);
}
