/*
 * The bytes of a TCP connection: what libre is given must be whole messages that it can read, must
 * not depend on how the bytes were cut, and a reader of SIP streams must find the same ends in it.
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

static void count_answer(void *context, const char *data, size_t bytes, unsigned code,
                         const char *reason)
{
    unsigned *answers = context;

    (void)reason;
    require(bytes > 0 && data && code >= 400);
    (*answers)++;
}

static void check_seen(void *context, const struct sip_msg *msg)
{
    (void)context;
    require(msg && msg->mb);
}

/* Feed the bytes in pieces; what comes out is appended to whole. Returns whether it ended. */
static bool feed(const uint8_t *data, size_t size, size_t piece, struct mbuf *whole,
                 unsigned *answers)
{
    struct stream_input input;

    stream_input_init(&input, &(struct stream_input_owner){count_answer, check_seen, answers});
    for (size_t done = 0; done < size; done += piece) {
        size_t bytes = piece < size - done ? piece : size - done;
        struct mbuf *mb = mbuf_alloc(bytes);
        require(mb && mbuf_write_mem(mb, data + done, bytes) == 0);
        mb->pos = 0;
        stream_input_take(&input, mb, BOUND_SIP_STREAM_WAITING_BYTES);
        if (mbuf_get_left(mb) > 0)
            require(mbuf_write_mem(whole, mbuf_buf(mb), mbuf_get_left(mb)) == 0);
        mem_deref(mb);
        require(stream_input_waiting(&input) <= size);
    }
    bool ended = input.ended;
    stream_input_deinit(&input);
    return ended;
}

/* All of it is pings and messages that libre reads to the same end. */
static void require_readable(struct mbuf *whole)
{
    whole->pos = 0;
    while (mbuf_get_left(whole) > 0) {
        struct sip_msg *msg = NULL;
        if (mbuf_get_left(whole) >= 4 && memcmp(mbuf_buf(whole), "\r\n\r\n", 4) == 0) {
            whole->pos += 4;
            continue;
        }
        require(sip_msg_decode(&msg, whole) == 0);
        require(pl_isset(&msg->clen) && pl_u32(&msg->clen) <= mbuf_get_left(whole));
        whole->pos += pl_u32(&msg->clen);
        mem_deref(msg);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mbuf *at_once = mbuf_alloc(1024);
    struct mbuf *in_pieces = mbuf_alloc(1024);
    unsigned answers[2] = {0};

    require(at_once && in_pieces);
    if (size > 1) {
        size_t piece = 1 + data[0] % 64;
        bool ended = feed(data + 1, size - 1, size - 1, at_once, &answers[0]);
        require(feed(data + 1, size - 1, piece, in_pieces, &answers[1]) == ended);
        require(answers[0] == answers[1]);
        require(at_once->end == in_pieces->end);
        require(memcmp(at_once->buf, in_pieces->buf, at_once->end) == 0);
        require_readable(at_once);
    }
    mem_deref(at_once);
    mem_deref(in_pieces);
    return 0;
}
