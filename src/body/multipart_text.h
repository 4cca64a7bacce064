/**
 * multipart_text: small questions about a struct text_span, for whoever reads text of a message.
 *
 * Spans are borrowed and not terminated; blanks are space, tab, CR and LF. Pure.
 */
#ifndef RECORDER_BODY_MULTIPART_TEXT_H
#define RECORDER_BODY_MULTIPART_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "body/multipart.h"

/** Whether a byte is a space, tab, CR or LF. */
bool text_span_is_blank(char byte);

/** The span without blanks at its ends. */
struct text_span text_span_trim(struct text_span span);

/** The span without its first count bytes; count <= span.bytes. */
struct text_span text_span_skip(struct text_span span, size_t count);

/** Whether the whole span is that word, ASCII letters compared without case. */
bool text_span_equal(struct text_span span, const char *word);

/** Whether the span begins with that word, ASCII letters compared without case. */
bool text_span_starts_with(struct text_span span, const char *word);

/**
 * Cut the first line off *rest.
 *
 * line  out; without its CRLF or LF, which *rest loses as well.
 *
 * Returns false, with both untouched, where *rest is empty.
 */
bool text_span_next_line(struct text_span *rest, struct text_span *line);

/**
 * Cut the first word, ended by a blank, off *rest.
 *
 * Returns false, with *word untouched, where *rest holds nothing but blanks.
 */
bool text_span_next_word(struct text_span *rest, struct text_span *word);

/**
 * Cut what stands before the first separator off *rest, and the separator.
 *
 * Returns all of *rest, which is empty afterwards, where there is no separator.
 */
struct text_span text_span_cut(struct text_span *rest, char separator);

#endif
