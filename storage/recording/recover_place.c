/* Where a recovered file goes, and how it gets there. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "storage/recording/frame.h"
#include "storage/recording/paths.h"
#include "storage/recording/place.h"
#include "storage/recording/recover_private.h"

/* Whose header the new file has. */
static const struct salvage *origin_of(const struct recovery *recovery)
{
    return recovery->whole ? recovery->whole : chain_first(&recovery->chain);
}

/* That of segment 0, or one made from another segment's. */
static enum status make_header(struct recovery *recovery, struct fault *fault)
{
    const struct salvage *origin = origin_of(recovery);
    uint8_t key[SEAL_KEY_BYTES];
    enum status status = STATUS_OK;

    recovery->header = origin->opening.header;
    memcpy(key, origin->opening.key, sizeof key);
    if (origin->number)
        status = header_as_first(&origin->opening.header, recovery->access->keys, &recovery->header,
                                 key, fault);
    body_init(&recovery->body, recovery->file, recovery->header.unit);
    memcpy(recovery->body.key, key, sizeof key);
    sodium_memzero(key, sizeof key);
    if (status == STATUS_OK)
        status = disk_write(recovery->file, 0, recovery->header.unit, sizeof recovery->header.unit,
                            fault);
    return status;
}

/* sure  the header is synced, so that a disk that takes nothing is found now. */
static enum status make_new_at(struct recovery *recovery, const char *path, bool sure,
                               struct fault *fault)
{
    (void)snprintf(recovery->path, sizeof recovery->path, "%s", path);
    if ((size_t)snprintf(recovery->new_path, sizeof recovery->new_path, "%s.recovering", path) >=
        sizeof recovery->new_path)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    enum status status =
        place_make(recovery->new_path, &origin_of(recovery)->opening, &recovery->file, fault);
    if (status == STATUS_OK)
        status = make_header(recovery, fault);
    if (status == STATUS_OK && sure)
        status = disk_sync(recovery->file, recovery->new_path, fault);
    if (status != STATUS_OK && recovery->file.fd >= 0) {
        const struct disk *disk = recovery->file.disk;
        (void)disk->unlink(disk->context, recovery->new_path);
        disk_close(&recovery->file);
    }
    return status;
}

enum status recover_make(struct recovery *recovery, const char *path, struct fault *fault)
{
    const struct volumes *volumes = recovery->describe ? recovery->describe->volumes : NULL;
    const char *below = volumes ? volumes_below(volumes, path) : NULL;
    bool stays = recovery->whole || chain_is_single(&recovery->chain);
    bool choice = below && volumes->count > 1;
    enum status status = STATUS_IO;

    if (stays || !choice)
        status = make_new_at(recovery, stays ? origin_of(recovery)->path : path, choice, fault);
    for (size_t i = 0; choice && i < volumes->count && status != STATUS_OK; i++) {
        char there[BOUND_PATH_BYTES];
        if (volumes_path(volumes, i, below, there) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
        status = place_room(recovery->access->disk, volumes->directory[i],
                            chain_bytes(&recovery->chain), fault);
        if (status == STATUS_OK)
            status =
                paths_make_directories(recovery->access->disk, volumes->directory[i], there, fault);
        if (status == STATUS_OK)
            status = make_new_at(recovery, there, true, fault);
    }
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}

enum status recover_copy(const struct recovery *recovery, struct fault *fault)
{
    const struct salvage *whole = recovery->whole;
    uint64_t frames = whole->opening.file_bytes / FORMAT_UNIT_BYTES - 1;
    uint8_t unit[FORMAT_UNIT_BYTES];
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state cipher;
    enum status status = STATUS_OK;

    (void)crypto_hash_sha256_init(&cipher);
    for (uint64_t i = 0; i < frames && status == STATUS_OK; i++) {
        status = disk_read(whole->opening.file, frame_offset(i), unit, sizeof unit, fault);
        if (status == STATUS_OK)
            status = disk_write(recovery->file, frame_offset(i), unit, sizeof unit, fault);
        if (status == STATUS_OK && i + 1 < frames) /* the hash is in the last one, the footer */
            (void)crypto_hash_sha256_update(&cipher, unit, sizeof unit);
    }
    (void)crypto_hash_sha256_final(&cipher, sum);
    if (status == STATUS_END ||
        (status == STATUS_OK && memcmp(sum, whole->footer.sha256_cipher, sizeof sum) != 0))
        status = fault_set(fault, STATUS_IO, 0, "%s reads otherwise than it did", whole->path);
    return status == STATUS_OK ? disk_sync(recovery->file, recovery->new_path, fault) : status;
}

enum status recover_replace(const struct recovery *recovery, struct fault *fault)
{
    const struct disk *disk = recovery->file.disk;
    char unnamed[BOUND_PATH_BYTES + sizeof ".new"];

    if (!recovery->whole && chain_is_damaged(&recovery->chain)) {
        enum status status = chain_keep_damaged(&recovery->chain, fault);
        if (status != STATUS_OK)
            return status;
    }
    if (disk->rename(disk->context, recovery->new_path, recovery->path) != 0)
        return disk_fault(fault, "rename to", recovery->path);
    (void)snprintf(unnamed, sizeof unnamed, "%s.new", recovery->path);
    /* there after a crash in the middle of creation only */
    (void)disk->unlink(disk->context, unnamed);
    enum status status = place_sync(&recovery->file, recovery->path,
                                    !chain_has(&recovery->chain, recovery->path), fault);
    if (status == STATUS_OK)
        /* harmless where something stays: the next round removes it */
        chain_remove(&recovery->chain, recovery->path);
    return status;
}
