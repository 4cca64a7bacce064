/* memory_disk_calls: the functions of struct disk on a memory_disk. */
#include "disk/memory_disk_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Every call is one critical section, which leave() ends with its result. */
static void enter(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
}

static int leave(struct memory_disk *memory, int result)
{
    (void)pthread_mutex_unlock(&memory->lock);
    return result;
}

static int fail(int sys_errno)
{
    errno = sys_errno;
    return -1;
}

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
            return fail(ENOENT);
        if (!memory->node[place->node].directory)
            return fail(ENOTDIR);
        if (length >= sizeof place->name)
            return fail(ENAMETOOLONG);
        place->directory = place->node;
        memcpy(place->name, path, length);
        place->name[length] = '\0';
        const struct entry *entry = memory_table_find(&memory->now, place->directory, place->name);
        place->node = entry ? entry->node : MEMORY_NO_NODE;
        path += length;
    }
    return 0;
}

static int find_present(const struct memory_disk *memory, const char *path,
                        struct memory_place *place)
{
    if (memory_find(memory, path, place) != 0)
        return -1;
    return place->node == MEMORY_NO_NODE ? fail(ENOENT) : 0;
}

static struct entry step_of(const struct memory_place *place, size_t node)
{
    struct entry step = {.directory = place->directory, .node = node};

    memcpy(step.name, place->name, sizeof step.name);
    return step;
}

static size_t new_name(struct memory_disk *memory, const struct memory_place *place, bool directory,
                       mode_t mode)
{
    size_t node = memory_node_new(memory, directory, mode);
    struct entry step = step_of(place, node);

    memory_names_change(memory, &step, 1);
    return node;
}

static int new_handle(struct memory_disk *memory, size_t node, int flags)
{
    size_t number = 0;

    while (number < memory->handles && memory->handle[number].used)
        number++;
    if (number == memory->handles) {
        struct handle *grown =
            realloc(memory->handle, (memory->handles + 1) * sizeof *memory->handle);
        if (!grown)
            abort();
        memory->handle = grown;
        memory->handles++;
    }
    memory->handle[number] = (struct handle){true, node, flags};
    memory->node[node].opens++;
    return MEMORY_FD_FIRST + (int)number;
}

static struct handle *handle_of(const struct memory_disk *memory, int fd)
{
    size_t number = (size_t)(fd - MEMORY_FD_FIRST);

    if (fd < MEMORY_FD_FIRST || number >= memory->handles || !memory->handle[number].used)
        return NULL;
    return &memory->handle[number];
}

static struct node *node_of(const struct memory_disk *memory, int fd)
{
    const struct handle *handle = handle_of(memory, fd);

    return handle ? &memory->node[handle->node] : NULL;
}

static int do_open(struct memory_disk *memory, const char *path, int flags, mode_t mode)
{
    struct memory_place place;
    bool writes = (flags & O_ACCMODE) != O_RDONLY;

    if (memory_find(memory, path, &place) != 0)
        return -1;
    if (place.node == MEMORY_NO_NODE && !(flags & O_CREAT))
        return fail(ENOENT);
    if (place.node != MEMORY_NO_NODE && (flags & O_CREAT) && (flags & O_EXCL))
        return fail(EEXIST);
    if (place.node == MEMORY_NO_NODE)
        place.node = new_name(memory, &place, false, mode & 07777);
    struct node *node = &memory->node[place.node];
    if (node->directory && writes)
        return fail(EISDIR);
    if (!node->directory && (flags & O_DIRECTORY))
        return fail(ENOTDIR);
    if (writes && (flags & O_TRUNC))
        memory_node_resize(memory, node, 0);
    return new_handle(memory, place.node, flags);
}

static int memory_open(void *context, const char *path, int flags, mode_t mode)
{
    struct memory_disk *memory = context;

    enter(memory);
    return leave(memory, do_open(memory, path, flags, mode));
}

static int memory_close(void *context, int fd)
{
    struct memory_disk *memory = context;

    enter(memory);
    struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return leave(memory, fail(EBADF));
    struct node *node = &memory->node[handle->node];
    if (node->locked_by == fd)
        node->locked_by = -1;
    node->opens--;
    handle->used = false;
    return leave(memory, 0);
}

