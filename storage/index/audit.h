/**
 * audit: the append-only log of who did what. Rows cannot be changed or deleted: triggers abort.
 * (Its Merkle tree and checkpoints come with the issue on proof.)
 */
#ifndef RECORDER_STORAGE_INDEX_AUDIT_H
#define RECORDER_STORAGE_INDEX_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/index/index.h"

struct audit_entry {
    int64_t sequence; /* 1, 2, ... ; set by the log */
    wall_time at;
    const char *actor;  /* "customer:88303080", "operator:root", "program:keeper" */
    const char *action; /* "listen", "sign_in", "sign_in_failed", "export", "customer_add", ... */
    const struct uuid *recording; /* NULL where none */
    const char *address;          /* of the peer, "" where none */
    const char *detail;           /* JSON object, "{}" where none */
};

/** Append one; durable on return unless inside index_begin .. index_commit. */
enum status audit_append(struct index *index, const struct audit_entry *entry,
                         struct fault *fault) MUST_CHECK;

/** Visit entries with sequence > after, in order, at most limit. Strings are borrowed for the
 * visit. */
enum status audit_list(struct index *index, int64_t after, size_t limit,
                       void (*visit)(void *context, const struct audit_entry *entry), void *context,
                       struct fault *fault) MUST_CHECK;

/**
 * When something was done the last time. It looks through what was done since, so it is for
 * operators' commands.
 *
 * STATUS_OK; STATUS_NOT_FOUND: never. Others as audit_list.
 */
enum status audit_last(struct index *index, const char *action, wall_time *at,
                       struct fault *fault) MUST_CHECK;

#endif
