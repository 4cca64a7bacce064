/**
 * backup_copy: one file copied so that the copy is known to be right: written under a temporary
 * name, synced, read back from the disk and compared, and only then given its own name. What is
 * there under a file's own name was verified; a crash leaves what was there before.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_COPY_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/status.h"

enum { BACKUP_HASH_BYTES = 32, BACKUP_HASH_TEXT_BYTES = 65 };

/* What is known of a file by reading it once. */
struct backup_digest {
    uint64_t bytes;
    int64_t mtime_us;
    uint64_t lost_bytes;                      /* that the disk did not give: zeros in the copy */
    uint8_t sha256[BACKUP_HASH_BYTES];        /* of all of it */
    uint8_t sha256_cipher[BACKUP_HASH_BYTES]; /* of a recording's frames but for its footer: what
                                                 its row and its footer say; of a file that has not
                                                 so many bytes of nothing */
};

/* On which side of a copy something failed. */
enum backup_side { BACKUP_SOURCE, BACKUP_TARGET };

/* A further question to a copy, before it gets its name: STATUS_CORRUPT where it is none to keep.
 */
struct backup_question {
    enum status (*ask)(void *context, const char *path, const struct backup_digest *digest,
                       struct fault *fault);
    void *context;
};

struct backup_copy {
    const char *from;
    const char *to;
    mode_t mode;                            /* exactly that */
    const uint8_t *sha256;                  /* that it must have, or NULL */
    const uint8_t *sha256_cipher;           /* that it must have, or NULL */
    const struct backup_question *question; /* or NULL */
    bool as_it_is;   /* units that the disk does not give become zeros, unless it gives none */
    bool into_store; /* it belongs to the owner of its directory where root makes it */
    bool secret;     /* a key: what is not finished is written over before it is removed */
};

/** The time of a file's content, microseconds since 1970. */
int64_t backup_mtime_us(const struct stat *about);

/**
 * Read a file.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_BUSY (it was changed meanwhile), STATUS_IO.
 */
enum status backup_digest_file(const char *path, struct backup_digest *digest,
                               struct fault *fault) MUST_CHECK;

/**
 * Copy a file, and its time. What is at `to` is replaced. Directories are there; the new name is
 * durable after backup_copy_settle.
 *
 * digest  out.
 * side    out where it fails, or NULL: what failed. BACKUP_SOURCE says nothing of the next file,
 *         BACKUP_TARGET of every one.
 *
 * STATUS_OK, STATUS_NOT_FOUND, STATUS_BUSY (it was changed or replaced meanwhile), STATUS_CORRUPT
 * (source: it has not the hash that it must have, or the question's answer; target: it did not come
 * back from the disk as it was written), STATUS_LIMIT (path too long), STATUS_FULL, STATUS_IO,
 * STATUS_NOMEM, others of the question: nothing at `to` has changed.
 */
enum status backup_copy_file(const struct backup_copy *copy, struct backup_digest *digest,
                             enum backup_side *side, struct fault *fault) MUST_CHECK;

/** Make what was named below a directory durable. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status backup_copy_settle(const char *directory, struct fault *fault) MUST_CHECK;

/** Make the directories on the way to a file, with exactly that mode. STATUS_OK, STATUS_LIMIT,
 * STATUS_FULL, STATUS_IO. */
enum status backup_make_parents(const char *path, mode_t mode, struct fault *fault) MUST_CHECK;

/** "<directory>/<leaf>". STATUS_OK, STATUS_LIMIT. */
enum status backup_path(const char *directory, const char *leaf, char *path,
                        struct fault *fault) MUST_CHECK;

#endif
