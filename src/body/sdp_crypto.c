#include "body/sdp_crypto.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "body/sdp_text.h"

enum {
    TAG_MAX = 999999999,    /* nine digits (section 9.1) */
    LIFETIME_LOG2_MAX = 48, /* SRTP packets of one key (RFC 3711 section 9.2, RFC 7714) */
    MKI_DIGITS_MAX = 309,   /* of 2^(8 * SRTP_MKI_BYTES_MAX) */
    KEY_TEXT_BYTES = (SRTP_KEY_BYTES_MAX + 2) / 3 * 4 + 1,
};

static const char INLINE[] = "inline:";
static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Exactly key_bytes; the bits that the last digit has over are not looked at. */
static bool read_base64(struct text_span span, uint8_t *key, size_t key_bytes)
{
    size_t padding = 0;
    size_t filled = 0;
    uint32_t bits = 0;
    unsigned bit_count = 0;

    while (padding < 2 && span.bytes && span.text[span.bytes - 1] == '=') {
        span.bytes--;
        padding++;
    }
    if (span.bytes != (key_bytes * 8 + 5) / 6)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        const char *digit = memchr(digits64, span.text[i], sizeof digits64 - 1);

        if (!digit)
            return false;
        bits = (bits << 6 | (uint32_t)(digit - digits64)) & 0xffff;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            key[filled++] = (uint8_t)(bits >> bit_count);
        }
    }
    assert(filled == key_bytes);
    return true;
}

/* "2^20" or "1048576": 1 .. 2^48 (section 6.1). */
static bool lifetime_is_sound(struct text_span span)
{
    uint64_t number = 0;

    if (text_span_starts_with(span, "2^"))
        return sdp_text_number(text_span_skip(span, 2), LIFETIME_LOG2_MAX, &number);
    return sdp_text_number(span, UINT64_C(1) << LIFETIME_LOG2_MAX, &number) && number;
}

