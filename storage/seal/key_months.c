#include "storage/seal/key_months.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/seal/key_file.h"
#include "storage/seal/private_keys.h"
#include "storage/seal/recovery_file.h"

enum { FIRST_MONTHS = 64 };

/* What is being gathered, and whose directory is looked at. */
struct gathering {
    struct key_months *months;
    size_t room;
    struct uuid *customer;
    size_t customers;
    size_t customer_room;
    struct uuid owner;
    bool out_of_memory;
};

static void *grown(void *owned_items, size_t *room, size_t used, size_t item_bytes)
{
    if (used < *room)
        return owned_items;
    size_t wanted = *room ? *room * 2 : FIRST_MONTHS;
    void *items = realloc(owned_items, wanted * item_bytes);
    if (items)
        *room = wanted;
    return items;
}

static void take_customer(void *arg, const char *name)
{
    struct gathering *gathering = arg;
    struct uuid id;

    if (gathering->out_of_memory || uuid_parse(name, &id) != STATUS_OK)
        return;
    struct uuid *list = grown(gathering->customer, &gathering->customer_room, gathering->customers,
                              sizeof *gathering->customer);
    gathering->out_of_memory = !list;
    if (list) {
        gathering->customer = list;
        list[gathering->customers++] = id;
    }
}

/* "2026-11.key" and the other endings of a pair; what is written under a temporary name is none. */
static void take_month(void *arg, const char *name)
{
    struct gathering *gathering = arg;
    struct key_months *months = gathering->months;
    char month[KEY_MONTH_BYTES];
    const char *ending = name + KEY_MONTH_BYTES - 1;

    if (gathering->out_of_memory || strlen(name) < KEY_MONTH_BYTES)
        return;
    memcpy(month, name, sizeof month - 1);
    month[sizeof month - 1] = '\0';
    uint32_t number = key_month_number(month);
    if (!number || (strcmp(ending, ".key") != 0 && strcmp(ending, ".pub") != 0 &&
                    strcmp(ending, ".recovery") != 0 && strcmp(ending, ".shredded") != 0))
        return;
    for (size_t i = months->count; i > 0; i--) {
        const struct key_month *known = &months->month[i - 1];
        if (!uuid_equal(known->customer, gathering->owner))
            break;
        if (known->month == number)
            return;
    }
    struct key_month *list =
        grown(months->month, &gathering->room, months->count, sizeof *months->month);
    gathering->out_of_memory = !list;
    if (!list)
        return;
    months->month = list;
    list[months->count++] = (struct key_month){.customer = gathering->owner, .month = number};
}

static enum status list(const struct disk *disk, const char *path,
                        void (*take)(void *arg, const char *name), struct gathering *gathering,
                        struct fault *fault)
{
    if (disk->list(disk->context, path, take, gathering) != 0 && errno != ENOENT)
        return disk_fault(fault, "list", path);
    return gathering->out_of_memory ? fault_set(fault, STATUS_NOMEM, 0, "list %s", path)
                                    : STATUS_OK;
}

static enum status list_both(const struct disk *disk, const char *keys_dir, const char *below,
                             void (*take)(void *arg, const char *name), struct gathering *gathering,
                             struct fault *fault)
{
    static const char *const halves[] = {"private", "public/customers"};
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    for (size_t i = 0; i < sizeof halves / sizeof halves[0] && status == STATUS_OK; i++) {
        status = key_path(path, fault, "%s/%s/%s", keys_dir, halves[i], below);
        if (status == STATUS_OK)
            status = list(disk, path, take, gathering, fault);
    }
    return status;
}

static int compare_customers(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct uuid));
}

/* Most are in both halves. */
static void take_each_once(struct gathering *gathering)
{
    struct uuid *customer = gathering->customer;
    size_t kept = 0;

    if (gathering->customers)
        qsort(customer, gathering->customers, sizeof *customer, compare_customers);
    for (size_t i = 0; i < gathering->customers; i++)
        if (!kept || !uuid_equal(customer[kept - 1], customer[i]))
            customer[kept++] = customer[i];
    gathering->customers = kept;
}

static enum status list_months(const struct disk *disk, const char *keys_dir,
                               struct gathering *gathering, struct fault *fault)
{
    char owner[UUID_TEXT_BYTES];
    enum status status = STATUS_OK;

    for (size_t i = 0; i < gathering->customers && status == STATUS_OK; i++) {
        gathering->owner = gathering->customer[i];
        uuid_format(gathering->owner, owner);
        status = list_both(disk, keys_dir, owner, take_month, gathering, fault);
    }
    return status;
}

/* The id that the first of its files says which is what its name says. The mark comes first: what
 * is destroyed may be noise in its old place. */
static enum status read_id(const struct disk *disk, const char *keys_dir, struct key_month *month,
                           struct fault *fault)
{
    static const struct {
        enum pair_file file;
        size_t bytes;
        const char *magic;
    } order[] = {{PAIR_SHREDDED, KEY_FILE_SHREDDED_BYTES, KEY_MAGIC_SHREDDED},
                 {PAIR_KEY, KEY_FILE_PRIVATE_BYTES, KEY_MAGIC_PRIVATE},
                 {PAIR_PUBLIC, KEY_FILE_PUBLIC_BYTES, KEY_MAGIC_PUBLIC},
                 {PAIR_RECOVERY, KEY_FILE_RECOVERY_BYTES, KEY_MAGIC_RECOVERY}};
    char path[BOUND_PATH_BYTES];
    uint8_t data[KEY_FILE_RECOVERY_BYTES];
    struct fault failed = {0};
    enum status worst = STATUS_OK; /* a disk that fails: perhaps it would have said it */

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct key_id written;
        struct fault why = {0};
        enum status status = pair_path(keys_dir, pair_of(month), order[i].file, path, &why);
        if (status == STATUS_OK)
            status = key_file_read(disk, path, data, order[i].bytes, &why);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND && status != STATUS_CORRUPT) {
            worst = status;
            failed = why;
        }
        if (status != STATUS_OK)
            continue;
        memcpy(written.b, data + KEY_HEAD_ID_AT, KEY_ID_BYTES);
        const struct key_head head = pair_head(pair_of(month), written);
        if (key_head_matches(&head, order[i].magic, data)) {
            month->id = written;
            return STATUS_OK;
        }
    }
    if (worst != STATUS_OK && fault)
        *fault = failed;
    return worst;
}

