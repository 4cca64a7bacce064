/**
 * backup_list: the list of a backup's files, a line of JSON for each (storage/FORMAT.md section 9),
 * newest recording first as the index lists them. Lists are read and written a line at a time: they
 * may have millions.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_BACKUP_LIST_H
#define RECORDER_TOOLS_RECORDERCTL_BACKUP_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "tools/recorderctl/backup_copy.h"

/* What a recording in a backup is: a copy that is whole, or one that is kept all the same. */
enum backup_standing {
    BACKUP_WHOLE,
    BACKUP_GONE,    /* the index does not know it any more */
    BACKUP_DAMAGED, /* there was never a whole one */
    BACKUP_FAILED,  /* its row says that nothing was kept, and there is a file: as it is */
};

/* A recording in a backup. */
struct backup_entry {
    char path[BOUND_PATH_BYTES]; /* below the backup, and below the store: recordings/... */
    enum backup_standing standing;
    struct uuid id;
    wall_time started;
    struct backup_digest digest;
};

struct backup_list {
    FILE *file;       /* NULL: an empty one that is read */
    bool ended;       /* reading: `next` is not set */
    uint64_t entries; /* read or written */
    uint64_t bytes;   /* of their files */
    struct backup_entry next;
    char line[2 * BOUND_PATH_BYTES];
};

/**
 * Open for reading, at the first entry (`next`, unless `ended`).
 *
 * path  NULL: a list without entries.
 *
 * STATUS_OK, STATUS_CORRUPT, STATUS_NOT_FOUND, STATUS_IO.
 */
enum status backup_list_open(struct backup_list *list, const char *path,
                             struct fault *fault) MUST_CHECK;

/** Go on to the next entry. STATUS_OK, STATUS_CORRUPT (a line that is none), STATUS_IO. */
enum status backup_list_step(struct backup_list *list, struct fault *fault) MUST_CHECK;

/** Create, in the place of one that is there. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status backup_list_create(struct backup_list *list, const char *path,
                               struct fault *fault) MUST_CHECK;

/** Write an entry. STATUS_OK, STATUS_NOMEM, STATUS_FULL, STATUS_IO. */
enum status backup_list_add(struct backup_list *list, const struct backup_entry *entry,
                            struct fault *fault) MUST_CHECK;

/** Make one that was written durable, and close it. STATUS_OK, STATUS_FULL, STATUS_IO. */
enum status backup_list_finish(struct backup_list *list, struct fault *fault) MUST_CHECK;

/** Close; one that is not open is accepted. */
void backup_list_close(struct backup_list *list);

/** "whole", "gone", "damaged", "failed"; a static string. */
const char *backup_standing_name(enum backup_standing standing);

/** Newest first: whether one comes before another, by (started, id). */
bool backup_entry_before(wall_time started, struct uuid id, const struct backup_entry *other);

#endif
