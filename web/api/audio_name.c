#include "web/api/audio_name.h"

#include <stdio.h>

#include "base/clock.h"

/* A number is what a peer sent: nothing but its digits goes into a header. */
static void keep_digits(const char *number, char digits[static BOUND_NUMBER_BYTES])
{
    size_t used = 0;

    for (; *number && used < BOUND_NUMBER_BYTES - 1; number++) {
        if (*number >= '0' && *number <= '9')
            digits[used++] = *number;
    }
    digits[used] = '\0';
    if (used == 0)
        (void)snprintf(digits, BOUND_NUMBER_BYTES, "unknown");
}

void audio_name(const struct index_recording *recording, const char *view,
                char name[static AUDIO_NAME_BYTES])
{
    char started[CLOCK_RFC3339_BYTES];
    char caller[BOUND_NUMBER_BYTES];
    char called[BOUND_NUMBER_BYTES];

    clock_format_rfc3339(recording->started, started);
    keep_digits(recording->caller.number, caller);
    keep_digits(recording->called.number, called);
    /* 2026-11-22T13:57:10.042Z */
    (void)snprintf(name, AUDIO_NAME_BYTES, "%.10s_%.2s%.2s%.2s_%s_%s%s%s.opus", started,
                   started + 11, started + 14, started + 17, caller, called, *view ? "_" : "",
                   view);
}
