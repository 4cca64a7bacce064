#include "tools/recorderctl/backup_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/disk/disk.h"
#include "storage/recording/format.h"
#include "storage/seal/key_file.h"

enum { BLOCK_BYTES = 1024 * 1024 };

/* Hashes of a file that is read from its beginning to its end. */
struct hashing {
    crypto_hash_sha256_state whole;
    crypto_hash_sha256_state cipher;
    uint64_t cipher_end; /* where the footer's unit begins */
    uint64_t at;
};

static void hashing_init(struct hashing *hashing, uint64_t file_bytes)
{
    *hashing = (struct hashing){.cipher_end = 0};
    if (file_bytes >= UINT64_C(2) * FORMAT_UNIT_BYTES)
        hashing->cipher_end = file_bytes - FORMAT_UNIT_BYTES;
    (void)crypto_hash_sha256_init(&hashing->whole);
    (void)crypto_hash_sha256_init(&hashing->cipher);
}

static void hashing_add(struct hashing *hashing, const uint8_t *data, size_t bytes)
{
    uint64_t end = hashing->at + bytes;
    uint64_t from = hashing->at < FORMAT_UNIT_BYTES ? FORMAT_UNIT_BYTES : hashing->at;
    uint64_t until = end < hashing->cipher_end ? end : hashing->cipher_end;

    (void)crypto_hash_sha256_update(&hashing->whole, data, bytes);
    if (from < until)
        (void)crypto_hash_sha256_update(&hashing->cipher, data + (from - hashing->at),
                                        until - from);
    hashing->at = end;
}

static void hashing_end(struct hashing *hashing, struct backup_digest *digest)
{
    digest->bytes = hashing->at;
    (void)crypto_hash_sha256_final(&hashing->whole, digest->sha256);
    (void)crypto_hash_sha256_final(&hashing->cipher, digest->sha256_cipher);
}

int64_t backup_mtime_us(const struct stat *about)
{
    return about->st_mtim.tv_sec * INT64_C(1000000) + about->st_mtim.tv_nsec / 1000;
}

