/**
 * receipt: what an operator can show afterwards: a JSON object in `<store>/receipts/`, signed by
 * the keeper's signing key. What is signed is the bytes of the file (FORMAT.md section 6.3), so
 * that no two programs need to agree on how JSON is written.
 *
 * The directory is the store's owner's. One that is another's, or a link, is refused: what is there
 * could be anybody's.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECEIPT_H
#define RECORDER_TOOLS_RECORDERCTL_RECEIPT_H

#include <jansson.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

enum { RECEIPT_BYTES_MAX = 65536 }; /* of a file */

/** Path of a receipt by its name, without ".json". STATUS_OK, STATUS_LIMIT. */
enum status receipt_path(const char *store, const char *name, char path[static BOUND_PATH_BYTES],
                         struct fault *fault) MUST_CHECK;

/**
 * Sign a receipt and make it durable. Of one name nobody else writes one at the same time.
 *
 * path    by receipt_path; its directory is made if missing.
 * object  gets the members "signer" and, last, "signature": it then is what a reader finds.
 *
 * STATUS_OK, STATUS_EXISTS (one of that name is there, and stays), STATUS_DENIED (the directory is
 * not the store's owner's), STATUS_NOMEM, STATUS_LIMIT, STATUS_FULL, STATUS_IO.
 */
enum status receipt_write(const struct disk *disk, const char *path, const struct signer *signer,
                          json_t *object, struct fault *fault) MUST_CHECK;

/**
 * Read a receipt, and check that nothing of it was changed since that signer signed it.
 *
 * signers  to look its public half up.
 * signer   whose signature it must bear: the keeper's. Others' public halves are there too.
 * object   out; freed by json_decref.
 *
 * STATUS_OK, STATUS_NOT_FOUND (no such file), STATUS_CORRUPT (it is no receipt, or was changed),
 * STATUS_DENIED (another signed it), STATUS_NO_KEY (the signer's public half is not here),
 * STATUS_LIMIT, STATUS_NOMEM, STATUS_IO.
 */
enum status receipt_read(const struct disk *disk, const char *path, struct public_keys *signers,
                         struct key_id signer, json_t **object, struct fault *fault) MUST_CHECK;

/**
 * Give what is in the place of a receipt another name, which says when, durably: it is evidence.
 *
 * aside  out: its path now.
 *
 * STATUS_OK, STATUS_LIMIT, STATUS_FULL, STATUS_IO.
 */
enum status receipt_set_aside(const struct disk *disk, const char *path, wall_time now,
                              char aside[static BOUND_PATH_BYTES], struct fault *fault) MUST_CHECK;

#endif
