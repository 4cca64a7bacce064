#include "storage/recording/documents.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "base/bounds.h"
#include "base/text.h"
#include "storage/recording/frame.h"
#include "storage/recording/tail.h"

enum {
    HEAD_BYTES = 16,
    PART_HEAD_BYTES = 8,
    PART_BYTES = FORMAT_FRAME_DATA_BYTES - PART_HEAD_BYTES,
};

/* Indexes that no frame of a file has, so that a unit of the tail can never pass for one. */
static const uint64_t tail_index = UINT64_C(1) << 63;

enum status documents_put(struct bytes *section, int64_t at_ms, const char *message,
                          const char *type, const uint8_t *data, size_t data_bytes)
{
    char texts[2][DOCUMENT_TEXT_BYTES];
    uint8_t head[HEAD_BYTES] = {0};
    size_t before = section->len;

    text_copy(texts[0], sizeof texts[0], message);
    text_copy(texts[1], sizeof texts[1], type);
    size_t lengths[2] = {strlen(texts[0]), strlen(texts[1])};
    if (data_bytes > section->max - before ||
        section->max - before - data_bytes < HEAD_BYTES + lengths[0] + lengths[1])
        return STATUS_LIMIT;
    bytes_put_u64(head, at_ms > 0 ? (uint64_t)at_ms : 0);
    head[8] = (uint8_t)lengths[0];
    head[9] = (uint8_t)lengths[1];
    bytes_put_u32(head + 12, (uint32_t)data_bytes);
    enum status status = bytes_append(section, head, sizeof head);
    for (int i = 0; i < 2 && status == STATUS_OK; i++)
        status = bytes_append(section, texts[i], lengths[i]);
    if (status == STATUS_OK)
        status = bytes_append(section, data, data_bytes);
    if (status != STATUS_OK)
        section->len = before;
    return status;
}

/* Length of the document that starts with this head; 0 where it is none. */
static size_t whole_bytes(const uint8_t *head, size_t available)
{
    if (available < HEAD_BYTES || head[8] >= DOCUMENT_TEXT_BYTES ||
        head[9] >= DOCUMENT_TEXT_BYTES || head[10] || head[11] ||
        bytes_get_u64(head) > (uint64_t)INT64_MAX)
        return 0;
    return (size_t)HEAD_BYTES + head[8] + head[9] + bytes_get_u32(head + 12);
}

enum status documents_next(const uint8_t *section, size_t section_bytes, size_t *offset,
                           struct document *document)
{
    if (*offset >= section_bytes)
        return STATUS_END;
    const uint8_t *head = section + *offset;
    size_t whole = whole_bytes(head, section_bytes - *offset);
    if (!whole || whole > section_bytes - *offset)
        return STATUS_CORRUPT;
    const uint8_t *texts = head + HEAD_BYTES;
    *document = (struct document){.at_ms = (int64_t)bytes_get_u64(head),
                                  .data = texts + head[8] + head[9],
                                  .data_bytes = bytes_get_u32(head + 12)};
    memcpy(document->message, texts, head[8]);
    memcpy(document->type, texts + head[8], head[9]);
    *offset += whole;
    return STATUS_OK;
}

enum status documents_read(const struct recording_reader *reader, struct bytes *section,
                           struct fault *fault)
{
    struct bytes single;
    enum status status = recording_reader_section(reader, SECTION_DOCUMENTS, section, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    fault_clear(fault);
    bytes_init(&single, BOUND_SECTION_BYTES);
    status = recording_reader_section(reader, SECTION_METADATA, &single, fault);
    if (status == STATUS_OK && single.len) {
        status = documents_put(section, 0, "", "", single.data, single.len);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "read metadata");
    }
    bytes_wipe(&single);
    bytes_deinit(&single);
    if (status != STATUS_NOT_FOUND)
        return status;
    fault_clear(fault);
    return STATUS_OK;
}

static uint64_t parts_of(size_t document_bytes)
{
    return document_bytes / PART_BYTES + (document_bytes % PART_BYTES != 0);
}

static off_t unit_offset(uint64_t unit)
{
    return (off_t)((TAIL_COPIES + unit) * FORMAT_UNIT_BYTES);
}

