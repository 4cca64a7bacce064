/**
 * server: the SIP side of a session recording server (RFC 3261, 3311, 3264, 7866), over libre.
 *
 * One thread owns everything here: the one that calls sip_server_create and sip_server_run; all
 * handlers run on it, and all functions are called on it but sip_server_post,
 * sip_server_post_letter and sip_server_stop. libre stays behind this folder: no
 * libre type in this header.
 *
 * libre's traps and what is done about each (all tested):
 * - UDP datagrams over 8192 bytes are cut silently: at start the server sends itself one OPTIONS
 *   per UDP socket, learns the socket from it and raises its buffer to BOUND_SIP_MESSAGE_BYTES; a
 *   body shorter than its Content-Length is answered 400 (RFC 3261 section 18.3).
 * - a message that it cannot decode is dropped without an answer, and so is one whose Via has no
 *   branch; one that it can decode is looked up among transactions before anything is asked of it.
 *   Here messages are decoded before it sees them, mended, answered from what is readable, and
 *   checked first (input.c, mend.c, salvage.c, request.c).
 * - one bad TCP message ends its connection, an idle one is closed after 15 minutes, and one
 *   address may take all: connections pass through streams.c first, which also says who a TLS
 *   client is. It needs to look inside libre, and so exactly version 1.1.0 (libre_layout.h).
 * - no cap on connections: libre's descriptor table is sized to BOUND_SIP_TCP_CONNECTIONS, and
 *   sockets and files of other threads are kept above it (base/descriptor.h).
 * - a request that comes again by another transport is answered where it first came from: an INVITE
 *   not yet acknowledged moves (failover.c).
 * - the same INVITE by another way is 482 to it (RFC 3261 section 8.2.2.2) where its Request-URI is
 *   the same too, which proxies change: here it is 482 either way, until 64*T1 after its ACK.
 * - what it has to say goes to stderr, a line for each bad peer: it is silenced (transport.c).
 * - no UPDATE, no MIME: dialogs here are ours, over sip_listen and sip_strans_*.
 * - 2xx to INVITE is retransmitted here until its ACK (T1 doubling to T2); after 64*T1 without one
 *   the dialog is ended by BYE (RFC 3261 section 13.3.1.4) and the recording kept. libre's timers
 *   follow the wall clock and stop when it is set back: ours are monotonic (deadline.h).
 * - it refuses 0.0.0.0 and ::, takes 5 waiting connections, shares its TCP port with any program
 *   that asks: its sockets are opened here and take the place of libre's (transport.c).
 * - its own requests leave by the first transport of a family and need DNS for a name: BYE, UPDATE
 *   and re-INVITE are sent here (outgoing.c), by the transport that brought the INVITE; to where
 *   that came from, where the remote target is a name.
 * - it splits a Contact at a comma, also at one inside <>: such a Contact is read up to there.
 *
 * Order of offers (RFC 3261 section 14.2, RFC 3311 section 5.2, RFC 3264 section 4): a request with
 * an offer while an offer of ours is open is 491, before the INVITE's final answer 500 with
 * Retry-After. An UPDATE without an offer is taken at any time. A re-INVITE before the ACK of the
 * last 200 is taken where that 200 carried an answer: offer and answer are complete, and some
 * clients' ACKs come late or never.
 *
 * Metadata is told to the owner whatever becomes of the request that brought it: 400, 415, 422,
 * 488, 491, 500 and 503 refuse the offer beside it. A client that then sends both again brings the
 * document twice, which changes nothing but how often it was said. What came behind a later request
 * (a lower CSeq, 500) is told as that. A request that is refused before its dialog is looked at
 * (420, and 400 for what is no sound request) is not read.
 */
#ifndef RECORDER_SIP_SERVER_H
#define RECORDER_SIP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "body/deviation.h"
#include "body/multipart.h"
#include "body/sdp.h"
#include "body/siprec_metadata.h"

enum { SIP_LISTENS_MAX = 8 };

struct sip_server;
struct sip_call;

/* Why a call ended, for the recording's record. */
enum sip_call_end {
    SIP_CALL_BYE,       /* the client said BYE */
    SIP_CALL_CANCELLED, /* CANCEL before our final answer */
    SIP_CALL_NO_ACK,    /* our 200 was never acknowledged */
    SIP_CALL_REFUSED,   /* sip_call_reject was called */
    SIP_CALL_EXPIRED,   /* its session timer ran out, or its client does not know it any more */
    SIP_CALL_SHUTDOWN,  /* sip_server_destroy was called */
};

