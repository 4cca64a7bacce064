/**
 * store_recording: one recording behind the store sink: its writer, its index row, and what is to
 * become of it. Private to the sink; the store thread owns it but for recording_writer_append and
 * recording_writer_document, and what is said to be the media thread's.
 */
#ifndef RECORDER_INGEST_STORE_RECORDING_H
#define RECORDER_INGEST_STORE_RECORDING_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/status.h"
#include "session/recording_sink.h"
#include "storage/index/details.h"
#include "storage/index/recordings.h"
#include "storage/recording/writer.h"

enum store_recording_end {
    STORE_RECORDING_LEAVE,   /* as it is, for recovery */
    STORE_RECORDING_SEAL,    /* the call ended: seal it */
    STORE_RECORDING_DISCARD, /* the call was never answered */
};

struct store_recording {
    struct store_recording *next_job; /* in a queue of the sink's */
    struct store_recording *previous; /* in the list of open ones */
    struct store_recording *next;
    char id_text[UUID_TEXT_BYTES];
    struct recording_writer *writer; /* NULL until opened */
    struct index_recording row;
    enum status begun; /* of its file and row */
    mono_time made;    /* when its file was durable; its row waits no longer than a limit */
    bool seal_failed;  /* told already */
    size_t volume;     /* that it grows on, or whose sync failed under it */
    bool flushed;      /* by the sync pass under way */
    bool flush_failed; /* the last time */
    bool lost;         /* a sync or a write failed under it, and it was not renewed yet */
    bool renewed;      /* by the sync pass under way */
    bool renew_failed; /* the last time, for another reason than the disk */
    void (*ready)(void *ready_arg, enum status status, const struct recording_policy *policy);
    void *ready_arg;
    struct recording_policy policy; /* once its file is made */

    enum store_recording_end end; /* set by the media or signalling thread before it is queued */
    struct details_leg_media media[BOUND_CALL_STREAMS];
    struct index_fact *facts;
    size_t fact_count;
    uint8_t *peaks; /* SECTION_CHANNEL_PEAKS, NULL where none */
    size_t peaks_bytes;
    uint8_t *leg_peaks; /* SECTION_PEAKS, NULL where none */
    size_t leg_peaks_bytes;
    uint32_t documents_refused; /* the media thread's until the end */
    uint32_t controls_untold;   /* likewise; pauses and resumptions that no audit entry tells */
};

/**
 * Copy what is known at the start; opens nothing. STATUS_OK, STATUS_NOMEM.
 */
enum status store_recording_create(const struct recording_begin *begin, const char *node,
                                   struct store_recording **out) MUST_CHECK;

/**
 * Create the file, sealed to the customer's key; row.customer is set. Statuses as
 * recording_writer_create.
 */
enum status store_recording_open(struct store_recording *recording, const struct disk *disk,
                                 const char *store, const struct customer_key *key,
                                 struct fault *fault) MUST_CHECK;

/**
 * Keep a document; one that is not taken is counted, and becomes a fact of the recording. Media
 * thread. Statuses as recording_writer_document.
 */
enum status store_recording_document(struct store_recording *recording,
                                     const struct recording_document *document) MUST_CHECK;

/**
 * Copy what is known at the end, into row, facts and sections. STATUS_OK, STATUS_NOMEM (the row may
 * hold a part; the recording is then left to recovery).
 */
enum status store_recording_take_end(struct store_recording *recording,
                                     const struct recording_end *end) MUST_CHECK;

/**
 * Write sections and footer; row gets state, sizes and hashes: of the whole recording, where it is
 * one segment. Statuses as recording_writer_finish.
 */
enum status store_recording_seal(struct store_recording *recording, const struct signer *signer,
                                 struct fault *fault) MUST_CHECK;

/** Close the writer and free. NULL is accepted. */
void store_recording_destroy(struct store_recording *owned_recording);

#endif
