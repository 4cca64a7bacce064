#include "tests/fuzz/support_recording_cut.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/recording/format.h"
#include "tests/fuzz/support_recording.h"

enum { FILE_BYTES_MAX = 1 << 24, PATH_BYTES = BOUND_PATH_BYTES + 260 };

uint8_t cut_take(struct cut_script *script)
{
    return script->taken < script->size ? script->data[script->taken++] : 0;
}

bool cut_more(const struct cut_script *script)
{
    return script->taken < script->size;
}

void cut_begin(struct cut_script *script, const char *path)
{
    (void)snprintf(script->directory, sizeof script->directory, "%s", path);
    *strrchr(script->directory, '/') = '\0';
    script->file = calloc(CUT_FILES_MAX, sizeof *script->file);
    if (!script->file)
        abort();
}

static void path_of(const struct cut_script *script, const char *name, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%s", script->directory, name);
}

static bool read_file(const struct cut_script *script, const char *name, struct bytes *bytes)
{
    char path[PATH_BYTES];
    uint8_t block[65536];
    size_t count;

    path_of(script, name, path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bytes_clear(bytes);
    while ((count = fread(block, 1, sizeof block, file)) > 0)
        if (bytes_append(bytes, block, count) != STATUS_OK)
            abort();
    (void)fclose(file);
    return true;
}

static struct cut_file *find(struct cut_script *script, const char *name)
{
    for (size_t i = 0; i < script->files; i++)
        if (!strcmp(script->file[i].name, name))
            return &script->file[i];
    if (script->files == CUT_FILES_MAX)
        abort();
    struct cut_file *file = &script->file[script->files++];
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    bytes_init(&file->durable, FILE_BYTES_MAX);
    return file;
}

static void note(struct cut_script *script, const char *name)
{
    struct cut_file *file = find(script, name);
    char path[PATH_BYTES];
    struct stat about;

    path_of(script, name, path);
    if (stat(path, &about) != 0)
        abort();
    if (file->inode == about.st_ino)
        return;
    file->inode = about.st_ino;
    file->named = file->lost = false;
    bytes_clear(&file->durable);
}

/* Know of each file that is there. */
static void look(struct cut_script *script)
{
    DIR *directory = opendir(script->directory);
    const struct dirent *entry;

    if (!directory)
        abort();
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            note(script, entry->d_name);
    (void)closedir(directory);
}

static void sync_files(struct cut_script *script, bool names)
{
    look(script);
    for (size_t i = 0; i < script->files; i++) {
        struct cut_file *file = &script->file[i];
        char path[PATH_BYTES];
        path_of(script, file->name, path);
        if (access(path, F_OK) != 0) {
            file->named = file->named && !names;
            continue;
        }
        file->named = true;
        if (!file->lost && !read_file(script, file->name, &file->durable))
            abort();
    }
}

void cut_synced(struct cut_script *script)
{
    sync_files(script, true);
}

void cut_synced_but_names(struct cut_script *script)
{
    sync_files(script, false);
}

void cut_sync_failed(struct cut_script *script)
{
    struct bytes now;

    look(script);
    bytes_init(&now, FILE_BYTES_MAX);
    for (size_t i = 0; i < script->files; i++) {
        struct cut_file *file = &script->file[i];
        if (read_file(script, file->name, &now) &&
            (now.len != file->durable.len ||
             (now.len && memcmp(now.data, file->durable.data, now.len) != 0)))
            file->lost = true;
    }
    bytes_deinit(&now);
}

/* How much of a unit's new bytes reached the disk; they come in sectors. */
static size_t reached(struct cut_script *script)
{
    enum { SECTOR_BYTES = 512, SECTORS = FORMAT_UNIT_BYTES / SECTOR_BYTES };
    unsigned choice = cut_take(script) % (SECTORS + 3u);

    return choice <= 1 ? FORMAT_UNIT_BYTES : (choice - 2) * SECTOR_BYTES;
}

/* new  as it is; what did not reach the disk becomes what was there. */
static void mix(struct cut_script *script, const struct bytes *old, struct bytes *new)
{
    for (size_t at = 0; at < new->len; at += FORMAT_UNIT_BYTES) {
        size_t unit = new->len - at < FORMAT_UNIT_BYTES ? new->len - at : FORMAT_UNIT_BYTES;
        size_t there = old->len <= at ? 0 : old->len - at < unit ? old->len - at : unit;
        if (there == unit && memcmp(new->data + at, old->data + at, unit) == 0)
            continue;
        for (size_t i = reached(script); i < unit; i++)
            new->data[at + i] = i < there ? old->data[at + i] : 0;
    }
}

/* A file that grew may have kept its old length. */
static void keep_length(struct cut_script *script, const struct bytes *old, struct bytes *new)
{
    if (new->len > old->len && cut_take(script) % 4 == 3)
        new->len = old->len;
}

static void cut_one(struct cut_script *script, const struct cut_file *file)
{
    char path[PATH_BYTES];
    struct bytes now;

    bytes_init(&now, FILE_BYTES_MAX);
    path_of(script, file->name, path);
    if (!read_file(script, file->name, &now)) {
        if (file->named && cut_take(script) % 2) /* its removal did not reach the disk */
            fuzz_write_file(path, file->durable.data, file->durable.len);
    } else if (!file->named && cut_take(script) % 2) {
        (void)unlink(path); /* its name did not */
    } else {
        mix(script, &file->durable, &now);
        keep_length(script, &file->durable, &now);
        fuzz_write_file(path, now.data, now.len);
    }
    bytes_deinit(&now);
}

void cut_power(struct cut_script *script)
{
    look(script);
    for (size_t i = 0; i < script->files; i++)
        cut_one(script, &script->file[i]);
}

void cut_damage(struct cut_script *script)
{
    char path[PATH_BYTES];
    struct bytes now;

    look(script);
    const struct cut_file *file = &script->file[cut_take(script) % script->files];
    bytes_init(&now, FILE_BYTES_MAX);
    path_of(script, file->name, path);
    if (read_file(script, file->name, &now) && now.len) {
        unsigned what = cut_take(script);
        size_t at = ((size_t)cut_take(script) << 8 | cut_take(script)) * 16 % now.len;
        now.data[at] ^= (uint8_t)(1 + what);
        if (what % 8 == 1)
            now.len = at;
        if (what % 8 == 2)
            memset(now.data + at, 0, now.len - at < 512 ? now.len - at : 512);
        fuzz_write_file(path, now.data, now.len);
        if (what % 8 == 3)
            (void)unlink(path);
    }
    bytes_deinit(&now);
}

void cut_end(struct cut_script *script)
{
    char path[PATH_BYTES];

    look(script);
    for (size_t i = 0; i < script->files; i++) {
        path_of(script, script->file[i].name, path);
        (void)unlink(path);
        bytes_deinit(&script->file[i].durable);
    }
    free(script->file);
}
