/**
 * server_private: the server's state, shared by the files of this folder that make it up.
 *
 * server.c      life, loop, posting
 * transport.c   sockets, and what libre needs done to them; streams.c, sip_tls.c behind it
 * input.c       what they bring, up to libre's transactions; mend.c, salvage.c behind it
 * request.c     every request first; those outside of a dialog
 * dialog.c      requests within one; info.c reads the INFO among them
 * standing.c    whether their sender may send them
 * call.c        one call: its life
 * answer.c      its 200s: our descriptions, repeated until their ACK
 * provisional.c its reliable 180 (RFC 3262)
 * refresh.c     its session timer (RFC 4028)
 * outgoing.c    requests that the server makes within a call
 * target.c      where those go
 * snapshot.c    the one that asks for all metadata
 */
#ifndef RECORDER_SIP_SERVER_PRIVATE_H
#define RECORDER_SIP_SERVER_PRIVATE_H

#include "base/bytes.h"
#include "base/clock.h"
#include "sip/deadline.h"
#include "sip/libre.h"
#include "sip/mailbox.h"
#include "sip/server.h"
#include "sip/session_timer.h"

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
    struct sa local;
};

struct sip_server {
    struct sip_server_options options;
    unsigned t1_ms;
    struct sip *sip;
    struct sip_lsnr *first;    /* of requests, before libre's transactions */
    struct sip_lsnr *requests; /* after them */
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
    struct transport *transport;       /* of transport.c, NULL before transport_open */
    char probe_id[SERVER_PROBE_BYTES]; /* Call-ID of the OPTIONS sent to ourselves */
    uint64_t tag_salt;
    struct list sent; /* our requests that are neither answered nor given up */
    bool lingering;   /* only waiting for the BYEs among them */
    bool closing;
};

/* Where the session timer of a call stands (refresh.c). */
struct refresh {
    struct session_timer agreed;
    struct deadline deadline; /* our next refresh, the expiry, or the next question for audio */
    mono_time refreshed;      /* when it was last */
    mono_time life;           /* when the client was last heard, by signalling or audio */
    unsigned tries;           /* of this refresh, after a 422 */
    bool by_invite;           /* UPDATE was refused as a method */
    bool lost;                /* the client does not know the dialog any more */
    bool told;                /* that it went on past its expiry */
};

enum { CALL_TAG_BYTES = 17 };

enum call_state {
    CALL_WAITING,  /* for its owner's answer */
    CALL_ANSWERED, /* 200 was sent */
    CALL_ENDED,    /* handler.end was called; freed when nothing on the stack uses it */
};

struct outgoing_request;

/*
 * Invariants: a call that has not ended is in server->calls and in calls_by_id. While WAITING,
 * transaction and invite are set; a 200 is repeated while unacknowledged is set.
 */
struct sip_call {
    struct le in_list;
    struct le in_hash;
    struct sip_server *server;
    enum call_state state;
    unsigned users; /* stack frames that will still touch it */
    void *context;  /* the owner's */
    struct sip_strans *transaction;
    struct sip_msg *invite;
    struct sdp_description *offer; /* of the INVITE, while WAITING; NULL where it had none */
    struct sip_call_identity identity;
    char *texts;               /* what identity points to */
    char *from;                /* of its last re-INVITE or UPDATE; NULL: as in identity */
    enum sip_transp transport; /* of the INVITE */
    void *sock;                /* libre's socket or connection that brought it, referenced */
    struct sa source;          /* as libre saw it */
    uint32_t invite_cseq;
    mono_time invite_settled; /* when it was answered, or acknowledged */

    /* what tells the dialog (RFC 3261 section 12); tags may be "" with clients of RFC 2543 */
    char *dialog_id; /* Call-ID as it came */
    char *remote_tag;
    char local_tag[CALL_TAG_BYTES];
    uint32_t remote_cseq;

    /* what our own requests need (target.c, outgoing.c) */
    char *request_headers; /* Route, To, From and Call-ID */
    char *first_route;     /* addr-spec, NULL where no Record-Route */
    char *remote_target;   /* addr-spec of the last Contact */
    uint32_t next_cseq;
    bool takes_update;             /* its last Allow names UPDATE, or it has sent one */
    bool lacks_update;             /* its last Allow does not; both false: nothing was said */
    bool knows_siprec;             /* it requires or supports siprec */
    struct list pending;           /* our requests whose answer somebody waits for */
    struct bytes snapshot_request; /* the document, while one is to be sent or answered */
    struct deadline snapshot_timer;

    /* our description: one o= line for the dialog, a new version for a changed one */
    uint64_t session_id;
    uint64_t session_version; /* of description */
    struct bytes description; /* the last that we sent, answer or offer */

