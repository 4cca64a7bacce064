#include "sip/sip_body.h"

#include <stdlib.h>
#include <string.h>

#include "body/multipart_text.h"
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
static const struct sip_body_refusal NESTED_MULTIPART = {
    415, "Unsupported Media Type",
    REPLY_ACCEPT_HEADERS REPLY_WARNING("no multipart within a multipart is read")};
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
    if (status == STATUS_NOMEM)
        return refuse(refusal, NO_MEMORY);
    if (status == STATUS_LIMIT)
        return refuse(refusal, LARGE_SDP);
    if (status != STATUS_OK)
        return refuse(refusal, BAD_SDP);
    body->offer.sdp = body->sdp;
    body->offer.deviations |= body->sdp->deviations;
    return true;
}

/* Read a document into body->offer, which has none. */
static void take_document(const struct sip_body_document *document, struct sip_body *body)
{
    body->offer.metadata_xml = document->xml;
    body->offer.metadata_type = document->type;
    enum status status = siprec_metadata_read(document->xml.text, document->xml.bytes,
                                              &body->metadata, &body->fault);
    if (status != STATUS_OK) {
        body->offer.metadata_fault = body->fault.text;
        /* that memory is short here is nothing that the client did */
        if (status != STATUS_NOMEM)
            deviation_add(&body->offer.deviations, DEVIATION_XML_REFUSED);
        return;
    }
    body->offer.metadata = body->metadata;
    uint64_t deviations = body->metadata->deviations;
    if (document->encoded) /* as its header says */
        deviations &= ~(UINT64_C(1) << DEVIATION_METADATA_ENCODED);
    body->offer.deviations |= deviations;
}

/* The first is read at once; those after it are read as they are asked for. */
static void take_metadata(struct sip_body_document document, struct sip_body *body)
{
    body->offer.siprec |= SIP_SIPREC_METADATA;
    if (!body->offer.metadata_xml.text)
        take_document(&document, body);
    else if (body->further_end < SIP_BODY_FURTHER_MAX)
        body->further[body->further_end++] = document;
}

bool sip_body_next(struct sip_body *body)
{
    struct sip_call_offer *offer = &body->offer;

    if (body->further_next == body->further_end)
        return false;
    siprec_metadata_destroy(body->metadata);
    body->metadata = NULL;
    offer->sdp = NULL;
    offer->metadata = NULL;
    offer->metadata_fault = NULL;
    offer->from = NULL;
    offer->deviations = 0;
    take_document(&body->further[body->further_next++], body);
    return true;
}

static bool span_equals(struct text_span span, const char *text)
{
    return span.bytes == strlen(text) && strncasecmp(span.text, text, span.bytes) == 0;
}

static bool is_xml(struct text_span type)
{
    static const char suffix[] = "+xml";
    size_t bytes = sizeof suffix - 1;

    return span_equals(type, "text/xml") || span_equals(type, "application/xml") ||
           (type.bytes > bytes && strncasecmp(type.text + type.bytes - bytes, suffix, bytes) == 0);
}

static bool has_metadata_type(const struct multipart_part *part)
{
    return span_equals(part->content_type, "application/rs-metadata+xml") ||
           span_equals(part->content_type, "application/rs-metadata");
}

/* RFC 7866 section 9.1 */
static bool is_for_recording(const struct multipart_part *part)
{
    return span_equals(part->content_disposition, "recording-session") &&
           !span_equals(part->content_type, "application/sdp");
}

static bool is_recording_xml(const struct multipart_part *part)
{
    return is_xml(part->content_type) && siprec_metadata_is(part->body.text, part->body.bytes);
}

/*
 * All parts that are metadata, in their order: by type; else those that say they belong to the
 * recording session; else those that are a recording whatever kind of XML they call themselves.
 */
static void find_metadata(const struct multipart *parts, struct sip_body *body)
{
    static bool (*const signs[])(const struct multipart_part *part) = {
        has_metadata_type, is_for_recording, is_recording_xml};

    for (size_t sign = 0; sign < sizeof signs / sizeof signs[0]; sign++) {
        bool found = false;

        for (size_t i = 0; i < parts->parts; i++) {
            const struct multipart_part *part = &parts->part[i];

            if (!signs[sign](part))
                continue;
            take_metadata((struct sip_body_document){.xml = part->body,
                                                     .type = part->content_type,
                                                     .encoded = part->transfer_encoded},
                          body);
            found = true;
        }
        if (found)
            return;
    }
}

/* What is nested is not read. An INVITE without any other description meant it for its offer. */
static bool hides_offer(const struct sip_msg *msg, const struct multipart *parts)
{
    return msg->req && pl_strcmp(&msg->met, "INVITE") == 0 &&
           deviation_has(parts->deviations, DEVIATION_NESTED_MULTIPART);
}

