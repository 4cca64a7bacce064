#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

#include "sip/sdp.h"

enum { ADDRESS_TEXT_BYTES = 4 + INET6_ADDRSTRLEN };

/* "IP4 192.0.2.1": an IPv4 address that an IPv6 socket shows as ::ffff:192.0.2.1 is IPv4 here. */
static void format_address(const struct sockaddr_storage *address,
                           char text[static ADDRESS_TEXT_BYTES])
{
    const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
    const void *raw = &((const struct sockaddr_in *)address)->sin_addr;
    bool is_ip6 = address->ss_family == AF_INET6;
    char host[INET6_ADDRSTRLEN] = "";

    assert(is_ip6 || address->ss_family == AF_INET);
    if (is_ip6 && IN6_IS_ADDR_V4MAPPED(&ip6->sin6_addr)) {
        raw = &ip6->sin6_addr.s6_addr[12];
        is_ip6 = false;
    } else if (is_ip6) {
        raw = &ip6->sin6_addr;
    }
    (void)inet_ntop(is_ip6 ? AF_INET6 : AF_INET, raw, host, sizeof host);
    (void)snprintf(text, ADDRESS_TEXT_BYTES, "%s %s", is_ip6 ? "IP6" : "IP4", host);
}

static enum status write_session(const struct sdp_answer *answer, struct bytes *text)
{
    char address[ADDRESS_TEXT_BYTES];

    format_address(&answer->address, address);
    return bytes_printf(text,
                        "v=0\r\n"
                        "o=recorder %" PRIu64 " %" PRIu64 " IN %s\r\n"
                        "s=-\r\n"
                        "c=IN %s\r\n"
                        "t=0 0\r\n",
                        answer->session_id, answer->session_version, address, address);
}

/* RFC 3264 section 6: port 0, and a format must stand there though it means nothing. */
static enum status write_refused(const struct sdp_media *offered, struct bytes *text)
{
    return bytes_printf(text, "m=%s 0 %s %s\r\n", offered->kind[0] ? offered->kind : "audio",
                        offered->protocol[0] ? offered->protocol : "RTP/AVP",
                        offered->first_format[0] ? offered->first_format : "0");
}

static const struct sdp_format *find_events(const struct sdp_media *offered, uint32_t clock_rate_hz)
{
    for (size_t i = 0; i < offered->formats; i++) {
        const struct sdp_format *format = &offered->format[i];

        if (format->clock_rate_hz == clock_rate_hz &&
            strcasecmp(format->encoding, "telephone-event") == 0)
            return format;
    }
    return NULL;
}

static enum status write_rtpmap(const struct sdp_format *format, struct bytes *text)
{
    return bytes_printf(text, "a=rtpmap:%u %s/%" PRIu32 "\r\n", format->payload_type,
                        format->encoding, format->clock_rate_hz);
}

static enum status write_accepted(const struct sdp_media *offered,
                                  const struct sdp_answer_media *media, struct bytes *text)
{
    assert(media->format < offered->formats);
    const struct sdp_format *codec = &offered->format[media->format];
    const struct sdp_format *events = find_events(offered, codec->clock_rate_hz);
    bool inactive = media->inactive || offered->direction == SDP_DIRECTION_INACTIVE ||
                    offered->direction == SDP_DIRECTION_RECVONLY;
    enum status status = bytes_printf(text, "m=%s %u %s %u", offered->kind, media->port,
                                      offered->protocol, codec->payload_type);

    if (status == STATUS_OK && events)
        status = bytes_printf(text, " %u", events->payload_type);
    if (status == STATUS_OK)
        status = bytes_printf(text, "\r\n");
    if (status == STATUS_OK)
        status = write_rtpmap(codec, text);
    if (status == STATUS_OK && events)
        status = write_rtpmap(events, text);
    if (status == STATUS_OK && offered->label[0])
        status = bytes_printf(text, "a=label:%s\r\n", offered->label);
    if (status == STATUS_OK)
        status = bytes_printf(text, inactive ? "a=inactive\r\n" : "a=recvonly\r\n");
    return status;
}

enum status sdp_write_answer(const struct sdp_offer *offer, const struct sdp_answer *answer,
                             struct bytes *text)
{
    assert(answer->media_lines == offer->media_lines);
    enum status status = write_session(answer, text);

    for (size_t i = 0; status == STATUS_OK && i < offer->media_lines; i++) {
        status = answer->media[i].accepted
                     ? write_accepted(&offer->media[i], &answer->media[i], text)
                     : write_refused(&offer->media[i], text);
    }
    return status;
}
