#include "tools/recorderctl/keys_seen.h"

#include "storage/seal/key_months.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/recording_json.h"

static void count_customers(const struct key_months *months, const struct customer_names *names,
                            wall_time now, struct keys_look *look)
{
    look->customers = names->count;
    for (size_t i = 0; i < names->count; i++) {
        struct uuid customer = names->customer[i].id;
        look->without_this_month += !month_keys_there(months, customer, now);
        look->without_next_month += !month_keys_there(months, customer, month_after(now));
    }
}

static void count_recovery(const struct key_months *months, struct keys_look *look)
{
    for (size_t i = 0; i < months->count; i++) {
        const struct key_month *each = &months->month[i];
        look->months += each->has_private;
        look->without_recovery += each->has_private && !each->recovery_current;
    }
}

void keys_seen_look(struct context *context, wall_time now, struct keys_look *look)
{
    const char *directory = context->config->keys;
    struct customer_names names = {0};
    struct key_months months = {0};
    struct key_id id;
    struct keys_look seen = {0};

    enum status status = customer_names_init(&names, context->index, &seen.fault);
    if (status == STATUS_OK)
        status = key_months_read(&disk_system, directory, NULL, &months, &seen.fault);
    if (status == STATUS_OK) {
        status = key_recovery_id(&disk_system, directory, &id, &seen.fault);
        seen.recovery_key = status == STATUS_OK;
        if (status == STATUS_NOT_FOUND) {
            status = STATUS_OK;
            fault_clear(&seen.fault);
        }
    }
    if (status == STATUS_OK) {
        count_customers(&months, &names, now, &seen);
        count_recovery(&months, &seen);
    }
    key_months_free(&months);
    customer_names_deinit(&names);
    *look = seen;
}
