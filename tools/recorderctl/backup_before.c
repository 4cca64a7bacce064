#include "tools/recorderctl/backup_before.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/recording/find.h"

#define LIST_NAME "replaced"
#define ENDING ".before"

enum { FILE_MODE = 0600 };

static enum status path_before(const char *path, char before[static BOUND_PATH_BYTES],
                               struct fault *fault)
{
    int length = snprintf(before, BOUND_PATH_BYTES, "%s" ENDING, path);

    return length < 0 || length >= BOUND_PATH_BYTES
               ? fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path)
               : STATUS_OK;
}

static bool is_listed(const char *path, const struct backup_entry *entry)
{
    struct backup_digest digest;

    return backup_digest_file(path, &digest, NULL) == STATUS_OK &&
           memcmp(digest.sha256, entry->digest.sha256, BACKUP_HASH_BYTES) == 0;
}

/* Before the second name is made: none is forgotten. */
static enum status note(const char *directory, const struct backup_entry *entry,
                        struct fault *fault)
{
    char list[BOUND_PATH_BYTES];
    char line[BOUND_PATH_BYTES + 1];
    enum status status = backup_path(directory, LIST_NAME, list, fault);

    if (status != STATUS_OK)
        return status;
    int length = snprintf(line, sizeof line, "%s\n", entry->path);
    struct disk_file file =
        disk_open(&disk_system, list, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, FILE_MODE);
    if (file.fd < 0)
        return disk_fault(fault, "create", list);
    if (write(file.fd, line, (size_t)length) != length)
        status = disk_fault(fault, "write", list);
    disk_close(&file);
    return status;
}

enum status backup_before_keep(const char *directory, const struct backup_entry *entry,
                               struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char before[BOUND_PATH_BYTES];
    enum status status = backup_path(directory, entry->path, path, fault);

    if (status == STATUS_OK)
        status = path_before(path, before, fault);
    if (status != STATUS_OK || is_listed(before, entry) || !is_listed(path, entry))
        return status;
    status = note(directory, entry, fault);
    if (status == STATUS_OK && unlink(before) && errno != ENOENT)
        status = disk_fault(fault, "remove", before);
    if (status != STATUS_OK || link(path, before) == 0)
        return status;
    const struct backup_copy copy = {.from = path, .to = before, .mode = FILE_MODE};
    struct backup_digest digest; /* a file system that knows no second names */
    return backup_copy_file(&copy, &digest, NULL, fault);
}

void backup_before_remove(const char *directory)
{
    char list[BOUND_PATH_BYTES];
    char line[BOUND_PATH_BYTES + 1];
    char path[BOUND_PATH_BYTES];
    char before[BOUND_PATH_BYTES];

    if (backup_path(directory, LIST_NAME, list, NULL) != STATUS_OK)
        return;
    FILE *file = fopen(list, "re");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (recording_path_is_one(line) && backup_path(directory, line, path, NULL) == STATUS_OK &&
            path_before(path, before, NULL) == STATUS_OK)
            (void)unlink(before);
    }
    (void)fclose(file);
    (void)unlink(list);
}

enum status backup_before_copy(const struct backup_copy *copy, struct backup_digest *digest,
                               enum backup_side *side, struct fault *fault)
{
    char before[BOUND_PATH_BYTES];
    struct backup_copy other = *copy;
    enum backup_side failed = BACKUP_SOURCE;
    enum status status = backup_copy_file(copy, digest, &failed, fault);

    if (status != STATUS_OK && failed == BACKUP_SOURCE &&
        path_before(copy->from, before, NULL) == STATUS_OK) {
        other.from = before;
        if (backup_copy_file(&other, digest, NULL, NULL) == STATUS_OK) {
            fault_clear(fault);
            return STATUS_OK;
        }
    }
    if (status != STATUS_OK && side)
        *side = failed;
    return status;
}
