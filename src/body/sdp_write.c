#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "body/sdp.h"
#include "body/sdp_crypto.h"
#include "net/address.h"

enum { CONNECTION_TEXT_BYTES = 4 + INET6_ADDRSTRLEN };

/* What an m-line of ours says. */
struct line {
    const char *kind;
    const char *protocol;
    const char *label;
    const struct sdp_format *format[BOUND_SDP_FORMATS];
    const char *parameters[BOUND_SDP_FORMATS]; /* of each, "" for none */
    size_t formats;
    bool inactive;
    bool rtcp_mux;
};

/* "IP4 192.0.2.1": an IPv4 address that an IPv6 socket shows as ::ffff:192.0.2.1 is IPv4 here. */
static void format_connection(struct sockaddr_storage address,
                              char text[static CONNECTION_TEXT_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "";

    address_unmap(&address);
    bool is_ip6 = address.ss_family == AF_INET6;
    assert(is_ip6 || address.ss_family == AF_INET);
    const void *raw = is_ip6 ? (const void *)&((const struct sockaddr_in6 *)&address)->sin6_addr
                             : (const void *)&((const struct sockaddr_in *)&address)->sin_addr;
    (void)inet_ntop(address.ss_family, raw, host, sizeof host);
    (void)snprintf(text, CONNECTION_TEXT_BYTES, "%s %s", is_ip6 ? "IP6" : "IP4", host);
}

static enum status write_session(const struct sdp_local *local, struct bytes *text)
{
    char address[CONNECTION_TEXT_BYTES];

    format_connection(local->address, address);
    return bytes_printf(text,
                        "v=0\r\n"
                        "o=recorder %" PRIu64 " %" PRIu64 " IN %s\r\n"
                        "s=-\r\n"
                        "c=IN %s\r\n"
                        "t=0 0\r\n",
                        local->session_id, local->session_version, address, address);
}

static enum status write_rtpmap(const struct sdp_format *format, struct bytes *text)
{
    enum status status = bytes_printf(text, "a=rtpmap:%u %s/%" PRIu32, format->payload_type,
                                      format->encoding, format->clock_rate_hz);

    if (status == STATUS_OK && format->channels > 1)
        status = bytes_printf(text, "/%u", format->channels);
    return status == STATUS_OK ? bytes_append(text, "\r\n", 2) : status;
}

/* Behind the m-line, before its attributes (RFC 8866 section 5). */
static enum status write_connection(const struct sdp_local_media *media, struct bytes *text)
{
    char address[CONNECTION_TEXT_BYTES];

    if (media->address.ss_family == AF_UNSPEC)
        return STATUS_OK;
    format_connection(media->address, address);
    return bytes_printf(text, "c=IN %s\r\n", address);
}

static enum status write_format(const struct sdp_format *format, const char *parameters,
                                struct bytes *text)
{
    enum status status = write_rtpmap(format, text);

    if (status == STATUS_OK && parameters[0])
        status = bytes_printf(text, "a=fmtp:%u %s\r\n", format->payload_type, parameters);
    return status;
}

static enum status write_rtcp(const struct line *line, const struct sdp_local_media *media,
                              struct bytes *text)
{
    if (line->rtcp_mux)
        return bytes_printf(text, "a=rtcp-mux\r\n");
    return media->rtcp_port ? bytes_printf(text, "a=rtcp:%u\r\n", media->rtcp_port) : STATUS_OK;
}

static enum status write_line(const struct line *line, const struct sdp_local_media *media,
                              struct bytes *text)
{
    enum status status = bytes_printf(text, "m=%s %u %s", line->kind, media->port, line->protocol);

    for (size_t i = 0; status == STATUS_OK && i < line->formats; i++)
        status = bytes_printf(text, " %u", line->format[i]->payload_type);
    if (status == STATUS_OK)
        status = bytes_append(text, "\r\n", 2);
    if (status == STATUS_OK)
        status = write_connection(media, text);
    for (size_t i = 0; status == STATUS_OK && i < line->formats; i++)
        status = write_format(line->format[i], line->parameters[i], text);
    if (status == STATUS_OK && line->label[0])
        status = bytes_printf(text, "a=label:%s\r\n", line->label);
    if (status == STATUS_OK)
        status = write_rtcp(line, media, text);
    if (status == STATUS_OK && media->crypto.key.suite != SRTP_SUITE_NONE)
        status = sdp_crypto_write(&media->crypto, text);
    if (status == STATUS_OK)
        status = bytes_printf(text, line->inactive ? "a=inactive\r\n" : "a=recvonly\r\n");
    return status;
}

/* RFC 3264 section 6: port 0, and a format must stand there though it means nothing. */
static enum status write_refused(const char *kind, const char *protocol, const char *format,
                                 struct bytes *text)
{
    return bytes_printf(text, "m=%s 0 %s %s\r\n", kind[0] ? kind : "audio",
                        protocol[0] ? protocol : "RTP/AVP", format[0] ? format : "0");
}

static void add_format(struct line *line, const struct sdp_format *format, const char *parameters)
{
    line->format[line->formats] = format;
    line->parameters[line->formats++] = parameters;
}

/* Ours, but what the offer excludes stays excluded (RFC 7261 section 3.2). */
static const char *answered_parameters(const struct sdp_format *format, const char *ours)
{
    static const char no_annex_b[] = "annexb=no";

    if (strcasecmp(format->encoding, "G729") == 0 && strcasestr(format->parameters, no_annex_b))
        return no_annex_b;
    return ours ? ours : "";
}

/*
 * The first of an encoding at the codec's clock rate, if there is one. The parameters of events say
 * which are taken (RFC 4733 section 2.4.1): all that were named.
 */
static void add_companion(struct line *line, const struct sdp_media *offered, const char *encoding,
                          bool echo)
{
    for (size_t i = 0; i < offered->formats; i++) {
        const struct sdp_format *format = &offered->format[i];

        if (format->clock_rate_hz == line->format[0]->clock_rate_hz &&
            strcasecmp(format->encoding, encoding) == 0) {
            add_format(line, format, echo ? format->parameters : "");
            return;
        }
    }
}

static enum status write_answered(const struct sdp_media *offered,
                                  const struct sdp_local_media *media, struct bytes *text)
{
    assert(media->format < offered->formats);
    struct line line = {.kind = offered->kind,
                        .protocol = offered->protocol,
                        .label = offered->label,
                        .inactive = media->inactive ||
                                    offered->direction == SDP_DIRECTION_INACTIVE ||
                                    offered->direction == SDP_DIRECTION_RECVONLY,
                        .rtcp_mux = media->rtcp_mux && offered->rtcp_mux};

    const struct sdp_format *chosen = &offered->format[media->format];

    add_format(&line, chosen, answered_parameters(chosen, media->parameters));
    add_companion(&line, offered, "telephone-event", true);
    add_companion(&line, offered, "CN", false);
    return write_line(&line, media, text);
}

enum status sdp_write_answer(const struct sdp_description *offer, const struct sdp_local *answer,
                             struct bytes *text)
{
    assert(answer->media_lines == offer->media_lines);
    enum status status = write_session(answer, text);

    for (size_t i = 0; status == STATUS_OK && i < offer->media_lines; i++) {
        const struct sdp_media *offered = &offer->media[i];

        status = answer->media[i].accepted
                     ? write_answered(offered, &answer->media[i], text)
                     : write_refused(offered->kind, offered->protocol, offered->first_format, text);
    }
    return status;
}

static enum status write_offered(const struct sdp_local_media *media, struct bytes *text)
{
    bool secure = media->crypto.key.suite != SRTP_SUITE_NONE;
    const char *protocol = media->protocol;
    struct line line = {.kind = "audio",
                        .label = media->label,
                        .inactive = media->inactive,
                        .rtcp_mux = media->rtcp_mux};

    assert(media->formats >= 1 && media->formats <= BOUND_SDP_LOCAL_FORMATS);
    if (!protocol[0])
        protocol = secure ? "RTP/SAVP" : "RTP/AVP";
    line.protocol = protocol;
    for (size_t i = 0; i < media->formats; i++)
        add_format(&line, &media->offered[i], media->offered[i].parameters);
    return write_line(&line, media, text);
}

enum status sdp_write_offer(const struct sdp_local *offer, struct bytes *text)
{
    enum status status = write_session(offer, text);

    for (size_t i = 0; status == STATUS_OK && i < offer->media_lines; i++) {
        const struct sdp_local_media *media = &offer->media[i];

        status = media->accepted ? write_offered(media, text)
                                 : write_refused(media->kind, media->protocol, "", text);
    }
    return status;
}
