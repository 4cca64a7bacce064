/**
 * siprec_hints: who called, as vendors say it in extension data. Private to the metadata reader.
 *
 * - Oracle: callingParty true or false in a participant's extension data.
 * - BroadWorks, Webex Calling: callType/(origCall|termCall)/callingPartyNumber, calledPartyNumber.
 * - jambonz: callingnumber and callednumber.
 */
#ifndef RECORDER_SIP_SIPREC_HINTS_H
#define RECORDER_SIP_SIPREC_HINTS_H

#include "base/status.h"
#include "sip/siprec_metadata.h"
#include "sip/siprec_xml.h"

/**
 * Set said_calling and said_called of the participants.
 *
 * document  that the metadata was read from.
 *
 * STATUS_OK, also where the document says nothing. STATUS_NOMEM.
 */
enum status siprec_hints_apply(struct siprec_xml *document,
                               struct siprec_metadata *metadata) MUST_CHECK;

#endif
