/**
 * output: one result, as JSON or as aligned text. Every command makes a JSON value; the text is
 * made from it, so both say the same.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_OUTPUT_H
#define RECORDER_TOOLS_RECORDERCTL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/recorderctl/context.h"

/* A column of a table in text. */
struct output_column {
    const char *title;
    const char *name; /* of the member; "caller.number" looks into an object */
};

/**
 * A JSON text; bytes that are not UTF-8 become U+FFFD. NULL at out of memory.
 */
json_t *output_text(const char *text);

/** Whether a text given by the operator is UTF-8 without control characters, so that it may go into
 *  tables, logs and JSON. */
bool output_is_plain(const char *text);

/** As output_text, or JSON null where it is empty. */
json_t *output_text_or_null(const char *text);

/** A time in RFC 3339, or JSON null where it is 0. */
json_t *output_time(wall_time time);

/** Append to a JSON array; out of memory leaves a null there, which is better than a row less. */
void output_append(json_t *array, json_t *owned_value);

/**
 * Print one object: with --json as it is, else a line per member, nested members dotted.
 *
 * owned_object  consumed; NULL (out of memory) is reported as a failure.
 *
 * EXIT_DONE, or EXIT_SYSTEM with the line printed.
 */
enum exit_code output_object(const struct context *context, json_t *owned_object) MUST_CHECK;

/**
 * Print a list: with --json an array, else a table.
 *
 * owned_list  array of objects, consumed; NULL is reported as output_object does.
 * columns     ended by one without a title; 12 at most.
 * status      how gathering the list went, fault  its reason: where it is not STATUS_OK the line of
 *             that is printed instead, and the exit code is context_fail_status's.
 */
enum exit_code output_list(const struct context *context, json_t *owned_list,
                           const struct output_column *columns, enum status status,
                           const struct fault *fault) MUST_CHECK;

#endif
