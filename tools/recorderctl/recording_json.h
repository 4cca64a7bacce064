/**
 * recording_json: a recording of the index as JSON, and what its row and its file need to be found.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECORDING_JSON_H
#define RECORDER_TOOLS_RECORDERCTL_RECORDING_JSON_H

#include <jansson.h>

#include "storage/index/customers.h"
#include "storage/index/recordings.h"
#include "storage/recording/documents.h"
#include "storage/recording/reader.h"
#include "tools/recorderctl/context.h"

/* The customers' numbers by id, so that a list shows numbers, not ids. */
struct customer_names {
    struct customer *customer; /* count, by id; owned */
    size_t count;
    bool out_of_memory;
};

/** Read all customers. STATUS_OK (freed by customer_names_deinit), or why not. */
enum status customer_names_init(struct customer_names *names, struct index *index,
                                struct fault *fault) MUST_CHECK;

/** The number of a customer, "" where it is not among them; borrowed. */
const char *customer_names_number(const struct customer_names *names, struct uuid id);

/** Free. */
void customer_names_deinit(struct customer_names *names);

/** What a list shows of a row. NULL at out of memory. */
json_t *recording_json_brief(const struct index_recording *row, const struct customer_names *names);

/** All of a row, with legs and facts. NULL at out of memory. */
json_t *recording_json_whole(const struct index_recording *row, const struct customer_names *names,
                             const struct index_fact *facts, size_t fact_count);

/** What is told of each document: at_ms, message, type, bytes. NULL at out of memory. */
json_t *recording_json_documents(const struct bytes *section);

/** Read an id from the command line and its row; prints the line where it cannot. */
enum exit_code recording_find_row(struct context *context, const char *text,
                                  struct index_recording *row) MUST_CHECK;

/** Path of the file of a row, on the volume that has it; on the store's own where none does.
 *  Statuses as recording_find. */
enum status recording_file_path(const struct context *context, const struct index_recording *row,
                                char path[static BOUND_PATH_BYTES], struct fault *fault) MUST_CHECK;

/** What files are opened with; borrowed from the context, whose keys must be open. */
struct recording_access recording_access(const struct context *context);

/** Open the file of a row. Statuses as recording_reader_open; keys must be open. */
enum status recording_open_file(struct context *context, const struct index_recording *row,
                                struct recording_reader **reader, struct fault *fault) MUST_CHECK;

#endif
