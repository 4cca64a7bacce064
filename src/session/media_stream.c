#include "session/media_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/sequence.h"

/* Where what is admitted goes. */
struct target {
    struct media_stream *stream;
    struct track *track;
    size_t leg;
};

enum status media_stream_open(const struct recording_stream *stream,
                              const struct sockaddr_storage *address, struct port_range *ports,
                              struct media_stream **out, struct fault *fault)
{
    struct media_stream *media = calloc(1, sizeof *media);

    if (!media)
        return fault_set(fault, STATUS_NOMEM, 0, "make a stream");
    if (stream->local.ss_family != AF_UNSPEC)
        address = &stream->local;
    *media = (struct media_stream){
        .ports = ports,
        .descriptor = -1,
        .heard_ns = -1,
        .sealed = stream->remote_key.suite != SRTP_SUITE_NONE,
        .rtcp = {.descriptor = -1},
    };
    enum status status = port_range_open(ports, address, &media->descriptor, &media->port, fault);
    if (status == STATUS_OK)
        status =
            stream_rtcp_init(&media->rtcp, stream, address, media->port, media->descriptor, fault);
    if (status == STATUS_OK && media->sealed)
        status = srtp_receiver_create(&stream->remote_key, &media->srtp, fault);
    if (status == STATUS_OK && source_lock_create(&media->lock) != STATUS_OK)
        status = fault_set(fault, STATUS_NOMEM, 0, "make a stream");
    if (status != STATUS_OK) {
        media_stream_close(media);
        return status;
    }
    source_lock_name(media->lock, &stream->sender);
    *out = media;
    return STATUS_OK;
}

void media_stream_close(struct media_stream *owned_stream)
{
    if (!owned_stream)
        return;
    /* the RTCP port first: who borrows the other next wants to bind both */
    stream_rtcp_deinit(&owned_stream->rtcp);
    if (owned_stream->descriptor >= 0)
        port_range_close(owned_stream->ports, owned_stream->descriptor, owned_stream->port);
    source_lock_destroy(owned_stream->lock);
    srtp_receiver_destroy(owned_stream->srtp);
    free(owned_stream);
}

/* A key that cannot be taken leaves the one before, or none: what is not opened is refused. */
static void take_key(struct media_stream *media, const struct srtp_key *key, int64_t at_ns)
{
    bool sealed = key->suite != SRTP_SUITE_NONE;

    if (sealed && media->srtp)
        (void)!srtp_receiver_rekey(media->srtp, key, NULL);
    else if (sealed)
        (void)!srtp_receiver_create(key, &media->srtp, NULL);
    if (sealed && !media->sealed)
        media->mixed_until_ns = at_ns + MEDIA_STREAM_MIXED_MS * CLOCK_NS_PER_MS;
    media->sealed = sealed;
}

void media_stream_update(struct media_stream *stream, const struct recording_stream *news,
                         const char *cname, int64_t at_ns)
{
    source_lock_name(stream->lock, &news->sender);
    take_key(stream, &news->remote_key, at_ns);
    stream_rtcp_update(&stream->rtcp, news, cname, at_ns);
}

/* Whether a packet that no key opened is to be taken as it came. */
static bool is_plain(const struct media_stream *media, enum status status, int64_t arrival_ns)
{
    return !media->sealed || (arrival_ns < media->mixed_until_ns && status != STATUS_DUPLICATE);
}

/*
 * Open a packet, where there ever was a key: a sender that has not followed the agreement to send
 * in clear would be heard as noise.
 *
 * STATUS_OK         it is plain now; *authentic says whether a key opened it.
 * STATUS_DENIED     not authentic; STATUS_DUPLICATE, STATUS_INVALID as srtp_receiver_open.
 */
static enum status open_packet(struct media_stream *media, const struct rtp_datagram *datagram,
                               size_t *data_bytes, int64_t arrival_ns, bool *authentic)
{
    enum status status = STATUS_DENIED;

    *authentic = false;
    if (media->srtp)
        status = srtp_receiver_open(media->srtp, datagram->data, data_bytes);
    if (status == STATUS_OK) {
        *authentic = true;
        if (media->sealed)
            media->mixed_until_ns = 0;
        return STATUS_OK;
    }
    return is_plain(media, status, arrival_ns) ? STATUS_OK : status;
}

