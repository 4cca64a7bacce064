/**
 * owners: whose each file of the store and its keys is, and who may do what with it: the table of
 * storage/KEYS.md. `init` makes it so, `doctor` looks whether it is.
 *
 * The store's directory is the gate: below it nobody gets but the members of its group, which the
 * three programs' users are. So what "others" may do there is what the third program may.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_OWNERS_H
#define RECORDER_TOOLS_RECORDERCTL_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/bounds.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"

/* The users that the programs run as, their own groups, and the group that all are in. */
struct owners {
    uid_t ingest, web, keeper;
    gid_t ingest_group, web_group, keeper_group, shared_group;
};

enum owners_who { OWNERS_INGEST, OWNERS_WEB, OWNERS_KEEPER, OWNERS_SHARED };
enum owners_where { OWNERS_STORE, OWNERS_KEYS, OWNERS_MASTER };

/* A file or directory; where `below` is set, all that is below it too. What the store's own volume
 * and the further ones have in common says so. */
struct owners_row {
    const char *leaf; /* below it; "" for it itself */
    enum owners_where where;
    enum owners_who user;
    enum owners_who group;
    mode_t directory_mode; /* 0: it is a file */
    mode_t file_mode;
    bool below;
    bool each_volume;
};

extern const struct owners_row owners_rows[];
extern const size_t owners_row_count;

/** The user and the group of a row's files. */
uid_t owners_user(const struct owners_row *row, const struct owners *owners);
gid_t owners_group(const struct owners_row *row, const struct owners *owners);

/**
 * The users by name or number; a user's own group is the one of the system's list of users, or the
 * one of the same number.
 *
 * names  of ingest, web, keeper, and of the group; each NULL for the usual one, "recorder-ingest"
 *        and so on, "recorder".
 *
 * STATUS_OK; STATUS_NOT_FOUND: fault names the one that there is not.
 */
enum status owners_find(const char *const names[static 4], struct owners *owners,
                        struct fault *fault) MUST_CHECK;

/**
 * Give each file of the table its owner, group and mode. What is not there is passed over. As root.
 *
 * changed  how many were not so already; out.
 *
 * STATUS_OK, STATUS_IO, STATUS_LIMIT.
 */
enum status owners_apply(const struct owners *owners, const struct config *config, size_t *changed,
                         struct fault *fault) MUST_CHECK;

/**
 * The users as they are: of the store's directory, its recordings and the private halves. web is
 * not known from files, and stays 0.
 *
 * STATUS_OK; STATUS_IO: one of them cannot be looked at.
 */
enum status owners_read(const struct config *config, struct owners *owners,
                        struct fault *fault) MUST_CHECK;

/* What a look at one file saw. */
struct owners_seen {
    const char *path;
    const struct owners_row *row;
    struct stat about;
};

enum owners_fit {
    OWNERS_FITS,
    OWNERS_TOO_CLOSED, /* a program that needs it may not have it */
    OWNERS_TOO_OPEN,   /* somebody may have it who does not need it */
};

/** Whether it is as its row says. What its own user may do is not looked at: that one can change
 * it. */
enum owners_fit owners_fit(const struct owners_seen *seen, const struct owners *owners);

/**
 * Tell each file of the table that is there, without what cannot be looked at. told returns whether
 * to go on.
 *
 * STATUS_OK, STATUS_IO, STATUS_LIMIT.
 */
enum status owners_walk(const struct config *config,
                        bool (*told)(void *arg, const struct owners_seen *seen), void *arg,
                        struct fault *fault) MUST_CHECK;

#endif
