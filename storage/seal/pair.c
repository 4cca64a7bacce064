#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "storage/seal/in_force.h"
#include "storage/seal/key_months.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery_file.h"

enum {
    WRAPPED_BYTES = SEAL_NONCE_BYTES + KEY_PRIVATE_BYTES + SEAL_TAG_BYTES,
    LOCK_PAUSE_MS = 10,
    LOCK_MODE = 0600,
    LOADS = 3,
};

static_assert(KEY_PRIVATE_BYTES == crypto_box_SECRETKEYBYTES, "private half");
static_assert(KEY_FILE_PRIVATE_BYTES == KEY_HEAD_BYTES + WRAPPED_BYTES, "private file");

enum status pair_path(const char *keys_dir, struct pair_name name, enum pair_file file,
                      char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    static const char *const endings[] = {"key", "recovery", "pub", "shredded"};
    char owner[UUID_TEXT_BYTES];
    char month[KEY_MONTH_BYTES];
    const char *ending = endings[file];
    bool is_public = file == PAIR_PUBLIC;

    if (name.kind == KEY_KIND_HOLD)
        return key_path(path, fault, "%s/%s/hold.%s", keys_dir, is_public ? "public" : "private",
                        ending);
    if (key_month_text(name.month, month) != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, 0, "%u is not a month", (unsigned)name.month);
    uuid_format(name.customer, owner);
    return key_path(path, fault, "%s/%s/%s/%s.%s", keys_dir,
                    is_public ? "public/customers" : "private", owner, month, ending);
}

void pair_text(struct pair_name name, char text[static 48])
{
    char month[KEY_MONTH_BYTES] = "?";

    if (name.kind != KEY_KIND_HOLD && key_month_text(name.month, month) != STATUS_OK)
        month[0] = '?';
    (void)snprintf(text, 48, "%s%s",
                   name.kind == KEY_KIND_HOLD ? "the hold key" : "the customer's key of ",
                   name.kind == KEY_KIND_HOLD ? "" : month);
}

struct pair_name pair_of(const struct key_month *month)
{
    return (struct pair_name){month->month ? KEY_KIND_CUSTOMER : KEY_KIND_HOLD, month->customer,
                              month->month};
}

struct key_head pair_head(struct pair_name name, struct key_id id)
{
    return (struct key_head){
        .kind = name.kind, .customer = name.customer, .month = name.month, .id = id};
}

enum status pair_has(const struct disk *disk, const char *keys_dir, struct pair_name name,
                     enum pair_file file, bool *there, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;

    enum status status = pair_path(keys_dir, name, file, path, fault);
    if (status != STATUS_OK)
        return status;
    bool found = disk->stat(disk->context, path, &about) == 0;
    if (!found && errno != ENOENT && errno != ENOTDIR)
        return disk_fault(fault, "look at", path);
    *there = found;
    return STATUS_OK;
}

/* A file that nobody reads but who may change keys: flock asks for no more than that, and who only
 * reads them would hold up all others. */
static struct disk_file open_lock(const struct disk *disk, const char *path)
{
    struct disk_file file = disk_open(disk, path, O_RDONLY | O_NOFOLLOW, 0);

    if (file.fd < 0 && errno == ENOENT)
        file = disk_open(disk, path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, LOCK_MODE);
    if (file.fd < 0 && errno == EEXIST) /* of two the second */
        file = disk_open(disk, path, O_RDONLY | O_NOFOLLOW, 0);
    return file;
}

enum status keys_lock(const struct disk *disk, const char *keys_dir, struct disk_file *lock,
                      struct fault *fault)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * CLOCK_NS_PER_MS};
    char path[BOUND_PATH_BYTES];

    enum status status = key_path(path, fault, "%s/" KEYS_LOCK_NAME, keys_dir);
    if (status != STATUS_OK)
        return status;
    struct disk_file file = open_lock(disk, path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    for (int i = 0; disk->flock(disk->context, file.fd) != 0; i++) {
        if (errno != EWOULDBLOCK) {
            status = disk_fault(fault, "lock", path);
        } else if (i == KEYS_LOCK_S * 1000 / LOCK_PAUSE_MS) {
            status = fault_set(fault, STATUS_BUSY, 0, "another works on the keys in %s", keys_dir);
        }
        if (status != STATUS_OK) {
            disk_close(&file);
            return status;
        }
        (void)nanosleep(&pause, NULL);
    }
    *lock = file;
    return STATUS_OK;
}

enum status keys_hold_off(const struct private_keys *keys, struct disk_file *lock,
                          struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    const struct disk *disk = keys->disk;

    enum status status = key_path(path, fault, "%s/" KEYS_SLOTS_LOCK_NAME, keys->directory);
    if (status != STATUS_OK)
        return status;
    struct disk_file file = open_lock(disk, path);
    if (file.fd < 0)
        return disk_fault(fault, "open", path);
    if (disk->flock(disk->context, file.fd) == 0) {
        *lock = file;
        return STATUS_OK;
    }
    status = errno == EWOULDBLOCK
                 ? fault_set(fault, STATUS_BUSY, 0,
                             "another works on what is sealed to the keys in %s", keys->directory)
                 : disk_fault(fault, "lock", path);
    disk_close(&file);
    return status;
}

enum status pair_lock(struct private_keys *keys, struct disk_file *lock, struct fault *fault)
{
    enum status status = keys_lock(keys->disk, keys->directory, lock, fault);

    if (status != STATUS_OK)
        return status;
    status = master_read(keys->disk, &keys->master, fault);
    /* what is wrapped by the old one while there is a next one would be lost with it */
    if (status == STATUS_OK && !keys->master.has_next &&
        keys->master.next_status != STATUS_NOT_FOUND)
        status = fault_set(fault, keys->master.next_status, 0,
                           "the next master key, %s, cannot be read", keys->master.next_path);
    if (status == STATUS_OK)
        status = in_force_check(keys, fault);
    if (status != STATUS_OK)
        disk_close(lock);
    return status;
}

