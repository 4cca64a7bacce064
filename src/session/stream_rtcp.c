#include "session/stream_rtcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/port_range.h"
#include "rtp/rtcp.h"

/* Small generator, splitmix64: intervals need not be secret. */
static uint32_t random_next(struct stream_rtcp *rtcp)
{
    uint64_t value = rtcp->random += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(value >> 32);
}

static void schedule(struct stream_rtcp *rtcp, int64_t now_ns)
{
    double interval_s = rtcp_interval_s(!rtcp->sent, random_next(rtcp));

    rtcp->next_ns = now_ns + (int64_t)(interval_s * (double)CLOCK_NS_PER_S);
}

/* A socket of its own, where one is wanted; without it the recording goes on without reports. */
static void open_socket(struct stream_rtcp *rtcp)
{
    if (rtcp->descriptor >= 0 || rtcp->rtp_descriptor < 0 || rtcp->mux ||
        rtcp->to.ss_family == AF_UNSPEC)
        return;
    if (port_range_open_rtcp(&rtcp->local, rtcp->port, &rtcp->descriptor, NULL) != STATUS_OK)
        rtcp->descriptor = -1;
}

enum status stream_rtcp_init(struct stream_rtcp *rtcp, const struct recording_stream *stream,
                             const struct sockaddr_storage *local, uint16_t port, int descriptor,
                             struct fault *fault)
{
    *rtcp = (struct stream_rtcp){
        .local = *local,
        .port = port,
        .rtp_descriptor = descriptor,
        .descriptor = -1,
        .mux = stream->rtcp_mux,
        .to = stream->rtcp,
        .local_key = stream->local_key,
        .clock_rate_hz = stream->format[0].clock_rate_hz,
    };
    if (getrandom(&rtcp->ssrc, sizeof rtcp->ssrc, 0) != sizeof rtcp->ssrc ||
        getrandom(&rtcp->random, sizeof rtcp->random, 0) != sizeof rtcp->random)
        return fault_set(fault, STATUS_IO, errno, "random bytes for RTCP");
    if (rtcp->local_key.suite != SRTP_SUITE_NONE) {
        enum status status = srtp_sender_create(&rtcp->local_key, &rtcp->sender, fault);
        if (status != STATUS_OK)
            return status;
    }
    open_socket(rtcp);
    return STATUS_OK;
}

void stream_rtcp_deinit(struct stream_rtcp *rtcp)
{
    if (rtcp->descriptor >= 0)
        (void)close(rtcp->descriptor);
    rtcp->descriptor = -1;
    srtp_sender_destroy(rtcp->sender);
    rtcp->sender = NULL;
    srtp_key_wipe(&rtcp->local_key);
}

/* Its sender is made when it is needed. */
static void take_key(struct stream_rtcp *rtcp, const struct srtp_key *key)
{
    if (srtp_key_equal(key, &rtcp->local_key))
        return;
    srtp_sender_destroy(rtcp->sender);
    rtcp->sender = NULL;
    rtcp->local_key = *key;
}

/* Seal where that is agreed on; false: it cannot be sent. Rather silence than in clear. */
static bool seal(struct stream_rtcp *rtcp, uint8_t *data, size_t *data_bytes)
{
    if (rtcp->local_key.suite == SRTP_SUITE_NONE)
        return true;
    if (!rtcp->sender && srtp_sender_create(&rtcp->local_key, &rtcp->sender, NULL) != STATUS_OK)
        return false;
    return srtp_sender_seal_rtcp(rtcp->sender, data, data_bytes) == STATUS_OK;
}

void stream_rtcp_update(struct stream_rtcp *rtcp, const struct recording_stream *stream,
                        const char *cname, int64_t now_ns)
{
    if (stream->rtcp.ss_family == AF_UNSPEC && rtcp->to.ss_family != AF_UNSPEC)
        stream_rtcp_bye(rtcp, cname, now_ns);
    rtcp->mux = stream->rtcp_mux;
    rtcp->to = stream->rtcp;
    rtcp->clock_rate_hz = stream->format[0].clock_rate_hz;
    take_key(rtcp, &stream->local_key);
    open_socket(rtcp);
}

