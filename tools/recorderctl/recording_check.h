/**
 * recording_check: reading a recording's whole file, and comparing it with its row.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECORDING_CHECK_H
#define RECORDER_TOOLS_RECORDERCTL_RECORDING_CHECK_H

#include "storage/index/recordings.h"
#include "tools/recorderctl/context.h"

/** What a file's footer and a row say of the same thing that is not the same; a static string, NULL
 *  where they agree. */
const char *recording_difference(const struct recording_summary *summary,
                                 const struct index_recording *row);

/**
 * Every byte of a finished recording is as it was sealed, and its row says the same.
 *
 * row  in state SEALED or RECOVERED; keys are open.
 *
 * STATUS_OK.
 * STATUS_CORRUPT   it is not, or the row says otherwise; fault says what.
 * STATUS_NO_KEY    its key is not here: nothing can be said.
 * STATUS_NOT_FOUND there is no file.
 * Others as recording_reader_open and recording_reader_verify.
 */
enum status recording_check(struct context *context, const struct index_recording *row,
                            struct fault *fault) MUST_CHECK;

#endif
