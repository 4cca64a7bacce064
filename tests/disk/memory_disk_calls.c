/* memory_disk_calls: the functions of struct disk on a memory_disk. */
#include "disk/memory_disk_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void memory_enter(struct memory_disk *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
}

int memory_leave(struct memory_disk *memory, int result)
{
    (void)pthread_mutex_unlock(&memory->lock);
    return result;
}

int memory_fail(int sys_errno)
{
    errno = sys_errno;
    return -1;
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
        return memory_fail(ENOENT);
    if (place.node != MEMORY_NO_NODE && (flags & O_CREAT) && (flags & O_EXCL))
        return memory_fail(EEXIST);
    if (place.node == MEMORY_NO_NODE)
        place.node = memory_name_new(memory, &place, false, mode & 07777);
    struct node *node = &memory->node[place.node];
    if (node->directory && writes)
        return memory_fail(EISDIR);
    if (!node->directory && (flags & O_DIRECTORY))
        return memory_fail(ENOTDIR);
    if (writes && (flags & O_TRUNC))
        memory_node_resize(memory, node, 0);
    return new_handle(memory, place.node, flags);
}

static int memory_open(void *context, const char *path, int flags, mode_t mode)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    return memory_leave(memory, do_open(memory, path, flags, mode));
}

static int memory_close(void *context, int fd)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return memory_leave(memory, memory_fail(EBADF));
    struct node *node = &memory->node[handle->node];
    if (node->locked_by == fd)
        node->locked_by = -1;
    node->opens--;
    handle->used = false;
    return memory_leave(memory, 0);
}

static ssize_t memory_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    struct memory_disk *memory = context;
    size_t got = 0;

    memory_enter(memory);
    const struct node *node = node_of(memory, fd);
    if (!node || node->directory || offset < 0)
        return memory_leave(memory, memory_fail(!node ? EBADF : node->directory ? EISDIR : EINVAL));
    if ((size_t)offset < node->now.size) {
        got = node->now.size - (size_t)offset;
        if (got > data_bytes)
            got = data_bytes;
        memcpy(data, node->now.data + offset, got);
    }
    (void)memory_leave(memory, 0);
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

    memory_enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle || (handle->flags & O_ACCMODE) == O_RDONLY)
        return memory_leave(memory, memory_fail(EBADF));
    struct node *node = &memory->node[handle->node];
    size_t reach = reach_of(memory, node);
    if (offset < 0)
        return memory_leave(memory, memory_fail(EINVAL));
    if (data_bytes && (size_t)offset >= reach)
        return memory_leave(memory, memory_fail(ENOSPC));
    if (data_bytes > reach - (size_t)offset)
        data_bytes = reach - (size_t)offset;
    memory_node_write(memory, node, data, data_bytes, (size_t)offset);
    (void)memory_leave(memory, 0);
    return (ssize_t)data_bytes;
}

static int resize(struct memory_disk *memory, int fd, off_t length, bool shrink)
{
    const struct handle *handle = handle_of(memory, fd);

    if (!handle || (handle->flags & O_ACCMODE) == O_RDONLY)
        return memory_fail(EBADF);
    if (length < 0)
        return memory_fail(EINVAL);
    struct node *node = &memory->node[handle->node];
    if ((size_t)length > reach_of(memory, node))
        return memory_fail(ENOSPC);
    if (shrink || (size_t)length > node->now.size)
        memory_node_resize(memory, node, (size_t)length);
    return 0;
}

static int memory_ftruncate(void *context, int fd, off_t length)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    return memory_leave(memory, resize(memory, fd, length, true));
}

static int memory_fallocate(void *context, int fd, off_t length)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    return memory_leave(memory, resize(memory, fd, length, false));
}

static int memory_fsync(void *context, int fd)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return memory_leave(memory, memory_fail(EBADF));
    memory_node_sync(&memory->node[handle->node]);
    if (memory->node[handle->node].directory)
        memory_names_sync(memory, handle->node);
    return memory_leave(memory, 0);
}

static int memory_syncfs(void *context, int fd)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    if (!handle_of(memory, fd))
        return memory_leave(memory, memory_fail(EBADF));
    for (size_t i = 0; i < memory->nodes; i++)
        memory_node_sync(&memory->node[i]);
    memory_names_sync(memory, MEMORY_NO_NODE);
    return memory_leave(memory, 0);
}

static int memory_flock(void *context, int fd)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    struct node *node = node_of(memory, fd);
    if (!node)
        return memory_leave(memory, memory_fail(EBADF));
    if (node->locked_by >= 0 && node->locked_by != fd)
        return memory_leave(memory, memory_fail(EWOULDBLOCK));
    node->locked_by = fd;
    return memory_leave(memory, 0);
}

static nlink_t names_of(const struct memory_disk *memory, size_t number)
{
    nlink_t names = 0;

    for (size_t i = 0; i < memory->now.count; i++)
        names += memory->now.entry[i].node == number;
    return names;
}

static void tell(const struct memory_disk *memory, size_t number, struct stat *about)
{
    const struct node *node = &memory->node[number];

    *about = (struct stat){.st_dev = 77,
                           .st_ino = number + 1,
                           .st_mode = (node->directory ? S_IFDIR : S_IFREG) | node->mode,
                           .st_nlink = names_of(memory, number),
                           .st_size = (off_t)node->now.size,
                           .st_blksize = 4096,
                           .st_blocks = (blkcnt_t)memory_sectors(node->now.size)};
}

static int memory_fstat(void *context, int fd, struct stat *about)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    const struct handle *handle = handle_of(memory, fd);
    if (!handle)
        return memory_leave(memory, memory_fail(EBADF));
    tell(memory, handle->node, about);
    return memory_leave(memory, 0);
}

static int memory_fchmod(void *context, int fd, mode_t mode)
{
    struct memory_disk *memory = context;

    memory_enter(memory);
    struct node *node = node_of(memory, fd);
    if (!node)
        return memory_leave(memory, memory_fail(EBADF));
    node->mode = mode & 07777;
    return memory_leave(memory, 0);
}

static int memory_stat(void *context, const char *path, struct stat *about)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find_present(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    tell(memory, place.node, about);
    return memory_leave(memory, 0);
}

static int memory_statvfs(void *context, const char *path, struct statvfs *about)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find_present(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    uint64_t used = memory_sectors_used(memory);
    uint64_t all = memory->limit == UINT64_MAX ? UINT64_C(1) << 40 : memory->limit;
    uint64_t left = used < all ? all - used : 0;
    *about = (struct statvfs){.f_bsize = MEMORY_DISK_SECTOR_BYTES,
                              .f_frsize = MEMORY_DISK_SECTOR_BYTES,
                              .f_blocks = all,
                              .f_bfree = left,
                              .f_bavail = left,
                              .f_namemax = MEMORY_NAME_BYTES - 1};
    return memory_leave(memory, 0);
}

static int memory_chmod(void *context, const char *path, mode_t mode)
{
    struct memory_disk *memory = context;
    struct memory_place place;

    memory_enter(memory);
    if (memory_find_present(memory, path, &place) != 0)
        return memory_leave(memory, -1);
    memory->node[place.node].mode = mode & 07777;
    return memory_leave(memory, 0);
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
