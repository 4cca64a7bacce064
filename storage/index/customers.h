/**
 * customers: customers, their numbers, the sources that call us, and whose a call is.
 *
 * Numbers are compared by digits alone: "+45 88 30 30 80", "004588303080" and "4588303080" are the
 * same; number_digits is the one place that says so.
 */
#ifndef RECORDER_STORAGE_INDEX_CUSTOMERS_H
#define RECORDER_STORAGE_INDEX_CUSTOMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"
#include "storage/index/recordings.h"
#include "storage/seal/sign_in.h"

#define CUSTOMER_UNASSIGNED "unassigned"

enum {
    SOURCE_NAME_BYTES = 64,
    SOURCE_CERTIFICATE_BYTES = 128,
    SOURCE_LIMIT_MAX = 100000,
    SOURCE_CHANNELS_MAX = 8,
};

struct customer {
    struct uuid id;
    char number[BOUND_NUMBER_BYTES]; /* customer number, what they sign in with */
    char name[BOUND_NAME_BYTES];
    wall_time created;
};

/* Which parties of a call a rule is for: a bit for each. */
enum policy_parties { POLICY_NOBODY, POLICY_CALLER, POLICY_CALLED, POLICY_BOTH };

/* What the Opus encoder is set to (libopus's OPUS_APPLICATION). */
enum policy_encoder { POLICY_LOW_DELAY, POLICY_SPEECH, POLICY_AUDIO };

enum {
    POLICY_PAUSE_S_MAX = 24 * 3600,
    POLICY_BITRATE_MIN = 6000,
    POLICY_BITRATE_MAX = 128000,
    POLICY_COMPLEXITY_MAX = 10,
};

/* How a customer's calls are recorded. All 0 is how they are where nobody said otherwise. */
struct customer_policy {
    enum policy_parties mask; /* whose digits are masked (PCI DSS) */
    unsigned pause_max_s;     /* a pause ends by itself after so long; 0: never;
                                 at most POLICY_PAUSE_S_MAX */
    enum policy_encoder encoder;
    unsigned bitrate;    /* bit/s of each channel, POLICY_BITRATE_MIN.._MAX; 0: as the rate needs */
    unsigned complexity; /* 0..POLICY_COMPLEXITY_MAX: CPU for quality */
};

struct customer_number {
    char customer[BOUND_NUMBER_BYTES];
    char first[BOUND_NUMBER_BYTES]; /* digits */
    char last[BOUND_NUMBER_BYTES];  /* digits, same count as first; equal for a single number */
};

/*
 * A telephone system that may call us. It is known by its network, by its client certificate (TLS),
 * or, where both are set, by both together.
 */
struct source {
    char name[SOURCE_NAME_BYTES];
    struct sockaddr_storage
        address; /* network, port 0; AF_UNSPEC: any, a certificate is then set */
    unsigned prefix_bits;
    char
        certificate[SOURCE_CERTIFICATE_BYTES]; /* "": none is needed; else the subject's common
                                                  name, or "sha256:" and 64 lower-case hex digits */
    char customer[BOUND_NUMBER_BYTES];         /* default customer, "" where none */
    bool plain_calls;   /* calls without SIPREC are recorded too (RFC 3261, forked media) */
    bool plain_keys;    /* SRTP keys are taken from SDP over UDP and TCP too (RFC 4568 section 7) */
    unsigned calls_max; /* recordings at a time; 0: no limit of its own */
    unsigned dialogs_max; /* SIP dialogs at a time, those being set up included; 0: none */
    /* digits, '*' and '#', 2 or more; pressed on a call of its, they pause the recording and resume
     * it; the same: in turns. "" where none. Where they differ neither is a part of the other */
    char pause_code[BOUND_PAUSE_CODE_BYTES];
    char resume_code[BOUND_PAUSE_CODE_BYTES];
    unsigned rate_per_s; /* INVITE and OPTIONS a second, twice that in a burst; 0: none */
    unsigned channels;   /* legs that are heard alone too, in any call of its; at most
                            SOURCE_CHANNELS_MAX; 0: where a call needs it */
};

/** Keep the digits of a number: leading '+' or "00" dropped, separators (space, tab and "-.()/")
 *  dropped. "" where it has a letter or any other sign, or is too long (then it is a name, compared
 *  as it is by nobody). */
void number_digits(const char *number, char digits[static BOUND_NUMBER_BYTES]);

/**
 * Add a customer. id is the caller's; pin is sealed for that id and number, NULL for one who cannot
 * sign in.
 *
 * STATUS_EXISTS, STATUS_INVALID (number empty, not [0-9A-Za-z-]{1,32}, or name empty).
 */
