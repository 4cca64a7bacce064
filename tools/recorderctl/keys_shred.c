#include <stdlib.h>
#include <string.h>

#include "storage/recording/slots.h"
#include "storage/seal/key_months.h"
#include "storage/seal/shredding.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/receipt.h"
#include "tools/recorderctl/recording_json.h"

enum { PAGE_ROWS = 100, SETTLED_S = 86400, NAME_BYTES = 64 };

static const char not_reached[] =
    "copies of the key directory outside it (backups, snapshots), and blocks that a file system or "
    "drive keeps of what was written over, are not reached";

/* The month that is to go, and what hangs on it. */
struct shredding {
    struct context *context;
    const struct invocation *invocation;
    const char *reason;
    struct customer customer;
    uint32_t month;
    struct key_month key; /* as it is in the key directory */
    char receipt[NAME_BYTES];
    /* recordings that are sealed to it */
    json_int_t unreadable; /* to nothing else that is here */
    json_int_t kept;       /* to another key too, the hold key mostly */
    json_int_t running;    /* go on, or wait for recovery */
    json_int_t unread;     /* their file is missing or damaged: nobody knows */
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

/* Months are days of a calendar that begin at midnight UTC. */
static bool month_begin(const char *text, wall_time *begin, uint32_t *number)
{
    char date[16];

    if (strlen(text) != KEY_MONTH_BYTES - 1 ||
        snprintf(date, sizeof date, "%s-01", text) != KEY_MONTH_BYTES + 2 ||
        clock_parse_rfc3339(date, begin) != STATUS_OK)
        return false;
    *number = (uint32_t)(strtoul(text, NULL, 10) * 100 + strtoul(text + 5, NULL, 10));
    return true;
}

static bool is_of_key(const struct shredding *work, const struct slot_info *slot)
{
    return slot->state != SLOT_EMPTY && slot->state != SLOT_BROKEN &&
           slot->version == work->month && memcmp(slot->id.b, work->key.id.b, KEY_ID_BYTES) == 0;
}

static enum status look_at(struct shredding *work, const struct index_recording *row,
                           struct fault *fault)
{
    struct slot_info slot[FORMAT_SLOTS];
    char path[BOUND_PATH_BYTES];
    bool sealed = false;
    bool other = false;

    if (row->state == RECORDING_STATE_FAILED)
        return STATUS_OK;
    enum status status = recording_file_path(work->context, row, path, fault);
    if (status == STATUS_OK) {
        const struct recording_access access = recording_access(work->context);
        status = slots_read(&access, path, row->id, slot, fault);
    }
    if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT || status == STATUS_VERSION) {
        work->unread++;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < FORMAT_SLOTS; i++) {
        sealed = sealed || is_of_key(work, &slot[i]);
        other = other || (slot[i].state == SLOT_OPENS && !is_of_key(work, &slot[i]));
    }
    work->running += sealed && row->state == RECORDING_STATE_RECORDING;
    work->kept += sealed && other;
    work->unreadable += sealed && !other;
    return STATUS_OK;
}

static enum status look_at_page(struct shredding *work, const struct page *page,
                                struct fault *fault)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < page->count && status == STATUS_OK; i++)
        status = look_at(work, &page->row[i], fault);
    return status;
}

/* All of the customer's: in the months around it the key may have stood in for one that was not
 * made yet. And those that are sealed to the customer still, but are due to another. */
static enum status count_page_by_page(struct shredding *work, struct page *page,
                                      struct fault *fault)
{
    struct recordings_query query = {.customer = &work->customer.id, .limit = PAGE_ROWS};
    struct index *index = work->context->index;
    enum status status = STATUS_OK;
    bool more = true;

    while (status == STATUS_OK && more) {
        page->count = 0;
        status = recordings_list(index, &query, take_row, page, &more, fault);
        if (status != STATUS_OK || !page->count)
            break;
        status = look_at_page(work, page, fault);
        query.has_after = true;
        query.after_started = page->row[page->count - 1].started;
        query.after_id = page->row[page->count - 1].id;
    }
    struct index_recording last;
    for (bool first = true; status == STATUS_OK && (first || page->count); first = false) {
        page->count = 0;
        status = recordings_list_due(index, first ? NULL : &last, PAGE_ROWS, take_row, page, fault);
        if (status == STATUS_OK)
            status = look_at_page(work, page, fault);
        if (page->count)
            last = page->row[page->count - 1];
    }
    return status;
}

