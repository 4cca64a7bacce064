/**
 * support_recording: what fuzz targets of recordings share: a store with the keys of one customer.
 * One thread.
 */
#ifndef RECORDER_TESTS_FUZZ_SUPPORT_RECORDING_H
#define RECORDER_TESTS_FUZZ_SUPPORT_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/recording/access.h"

struct fuzz_store {
    /* Below FUZZ_DIR, or /dev/shm, or /tmp. In memory, where a file that is made anew has another
     * inode, by which support_recording_cut.h tells files apart. */
    char directory[64];
    struct private_keys *private_keys;
    struct public_keys *public_keys;
    struct signer *signer;
    struct uuid customer;
    struct customer_key key;
    wall_time now; /* all recordings begin then */
    struct recording_access access;
};

/** Make it; what goes wrong ends the process. */
void fuzz_store_open(struct fuzz_store *store);

/** Remove it. */
void fuzz_store_close(struct fuzz_store *store);

/** End the process unless OK. */
void fuzz_must(enum status status, const struct fault *fault);

/** Make or replace a file; what goes wrong ends the process. */
void fuzz_write_file(const char *path, const uint8_t *data, size_t data_bytes);

#endif
