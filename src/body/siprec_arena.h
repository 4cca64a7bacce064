/**
 * siprec_arena: memory of one metadata document or state, which goes all at once. Private to the
 * metadata reader.
 *
 * Embedded by value; zeroed is empty. What it lends stays where it is when the struct is copied, so
 * that a copy may take the memory over.
 */
#ifndef RECORDER_BODY_SIPREC_ARENA_H
#define RECORDER_BODY_SIPREC_ARENA_H

#include <stddef.h>

#include "body/multipart.h"

struct siprec_arena {
    struct siprec_arena_block *block; /* newest, NULL where there is none */
};

/** Zeroed memory, aligned for any type, that lives until siprec_arena_deinit; NULL where none. */
void *siprec_arena_alloc(struct siprec_arena *arena, size_t bytes);

/** A terminated copy; NULL where there is no memory. */
char *siprec_arena_copy(struct siprec_arena *arena, struct text_span span);

/** Free all of it; the arena is empty and usable again. */
void siprec_arena_deinit(struct siprec_arena *arena);

#endif
