/* What is in the segments of a chain: pages, and the records of their tails. */
#include <sodium.h>
#include <string.h>

#include "storage/recording/chain.h"
#include "storage/recording/documents.h"
#include "storage/recording/journal.h"
#include "storage/recording/stream_head.h"

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

static bool is_same(const struct pages_page *one, const struct pages_page *other)
{
    return one->head_bytes == other->head_bytes && one->payload_bytes == other->payload_bytes &&
           memcmp(one->head, other->head, one->head_bytes) == 0 &&
           memcmp(one->payload, other->payload, one->payload_bytes) == 0;
}

/* Of each segment the page of this number, if it is its next one. */
static void compare_one(const struct chain *chain, const struct salvage *whole, uint32_t sequence)
{
    const struct pages_page *wanted = NULL;

    for (size_t i = 0; i < chain->count; i++)
        if (&chain->link[i]->salvage == whole && chain->link[i]->has_page &&
            chain->link[i]->page.sequence == sequence)
            wanted = &chain->link[i]->page;
    for (size_t i = 0; i < chain->count; i++) {
        struct chain_link *link = chain->link[i];
        if (link->has_page && link->page.sequence == sequence)
            link->more |= !wanted || !is_same(&link->page, wanted);
    }
}

enum status chain_compare(struct chain *chain, const struct salvage *whole, struct fault *fault)
{
    const struct chain_link *link;
    enum status status = chain_begin(chain, fault);

    while (status == STATUS_OK && (link = lowest(chain))) {
        chain->last = link->page.sequence;
        compare_one(chain, whole, link->page.sequence);
        status = leave_page(chain, fault);
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
    enum status (*read)(struct tail_source *source, uint32_t *below, struct bytes *records,
                        struct fault *fault);
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
        struct salvage *salvage = &chain->link[i]->salvage;
        if (!salvage->open)
            continue;
        status = reading->read(&salvage->tail_source, &below, &fresh, fault);
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

enum status chain_head(const struct chain *chain, struct bytes *pages, struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < chain->count && status == STATUS_OK && !pages->len; i++)
        if (chain->link[i]->salvage.open)
            status = stream_head_read(&chain->link[i]->salvage.tail_source, pages, fault);
    return status;
}
