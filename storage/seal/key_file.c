#include "storage/seal/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/bytes.h"

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

static enum status io_fault(struct fault *fault, const char *step, const char *path)
{
    int sys_errno = errno;
    bool full = sys_errno == ENOSPC || sys_errno == EDQUOT;

    return fault_set(fault, full ? STATUS_FULL : STATUS_IO, sys_errno, "%s %s", step, path);
}

enum status key_file_read(const char *path, uint8_t *data, size_t data_bytes, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fault_set(fault, STATUS_NOT_FOUND, errno, "open %s", path);
    if (fd < 0)
        return io_fault(fault, "open", path);

    enum status status = STATUS_OK;
    struct stat about;
    if (fstat(fd, &about) != 0)
        status = io_fault(fault, "stat", path);
    else if (!S_ISREG(about.st_mode) || about.st_size != (off_t)data_bytes)
        status =
            fault_set(fault, STATUS_CORRUPT, 0, "%s is not a file of %zu bytes", path, data_bytes);
    else if (pread(fd, data, data_bytes, 0) != (ssize_t)data_bytes)
        status = io_fault(fault, "read", path);
    (void)close(fd);
    if (status != STATUS_OK)
        sodium_memzero(data, data_bytes);
    return status;
}

/* A rename or link is durable when its directory is. */
static enum status sync_parent(const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 1;

    memcpy(parent, slash ? path : ".", length);
    if (length == 0)
        parent[length++] = '/';
    parent[length] = '\0';
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault(fault, "open", parent);
    enum status status = fsync(fd) == 0 ? STATUS_OK : io_fault(fault, "sync", parent);
    (void)close(fd);
    return status;
}

static enum status fill(const char *path, const uint8_t *data, size_t data_bytes, mode_t mode,
                        struct fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_fault(fault, "create", path);

    enum status status = STATUS_OK;
    errno = ENOSPC; /* what a short write means */
    if (write(fd, data, data_bytes) != (ssize_t)data_bytes)
        status = io_fault(fault, "write", path);
    else if (fchmod(fd, mode) != 0)
        status = io_fault(fault, "chmod", path);
    else if (fsync(fd) != 0)
        status = io_fault(fault, "sync", path);
    (void)close(fd);
    return status;
}

static enum status move_in(const char *from, const char *path, bool replace, struct fault *fault)
{
    if (replace)
        return rename(from, path) == 0 ? STATUS_OK : io_fault(fault, "rename to", path);
    if (link(from, path) == 0)
        return STATUS_OK;
    if (errno == EEXIST)
        return fault_set(fault, STATUS_EXISTS, 0, "%s exists", path);
    return io_fault(fault, "link", path);
}

enum status key_file_write(const char *path, const uint8_t *data, size_t data_bytes, mode_t mode,
                           bool replace, struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES];
    enum status status =
        key_path(temporary, fault, "%s.%08x.new", path, (unsigned)randombytes_random());

    if (status != STATUS_OK)
        return status;
    status = fill(temporary, data, data_bytes, mode, fault);
    if (status == STATUS_OK)
        status = move_in(temporary, path, replace, fault);
    (void)unlink(temporary); /* gone already after a rename */
    if (status == STATUS_OK)
        status = sync_parent(path, fault);
    return status;
}

enum status key_directory_make(const char *path, mode_t mode, struct fault *fault)
{
    if (mkdir(path, mode) == 0) {
        if (chmod(path, mode) != 0)
            return io_fault(fault, "chmod", path);
        return sync_parent(path, fault);
    }
    if (errno != EEXIST)
        return io_fault(fault, "make directory", path);
    struct stat about;
    if (stat(path, &about) != 0)
        return io_fault(fault, "stat", path);
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
