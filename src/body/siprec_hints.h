/**
 * siprec_hints: who called, as vendors say it in extension data. Private to the metadata reader.
 *
 * - Oracle: callingParty true or false in a participant's extension data.
 * - BroadWorks, Webex Calling: callType/(origCall|termCall)/callingPartyNumber, calledPartyNumber.
 * - jambonz: callingnumber and callednumber.
 * - Sonus, Ribbon: callData/fromhdr and tohdr, the headers of the call; in the document's or in a
 *   participant's extension data, or beside it.
 * - Others' spelling of the same: callerNumber, calleeNumber, caller, callee, ani, dnis, from, to.
 *
 * Such a number says something only where it is a participant's.
 */
#ifndef RECORDER_BODY_SIPREC_HINTS_H
#define RECORDER_BODY_SIPREC_HINTS_H

#include "base/status.h"
#include "body/siprec_model.h"
#include "body/siprec_xml.h"

/**
 * Set said_calling and said_called of the participants that say it of themselves, and
 * calling_number and called_number.
 *
 * root  of the document that the model was read from.
 *
 * STATUS_OK, also where the document says nothing. STATUS_NOMEM.
 */
enum status siprec_hints_read(const struct siprec_xml_node *root,
                              struct siprec_model *model) MUST_CHECK;

#endif
