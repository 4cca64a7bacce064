/**
 * siprec_salvage_tag: start tags in text that may not be XML. Private to siprec_salvage. Pure.
 *
 * `patience` counts down by what is looked at ahead; at 0 nothing is a tag any more.
 */
#ifndef RECORDER_BODY_SIPREC_SALVAGE_TAG_H
#define RECORDER_BODY_SIPREC_SALVAGE_TAG_H

#include <stdbool.h>
#include <stddef.h>

#include "body/multipart.h"

struct siprec_salvage_tag {
    struct text_span name;       /* with its prefix */
    struct text_span local;      /* without */
    struct text_span attributes; /* all between name and end */
    bool empty;                  /* "<x/>" */
};

/** Cut a name off *rest; empty where none starts there. */
struct text_span siprec_salvage_cut_name(struct text_span *rest);

/** The name without its prefix. */
struct text_span siprec_salvage_local(struct text_span name);

/**
 * Cut a start tag off *rest, which stands behind its '<'. "sip:bob@pbx>" is none, nor is anything
 * else that no '>' ends or that has a '<' outside of quotes.
 *
 * Returns false, with *rest untouched, where it is none.
 */
bool siprec_salvage_cut_tag(struct text_span *rest, struct siprec_salvage_tag *tag,
                            size_t *patience);

/**
 * Cut the next attribute off *rest. A quoted value ends at a quote that another attribute or the
 * end of the tag follows, so that it may hold quotes and '<'; an unquoted one at a blank.
 *
 * Returns false at the end of the tag: at '>', "/>", or where *rest is empty or makes no sense.
 */
bool siprec_salvage_cut_attribute(struct text_span *rest, struct text_span *name,
                                  struct text_span *value, size_t *patience);

#endif
