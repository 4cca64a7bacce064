/* What the tests of backups share: paths below the test's directory, and bytes of files. */
#ifndef RECORDER_TESTS_UNIT_CTL_BACKUP_HELP_H
#define RECORDER_TESTS_UNIT_CTL_BACKUP_HELP_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "tools/recorderctl/backup_copy.h"

enum { HELP_PATH_BYTES = BOUND_PATH_BYTES + 160 };

static inline void below(const struct ctl *ctl, const char *leaf, char path[static 160])
{
    (void)snprintf(path, 160, "%s/%s", ctl->directory, leaf);
}

static inline void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Bytes of a file written over; its time becomes another, as that of any writer's does. */
static inline void put_bytes(const char *path, off_t at, const void *data, size_t bytes)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1700000000}};
    int file = open(path, O_WRONLY);

    assert_true(file >= 0);
    assert_int_equal(pwrite(file, data, bytes, at), bytes);
    assert_int_equal(futimens(file, times), 0);
    assert_int_equal(close(file), 0);
}

static inline void assert_same_files(const char *one, const char *other, bool same)
{
    struct backup_digest digest[2];

    assert_int_equal(backup_digest_file(one, &digest[0], NULL), STATUS_OK);
    assert_int_equal(backup_digest_file(other, &digest[1], NULL), STATUS_OK);
    assert_int_equal(memcmp(digest[0].sha256, digest[1].sha256, BACKUP_HASH_BYTES) == 0, same);
}

/* The path of a recording's file in a backup. */
static inline void path_in(const struct ctl *ctl, const char *backup,
                           const struct ctl_recording *recording, char path[static HELP_PATH_BYTES])
{
    (void)snprintf(path, HELP_PATH_BYTES, "%s%s", backup, recording->path + strlen(ctl->store));
}

static inline int64_t count_in(const struct ctl *ctl, const char *name, const char *below_name)
{
    json_error_t error;
    json_t *whole = json_loads(ctl->out, 0, &error);
    json_t *value = json_object_get(whole, name);

    if (!whole)
        fail_msg("not JSON: %s: %s%s", error.text, ctl->out, ctl->err);
    if (below_name)
        value = json_object_get(value, below_name);
    if (!json_is_integer(value))
        fail_msg("no count %s in: %s", name, ctl->out);
    int64_t count = json_integer_value(value);
    json_decref(whole);
    return count;
}

static inline int64_t count_of(const struct ctl *ctl, const char *name)
{
    return count_in(ctl, name, NULL);
}

static inline void remove_tree(const char *path)
{
    char command[256];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0); /* NOLINT: a name of our own making */
}

#endif
