#include "storage/recording/slots.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/recording/opening.h"
#include "storage/recording/place.h"
#include "storage/recording/slot.h"

/* A recording whose slots are being changed. */
struct slot_work {
    const struct recording_access *access;
    const char *path;
    struct disk_file held;  /* what is sealed to which key stays as it was counted */
    struct opening opening; /* with the lock; its header is that under the lock */
    struct disk_file file;  /* for writing */
    uint8_t dek[KEY_DEK_BYTES];
};

const char *slot_state_name(enum slot_state state)
{
    static const char *const names[] = {"empty", "opens", "locked", "broken", "unread"};

    return names[state];
}

static enum status read_header(const struct disk *disk, const char *path, struct uuid recording,
                               struct header *header, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct disk_file file = disk_open(disk, path, O_RDONLY | O_NONBLOCK, 0);

    if (file.fd < 0)
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "open %s",
                         path);
    enum status status = disk_read(file, 0, unit, sizeof unit, fault);
    disk_close(&file);
    if (status == STATUS_END)
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s is shorter than its header", path);
    if (status == STATUS_OK)
        status = header_parse(unit, header, fault);
    if (status == STATUS_OK && !uuid_equal(header->recording, recording))
        status = fault_set(fault, STATUS_CORRUPT, 0, "%s bears another recording's id", path);
    return status;
}

static enum slot_state state_of(enum status opened)
{
    switch ((int)opened) {
    case STATUS_OK:
        return SLOT_OPENS;
    case STATUS_CORRUPT:
        return SLOT_BROKEN;
    case STATUS_NO_KEY:
        return SLOT_LOCKED;
    default:
        return SLOT_UNREAD;
    }
}

static struct slot_info look_at(const struct header *header, size_t number,
                                struct private_keys *keys)
{
    struct slot_info slot = {.state = SLOT_EMPTY};
    uint8_t dek[KEY_DEK_BYTES];

    if (slot_form(header_slot(header, number)) == SLOT_FORM_EMPTY)
        return slot;
    slot.state = state_of(header_slot_open(header, number, keys, dek, NULL));
    sodium_memzero(dek, sizeof dek);
    if (slot.state != SLOT_BROKEN)
        slot_key(header_slot(header, number), &slot.id, &slot.version);
    return slot;
}

enum status slots_read(const struct recording_access *access, const char *path,
                       struct uuid recording, struct slot_info slot[static FORMAT_SLOTS],
                       struct fault *fault)
{
    struct header header;
    enum status status = read_header(access->disk, path, recording, &header, fault);

    for (size_t i = 1; i <= FORMAT_SLOTS && status == STATUS_OK; i++)
        slot[i - 1] = look_at(&header, i, access->keys);
    return status;
}

/* The same file once more, for writing; the lock stays with the first descriptor. */
static enum status open_to_write(struct slot_work *work, struct fault *fault)
{
    struct stat locked;
    struct stat opened;
    const struct disk *disk = work->access->disk;

    work->file = disk_open(disk, work->path, O_RDWR | O_NONBLOCK, 0);
    if (work->file.fd < 0)
        return disk_fault(fault, "open for writing", work->path);
    if (disk->fstat(disk->context, work->opening.file.fd, &locked) != 0 ||
        disk->fstat(disk->context, work->file.fd, &opened) != 0)
        return disk_fault(fault, "stat", work->path);
    if (locked.st_ino != opened.st_ino || locked.st_dev != opened.st_dev)
        return fault_set(fault, STATUS_BUSY, 0, "%s was being changed", work->path);
    return STATUS_OK;
}

/* The header as it is under the lock. */
static enum status read_again(struct slot_work *work, struct fault *fault)
{
    struct header *header = &work->opening.header;
    enum status status = opening_read_again(&work->opening, fault);

    return status == STATUS_OK
               ? header_dek(header, work->access->keys, work->dek, &header->bad_slots, fault)
               : status;
}

static void close_work(struct slot_work *work)
{
    disk_close(&work->file);
    sodium_memzero(work->dek, sizeof work->dek);
    opening_deinit(&work->opening); /* with it goes the lock on the file */
    disk_close(&work->held);
}

static enum status open_work(struct slot_work *work, struct uuid recording, struct fault *fault)
{
    struct footer footer;

    work->file = (struct disk_file){work->access->disk, -1};
    work->held = work->file;
    enum status status = opening_init(&work->opening, work->access, work->path, recording, fault);
    if (status != STATUS_OK)
        return status;
    status = place_lock(work->path, &work->opening, fault);
    if (status == STATUS_OK)
        status = keys_hold_off(work->access->keys, &work->held, fault);
    if (status == STATUS_OK)
        status = read_again(work, fault);
    if (status == STATUS_OK)
        status = opening_footer(&work->opening, work->access->signers, &footer, fault);
    if (status == STATUS_END)
        status = fault_set(fault, STATUS_CONFLICT, 0, "not finished: to be recovered first");
    if (status == STATUS_OK)
        status = open_to_write(work, fault);
    if (status != STATUS_OK)
        close_work(work);
    return status;
}

