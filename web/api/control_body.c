#include "web/api/control_body.h"

#include <jansson.h>
#include <string.h>

/* jansson lets no text through that is not UTF-8 or holds a zero byte. It goes into logs and onto
 * pages: no control characters, C1 ones among them. */
static bool reason_is_plain(const char *text)
{
    bool seen = false;

    for (const unsigned char *sign = (const unsigned char *)text; *sign; sign++) {
        if (*sign < 0x20 || *sign == 0x7f || (sign[0] == 0xc2 && sign[1] < 0xa0))
            return false;
        seen = seen || *sign != ' ';
    }
    return seen;
}

static const char *take_reason(const json_t *document, bool pause, struct control *control)
{
    const json_t *value = json_object_get(document, "reason");
    const char *text = json_string_value(value);
    bool absent = !value || json_is_null(value) || (text && !*text);

    control->reason[0] = '\0';
    if (absent && !pause)
        return NULL;
    if (!text || strlen(text) >= sizeof control->reason || !reason_is_plain(text))
        return "\"reason\" must be a text of 1 to 127 bytes, without control characters";
    memcpy(control->reason, text, strlen(text) + 1);
    return NULL;
}

static const char *take_leg(const json_t *document, struct control *control)
{
    const json_t *value = json_object_get(document, "leg");
    const char *text = json_string_value(value);

    control->parties = POLICY_BOTH;
    if (!value || json_is_null(value))
        return NULL;
    if (!text || (strcmp(text, "caller") != 0 && strcmp(text, "called") != 0))
        return "\"leg\" must be \"caller\" or \"called\"; without it both are meant";
    control->parties = strcmp(text, "caller") == 0 ? POLICY_CALLER : POLICY_CALLED;
    return NULL;
}

static const char *take_limit(const json_t *document, bool pause, struct control *control)
{
    const json_t *value = json_object_get(document, "limit_s");
    json_int_t limit_s = json_integer_value(value);

    control->limit_s = 0;
    if (!pause || !value || json_is_null(value))
        return NULL;
    if (!json_is_integer(value) || limit_s < 1 || limit_s > POLICY_PAUSE_S_MAX)
        return "\"limit_s\" must be a whole number of seconds, 1 to 86400";
    control->limit_s = (unsigned)limit_s;
    return NULL;
}

enum status control_body_parse(const uint8_t *body, size_t body_bytes, bool pause,
                               struct control *control, const char **reason)
{
    json_t *document =
        body_bytes ? json_loadb((const char *)body, body_bytes, JSON_REJECT_DUPLICATES, NULL)
                   : json_object();
    struct control found = *control;
    const char *wrong = json_is_object(document) ? NULL : "a JSON object is expected";

    if (!wrong)
        wrong = take_reason(document, pause, &found);
    if (!wrong)
        wrong = take_leg(document, &found);
    if (!wrong)
        wrong = take_limit(document, pause, &found);
    json_decref(document);
    if (wrong) {
        *reason = wrong;
        return STATUS_INVALID;
    }
    *control = found;
    return STATUS_OK;
}
