/**
 * support: a real server on loopback in a thread of its own, and a small client over raw sockets.
 *
 * The owner's side answers as `struct stage` says; what happened is counted there. All fields but
 * those above `lock` are read and written under it; stage_wait_* waits for a count.
 */
#ifndef RECORDER_TESTS_SIP_SUPPORT_H
#define RECORDER_TESTS_SIP_SUPPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "sip/server.h"

enum stage_answer { STAGE_ACCEPT, STAGE_REJECT, STAGE_LATER };

enum { STAGE_TEXT_BYTES = 256, CLIENT_BYTES = 140000 };

struct stage {
    /* set before stage_start */
    const char *listen; /* "127.0.0.1:0" where NULL */
    unsigned t1_ms;     /* 20 where 0 */
    unsigned calls_max; /* 100 where 0 */
    struct sip_timer_options timer;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct sip_server *server;
    struct sockaddr_storage address;
    bool started;

    /* how the owner behaves */
    struct sip_admission admission;
    enum sip_standing standing; /* of whoever sends within a call */
    enum stage_answer answer;
    bool told_to_stop; /* by the test: the server may be gone before stage_stop */
    bool snapshot_at_update;
    enum status update_status;
    enum status info_status;
    bool alive; /* audio comes */

    /* what happened */
    unsigned invites;
    unsigned updates;
    unsigned infos;
    unsigned ends;
    unsigned asked; /* to let somebody in */
    unsigned asked_alive;
    unsigned calls_after_end;
    struct sip_call_info info; /* the last */
    enum sip_call_end why;
    struct sip_call *call;
    char asked_method[16];
    /* of the last offer */
    enum sip_call_message message;
    bool had_sdp;
    bool had_metadata;
    bool had_local; /* there was a description of ours to fill */
    unsigned siprec;
    uint64_t deviations;
    size_t media_lines;
    size_t xml_bytes;
    size_t all_xml_bytes; /* of all messages together */
    size_t participants;
    char metadata_fault[STAGE_TEXT_BYTES];
    char metadata_type[STAGE_TEXT_BYTES];
    bool late;
    char changed_from[STAGE_TEXT_BYTES];
    /* of the last INVITE */
    char from_uri[STAGE_TEXT_BYTES];
    char from[STAGE_TEXT_BYTES];
    char to[STAGE_TEXT_BYTES];
    char asserted[STAGE_TEXT_BYTES];
    char session_id[STAGE_TEXT_BYTES];
    char user_agent[STAGE_TEXT_BYTES];
    struct sockaddr_storage local;
    struct sockaddr_storage source;
    enum sip_transport transport;
};

void stage_start(struct stage *stage);

/* Stops and destroys the server; also fails the test where a call was not ended. */
void stage_stop(struct stage *stage);

/* Have a function run on the server's thread and wait for it. */
void stage_do(struct stage *stage, void (*function)(struct stage *stage));

/* For stage_do: the server ends the last call, as it does at its own end. */
void stage_hang_up(struct stage *stage);

/* Wait at most 10 s for a counter of the stage to reach a number. */
void stage_wait(struct stage *stage, const unsigned *counter, unsigned number);

/* Calls of the server, asked on its thread. */
unsigned stage_calls(struct stage *stage);

struct client {
    struct stage *stage;
    int fd;
    bool tcp;
    char host[64];   /* its own address and port */
    char server[64]; /* the server's */
    char input[CLIENT_BYTES];
    size_t input_bytes;
    char message[CLIENT_BYTES]; /* the last one received, terminated */
    char to_tag[64];            /* of the last final answer that had one */
    char answered[256];         /* Via of the last request that was answered */
};

/* On the heap; freed by client_close. */
struct client *client_open(struct stage *stage, bool tcp);
void client_close(struct client *client);
void client_send(struct client *client, const char *text, size_t bytes);

/*
 * The next message, NULL after timeout_ms or when a TCP connection has closed. What the stage
 * counted before that message was sent can be read without its lock afterwards.
 */
const char *client_receive(struct client *client, int timeout_ms);

/* The next message that is not 100 Trying; its start must be "SIP/2.0 CODE". */
const char *client_expect(struct client *client, int code);

/*
 * The next message that is a request; its start must be METHOD. Answers are skipped, and
 * repetitions of the request that was answered last.
 */
const char *client_expect_request(struct client *client, const char *method);

/*
 * Answer the request that came last.
 *
 * headers  more header lines, with Content-Type where there is a body; NULL: none.
 */
void client_answer(struct client *client, int code, const char *headers, const char *body);

/* Take all that is there and comes within timeout_ms. */
void client_drain(struct client *client, int timeout_ms);

/* Fails the test if anything comes within timeout_ms. */
void client_expect_nothing(struct client *client, int timeout_ms);

/* Whether a TCP peer has closed, within 5 s. */
bool client_is_closed(struct client *client);

struct request {
    const char *method;
    const char *call_id;
    const char *branch;  /* after the cookie; NULL: made of call_id, cseq and method */
    const char *to_tag;  /* NULL: none */
    unsigned cseq;       /* 0: 1 */
    const char *from;    /* address; NULL: "SRC" <sip:src@example.net> */
    const char *headers; /* more header lines */
    const char *contact; /* header line; NULL: the client's; "" for none */
    const char *type;    /* NULL: no Content-Type */
    const char *body;    /* NULL: none */
    size_t length_extra; /* added to the Content-Length that is told */
};

/* Write the request into text, which has CLIENT_BYTES; returns its length. */
size_t request_write(const struct client *client, const struct request *request, char *text);

/* Write and send. */
void request_send(struct client *client, const struct request *request);

/* Whether a message has a part; fails the test where not. */
void assert_has(const char *message, const char *part);
void assert_has_not(const char *message, const char *part);

/* An INVITE with SIPREC_BODY, answered and acknowledged; the client's to_tag is set. */
void call_establish(struct client *client, const char *call_id);

/* Start the stage and a client whose call "dialog" is established; nothing is left to be read. */
struct client *dialog_begin(struct stage *stage, bool tcp);

/* Close the client and stop the stage. */
void dialog_finish(struct stage *stage, struct client *client);

/* Value of a header in the client's last message, copied into value; "" where none. */
void header_value(const struct client *client, const char *name, char *value, size_t value_bytes);

extern const char SDP[];
extern const char METADATA[];
extern const char SIPREC_TYPE[];
extern const char SIPREC_BODY[];

#endif
