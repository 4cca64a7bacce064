/**
 * libre_layout: the beginnings of five structs that libre 1.1.0 keeps to itself.
 *
 * What they are needed for cannot be had through its interface: to give its transactions messages
 * that were decoded here, to be asked before a connection is accepted, to see a connection's bytes
 * before libre does, to keep an idle one open, and to know which certificate a message came under.
 * Nothing else looks inside libre. transport_open refuses any other version of the library than
 * this one, and test_server_layout.c compares what is found here with what the library tells about
 * the same things.
 */
#ifndef RECORDER_SIP_LIBRE_LAYOUT_H
#define RECORDER_SIP_LIBRE_LAYOUT_H

#include "sip/libre.h"

/* clang-format off */
#include <re_tcp.h>
/* clang-format on */

#define LIBRE_LAYOUT_VERSION "1.1.0"

struct tls;
struct tls_conn;

/* struct sip of src/sip/sip.h */
struct libre_sip {
    struct list transports; /* struct libre_transport */
    struct list watchers;   /* struct libre_watcher, in the order they are asked */
    struct list requests;
    struct hash *client_transactions;
    struct hash *server_transactions;
    struct hash *merged_transactions;
    struct hash *connections; /* struct libre_connection by sa_hash of its peer */
};

/* struct sip_lsnr of src/sip/sip.h: who is shown messages, its own transactions among them */
struct libre_watcher {
    struct le in_list;
    struct sip_lsnr **owner;
    sip_msg_h *handler; /* returns whether it has dealt with a message */
    void *arg;
    bool requests; /* else responses */
};

/* struct sip_transport of src/sip/transp.c */
struct libre_transport {
    struct le in_list;
    struct sa local;
    struct sip *sip;
    struct tls *tls;
    void *sock; /* struct libre_listener where it is TCP or TLS */
    enum sip_transp transport;
};

/* struct tcp_sock of src/tcp/tcp.c */
struct libre_listener {
    int descriptor;
    int accepted; /* descriptor that accept_handler is about to take over */
    tcp_conn_h *accept_handler;
    void *arg;
};

/* struct sip_conn of src/sip/transp.c: what a TCP or TLS message's `sock` points to */
struct libre_connection {
    struct le in_hash;
    struct list queue;
    struct list keepalives;
    struct tmr idle_timer; /* closes it */
    struct tmr keepalive_timer;
    struct sa local;
    struct sa peer;
    struct tls_conn *tls; /* NULL: TCP */
    struct tcp_conn *tcp; /* NULL once it is closed */
};

#endif