void stream_rtcp_move(struct stream_rtcp *rtcp, const struct sockaddr_storage *local, uint16_t port,
                      int descriptor)
{
    if (rtcp->descriptor >= 0)
        (void)close(rtcp->descriptor);
    rtcp->descriptor = -1;
    rtcp->local = *local;
    rtcp->port = port;
    rtcp->rtp_descriptor = descriptor;
    memset(&rtcp->heard, 0, sizeof rtcp->heard);
    open_socket(rtcp);
}

void stream_rtcp_packet(struct stream_rtcp *rtcp, const struct rtp_packet *packet,
                        const struct sockaddr_storage *from, int64_t arrival_ns)
{
    reception_packet(&rtcp->reception, packet, rtcp->clock_rate_hz, arrival_ns);
    if (!address_equal(&rtcp->heard, from))
        rtcp->heard = *from;
}

bool stream_rtcp_take(struct stream_rtcp *rtcp, const uint8_t *data, size_t data_bytes,
                      const struct sockaddr_storage *from, int64_t arrival_ns,
                      struct rtcp_compound *compound)
{
    if (!address_same_host(from, &rtcp->to) && !address_same_host(from, &rtcp->heard))
        return false;
    if (rtcp_read(data, data_bytes, compound) != STATUS_OK)
        return false;
    for (size_t i = 0; i < compound->reports; i++)
        reception_report(&rtcp->reception, &compound->report[i], arrival_ns);
    return true;
}

/* The peer as a socket of our family wants it: IPv4 is mapped for one of IPv6. */
static struct sockaddr_storage for_socket(const struct stream_rtcp *rtcp,
                                          const struct sockaddr_storage *peer)
{
    struct sockaddr_storage mapped = *peer;

    if (rtcp->local.ss_family != AF_INET6 || peer->ss_family != AF_INET)
        return mapped;
    struct sockaddr_in short_form;
    struct sockaddr_in6 long_form = {.sin6_family = AF_INET6};
    memcpy(&short_form, peer, sizeof short_form);
    long_form.sin6_port = short_form.sin_port;
    long_form.sin6_addr.s6_addr[10] = 0xff;
    long_form.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&long_form.sin6_addr.s6_addr[12], &short_form.sin_addr, sizeof short_form.sin_addr);
    memcpy(&mapped, &long_form, sizeof long_form);
    return mapped;
}

/* Where a report goes now, and by which socket; false: nowhere. */
static bool find_way(const struct stream_rtcp *rtcp, struct sockaddr_storage *to, int *descriptor)
{
    if (rtcp->to.ss_family == AF_UNSPEC)
        return false;
    if (rtcp->mux) {
        const struct sockaddr_storage *peer =
            rtcp->heard.ss_family == AF_UNSPEC ? &rtcp->to : &rtcp->heard;
        *to = for_socket(rtcp, peer);
        *descriptor = rtcp->rtp_descriptor;
    } else {
        *to = for_socket(rtcp, &rtcp->to);
        *descriptor = rtcp->descriptor;
    }
    return *descriptor >= 0;
}

static void send_report(struct stream_rtcp *rtcp, const char *cname, int64_t now_ns, bool bye)
{
    uint8_t data[RTCP_PACKET_BYTES_MAX + SRTP_OVERHEAD_BYTES_MAX];
    struct sockaddr_storage to;
    struct rtcp_block block;
    int descriptor;

    if (!find_way(rtcp, &to, &descriptor))
        return;
    size_t blocks = reception_block(&rtcp->reception, now_ns, &block) ? 1 : 0;
    size_t bytes =
        rtcp_write_receiver_report(rtcp->ssrc, blocks ? &block : NULL, blocks, cname, bye, data);
    if (!seal(rtcp, data, &bytes))
        return;
    /* what the socket does not take now is not worth waiting for */
    (void)sendto(descriptor, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
                 address_length(&to));
    rtcp->sent = true;
}

void stream_rtcp_tick(struct stream_rtcp *rtcp, const char *cname, int64_t now_ns)
{
    if (rtcp->to.ss_family == AF_UNSPEC)
        return;
    if (!rtcp->next_ns) {
        schedule(rtcp, now_ns);
    } else if (now_ns >= rtcp->next_ns) {
        send_report(rtcp, cname, now_ns, false);
        schedule(rtcp, now_ns);
    }
}

void stream_rtcp_bye(struct stream_rtcp *rtcp, const char *cname, int64_t now_ns)
{
    if (rtcp->sent)
        send_report(rtcp, cname, now_ns, true);
    rtcp->sent = false;
    rtcp->next_ns = 0;
}
