/**
 * status: the one list of outcomes.
 *
 * Every fallible function returns one of these; errno, SQLite, Opus and libre codes end at the
 * adapter that met them. The cause in words, where there is one to tell, travels in a struct fault.
 */
#ifndef RECORDER_BASE_STATUS_H
#define RECORDER_BASE_STATUS_H

#define MUST_CHECK __attribute__((warn_unused_result))

/* name, what it means to the caller */
#define STATUS_LIST(X)                                                                             \
    X(OK, "done")                                                                                  \
    X(NOMEM, "out of memory; nothing changed")                                                     \
    X(INVALID, "input that breaks its format or range; nothing changed")                           \
    X(LIMIT, "a named maximum would be passed; nothing changed")                                   \
    X(NOT_FOUND, "no such object")                                                                 \
    X(EXISTS, "an object of that name is already there")                                           \
    X(DENIED, "not permitted")                                                                     \
    X(BUSY, "in use by another; try again")                                                        \
    X(IO, "the operating system failed a call; see the fault")                                     \
    X(FULL, "no space, no port or no capacity left")                                               \
    X(CORRUPT, "stored bytes fail authentication or break their layout")                           \
    X(NO_KEY, "no key here opens it")                                                              \
    X(VERSION, "written by a newer program")                                                       \
    X(LATE, "came after its place was already written")                                            \
    X(DUPLICATE, "seen before")                                                                    \
    X(UNSUPPORTED, "well formed, but not something this program does")                             \
    X(CONFLICT, "not possible in the present state")                                               \
    X(END, "nothing more to read")

enum status {
#define STATUS_ENUM(name, text) STATUS_##name,
    STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
};

/**
 * Name of a status as written above, "OK", "NOMEM", ...; a static string, never NULL.
 */
const char *status_name(enum status status);

/**
 * What a status means, one phrase; a static string, never NULL.
 */
const char *status_text(enum status status);

#endif