/* How a message shows that its session is a recording session (RFC 7866 section 6.2); bits. */
enum sip_siprec {
    SIP_SIPREC_REQUIRED = 1,  /* Require: siprec */
    SIP_SIPREC_FEATURE = 2,   /* +sip.src in Contact; also ;src, also inside the URI */
    SIP_SIPREC_METADATA = 4,  /* a metadata part, or a part for the recording session */
    SIP_SIPREC_SUPPORTED = 8, /* Supported: siprec */
};

/* The message that brought it. */
enum sip_call_message {
    SIP_CALL_INVITE,
    SIP_CALL_REINVITE,
    SIP_CALL_UPDATE,
    SIP_CALL_ACK,
    SIP_CALL_RESPONSE, /* to a request of ours */
    SIP_CALL_PRACK,
    SIP_CALL_FAREWELL, /* its BYE */
    SIP_CALL_TIMER,    /* none: a deadline passed and the call goes on; brings deviations alone */
};

/** "INVITE", "re-INVITE", "UPDATE", "ACK", "response", "PRACK", "BYE", "timer"; a static string. */
const char *sip_call_message_name(enum sip_call_message message);

enum sip_transport { SIP_OVER_UDP, SIP_OVER_TCP, SIP_OVER_TLS };

/* What one message of a call brought. All borrowed for the handler's time. */
struct sip_call_offer {
    enum sip_call_message message;
    enum sip_transport transport;      /* of this message; its answer goes by the same */
    const struct sdp_description *sdp; /* NULL where it carried none that is read */
    const struct siprec_metadata
        *metadata;                  /* this document alone; NULL where none, or unreadable */
    struct text_span metadata_xml;  /* raw bytes, empty where none */
    struct text_span metadata_type; /* its Content-Type, "application/rs-metadata+xml" */
    const char *metadata_fault;     /* why it was not readable, NULL otherwise */
    const char *from; /* the whole From value, of a re-INVITE or UPDATE where it is another than the
                         one before; else NULL */
    unsigned siprec;  /* bits of enum sip_siprec */
    uint64_t deviations; /* a set (deviation.h), all parts */
    bool late;           /* a request that was sent later came before: to be kept, and no news */
};

/* Who sent a request, as far as its transport tells. */
struct sip_peer {
    struct sockaddr_storage address;
    enum sip_transport transport;
    /* of a verified client certificate, "" where none was shown: subject's common name and SHA-256
     * fingerprint, 64 lower-case hex digits */
    const char *certificate_name;
    const char *certificate_fingerprint;
};

/* Identity of a call; fixed for its life, borrowed from it. */
struct sip_call_identity {
    const char *call_id;
    const char *from_uri; /* addr-spec of From */
    const char *to_uri;
    const char *from;              /* the whole From value, with display name and parameters */
    const char *to;                /* the whole To value */
    const char *asserted;          /* first P-Asserted-Identity (RFC 3325), "" where none */
    const char *session_id;        /* Session-ID (RFC 7989), whole value, "" where none */
    const char *user_agent;        /* "" where none */
    struct sip_peer peer;          /* where the INVITE came from */
    struct sockaddr_storage local; /* our address that faces it; port is the SIP port */
};

/* Whether a request is let in. */
struct sip_admission {
    unsigned code;          /* 0: go on; else answer this, 4xx-6xx, without keeping anything */
    const char *reason;     /* static */
    unsigned retry_after_s; /* 0: not said */
};

/* What a request's sender is to the call that the request names. */
enum sip_standing {
    SIP_STANDING_OWN,      /* whoever began the call: the request is taken */
    SIP_STANDING_OTHER,    /* a client, but not of that call: 481, as where there is no such call */
    SIP_STANDING_STRANGER, /* nobody's client: 403, as to all that he asks for */
};

/* What an INFO within a call asks (info.h). */
enum sip_info_kind {
    SIP_INFO_NOTHING, /* never told */
    SIP_INFO_PAUSE,   /* keep nothing of what comes from now on */
    SIP_INFO_RESUME,
    SIP_INFO_DIGIT, /* somebody pressed it */
};

struct sip_call_info {
    enum sip_info_kind kind;
    char digit; /* of SIP_INFO_DIGIT: 0-9, *, #, A-D. Not to be logged or kept */
};

/*
 * Handlers, all on the server's thread. After `invite` the call waits: the owner answers, now or
 * later, with exactly one of sip_call_accept and sip_call_reject. 100 Trying is sent at once.
 */
struct sip_server_handler {
    void *context;

