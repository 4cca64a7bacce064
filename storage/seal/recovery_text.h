/**
 * recovery_text: the recovery key's private half as texts, whole or in shares. Private to seal; the
 * way back is in recovery.h.
 *
 *   brk1 ...   32 bytes: the private half
 *   brs1 ...   u8 number of the share, u8 how many suffice, the first 4 bytes of the recovery key's
 *              id, 32 bytes of the share
 */
#ifndef RECORDER_STORAGE_SEAL_RECOVERY_TEXT_H
#define RECORDER_STORAGE_SEAL_RECOVERY_TEXT_H

#include "storage/seal/recovery.h"

/** Make secret->text from its private half. STATUS_OK, STATUS_INVALID (split is out of its range),
 *  STATUS_NOMEM. */
enum status recovery_text_make(struct recovery_split split, struct recovery_secret *secret,
                               struct fault *fault) MUST_CHECK;

#endif
