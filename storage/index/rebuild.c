#include "storage/index/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index/backup_private.h"
#include "storage/index/rebuild_private.h"
#include "storage/index/schema.h"

/* What visitors of rows work with. */
struct rest {
    struct index_rebuild *rebuild;
    uint64_t met; /* recordings of the other index */
    struct fault *fault;
};

/* The tables that files tell, or that are taken over first. */
static const char other_tables_sql[] =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
    " ESCAPE '\\' AND name NOT IN ('customers', 'recordings', 'legs', 'facts', 'ties')"
    " ORDER BY name";
static const char recordings_sql[] = "SELECT id FROM recordings ORDER BY id";
/* Customers that rows refer to: some may not be there any more. */
static const char *const owners_sql[] = {
    "SELECT DISTINCT customer FROM recordings ORDER BY 1",
    "SELECT DISTINCT owner_due FROM recordings WHERE owner_due IS NOT NULL ORDER BY 1",
    "SELECT DISTINCT customer FROM numbers ORDER BY 1",
    "SELECT DISTINCT customer FROM sources WHERE customer IS NOT NULL ORDER BY 1",
};
/* When a file was last read from end to end, and what was found, holds as long as it is that file.
 */
static const char scrubbed_sql[] = "SELECT id, sha256_cipher, scrubbed_us, scrub_result"
                                   " FROM recordings WHERE scrubbed_us <> 0";
static const char scrub_sql[] = "UPDATE recordings SET scrubbed_us = ?3, scrub_result = ?4"
                                " WHERE id = ?1 AND sha256_cipher IS ?2";
/* Ids that were given out and are gone are not given out again. */
static const char sequences_sql[] = "SELECT name, seq FROM sqlite_sequence";
static const char sequence_add_sql[] =
    "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)";
static const char sequence_sql[] = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
/* As version 1 of the schema makes it. */
static const char unassigned_sql[] =
    "INSERT INTO customers (id, number, name, created_us)"
    " VALUES (x'00000000000080008000000000000000', 'unassigned', 'Unassigned calls', 0)"
    " ON CONFLICT DO NOTHING";

static enum status set_paths(struct index_rebuild *rebuild, const char *path, struct fault *fault)
{
    int next = snprintf(rebuild->next, sizeof rebuild->next, "%s.rebuilding", path);
    int known = snprintf(rebuild->known, sizeof rebuild->known, "%s.known", path);

    if (next < 0 || known < 0 || (size_t)next >= sizeof rebuild->next)
        return fault_set(fault, STATUS_LIMIT, 0, "the path of the index is too long");
    backup_remove(rebuild->disk, rebuild->next); /* of one that was cut off */
    backup_remove(rebuild->disk, rebuild->known);
    return STATUS_OK;
}

/* Nothing reads it until it is whole: a crash leaves one that the next time removes. */
static const char draft_sql[] = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;";

/* Instead of those that it was made with, which are among the others, mostly. */
static enum status take_customers(struct index_rebuild *rebuild, struct fault *fault)
{
    sqlite3 *db = rebuild->index->db;
    enum status status = database_execute(db, "DELETE FROM customers", fault, "make index");

    if (status == STATUS_OK)
        status = table_copy_all(&rebuild->copy, "customers", NULL, fault);
    return status == STATUS_OK ? database_execute(db, unassigned_sql, fault, "make index") : status;
}

static enum status make_next(struct index_rebuild *rebuild, struct fault *fault)
{
    enum status status = index_create(rebuild->disk, rebuild->next, fault);

    if (status == STATUS_OK)
        status = index_open(rebuild->next, &rebuild->index, fault);
    if (status == STATUS_OK)
        status = database_execute(rebuild->index->db, draft_sql, fault, "set up");
    if (status != STATUS_OK || !rebuild->counts.known)
        return status;
    rebuild->copy.to = rebuild->index->db;
    status = table_copy_open(&rebuild->copy, rebuild->known, fault);
    return status == STATUS_OK ? take_customers(rebuild, fault) : status;
}

enum status index_rebuild_begin(const struct index_rebuild_spec *spec, struct index_rebuild **out,
                                struct fault *fault)
{
    struct index_rebuild *rebuild = calloc(1, sizeof *rebuild);
    int version = 0;

    if (!rebuild)
        return fault_set(fault, STATUS_NOMEM, 0, "rebuild index: out of memory");
    rebuild->disk = spec->disk;
    enum status status =
        rebuild_present_lock(&rebuild->present, spec->disk, spec->path, spec->now, fault);
    if (status == STATUS_OK)
        status = set_paths(rebuild, spec->path, fault);
    if (status == STATUS_OK && rebuild->present.db &&
        schema_version(rebuild->present.db, &version, NULL) == STATUS_OK &&
        version > INDEX_SCHEMA_VERSION)
        status = fault_set(
            fault, STATUS_VERSION, 0,
            "index %s: schema version %d is newer than this program's %d; update the program",
            spec->path, version, INDEX_SCHEMA_VERSION);
    if (status == STATUS_OK)
        status = rebuild_find_known(rebuild, spec->from, fault);
    if (status == STATUS_OK)
        status = make_next(rebuild, fault);
    if (status == STATUS_OK) {
        *out = rebuild;
        return STATUS_OK;
    }
    index_rebuild_abort(rebuild);
    return status;
}

