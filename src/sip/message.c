#include "sip/message.h"

#include <assert.h>
#include <string.h>

#include "body/multipart_text.h"
#include "net/address.h"

const struct message_header MESSAGE_CONTENT_TYPE = {SIP_HDR_CONTENT_TYPE, "Content-Type", "c"};
const struct message_header MESSAGE_CONTENT_LENGTH = {SIP_HDR_CONTENT_LENGTH, "Content-Length",
                                                      "l"};
const struct message_header MESSAGE_CONTENT_ENCODING = {SIP_HDR_CONTENT_ENCODING,
                                                        "Content-Encoding", "e"};
const struct message_header MESSAGE_CONTENT_DISPOSITION = {SIP_HDR_CONTENT_DISPOSITION,
                                                           "Content-Disposition", NULL};
const struct message_header MESSAGE_USER_AGENT = {SIP_HDR_USER_AGENT, "User-Agent", NULL};
const struct message_header MESSAGE_ASSERTED = {SIP_HDR_P_ASSERTED_IDENTITY, "P-Asserted-Identity",
                                                NULL};
const struct message_header MESSAGE_SESSION_ID = {SIP_HDR_NONE, "Session-ID", NULL};
const struct message_header MESSAGE_SESSION_EXPIRES = {SIP_HDR_SESSION_EXPIRES, "Session-Expires",
                                                       "x"};
const struct message_header MESSAGE_MIN_SE = {SIP_HDR_MIN_SE, "Min-SE", NULL};
const struct message_header MESSAGE_ALLOW = {SIP_HDR_ALLOW, "Allow", NULL};
const struct message_header MESSAGE_SUPPORTED = {SIP_HDR_SUPPORTED, "Supported", "k"};
const struct message_header MESSAGE_REQUIRE = {SIP_HDR_REQUIRE, "Require", NULL};
const struct message_header MESSAGE_RACK = {SIP_HDR_RACK, "RAck", NULL};
const struct message_header MESSAGE_CONTACT = {SIP_HDR_CONTACT, "Contact", "m"};
const struct message_header MESSAGE_UNREADABLE = {SIP_HDR_NONE, "X-Recorder-Unreadable", NULL};

/* RFC 3261 section 8.1.1.5 */
static const size_t CSEQ_MAX = INT32_MAX;

struct text_span message_span(struct pl text)
{
    return (struct text_span){.text = text.p, .bytes = text.l};
}

/* What the readers below are asked. */
struct header_search {
    const struct message_header *header;
    const char *token;
    struct text_span value;
    size_t count;
};

static bool name_is(const struct sip_hdr *hdr, const struct message_header *header)
{
    return pl_strcasecmp(&hdr->name, header->name) == 0 ||
           (header->compact && pl_strcasecmp(&hdr->name, header->compact) == 0);
}

static bool header_matches(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct header_search *search = arg;

    (void)msg;
    if (!name_is(hdr, search->header))
        return false;
    search->count++;
    if (search->token)
        return pl_strcasecmp(&hdr->val, search->token) == 0;
    if (search->count == 1)
        search->value = message_span(hdr->val);
    return false;
}

static const struct sip_hdr *header_search(const struct sip_msg *msg, struct header_search *search)
{
    const struct message_header *header = search->header;

    if (header->id == SIP_HDR_NONE)
        return sip_msg_xhdr_apply(msg, true, header->name, header_matches, search);
    return sip_msg_hdr_apply(msg, true, header->id, header_matches, search);
}

struct text_span message_header_value(const struct sip_msg *msg,
                                      const struct message_header *header)
{
    struct header_search search = {.header = header};

    (void)header_search(msg, &search);
    return search.value;
}

bool message_header_lists(const struct sip_msg *msg, const struct message_header *header,
                          const char *token)
{
    struct header_search search = {.header = header, .token = token};

    return header_search(msg, &search) != NULL;
}

size_t message_header_count(const struct sip_msg *msg, const struct message_header *header)
{
    struct header_search search = {.header = header};

    (void)header_search(msg, &search);
    return search.count;
}

/* Digits only; a number past what a message can hold is as good as one past it. */
static bool length_parse(struct text_span text, size_t *length)
{
    size_t value = 0;

    if (text.bytes == 0)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        if (value <= BOUND_SIP_MESSAGE_BYTES)
            value = value * 10 + (size_t)(text.text[i] - '0');
    }
    *length = value;
    return true;
}

