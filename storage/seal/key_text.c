#include "storage/seal/key_text.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum {
    CHECKSUM_LETTERS = 6,
    LETTERS_MAX = KEY_TEXT_DATA_BYTES * 8 / 5 + CHECKSUM_LETTERS,
    GROUP_LETTERS = 4,
};

#define BECH32M_CONSTANT UINT32_C(0x2bc830a3)

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static_assert(KEY_TEXT_DATA_BYTES * 8 % 5 == 0, "letters are counted in whole");
static_assert(KEY_TEXT_PREFIX_LETTERS + 1 + LETTERS_MAX +
                      (KEY_TEXT_PREFIX_LETTERS + 1 + LETTERS_MAX) / GROUP_LETTERS + 2 <=
                  KEY_TEXT_BYTES,
              "the longest text fits");

/* BIP 173: the checksum's polynomial, one value of five bits further. */
static uint32_t step(uint32_t checksum, uint8_t value)
{
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    uint32_t top = checksum >> 25;

    checksum = (checksum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        checksum ^= top >> i & 1 ? generator[i] : 0;
    return checksum;
}

static uint32_t checksum_of(const char *prefix, const uint8_t *value, size_t values)
{
    uint32_t checksum = 1;

    for (const char *letter = prefix; *letter; letter++)
        checksum = step(checksum, (uint8_t)*letter >> 5);
    checksum = step(checksum, 0);
    for (const char *letter = prefix; *letter; letter++)
        checksum = step(checksum, (uint8_t)*letter & 31);
    for (size_t i = 0; i < values; i++)
        checksum = step(checksum, value[i]);
    return checksum;
}

/* Eight bits to five, the last one filled with zeros. */
static size_t spread(const uint8_t *data, size_t data_bytes, uint8_t *value)
{
    size_t values = 0;

    for (size_t bit = 0; bit < data_bytes * 8; bit += 5) {
        unsigned pair = (unsigned)data[bit / 8] << 8;
        if (bit / 8 + 1 < data_bytes)
            pair |= data[bit / 8 + 1];
        value[values++] = pair >> (11 - bit % 8) & 31;
    }
    return values;
}

/* And back; false where the bits that fill the last one are not zero. */
static bool gather(const uint8_t *value, size_t values, uint8_t *data, size_t data_bytes)
{
    memset(data, 0, data_bytes);
    for (size_t bit = 0; bit < values * 5; bit++) {
        bool set = value[bit / 5] >> (4 - bit % 5) & 1;
        if (set && bit >= data_bytes * 8)
            return false;
        if (set)
            data[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
    return true;
}

void key_text_encode(const char *prefix, const uint8_t *data, size_t data_bytes,
                     char text[static KEY_TEXT_BYTES])
{
    uint8_t value[LETTERS_MAX];
    size_t used = strlen(prefix);

    assert(data_bytes && data_bytes <= KEY_TEXT_DATA_BYTES && used <= KEY_TEXT_PREFIX_LETTERS);
    size_t values = spread(data, data_bytes, value);
    memset(value + values, 0, CHECKSUM_LETTERS);
    uint32_t checksum = checksum_of(prefix, value, values + CHECKSUM_LETTERS) ^ BECH32M_CONSTANT;
    for (size_t i = 0; i < CHECKSUM_LETTERS; i++)
        value[values++] = checksum >> 5 * (CHECKSUM_LETTERS - 1 - i) & 31;
    memcpy(text, prefix, used);
    text[used++] = '1';
    for (size_t i = 0; i < values; i++) {
        if (i % GROUP_LETTERS == 0)
            text[used++] = ' ';
        text[used++] = alphabet[value[i]];
    }
    text[used] = '\0';
    sodium_memzero(value, sizeof value);
}

/* The letters of a text behind its prefix, as values; false where one is none, or there are more
 * than fit. */
static bool read_letters(const char *text, uint8_t *value, size_t *values)
{
    *values = 0;
    for (; *text; text++) {
        char letter = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        if (letter == ' ' || letter == '-' || letter == '\t' || letter == '\r' || letter == '\n')
            continue;
        const char *found = strchr(alphabet, letter);
        if (!found || *values == LETTERS_MAX)
            return false;
        value[(*values)++] = (uint8_t)(found - alphabet);
    }
    return true;
}

/* Behind the prefix and its 1; NULL where the text begins otherwise. */
static const char *skip_prefix(const char *prefix, const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    for (; *prefix; prefix++, text++)
        if (*text != *prefix && *text != *prefix - 'a' + 'A')
            return NULL;
    return *text == '1' ? text + 1 : NULL;
}

enum status key_text_decode(const char *prefix, const char *text, uint8_t *data, size_t data_bytes)
{
    uint8_t value[LETTERS_MAX];
    uint8_t read[KEY_TEXT_DATA_BYTES];
    size_t values = 0;
    const char *letters = skip_prefix(prefix, text);

    assert(data_bytes && data_bytes <= KEY_TEXT_DATA_BYTES);
    if (!letters)
        return STATUS_NOT_FOUND;
    bool good = read_letters(letters, value, &values) &&
                values == (data_bytes * 8 + 4) / 5 + CHECKSUM_LETTERS &&
                checksum_of(prefix, value, values) == BECH32M_CONSTANT &&
                gather(value, values - CHECKSUM_LETTERS, read, data_bytes);
    if (good)
        memcpy(data, read, data_bytes);
    sodium_memzero(value, sizeof value);
    sodium_memzero(read, sizeof read);
    return good ? STATUS_OK : STATUS_INVALID;
}
