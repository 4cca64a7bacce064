#include "web/api/problem.h"

#include <stdio.h>

struct kind_row {
    unsigned status;
    const char *name;
    const char *title;
};

static const struct kind_row kinds[] = {
#define PROBLEM_ROW(kind, status, name, title) {status, name, title},
    PROBLEM_LIST(PROBLEM_ROW)
#undef PROBLEM_ROW
};

unsigned problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

json_t *problem_document(enum problem_kind kind, const char *detail, const char *parameter)
{
    const struct kind_row *row = &kinds[kind];
    char type[64];

    (void)snprintf(type, sizeof type, "/problems/%s", row->name);
    return json_pack("{s:s, s:s, s:i, s:s*, s:s*}", "type", type, "title", row->title, "status",
                     (int)row->status, "detail", detail, "parameter", parameter);
}
