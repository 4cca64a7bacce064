/* memory_disk_durable: what is durable of a memory_disk, and what a power cut leaves. */
#include "disk/memory_disk_private.h"

#include <stdlib.h>
#include <string.h>

void *memory_grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 16;
    void *grown = realloc(array, *room * size);
    if (!grown)
        abort();
    return grown;
}

void memory_content_reserve(struct content *content, size_t bytes)
{
    if (bytes <= content->room)
        return;
    size_t room = content->room ? content->room : 8192;
    while (room < bytes)
        room *= 2;
    uint8_t *data = realloc(content->data, room);
    if (!data)
        abort();
    memset(data + content->room, 0, room - content->room);
    content->data = data;
    content->room = room;
}

void memory_content_resize(struct content *content, size_t bytes)
{
    memory_content_reserve(content, bytes);
    if (bytes < content->size)
        memset(content->data + bytes, 0, content->room - bytes);
    content->size = bytes;
}

struct content memory_content_copy(const struct content *content)
{
    struct content copy = {.data = NULL};

    if (content->size) {
        memory_content_reserve(&copy, content->size);
        memcpy(copy.data, content->data, content->size);
    }
    copy.size = content->size;
    return copy;
}

static struct change *add_change(struct memory_disk *memory, struct node *node)
{
    node->change =
        memory_grow(node->change, node->changes, &node->change_room, sizeof *node->change);
    struct change *change = &node->change[node->changes++];
    *change = (struct change){.number = ++memory->number};
    return change;
}

void memory_node_resize(struct memory_disk *memory, struct node *node, size_t bytes)
{
    if (bytes == node->now.size)
        return;
    struct change *change = add_change(memory, node);
    change->is_size = true;
    change->where = bytes;
    memory_content_resize(&node->now, bytes);
}

void memory_node_write(struct memory_disk *memory, struct node *node, const uint8_t *data,
                       size_t data_bytes, size_t offset)
{
    while (data_bytes) {
        size_t sector = offset / MEMORY_DISK_SECTOR_BYTES;
        size_t start = sector * MEMORY_DISK_SECTOR_BYTES;
        size_t part = start + MEMORY_DISK_SECTOR_BYTES - offset;
        if (part > data_bytes)
            part = data_bytes;
        memory_content_reserve(&node->now, start + MEMORY_DISK_SECTOR_BYTES);
        memcpy(node->now.data + offset, data, part);
        struct change *change = add_change(memory, node);
        change->where = sector;
        memcpy(change->data, node->now.data + start, sizeof change->data);
        if (offset + part > node->now.size)
            memory_node_resize(memory, node, offset + part);
        offset += part;
        data += part;
        data_bytes -= part;
    }
}

/* What the durable content becomes by those changes that are kept. */
static struct content assemble(const struct node *node)
{
    struct content content = memory_content_copy(&node->durable);

    for (size_t i = 0; i < node->changes; i++) {
        const struct change *change = &node->change[i];
        size_t start = (size_t)change->where * MEMORY_DISK_SECTOR_BYTES;
        if (!change->kept)
            continue;
        if (change->is_size) {
            memory_content_resize(&content, (size_t)change->where);
            continue;
        }
        memory_content_reserve(&content, start + sizeof change->data);
        memcpy(content.data + start, change->data, sizeof change->data);
    }
    if (content.room > content.size)
        memset(content.data + content.size, 0, content.room - content.size);
    return content;
}

/* Whether a sector was written again, and that is to be synced. */
static bool is_superseded(const struct node *node, size_t place)
{
    for (size_t i = place + 1; i < node->changes; i++)
        if (!node->change[i].is_size && !node->change[i].dropped &&
            node->change[i].where == node->change[place].where)
            return true;
    return false;
}

void memory_node_sync(struct node *node)
{
    size_t left = 0;

    for (size_t i = 0; i < node->changes; i++)
        node->change[i].kept = !node->change[i].dropped;
    struct content content = assemble(node);
    free(node->durable.data);
    node->durable = content;
    node->durable_mode = node->mode;
    for (size_t i = 0; i < node->changes; i++)
        if (node->change[i].dropped && !is_superseded(node, i))
            node->change[left++] = node->change[i];
    node->changes = left;
}

struct entry *memory_table_find(const struct table *table, size_t directory, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->entry[i].directory == directory && strcmp(table->entry[i].name, name) == 0)
            return &table->entry[i];
    return NULL;
}

void memory_table_apply(struct table *table, const struct entry *step)
{
    struct entry *present = memory_table_find(table, step->directory, step->name);

    if (present && step->node == MEMORY_NO_NODE) {
        *present = table->entry[--table->count];
    } else if (present) {
        present->node = step->node;
    } else if (step->node != MEMORY_NO_NODE) {
        table->entry = memory_grow(table->entry, table->count, &table->room, sizeof *table->entry);
        table->entry[table->count++] = *step;
    }
}

static void apply_naming(struct table *table, const struct naming *naming)
{
    for (size_t i = 0; i < naming->steps; i++)
        memory_table_apply(table, &naming->step[i]);
}

