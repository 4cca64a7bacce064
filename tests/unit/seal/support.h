/**
 * support: a key directory on a disk in memory, and DEKs sealed to its keys.
 */
#ifndef RECORDER_TESTS_UNIT_SEAL_SUPPORT_H
#define RECORDER_TESTS_UNIT_SEAL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "disk/memory_disk.h"
#include "storage/seal/keys.h"
#include "storage/seal/recovery.h"
#include "storage/seal/seal.h"

#define SEAL_KEYS "/keys"
#define SEAL_MASTER "/master/master.key"

enum { SEAL_SEALED_MAX = 8 };

/* A DEK, and what it is sealed in. */
struct seal_sealed {
    struct customer_key key;
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t sealed[SEAL_DEK_SEALED_BYTES];
};

struct seal_store {
    struct memory_disk *memory;
    const struct disk *disk; /* memory's */
    struct uuid customer;
    struct private_keys *keys;
    struct seal_sealed sealed[SEAL_SEALED_MAX];
};

/** cmocka set-up: *state becomes a struct seal_store after keys_init. */
int seal_set_up(void **state);

/** cmocka tear-down. */
int seal_tear_down(void **state);

#define WITH_SEAL_STORE(test) cmocka_unit_test_setup_teardown(test, seal_set_up, seal_tear_down)

/** Open the private keys anew, as another program would. */
void seal_open_keys(struct seal_store *store);

/** Make the customer's key of a month. */
void seal_make_month(struct seal_store *store, const char *month);

/** Seal a new DEK to the customer's key of a month; NULL: to the hold key. */
void seal_seal(struct seal_store *store, const char *month, struct seal_sealed *sealed);

/** Open it with store->keys; STATUS_OK only where it is the same DEK. */
enum status seal_open(const struct seal_store *store, const struct seal_sealed *sealed);

/* A file that is opened before something is done, and read through that descriptor afterwards. */
struct seal_watched {
    struct disk_file file;
    uint8_t before[144];
    size_t bytes;
};

/** Open it. */
struct seal_watched seal_watch(const struct seal_store *store, const char *path);

/** Fail unless all of what it held was written over; closes it. */
void seal_expect_written_over(struct seal_watched *watched);

/** Fail where a file has a temporary name. */
void seal_expect_no_leftovers(const struct seal_store *store);

/** Draw a recovery key and put it in force: recovery_draw, then recovery_install. */
enum status seal_recovery_make(struct private_keys *keys, struct recovery_split split, bool replace,
                               struct recovery_secret *secret, struct recovery_report *report,
                               struct fault *fault);

/** Restore what the recovery key brings back; a new master key is made only where it may be. */
enum status seal_restore(const struct seal_store *store, bool new_master,
                         const struct recovery_secret *secret, struct recovery_report *report,
                         struct fault *fault);

/** The path of a file of the customer's; half is "private" or "public/customers". */
void seal_path(const struct seal_store *store, const char *half, const char *name,
               char path[static BOUND_PATH_BYTES]);

#endif
