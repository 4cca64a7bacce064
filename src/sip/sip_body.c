#include "sip/sip_body.h"

#include <stdlib.h>
#include <string.h>

#include "sip/message.h"
#include "sip/reply.h"

static const struct sip_body_refusal NO_MEMORY = {500, "Server Internal Error", ""};
static const struct sip_body_refusal UNKNOWN_TYPE = {415, "Unsupported Media Type",
                                                     REPLY_ACCEPT_HEADERS};
static const struct sip_body_refusal ENCODED = {
    415, "Unsupported Media Type", REPLY_ACCEPT_HEADERS "Accept-Encoding: identity\r\n"};
static const struct sip_body_refusal BAD_TYPE = {400, "Bad Content-Type", ""};
static const struct sip_body_refusal BAD_MULTIPART = {
    400, "Bad Multipart Body", REPLY_WARNING("no parts between multipart boundaries")};
static const struct sip_body_refusal LARGE_MULTIPART = {400, "Bad Multipart Body",
                                                        REPLY_WARNING("too many parts or headers")};
static const struct sip_body_refusal BAD_SDP = {400, "Bad Session Description",
                                                REPLY_WARNING("session description not readable")};
static const struct sip_body_refusal LARGE_SDP = {488, "Not Acceptable Here",
                                                  REPLY_WARNING("too many media lines")};

static bool refuse(struct sip_body_refusal *refusal, struct sip_body_refusal why)
{
    *refusal = why;
    return false;
}

static bool take_sdp(struct text_span text, struct sip_body *body, struct sip_body_refusal *refusal)
{
    body->sdp = calloc(1, sizeof *body->sdp);
    if (!body->sdp)
        return refuse(refusal, NO_MEMORY);
    enum status status = sdp_read(text.text, text.bytes, body->sdp);
    if (status == STATUS_LIMIT)
        return refuse(refusal, LARGE_SDP);
    if (status != STATUS_OK)
        return refuse(refusal, BAD_SDP);
    body->offer.sdp = body->sdp;
    body->offer.deviations |= body->sdp->deviations;
    return true;
}

static void take_metadata(struct text_span text, struct text_span type, struct sip_body *body)
{
    body->offer.siprec |= SIP_SIPREC_METADATA;
    body->offer.metadata_xml = text;
    body->offer.metadata_type = type;
    if (siprec_metadata_read(text.text, text.bytes, &body->metadata, &body->fault) != STATUS_OK) {
        body->offer.metadata_fault = body->fault.text;
        deviation_add(&body->offer.deviations, DEVIATION_XML_REFUSED);
        return;
    }
    body->offer.metadata = body->metadata;
    body->offer.deviations |= body->metadata->deviations;
}

static bool span_equals(struct text_span span, const char *text)
{
    return span.bytes == strlen(text) && strncasecmp(span.text, text, span.bytes) == 0;
}

/* By type; else a part that says it belongs to the recording session (RFC 7866 section 9.1). */
static bool find_metadata(const struct multipart *parts, size_t *index)
{
    if (multipart_find(parts, "application/rs-metadata+xml", index) == STATUS_OK ||
        multipart_find(parts, "application/rs-metadata", index) == STATUS_OK)
        return true;
    for (size_t i = 0; i < parts->parts; i++) {
        if (span_equals(parts->part[i].content_disposition, "recording-session")) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool take_multipart(struct text_span type, struct text_span text, struct sip_body *body,
                           struct sip_body_refusal *refusal)
{
    struct multipart parts;
    size_t index;
    enum status status = multipart_read(type, text.text, text.bytes, &parts);

    if (status == STATUS_LIMIT)
        return refuse(refusal, LARGE_MULTIPART);
    if (status != STATUS_OK)
        return refuse(refusal, BAD_MULTIPART);
    body->offer.deviations |= parts.deviations;
    if (find_metadata(&parts, &index))
        take_metadata(parts.part[index].body, parts.part[index].content_type, body);
    if (multipart_find(&parts, "application/sdp", &index) == STATUS_OK)
        return take_sdp(parts.part[index].body, body, refusal);
    return true;
}

/* Whether a body that cannot be read may be left so. */
static bool is_optional(const struct sip_msg *msg)
{
    struct text_span disposition = message_header_value(msg, &MESSAGE_CONTENT_DISPOSITION);
    struct pl params = {.p = disposition.text, .l = disposition.bytes};
    struct pl handling;

    return disposition.text && msg_param_decode(&params, "handling", &handling) == 0 &&
           pl_strcasecmp(&handling, "optional") == 0;
}

static bool body_take(const struct sip_msg *msg, struct text_span text, struct sip_body *body,
                      struct sip_body_refusal *refusal)
{
    struct text_span type = message_header_value(msg, &MESSAGE_CONTENT_TYPE);
    struct text_span encoding = message_header_value(msg, &MESSAGE_CONTENT_ENCODING);
    struct pl type_text = {.p = type.text, .l = type.bytes};
    struct msg_ctype parsed;

    if (encoding.bytes > 0 && !span_equals(encoding, "identity"))
        return is_optional(msg) || refuse(refusal, ENCODED);
    /* a body must name its type (RFC 3261 section 20.15) */
    if (!type.text || msg_ctype_decode(&parsed, &type_text))
        return refuse(refusal, BAD_TYPE);
    if (msg_ctype_cmp(&parsed, "application", "sdp"))
        return take_sdp(text, body, refusal);
    if (pl_strcasecmp(&parsed.type, "multipart") == 0)
        return take_multipart(type, text, body, refusal);
    if (msg_ctype_cmp(&parsed, "application", "rs-metadata+xml") ||
        msg_ctype_cmp(&parsed, "application", "rs-metadata")) {
        /* type and subtype lie behind each other, with a slash between */
        type.bytes = (size_t)(parsed.subtype.p + parsed.subtype.l - parsed.type.p);
        type.text = parsed.type.p;
        take_metadata(text, type, body);
        return true;
    }
    return is_optional(msg) || refuse(refusal, UNKNOWN_TYPE);
}

bool sip_body_read(const struct sip_msg *msg, struct sip_body *body,
                   struct sip_body_refusal *refusal)
{
    struct text_span text = message_body(msg);

    memset(body, 0, sizeof *body);
    return text.bytes == 0 || body_take(msg, text, body, refusal);
}

void sip_body_read_lenient(const struct sip_msg *msg, enum sip_call_message message,
                           bool may_have_sdp, struct sip_body *body)
{
    struct sip_body_refusal refusal;

    memset(body, 0, sizeof *body);
    if (message_is_whole(msg) && !sip_body_read(msg, body, &refusal))
        body->offer.sdp = NULL;
    body->offer.message = message;
    if (body->sdp && !may_have_sdp) {
        body->offer.sdp = NULL;
        deviation_add(&body->offer.deviations, DEVIATION_SDP_IN_RESPONSE);
    }
}

void sip_body_deinit(struct sip_body *body)
{
    sdp_description_wipe(body->sdp);
    free(body->sdp);
    siprec_metadata_destroy(body->metadata);
    memset(body, 0, sizeof *body);
}
