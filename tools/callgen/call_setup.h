/**
 * call_setup: give a call its identity, sockets and packet plans, and take up what an answer says
 * of the dialog. The work of call.c that is no state machine.
 */
#ifndef RECORDER_CALLGEN_CALL_SETUP_H
#define RECORDER_CALLGEN_CALL_SETUP_H

#include <stdbool.h>

#include "tools/callgen/call.h"

/**
 * Everything that the INVITE needs; call->offer.started is set already.
 *
 * STATUS_OK; STATUS_NOMEM, STATUS_IO (fault): call_deinit still frees all.
 */
enum status call_setup(struct call *call, struct fault *fault) MUST_CHECK;

/**
 * Take To, Contact and Record-Route of a 2xx over into the dialog (RFC 3261 section 12.1.2).
 *
 * Returns false, the dialog unchanged, where To or Contact are missing or too long.
 */
bool call_setup_dialog(struct call *call, const struct sip_message *message);

/** Take To of a refusal over, for its ACK; a To that is missing or too long changes nothing. */
void call_setup_failure(struct call *call, const struct sip_message *message);

/**
 * A party's number: each '#' of the pattern replaced by a digit of the index, the last '#' being
 * the ones.
 */
void call_setup_number(const char *pattern, uint32_t index, char number[static BOUND_NUMBER_BYTES]);

/** The call of a Call-ID that call_setup made, by its index; false where it is not of that form. */
bool call_setup_index(struct sip_span call_id, uint32_t *index);

#endif
