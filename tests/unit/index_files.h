/**
 * index_files: an index in a directory of its own, for the tests of every folder that has one.
 */
#ifndef RECORDER_TESTS_UNIT_INDEX_FILES_H
#define RECORDER_TESTS_UNIT_INDEX_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "storage/index/index.h"

struct index_files {
    char directory[64];
    char path[96]; /* of the database */
};

/** Make the directory and an empty index in it, and open that. */
static inline struct index *index_files_make(struct index_files *files)
{
    struct index *index = NULL;
    struct fault fault = {0};

    (void)snprintf(files->directory, sizeof files->directory, "/tmp/unit-index-XXXXXX");
    assert_non_null(mkdtemp(files->directory));
    (void)snprintf(files->path, sizeof files->path, "%s/index.sqlite", files->directory);
    if (index_create(&disk_system, files->path, &fault) != STATUS_OK ||
        index_open(files->path, &index, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return index;
}

/** Remove both; every connection is closed by now. */
static inline void index_files_remove(const struct index_files *files)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char path[sizeof files->path + 8];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", files->path, suffixes[i]);
        (void)unlink(path);
    }
    (void)rmdir(files->directory);
}

#endif
