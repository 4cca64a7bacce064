#include "storage/index/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/index/backup_private.h"
#include "storage/index/database.h"
#include "storage/index/schema.h"

static enum status open_file(const char *path, int flags, sqlite3 **db, struct fault *fault)
{
    enum status status = STATUS_OK;
    int code = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL);

    if (code != SQLITE_OK) {
        status = database_fault(*db, code, fault, "open");
        fault_wrap(fault, "%s", path);
        (void)sqlite3_close(*db);
        *db = NULL;
        return status;
    }
    (void)sqlite3_extended_result_codes(*db, 1);
    (void)sqlite3_busy_timeout(*db, INDEX_BUSY_MS);
    return STATUS_OK;
}

static enum status create_file(const struct disk *disk, const char *path, struct fault *fault)
{
    struct disk_file file =
        disk_open(disk, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, INDEX_BACKUP_MODE);

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    disk_close(&file);
    return STATUS_OK;
}

static enum status step_all(sqlite3_backup *backup, const struct index_backup_watch *watch,
                            struct fault *fault)
{
    int code;

    do {
        code = sqlite3_backup_step(backup, INDEX_BACKUP_STEP_PAGES);
        if (watch)
            watch->step(watch->context,
                        sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                        sqlite3_backup_pagecount(backup));
    } while (code == SQLITE_OK);
    return code == SQLITE_DONE ? STATUS_OK : database_fault(NULL, code, fault, "copy index");
}

/* Without WAL, so that the file is all there is of it. */
static const char settle_sql[] = "PRAGMA journal_mode = DELETE;";

enum status backup_pages(sqlite3 *source, const struct disk *disk, const char *path,
                         const struct index_backup_watch *watch, struct fault *fault)
{
    sqlite3 *target = NULL;
    enum status status = create_file(disk, path, fault);

    if (status != STATUS_OK)
        return status;
    status = open_file(path, SQLITE_OPEN_READWRITE, &target, fault);
    if (status == STATUS_OK)
        status = database_execute(target, "PRAGMA synchronous = OFF", fault, "set up copy");
    sqlite3_backup *backup =
        status == STATUS_OK ? sqlite3_backup_init(target, "main", source, "main") : NULL;
    if (status == STATUS_OK && !backup)
        status = database_fault(target, sqlite3_errcode(target), fault, "begin copy");
    if (backup) {
        status = step_all(backup, watch, fault);
        int code = sqlite3_backup_finish(backup);
        if (status == STATUS_OK && code != SQLITE_OK)
            status = database_fault(target, code, fault, "end copy");
    }
    if (status == STATUS_OK)
        status = database_execute(target, settle_sql, fault, "end copy");
    (void)sqlite3_close(target);
    if (status != STATUS_OK)
        backup_remove(disk, path);
    return status;
}

/* The first row of a check, where it is not the one that says that all is well. */
static enum status first_finding(sqlite3 *db, const char *sql, const char *well,
                                 struct fault *fault)
{
    enum status status = STATUS_OK;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (!well || !text || strcmp(text, well) != 0)
            status = fault_set(fault, STATUS_CORRUPT, 0, "check index: %.200s%s",
                               text ? text : "out of memory",
                               well ? "" : " refers to a row that is not there");
    } else if (code != SQLITE_DONE) {
        status = database_fault(db, code, fault, "check index");
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum status backup_check(sqlite3 *db, struct fault *fault)
{
    enum status status = first_finding(db, "PRAGMA integrity_check(1)", "ok", fault);

    return status == STATUS_OK ? first_finding(db, "PRAGMA foreign_key_check", NULL, fault)
                               : status;
}

enum status index_check(const char *path, struct fault *fault)
{
    sqlite3 *db = NULL;
    enum status status = open_file(path, SQLITE_OPEN_READWRITE, &db, fault);

    if (status == STATUS_OK)
        status = backup_check(db, fault);
    if (status != STATUS_OK && db)
        fault_wrap(fault, "%s", path);
    (void)sqlite3_close(db);
    return status;
}

enum status index_file_version(const char *path, int *version, struct fault *fault)
{
    struct stat about;
    sqlite3 *db = NULL;

    if (stat(path, &about))
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "%s", path);
    enum status status = open_file(path, SQLITE_OPEN_READONLY, &db, fault);
    if (status == STATUS_OK)
        status = schema_version(db, version, fault);
    if (status != STATUS_OK && db)
        fault_wrap(fault, "%s", path);
    (void)sqlite3_close(db);
    return status;
}

enum status backup_sync(const struct disk *disk, const char *path, struct fault *fault)
{
    struct disk_file file = disk_open(disk, path, O_RDONLY, 0);

    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    enum status status = disk_sync(file, path, fault);
    disk_close(&file);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

enum status index_settle(const struct disk *disk, const char *path, struct fault *fault)
{
    sqlite3 *db = NULL;
    enum status status = open_file(path, SQLITE_OPEN_READWRITE, &db, fault);

    if (status == STATUS_OK)
        status = database_execute(db, settle_sql, fault, "settle index");
    (void)sqlite3_close(db);
    return status == STATUS_OK ? backup_sync(disk, path, fault) : status;
}

void backup_remove(const struct disk *disk, const char *path)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    char name[BOUND_PATH_BYTES + 16];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        (void)disk->unlink(disk->context, name);
    }
}

/* The snapshot lasts from the first read to the end of the transaction. */
static const char hold_sql[] = "BEGIN; SELECT count(*) FROM sqlite_master;";

enum status index_backup(struct index *index, const struct disk *disk, const char *path,
                         const struct index_backup_watch *watch, struct fault *fault)
{
    enum status status = database_execute(index->db, hold_sql, fault, "hold index");

    if (status == STATUS_OK)
        status = backup_pages(index->db, disk, path, watch, fault);
    index_rollback(index);
    if (status != STATUS_OK)
        return status;
    status = index_check(path, fault);
    if (status == STATUS_OK)
        status = backup_sync(disk, path, fault);
    if (status != STATUS_OK)
        backup_remove(disk, path);
    return status;
}
