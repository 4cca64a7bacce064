/**
 * memory_disk_private: what the three files of memory_disk share.
 *
 * Invariants, for each file: `now` is what is read; `durable` with all changes that are not
 * dropped, in their order, is what a sync makes of it. For names: the durable table with all
 * namings is the present one.
 */
#ifndef RECORDER_TESTS_DISK_MEMORY_DISK_PRIVATE_H
#define RECORDER_TESTS_DISK_MEMORY_DISK_PRIVATE_H

#include <pthread.h>

#include "disk/memory_disk.h"

enum {
    MEMORY_NAME_BYTES = 96,
    MEMORY_ROOT = 0,
    /* Descriptors begin where no process has any, so that one that goes to the kernel by mistake
     * is EBADF there. */
    MEMORY_FD_FIRST = 1 << 24,
};

#define MEMORY_NO_NODE SIZE_MAX

/* Bytes of a file; zero from size to room. */
struct content {
    uint8_t *data;
    size_t size;
    size_t room;
};

/* One change of a file that is not durable. */
struct change {
    uint64_t number; /* in the order of all changes of the disk */
    bool is_size;
    bool dropped;   /* by a failed sync: no later one writes it */
    bool kept;      /* while a cut decides */
    uint64_t where; /* the sector, or the size */
    uint8_t data[MEMORY_DISK_SECTOR_BYTES];
};

struct node {
    bool directory;
    mode_t mode;
    mode_t durable_mode;
    struct content now;
    struct content durable;
    struct change *change;
    size_t changes;
    size_t change_room;
    size_t opens;
    int locked_by; /* handle, -1: nobody */
};

struct entry {
    size_t directory; /* nodes */
    size_t node;      /* MEMORY_NO_NODE in a step: the name goes */
    char name[MEMORY_NAME_BYTES];
};

struct table {
    struct entry *entry;
    size_t count;
    size_t room;
};

/* One change of names that is not durable; its steps only together. */
struct naming {
    uint64_t number;
    size_t steps;
    struct entry step[2];
};

struct handle {
    bool used;
    size_t node;
    int flags;
};

struct memory_disk {
    struct disk disk; /* its context is this */
    pthread_mutex_t lock;
    struct node *node;
    size_t nodes;
    size_t node_room;
    struct table now;
    struct table durable;
    struct naming *naming;
    size_t namings;
    size_t naming_room;
    struct handle *handle;
    size_t handles;
    uint64_t number; /* of the last change */
    uint64_t limit;  /* sectors, UINT64_MAX: none */
};

/* A path as the directory that it is in and its last part. "/" is the place of itself. */
struct memory_place {
    size_t directory;
    size_t node; /* MEMORY_NO_NODE where there is none of that name */
    char name[MEMORY_NAME_BYTES];
};

extern const struct disk memory_disk_calls; /* without a context */

/** Where a path leads now. 0, or -1 and errno where its directory is not there. */
int memory_find(const struct memory_disk *memory, const char *path, struct memory_place *place);

/** The same; -1 and ENOENT where it is not there itself. */
int memory_find_present(const struct memory_disk *memory, const char *path,
                        struct memory_place *place);

/** What makes a place that node's name; MEMORY_NO_NODE: nobody's. */
struct entry memory_step_of(const struct memory_place *place, size_t node);

/** Make a node of that name. */
size_t memory_name_new(struct memory_disk *memory, const struct memory_place *place, bool directory,
                       mode_t mode);

/** Begin a call: each is one critical section. */
void memory_enter(struct memory_disk *memory);

/** End it with its result. */
int memory_leave(struct memory_disk *memory, int result);

/** Set errno. Returns -1. */
int memory_fail(int sys_errno);

/* As struct disk has them; context is the memory_disk. */
int memory_mkdir(void *context, const char *path, mode_t mode);
int memory_link(void *context, const char *from, const char *to);
int memory_rename(void *context, const char *from, const char *to);
int memory_unlink(void *context, const char *path);
int memory_list(void *context, const char *path, void (*told)(void *arg, const char *name),
                void *arg);

/** How many sectors so many bytes take. */
uint64_t memory_sectors(size_t bytes);

/** Those that all files take now. */
uint64_t memory_sectors_used(const struct memory_disk *memory);

/** Room for one more in an array; aborts without memory. */
void *memory_grow(void *array, size_t count, size_t *room, size_t size);

/** Give data room for so many bytes, the new ones zero. */
void memory_content_reserve(struct content *content, size_t bytes);

/** Cut or lengthen with zeros. */
void memory_content_resize(struct content *content, size_t bytes);

/** A copy with memory of its own. */
struct content memory_content_copy(const struct content *content);

/** A new node that has no name. */
size_t memory_node_new(struct memory_disk *memory, bool directory, mode_t mode);

/** The entry of a name, or NULL. */
struct entry *memory_table_find(const struct table *table, size_t directory, const char *name);

/** Set or remove (MEMORY_NO_NODE) an entry. */
void memory_table_apply(struct table *table, const struct entry *step);

/** Write to a file: into what is read, and as changes. */
void memory_node_write(struct memory_disk *memory, struct node *node, const uint8_t *data,
                       size_t data_bytes, size_t offset);

/** Set a file's size, likewise. */
void memory_node_resize(struct memory_disk *memory, struct node *node, size_t bytes);

/** Make a file's data, size and mode durable. */
void memory_node_sync(struct node *node);

/** Make the names of a directory durable; MEMORY_NO_NODE: of all. */
void memory_names_sync(struct memory_disk *memory, size_t directory);

/** Change names: at once in what is seen, durable with the directory. */
void memory_names_change(struct memory_disk *memory, const struct entry *step, size_t steps);

#endif
