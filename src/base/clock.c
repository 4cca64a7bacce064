#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

mono_time clock_mono_now(void)
{
    return (mono_time){read_clock(CLOCK_MONOTONIC)};
}

wall_time clock_wall_now(void)
{
    return (wall_time){read_clock(CLOCK_REALTIME)};
}

int64_t clock_wall_us(wall_time time)
{
    int64_t us = time.ns / CLOCK_NS_PER_US;

    return time.ns % CLOCK_NS_PER_US < 0 ? us - 1 : us;
}

wall_time clock_wall_from_us(int64_t us)
{
    if (us > INT64_MAX / CLOCK_NS_PER_US)
        return (wall_time){INT64_MAX};
    if (us < INT64_MIN / CLOCK_NS_PER_US)
        return (wall_time){INT64_MIN};
    return (wall_time){us * CLOCK_NS_PER_US};
}

void clock_format_rfc3339(wall_time time, char text[static CLOCK_RFC3339_BYTES])
{
    int64_t us = clock_wall_us(time);
    int64_t below = us % 1000000 < 0 ? 1000000 : 0; /* division rounds towards zero */
    time_t seconds = (time_t)((us - below) / 1000000);
    int millis = (int)((us % 1000000 + below) / 1000);
    struct tm parts;

    if (!gmtime_r(&seconds, &parts))
        memset(&parts, 0, sizeof parts);
    size_t used = strftime(text, CLOCK_RFC3339_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text + used, CLOCK_RFC3339_BYTES - used, ".%03dZ", millis);
}

/* Reads exactly `digits` decimal digits; returns -1 where they are not there. */
static int read_digits(const char **cursor, int digits)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)**cursor))
            return -1;
        value = value * 10 + (*(*cursor)++ - '0');
    }
    return value;
}

static int read_literal(const char **cursor, char expected)
{
    if (**cursor != expected)
        return -1;
    (*cursor)++;
    return 0;
}

/* The fraction of a second in microseconds; further digits are read and dropped. */
static int64_t read_fraction_us(const char **cursor)
{
    int64_t us = 0;
    int64_t scale = 100000;

    if (**cursor != '.')
        return 0;
    for ((*cursor)++; isdigit((unsigned char)**cursor); (*cursor)++) {
        us += (**cursor - '0') * scale;
        scale /= 10;
    }
    return us;
}

static int read_offset_s(const char **cursor, int *offset_s)
{
    if (**cursor == 'Z' || **cursor == 'z') {
        (*cursor)++;
        *offset_s = 0;
        return 0;
    }
    int sign = **cursor == '-' ? -1 : **cursor == '+' ? 1 : 0;
    if (!sign)
        return -1;
    (*cursor)++;
    int hours = read_digits(cursor, 2);
    if (hours < 0 || hours > 23 || read_literal(cursor, ':'))
        return -1;
    int minutes = read_digits(cursor, 2);
    if (minutes < 0 || minutes > 59)
        return -1;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return 0;
}

static int read_time_of_day(const char **cursor, struct tm *parts, int64_t *us, int *offset_s)
{
    if (**cursor != 'T' && **cursor != 't' && **cursor != ' ')
        return -1;
    (*cursor)++;
    parts->tm_hour = read_digits(cursor, 2);
    if (parts->tm_hour < 0 || parts->tm_hour > 23 || read_literal(cursor, ':'))
        return -1;
    parts->tm_min = read_digits(cursor, 2);
    if (parts->tm_min < 0 || parts->tm_min > 59 || read_literal(cursor, ':'))
        return -1;
    parts->tm_sec = read_digits(cursor, 2);
    if (parts->tm_sec < 0 || parts->tm_sec > 60)
        return -1;
    *us = read_fraction_us(cursor);
    return read_offset_s(cursor, offset_s);
}

enum status clock_parse_rfc3339(const char *text, wall_time *time)
{
    struct tm of_day = {0};
    int64_t us = 0;
    int offset_s = 0;
    int year = read_digits(&text, 4);

    if (year < 0 || read_literal(&text, '-'))
        return STATUS_INVALID;
    int month = read_digits(&text, 2);
    if (month < 1 || month > 12 || read_literal(&text, '-'))
        return STATUS_INVALID;
    int day = read_digits(&text, 2);
    if (day < 1 || day > 31)
        return STATUS_INVALID;
    if (*text && read_time_of_day(&text, &of_day, &us, &offset_s))
        return STATUS_INVALID;
    if (*text)
        return STATUS_INVALID;
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    int64_t seconds = (int64_t)timegm(&date) - offset_s;
    if (date.tm_mday != day)
        return STATUS_INVALID;
    seconds += (int64_t)of_day.tm_hour * 3600 + of_day.tm_min * INT64_C(60) + of_day.tm_sec;
    *time = clock_wall_from_us(seconds * 1000000 + us);
    return STATUS_OK;
}
