#include "body/siprec_set.h"

#include <assert.h>

static_assert(BOUND_METADATA_ITEMS % 64 == 0, "a set is made of whole words");

bool siprec_set_has(const struct siprec_set *set, size_t place)
{
    return (set->word[place / 64] >> place % 64 & 1) != 0;
}

void siprec_set_add(struct siprec_set *set, size_t place)
{
    set->word[place / 64] |= UINT64_C(1) << place % 64;
}

void siprec_set_remove(struct siprec_set *set, size_t place)
{
    set->word[place / 64] &= ~(UINT64_C(1) << place % 64);
}

void siprec_set_unite(struct siprec_set *set, const struct siprec_set *other)
{
    for (size_t i = 0; i < SIPREC_SET_WORDS; i++)
        set->word[i] |= other->word[i];
}

void siprec_set_subtract(struct siprec_set *set, const struct siprec_set *other)
{
    for (size_t i = 0; i < SIPREC_SET_WORDS; i++)
        set->word[i] &= ~other->word[i];
}

void siprec_set_intersect(struct siprec_set *set, const struct siprec_set *other)
{
    for (size_t i = 0; i < SIPREC_SET_WORDS; i++)
        set->word[i] &= other->word[i];
}

size_t siprec_set_count(const struct siprec_set *set)
{
    size_t count = 0;

    for (size_t i = 0; i < SIPREC_SET_WORDS; i++)
        count += (size_t)__builtin_popcountll(set->word[i]);
    return count;
}

bool siprec_set_is_empty(const struct siprec_set *set)
{
    return siprec_set_count(set) == 0;
}
