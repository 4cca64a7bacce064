#include "sip/session_timer.h"

#include "sip/message.h"

/* "1800;refresher=uac" */
static unsigned seconds_read(struct text_span text)
{
    unsigned seconds = 0;
    size_t i = 0;

    for (; i < text.bytes && text.text[i] >= '0' && text.text[i] <= '9'; i++) {
        if (seconds <= SESSION_TIMER_MAX_S)
            seconds = seconds * 10 + (unsigned)(text.text[i] - '0');
    }
    while (i < text.bytes && (text.text[i] == ' ' || text.text[i] == '\t'))
        i++;
    if (i < text.bytes && text.text[i] != ';')
        return 0;
    return seconds > SESSION_TIMER_MAX_S ? SESSION_TIMER_MAX_S : seconds;
}

static enum session_refresher refresher_read(struct text_span text)
{
    struct pl params = {.p = text.text, .l = text.bytes};
    struct pl value;

    if (msg_param_decode(&params, "refresher", &value))
        return SESSION_REFRESHER_UNSAID;
    if (value.l > 2 && value.p[0] == '"' && value.p[value.l - 1] == '"') {
        value.p++;
        value.l -= 2;
    }
    if (pl_strcasecmp(&value, "uac") == 0)
        return SESSION_REFRESHER_UAC;
    if (pl_strcasecmp(&value, "uas") == 0)
        return SESSION_REFRESHER_UAS;
    return SESSION_REFRESHER_UNSAID;
}

void session_timer_read(const struct sip_msg *msg, struct session_timer_said *said)
{
    struct text_span expires = message_header_value(msg, &MESSAGE_SESSION_EXPIRES);

    *said = (struct session_timer_said){
        .expires_s = seconds_read(expires),
        .min_s = seconds_read(message_header_value(msg, &MESSAGE_MIN_SE)),
        .supported = message_header_lists(msg, &MESSAGE_SUPPORTED, "timer") ||
                     message_header_lists(msg, &MESSAGE_REQUIRE, "timer")};
    if (said->expires_s > 0)
        said->refresher = refresher_read(expires);
}

bool session_timer_is_short(const struct session_timer_said *said,
                            const struct session_timer *before,
                            const struct session_timer_policy *policy)
{
    return said->expires_s > 0 && said->expires_s < policy->min_s &&
           (said->supported || before->supported);
}

void session_timer_answer(const struct session_timer_said *said,
                          const struct session_timer_policy *policy, struct session_timer *timer)
{
    bool first = timer->interval_s == 0;

    timer->supported = timer->supported || said->supported;
    timer->told = true;
    if (said->min_s > 0)
        timer->min_s = said->min_s;
    if (said->expires_s >= policy->min_s) {
        timer->interval_s = said->expires_s;
    } else if (said->expires_s > 0) {
        /* it must not be raised in an answer, and 422 would not be understood */
        timer->interval_s = policy->min_s;
        timer->told = false;
    } else if (first) {
        timer->interval_s = policy->expires_s;
    }
    if (timer->interval_s < timer->min_s && timer->told && said->expires_s == 0)
        timer->interval_s = timer->min_s;
    if (!timer->supported)
        timer->ours = true;
    else if (said->refresher != SESSION_REFRESHER_UNSAID)
        timer->ours = said->refresher == SESSION_REFRESHER_UAS;
    else if (first)
        timer->ours = said->expires_s == 0;
}

void session_timer_take_answer(const struct session_timer_said *said, struct session_timer *timer)
{
    if (said->expires_s == 0)
        return;
    timer->interval_s = said->expires_s < SESSION_TIMER_MIN_S && said->expires_s < timer->interval_s
                            ? timer->interval_s
                            : said->expires_s;
    /* of this transaction the client was the UAS */
    timer->ours = said->refresher != SESSION_REFRESHER_UAS;
}

unsigned session_timer_expiry_s(const struct session_timer *timer)
{
    enum { EARLY_S = 32 };
    unsigned third_s = timer->interval_s / 3;

    return timer->interval_s - (third_s < EARLY_S ? third_s : EARLY_S);
}
