#include "sip/sdp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "sip/multipart_text.h"

/* Where reading stands. What the session part says is the default of every m-line after it. */
struct reader {
    struct sdp_offer *offer;
    struct sdp_media *media; /* NULL in the session part */
    struct sockaddr_storage session_address;
    enum sdp_direction session_direction;
    size_t session_maps; /* rtpmap lines that stand before any m-line */
    struct sdp_format session_map[BOUND_SDP_FORMATS];
};

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

/* Copy as text; false and nothing copied where it does not fit or is not printable ASCII. */
static bool copy_text(struct text_span span, char *out, size_t out_bytes)
{
    if (span.bytes >= out_bytes)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] < ' ' || span.text[i] > '~')
            return false;
    }
    if (span.bytes)
        memcpy(out, span.text, span.bytes);
    out[span.bytes] = '\0';
    return true;
}

/* Decimal digits and nothing else, at most max. */
static bool read_number(struct text_span span, uint32_t max, uint32_t *number)
{
    uint64_t value = 0;

    if (!span.bytes)
        return false;
    for (size_t i = 0; i < span.bytes; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(span.text[i] - '0');
        if (value > max)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

/* "c=IN IP4 192.0.2.1/127": the port of *address stays 0. */
static bool read_address(struct text_span value, struct sockaddr_storage *address)
{
    struct text_span word;
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};

    if (!text_span_next_word(&value, &word) || !text_span_equal(word, "IN") ||
        !text_span_next_word(&value, &word) || !text_span_next_word(&value, &word))
        return false;
    if (!copy_text(text_span_cut(&word, '/'), text, sizeof text))
        return false;
    if (inet_pton(AF_INET, text, &ip4.sin_addr) == 1)
        memcpy(address, &ip4, sizeof ip4);
    else if (inet_pton(AF_INET6, text, &ip6.sin6_addr) == 1)
        memcpy(address, &ip6, sizeof ip6);
    else
        return false;
    return true;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons(port);
    else if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
}

static void read_connection(struct reader *reader, struct text_span value)
{
    struct sockaddr_storage *address =
        reader->media ? &reader->media->address : &reader->session_address;

    if (!read_address(value, address))
        reader->offer->deviations++;
    else if (reader->media)
        set_port(address, reader->media->port);
}

static struct sdp_format *find_format(struct sdp_format *format, size_t formats, uint32_t type)
{
    for (size_t i = 0; i < formats; i++) {
        if (format[i].payload_type == type)
            return &format[i];
    }
    return NULL;
}

/* "0 PCMU/8000/1" */
static bool read_rtpmap(struct text_span value, struct sdp_format *out)
{
    struct sdp_format format = {.channels = 1};
    struct text_span word;
    uint32_t number;

    if (!text_span_next_word(&value, &word) || !read_number(word, 127, &number))
        return false;
    format.payload_type = (uint8_t)number;
    if (!text_span_next_word(&value, &word))
        return false;
    struct text_span encoding = text_span_cut(&word, '/');
    if (!encoding.bytes || !copy_text(encoding, format.encoding, sizeof format.encoding) ||
        !read_number(text_span_cut(&word, '/'), UINT32_MAX, &format.clock_rate_hz))
        return false;
    if (word.bytes) { /* encoding parameters: for audio the channels (RFC 8866 section 6.6) */
        if (!read_number(word, UINT8_MAX, &number) || !number)
            return false;
        format.channels = (uint8_t)number;
    }
    *out = format;
    return true;
}

static void keep_rtpmap(struct reader *reader, struct text_span value)
{
    struct sdp_format map;
    struct sdp_format *format = NULL;

    if (!read_rtpmap(value, &map)) {
        reader->offer->deviations++;
        return;
    }
    if (reader->media) {
        format = find_format(reader->media->format, reader->media->formats, map.payload_type);
    } else if (reader->session_maps < BOUND_SDP_FORMATS) {
        format = &reader->session_map[reader->session_maps++];
    }
    if (format)
        *format = map;
    if (!format || !reader->media)
        reader->offer->deviations++; /* in the wrong place, or of no payload type offered */
}

static void read_label(struct reader *reader, struct text_span value)
{
    if (!reader->media || !value.bytes ||
        !copy_text(value, reader->media->label, sizeof reader->media->label))
        reader->offer->deviations++;
}

static void set_direction(struct reader *reader, enum sdp_direction direction)
{
    if (reader->media)
        reader->media->direction = direction;
    else
        reader->session_direction = direction;
}

static void read_attribute(struct reader *reader, struct text_span value)
{
    static const struct {
        const char *name;
        enum sdp_direction direction;
    } directions[] = {{"sendrecv", SDP_DIRECTION_SENDRECV},
                      {"sendonly", SDP_DIRECTION_SENDONLY},
                      {"recvonly", SDP_DIRECTION_RECVONLY},
                      {"inactive", SDP_DIRECTION_INACTIVE}};
    struct text_span name = text_span_trim(text_span_cut(&value, ':'));

    value = text_span_trim(value);
    if (text_span_equal(name, "rtpmap"))
        keep_rtpmap(reader, value);
    else if (text_span_equal(name, "label"))
        read_label(reader, value);
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        if (text_span_equal(name, directions[i].name))
            set_direction(reader, directions[i].direction);
    }
}

