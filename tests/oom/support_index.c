#include "oom/support_index.h"

#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oom/fallible.h"

/* SQLite's heap: as it was, with what is laid. Needed where the linker cannot put us before it. */
static sqlite3_mem_methods system_heap;

static void *heap_malloc(int bytes)
{
    void *probe = malloc(1); /* fails where the n-th is to */

    if (!probe)
        return NULL;
    free(probe);
    fallible_excuse(true);
    void *memory = system_heap.xMalloc(bytes);
    fallible_excuse(false);
    return memory;
}

static void *heap_realloc(void *memory, int bytes)
{
    void *probe = malloc(1);

    if (!probe)
        return NULL;
    free(probe);
    fallible_excuse(true);
    void *grown = system_heap.xRealloc(memory, bytes);
    fallible_excuse(false);
    return grown;
}

static void put_heap(void)
{
    sqlite3_mem_methods heap;

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_heap), SQLITE_OK);
    heap = system_heap;
    heap.xMalloc = heap_malloc;
    heap.xRealloc = heap_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &heap), SQLITE_OK);
}

void oom_index_open(struct oom_index *index)
{
    put_heap();
    index_close(index_files_make(&index->template));
    (void)snprintf(index->directory, sizeof index->directory, "%s/oom-index-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(index->directory));
    (void)snprintf(index->path, sizeof index->path, "%s/index.sqlite", index->directory);
}

static void remove_files(const struct oom_index *index)
{
    char pattern[sizeof index->directory + 4];
    glob_t found;

    (void)snprintf(pattern, sizeof pattern, "%s/*", index->directory);
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        (void)unlink(found.gl_pathv[i]);
    globfree(&found);
}

void oom_index_close(struct oom_index *index)
{
    remove_files(index);
    (void)rmdir(index->directory);
    index_files_remove(&index->template);
}

void oom_index_copy(const struct oom_index *index)
{
    static char data[1 << 20];

    remove_files(index);
    FILE *from = fopen(index->template.path, "rb");
    FILE *to = fopen(index->path, "wb");
    assert_true(from && to);
    size_t bytes = fread(data, 1, sizeof data, from);
    assert_true(bytes > 0 && bytes < sizeof data);
    assert_int_equal(fwrite(data, 1, bytes, to), bytes);
    assert_int_equal(fclose(from), 0);
    assert_int_equal(fclose(to), 0);
}
