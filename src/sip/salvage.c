#include "sip/salvage.h"

#include <string.h>
#include <strings.h>

#include "sip/message.h"
#include "sip/reply.h"
#include "sip/server_private.h"

/* Whether a line is a header that an answer repeats. */
static bool line_is_kept(const char *line, size_t line_bytes)
{
    static const char *const names[] = {"Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq"};
    const char *colon = memchr(line, ':', line_bytes);
    size_t name_bytes = colon ? (size_t)(colon - line) : 0;

    while (name_bytes > 0 && (line[name_bytes - 1] == ' ' || line[name_bytes - 1] == '\t'))
        name_bytes--;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (name_bytes == strlen(names[i]) && strncasecmp(line, names[i], name_bytes) == 0)
            return true;
    }
    return false;
}

/* Copy the start line and the whole lines of those headers; then the headers are over. */
static int copy_kept_lines(const char *data, size_t data_bytes, struct mbuf *kept)
{
    const char *end = data + data_bytes;
    const char *line_end;
    bool keep = true;
    int err = 0;

    for (const char *line = data; !err && (line_end = memchr(line, '\n', (size_t)(end - line)));
         line = line_end + 1) {
        size_t line_bytes = (size_t)(line_end - line) + 1;
        if (line_bytes == 1 || (line_bytes == 2 && *line == '\r'))
            break;
        /* a line that begins with a blank goes on with the one before */
        if (line != data && *line != ' ' && *line != '\t')
            keep = line_is_kept(line, line_bytes);
        if (keep)
            err = mbuf_write_mem(kept, (const uint8_t *)line, line_bytes);
    }
    return err ? err : mbuf_write_str(kept, "\r\n");
}

void salvage_answer(struct sip_server *server, const struct salvage_origin *origin,
                    const char *data, size_t bytes, unsigned code, const char *reason)
{
    struct mbuf *kept = mbuf_alloc(bytes + 4);
    struct sip_msg *msg = NULL;

    if (!kept)
        return;
    if (copy_kept_lines(data, bytes, kept))
        goto out;
    kept->pos = 0;
    if (sip_msg_decode(&msg, kept))
        goto out;
    msg->sock = mem_ref(origin->sock);
    msg->src = origin->source;
    msg->tp = origin->transport;
    if (msg->req && !message_is(msg, "ACK") && pl_isset(&msg->via.branch))
        reply_stateless(server, msg, code, reason, "");
out:
    mem_deref(msg);
    mem_deref(kept);
}
