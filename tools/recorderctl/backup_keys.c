#include "tools/recorderctl/backup_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/disk/disk.h"
#include "storage/seal/key_file.h"
#include "storage/seal/keys.h"
#include "tools/recorderctl/backup_copy.h"

#define MASTER_NAME "master.key"
#define SHREDDED_ENDING ".shredded"
#define PART_ENDING ".part" /* of backup_copy */

enum { COPY_MODE = 0700, MODE_BITS = 07777, MASTER_MODE = 0400 };

/* A tree of keys that becomes another's copy. */
struct mirror {
    const char *from;
    const char *to;
    const char *master; /* below `from`, left out; its place */
    struct backup_keys_counts *counts;
};

enum status backup_keys_master(const char *directory, char *path, struct fault *fault)
{
    return backup_path(directory, MASTER_NAME, path, fault);
}

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t ending_length = strlen(ending);

    return length >= ending_length && strcmp(name + length - ending_length, ending) == 0;
}

static bool is_same_file(const char *one, const struct stat *other)
{
    struct stat about;

    return stat(one, &about) == 0 && about.st_dev == other->st_dev && about.st_ino == other->st_ino;
}

/* Of a directory's path, without slashes at its end. */
static size_t root_bytes(const char *directory)
{
    size_t bytes = strlen(directory);

    while (bytes > 1 && directory[bytes - 1] == '/')
        bytes--;
    return bytes;
}

/* Below the root of the mirror, with its slash: "/private/..."; "" for the root. */
static const char *below(const struct mirror *mirror, const char *path)
{
    return path + root_bytes(mirror->from);
}

/* Files that somebody is writing under a name of their own, and the master key, which has its own
 * way: by its name too, for the one that is in force may be a credential, or lie elsewhere. */
static bool is_left_out(const struct mirror *mirror, const FTSENT *entry)
{
    return ends_in(entry->fts_name, ".new") || ends_in(entry->fts_name, PART_ENDING) ||
           ends_in(entry->fts_name, ".next") ||
           strcmp(below(mirror, entry->fts_path), "/" MASTER_NAME) == 0 ||
           strcmp(below(mirror, entry->fts_path), "/" KEYS_LOCK_NAME) == 0 ||
           strcmp(below(mirror, entry->fts_path), "/" KEYS_SLOTS_LOCK_NAME) == 0 ||
           is_same_file(mirror->master, entry->fts_statp);
}

/* Whether the pair that a file belongs to was shredded, by the mark in a tree of keys: it lies
 * beside the private half, "private/<customer>/<month>.shredded". */
static bool has_mark(const char *tree, const char *leaf)
{
    static const char public_part[] = "/public/customers/";
    static const char private_part[] = "/private/";
    char mark[BOUND_PATH_BYTES];
    const char *rest = NULL;
    const char *dot = strchr(strrchr(leaf, '/'), '.');

    if (strncmp(leaf, public_part, sizeof public_part - 1) == 0)
        rest = leaf + sizeof public_part - 1;
    else if (strncmp(leaf, private_part, sizeof private_part - 1) == 0)
        rest = leaf + sizeof private_part - 1;
    if (!rest || !dot || dot < rest || strcmp(dot, SHREDDED_ENDING) == 0)
        return false;
    int length = snprintf(mark, sizeof mark, "%s%s%.*s" SHREDDED_ENDING, tree, private_part,
                          (int)(dot - rest), rest);
    return length > 0 && (size_t)length < sizeof mark && is_there(mark);
}

static bool is_shredded(const struct mirror *mirror, const char *leaf)
{
    return has_mark(mirror->from, leaf) || has_mark(mirror->to, leaf);
}

static enum status make_directory(const char *path, mode_t mode, struct fault *fault)
{
    if (mkdir(path, COPY_MODE) && errno != EEXIST)
        return disk_fault(fault, "make directory", path);
    return chmod(path, mode & MODE_BITS) ? disk_fault(fault, "set mode of", path) : STATUS_OK;
}

static enum status copy_key(const char *from, const char *to, mode_t mode,
                            struct backup_keys_counts *counts, struct fault *fault)
{
    const struct backup_copy copy = {
        .from = from, .to = to, .mode = mode & MODE_BITS, .secret = true};
    struct backup_digest here;
    struct backup_digest there;
    enum status status = backup_digest_file(from, &here, fault);

