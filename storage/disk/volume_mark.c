#include "storage/disk/volume_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/uuid.h"

#define OTHER_STORE "%s is a volume of another store"

enum {
    LINE_BYTES = UUID_TEXT_BYTES, /* the text, and an end of line in the place of its zero */
    MARK_MODE = 0644,
};

static enum status mark_path(const char *directory, const char *ending,
                             char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/" VOLUME_MARK_NAME "%s", directory, ending);

    return length < BOUND_PATH_BYTES
               ? STATUS_OK
               : fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
}

static enum status read_id(struct disk_file file, const char *path, struct uuid *id,
                           struct fault *fault)
{
    char line[LINE_BYTES];
    enum status status = disk_read(file, 0, line, sizeof line, fault);

    if (status != STATUS_OK && status != STATUS_END)
        return status;
    bool whole = status == STATUS_OK && line[LINE_BYTES - 1] == '\n';
    line[LINE_BYTES - 1] = '\0';
    if (!whole || uuid_parse(line, id) != STATUS_OK)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not the id of a store", path);
    return STATUS_OK;
}

enum status volume_mark_read(const struct disk *disk, const char *directory, struct uuid *id,
                             struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = mark_path(directory, "", path, fault);

    if (status != STATUS_OK)
        return status;
    struct disk_file file = disk_open(disk, path, O_RDONLY, 0);
    if (file.fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault_set(fault, STATUS_NOT_FOUND, errno, "look at %s", path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    status = read_id(file, path, id, fault);
    disk_close(&file);
    return status;
}

static enum status write_draft(const struct disk *disk, const char *path, struct uuid id,
                               struct fault *fault)
{
    char line[LINE_BYTES];
    struct disk_file file = disk_open(disk, path, O_WRONLY | O_CREAT | O_EXCL, MARK_MODE);

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    uuid_format(id, line);
    line[LINE_BYTES - 1] = '\n';
    enum status status = disk_write(file, 0, line, sizeof line, fault);
    if (status == STATUS_OK)
        status = disk_sync(file, path, fault);
    disk_close(&file);
    return status;
}

/* Whole or not there; never over another. */
static enum status mark_write(const struct disk *disk, const char *directory, struct uuid id,
                              struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char draft[BOUND_PATH_BYTES];
    enum status status = mark_path(directory, "", path, fault);

    if (status == STATUS_OK)
        status = mark_path(directory, ".new", draft, fault);
    if (status != STATUS_OK)
        return status;
    (void)disk->unlink(disk->context, draft); /* of one who was cut off */
    status = write_draft(disk, draft, id, fault);
    if (status == STATUS_OK && disk->link(disk->context, draft, path) != 0)
        status = disk_fault(fault, "name", path);
    (void)disk->unlink(disk->context, draft);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

enum status volume_mark_make(const struct disk *disk, const char *store, bool *made,
                             struct fault *fault)
{
    struct uuid id;
    enum status status = volume_mark_read(disk, store, &id, fault);
    bool missing = status == STATUS_NOT_FOUND;

    if (missing)
        status = mark_write(disk, store, uuid_new(clock_wall_now()), fault);
    if (status == STATUS_OK)
        *made = missing;
    return status;
}

enum status volume_mark_set(const struct disk *disk, const char *store, const char *directory,
                            bool *made, struct fault *fault)
{
    struct uuid id;
    struct uuid there;
    enum status status = volume_mark_read(disk, store, &id, fault);

    if (status != STATUS_OK)
        return status;
    status = volume_mark_read(disk, directory, &there, fault);
    bool missing = status == STATUS_NOT_FOUND;
    if (missing)
        status = mark_write(disk, directory, id, fault);
    else if (status == STATUS_OK && !uuid_equal(id, there))
        status = fault_set(fault, STATUS_EXISTS, 0, OTHER_STORE, directory);
    if (status == STATUS_OK)
        *made = missing;
    return status;
}

enum status volume_mark_check(const struct disk *disk, struct uuid store, const char *directory,
                              struct fault *fault)
{
    struct uuid there;
    enum status status = volume_mark_read(disk, directory, &there, fault);

    if (status == STATUS_OK && !uuid_equal(store, there))
        status = fault_set(fault, STATUS_CONFLICT, 0, OTHER_STORE, directory);
    return status;
}
