/**
 * recover: finish a file that its writer left behind (FORMAT.md section 5).
 */
#ifndef RECORDER_STORAGE_RECORDING_RECOVER_H
#define RECORDER_STORAGE_RECORDING_RECOVER_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/access.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

/* How to describe a recovered recording; called with what survived, returns its details section. */
struct recover_describe {
    void *context;
    /* details: SECTION_DETAILS JSON to store, owned by the callee until the next call. */
    enum status (*details)(void *context, const struct recording_summary *so_far,
                           const char **details, size_t *details_bytes);
};

/**
 * Keep every authentic audio frame and the newest authentic tail copy: their whole Ogg pages, ended
 * by an empty end-of-stream page, go with a footer of state RECOVERED, signed by the keeper, into a
 * new file that takes the old one's place; the tail is removed. The old file is only read, so
 * whatever fails or crashes, it or the new one is there, whole. Where durable frames are not
 * authentic any more (holes, see the summary) the old file stays as "<path>.damaged".
 *
 * A file with a valid footer and a leftover tail only loses the tail (the crash came after the
 * seal), once all of it has been verified.
 *
 * describe  NULL for no details section. so_far has no hashes and no file_bytes yet.
 *
 * STATUS_OK        *summary set, state RECOVERED or SEALED. summary->holes > 0 is worth an alarm.
 * STATUS_BUSY      a writer still holds it, or another recovery does.
 * STATUS_NOT_FOUND no such file.
 * STATUS_NO_KEY    its key is not here; untouched.
 * STATUS_VERSION   a newer format; untouched.
 * STATUS_CORRUPT   the header is not authentic, a footer is there but is forged, or not a single
 *                  whole page is there; untouched.
 * STATUS_IO, STATUS_FULL, STATUS_NOMEM, and what describe returned: untouched.
 */
enum status recording_recover(const struct recording_access *access, const char *path,
                              struct uuid expect, const struct signer *signer,
                              const struct recover_describe *describe,
                              struct recording_summary *summary, struct fault *fault) MUST_CHECK;

#endif
