/**
 * server: the SIP side of a session recording server (RFC 3261, 3311, 3264, 7866), over libre.
 *
 * One thread owns everything here: the one that calls sip_server_create and sip_server_run; all
 * handlers run on it, and all functions but sip_server_post and sip_server_stop are called on it.
 * libre stays behind this folder: no libre type in this header.
 *
 * libre's traps and what is done about each (all tested):
 * - UDP datagrams over 8192 bytes are cut silently: at start the server sends itself one OPTIONS
 * per UDP socket, learns the socket from it and raises its buffer to BOUND_SIP_MESSAGE_BYTES; a
 * body shorter than its Content-Length is answered 400 (RFC 3261 section 18.3).
 * - a TCP message over 64 KiB resets its connection; calls in progress do not depend on it.
 * - no cap on connections: libre's descriptor table is sized to BOUND_SIP_TCP_CONNECTIONS, and
 *   sockets and files of other threads are kept above it (base/descriptor.h).
 * - no UPDATE, no MIME: dialogs here are ours, over sip_listen, sip_strans_* and sip_dialog_*.
 * - 2xx to INVITE is retransmitted here until its ACK (T1 doubling to T2); after 64*T1 without one
 *   the dialog is ended by BYE (RFC 3261 section 13.3.1.4) and the recording kept. libre's timers
 *   follow the wall clock and stop when it is set back: ours are monotonic (deadline.h).
 * - it refuses 0.0.0.0 and ::, takes 5 waiting connections, shares its TCP port with any program
 *   that asks: its sockets are opened here and take the place of libre's (transport.c).
 * - its own requests leave by the first transport of a family and need DNS for a name: BYE is sent
 *   here (bye.c), by the transport that brought the INVITE; to where that came from, where the
 *   remote target is a name.
 */
#ifndef RECORDER_SIP_SERVER_H
#define RECORDER_SIP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "sip/multipart.h"
#include "sip/sdp.h"
#include "sip/siprec_metadata.h"

struct sip_server;
struct sip_call;

/* Why a call ended, for the recording's record. */
enum sip_call_end {
    SIP_CALL_BYE,       /* the client said BYE */
    SIP_CALL_CANCELLED, /* CANCEL before our final answer */
    SIP_CALL_NO_ACK,    /* our 200 was never acknowledged */
    SIP_CALL_REFUSED,   /* sip_call_reject was called */
    SIP_CALL_SHUTDOWN,  /* sip_call_hangup was called */
};

/* What one INVITE, re-INVITE or UPDATE brought. All borrowed for the handler's time. */
struct sip_call_offer {
    const struct sdp_offer *sdp;            /* NULL where it carried none */
    const struct siprec_metadata *metadata; /* NULL where none, or not readable */
    struct text_span metadata_xml;          /* raw bytes, empty where none */
    const char *metadata_fault;             /* why it was not readable, NULL otherwise */
    bool siprec_required;                   /* Require: siprec */
    unsigned deviations;                    /* departures put up with, all parts */
};

/* Identity of a call; fixed for its life, borrowed from it. */
struct sip_call_identity {
    const char *call_id;
    const char *from_uri; /* addr-spec of From */
    const char *to_uri;
    const char *user_agent;         /* "" where none */
    struct sockaddr_storage source; /* where the INVITE came from */
    struct sockaddr_storage local;  /* our address that faces it; port is the SIP port */
};

/*
 * Handlers, all on the server's thread. After `invite` the call waits: the owner answers, now or
 * later, with exactly one of sip_call_accept and sip_call_reject. 100 Trying is sent at once.
 */
struct sip_server_handler {
    void *context;

    /* false: refuse new calls with 503 and Retry-After, and OPTIONS likewise. */
    bool (*ready)(void *context);

    /* A new call with at least one readable SDP offer. Set *call_context; it comes back below. */
    void (*invite)(void *context, struct sip_call *call, const struct sip_call_offer *offer,
                   void **call_context);

