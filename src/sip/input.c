#include "sip/input.h"

#include "sip/libre_layout.h"
#include "sip/mend.h"
#include "sip/salvage.h"
#include "sip/server_private.h"

static struct libre_sip *stack_of(const struct sip_server *server)
{
    return (struct libre_sip *)(void *)server->sip;
}

int input_listen_first(struct sip_server *server, sip_msg_h *first)
{
    int err = sip_listen(&server->first, server->sip, true, first, server);

    if (err)
        return err;
    struct libre_watcher *watcher = (struct libre_watcher *)(void *)server->first;
    list_unlink(&watcher->in_list);
    list_prepend(&stack_of(server)->watchers, &watcher->in_list, watcher);
    return 0;
}

/* As libre does with what it has decoded itself. */
static void deliver(const struct sip_server *server, const struct sip_msg *msg)
{
    struct le *le = stack_of(server)->watchers.head;

    while (le) {
        const struct libre_watcher *watcher = le->data;
        le = le->next;
        if (watcher->requests == msg->req && watcher->handler(msg, watcher->arg))
            return;
    }
}

void input_take(struct sip_server *server, const struct message_origin *origin, struct mbuf *mb)
{
    const char *data = (const char *)mbuf_buf(mb);
    size_t bytes = mbuf_get_left(mb);
    struct sip_msg *msg = mend_decode(mb);

    if (!msg) {
        const struct salvage_answer answer = salvage_judge(data, bytes);
        salvage_send(server, origin, data, bytes, &answer);
        return;
    }
    msg->sock = mem_ref(origin->sock);
    msg->src = origin->source;
    msg->dst = origin->local;
    msg->tp = origin->transport;
    deliver(server, msg);
    mem_deref(msg);
}
