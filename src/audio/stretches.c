#include "audio/stretches.h"

#include <stdlib.h>

enum { STRETCHES_CAP_FIRST = 64 };

void stretches_deinit(struct stretches *stretches)
{
    free(stretches->list);
    *stretches = (struct stretches){0};
}

static int compare_starts(const void *left, const void *right)
{
    const struct stretch *one = left;
    const struct stretch *other = right;

    return (one->start > other->start) - (one->start < other->start);
}

void stretches_sort(struct stretches *stretches)
{
    size_t kept = 0;

    if (!stretches->count || stretches->sorted)
        return;
    qsort(stretches->list, stretches->count, sizeof *stretches->list, compare_starts);
    for (size_t i = 1; i < stretches->count; i++) {
        struct stretch *last = &stretches->list[kept];
        const struct stretch *next = &stretches->list[i];
        if (next->start > last->end)
            stretches->list[++kept] = *next;
        else if (next->end > last->end)
            last->end = next->end;
    }
    stretches->count = kept + 1;
    stretches->sorted = true;
}

static bool has_room(struct stretches *stretches)
{
    if (stretches->count < stretches->cap)
        return true;
    if (!stretches->crowded)
        stretches_sort(stretches);
    /* that may have made room; for few, it is not done again and again */
    if (stretches->cap && stretches->count <= stretches->cap - stretches->cap / 8)
        return true;
    if (stretches->cap == STRETCHES_MAX)
        return false;
    size_t cap = stretches->cap ? stretches->cap * 2 : STRETCHES_CAP_FIRST;
    if (cap > STRETCHES_MAX)
        cap = STRETCHES_MAX;
    struct stretch *list = realloc(stretches->list, cap * sizeof *list);
    if (!list)
        return false;
    stretches->list = list;
    stretches->cap = cap;
    return true;
}

/* Stretch the last over what is added. */
static void join_last(struct stretches *stretches, int64_t start, int64_t end)
{
    struct stretch *last = &stretches->list[stretches->count - 1];

    if (start < last->start) {
        last->start = start;
        stretches->sorted = false;
    }
    if (end > last->end)
        last->end = end;
}

static bool touches_last(const struct stretches *stretches, int64_t start)
{
    const struct stretch *last = &stretches->list[stretches->count - 1];

    return start >= last->start && start <= last->end;
}

void stretches_add(struct stretches *stretches, int64_t start, int64_t end)
{
    if (start >= end)
        return;
    if (stretches->count && touches_last(stretches, start)) {
        join_last(stretches, start, end);
    } else if (has_room(stretches)) {
        bool first = stretches->count == 0;
        bool behind = first || start > stretches->list[stretches->count - 1].end;
        stretches->sorted = behind && (first || stretches->sorted);
        stretches->list[stretches->count++] = (struct stretch){start, end};
    } else {
        stretches->crowded = true;
        if (stretches->count)
            join_last(stretches, start, end);
    }
}

/* Add to `left` what others, from the index on that may matter, leave of one stretch. */
static void add_rest(struct stretches *left, struct stretch whole, const struct stretches *others,
                     size_t *index)
{
    while (*index < others->count && others->list[*index].end <= whole.start)
        ++*index;
    for (size_t i = *index; i < others->count && others->list[i].start < whole.end; i++) {
        stretches_add(left, whole.start, others->list[i].start);
        whole.start = others->list[i].end;
    }
    stretches_add(left, whole.start, whole.end);
}

size_t stretches_first_behind(const struct stretches *stretches, int64_t position)
{
    size_t low = 0;
    size_t high = stretches->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stretches->list[middle].end > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void stretches_subtract(struct stretches *stretches, struct stretches *others)
{
    struct stretches left = {.crowded = stretches->crowded};
    size_t index = 0;

    stretches_sort(stretches);
    stretches_sort(others);
    for (size_t i = 0; i < stretches->count; i++)
        add_rest(&left, stretches->list[i], others, &index);
    free(stretches->list);
    *stretches = left;
}
