/**
 * conditional: preconditions of a request against an entity tag (RFC 9110 section 13). Pure.
 *
 * Tags are given quoted and strong: "\"0a1b\"". We send no Last-Modified, so dates never match.
 */
#ifndef RECORDER_WEB_API_CONDITIONAL_H
#define RECORDER_WEB_API_CONDITIONAL_H

#include <stdbool.h>

/**
 * Whether an If-Match list holds the tag, by strong comparison; "*" does.
 *
 * list  the field's value, not NULL.
 */
bool conditional_match(const char *list, const char *etag);

/** Whether an If-None-Match list holds the tag, by weak comparison; "*" does. */
bool conditional_none_match(const char *list, const char *etag);

/**
 * Whether a Range may be honoured: there is no If-Range (NULL), or it is exactly this strong tag.
 */
bool conditional_range(const char *if_range, const char *etag);

#endif