    /* the 200 that waits for its ACK */
    struct sip_msg *unacknowledged; /* the INVITE it answers; NULL: none waits */
    struct mbuf *answer;            /* as sent; NULL where sending failed at once */
    bool our_offer_open;            /* it carries an offer: the ACK brings the answer */
    mono_time answered;
    unsigned interval_ms;
    struct deadline timer; /* repeats the 180 before the answer, and the 200 after it */

    /* the reliable 180 (provisional.c) */
    struct mbuf *provisional; /* as sent; NULL: none waits for its PRACK */
    uint32_t rseq;

    struct refresh refresh;
};

/* --- transport.c --- */

/**
 * Add all transports and send each UDP socket its probe.
 *
 * STATUS_OK     server->bound set. STATUS_IO  fault names the address.
 */
enum status transport_open(struct sip_server *server, struct fault *fault) MUST_CHECK;

/** Forget all connections; right before the SIP stack is freed. One that never opened is accepted.
 */
void transport_close(struct sip_server *server);

/**
 * Make the UDP socket that a message came by ready for large datagrams, and its messages go through
 * input.h, once.
 *
 * Returns whether it was not before: that message may have been cut, and is to be left to its
 * sender to send again.
 */
bool transport_learn(struct sip_server *server, const struct sip_msg *msg);

/** Our address that faces the sender of a message, with the SIP port it was sent to. */
struct sockaddr_storage transport_local(const struct sip_msg *msg);

/**
 * Who sent a message. The certificate's texts are valid while the message is handled; "" where
 * none.
 */
void transport_peer(const struct sip_server *server, const struct sip_msg *msg,
                    struct sip_peer *peer);

/* --- request.c --- */

/**
 * libre's request handler ahead of its transactions; arg is the server. Answers what is no sound
 * request, so that none of those is taken for one that came before.
 */
bool request_seen(const struct sip_msg *msg, void *arg);

/** libre's request handler behind its transactions; arg is the server. */
bool request_received(const struct sip_msg *msg, void *arg);

/* --- dialog.c --- */

/** A request with a To tag, no ACK. */
void dialog_request(struct sip_server *server, const struct sip_msg *msg);

/** Any ACK. */
void dialog_acknowledge(struct sip_server *server, const struct sip_msg *msg);

/** Whether an INVITE is one that a call has begun by, come by another way (RFC 3261 section
 * 8.2.2.2): known for 64*T1 after its answer or ACK. Behind libre's transactions, which know one
 * that comes again by the same way. */
bool dialog_is_merged(const struct sip_server *server, const struct sip_msg *msg);

/* --- standing.c --- */

/**
 * Whether a request within a dialog is not its sender's to send; it was then answered, unless it is
 * an ACK.
 *
 * call  that it names; NULL: there is none, so that it is refused in any case.
 */
bool standing_refused(struct sip_server *server, const struct sip_call *call,
                      const struct sip_msg *msg);

/** Ahead of libre's transactions, which know a CANCEL by its branch alone: likewise, of a CANCEL
 * for a call that waits for its answer, and of any by a stranger. */
bool standing_refused_cancel(struct sip_server *server, const struct sip_msg *msg);

/* --- call.c --- */

/**
 * Begin a call: transaction, 100, dialog. Takes *owned_sdp, which may be NULL, when it begins.
 *
 * Returns NULL where it could not; it was then answered.
 */
struct sip_call *call_begin(struct sip_server *server, const struct sip_msg *msg,
                            struct sdp_description **owned_sdp) MUST_CHECK;

/** Keep the call's memory until call_release, whatever its owner does. */
void call_hold(struct sip_call *call);

/** The call is freed if it has ended and nobody else holds it. */
void call_release(struct sip_call *call);

/** What a message of the client tells of it: Contact, Allow, that it is there. */
void call_learn(struct sip_call *call, const struct sip_msg *msg);

/** From of a re-INVITE or UPDATE, borrowed from the call, where it is another than the one before;
 * else NULL, also without memory. */
const char *call_learn_from(struct sip_call *call, const struct sip_msg *msg);

/**
 * Tell the owner what a message that is not answered with a description has brought; nothing where
 * it has brought nothing.
 */
void call_tell(struct sip_call *call, const struct sip_call_offer *offer);

struct sip_body;

/** Likewise of the documents behind the first of its body, one by one, when that has been told. */
void call_tell_further(struct sip_call *call, struct sip_body *body);

/** call_tell of all that a body has brought. */
void call_tell_body(struct sip_call *call, struct sip_body *body);

/** It is over: handler.end is called, the call is freed unless held. */
void call_end(struct sip_call *call, enum sip_call_end why);

/** Say BYE, end. */
void call_hang_up(struct sip_call *call, enum sip_call_end why);