static enum status count_recordings(struct shredding *work, struct fault *fault)
{
    struct page *page = calloc(1, sizeof *page);

    if (!page)
        return fault_set(fault, STATUS_NOMEM, 0, "out of memory");
    enum status status = count_page_by_page(work, page, fault);
    free(page);
    return status;
}

/* The key of that month, and whether this month has one: else calls are sealed to the newest that
 * there is, which may be the one that is to go. */
static enum status find_key(struct shredding *work, bool *has_present, struct fault *fault)
{
    struct key_months months;
    wall_time begin;
    uint32_t present = 0;
    char text[KEY_MONTH_BYTES];
    enum status status = key_months_read(&disk_system, work->context->config->keys,
                                         &work->customer.id, &months, fault);

    if (status != STATUS_OK)
        return status;
    keys_month(clock_wall_now(), text);
    (void)month_begin(text, &begin, &present);
    status = STATUS_NOT_FOUND;
    *has_present = false;
    for (size_t i = 0; i < months.count; i++) {
        if (months.month[i].month == work->month) {
            work->key = months.month[i];
            status = STATUS_OK;
        }
        *has_present =
            *has_present || (months.month[i].month == present && months.month[i].has_public);
    }
    key_months_free(&months);
    return status == STATUS_OK
               ? status
               : fault_set(fault, status, 0, "the customer has no key of that month");
}

static enum exit_code refuse(const struct shredding *work)
{
    char why[256];

    (void)snprintf(why, sizeof why,
                   "%lld recordings would open never again, %lld are sealed to another key too and "
                   "stay, of %lld nobody knows for their file cannot be read",
                   (long long)work->unreadable, (long long)work->kept, (long long)work->unread);
    return context_fail(work->context, EXIT_REFUSED, why, "say --yes to destroy the key");
}

static enum exit_code check(struct shredding *work, bool has_present)
{
    const struct context *context = work->context;

    if (work->running)
        return context_fail(context, EXIT_REFUSED,
                            "a call that is sealed to it goes on, or waits for recovery",
                            "try again when it has ended");
    if (!has_present)
        return context_fail(context, EXIT_REFUSED,
                            "the customer has no key of this month: calls are sealed to an older "
                            "one until then",
                            "run the keeper, then try again");
    return command_option(work->invocation, "yes") ? EXIT_DONE : refuse(work);
}

static json_t *receipt_json(const struct shredding *work, wall_time when)
{
    char customer[UUID_TEXT_BYTES];
    char by[CONTEXT_ACTOR_BYTES];

    uuid_format(work->customer.id, customer);
    context_actor(by);
    return json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:s}", "kind",
                     "key_destroyed", "customer", customer, "month", work->invocation->argument[1],
                     "key_id", keys_id_json(work->key.id), "unreadable", work->unreadable,
                     "kept_by_another_key", work->kept, "files_not_read", work->unread, "at",
                     output_time(when), "by", output_text(by), "reason", output_text(work->reason),
                     "not_reached", not_reached);
}

static enum status audit(struct shredding *work, struct fault *fault)
{
    return context_audit(
        work->context, "keys_shred", NULL,
        json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:o}", "customer", work->customer.number, "month",
                  work->invocation->argument[1], "key_id", keys_id_json(work->key.id), "unreadable",
                  work->unreadable, "kept_by_another_key", work->kept, "files_not_read",
                  work->unread, "reason", output_text(work->reason)),
        fault);
}

/* The audit entry is durable before anything is destroyed; the receipt says that it is done. */
static enum status destroy(struct shredding *work, const struct signer *signer, json_t **receipt,
                           struct fault *fault)
{
    const char *keys = work->context->config->keys;
    struct key_shredding key = {
        .customer = work->customer.id, .month = work->month, .when = clock_wall_now()};
    enum status status = audit(work, fault);

