#include "storage/index/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "storage/index/database.h"
#include "storage/index/schema.h"

/* The programs run under users of their own that share a group. */
enum { INDEX_FILE_MODE = 0660 };

/* SQLite gives its -wal and -shm files the mode of the database, so it is set before SQLite sees
 * the file, whatever the umask. */
static enum status create_file(const struct disk *disk, const char *path, struct fault *fault)
{
    struct disk_file file =
        disk_open(disk, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, INDEX_FILE_MODE);
    enum status status = STATUS_OK;

    if (file.fd < 0 && errno == EEXIST)
        return STATUS_OK;
    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    if (disk->fchmod(disk->context, file.fd, INDEX_FILE_MODE) != 0) {
        status = disk_fault(fault, "set mode of", path);
        (void)disk->unlink(disk->context, path); /* the next time must not find it so */
    }
    disk_close(&file);
    return status == STATUS_OK ? disk_sync_parent(disk, path, fault) : status;
}

enum status index_create(const struct disk *disk, const char *path, struct fault *fault)
{
    struct index *index = NULL;
    enum status status = create_file(disk, path, fault);

    if (status == STATUS_OK)
        status = database_open(path, &index, fault);
    if (status == STATUS_OK) {
        status = schema_migrate(index->db, schema_steps, INDEX_SCHEMA_VERSION, fault);
        if (status != STATUS_OK)
            fault_wrap(fault, "index %s", path);
    }
    index_close(index);
    return status;
}

static enum status check_version(struct index *index, const char *path, struct fault *fault)
{
    int version = 0;
    enum status status = schema_version(index->db, &version, fault);

    if (status != STATUS_OK) {
        fault_wrap(fault, "index %s", path);
        return status;
    }
    if (version > INDEX_SCHEMA_VERSION)
        return fault_set(
            fault, STATUS_VERSION, 0,
            "index %s: schema version %d is newer than this program's %d; update the program", path,
            version, INDEX_SCHEMA_VERSION);
    if (version < INDEX_SCHEMA_VERSION)
        return fault_set(fault, STATUS_VERSION, 0,
                         "index %s: schema version %d is older than this program's %d; run "
                         "`recorderctl init`",
                         path, version, INDEX_SCHEMA_VERSION);
    return STATUS_OK;
}

enum status index_open(const char *path, struct index **out, struct fault *fault)
{
    struct stat about;
    struct index *index = NULL;

    if (stat(path, &about))
        return errno == ENOENT ? fault_set(fault, STATUS_NOT_FOUND, 0,
                                           "index %s is not there; run `recorderctl init`", path)
                               : fault_set(fault, STATUS_IO, errno, "index %s", path);
    enum status status = database_open(path, &index, fault);
    if (status == STATUS_OK)
        status = check_version(index, path, fault);
    if (status == STATUS_OK) {
        *out = index;
        index = NULL;
    }
    index_close(index);
    return status;
}

void index_set_patience(struct index *index, int busy_ms)
{
    (void)sqlite3_busy_timeout(index->db, busy_ms);
}

enum status index_data_version(struct index *index, int64_t *version, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_DATA_VERSION, "PRAGMA data_version", &statement, fault);

    if (status != STATUS_OK)
        return status;
    status = statement_step(&statement, &row, fault, "look for changes");
    if (status == STATUS_OK && row)
        *version = statement_read_integer(&statement);
    statement_end(&statement);
    return status;
}

void index_close(struct index *owned_index)
{
    if (!owned_index)
        return;
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        (void)sqlite3_finalize(owned_index->statement[i]);
    (void)sqlite3_close(owned_index->db);
    free(owned_index);
}

enum status index_begin(struct index *index, struct fault *fault)
{
    enum status status = database_execute(index->db, "BEGIN IMMEDIATE", fault, "begin transaction");

    if (status == STATUS_OK)
        index->in_transaction = true;
    return status;
}

enum status index_commit(struct index *index, struct fault *fault)
{
    enum status status = database_execute(index->db, "COMMIT", fault, "commit");

    if (status != STATUS_OK)
        index_rollback(index);
    index->in_transaction = false;
    return status;
}

void index_rollback(struct index *index)
{
    if (!sqlite3_get_autocommit(index->db))
        (void)sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
    index->in_transaction = false;
}

enum status index_step(struct index *index, index_write *write, void *job, struct fault *fault)
{
    bool own = false;
    enum status status = database_step_begin(index, &own, fault);

    if (status == STATUS_OK)
        status = database_step_end(index, own, write(index, job, fault), fault);
    return status;
}

enum status index_read_only(struct index *index, struct fault *fault)
{
    return database_execute(index->db, "PRAGMA query_only = ON", fault, "refuse writes");
}
