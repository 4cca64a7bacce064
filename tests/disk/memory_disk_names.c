/* memory_disk_names: the functions of struct disk on a memory_disk that are about names. */
#include "disk/memory_disk_private.h"

#include <errno.h>
#include <string.h>

int memory_find(const struct memory_disk *memory, const char *path, struct memory_place *place)
{
    *place = (struct memory_place){MEMORY_ROOT, MEMORY_ROOT, ""};
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 0) {
            path++;
            continue;
        }
        if (place->node == MEMORY_NO_NODE)
            return memory_fail(ENOENT);
        if (!memory->node[place->node].directory)
            return memory_fail(ENOTDIR);
        if (length >= sizeof place->name)
            return memory_fail(ENAMETOOLONG);
        place->directory = place->node;
        memcpy(place->name, path, length);
        place->name[length] = '\0';
        const struct entry *entry = memory_table_find(&memory->now, place->directory, place->name);
        place->node = entry ? entry->node : MEMORY_NO_NODE;
        path += length;
    }
    return 0;
}

int memory_find_present(const struct memory_disk *memory, const char *path,
                        struct memory_place *place)
{
    if (memory_find(memory, path, place) != 0)
        return -1;
    return place->node == MEMORY_NO_NODE ? memory_fail(ENOENT) : 0;
}

struct entry memory_step_of(const struct memory_place *place, size_t node)
{
    struct entry step = {.directory = place->directory, .node = node};

    memcpy(step.name, place->name, sizeof step.name);
    return step;
}

size_t memory_name_new(struct memory_disk *memory, const struct memory_place *place, bool directory,
                       mode_t mode)
{
    size_t node = memory_node_new(memory, directory, mode);
    struct entry step = memory_step_of(place, node);

    memory_names_change(memory, &step, 1);
    return node;
}

int memory_mkdir(void *context, const char *path, mode_t mode)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    if (place.node != MEMORY_NO_NODE)
        return memory_leave(memory, memory_fail(EEXIST));
    (void)memory_name_new(memory, &place, true, mode & 07777);
    return memory_leave(memory, 0);
}

int memory_link(void *context, const char *from, const char *to)
{
    struct memory_disk *memory = context;
    struct memory_place source;
    struct memory_place target;

    memory_enter(memory);
    if (memory_find_present(memory, from, &source) != 0 || memory_find(memory, to, &target) != 0)
        return memory_leave(memory, -1);
    if (target.node != MEMORY_NO_NODE)
        return memory_leave(memory, memory_fail(EEXIST));
    if (memory->node[source.node].directory)
        return memory_leave(memory, memory_fail(EPERM));
    struct entry step = memory_step_of(&target, source.node);
    memory_names_change(memory, &step, 1);
    return memory_leave(memory, 0);
}

int memory_rename(void *context, const char *from, const char *to)
{
    struct memory_disk *memory = context;
    struct memory_place source;
    struct memory_place target;

    memory_enter(memory);
    if (memory_find_present(memory, from, &source) != 0 || memory_find(memory, to, &target) != 0)
        return memory_leave(memory, -1);
    if (source.node == target.node)
        return memory_leave(memory, 0);
    if (target.node != MEMORY_NO_NODE && memory->node[target.node].directory)
        return memory_leave(memory, memory_fail(EISDIR));
    struct entry step[] = {memory_step_of(&source, MEMORY_NO_NODE),
                           memory_step_of(&target, source.node)};
    memory_names_change(memory, step, 2);
    return memory_leave(memory, 0);
}

int memory_unlink(void *context, const char *path)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find_present(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    if (memory->node[place.node].directory)
        return memory_leave(memory, memory_fail(EISDIR));
    struct entry step = memory_step_of(&place, MEMORY_NO_NODE);
    memory_names_change(memory, &step, 1);
    return memory_leave(memory, 0);
}

int memory_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                void *arg)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find_present(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    if (!memory->node[place.node].directory)
        return memory_leave(memory, memory_fail(ENOTDIR));
    for (size_t i = 0; i < memory->now.count; i++)
        if (memory->now.entry[i].directory == place.node)
            told(arg, memory->now.entry[i].name);
    return memory_leave(memory, 0);
}
