/**
 * server_private: the server's state, shared by the files of this folder that make it up.
 *
 * server.c      life, loop, posting
 * transport.c   sockets, and what libre needs done to them
 * request.c     requests outside of a dialog
 * dialog.c      requests within one
 * call.c        one call: answer, retransmission, end
 * bye.c         the one request the server makes
 */
#ifndef RECORDER_SIP_SERVER_PRIVATE_H
#define RECORDER_SIP_SERVER_PRIVATE_H

#include "base/bytes.h"
#include "base/clock.h"
#include "sip/deadline.h"
#include "sip/libre.h"
#include "sip/mailbox.h"
#include "sip/server.h"

enum {
    SERVER_LISTENS_MAX = 8,
    SERVER_T1_MS = 500,   /* RFC 3261 section 17.1.1.1 */
    SERVER_T2_FACTOR = 8, /* T2 / T1 */
    SERVER_WAIT_FACTOR = 64,
    SERVER_PROBE_BYTES = 40,
};

/* A UDP socket that was made ready for datagrams of any size. */
struct server_udp {
    struct sip_server *server;
    void *sock; /* libre's udp_sock, NULL while unused */
};

struct sip_server {
    struct sip_server_options options;
    unsigned t1_ms;
    struct sip *sip;
    struct sip_lsnr *requests;
    struct sip_lsnr *responses;
    struct hash *calls_by_id; /* struct sip_call by Call-ID */
    struct list calls;
    unsigned call_count;
    struct mailbox *mailbox;
    struct deadlines deadlines;
    struct deadline after_timer;
    struct deadline linger_timer;
    struct sockaddr_storage bound[SERVER_LISTENS_MAX]; /* options.listen with their real ports */
    struct server_udp udp[SERVER_LISTENS_MAX];
    char probe_id[SERVER_PROBE_BYTES]; /* Call-ID of the OPTIONS sent to ourselves */
    uint64_t tag_salt;
    struct list byes; /* sent and neither answered nor given up */
    bool lingering;   /* only waiting for those */
    bool closing;
};

enum call_state {
    CALL_WAITING,  /* for its owner's answer */
    CALL_ANSWERED, /* 200 was sent */
    CALL_ENDED,    /* handler.end was called; freed when nothing on the stack uses it */
};

/*
 * Invariants: a call that has not ended is in server->calls and in calls_by_id. While WAITING,
 * transaction, invite and offer are set; a 200 is repeated while unacknowledged is set.
 */
struct sip_call {
    struct le in_list;
    struct le in_hash;
    struct sip_server *server;
    enum call_state state;
    unsigned users; /* stack frames that will still touch it */
    void *context;  /* the owner's */
    struct sip_strans *transaction;
    struct sip_dialog *dialog;
    struct sip_msg *invite;
    struct sdp_offer *offer;
    struct sip_call_identity identity;
    char *texts[4];            /* what identity points to */
    enum sip_transp transport; /* of the INVITE */
    void *sock;                /* libre's socket or connection that brought it, referenced */
    struct sa source;          /* as libre saw it */
    char *bye_headers;         /* Route, To, From and Call-ID of our BYE */
    char *first_route;         /* addr-spec, NULL where no Record-Route */
    char *remote_target;       /* addr-spec of the last Contact */

    /* our description: one o= line for the dialog, a new version for a changed one */
    uint64_t session_id;
    uint64_t session_version; /* of last_answer */
    struct bytes last_answer;

    /* the 200 that waits for its ACK */
    struct sip_msg *unacknowledged; /* the INVITE it answers; NULL: none waits */
    struct mbuf *answer;            /* as sent; NULL where sending failed at once */
    mono_time answered;
    unsigned interval_ms;
    struct deadline timer;
};

/* --- transport.c --- */

/**
 * Add all transports and send each UDP socket its probe.
 *
 * STATUS_OK     server->bound set. STATUS_IO  fault names the address.
 */
enum status transport_open(struct sip_server *server, struct fault *fault) MUST_CHECK;

/**
 * Make the UDP socket that a message came by ready for large datagrams, once.
 *
 * Returns whether it was not before: that message may have been cut.
 */
bool transport_learn(struct sip_server *server, const struct sip_msg *msg);

/** Our address that faces the sender of a message, with the SIP port it was sent to. */
struct sockaddr_storage transport_local(const struct sip_msg *msg);

/* --- request.c --- */

/** libre's request handler; arg is the server. */
bool request_received(const struct sip_msg *msg, void *arg);

/* --- dialog.c --- */

/** A request with a To tag, no ACK. */
void dialog_request(struct sip_server *server, const struct sip_msg *msg);

/** Any ACK. */
void dialog_acknowledge(struct sip_server *server, const struct sip_msg *msg);

/* --- call.c --- */

/**
 * Begin a call: transaction, 100, dialog. Takes body->sdp when it begins.
 *
 * Returns NULL where it could not; it was then answered.
 */
struct sip_call *call_begin(struct sip_server *server, const struct sip_msg *msg,
                            struct sdp_offer **owned_sdp) MUST_CHECK;

/** Keep the call's memory until call_release, whatever its owner does. */
void call_hold(struct sip_call *call);

/** The call is freed if it has ended and nobody else holds it. */
void call_release(struct sip_call *call);

/**
 * Answer a re-INVITE (200 repeated until ACK) or UPDATE with a description.
 *
 * STATUS_OK, or as sip_call_accept and nothing was sent.
 */
enum status call_answer(struct sip_call *call, const struct sip_msg *msg,
                        const struct sdp_offer *offer, const struct sdp_answer *answer) MUST_CHECK;

/** Answer an UPDATE that had no description. */
void call_answer_empty(struct sip_call *call, const struct sip_msg *msg);

/** The ACK of a CSeq came. */
void call_acknowledged(struct sip_call *call, uint32_t cseq);

/** It is over: handler.end is called, the call is freed unless held. */
void call_end(struct sip_call *call, enum sip_call_end why);

/** For the server's end: refuse or hang up. */
void call_shut_down(struct sip_call *call);

/* --- bye.c --- */

/**
 * Keep what a BYE will need of the INVITE.
 *
 * STATUS_OK, STATUS_INVALID (no readable Contact) or STATUS_NOMEM; the call then holds a part.
 */
enum status bye_prepare(struct sip_call *call, const struct sip_msg *msg) MUST_CHECK;

/** Take the remote target from a request's Contact, where it has a readable one. */
void bye_retarget(struct sip_call *call, const struct sip_msg *msg);

/** Send BYE, repeat it until it is answered or 64*T1 have passed. The call may go meanwhile. */
void bye_send(const struct sip_call *call);

/** libre's response handler; arg is the server. */
bool bye_response(const struct sip_msg *msg, void *arg);

/** Give up all BYEs. */
void bye_forget_all(struct sip_server *server);

#endif
