#include "storage/recording/stream_head.h"

#include <string.h>

#include "storage/recording/records.h"

enum { LENGTH_BYTES = 4 };

static size_t whole_bytes(const uint8_t *head, size_t available)
{
    uint32_t page_bytes = available < LENGTH_BYTES ? 0 : bytes_get_u32(head);

    return page_bytes && page_bytes <= STREAM_HEAD_BYTES_MAX ? LENGTH_BYTES + page_bytes : 0;
}

static const struct record_kind head_kind = {FRAME_STREAM_HEAD, whole_bytes};

enum status stream_head_write(uint64_t *units, struct disk_file tail,
                              const uint8_t key[static SEAL_KEY_BYTES], const struct bytes *pages,
                              struct fault *fault)
{
    uint32_t count = 0;
    const struct records_place place = {&head_kind, tail, key, units, &count};
    struct bytes record;
    uint8_t length[LENGTH_BYTES];
    size_t done = 0;

    if (pages->len > STREAM_HEAD_BYTES_MAX)
        return fault_set(fault, STATUS_LIMIT, 0, "header pages of %zu bytes", pages->len);
    bytes_init(&record, LENGTH_BYTES + STREAM_HEAD_BYTES_MAX);
    bytes_put_u32(length, (uint32_t)pages->len);
    enum status status = bytes_append(&record, length, sizeof length);
    if (status == STATUS_OK)
        status = bytes_append(&record, pages->data, pages->len);
    if (status != STATUS_OK)
        (void)fault_set(fault, status, 0, "write header pages: out of memory");
    else
        status = records_write(&place, record.data, record.len, &done, fault);
    bytes_deinit(&record);
    return status;
}

enum status stream_head_read(struct tail_source *source, struct bytes *pages, struct fault *fault)
{
    uint32_t below = 1;
    size_t before = pages->len;
    enum status status = records_read(&head_kind, source, &below, pages, fault);

    if (status != STATUS_OK || pages->len == before)
        return status;
    pages->len -= LENGTH_BYTES;
    memmove(pages->data + before, pages->data + before + LENGTH_BYTES, pages->len - before);
    return STATUS_OK;
}
