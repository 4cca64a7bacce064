#include "body/siprec_arena.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 8192 };

struct siprec_arena_block {
    struct siprec_arena_block *next;
    size_t used;
    size_t cap;
    _Alignas(max_align_t) unsigned char data[];
};

void *siprec_arena_alloc(struct siprec_arena *arena, size_t bytes)
{
    struct siprec_arena_block *block = arena->block;
    size_t align = _Alignof(max_align_t);

    bytes = (bytes + align - 1) / align * align;
    if (!block || bytes > block->cap - block->used) {
        size_t cap = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;

        block = calloc(1, sizeof *block + cap);
        if (!block)
            return NULL;
        block->cap = cap;
        block->next = arena->block;
        arena->block = block;
    }
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

char *siprec_arena_copy(struct siprec_arena *arena, struct text_span span)
{
    char *copy = siprec_arena_alloc(arena, span.bytes + 1);

    if (copy && span.bytes)
        memcpy(copy, span.text, span.bytes);
    return copy;
}

void siprec_arena_deinit(struct siprec_arena *arena)
{
    while (arena->block) {
        struct siprec_arena_block *block = arena->block;

        arena->block = block->next;
        free(block);
    }
}
