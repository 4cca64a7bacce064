#include "web/api/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* One range-spec as written: "first-last", "first-" or "-suffix". */
struct written {
    bool has_first;
    bool has_last;
    uint64_t first;
    uint64_t last; /* the suffix length where there is no first */
};

static const char *skip_space(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static const char *read_number(const char *text, bool *present, uint64_t *number)
{
    uint64_t value = 0;

    *present = *text >= '0' && *text <= '9';
    for (; *text >= '0' && *text <= '9'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    *number = value;
    return text;
}

/* After the spec, or NULL where it is malformed. */
static const char *read_spec(const char *text, struct written *written)
{
    text = read_number(text, &written->has_first, &written->first);
    if (*text != '-')
        return NULL;
    text = read_number(text + 1, &written->has_last, &written->last);
    if (!written->has_first && !written->has_last)
        return NULL;
    if (written->has_first && written->has_last && written->first > written->last)
        return NULL;
    return skip_space(text);
}

/* The only spec of a list; false where there are none, several, or a malformed one. Empty list
 * elements are skipped (RFC 9110 section 5.6.1.2). */
static bool read_single(const char *text, struct written *written)
{
    unsigned specs = 0;

    for (;;) {
        text = skip_space(text);
        if (*text == '\0')
            return specs == 1;
        if (*text == ',') {
            text++;
            continue;
        }
        text = read_spec(text, written);
        if (!text || (*text != ',' && *text != '\0'))
            return false;
        specs++;
    }
}

static enum range_kind resolve_suffix(uint64_t suffix, uint64_t total_bytes, struct range *range)
{
    if (suffix == 0)
        return RANGE_UNSATISFIABLE;
    /* All of nothing cannot be written as a Content-Range. */
    if (total_bytes == 0)
        return RANGE_WHOLE;
    range->first = suffix >= total_bytes ? 0 : total_bytes - suffix;
    range->last = total_bytes - 1;
    return RANGE_PART;
}

enum range_kind range_parse(const char *text, uint64_t total_bytes, struct range *range)
{
    static const char unit[] = "bytes=";
    struct written written = {0};

    if (!text || strncasecmp(text, unit, strlen(unit)) != 0)
        return RANGE_WHOLE;
    if (!read_single(text + strlen(unit), &written))
        return RANGE_WHOLE;
    if (!written.has_first)
        return resolve_suffix(written.last, total_bytes, range);
    if (written.first >= total_bytes)
        return RANGE_UNSATISFIABLE;
    range->first = written.first;
    range->last = written.has_last && written.last < total_bytes ? written.last : total_bytes - 1;
    return RANGE_PART;
}
