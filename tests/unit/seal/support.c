#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

int seal_set_up(void **state)
{
    struct seal_store *store = calloc(1, sizeof *store);
    struct fault fault = {0};

    assert_non_null(store);
    store->memory = memory_disk_create();
    store->disk = memory_disk_disk(store->memory);
    store->customer = uuid_new(clock_wall_now());
    must(keys_init(store->disk, SEAL_KEYS, SEAL_MASTER, &fault), &fault);
    seal_open_keys(store);
    *state = store;
    return 0;
}

int seal_tear_down(void **state)
{
    struct seal_store *store = *state;

    private_keys_close(store->keys);
    assert_int_equal(memory_disk_open_files(store->memory), 0);
    memory_disk_destroy(store->memory);
    free(store);
    return 0;
}

void seal_open_keys(struct seal_store *store)
{
    struct fault fault = {0};

    private_keys_close(store->keys);
    store->keys = NULL;
    must(private_keys_open(store->disk, SEAL_KEYS, SEAL_MASTER, &store->keys, &fault), &fault);
}

void seal_make_month(struct seal_store *store, const char *month)
{
    struct fault fault = {0};

    must(private_keys_make_month(store->keys, store->customer, month, &fault), &fault);
}

void seal_seal(struct seal_store *store, const char *month, struct seal_sealed *sealed)
{
    struct public_keys *keys = NULL;
    struct fault fault = {0};
    char date[16];
    wall_time when;

    must(public_keys_open(store->disk, SEAL_KEYS, &keys, &fault), &fault);
    if (month) {
        (void)snprintf(date, sizeof date, "%s-05", month);
        assert_int_equal(clock_parse_rfc3339(date, &when), STATUS_OK);
        must(public_keys_customer(keys, store->customer, when, &sealed->key, &fault), &fault);
    } else {
        must(public_keys_hold(keys, &sealed->key, &fault), &fault);
    }
    public_keys_close(keys);
    seal_dek_new(sealed->dek);
    must(seal_dek_to(sealed->dek, sealed->key.public_key, sealed->sealed), &fault);
}

enum status seal_open(const struct seal_store *store, const struct seal_sealed *sealed)
{
    uint8_t dek[KEY_DEK_BYTES];
    struct fault fault = {0};
    enum status status = private_keys_open_dek(store->keys, store->customer, sealed->key.id,
                                               sealed->key.version, sealed->sealed, dek, &fault);

    if (status == STATUS_OK && memcmp(dek, sealed->dek, sizeof dek) != 0)
        return STATUS_CORRUPT;
    return status;
}

void seal_path(const struct seal_store *store, const char *half, const char *name,
               char path[static BOUND_PATH_BYTES])
{
    char owner[UUID_TEXT_BYTES];

    uuid_format(store->customer, owner);
    (void)snprintf(path, BOUND_PATH_BYTES, SEAL_KEYS "/%s/%s/%s", half, owner, name);
}

enum status seal_recovery_make(struct private_keys *keys, struct recovery_split split, bool replace,
                               struct recovery_secret *secret, struct recovery_report *report,
                               struct fault *fault)
{
    enum status status = recovery_draw(split, secret, fault);

    return status == STATUS_OK ? recovery_install(keys, secret, replace, report, fault) : status;
}

enum status seal_restore(const struct seal_store *store, bool new_master,
                         const struct recovery_secret *secret, struct recovery_report *report,
                         struct fault *fault)
{
    const struct recovery_place place = {store->disk, SEAL_KEYS, SEAL_MASTER, new_master};

    return recovery_restore(&place, secret->private_half, report, fault);
}

struct seal_watched seal_watch(const struct seal_store *store, const char *path)
{
    struct seal_watched watched = {.file = disk_open(store->disk, path, O_RDONLY, 0)};
    struct stat about;

    assert_true(watched.file.fd >= 0);
    assert_int_equal(store->disk->fstat(store->disk->context, watched.file.fd, &about), 0);
    watched.bytes = (size_t)about.st_size;
    assert_true(watched.bytes && watched.bytes <= sizeof watched.before);
    assert_int_equal(disk_read(watched.file, 0, watched.before, watched.bytes, NULL), STATUS_OK);
    return watched;
}

void seal_expect_written_over(struct seal_watched *watched)
{
    uint8_t after[sizeof watched->before];

    assert_int_equal(disk_read(watched->file, 0, after, watched->bytes, NULL), STATUS_OK);
    for (size_t at = 0; at + 8 <= watched->bytes; at += 8)
        assert_memory_not_equal(after + at, watched->before + at, 8);
    disk_close(&watched->file);
}

static void expect_no_temporary(void *arg, const char *path)
{
    (void)arg;
    if (strstr(path, ".new"))
        fail_msg("%s is left", path);
}

void seal_expect_no_leftovers(const struct seal_store *store)
{
    memory_disk_each(store->memory, expect_no_temporary, NULL);
}
