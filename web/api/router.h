/**
 * router: from a method and a path to the function that answers. Pure.
 */
#ifndef RECORDER_WEB_API_ROUTER_H
#define RECORDER_WEB_API_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct api;
struct exchange;
struct index;

/* Answers one request on a worker thread; index is that thread's connection,
 * to read: what writes goes through api->writer. */
typedef void route_handler(struct api *api, struct index *index, struct exchange *exchange);

struct route {
    const char *method;  /* "GET" also takes HEAD */
    const char *pattern; /* segments; "{id}" takes any one that is not empty */
    route_handler *handler;
    bool needs_session;
};

enum { ROUTER_ID_BYTES = 64, ROUTER_ALLOW_BYTES = 64 };

struct route_match {
    const struct route *route;
    char id[ROUTER_ID_BYTES];       /* what stands for {id}, "" where there is none; cut if longer:
                                       no id is that long, so a cut one is not found either */
    char allow[ROUTER_ALLOW_BYTES]; /* methods of this path, "GET, HEAD" */
};

/**
 * Find the route.
 *
 * STATUS_OK           *match set.
 * STATUS_NOT_FOUND    no route of that path; *match untouched.
 * STATUS_UNSUPPORTED  the path is there, the method is not: allow set, route NULL.
 */
enum status router_match(const struct route *routes, size_t route_count, const char *method,
                         const char *path, struct route_match *match) MUST_CHECK;

#endif
