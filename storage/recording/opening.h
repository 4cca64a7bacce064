/**
 * opening: a file with its header authenticated and its frame key at hand; what reader and recovery
 * have in common. Private to recording.
 */
#ifndef RECORDER_STORAGE_RECORDING_OPENING_H
#define RECORDER_STORAGE_RECORDING_OPENING_H

#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/access.h"
#include "storage/recording/footer.h"
#include "storage/recording/header.h"

struct opening {
    struct disk_file file;
    uint64_t file_bytes;
    struct header header;
    uint8_t key[SEAL_KEY_BYTES];
};

/**
 * Open for reading; authenticate the header.
 *
 * STATUS_OK        *opening set, for opening_deinit.
 * STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_NO_KEY, STATUS_VERSION, STATUS_IO.
 */
enum status opening_init(struct opening *opening, const struct recording_access *access,
                         const char *path, struct uuid expect, struct fault *fault) MUST_CHECK;

/**
 * The same for a segment that has another number than 0.
 *
 * STATUS_CORRUPT  also where the header bears another number.
 */
enum status opening_init_segment(struct opening *opening, const struct recording_access *access,
                                 const char *path, struct uuid expect, uint32_t segment,
                                 struct fault *fault) MUST_CHECK;

/**
 * Read the slots again, for who has locked the file since: only they may have changed.
 *
 * STATUS_OK, STATUS_CORRUPT, STATUS_VERSION, STATUS_IO: the header is as it was.
 */
enum status opening_read_again(struct opening *opening, struct fault *fault) MUST_CHECK;

/** Close the file, wipe the key. */
void opening_deinit(struct opening *opening);

/**
 * Read the footer at the end of the file.
 *
 * STATUS_OK       *footer set, authentic and signed.
 * STATUS_END      the file does not end with an authentic footer frame.
 * STATUS_CORRUPT  it does, but the footer is wrong or its signature is.
 * STATUS_VERSION, STATUS_IO.
 */
enum status opening_footer(const struct opening *opening, struct public_keys *signers,
                           struct footer *footer, struct fault *fault) MUST_CHECK;

#endif
