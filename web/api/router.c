#include "web/api/router.h"

#include <stdio.h>
#include <string.h>

static const char id_segment[] = "{id}";

/* Compare segment by segment; the segment that stands for {id} is copied to id. */
static bool path_matches(const char *pattern, const char *path, char id[static ROUTER_ID_BYTES])
{
    while (*pattern && *path) {
        if (strncmp(pattern, id_segment, strlen(id_segment)) != 0) {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        (void)snprintf(id, ROUTER_ID_BYTES, "%.*s", (int)length, path);
        pattern += strlen(id_segment);
        path += length;
    }
    return *pattern == '\0' && *path == '\0';
}

static bool method_matches(const struct route *route, const char *method)
{
    if (strcmp(route->method, method) == 0)
        return true;
    return strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0;
}

static void allow_method(char allow[static ROUTER_ALLOW_BYTES], const char *method)
{
    size_t used = strlen(allow);

    (void)snprintf(allow + used, ROUTER_ALLOW_BYTES - used, "%s%s%s", used ? ", " : "", method,
                   strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

enum status router_match(const struct route *routes, size_t route_count, const char *method,
                         const char *path, struct route_match *match)
{
    struct route_match found = {0};

    for (size_t i = 0; i < route_count; i++) {
        char id[ROUTER_ID_BYTES] = "";
        if (!path_matches(routes[i].pattern, path, id))
            continue;
        allow_method(found.allow, routes[i].method);
        if (!found.route && method_matches(&routes[i], method)) {
            found.route = &routes[i];
            memcpy(found.id, id, sizeof id);
        }
    }
    if (found.allow[0] == '\0')
        return STATUS_NOT_FOUND;
    *match = found;
    return found.route ? STATUS_OK : STATUS_UNSUPPORTED;
}
