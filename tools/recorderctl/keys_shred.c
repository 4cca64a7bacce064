#include <sodium.h>
#include <string.h>

#include "storage/disk/volumes.h"
#include "storage/index/customers.h"
#include "storage/seal/key_months.h"
#include "storage/seal/shredding.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/receipt.h"
#include "tools/recorderctl/shred_count.h"

enum { SETTLED_S = 86400, NAME_BYTES = 64, LINE_BYTES = 512 };

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
    bool has_present;     /* the customer has a key of this month */
    char receipt[BOUND_PATH_BYTES];
    struct signer *signer;
    struct shred_count count;
    wall_time counted;
};

/* While the public half is there it is only marked: calls may be sealed to it still. Once that is
 * gone the private half may be noise, and nothing is to be waited for any more. */
static bool is_in_force(const struct key_month *key)
{
    return !key->shredded || key->has_public;
}

static bool is_gone(const struct key_month *key)
{
    return key->shredded && !key->has_private && !key->has_public && !key->has_recovery;
}

/* The key of that month, and whether this month has one: else calls are sealed to the newest that
 * there is, which may be the one that is to go. */
static enum status find_key(struct shredding *work, struct fault *fault)
{
    struct key_months months;
    char present[KEY_MONTH_BYTES];
    struct uuid customer = work->customer.id;
    enum status status =
        key_months_read(&disk_system, work->context->config->keys, &customer, &months, fault);

    if (status != STATUS_OK)
        return status;
    keys_month(clock_wall_now(), present);
    const struct key_month *key = key_months_find(&months, customer, work->month);
    const struct key_month *newest = key_months_find(&months, customer, key_month_number(present));
    work->has_present = newest && newest->has_public;
    if (key)
        work->key = *key;
    else
        status = fault_set(fault, STATUS_NOT_FOUND, 0, "the customer has no key of that month");
    key_months_free(&months);
    return status;
}

static enum exit_code refuse(const struct shredding *work)
{
    const struct shred_count *count = &work->count;
    char why[LINE_BYTES];

    if (is_gone(&work->key))
        return context_fail(work->context, EXIT_REFUSED,
                            "it was destroyed already, but its receipt is not there, or is not as "
                            "the keeper signed it",
                            "see `recorderctl receipt verify`; say --yes to write it anew");
    (void)snprintf(why, sizeof why,
                   "%llu recordings would open never again, %llu are sealed to another key too and "
                   "stay, the other key of %llu is damaged, of %llu nobody knows for their file "
                   "cannot be read",
                   (unsigned long long)count->unreadable, (unsigned long long)count->kept,
                   (unsigned long long)count->other_not_read, (unsigned long long)count->unread);
    return context_fail(work->context, EXIT_REFUSED, why, "say --yes to destroy the key");
}

static enum exit_code check(const struct shredding *work)
{
    const struct context *context = work->context;

    if (is_in_force(&work->key) && work->count.running)
        return context_fail(
            context, EXIT_REFUSED,
            "a call that is sealed to it, or may be, goes on, or waits for recovery",
            "try again when it has ended");
    if (is_in_force(&work->key) && !work->has_present)
        return context_fail(context, EXIT_REFUSED,
                            "the customer has no key of this month: calls are sealed to an older "
                            "one until then",
                            "run the keeper, then try again");
    return command_option(work->invocation, "yes") ? EXIT_DONE : refuse(work);
}

/* What the audit entry and the receipt have in common. */
static json_t *counts_json(const struct shredding *work)
{
    const struct shred_count *count = &work->count;

    return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "month", work->invocation->argument[1],
                     "key_id", keys_id_json(work->key.id), "unreadable",
                     (json_int_t)count->unreadable, "kept_by_another_key", (json_int_t)count->kept,
                     "other_key_not_read", (json_int_t)count->other_not_read, "files_not_read",
                     (json_int_t)count->unread, "reason", output_text(work->reason));
}

static json_t *receipt_json(const struct shredding *work, wall_time when)
{
    char customer[UUID_TEXT_BYTES];
    char by[CONTEXT_ACTOR_BYTES];
    json_t *receipt = counts_json(work);
    json_t *rest;

    uuid_format(work->customer.id, customer);
    context_actor(by);
    rest = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "kind", "key_destroyed", "customer",
                     customer, "at", output_time(when), "counted_at", output_time(work->counted),
                     "by", output_text(by), "not_reached", not_reached);
    if (!receipt || !rest || json_object_update(receipt, rest)) {
        json_decref(receipt);
        receipt = NULL;
    }
    json_decref(rest);
    return receipt;
}

static enum status audit(struct shredding *work, struct fault *fault)
{
    json_t *detail = counts_json(work);

    if (!detail || json_object_set_new(detail, "customer", output_text(work->customer.number))) {
        json_decref(detail);
        return fault_set(fault, STATUS_NOMEM, 0, "write an audit entry: out of memory");
    }
    return context_audit(work->context, "keys_shred", NULL, detail, fault);
}

/* One that is there was perhaps written by who was cut off before its name was durable. */
static enum status read_receipt(const struct shredding *work, json_t **receipt, struct fault *fault)
{
    enum status status = receipt_read(&disk_system, work->receipt, work->context->public_keys,
                                      signer_id(work->signer), receipt, fault);

    if (status != STATUS_OK)
        return status;
    status = disk_sync_parent(&disk_system, work->receipt, fault);
    if (status != STATUS_OK) {
        json_decref(*receipt);
        *receipt = NULL;
    }
    return status;
}

