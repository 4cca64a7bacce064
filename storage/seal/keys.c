#include "storage/seal/keys.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/bounds.h"
#include "storage/seal/key_file.h"
#include "storage/seal/master.h"
#include "storage/seal/seal.h"
#include "storage/seal/sign_in.h"
#include "storage/seal/signer.h"

void keys_month(wall_time time, char month[static KEY_MONTH_BYTES])
{
    char date[CLOCK_RFC3339_BYTES];

    clock_format_rfc3339(time, date);
    memcpy(month, date, KEY_MONTH_BYTES - 1);
    month[KEY_MONTH_BYTES - 1] = '\0';
}

/* mkdir -p of what comes before the last part of a path. */
static enum status make_parents(const struct disk *disk, const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];
    struct stat about;

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t length = (size_t)(slash - path);
        if (length >= sizeof parent)
            return fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", path);
        memcpy(parent, path, length);
        parent[length] = '\0';
        if (disk->stat(disk->context, parent, &about) == 0)
            continue;
        enum status status = key_directory_make(disk, parent, 0755, fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status make_directories(const struct disk *disk, const char *keys_dir,
                                    struct fault *fault)
{
    static const struct {
        const char *name;
        mode_t mode;
    } wanted[] = {
        {"", 0755},
        {"public", 0755},
        {"public/customers", 0755},
        {"public/signers", 0755},
        {"private", KEY_MODE_PRIVATE_DIRECTORY},
        {"signing", 0755},
    };
    char path[BOUND_PATH_BYTES];

    enum status status = make_parents(disk, keys_dir, fault);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == STATUS_OK; i++) {
        status = key_path(path, fault, "%s%s%s", keys_dir, i ? "/" : "", wanted[i].name);
        if (status == STATUS_OK)
            status = key_directory_make(disk, path, wanted[i].mode, fault);
    }
    return status;
}

/* Directories of customers, and the hold key: all else there is not wrapped by the master key. */
static void note_wrapped(void *arg, const char *name)
{
    bool *any = arg;
    struct uuid customer;

    *any = *any || uuid_parse(name, &customer) == STATUS_OK || strncmp(name, "hold.", 5) == 0;
}

/* A new master key in the place of a lost one would make what it wrapped look damaged. */
static enum status check_none_wrapped(const struct disk *disk, const char *keys_dir,
                                      const char *master_path, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    bool any = false;

    enum status status = key_path(path, fault, "%s/private", keys_dir);
    if (status == STATUS_OK && disk->list(disk->context, path, note_wrapped, &any) != 0)
        status = disk_fault(fault, "list", path);
    if (status == STATUS_OK && any)
        status = fault_set(fault, STATUS_NO_KEY, 0,
                           "the master key %s is lost, keys are wrapped by it: restore it from a "
                           "copy, or run `recorderctl keys recover`",
                           master_path);
    return status;
}

static enum status make_master(const struct disk *disk, const char *keys_dir, const char *path,
                               struct fault *fault)
{
    struct stat about;

    if (disk->stat(disk->context, path, &about) == 0)
        return STATUS_OK;
    enum status status = check_none_wrapped(disk, keys_dir, path, fault);
    if (status == STATUS_OK)
        status = make_parents(disk, path, fault);
    if (status == STATUS_OK)
        status = master_make_file(disk, path, fault);
    return status == STATUS_EXISTS ? STATUS_OK : status;
}

enum status keys_make_directories(const struct disk *disk, const char *keys_dir,
                                  const char *master_path, struct fault *fault)
{
    enum status status = make_directories(disk, keys_dir, fault);

    return status == STATUS_OK ? make_parents(disk, master_path, fault) : status;
}

enum status keys_init(const struct disk *disk, const char *keys_dir, const char *master_path,
                      struct fault *fault)
{
    enum status status = seal_ready(fault);

    if (status == STATUS_OK)
        status = make_directories(disk, keys_dir, fault);
    if (status == STATUS_OK)
        status = make_master(disk, keys_dir, master_path, fault);
    if (status == STATUS_OK)
        status = signer_make(disk, keys_dir, "ingest", fault);
    if (status == STATUS_OK)
        status = signer_make(disk, keys_dir, "keeper", fault);
    if (status == STATUS_OK)
        status = sign_in_make(disk, keys_dir, fault);
    if (status == STATUS_OK)
        fault_clear(fault); /* what was found to exist left its words there */
    return status;
}
