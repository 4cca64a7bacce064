#include "tools/recorderctl/backup_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/recorderctl/backup_copy.h"

#define PREFIX "recorder-backup-test-"

static void remove_all(const char *directory)
{
    static const char *const leaves[] = {BACKUP_SCRATCH_INDEX,
                                         BACKUP_SCRATCH_INDEX "-wal",
                                         BACKUP_SCRATCH_INDEX "-shm",
                                         BACKUP_SCRATCH_INDEX "-journal",
                                         BACKUP_SCRATCH_INDEX ".part",
                                         BACKUP_SCRATCH_RECORDING,
                                         BACKUP_SCRATCH_RECORDING ".part"};
    char path[BOUND_PATH_BYTES];

    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        if (backup_path(directory, leaves[i], path, NULL) == STATUS_OK)
            (void)unlink(path);
    }
    (void)rmdir(directory);
}

static bool lock(const char *directory, struct disk_file *file)
{
    *file = disk_open(&disk_system, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    return file->fd >= 0 && disk_system.flock(disk_system.context, file->fd) == 0;
}

static void remove_left(void *context, const char *name)
{
    char path[BOUND_PATH_BYTES];
    struct disk_file file = {&disk_system, -1};

    if (strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 &&
        backup_path(context, name, path, NULL) == STATUS_OK && lock(path, &file))
        remove_all(path);
    disk_close(&file);
}

enum status backup_scratch_make(struct backup_scratch *scratch, const char *below,
                                struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];

    *scratch = (struct backup_scratch){.lock = {&disk_system, -1}};
    enum status status = backup_path(below, PREFIX "XXXXXX", scratch->path, fault);
    if (status == STATUS_OK)
        status = backup_path(below, "", directory, fault);
    if (status != STATUS_OK)
        return status;
    (void)disk_system.list(disk_system.context, directory, remove_left, directory);
    if (!mkdtemp(scratch->path)) {
        status = fault_set(fault, disk_status_of_errno(errno), errno,
                           "make a directory in %s (--scratch names another)", below);
        scratch->path[0] = '\0';
        return status;
    }
    return lock(scratch->path, &scratch->lock) ? STATUS_OK
                                               : disk_fault(fault, "lock", scratch->path);
}

void backup_scratch_remove(struct backup_scratch *scratch)
{
    if (!scratch->path[0])
        return;
    remove_all(scratch->path);
    disk_close(&scratch->lock);
    scratch->path[0] = '\0';
}
