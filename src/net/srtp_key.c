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

struct srtp_key srtp_key_alone(const struct srtp_key *key, size_t which)
{
    struct srtp_key alone = {.suite = key->suite, .mki_bytes = key->mki_bytes};

    memcpy(alone.key, which ? key->spare[which - 1].key : key->key, sizeof alone.key);
    memcpy(alone.mki, which ? key->spare[which - 1].mki : key->mki, sizeof alone.mki);
    return alone;
}

static uint8_t secret_difference(const uint8_t *one, const uint8_t *other, size_t bytes)
{
    uint8_t difference = 0;

    for (size_t i = 0; i < bytes; i++)
        difference |= one[i] ^ other[i];
    return difference;
}

int srtp_key_equal(const struct srtp_key *one, const struct srtp_key *other)
{
    size_t bytes = srtp_suite_key_bytes(one->suite);

    if (one->suite != other->suite || one->mki_bytes != other->mki_bytes ||
        one->spares != other->spares || memcmp(one->mki, other->mki, one->mki_bytes) != 0)
        return 0;
    uint8_t difference = secret_difference(one->key, other->key, bytes);
    for (size_t i = 0; i < one->spares; i++) {
        if (memcmp(one->spare[i].mki, other->spare[i].mki, one->mki_bytes) != 0)
            return 0;
        difference |= secret_difference(one->spare[i].key, other->spare[i].key, bytes);
    }
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
