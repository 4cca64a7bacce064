/**
 * owners_files: the files that the table of owners.h speaks of, looked at one by one, and given to
 * whom they are for.
 *
 * What lies below a row's directory may be another user's, who may put links in the place of
 * directories while root is at work there. So a file is opened below its row's directory without
 * any link on the way, and is given to nobody unless it is the one that was looked at, under one
 * name alone.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_OWNERS_FILES_H
#define RECORDER_TOOLS_RECORDERCTL_OWNERS_FILES_H

#include "tools/recorderctl/owners.h"

/**
 * Tell each file and directory of the table that is there, without what cannot be looked at. told
 * returns whether to go on.
 *
 * STATUS_OK, STATUS_IO, STATUS_LIMIT.
 */
enum status owners_files_walk(const struct config *config,
                              bool (*told)(void *arg, const struct owners_seen *seen), void *arg,
                              struct fault *fault) MUST_CHECK;

/**
 * Set owner, group and mode of one that was seen, as its row says. As root.
 *
 * changed  whether it was not so already; out, on STATUS_OK alone.
 *
 * STATUS_OK        they are so, or the file is gone.
 * STATUS_CONFLICT  another file is there than was seen, or a link on the way to it, or it has
 *                  further names: nothing changed.
 * STATUS_IO        it cannot be opened or changed; STATUS_LIMIT its path.
 */
enum status owners_files_give(const struct owners_seen *seen, const struct owners *owners,
                              bool *changed, struct fault *fault) MUST_CHECK;

/* What was done with all of them. */
struct owners_given {
    size_t changed;
    size_t refused;               /* STATUS_CONFLICT, they stay as they are */
    char first[BOUND_PATH_BYTES]; /* of these; "" where there is none */
};

/**
 * Give each file of the table its owner, group and mode. What is not there is passed over. As root.
 *
 * STATUS_OK, STATUS_IO, STATUS_LIMIT; given is counted up to there.
 */
enum status owners_files_apply(const struct owners *owners, const struct config *config,
                               struct owners_given *given, struct fault *fault) MUST_CHECK;

#endif
