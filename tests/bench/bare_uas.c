#include "tests/bench/bare_uas.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
#include <re_types.h>
#include <re_fmt.h>
#include <re_mbuf.h>
#include <re_mem.h>
#include <re_list.h>
#include <re_hash.h>
#include <re_sa.h>
#include <re_net.h>
#include <re_uri.h>
#include <re_msg.h>
#include <re_tmr.h>
#include <re_main.h>
#include <re_sys.h>
#include <re_udp.h>
#include <re_sip.h>
#include <re_sipsess.h>
/* clang-format on */

enum { BUCKETS = 4096 };

static const char ANSWER[] = "v=0\r\no=bare 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
                             "t=0 0\r\nm=audio 20000 RTP/AVP 8\r\na=recvonly\r\na=label:1\r\n"
                             "m=audio 20002 RTP/AVP 8\r\na=recvonly\r\na=label:2\r\n";

static struct sip *stack;
static struct sipsess_sock *sessions;

static void session_closed(int err, const struct sip_msg *msg, void *arg)
{
    (void)err, (void)msg;
    mem_deref(arg);
}

/* The session is its own handlers' argument: a box that is filled once it exists. */
struct box {
    struct sipsess *session;
};

static void box_destroy(void *arg)
{
    struct box *box = arg;

    mem_deref(box->session);
}

static int offer_received(struct mbuf **description, const struct sip_msg *msg, void *arg)
{
    (void)description, (void)msg, (void)arg;
    return 0;
}

static int answer_received(const struct sip_msg *msg, void *arg)
{
    (void)msg, (void)arg;
    return 0;
}

static void established(const struct sip_msg *msg, void *arg)
{
    (void)msg, (void)arg;
}

static void invite_received(const struct sip_msg *msg, void *arg)
{
    struct box *box = mem_zalloc(sizeof *box, box_destroy);
    struct mbuf *answer = mbuf_alloc(sizeof ANSWER);

    (void)arg;
    if (!box || !answer || mbuf_write_str(answer, ANSWER))
        _exit(1);
    answer->pos = 0;
    if (sipsess_accept(&box->session, sessions, msg, 200, "OK", "bench", "application/sdp", answer,
                       NULL, NULL, false, offer_received, answer_received, established, NULL, NULL,
                       session_closed, box, NULL))
        mem_deref(box);
    mem_deref(answer);
}

int bare_uas_open(struct sockaddr_storage *address)
{
    struct sa local;
    int err = libre_init();

    if (!err)
        err = sip_alloc(&stack, NULL, BUCKETS, BUCKETS, BUCKETS, "bench", NULL, NULL);
    if (!err)
        err = sa_set_str(&local, "127.0.0.1", 0);
    if (!err)
        err = sip_transp_add(stack, SIP_TRANSP_UDP, &local);
    if (!err)
        err = sipsess_listen(&sessions, stack, BUCKETS, invite_received, NULL);
    if (!err)
        err = sip_transp_laddr(stack, &local, SIP_TRANSP_UDP, NULL);
    if (err)
        return err;
    memset(address, 0, sizeof *address);
    memcpy(address, &local.u, sizeof local.u);
    return 0;
}

void bare_uas_run(void)
{
    (void)re_main(NULL);
}
