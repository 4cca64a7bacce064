#include "tools/recorderctl/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/disk/volumes.h"

enum { MODE_BITS = 07777, MODE_OF_OTHERS = 0077 };

const struct owners_row owners_rows[] = {
    /* sticky: nobody replaces there what another made, but the keeper, whose it is */
    {"", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 03770, 0, false, true},
    {"index.sqlite", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, false, false},
    {"index.sqlite-wal", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, false, false},
    {"index.sqlite-shm", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, false, false},
    {"reserve", OWNERS_STORE, OWNERS_INGEST, OWNERS_SHARED, 0, 0600, false, false},
    {"keeper.json", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0644, false, false},
    {"receipts", OWNERS_STORE, OWNERS_KEEPER, OWNERS_KEEPER, 02750, 0640, true, false},
    {"recordings", OWNERS_STORE, OWNERS_INGEST, OWNERS_INGEST, 02775, 0664, true, true},
    {"", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0755, 0, false, false},
    {"public", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0755, 0644, true, false},
    {"private", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_WEB, 02750, 0640, true, false},
    {"signing", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0755, 0, false, false},
    {"signing/ingest.key", OWNERS_KEYS, OWNERS_INGEST, OWNERS_INGEST, 0, 0400, false, false},
    {"signing/keeper.key", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0400, false, false},
    {"", OWNERS_MASTER, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0400, false, false},
};
const size_t owners_row_count = sizeof owners_rows / sizeof owners_rows[0];

/* Path of a row, on a volume by its number: the store's own is 0. */
static enum status row_path(const struct owners_row *row, const struct config *config,
                            size_t volume, char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    const struct volumes volumes = volumes_of(config);
    const char *const places[] = {
        [OWNERS_STORE] = volumes.directory[volume],
        [OWNERS_KEYS] = config->keys,
        [OWNERS_MASTER] = config->master_key,
    };
    int length = snprintf(path, BOUND_PATH_BYTES, "%s%s%s", places[row->where],
                          row->leaf[0] ? "/" : "", row->leaf);

    if (length < 0 || length >= BOUND_PATH_BYTES)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", places[row->where]);
    return STATUS_OK;
}

uid_t owners_user(const struct owners_row *row, const struct owners *owners)
{
    switch (row->user) {
    case OWNERS_INGEST:
        return owners->ingest;
    case OWNERS_WEB:
        return owners->web;
    case OWNERS_KEEPER:
    case OWNERS_SHARED:
        break;
    }
    return owners->keeper;
}

gid_t owners_group(const struct owners_row *row, const struct owners *owners)
{
    switch (row->group) {
    case OWNERS_INGEST:
        return owners->ingest_group;
    case OWNERS_WEB:
        return owners->web_group;
    case OWNERS_KEEPER:
        return owners->keeper_group;
    case OWNERS_SHARED:
        break;
    }
    return owners->shared_group;
}

/* --- who they are ------------------------------------------------------------------------------
 */

static bool read_number(const char *text, unsigned *number)
{
    char *rest = NULL;
    unsigned long value = strtoul(text, &rest, 10);

    if (text[0] < '0' || text[0] > '9' || *rest || value > 0x7fffffffUL)
        return false;
    *number = (unsigned)value;
    return true;
}

static enum status find_user(const char *name, uid_t *user, gid_t *group, struct fault *fault)
{
    unsigned number = 0;
    bool numbered = read_number(name, &number);
    const struct passwd *known = numbered ? getpwuid(number) : getpwnam(name);

    if (!known && !numbered)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "there is no user %s", name);
    *user = known ? known->pw_uid : number;
    *group = known ? known->pw_gid : number;
    return STATUS_OK;
}

static enum status find_group(const char *name, gid_t *group, struct fault *fault)
{
    unsigned number = 0;
    bool numbered = read_number(name, &number);
    const struct group *known = numbered ? NULL : getgrnam(name);

    if (!known && !numbered)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "there is no group %s", name);
    *group = known ? known->gr_gid : number;
    return STATUS_OK;
}

enum status owners_find(const char *const names[static 4], struct owners *owners,
                        struct fault *fault)
{
    struct owners found;
    enum status status = find_user(names[0] ? names[0] : "recorder-ingest", &found.ingest,
                                   &found.ingest_group, fault);

    if (status == STATUS_OK)
        status =
            find_user(names[1] ? names[1] : "recorder-web", &found.web, &found.web_group, fault);
    if (status == STATUS_OK)
        status = find_user(names[2] ? names[2] : "recorder-keeper", &found.keeper,
                           &found.keeper_group, fault);
    if (status == STATUS_OK)
        status = find_group(names[3] ? names[3] : "recorder", &found.shared_group, fault);
    if (status == STATUS_OK)
        *owners = found;
    return status;
}

/* A row by what it is of. */
static enum status stat_row(enum owners_where where, const char *leaf, const struct config *config,
                            struct stat *about, struct fault *fault)
{
    const struct owners_row row = {.where = where, .leaf = leaf};
    char path[BOUND_PATH_BYTES];
    enum status status = row_path(&row, config, 0, path, fault);

    if (status == STATUS_OK && lstat(path, about) != 0)
        status = fault_set(fault, STATUS_IO, errno, "look at %s", path);
    return status;
}

enum status owners_read(const struct config *config, struct owners *owners, struct fault *fault)
{
    struct stat store;
    struct stat recordings;
    struct stat private_halves;
    struct stat signing;
    enum status status = stat_row(OWNERS_STORE, "", config, &store, fault);

