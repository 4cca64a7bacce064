/**
 * support: a store with keys in a temporary directory, and Ogg pages to put into it.
 */
#ifndef RECORDER_TESTS_UNIT_RECORDING_SUPPORT_H
#define RECORDER_TESTS_UNIT_RECORDING_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "storage/recording/format.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover.h"
#include "storage/recording/writer.h"
#include "storage/seal/keys.h"

#define STARTED_US INT64_C(1795356000123456) /* 2026-11-22T14:00:00Z */

enum { STREAM_PAGE_HEAD_BYTES = 28 }; /* of a page with up to 255 bytes of payload */

struct store {
    char directory[256];
    char keys_dir[300];
    char master[320];
    struct uuid customer;
    struct public_keys *public_keys;
    struct private_keys *private_keys;
    struct signer *ingest;
    struct signer *keeper;
    struct customer_key key;
};

/* One recording being made or made in it. */
struct made {
    struct uuid id;
    char path[600];
    char tail[610];
    struct recording_writer *writer;
    struct recording_summary summary;
};

/* An Ogg stream under construction. */
struct stream {
    struct bytes bytes; /* all of it so far */
    size_t last;        /* where the last page starts */
    uint32_t sequence;
    int64_t granule;
};

void store_open(struct store *store);
void store_close(struct store *store);

/** A new writer; path, tail and writer are set. */
void store_begin(struct store *store, struct made *made);

/** Finish with a details section "{}" and destroy the writer. */
void store_finish(struct store *store, struct made *made);

/** A finished recording that holds exactly these bytes, appended as pages of page_bytes. */
void store_make(struct store *store, const uint8_t *data, size_t data_bytes, size_t page_bytes,
                struct made *made);

enum status store_read(struct store *store, const struct made *made,
                       struct recording_reader **reader, struct fault *fault);

/** Open, verify and compare all of it. */
void store_expect(struct store *store, const struct made *made, const uint8_t *data,
                  size_t data_bytes);

enum status store_recover(struct store *store, const struct made *made,
                          struct recording_summary *summary, struct fault *fault);

void stream_init(struct stream *stream);
void stream_deinit(struct stream *stream);

/** OpusHead (pre-skip 312) and OpusTags. */
void stream_head(struct stream *stream);

/** One page of half a second with so many payload bytes (up to 60000), pseudo-random content. */
void stream_page(struct stream *stream, size_t payload_bytes);

/** Hand the last page to a writer. */
void stream_append(const struct stream *stream, struct made *made);

/* A call in progress with what it wrote so far. */
struct call {
    struct store *store;
    struct made made;
    struct stream stream;
    struct made image; /* a copy of its files as a crash would leave them */
};

/** A new writer with the header pages appended. */
void call_begin(struct store *store, struct call *call);

/** Destroy what there is of it. */
void call_end(struct call *call);

/** Append a page of half a second. */
void call_page(struct call *call, size_t payload_bytes);

/** Flush, and confirm where the sync is to have come. */
void call_flush(struct call *call, bool confirm);

/** Copy file and tail as a crash would leave them now. */
void call_image(struct call *call);

/**
 * Recover the image; its stream must be whole pages, at least so many bytes of what was sent, and
 * an end.
 */
struct recording_summary call_recover(struct call *call, uint64_t least);

/** Bytes that look random and are the same each time. */
void fill_pattern(uint8_t *data, size_t data_bytes, uint32_t seed);

void file_read(const char *path, struct bytes *out);
void file_write(const char *path, const uint8_t *data, size_t data_bytes);
void file_copy(const char *from, const char *to);
bool file_exists(const char *path);

/** Change one byte of a file. */
void file_flip(const char *path, off_t offset, uint8_t mask);

#endif