    /*
     * A request outside of a dialog came; asked before anything is kept of it, for INVITE (before
     * its body is read) and OPTIONS. Where nobody is let in any more: 503 with Retry-After, so that
     * the client turns to another recorder.
     */
    struct sip_admission (*admit)(void *context, const struct sip_peer *peer, const char *method);

    /*
     * A request came that names a call by its tags (ACK among them), or a CANCEL: what is its
     * sender to that call? Call-ID and tags are no secret, and prove nothing. Neither answer to the
     * others tells whether there is such a call, and their ACK is dropped; nothing of what they
     * send is looked at.
     *
     * call_context  that of the call; NULL where there is none: then never SIP_STANDING_OWN.
     *
     * NULL: whoever names a call may change it.
     */
    enum sip_standing (*standing)(void *context, void *call_context, const struct sip_peer *peer,
                                  const char *method);

    /*
     * A new call. offer->sdp is NULL where the INVITE carries no description: the owner then fills
     * the description that it gives to sip_call_accept as an offer. Set *call_context; it comes
     * back below.
     */
    void (*invite)(void *context, struct sip_call *call, const struct sip_call_offer *offer,
                   void **call_context);

    /*
     * A message within a call that brought a description, metadata, a deviation or another From.
     * Before the call is accepted that is an UPDATE without an offer, a PRACK, or what a refused
     * request brought. Of several documents in one body each behind the first is told here for
     * itself, those of the INVITE, too. No call is answered or refused within it.
     *
     * Where the message is a re-INVITE or an UPDATE with a description, fill *local as the answer.
     * Where it is a re-INVITE without one, fill *local as our offer: the session as it is. Else
     * local is NULL: metadata alone (UPDATE, ACK, response, PRACK, BYE, or a re-INVITE or UPDATE
     * that was refused), or an answer to our offer (ACK; a response to the re-INVITE by which the
     * server refreshes the session, with the description sent last).
     *
     * session_id and session_version are the server's, and so is the address where left AF_UNSPEC.
     *
     * Told with neither description nor metadata, local NULL:
     * - SIP_CALL_ACK with NO_ANSWER_IN_ACK: our offer was not answered, and the call goes on;
     * - SIP_CALL_TIMER with TIMER_IGNORED or NO_ACK, once each: the call goes on as audio comes.
     *
     * STATUS_OK (200), STATUS_UNSUPPORTED (488) or STATUS_FULL (503); after the latter two the
     * session goes on as before (RFC 3261 section 14.2). Looked at only where local is not NULL.
     */
    enum status (*update)(void *context, void *call_context, const struct sip_call_offer *offer,
                          struct sdp_local *local);

    /*
     * An INFO came that asks for something; also before the call is accepted.
     *
     * STATUS_OK (200): what arrives from now on is treated as it asks. STATUS_NOMEM and others
     * (500): nothing changed.
     *
     * NULL: INFO is not taken, 405.
     */
    enum status (*info)(void *context, void *call_context, const struct sip_call_info *info);

    /*
     * The session timer of a call has run out, its client does not know it any more (481), or never
     * acknowledged our 200. Return whether audio still comes: the call then goes on, and is asked
     * about again after SIP_CALL_ALIVE_AGAIN_S; else it ends with SIP_CALL_EXPIRED
     * (SIP_CALL_NO_ACK).
     *
     * A refresh of ours that is not answered does not end a call by itself: it is asked when the
     * session's interval is over. And a client that does no session timers has promised nothing:
     * its call ends when neither audio nor any message came for a whole interval.
     */
    bool (*alive)(void *context, void *call_context);

    /* The call is over and `call` is freed after the return; also for rejected and cancelled ones.
     */
    void (*end)(void *context, void *call_context, enum sip_call_end why);
};

enum { SIP_CALL_ALIVE_AGAIN_S = 10 };

/* Session timers (RFC 4028). */
struct sip_timer_options {
    unsigned min_se_s; /* smaller ones are answered 422; 0: 90, the least that is allowed */
    unsigned session_expires_s; /* what we ask for where the client asks for nothing; 0: 1800 */
    unsigned second_ms;         /* how long its seconds last, for tests; 0: 1000 */
};

/* TLS (RFC 3261 section 26.3.1, RFC 7866 section 12.1); a server has one certificate. */
struct sip_tls_options {
    const char *certificate; /* PEM file: our chain, then the key, or key in its own file */
    const char *key;         /* PEM file; NULL or "": in certificate */
    const char
        *client_ca; /* PEM file of those who sign clients; NULL or "": none is asked for one */
    bool client_required; /* a client without a certificate that verifies is not let in */
};