/* What a payload type is before any rtpmap of the m-line (RFC 3551 table 4, session rtpmaps). */
static struct sdp_format default_format(struct reader *reader, uint8_t payload_type)
{
    static const struct sdp_format fixed[] = {
        {.payload_type = 0, .encoding = "PCMU", .clock_rate_hz = 8000, .channels = 1},
        {.payload_type = 8, .encoding = "PCMA", .clock_rate_hz = 8000, .channels = 1},
    };
    const struct sdp_format *said =
        find_format(reader->session_map, reader->session_maps, payload_type);

    if (said)
        return *said;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (fixed[i].payload_type == payload_type)
            return fixed[i];
    }
    return (struct sdp_format){.payload_type = payload_type, .channels = 1};
}

static bool is_rtp(const struct sdp_media *media)
{
    return strncasecmp(media->protocol, "RTP/", 4) == 0;
}

static void read_formats(struct reader *reader, struct text_span value)
{
    struct sdp_media *media = reader->media;
    struct text_span word;
    uint32_t type;

    while (text_span_next_word(&value, &word)) {
        if (!media->first_format[0] &&
            !copy_text(word, media->first_format, sizeof media->first_format))
            reader->offer->deviations++;
        if (!is_rtp(media))
            break; /* its formats are no payload types */
        if (media->formats < BOUND_SDP_FORMATS && read_number(word, 127, &type) &&
            !find_format(media->format, media->formats, type))
            media->format[media->formats++] = default_format(reader, (uint8_t)type);
        else
            reader->offer->deviations++;
    }
}

/*
 * "audio 49170/2 RTP/AVP 0 8". A line that breaks this is kept with port 0, because the answer has
 * to refuse it in its place.
 */
static void read_media(struct reader *reader, struct text_span value)
{
    struct sdp_media *media = &reader->offer->media[reader->offer->media_lines++];
    struct text_span word;
    uint32_t port = 0;
    bool sound;

    reader->media = media;
    media->direction = reader->session_direction;
    media->address = reader->session_address;
    sound = text_span_next_word(&value, &word) && copy_text(word, media->kind, sizeof media->kind);
    sound = sound && text_span_next_word(&value, &word) &&
            read_number(text_span_cut(&word, '/'), UINT16_MAX, &port);
    sound = sound && text_span_next_word(&value, &word) &&
            copy_text(word, media->protocol, sizeof media->protocol);
    if (!sound) {
        reader->offer->deviations++;
        return;
    }
    media->port = (uint16_t)port;
    set_port(&media->address, media->port);
    read_formats(reader, value);
}

static void read_line(struct reader *reader, struct text_span line)
{
    struct text_span value;

    switch (line_type(line, &value)) {
    case 'm':
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
            reader->offer->deviations++;
        break;
    default: /* nothing a recorder needs */
        break;
    }
}

/* Decide the status before anything is written. */
static enum status check(struct text_span text)
{
    struct text_span line;
    struct text_span value;
    bool version = false;
    size_t media_lines = 0;

    while (text_span_next_line(&text, &line)) {
        char type = line_type(line, &value);

        if (type == 'v' && text_span_equal(value, "0"))
            version = true;
        if (type == 'm' && !version)
            return STATUS_INVALID;
        media_lines += type == 'm';
    }
    if (!media_lines)
        return STATUS_INVALID;
    return media_lines > BOUND_SDP_MEDIA ? STATUS_LIMIT : STATUS_OK;
}

enum status sdp_read_offer(const char *text, size_t text_bytes, struct sdp_offer *offer)
{
    struct text_span rest = {.text = text, .bytes = text_bytes};
    struct text_span line;
    struct reader reader = {.offer = offer, .session_address = {.ss_family = AF_UNSPEC}};
    enum status status = check(rest);

    if (status != STATUS_OK)
        return status;
    memset(offer, 0, sizeof *offer);
    while (text_span_next_line(&rest, &line))
        read_line(&reader, line);
    return STATUS_OK;
}

enum status sdp_choose_format(const struct sdp_media *media, size_t *format)
{
    if (!media->port || strcasecmp(media->kind, "audio") != 0 ||
        strcasecmp(media->protocol, "RTP/AVP") != 0)
        return STATUS_NOT_FOUND;
    for (size_t i = 0; i < media->formats; i++) {
        const struct sdp_format *one = &media->format[i];

        if (one->clock_rate_hz == 8000 && one->channels == 1 &&
            (strcasecmp(one->encoding, "PCMU") == 0 || strcasecmp(one->encoding, "PCMA") == 0)) {
            *format = i;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}
