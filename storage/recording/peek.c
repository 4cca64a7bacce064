#include "storage/recording/peek.h"

#include <errno.h>
#include <fcntl.h>

#include "storage/recording/header.h"

enum status recording_peek(const struct disk *disk, const char *path, struct recording_peek *peek,
                           struct fault *fault)
{
    uint8_t unit[FORMAT_UNIT_BYTES];
    struct header header;
    struct disk_file file = disk_open(disk, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);

    if (file.fd < 0 && errno == ENOENT)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "%s is not there", path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    enum status status = disk_read(file, 0, unit, sizeof unit, fault);
    if (status == STATUS_END)
        status = fault_set(fault, STATUS_CORRUPT, 0, "it ends within its header");
    if (status == STATUS_OK)
        status = header_parse(unit, &header, fault);
    if (status == STATUS_OK)
        *peek = (struct recording_peek){
            .recording = header.recording,
            .customer = header.customer,
            .created = clock_wall_from_us(header.created_us),
            .in_use = disk->flock(disk->context, file.fd) != 0 && errno == EWOULDBLOCK,
        };
    disk_close(&file);
    return status;
}
