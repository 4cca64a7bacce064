#include "storage/recording/reassign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/recording/body.h"
#include "storage/recording/frame.h"
#include "storage/recording/opening.h"
#include "storage/recording/place.h"
#include "storage/recording/reader.h"
#include "storage/recording/sections.h"
#include "storage/recording/slot.h"

enum { BLOCK_BYTES = 16 * FORMAT_FRAME_DATA_BYTES, HOLD_SLOT = 2 };

struct reassignment {
    const struct reassign_spec *spec;
    const struct recording_access *access;
    struct disk_file held; /* what is sealed to which key stays as it was counted */
    char new_path[BOUND_PATH_BYTES];
    struct opening opening; /* of the old file, with the lock */
    struct footer footer;   /* of the old file */
    struct recording_reader *reader;
    struct header header; /* of the new file */
    struct disk_file file;
    struct body body;
    struct sections sections;
    struct granules granules;
};

static bool is_on_hold(const struct header *header)
{
    for (size_t i = 1; i <= FORMAT_SLOTS; i++) {
        struct key_id id;
        uint32_t version;
        slot_key(header_slot(header, i), &id, &version);
        if (slot_form(header_slot(header, i)) == SLOT_FORM_SEALED && version == KEY_VERSION_HOLD)
            return true;
    }
    return false;
}

/* What is on hold stays so, whosever it is. */
static enum status put_hold(struct reassignment *work, const uint8_t dek[static KEY_DEK_BYTES],
                            struct fault *fault)
{
    struct customer_key hold;

    if (!is_on_hold(&work->opening.header))
        return STATUS_OK;
    enum status status = public_keys_hold(work->access->signers, &hold, fault);
    if (status == STATUS_OK)
        status = slot_put(work->header.unit + (size_t)HOLD_SLOT * FORMAT_SLOT_BYTES, dek, &hold);
    return status == STATUS_NOT_FOUND
               ? fault_set(fault, STATUS_NO_KEY, 0, "it is on hold, and the hold key is not here")
               : status;
}

/* The new header, and the key of the new frames. */
static enum status make_header(struct reassignment *work, struct fault *fault)
{
    const struct header *old = &work->opening.header;
    uint8_t dek[KEY_DEK_BYTES];

    seal_dek_new(dek);
    const struct header_spec spec = {.recording = old->recording,
                                     .customer = work->spec->customer,
                                     .created = clock_wall_from_us(old->created_us)};
    enum status status = header_make(&spec, dek, work->spec->key, &work->header, fault);
    if (status == STATUS_OK)
        status = put_hold(work, dek, fault);
    if (status == STATUS_OK) {
        body_init(&work->body, work->file, work->header.unit);
        seal_frame_key(dek, work->header.unit, FORMAT_H0_BYTES, work->body.key);
        status = disk_write(work->file, 0, work->header.unit, sizeof work->header.unit, fault);
    }
    sodium_memzero(dek, sizeof dek);
    return status;
}

static enum status copy_audio(struct reassignment *work, struct fault *fault)
{
    uint64_t total = work->footer.audio_bytes;
    uint8_t *block = malloc(BLOCK_BYTES);
    enum status status =
        block ? STATUS_OK : fault_set(fault, STATUS_NOMEM, 0, "copy audio: out of memory");

    for (uint64_t offset = 0; status == STATUS_OK && offset < total;) {
        size_t bytes = total - offset < BLOCK_BYTES ? (size_t)(total - offset) : BLOCK_BYTES;
        size_t taken = 0;
        status = recording_reader_read(work->reader, offset, block, bytes, fault);
        if (status == STATUS_OK)
            status = body_put(&work->body, block, bytes, &taken, fault);
        offset += bytes;
    }
    if (block)
        sodium_memzero(block, BLOCK_BYTES);
    free(block);
    return status;
}

static enum status take_granules(struct reassignment *work, struct fault *fault)
{
    enum status status =
        recording_reader_section(work->reader, SECTION_GRANULES, &work->granules.table, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    fault_clear(fault);
    return STATUS_OK;
}

static enum status finish(struct reassignment *work, const struct signer *signer,
                          struct recording_summary *summary, struct fault *fault)
{
    const struct footer *old = &work->footer;
    struct recording_finish end = {.state = old->state,
                                   .ended = clock_wall_from_us(old->ended_us),
                                   .ended_mono = {old->ended_mono_ns},
                                   .duration_ms = old->duration_ms,
                                   .holes = old->holes,
                                   .loss = old->loss,
                                   .sections = work->sections.count,
                                   .section = work->sections.section};
    const struct body_end body_end = {.finish = &end,
                                      .granules = &work->granules,
                                      .documents = &work->sections.documents,
                                      .recording = work->header.recording,
                                      .customer = work->spec->customer,
                                      .started_us = old->started_us,
                                      .started_mono_ns = old->started_mono_ns};
    enum status status = body_check_end(&end, fault);
    if (status == STATUS_OK)
        status = body_finish(&work->body, &body_end, signer, summary, fault);
    return status;
}

/* What was written opens with each key that it is sealed to, and holds what the old file held. */
static enum status check_new(const struct reassignment *work, struct fault *fault)
{
    struct recording_reader *reader = NULL;
    enum status status =
        recording_reader_open(work->access, work->new_path, work->header.recording, &reader, fault);

