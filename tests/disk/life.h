/**
 * life: a recording on a disk under test, from its beginning to its end as the store thread leads
 * it, and what must be there of it whatever the disk did. One thread.
 *
 * Its keys are on a disk of their own, which never fails. All checks are cmocka's.
 */
#ifndef RECORDER_TESTS_DISK_LIFE_H
#define RECORDER_TESTS_DISK_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "disk/memory_disk.h"
#include "storage/recording/access.h"
#include "storage/recording/writer.h"
#include "unit/recording/support.h"

#define LIFE_STORE "/store" /* directory of the store on the disk under test */

enum { LIFE_PAGES = 256, LIFE_DOCUMENT_BYTES = 9000 };

/* Keys of two customers. */
struct life_keys {
    struct memory_disk *memory;
    struct public_keys *public_keys;
    struct private_keys *private_keys;
    struct signer *ingest;
    struct signer *keeper;
    struct uuid customer[2];
    struct customer_key key[2];
};

void life_keys_open(struct life_keys *keys);
void life_keys_close(struct life_keys *keys);

enum life_step_kind { LIFE_PAGE, LIFE_DOCUMENT, LIFE_FLUSH };

struct life_step {
    enum life_step_kind kind;
    size_t payload_bytes; /* of a page */
};

/* Pages that fill frames exactly, by one byte more and less, and several at once. */
extern const struct life_step life_usual[];
extern const size_t life_usual_steps;

struct life {
    const struct life_keys *keys;
    const struct disk *disk;
    char note[128];      /* what is being done to it, for whoever reads of a failure */
    size_t customer;     /* of keys->customer; 0 unless set */
    bool slots_tampered; /* what is recovered may report a slot */
    /* Told around each call of the writer, true going in; may be NULL. */
    void (*around)(bool inside);
    uint32_t statuses; /* that its calls may return besides STATUS_OK: bits 1 << STATUS_... */

    struct uuid id;
    char path[BOUND_PATH_BYTES];
    struct stream stream; /* the pages that the writer took */
    size_t page_end[LIFE_PAGES];
    size_t pages;
    size_t documents; /* that the writer took */

    struct recording_writer *writer;
    struct disk_file directory; /* of the store */
    bool renewed;               /* it went on in a new segment, or tried to */
    bool lost;                  /* a write or a sync failed: it goes on in a new segment */

    /* what was said to others, and must hold from then on */
    enum status created;
    bool answered;    /* file and directories were synced */
    uint64_t durable; /* bytes of the stream that were confirmed */
    size_t documents_durable;
    enum status finished; /* STATUS_CONFLICT before the end */
    struct recording_summary summary;
    size_t segments; /* at the end: of more than one recovery makes one file */
};

/** An empty memory disk with the store's directory on it. */
struct memory_disk *life_disk(void);

/** Statuses that a disk may cause which fails with this errno. */
uint32_t life_statuses_of(int sys_errno);

/** Nothing has been done yet. disk is borrowed, and keys. */
void life_init(struct life *life, const struct life_keys *keys, const struct disk *disk,
               uint32_t statuses);

/** Free it. A file that is still open is closed, as by the death of its program. */
void life_deinit(struct life *life);

/** Make the file, sync it, answer the call; where that fails, discard it. false: no call. */
bool life_begin(struct life *life);

/** Do these steps. */
void life_go_on(struct life *life, const struct life_step *steps, size_t count);

/** Steps that the seed chooses. */
void life_go_on_by_chance(struct life *life, uint32_t seed);

/** The end, sealed. */
void life_finish(struct life *life);

/** All of it, with the usual steps. */
void life_run(struct life *life);

/** Document number `number`: its bytes tell which it is. Returns their count, up to
 * LIFE_DOCUMENT_BYTES. */
size_t life_document(uint8_t *data, size_t number);

/** Recover it on that disk. */
enum status life_recover(const struct life *life, const struct disk *disk,
                         struct recording_summary *summary, struct fault *fault) MUST_CHECK;

/**
 * After its program's death, and maybe a power cut: recover it on a disk that works, and see that
 * all is there that was said to be, also after another power cut, that nothing else is, and that
 * nothing is left over.
 *
 * memory  no file of it is open; changed.
 */
void life_check(const struct life *life, struct memory_disk *memory);

/** See that a finished file is authentic, holds pages and documents that were given, in order, and
 * all that were confirmed, its first page where anything was; customer: whose, of keys->customer.
 */
void life_check_file(const struct life *life, const struct disk *disk, size_t customer);

#endif
