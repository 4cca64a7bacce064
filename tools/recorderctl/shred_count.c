#include "tools/recorderctl/shred_count.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/slots.h"
#include "tools/recorderctl/recording_json.h"

enum { PAGE_ROWS = 100 };

struct counting {
    struct context *context;
    const struct key_month *key;
    struct shred_count count;
};

struct page {
    size_t count;
    struct index_recording row[PAGE_ROWS];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct page *page = context;

    page->row[page->count++] = *row;
}

static bool is_of_key(const struct counting *counting, const struct index_recording *row,
                      const struct slot_info *slot)
{
    const struct key_month *key = counting->key;

    if (slot->state == SLOT_EMPTY || slot->state == SLOT_BROKEN || slot->version != key->month)
        return false;
    return sodium_is_zero(key->id.b, sizeof key->id.b)
               ? uuid_equal(row->customer, key->customer)
               : memcmp(slot->id.b, key->id.b, sizeof key->id.b) == 0;
}

static void count_slots(struct counting *counting, const struct index_recording *row,
                        const struct slot_info slot[static FORMAT_SLOTS])
{
    struct shred_count *count = &counting->count;
    bool sealed = false;
    bool opens = false;
    bool unread = false;

    for (size_t i = 0; i < FORMAT_SLOTS; i++) {
        bool own = is_of_key(counting, row, &slot[i]);
        sealed = sealed || own;
        opens = opens || (!own && slot[i].state == SLOT_OPENS);
        unread = unread || (!own && slot[i].state == SLOT_UNREAD);
    }
    if (!sealed)
        return;
    count->running += row->state == RECORDING_STATE_RECORDING;
    if (opens)
        count->kept++;
    else if (unread)
        count->other_not_read++;
    else
        count->unreadable++;
}

/* Of a file that does not say to what it is sealed. One that waits for recovery may be sealed to
 * the key, and its disk may come back; of one that failed, nothing is missed. */
static void count_unread(struct shred_count *count, const struct index_recording *row, bool missing)
{
    count->running += row->state == RECORDING_STATE_RECORDING;
    count->unread += !missing || row->state != RECORDING_STATE_FAILED;
}

static enum status look_at(struct counting *counting, const struct index_recording *row,
                           struct fault *fault)
{
    struct slot_info slot[FORMAT_SLOTS];
    char path[BOUND_PATH_BYTES];
    struct fault why = {0};

    enum status status = recording_file_path(counting->context, row, path, &why);
    if (status == STATUS_OK) {
        const struct recording_access access = recording_access(counting->context);
        status = slots_read(&access, path, row->id, slot, &why);
    }
    if (status == STATUS_OK)
        count_slots(counting, row, slot);
    else if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT || status == STATUS_VERSION ||
             (status == STATUS_IO && why.sys_errno == EIO))
        count_unread(&counting->count, row, status == STATUS_NOT_FOUND);
    else {
        *fault = why;
        return status;
    }
    return STATUS_OK;
}

static enum status look_at_page(struct counting *counting, const struct page *page,
                                struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < page->count && status == STATUS_OK; i++)
        status = look_at(counting, &page->row[i], fault);
    return status;
}

/* All of the customer's: in the months around it the key may have stood in for one that was not
 * made yet. */
static enum status count_own(struct counting *counting, struct page *page, struct fault *fault)
{
    const struct uuid customer = counting->key->customer;
    struct recordings_query query = {.customer = &customer, .limit = PAGE_ROWS};
    struct index *index = counting->context->index;
    enum status status = STATUS_OK;
    bool more = true;

    while (status == STATUS_OK && more) {
        page->count = 0;
        status = recordings_list(index, &query, take_row, page, &more, fault);
        if (status != STATUS_OK || !page->count)
            break;
        status = look_at_page(counting, page, fault);
        query.has_after = true;
        query.after_started = page->row[page->count - 1].started;
        query.after_id = page->row[page->count - 1].id;
    }
    return status;
}

static enum status count_due(struct counting *counting, struct page *page, struct fault *fault)
{
    struct index *index = counting->context->index;
    struct index_recording last;
    enum status status = STATUS_OK;

    for (bool first = true; status == STATUS_OK && (first || page->count); first = false) {
        page->count = 0;
        status = recordings_list_due(index, first ? NULL : &last, PAGE_ROWS, take_row, page, fault);
        if (status == STATUS_OK)
            status = look_at_page(counting, page, fault);
        if (page->count)
            last = page->row[page->count - 1];
    }
    return status;
}

enum status shred_count(struct context *context, const struct key_month *key,
                        struct shred_count *count, struct fault *fault)
{
    struct counting counting = {.context = context, .key = key};
    struct page *page = calloc(1, sizeof *page);

    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "count recordings: out of memory");
    enum status status = count_own(&counting, page, fault);
    if (status == STATUS_OK)
        status = count_due(&counting, page, fault);
    free(page);
    if (status == STATUS_OK)
        *count = counting.count;
    return status;
}