static bool is_current(const struct disk *disk, const char *keys_dir, const struct key_month *month,
                       const struct key_id *recovery)
{
    char path[BOUND_PATH_BYTES];
    const struct key_head head = pair_head(pair_of(month), month->id);

    return pair_path(keys_dir, pair_of(month), PAIR_RECOVERY, path, NULL) == STATUS_OK &&
           recovery_file_is_for(disk, path, &head, *recovery);
}

static enum status look_at(const struct disk *disk, const char *keys_dir,
                           const struct key_id *recovery, struct key_month *month,
                           struct fault *fault)
{
    struct pair_name name = pair_of(month);

    enum status status = pair_has(disk, keys_dir, name, PAIR_KEY, &month->has_private, fault);
    if (status == STATUS_OK)
        status = pair_has(disk, keys_dir, name, PAIR_PUBLIC, &month->has_public, fault);
    if (status == STATUS_OK)
        status = pair_has(disk, keys_dir, name, PAIR_RECOVERY, &month->has_recovery, fault);
    if (status == STATUS_OK)
        status = pair_has(disk, keys_dir, name, PAIR_SHREDDED, &month->shredded, fault);
    if (status == STATUS_OK)
        status = read_id(disk, keys_dir, month, fault);
    month->recovery_current =
        month->has_recovery && recovery && is_current(disk, keys_dir, month, recovery);
    return status;
}

static enum status look_at_all(const struct disk *disk, const char *keys_dir,
                               struct key_months *months, struct fault *fault)
{
    struct key_id recovery;
    enum status status = key_recovery_id(disk, keys_dir, &recovery, fault);
    bool has_recovery = status == STATUS_OK;

    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT) {
        fault_clear(fault);
        status = STATUS_OK;
    }
    for (size_t i = 0; i < months->count && status == STATUS_OK; i++)
        status = look_at(disk, keys_dir, has_recovery ? &recovery : NULL, &months->month[i], fault);
    return status;
}

static int compare(const void *left, const void *right)
{
    const struct key_month *one = left;
    const struct key_month *two = right;
    int order = memcmp(one->customer.b, two->customer.b, UUID_BYTES);

    return order ? order : (one->month > two->month) - (one->month < two->month);
}

static enum status gather(const struct disk *disk, const char *keys_dir,
                          const struct uuid *customer, struct gathering *gathering,
                          struct fault *fault)
{
    char owner[UUID_TEXT_BYTES];

    if (customer) {
        uuid_format(*customer, owner);
        take_customer(gathering, owner);
        return list_months(disk, keys_dir, gathering, fault);
    }
    enum status status = list_both(disk, keys_dir, "", take_customer, gathering, fault);
    take_each_once(gathering);
    if (status == STATUS_OK)
        status = list_months(disk, keys_dir, gathering, fault);
    struct key_months *months = gathering->months;
    bool hold = false;
    for (int file = PAIR_KEY; file <= PAIR_PUBLIC && status == STATUS_OK && !hold; file++)
        status = pair_has(disk, keys_dir, (struct pair_name){.kind = KEY_KIND_HOLD},
                          (enum pair_file)file, &hold, fault);
    if (status != STATUS_OK || !hold)
        return status;
    struct key_month *list =
        grown(months->month, &gathering->room, months->count, sizeof *months->month);
    if (!list)
        return fault_set(fault, STATUS_NOMEM, 0, "list keys");
    months->month = list;
    list[months->count++] = (struct key_month){.month = 0};
    return STATUS_OK;
}

enum status key_months_read(const struct disk *disk, const char *keys_dir,
                            const struct uuid *customer, struct key_months *out,
                            struct fault *fault)
{
    struct key_months months = {NULL, 0};
    struct gathering gathering = {.months = &months};

    enum status status = gather(disk, keys_dir, customer, &gathering, fault);
    free(gathering.customer);
    if (status == STATUS_OK && gathering.out_of_memory)
        status = fault_set(fault, STATUS_NOMEM, 0, "list keys");
    if (status == STATUS_OK && months.count)
        qsort(months.month, months.count, sizeof *months.month, compare);
    if (status == STATUS_OK)
        status = look_at_all(disk, keys_dir, &months, fault);
    if (status != STATUS_OK) {
        free(months.month);
        return status;
    }
    *out = months;
    return STATUS_OK;
}

const struct key_month *key_months_find(const struct key_months *months, struct uuid customer,
                                        uint32_t month)
{
    const struct key_month wanted = {.customer = customer, .month = month};

    return months->count ? bsearch(&wanted, months->month, months->count, sizeof wanted, compare)
                         : NULL;
}

void key_months_free(struct key_months *months)
{
    free(months->month);
    *months = (struct key_months){NULL, 0};
}

enum status key_recovery_id(const struct disk *disk, const char *keys_dir, struct key_id *id,
                            struct fault *fault)
{
    uint8_t public_key[KEY_PUBLIC_BYTES];
    enum status status = recovery_public_read(disk, keys_dir, public_key, fault);

    if (status == STATUS_OK)
        *id = key_id_of(public_key);
    return status;
}
