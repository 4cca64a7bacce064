#include "sip/mend.h"

#include <stdio.h>
#include <string.h>

#include "body/multipart_text.h"
#include "sip/header_line.h"
#include "sip/message.h"

/* What is put behind a Via without a usable branch; the digits are filled in afterwards. */
static const char BRANCH_NAME[] = ";branch=";
static const char BRANCH_VALUE[] = "z9hG4bK0000000000000000";
static const char COOKIE[] = "z9hG4bK"; /* RFC 3261 section 8.1.1.7 */

enum { BRANCH_VALUE_BYTES = sizeof BRANCH_VALUE - 1, COOKIE_BYTES = sizeof COOKIE - 1 };

static bool is_bare_cookie(const struct pl *branch)
{
    return pl_strcasecmp(branch, COOKIE) == 0;
}

/* --- the text --- */

/* Write the request line as it should be. Returns false where it is none. */
static bool write_start_line(struct text_span line, struct mbuf *text)
{
    struct text_span word[4] = {{0}};
    size_t words = 0;

    while (words < 4 && text_span_next_word(&line, &word[words]))
        words++;
    if (words != 3 || !text_span_equal(word[2], "SIP/2.0"))
        return false;
    struct pl method = {.p = word[0].text, .l = word[0].bytes};
    struct pl uri = {.p = word[1].text, .l = word[1].bytes};
    if (uri.l > 2 && uri.p[0] == '<' && uri.p[uri.l - 1] == '>') {
        uri.p++;
        uri.l -= 2;
    }
    return mbuf_printf(text, "%r %r SIP/2.0\r\n", &method, &uri) == 0;
}

/* The first of a list of values; *sound: nothing between two separators is empty. */
static struct text_span first_value(struct text_span list, bool *sound)
{
    struct text_span first = {.text = list.text};
    size_t piece = 0;
    bool found = false;
    bool quoted = false;

    *sound = true;
    for (size_t i = 0; i <= list.bytes; i++) {
        char byte = i < list.bytes ? list.text[i] : ',';
        if (byte == '"')
            quoted = !quoted;
        if (i < list.bytes && (quoted || (byte != ',' && byte != ';')))
            continue;
        struct text_span between = {.text = list.text + piece, .bytes = i - piece};
        if (!text_span_trim(between).bytes)
            *sound = false;
        piece = i + 1;
        if (byte == ',' && !found) {
            first.bytes = i;
            found = true;
        }
    }
    return text_span_trim(first);
}

/* Where in a Via header a branch is to be put: behind its first value. NULL where nowhere. */
static const char *branch_place(struct text_span header)
{
    struct sip_via via = {0};
    bool sound;
    struct text_span first = first_value(header, &sound);
    struct pl value = {.p = first.text, .l = first.bytes};
    bool has_branch = sip_via_decode(&via, &value) == 0;

    if (!sound || !pl_isset(&via.sentby) || (has_branch && !is_bare_cookie(&via.branch)))
        return NULL;
    return first.text + first.bytes;
}

/* That of the first Via, or NULL. */
static const char *find_branch_place(struct text_span headers)
{
    struct header_line line;

    while (header_line_next(&headers, &line)) {
        if (header_line_is(&line, "Via", 'v'))
            return branch_place(line.value);
    }
    return NULL;
}

static int write_bytes(struct mbuf *text, const char *from, const char *end)
{
    return mbuf_write_mem(text, (const uint8_t *)from, (size_t)(end - from));
}

/*
 * Write the headers, a line that is none as one of MESSAGE_UNREADABLE. place: where a branch is put
 * in, NULL for nowhere. *rest is what is behind them afterwards.
 */
static int write_headers(struct text_span *rest, const char *place, struct mbuf *text,
                         size_t *branch_at)
{
    const char *from = rest->text;
    struct header_line line;
    int err = 0;

    while (header_line_next(rest, &line)) {
        if (!memchr(from, ':', (size_t)(rest->text - from)))
            err |= mbuf_printf(text, "%s: ", MESSAGE_UNREADABLE.name);
        if (place && place >= from && place <= rest->text) {
            err |= write_bytes(text, from, place);
            err |= mbuf_write_str(text, BRANCH_NAME);
            *branch_at = text->pos;
            err |= mbuf_write_str(text, BRANCH_VALUE);
            from = place;
            place = NULL;
        }
        err |= write_bytes(text, from, rest->text);
        from = rest->text;
    }
    return err;
}

