#include "storage/recording/chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/paths.h"

enum { LINKS_STEP = 8 };

/* What chain_open works with. */
struct search {
    struct chain *chain;
    const struct chain_spec *spec;
    enum status worst; /* of those that did not open */
    struct fault fault;
};

static enum status add_link(struct chain *chain, struct chain_link **out, struct fault *fault)
{
    struct chain_link *link = calloc(1, sizeof *link);
    struct chain_link **links = chain->link;

    if (link && chain->count % LINKS_STEP == 0)
        links = reallocarray(chain->link, chain->count + LINKS_STEP, sizeof(struct chain_link *));
    if (!link || !links) {
        free(link);
        (void)fault_set(fault, STATUS_NOMEM, 0, "find segments: out of memory");
        return STATUS_NOMEM;
    }
    chain->link = links;
    chain->link[chain->count++] = *out = link;
    return STATUS_OK;
}

/* Nothing was ever confirmed in a segment without anything in its tail. */
static bool held_nothing(const struct chain *chain, const struct salvage *salvage)
{
    const struct disk *disk = chain->access->disk;
    struct stat about;

    if (disk->stat(disk->context, salvage->tail_path, &about) != 0)
        return salvage->number > 0 && errno == ENOENT;
    return salvage->number > 0 && about.st_size == 0;
}

/* One that is there. What keeps it from being opened is of no account where others are there. */
static enum status open_one(struct search *search, const char *path, uint32_t number,
                            struct fault *fault)
{
    struct chain *chain = search->chain;
    struct chain_link *link = NULL;
    struct fault own = {0};
    enum status status = add_link(chain, &link, fault);

    if (status != STATUS_OK)
        return status;
    pages_init(&link->pages);
    status = salvage_open(&link->salvage, chain->access, path, search->spec->expect, number, &own);
    bool lost = status == STATUS_CORRUPT ||
                (status == STATUS_IO && search->spec->give_up && disk_is_unreadable(own.sys_errno));
    if (status == STATUS_OK) {
        link->salvage.tail_source.give_up = search->spec->give_up;
        return STATUS_OK;
    }
    if (status == STATUS_NOT_FOUND || lost) {
        if (search->worst == STATUS_NOT_FOUND) {
            search->worst = own.status = lost ? STATUS_CORRUPT : status;
            search->fault = own;
        }
        if (status == STATUS_NOT_FOUND) {
            chain->count--;
            pages_deinit(&link->pages);
            free(link);
        } else {
            link->salvage.unreadable = status == STATUS_IO;
            chain->damaged |= !held_nothing(chain, &link->salvage);
        }
        return STATUS_OK;
    }
    *fault = own;
    return status;
}

/* STATUS_OK also where there is none of this name. */
static enum status look_for(struct search *search, const char *path, uint32_t number,
                            struct fault *fault)
{
    const struct disk *disk = search->chain->access->disk;
    char name[BOUND_PATH_BYTES];
    struct stat about;

    if (paths_of_segment(path, number, name) != STATUS_OK)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    if (disk->stat(disk->context, name, &about) == 0)
        return open_one(search, name, number, fault);
    if (errno == ENOENT || errno == ENOTDIR || (search->spec->give_up && disk_is_unreadable(errno)))
        return STATUS_OK;
    return fault_set(fault, STATUS_IO, errno, "look at %s", name);
}

/* On the volume of the path first, then on all others. */
static enum status look_everywhere(struct search *search, uint32_t number, struct fault *fault)
{
    const struct volumes *volumes = search->spec->volumes;
    const char *below = volumes ? volumes_below(volumes, search->spec->path) : NULL;
    enum status status = look_for(search, search->spec->path, number, fault);

    for (size_t i = 0; below && i < volumes->count && status == STATUS_OK; i++) {
        char path[BOUND_PATH_BYTES];
        if (volumes_path(volumes, i, below, path) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
        if (strcmp(path, search->spec->path) != 0)
            status = look_for(search, path, number, fault);
    }
    return status;
}

enum status chain_open(struct chain *chain, const struct chain_spec *spec, struct fault *fault)
{
    struct search search = {.chain = chain, .spec = spec, .worst = STATUS_NOT_FOUND};
    enum status status = STATUS_OK;

