/**
 * backup_manifest: what a backup is: which index, which list of files, of when (storage/FORMAT.md
 * section 9). It is replaced as one, and what it names is kept until then (backup_before.h): so
 * there is always a whole backup, the last one or the one before.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_MANIFEST_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_MANIFEST_H

#include <stdbool.h>

#include "tools/recorderctl/backup_copy.h"
#include "tools/recorderctl/backup_json.h"

enum { BACKUP_NAME_BYTES = 64, BACKUP_STAMP_BYTES = 32 };

#define BACKUP_INDEX_PREFIX "index-"
#define BACKUP_LIST_PREFIX "files-"

/* A file beside the manifest. */
struct backup_named {
    char name[BACKUP_NAME_BYTES];
    struct backup_digest digest; /* bytes and sha256 */
};

struct backup_manifest {
    char made_at[BACKUP_STAMP_BYTES]; /* RFC 3339: the moment whose state the index is */
    char version[BACKUP_STAMP_BYTES]; /* of the program */
    int schema;
    struct backup_named index;
    struct backup_named list;
    uint64_t recordings; /* files */
    uint64_t bytes;      /* of them */
    uint64_t running;    /* left out: they went on */
    uint64_t failed;     /* left out: nothing of them was kept, there is no file */
    uint64_t missing;    /* not there, or not whole: an older copy, or one as it is, may be */
};

/**
 * Read the manifest of a backup.
 *
 * STATUS_OK, and as backup_json_read.
 */
enum status backup_manifest_read(const char *directory, const struct backup_trust *trust,
                                 struct backup_manifest *manifest, struct fault *fault) MUST_CHECK;

/** Write it, as backup_json_write. */
enum status backup_manifest_write(const char *directory, const struct backup_manifest *manifest,
                                  const struct signer *signer, struct fault *fault) MUST_CHECK;

/** Check a file that the manifest names. STATUS_OK, STATUS_CORRUPT, STATUS_NOT_FOUND, STATUS_IO. */
enum status backup_manifest_check(const char *directory, const struct backup_named *named,
                                  struct fault *fault) MUST_CHECK;

#endif
