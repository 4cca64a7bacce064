#include "tools/recorderctl/month_keys.h"

#include <time.h>

wall_time month_after(wall_time now)
{
    time_t seconds = (time_t)(clock_wall_us(now) / 1000000);
    struct tm parts = {0};

    (void)gmtime_r(&seconds, &parts);
    struct tm next = {.tm_year = parts.tm_year, .tm_mon = parts.tm_mon + 1, .tm_mday = 1};
    return clock_wall_from_us((int64_t)timegm(&next) * 1000000);
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
