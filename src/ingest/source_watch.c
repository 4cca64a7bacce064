#include "ingest/source_watch.h"

#include <stdlib.h>

enum { SOURCE_WATCH_BUSY_MS = 1, FIRST_ROOM = 16 };

struct source_watch {
    struct index *index;
    struct source_table *table;
    int64_t version; /* of what the table holds */
    mono_time looked;
};

/* Sources as they are read. */
struct source_list {
    struct source *source;
    size_t count;
    size_t room;
    bool failed;
};

static void take_source(void *context, const struct source *source)
{
    struct source_list *list = context;

    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : FIRST_ROOM;
        struct source *grown = reallocarray(list->source, room, sizeof *grown);
        if (!grown) {
            list->failed = true;
            return;
        }
        list->source = grown;
        list->room = room;
    }
    list->source[list->count++] = *source;
}

static enum status load(struct source_watch *watch, struct fault *fault)
{
    struct source_list list = {0};

    enum status status = sources_list(watch->index, take_source, &list, fault);
    if (status == STATUS_OK && list.failed)
        status = STATUS_NOMEM;
    if (status == STATUS_OK)
        status = source_table_replace(watch->table, list.source, list.count);
    if (status == STATUS_NOMEM)
        (void)fault_set(fault, STATUS_NOMEM, 0, "read the sources: out of memory");
    free(list.source);
    return status;
}

enum status source_watch_look(struct source_watch *watch, mono_time now, struct fault *fault)
{
    int64_t version;

    if (now.ns - watch->looked.ns < SOURCE_WATCH_AGAIN_MS * CLOCK_NS_PER_MS)
        return STATUS_OK;
    watch->looked = now;
    /* asked before reading: what is committed between the two is read again by the next look */
    enum status status = index_data_version(watch->index, &version, fault);
    if (status != STATUS_OK || version == watch->version)
        return status;
    status = load(watch, fault);
    if (status == STATUS_OK)
        watch->version = version;
    return status;
}

enum status source_watch_open(const char *index_path, struct source_table *table,
                              struct source_watch **out, struct fault *fault)
{
    struct source_watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return fault_set(fault, STATUS_NOMEM, 0, "watch the sources: out of memory");
    watch->table = table;
    enum status status = index_open(index_path, &watch->index, fault);
    if (status == STATUS_OK)
        status = index_data_version(watch->index, &watch->version, fault);
    if (status == STATUS_OK)
        status = load(watch, fault);
    if (status != STATUS_OK) {
        source_watch_close(watch);
        return status;
    }
    index_set_patience(watch->index, SOURCE_WATCH_BUSY_MS);
    *out = watch;
    return STATUS_OK;
}

void source_watch_close(struct source_watch *owned_watch)
{
    if (!owned_watch)
        return;
    index_close(owned_watch->index);
    free(owned_watch);
}
