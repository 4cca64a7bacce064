/**
 * srtp_key: the key of one direction of SRTP (RFC 3711, 7714), as signalling agrees on it and media
 * uses it. A secret: wiped by whoever holds a copy, never logged.
 */
#ifndef RECORDER_NET_SRTP_KEY_H
#define RECORDER_NET_SRTP_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Cryptographic suites, best last: a later one is preferred. Names as in RFC 4568 and RFC 7714. */
#define SRTP_SUITE_LIST(X)                                                                         \
    X(AES_CM_128_HMAC_SHA1_32, 30)                                                                 \
    X(AES_CM_128_HMAC_SHA1_80, 30)                                                                 \
    X(AEAD_AES_128_GCM, 28)                                                                        \
    X(AEAD_AES_256_GCM, 44)

enum srtp_suite {
    SRTP_SUITE_NONE, /* plain RTP */
#define SRTP_SUITE_ENUM(name, bytes) SRTP_SUITE_##name,
    SRTP_SUITE_LIST(SRTP_SUITE_ENUM)
#undef SRTP_SUITE_ENUM
};

enum { SRTP_KEY_BYTES_MAX = 44, SRTP_MKI_BYTES_MAX = 128, SRTP_SPARE_KEYS_MAX = 3 };

/* A further master key of the same suite, that its sender may change to (RFC 4568 section 6.1). */
struct srtp_spare_key {
    uint8_t key[SRTP_KEY_BYTES_MAX];
    uint8_t mki[SRTP_MKI_BYTES_MAX]; /* as many bytes as the first one's */
};

struct srtp_key {
    enum srtp_suite suite;           /* NONE: the rest means nothing */
    uint8_t key[SRTP_KEY_BYTES_MAX]; /* master key, then master salt */
    uint8_t mki[SRTP_MKI_BYTES_MAX]; /* as it stands in the packet (RFC 3711 section 3.1) */
    size_t mki_bytes;                /* 0: packets carry none */
    size_t spares;                   /* only where packets carry an MKI, which tells them apart */
    struct srtp_spare_key spare[SRTP_SPARE_KEYS_MAX];
};

/** Name of a suite, "AES_CM_128_HMAC_SHA1_80"; "" for NONE; a static string. */
const char *srtp_suite_name(enum srtp_suite suite);

/**
 * The suite of a name, compared without case (RFC 4568 section 9.1, RFC 5234 section 2.3).
 *
 * name  name_bytes bytes, not terminated.
 *
 * Returns SRTP_SUITE_NONE where it is not known.
 */
enum srtp_suite srtp_suite_find(const char *name, size_t name_bytes);

/** Bytes of master key and salt together; 0 for NONE. */
size_t srtp_suite_key_bytes(enum srtp_suite suite);

/** One of the keys alone, without spares. which: 0: the first, else spare[which - 1]. */
struct srtp_key srtp_key_alone(const struct srtp_key *key, size_t which);

/** Whether two keys are the same, with their spares, in constant time for the secret part. */
int srtp_key_equal(const struct srtp_key *one, const struct srtp_key *other);

/**
 * Make a fresh key of a suite, no MKI (getrandom).
 *
 * STATUS_OK, STATUS_IO (no random bytes; *key is wiped).
 */
enum status srtp_key_random(enum srtp_suite suite, struct srtp_key *key) MUST_CHECK;

/** Overwrite with zeros, suite NONE; not optimised away. */
void srtp_key_wipe(struct srtp_key *key);

#endif
