#include "storage/index/rebuild_present.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/backup_private.h"
#include "storage/index/database.h"

/* Where SQLite's locks lie in the file: 1 GiB, one byte pending, one reserved, 510 shared. */
enum { LOCKS_AT = 0x40000000, LOCKS_BYTES = 512 };

/* The lock that BEGIN EXCLUSIVE takes stays in this mode. The journal in memory: none of the file's
 * name may come to lie beside the one that takes its place. */
static const char lock_sql[] = "PRAGMA journal_mode = DELETE;"
                               "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;"
                               "BEGIN EXCLUSIVE; COMMIT;";

static enum status busy(struct fault *fault, const char *path)
{
    return fault_set(fault, STATUS_BUSY, 0,
                     "a program has %s open: recorder-ingest, recorder-web, the keeper or another",
                     path);
}

/* Of a file that SQLite does not know as a database: whether some program holds a lock on it that
 * it took when it was one. */
static enum status look_for_locks(const struct disk *disk, const char *path, struct fault *fault)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKS_AT, .l_len = LOCKS_BYTES};
    struct disk_file file = disk_open(disk, path, O_RDONLY, 0);

    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    int failed = fcntl(file.fd, F_GETLK, &lock);
    disk_close(&file);
    if (failed)
        return fault_set(fault, STATUS_IO, errno, "look for locks of %s", path);
    return lock.l_type == F_UNLCK ? STATUS_OK : busy(fault, path);
}

static enum status lock_file(struct rebuild_present *present, struct fault *fault)
{
    int code = sqlite3_open_v2(present->path, &present->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_exec(present->db, lock_sql, NULL, NULL, NULL);
    int primary = code & 0xff;
    if (code == SQLITE_OK)
        return STATUS_OK;
    enum status status = database_fault(present->db, code, fault, "lock index");
    (void)sqlite3_close(present->db);
    present->db = NULL;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return busy(fault, present->path);
    if (primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT) {
        fault_clear(fault);
        return look_for_locks(present->disk, present->path, fault);
    }
    return status;
}

/* "20261123T034500Z" */
static void stamp_of(wall_time now, char stamp[static CLOCK_RFC3339_BYTES])
{
    char text[CLOCK_RFC3339_BYTES];
    size_t used = 0;

    clock_format_rfc3339(now, text);
    for (const char *sign = text; *sign && *sign != '.'; sign++) {
        if (*sign != '-' && *sign != ':')
            stamp[used++] = *sign;
    }
    stamp[used++] = 'Z';
    stamp[used] = '\0';
}

enum status rebuild_present_lock(struct rebuild_present *present, const struct disk *disk,
                                 const char *path, wall_time now, struct fault *fault)
{
    char stamp[CLOCK_RFC3339_BYTES];
    struct stat about;

    *present = (struct rebuild_present){.disk = disk};
    stamp_of(now, stamp);
    int length = snprintf(present->before, sizeof present->before, "%s.before-%s", path, stamp);
    if (length < 0 || (size_t)length >= sizeof present->before)
        return fault_set(fault, STATUS_LIMIT, 0, "the path of the index is too long");
    (void)snprintf(present->path, sizeof present->path, "%s", path);
    if (disk->stat(disk->context, path, &about) != 0)
        return errno == ENOENT ? STATUS_OK : disk_fault(fault, "look at", path);
    present->there = true;
    return lock_file(present, fault);
}

/* A WAL that a program left beside a file that is no database any more would be read into the new
 * one: it goes with the old. SQLite itself has removed those of one that it has locked. */
static enum status move_companions(const struct rebuild_present *present, struct fault *fault)
{
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    const struct disk *disk = present->disk;
    char from[BOUND_PATH_BYTES + 16];
    char to[BOUND_PATH_BYTES + 16];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(from, sizeof from, "%s%s", present->path, suffixes[i]);
        (void)snprintf(to, sizeof to, "%s%s", present->before, suffixes[i]);
        if (disk->rename(disk->context, from, to) != 0 && errno != ENOENT)
            return disk_fault(fault, "put aside", from);
    }
    return STATUS_OK;
}

enum status rebuild_present_replace(struct rebuild_present *present, const char *next,
                                    struct fault *fault)
{
    const struct disk *disk = present->disk;

    if (present->there && disk->link(disk->context, present->path, present->before) != 0)
        return disk_fault(fault, "put aside as", present->before);
    enum status status = move_companions(present, fault);
    if (status == STATUS_OK && disk->rename(disk->context, next, present->path) != 0)
        status = disk_fault(fault, "put into place", present->path);
    if (status == STATUS_OK)
        return disk_sync_parent(disk, present->path, fault);
    if (present->there)
        (void)disk->unlink(disk->context, present->before);
    return status;
}

void rebuild_present_unlock(struct rebuild_present *present)
{
    (void)sqlite3_close(present->db);
    present->db = NULL;
}
