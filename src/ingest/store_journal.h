/**
 * store_journal: what media knows of a recording while it goes on, as its tail file keeps it.
 * Private to the store sink; the media thread's.
 */
#ifndef RECORDER_INGEST_STORE_JOURNAL_H
#define RECORDER_INGEST_STORE_JOURNAL_H

#include "base/status.h"
#include "session/recording_sink.h"
#include "storage/recording/writer.h"

/** Hand it to the writer. Statuses as recording_writer_journal. */
enum status store_journal(struct recording_writer *writer,
                          const struct recording_journal *journal) MUST_CHECK;

#endif
