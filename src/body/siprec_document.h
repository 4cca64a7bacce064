/**
 * siprec_document: one metadata document, from its elements to a model. Private to the metadata
 * reader.
 */
#ifndef RECORDER_BODY_SIPREC_DOCUMENT_H
#define RECORDER_BODY_SIPREC_DOCUMENT_H

#include "base/fault.h"
#include "body/siprec_model.h"
#include "body/siprec_xml.h"

/**
 * Read an XML document into an empty model, except what siprec_model_show fills in. Its items are
 * moved to the root (siprec_items.h). Of more than
 * BOUND_METADATA_ITEMS of a kind the first ones are read, which is noted.
 *
 * document  its memory is the model's arena.
 *
 * STATUS_OK
 * STATUS_INVALID  the root element is no recording, or a DOCTYPE has nothing behind it.
 * STATUS_NOMEM
 */
enum status siprec_document_read(const struct siprec_xml *document, struct siprec_model *model,
                                 struct fault *fault) MUST_CHECK;

#endif
