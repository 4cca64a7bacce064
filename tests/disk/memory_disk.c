#include "disk/memory_disk.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "disk/memory_disk_private.h"

size_t memory_node_new(struct memory_disk *memory, bool directory, mode_t mode)
{
    memory->node =
        memory_grow(memory->node, memory->nodes, &memory->node_room, sizeof *memory->node);
    memory->node[memory->nodes] =
        (struct node){.directory = directory, .mode = mode, .durable_mode = mode, .locked_by = -1};
    return memory->nodes++;
}

static struct memory_disk *create(void)
{
    struct memory_disk *memory = calloc(1, sizeof *memory);

    if (!memory || pthread_mutex_init(&memory->lock, NULL) != 0)
        abort();
    memory->disk = memory_disk_calls;
    memory->disk.context = memory;
    memory->limit = UINT64_MAX;
    return memory;
}

struct memory_disk *memory_disk_create(void)
{
    struct memory_disk *memory = create();

    (void)memory_node_new(memory, true, 0755);
    return memory;
}

static void free_node(struct node *node)
{
    free(node->now.data);
    free(node->durable.data);
    free(node->change);
}

void memory_disk_destroy(struct memory_disk *owned_disk)
{
    if (!owned_disk)
        return;
    for (size_t i = 0; i < owned_disk->nodes; i++)
        free_node(&owned_disk->node[i]);
    free(owned_disk->node);
    free(owned_disk->now.entry);
    free(owned_disk->durable.entry);
    free(owned_disk->naming);
    free(owned_disk->handle);
    (void)pthread_mutex_destroy(&owned_disk->lock);
    free(owned_disk);
}

/* A copy of an array with so many elements; NULL of none. */
static void *copy_array(const void *array, size_t count, size_t size)
{
    void *copy = count ? malloc(count * size) : NULL;

    if (count && !copy)
        abort();
    if (count)
        memcpy(copy, array, count * size);
    return copy;
}

static struct node copy_node(const struct node *node)
{
    struct node copy = *node;

    copy.now = memory_content_copy(&node->now);
    copy.durable = memory_content_copy(&node->durable);
    copy.change = copy_array(node->change, node->changes, sizeof *node->change);
    copy.change_room = node->changes;
    return copy;
}

static struct table copy_table(const struct table *table)
{
    return (struct table){.entry = copy_array(table->entry, table->count, sizeof *table->entry),
                          .count = table->count,
                          .room = table->count};
}

struct memory_disk *memory_disk_copy(struct memory_disk *memory)
{
    struct memory_disk *copy = create();

    (void)pthread_mutex_lock(&memory->lock);
    copy->node = copy_array(memory->node, memory->nodes, sizeof *memory->node);
    copy->nodes = copy->node_room = memory->nodes;
    for (size_t i = 0; i < memory->nodes; i++)
        copy->node[i] = copy_node(&memory->node[i]);
    copy->now = copy_table(&memory->now);
    copy->durable = copy_table(&memory->durable);
    copy->naming = copy_array(memory->naming, memory->namings, sizeof *memory->naming);
    copy->namings = copy->naming_room = memory->namings;
    copy->number = memory->number;
    copy->limit = memory->limit;
    (void)pthread_mutex_unlock(&memory->lock);
    memory_disk_kill(copy);
    return copy;
}

const struct disk *memory_disk_disk(struct memory_disk *memory)
{
    return &memory->disk;
}

void memory_disk_drop_pages(struct memory_disk *memory, int fd)
{
    size_t only = MEMORY_NO_NODE;

    (void)pthread_mutex_lock(&memory->lock);
    if (fd >= 0) {
        size_t number = (size_t)(fd - MEMORY_FD_FIRST);
        assert(fd >= MEMORY_FD_FIRST && number < memory->handles && memory->handle[number].used);
        only = memory->handle[number].node;
    }
    for (size_t i = 0; i < memory->nodes; i++)
        for (size_t k = 0; k < memory->node[i].changes; k++)
            if (only == MEMORY_NO_NODE || only == i)
                memory->node[i].change[k].dropped |= !memory->node[i].change[k].is_size;
    (void)pthread_mutex_unlock(&memory->lock);
}

uint64_t memory_sectors(size_t bytes)
{
    return (bytes + MEMORY_DISK_SECTOR_BYTES - 1) / MEMORY_DISK_SECTOR_BYTES;
}

