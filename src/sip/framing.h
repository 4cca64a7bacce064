/**
 * framing: where one SIP message ends in a stream and the next begins (RFC 3261 sections 7.5 and
 * 18.3, RFC 5626 section 3.5.1).
 *
 * Pure: bytes in, lengths out. Reads no more of a message than its first line, the end of its
 * headers and Content-Length; whether the rest is well-formed is for the decoder.
 */
#ifndef RECORDER_SIP_FRAMING_H
#define RECORDER_SIP_FRAMING_H

#include <stddef.h>

enum framing_kind {
    FRAMING_MORE,      /* no whole message yet */
    FRAMING_BLANK,     /* line ends between messages, to be dropped */
    FRAMING_PING,      /* CRLF CRLF between messages: a keepalive that wants an answer */
    FRAMING_MESSAGE,   /* a whole one */
    FRAMING_TOO_LARGE, /* a whole head that announces more than a message may have */
    FRAMING_NO_LENGTH, /* a whole head after which nobody knows what follows */
    FRAMING_LOST,      /* not SIP, or a head without end */
};

/* What the next bytes are. */
struct framing {
    enum framing_kind kind;
    size_t bytes;      /* of all of it; MORE: needed, 0 where not known yet; LOST: 0 */
    size_t head_bytes; /* start line, headers and their empty line; 0 where they are not whole */
};

/**
 * Look at the bytes that a message is expected to begin with.
 *
 * data     char[bytes], bytes > 0.
 * scanned  in and out: how many of them were searched for the end of the headers before; 0 for a
 * new message. Keeps a message that comes in single bytes from being searched again for each.
 */
struct framing framing_next(const char *data, size_t bytes, size_t *scanned);

#endif
