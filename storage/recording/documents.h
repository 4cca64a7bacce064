/**
 * documents: the metadata documents of a recording, as its section of kind 5 holds them (FORMAT.md
 * section 4.2), and as they lie in the tail file until there is a section (FORMAT.md section 5.2).
 * One thread at a time.
 */
#ifndef RECORDER_STORAGE_RECORDING_DOCUMENTS_H
#define RECORDER_STORAGE_RECORDING_DOCUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/format.h"
#include "storage/recording/reader.h"
#include "storage/recording/tail.h"
#include "storage/seal/seal.h"

enum { DOCUMENT_TEXT_BYTES = 64 }; /* message and type, with their zeros */

/* One document; data is borrowed from the section. */
struct document {
    int64_t at_ms; /* from the recording's start, never negative */
    char message[DOCUMENT_TEXT_BYTES];
    char type[DOCUMENT_TEXT_BYTES];
    const uint8_t *data;
    size_t data_bytes;
};

/**
 * Append a document to a section.
 *
 * section        its max bounds it.
 * at_ms          from the recording's start; a negative one is kept as 0.
 * message, type  are cut to 63 bytes.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_NOMEM: then the section is as it was.
 */
enum status documents_put(struct bytes *section, int64_t at_ms, const char *message,
                          const char *type, const uint8_t *data, size_t data_bytes) MUST_CHECK;

/**
 * Read the next document of a section.
 *
 * offset  in: 0 for the first; out: where the next one starts.
 *
 * STATUS_OK, STATUS_END (there is none), STATUS_CORRUPT (what stands there is no whole document);
 * offset and document are untouched then.
 */
enum status documents_next(const uint8_t *section, size_t section_bytes, size_t *offset,
                           struct document *document) MUST_CHECK;

/**
 * All documents of a finished recording as one section. Of an older file, which has a section of
 * kind 3, that is one document at 0 ms, of no known message or type.
 *
 * section  empty before; empty where there is no document.
 *
 * STATUS_OK, or as recording_reader_section.
 */
enum status documents_read(const struct recording_reader *reader, struct bytes *section,
                           struct fault *fault) MUST_CHECK;

/* Where a writer stands in its tail file. Embedded by value, zero at first. */
struct documents_tail {
    size_t written; /* bytes of the section that are in units */
    uint32_t count; /* documents of it */
    uint64_t units; /* of the tail, behind the two of audio; the journal's too (journal.h) */
};

/**
 * Seal whole documents into units behind those that are there.
 *
 * fresh  the section from tail->written on: whole documents.
 *
 * STATUS_OK, STATUS_FULL, STATUS_IO: those that are written whole count, the next call goes on
 * behind them.
 */
enum status documents_tail_write(struct documents_tail *tail, struct disk_file file,
                                 const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *fresh,
                                 size_t fresh_bytes, struct fault *fault) MUST_CHECK;

/**
 * Read what a tail file holds, as a section. A document with a unit that is torn or missing is left
 * out, the others are not concerned.
 *
 * below    as in records_read (storage/recording/records.h).
 * section  appended to; its max bounds it.
 *
 * STATUS_OK (also where there is no such file), STATUS_NOMEM, STATUS_IO.
 */
enum status documents_tail_read(struct tail_source *source, uint32_t *below, struct bytes *section,
                                struct fault *fault) MUST_CHECK;

#endif
