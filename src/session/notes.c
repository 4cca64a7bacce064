#include "session/notes.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NOTES_CAP_FIRST = 8 };

void notes_init(struct notes *notes, size_t max)
{
    *notes = (struct notes){.max = max};
    notes->dropped = (struct recording_fact){.leg = -1, .cause = "notes_dropped", .detail = ""};
}

void notes_deinit(struct notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free((char *)notes->list[i].detail);
    free(notes->list);
    notes_init(notes, notes->max);
}

/* Room for one more, or NULL. */
static struct recording_fact *reserve(struct notes *notes)
{
    if (notes->count < notes->cap)
        return &notes->list[notes->count];
    if (notes->cap >= notes->max)
        return NULL;
    size_t cap = notes->cap ? notes->cap * 2 : NOTES_CAP_FIRST;
    if (cap > notes->max)
        cap = notes->max;
    struct recording_fact *list = realloc(notes->list, cap * sizeof *list);
    if (!list)
        return NULL;
    notes->list = list;
    notes->cap = cap;
    return &notes->list[notes->count];
}

void notes_add(struct notes *notes, int64_t at_ms, int leg, const char *cause, const char *detail)
{
    notes_add_stretch(notes, at_ms, at_ms, leg, cause, detail);
}

void notes_add_stretch(struct notes *notes, int64_t start_ms, int64_t end_ms, int leg,
                       const char *cause, const char *detail)
{
    struct recording_fact *fresh = reserve(notes);
    char text[BOUND_FACT_DETAIL_BYTES];

    text_copy(text, sizeof text, detail);
    char *copy = fresh ? strdup(text) : NULL;
    if (!copy) {
        notes_drop(notes, start_ms, 1);
        return;
    }
    *fresh = (struct recording_fact){
        .start_ms = start_ms,
        .end_ms = end_ms,
        .leg = leg,
        .cause = cause,
        .detail = copy,
    };
    notes->count++;
}

void notes_hide(struct notes *notes, const char *cause, size_t count)
{
    for (size_t i = notes->count; i > 0 && count; i--) {
        if (strcmp(notes->list[i - 1].cause, cause) != 0)
            continue;
        char *detail = (char *)notes->list[i - 1].detail; /* a copy of its own */
        memset(detail, '*', strlen(detail));
        if (notes->told > i - 1)
            notes->told = i - 1;
        count--;
    }
}

void notes_mark_told(struct notes *notes)
{
    notes->told = notes->count;
}

void notes_drop(struct notes *notes, int64_t at_ms, uint32_t count)
{
    struct recording_fact *dropped = &notes->dropped;

    if (!count)
        return;
    if (!dropped->count) {
        dropped->start_ms = at_ms;
        dropped->end_ms = at_ms;
    }
    dropped->count = count > UINT32_MAX - dropped->count ? UINT32_MAX : dropped->count + count;
    if (at_ms > dropped->end_ms)
        dropped->end_ms = at_ms;
}