/* "1066:4": a decimal number of any length, big endian in that many bytes. */
static bool read_mki(struct text_span span, struct srtp_key *key)
{
    struct text_span number = text_span_cut(&span, ':');
    uint64_t mki_bytes;
    uint8_t mki[SRTP_MKI_BYTES_MAX] = {0};

    if (!sdp_text_number(span, SRTP_MKI_BYTES_MAX, &mki_bytes) || !mki_bytes || !number.bytes ||
        number.bytes > MKI_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < number.bytes; i++) {
        if (number.text[i] < '0' || number.text[i] > '9')
            return false;
        unsigned carry = (unsigned)(number.text[i] - '0');
        for (size_t place = mki_bytes; place-- > 0;) {
            carry += mki[place] * 10U;
            mki[place] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    memcpy(key->mki, mki, mki_bytes);
    key->mki_bytes = mki_bytes;
    return true;
}

/* KEY["|"lifetime]["|"MKI]: only the third has a colon, and either may be missing. */
static bool read_key(struct text_span info, struct srtp_key *key)
{
    bool lifetime = false;

    if (!read_base64(text_span_cut(&info, '|'), key->key, srtp_suite_key_bytes(key->suite)))
        return false;
    while (info.bytes) {
        struct text_span field = text_span_cut(&info, '|');

        if (field.bytes && memchr(field.text, ':', field.bytes)) {
            if (key->mki_bytes || !read_mki(field, key))
                return false;
        } else if (lifetime || key->mki_bytes || !lifetime_is_sound(field)) {
            return false;
        } else {
            lifetime = true;
        }
    }
    return true;
}

/* Section 6.3: whether a key can be used as it is, whatever this one says. */
static enum status judge_parameter(struct text_span word)
{
    uint64_t number;

    if (text_span_starts_with(word, "KDR=")) { /* 0 is the default said aloud: one derivation */
        if (!sdp_text_number(text_span_skip(word, 4), 24, &number))
            return STATUS_INVALID;
        return number ? STATUS_UNSUPPORTED : STATUS_OK;
    }
    if (text_span_starts_with(word, "WSH=") || text_span_starts_with(word, "FEC_ORDER=") ||
        text_span_starts_with(word, "FEC_KEY=") || text_span_starts_with(word, "-"))
        return STATUS_OK;
    /* UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP, UNAUTHENTICATED_SRTP; those of later standards are
       mandatory (section 6.3.7) */
    return STATUS_UNSUPPORTED;
}

/* "inline:KEY|2^20|2:1;inline:KEY|2^20|3:1" */
static void read_spares(struct text_span rest, struct srtp_key *key)
{
    while (rest.bytes && key->mki_bytes && key->spares < SRTP_SPARE_KEYS_MAX) {
        struct text_span word = text_span_cut(&rest, ';');
        struct srtp_key one = {.suite = key->suite};

        if (text_span_starts_with(word, INLINE) &&
            read_key(text_span_skip(word, strlen(INLINE)), &one) &&
            one.mki_bytes == key->mki_bytes) {
            struct srtp_spare_key *spare = &key->spare[key->spares++];
            memcpy(spare->key, one.key, sizeof spare->key);
            memcpy(spare->mki, one.mki, sizeof spare->mki);
        }
        srtp_key_wipe(&one);
    }
}

static enum status read_keys_and_parameters(struct text_span method, struct text_span rest,
                                            struct srtp_key *key)
{
    struct text_span word = text_span_cut(&method, ';');

    if (!text_span_starts_with(word, INLINE))
        return memchr(word.text, ':', word.bytes) ? STATUS_UNSUPPORTED : STATUS_INVALID;
    if (!read_key(text_span_skip(word, strlen(INLINE)), key))
        return STATUS_INVALID;
    read_spares(method, key);
    while (text_span_next_word(&rest, &word)) {
        enum status status = judge_parameter(word);

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status sdp_crypto_read(struct text_span value, struct sdp_crypto *crypto)
{
    struct text_span suite;
    struct text_span method;
    struct text_span word;
    uint64_t tag;
    struct sdp_crypto found = {.key = {.suite = SRTP_SUITE_NONE}};

    if (!text_span_next_word(&value, &word) || !sdp_text_number(word, TAG_MAX, &tag) ||
        !text_span_next_word(&value, &suite) || !text_span_next_word(&value, &method))
        return STATUS_INVALID;
    found.tag = (uint32_t)tag;
    found.key.suite = srtp_suite_find(suite.text, suite.bytes);
    if (found.key.suite == SRTP_SUITE_NONE)
        return STATUS_UNSUPPORTED;
    enum status status = read_keys_and_parameters(method, value, &found.key);
    if (status == STATUS_OK)
        *crypto = found;
    srtp_key_wipe(&found.key);
    return status;
}

static void format_base64(const uint8_t *key, size_t key_bytes, char text[static KEY_TEXT_BYTES])
{
    size_t length = 0;

    for (size_t i = 0; i < key_bytes; i += 3) {
        uint32_t bits = (uint32_t)key[i] << 16;

        if (i + 1 < key_bytes)
            bits |= (uint32_t)key[i + 1] << 8;
        if (i + 2 < key_bytes)
            bits |= key[i + 2];
        text[length++] = digits64[bits >> 18 & 63];
        text[length++] = digits64[bits >> 12 & 63];
        text[length++] = '=';
        text[length++] = '=';
        if (i + 1 < key_bytes)
            text[length - 2] = digits64[bits >> 6 & 63];
        if (i + 2 < key_bytes)
            text[length - 1] = digits64[bits & 63];
    }
    text[length] = '\0';
}

enum status sdp_crypto_write(const struct sdp_crypto *crypto, struct bytes *text)
{
    char key[KEY_TEXT_BYTES];

    assert(crypto->key.suite != SRTP_SUITE_NONE);
    format_base64(crypto->key.key, srtp_suite_key_bytes(crypto->key.suite), key);
    enum status status = bytes_printf(text, "a=crypto:%" PRIu32 " %s inline:", crypto->tag,
                                      srtp_suite_name(crypto->key.suite));
    /* not by bytes_printf: it formats in memory of its own, which nobody wipes */
    if (status == STATUS_OK)
        status = bytes_append(text, key, strlen(key));
    if (status == STATUS_OK)
        status = bytes_append(text, "\r\n", 2);
    explicit_bzero(key, sizeof key);
    return status;
}
