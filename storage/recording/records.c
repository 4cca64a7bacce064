#include "storage/recording/records.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "storage/recording/frame.h"
#include "storage/recording/tail.h"

enum {
    PART_HEAD_BYTES = 8,
    PART_BYTES = FORMAT_FRAME_DATA_BYTES - PART_HEAD_BYTES,
};

/* Indexes that no frame of a file has, so that a unit of the tail can never pass for one. */
static const uint64_t tail_index = UINT64_C(1) << 63;

static uint64_t parts_of(size_t record_bytes)
{
    return record_bytes / PART_BYTES + (record_bytes % PART_BYTES != 0);
}

static off_t unit_offset(uint64_t unit)
{
    return (off_t)((TAIL_COPIES + unit) * FORMAT_UNIT_BYTES);
}

static enum status write_record(const struct records_place *place, const uint8_t *data,
                                size_t data_bytes, struct fault *fault)
{
    uint8_t plain[FORMAT_FRAME_DATA_BYTES];
    uint8_t unit[FORMAT_UNIT_BYTES];
    enum status status = STATUS_OK;
    uint32_t part = 0;

    for (size_t done = 0; done < data_bytes && status == STATUS_OK; part++) {
        size_t bytes = data_bytes - done < PART_BYTES ? data_bytes - done : PART_BYTES;
        uint64_t number = *place->units + part;
        bytes_put_u32(plain, *place->count);
        bytes_put_u32(plain + 4, part);
        memcpy(plain + PART_HEAD_BYTES, data + done, bytes);
        frame_seal(place->key, place->kind->type, tail_index + number, plain,
                   PART_HEAD_BYTES + bytes, unit);
        status = disk_write(place->file, unit_offset(number), unit, sizeof unit, fault);
        done += bytes;
    }
    sodium_memzero(plain, sizeof plain);
    return status;
}

enum status records_write(const struct records_place *place, const uint8_t *fresh,
                          size_t fresh_bytes, size_t *done, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (*done = 0; *done < fresh_bytes && status == STATUS_OK;) {
        size_t whole = place->kind->whole_bytes(fresh + *done, fresh_bytes - *done);
        if (!whole || whole > fresh_bytes - *done)
            return fault_set(fault, STATUS_INVALID, 0, "not a whole record");
        status = write_record(place, fresh + *done, whole, fault);
        if (status == STATUS_OK) {
            *place->units += parts_of(whole);
            (*place->count)++;
            *done += whole;
        }
    }
    return status;
}

/* A record on its way out of the tail: its parts so far. */
struct assembly {
    const struct record_kind *kind;
    struct bytes *records;
    size_t start;    /* of it in records */
    uint32_t record; /* its number */
    uint32_t part;   /* that is next; 0: none has been taken */
    uint32_t below;  /* those from this number on are not wanted */
    uint32_t first;  /* number of the first that is whole; `below` before */
};

static void give_up(struct assembly *assembly)
{
    assembly->records->len = assembly->start;
    assembly->part = 0;
}

/* Take one authentic unit; NOMEM alone is a failure. */
static enum status take_part(struct assembly *assembly, const uint8_t *plain, size_t plain_bytes)
{
    struct bytes *records = assembly->records;
    uint32_t record = bytes_get_u32(plain);
    uint32_t part = bytes_get_u32(plain + 4);

    if (part == 0 || record != assembly->record || part != assembly->part)
        give_up(assembly); /* the rest of the one before is missing */
    if (part != assembly->part || record >= assembly->below)
        return STATUS_OK;
    assembly->record = record;
    enum status status =
        bytes_append(records, plain + PART_HEAD_BYTES, plain_bytes - PART_HEAD_BYTES);
    if (status != STATUS_OK) {
        give_up(assembly);
        return status == STATUS_NOMEM ? status : STATUS_OK;
    }
    assembly->part++;
    size_t have = records->len - assembly->start;
    size_t whole = assembly->kind->whole_bytes(records->data + assembly->start, have);
    if (!whole || have > whole) {
        give_up(assembly);
    } else if (have == whole) {
        assembly->start = records->len;
        assembly->part = 0;
        if (record < assembly->first)
            assembly->first = record;
    }
    return STATUS_OK;
}

static enum status read_units(struct tail_source *source, struct disk_file file,
                              struct assembly *assembly, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t plain[FORMAT_FRAME_DATA_BYTES];
    size_t plain_bytes = 0;
    enum status status = STATUS_OK;

    for (uint64_t number = 0; status == STATUS_OK; number++) {
        status = tail_unit(source, file, unit_offset(number), unit, fault);
        if (status == STATUS_CORRUPT) {
            status = STATUS_OK;
            continue;
        }
        if (status != STATUS_OK)
            break;
        if (frame_open(source->key, assembly->kind->type, tail_index + number, unit, plain,
                       &plain_bytes) != STATUS_OK ||
            plain_bytes <= PART_HEAD_BYTES)
            continue;
        status = take_part(assembly, plain, plain_bytes);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "read the tail: out of memory");
    }
    sodium_memzero(plain, sizeof plain);
    give_up(assembly);
    return status;
}

enum status records_read(const struct record_kind *kind, struct tail_source *source,
                         uint32_t *below, struct bytes *records, struct fault *fault)
{
    struct assembly assembly = {
        .kind = kind, .records = records, .start = records->len, .below = *below, .first = *below};
    struct disk_file file;
    enum status status = tail_open(source, &file, fault);

    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = read_units(source, file, &assembly, fault);
    disk_close(&file);
    if (status == STATUS_END) /* as far as it has grown */
        status = STATUS_OK;
    if (status == STATUS_OK)
        *below = assembly.first;
    return status;
}