static enum status open_source(const char *path, struct disk_file *file, struct stat *about,
                               struct fault *fault)
{
    *file = disk_open(&disk_system, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (file->fd < 0 && errno == ENOENT)
        return fault_set(fault, STATUS_NOT_FOUND, 0, "%s is not there", path);
    if (file->fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        return fault_set(fault, STATUS_NOMEM, errno, "open %s", path); /* says nothing of it */
    if (file->fd < 0)
        return disk_fault(fault, "open", path);
    if (fstat(file->fd, about))
        return disk_fault(fault, "look at", path);
    if (!S_ISREG(about->st_mode))
        return fault_set(fault, STATUS_IO, 0, "%s is no file", path);
    return STATUS_OK;
}

/* Where a pass through a file reads and writes. */
struct passage {
    struct disk_file from;
    struct disk_file to;   /* of no descriptor: only read */
    bool as_it_is;         /* as of a copy */
    uint64_t lost_bytes;   /* that the disk did not give */
    enum backup_side side; /* of the call that failed */
};

/* Where the disk fails within a block, its units one by one. */
static enum status read_block(struct passage *passage, uint64_t at, uint8_t *block, size_t bytes,
                              struct fault *fault)
{
    enum status status = disk_read(passage->from, (off_t)at, block, bytes, fault);

    passage->side = BACKUP_SOURCE;
    if (status != STATUS_IO || !passage->as_it_is)
        return status;
    fault_clear(fault);
    for (size_t done = 0; done < bytes; done += FORMAT_UNIT_BYTES) {
        size_t part = bytes - done < FORMAT_UNIT_BYTES ? bytes - done : FORMAT_UNIT_BYTES;
        status = disk_read(passage->from, (off_t)(at + done), block + done, part, NULL);
        if (status == STATUS_END)
            return status;
        if (status == STATUS_IO) {
            memset(block + done, 0, part);
            passage->lost_bytes += part;
        }
    }
    return STATUS_OK;
}

static enum status write_block(struct passage *passage, uint64_t at, const uint8_t *block,
                               size_t bytes, struct fault *fault)
{
    passage->side = BACKUP_TARGET;
    return passage->to.fd < 0 ? STATUS_OK : disk_write(passage->to, (off_t)at, block, bytes, fault);
}

static enum status pass_blocks(struct passage *passage, uint64_t bytes, uint8_t *block,
                               struct hashing *hashing, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (uint64_t at = 0; status == STATUS_OK && at < bytes;) {
        size_t part = bytes - at < BLOCK_BYTES ? (size_t)(bytes - at) : BLOCK_BYTES;
        status = read_block(passage, at, block, part, fault);
        if (status == STATUS_OK)
            hashing_add(hashing, block, part);
        if (status == STATUS_OK)
            status = write_block(passage, at, block, part, fault);
        at += part;
    }
    if (status == STATUS_END)
        return fault_set(fault, STATUS_BUSY, 0, "it became shorter while it was read");
    if (status == STATUS_OK && bytes && passage->lost_bytes == bytes) {
        passage->side = BACKUP_SOURCE;
        return fault_set(fault, STATUS_IO, EIO, "nothing of it can be read");
    }
    return status;
}

/* Read to the end. In memory that is wiped: keys are copied too. */
static enum status pass(struct passage *passage, uint64_t bytes, struct backup_digest *digest,
                        struct fault *fault)
{
    struct hashing hashing;
    uint8_t *block = sodium_malloc(bytes && bytes < BLOCK_BYTES ? (size_t)bytes : BLOCK_BYTES);

    passage->side = BACKUP_TARGET;
    if (!block)
        return fault_set(fault, STATUS_NOMEM, 0, "copy: out of memory");
    hashing_init(&hashing, bytes);
    enum status status = pass_blocks(passage, bytes, block, &hashing, fault);
    sodium_free(block);
    if (status == STATUS_OK)
        hashing_end(&hashing, digest);
    digest->lost_bytes = passage->lost_bytes;
    return status;
}

/* It may have been replaced, or a key slot of it. */
static enum status check_unchanged(const char *path, struct disk_file file,
                                   const struct stat *before, struct fault *fault)
{
    struct stat open_one;
    struct stat named;

    if (fstat(file.fd, &open_one))
        return disk_fault(fault, "look at", path);
    if (stat(path, &named) || named.st_ino != before->st_ino || named.st_dev != before->st_dev ||
        open_one.st_size != before->st_size ||
        backup_mtime_us(&open_one) != backup_mtime_us(before))
        return fault_set(fault, STATUS_BUSY, 0, "%s was changed while it was read", path);
    return STATUS_OK;
}

enum status backup_digest_file(const char *path, struct backup_digest *digest, struct fault *fault)
{
    struct passage passage = {.to = {&disk_system, -1}};
    struct stat about = {.st_size = 0};
    enum status status = open_source(path, &passage.from, &about, fault);

    if (status == STATUS_OK) {
        status = pass(&passage, (uint64_t)about.st_size, digest, fault);
        if (status != STATUS_OK)
            fault_wrap(fault, "%s", path);
    }
    if (status == STATUS_OK)
        status = check_unchanged(path, passage.from, &about, fault);
    if (status == STATUS_OK)
        digest->mtime_us = backup_mtime_us(&about);
    disk_close(&passage.from);
    return status;
}

/* From the disk, not from what is still in memory of it. */
static enum status read_back(struct disk_file file, const struct backup_digest *written,
                             const char *path, struct fault *fault)
{
    struct passage passage = {.from = file, .to = {&disk_system, -1}};
    struct backup_digest read;

    (void)posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED);
    enum status status = pass(&passage, written->bytes, &read, fault);
    if (status == STATUS_OK && memcmp(read.sha256, written->sha256, sizeof read.sha256) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s: the disk gave back other bytes than it got",
                         path);
    if (status != STATUS_OK)
        fault_wrap(fault, "%s", path);
    return status;
}

static enum status check_hashes(const struct backup_copy *copy, const struct backup_digest *digest,
                                struct fault *fault)
{
    if (copy->sha256 && memcmp(digest->sha256, copy->sha256, BACKUP_HASH_BYTES) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not what the list of files says",
                         copy->from);
    if (copy->sha256_cipher &&
        memcmp(digest->sha256_cipher, copy->sha256_cipher, BACKUP_HASH_BYTES) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not what the index says", copy->from);
    return STATUS_OK;
}

/* What is copied is what it must be. */
static enum status take(const struct backup_copy *copy, struct passage *passage,
                        const struct stat *about, struct backup_digest *digest, struct fault *fault)
{
    enum status status = pass(passage, (uint64_t)about->st_size, digest, fault);

    if (status != STATUS_OK) {
        fault_wrap(fault, "%s", passage->side == BACKUP_SOURCE ? copy->from : copy->to);
        return status;
    }
    digest->mtime_us = backup_mtime_us(about);
    passage->side = BACKUP_SOURCE;
    status = check_unchanged(copy->from, passage->from, about, fault);
    return status == STATUS_OK ? check_hashes(copy, digest, fault) : status;
}

/* Its mode last: what a crash leaves of it can still be written over. */
static enum status make_durable(const struct backup_copy *copy, struct disk_file to,
                                const struct stat *about, const char *temporary,
                                const struct backup_digest *digest, struct fault *fault)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, about->st_mtim};
    enum status status = STATUS_OK;

