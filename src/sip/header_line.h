/**
 * header_line: the headers of a message as they stand in its bytes, for what is asked before, or in
 * spite of, decoding. Pure.
 */
#ifndef RECORDER_SIP_HEADER_LINE_H
#define RECORDER_SIP_HEADER_LINE_H

#include <stdbool.h>

#include "body/multipart.h"

/* One header, with the lines that continue it (RFC 3261 section 7.3.1). Borrowed. */
struct header_line {
    struct text_span name;  /* without blanks; empty where there is no colon */
    struct text_span value; /* without blanks at its ends; it may hold line ends */
    bool whole;             /* its line end is there */
};

/**
 * Cut the start line off the bytes of a message.
 *
 * Returns false, with both untouched, where its line end has not come.
 */
bool header_line_start(struct text_span *rest, struct text_span *line);

/**
 * Cut the next header off what is left behind the start line.
 *
 * Returns false, with *line untouched, at the empty line and at the end of the bytes.
 */
bool header_line_next(struct text_span *rest, struct header_line *line);

/** Whether it is that header; compact is its one letter in lower case, 0 where it has none. */
bool header_line_is(const struct header_line *line, const char *name, char compact);

#endif