static ssize_t memory_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    struct memory_disk *memory = context;
    size_t got = 0;

    enter(memory);
    const struct node *node = node_of(memory, fd);
    if (!node || node->directory || offset < 0)
        return leave(memory, fail(!node ? EBADF : node->directory ? EISDIR : EINVAL));
    if ((size_t)offset < node->now.size) {
        got = node->now.size - (size_t)offset;
        if (got > data_bytes)
            got = data_bytes;
        memcpy(data, node->now.data + offset, got);
    }
    (void)leave(memory, 0);
    return (ssize_t)got;
}

/* How far a file may reach now. */
static size_t reach_of(const struct memory_disk *memory, const struct node *node)
{
    if (memory->limit == UINT64_MAX)
        return SIZE_MAX;
    uint64_t used = memory_sectors_used(memory);
    uint64_t left = used < memory->limit ? memory->limit - used : 0;

    return (size_t)(memory_sectors(node->now.size) + left) * MEMORY_DISK_SECTOR_BYTES;
}

static ssize_t memory_pwrite(void *context, int fd, const void *data, size_t data_bytes,
                             off_t offset)
{
    struct memory_disk *memory = context;

    enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle || (handle->flags & O_ACCMODE) == O_RDONLY)
        return leave(memory, fail(EBADF));
    struct node *node = &memory->node[handle->node];
    size_t reach = reach_of(memory, node);
    if (offset < 0)
        return leave(memory, fail(EINVAL));
    if (data_bytes && (size_t)offset >= reach)
        return leave(memory, fail(ENOSPC));
    if (data_bytes > reach - (size_t)offset)
        data_bytes = reach - (size_t)offset;
    memory_node_write(memory, node, data, data_bytes, (size_t)offset);
    (void)leave(memory, 0);
    return (ssize_t)data_bytes;
}

static int resize(struct memory_disk *memory, int fd, off_t length, bool shrink)
{
    const struct handle *handle = handle_of(memory, fd);

    if (!handle || (handle->flags & O_ACCMODE) == O_RDONLY)
        return fail(EBADF);
    if (length < 0)
        return fail(EINVAL);
    struct node *node = &memory->node[handle->node];
    if ((size_t)length > reach_of(memory, node))
        return fail(ENOSPC);
    if (shrink || (size_t)length > node->now.size)
        memory_node_resize(memory, node, (size_t)length);
    return 0;
}

static int memory_ftruncate(void *context, int fd, off_t length)
{
    struct memory_disk *memory = context;

    enter(memory);
    return leave(memory, resize(memory, fd, length, true));
}

static int memory_fallocate(void *context, int fd, off_t length)
{
    struct memory_disk *memory = context;

    enter(memory);
    return leave(memory, resize(memory, fd, length, false));
}

static int memory_fsync(void *context, int fd)
{
    struct memory_disk *memory = context;

    enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return leave(memory, fail(EBADF));
    memory_node_sync(&memory->node[handle->node]);
    if (memory->node[handle->node].directory)
        memory_names_sync(memory, handle->node);
    return leave(memory, 0);
}

static int memory_syncfs(void *context, int fd)
{
    struct memory_disk *memory = context;

    enter(memory);
    if (!handle_of(memory, fd))
        return leave(memory, fail(EBADF));
    for (size_t i = 0; i < memory->nodes; i++)
        memory_node_sync(&memory->node[i]);
    memory_names_sync(memory, MEMORY_NO_NODE);
    return leave(memory, 0);
}

static int memory_flock(void *context, int fd)
{
    struct memory_disk *memory = context;

    enter(memory);
    struct node *node = node_of(memory, fd);
    if (!node)
        return leave(memory, fail(EBADF));
    if (node->locked_by >= 0 && node->locked_by != fd)
        return leave(memory, fail(EWOULDBLOCK));
    node->locked_by = fd;
    return leave(memory, 0);
}

static void tell(const struct memory_disk *memory, size_t number, struct stat *about)
{
    const struct node *node = &memory->node[number];

    *about = (struct stat){.st_dev = 77,
                           .st_ino = number + 1,
                           .st_mode = (node->directory ? S_IFDIR : S_IFREG) | node->mode,
                           .st_nlink = 1,
                           .st_size = (off_t)node->now.size,
                           .st_blksize = 4096,
                           .st_blocks = (blkcnt_t)memory_sectors(node->now.size)};
}

static int memory_fstat(void *context, int fd, struct stat *about)
{
    struct memory_disk *memory = context;

    enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return leave(memory, fail(EBADF));
    tell(memory, handle->node, about);
    return leave(memory, 0);
}

