#include <string.h>

#include "storage/index/customers.h"

/* RFC 3966's visual separators, and the two that people write besides. */
static bool is_separator(char sign)
{
    return sign != '\0' && strchr("-.() /\t", sign) != NULL;
}

void number_digits(const char *number, char digits[static BOUND_NUMBER_BYTES])
{
    char kept[BOUND_NUMBER_BYTES];
    size_t count = 0;
    bool international = false;

    digits[0] = '\0';
    for (; is_separator(*number); number++)
        ;
    if (*number == '+') {
        international = true;
        number++;
    }
    for (; *number; number++) {
        if (is_separator(*number))
            continue;
        if (*number < '0' || *number > '9' || count + 1 == sizeof kept)
            return;
        kept[count++] = *number;
    }
    kept[count] = '\0';
    size_t skip = !international && count >= 2 && kept[0] == '0' && kept[1] == '0' ? 2 : 0;
    memcpy(digits, kept + skip, count - skip + 1);
}
