#include "body/siprec_number.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "body/multipart_text.h"

enum { SUFFIX_DIGITS_MIN = 7 };

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_separator(char byte)
{
    return byte == '-' || byte == '.' || byte == '(' || byte == ')' || byte == ' ';
}

/* Remove "scheme:"; false and nothing changed where it is another one. */
static bool cut_scheme(struct text_span *uri, const char *scheme)
{
    struct text_span rest = *uri;

    if (!text_span_equal(text_span_cut(&rest, ':'), scheme))
        return false;
    *uri = rest;
    return true;
}

/* The address in "Bob <sip:bob@host>". */
static struct text_span strip_brackets(struct text_span aor)
{
    struct text_span inner = aor;

    (void)text_span_cut(&inner, '<');
    if (inner.bytes)
        aor = text_span_cut(&inner, '>');
    return text_span_trim(aor);
}

/* Whether an address says that its number is withheld or not known. */
static bool is_withheld(struct text_span user, struct text_span host)
{
    static const char *const words[] = {"anonymous", "unavailable", "restricted",
                                        "private",   "withheld",    "unknown"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (text_span_equal(user, words[i]))
            return true;
    }
    host = text_span_cut(&host, ';');
    host = text_span_cut(&host, '?');
    host = text_span_cut(&host, ':');
    return text_span_equal(host, "anonymous.invalid") || text_span_equal(host, "unknown.invalid");
}

/* Without an '@' there is only a host, except that some write "sip:1234" and mean a number. */
static struct text_span lone_user(struct text_span uri)
{
    struct text_span none = {.text = "", .bytes = 0};
    struct text_span user = text_span_cut(&uri, ';');

    user = text_span_cut(&user, '?');
    for (size_t i = 0; i < user.bytes; i++) {
        if (user.text[i] == '.' || user.text[i] == ':' || user.text[i] == '[')
            user.bytes = 0;
    }
    return is_withheld(user, none) ? none : user;
}

static struct text_span user_of(struct text_span uri)
{
    struct text_span rest = uri;
    struct text_span user = text_span_cut(&rest, '@');

    if (user.bytes == uri.bytes)
        return lone_user(uri);
    user = text_span_cut(&user, ';');
    user = text_span_cut(&user, ':'); /* the password, which nobody should send */
    if (is_withheld(user, rest))
        user.bytes = 0;
    return user;
}

/* Whether the parameters behind an address say that its user part is a telephone number. */
static bool is_user_phone(struct text_span uri)
{
    struct text_span parameters = uri;

    (void)text_span_cut(&parameters, '@');
    while (parameters.bytes) {
        if (text_span_equal(text_span_trim(text_span_cut(&parameters, ';')), "user=phone"))
            return true;
    }
    return false;
}

static int hex_value(char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = byte ? strchr(digits, byte | 0x20) : NULL;

    return found && (is_digit(byte) || (byte | 0x20) >= 'a') ? (int)(found - digits) : -1;
}

/*
 * Percent-decode. Only what gives printable ASCII is decoded, so that a valid UTF-8 text stays one
 * and no control character comes of it.
 */
static void decode(struct text_span span, char *out)
{
    size_t used = 0;

    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] == '%' && span.bytes - i > 2) {
            int high = hex_value(span.text[i + 1]);
            int low = hex_value(span.text[i + 2]);
            int byte = high * 16 + low;

            if (high >= 0 && low >= 0 && byte >= ' ' && byte <= '~') {
                out[used++] = (char)byte;
                i += 2;
                continue;
            }
        }
        out[used++] = span.text[i];
    }
    out[used] = '\0';
}

static void strip_separators(char *number)
{
    size_t used = 0;

    for (size_t i = 0; number[i]; i++) {
        if (!is_separator(number[i]))
            number[used++] = number[i];
    }
    number[used] = '\0';
}

/* "+45 70-01(0)" where global, else also without the '+'; *digits: how many there are. */
static bool is_number(const char *number, bool global, size_t *digits)
{
    size_t i = number[0] == '+';

    *digits = 0;
    if (global && !i)
        return false;
    for (; is_digit(number[i]) || is_separator(number[i]); i++)
        *digits += is_digit(number[i]);
    return !number[i] && *digits;
}

bool siprec_number_is_phone(const char *name)
{
    size_t digits;

    return is_number(name, false, &digits) && (name[0] == '+' || digits >= SUFFIX_DIGITS_MIN);
}

void siprec_number_of_phone(const char *name, char *number)
{
    memcpy(number, name, strlen(name) + 1);
    strip_separators(number);
}

void siprec_number_of_aor(const char *aor, char *number)
{
    struct text_span uri = {.text = aor, .bytes = strlen(aor)};

    uri = strip_brackets(uri);
    bool telephone = cut_scheme(&uri, "tel");
    bool phone = is_user_phone(uri);
    size_t digits;
    if (telephone) {
        uri = text_span_cut(&uri, ';');
        if (is_withheld(uri, (struct text_span){.text = "", .bytes = 0}))
            uri.bytes = 0;
    } else {
        if (!cut_scheme(&uri, "sip"))
            (void)cut_scheme(&uri, "sips");
        uri = user_of(uri);
    }
    decode(uri, number);
    if (telephone || is_number(number, !phone, &digits))
        strip_separators(number);
}

/* The digits of a phone number; false where it is none, or has more digits than any. */
static bool digits_of(const char *number, char digits[static BOUND_NUMBER_BYTES])
{
    size_t used = 0;

    if (*number == '+')
        number++;
    for (; *number; number++) {
        if (is_separator(*number))
            continue;
        if (!is_digit(*number) || used == BOUND_NUMBER_BYTES - 1)
            return false;
        digits[used++] = *number;
    }
    digits[used] = '\0';
    return used > 0;
}

enum siprec_number_match siprec_number_compare(const char *left, const char *right)
{
    char left_digits[BOUND_NUMBER_BYTES];
    char right_digits[BOUND_NUMBER_BYTES];
    const char *longer = left_digits;
    const char *shorter = right_digits;

    if (!digits_of(left, left_digits) || !digits_of(right, right_digits))
        return *left && strcasecmp(left, right) == 0 ? SIPREC_NUMBER_SAME : SIPREC_NUMBER_DIFFERENT;
    if (strlen(left_digits) < strlen(right_digits)) {
        longer = right_digits;
        shorter = left_digits;
    }
    size_t extra = strlen(longer) - strlen(shorter);
    if (strcmp(longer + extra, shorter) != 0)
        return SIPREC_NUMBER_DIFFERENT;
    if (!extra)
        return SIPREC_NUMBER_SAME;
    return strlen(shorter) >= SUFFIX_DIGITS_MIN ? SIPREC_NUMBER_SUFFIX : SIPREC_NUMBER_DIFFERENT;
}
