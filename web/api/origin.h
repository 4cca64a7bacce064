/**
 * origin: whether a request that changes something comes from our own pages. Pure.
 */
#ifndef RECORDER_WEB_API_ORIGIN_H
#define RECORDER_WEB_API_ORIGIN_H

#include <stdbool.h>

/**
 * Compare an Origin field (RFC 6454) with the Host field.
 *
 * origin  NULL where the request has none: programs send none, browsers always do with POST and
 *         DELETE. "null" is nobody's.
 * host    NULL where the request has none.
 */
bool origin_is_ours(const char *origin, const char *host);

/**
 * Whether a Content-Type field may be JSON: application/json with or without parameters, or no
 * field (NULL). A page's form always names another type; a script's request is judged by its
 * Origin.
 */
bool origin_media_is_json(const char *content_type);

#endif
