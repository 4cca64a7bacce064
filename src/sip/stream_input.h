/**
 * stream_input: the incoming bytes of one TCP or TLS connection, cut into messages.
 *
 * Whole ones are handed to a function of the owner as they are found. Let through to libre are
 * keepalives alone, which it answers. The rest is refused through a function of the owner, or
 * dropped. Embedded by value; server thread.
 */
#ifndef RECORDER_SIP_STREAM_INPUT_H
#define RECORDER_SIP_STREAM_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "sip/libre.h"

/* Takes a whole message: mb holds it alone, from its beginning to its end. */
typedef void stream_message_function(void *context, struct mbuf *mb);

/* Answers a request that is not taken: its bytes, which may end within its body. */
typedef void stream_refused_function(void *context, const char *data, size_t bytes, unsigned code,
                                     const char *reason);

struct stream_input_owner {
    stream_message_function *message;
    stream_refused_function *refused;
    void *context;
};

struct stream_input {
    struct stream_input_owner owner;
    struct mbuf *waiting; /* the beginning of a message, from 0 to end; NULL where there is none */
    size_t scanned;       /* of it (framing_next) */
    size_t needed_bytes;  /* before it is worth looking at again */
    size_t skip_bytes;    /* of a message too large, to be dropped as they come */
    mono_time began;      /* when the unfinished message did */
    bool spoke;           /* something whole has come */
    bool ended;           /* the place in the stream is lost: all that comes is dropped */
};

/** Begin at the start of a stream. owner is copied; its context outlives the input. */
void stream_input_init(struct stream_input *input, const struct stream_input_owner *owner);

/** Free what waits; what waited is lost with its connection. */
void stream_input_deinit(struct stream_input *input);

/**
 * Take what has come.
 *
 * mb         in: the bytes from pos to end. Out: keepalives among them, maybe none.
 * room_bytes how many may wait for the rest of their message; where that is too few, it has ended.
 */
void stream_input_take(struct stream_input *input, struct mbuf *mb, size_t room_bytes);

/** Bytes that wait for the rest of their message. */
size_t stream_input_waiting(const struct stream_input *input);

/** Whether a message has begun and not ended; line ends between messages are none. */
bool stream_input_is_unfinished(const struct stream_input *input);

#endif