    counts->files++;
    if (status != STATUS_OK)
        return status;
    if (backup_digest_file(to, &there, NULL) == STATUS_OK && here.bytes == there.bytes &&
        memcmp(here.sha256, there.sha256, sizeof here.sha256) == 0)
        return STATUS_OK;
    status = backup_copy_file(&copy, &here, NULL, fault);
    counts->copied += status == STATUS_OK;
    return status;
}

static enum status take_entry(const struct mirror *mirror, const FTSENT *entry, struct fault *fault)
{
    char to[BOUND_PATH_BYTES];
    int length = snprintf(to, sizeof to, "%s%s", mirror->to, below(mirror, entry->fts_path));

    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
        return fault_set(fault, STATUS_IO, entry->fts_errno, "read %s", entry->fts_path);
    if (length < 0 || (size_t)length >= sizeof to)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", entry->fts_path);
    if (entry->fts_info == FTS_D)
        return entry->fts_level == 0 ? STATUS_OK
                                     : make_directory(to, entry->fts_statp->st_mode, fault);
    if (entry->fts_info != FTS_F || is_left_out(mirror, entry) ||
        is_shredded(mirror, below(mirror, entry->fts_path)))
        return STATUS_OK;
    return copy_key(entry->fts_path, to, entry->fts_statp->st_mode, mirror->counts, fault);
}

typedef enum status (*take_file)(const struct mirror *mirror, const FTSENT *entry,
                                 struct fault *fault);

static enum status walk(const struct mirror *mirror, const char *root, take_file take,
                        struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char *const roots[] = {path, NULL};
    enum status status = STATUS_OK;
    FTSENT *entry;

    (void)snprintf(path, sizeof path, "%.*s", (int)root_bytes(root), root);
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return fault_set(fault, STATUS_IO, errno, "read %s", root);
    while (status == STATUS_OK && (errno = 0, entry = fts_read(tree)))
        status = take(mirror, entry, fault);
    if (status == STATUS_OK && errno)
        status = fault_set(fault, STATUS_IO, errno, "read %s", root);
    (void)fts_close(tree);
    return status;
}

/* What a run that was cut off left of a key: nobody would find it when that is shredded. */
static enum status remove_part(const struct mirror *mirror, const FTSENT *entry,
                               struct fault *fault)
{
    (void)mirror;
    return entry->fts_info == FTS_F && ends_in(entry->fts_name, PART_ENDING)
               ? key_file_destroy(&disk_system, entry->fts_path, fault)
               : STATUS_OK;
}

/* `mirror` is turned round: from the copy to the original. */
static enum status look_back(const struct mirror *mirror, const FTSENT *entry, struct fault *fault)
{
    char original[BOUND_PATH_BYTES];
    const char *leaf = below(mirror, entry->fts_path);

    if (entry->fts_info != FTS_F || strcmp(leaf, "/" MASTER_NAME) == 0)
        return STATUS_OK;
    int length = snprintf(original, sizeof original, "%s%s", mirror->to, leaf);
    if (is_shredded(mirror, leaf)) {
        enum status status = key_file_destroy(&disk_system, entry->fts_path, fault);
        mirror->counts->destroyed += status == STATUS_OK;
        return status;
    }
    if (length > 0 && (size_t)length < sizeof original && !is_there(original))
        mirror->counts->only_here++;
    return STATUS_OK;
}

static void look_at_name(void *context, const char *name)
{
    static const char *const ours[] = {"private",   "public",          "signing",
                                       MASTER_NAME, "master.key.part", "lost+found"};
    bool *only_ours = context;
    bool known = false;

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        known = known || strcmp(name, ours[i]) == 0;
    *only_ours = *only_ours && known;
}

static bool has_leaf(const char *directory, const char *leaf)
{
    char path[BOUND_PATH_BYTES];

    return backup_path(directory, leaf, path, NULL) == STATUS_OK && is_there(path);
}

/* A directory that has anything else is somebody's; the mode of one that is there is his too. */
static enum status open_copy(const char *directory, struct fault *fault)
{
    bool only_ours = true;

    if (mkdir(directory, COPY_MODE) == 0)
        return STATUS_OK;
    if (errno != EEXIST ||
        disk_system.list(disk_system.context, directory, look_at_name, &only_ours))
        return fault_set(fault, STATUS_IO, errno, "make directory %s", directory);
    return only_ours || has_leaf(directory, "public/signers") ||
                   has_leaf(directory, "signing/keeper.key")
               ? STATUS_OK
               : fault_set(fault, STATUS_EXISTS, 0, "%s is neither empty nor a copy of keys",
                           directory);
}

