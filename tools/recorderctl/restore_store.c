#include "tools/recorderctl/restore_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "storage/disk/disk.h"
#include "tools/recorderctl/backup_copy.h"

#define MARK_NAME "restoring"

#define INDEX_NAME "index.sqlite"
#define DRAFT_NAME INDEX_NAME ".restoring"

enum { FILE_MODE = 0660, STORE_MODE = 02770, PARENT_MODE = 0755 };

static bool reads_as(const char *path, const char *text)
{
    char found[CLOCK_RFC3339_BYTES] = "";
    FILE *file = fopen(path, "re");
    bool same = file && fgets(found, sizeof found, file) && strcmp(found, text) == 0;

    if (file)
        (void)fclose(file);
    return same;
}

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum status find(const char *store, const char *const *leaves, size_t count, bool *found,
                        struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    *found = false;
    for (size_t i = 0; status == STATUS_OK && !*found && i < count; i++) {
        status = backup_path(store, leaves[i], path, fault);
        *found = status == STATUS_OK && is_there(path);
    }
    return status;
}

static enum status look_for_index(const char *store, bool *index, bool *beside, struct fault *fault)
{
    static const char *const name[] = {INDEX_NAME};
    static const char *const others[] = {INDEX_NAME "-wal", INDEX_NAME "-shm",
                                         INDEX_NAME "-journal"};
    enum status status = find(store, name, 1, index, fault);

    return status == STATUS_OK
               ? find(store, others, sizeof others / sizeof others[0], beside, fault)
               : status;
}

enum status restore_store_look(const char *store, const char *made_at, enum restore_place *place,
                               struct fault *fault)
{
    char mark[BOUND_PATH_BYTES];
    char recordings[BOUND_PATH_BYTES];
    bool index = false;
    bool beside = false;
    enum status status = backup_path(store, MARK_NAME, mark, fault);

    if (status == STATUS_OK)
        status = backup_path(store, "recordings", recordings, fault);
    if (status == STATUS_OK)
        status = look_for_index(store, &index, &beside, fault);
    if (status != STATUS_OK)
        return status;
    bool ours = reads_as(mark, made_at);
    if (!index && beside)
        return fault_set(fault, STATUS_EXISTS, 0,
                         "%s/" INDEX_NAME "-wal, -shm or -journal is left of another index", store);
    if (ours) {
        *place = index ? RESTORE_DONE : RESTORE_CUT_OFF;
        return STATUS_OK;
    }
    *place = RESTORE_EMPTY;
    bool empty = !is_there(mark) && !index && (!is_there(recordings) || rmdir(recordings) == 0);
    return empty ? STATUS_OK : fault_set(fault, STATUS_EXISTS, 0, "%s is not empty", store);
}

/* Whatever the umask, and owned as what is above it. */
static enum status make_directory(const char *path, mode_t mode, struct fault *fault)
{
    if (disk_system.mkdir(disk_system.context, path, mode))
        return errno == EEXIST ? STATUS_OK : disk_fault(fault, "make directory", path);
    return chmod(path, mode) ? disk_fault(fault, "set mode of", path) : STATUS_OK;
}

enum status restore_make_parents(const char *store, const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    if (strlen(path) >= sizeof parent)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
    (void)snprintf(parent, sizeof parent, "%s", path);
    char *slash = strchr(parent + strlen(store) + 1, '/');
    for (; status == STATUS_OK && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_directory(parent, RESTORE_DIRECTORY_MODE, fault);
        *slash = '/';
    }
    return status;
}

enum status restore_store_make(const char *store, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(store, "recordings", path, fault);

    if (status == STATUS_OK)
        status = backup_make_parents(store, PARENT_MODE, fault);
    if (status == STATUS_OK)
        status = make_directory(store, STORE_MODE, fault);
    return status == STATUS_OK ? make_directory(path, RESTORE_DIRECTORY_MODE, fault) : status;
}

static enum status write_draft(const char *path, const char *text, struct fault *fault)
{
    struct disk_file file = disk_open(&disk_system, path, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    enum status status = disk_write(file, 0, text, strlen(text), fault);
    if (status == STATUS_OK)
        status = disk_sync(file, path, fault);
    disk_close(&file);
    return status;
}

/* Whole or not there: one that says nothing would make the store somebody's. */
enum status restore_mark_write(const char *store, const char *made_at, struct fault *fault)
{
    char draft[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(store, MARK_NAME, path, fault);

    if (status == STATUS_OK)
        status = backup_path(store, MARK_NAME ".part", draft, fault);
    if (status == STATUS_OK)
        status = write_draft(draft, made_at, fault);
    if (status == STATUS_OK && rename(draft, path))
        status = disk_fault(fault, "name", path);
    return status == STATUS_OK ? disk_sync_parent(&disk_system, path, fault) : status;
}

enum status restore_mark_remove(const char *store, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(store, MARK_NAME, path, fault);

    if (status == STATUS_OK && unlink(path))
        status = disk_fault(fault, "remove", path);
    return status == STATUS_OK ? disk_sync_parent(&disk_system, path, fault) : status;
}

enum status restore_draft_clear(const char *store, char draft[static BOUND_PATH_BYTES],
                                struct fault *fault)
{
    static const char *const leaves[] = {DRAFT_NAME, DRAFT_NAME "-wal", DRAFT_NAME "-shm",
                                         DRAFT_NAME "-journal"};
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < sizeof leaves / sizeof leaves[0]; i++) {
        status = backup_path(store, leaves[i], draft, fault);
        if (status == STATUS_OK && unlink(draft) && errno != ENOENT)
            status = disk_fault(fault, "remove", draft);
    }
    return status == STATUS_OK ? backup_path(store, DRAFT_NAME, draft, fault) : status;
}

enum status restore_draft_place(const char *store, struct fault *fault)
{
    char draft[BOUND_PATH_BYTES];
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(store, DRAFT_NAME, draft, fault);

    if (status == STATUS_OK)
        status = backup_path(store, INDEX_NAME, path, fault);
    if (status == STATUS_OK && link(draft, path))
        status = disk_fault(fault, "name", path);
    if (status == STATUS_OK && unlink(draft))
        status = disk_fault(fault, "remove", draft);
    return status == STATUS_OK ? disk_sync_parent(&disk_system, path, fault) : status;
}
