#include "tools/callgen/call_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/uuid.h"

/* Calls start in different places of the sound, so that no two recordings are alike. */
enum { OFFSET_STEP_PACKETS = 7, ROUTE_HOPS_MAX = 16 };

static enum status random_bytes(void *out, size_t count, struct fault *fault)
{
    ssize_t got = getrandom(out, count, 0); /* never less than asked for up to 256 bytes */
    return got == (ssize_t)count ? STATUS_OK : fault_set(fault, STATUS_IO, 0, "getrandom");
}

static void base64(const uint8_t raw[static 16], char text[static INVITE_ID_BYTES])
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = text;
    for (unsigned i = 0; i < 18; i += 3) {
        unsigned group = (unsigned)raw[i] << 16;
        group |= i + 1 < 16 ? (unsigned)raw[i + 1] << 8 : 0;
        group |= i + 2 < 16 ? raw[i + 2] : 0;
        for (unsigned shift = 18; shift <= 18; shift -= 6) {
            *out++ = digit[(group >> shift) & 63];
        }
    }
    memcpy(text + 22, "==", 3);
}

static enum status draw_ids(struct call *call, struct fault *fault)
{
    char *ids[] = {call->offer.session_id,
                   call->offer.group_id,
                   call->offer.party[0].participant_id,
                   call->offer.party[1].participant_id,
                   call->offer.stream[0].stream_id,
                   call->offer.stream[1].stream_id};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        uint8_t raw[16];
        enum status status = random_bytes(raw, sizeof(raw), fault);
        if (status != STATUS_OK) {
            return status;
        }
        base64(raw, ids[i]);
    }
    return STATUS_OK;
}

static enum status name_dialog(struct call *call, struct fault *fault)
{
    struct invite_dialog *dialog = &call->dialog;
    char peer[ADDRESS_TEXT_BYTES];
    char unique[UUID_TEXT_BYTES];
    uint64_t tag = 0;
    enum status status = random_bytes(&tag, sizeof(tag), fault);
    if (status != STATUS_OK) {
        return status;
    }
    const struct transport *transport = call->world->transport;
    dialog->tcp = transport_is_tcp(transport);
    dialog->cseq = 1;
    address_format(transport_local(transport), true, dialog->local);
    (void)snprintf(dialog->host, sizeof(dialog->host), "%s", dialog->local);
    *strrchr(dialog->host, ':') = '\0'; /* brackets of IPv6 stay */
    address_format(transport_peer(transport), true, peer);
    uuid_format(uuid_new(call->invite_at), unique);
    (void)snprintf(dialog->call_id, sizeof(dialog->call_id), "callgen-%u-%s", call->index, unique);
    (void)snprintf(dialog->from_tag, sizeof(dialog->from_tag), "%016llx", (unsigned long long)tag);
    (void)snprintf(dialog->branch, sizeof(dialog->branch), "z9hG4bK-%s", unique);
    (void)snprintf(dialog->to, sizeof(dialog->to), "<sip:recorder@%s>", peer);
    (void)snprintf(dialog->target, sizeof(dialog->target), "sip:recorder@%s%s", peer,
                   dialog->tcp ? ";transport=tcp" : "");
    return STATUS_OK;
}

static enum status open_streams(struct call *call, struct fault *fault)
{
    const struct options *options = call->world->options;
    for (unsigned i = 0; i < INVITE_STREAMS; i++) {
        struct sender_stream *stream = &call->media.stream[i];
        struct random_lane lane =
            random_lane(options->seed, (uint64_t)call->index * INVITE_STREAMS + i + 1);
        stream->payload_type = options->codec->payload_type;
        stream->packet_ticks = codec_packet_ticks(options->codec);
        stream->ssrc = (uint32_t)random_next(&lane);
        stream->first_sequence = (uint16_t)random_next(&lane);
        stream->first_timestamp = (uint32_t)random_next(&lane);
        stream->loop = &call->world->loop[i];
        stream->digits = i == 0 ? options->digits : NULL;
        stream->noise = options->noise;
        stream->loop_offset = call->index * OFFSET_STEP_PACKETS;
        enum status status =
            plan_make(&options->impairment, options->packets, &lane, &stream->plan);
        if (status != STATUS_OK) {
            return fault_set(fault, status, 0, "memory for %u packets", options->packets);
        }
        status = transport_open_media(call->world->transport, &stream->descriptor,
                                      &call->offer.stream[i].port, fault);
        if (status != STATUS_OK) {
            return status;
        }
        call->offer.stream[i].label = options->label[i];
    }
    return STATUS_OK;
}