static int memory_fchmod(void *context, int fd, mode_t mode)
{
    struct memory_disk *memory = context;

    enter(memory);
    struct node *node = node_of(memory, fd);
    if (!node)
        return leave(memory, fail(EBADF));
    node->mode = mode & 07777;
    return leave(memory, 0);
}

static int memory_stat(void *context, const char *path, struct stat *about)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (find_present(memory, path, &place) != 0)
        return leave(memory, -1);
    tell(memory, place.node, about);
    return leave(memory, 0);
}

static int memory_statvfs(void *context, const char *path, struct statvfs *about)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (find_present(memory, path, &place) != 0)
        return leave(memory, -1);
    uint64_t used = memory_sectors_used(memory);
    uint64_t all = memory->limit == UINT64_MAX ? UINT64_C(1) << 40 : memory->limit;
    uint64_t left = used < all ? all - used : 0;
    *about = (struct statvfs){.f_bsize = MEMORY_DISK_SECTOR_BYTES,
                              .f_frsize = MEMORY_DISK_SECTOR_BYTES,
                              .f_blocks = all,
                              .f_bfree = left,
                              .f_bavail = left,
                              .f_namemax = MEMORY_NAME_BYTES - 1};
    return leave(memory, 0);
}

static int memory_chmod(void *context, const char *path, mode_t mode)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (find_present(memory, path, &place) != 0)
        return leave(memory, -1);
    memory->node[place.node].mode = mode & 07777;
    return leave(memory, 0);
}

static int memory_mkdir(void *context, const char *path, mode_t mode)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (memory_find(memory, path, &place) != 0)
        return leave(memory, -1);
    if (place.node != MEMORY_NO_NODE)
        return leave(memory, fail(EEXIST));
    (void)new_name(memory, &place, true, mode & 07777);
    return leave(memory, 0);
}

static int memory_link(void *context, const char *from, const char *to)
{
    struct memory_disk *memory = context;
    struct memory_place source;
    struct memory_place target;

    enter(memory);
    if (find_present(memory, from, &source) != 0 || memory_find(memory, to, &target) != 0)
        return leave(memory, -1);
    if (target.node != MEMORY_NO_NODE)
        return leave(memory, fail(EEXIST));
    if (memory->node[source.node].directory)
        return leave(memory, fail(EPERM));
    struct entry step = step_of(&target, source.node);
    memory_names_change(memory, &step, 1);
    return leave(memory, 0);
}

static int memory_rename(void *context, const char *from, const char *to)
{
    struct memory_disk *memory = context;
    struct memory_place source;
    struct memory_place target;

    enter(memory);
    if (find_present(memory, from, &source) != 0 || memory_find(memory, to, &target) != 0)
        return leave(memory, -1);
    if (source.node == target.node)
        return leave(memory, 0);
    if (target.node != MEMORY_NO_NODE && memory->node[target.node].directory)
        return leave(memory, fail(EISDIR));
    struct entry step[] = {step_of(&source, MEMORY_NO_NODE), step_of(&target, source.node)};
    memory_names_change(memory, step, 2);
    return leave(memory, 0);
}

static int memory_unlink(void *context, const char *path)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (find_present(memory, path, &place) != 0)
        return leave(memory, -1);
    if (memory->node[place.node].directory)
        return leave(memory, fail(EISDIR));
    struct entry step = step_of(&place, MEMORY_NO_NODE);
    memory_names_change(memory, &step, 1);
    return leave(memory, 0);
}

static int memory_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                       void *arg)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    enter(memory);
    if (find_present(memory, path, &place) != 0)
        return leave(memory, -1);
    if (!memory->node[place.node].directory)
        return leave(memory, fail(ENOTDIR));
    for (size_t i = 0; i < memory->now.count; i++)
        if (memory->now.entry[i].directory == place.node)
            told(arg, memory->now.entry[i].name);
    return leave(memory, 0);
}

const struct disk memory_disk_calls = {
    .open = memory_open,
    .close = memory_close,
    .pread = memory_pread,
    .pwrite = memory_pwrite,
    .ftruncate = memory_ftruncate,
    .fallocate = memory_fallocate,
    .fsync = memory_fsync,
    .syncfs = memory_syncfs,
    .flock = memory_flock,
    .fstat = memory_fstat,
    .fchmod = memory_fchmod,
    .stat = memory_stat,
    .statvfs = memory_statvfs,
    .chmod = memory_chmod,
    .mkdir = memory_mkdir,
    .link = memory_link,
    .rename = memory_rename,
    .unlink = memory_unlink,
    .list = memory_list,
};
