#include "sip/salvage.h"

#include <string.h>
#include <strings.h>

#include "body/multipart_text.h"
#include "sip/header_line.h"
#include "sip/reply.h"
#include "sip/server_private.h"

/* The words of a request line that are judged; more may stand between. */
struct start_line {
    struct text_span method;
    struct text_span version; /* its last word */
};

static bool is_version(struct text_span word)
{
    return word.bytes > 4 && strncasecmp(word.text, "SIP/", 4) == 0;
}

/* Cuts the line off *rest. Returns false where it is no request that may be answered. */
static bool start_line_read(struct text_span *rest, struct start_line *start)
{
    struct text_span line;

    if (!header_line_start(rest, &line) || !text_span_next_word(&line, &start->method) ||
        is_version(start->method) || text_span_equal(start->method, "ACK"))
        return false;
    start->version = (struct text_span){0};
    while (text_span_next_word(&line, &start->version))
        ;
    return is_version(start->version);
}

struct salvage_answer salvage_judge(const char *data, size_t bytes)
{
    struct text_span rest = {.text = data, .bytes = bytes};
    struct start_line start;

    if (!start_line_read(&rest, &start))
        return (struct salvage_answer){0};
    if (!text_span_equal(start.version, "SIP/2.0"))
        return (struct salvage_answer){505, "Version Not Supported", ""};
    switch (message_method(start.method)) {
    case MESSAGE_METHOD_UNKNOWN:
        return (struct salvage_answer){501, "Not Implemented", REPLY_ALLOW_HEADERS};
    case MESSAGE_METHOD_REFUSED:
        return (struct salvage_answer){405, "Method Not Allowed", REPLY_ALLOW_HEADERS};
    case MESSAGE_METHOD_TAKEN:
        break;
    }
    return (struct salvage_answer){400, "Malformed Or Incomplete Message", ""};
}

/* An answer that is being written. */
struct draft {
    const struct sip_server *server;
    struct sip_msg request; /* what tells where it goes */
    struct mbuf *text;
    unsigned vias;
    int err;
};

static void write_span(struct draft *draft, struct text_span span)
{
    draft->err |= mbuf_write_mem(draft->text, (const uint8_t *)span.text, span.bytes);
}

static void write_header(struct draft *draft, const struct header_line *line)
{
    write_span(draft, line->name);
    draft->err |= mbuf_write_str(draft->text, ": ");
    write_span(draft, line->value);
}

/* The first also tells where answers go, as far as it can be read. */
static void take_via(struct draft *draft, const struct header_line *line)
{
    struct pl value = {.p = line->value.text, .l = line->value.bytes};

    if (value.l > 0 && draft->vias++ == 0)
        (void)sip_via_decode(&draft->request.via, &value);
}

/* RFC 3261 section 8.2.6.2: with a tag of ours, the same for the same request. */
static void write_tag(struct draft *draft, struct text_span to)
{
    struct pl text = {.p = to.text, .l = to.bytes};
    struct sip_addr address;
    struct pl tag;

    /* where the address is not readable, what looks like a tag is taken for one */
    if ((sip_addr_decode(&address, &text) == 0 &&
         msg_param_decode(&address.params, "tag", &tag) == 0) ||
        memmem(to.text, to.bytes, "tag=", 4))
        return;
    draft->err |=
        mbuf_printf(draft->text, ";tag=%016llx",
                    draft->server->tag_salt ^ hash_joaat((const uint8_t *)to.text, to.bytes));
}

static void take_header(struct draft *draft, const struct header_line *line)
{
    bool is_to = header_line_is(line, "To", 't');
    bool is_via = header_line_is(line, "Via", 'v');

    if (!is_to && !is_via && !header_line_is(line, "From", 'f') &&
        !header_line_is(line, "Call-ID", 'i') && !header_line_is(line, "CSeq", 0))
        return;
    if (is_via)
        take_via(draft, line);
    write_header(draft, line);
    if (is_to)
        write_tag(draft, line->value);
    draft->err |= mbuf_write_str(draft->text, "\r\n");
}

static void transmit(struct draft *draft, void *sock)
{
    struct sip_msg *request = &draft->request;
    struct sa target = request->src;
    struct pl rport;

    if (pl_isset(&request->via.sentby)) {
        reply_settle_target(request);
        sip_reply_addr(&target, request,
                       msg_param_exists(&request->via.params, "rport", &rport) == 0);
    }
    draft->text->pos = 0;
    (void)sip_send(draft->server->sip, sock, request->tp, &target, draft->text);
}

void salvage_send(struct sip_server *server, const struct message_origin *origin, const char *data,
                  size_t bytes, const struct salvage_answer *answer)
{
    struct text_span rest = {.text = data, .bytes = bytes};
    struct draft draft = {.server = server,
                          .request = {.src = origin->source, .tp = origin->transport}};
    struct header_line line;
    struct start_line start;

    if (answer->code == 0 || !start_line_read(&rest, &start))
        return;
    draft.text = mbuf_alloc(1024);
    if (!draft.text)
        return;
    draft.err = mbuf_printf(draft.text, "SIP/2.0 %u %s\r\n", answer->code, answer->reason);
    while (header_line_next(&rest, &line) && line.whole)
        take_header(&draft, &line);
    if (server->options.software)
        draft.err |= mbuf_printf(draft.text, "Server: %s\r\n", server->options.software);
    draft.err |= mbuf_printf(draft.text, "%sContent-Length: 0\r\n\r\n", answer->headers);
    if (!draft.err && draft.vias > 0)
        transmit(&draft, origin->sock);
    mem_deref(draft.text);
}