struct sip_server_options {
    struct sockaddr_storage listen[SIP_LISTENS_MAX]; /* each on UDP and TCP */
    size_t listens;
    struct sockaddr_storage listen_tls[SIP_LISTENS_MAX];
    size_t listens_tls;
    struct sip_tls_options tls; /* where listens_tls > 0; borrowed for sip_server_create */
    const char *software;       /* Server header; borrowed for the server's life */
    unsigned calls_max;         /* more INVITEs are answered 503 */
    unsigned retry_after_s;     /* of a 503 */
    unsigned t1_ms;             /* timer T1 of our own retransmissions; 0: 500 (RFC 3261 17.1.1.1);
                                   T2 is 8 times it, an ACK and the rest of
                                   a message on a connection are waited for 64 times it */
    struct sip_timer_options timer;
    struct sip_server_handler handler;
};

/**
 * A certificate or CA was renewed: read the files, for connections that begin from now on. Calls
 * and connections go on.
 *
 * STATUS_OK, or the old ones are still used: STATUS_IO (a file cannot be read), STATUS_INVALID (a
 * file has not what it should, the key is not the certificate's, or the server has no listen_tls),
 * STATUS_NOMEM.
 */
enum status sip_server_reload_tls(struct sip_server *server, const struct sip_tls_options *tls,
                                  struct fault *fault) MUST_CHECK;

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

/**
 * Where sip_server_run has failed: wait until something is posted, at most for wait_ms, and run
 * what was posted. Nothing is received meanwhile. On the server's thread.
 */
void sip_server_run_posted(struct sip_server *server, int wait_ms);

/** From any thread, also from a signal handler's thread: make sip_server_run return soon. */
void sip_server_stop(struct sip_server *server);

/**
 * From any thread: have function(arg) called on the server's thread, in order of posting.
 *
 * STATUS_OK, or STATUS_NOMEM / STATUS_IO and it will not be called.
 */
enum status sip_server_post(struct sip_server *server, void (*function)(void *arg),
                            void *arg) MUST_CHECK;

/* A letter that its sender embeds in what it is about; zeroed before it is posted first. */
struct sip_letter {
    struct sip_letter *next;
    void (*function)(void *arg);
    void *arg;
    bool owned; /* the server's own, freed by it */
};

/**
 * As sip_server_post, without memory: it cannot fail, so what must not be lost goes by it.
 *
 * letter  function and arg set by the caller; the server's until function is called, which may post
 *         or free it again.
 */
void sip_server_post_letter(struct sip_server *server, struct sip_letter *letter);

/**
 * On the server's thread: call function(arg) once after delay_ms; replaces an earlier one that has
 * not fired. One such timer per server.
 */
void sip_server_after(struct sip_server *server, unsigned delay_ms, void (*function)(void *arg),
                      void *arg);

/** Where the server listens for UDP and TCP, the first of options.listen with its bound port;
 * AF_UNSPEC: nowhere. */
struct sockaddr_storage sip_server_address(const struct sip_server *server);

/** Where it listens for TLS, the first of options.listen_tls with its bound port; AF_UNSPEC:
 * nowhere. */
struct sockaddr_storage sip_server_tls_address(const struct sip_server *server);

/** Calls between INVITE and end. */
unsigned sip_server_calls(const struct sip_server *server);

/** Identity, borrowed until the call ends. */
const struct sip_call_identity *sip_call_identity(const struct sip_call *call);

/**
 * Answer 200 with a description: an answer to the call's offer, or, where its INVITE had none, our
 * offer. Its session_id and session_version are set by the server, and so is its address where it
 * is AF_UNSPEC: to the one that faces the client.
 *
 * STATUS_OK        sent; retransmitted until ACK.
 * STATUS_CONFLICT  the call was answered or has ended before.
 * STATUS_NOMEM, STATUS_LIMIT  nothing was sent; the call still waits for its answer.
 */
enum status sip_call_accept(struct sip_call *call, const struct sdp_local *local) MUST_CHECK;

/**
 * Ask an accepted call's client for all of its metadata, by UPDATE (RFC 7866 section 9.2); where
 * its Allow leaves UPDATE out, or it has refused the method, nothing is sent. One that is under way
 * is not sent again. What comes of it comes through handler.update.
 *
 * reason  for the document, plain text; NULL: none.
 */
void sip_call_request_snapshot(struct sip_call *call, const char *reason);

/**
 * Answer 3xx-6xx. retry_after_s > 0 adds Retry-After. handler.end follows, with SIP_CALL_REFUSED,
 * before this returns; the call is then gone. Does nothing to a call that was answered.
 */
void sip_call_reject(struct sip_call *call, unsigned code, const char *reason,
                     unsigned retry_after_s);

#endif
