#include "tools/recorderctl/doctor_volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fscrypt.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { DEPTH_MAX = 16 }; /* of devices that stand on devices */

static bool read_line(const char *path, char *text, size_t text_bytes)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(text, (int)text_bytes, file);

    if (file)
        (void)fclose(file);
    if (read)
        text[strcspn(text, "\n")] = '\0';
    return read;
}

static enum protection of_device(const char *directory, unsigned depth);

/* All devices that it stands on must be encrypted. */
static enum protection of_slaves(const char *directory, unsigned depth)
{
    char path[BOUND_PATH_BYTES];
    enum protection worst = PROTECTION_LUKS;
    size_t count = 0;

    if (depth >= DEPTH_MAX ||
        (size_t)snprintf(path, sizeof path, "%s/slaves", directory) >= sizeof path)
        return PROTECTION_UNKNOWN;
    DIR *slaves = opendir(path);
    if (!slaves)
        return PROTECTION_NONE;
    for (const struct dirent *entry; (entry = readdir(slaves));) {
        char slave[BOUND_PATH_BYTES];
        if (entry->d_name[0] == '.' ||
            (size_t)snprintf(slave, sizeof slave, "%s/%s", path, entry->d_name) >= sizeof slave)
            continue;
        enum protection protection = of_device(slave, depth + 1);
        count++;
        if (protection != PROTECTION_LUKS)
            worst = protection;
    }
    (void)closedir(slaves);
    return count ? worst : PROTECTION_NONE;
}

/* What cryptsetup sets up is named so, as swap with a key that is drawn anew at each start
 * ("CRYPT-PLAIN"); two of its kinds check what they hold, and hide nothing. */
static bool is_encrypting(const char *uuid)
{
    return strncmp(uuid, "CRYPT-", 6) == 0 && strncmp(uuid, "CRYPT-VERITY", 12) != 0 &&
           strncmp(uuid, "CRYPT-INTEGRITY", 15) != 0;
}

static enum protection of_device(const char *directory, unsigned depth)
{
    char path[BOUND_PATH_BYTES];
    char line[256];

    if ((size_t)snprintf(path, sizeof path, "%s/dm/uuid", directory) < sizeof path &&
        read_line(path, line, sizeof line) && is_encrypting(line))
        return PROTECTION_LUKS;
    enum protection below = of_slaves(directory, depth);
    if (below != PROTECTION_NONE)
        return below;
    /* a partition's directory lies in that of its disk */
    if (depth < DEPTH_MAX &&
        (size_t)snprintf(path, sizeof path, "%s/partition", directory) < sizeof path &&
        access(path, F_OK) == 0 &&
        (size_t)snprintf(path, sizeof path, "%s/..", directory) < sizeof path)
        return of_device(path, depth + 1);
    return PROTECTION_NONE;
}

enum protection doctor_volume_device(const char *sys, dev_t device)
{
    char link[BOUND_PATH_BYTES];

    if ((size_t)snprintf(link, sizeof link, "%s/dev/block/%u:%u", sys, major(device),
                         minor(device)) >= sizeof link ||
        access(link, F_OK) != 0)
        return PROTECTION_UNKNOWN;
    return of_device(link, 0);
}

static bool is_fscrypt(const char *path)
{
    struct fscrypt_get_policy_ex_arg policy = {.policy_size = sizeof policy.policy};
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool encrypted = file >= 0 && ioctl(file, FS_IOC_GET_ENCRYPTION_POLICY_EX, &policy) == 0;

    if (file >= 0)
        (void)close(file);
    return encrypted;
}

struct volume_seen doctor_volume_look(const char *what, const char *path)
{
    struct volume_seen seen = {.what = what, .path = path};
    struct statfs about;
    struct stat file;

    if (statfs(path, &about) != 0 || stat(path, &file) != 0) {
        seen.error = errno;
        return seen;
    }
    seen.device = file.st_dev;
    seen.type = (uint64_t)(uint32_t)about.f_type;
    seen.protection =
        is_fscrypt(path) ? PROTECTION_FSCRYPT : doctor_volume_device("/sys", file.st_dev);
    return seen;
}
