#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOG_LINE_BYTES = 1024 };

/* The one mutable global of the libraries: set once at start, read by every thread after. */
static struct {
    const char *program;
    enum log_level least;
} sink = {"recorder", LOG_INFO};

void log_open(const char *program, enum log_level least)
{
    sink.program = program;
    sink.least = least;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    return names[level];
}

/* A value may carry what a peer sent: control characters must not forge a second line. */
static void flatten(char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    }
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    char line[LOG_LINE_BYTES];
    char stamp[CLOCK_RFC3339_BYTES];
    va_list args;

    if (level < sink.least)
        return;
    clock_format_rfc3339(clock_wall_now(), stamp);
    int head = snprintf(line, sizeof line - 1, "%s %s %s %s ", stamp, sink.program,
                        level_name(level), event);
    size_t used = head < 0 ? 0 : (size_t)head;
    if (used > sizeof line - 2)
        used = sizeof line - 2;
    va_start(args, format);
    (void)vsnprintf(line + used, sizeof line - 1 - used, format, args);
    va_end(args);
    used = strlen(line);
    while (used && line[used - 1] == ' ')
        used--;
    flatten(line, used);
    line[used++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored;
}