enum status call_setup(struct call *call, struct fault *fault)
{
    const struct options *options = call->world->options;
    struct invite_party *party = call->offer.party;
    call->offer.codec = options->codec;
    call->offer.digits = options->digits != NULL;
    call->offer.noise = options->noise;
    call_setup_number(options->caller, call->index, party[0].number);
    call_setup_number(options->called, call->index, party[1].number);
    (void)snprintf(party[0].name, sizeof(party[0].name), "%s", options->caller_name);
    (void)snprintf(party[1].name, sizeof(party[1].name), "%s", options->called_name);
    enum status status = draw_ids(call, fault);
    if (status == STATUS_OK) {
        status = name_dialog(call, fault);
    }
    return status == STATUS_OK ? open_streams(call, fault) : status;
}

static bool copy_span(struct sip_span span, char *out, size_t out_bytes)
{
    if (span.start == NULL || span.bytes == 0 || span.bytes >= out_bytes ||
        memchr(span.start, '\n', span.bytes) != NULL) {
        return false;
    }
    memcpy(out, span.start, span.bytes);
    out[span.bytes] = '\0';
    return true;
}

/* The first of the values that one header line lists; *rest becomes what follows its comma. */
static struct sip_span first_of_list(struct sip_span *rest)
{
    bool bracketed = false;
    size_t length = 0;
    while (length < rest->bytes && (bracketed || rest->start[length] != ',')) {
        bracketed = rest->start[length] == '<' || (bracketed && rest->start[length] != '>');
        length++;
    }
    struct sip_span first = {rest->start, length};
    size_t taken = length < rest->bytes ? length + 1 : length;
    rest->start += taken;
    rest->bytes -= taken;
    while (rest->bytes > 0 && strchr(" \t\r\n", rest->start[0]) != NULL) {
        rest->start++;
        rest->bytes--;
    }
    return first;
}

/* Route is Record-Route backwards (RFC 3261 section 12.1.2), however it is split over lines. */
static bool read_route(const struct sip_message *message, char route[static INVITE_ROUTE_BYTES])
{
    struct sip_span hops[ROUTE_HOPS_MAX];
    size_t count = 0;
    size_t used = 0;
    for (size_t line = 0; line < ROUTE_HOPS_MAX; line++) {
        struct sip_span rest = sip_message_header(message, "Record-Route", line);
        while (rest.start != NULL && rest.bytes > 0) {
            if (count == ROUTE_HOPS_MAX) {
                return false;
            }
            hops[count++] = first_of_list(&rest);
        }
    }
    route[0] = '\0';
    while (count > 0) {
        struct sip_span hop = hops[--count];
        int written = snprintf(route + used, INVITE_ROUTE_BYTES - used, "Route: %.*s\r\n",
                               (int)hop.bytes, hop.start);
        if (written < 0 || (size_t)written >= INVITE_ROUTE_BYTES - used) {
            return false;
        }
        used += (size_t)written;
    }
    return true;
}

bool call_setup_dialog(struct call *call, const struct sip_message *message)
{
    struct invite_dialog dialog = call->dialog;
    struct sip_span contact = sip_message_header(message, "Contact", 0);
    if (!copy_span(sip_message_header(message, "To", 0), dialog.to, sizeof(dialog.to)) ||
        !copy_span(sip_span_uri(contact), dialog.target, sizeof(dialog.target)) ||
        !read_route(message, dialog.route)) {
        return false;
    }
    call->dialog = dialog;
    return true;
}

void call_setup_failure(struct call *call, const struct sip_message *message)
{
    char to[INVITE_URI_BYTES];
    if (copy_span(sip_message_header(message, "To", 0), to, sizeof(to))) {
        memcpy(call->dialog.to, to, sizeof(to));
    }
}

void call_setup_number(const char *pattern, uint32_t index, char number[static BOUND_NUMBER_BYTES])
{
    (void)snprintf(number, BOUND_NUMBER_BYTES, "%s", pattern);
    for (size_t i = strlen(number); i > 0; i--) {
        if (number[i - 1] == '#') {
            number[i - 1] = (char)('0' + index % 10);
            index /= 10;
        }
    }
}

bool call_setup_index(struct sip_span call_id, uint32_t *index)
{
    char text[INVITE_TOKEN_BYTES];
    char *end = NULL;
    static const char prefix[] = "callgen-";
    if (!copy_span(call_id, text, sizeof(text)) || strncmp(text, prefix, sizeof(prefix) - 1) != 0) {
        return false;
    }
    unsigned long value = strtoul(text + sizeof(prefix) - 1, &end, 10);
    if (*end != '-' || value > UINT32_MAX) {
        return false;
    }
    *index = (uint32_t)value;
    return true;
}
