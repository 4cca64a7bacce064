#include "tools/recorderctl/backup_recording.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "storage/disk/disk.h"
#include "storage/recording/peek.h"
#include "storage/recording/reader.h"
#include "storage/recording/slots.h"

/* What is not covered by the hash over the frames. */
struct ends {
    uint8_t header[FORMAT_UNIT_BYTES];
    uint8_t footer[FORMAT_UNIT_BYTES];
};

static enum status read_ends(const char *path, struct ends *ends, struct fault *fault)
{
    struct disk_file file = disk_open(&disk_system, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    struct stat about = {.st_size = 0};
    enum status status = STATUS_OK;

    if (file.fd < 0 || disk_system.fstat(disk_system.context, file.fd, &about))
        status = disk_fault(fault, "open", path);
    else if (about.st_size < (off_t)2 * FORMAT_UNIT_BYTES || about.st_size % FORMAT_UNIT_BYTES)
        status = fault_set(fault, STATUS_CORRUPT, 0, "it has not the length of a recording");
    if (status == STATUS_OK)
        status = disk_read(file, 0, ends->header, sizeof ends->header, fault);
    if (status == STATUS_OK)
        status = disk_read(file, about.st_size - FORMAT_UNIT_BYTES, ends->footer,
                           sizeof ends->footer, fault);
    disk_close(&file);
    return status;
}

/* STATUS_NO_KEY: nothing here says whether it opens, a key that is damaged as little as one that is
 * not here. */
static enum status open_it(const struct backup_recording *recording, const char *path,
                           const struct backup_digest *digest, struct fault *fault)
{
    struct recording_reader *reader = NULL;

    if (!recording->access.keys)
        return STATUS_NO_KEY;
    enum status status =
        recording_reader_open(&recording->access, path, recording->id, &reader, fault);
    if (status == STATUS_OK && memcmp(recording_reader_summary(reader)->sha256_cipher,
                                      digest->sha256_cipher, BACKUP_HASH_BYTES) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "its frames are not what its footer says");
    recording_reader_close(reader);
    if (status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_NOMEM)
        return status;
    fault_clear(fault);
    return STATUS_NO_KEY;
}

/* Of a file that nothing here opens. */
static enum status look_at_layout(const struct backup_recording *recording, const char *path,
                                  struct fault *fault)
{
    struct recording_peek peek;
    enum status status = recording_peek(&disk_system, path, &peek, fault);

    if (status == STATUS_OK && !uuid_equal(peek.recording, recording->id))
        status = fault_set(fault, STATUS_CORRUPT, 0, "it bears another recording's id");
    return status == STATUS_VERSION ? STATUS_OK : status;
}

/* By the keys that are here, else by the bytes alone. */
static void read_slots(const struct backup_recording *recording, const char *path,
                       const struct ends *ends, struct slot_info slot[FORMAT_SLOTS])
{
    if (recording->access.keys &&
        slots_read(&recording->access, path, recording->id, slot, NULL) == STATUS_OK)
        return;
    for (size_t i = 0; i < FORMAT_SLOTS; i++) {
        bool empty = sodium_is_zero(ends->header + (i + 1) * FORMAT_SLOT_BYTES, FORMAT_SLOT_BYTES);
        slot[i].state = empty ? SLOT_EMPTY : SLOT_LOCKED;
    }
}

static enum status compare_slots(const struct slot_info *slot, const struct slot_info *slot_before,
                                 const struct ends *ends, const struct ends *before, bool opens,
                                 struct fault *fault)
{
    for (size_t i = 0; i < FORMAT_SLOTS; i++) {
        size_t at = (i + 1) * FORMAT_SLOT_BYTES;
        bool had = slot_before[i].state == SLOT_OPENS || slot_before[i].state == SLOT_LOCKED;
        bool good = slot[i].state == SLOT_OPENS || (slot[i].state == SLOT_EMPTY && opens);
        if (had && !good && memcmp(ends->header + at, before->header + at, FORMAT_SLOT_BYTES) != 0)
            return fault_set(fault, STATUS_CORRUPT, 0,
                             "key slot %zu is not what it was, and does not open", i + 1);
    }
    return STATUS_OK;
}

static enum status check_broken(const struct slot_info *slot, struct fault *fault)
{
    for (size_t i = 0; i < FORMAT_SLOTS; i++)
        if (slot[i].state == SLOT_BROKEN)
            return fault_set(fault, STATUS_CORRUPT, 0, "key slot %zu is torn or was changed",
                             i + 1);
    return STATUS_OK;
}

/* Header and footer are others where the frames are: then it was sealed anew. */
static enum status compare(const struct backup_recording *recording, const struct slot_info *slot,
                           const struct ends *ends, bool opens, const struct backup_digest *digest,
                           struct fault *fault)
{
    struct slot_info slot_before[FORMAT_SLOTS];
    struct backup_digest digest_before;
    struct recording_peek peek;
    struct ends before;

    if (recording_peek(&disk_system, recording->before, &peek, NULL) != STATUS_OK ||
        !uuid_equal(peek.recording, recording->id) ||
        read_ends(recording->before, &before, NULL) != STATUS_OK)
        return STATUS_OK; /* nothing that could be lost */
    read_slots(recording, recording->before, &before, slot_before);
    bool same = memcmp(ends->header, before.header, FORMAT_SLOT_BYTES) == 0 &&
                memcmp(ends->footer, before.footer, sizeof before.footer) == 0;
    if (same)
        return compare_slots(slot, slot_before, ends, &before, opens, fault);
    if (opens || backup_digest_file(recording->before, &digest_before, NULL) != STATUS_OK ||
        memcmp(digest_before.sha256_cipher, digest->sha256_cipher, BACKUP_HASH_BYTES) != 0)
        return STATUS_OK;
    return fault_set(fault, STATUS_CORRUPT, 0,
                     "its header or footer is not what it was, and nothing here opens it");
}

enum status backup_recording_ask(void *context, const char *path,
                                 const struct backup_digest *digest, struct fault *fault)
{
    const struct backup_recording *recording = context;
    struct slot_info slot[FORMAT_SLOTS];
    struct ends ends;
    enum status opened = open_it(recording, path, digest, fault);
    enum status status = opened;

    if (opened == STATUS_NO_KEY)
        status = look_at_layout(recording, path, fault);
    if (status == STATUS_OK)
        status = read_ends(path, &ends, fault);
    if (status != STATUS_OK)
        return status;
    read_slots(recording, path, &ends, slot);
    status = check_broken(slot, fault);
    if (status == STATUS_OK)
        status = compare(recording, slot, &ends, opened == STATUS_OK, digest, fault);
    return status;
}
