/**
 * source_watch: keeps a source_table as the index has it, by a connection of its own. Signalling
 * thread only.
 *
 * A look is one statement where nothing has changed. A reader of SQLite's write-ahead log waits for
 * nobody; should it have to (the file is being recovered), the next look tries again.
 */
#ifndef RECORDER_INGEST_SOURCE_WATCH_H
#define RECORDER_INGEST_SOURCE_WATCH_H

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "ingest/source_table.h"

enum { SOURCE_WATCH_AGAIN_MS = 100 };

struct source_watch;

/**
 * Open the index and read the sources for the first time.
 *
 * index_path  of the file.
 * table       borrowed, outlives the watch.
 *
 * STATUS_OK, or the status of what failed; fault says what.
 */
enum status source_watch_open(const char *index_path, struct source_table *table,
                              struct source_watch **out, struct fault *fault) MUST_CHECK;

/** NULL is accepted. */
void source_watch_close(struct source_watch *owned_watch);

/**
 * Read the sources again where the index has changed, at most every SOURCE_WATCH_AGAIN_MS.
 *
 * STATUS_OK, also where it was not yet time; else the table is as it was and the next look tries
 * again.
 */
enum status source_watch_look(struct source_watch *watch, mono_time now,
                              struct fault *fault) MUST_CHECK;

#endif