    if (status == STATUS_OK)
        status = keys_shred(&disk_system, keys, &key, fault);
    if (status != STATUS_OK)
        return status;
    *receipt = receipt_json(work, key.when);
    if (!*receipt)
        return fault_set(fault, STATUS_NOMEM, 0, "write a receipt: out of memory");
    return receipt_write(work->context, signer, work->receipt, *receipt, fault);
}

static enum exit_code destroy_and_tell(struct shredding *work)
{
    struct context *context = work->context;
    struct signer *signer = NULL;
    struct fault fault = {0};
    json_t *receipt = NULL;
    enum status status =
        signer_open(&disk_system, context->config->keys, "keeper", &signer, &fault);

    if (status != STATUS_OK) /* before anything is destroyed */
        return context_fail_status(context, status, &fault,
                                   "run it as a user who may read the keeper's signing key");
    status = destroy(work, signer, &receipt, &fault);
    signer_close(signer);
    if (status == STATUS_OK)
        return output_object(context, receipt);
    json_decref(receipt);
    return context_fail_status(context, status, &fault, "run it again: it ends what was cut off");
}

/* What was said before: the receipt, and that it is so. */
static enum exit_code tell_done(struct shredding *work, json_t *owned_receipt)
{
    if (!work->context->json)
        (void)fputs("recorderctl: it was destroyed already; its receipt:\n", work->context->err);
    return output_object(work->context, owned_receipt);
}

static enum exit_code run(struct shredding *work)
{
    struct fault fault = {0};
    bool has_present = false;
    json_t *receipt = NULL;
    enum status status = find_key(work, &has_present, &fault);

    if (status == STATUS_OK && work->key.shredded && !work->key.has_private &&
        !work->key.has_public &&
        receipt_read(work->context, work->receipt, &receipt, NULL) == STATUS_OK)
        return tell_done(work, receipt);
    if (status == STATUS_OK)
        status = count_recordings(work, &fault);
    if (status != STATUS_OK)
        return context_fail_status(work->context, status, &fault,
                                   status == STATUS_NOT_FOUND
                                       ? "list them with `recorderctl keys status CUSTOMER`"
                                       : NULL);
    enum exit_code code = check(work, has_present);
    return code == EXIT_DONE ? destroy_and_tell(work) : code;
}

static enum exit_code take_arguments(struct shredding *work)
{
    struct context *context = work->context;
    const char *month = work->invocation->argument[1];
    wall_time begin;

    if (!month_begin(month, &begin, &work->month))
        return context_fail(context, EXIT_USAGE, "that is not a month", "write it such as 2026-10");
    if (!work->reason || !*work->reason || !output_is_plain(work->reason))
        return context_fail(context, EXIT_USAGE, "the reason is missing, or not plain UTF-8 text",
                            "give it with --reason TEXT: it goes into the receipt");
    if (clock_wall_now().ns - month_after(begin).ns < SETTLED_S * CLOCK_NS_PER_S)
        return context_fail(context, EXIT_REFUSED,
                            "the month is not over for a day: calls may still be sealed to its key "
                            "by a recorder that has looked it up",
                            "try again later");
    return EXIT_DONE;
}

enum exit_code keys_shred_month(struct context *context, const struct invocation *invocation)
{
    struct shredding work = {.context = context,
                             .invocation = invocation,
                             .reason = command_option(invocation, "reason")};
    struct fault fault = {0};
    char customer[UUID_TEXT_BYTES];
    enum exit_code code = take_arguments(&work);

    if (code == EXIT_DONE)
        code = context_need_keys(context);
    if (code != EXIT_DONE)
        return code;
    enum status status =
        customers_find(context->index, invocation->argument[0], &work.customer, &fault);
    if (status != STATUS_OK)
        return context_fail_status(
            context, status, &fault,
            status == STATUS_NOT_FOUND ? "list them with `recorderctl customer list`" : NULL);
    uuid_format(work.customer.id, customer);
    (void)snprintf(work.receipt, sizeof work.receipt, "key-%s-%s", customer,
                   invocation->argument[1]);
    return run(&work);
}
