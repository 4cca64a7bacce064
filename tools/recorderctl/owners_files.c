#include "tools/recorderctl/owners_files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storage/disk/volumes.h"

enum { MODE_BITS = 07777 };

/* --- looking -----------------------------------------------------------------------------------
 */

struct walk {
    bool (*told)(void *arg, const struct owners_seen *seen);
    void *arg;
    bool stopped;
};

static void tell(struct walk *walk, const struct owners_seen *seen)
{
    if (!walk->stopped && (S_ISREG(seen->about.st_mode) || S_ISDIR(seen->about.st_mode)))
        walk->stopped = !walk->told(walk->arg, seen);
}

/* What goes away while it is looked at, as a call's tail does, is passed over. */
static enum status walk_below(struct walk *walk, const char *top, const struct owners_row *row,
                              struct fault *fault)
{
    char copy[BOUND_PATH_BYTES];
    char *const paths[] = {copy, NULL};

    (void)snprintf(copy, sizeof copy, "%s", top);
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return fault_set(fault, STATUS_IO, errno, "look into %s", top);
    for (FTSENT *entry; !walk->stopped && (entry = fts_read(tree));) {
        if (entry->fts_info != FTS_D && entry->fts_info != FTS_F)
            continue;
        tell(walk, &(struct owners_seen){entry->fts_path, top, row, *entry->fts_statp});
    }
    (void)fts_close(tree);
    return STATUS_OK;
}

static enum status walk_row(struct walk *walk, const struct owners_row *row,
                            const struct config *config, size_t volume, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;

    if (row->where == OWNERS_MASTER && config->master_key_is_credential)
        return STATUS_OK; /* systemd's */
    enum status status = owners_path(row, config, volume, path, fault);
    if (status != STATUS_OK || lstat(path, &about) != 0)
        return status;
    if (row->flags & OWNERS_BELOW && S_ISDIR(about.st_mode))
        return walk_below(walk, path, row, fault);
    tell(walk, &(struct owners_seen){path, path, row, about});
    return STATUS_OK;
}

enum status owners_files_walk(const struct config *config,
                              bool (*told)(void *arg, const struct owners_seen *seen), void *arg,
                              struct fault *fault)
{
    struct walk walk = {.told = told, .arg = arg};
    const size_t volumes = volumes_of(config).count;
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && !walk.stopped && i < owners_row_count; i++) {
        const struct owners_row *row = &owners_rows[i];
        for (size_t k = 0;
             status == STATUS_OK && k < (row->flags & OWNERS_EACH_VOLUME ? volumes : 1); k++)
            status = walk_row(&walk, row, config, k, fault);
    }
    return status;
}

/* --- giving ------------------------------------------------------------------------------------
 */

/* Below a directory, without any link on the way. */
static int open_below(int directory, const char *below)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };

    return (int)syscall(SYS_openat2, directory, below, &how, sizeof how);
}

/* The way to the row's own is root's and the keeper's; what is below it need not be. -1 and errno
 * as open(2) has them. */
static int open_seen(const struct owners_seen *seen)
{
    size_t length = strlen(seen->top);
    bool is_top = seen->path[length] == '\0';
    int top = open(seen->top, is_top ? O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
                                     : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (top < 0 || is_top)
        return top;
    int file = open_below(top, seen->path + length + 1);
    int failed = errno;
    (void)close(top);
    errno = failed;
    return file;
}

static bool is_as_it_should_be(const struct owners_seen *seen, const struct owners *owners)
{
    mode_t mode = owners_wanted_mode(seen);

    return !mode || (seen->about.st_uid == owners_wanted_user(seen, owners) &&
                     seen->about.st_gid == owners_group(seen->row, owners) &&
                     (seen->about.st_mode & MODE_BITS) == mode);
}

/* Another name of it may be where another user wants it to be somebody else's. */
static bool is_same(int file, const struct owners_seen *seen)
{
    struct stat now;

    return fstat(file, &now) == 0 && now.st_dev == seen->about.st_dev &&
           now.st_ino == seen->about.st_ino && (S_ISDIR(now.st_mode) || now.st_nlink == 1);
}

/* What the kernel says of a link on the way, or of one that is put there meanwhile. */
static bool is_link(int sys_errno)
{
    return sys_errno == ELOOP || sys_errno == ENOTDIR || sys_errno == EXDEV || sys_errno == EAGAIN;
}

enum status owners_files_give(const struct owners_seen *seen, const struct owners *owners,
                              bool *changed, struct fault *fault)
{
    if (is_as_it_should_be(seen, owners)) {
        *changed = false;
        return STATUS_OK;
    }
    int file = open_seen(seen);
    if (file < 0 && errno == ENOENT) {
        *changed = false;
        return STATUS_OK;
    }
    if (file < 0)
        return fault_set(fault, is_link(errno) ? STATUS_CONFLICT : STATUS_IO, errno, "open %s",
                         seen->path);
    enum status status = STATUS_OK;
    /* the mode last: a change of owner takes the setgid bit away */
    if (!is_same(file, seen))
        status = fault_set(fault, STATUS_CONFLICT, 0, "%s is not what it was, or has further names",
                           seen->path);
    else if (fchown(file, owners_wanted_user(seen, owners), owners_group(seen->row, owners)) != 0 ||
             fchmod(file, owners_wanted_mode(seen)) != 0)
        status = fault_set(fault, STATUS_IO, errno, "set owner and mode of %s", seen->path);
    else
        *changed = true;
    (void)close(file);
    return status;
}

struct giving {
    const struct owners *owners;
    struct owners_given *given;
    struct fault *fault;
    enum status status;
};

static bool give_one(void *arg, const struct owners_seen *seen)
{
    struct giving *giving = arg;
    struct owners_given *given = giving->given;
    bool changed = false;
    enum status status = owners_files_give(seen, giving->owners, &changed, giving->fault);

    if (status == STATUS_CONFLICT) {
        if (!given->refused++)
            (void)snprintf(given->first, sizeof given->first, "%s", seen->path);
        fault_clear(giving->fault);
        return true;
    }
    giving->status = status;
    given->changed += changed;
    return status == STATUS_OK;
}

enum status owners_files_apply(const struct owners *owners, const struct config *config,
                               struct owners_given *given, struct fault *fault)
{
    *given = (struct owners_given){0};
    struct giving giving = {owners, given, fault, STATUS_OK};
    enum status status = owners_files_walk(config, give_one, &giving, fault);

    return status == STATUS_OK ? giving.status : status;
}
