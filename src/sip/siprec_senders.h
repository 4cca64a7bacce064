/**
 * siprec_senders: which participant sends which stream, from the associations of a document.
 * Private to the metadata reader.
 */
#ifndef RECORDER_SIP_SIPREC_SENDERS_H
#define RECORDER_SIP_SIPREC_SENDERS_H

#include "base/status.h"
#include "sip/siprec_metadata.h"
#include "sip/siprec_xml.h"

/**
 * Set sender, senders and unresolved_senders, from participantstreamassoc elements and from send
 * children of participants. Of a stream that someone sends now, those who sent it before (their
 * association has a disassociate-time, or they left the session) are left out.
 *
 * document  that the participants and streams in metadata were read from; lends the memory.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status siprec_senders_read(struct siprec_xml *document,
                                struct siprec_metadata *metadata) MUST_CHECK;

#endif
