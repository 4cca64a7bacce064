#include "sip/stream_input.h"

#include <errno.h>
#include <string.h>

#include "base/bounds.h"
#include "sip/framing.h"

void stream_input_init(struct stream_input *input, const struct stream_input_owner *owner)
{
    *input = (struct stream_input){.owner = *owner};
}

void stream_input_deinit(struct stream_input *input)
{
    input->waiting = mem_deref(input->waiting);
}

size_t stream_input_waiting(const struct stream_input *input)
{
    return input->waiting ? input->waiting->end : 0;
}

bool stream_input_is_unfinished(const struct stream_input *input)
{
    if (input->skip_bytes > 0)
        return true;
    return input->waiting && input->waiting->buf[0] != '\r' && input->waiting->buf[0] != '\n';
}

/* It gets bytes of its own, which whoever decodes it may keep. */
static void message_pass(struct stream_input *input, const char *data, size_t bytes)
{
    struct mbuf *text = mbuf_alloc(bytes);

    if (!text || mbuf_write_mem(text, (const uint8_t *)data, bytes)) {
        input->ended = true;
    } else {
        text->pos = 0;
        input->owner.message(input->owner.context, text);
    }
    mem_deref(text);
}

/* One piece of the stream. Returns how many bytes it takes, of those here and of those to come. */
static size_t piece_handle(struct stream_input *input, const char *data, size_t bytes,
                           const struct framing *framing, struct mbuf *pings)
{
    input->spoke = input->spoke || framing->kind != FRAMING_LOST;
    switch (framing->kind) {
    case FRAMING_PING:
        if (mbuf_write_mem(pings, (const uint8_t *)data, framing->bytes))
            input->ended = true;
        break;
    case FRAMING_MESSAGE:
        message_pass(input, data, framing->bytes);
        break;
    case FRAMING_TOO_LARGE:
        input->owner.refused(input->owner.context, data, framing->head_bytes, 513,
                             "Message Too Large");
        break;
    case FRAMING_NO_LENGTH:
        input->owner.refused(input->owner.context, data, bytes, 400, "Unreadable Content-Length");
        input->ended = true;
        break;
    case FRAMING_LOST:
        if (bytes >= BOUND_SIP_STREAM_HEAD_BYTES)
            input->owner.refused(input->owner.context, data, bytes, 513, "Message Too Large");
        input->ended = true;
        break;
    case FRAMING_BLANK:
    case FRAMING_MORE:
        break;
    }
    return framing->bytes;
}

/* Returns how many bytes were dealt with. */
static size_t pieces_handle(struct stream_input *input, const char *data, size_t bytes,
                            struct mbuf *pings)
{
    size_t done = 0;

    while (done < bytes && !input->ended && bytes - done >= input->needed_bytes) {
        struct framing framing = framing_next(data + done, bytes - done, &input->scanned);
        input->needed_bytes = framing.kind == FRAMING_MORE ? framing.bytes : 0;
        if (framing.kind == FRAMING_MORE)
            break;
        size_t piece = piece_handle(input, data + done, bytes - done, &framing, pings);
        input->scanned = 0;
        input->began = clock_mono_now();
        if (piece > bytes - done) {
            input->skip_bytes = piece - (bytes - done);
            piece = bytes - done;
        }
        done += piece;
    }
    return input->ended ? bytes : done;
}

/* Put what has come behind what waits. */
static int waiting_append(struct stream_input *input, const struct mbuf *mb, size_t room_bytes)
{
    if (!input->waiting) {
        input->waiting = mbuf_alloc(mbuf_get_left(mb));
        input->began = clock_mono_now();
    }
    if (!input->waiting || mbuf_get_left(mb) > room_bytes ||
        input->waiting->end > room_bytes - mbuf_get_left(mb))
        return ENOMEM;
    input->waiting->pos = input->waiting->end;
    return mbuf_write_mem(input->waiting, mbuf_buf(mb), mbuf_get_left(mb));
}

static void waiting_drop(struct stream_input *input, size_t bytes)
{
    struct mbuf *waiting = input->waiting;

    if (bytes == waiting->end) {
        input->waiting = mem_deref(waiting);
        return;
    }
    memmove(waiting->buf, waiting->buf + bytes, waiting->end - bytes);
    waiting->end -= bytes;
}

static void skip(struct stream_input *input, struct mbuf *mb)
{
    size_t bytes = mbuf_get_left(mb);

    if (bytes > input->skip_bytes)
        bytes = input->skip_bytes;
    input->skip_bytes -= bytes;
    mb->pos += bytes;
}

void stream_input_take(struct stream_input *input, struct mbuf *mb, size_t room_bytes)
{
    struct mbuf *pings = NULL;

    skip(input, mb);
    if (input->ended || mbuf_get_left(mb) == 0) {
        mb->pos = mb->end;
        return;
    }
    pings = mbuf_alloc(mbuf_get_left(mb));
    if (!pings || waiting_append(input, mb, room_bytes)) {
        input->ended = true;
        input->waiting = mem_deref(input->waiting);
        mb->pos = mb->end;
        goto out;
    }
    waiting_drop(
        input, pieces_handle(input, (const char *)input->waiting->buf, input->waiting->end, pings));
    mb->pos = 0;
    mb->end = 0;
    if (pings->end > 0 && mbuf_write_mem(mb, pings->buf, pings->end))
        input->ended = true;
    mb->pos = 0;
out:
    mem_deref(pings);
}
