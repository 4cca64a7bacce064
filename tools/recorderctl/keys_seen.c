#include "tools/recorderctl/keys_seen.h"

#include <stdlib.h>

#include "storage/seal/key_months.h"
#include "tools/recorderctl/month_keys.h"
#include "tools/recorderctl/recording_json.h"

/* "2026-11" as key files number it, 202611. */
static uint32_t month_number(wall_time time)
{
    char month[KEY_MONTH_BYTES];

    keys_month(time, month);
    return (uint32_t)strtoul(month, NULL, 10) * 100 + (uint32_t)strtoul(month + 5, NULL, 10);
}

static bool has_month(const struct key_months *months, struct uuid customer, uint32_t month)
{
    for (size_t i = 0; i < months->count; i++) {
        const struct key_month *each = &months->month[i];
        if (each->month == month && uuid_equal(each->customer, customer))
            return each->has_public && each->has_private;
    }
    return false;
}

static void count_customers(const struct key_months *months, const struct customer_names *names,
                            wall_time now, struct keys_look *look)
{
    look->customers = names->count;
    for (size_t i = 0; i < names->count; i++) {
        struct uuid customer = names->customer[i].id;
        look->without_this_month += !has_month(months, customer, month_number(now));
        look->without_next_month += !has_month(months, customer, month_number(month_after(now)));
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