static enum status write_document(const struct documents_tail *tail, struct disk_file file,
                                  const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *data,
                                  size_t data_bytes, struct fault *fault)
{
    uint8_t plain[FORMAT_FRAME_DATA_BYTES];
    uint8_t unit[FORMAT_UNIT_BYTES];
    enum status status = STATUS_OK;
    uint32_t part = 0;

    for (size_t done = 0; done < data_bytes && status == STATUS_OK; part++) {
        size_t bytes = data_bytes - done < PART_BYTES ? data_bytes - done : PART_BYTES;
        uint64_t number = tail->units + part;
        bytes_put_u32(plain, tail->count);
        bytes_put_u32(plain + 4, part);
        memcpy(plain + PART_HEAD_BYTES, data + done, bytes);
        frame_seal(key, FRAME_SECTION, tail_index + number, plain, PART_HEAD_BYTES + bytes, unit);
        status = disk_write(file, unit_offset(number), unit, sizeof unit, fault);
        done += bytes;
    }
    sodium_memzero(plain, sizeof plain);
    return status;
}

enum status documents_tail_write(struct documents_tail *tail, struct disk_file file,
                                 const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *fresh,
                                 size_t fresh_bytes, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t done = 0; done < fresh_bytes && status == STATUS_OK;) {
        size_t whole = whole_bytes(fresh + done, fresh_bytes - done);
        status = write_document(tail, file, key, fresh + done, whole, fault);
        if (status == STATUS_OK) {
            tail->units += parts_of(whole);
            tail->written += whole;
            tail->count++;
            done += whole;
        }
    }
    return status;
}

/* A document on its way out of the tail: its parts so far. */
struct assembly {
    struct bytes *section;
    size_t start;      /* of it in the section */
    uint32_t document; /* its number */
    uint32_t part;     /* that is next; 0: none has been taken */
};

static void give_up(struct assembly *assembly)
{
    assembly->section->len = assembly->start;
    assembly->part = 0;
}

/* Take one authentic unit; NOMEM alone is a failure. */
static enum status take_part(struct assembly *assembly, const uint8_t *plain, size_t plain_bytes)
{
    struct bytes *section = assembly->section;
    uint32_t document = bytes_get_u32(plain);
    uint32_t part = bytes_get_u32(plain + 4);

    if (part == 0 || document != assembly->document || part != assembly->part)
        give_up(assembly); /* the rest of the one before is missing */
    if (part != assembly->part)
        return STATUS_OK;
    assembly->document = document;
    enum status status =
        bytes_append(section, plain + PART_HEAD_BYTES, plain_bytes - PART_HEAD_BYTES);
    if (status != STATUS_OK) {
        give_up(assembly);
        return status == STATUS_NOMEM ? status : STATUS_OK;
    }
    assembly->part++;
    size_t have = section->len - assembly->start;
    size_t whole = whole_bytes(section->data + assembly->start, have);
    if (!whole || have > whole) {
        give_up(assembly);
    } else if (have == whole) {
        assembly->start = section->len;
        assembly->part = 0;
    }
    return STATUS_OK;
}

static enum status read_units(struct disk_file file, const uint8_t *key, struct assembly *assembly,
                              struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t plain[FORMAT_FRAME_DATA_BYTES];
    size_t plain_bytes = 0;
    enum status status = STATUS_OK;

    for (uint64_t number = 0; status == STATUS_OK; number++) {
        status = disk_read(file, unit_offset(number), unit, sizeof unit, fault);
        if (status != STATUS_OK)
            break;
        if (frame_open(key, FRAME_SECTION, tail_index + number, unit, plain, &plain_bytes) !=
                STATUS_OK ||
            plain_bytes <= PART_HEAD_BYTES)
            continue;
        status = take_part(assembly, plain, plain_bytes);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "read documents: out of memory");
    }
    sodium_memzero(plain, sizeof plain);
    give_up(assembly);
    return status;
}

enum status documents_tail_read(const struct disk *disk, const char *path,
                                const uint8_t key[static SEAL_KEY_BYTES], struct bytes *section,
                                struct fault *fault)
{
    struct assembly assembly = {.section = section, .start = section->len};
    struct disk_file file = disk_open(disk, path, O_RDONLY | O_NONBLOCK, 0);

    if (file.fd < 0 && errno == ENOENT)
        return STATUS_OK;
    if (file.fd < 0)
        return fault_set(fault, STATUS_IO, errno, "open %s", path);
    enum status status = read_units(file, key, &assembly, fault);
    disk_close(&file);
    if (status == STATUS_END) { /* as far as it has grown */
        fault_clear(fault);
        status = STATUS_OK;
    }
    return status;
}
