#include "body/deviation.h"

#include <assert.h>

static const char *const texts[] = {
#define DEVIATION_TEXT(name, text) text,
    DEVIATION_LIST(DEVIATION_TEXT)
#undef DEVIATION_TEXT
};

static_assert(DEVIATIONS <= 64, "a set has 64 bits");

void deviation_add(uint64_t *set, enum deviation deviation)
{
    *set |= UINT64_C(1) << deviation;
}

int deviation_has(uint64_t set, enum deviation deviation)
{
    return (set >> deviation & 1) != 0;
}

const char *deviation_text(enum deviation deviation)
{
    return texts[deviation];
}