void memory_names_change(struct memory_disk *memory, const struct entry *step, size_t steps)
{
    struct naming naming = {.number = ++memory->number, .steps = steps};

    memcpy(naming.step, step, steps * sizeof *step);
    apply_naming(&memory->now, &naming);
    memory->naming =
        memory_grow(memory->naming, memory->namings, &memory->naming_room, sizeof *memory->naming);
    memory->naming[memory->namings++] = naming;
}

void memory_names_sync(struct memory_disk *memory, size_t directory)
{
    size_t left = 0;

    for (size_t i = 0; i < memory->namings; i++) {
        const struct naming *naming = &memory->naming[i];
        bool concerned = directory == MEMORY_NO_NODE;
        for (size_t k = 0; k < naming->steps; k++)
            concerned |= naming->step[k].directory == directory;
        if (concerned)
            apply_naming(&memory->durable, naming);
        else
            memory->naming[left++] = *naming;
    }
    memory->namings = left;
}

/* --- power cuts ------------------------------------------------------------------------------ */

/* splitmix64: every seed gives a sequence of its own. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

struct cut {
    enum memory_disk_cut how;
    uint64_t random;
    uint64_t last;   /* change that is kept, in order */
    unsigned chance; /* of being kept, of 16 */
};

static bool is_kept(struct cut *cut, uint64_t number, bool dropped)
{
    switch (cut->how) {
    case MEMORY_DISK_IN_ORDER:
        return !dropped && number <= cut->last;
    case MEMORY_DISK_ANY:
    case MEMORY_DISK_TORN:
        return next_random(&cut->random) % 16 < cut->chance;
    case MEMORY_DISK_NOTHING:
    case MEMORY_DISK_CUTS:
        break;
    }
    return false;
}

static void fill_random(uint8_t *data, size_t data_bytes, uint64_t *random)
{
    for (size_t i = 0; i < data_bytes; i++)
        data[i] = (uint8_t)next_random(random);
}

static void cut_node(struct node *node, struct cut *cut)
{
    for (size_t i = 0; i < node->changes; i++) {
        struct change *change = &node->change[i];
        change->kept = is_kept(cut, change->number, change->dropped);
        if (cut->how == MEMORY_DISK_TORN && !change->is_size &&
            next_random(&cut->random) % 16 == 0) {
            change->kept = true;
            fill_random(change->data, sizeof change->data, &cut->random);
        }
    }
    struct content content = assemble(node);
    free(node->durable.data);
    free(node->now.data);
    node->durable = content;
    node->now = memory_content_copy(&content);
    node->changes = 0;
    if (node->mode != node->durable_mode && is_kept(cut, cut->last, false))
        node->durable_mode = node->mode;
    node->mode = node->durable_mode;
}

static void release_all(struct memory_disk *memory)
{
    for (size_t i = 0; i < memory->handles; i++)
        memory->handle[i].used = false;
    for (size_t i = 0; i < memory->nodes; i++) {
        memory->node[i].opens = 0;
        memory->node[i].locked_by = -1;
    }
}

void memory_disk_kill(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    release_all(memory);
    (void)pthread_mutex_unlock(&memory->lock);
}

/* The number of the first change that is not durable, less one. */
static uint64_t before_pending(const struct memory_disk *memory)
{
    uint64_t first = memory->number + 1;

    if (memory->namings)
        first = memory->naming[0].number;
    for (size_t i = 0; i < memory->nodes; i++)
        for (size_t k = 0; k < memory->node[i].changes; k++)
            if (memory->node[i].change[k].number < first)
                first = memory->node[i].change[k].number;
    return first - 1;
}

void memory_disk_cut(struct memory_disk *memory, enum memory_disk_cut how, uint64_t seed)
{
    static const unsigned chances[] = {2, 8, 14, 16};
    struct cut cut = {.how = how, .random = seed};

    (void)pthread_mutex_lock(&memory->lock);
    uint64_t first = before_pending(memory);
    cut.last = first + next_random(&cut.random) % (memory->number - first + 1);
    cut.chance = chances[next_random(&cut.random) % 4];
    for (size_t i = 0; i < memory->namings; i++)
        if (is_kept(&cut, memory->naming[i].number, false))
            apply_naming(&memory->durable, &memory->naming[i]);
    memory->namings = 0;
    memory->now.count = 0;
    for (size_t i = 0; i < memory->durable.count; i++)
        memory_table_apply(&memory->now, &memory->durable.entry[i]);
    for (size_t i = 0; i < memory->nodes; i++)
        cut_node(&memory->node[i], &cut);
    release_all(memory);
    (void)pthread_mutex_unlock(&memory->lock);
}

void memory_disk_evict(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < memory->nodes; i++) {
        struct node *node = &memory->node[i];
        size_t size = node->now.size;
        size_t left = 0;
        for (size_t k = 0; k < node->changes; k++)
            if (!node->change[k].dropped) {
                node->change[left] = node->change[k];
                node->change[left++].kept = true;
            }
        if (left == node->changes)
            continue;
        node->changes = left;
        free(node->now.data);
        node->now = assemble(node);
        memory_content_resize(&node->now, size);
    }
    (void)pthread_mutex_unlock(&memory->lock);
}