enum message_method message_method(struct text_span method)
{
    static const struct {
        const char *name;
        enum message_method kind;
    } known[] = {
        {"INVITE", MESSAGE_METHOD_TAKEN},      {"ACK", MESSAGE_METHOD_TAKEN},
        {"BYE", MESSAGE_METHOD_TAKEN},         {"CANCEL", MESSAGE_METHOD_TAKEN},
        {"OPTIONS", MESSAGE_METHOD_TAKEN},     {"UPDATE", MESSAGE_METHOD_TAKEN},
        {"PRACK", MESSAGE_METHOD_TAKEN},       {"REGISTER", MESSAGE_METHOD_REFUSED},
        {"SUBSCRIBE", MESSAGE_METHOD_REFUSED}, {"NOTIFY", MESSAGE_METHOD_REFUSED},
        {"PUBLISH", MESSAGE_METHOD_REFUSED},   {"INFO", MESSAGE_METHOD_TAKEN},
        {"REFER", MESSAGE_METHOD_REFUSED},     {"MESSAGE", MESSAGE_METHOD_REFUSED},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (method.bytes == strlen(known[i].name) &&
            memcmp(method.text, known[i].name, method.bytes) == 0)
            return known[i].kind;
    }
    return MESSAGE_METHOD_UNKNOWN;
}

bool message_is(const struct sip_msg *msg, const char *method)
{
    return pl_strcmp(&msg->met, method) == 0;
}

/* What is wrong with the body by this Content-Length, or NULL. */
static const char *length_defect(const struct sip_msg *msg, struct text_span length_text)
{
    size_t length = 0;

    if (length_text.text && !length_parse(length_text, &length))
        return "Unreadable Content-Length";
    if (length > mbuf_get_left(msg->mb))
        return "Body Shorter Than Content-Length";
    return NULL;
}

bool message_is_whole(const struct sip_msg *msg)
{
    return length_defect(msg, message_header_value(msg, &MESSAGE_CONTENT_LENGTH)) == NULL;
}

/* How often the headers that may be there once are there (RFC 3261 table 2). */
struct header_tally {
    unsigned from;
    unsigned to;
    unsigned call_id;
    unsigned cseq;
    bool cseq_in_range;
    struct text_span length; /* the first Content-Length */
    bool lengths_differ;
};

/* The digits that a value begins with; SIZE_MAX where there are none. */
static size_t number_of(struct text_span text)
{
    size_t number = 0;

    if (!text.bytes || text.text[0] < '0' || text.text[0] > '9')
        return SIZE_MAX;
    for (size_t i = 0; i < text.bytes && text.text[i] >= '0' && text.text[i] <= '9'; i++) {
        if (number <= SIZE_MAX / 16)
            number = number * 10 + (size_t)(text.text[i] - '0');
    }
    return number;
}

static void tally_length(struct header_tally *tally, struct text_span value)
{
    if (!tally->length.text)
        tally->length = value;
    else if (number_of(value) != number_of(tally->length))
        tally->lengths_differ = true;
}

static void tally_header(struct header_tally *tally, const struct sip_hdr *hdr)
{
    static const struct message_header from = {SIP_HDR_FROM, "From", "f"};
    static const struct message_header to = {SIP_HDR_TO, "To", "t"};
    static const struct message_header call_id = {SIP_HDR_CALL_ID, "Call-ID", "i"};
    static const struct message_header cseq = {SIP_HDR_CSEQ, "CSeq", NULL};

    if (hdr->id == SIP_HDR_FROM) {
        tally->from += name_is(hdr, &from);
    } else if (hdr->id == SIP_HDR_TO) {
        tally->to += name_is(hdr, &to);
    } else if (hdr->id == SIP_HDR_CALL_ID) {
        tally->call_id += name_is(hdr, &call_id);
    } else if (hdr->id == SIP_HDR_CSEQ && name_is(hdr, &cseq)) {
        tally->cseq++;
        tally->cseq_in_range = number_of(message_span(hdr->val)) <= CSEQ_MAX;
    } else if (hdr->id == SIP_HDR_CONTENT_LENGTH && name_is(hdr, &MESSAGE_CONTENT_LENGTH)) {
        tally_length(tally, message_span(hdr->val));
    }
}