/* Of a .key file: whether one of the master keys at hand opens it. */
static bool try_both(struct private_keys *keys, const uint8_t *data)
{
    const struct master *master = &keys->master;
    const uint8_t *wrapped = data + KEY_HEAD_BYTES;

    return seal_decrypt(master->key, data, KEY_HEAD_BYTES, wrapped, WRAPPED_BYTES, keys->pair) ==
               STATUS_OK ||
           (master->has_next && seal_decrypt(master->next, data, KEY_HEAD_BYTES, wrapped,
                                             WRAPPED_BYTES, keys->pair) == STATUS_OK);
}

/* Its bytes as they are now, unwrapped by what there is. */
static enum status load_once(struct private_keys *keys, struct pair_name name, const char *path,
                             struct key_id *id, struct fault *fault)
{
    uint8_t data[KEY_FILE_PRIVATE_BYTES];

    enum status status = key_file_read(keys->disk, path, data, sizeof data, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(id->b, data + KEY_HEAD_ID_AT, KEY_ID_BYTES);
    const struct key_head head = pair_head(name, *id);
    if (!key_head_matches(&head, KEY_MAGIC_PRIVATE, data))
        return fault_set(fault, STATUS_CORRUPT, 0, "%s is not the private key its name says", path);
    return try_both(keys, data)
               ? STATUS_OK
               : fault_set(fault, STATUS_CORRUPT, 0,
                           "%s does not open with this master key: damaged, or another's", path);
}

enum status pair_load(struct private_keys *keys, struct pair_name name,
                      uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct key_id written;

    enum status status = pair_path(keys->directory, name, PAIR_KEY, path, fault);
    if (status == STATUS_OK)
        status = load_once(keys, name, path, &written, fault);
    /* Another may rotate the master key, and write over what is replaced just as it is read here.
     */
    for (int i = 1; i < LOADS && status == STATUS_CORRUPT; i++) {
        if (master_read(keys->disk, &keys->master, NULL) != STATUS_OK)
            break;
        status = load_once(keys, name, path, &written, fault);
        if (status == STATUS_OK)
            fault_clear(fault);
    }
    if (status != STATUS_OK)
        return status;
    (void)crypto_scalarmult_base(public_key, keys->pair);
    struct key_id id = key_id_of(public_key);
    if (memcmp(id.b, written.b, sizeof id.b) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "%s bears another key's id", path);
    return STATUS_OK;
}

enum status pair_store(struct private_keys *keys, struct pair_name name,
                       const uint8_t public_key[static KEY_PUBLIC_BYTES], bool replace,
                       struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_PRIVATE_BYTES];
    uint8_t nonce[SEAL_NONCE_BYTES];
    const struct key_head head = pair_head(name, key_id_of(public_key));

    enum status status = pair_path(keys->directory, name, PAIR_KEY, path, fault);
    if (status != STATUS_OK)
        return status;
    key_head_put(&head, KEY_MAGIC_PRIVATE, data);
    seal_nonce_new(nonce);
    seal_encrypt(master_newest(&keys->master), nonce, data, KEY_HEAD_BYTES, keys->pair,
                 KEY_PRIVATE_BYTES, data + KEY_HEAD_BYTES);
    return replace ? key_file_renew(keys->disk, path, data, sizeof data, KEY_MODE_PRIVATE, fault)
                   : key_file_write(keys->disk, path, data, sizeof data, KEY_MODE_PRIVATE, false,
                                    fault);
}

enum status pair_seal_recovery(struct private_keys *keys, struct pair_name name,
                               const uint8_t public_key[static KEY_PUBLIC_BYTES],
                               struct fault *fault)
{
    uint8_t recovery[KEY_PUBLIC_BYTES];
    char path[BOUND_PATH_BYTES];

    enum status status = recovery_public_read(keys->disk, keys->directory, recovery, fault);
    if (status == STATUS_NOT_FOUND) {
        fault_clear(fault);
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = pair_path(keys->directory, name, PAIR_RECOVERY, path, fault);
    if (status != STATUS_OK)
        return status;
    const struct key_head head = pair_head(name, key_id_of(public_key));
    if (recovery_file_is_for(keys->disk, path, &head, key_id_of(recovery)))
        return STATUS_OK;
    return recovery_file_write(keys->disk, path, &head, recovery, keys->pair, fault);
}

/* The public file always follows the private one: what was sealed to another could not be opened.
 */
enum status pair_publish(const struct private_keys *keys, struct pair_name name,
                         const uint8_t public_key[static KEY_PUBLIC_BYTES], struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    const struct key_head head = pair_head(name, key_id_of(public_key));

    enum status status = pair_path(keys->directory, name, PAIR_PUBLIC, path, fault);
    return status == STATUS_OK ? key_public_write(keys->disk, path, &head, public_key, true, fault)
                               : status;
}

enum status pair_make_directories(const struct disk *disk, const char *keys_dir,
                                  struct pair_name name, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char owner[UUID_TEXT_BYTES];

    if (name.kind == KEY_KIND_HOLD)
        return STATUS_OK;
    uuid_format(name.customer, owner);
    enum status status = key_path(path, fault, "%s/private/%s", keys_dir, owner);
    if (status == STATUS_OK)
        status = key_directory_make(disk, path, KEY_MODE_PRIVATE_DIRECTORY, fault);
    if (status == STATUS_OK)
        status = key_path(path, fault, "%s/public/customers/%s", keys_dir, owner);
    if (status == STATUS_OK)
        status = key_directory_make(disk, path, 0755, fault);
    return status;
}