    if (futimens(to.fd, times))
        status = disk_fault(fault, "set time of", temporary);
    if (status == STATUS_OK)
        status = disk_sync(to, temporary, fault);
    if (status == STATUS_OK)
        status = read_back(to, digest, temporary, fault);
    if (status == STATUS_OK && fchmod(to.fd, copy->mode))
        status = disk_fault(fault, "set mode of", temporary);
    return status;
}

/* What root makes in a store is for its programs' users; in a backup it is root's alone. */
static struct disk_file create(const struct backup_copy *copy, const char *temporary)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    const mode_t mode = copy->mode | S_IRUSR | S_IWUSR;

    if (copy->into_store)
        return disk_open(&disk_system, temporary, flags, mode);
    return (struct disk_file){&disk_system, open(temporary, flags | O_CLOEXEC, mode)};
}

static enum status write_copy(const struct backup_copy *copy, struct passage *passage,
                              const struct stat *about, const char *temporary,
                              struct backup_digest *digest, struct fault *fault)
{
    passage->side = BACKUP_TARGET;
    passage->to = create(copy, temporary);
    if (passage->to.fd < 0 && errno == EEXIST) /* it could not be removed */
        return fault_set(fault, STATUS_IO, errno, "create %s", temporary);
    if (passage->to.fd < 0)
        return disk_fault(fault, "create", temporary);
    enum status status = take(copy, passage, about, digest, fault);
    if (status == STATUS_OK) {
        passage->side = BACKUP_TARGET;
        status = make_durable(copy, passage->to, about, temporary, digest, fault);
    }
    disk_close(&passage->to);
    if (status == STATUS_OK && copy->question) {
        passage->side = BACKUP_SOURCE;
        status = copy->question->ask(copy->question->context, temporary, digest, fault);
    }
    return status;
}

/* What a run that was cut off left, or this one. */
static void remove_temporary(const struct backup_copy *copy, const char *temporary)
{
    if (!copy->secret || key_file_destroy(&disk_system, temporary, NULL) != STATUS_OK)
        (void)unlink(temporary);
}

enum status backup_copy_file(const struct backup_copy *copy, struct backup_digest *digest,
                             enum backup_side *side, struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES];
    struct passage passage = {.as_it_is = copy->as_it_is};
    struct stat about = {.st_size = 0};
    int length = snprintf(temporary, sizeof temporary, "%s.part", copy->to);

    if (length < 0 || (size_t)length >= sizeof temporary)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", copy->to);
    enum status status = open_source(copy->from, &passage.from, &about, fault);
    if (status == STATUS_OK) {
        remove_temporary(copy, temporary);
        status = write_copy(copy, &passage, &about, temporary, digest, fault);
        if (status == STATUS_OK && rename(temporary, copy->to)) {
            passage.side = BACKUP_TARGET;
            status = disk_fault(fault, "name", copy->to);
        }
        if (status != STATUS_OK)
            remove_temporary(copy, temporary);
    }
    disk_close(&passage.from);
    if (status != STATUS_OK && side)
        *side = passage.side;
    return status;
}

enum status backup_copy_settle(const char *directory, struct fault *fault)
{
    struct disk_file file = disk_open(&disk_system, directory, O_RDONLY | O_DIRECTORY, 0);
    enum status status = STATUS_OK;

    if (file.fd < 0)
        return disk_fault(fault, "open", directory);
    if (syncfs(file.fd))
        status = disk_fault(fault, "sync", directory);
    disk_close(&file);
    return status;
}

enum status backup_make_parents(const char *path, mode_t mode, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];

    if (strlen(path) >= sizeof parent)
        return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
    (void)snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(parent, mode) == 0) {
            if (chmod(parent, mode))
                return disk_fault(fault, "set mode of", parent);
        } else if (errno != EEXIST) {
            return disk_fault(fault, "make directory", parent);
        }
        *slash = '/';
    }
    return STATUS_OK;
}

enum status backup_path(const char *directory, const char *leaf, char *path, struct fault *fault)
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/%s", directory, leaf);

    return length < 0 || length >= BOUND_PATH_BYTES
               ? fault_set(fault, STATUS_LIMIT, 0, "%s/%s: path too long", directory, leaf)
               : STATUS_OK;
}
