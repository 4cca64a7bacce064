#include "web/api/origin.h"

#include <string.h>
#include <strings.h>

bool origin_is_ours(const char *origin, const char *host)
{
    if (!origin)
        return true;
    const char *authority = strstr(origin, "://");
    return authority && host && strcasecmp(authority + 3, host) == 0;
}

bool origin_media_is_json(const char *content_type)
{
    static const char json[] = "application/json";
    size_t length = strlen(json);

    if (!content_type)
        return true;
    if (strncasecmp(content_type, json, length) != 0)
        return false;
    return strchr("; \t", content_type[length]) != NULL;
}
