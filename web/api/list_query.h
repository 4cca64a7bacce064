/**
 * list_query: from the parameters of a list request to a search of the index. Pure.
 */
#ifndef RECORDER_WEB_API_LIST_QUERY_H
#define RECORDER_WEB_API_LIST_QUERY_H

#include "base/bounds.h"
#include "base/status.h"
#include "storage/index/recordings.h"

enum {
    LIST_LIMIT_DEFAULT = 50,
    LIST_LIMIT_MAX = 200,
    LIST_NATIONAL_DIGITS = 7, /* the shortest number that may lack its country code */
};

/* As they stand in the query, each NULL where absent or empty. */
struct list_parameters {
    const char *from;
    const char *to;
    const char *number;
    const char *limit;
    const char *cursor;
};

struct list_query {
    struct recordings_query query;       /* customer NULL; number is the text below, or NULL */
    char number[BOUND_NUMBER_BYTES + 2]; /* digits, with a '*' before or after where asked */
};

/**
 * Read and check the parameters.
 *
 * STATUS_OK       *out set; it must not be moved, its query points into it.
 * STATUS_INVALID  *parameter and *reason are static strings that say what is wrong.
 */
enum status list_query_parse(const struct list_parameters *parameters, struct list_query *out,
                             const char **parameter, const char **reason) MUST_CHECK;

#endif
