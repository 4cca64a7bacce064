#include "oom/fallible.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before main, and in every thread of a library: so no pointers, and atomic where all count. */
static struct {
    uint64_t nth;
    bool lasting;
    bool watched;
    bool excused;
    uint64_t counted;
    uint64_t failed;
    int64_t live;
} heap;

void fallible_lay(uint64_t nth, bool lasting)
{
    heap.nth = nth;
    heap.lasting = lasting;
    heap.counted = heap.failed = 0;
    heap.watched = heap.excused = false;
}

void fallible_watch(bool watched)
{
    heap.watched = watched;
}

void fallible_excuse(bool excused)
{
    heap.excused = excused;
}

uint64_t fallible_failed(void)
{
    return heap.failed;
}

uint64_t fallible_counted(void)
{
    return heap.counted;
}

int64_t fallible_live(void)
{
    return __atomic_load_n(&heap.live, __ATOMIC_SEQ_CST);
}

/* Count one; whether it is to fail. */
static bool fails(void)
{
    if (!heap.watched || heap.excused)
        return false;
    heap.counted++;
    if (!heap.nth || heap.counted < heap.nth || (heap.counted > heap.nth && !heap.lasting))
        return false;
    heap.failed++;
    errno = ENOMEM;
    return true;
}

void *__real_sodium_malloc(size_t bytes);
void *__wrap_sodium_malloc(size_t bytes);

void __real_sodium_free(void *memory);
void __wrap_sodium_free(void *memory);

static void *taken(void *memory)
{
    if (memory)
        (void)__atomic_add_fetch(&heap.live, 1, __ATOMIC_SEQ_CST);
    return memory;
}

static void given_back(const void *memory)
{
    if (memory)
        (void)__atomic_sub_fetch(&heap.live, 1, __ATOMIC_SEQ_CST);
}

void *__wrap_sodium_malloc(size_t bytes)
{
    return fails() ? NULL : taken(__real_sodium_malloc(bytes));
}

void __wrap_sodium_free(void *memory)
{
    given_back(memory);
    __real_sodium_free(memory);
}

#ifdef FALLIBLE_WRAPS

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
int __real_vasprintf(char **text, const char *format, va_list args);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
int __wrap_vasprintf(char **text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

void *__wrap_malloc(size_t bytes)
{
    return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return fails() ? NULL : __real_realloc(memory, bytes);
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
    return fails() ? -1 : __real_vasprintf(text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = __wrap_vasprintf(text, format, args);
    va_end(args);
    return length;
}

#else

/* glibc's own, under the names that it keeps for who replaces them. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *memory);

void *malloc(size_t bytes)
{
    return fails() ? NULL : taken(__libc_malloc(bytes));
}

void *calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : taken(__libc_calloc(count, bytes));
}

void free(void *memory)
{
    given_back(memory);
    __libc_free(memory);
}

void *realloc(void *memory, size_t bytes)
{
    if (!memory)
        return malloc(bytes);
    if (!bytes) {
        free(memory);
        return NULL;
    }
    return fails() ? NULL : __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes);

void *memalign(size_t alignment, size_t bytes)
{
    return fails() ? NULL : taken(__libc_memalign(alignment, bytes));
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    void *got = memalign(alignment, bytes);

    if (!got)
        return ENOMEM;
    *memory = got;
    return 0;
}

#endif
