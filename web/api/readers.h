/**
 * readers: finished recordings that are open, shared by the requests that play them.
 *
 * A file is read and authenticated whole when it is first opened (recording_reader_verify), so that
 * nothing of a damaged one is ever played; the verdict holds as long as device, inode, size and
 * times of the file stay the same. Every later read authenticates its own frames again.
 *
 * Open readers hold a key each: idle ones are closed after READERS_IDLE_S, and there are at most
 * READERS_IDLE_MAX of them. Locked inside; private_keys and public_keys are used under a lock here.
 */
#ifndef RECORDER_WEB_API_READERS_H
#define RECORDER_WEB_API_READERS_H

#include <stddef.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/recording/reader.h"
#include "storage/seal/keys.h"

enum { READERS_IDLE_MAX = 64, READERS_IDLE_S = 60 };

struct readers;
struct reader_lease;

/**
 * keys, signers  borrowed until readers_destroy; nobody else may use them meanwhile.
 * leased_max     recordings that may be read at once, 1 or more.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status readers_create(struct private_keys *keys, struct public_keys *signers,
                           size_t leased_max, struct readers **out) MUST_CHECK;

/** All leases must have been released. NULL is accepted. */
void readers_destroy(struct readers *owned_readers);

/**
 * Borrow the reader of a recording; blocks while it is opened and verified.
 *
 * path  of the file.
 *
 * STATUS_OK    *lease set; reader_lease_reader until readers_release.
 * STATUS_BUSY  leased_max others are being read.
 * Others       as recording_reader_open and recording_reader_verify; STATUS_CORRUPT is remembered.
 */
enum status readers_acquire(struct readers *readers, struct uuid recording, const char *path,
                            mono_time now, struct reader_lease **lease,
                            struct fault *fault) MUST_CHECK;

/** The reader of a lease; several threads may read at once. */
const struct recording_reader *reader_lease_reader(const struct reader_lease *lease);

/** Give it back. NULL is accepted. */
void readers_release(struct readers *readers, struct reader_lease *owned_lease, mono_time now);

/** Close and forget what nobody borrowed for READERS_IDLE_S. To be called every few seconds. */
void readers_expire(struct readers *readers, mono_time now);

#endif
