#include "storage/seal/leftovers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/seal/in_force.h"

enum { NAMES_MAX = 16, NAME_BYTES = 96, FIRST_CUSTOMERS = 64 };

/* Names in one directory that are of nobody any more. */
struct names {
    const char *of; /* whose temporary names: "hold" has "hold.key.xxxxxxxx.new"; NULL: all */
    size_t count;
    char name[NAMES_MAX][NAME_BYTES];
};

/* Where there are such names. */
struct half {
    const char *directory;
    const char *of[2];
    const char *customers; /* the directory of theirs */
};

struct customers {
    struct uuid *id;
    size_t count;
    size_t room;
    bool out_of_memory;
};

static void take_name(void *arg, const char *name)
{
    struct names *names = arg;
    size_t of_bytes = names->of ? strlen(names->of) : 0;

    if (!key_file_is_temporary(name) || strlen(name) >= NAME_BYTES || names->count == NAMES_MAX ||
        (names->of && (strncmp(name, names->of, of_bytes) != 0 || name[of_bytes] != '.')))
        return;
    memcpy(names->name[names->count++], name, strlen(name) + 1);
}

/* One that has another name too got it, or was cut off before it was replaced: it is in use. */
static enum status destroy_one(const struct disk *disk, const char *path, struct fault *fault)
{
    struct stat about;

    if (disk->stat(disk->context, path, &about) != 0)
        return disk_fault(fault, "look at", path);
    if (about.st_nlink == 1)
        return key_file_destroy(disk, path, fault);
    return disk->unlink(disk->context, path) == 0 ? STATUS_OK : disk_fault(fault, "remove", path);
}

/* Some of what is there. The names that took their places are durable first: until then one of
 * these may be what a power cut brings back. */
static enum status destroy_some(const struct disk *disk, const char *directory, struct names *names,
                                struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    names->count = 0;
    /* where a master key is read that others put there, we may not look, and have left nothing */
    if (disk->list(disk->context, directory, take_name, names) != 0 && errno != ENOENT &&
        errno != EACCES)
        return disk_fault(fault, "list", directory);
    for (size_t i = 0; i < names->count && status == STATUS_OK; i++) {
        status = key_path(path, fault, "%s/%s", directory, names->name[i]);
        if (status == STATUS_OK && i == 0)
            status = disk_sync_parent(disk, path, fault);
        if (status == STATUS_OK)
            status = destroy_one(disk, path, fault);
    }
    return status;
}

static enum status destroy_in(const struct disk *disk, const char *directory, const char *of,
                              size_t *destroyed, struct fault *fault)
{
    struct names names = {.of = of};
    enum status status;

    do {
        status = destroy_some(disk, directory, &names, fault);
        *destroyed += status == STATUS_OK ? names.count : 0;
    } while (status == STATUS_OK && names.count);
    return status;
}

static void take_customer(void *arg, const char *name)
{
    struct customers *customers = arg;
    struct uuid id;

    if (customers->out_of_memory || uuid_parse(name, &id) != STATUS_OK)
        return;
    if (customers->count == customers->room) {
        size_t room = customers->room ? customers->room * 2 : FIRST_CUSTOMERS;
        struct uuid *grown = realloc(customers->id, room * sizeof *grown);
        customers->out_of_memory = !grown;
        if (!grown)
            return;
        customers->id = grown;
        customers->room = room;
    }
    customers->id[customers->count++] = id;
}

static enum status destroy_customers(const struct disk *disk, const char *customers_directory,
                                     size_t *destroyed, struct fault *fault)
{
    struct customers customers = {.count = 0};
    char directory[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];
    enum status status = STATUS_OK;

    if (disk->list(disk->context, customers_directory, take_customer, &customers) != 0)
        status = disk_fault(fault, "list", customers_directory);
    else if (customers.out_of_memory)
        status = fault_set(fault, STATUS_NOMEM, 0, "list %s", customers_directory);
    for (size_t i = 0; i < customers.count && status == STATUS_OK; i++) {
        uuid_format(customers.id[i], owner);
        status = key_path(directory, fault, "%s/%s", customers_directory, owner);
        if (status == STATUS_OK)
            status = destroy_in(disk, directory, NULL, destroyed, fault);
    }
    free(customers.id);
    return status;
}

/* Beside a master key: one that was replaced, and a second name of one that was made. */
static enum status destroy_beside(const struct disk *disk, const char *path, size_t *destroyed,
                                  struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];

    enum status status = key_path(directory, fault, "%s", path);
    char *slash = strrchr(directory, '/');
    if (status != STATUS_OK || !slash)
        return status;
    *slash = '\0';
    const char *name = path + (slash - directory) + 1;
    return destroy_in(disk, slash == directory ? "/" : directory, name, destroyed, fault);
}

/* Not those of signers, which are made without the lock. */
static enum status destroy_half(const struct private_keys *keys, const struct half *half,
                                size_t *destroyed, struct fault *fault)
{
    char directory[BOUND_PATH_BYTES];
    enum status status = key_path(directory, fault, "%s/%s", keys->directory, half->directory);

    for (size_t i = 0; i < sizeof half->of / sizeof half->of[0] && status == STATUS_OK; i++)
        status = destroy_in(keys->disk, directory, half->of[i], destroyed, fault);
    if (status == STATUS_OK)
        status = key_path(directory, fault, "%s/%s", keys->directory, half->customers);
    return status == STATUS_OK ? destroy_customers(keys->disk, directory, destroyed, fault)
                               : status;
}

enum status leftovers_destroy(const struct private_keys *keys, size_t *destroyed,
                              struct fault *fault)
{
    static const struct half halves[] = {
        {"private", {"hold", IN_FORCE_NAME}, "private"},
        {"public", {"hold", "recovery"}, "public/customers"},
    };
    enum status status = STATUS_OK;

    *destroyed = 0;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0] && status == STATUS_OK; i++)
        status = destroy_half(keys, &halves[i], destroyed, fault);
    if (status == STATUS_OK)
        status = destroy_beside(keys->disk, keys->master.path, destroyed, fault);
    return status == STATUS_OK
               ? destroy_beside(keys->disk, keys->master.next_path, destroyed, fault)
               : status;
}

enum status private_keys_tidy(struct private_keys *keys, size_t *destroyed, struct fault *fault)
{
    struct disk_file lock;

    *destroyed = 0;
    enum status status = keys_lock(keys->disk, keys->directory, &lock, fault);
    if (status != STATUS_OK)
        return status;
    status = leftovers_destroy(keys, destroyed, fault);
    disk_close(&lock);
    return status;
}