static enum status check_rotation(const struct config *config, struct fault *fault)
{
    char next[BOUND_PATH_BYTES];

    (void)snprintf(next, sizeof next, "%s.next", config->master_key);
    return is_there(next) ? fault_set(fault, STATUS_CONFLICT, 0,
                                      "the master key is being rotated: %s is there", next)
                          : STATUS_OK;
}

/* Under the lock of the private halves: what is copied belongs together. */
static enum status copy_all(const struct config *config, const char *directory, bool master,
                            struct backup_keys_counts *counts, struct fault *fault)
{
    const struct mirror there = {config->keys, directory, config->master_key, counts};
    const struct mirror back = {directory, config->keys, config->master_key, counts};
    char master_path[BOUND_PATH_BYTES];

    enum status status = check_rotation(config, fault);
    if (status == STATUS_OK)
        status = backup_keys_master(directory, master_path, fault);
    if (status == STATUS_OK)
        status = open_copy(directory, fault);
    if (status == STATUS_OK)
        status = walk(&back, directory, remove_part, fault);
    if (status == STATUS_OK)
        status = walk(&there, config->keys, take_entry, fault);
    if (status == STATUS_OK)
        status = walk(&back, directory, look_back, fault);
    if (status == STATUS_OK && master)
        status = copy_key(config->master_key, master_path, MASTER_MODE, counts, fault);
    if (status == STATUS_OK)
        status = backup_copy_settle(directory, fault);
    counts->master = status == STATUS_OK && is_there(master_path);
    return status;
}

enum status backup_keys_copy(const struct config *config, const char *directory, bool master,
                             struct backup_keys_counts *counts, struct fault *fault)
{
    struct disk_file lock;

    *counts = (struct backup_keys_counts){.files = 0};
    enum status status = keys_lock(&disk_system, config->keys, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = copy_all(config, directory, master, counts, fault);
    disk_close(&lock);
    return status;
}

bool backup_keys_present(const struct config *config)
{
    return has_leaf(config->keys, "private") || has_leaf(config->keys, "signing") ||
           has_leaf(config->keys, "public");
}

/* Another one that is there already opens something else. */
static enum status restore_master(const struct config *config, const char *from,
                                  struct backup_keys_counts *counts, struct fault *fault)
{
    struct backup_digest here;
    struct backup_digest there;

    if (!is_there(from))
        return STATUS_OK;
    if (!is_there(config->master_key))
        return copy_key(from, config->master_key, MASTER_MODE, counts, fault);
    enum status status = backup_digest_file(from, &here, fault);
    if (status == STATUS_OK)
        status = backup_digest_file(config->master_key, &there, fault);
    if (status == STATUS_OK && memcmp(here.sha256, there.sha256, sizeof here.sha256) != 0)
        status = fault_set(fault, STATUS_EXISTS, 0, "%s is another master key than the copy's",
                           config->master_key);
    return status;
}

enum status backup_keys_restore(const struct config *config, const char *directory,
                                struct backup_keys_counts *counts, struct fault *fault)
{
    char master_path[BOUND_PATH_BYTES];
    char leaf[BOUND_PATH_BYTES];
    struct stat about;
    const struct mirror there = {directory, config->keys, master_path, counts};

    *counts = (struct backup_keys_counts){.files = 0};
    if (stat(directory, &about) || !S_ISDIR(about.st_mode))
        return fault_set(fault, STATUS_NOT_FOUND, 0, "%s is no directory of keys", directory);
    enum status status = backup_keys_master(directory, master_path, fault);
    if (status == STATUS_OK)
        status = backup_path(config->keys, MASTER_NAME, leaf, fault);
    if (status == STATUS_OK)
        status = backup_make_parents(leaf, 0755, fault);
    if (status == STATUS_OK)
        status = backup_make_parents(config->master_key, 0755, fault);
    if (status == STATUS_OK)
        status = walk(&there, directory, take_entry, fault);
    if (status == STATUS_OK)
        status = restore_master(config, master_path, counts, fault);
    counts->master = status == STATUS_OK && is_there(config->master_key);
    return status == STATUS_OK ? backup_copy_settle(config->keys, fault) : status;
}
