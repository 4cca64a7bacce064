#include <string.h>

#include "base/log.h"
#include "storage/index/customers.h"
#include "storage/seal/recovery.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/recording_json.h"

/* What failed of one round. */
struct failures {
    size_t customers; /* that lack a key */
    bool any;
    struct fault first;
};

static void note(struct failures *failures, enum status status, const struct fault *fault,
                 const char *what)
{
    if (status == STATUS_OK || failures->any)
        return;
    failures->any = true;
    failures->first = *fault;
    fault_wrap(&failures->first, "%s", what);
}

/* What one customer's keys lack must not be others' loss. */
static void make_customer(struct keeper *keeper, struct uuid customer, struct failures *failures)
{
    struct fault fault = {0};
    char what[UUID_TEXT_BYTES + 16] = "customer ";
    wall_time now = clock_wall_now();

    enum status status = month_keys_check(keeper->context, customer, now, &fault);
    if (status == STATUS_OK)
        status = month_keys_make(keeper->context->private_keys, customer, now, &fault);
    uuid_format(customer, what + strlen(what));
    failures->customers += status != STATUS_OK;
    note(failures, status, &fault, what);
}

static void make_all(struct keeper *keeper, struct failures *failures)
{
    struct customer_names names;
    struct fault fault = {0};
    enum status status = customer_names_init(&names, keeper->context->index, &fault);

    note(failures, status, &fault, "list customers");
    if (status != STATUS_OK)
        return;
    for (size_t i = 0; i < names.count && !keeper_stopping(keeper); i++)
        make_customer(keeper, names.customer[i].id, failures);
    customer_names_deinit(&names);
}

static void complete_copies(struct keeper *keeper, struct failures *failures)
{
    struct recovery_report report = {0};
    struct fault fault = {0};
    enum status status = recovery_complete(keeper->context->private_keys, &report, &fault);

    if (status == STATUS_OK && report.failed) {
        status = report.first.status;
        fault = report.first;
    }
    note(failures, status, &fault, "seal to the recovery key");
}

static void tidy(struct keeper *keeper, struct failures *failures)
{
    struct fault fault = {0};
    size_t destroyed = 0;

    note(failures, private_keys_tidy(keeper->context->private_keys, &destroyed, &fault), &fault,
         "remove what a crash left of keys");
    if (destroyed)
        log_event(LOG_WARNING, "keeper.keys_tidied", "destroyed=%zu", destroyed);
}

/* Once an hour, while it lasts. */
static void complain(struct keeper_keys *keys, const struct failures *failures, mono_time now)
{
    bool told = keys->told && now.ns - keys->told_at.ns < KEEPER_REMIND_S * CLOCK_NS_PER_S;

    keys->told = failures->any;
    if (!failures->any || told)
        return;
    keys->told_at = now;
    log_event(LOG_ERROR, "keeper.keys_failed", "customers=%zu status=%s why=\"%s\"",
              failures->customers, status_name(failures->first.status), failures->first.text);
}

void keeper_make_keys(struct keeper *keeper, struct keeper_counts *counts)
{
    struct keeper_keys *keys = &keeper->keys;
    mono_time now = clock_mono_now();
    int64_t pause_s = keys->failed ? KEEPER_KEYS_AGAIN_S : KEEPER_KEYS_S;

    if (!keys->looked || now.ns - keys->looked_at.ns >= pause_s * CLOCK_NS_PER_S) {
        struct failures failures = {.customers = 0};
        make_all(keeper, &failures);
        if (!keeper_stopping(keeper))
            complete_copies(keeper, &failures);
        if (!keeper_stopping(keeper))
            tidy(keeper, &failures);
        complain(keys, &failures, now);
        keys->looked = true;
        keys->looked_at = now;
        keys->failed = failures.any;
    }
    counts->errors += keys->failed;
}