/** Answer a waiting call's INVITE 3xx-6xx, end. */
void call_refuse(struct sip_call *call, unsigned code, const char *reason, unsigned retry_after_s,
                 enum sip_call_end why);

/** For the server's end: refuse or hang up. */
void call_shut_down(struct sip_call *call);

/* --- answer.c --- */

enum { ANSWER_HEADERS_BYTES = 768 };

/** Write Contact, Allow, Supported and Accept, as they stand in our 2xx and requests. */
void answer_headers(const struct sip_call *call, char headers[static ANSWER_HEADERS_BYTES]);

/**
 * Answer an INVITE or re-INVITE (200 repeated until ACK) or UPDATE with a description: an answer to
 * offer, or, where offer is NULL, an offer.
 *
 * transaction  of the request; *transaction may be NULL, then one is made; it is NULL afterwards.
 *
 * STATUS_OK, or as sip_call_accept and nothing was sent.
 */
enum status answer_send(struct sip_call *call, const struct sip_msg *msg,
                        const struct sdp_description *offer, const struct sdp_local *local,
                        struct sip_strans **transaction) MUST_CHECK;

/** Answer an UPDATE that had no description. */
void answer_send_empty(struct sip_call *call, const struct sip_msg *msg);

/** The ACK of a 200 came, or nobody waits for it any more. */
void answer_forget(struct sip_call *call);

/* --- provisional.c --- */

/** Send the 180 that the client requires, reliably (RFC 3262), where it requires it. */
void provisional_send(struct sip_call *call);

/** A PRACK within the call: answered. */
void provisional_acknowledge(struct sip_call *call, const struct sip_msg *msg);

/* --- refresh.c --- */

/** Whether a request asks for a session interval that is too short; it was then answered 422. */
bool refresh_refused(struct sip_server *server, const struct sip_call *call,
                     const struct sip_msg *msg) MUST_CHECK;

/** A request of the client that refreshes the session is about to be answered 2xx. */
void refresh_agree(struct sip_call *call, const struct sip_msg *msg);

/** Append Session-Expires and, where it is to be said, Require to the headers of that 2xx. */
void refresh_headers(const struct sip_call *call, char headers[static ANSWER_HEADERS_BYTES]);

/** Our 200 was never acknowledged: end the call, unless audio comes. */
void refresh_unacknowledged(struct sip_call *call);

/** The client was heard. */
void refresh_heard(struct sip_call *call);

/** The call has ended. */
void refresh_stop(struct sip_call *call);

/* --- target.c --- */

/**
 * Keep what our own requests will need of the INVITE.
 *
 * STATUS_OK, STATUS_INVALID (nothing to address it by: neither a readable Contact, nor, as RFC 2543
 * has it, From) or STATUS_NOMEM; the call then holds a part.
 */
enum status target_prepare(struct sip_call *call, const struct sip_msg *msg) MUST_CHECK;

/** Take the remote target from a message's Contact, where it has a readable one. */
void target_take(struct sip_call *call, const struct sip_msg *msg);

/** The addr-spec of a message's Contact, borrowed from it. Returns false where none is readable. */
bool target_contact(const struct sip_msg *msg, struct pl *uri);

/**
 * Where a request goes: to the address of uri, the first route or else the remote target, where
 * that is an address of the family the INVITE came by; else to source, where the INVITE came from.
 * A connection that still stands is used whatever this says.
 */
struct sa target_hop(const struct sa *source, const struct pl *uri);

/* --- snapshot.c --- */

/** The call has ended. */
void snapshot_stop(struct sip_call *call);

/* --- outgoing.c --- */

/* Our request, as its sender sees it. */
struct outgoing_message {
    const char *method;  /* "BYE", "UPDATE", "INVITE" */
    const char *headers; /* complete header lines with those of the body, "" where none */
    struct text_span body;
    /* the final answer, or NULL where none came in time; not called once the call has ended. NULL
     * where nobody waits for it. */
    void (*answered)(struct sip_call *call, const struct sip_msg *response);
};

/**
 * Send a request within the call, repeat it until it is answered or 64*T1 have passed. A BYE goes
 * on without the call.
 *
 * Returns false without memory. That is like a request that the network lost, and so is one that
 * it refuses.
 */
bool outgoing_send(struct sip_call *call, const struct outgoing_message *message);

/** Whether an offer of ours waits for its answer: a re-INVITE of ours is under way. */
bool outgoing_is_offering(const struct sip_call *call);

/** The call has ended: nobody waits for answers to its requests any more. */
void outgoing_detach(struct sip_call *call);

/** libre's response handler; arg is the server. */
bool outgoing_response(const struct sip_msg *msg, void *arg);

/** Whether a BYE still waits for its answer. */
bool outgoing_has_bye(const struct sip_server *server);

/** Give up all requests. */
void outgoing_forget_all(struct sip_server *server);

#endif
