#include "net/srtp_key.h"

#include <string.h>
#include <strings.h>
#include <sys/random.h>

static const struct {
    const char *name;
    size_t key_bytes;
} suites[] = {{"", 0},
#define SRTP_SUITE_ROW(name, bytes) {#name, bytes},
              SRTP_SUITE_LIST(SRTP_SUITE_ROW)
#undef SRTP_SUITE_ROW
};

const char *srtp_suite_name(enum srtp_suite suite)
{
    return suites[suite].name;
}

enum srtp_suite srtp_suite_find(const char *name, size_t name_bytes)
{
    for (size_t i = 1; i < sizeof suites / sizeof suites[0]; i++) {
        if (strlen(suites[i].name) == name_bytes &&
            strncasecmp(suites[i].name, name, name_bytes) == 0)
            return (enum srtp_suite)i;
    }
    return SRTP_SUITE_NONE;
}

size_t srtp_suite_key_bytes(enum srtp_suite suite)
{
    return suites[suite].key_bytes;
}

int srtp_key_equal(const struct srtp_key *one, const struct srtp_key *other)
{
    uint8_t difference = 0;

    if (one->suite != other->suite || one->mki_bytes != other->mki_bytes ||
        memcmp(one->mki, other->mki, one->mki_bytes) != 0)
        return 0;
    for (size_t i = 0; i < srtp_suite_key_bytes(one->suite); i++)
        difference |= one->key[i] ^ other->key[i];
    return difference == 0;
}

enum status srtp_key_random(enum srtp_suite suite, struct srtp_key *key)
{
    size_t key_bytes = srtp_suite_key_bytes(suite);

    srtp_key_wipe(key);
    if (getrandom(key->key, key_bytes, 0) != (ssize_t)key_bytes) {
        srtp_key_wipe(key);
        return STATUS_IO;
    }
    key->suite = suite;
    return STATUS_OK;
}

void srtp_key_wipe(struct srtp_key *key)
{
    explicit_bzero(key, sizeof *key);
}
