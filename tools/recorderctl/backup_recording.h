/**
 * backup_recording: whether a copy of a recording's file is one to keep: that it is one which can
 * be opened, and that it takes nothing away that the copy before it had.
 *
 * The hash in the index is over the frames alone. What else a file needs to be opened, its header,
 * its key slots and its footer, is looked at here: in the store they may be damaged while the copy
 * in the backup is whole.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_RECORDING_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_RECORDING_H

#include "storage/recording/access.h"
#include "tools/recorderctl/backup_copy.h"

struct backup_recording {
    struct recording_access access; /* keys NULL: the master key is not here, nothing opens */
    struct uuid id;
    const char *before; /* the copy that would be replaced; it need not be there */
};

/**
 * The question of struct backup_question; its context is a struct backup_recording.
 *
 * Where a key here opens it: header, commitment and footer are authentic, the footer's hash is that
 * of the frames, no slot is broken. Where none does: it has a header and a length of its kind, and
 * beside the copy of the same frames before it, the same header and footer. In both cases a slot of
 * the copy before is as it was there, unless it opens, or was emptied and another one opens.
 *
 * STATUS_OK, STATUS_CORRUPT, STATUS_NOMEM, STATUS_IO.
 */
enum status backup_recording_ask(void *context, const char *path,
                                 const struct backup_digest *digest,
                                 struct fault *fault) MUST_CHECK;

#endif
