#include "web/api/audio_view.h"

#include <stdio.h>
#include <string.h>

#include "storage/index/leg_view.h"

/* It is one digit: there are no more than BOUND_CALL_STREAMS. */
bool audio_view_read_leg(const char *text, int *leg)
{
    if (text[0] < '0' || text[0] > '9' || text[1])
        return false;
    *leg = text[0] - '0';
    return true;
}

enum status audio_view_read(const struct exchange *exchange, struct audio_view *asked,
                            const char **parameter)
{
    const char *channels = NULL;
    const char *leg = NULL;
    int number = 0;

    *parameter = "channels";
    if (exchange_query(exchange, "channels", &channels) != STATUS_OK ||
        (channels && strcmp(channels, "all") != 0 && strcmp(channels, "stereo") != 0))
        return STATUS_INVALID;
    *parameter = "leg";
    if (exchange_query(exchange, "leg", &leg) != STATUS_OK ||
        (leg && (channels || !audio_view_read_leg(leg, &number))))
        return STATUS_INVALID;
    *asked = (struct audio_view){.wanted = LEG_VIEW_STORED};
    if (leg)
        *asked = (struct audio_view){.wanted = number};
    else if (channels && strcmp(channels, "all") == 0)
        *asked = (struct audio_view){LEG_VIEW_ALL, "all"};
    if (leg)
        (void)snprintf(asked->name, sizeof asked->name, "leg%d", number);
    return STATUS_OK;
}
