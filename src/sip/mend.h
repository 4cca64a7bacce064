/**
 * mend: requests that libre refuses to decode, and that a recorder can work with.
 *
 * Read as what they are meant to be (RFC 4475 allows it of each):
 * - a request line with more blanks than two, with its Request-URI in <>, with "sip/2.0" in small
 *   letters;
 * - a Via without a branch, as RFC 2543 had it, or with a branch that is only the magic cookie. The
 *   transaction then goes by a branch made of what RFC 3261 section 17.2.3 tells such ones apart
 *   by; the answers' Via is that of the request;
 * - a header line without a colon, with what continues it: it becomes the value of a header
 *   MESSAGE_UNREADABLE, which nobody but a reader of deviations asks for. Pure, but for memory.
 */
#ifndef RECORDER_SIP_MEND_H
#define RECORDER_SIP_MEND_H

#include "sip/libre.h"

/**
 * Decode a message, mended where it needs to be.
 *
 * mb  the message from pos to end. What is returned may refer to it, or to a copy: its body is
 * found through msg->mb.
 *
 * Returns NULL where it cannot be decoded, or without memory; mb is as before.
 */
struct sip_msg *mend_decode(struct mbuf *mb);

#endif