    if (status == STATUS_OK)
        status = stat_row(OWNERS_STORE, "recordings", config, &recordings, fault);
    if (status == STATUS_OK)
        status = stat_row(OWNERS_KEYS, "private", config, &private_halves, fault);
    if (status == STATUS_OK)
        status = stat_row(OWNERS_KEYS, "signing", config, &signing, fault);
    if (status == STATUS_OK)
        *owners = (struct owners){
            .ingest = recordings.st_uid,
            .ingest_group = recordings.st_gid,
            .keeper = store.st_uid,
            .keeper_group = signing.st_gid,
            .web_group = private_halves.st_gid,
            .shared_group = store.st_gid,
        };
    return status;
}

/* --- the files ---------------------------------------------------------------------------------
 */

struct walk {
    bool (*told)(void *arg, const struct owners_seen *seen);
    void *arg;
    bool stopped;
};

static void tell(struct walk *walk, const char *path, const struct owners_row *row,
                 const struct stat *about)
{
    const struct owners_seen seen = {path, row, *about};

    if (!walk->stopped && (S_ISREG(about->st_mode) || S_ISDIR(about->st_mode)))
        walk->stopped = !walk->told(walk->arg, &seen);
}

/* What goes away while it is looked at, as a call's tail does, is passed over. */
static enum status walk_below(struct walk *walk, const char *path, const struct owners_row *row,
                              struct fault *fault)
{
    char copy[BOUND_PATH_BYTES];
    char *const paths[] = {copy, NULL};

    (void)snprintf(copy, sizeof copy, "%s", path);
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return fault_set(fault, STATUS_IO, errno, "look into %s", path);
    for (FTSENT *entry; !walk->stopped && (entry = fts_read(tree));) {
        if (entry->fts_info == FTS_D || entry->fts_info == FTS_F)
            tell(walk, entry->fts_path, row, entry->fts_statp);
    }
    (void)fts_close(tree);
    return STATUS_OK;
}

static enum status walk_row(struct walk *walk, const struct owners_row *row,
                            const struct config *config, size_t volume, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;
    enum status status = row_path(row, config, volume, path, fault);

    if (status != STATUS_OK || lstat(path, &about) != 0)
        return status;
    if (row->below && S_ISDIR(about.st_mode))
        return walk_below(walk, path, row, fault);
    tell(walk, path, row, &about);
    return STATUS_OK;
}

enum status owners_walk(const struct config *config,
                        bool (*told)(void *arg, const struct owners_seen *seen), void *arg,
                        struct fault *fault)
{
    struct walk walk = {.told = told, .arg = arg};
    const size_t volumes = volumes_of(config).count;
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && !walk.stopped && i < owners_row_count; i++) {
        const struct owners_row *row = &owners_rows[i];
        for (size_t k = 0; status == STATUS_OK && k < (row->each_volume ? volumes : 1); k++)
            status = walk_row(&walk, row, config, k, fault);
    }
    return status;
}

static mode_t wanted_mode(const struct owners_seen *seen)
{
    return S_ISDIR(seen->about.st_mode) ? seen->row->directory_mode : seen->row->file_mode;
}

/* Of what lies below recordings the keeper makes some, and of the index's helpers whoever came
 * first: there the group and the mode are what counts. */
static bool any_owner(const struct owners_row *row)
{
    return row->below || strncmp(row->leaf, "index.sqlite-", 13) == 0;
}

/* Whether a mode lets the group do what it does not let all others do. */
static bool group_counts(mode_t mode)
{
    return (mode & S_IRWXG) >> 3 & ~(mode & S_IRWXO);
}

enum owners_fit owners_fit(const struct owners_seen *seen, const struct owners *owners)
{
    const struct stat *about = &seen->about;
    mode_t wanted = wanted_mode(seen);
    bool right_user = any_owner(seen->row) || about->st_uid == owners_user(seen->row, owners);
    bool right_group = about->st_gid == owners_group(seen->row, owners);

    if (about->st_mode & MODE_OF_OTHERS & ~wanted)
        return OWNERS_TOO_OPEN;
    if ((!right_user && about->st_uid != 0) ||
        (!right_group && about->st_gid != 0 && group_counts(about->st_mode)))
        return OWNERS_TOO_OPEN;
    if (!right_user || (!right_group && group_counts(wanted)) ||
        (about->st_mode & MODE_BITS & ~(mode_t)S_IRWXU) != (wanted & ~(mode_t)S_IRWXU))
        return OWNERS_TOO_CLOSED;
    return OWNERS_FITS;
}

struct change {
    const struct owners *owners;
    size_t changed;
    struct fault *fault;
    enum status status;
};

/* By descriptor, for what is below may be another's: a name could become a link meanwhile. */
static bool change_one(void *arg, const struct owners_seen *seen)
{
    struct change *change = arg;
    uid_t user = any_owner(seen->row) && seen->about.st_uid == change->owners->keeper
                     ? seen->about.st_uid
                     : owners_user(seen->row, change->owners);
    gid_t group = owners_group(seen->row, change->owners);
    mode_t mode = wanted_mode(seen);

    if (!mode || (seen->about.st_uid == user && seen->about.st_gid == group &&
                  (seen->about.st_mode & MODE_BITS) == mode))
        return true;
    int file = open(seen->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return true;
    /* the mode last: a change of owner takes the setgid bit away */
    if (file < 0 || fchown(file, user, group) != 0 || fchmod(file, mode) != 0)
        change->status =
            fault_set(change->fault, STATUS_IO, errno, "set owner and mode of %s", seen->path);
    else
        change->changed++;
    if (file >= 0)
        (void)close(file);
    return change->status == STATUS_OK;
}

enum status owners_apply(const struct owners *owners, const struct config *config, size_t *changed,
                         struct fault *fault)
{
    struct change change = {.owners = owners, .fault = fault, .status = STATUS_OK};
    enum status status = owners_walk(config, change_one, &change, fault);

    *changed = change.changed;
    return status == STATUS_OK ? change.status : status;
}