enum status customers_add(struct index *index, const struct customer *customer,
                          const struct sealed_pin *pin, struct fault *fault) MUST_CHECK;

/** Find by customer number. STATUS_NOT_FOUND. */
enum status customers_find(struct index *index, const char *number, struct customer *customer,
                           struct fault *fault) MUST_CHECK;

/** The sealed PIN hash of a customer, zeros where there is none. STATUS_NOT_FOUND. */
enum status customers_pin(struct index *index, const char *number, struct customer *customer,
                          struct sealed_pin *pin, struct fault *fault) MUST_CHECK;

/** Set a new one. STATUS_NOT_FOUND. */
enum status customers_set_pin(struct index *index, const char *number, const struct sealed_pin *pin,
                              struct fault *fault) MUST_CHECK;

/** "nobody", "caller", "called" or "both"; "unknown" of another number; static. */
const char *policy_parties_name(enum policy_parties parties);

/** The parties of such a name. STATUS_OK, STATUS_NOT_FOUND (*parties untouched). */
enum status policy_parties_find(const char *name, enum policy_parties *parties) MUST_CHECK;

/** How a customer's calls are recorded. STATUS_NOT_FOUND. */
enum status customers_policy(struct index *index, const struct uuid *customer,
                             struct customer_policy *policy, struct fault *fault) MUST_CHECK;

/**
 * Set how a customer's calls are recorded, from the next call on.
 *
 * STATUS_NOT_FOUND; STATUS_INVALID (a value out of its range; fault says which).
 */
enum status customers_set_policy(struct index *index, const char *number,
                                 const struct customer_policy *policy,
                                 struct fault *fault) MUST_CHECK;

/** All customers by number, "unassigned" included. */
enum status customers_list(struct index *index,
                           void (*visit)(void *context, const struct customer *customer),
                           void *context, struct fault *fault) MUST_CHECK;

/**
 * Give a customer a number or a range ("4588303080" or "4588303080-4588303099", both ends
 * inclusive, of equal length).
 *
 * STATUS_NOT_FOUND (customer), STATUS_INVALID (fault says what), STATUS_EXISTS (overlaps a range
 * that is there; fault names whose).
 */
enum status numbers_add(struct index *index, const char *customer, const char *first,
                        const char *last, struct fault *fault) MUST_CHECK;

/** All numbers, by customer and first. */
enum status numbers_list(struct index *index,
                         void (*visit)(void *context, const struct customer_number *number),
                         void *context, struct fault *fault) MUST_CHECK;

/**
 * Add a source. Its name is 1 to 63 bytes, without control characters and without a space at either
 * end. An IPv4 network mapped into IPv6 (::ffff:0:0/96 and longer) is that IPv4 network.
 *
 * STATUS_EXISTS (the name; or network and certificate both), STATUS_INVALID (host bits set, prefix
 * too long, neither network nor certificate, name, certificate, a code, a limit over
 * SOURCE_LIMIT_MAX, channels over SOURCE_CHANNELS_MAX; fault says which),
 * STATUS_NOT_FOUND (customer).
 */
enum status sources_add(struct index *index, const struct source *source,
                        struct fault *fault) MUST_CHECK;

/** Replace all of a source but its name. Statuses as sources_add; STATUS_NOT_FOUND also for it. */
enum status sources_change(struct index *index, const struct source *source,
                           struct fault *fault) MUST_CHECK;

/** Remove one; calls keep its name. STATUS_NOT_FOUND. */
enum status sources_remove(struct index *index, const char *name, struct fault *fault) MUST_CHECK;

/** Find one by name. STATUS_NOT_FOUND. */
enum status sources_get(struct index *index, const char *name, struct source *source,
                        struct fault *fault) MUST_CHECK;

/** All sources by name. */
enum status sources_list(struct index *index,
                         void (*visit)(void *context, const struct source *source), void *context,
                         struct fault *fault) MUST_CHECK;

/* Whose a call is, and how they see it. */
struct call_owner {
    struct uuid customer;
    enum call_direction direction;
};

/**
 * Decide whose a call is: the customer of the calling number; else of the called one (the called
 * one first where it is the source's default customer: it is their PBX that recorded it); else the
 * source's default; else "unassigned". Direction: both numbers that customer's: internal; the
 * caller's: out; the called one's: in; else unknown.
 *
 * source  name of the source that sent it, "" where none; one that is gone by now has no default.
 */
enum status call_owner_find(struct index *index, const char *caller, const char *called,
                            const char *source, struct call_owner *owner,
                            struct fault *fault) MUST_CHECK;

#endif