    /*
     * re-INVITE or UPDATE within an accepted call. Fill *answer where offer->sdp is there (its
     * session_id and session_version are set by the server, and its address where left AF_UNSPEC).
     * Return STATUS_OK (200), STATUS_UNSUPPORTED (488) or STATUS_FULL (503); after the latter two
     * the session goes on as before (RFC 3261 section 14.2).
     */
    enum status (*update)(void *context, void *call_context, const struct sip_call_offer *offer,
                          struct sdp_answer *answer);

    /* The call is over and `call` is freed after the return; also for rejected and cancelled ones.
     */
    void (*end)(void *context, void *call_context, enum sip_call_end why);
};

struct sip_server_options {
    struct sockaddr_storage listen[8]; /* each on UDP and TCP */
    size_t listens;
    const char *software;   /* Server header; borrowed for the server's life */
    unsigned calls_max;     /* more INVITEs are answered 503 */
    unsigned retry_after_s; /* of a 503 */
    unsigned t1_ms;         /* timer T1 of our own retransmissions; 0: 500 (RFC 3261 17.1.1.1);
                               T2 is 8 times it, an ACK is waited for 64 times it */
    struct sip_server_handler handler;
};

/**
 * Open the sockets. One server per process and thread (libre's own limit). Make it early: its
 * descriptors have to lie in the lower BOUND_SIP_TCP_CONNECTIONS ones. A listen address with port 0
 * gets a free one, the same on UDP and TCP.
 *
 * STATUS_OK     *out set; nothing is answered until sip_server_run.
 * STATUS_IO     a socket could not be opened; fault names it.
 * STATUS_NOMEM
 */
enum status sip_server_create(const struct sip_server_options *options, struct sip_server **out,
                              struct fault *fault) MUST_CHECK;

/**
 * Run what was posted, end all calls (a waiting one by 503, an accepted one by BYE; handler.end is
 * called for each with SIP_CALL_SHUTDOWN), wait up to a second for the answers to those BYEs, close
 * all. On the thread that created it, outside of sip_server_run. NULL is accepted.
 */
void sip_server_destroy(struct sip_server *owned_server);

/**
 * Answer until sip_server_stop.
 *
 * STATUS_OK  stopped. STATUS_IO  the event loop failed.
 */
enum status sip_server_run(struct sip_server *server, struct fault *fault) MUST_CHECK;

/** From any thread, also from a signal handler's thread: make sip_server_run return soon. */
void sip_server_stop(struct sip_server *server);

/**
 * From any thread: have function(arg) called on the server's thread, in order of posting.
 *
 * STATUS_OK, or STATUS_NOMEM / STATUS_IO and it will not be called.
 */
enum status sip_server_post(struct sip_server *server, void (*function)(void *arg),
                            void *arg) MUST_CHECK;

/**
 * On the server's thread: call function(arg) once after delay_ms; replaces an earlier one that has
 * not fired. One such timer per server.
 */
void sip_server_after(struct sip_server *server, unsigned delay_ms, void (*function)(void *arg),
                      void *arg);

/** Where the server listens, the first of options.listen with its bound port. */
struct sockaddr_storage sip_server_address(const struct sip_server *server);

/** Calls between INVITE and end. */
unsigned sip_server_calls(const struct sip_server *server);

/** Identity, borrowed until the call ends. */
const struct sip_call_identity *sip_call_identity(const struct sip_call *call);

/**
 * Answer 200 with an SDP answer built against the call's offer. Its session_id and session_version
 * are set by the server, and so is its address where it is AF_UNSPEC: to the one that faces the
 * client.
 *
 * STATUS_OK        sent; retransmitted until ACK.
 * STATUS_CONFLICT  the call was answered or has ended before.
 * STATUS_NOMEM, STATUS_LIMIT  nothing was sent; the call still waits for its answer.
 */
enum status sip_call_accept(struct sip_call *call, const struct sdp_answer *answer) MUST_CHECK;

/**
 * Answer 3xx-6xx. retry_after_s > 0 adds Retry-After. handler.end follows, with SIP_CALL_REFUSED,
 * before this returns; the call is then gone. Does nothing to a call that was answered.
 */
void sip_call_reject(struct sip_call *call, unsigned code, const char *reason,
                     unsigned retry_after_s);

/** End an accepted call by BYE; handler.end follows before this returns; the call is then gone. */
void sip_call_hangup(struct sip_call *call);

#endif
