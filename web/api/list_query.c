#include "web/api/list_query.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/customers.h"
#include "web/api/cursor.h"

static enum status parse_time(const char *text, bool *has, wall_time *time)
{
    if (!text)
        return STATUS_OK;
    *has = true;
    return clock_parse_rfc3339(text, time);
}

/* Only what people write numbers with, and at least one digit. */
static bool is_number(const char *text, size_t length)
{
    bool digit = false;

    if (length >= BOUND_NUMBER_BYTES)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!strchr("0123456789+ -.()/", text[i]))
            return false;
        digit = digit || (text[i] >= '0' && text[i] <= '9');
    }
    return digit;
}

/* An ending keeps its leading zeros: they are not an international prefix there. */
static void keep_digits(const char *text, char digits[static BOUND_NUMBER_BYTES])
{
    size_t used = 0;

    for (; *text && used < BOUND_NUMBER_BYTES - 1; text++) {
        if (*text >= '0' && *text <= '9')
            digits[used++] = *text;
    }
    digits[used] = '\0';
}

/*
 * A whole number without an international prefix is found with and without its country code: people
 * write 88 30 30 80, PBXs send +4588303080. Shorter ones are extensions, and exact.
 */
static bool is_national(const char *text)
{
    size_t digits = 0;

    for (const char *sign = text; *sign; sign++)
        digits += *sign >= '0' && *sign <= '9';
    return text[0] != '+' && strncmp(text, "00", 2) != 0 && digits >= LIST_NATIONAL_DIGITS;
}

static enum status parse_number(const char *text, struct list_query *out)
{
    char written[BOUND_NUMBER_BYTES];
    char digits[BOUND_NUMBER_BYTES];

    if (!text)
        return STATUS_OK;
    bool ending = text[0] == '*';
    size_t length = strlen(text + ending);
    bool beginning = !ending && length > 0 && text[length - 1] == '*';
    length -= beginning;
    if (!is_number(text + ending, length))
        return STATUS_INVALID;
    memcpy(written, text + ending, length);
    written[length] = '\0';
    if (!beginning && is_national(written))
        ending = true;
    if (ending)
        keep_digits(written, digits);
    else
        number_digits(written, digits);
    if (!digits[0])
        return STATUS_INVALID;
    (void)snprintf(out->number, sizeof out->number, "%s%s%s", ending ? "*" : "", digits,
                   beginning ? "*" : "");
    out->query.number = out->number;
    return STATUS_OK;
}

static enum status parse_limit(const char *text, size_t *limit)
{
    size_t value = 0;

    *limit = LIST_LIMIT_DEFAULT;
    if (!text)
        return STATUS_OK;
    for (size_t i = 0; text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 4)
            return STATUS_INVALID;
        value = value * 10 + (size_t)(text[i] - '0');
    }
    if (value < 1)
        return STATUS_INVALID;
    *limit = value < LIST_LIMIT_MAX ? value : LIST_LIMIT_MAX; /* `next` leads to the others */
    return STATUS_OK;
}

static enum status parse_cursor(const char *text, struct recordings_query *query)
{
    if (!text)
        return STATUS_OK;
    query->has_after = true;
    return cursor_parse(text, &query->after_started, &query->after_id);
}

/* The name of the first parameter that is wrong, or NULL. */
static const char *parse_all(const struct list_parameters *parameters, struct list_query *out,
                             const char **reason)
{
    static const char time_expected[] =
        "a date (2026-11-22) or an RFC 3339 time (2026-11-22T08:00:00Z) is expected";
    struct recordings_query *query = &out->query;

    *reason = time_expected;
    if (parse_time(parameters->from, &query->has_from, &query->from) != STATUS_OK)
        return "from";
    if (parse_time(parameters->to, &query->has_to, &query->to) != STATUS_OK)
        return "to";
    *reason = "digits are expected, with one * before or after them at most";
    if (parse_number(parameters->number, out) != STATUS_OK)
        return "number";
    *reason = "a number from 1 to 9999 is expected; a page holds at most 200";
    if (parse_limit(parameters->limit, &query->limit) != STATUS_OK)
        return "limit";
    *reason = "this is no cursor that a list gave";
    if (parse_cursor(parameters->cursor, query) != STATUS_OK)
        return "cursor";
    return NULL;
}

enum status list_query_parse(const struct list_parameters *parameters, struct list_query *out,
                             const char **parameter, const char **reason)
{
    struct list_query parsed = {0};
    const char *why = NULL;
    const char *wrong = parse_all(parameters, &parsed, &why);

    if (wrong) {
        *parameter = wrong;
        *reason = why;
        return STATUS_INVALID;
    }
    *out = parsed;
    if (parsed.query.number)
        out->query.number = out->number;
    return STATUS_OK;
}
