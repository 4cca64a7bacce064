/**
 * fallible: a heap whose n-th allocation fails, for tests. Linked into a program it stands before
 * the C library's own, for all libraries of the process; under a sanitizer, whose heap must stay,
 * the linker's --wrap puts it before the calls of our own code alone. libsodium's guarded memory,
 * which is none of the heap, counts like it.
 *
 * It counts while it is watched and not excused. One thread.
 */
#ifndef RECORDER_TESTS_OOM_FALLIBLE_H
#define RECORDER_TESTS_OOM_FALLIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Begin to count anew: the nth allocation fails (1 is the first, 0 none), and where `lasting` all
 * after it. */
void fallible_lay(uint64_t nth, bool lasting);

/** Watch what follows, or no longer. */
void fallible_watch(bool watched);

/** Excuse what follows, though watched: the disk under test. */
void fallible_excuse(bool excused);

/** Allocations that failed since it was laid. */
uint64_t fallible_failed(void);

/** Allocations that were counted since it was laid. */
uint64_t fallible_counted(void);

/** Pieces of the heap that nobody freed, of all code; 0 under a sanitizer, which looks itself. */
int64_t fallible_live(void);

#endif
