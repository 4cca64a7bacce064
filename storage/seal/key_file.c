#include "storage/seal/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounds.h"
#include "base/bytes.h"

#define TEMPORARY_ENDING ".new"

enum { RANDOM_LETTERS = 8, TEMPORARY_LETTERS = 1 + RANDOM_LETTERS + sizeof TEMPORARY_ENDING - 1 };

void key_head_put(const struct key_head *head, const char *magic,
                  uint8_t out[static KEY_HEAD_BYTES])
{
    memset(out, 0, KEY_HEAD_BYTES);
    memcpy(out, magic, 4);
    out[4] = 1; /* version */
    out[5] = head->kind;
    memcpy(out + 8, head->customer.b, UUID_BYTES);
    bytes_put_u32(out + 24, head->month);
    memcpy(out + 32, head->id.b, KEY_ID_BYTES);
}

bool key_head_matches(const struct key_head *head, const char *magic,
                      const uint8_t in[static KEY_HEAD_BYTES])
{
    uint8_t expected[KEY_HEAD_BYTES];

    key_head_put(head, magic, expected);
    return memcmp(expected, in, KEY_HEAD_BYTES) == 0;
}

struct key_id key_id_of(const uint8_t public_key[static KEY_PUBLIC_BYTES])
{
    struct key_id id;

    (void)crypto_generichash(id.b, sizeof id.b, public_key, KEY_PUBLIC_BYTES, NULL, 0);
    return id;
}

uint32_t key_month_number(const char *month)
{
    uint32_t number = 0;

    for (int i = 0; i < KEY_MONTH_BYTES - 1; i++) {
        if (i == 4) {
            if (month[i] != '-')
                return 0;
            continue;
        }
        if (month[i] < '0' || month[i] > '9')
            return 0;
        number = number * 10 + (uint32_t)(month[i] - '0');
    }
    if (month[KEY_MONTH_BYTES - 1] != '\0' || number % 100 < 1 || number % 100 > 12)
        return 0;
    return number;
}

enum status key_month_text(uint32_t number, char month[static KEY_MONTH_BYTES])
{
    if (number > 999912 || number % 100 < 1 || number % 100 > 12)
        return STATUS_INVALID;
    /* Digit by digit: the compiler cannot see that "%04u" of this fits. */
    static const uint32_t place[] = {100000, 10000, 1000, 100, 0, 10, 1};
    for (int i = 0; i < KEY_MONTH_BYTES - 1; i++)
        month[i] = i == 4 ? '-' : (char)('0' + number / place[i] % 10);
    month[KEY_MONTH_BYTES - 1] = '\0';
    return STATUS_OK;
}

enum status key_file_read(const struct disk *disk, const char *path, uint8_t *data,
                          size_t data_bytes, struct fault *fault)
{
    struct disk_file file = disk_open(disk, path, O_RDONLY, 0);
    if (file.fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault_set(fault, STATUS_NOT_FOUND, errno, "open %s", path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);

    enum status status = STATUS_OK;
    struct stat about;
    if (disk->fstat(disk->context, file.fd, &about) != 0)
        status = disk_fault(fault, "stat", path);
    else if (!S_ISREG(about.st_mode) || about.st_size != (off_t)data_bytes)
        status =
            fault_set(fault, STATUS_CORRUPT, 0, "%s is not a file of %zu bytes", path, data_bytes);
    else
        status = disk_read(file, 0, data, data_bytes, fault);
    disk_close(&file);
    if (status == STATUS_END) /* it was cut meanwhile */
        status = STATUS_IO;
    if (status != STATUS_OK)
        sodium_memzero(data, data_bytes);
    return status;
}

/* What is to be written. */
struct content {
    const uint8_t *data;
    size_t bytes;
    mode_t mode;
};

enum how { AS_NEW, REPLACE, RENEW };

static enum status fill(const struct disk *disk, const char *path, const struct content *content,
                        struct fault *fault)
{
    struct disk_file file = disk_open(disk, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file.fd < 0)
        return disk_fault(fault, "create", path);

    enum status status = disk_write(file, 0, content->data, content->bytes, fault);
    if (status == STATUS_OK && disk->fchmod(disk->context, file.fd, content->mode) != 0)
        status = disk_fault(fault, "chmod", path);
    if (status == STATUS_OK)
        status = disk_sync(file, path, fault);
    disk_close(&file);
    return status;
}

static enum status move_in(const struct disk *disk, const char *from, const char *path,
                           bool replace, struct fault *fault)
{
    if (replace)
        return disk->rename(disk->context, from, path) == 0 ? STATUS_OK
                                                            : disk_fault(fault, "rename to", path);
    return disk->link(disk->context, from, path) == 0 ? STATUS_OK : disk_fault(fault, "link", path);
}

/* A further name for what is to be replaced, so that it can be written over; "" where there is
 * none. */
static enum status keep_before(const struct disk *disk, const char *path, enum how how,
                               char before[static BOUND_PATH_BYTES], struct fault *fault)
{
    enum status status = how == RENEW ? key_file_temporary(path, before, fault) : STATUS_OK;

    if (how == RENEW && status == STATUS_OK && disk->link(disk->context, path, before) == 0)
        return STATUS_OK;
    before[0] = '\0';
    if (how != RENEW || status != STATUS_OK || errno == ENOENT)
        return status;
    return disk_fault(fault, "link", path);
}

/*
 * Where the directory's sync fails nobody knows which of the two a power cut brings back: the one
 * before stays as it is, under its temporary name (leftovers.h).
 */
static enum status write_file(const struct disk *disk, const char *path,
                              const struct content *content, enum how how, struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES];
    char before[BOUND_PATH_BYTES] = "";
    enum status status = key_file_temporary(path, temporary, fault);

    if (status != STATUS_OK)
        return status;
    status = fill(disk, temporary, content, fault);
    if (status == STATUS_OK)
        status = keep_before(disk, path, how, before, fault);
    if (status == STATUS_OK)
        status = move_in(disk, temporary, path, how != AS_NEW, fault);
    if (status != STATUS_OK && before[0])
        (void)disk->unlink(disk->context, before);
    (void)disk->unlink(disk->context, temporary); /* gone already after a rename */
    if (status == STATUS_OK)
        status = disk_sync_parent(disk, path, fault);
    return status == STATUS_OK && before[0] ? key_file_destroy(disk, before, fault) : status;
}

