/**
 * init_volumes: the directories that a store is made in. What is made below a mount point while
 * nothing is mounted there is hidden by the next mount, and looks like a store meanwhile: so what
 * may be one is taken for new only where an operator says that it is.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_INIT_VOLUMES_H
#define RECORDER_TOOLS_RECORDERCTL_INIT_VOLUMES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"

/* What was made, what was there already, and which volumes are not there, for the answer. */
struct init_outcome {
    json_t *created;
    json_t *kept;
    json_t *missing;
};

/** Add a path to the outcome. STATUS_OK, STATUS_NOMEM. */
enum status init_note(struct init_outcome *outcome, bool created, const char *path,
                      struct fault *fault) MUST_CHECK;

/**
 * Whether the store is there, or may be made where the configuration says. Nothing is changed.
 *
 * STATUS_OK        it is there; or its directory is not, nor is what it would be made in an empty
 *                  directory that is no mount point.
 * STATUS_CONFLICT  what is there is such a directory, or a further volume is some store's: the
 *                  store's own volume may not be mounted.
 * STATUS_LIMIT     a path is too long.
 */
enum status init_volumes_check(const struct config *config, struct fault *fault) MUST_CHECK;

/**
 * Make the store's directories and its mark, and those of a new volume; look for the other volumes.
 *
 * new_volume  one of the configuration's volumes, which is taken for this store; NULL: none.
 *
 * STATUS_OK
 * STATUS_INVALID  new_volume is none of them; nothing was changed.
 * STATUS_EXISTS   it is another store's.
 * STATUS_IO, STATUS_FULL, STATUS_LIMIT, STATUS_CORRUPT (the store's mark), STATUS_NOMEM.
 */
enum status init_volumes_make(const struct config *config, const char *new_volume,
                              struct init_outcome *outcome, struct fault *fault) MUST_CHECK;

#endif
