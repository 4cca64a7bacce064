/**
 * restore_rows: what a restored index must say of recordings that the backup has no file of.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RESTORE_ROWS_H
#define RECORDER_TOOLS_RECORDERCTL_RESTORE_ROWS_H

#include <stdint.h>

#include "tools/recorderctl/context.h"
#include "tools/recorderctl/progress.h"

struct restore_rows {
    uint64_t failed;       /* went on when the backup was made */
    uint64_t without_file; /* finished, and not in the backup */
};

/**
 * Fail those that went on, each with an entry in the audit log; count finished ones without a file.
 *
 * context  its index is the restored one; files are restored.
 */
enum status restore_rows(struct context *context, struct restore_rows *rows,
                         struct fault *fault) MUST_CHECK;

#endif