    *chain = (struct chain){.access = spec->access, .last = -1};
    (void)fault_set(&search.fault, STATUS_NOT_FOUND, 0, "there is no file %s", spec->path);
    for (uint32_t number = 0; number < BOUND_RECORDING_SEGMENTS && status == STATUS_OK; number++)
        status = look_everywhere(&search, number, fault);
    if (status == STATUS_OK && !chain_first(chain)) {
        status = search.worst;
        *fault = search.fault;
    }
    if (status != STATUS_OK)
        chain_close(chain);
    return status;
}

void chain_close(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        pages_deinit(&chain->link[i]->pages);
        salvage_close(&chain->link[i]->salvage);
        free(chain->link[i]);
    }
    free(chain->link);
    *chain = (struct chain){.count = 0};
}

bool chain_is_single(const struct chain *chain)
{
    return chain->count == 1 && chain->link[0]->salvage.number == 0;
}

struct salvage *chain_first(const struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->link[i]->salvage.open)
            return &chain->link[i]->salvage;
    return NULL;
}

const struct salvage *chain_end(const struct chain *chain)
{
    for (size_t i = chain->count; i-- > 0;)
        if (chain->link[i]->salvage.open && chain->link[i]->salvage.finished)
            return &chain->link[i]->salvage;
    return NULL;
}

enum status chain_footers(struct chain *chain, struct salvage **whole, struct fault *fault)
{
    *whole = NULL;
    for (size_t i = 0; i < chain->count; i++) {
        struct salvage *salvage = &chain->link[i]->salvage;
        if (!salvage->open)
            continue;
        enum status status = salvage_footer(salvage, chain->access, chain_is_single(chain), fault);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (status == STATUS_OK && salvage->number == 0 && !*whole)
            *whole = salvage;
    }
    return STATUS_OK;
}

bool chain_is_damaged(const struct chain *chain)
{
    /* segment 0 was durable before the call was answered */
    bool damaged = chain->damaged || chain_first(chain)->number > 0;

    for (size_t i = 0; i < chain->count; i++)
        damaged |= chain->link[i]->salvage.damaged;
    return damaged;
}

uint32_t chain_holes(const struct chain *chain)
{
    return chain_is_single(chain) ? chain->link[0]->salvage.holes : chain->gaps;
}

uint64_t chain_bytes(const struct chain *chain)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < chain->count; i++)
        if (chain->link[i]->salvage.open)
            bytes += chain->link[i]->salvage.opening.file_bytes;
    return bytes;
}

bool chain_has(const struct chain *chain, const char *path)
{
    for (size_t i = 0; i < chain->count; i++)
        if (strcmp(chain->link[i]->salvage.path, path) == 0)
            return true;
    return false;
}

static enum status keep_one(const struct chain *chain, const struct salvage *salvage,
                            struct fault *fault)
{
    const struct disk *disk = chain->access->disk;
    char damaged[BOUND_PATH_BYTES + sizeof ".damaged"];

    (void)snprintf(damaged, sizeof damaged, "%s.damaged", salvage->path);
    /* where the disk does not even give it to be read, there is nothing to keep */
    if (disk->link(disk->context, salvage->path, damaged) != 0 && errno != EEXIST && salvage->open)
        return disk_fault(fault, "link", damaged);
    return STATUS_OK;
}

enum status chain_keep_damaged(const struct chain *chain, struct fault *fault)
{
    bool kept = false;

    for (size_t i = 0; i < chain->count; i++) {
        const struct salvage *salvage = &chain->link[i]->salvage;
        if (salvage->open ? !salvage->damaged : held_nothing(chain, salvage))
            continue;
        enum status status = keep_one(chain, salvage, fault);
        if (status != STATUS_OK)
            return status;
        kept = true;
    }
    /* a segment that is gone altogether left nothing but those around it */
    if (!kept && chain_is_damaged(chain))
        return keep_one(chain, &chain->link[0]->salvage, fault);
    return STATUS_OK;
}

/* Of one that cannot be read nobody knows what it holds. */
static bool stays(const struct chain_link *link)
{
    return link->salvage.unreadable || link->more;
}

bool chain_is_bare(const struct chain *chain, const struct salvage *whole)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_link *link = chain->link[i];
        if (&link->salvage == whole ? link->salvage.tail.present : !stays(link))
            return false;
    }
    return true;
}

void chain_remove(const struct chain *chain, const char *path)
{
    const struct disk *disk = chain->access->disk;

    for (size_t i = chain->count; i-- > 0;) {
        const struct salvage *salvage = &chain->link[i]->salvage;
        if (strcmp(salvage->path, path) != 0 && stays(chain->link[i]))
            continue;
        /* the tail first: without its segment nobody would find it */
        (void)disk->unlink(disk->context, salvage->tail_path);
        if (strcmp(salvage->path, path) != 0)
            (void)disk->unlink(disk->context, salvage->path);
    }
}
