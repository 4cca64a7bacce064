/**
 * support_tls: certificates made for one test, a server that listens for TLS in a thread of its
 * own, and a client that is OpenSSL's.
 */
#ifndef RECORDER_TESTS_SIP_SUPPORT_TLS_H
#define RECORDER_TESTS_SIP_SUPPORT_TLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "sip/server.h"

enum { TLS_PATH_BYTES = 300, TLS_HEX_BYTES = 65, TLS_SEEN_MAX = 64, TLS_INPUT_BYTES = 70000 };

/* A directory with what the tests of one program need; made once. */
struct tls_files {
    char folder[TLS_PATH_BYTES / 2];
    EVP_PKEY *authority_key;
    X509 *authority;
};

struct tls_certificate_options {
    const char *file;         /* "name.pem", in the folder: certificate, then key */
    const char *common_name;  /* subject; NULL: none */
    size_t common_name_bytes; /* 0: up to its zero */
    long from_s;              /* valid from now plus this */
    long to_s;                /* 0: an hour */
    bool other_authority;     /* signed by itself */
    const char *usage;        /* extendedKeyUsage, "clientAuth"; NULL: none */
    bool rsa;                 /* the key is RSA, else P-256 */
};

/* Makes folder, authority and "ca.pem". */
void tls_files_make(struct tls_files *files);
void tls_files_remove(struct tls_files *files);

/* Path of a file in the folder, written to path. */
const char *tls_path(const struct tls_files *files, const char *file, char *path);

/* Makes a certificate; its SHA-256 fingerprint in hex goes to fingerprint, which may be NULL. */
void tls_certificate(const struct tls_files *files, const struct tls_certificate_options *options,
                     char *fingerprint);

/* What the server was told of who asked. */
struct tls_seen {
    enum sip_transport transport;
    struct sockaddr_storage address;
    char name[256];
    char fingerprint[TLS_HEX_BYTES];
};

struct tls_stage {
    /* set before tls_stage_start */
    const char *listen_tls; /* "127.0.0.1:0" where NULL */
    unsigned t1_ms;         /* 100 where 0 */
    bool tls_only;          /* no UDP, no TCP */
    struct sip_tls_options options;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct sip_server *server;
    struct sockaddr_storage address;
    bool started;
    struct tls_seen seen[TLS_SEEN_MAX];
    size_t seen_count;
    struct sip_call *call;
    enum status reloaded;
    bool done;
};

void tls_stage_start(struct tls_stage *stage);
void tls_stage_stop(struct tls_stage *stage);

/* What was seen last. */
struct tls_seen tls_stage_last(struct tls_stage *stage);

/* sip_server_reload_tls with stage->options, on the server's thread. */
enum status tls_stage_reload(struct tls_stage *stage);

/* The server ends the last call, as it does at its own end. */
void tls_stage_hang_up(struct tls_stage *stage);

struct tls_client_options {
    const char *certificate; /* path; NULL: shows none */
    const char *authority;   /* path: of the server; NULL: not verified */
    int version;             /* TLS1_2_VERSION, ...; 0: as both like */
    const char *ciphers;     /* that it knows; NULL: OpenSSL's */
};

struct tls_client {
    SSL_CTX *context;
    SSL *connection;
    int fd;
    bool up; /* the handshake went through, for the client */
    char host[64];
    char input[TLS_INPUT_BYTES];
    size_t input_bytes;
};

struct tls_client *tls_client_open(const struct tls_stage *stage,
                                   const struct tls_client_options *options);
void tls_client_close(struct tls_client *client);
void tls_client_send(struct tls_client *client, const char *text, size_t bytes);

/* The next message, which lives until the next call; NULL where the connection ends, or after 5 s.
 */
const char *tls_client_receive(struct tls_client *client);

/* An OPTIONS request in text, which has bytes; returns its length. */
size_t tls_options_write(const struct tls_client *client, const char *call_id, char *text,
                         size_t bytes);

/* Sends one and returns whether it was answered with 200. */
bool tls_client_asks(struct tls_client *client, const char *call_id);

#endif
