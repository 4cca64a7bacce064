/*
 * The bytes of a TCP connection: the messages and keepalives found in them must not depend on how
 * the bytes were cut, and a reader of SIP streams must find the same ends in the messages.
 *
 * The first byte chooses the cuts.
 */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#define HAVE_INET6

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "sip/framing.h"
#include "sip/stream_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What came of the bytes. */
struct outcome {
    unsigned refused;
    struct mbuf *messages;
    struct mbuf *pings;
};

static void count_refused(void *context, const char *data, size_t bytes, unsigned code,
                          const char *reason)
{
    struct outcome *outcome = context;

    (void)reason;
    require(bytes > 0 && data && code >= 400);
    outcome->refused++;
}

static void keep_message(void *context, struct mbuf *mb)
{
    struct outcome *outcome = context;

    require(mb->pos == 0 && mbuf_get_left(mb) > 0);
    require(mbuf_write_mem(outcome->messages, mbuf_buf(mb), mbuf_get_left(mb)) == 0);
}

/* Feed the bytes in pieces. Returns whether it ended. */
static bool feed(const uint8_t *data, size_t size, size_t piece, struct outcome *outcome)
{
    struct stream_input input;

    stream_input_init(&input, &(struct stream_input_owner){keep_message, count_refused, outcome});
    for (size_t done = 0; done < size; done += piece) {
        size_t bytes = piece < size - done ? piece : size - done;
        struct mbuf *mb = mbuf_alloc(bytes);
        require(mb && mbuf_write_mem(mb, data + done, bytes) == 0);
        mb->pos = 0;
        stream_input_take(&input, mb, BOUND_SIP_STREAM_WAITING_BYTES);
        if (mbuf_get_left(mb) > 0)
            require(mbuf_write_mem(outcome->pings, mbuf_buf(mb), mbuf_get_left(mb)) == 0);
        mem_deref(mb);
        require(stream_input_waiting(&input) <= size);
    }
    bool ended = input.ended;
    stream_input_deinit(&input);
    return ended;
}

/* All of it is pings. */
static void require_pings(const struct mbuf *pings)
{
    require(pings->end % 4 == 0);
    for (size_t i = 0; i < pings->end; i += 4)
        require(memcmp(pings->buf + i, "\r\n\r\n", 4) == 0);
}

/* Each is one message to a reader of streams. */
static void require_messages(struct mbuf *messages)
{
    const char *data = (const char *)messages->buf;
    size_t done = 0;

    while (done < messages->end) {
        size_t scanned = 0;
        struct framing framing = framing_next(data + done, messages->end - done, &scanned);
        require(framing.kind == FRAMING_MESSAGE);
        done += framing.bytes;
    }
}

static void outcome_open(struct outcome *outcome)
{
    outcome->messages = mbuf_alloc(1024);
    outcome->pings = mbuf_alloc(64);
    require(outcome->messages && outcome->pings);
}

static void require_same(const struct mbuf *one, const struct mbuf *other)
{
    require(one->end == other->end && memcmp(one->buf, other->buf, one->end) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome at_once = {0};
    struct outcome in_pieces = {0};

    outcome_open(&at_once);
    outcome_open(&in_pieces);
    if (size > 1) {
        size_t piece = 1 + data[0] % 64;
        bool ended = feed(data + 1, size - 1, size - 1, &at_once);
        require(feed(data + 1, size - 1, piece, &in_pieces) == ended);
        require(at_once.refused == in_pieces.refused);
        require_same(at_once.messages, in_pieces.messages);
        require_same(at_once.pings, in_pieces.pings);
        require_messages(at_once.messages);
        require_pings(at_once.pings);
    }
    mem_deref(at_once.messages);
    mem_deref(at_once.pings);
    mem_deref(in_pieces.messages);
    mem_deref(in_pieces.pings);
    return 0;
}
