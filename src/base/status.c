#include "base/status.h"

#include <stddef.h>

struct status_entry {
    const char *name;
    const char *text;
};

static const struct status_entry entries[] = {
#define STATUS_ENTRY(name, text) {#name, text},
    STATUS_LIST(STATUS_ENTRY)
#undef STATUS_ENTRY
};

const char *status_name(enum status status)
{
    size_t i = (size_t)status;

    return i < sizeof entries / sizeof entries[0] ? entries[i].name : "?";
}

const char *status_text(enum status status)
{
    size_t i = (size_t)status;

    return i < sizeof entries / sizeof entries[0] ? entries[i].text : "unknown status";
}