static void admit(void *context, const struct source_lock_packet *packet)
{
    struct target *target = context;
    struct rtp_packet parsed;

    if (rtp_packet_parse(packet->data, packet->data_bytes, &parsed) == STATUS_OK)
        stream_rtcp_packet(&target->stream->rtcp, &parsed, packet->from, packet->arrival_ns);
    target->stream->heard_ns = packet->arrival_ns;
    track_receive(target->track, target->leg, packet->data, packet->data_bytes, false,
                  packet->arrival_ns);
}

/* A packet of RTP, in clear: whose is it? */
static void offer(struct target *target, const struct rtp_datagram *datagram, size_t data_bytes,
                  bool authentic, int64_t arrival_ns)
{
    struct rtp_packet parsed;
    uint64_t refused = 0;

    if (rtp_packet_parse(datagram->data, data_bytes, &parsed) != STATUS_OK) {
        track_count(target->track, target->leg, LEG_IGNORED, 1);
        return;
    }
    const struct source_lock_packet packet = {
        .from = datagram->from,
        .ssrc = parsed.ssrc,
        .sequence = parsed.sequence,
        .authentic = authentic,
        .data = datagram->data,
        .data_bytes = data_bytes,
        .arrival_ns = arrival_ns,
    };
    source_lock_offer(target->stream->lock, &packet, admit, target, &refused);
    if (refused)
        track_count(target->track, target->leg, LEG_REFUSED, refused);
}

/*
 * What a packet is that no key opened. One that was opened before, or is too old to tell, was not
 * authenticated either: it is a copy only where its number is one of the newest that came.
 */
static enum leg_outcome outcome_of(const struct media_stream *media,
                                   const struct rtp_datagram *datagram, enum status status)
{
    const struct reception *reception = &media->rtcp.reception;
    struct rtp_packet parsed;

    if (rtp_packet_parse(datagram->data, datagram->data_bytes, &parsed) != STATUS_OK)
        return LEG_IGNORED;
    uint16_t behind = (uint16_t)(reception->highest - parsed.sequence);
    if (status == STATUS_DUPLICATE && reception->begun && parsed.ssrc == reception->ssrc &&
        behind < RTP_SEQUENCE_HISTORY)
        return LEG_DUPLICATE;
    return LEG_REFUSED;
}

void media_stream_take(struct media_stream *stream, const struct rtp_datagram *datagram,
                       int64_t arrival_ns, struct track *track, size_t leg)
{
    struct target target = {stream, track, leg};
    size_t data_bytes = datagram->data_bytes;
    bool authentic = false;

    if (datagram->truncated) {
        track_count(track, leg, LEG_IGNORED, 1);
        return;
    }
    /* also where it was not agreed: nothing else can have such a payload type */
    if (rtcp_is(datagram->data, data_bytes)) {
        media_stream_take_rtcp(stream, datagram, arrival_ns);
        return;
    }
    enum status status = open_packet(stream, datagram, &data_bytes, arrival_ns, &authentic);
    if (status == STATUS_OK)
        offer(&target, datagram, data_bytes, authentic, arrival_ns);
    else
        track_count(track, leg, outcome_of(stream, datagram, status), 1);
}

void media_stream_take_rtcp(struct media_stream *stream, const struct rtp_datagram *datagram,
                            int64_t arrival_ns)
{
    size_t data_bytes = datagram->data_bytes;

    if (datagram->truncated || !rtcp_is(datagram->data, data_bytes))
        return;
    enum status status = STATUS_DENIED;
    if (stream->srtp)
        status = srtp_receiver_open_rtcp(stream->srtp, datagram->data, &data_bytes);
    if (status != STATUS_OK && stream->sealed)
        return;
    stream_rtcp_take(&stream->rtcp, datagram->data, data_bytes, datagram->from, arrival_ns);
}

void media_stream_finish(struct media_stream *stream, struct track *track, size_t leg)
{
    uint64_t refused = source_lock_finish(stream->lock);

    if (refused)
        track_count(track, leg, LEG_REFUSED, refused);
}
