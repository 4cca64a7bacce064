#include "tools/recorderctl/month_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "storage/recording/slots.h"
#include "tools/recorderctl/recording_json.h"

enum { SAMPLE_ROWS = 20 };

wall_time month_after(wall_time now)
{
    time_t seconds = (time_t)(clock_wall_us(now) / 1000000);
    struct tm parts = {0};

    (void)gmtime_r(&seconds, &parts);
    struct tm next = {.tm_year = parts.tm_year, .tm_mon = parts.tm_mon + 1, .tm_mday = 1};
    return clock_wall_from_us((int64_t)timegm(&next) * 1000000);
}

bool month_keys_there(const struct key_months *months, struct uuid customer, wall_time when)
{
    char text[KEY_MONTH_BYTES];

    keys_month(when, text);
    const struct key_month *month = key_months_find(months, customer, key_month_number(text));
    return month && month->has_public && month->has_private;
}

enum status month_keys_make(struct private_keys *keys, struct uuid customer, wall_time now,
                            struct fault *fault)
{
    char month[KEY_MONTH_BYTES];

    keys_month(now, month);
    enum status status = private_keys_make_month(keys, customer, month, fault);
    if (status != STATUS_OK)
        return status;
    keys_month(month_after(now), month);
    return private_keys_make_month(keys, customer, month, fault);
}

/* The newest recordings of a month. */
struct sample {
    size_t count;
    struct index_recording row[SAMPLE_ROWS];
};

static void take_row(void *context, const struct index_recording *row)
{
    struct sample *sample = context;

    sample->row[sample->count++] = *row;
}

/* Whether any of these is sealed to a key of that month; what cannot be read says nothing. */
static bool is_used(struct context *context, const struct sample *sample, uint32_t month)
{
    const struct recording_access access = recording_access(context);
    struct slot_info slot[FORMAT_SLOTS];
    char path[BOUND_PATH_BYTES];

    for (size_t i = 0; i < sample->count; i++) {
        if (recording_file_path(context, &sample->row[i], path, NULL) != STATUS_OK ||
            slots_read(&access, path, sample->row[i].id, slot, NULL) != STATUS_OK)
            continue;
        for (size_t k = 0; k < FORMAT_SLOTS; k++)
            if (slot[k].state != SLOT_EMPTY && slot[k].version == month)
                return true;
    }
    return false;
}

static enum status look_for_use(struct context *context, struct uuid customer, wall_time begin,
                                uint32_t month, struct fault *fault)
{
    struct recordings_query query = {.customer = &customer,
                                     .has_from = true,
                                     .has_to = true,
                                     .from = begin,
                                     .to = month_after(begin),
                                     .limit = SAMPLE_ROWS};
    struct sample *sample = calloc(1, sizeof *sample);
    bool more;

    if (!sample)
        return fault_set(fault, STATUS_NOMEM, 0, "out of memory");
    enum status status = recordings_list(context->index, &query, take_row, sample, &more, fault);
    if (status == STATUS_OK && is_used(context, sample, month))
        status = fault_set(fault, STATUS_NO_KEY, 0,
                           "both halves of the customer's key of %u-%02u are lost, and recordings "
                           "are sealed to it: restore them from a copy, then run `recorderctl keys "
                           "recover`",
                           (unsigned)(month / 100), (unsigned)(month % 100));
    free(sample);
    return status;
}

enum status month_keys_check(struct context *context, struct uuid customer, wall_time when,
                             struct fault *fault)
{
    struct key_months months;
    char text[KEY_MONTH_BYTES];
    char date[KEY_MONTH_BYTES + 3];
    wall_time begin;

    keys_month(when, text);
    (void)snprintf(date, sizeof date, "%s-01", text);
    enum status status = clock_parse_rfc3339(date, &begin);
    uint32_t month = key_month_number(text);
    if (status == STATUS_OK)
        status = key_months_read(&disk_system, context->config->keys, &customer, &months, fault);
    if (status != STATUS_OK)
        return status;
    bool there = key_months_find(&months, customer, month) != NULL;
    key_months_free(&months);
    return there ? STATUS_OK : look_for_use(context, customer, begin, month, fault);
}
