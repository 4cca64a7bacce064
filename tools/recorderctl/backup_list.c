#include "tools/recorderctl/backup_list.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/disk/disk.h"
#include "storage/recording/find.h"
#include "tools/recorderctl/backup_json.h"

enum { LIST_MODE = 0600 };

static const char *const standings[] = {"whole", "gone", "damaged", "failed"};

const char *backup_standing_name(enum backup_standing standing)
{
    return standings[standing];
}

/* Not there: whole. */
static bool take_standing(const json_t *line, enum backup_standing *standing)
{
    const json_t *value = json_object_get(line, "standing");
    const char *name = value ? json_string_value(value) : standings[BACKUP_WHOLE];

    for (size_t i = 0; name && i < sizeof standings / sizeof standings[0]; i++) {
        if (strcmp(name, standings[i]) != 0)
            continue;
        *standing = (enum backup_standing)i;
        return true;
    }
    return false;
}

static bool take_entry(const json_t *line, struct backup_entry *entry)
{
    const char *path = json_string_value(json_object_get(line, "path"));
    const char *id = json_string_value(json_object_get(line, "id"));
    const json_t *started_us = json_object_get(line, "started_us");
    const json_t *bytes = json_object_get(line, "bytes");

    if (!path || !recording_path_is_one(path) || !id || uuid_parse(id, &entry->id) != STATUS_OK ||
        !json_is_integer(started_us) || json_integer_value(bytes) < 0 ||
        !take_standing(line, &entry->standing))
        return false;
    (void)snprintf(entry->path, sizeof entry->path, "%s", path);
    entry->started = clock_wall_from_us(json_integer_value(started_us));
    entry->digest.bytes = (uint64_t)json_integer_value(bytes);
    entry->digest.mtime_us = json_integer_value(json_object_get(line, "mtime_us"));
    return backup_json_hash(line, "sha256", entry->digest.sha256) &&
           backup_json_hash(line, "sha256_cipher", entry->digest.sha256_cipher);
}

enum status backup_list_step(struct backup_list *list, struct fault *fault)
{
    list->ended = true;
    if (!list->file)
        return STATUS_OK;
    if (!fgets(list->line, sizeof list->line, list->file))
        return ferror(list->file) ? fault_set(fault, STATUS_IO, errno, "read list of files")
                                  : STATUS_OK;
    json_t *line = json_loads(list->line, JSON_REJECT_DUPLICATES, NULL);
    bool good = line && take_entry(line, &list->next);
    json_decref(line);
    if (!good)
        return fault_set(fault, STATUS_CORRUPT, 0, "line %llu of the list of files is none",
                         (unsigned long long)list->entries + 1);
    list->ended = false;
    list->entries++;
    list->bytes += list->next.digest.bytes;
    return STATUS_OK;
}

enum status backup_list_open(struct backup_list *list, const char *path, struct fault *fault)
{
    *list = (struct backup_list){.ended = true};
    if (!path)
        return STATUS_OK;
    list->file = fopen(path, "re");
    if (!list->file)
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno, "open %s",
                         path);
    return backup_list_step(list, fault);
}

enum status backup_list_create(struct backup_list *list, const char *path, struct fault *fault)
{
    *list = (struct backup_list){.ended = true};
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, LIST_MODE);
    if (file < 0)
        return disk_fault(fault, "create", path);
    list->file = fdopen(file, "w");
    if (list->file)
        return STATUS_OK;
    (void)close(file);
    return fault_set(fault, STATUS_NOMEM, 0, "create %s: out of memory", path);
}

enum status backup_list_add(struct backup_list *list, const struct backup_entry *entry,
                            struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    char whole[BACKUP_HASH_TEXT_BYTES];
    char cipher[BACKUP_HASH_TEXT_BYTES];
    const struct backup_digest *digest = &entry->digest;

    uuid_format(entry->id, id);
    (void)sodium_bin2hex(whole, sizeof whole, digest->sha256, sizeof digest->sha256);
    (void)sodium_bin2hex(cipher, sizeof cipher, digest->sha256_cipher,
                         sizeof digest->sha256_cipher);
    json_t *line = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:s}", "path", entry->path, "id", id,
                             "started_us", (json_int_t)clock_wall_us(entry->started), "bytes",
                             (json_int_t)digest->bytes, "mtime_us", (json_int_t)digest->mtime_us,
                             "sha256", whole, "sha256_cipher", cipher);
    if (line && entry->standing != BACKUP_WHOLE &&
        json_object_set_new(line, "standing", json_string(backup_standing_name(entry->standing)))) {
        json_decref(line);
        line = NULL;
    }
    if (!line)
        return fault_set(fault, STATUS_NOMEM, 0, "list of files: out of memory");
    errno = 0;
    int failed = json_dumpf(line, list->file, JSON_COMPACT) || fputc('\n', list->file) == EOF;
    json_decref(line);
    if (failed)
        return disk_fault(fault, "write", "list of files");
    list->entries++;
    list->bytes += digest->bytes;
    return STATUS_OK;
}

enum status backup_list_finish(struct backup_list *list, struct fault *fault)
{
    enum status status = STATUS_OK;

    if (fflush(list->file) || fsync(fileno(list->file)))
        status = disk_fault(fault, "sync", "list of files");
    backup_list_close(list);
    return status;
}

void backup_list_close(struct backup_list *list)
{
    if (list->file)
        (void)fclose(list->file);
    list->file = NULL;
}

bool backup_entry_before(wall_time started, struct uuid id, const struct backup_entry *other)
{
    int64_t one_us = clock_wall_us(started);
    int64_t other_us = clock_wall_us(other->started);

    if (one_us != other_us)
        return one_us > other_us;
    return memcmp(id.b, other->id.b, UUID_BYTES) > 0;
}
