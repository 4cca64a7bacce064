/**
 * reassign: seal a finished recording to another customer (FORMAT.md section 5.4). It is written
 * anew, under a new DEK: who had the old key can open nothing of it from then on. What is sealed to
 * the hold key too stays so.
 */
#ifndef RECORDER_STORAGE_RECORDING_REASSIGN_H
#define RECORDER_STORAGE_RECORDING_REASSIGN_H

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/access.h"
#include "storage/recording/format.h"
#include "storage/seal/keys.h"

/* What is to become whose. Borrowed for the call. */
struct reassign_spec {
    const char *path;
    struct uuid recording;          /* that the file must bear */
    struct uuid customer;           /* whose it is to be */
    const struct customer_key *key; /* of theirs, for the new DEK */
};

/**
 * Put into a file's place one of the same recording, audio, sections and state, whose header names
 * the other customer. The old one is verified before and the new one afterwards; the old one is
 * only read, so whatever fails or crashes, it or the new one is there, whole.
 *
 * signer  the keeper: it signs the new footer.
 *
 * STATUS_OK        *summary is that of the new file; or of the file as it is, where it was sealed
 *                  to that customer already (an earlier one came as far as that).
 * STATUS_BUSY      another holds it, or changes or counts what is sealed to which key.
 * STATUS_CONFLICT  not finished.
 * STATUS_VERSION   a newer format, or a section of a kind that this program does not know.
 * STATUS_NO_KEY    nothing here opens it; or it is on hold, and the hold key is not here.
 * STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_INVALID (key), STATUS_LIMIT (the path is
 * too long), STATUS_FULL, STATUS_IO, STATUS_NOMEM.
 * But for STATUS_IO after the rename, where the new file is there and a next time says so, the old
 * one is untouched.
 */
enum status recording_reassign(const struct reassign_spec *spec,
                               const struct recording_access *access, const struct signer *signer,
                               struct recording_summary *summary, struct fault *fault) MUST_CHECK;

#endif
