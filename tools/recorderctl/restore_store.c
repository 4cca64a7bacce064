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

enum { FILE_MODE = 0660 };

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

enum status restore_store_look(const char *store, const char *made_at, bool *resume,
                               struct fault *fault)
{
    char mark[BOUND_PATH_BYTES];
    char index[BOUND_PATH_BYTES];
    char recordings[BOUND_PATH_BYTES];
    enum status status = backup_path(store, MARK_NAME, mark, fault);

    if (status == STATUS_OK)
        status = backup_path(store, "index.sqlite", index, fault);
    if (status == STATUS_OK)
        status = backup_path(store, "recordings", recordings, fault);
    if (status != STATUS_OK)
        return status;
    *resume = reads_as(mark, made_at);
    if (*resume)
        return STATUS_OK;
    bool empty =
        !is_there(mark) && !is_there(index) && (!is_there(recordings) || rmdir(recordings) == 0);
    return empty ? STATUS_OK : fault_set(fault, STATUS_EXISTS, 0, "%s is not empty", store);
}

enum status restore_store_make(const char *store, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = backup_path(store, "recordings", path, fault);

    if (status == STATUS_OK)
        status = backup_make_parents(store, 0755, fault);
    if (status != STATUS_OK)
        return status;
    if (mkdir(store, RESTORE_STORE_MODE) == 0 && chmod(store, RESTORE_STORE_MODE))
        return disk_fault(fault, "set mode of", store);
    if (mkdir(path, RESTORE_STORE_MODE) && errno != EEXIST)
        return disk_fault(fault, "make directory", path);
    return chmod(path, RESTORE_STORE_MODE) ? disk_fault(fault, "set mode of", path) : STATUS_OK;
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
