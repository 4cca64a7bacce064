/**
 * rotation: a new master key in the place of the old one. The private halves are wrapped by it
 * anew; no recording is touched (FORMAT.md section 6.2).
 *
 *   1. the new master key is made, durable, as `<master>.next`; from then on new pairs are wrapped
 *      by it;
 *   2. each .key file that is still under the old one is written anew, whole or not at all;
 *   3. when all are, the new one is put in force (in_force.h), takes the old one's place, and the
 *      old one is written over.
 *
 * Whatever is cut off, both keys are there until all pairs are under the new one; said again it
 * goes on where it was. Programs that run meanwhile read both (keys.h). Who goes on with the old
 * one after that, as with a credential, makes nothing under it.
 */
#ifndef RECORDER_STORAGE_SEAL_ROTATION_H
#define RECORDER_STORAGE_SEAL_ROTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/seal/keys.h"

struct rotation_report {
    bool resumed;     /* the next one was there already */
    size_t wrapped;   /* private halves that are under the new one now */
    size_t failed;    /* that open with neither */
    struct fault why; /* of the first of those */
};

/**
 * new_master  where the new master key is to be, for one that cannot be written in its place (a
 *             credential): made there, or, where it is there, used. It is left there, and takes
 *             nobody's place: until the programs have it, they open nothing and make no pairs.
 *             NULL: as above.
 *
 * STATUS_OK        all are under the new one, which is in force.
 * STATUS_CORRUPT   some open with neither: the new one is not in force, both stay, and nothing is
 *                  lost. What failed is in report; restore it (recovery.h) and say it again.
 * STATUS_CONFLICT  new_master is given, but a rotation without it was begun; or neither this
 *                  program's master key nor the new one is in force.
 * STATUS_BUSY, STATUS_DENIED (the mode of what is at new_master), STATUS_FULL, STATUS_IO,
 * STATUS_NOMEM     said again it goes on.
 */
enum status keys_rotate(struct private_keys *keys, const char *new_master,
                        struct rotation_report *report, struct fault *fault) MUST_CHECK;

#endif