static enum status need_owner(void *context, struct uuid id)
{
    const struct rest *rest = context;

    return rebuild_need_customer(rest->rebuild, id, clock_wall_from_us(0), rest->fault);
}

static enum status keep_rest(void *context, struct uuid id)
{
    struct rest *rest = context;
    bool found = false;

    rest->met++;
    enum status status = index_rebuild_keep(rest->rebuild, id, &found, rest->fault);

    if (status != STATUS_EXISTS)
        return status;
    fault_clear(rest->fault); /* from its file */
    return STATUS_OK;
}

static enum status copy_other(void *context, const char *name)
{
    const struct rest *rest = context;

    const char *gap = strcmp(name, "audit") == 0 ? rebuild_audit_gap_sql : NULL;

    return table_copy_all(&rest->rebuild->copy, name, gap, rest->fault);
}

static enum status keep_recordings(struct rest *rest)
{
    struct table_copy *copy = &rest->rebuild->copy;
    uint64_t lost = copy->lost;
    enum status status = table_visit_ids(copy, recordings_sql, keep_rest, rest, rest->fault);

    if (status == STATUS_OK && copy->lost > lost) /* one is counted */
        table_copy_count_lost(copy, "recordings", rest->met + 1);
    return status;
}

static enum status take_over(struct index_rebuild *rebuild, struct fault *fault)
{
    struct rest rest = {.rebuild = rebuild, .fault = fault};
    struct table_copy *copy = &rebuild->copy;

    if (!rebuild->counts.known)
        return rebuild_flush(rebuild, fault);
    enum status status = rebuild_enter(rebuild, fault);
    for (size_t i = 0; status == STATUS_OK && i < sizeof owners_sql / sizeof owners_sql[0]; i++)
        status = table_visit_ids(copy, owners_sql[i], need_owner, &rest, fault);
    if (status == STATUS_OK)
        status = keep_recordings(&rest);
    if (status == STATUS_OK)
        status = table_copy_through(copy, scrubbed_sql, scrub_sql, fault);
    if (status == STATUS_OK)
        status = rebuild_enter(rebuild, fault);
    if (status == STATUS_OK)
        status = table_visit_names(copy->to, other_tables_sql, copy_other, &rest, fault);
    if (status == STATUS_OK)
        status = table_copy_through(copy, sequences_sql, sequence_add_sql, fault);
    if (status == STATUS_OK)
        status = table_copy_through(copy, sequences_sql, sequence_sql, fault);
    return status == STATUS_OK ? rebuild_flush(rebuild, fault) : status;
}

/* Closed, and in a file of its own, so that its name can be changed. */
static enum status settle_next(struct index_rebuild *rebuild, struct fault *fault)
{
    enum status status = backup_check(rebuild->index->db, fault);

    if (status == STATUS_OK)
        status = database_execute(rebuild->index->db, "PRAGMA journal_mode = DELETE", fault,
                                  "settle index");
    index_close(rebuild->index);
    rebuild->index = NULL;
    return status == STATUS_OK ? backup_sync(rebuild->disk, rebuild->next, fault) : status;
}

enum status index_rebuild_end(struct index_rebuild *owned_rebuild,
                              struct index_rebuild_counts *counts, struct fault *fault)
{
    struct index_rebuild *rebuild = owned_rebuild;
    enum status status = take_over(rebuild, fault);

    if (status == STATUS_OK)
        status = settle_next(rebuild, fault);
    if (status == STATUS_OK)
        status = rebuild_present_replace(&rebuild->present, rebuild->next, fault);
    if (status == STATUS_OK) {
        *counts = rebuild->counts;
        counts->copied = rebuild->copy.copied;
        counts->lost = rebuild->copy.lost;
        if (rebuild->present.there)
            (void)snprintf(counts->before, sizeof counts->before, "%s", rebuild->present.before);
    }
    index_rebuild_abort(rebuild);
    return status;
}

void index_rebuild_abort(struct index_rebuild *owned_rebuild)
{
    struct index_rebuild *rebuild = owned_rebuild;

    if (!rebuild)
        return;
    index_close(rebuild->index);
    (void)sqlite3_close(rebuild->copy.from);
    if (rebuild->next[0])
        backup_remove(rebuild->disk, rebuild->next);
    if (rebuild->known[0])
        backup_remove(rebuild->disk, rebuild->known);
    rebuild_present_unlock(&rebuild->present);
    free(rebuild);
}