static bool is_named(const struct memory_disk *memory, size_t node)
{
    for (size_t i = 0; i < memory->now.count; i++)
        if (memory->now.entry[i].node == node)
            return true;
    return false;
}

uint64_t memory_sectors_used(const struct memory_disk *memory)
{
    uint64_t used = 0;

    for (size_t i = 0; i < memory->nodes; i++)
        if (memory->node[i].opens || is_named(memory, i))
            used += memory_sectors(memory->node[i].now.size);
    return used;
}

void memory_disk_limit(struct memory_disk *memory, uint64_t sectors)
{
    (void)pthread_mutex_lock(&memory->lock);
    memory->limit = sectors;
    (void)pthread_mutex_unlock(&memory->lock);
}

uint64_t memory_disk_used(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    uint64_t used = memory_sectors_used(memory);
    (void)pthread_mutex_unlock(&memory->lock);
    return used;
}

size_t memory_disk_open_files(struct memory_disk *memory)
{
    size_t open = 0;

    (void)pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < memory->handles; i++)
        open += memory->handle[i].used;
    (void)pthread_mutex_unlock(&memory->lock);
    return open;
}

size_t memory_disk_pending(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    size_t pending = memory->namings;
    for (size_t i = 0; i < memory->nodes; i++)
        pending += memory->node[i].changes;
    (void)pthread_mutex_unlock(&memory->lock);
    return pending;
}

void memory_disk_put(struct memory_disk *memory, const char *path, const uint8_t *data,
                     size_t data_bytes)
{
    const struct disk *disk = &memory->disk;
    int fd = disk->open(memory, path, O_RDWR | O_CREAT | O_TRUNC, 0660);
    struct memory_place place;

    assert(fd >= 0);
    ssize_t put = disk->pwrite(memory, fd, data, data_bytes, 0);
    assert(put == (ssize_t)data_bytes);
    (void)disk->close(memory, fd);
    (void)pthread_mutex_lock(&memory->lock);
    int found = memory_find(memory, path, &place);
    assert(found == 0);
    memory_node_sync(&memory->node[place.node]);
    memory_names_sync(memory, place.directory);
    (void)pthread_mutex_unlock(&memory->lock);
}

bool memory_disk_get(struct memory_disk *memory, const char *path, const uint8_t **data,
                     size_t *data_bytes)
{
    struct memory_place place;

    (void)pthread_mutex_lock(&memory->lock);
    bool there = memory_find(memory, path, &place) == 0 && place.node != MEMORY_NO_NODE &&
                 !memory->node[place.node].directory;
    if (there) {
        *data = memory->node[place.node].now.data;
        *data_bytes = memory->node[place.node].now.size;
    }
    (void)pthread_mutex_unlock(&memory->lock);
    return there;
}

bool memory_disk_has(struct memory_disk *memory, const char *path)
{
    struct stat about;

    return memory->disk.stat(memory, path, &about) == 0;
}

/* The path of a node's name, from its end to its beginning. */
static void path_of(const struct memory_disk *memory, const struct entry *entry, char *path,
                    size_t path_bytes)
{
    char whole[BOUND_PATH_BYTES];
    char below[BOUND_PATH_BYTES] = "";

    while (entry) {
        int length = snprintf(whole, sizeof whole, "/%s%s", entry->name, below);
        assert(length > 0 && (size_t)length < sizeof whole);
        memcpy(below, whole, (size_t)length + 1);
        size_t directory = entry->directory;
        entry = NULL;
        for (size_t i = 0; i < memory->now.count && directory != MEMORY_ROOT; i++)
            if (memory->now.entry[i].node == directory)
                entry = &memory->now.entry[i];
    }
    assert(strlen(below) < path_bytes);
    memcpy(path, below, strlen(below) + 1);
}

void memory_disk_each(struct memory_disk *memory, void (*told)(void *arg, const char *path),
                      void *arg)
{
    char path[BOUND_PATH_BYTES];

    (void)pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < memory->now.count; i++) {
        if (memory->node[memory->now.entry[i].node].directory)
            continue;
        path_of(memory, &memory->now.entry[i], path, sizeof path);
        told(arg, path);
    }
    (void)pthread_mutex_unlock(&memory->lock);
}
