/**
 * siprec_time: times in metadata (RFC 7865 section 6.9). Private to the metadata reader. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_TIME_H
#define RECORDER_BODY_SIPREC_TIME_H

#include <stdbool.h>

/** Whether a text is a date-time of RFC 3339, with its zone; the day of the month up to 31. */
bool siprec_time_is_valid(const char *text);

#endif
