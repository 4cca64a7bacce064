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

/* What is root's is the one user's where there is but one. */
enum owners_who { OWNERS_INGEST, OWNERS_WEB, OWNERS_KEEPER, OWNERS_SHARED, OWNERS_ROOT };
enum owners_where { OWNERS_STORE, OWNERS_KEYS, OWNERS_MASTER };

enum owners_flag {
    OWNERS_BELOW = 1,       /* all that is below it too */
    OWNERS_EACH_VOLUME = 2, /* of the further volumes too, as of the store's own */
    OWNERS_KEEPER_TOO = 4,  /* some are the keeper's, which seals anew what another made */
    OWNERS_EACH_TOO = 8,    /* it is whose it was who came first */
};

/* A file or directory. */
struct owners_row {
    const char *leaf; /* below it; "" for it itself */
    enum owners_where where;
    enum owners_who user;
    enum owners_who group;
    mode_t directory_mode; /* 0: it is a file */
    mode_t file_mode;
    unsigned flags;
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
 * The users as they are: of the store's directory, its recordings and the private halves. web is
 * not known from files, and stays 0.
 *
 * STATUS_OK; STATUS_IO: one of them cannot be looked at.
 */
enum status owners_read(const struct config *config, struct owners *owners,
                        struct fault *fault) MUST_CHECK;

/**
 * Path of a row's file or directory.
 *
 * volume  its number; other than 0 for rows of each volume alone.
 *
 * STATUS_OK, STATUS_LIMIT: it does not fit.
 */
enum status owners_path(const struct owners_row *row, const struct config *config, size_t volume,
                        char path[static BOUND_PATH_BYTES], struct fault *fault) MUST_CHECK;

/* What a look at one file saw (owners_files.h). */
struct owners_seen {
    const char *path;
    const char *top; /* the row's own directory or file; path is it, or lies below it */
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

/** Whose it should be, of those whose its row lets it be: whose it is, if that is one of them. */
uid_t owners_wanted_user(const struct owners_seen *seen, const struct owners *owners);

/** The mode that it should have. */
mode_t owners_wanted_mode(const struct owners_seen *seen);

#endif
