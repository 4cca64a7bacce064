/**
 * clock: two kinds of time that the compiler keeps apart.
 *
 * Pure modules are given `now`; only event loops and main programs read clocks.
 */
#ifndef RECORDER_BASE_CLOCK_H
#define RECORDER_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* CLOCK_MONOTONIC, nanoseconds; comparable within one boot of one machine */
typedef struct {
    int64_t ns;
} mono_time;

/* CLOCK_REALTIME, nanoseconds since 1970-01-01T00:00:00Z */
typedef struct {
    int64_t ns;
} wall_time;

#define CLOCK_NS_PER_S INT64_C(1000000000)
#define CLOCK_NS_PER_MS INT64_C(1000000)
#define CLOCK_NS_PER_US INT64_C(1000)

enum { CLOCK_RFC3339_BYTES = 32 };

/** Now, on the monotonic clock. */
mono_time clock_mono_now(void);

/** Now, on the wall clock. */
wall_time clock_wall_now(void);

/** Microseconds since 1970 of a wall time, rounded down. */
int64_t clock_wall_us(wall_time time);

/**
 * The wall time of microseconds since 1970. What nanoseconds cannot hold, before September 1677 or
 * after April 2262, becomes the first or the last moment that they do.
 */
wall_time clock_wall_from_us(int64_t us);

/**
 * Write a time as RFC 3339 in UTC with milliseconds: "2026-11-22T13:57:10.042Z".
 *
 * text  char[CLOCK_RFC3339_BYTES], always terminated.
 */
void clock_format_rfc3339(wall_time time, char text[static CLOCK_RFC3339_BYTES]);

/**
 * Read an RFC 3339 date-time ("2026-11-22T13:57:10[.fraction](Z|+01:00|-01:00)"), or a bare date
 * "2026-11-22", taken as its midnight UTC. A leap second is the second after it.
 *
 * STATUS_OK       *time set, to the microsecond; far years as clock_wall_from_us.
 * STATUS_INVALID  not such a text; *time untouched.
 */
enum status clock_parse_rfc3339(const char *text, wall_time *time) MUST_CHECK;

#endif
