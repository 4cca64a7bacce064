#include "tools/recorderctl/output.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 320, COLUMNS_MAX = 12, PATH_BYTES = 128 };

/* Length of the UTF-8 sequence at text, or 0 where there is none (RFC 3629). */
static size_t sequence_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80                      ? 1
                    : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                    : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
                    : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                        : 0;

    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool outside = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
    return length > 1 && (overlong || outside) ? 0 : length;
}

json_t *output_text(const char *text)
{
    json_t *value = json_string(text);

    if (value)
        return value;
    char *mended = malloc(strlen(text) * 3 + 1);
    if (!mended)
        return NULL;
    char *end = mended;
    for (const char *rest = text; *rest;) {
        size_t length = sequence_length((const unsigned char *)rest);
        memcpy(end, length ? rest : "\xef\xbf\xbd", length ? length : 3);
        end += length ? length : 3;
        rest += length ? length : 1;
    }
    *end = '\0';
    value = json_string(mended);
    free(mended);
    return value;
}

bool output_is_plain(const char *text)
{
    while (*text) {
        size_t length = sequence_length((const unsigned char *)text);
        bool c1 = length == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
        if (!length || c1 || (unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
        text += length;
    }
    return true;
}

json_t *output_text_or_null(const char *text)
{
    return *text ? output_text(text) : json_null();
}

json_t *output_time(wall_time time)
{
    char text[CLOCK_RFC3339_BYTES];

    if (!time.ns)
        return json_null();
    clock_format_rfc3339(time, text);
    return json_string(text);
}

void output_append(json_t *array, json_t *owned_value)
{
    (void)json_array_append_new(array, owned_value ? owned_value : json_null());
}

/* Names come from the network: nothing in them may steer the operator's terminal. */
static void flatten(char *text)
{
    for (unsigned char *sign = (unsigned char *)text; *sign; sign++) {
        bool c1 = sign[0] == 0xc2 && sign[1] >= 0x80 && sign[1] < 0xa0;
        if (*sign < 0x20 || *sign == 0x7f)
            *sign = '?';
        if (c1) {
            sign[0] = '?';
            sign[1] = '?';
        }
    }
}

/* As much of it as there is room for. */
static void write_compact(const json_t *value, char cell[static CELL_BYTES])
{
    char *text = json_dumps(value, JSON_COMPACT);

    (void)snprintf(cell, CELL_BYTES, "%s", text ? text : "-");
    free(text);
}

static void write_cell(const json_t *value, char cell[static CELL_BYTES])
{
    cell[0] = '\0';
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        (void)snprintf(cell, CELL_BYTES, "%s", json_string_value(value));
        break;
    case JSON_INTEGER:
        (void)snprintf(cell, CELL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        (void)snprintf(cell, CELL_BYTES, "%g", json_real_value(value));
        break;
    case JSON_TRUE:
        (void)snprintf(cell, CELL_BYTES, "yes");
        break;
    case JSON_FALSE:
        (void)snprintf(cell, CELL_BYTES, "no");
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
        write_compact(value, cell);
        break;
    case JSON_NULL:
        (void)snprintf(cell, CELL_BYTES, "-");
        break;
    }
    flatten(cell);
}

/* Signs as a terminal counts them, near enough: UTF-8 continuation bytes take no room. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_padded(FILE *out, const char *text, size_t width)
{
    (void)fputs(text, out);
    for (size_t used = width_of(text); used < width; used++)
        (void)fputc(' ', out);
}

static const json_t *member_at(const json_t *row, const char *name)
{
    const char *dot = strchr(name, '.');

    if (!dot)
        return json_object_get(row, name);
    char first[PATH_BYTES];
    (void)snprintf(first, sizeof first, "%.*s", (int)(dot - name), name);
    return json_object_get(json_object_get(row, first), dot + 1);
}

static void print_table(FILE *out, const json_t *rows, const struct output_column *columns)
{
    size_t widths[COLUMNS_MAX];
    char cell[CELL_BYTES];
    size_t column_count = 0;

    for (size_t column = 0; columns[column].title; column++) {
        assert(column < COLUMNS_MAX);
        column_count++;
        widths[column] = width_of(columns[column].title);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            write_cell(member_at(json_array_get(rows, i), columns[column].name), cell);
            size_t width = width_of(cell);
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    for (size_t i = 0; i <= json_array_size(rows); i++) {
        for (size_t column = 0; column < column_count; column++) {
            if (i == 0)
                (void)snprintf(cell, sizeof cell, "%s", columns[column].title);
            else
                write_cell(member_at(json_array_get(rows, i - 1), columns[column].name), cell);
            bool last = column + 1 == column_count;
            print_padded(out, cell, last ? 0 : widths[column]);
            (void)fputs(last ? "\n" : "  ", out);
        }
    }
}

/* Visits every scalar below value with its dotted path. Bounded by the depth of our own JSON. */
static void visit_scalars(const json_t *value, const char *path,
                          void (*visit)(void *context, const char *path, const json_t *scalar),
                          void *context)
{
    char below[PATH_BYTES];
    const char *name;
    json_t *member;

    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, name, member)
        {
            /* names are ours, and short */
            int bytes = snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", name);
            assert(bytes > 0 && bytes < PATH_BYTES);
            visit_scalars(member, below, visit, context);
        }
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            int bytes = snprintf(below, sizeof below, "%s.%zu", path, i);
            assert(bytes > 0 && bytes < PATH_BYTES);
            visit_scalars(json_array_get(value, i), below, visit, context);
        }
    } else {
        visit(context, path, value);
    }
}

static void widen(void *context, const char *path, const json_t *scalar)
{
    size_t *width = context;
    size_t own = width_of(path);

    (void)scalar;
    *width = own > *width ? own : *width;
}

struct printer {
    FILE *out;
    size_t width;
};

static void print_line(void *context, const char *path, const json_t *scalar)
{
    const struct printer *printer = context;
    char cell[CELL_BYTES];

    write_cell(scalar, cell);
    print_padded(printer->out, path, printer->width);
    (void)fprintf(printer->out, "  %s\n", cell);
}

static enum exit_code finish(const struct context *context, json_t *owned_object)
{
    bool failed = fflush(context->out) != 0 || ferror(context->out);

    json_decref(owned_object);
    if (failed)
        return context_fail(context, EXIT_SYSTEM, "cannot write the result",
                            "check where standard output goes");
    return EXIT_DONE;
}

static enum exit_code out_of_memory(const struct context *context)
{
    return context_fail(context, EXIT_SYSTEM, status_text(STATUS_NOMEM), "free some memory");
}

static void print_json(const struct context *context, const json_t *object)
{
    /* A failed write shows in ferror. */
    (void)json_dumpf(object, context->out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    (void)fputc('\n', context->out);
}

enum exit_code output_object(const struct context *context, json_t *owned_object)
{
    struct printer printer = {.out = context->out};

    if (!owned_object)
        return out_of_memory(context);
    if (context->json) {
        print_json(context, owned_object);
    } else {
        visit_scalars(owned_object, "", widen, &printer.width);
        visit_scalars(owned_object, "", print_line, &printer);
    }
    return finish(context, owned_object);
}

enum exit_code output_list(const struct context *context, json_t *owned_list,
                           const struct output_column *columns, enum status status,
                           const struct fault *fault)
{
    if (status != STATUS_OK) {
        json_decref(owned_list);
        return context_fail_status(context, status, fault, NULL);
    }
    if (!owned_list)
        return out_of_memory(context);
    if (context->json)
        print_json(context, owned_list);
    else
        print_table(context->out, owned_list, columns);
    return finish(context, owned_list);
}