/* Write the message as it should be; *branch_at: where our branch begins in it, 0 for none. */
static bool write_mended(const struct mbuf *mb, struct mbuf *text, size_t *branch_at)
{
    struct text_span rest = {.text = (const char *)mbuf_buf(mb), .bytes = mbuf_get_left(mb)};
    struct text_span line;

    *branch_at = 0;
    if (!header_line_start(&rest, &line) || !write_start_line(line, text))
        return false;
    int err = write_headers(&rest, find_branch_place(rest), text, branch_at);
    err |= mbuf_write_mem(text, (const uint8_t *)rest.text, rest.bytes);
    text->pos = 0;
    return !err;
}

/* --- the message --- */

static void hash_more(uint64_t *hash, const void *data, size_t bytes)
{
    const uint8_t *byte = data;

    /* FNV-1a */
    for (size_t i = 0; i < bytes; i++)
        *hash = (*hash ^ byte[i]) * UINT64_C(0x100000001b3);
    *hash *= UINT64_C(0x100000001b3);
}

/*
 * RFC 3261 section 17.2.3, but for the To tag: a CANCEL or an ACK is then of the branch of its
 * INVITE, as with clients of today.
 */
static uint64_t identify(const struct sip_msg *msg)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    hash_more(&hash, msg->ruri.p, msg->ruri.l);
    hash_more(&hash, msg->from.tag.p, msg->from.tag.l);
    hash_more(&hash, msg->callid.p, msg->callid.l);
    hash_more(&hash, msg->via.val.p, msg->via.val.l);
    hash_more(&hash, &msg->cseq.num, sizeof msg->cseq.num);
    return hash;
}

/* libre keeps what it decoded as const for its readers only. */
static void cut_tail(const struct pl *value, size_t bytes)
{
    ((struct pl *)(uintptr_t)value)->l -= bytes;
}

/* The branch is ours to go by, and not for the answers. */
static void settle_branch(struct sip_msg *msg, struct mbuf *text, size_t branch_at)
{
    char digits[BRANCH_VALUE_BYTES - COOKIE_BYTES + 1];
    size_t added = sizeof BRANCH_NAME - 1 + BRANCH_VALUE_BYTES;
    const struct sip_hdr *via = sip_msg_hdr(msg, SIP_HDR_VIA);

    (void)snprintf(digits, sizeof digits, "%016llx", (unsigned long long)identify(msg));
    memcpy(text->buf + branch_at + COOKIE_BYTES, digits, sizeof digits - 1);
    msg->via.branch =
        (struct pl){.p = (const char *)text->buf + branch_at, .l = BRANCH_VALUE_BYTES};
    cut_tail(&via->val, added);
    cut_tail(&msg->via.val, added);
}

static struct sip_msg *decode_mended(const struct mbuf *mb)
{
    struct mbuf *text = mbuf_alloc(mbuf_get_left(mb) + sizeof BRANCH_NAME + sizeof BRANCH_VALUE);
    struct sip_msg *msg = NULL;
    size_t branch_at;

    if (text && write_mended(mb, text, &branch_at) && sip_msg_decode(&msg, text) == 0 &&
        branch_at > 0)
        settle_branch(msg, text, branch_at);
    mem_deref(text);
    return msg;
}

/* libre has decoded it, but not as it is meant. */
static bool needs_mending(const struct sip_msg *msg)
{
    return msg->req && (is_bare_cookie(&msg->via.branch) || *msg->ruri.p == '<');
}

struct sip_msg *mend_decode(struct mbuf *mb)
{
    struct sip_msg *msg = NULL;
    size_t start = mb->pos;

    if (sip_msg_decode(&msg, mb) == 0 && !needs_mending(msg))
        return msg;
    mem_deref(msg);
    mb->pos = start;
    return decode_mended(mb);
}
