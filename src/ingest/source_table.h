/**
 * source_table: the configured telephone systems in memory, which of them a peer is, and what each
 * of them has going on. Signalling thread only; pure but for memory.
 *
 * Whose a peer is: a source matches where its network, if it has one, holds the peer's address, and
 * its certificate, if it has one, is the peer's. Of several that match, one that names a
 * certificate goes before one that does not (a proven name says more than an address); then the
 * longer network; then the first by name.
 */
#ifndef RECORDER_INGEST_SOURCE_TABLE_H
#define RECORDER_INGEST_SOURCE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "ingest/rate_limit.h"
#include "sip/server.h"
#include "storage/index/customers.h"

/* One source. Its address stays while it is configured or has dialogs. */
struct call_source {
    struct source settings; /* as last configured */
    bool configured;        /* false: taken away; no new calls */
    struct rate_limit rate;
    unsigned dialogs;    /* SIP dialogs, those being set up included; counted by calls */
    unsigned recordings; /* likewise */
};

struct source_table;

/** An empty table. STATUS_OK, STATUS_NOMEM. */
enum status source_table_create(struct source_table **out) MUST_CHECK;

/** No call holds a source any more. NULL is accepted. */
void source_table_destroy(struct source_table *owned_table);

/**
 * These are the sources now. One of the same name as before keeps its counts.
 *
 * STATUS_OK, or STATUS_NOMEM and the table is as it was.
 */
enum status source_table_replace(struct source_table *table, const struct source *sources,
                                 size_t count) MUST_CHECK;

/** The source that a peer is; NULL where it is none. Borrowed from the table. */
struct call_source *source_table_find(const struct source_table *table,
                                      const struct sip_peer *peer);

/**
 * Whether a peer is a source, as it is now or as it was before it was changed or taken away: also
 * where it matches what the source was, and no source matches it better.
 *
 * source  of this table. was: its settings when they were looked at before; may be the same.
 */
bool source_table_is(const struct source_table *table, const struct call_source *source,
                     const struct source *was, const struct sip_peer *peer);

#endif
