/**
 * problem: what can go wrong with a request, as problem documents (RFC 9457). Pure.
 *
 * The kinds are part of the interface (openapi.yaml): programs tell them apart by `type`, which is
 * "/problems/" and the name below.
 */
#ifndef RECORDER_WEB_API_PROBLEM_H
#define RECORDER_WEB_API_PROBLEM_H

#include <jansson.h>

/* kind, HTTP status, name, title */
#define PROBLEM_LIST(X)                                                                            \
    X(BAD_PARAMETER, 400, "bad-parameter", "A parameter is not valid")                             \
    X(BAD_BODY, 400, "bad-body", "The request body is not valid")                                  \
    X(NOT_SIGNED_IN, 401, "not-signed-in", "Sign in first")                                        \
    X(SIGN_IN_FAILED, 401, "sign-in-failed", "Customer number or PIN is wrong")                    \
    X(FOREIGN_ORIGIN, 403, "foreign-origin", "The request comes from another site")                \
    X(NO_ROUTE, 404, "not-found", "There is nothing at this address")                              \
    X(NO_RECORDING, 404, "no-recording", "There is no such recording")                             \
    X(NO_AUDIO, 404, "no-audio", "This recording has no audio")                                    \
    X(NO_LEG, 404, "no-leg", "This recording has no such leg alone")                               \
    X(NO_PEAKS, 404, "no-peaks", "This recording has no waveform")                                 \
    X(WRONG_METHOD, 405, "wrong-method", "This address does not take that method")                 \
    X(IN_PROGRESS, 409, "recording-in-progress", "The call is still being recorded")               \
    X(NOT_IN_PROGRESS, 409, "recording-not-in-progress", "The call is not being recorded")         \
    X(KEY_GONE, 410, "recording-key-gone", "The key of this recording no longer exists here")      \
    X(TAG_DIFFERS, 412, "precondition-failed", "The audio is not the one that was asked for")      \
    X(BODY_TOO_LARGE, 413, "body-too-large", "The request body is too large")                      \
    X(WRONG_MEDIA_TYPE, 415, "wrong-media-type", "The request body must be application/json")      \
    X(NO_SUCH_RANGE, 416, "range-not-satisfiable", "The audio has no such range")                  \
    X(TOO_MANY_ATTEMPTS, 429, "too-many-attempts", "Too many failed attempts; wait, then retry")   \
    X(TOO_MANY_OPEN, 429, "too-many-requests", "Too many requests of this call wait already")      \
    X(DAMAGED, 500, "recording-damaged", "The stored recording is damaged and is not played")      \
    X(INTERNAL, 500, "internal", "The server failed")                                              \
    X(OVERLOADED, 503, "busy", "The server is busy; retry shortly")                                \
    X(MASTER_KEY_OLD, 503, "master-key-replaced",                                                  \
      "The server's master key was replaced; its operator must give it the new one")               \
    X(NOT_TAKEN, 504, "not-taken", "The recorder did not take it: nothing changed")                \
    X(NOT_CONFIRMED, 504, "not-confirmed", "The recorder has not confirmed it: it may yet happen")

enum problem_kind {
#define PROBLEM_ENUM(kind, status, name, title) PROBLEM_##kind,
    PROBLEM_LIST(PROBLEM_ENUM)
#undef PROBLEM_ENUM
};

/** HTTP status of a kind. */
unsigned problem_status(enum problem_kind kind);

/**
 * The document of a kind.
 *
 * detail     one sentence for a person, or NULL.
 * parameter  name of the parameter at fault, or NULL.
 *
 * Returns a new reference, NULL where memory is out or a text is not UTF-8.
 */
json_t *problem_document(enum problem_kind kind, const char *detail, const char *parameter);

#endif
