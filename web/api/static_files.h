/**
 * static_files: the portal's built files, read once into memory.
 *
 * What is served is what was in the directory at the start: a path of a request is looked up in a
 * table and never reaches the file system. Read-only after loading, so any thread may look.
 */
#ifndef RECORDER_WEB_API_STATIC_FILES_H
#define RECORDER_WEB_API_STATIC_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "web/api/exchange.h"

enum {
    STATIC_FILES_MAX = 256,
    STATIC_FILES_DEPTH_MAX = 4,
    STATIC_FILES_BYTES_MAX = 64 * 1024 * 1024, /* of all together */
    STATIC_FILES_ETAG_BYTES = 40,
};

struct static_files;

struct static_file {
    char path[BOUND_PATH_BYTES]; /* as requested: "/assets/app-4KX2QW7D.js" */
    const char *content_type;
    bool immutable; /* its name bears a hash of its content */
    char etag[STATIC_FILES_ETAG_BYTES];
    uint8_t *data;
    size_t data_bytes;
};

/**
 * Load a directory with those below it. Names that begin with a dot, and what is no regular file,
 * are left out.
 *
 * STATUS_OK, STATUS_NOT_FOUND (no such directory), STATUS_LIMIT (a maximum above; fault says
 * which), STATUS_IO, STATUS_NOMEM.
 */
enum status static_files_load(const char *directory, struct static_files **out,
                              struct fault *fault) MUST_CHECK;

/** NULL is accepted. */
void static_files_destroy(struct static_files *owned_files);

/** The file of a path, "/" being "/index.html"; NULL where there is none. files may be NULL. */
const struct static_file *static_files_find(const struct static_files *files, const char *path);

/** Whether a file name bears a hash: "-" and eight capitals or digits before its extension. */
bool static_files_is_hashed(const char *name);

/** Answer a request for a page or an asset; files must outlive the answer. Does not block. */
void static_files_answer(const struct static_files *files, struct exchange *exchange);

#endif
