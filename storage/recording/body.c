#include "storage/recording/body.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/frame.h"

void body_init(struct body *body, struct disk_file file,
               const uint8_t head[static FOOTER_HEAD_BYTES])
{
    *body = (struct body){.file = file};
    memcpy(body->head, head, FOOTER_HEAD_BYTES);
    (void)crypto_hash_sha256_init(&body->cipher);
    (void)crypto_hash_sha256_init(&body->plain);
}

void body_deinit(struct body *body)
{
    sodium_memzero(body->key, sizeof body->key);
    sodium_memzero(body->data, sizeof body->data);
    sodium_memzero(&body->plain, sizeof body->plain);
}

uint64_t body_audio_bytes(const struct body *body)
{
    return body->frames * FORMAT_FRAME_DATA_BYTES + body->used;
}

/* One frame to its unit and into the hash of the stored bytes. */
static enum status write_frame(struct body *body, enum frame_type type, uint64_t index,
                               const uint8_t *data, size_t data_bytes, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];

    frame_seal(body->key, type, index, data, data_bytes, unit);
    enum status status = disk_write(body->file, frame_offset(index), unit, sizeof unit, fault);
    if (status == STATUS_OK && type != FRAME_FOOTER)
        (void)crypto_hash_sha256_update(&body->cipher, unit, sizeof unit);
    return status;
}

static enum status write_audio(struct body *body, struct fault *fault)
{
    enum status status =
        write_frame(body, FRAME_AUDIO, body->frames, body->data, body->used, fault);

    if (status == STATUS_OK) {
        (void)crypto_hash_sha256_update(&body->plain, body->data, body->used);
        body->frames++;
        body->used = 0;
    }
    return status;
}

enum status body_put(struct body *body, const uint8_t *data, size_t data_bytes, size_t *taken,
                     struct fault *fault)
{
    size_t done = 0;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && (done < data_bytes || body->used == sizeof body->data)) {
        size_t part = sizeof body->data - body->used;
        if (part > data_bytes - done)
            part = data_bytes - done;
        memcpy(body->data + body->used, data + done, part);
        body->used += part;
        done += part;
        if (body->used == sizeof body->data)
            status = write_audio(body, fault);
    }
    *taken = done;
    return status;
}

/* The others are made here. */
static bool is_callers(enum section_kind kind)
{
    switch (kind) {
    case SECTION_DETAILS:
    case SECTION_PEAKS:
    case SECTION_METADATA:
    case SECTION_CHANNEL_PEAKS:
        return true;
    case SECTION_GRANULES:
    case SECTION_DOCUMENTS:
        break;
    }
    return false;
}

enum status body_check_end(const struct recording_finish *finish, struct fault *fault)
{
    if (finish->state != RECORDING_STATE_SEALED && finish->state != RECORDING_STATE_RECOVERED)
        return fault_set(fault, STATUS_INVALID, 0, "a file cannot end in state %s",
                         recording_state_name(finish->state));
    if (finish->duration_ms < 0)
        return fault_set(fault, STATUS_INVALID, 0, "duration is negative");
    if (finish->sections > BODY_SECTIONS)
        return fault_set(fault, STATUS_LIMIT, 0, "more than %d sections", BODY_SECTIONS);
    for (size_t i = 0; i < finish->sections; i++) {
        const struct recording_section *section = &finish->section[i];
        if (!is_callers(section->kind))
            return fault_set(fault, STATUS_INVALID, 0, "section kind %d is not the caller's",
                             (int)section->kind);
        if (section->data_bytes > BOUND_SECTION_BYTES)
            return fault_set(fault, STATUS_LIMIT, 0, "section %d has %zu bytes, %d are allowed",
                             (int)section->kind, section->data_bytes, BOUND_SECTION_BYTES);
        for (size_t k = 0; k < i; k++)
            if (finish->section[k].kind == section->kind)
                return fault_set(fault, STATUS_INVALID, 0, "section kind %d comes twice",
                                 (int)section->kind);
    }
    return STATUS_OK;
}

/* Frames of one section from *next on, and its entry in the directory. */
static enum status write_section(struct body *body, const struct recording_section *section,
                                 uint64_t *next, struct footer *footer, struct fault *fault)
{
    footer->section[footer->sections++] = (struct footer_section){
        .kind = (uint8_t)section->kind, .first_frame = *next, .data_bytes = section->data_bytes};
    for (size_t done = 0; done < section->data_bytes;) {
        size_t part = section->data_bytes - done;
        if (part > FORMAT_FRAME_DATA_BYTES)
            part = FORMAT_FRAME_DATA_BYTES;
        enum status status =
            write_frame(body, FRAME_SECTION, *next, section->data + done, part, fault);
        if (status != STATUS_OK)
            return status;
        done += part;
        (*next)++;
    }
    return STATUS_OK;
}

static struct footer new_footer(const struct body *body, const struct body_end *end)
{
    const struct recording_finish *finish = end->finish;
    struct footer footer = {
        .state = finish->state,
        .holes = finish->holes,
        .audio_bytes = body_audio_bytes(body),
        .started_us = end->started_us,
        .ended_us = clock_wall_us(finish->ended),
        .started_mono_ns = end->started_mono_ns,
        .ended_mono_ns = finish->ended_mono.ns,
        .duration_ms = finish->duration_ms,
    };

    if (finish->loss.known)
        footer.loss = finish->loss;
    return footer;
}

enum status body_finish(struct body *body, const struct body_end *end, const struct signer *signer,
                        struct recording_summary *summary, struct fault *fault)
{
    struct footer footer = new_footer(body, end);
    uint8_t data[FOOTER_BYTES];
    struct recording_section granules = {.kind = SECTION_GRANULES,
                                         .data = end->granules->table.data,
                                         .data_bytes = end->granules->table.len};
    struct recording_section documents = {
        .kind = SECTION_DOCUMENTS, .data = end->documents->data, .data_bytes = end->documents->len};

    enum status status = body->used ? write_audio(body, fault) : STATUS_OK;
    uint64_t next = footer.audio_frames = body->frames;
    for (size_t i = 0; i < end->finish->sections && status == STATUS_OK; i++)
        status = write_section(body, &end->finish->section[i], &next, &footer, fault);
    if (status == STATUS_OK && documents.data_bytes)
        status = write_section(body, &documents, &next, &footer, fault);
    if (status == STATUS_OK)
        status = write_section(body, &granules, &next, &footer, fault);
    if (status != STATUS_OK)
        return status;
    (void)crypto_hash_sha256_final(&body->cipher, footer.sha256_cipher);
    (void)crypto_hash_sha256_final(&body->plain, footer.sha256_plain);
    footer_put(&footer, body->head, signer, data);
    status = write_frame(body, FRAME_FOOTER, next, data, sizeof data, fault);
    if (status != STATUS_OK)
        return status;
    const struct disk *disk = body->file.disk;
    if (disk->fsync(disk->context, body->file.fd) != 0) {
        int sys_errno = errno;
        /* A footer over frames that the disk does not have must not pass for a finished file. */
        bool cut = disk->ftruncate(disk->context, body->file.fd, frame_offset(next)) == 0;
        return fault_set(fault, STATUS_IO, sys_errno,
                         cut ? "fsync" : "the footer could not be cut off after fsync");
    }
    footer_summarize(&footer, end->recording, end->customer, summary);
    return STATUS_OK;
}
