#include "storage/recording/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "storage/recording/frame.h"

static enum status read_header(struct opening *opening, struct uuid expect, uint32_t segment,
                               struct private_keys *keys, struct fault *fault)
{
    struct stat about;
    uint8_t unit[FORMAT_UNIT_BYTES];
    const struct disk *disk = opening->file.disk;

    if (disk->fstat(disk->context, opening->file.fd, &about) != 0)
        return fault_set(fault, STATUS_IO, errno, "stat");
    if (!S_ISREG(about.st_mode))
        return fault_set(fault, STATUS_CORRUPT, 0, "not a regular file");
    opening->file_bytes = (uint64_t)about.st_size;
    enum status status = disk_read(opening->file, 0, unit, sizeof unit, fault);
    if (status == STATUS_END)
        return fault_set(fault, STATUS_CORRUPT, 0, "file is shorter than its header");
    if (status == STATUS_OK)
        status = header_parse(unit, &opening->header, fault);
    if (status != STATUS_OK)
        return status;
    if (!uuid_equal(opening->header.recording, expect))
        return fault_set(fault, STATUS_CORRUPT, 0, "header bears another recording's id");
    if (opening->header.segment != segment)
        return fault_set(fault, STATUS_CORRUPT, 0, "header says segment %u, not %u",
                         (unsigned)opening->header.segment, (unsigned)segment);
    return header_open(&opening->header, keys, opening->key, fault);
}

enum status opening_init(struct opening *opening, const struct recording_access *access,
                         const char *path, struct uuid expect, struct fault *fault)
{
    return opening_init_segment(opening, access, path, expect, 0, fault);
}

enum status opening_init_segment(struct opening *opening, const struct recording_access *access,
                                 const char *path, struct uuid expect, uint32_t segment,
                                 struct fault *fault)
{
    enum status status = seal_ready(fault);
    if (status != STATUS_OK)
        return status;
    opening->file = disk_open(access->disk, path, O_RDONLY | O_NONBLOCK, 0);
    if (opening->file.fd < 0)
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "open %s",
                         path);
    status = read_header(opening, expect, segment, access->keys, fault);
    if (status != STATUS_OK) {
        fault_wrap(fault, "open %s", path);
        opening_deinit(opening);
    }
    return status;
}

enum status opening_read_again(struct opening *opening, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct header header;
    enum status status = disk_read(opening->file, 0, unit, sizeof unit, fault);

    if (status == STATUS_END)
        return fault_set(fault, STATUS_CORRUPT, 0, "file is shorter than its header");
    if (status == STATUS_OK)
        status = header_parse(unit, &header, fault);
    if (status != STATUS_OK)
        return status;
    header.bad_slots = opening->header.bad_slots;
    opening->header = header;
    return STATUS_OK;
}

void opening_deinit(struct opening *opening)
{
    disk_close(&opening->file);
    sodium_memzero(opening->key, sizeof opening->key);
}

enum status opening_footer(const struct opening *opening, struct public_keys *signers,
                           struct footer *footer, struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t data[FORMAT_FRAME_DATA_BYTES];
    size_t data_bytes = 0;
    uint64_t units = opening->file_bytes / FORMAT_UNIT_BYTES;

    if (units < 2 || opening->file_bytes % FORMAT_UNIT_BYTES != 0)
        return fault_set(fault, STATUS_END, 0, "the file has no footer");
    uint64_t index = units - 2;
    enum status status = disk_read(opening->file, frame_offset(index), unit, sizeof unit, fault);
    if (status != STATUS_OK)
        return status;
    if (frame_check(opening->key, FRAME_FOOTER, index, unit) != STATUS_OK)
        return fault_set(fault, STATUS_END, 0, "the file does not end with a footer");
    if (frame_open(opening->key, FRAME_FOOTER, index, unit, data, &data_bytes) != STATUS_OK)
        return fault_set(fault, STATUS_CORRUPT, 0, "footer frame breaks its layout");
    struct footer got;
    status = footer_get(data, data_bytes, index, &got, fault);
    if (status == STATUS_OK)
        status = footer_verify(data, opening->header.unit, signers, fault);
    if (status == STATUS_OK)
        *footer = got;
    return status;
}
