/**
 * siprec_ties: every id by which metadata ties its calls to others: those of all its sessions and
 * groups, of which struct siprec_metadata shows one each. Pure.
 */
#ifndef RECORDER_BODY_SIPREC_TIES_H
#define RECORDER_BODY_SIPREC_TIES_H

#include "body/siprec_metadata.h"

enum siprec_tie { SIPREC_TIE_SESSION, SIPREC_TIE_SIP_SESSION, SIPREC_TIE_GROUP };

/**
 * Visit them, in document order: groups, then each session with its first sipSessionID and the
 * group it names, then further sipSessionIDs. None is empty; the same may come twice.
 *
 * visit  value is borrowed from metadata.
 */
void siprec_ties_visit(const struct siprec_metadata *metadata,
                       void (*visit)(void *context, enum siprec_tie kind, const char *value),
                       void *context);

#endif