    if (status == STATUS_OK)
        status = recording_reader_verify(reader, fault);
    if (status == STATUS_OK &&
        memcmp(recording_reader_summary(reader)->sha256_plain, work->footer.sha256_plain, 32) != 0)
        status = fault_set(fault, STATUS_CORRUPT, 0, "the new file holds other audio");
    recording_reader_close(reader);
    return status;
}

static enum status write_new(struct reassignment *work, const struct signer *signer,
                             struct recording_summary *summary, struct fault *fault)
{
    const char *path = work->spec->path;
    const struct disk *disk = work->access->disk;
    enum status status = sections_take(&work->sections, work->reader, &work->footer, fault);

    if (status == STATUS_OK)
        status = take_granules(work, fault);
    if (status == STATUS_OK)
        status = place_make(work->new_path, &work->opening, &work->file, fault);
    if (status == STATUS_OK)
        status = make_header(work, fault);
    if (status == STATUS_OK)
        status = copy_audio(work, fault);
    if (status == STATUS_OK)
        status = finish(work, signer, summary, fault);
    if (status == STATUS_OK)
        status = check_new(work, fault);
    if (status == STATUS_OK && disk->rename(disk->context, work->new_path, path) != 0)
        status = disk_fault(fault, "rename to", path);
    return status;
}

/* The old file, held and found whole. Its slots are those under the lock: it may have been put on
 * hold since it was opened. */
static enum status open_old(struct reassignment *work, struct fault *fault)
{
    const struct reassign_spec *spec = work->spec;
    enum status status = place_lock(spec->path, &work->opening, fault);

    if (status == STATUS_OK)
        status = keys_hold_off(work->access->keys, &work->held, fault);
    if (status == STATUS_OK)
        status = opening_read_again(&work->opening, fault);
    if (status == STATUS_OK)
        status =
            recording_reader_open(work->access, spec->path, spec->recording, &work->reader, fault);
    if (status == STATUS_OK)
        status = recording_reader_verify_content(work->reader, fault);
    if (status == STATUS_OK)
        status = opening_footer(&work->opening, work->access->signers, &work->footer, fault);
    return status;
}

static void clean_up(struct reassignment *work, enum status status)
{
    const struct disk *disk = work->access->disk;

    if (work->file.fd >= 0 && status != STATUS_OK)
        (void)disk->unlink(disk->context, work->new_path);
    disk_close(&work->file);
    sections_deinit(&work->sections);
    granules_deinit(&work->granules);
    body_deinit(&work->body);
    recording_reader_close(work->reader);
    opening_deinit(&work->opening); /* with it goes the lock on the file */
    disk_close(&work->held);
}

enum status recording_reassign(const struct reassign_spec *spec,
                               const struct recording_access *access, const struct signer *signer,
                               struct recording_summary *summary, struct fault *fault)
{
    const struct disk_file none = {access->disk, -1};
    struct reassignment work = {.spec = spec, .access = access, .file = none, .held = none};
    struct recording_summary made;
    const size_t room = sizeof work.new_path;

    if ((size_t)snprintf(work.new_path, room, "%s.reassigning", spec->path) >= room)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    enum status status = opening_init(&work.opening, access, spec->path, spec->recording, fault);
    if (status != STATUS_OK)
        return status;
    granules_init(&work.granules);
    sections_init(&work.sections);
    status = open_old(&work, fault);
    if (status == STATUS_OK && uuid_equal(work.opening.header.customer, spec->customer))
        made = *recording_reader_summary(work.reader);
    else if (status == STATUS_OK)
        status = write_new(&work, signer, &made, fault);
    if (status == STATUS_OK) /* also where one who was cut off had not come to it */
        status = disk_sync_parent(access->disk, spec->path, fault);
    if (status == STATUS_OK)
        *summary = made;
    else
        fault_wrap(fault, "reassign %s", spec->path);
    clean_up(&work, status);
    return status;
}
