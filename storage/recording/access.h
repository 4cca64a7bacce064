/**
 * access: what finished files are opened with.
 */
#ifndef RECORDER_STORAGE_RECORDING_ACCESS_H
#define RECORDER_STORAGE_RECORDING_ACCESS_H

#include "storage/disk/disk.h"
#include "storage/seal/keys.h"

/* Borrowed for the call, all of it. */
struct recording_access {
    const struct disk *disk;
    struct private_keys *keys;   /* that DEKs are opened with */
    struct public_keys *signers; /* that footers are checked with */
};

#endif
