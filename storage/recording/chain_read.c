/* What is in the segments of a chain: pages, and the records of their tails. */
#include <sodium.h>

#include "storage/recording/chain.h"
#include "storage/recording/documents.h"
#include "storage/recording/journal.h"

/* Read on in a segment until it has a page, or is at its end. */
static enum status advance(struct chain_link *link, struct fault *fault)
{
    struct salvage_frame frame = {0};
    enum status status = STATUS_OK;

    link->has_page = false;
    while (link->salvage.open && status == STATUS_OK) {
        if (pages_next(&link->pages, &link->page) == STATUS_OK) {
            link->has_page = true;
            break;
        }
        status = salvage_next(&link->salvage, &frame, fault);
        if (status != STATUS_OK)
            break;
        if (frame.after_hole)
            pages_break(&link->pages);
        status = pages_feed(&link->pages, frame.data, frame.data_bytes);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "read pages: out of memory");
    }
    sodium_memzero(&frame, sizeof frame);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status chain_begin(struct chain *chain, struct fault *fault)
{
    enum status status = STATUS_OK;

    chain->last = -1;
    chain->gaps = 0;
    for (size_t i = 0; i < chain->count && status == STATUS_OK; i++) {
        struct chain_link *link = chain->link[i];
        if (!link->salvage.open)
            continue;
        pages_deinit(&link->pages);
        pages_init(&link->pages);
        link->begun = false;
        status = salvage_begin(&link->salvage, fault);
        if (status == STATUS_OK)
            status = advance(link, fault);
    }
    return status;
}

static struct chain_link *lowest(const struct chain *chain)
{
    struct chain_link *found = NULL;

    for (size_t i = 0; i < chain->count; i++) {
        struct chain_link *link = chain->link[i];
        if (link->has_page && (!found || link->page.sequence < found->page.sequence))
            found = link;
    }
    return found;
}

/* Before the first audio of a segment nothing is missing but what is lost: it begins with what was
 * not durable in those before it. */
static void follow(struct chain *chain, const struct chain_link *link)
{
    if ((int64_t)link->page.sequence != chain->last + 1) {
        chain->gaps++;
        chain->damaged |= !link->begun;
    }
    chain->last = link->page.sequence;
}

/* The parser behind a page moves on when its segment does: that waits until the page is done with.
 */
static enum status leave_page(struct chain *chain, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < chain->count; i++)
        while (status == STATUS_OK && chain->link[i]->has_page &&
               (int64_t)chain->link[i]->page.sequence <= chain->last) {
            chain->link[i]->begun |= chain->link[i]->page.granule > 0;
            status = advance(chain->link[i], fault);
        }
    return status;
}

/* One segment alone is taken as it is. */
static enum status next_of_one(struct chain_link *link, bool first, struct pages_page *page,
                               struct fault *fault)
{
    enum status status = first ? STATUS_OK : advance(link, fault);

    if (status == STATUS_OK && !link->has_page)
        return STATUS_END;
    *page = link->page;
    return status;
}

enum status chain_next(struct chain *chain, struct pages_page *page, struct fault *fault)
{
    if (chain_is_single(chain)) {
        bool first = chain->last < 0;
        chain->last = 0;
        return next_of_one(chain->link[0], first, page, fault);
    }
    enum status status = leave_page(chain, fault);
    if (status != STATUS_OK)
        return status;
    const struct chain_link *link = lowest(chain);
    if (!link)
        return STATUS_END;
    follow(chain, link);
    *page = link->page;
    return STATUS_OK;
}

/* Records of one tail go before those of the segments behind it. */
static enum status prepend(struct bytes *all, struct bytes *fresh)
{
    enum status status = bytes_append(fresh, all->data, all->len);

    if (status != STATUS_OK)
        return status;
    struct bytes whole = *fresh;
    *fresh = *all;
    *all = whole;
    bytes_wipe(fresh);
    return STATUS_OK;
}

struct record_reading {
    enum status (*read)(const struct disk *disk, const char *path,
                        const uint8_t key[static SEAL_KEY_BYTES], uint32_t *below,
                        struct bytes *records, struct fault *fault);
    struct bytes *all;
};

static enum status read_records(const struct chain *chain, const struct record_reading *reading,
                                struct fault *fault)
{
    uint32_t below = UINT32_MAX;
    struct bytes fresh;
    enum status status = STATUS_OK;

    bytes_init(&fresh, reading->all->max);
    for (size_t i = chain->count; i-- > 0 && status == STATUS_OK;) {
        const struct salvage *salvage = &chain->link[i]->salvage;
        if (!salvage->open)
            continue;
        status = reading->read(chain->access->disk, salvage->tail_path, salvage->opening.key,
                               &below, &fresh, fault);
        if (status == STATUS_OK && fresh.len) {
            status = prepend(reading->all, &fresh);
            if (status != STATUS_OK)
                (void)fault_set(fault, status, 0, "read records: out of memory");
        }
    }
    bytes_wipe(&fresh);
    bytes_deinit(&fresh);
    return status;
}

enum status chain_records(const struct chain *chain, struct bytes *documents, struct bytes *journal,
                          struct fault *fault)
{
    enum status status =
        read_records(chain, &(struct record_reading){documents_tail_read, documents}, fault);

    if (status == STATUS_OK)
        status = read_records(chain, &(struct record_reading){journal_tail_read, journal}, fault);
    return status;
}