static bool take_multipart(const struct sip_msg *msg, struct text_span type, struct text_span text,
                           struct sip_body *body, struct sip_body_refusal *refusal)
{
    struct multipart parts;
    size_t index;
    enum status status = multipart_read(type, text.text, text.bytes, &parts);

    if (status == STATUS_LIMIT)
        return refuse(refusal, LARGE_MULTIPART);
    if (status != STATUS_OK)
        return refuse(refusal, BAD_MULTIPART);
    body->offer.deviations |= parts.deviations;
    find_metadata(&parts, body);
    if (multipart_find(&parts, "application/sdp", &index) == STATUS_OK)
        return take_sdp(parts.part[index].body, body, refusal);
    return !hides_offer(msg, &parts) || refuse(refusal, NESTED_MULTIPART);
}

bool sip_body_is_optional(const struct sip_msg *msg)
{
    struct text_span disposition = message_header_value(msg, &MESSAGE_CONTENT_DISPOSITION);
    struct pl params = {.p = disposition.text, .l = disposition.bytes};
    struct pl handling;

    return disposition.text && msg_param_decode(&params, "handling", &handling) == 0 &&
           pl_strcasecmp(&handling, "optional") == 0;
}

static bool starts_with(struct text_span text, const char *start)
{
    return text.bytes >= strlen(start) && memcmp(text.text, start, strlen(start)) == 0;
}

/* A body must name its type (RFC 3261 section 20.15). One that does not is known by how it begins;
 * a multipart, which then does not name its boundary either, by its first one. */
static bool take_untyped(const struct sip_msg *msg, struct text_span text, struct sip_body *body,
                         struct sip_body_refusal *refusal)
{
    static const char metadata[] = "application/rs-metadata+xml";
    struct text_span start = text_span_trim(text);

    deviation_add(&body->offer.deviations, DEVIATION_NO_CONTENT_TYPE);
    if (starts_with(start, "v=0"))
        return take_sdp(start, body, refusal);
    if (starts_with(start, "--"))
        return take_multipart(msg, (struct text_span){.text = ""}, text, body, refusal);
    if (!siprec_metadata_is(text.text, text.bytes))
        return refuse(refusal, BAD_TYPE);
    take_metadata(
        (struct sip_body_document){.xml = text,
                                   .type = {.text = metadata, .bytes = sizeof metadata - 1}},
        body);
    return true;
}

static bool body_take(const struct sip_msg *msg, struct text_span text, struct sip_body *body,
                      struct sip_body_refusal *refusal)
{
    struct text_span type = message_header_value(msg, &MESSAGE_CONTENT_TYPE);
    struct text_span encoding = message_header_value(msg, &MESSAGE_CONTENT_ENCODING);
    struct pl type_text = {.p = type.text, .l = type.bytes};
    struct msg_ctype parsed;

    if (encoding.bytes > 0 && !span_equals(encoding, "identity"))
        return sip_body_is_optional(msg) || refuse(refusal, ENCODED);
    if (type.bytes == 0)
        return take_untyped(msg, text, body, refusal);
    if (msg_ctype_decode(&parsed, &type_text))
        return refuse(refusal, BAD_TYPE);
    if (msg_ctype_cmp(&parsed, "application", "sdp"))
        return take_sdp(text, body, refusal);
    if (pl_strcasecmp(&parsed.type, "multipart") == 0)
        return take_multipart(msg, type, text, body, refusal);
    /* type and subtype lie behind each other, with a slash between */
    type.bytes = (size_t)(parsed.subtype.p + parsed.subtype.l - parsed.type.p);
    type.text = parsed.type.p;
    const struct multipart_part whole = {.content_type = type, .body = text};
    if (has_metadata_type(&whole) || is_recording_xml(&whole)) {
        take_metadata((struct sip_body_document){.xml = text, .type = type}, body);
        return true;
    }
    return sip_body_is_optional(msg) || refuse(refusal, UNKNOWN_TYPE);
}

bool sip_body_read(const struct sip_msg *msg, struct sip_body *body,
                   struct sip_body_refusal *refusal)
{
    struct text_span text = message_body(msg);

    memset(body, 0, sizeof *body);
    body->offer.transport = message_transport(msg);
    return text.bytes == 0 || body_take(msg, text, body, refusal);
}

void sip_body_read_lenient(const struct sip_msg *msg, enum sip_call_message message,
                           bool may_have_sdp, struct sip_body *body)
{
    struct sip_body_refusal refusal;

    memset(body, 0, sizeof *body);
    body->offer.transport = message_transport(msg);
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
    sdp_description_deinit(body->sdp);
    free(body->sdp);
    siprec_metadata_destroy(body->metadata);
    memset(body, 0, sizeof *body);
}
