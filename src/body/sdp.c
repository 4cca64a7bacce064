#include "body/sdp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "body/sdp_crypto.h"
#include "body/sdp_format.h"
#include "body/sdp_text.h"
#include "net/address.h"

/* Where reading stands. What the session part says is the default of every m-line after it. */
struct reader {
    struct sdp_description *description;
    struct sdp_media *media; /* NULL in the session part */
    bool version;            /* v=0 was there */
    struct sockaddr_storage session_address;
    enum sdp_direction session_direction;
    size_t session_maps; /* rtpmap lines that stand before any m-line */
    struct sdp_format session_map[BOUND_SDP_FORMATS];
};

static void note(struct reader *reader, enum deviation deviation)
{
    deviation_add(&reader->description->deviations, deviation);
}

/*
 * Split "x=value". Returns the letter, 0 for a line that has none and for an empty one.
 */
static char line_type(struct text_span line, struct text_span *value)
{
    line = text_span_trim(line);
    if (line.bytes < 2 || line.text[0] < 'a' || line.text[0] > 'z' || line.text[1] != '=')
        return 0;
    *value = text_span_trim(text_span_skip(line, 2));
    return line.text[0];
}

/* "IN IP4 192.0.2.1/127": the port of *address is 0. */
static bool read_address(struct text_span value, struct sockaddr_storage *address)
{
    struct text_span word;
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};

    if (!text_span_next_word(&value, &word) || !text_span_equal(word, "IN") ||
        !text_span_next_word(&value, &word) || !text_span_next_word(&value, &word))
        return false;
    if (!sdp_text_copy(text_span_cut(&word, '/'), text, sizeof text))
        return false;
    if (inet_pton(AF_INET, text, &ip4.sin_addr) == 1) {
        memset(address, 0, sizeof *address);
        memcpy(address, &ip4, sizeof ip4);
    } else if (inet_pton(AF_INET6, text, &ip6.sin6_addr) == 1) {
        memset(address, 0, sizeof *address);
        memcpy(address, &ip6, sizeof ip6);
        address_unmap(address);
    } else {
        return false;
    }
    return true;
}

static void read_connection(struct reader *reader, struct text_span value)
{
    if (!read_address(value, reader->media ? &reader->media->address : &reader->session_address))
        note(reader, DEVIATION_SDP_ADDRESS);
}

static void read_rtpmap(struct reader *reader, struct text_span value)
{
    struct sdp_format map = {.payload_type = 0};
    struct sdp_format *format = NULL;

    if (!sdp_format_read_map(value, &map)) {
        note(reader, DEVIATION_SDP_FORMAT);
        return;
    }
    if (!reader->media || !(format = sdp_format_find(reader->media->format, reader->media->formats,
                                                     map.payload_type)))
        note(reader, DEVIATION_SDP_FORMAT); /* in the wrong place, or of no type offered */
    if (!reader->media && reader->session_maps < BOUND_SDP_FORMATS)
        format = &reader->session_map[reader->session_maps++];
    if (!format)
        return;
    memcpy(map.parameters, format->parameters, sizeof map.parameters);
    *format = map;
}

/* "101 0-15": the parameters are a text of their own, blanks included. */
static void read_fmtp(struct reader *reader, struct text_span value)
{
    struct sdp_format *format = NULL;
    struct text_span word;
    uint64_t payload_type;

    if (reader->media && text_span_next_word(&value, &word) &&
        sdp_text_number(word, 127, &payload_type))
        format = sdp_format_find(reader->media->format, reader->media->formats, payload_type);
    if (!format)
        note(reader, DEVIATION_SDP_FORMAT);
    else if (!sdp_text_copy(text_span_trim(value), format->parameters, sizeof format->parameters))
        format->parameters[0] = '\0';
}

static void read_label(struct reader *reader, struct text_span value)
{
    if (!reader->media || !value.bytes ||
        !sdp_text_copy(value, reader->media->label, sizeof reader->media->label))
        note(reader, DEVIATION_SDP_LINE);
}

/* "53020" or "53020 IN IP6 2001:db8::1" (RFC 3605): without an address it is that of the stream. */
static void read_rtcp(struct reader *reader, struct text_span value)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    struct text_span word;
    uint64_t port;

    if (!reader->media || !text_span_next_word(&value, &word) ||
        !sdp_text_number(word, UINT16_MAX, &port) || !port) {
        note(reader, DEVIATION_SDP_LINE);
        return;
    }
    if (text_span_trim(value).bytes && !read_address(value, &address)) {
        note(reader, DEVIATION_SDP_ADDRESS);
        return;
    }
    reader->media->rtcp = address;
    reader->media->rtcp_port = (uint16_t)port;
}

