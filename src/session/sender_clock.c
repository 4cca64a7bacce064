#include "session/sender_clock.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 320 };

void sender_clocks_deinit(struct sender_clocks *clocks)
{
    for (size_t i = 0; i < SENDER_CLOCKS_MAX; i++) {
        if (clocks->list[i])
            free(clocks->list[i]->name);
        free(clocks->list[i]);
    }
    *clocks = (struct sender_clocks){0};
}

/* Without the port: each stream has its own. */
static void name_address(const struct sockaddr_storage *from, char *name, size_t name_bytes)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in short_form;
    struct sockaddr_in6 long_form;

    if (from->ss_family == AF_INET) {
        memcpy(&short_form, from, sizeof short_form);
        (void)inet_ntop(AF_INET, &short_form.sin_addr, text, sizeof text);
    } else if (from->ss_family == AF_INET6) {
        memcpy(&long_form, from, sizeof long_form);
        (void)inet_ntop(AF_INET6, &long_form.sin6_addr, text, sizeof text);
    }
    (void)snprintf(name, name_bytes, "address %s", text);
}

static struct sender_clock *make(const char *name)
{
    struct sender_clock *clock = calloc(1, sizeof *clock);

    if (!clock)
        return NULL;
    clock->name = strdup(name);
    if (!clock->name) {
        free(clock);
        return NULL;
    }
    clock_offset_init(&clock->offset);
    return clock;
}

struct sender_clock *sender_clocks_find(struct sender_clocks *clocks, const char *cname,
                                        const struct sockaddr_storage *from)
{
    char name[NAME_BYTES];

    if (*cname)
        (void)snprintf(name, sizeof name, "cname %s", cname);
    else
        name_address(from, name, sizeof name);
    for (size_t i = 0; i < SENDER_CLOCKS_MAX; i++) {
        if (!clocks->list[i])
            clocks->list[i] = make(name);
        if (!clocks->list[i] || !strcmp(clocks->list[i]->name, name))
            return clocks->list[i];
    }
    return NULL;
}

size_t sender_clocks_join(struct sender_clocks *clocks)
{
    assert(clocks->legs < BOUND_CALL_STREAMS);
    return clocks->legs++;
}

void sender_clocks_tell(struct sender_clocks *clocks, size_t leg, int64_t due)
{
    clocks->due[leg] = due;
}

int64_t sender_clocks_apart(const struct sender_clocks *clocks, size_t leg)
{
    const int64_t own = clocks->due[leg];
    int64_t most = 0;

    for (size_t i = 0; i < clocks->legs; i++) {
        int64_t apart = llabs(own - clocks->due[i]);
        if (llabs(own) >= llabs(clocks->due[i]) && apart > most)
            most = apart;
    }
    return most;
}