const char *message_defect(const struct sip_msg *msg)
{
    struct header_tally tally = {0};

    for (const struct le *le = msg->hdrl.head; le; le = le->next)
        tally_header(&tally, le->data);
    if (!pl_isset(&msg->via.sentby) || !pl_isset(&msg->via.branch))
        return "Missing Via";
    if (!tally.from || !pl_isset(&msg->from.auri))
        return "Missing From";
    if (!tally.to || !pl_isset(&msg->to.auri))
        return "Missing To";
    if (!tally.call_id || !pl_isset(&msg->callid))
        return "Missing Call-ID";
    if (!tally.cseq || !pl_isset(&msg->cseq.met))
        return "Missing CSeq";
    if (tally.from > 1 || tally.to > 1 || tally.call_id > 1 || tally.cseq > 1)
        return "Header That May Be There Once Is There Twice";
    if (pl_cmp(&msg->met, &msg->cseq.met))
        return "CSeq Of Another Method";
    if (!tally.cseq_in_range)
        return "CSeq Out Of Range";
    if (tally.lengths_differ)
        return "Content-Lengths That Differ";
    return length_defect(msg, tally.length);
}

struct text_span message_body(const struct sip_msg *msg)
{
    struct text_span length_text = message_header_value(msg, &MESSAGE_CONTENT_LENGTH);
    struct text_span body = {.text = (const char *)mbuf_buf(msg->mb),
                             .bytes = mbuf_get_left(msg->mb)};
    size_t length;

    /* bytes after it are dropped on UDP, and the next message on TCP (RFC 3261 section 18.3) */
    if (length_text.text && length_parse(length_text, &length) && length < body.bytes)
        body.bytes = length;
    return body;
}

static bool range_has_sdp(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    static const char *const ranges[] = {"application/sdp", "application/*", "*/*", ""};
    struct text_span range = message_span(hdr->val);
    struct text_span type = text_span_trim(text_span_cut(&range, ';'));

    (void)msg;
    (void)arg;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (text_span_equal(type, ranges[i]))
            return true;
    }
    return false;
}

bool message_accepts_sdp(const struct sip_msg *msg)
{
    return !sip_msg_hdr(msg, SIP_HDR_ACCEPT) ||
           sip_msg_hdr_apply(msg, true, SIP_HDR_ACCEPT, range_has_sdp, NULL);
}

struct require_search {
    struct bytes *text;
    enum status status;
};

static bool require_collect(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    static const char *const done[] = {"siprec", "timer", "100rel"};
    struct require_search *search = arg;

    (void)msg;
    if (!name_is(hdr, &MESSAGE_REQUIRE) || hdr->val.l == 0)
        return false;
    for (size_t i = 0; i < sizeof done / sizeof done[0]; i++) {
        if (pl_strcasecmp(&hdr->val, done[i]) == 0)
            return false;
    }
    if (search->text->len > 0)
        search->status = bytes_append(search->text, ", ", 2);
    if (search->status == STATUS_OK)
        search->status = bytes_append(search->text, hdr->val.p, hdr->val.l);
    return search->status != STATUS_OK;
}

enum status message_unsupported(const struct sip_msg *msg, struct bytes *text)
{
    struct require_search search = {.text = text, .status = STATUS_OK};

    (void)sip_msg_hdr_apply(msg, true, SIP_HDR_REQUIRE, require_collect, &search);
    return search.status;
}

void message_copy_text(struct text_span text, char *out)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.text[i];
        out[i] = byte < 0x20 || byte == 0x7f ? ' ' : text.text[i];
    }
    out[text.bytes] = '\0';
}

enum sip_transport message_transport(const struct sip_msg *msg)
{
    if (msg->tp == SIP_TRANSP_TLS)
        return SIP_OVER_TLS;
    return msg->tp == SIP_TRANSP_TCP ? SIP_OVER_TCP : SIP_OVER_UDP;
}

struct sockaddr_storage message_source(const struct sip_msg *msg)
{
    struct sockaddr_storage source = {0};

    static_assert(sizeof msg->src.u <= sizeof source, "libre's address fits");
    memcpy(&source, &msg->src.u, sizeof msg->src.u);
    address_unmap(&source);
    return source;
}
