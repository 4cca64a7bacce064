/**
 * context: what every command of recorderctl works with, and how one says that it failed.
 *
 * One thread. What is opened lazily stays open until context_deinit.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_CONTEXT_H
#define RECORDER_TOOLS_RECORDERCTL_CONTEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/bounds.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"
#include "storage/seal/keys.h"

/* What recorderctl exits with; `recorderctl --help` says the same. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_BAD = 1,     /* it ran, and found something bad */
    EXIT_USAGE = 2,   /* wrong usage, or a value out of its range */
    EXIT_MISSING = 3, /* no such object */
    EXIT_REFUSED = 4, /* exists already, or not possible in the present state */
    EXIT_SYSTEM = 5,  /* I/O, keys, configuration */
};

struct context {
    const char *config_path;
    bool json;
    FILE *out;
    FILE *err;
    const char *command; /* "customer add", for error lines */
    struct config *config;
    struct index *index;
    struct private_keys *private_keys;
    struct public_keys *public_keys;
};

/** Close all that was opened. */
void context_deinit(struct context *context);

/**
 * Print the one line of a failure: "recorderctl: COMMAND: why; what to do". Control characters in
 * it become spaces. Returns code, so that `return context_fail(...)` is one line.
 */
enum exit_code context_fail(const struct context *context, enum exit_code code, const char *why,
                            const char *what_to_do);

/**
 * The same for a status and its fault. The exit code follows the status.
 *
 * what_to_do  NULL: what fits the status.
 */
enum exit_code context_fail_status(const struct context *context, enum status status,
                                   const struct fault *fault, const char *what_to_do);

/** Read the configuration, unless it was. On failure the line is printed. */
enum exit_code context_need_config(struct context *context) MUST_CHECK;

/** Open configuration and index, unless they are. On failure the line is printed. */
enum exit_code context_need_index(struct context *context) MUST_CHECK;

/** Open configuration, index and both halves of the keys, unless they are. On failure the line is
 *  printed. */
enum exit_code context_need_keys(struct context *context) MUST_CHECK;

/** Read the configuration, and see that the master key is there if it is a credential, which
 * systemd gives to services alone. On failure the line is printed, with how to run the command. */
enum exit_code context_need_credential(struct context *context) MUST_CHECK;

/** Path of something below the store, "<store>/<leaf>". STATUS_LIMIT where it does not fit. Of a
 *  recording's file: recording_file_path. */
enum status context_store_path(const struct context *context, const char *leaf,
                               char path[static BOUND_PATH_BYTES], struct fault *fault) MUST_CHECK;

enum { CONTEXT_ACTOR_BYTES = 96 };

/** Who works with this command, as the audit log has it: "operator:<login name>". */
void context_actor(char actor[static CONTEXT_ACTOR_BYTES]);

/**
 * Append to the audit log who did what: "operator:<login name>".
 *
 * recording     NULL where none.
 * owned_detail  JSON object, or NULL where there is none to tell; consumed.
 */
enum status context_audit(struct context *context, const char *action, const struct uuid *recording,
                          json_t *owned_detail, struct fault *fault) MUST_CHECK;

#endif