/* What was said before: the receipt, and that it is so. */
static enum exit_code tell_done(const struct shredding *work, json_t *owned_receipt)
{
    if (!work->context->json)
        (void)fputs("recorderctl: it was destroyed already; its receipt:\n", work->context->err);
    return output_object(work->context, owned_receipt);
}

/* Something that the keeper did not sign, or not so, is in the receipt's place. */
static enum status set_aside(const struct shredding *work, const struct fault *why,
                             struct fault *fault)
{
    char aside[BOUND_PATH_BYTES];
    enum status status =
        receipt_set_aside(&disk_system, work->receipt, clock_wall_now(), aside, fault);

    if (status == STATUS_OK)
        status = context_audit(
            work->context, "receipt_set_aside", NULL,
            json_pack("{s:o, s:o}", "file", output_text(aside), "why", output_text(why->text)),
            fault);
    if (status == STATUS_OK)
        (void)fprintf(work->context->err, "recorderctl: %s; it is %s now\n", why->text, aside);
    return status;
}

/* The receipt that is there, where it is one; else a new one. */
static enum status take_receipt(const struct shredding *work, wall_time when, json_t **receipt,
                                struct fault *fault)
{
    struct fault why = {0};
    enum status status = read_receipt(work, receipt, &why);

    if (status == STATUS_OK)
        return status;
    if (status == STATUS_CORRUPT)
        status = set_aside(work, &why, fault);
    else if (status == STATUS_NOT_FOUND)
        status = STATUS_OK;
    else
        *fault = why;
    if (status != STATUS_OK)
        return status;
    *receipt = receipt_json(work, when);
    if (!*receipt)
        return fault_set(fault, STATUS_NOMEM, 0, "write a receipt: out of memory");
    return receipt_write(&disk_system, work->receipt, work->signer, *receipt, fault);
}

/* The audit entry is durable before anything is destroyed; the receipt says that it is done. */
static enum exit_code destroy(struct shredding *work)
{
    struct context *context = work->context;
    struct key_shredding key = {
        .customer = work->customer.id, .month = work->month, .when = clock_wall_now()};
    struct fault fault = {0};
    json_t *receipt = NULL;
    enum status status = audit(work, &fault);

    if (status == STATUS_OK)
        status = keys_shred(&disk_system, context->config->keys, &key, &fault);
    if (status == STATUS_OK)
        status = take_receipt(work, key.when, &receipt, &fault);
    if (status == STATUS_OK)
        return output_object(context, receipt);
    json_decref(receipt);
    return context_fail_status(context, status, &fault,
                               status == STATUS_DENIED
                                   ? "it is destroyed; see to the receipts, then run it again"
                                   : "run it again: it ends what was cut off");
}

/* Where a volume is not here nobody knows what is on it. */
static enum status count(struct shredding *work, struct fault *fault)
{
    const struct volumes volumes = volumes_of(work->context->config);
    enum status status = volumes_missing(&disk_system, &volumes, fault);

    if (status == STATUS_NOT_FOUND) {
        fault_wrap(fault, "a volume is missing, and with it what is sealed to the key");
        return STATUS_CONFLICT;
    }
    work->counted = clock_wall_now();
    return status == STATUS_OK ? shred_count(work->context, &work->key, &work->count, fault)
                               : status;
}

static enum exit_code count_and_destroy(struct shredding *work)
{
    struct context *context = work->context;
    struct disk_file lock;
    struct fault fault = {0};
    enum status status = keys_hold_off(context->private_keys, &lock, &fault);

    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault, NULL);
    status = find_key(work, &fault); /* as it is under the lock */
    if (status == STATUS_OK)
        status = count(work, &fault);
    enum exit_code code = status == STATUS_OK ? check(work) : EXIT_SYSTEM;
    if (status == STATUS_CONFLICT)
        code = context_fail_status(context, status, &fault, "mount it, then try again");
    else if (status != STATUS_OK)
        code = context_fail_status(context, status, &fault,
                                   status == STATUS_NOT_FOUND
                                       ? "list them with `recorderctl keys status CUSTOMER`"
                                       : NULL);
    if (code == EXIT_DONE)
        code = destroy(work);
    disk_close(&lock);
    return code;
}

static enum exit_code run(struct shredding *work)
{
    struct context *context = work->context;
    struct fault fault = {0};
    json_t *receipt = NULL;
    /* before anything is destroyed */
    enum status status =
        signer_open(&disk_system, context->config->keys, "keeper", &work->signer, &fault);

    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault,
                                   "run it as a user who may read the keeper's signing key");
    enum exit_code code;
    if (find_key(work, NULL) == STATUS_OK && is_gone(&work->key) &&
        read_receipt(work, &receipt, NULL) == STATUS_OK)
        code = tell_done(work, receipt);
    else
        code = count_and_destroy(work);
    signer_close(work->signer);
    return code;
}

/* Months are days of a calendar that begin at midnight UTC. */
static bool month_begin(const char *text, wall_time *begin)
{
    char date[KEY_MONTH_BYTES + 3];

    return snprintf(date, sizeof date, "%s-01", text) == (int)sizeof date - 1 &&
           clock_parse_rfc3339(date, begin) == STATUS_OK;
}

static enum exit_code take_arguments(struct shredding *work)
{
    struct context *context = work->context;
    const char *month = work->invocation->argument[1];
    wall_time begin;

    work->month = key_month_number(month);
    if (!work->month || !month_begin(month, &begin))
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
    char name[NAME_BYTES];
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
    (void)snprintf(name, sizeof name, "key-%s-%s", customer, invocation->argument[1]);
    status = receipt_path(context->config->store, name, work.receipt, &fault);
    return status == STATUS_OK ? run(&work) : context_fail_status(context, status, &fault, NULL);
}
