#include "body/siprec_time.h"

#include <stddef.h>

/* Two digits, at most `most`. Moves *text behind them. */
static bool two_digits(const char **text, int most)
{
    const char *digit = *text;

    if (digit[0] < '0' || digit[0] > '9' || digit[1] < '0' || digit[1] > '9')
        return false;
    *text += 2;
    return (digit[0] - '0') * 10 + digit[1] - '0' <= most;
}

static bool one(const char **text, char character)
{
    if (**text != character)
        return false;
    ++*text;
    return true;
}

static bool fraction(const char **text)
{
    if (!one(text, '.'))
        return true;
    const char *first = *text;
    while (**text >= '0' && **text <= '9')
        ++*text;
    return *text != first;
}

static bool zone(const char **text)
{
    if (one(text, 'Z'))
        return true;
    if (!one(text, '+') && !one(text, '-'))
        return false;
    return two_digits(text, 23) && one(text, ':') && two_digits(text, 59);
}

bool siprec_time_is_valid(const char *text)
{
    bool date = two_digits(&text, 99) && two_digits(&text, 99) && one(&text, '-') &&
                two_digits(&text, 12) && one(&text, '-') && two_digits(&text, 31);
    bool time = date && one(&text, 'T') && two_digits(&text, 23) && one(&text, ':') &&
                two_digits(&text, 59) && one(&text, ':') && two_digits(&text, 60);

    return time && fraction(&text) && zone(&text) && !*text;
}
