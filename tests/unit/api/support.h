/**
 * support: a store in a temporary directory, a server over it on loopback, and a small HTTP client
 * that sends exactly the bytes it is given.
 */
#ifndef RECORDER_TESTS_API_SUPPORT_H
#define RECORDER_TESTS_API_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/uuid.h"
#include "storage/index/recordings.h"
#include "web/api/service.h"

#define FIXTURE_PIN "31415926"

enum { FIXTURE_PATH_BYTES = 128, REPLY_HEAD_BYTES = 8192 };

/* One customer's side of the store. */
struct fixture_customer {
    struct uuid id;
    char number[32];
    char cookie[160]; /* "Cookie: ...\r\n" once signed in */
};

struct fixture {
    char directory[FIXTURE_PATH_BYTES];
    char index_path[FIXTURE_PATH_BYTES + 16];
    struct config config;
    struct service *service;
    uint16_t port;
    struct fixture_customer own;
    struct fixture_customer other;
    /* of the files that are made from now on */
    bool old_peaks; /* by leg alone, as older files have them */
    bool leg_peaks; /* by leg too, greater by 10 than those of sides */
    bool one_side;  /* both legs are on the left */
};

/* A whole answer. */
struct reply {
    int status; /* 0: the connection was closed before a status line */
    char head[REPLY_HEAD_BYTES];
    uint8_t *body;
    size_t body_bytes;
    bool cut; /* closed before Content-Length bytes were there */
};

/** cmocka setup: a fixture with two customers and a running server. */
int fixture_set_up(void **state);

/** cmocka teardown: stops the server and removes the directory. */
int fixture_tear_down(void **state);

/** Start the server of a fixture; stop it first if it runs. */
void fixture_restart(struct fixture *fixture);

/**
 * Put a sealed recording into the store, of audio_bytes bytes that fixture_audio tells.
 * pixels of waveform, 2 legs; 0: none.
 */
struct uuid fixture_record(struct fixture *fixture, const struct fixture_customer *customer,
                           wall_time started, size_t audio_bytes, size_t pixels);

/** Insert a row of a call in progress. */
struct uuid fixture_ring(struct fixture *fixture, const struct fixture_customer *customer,
                         wall_time started);

/** As fixture_ring, of a call that belongs to the conversation of those with the same reference. */
struct uuid fixture_ring_on(struct fixture *fixture, const struct fixture_customer *customer,
                            wall_time started, const char *call_reference);

/** The byte at a position of every fixture's audio. */
uint8_t fixture_audio(size_t position);

/** Path of a recording's file. */
void fixture_path(const struct fixture *fixture, struct uuid id, wall_time started, char *path,
                  size_t path_bytes);

/** Change one byte of a file, keeping its length. */
void fixture_flip(const char *path, long position);

/** Count audit entries of an action; copies the last one's detail where detail is not NULL. */
unsigned fixture_audit(const struct fixture *fixture, const char *action, char *detail,
                       size_t detail_bytes);

/** Put every recording of every customer into one conversation, as no program of ours would. */
void fixture_mix(const struct fixture *fixture, struct uuid conversation);

/** Run SQL on a connection of its own, as an intruder would who may write the index. */
void fixture_sql(const struct fixture *fixture, const char *sql);

/** Let the database refuse every further audit entry. */
void fixture_deny_audit(const struct fixture *fixture);

/** Sign a customer in and keep the cookie. */
void fixture_sign_in(struct fixture *fixture, struct fixture_customer *customer);

/**
 * One request on a connection of its own.
 *
 * fields  further header lines, each ended by CRLF, or "".
 * body    or NULL; Content-Length is added.
 *
 * The reply's body is freed by reply_free.
 */
struct reply http_send(const struct fixture *fixture, const char *method, const char *target,
                       const char *fields, const char *body);

/** GET with the customer's cookie and further fields. */
struct reply http_get(const struct fixture *fixture, const struct fixture_customer *customer,
                      const char *fields, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Connect to the server; the caller closes. */
int http_connect(const struct fixture *fixture);

/** Read one reply; head_only: the request was HEAD. */
struct reply http_read(int connection, bool head_only);

/** Value of a reply's header field, or NULL; in a buffer of the caller. */
const char *reply_field(const struct reply *reply, const char *name, char *value,
                        size_t value_bytes);

/** Free the body. */
void reply_free(struct reply *reply);

/* One recording of a fixture's customer. */
struct subject {
    struct uuid uuid;
    wall_time started;
    char id[UUID_TEXT_BYTES];
};

/** A sealed recording of now, as fixture_record. */
struct subject record(struct fixture *fixture, struct fixture_customer *customer,
                      size_t audio_bytes, size_t pixels);

/** The own customer signed in, with a recording. */
struct subject signed_in(struct fixture *fixture, size_t audio_bytes);

/** Ask for a recording (leaf "") or what is below it ("/facts"), with the own cookie. */
struct reply describe(struct fixture *fixture, const struct subject *subject, const char *method,
                      const char *fields, const char *leaf);

/** GET its audio, with the own cookie. */
struct reply hear(struct fixture *fixture, const struct subject *subject, const char *fields);

/** The reply is a problem document of that name; frees it. */
void expect_problem(struct reply reply, int status, const char *type);

/** The reply has that field. */
void expect_field(const struct reply *reply, const char *name, const char *wanted);

/** The reply's body is that stretch of a fixture's audio, whole. */
void expect_audio(const struct reply *reply, size_t first, size_t count);

#endif
