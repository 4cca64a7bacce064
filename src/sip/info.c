#include "sip/info.h"

#include "body/multipart_text.h"
#include "sip/message.h"
#include "sip/reply.h"

static const struct message_header RECORD = {SIP_HDR_NONE, "Record", NULL};
static const struct message_header INFO_PACKAGE = {SIP_HDR_NONE, "Info-Package", NULL};

static const struct sip_body_refusal BAD_RECORD = {400, "Bad Record Header",
                                                   REPLY_WARNING("Record is on or off, once")};
static const struct sip_body_refusal BAD_DIGIT = {400, "Bad DTMF Body",
                                                  REPLY_WARNING("no digit is named")};
static const struct sip_body_refusal UNKNOWN_TYPE = {
    415, "Unsupported Media Type", "Accept: application/dtmf-relay, application/dtmf\r\n"};
static const struct sip_body_refusal BAD_PACKAGE = {469, "Bad Info Package", INFO_RECV_HEADERS};

static bool refuse(struct sip_body_refusal *refusal, struct sip_body_refusal why)
{
    *refusal = why;
    return false;
}

static bool take_record(const struct sip_msg *msg, struct sip_call_info *info,
                        struct sip_body_refusal *refusal)
{
    struct text_span value = text_span_trim(message_header_value(msg, &RECORD));

    if (message_header_count(msg, &RECORD) > 1)
        return refuse(refusal, BAD_RECORD);
    if (text_span_equal(value, "off"))
        info->kind = SIP_INFO_PAUSE;
    else if (text_span_equal(value, "on"))
        info->kind = SIP_INFO_RESUME;
    else
        return refuse(refusal, BAD_RECORD);
    return true;
}

/* --- digits -------------------------------------------------------------------------------------
 */

/* The line that begins with "Signal", what is behind its = or :; the text itself where it is one
 * word, as application/dtmf has it. */
static struct text_span find_signal(struct text_span text)
{
    static const char name[] = "signal";
    struct text_span rest = text;
    struct text_span line;

    while (text_span_next_line(&rest, &line)) {
        line = text_span_trim(line);
        if (!text_span_starts_with(line, name))
            continue;
        line = text_span_trim(text_span_skip(line, sizeof name - 1));
        if (line.bytes > 0 && (*line.text == '=' || *line.text == ':'))
            return text_span_trim(text_span_skip(line, 1));
    }
    return text_span_trim(text);
}

/* *digit is '\0' for the hook. */
static bool read_digit(struct text_span signal, char *digit)
{
    static const char digits[] = "0123456789*#ABCD";
    static const char *const numbers[] = {"10", "11", "12", "13", "14", "15"};

    if (text_span_equal(signal, "16") || text_span_equal(signal, "!")) {
        *digit = '\0';
        return true;
    }
    for (size_t i = 0; i < sizeof digits - 1; i++) {
        const char name[] = {digits[i], '\0'};
        bool numbered = i >= 10 && text_span_equal(signal, numbers[i - 10]);
        if (!numbered && !text_span_equal(signal, name))
            continue;
        *digit = digits[i];
        return true;
    }
    return false;
}

static bool take_body(const struct sip_msg *msg, struct text_span text, struct sip_call_info *info,
                      struct sip_body_refusal *refusal)
{
    struct text_span type = message_header_value(msg, &MESSAGE_CONTENT_TYPE);
    struct pl type_text = {.p = type.text, .l = type.bytes};
    struct msg_ctype parsed;
    bool known = type.bytes > 0 && msg_ctype_decode(&parsed, &type_text) == 0 &&
                 (msg_ctype_cmp(&parsed, "application", "dtmf-relay") ||
                  msg_ctype_cmp(&parsed, "application", "dtmf"));

    if (!known)
        return sip_body_is_optional(msg) || refuse(refusal, UNKNOWN_TYPE);
    if (!read_digit(find_signal(text), &info->digit))
        return refuse(refusal, BAD_DIGIT);
    if (info->digit)
        info->kind = SIP_INFO_DIGIT;
    return true;
}

bool info_read(const struct sip_msg *msg, struct sip_call_info *info,
               struct sip_body_refusal *refusal)
{
    struct text_span text = message_body(msg);

    *info = (struct sip_call_info){.kind = SIP_INFO_NOTHING};
    if (message_header_count(msg, &RECORD) > 0)
        return take_record(msg, info, refusal);
    if (message_header_count(msg, &INFO_PACKAGE) > 0)
        return refuse(refusal, BAD_PACKAGE);
    return text.bytes == 0 || take_body(msg, text, info, refusal);
}
