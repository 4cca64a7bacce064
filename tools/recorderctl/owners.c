#include "tools/recorderctl/owners.h"

#include <errno.h>
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
    {"", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 03770, 0, OWNERS_EACH_VOLUME},
    {"index.sqlite", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, 0},
    {"index.sqlite-wal", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, OWNERS_EACH_TOO},
    {"index.sqlite-shm", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0660, OWNERS_EACH_TOO},
    {"store.id", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0644, OWNERS_EACH_VOLUME},
    {"reserve", OWNERS_STORE, OWNERS_INGEST, OWNERS_SHARED, 0, 0600, 0},
    {"keeper.json", OWNERS_STORE, OWNERS_KEEPER, OWNERS_SHARED, 0, 0644, 0},
    {"receipts", OWNERS_STORE, OWNERS_KEEPER, OWNERS_KEEPER, 02750, 0640, OWNERS_BELOW},
    {"recordings", OWNERS_STORE, OWNERS_INGEST, OWNERS_INGEST, 02775, 0664,
     OWNERS_BELOW | OWNERS_EACH_VOLUME | OWNERS_KEEPER_TOO},
    {"", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0755, 0, 0},
    /* who may read it could hold it */
    {"lock", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0600, 0},
    {"slots.lock", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0600, 0},
    {"public", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0755, 0644, OWNERS_BELOW},
    {"private", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_WEB, 02750, 0640, OWNERS_BELOW},
    /* root's: else whose directory it is puts another key in the place of ingest's */
    {"signing", OWNERS_KEYS, OWNERS_ROOT, OWNERS_ROOT, 0755, 0, 0},
    {"signing/ingest.key", OWNERS_KEYS, OWNERS_INGEST, OWNERS_INGEST, 0, 0400, 0},
    {"signing/keeper.key", OWNERS_KEYS, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0400, 0},
    {"", OWNERS_MASTER, OWNERS_KEEPER, OWNERS_KEEPER, 0, 0400, 0},
};
const size_t owners_row_count = sizeof owners_rows / sizeof owners_rows[0];

enum status owners_path(const struct owners_row *row, const struct config *config, size_t volume,
                        char path[static BOUND_PATH_BYTES], struct fault *fault)
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

static bool is_one_user(const struct owners *owners)
{
    return owners->ingest == owners->keeper;
}

uid_t owners_user(const struct owners_row *row, const struct owners *owners)
{
    switch (row->user) {
    case OWNERS_INGEST:
        return owners->ingest;
    case OWNERS_WEB:
        return owners->web;
    case OWNERS_ROOT:
        return is_one_user(owners) ? owners->keeper : 0;
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
    case OWNERS_ROOT:
        return is_one_user(owners) ? owners->keeper_group : 0;
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
    enum status status = owners_path(&row, config, 0, path, fault);

    if (status == STATUS_OK && lstat(path, about) != 0)
        status = fault_set(fault, STATUS_IO, errno, "look at %s", path);
    return status;
}

enum status owners_read(const struct config *config, struct owners *owners, struct fault *fault)
{
    struct stat store;
    struct stat recordings;
    struct stat private_halves;
    struct stat keys;
    enum status status = stat_row(OWNERS_STORE, "", config, &store, fault);

    if (status == STATUS_OK)
        status = stat_row(OWNERS_STORE, "recordings", config, &recordings, fault);
    if (status == STATUS_OK)
        status = stat_row(OWNERS_KEYS, "private", config, &private_halves, fault);
    if (status == STATUS_OK)
        status = stat_row(OWNERS_KEYS, "", config, &keys, fault);
    if (status == STATUS_OK)
        *owners = (struct owners){
            .ingest = recordings.st_uid,
            .ingest_group = recordings.st_gid,
            .keeper = store.st_uid,
            .keeper_group = keys.st_gid,
            .web_group = private_halves.st_gid,
            .shared_group = store.st_gid,
        };
    return status;
}

/* --- judging -----------------------------------------------------------------------------------
 */

mode_t owners_wanted_mode(const struct owners_seen *seen)
{
    return S_ISDIR(seen->about.st_mode) ? seen->row->directory_mode : seen->row->file_mode;
}

/* recorder-web's user is known to `init` alone: where it is looked at it is 0, and the group and
 * the mode are what counts. */
static bool may_own(const struct owners_row *row, const struct owners *owners, uid_t user)
{
    if (user == owners_user(row, owners))
        return true;
    if (row->flags & OWNERS_EACH_TOO)
        return user == owners->keeper || user == owners->ingest || !owners->web ||
               user == owners->web;
    return row->flags & OWNERS_KEEPER_TOO && user == owners->keeper;
}

uid_t owners_wanted_user(const struct owners_seen *seen, const struct owners *owners)
{
    return may_own(seen->row, owners, seen->about.st_uid) ? seen->about.st_uid
                                                          : owners_user(seen->row, owners);
}

/* Whether a mode lets the group do what it does not let all others do. */
static bool group_counts(mode_t mode)
{
    return (mode & S_IRWXG) >> 3 & ~(mode & S_IRWXO);
}

enum owners_fit owners_fit(const struct owners_seen *seen, const struct owners *owners)
{
    const struct stat *about = &seen->about;
    mode_t wanted = owners_wanted_mode(seen);
    bool right_user = may_own(seen->row, owners, about->st_uid);
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