enum status key_file_write(const struct disk *disk, const char *path, const uint8_t *data,
                           size_t data_bytes, mode_t mode, bool replace, struct fault *fault)
{
    const struct content content = {data, data_bytes, mode};

    return write_file(disk, path, &content, replace ? REPLACE : AS_NEW, fault);
}

enum status key_file_renew(const struct disk *disk, const char *path, const uint8_t *data,
                           size_t data_bytes, mode_t mode, struct fault *fault)
{
    const struct content content = {data, data_bytes, mode};

    return write_file(disk, path, &content, RENEW, fault);
}

enum status key_file_temporary(const char *path, char temporary[static BOUND_PATH_BYTES],
                               struct fault *fault)
{
    return key_path(temporary, fault, "%s.%08x" TEMPORARY_ENDING, path,
                    (unsigned)randombytes_random());
}

bool key_file_is_temporary(const char *name)
{
    size_t length = strlen(name);

    if (length <= TEMPORARY_LETTERS)
        return false;
    const char *ending = name + length - TEMPORARY_LETTERS;
    return ending[0] == '.' && strspn(ending + 1, "0123456789abcdef") == RANDOM_LETTERS &&
           strcmp(ending + 1 + RANDOM_LETTERS, TEMPORARY_ENDING) == 0;
}

enum status key_public_read(const struct disk *disk, const char *path, struct key_head *head,
                            uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    uint8_t data[KEY_FILE_PUBLIC_BYTES];
    enum status status = key_file_read(disk, path, data, sizeof data, fault);

    if (status != STATUS_OK)
        return status;
    head->id = key_id_of(data + KEY_HEAD_BYTES);
    if (!key_head_matches(head, KEY_MAGIC_PUBLIC, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not the public key that its name says",
                         path);
    memcpy(public_key, data + KEY_HEAD_BYTES, KEY_PUBLIC_BYTES);
    return STATUS_OK;
}

enum status key_public_write(const struct disk *disk, const char *path, const struct key_head *head,
                             const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                             struct fault *fault)
{
    uint8_t data[KEY_FILE_PUBLIC_BYTES];
    uint8_t present[KEY_FILE_PUBLIC_BYTES];

    key_head_put(head, KEY_MAGIC_PUBLIC, data);
    memcpy(data + KEY_HEAD_BYTES, public_key, KEY_PUBLIC_BYTES);
    if (key_file_read(disk, path, present, sizeof present, NULL) == STATUS_OK &&
        memcmp(present, data, sizeof data) == 0)
        return STATUS_OK;
    return key_file_write(disk, path, data, sizeof data, 0644, replace, fault);
}

static enum status overwrite(struct disk_file file, const char *path, struct fault *fault)
{
    uint8_t noise[KEY_FILE_RECOVERY_BYTES]; /* the longest key file */
    struct stat about;

    if (file.disk->fstat(file.disk->context, file.fd, &about) != 0)
        return disk_fault(fault, "stat", path);
    enum status status = STATUS_OK;
    for (off_t at = 0; at < about.st_size && status == STATUS_OK; at += (off_t)sizeof noise) {
        off_t left = about.st_size - at;
        randombytes_buf(noise, sizeof noise);
        status = disk_write(file, at, noise,
                            left < (off_t)sizeof noise ? (size_t)left : sizeof noise, fault);
    }
    return status == STATUS_OK ? disk_sync(file, path, fault) : status;
}

enum status key_file_destroy(const struct disk *disk, const char *path, struct fault *fault)
{
    struct disk_file file = disk_open(disk, path, O_WRONLY | O_NOFOLLOW, 0);

    if (file.fd < 0 && errno == ENOENT)
        return fault_set(fault, STATUS_NOT_FOUND, errno, "open %s", path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    enum status status = overwrite(file, path, fault);
    disk_close(&file);
    if (status == STATUS_OK && disk->unlink(disk->context, path) != 0)
        status = disk_fault(fault, "remove", path);
    return status;
}

enum status key_directory_make(const struct disk *disk, const char *path, mode_t mode,
                               struct fault *fault)
{
    if (disk->mkdir(disk->context, path, mode) == 0) {
        if (disk->chmod(disk->context, path, mode) != 0)
            return disk_fault(fault, "chmod", path);
        return disk_sync_parent(disk, path, fault);
    }
    if (errno != EEXIST)
        return disk_fault(fault, "make directory", path);
    struct stat about;
    if (disk->stat(disk->context, path, &about) != 0)
        return disk_fault(fault, "stat", path);
    if (!S_ISDIR(about.st_mode))
        return fault_set(fault, STATUS_IO, ENOTDIR, "make directory %s", path);
    return STATUS_OK;
}

enum status key_path(char *path, struct fault *fault, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(path, BOUND_PATH_BYTES, format, args);
    va_end(args);
    if (length >= 0 && length < BOUND_PATH_BYTES)
        return STATUS_OK;
    path[0] = '\0';
    return fault_set(fault, STATUS_LIMIT, 0, "the path of a key is longer than %d bytes",
                     BOUND_PATH_BYTES - 1);
}
