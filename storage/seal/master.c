#include "storage/seal/master.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/seal/key_file.h"

/*
 * What systemd hands to a service (LoadCredential=). It gives the service's user its right to read
 * by an ACL where the file system has those, and stat(2) then shows the ACL's mask as the right of
 * a group that has none; the directory is the service's alone.
 */
static bool is_credential(const char *path)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    size_t length = directory ? strlen(directory) : 0;

    return length && strncmp(path, directory, length) == 0 && path[length] == '/';
}

enum status master_read_file(const struct disk *disk, const char *path,
                             uint8_t key[static SEAL_KEY_BYTES], struct fault *fault)
{
    struct stat about;
    uint8_t read[SEAL_KEY_BYTES];
    mode_t others = is_credential(path) ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;

    if (disk->stat(disk->context, path, &about) != 0)
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno,
                         "open master key %s", path);
    if (about.st_mode & others)
        return fault_set(fault, STATUS_DENIED, 0,
                         "master key %s has mode %04o: group or others have access; chmod 0400 it",
                         path, (unsigned)(about.st_mode & 07777));
    enum status status = key_file_read(disk, path, read, sizeof read, fault);
    if (status == STATUS_OK)
        memcpy(key, read, sizeof read);
    sodium_memzero(read, sizeof read);
    return status;
}

enum status master_set_path(struct master *master, const char *path, struct fault *fault)
{
    enum status status = key_path(master->path, fault, "%s", path);

    return status == STATUS_OK ? key_path(master->next_path, fault, "%s.next", path) : status;
}

enum status master_read(const struct disk *disk, struct master *master, struct fault *fault)
{
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t current[SEAL_KEY_BYTES];

    /* The next one first: where it takes the other's place in between, both that we have are it. */
    enum status next_status = master_read_file(disk, master->next_path, key, NULL);
    bool has_next = next_status == STATUS_OK;
    enum status status = master_read_file(disk, master->path, current, fault);
    if (status == STATUS_OK) {
        memcpy(master->key, current, sizeof current);
        master->has_next = has_next;
        master->next_status = next_status;
        if (has_next)
            memcpy(master->next, key, sizeof key);
        else
            sodium_memzero(master->next, sizeof master->next);
    }
    sodium_memzero(current, sizeof current);
    sodium_memzero(key, sizeof key);
    return status == STATUS_NOT_FOUND ? STATUS_IO : status;
}

enum status master_make_file(const struct disk *disk, const char *path, struct fault *fault)
{
    uint8_t key[SEAL_KEY_BYTES];

    randombytes_buf(key, sizeof key);
    enum status status = key_file_write(disk, path, key, sizeof key, 0400, false, fault);
    sodium_memzero(key, sizeof key);
    return status;
}

const uint8_t *master_newest(const struct master *master)
{
    return master->has_next ? master->next : master->key;
}
