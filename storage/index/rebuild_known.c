/* The other index, of which is taken what files cannot tell. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "storage/index/backup_private.h"
#include "storage/index/rebuild_private.h"
#include "storage/index/schema.h"

const char rebuild_audit_gap_sql[] =
    "INSERT INTO audit (sequence, at_us, actor, action, recording, address, detail)"
    " VALUES (?1, 0, 'program:recorderctl', 'audit.lost', NULL, '', '{}')";

static const char tables_sql[] = "SELECT name FROM sqlite_master WHERE type = 'table' AND name"
                                 " NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
/* Nothing reads it before it is whole. Those that it was made with are among the others. */
static const char clean_sql[] = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
                                "BEGIN; DELETE FROM customers;";

static enum status copy_from(struct index_rebuild *rebuild, const char *from, struct fault *fault)
{
    sqlite3 *source = NULL;
    int version = 0;
    enum status status = index_file_version(from, &version, fault);

    if (status != STATUS_OK)
        return status;
    int code = sqlite3_open_v2(from, &source, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(source, "BEGIN; SELECT count(*) FROM sqlite_master;", NULL, NULL, NULL);
    status = code == SQLITE_OK ? backup_pages(source, rebuild->disk, rebuild->known, NULL, fault)
                               : database_fault(source, code, fault, "read index");
    (void)sqlite3_close(source);
    return status;
}

/* STATUS_CORRUPT: it is no index, or too damaged to be read as one. */
static enum status migrate_known(struct index_rebuild *rebuild, struct fault *fault)
{
    struct index *known = NULL;
    enum status status = database_open(rebuild->known, &known, fault);
    int version = 0;

    if (status == STATUS_OK)
        status = schema_version(known->db, &version, fault);
    if (status == STATUS_OK && version == 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "it is no index");
    if (status == STATUS_OK)
        status = schema_migrate(known->db, schema_steps, INDEX_SCHEMA_VERSION, fault);
    if (status == STATUS_OK)
        status = database_execute(known->db, "PRAGMA journal_mode = DELETE", fault, "settle index");
    index_close(known);
    return status;
}

/* What is copied table by table. */
struct cleaning {
    struct table_copy copy;
    struct fault *fault;
};

static enum status copy_table(void *context, const char *name)
{
    struct cleaning *cleaning = context;
    const char *gap = strcmp(name, "audit") == 0 ? rebuild_audit_gap_sql : NULL;

    return table_copy_all(&cleaning->copy, name, gap, cleaning->fault);
}

static void clean_path(const struct index_rebuild *rebuild,
                       char path[static BOUND_PATH_BYTES + sizeof ".clean"])
{
    (void)snprintf(path, BOUND_PATH_BYTES + sizeof ".clean", "%s.clean", rebuild->known);
}

static enum status open_both(const struct index_rebuild *rebuild, const char *path,
                             struct table_copy *copy, struct fault *fault)
{
    struct disk_file file =
        disk_open(rebuild->disk, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, INDEX_BACKUP_MODE);

    if (file.fd < 0)
        return disk_fault(fault, "create", path);
    disk_close(&file);
    int code = sqlite3_open_v2(path, &copy->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return database_fault(copy->to, code, fault, "make copy of index");
    return table_copy_open(copy, rebuild->known, fault);
}

/* An older schema cannot be brought up to date where the tables that change are damaged: what can
 * be read of them is put into a whole index of that schema first. */
static enum status clean_known(struct index_rebuild *rebuild, struct fault *fault)
{
    struct cleaning cleaning = {.fault = fault};
    struct table_copy *copy = &cleaning.copy;
    char path[BOUND_PATH_BYTES + sizeof ".clean"];
    int version = 0;

    clean_path(rebuild, path);
    enum status status = open_both(rebuild, path, copy, fault);
    if (status == STATUS_OK)
        status = schema_version(copy->from, &version, fault);
    if (status == STATUS_OK)
        status = schema_migrate(copy->to, schema_steps, version, fault);
    if (status == STATUS_OK)
        status = database_execute(copy->to, clean_sql, fault, "make copy of index");
    if (status == STATUS_OK)
        status = table_visit_names(copy->to, tables_sql, copy_table, &cleaning, fault);
    if (status == STATUS_OK)
        status = database_execute(copy->to, "COMMIT", fault, "make copy of index");
    (void)sqlite3_close(copy->from);
    (void)sqlite3_close(copy->to);
    if (status == STATUS_OK) {
        rebuild->copy.lost += copy->lost;
        backup_remove(rebuild->disk, rebuild->known);
        if (rebuild->disk->rename(rebuild->disk->context, path, rebuild->known) != 0)
            status = disk_fault(fault, "rename to", rebuild->known);
    }
    if (status != STATUS_OK)
        backup_remove(rebuild->disk, path);
    return status;
}

static enum status bring_up_to_date(struct index_rebuild *rebuild, struct fault *fault)
{
    int version = 0;
    enum status status = migrate_known(rebuild, fault);

    if (status != STATUS_CORRUPT ||
        index_file_version(rebuild->known, &version, NULL) != STATUS_OK || version < 1 ||
        version >= INDEX_SCHEMA_VERSION)
        return status;
    fault_clear(fault);
    status = clean_known(rebuild, fault);
    return status == STATUS_OK ? migrate_known(rebuild, fault) : status;
}

/* A present one that cannot be read is no reason to end: that is what this is for. */
enum status rebuild_find_known(struct index_rebuild *rebuild, const char *from, struct fault *fault)
{
    char clean[BOUND_PATH_BYTES + sizeof ".clean"];
    enum status status = STATUS_OK;

    clean_path(rebuild, clean);
    backup_remove(rebuild->disk, clean); /* of one that was cut off */
    if (from)
        status = copy_from(rebuild, from, fault);
    else if (rebuild->present.db)
        status = backup_pages(rebuild->present.db, rebuild->disk, rebuild->known, NULL, fault);
    else
        return STATUS_OK;
    if (status == STATUS_OK)
        status = bring_up_to_date(rebuild, fault);
    if (status == STATUS_OK) {
        rebuild->counts.known = true;
        return STATUS_OK;
    }
    fault_wrap(fault, "index %s", from ? from : rebuild->present.path);
    bool unreadable = status == STATUS_CORRUPT || status == STATUS_INVALID || status == STATUS_IO;
    if (from || !unreadable)
        return status;
    fault_clear(fault);
    backup_remove(rebuild->disk, rebuild->known);
    return STATUS_OK;
}