/* Write a slot; it is durable, and is there as it was written. */
static enum status write_slot(struct slot_work *work, size_t number,
                              const uint8_t slot[static FORMAT_SLOT_BYTES], struct fault *fault)
{
    uint8_t back[FORMAT_SLOT_BYTES];
    off_t at = (off_t)(number * FORMAT_SLOT_BYTES);
    enum status status = disk_write(work->file, at, slot, sizeof back, fault);

    if (status == STATUS_OK)
        status = disk_sync(work->file, work->path, fault);
    if (status == STATUS_OK)
        status = disk_read(work->file, at, back, sizeof back, fault);
    if (status == STATUS_OK && memcmp(back, slot, sizeof back) != 0)
        status = fault_set(fault, STATUS_IO, 0, "key slot %zu reads back otherwise", number);
    return status == STATUS_END ? STATUS_IO : status;
}

static bool opens(const struct slot_work *work, size_t number)
{
    uint8_t dek[KEY_DEK_BYTES];
    bool opened =
        header_slot_open(&work->opening.header, number, work->access->keys, dek, NULL) == STATUS_OK;

    sodium_memzero(dek, sizeof dek);
    return opened;
}

/* That of this key where there is one that opens; else an empty one; else a broken one. */
static size_t choose(const struct slot_work *work, const struct customer_key *key, bool *present)
{
    const struct header *header = &work->opening.header;
    size_t empty = 0;
    size_t broken = 0;

    *present = false;
    for (size_t i = FORMAT_SLOTS; i > 0; i--) {
        const uint8_t *slot = header_slot(header, i);
        struct key_id id;
        uint32_t version;
        slot_key(slot, &id, &version);
        if (version == key->version && memcmp(id.b, key->id.b, sizeof id.b) == 0 &&
            opens(work, i)) {
            *present = true;
            return i;
        }
        if (slot_form(slot) == SLOT_FORM_EMPTY)
            empty = i;
        else if (header->bad_slots >> i & 1)
            broken = i;
    }
    return empty ? empty : broken;
}

/* Before anything is written: a slot that nobody here opens is of no use to anybody. */
static enum status make_slot(struct slot_work *work, const struct customer_key *key,
                             uint8_t slot[static FORMAT_SLOT_BYTES], struct fault *fault)
{
    uint8_t dek[KEY_DEK_BYTES];

    if (slot_put(slot, work->dek, key) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0, "the key cannot be sealed to");
    enum status status =
        slot_open(slot, work->opening.header.customer, work->access->keys, dek, fault);
    if (status == STATUS_OK && sodium_memcmp(dek, work->dek, sizeof dek) != 0)
        status = fault_set(fault, STATUS_IO, 0, "the new key slot opens to something else");
    sodium_memzero(dek, sizeof dek);
    return status;
}

static enum status add(struct slot_work *work, const struct customer_key *key, unsigned *number,
                       struct fault *fault)
{
    uint8_t slot[FORMAT_SLOT_BYTES];
    bool present;
    size_t chosen = choose(work, key, &present);
    enum status status = STATUS_OK;

    if (!chosen)
        return fault_set(fault, STATUS_LIMIT, 0, "all %d key slots are in use", FORMAT_SLOTS);
    if (present) /* the one who wrote it may not have come to its sync */
        memcpy(slot, header_slot(&work->opening.header, chosen), sizeof slot);
    else
        status = make_slot(work, key, slot, fault);
    if (status == STATUS_OK)
        status = write_slot(work, chosen, slot, fault);
    if (status == STATUS_OK)
        *number = (unsigned)chosen;
    return status;
}

enum status slots_add(const struct recording_access *access, const char *path,
                      struct uuid recording, const struct customer_key *key, unsigned *number,
                      struct fault *fault)
{
    struct slot_work work = {.access = access, .path = path};
    enum status status = open_work(&work, recording, fault);

    if (status == STATUS_OK) {
        status = add(&work, key, number, fault);
        close_work(&work);
    }
    if (status != STATUS_OK)
        fault_wrap(fault, "seal %s to a further key", path);
    return status;
}

/*
 * The others that open are written once more as they are, which tears nothing, and synced: a sync
 * that failed under whoever wrote them says nothing of them any more.
 */
static enum status drop(struct slot_work *work, size_t number, struct fault *fault)
{
    static const uint8_t empty[FORMAT_SLOT_BYTES];
    const struct header *header = &work->opening.header;
    enum status status = STATUS_OK;
    size_t others = 0;

    if (slot_form(header_slot(header, number)) == SLOT_FORM_EMPTY)
        return STATUS_OK;
    for (size_t i = 1; i <= FORMAT_SLOTS && status == STATUS_OK; i++) {
        if (i == number || !opens(work, i))
            continue;
        others++;
        status = write_slot(work, i, header_slot(header, i), fault);
    }
    if (status == STATUS_OK && !others)
        status = fault_set(fault, STATUS_CONFLICT, 0, "no other key slot opens the recording");
    return status == STATUS_OK ? write_slot(work, number, empty, fault) : status;
}

enum status slots_drop(const struct recording_access *access, const char *path,
                       struct uuid recording, unsigned number, struct fault *fault)
{
    struct slot_work work = {.access = access, .path = path};

    if (number < 1 || number > FORMAT_SLOTS)
        return fault_set(fault, STATUS_INVALID, 0, "key slots are 1 to %d", FORMAT_SLOTS);
    enum status status = open_work(&work, recording, fault);
    if (status == STATUS_OK) {
        status = drop(&work, number, fault);
        close_work(&work);
    }
    if (status != STATUS_OK)
        fault_wrap(fault, "drop key slot %u of %s", number, path);
    return status;
}
