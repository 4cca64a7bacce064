#include "storage/recording/documents.h"

#include <string.h>

#include "base/bounds.h"
#include "base/text.h"
#include "storage/recording/records.h"

enum { HEAD_BYTES = 16 };

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

static const struct record_kind document_kind = {FRAME_SECTION, whole_bytes};

enum status documents_tail_write(struct documents_tail *tail, struct disk_file file,
                                 const uint8_t key[static SEAL_KEY_BYTES], const uint8_t *fresh,
                                 size_t fresh_bytes, struct fault *fault)
{
    const struct records_place place = {&document_kind, file, key, &tail->units, &tail->count};
    size_t done = 0;
    enum status status = records_write(&place, fresh, fresh_bytes, &done, fault);

    tail->written += done;
    return status;
}

enum status documents_tail_read(struct tail_source *source, uint32_t *below, struct bytes *section,
                                struct fault *fault)
{
    return records_read(&document_kind, source, below, section, fault);
}