static void read_rtcp_mux(struct reader *reader, struct text_span value)
{
    (void)value;
    if (reader->media)
        reader->media->rtcp_mux = true;
    else
        note(reader, DEVIATION_SDP_LINE);
}

static void read_crypto(struct reader *reader, struct text_span value)
{
    struct sdp_media *media = reader->media;
    struct sdp_crypto crypto;
    enum status status = media ? sdp_crypto_read(value, &crypto) : STATUS_INVALID;

    if (status == STATUS_INVALID)
        note(reader, DEVIATION_SDP_CRYPTO);
    if (status != STATUS_OK)
        return;
    if (media->cryptos < BOUND_SDP_CRYPTO)
        media->crypto[media->cryptos++] = crypto;
    srtp_key_wipe(&crypto.key);
}

static bool read_direction(struct reader *reader, struct text_span name)
{
    static const struct {
        const char *name;
        enum sdp_direction direction;
    } directions[] = {{"sendrecv", SDP_DIRECTION_SENDRECV},
                      {"sendonly", SDP_DIRECTION_SENDONLY},
                      {"recvonly", SDP_DIRECTION_RECVONLY},
                      {"inactive", SDP_DIRECTION_INACTIVE}};

    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        if (!text_span_equal(name, directions[i].name))
            continue;
        if (reader->media)
            reader->media->direction = directions[i].direction;
        else
            reader->session_direction = directions[i].direction;
        return true;
    }
    return false;
}

static void read_attribute(struct reader *reader, struct text_span value)
{
    static const struct {
        const char *name;
        void (*read)(struct reader *reader, struct text_span value);
    } attributes[] = {{"rtpmap", read_rtpmap}, {"fmtp", read_fmtp},
                      {"label", read_label},   {"rtcp", read_rtcp},
                      {"crypto", read_crypto}, {"rtcp-mux", read_rtcp_mux}};
    struct text_span name = text_span_trim(text_span_cut(&value, ':'));

    if (read_direction(reader, name))
        return;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (text_span_equal(name, attributes[i].name)) {
            attributes[i].read(reader, text_span_trim(value));
            return;
        }
    }
}

/* What a payload type is before any rtpmap of the m-line. */
static struct sdp_format default_format(struct reader *reader, uint8_t payload_type)
{
    const struct sdp_format *said =
        sdp_format_find(reader->session_map, reader->session_maps, payload_type);

    return said ? *said : sdp_format_fixed(payload_type);
}

static void read_formats(struct reader *reader, struct text_span value)
{
    struct sdp_media *media = reader->media;
    bool has_payload_types = strncasecmp(media->protocol, "RTP/", 4) == 0;
    struct text_span word;
    uint64_t type;

    while (text_span_next_word(&value, &word)) {
        if (!media->first_format[0] &&
            !sdp_text_copy(word, media->first_format, sizeof media->first_format))
            note(reader, DEVIATION_SDP_FORMAT);
        if (!has_payload_types)
            break;
        if (media->formats < BOUND_SDP_FORMATS && sdp_text_number(word, 127, &type) &&
            !sdp_format_find(media->format, media->formats, type))
            media->format[media->formats++] = default_format(reader, (uint8_t)type);
        else
            note(reader, DEVIATION_SDP_FORMAT);
    }
}

/*
 * "audio 49170/2 RTP/AVP 0 8". A line that breaks this is kept with port 0, because the answer has
 * to refuse it in its place.
 */
static void read_media(struct reader *reader, struct text_span value)
{
    struct sdp_media *media = &reader->description->media[reader->description->media_lines++];
    struct text_span word;
    uint64_t port = 0;
    bool sound;

    reader->media = media;
    media->direction = reader->session_direction;
    media->address = reader->session_address;
    sound =
        text_span_next_word(&value, &word) && sdp_text_copy(word, media->kind, sizeof media->kind);
    sound = sound && text_span_next_word(&value, &word) &&
            sdp_text_number(text_span_cut(&word, '/'), UINT16_MAX, &port);
    sound = sound && text_span_next_word(&value, &word) &&
            sdp_text_copy(word, media->protocol, sizeof media->protocol);
    if (!sound) {
        note(reader, DEVIATION_SDP_LINE);
        return;
    }
    media->port = (uint16_t)port;
    read_formats(reader, value);
}

