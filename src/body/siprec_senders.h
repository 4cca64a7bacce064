/**
 * siprec_senders: the relations in a document: who is in which session and who sends which stream.
 * Private to the metadata reader.
 */
#ifndef RECORDER_BODY_SIPREC_SENDERS_H
#define RECORDER_BODY_SIPREC_SENDERS_H

#include "body/siprec_model.h"
#include "body/siprec_xml.h"

/**
 * Set the relations of the participants in a model, from participantsessionassoc and
 * participantstreamassoc elements (RFC 7865 sections 6.6 and 6.8), and from what the drafts before
 * it had in the participant itself: a session attribute, send and recv, times. Later ones in the
 * document count. A reference to what the document does not describe is noted, unless the document
 * is a partial one.
 *
 * root   of the document that participants, streams and sessions of the model were read from;
 *        its texts are borrowed.
 */
void siprec_senders_read(const struct siprec_xml_node *root, struct siprec_model *model);

#endif
