#include "web/api/conditional.h"

#include <string.h>

static const char *skip_separators(const char *text)
{
    while (*text == ' ' || *text == '\t' || *text == ',')
        text++;
    return text;
}

/* Walk the list of entity tags; a malformed rest matches nothing. */
static bool list_holds(const char *list, const char *etag, bool weak_counts)
{
    size_t etag_length = strlen(etag);

    list = skip_separators(list);
    if (list[0] == '*' && *skip_separators(list + 1) == '\0')
        return true;
    while (*list) {
        bool weak = strncmp(list, "W/", 2) == 0;
        const char *opening = weak ? list + 2 : list;
        const char *closing = *opening == '"' ? strchr(opening + 1, '"') : NULL;
        if (!closing)
            return false;
        size_t length = (size_t)(closing - opening) + 1;
        if ((weak_counts || !weak) && length == etag_length && memcmp(opening, etag, length) == 0)
            return true;
        list = skip_separators(closing + 1);
    }
    return false;
}

bool conditional_match(const char *list, const char *etag)
{
    return list_holds(list, etag, false);
}

bool conditional_none_match(const char *list, const char *etag)
{
    return list_holds(list, etag, true);
}

bool conditional_range(const char *if_range, const char *etag)
{
    return !if_range || strcmp(if_range, etag) == 0;
}
