/**
 * sdp_answer: where a recorder wants each stream sent (RFC 3264), from its SDP answer. Pure.
 */
#ifndef RECORDER_CALLGEN_SDP_ANSWER_H
#define RECORDER_CALLGEN_SDP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/status.h"

struct sdp_answer_stream {
    bool accepted;                  /* a port, and the codec that was offered */
    struct sockaddr_storage target; /* address and port to send to; only when accepted */
};

/**
 * Read the answer.
 *
 * text          text_bytes bytes, borrowed.
 * payload_type  the one that was offered.
 * streams       out: one for each m-line, in its order (RFC 3264 section 6).
 *
 * STATUS_OK       all set.
 * STATUS_INVALID  not SDP, or not as many m-lines as asked for; streams untouched.
 */
enum status sdp_answer_read(const char *text, size_t text_bytes, unsigned payload_type,
                            struct sdp_answer_stream *streams, size_t stream_count) MUST_CHECK;

#endif