static void read_line(struct reader *reader, struct text_span line)
{
    struct text_span value;

    switch (line_type(line, &value)) {
    case 'v':
        reader->version = true;
        break;
    case 'm':
        if (!reader->version)
            note(reader, DEVIATION_SDP_LINE);
        read_media(reader, value);
        break;
    case 'c':
        read_connection(reader, value);
        break;
    case 'a':
        read_attribute(reader, value);
        break;
    case 0:
        if (text_span_trim(line).bytes)
            note(reader, DEVIATION_SDP_LINE);
        break;
    default: /* nothing a recorder needs */
        break;
    }
}

/* Decide the status before anything is written; *lines: how many m-lines there are. */
static enum status check(struct text_span text, size_t *lines)
{
    struct text_span line;
    struct text_span value;
    size_t media_lines = 0;

    while (text_span_next_line(&text, &line)) {
        char type = line_type(line, &value);

        if (type == 'v' && !text_span_equal(value, "0"))
            return STATUS_INVALID;
        media_lines += type == 'm';
    }
    if (!media_lines)
        return STATUS_INVALID;
    *lines = media_lines;
    return media_lines > BOUND_SDP_MEDIA ? STATUS_LIMIT : STATUS_OK;
}

/* Where reports go, when all lines of a stream have been read: c= may stand behind a=rtcp. */
static void settle_rtcp(struct sdp_media *media)
{
    uint16_t port = media->rtcp_port;

    if (media->rtcp_mux || media->no_address) {
        media->rtcp = media->address;
        return;
    }
    if (media->rtcp.ss_family == AF_UNSPEC)
        media->rtcp = media->address;
    if (!port && media->port && media->port < UINT16_MAX)
        port = (uint16_t)(media->port + 1);
    if (!port || address_is_any(&media->rtcp))
        memset(&media->rtcp, 0, sizeof media->rtcp);
    address_set_port(&media->rtcp, port);
}

static void settle_media(struct sdp_media *media)
{
    media->no_address = address_is_any(&media->address);
    if (media->no_address)
        memset(&media->address, 0, sizeof media->address);
    address_set_port(&media->address, media->port);
    settle_rtcp(media);
}

/* What only the whole shows: of the audio lines that are offered. */
static void note_labels(struct reader *reader)
{
    const struct sdp_description *description = reader->description;

    for (size_t i = 0; i < description->media_lines; i++) {
        const struct sdp_media *media = &description->media[i];

        if (!media->port || strcasecmp(media->kind, "audio") != 0)
            continue;
        if (media->address.ss_family == AF_UNSPEC && !media->no_address)
            note(reader, DEVIATION_SDP_ADDRESS);
        if (!media->label[0])
            note(reader, DEVIATION_SDP_NO_LABEL);
        for (size_t before = 0; media->label[0] && before < i; before++) {
            const struct sdp_media *other = &description->media[before];

            if (other->port && strcasecmp(other->kind, "audio") == 0 &&
                strcmp(other->label, media->label) == 0)
                note(reader, DEVIATION_SDP_SAME_LABEL);
        }
    }
}

/* Its session maps mean nothing past their count, and are too large to be cleared for nothing. */
static void reader_init(struct reader *reader, struct sdp_description *description)
{
    reader->description = description;
    reader->media = NULL;
    reader->version = false;
    memset(&reader->session_address, 0, sizeof reader->session_address);
    reader->session_direction = SDP_DIRECTION_SENDRECV;
    reader->session_maps = 0;
}

enum status sdp_read(const char *text, size_t text_bytes, struct sdp_description *description)
{
    struct text_span rest = {.text = text, .bytes = text_bytes};
    struct text_span line;
    struct reader reader;
    size_t media_lines;
    enum status status = check(rest, &media_lines);

    if (status != STATUS_OK)
        return status;
    struct sdp_media *media = calloc(media_lines, sizeof *media);
    if (!media)
        return STATUS_NOMEM;
    *description = (struct sdp_description){.media = media};
    reader_init(&reader, description);
    while (text_span_next_line(&rest, &line))
        read_line(&reader, line);
    for (size_t i = 0; i < description->media_lines; i++)
        settle_media(&description->media[i]);
    note_labels(&reader);
    return STATUS_OK;
}
