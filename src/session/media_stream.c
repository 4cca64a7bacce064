#include "session/media_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/srtp_key.h"
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
        .socket = {{.descriptor = -1}, {.descriptor = -1}},
        .followed_ns = -1,
        .withdrawn_ns = stream->withdrawn ? 0 : -1,
        .heard_ns = -1,
        .sealed = stream->remote_key.suite != SRTP_SUITE_NONE,
        .rtcp = {.descriptor = -1},
    };
    struct media_socket *current = &media->socket[MEDIA_STREAM_CURRENT];
    enum status status = media_socket_open(ports, address, current, fault);
    if (status == STATUS_OK)
        status = stream_rtcp_init(&media->rtcp, stream, address, current->port, current->descriptor,
                                  fault);
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
    for (size_t i = 0; i < MEDIA_STREAM_SOCKETS; i++)
        media_socket_close(&owned_stream->socket[i]);
    source_lock_destroy(owned_stream->lock);
    srtp_receiver_destroy(owned_stream->srtp);
    srtp_key_wipe(&owned_stream->untaken);
    free(owned_stream);
}

/* A key that cannot be taken now leaves the one before, or none, and is tried again with each
 * packet. */
static void take_key(struct media_stream *media, const struct srtp_key *key)
{
    enum status status = media->srtp ? srtp_receiver_rekey(media->srtp, key, NULL)
                                     : srtp_receiver_create(key, &media->srtp, NULL);

    if (status == STATUS_OK)
        srtp_key_wipe(&media->untaken);
    else if (key != &media->untaken)
        media->untaken = *key;
}

static void follow_key(struct media_stream *media, const struct srtp_key *key, int64_t at_ns)
{
    bool sealed = key->suite != SRTP_SUITE_NONE;

    if (sealed)
        take_key(media, key);
    else
        srtp_key_wipe(&media->untaken);
    if (sealed && !media->sealed)
        media->mixed_until_ns = at_ns + MEDIA_STREAM_MIXED_MS * CLOCK_NS_PER_MS;
    media->sealed = sealed;
}

void media_stream_update(struct media_stream *stream, const struct recording_stream *news,
                         const char *cname, int64_t at_ns)
{
    if (!news->withdrawn)
        stream->withdrawn_ns = -1;
    else if (stream->withdrawn_ns < 0)
        stream->withdrawn_ns = at_ns;
    follow_key(stream, &news->remote_key, at_ns);
    stream_rtcp_update(&stream->rtcp, news, cname, at_ns);
    source_lock_name(stream->lock, &news->sender);
}

void media_stream_move(struct media_stream *stream, struct media_socket *owned_socket,
                       int64_t horizon_ns)
{
    struct media_socket *current = &stream->socket[MEDIA_STREAM_CURRENT];

    /* nothing came before: it does not keep the others waiting */
    owned_socket->received_ns = horizon_ns;
    /* RTCP lets go of the port behind before the port may be lent again */
    stream_rtcp_move(&stream->rtcp, &owned_socket->local, owned_socket->port,
                     owned_socket->descriptor);
    media_socket_close(&stream->socket[MEDIA_STREAM_FORMER]);
    stream->socket[MEDIA_STREAM_FORMER] = *current;
    *current = *owned_socket;
    owned_socket->descriptor = -1;
    stream->followed_ns = -1;
}

bool media_stream_is_done(const struct media_stream *stream, int64_t now_ns)
{
    return stream->withdrawn_ns >= 0 && stream->socket[MEDIA_STREAM_CURRENT].descriptor >= 0 &&
           now_ns - stream->withdrawn_ns >= RECORDING_WITHDRAWN_MS * CLOCK_NS_PER_MS;
}

void media_stream_rest(struct media_stream *stream)
{
    const struct sockaddr_storage nowhere = {.ss_family = AF_UNSPEC};

    stream_rtcp_move(&stream->rtcp, &nowhere, 0, -1);
    for (size_t i = 0; i < MEDIA_STREAM_SOCKETS; i++)
        media_socket_close(&stream->socket[i]);
}

void media_stream_tick(struct media_stream *stream, int64_t now_ns)
{
    if (stream->followed_ns >= 0 &&
        now_ns - stream->followed_ns >= MEDIA_STREAM_FORMER_MS * CLOCK_NS_PER_MS)
        media_socket_close(&stream->socket[MEDIA_STREAM_FORMER]);
}

struct media_socket *media_stream_socket(struct media_stream *stream, int descriptor)
{
    for (size_t i = 0; i < MEDIA_STREAM_SOCKETS; i++) {
        if (descriptor >= 0 && stream->socket[i].descriptor == descriptor)
            return &stream->socket[i];
    }
    return NULL;
}

void media_stream_follow(struct media_stream *stream, const struct media_socket *socket,
                         int64_t heard_before_ns)
{
    if (socket == &stream->socket[MEDIA_STREAM_CURRENT] && stream->followed_ns < 0 &&
        stream->heard_ns != heard_before_ns)
        stream->followed_ns = stream->heard_ns;
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
    if (media->untaken.suite != SRTP_SUITE_NONE)
        take_key(media, &media->untaken);
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
    track_receive(target->track, target->leg, packet->data, packet->data_bytes, packet->arrival_ns);
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

/* Tell of the stream, once, why something of it is not heard. */
static void tell_once(const struct target *target, int64_t at_ns, bool *told, const char *detail)
{
    if (*told)
        return;
    *told = true;
    notes_add(track_notes(target->track), at_ns / CLOCK_NS_PER_MS, (int)target->leg, "deviation",
              detail);
}

/* What is longer than a packet may be cannot be heard; where a key would be the proof of whose it
 * is, nobody can tell. */
static void leave_out(const struct target *target, const struct rtp_datagram *datagram,
                      int64_t arrival_ns)
{
    struct media_stream *stream = target->stream;
    char detail[BOUND_FACT_DETAIL_BYTES];
    bool expected = !stream->sealed && source_lock_expects(stream->lock, datagram->from);

    track_count(target->track, target->leg, expected ? LEG_IGNORED : LEG_REFUSED, 1);
    (void)snprintf(detail, sizeof detail, "RTP packets of more than %d bytes, which are not heard",
                   BOUND_RTP_PACKET_BYTES);
    if (expected)
        tell_once(target, arrival_ns, &stream->told_long, detail);
}

void media_stream_take(struct media_stream *stream, const struct rtp_datagram *datagram,
                       int64_t arrival_ns, struct track *track, size_t leg)
{
    struct target target = {stream, track, leg};
    size_t data_bytes = datagram->data_bytes;
    bool authentic = false;

    if (datagram->truncated) {
        leave_out(&target, datagram, arrival_ns);
        return;
    }
    /* also where it was not agreed: nothing else can have such a payload type */
    if (rtcp_is(datagram->data, data_bytes)) {
        media_stream_take_rtcp(stream, datagram, arrival_ns, track, leg);
        return;
    }
    enum status status = open_packet(stream, datagram, &data_bytes, arrival_ns, &authentic);
    if (status == STATUS_OK) {
        offer(&target, datagram, data_bytes, authentic, arrival_ns);
        return;
    }
    track_count(track, leg, outcome_of(stream, datagram, status), 1);
    if (stream->untaken.suite != SRTP_SUITE_NONE)
        tell_once(&target, arrival_ns, &stream->told_untaken,
                  "an SRTP key could not be taken: what it seals is not heard until it is");
}

void media_stream_take_rtcp(struct media_stream *stream, const struct rtp_datagram *datagram,
                            int64_t arrival_ns, struct track *track, size_t leg)
{
    struct rtcp_compound compound;
    size_t data_bytes = datagram->data_bytes;

    if (datagram->truncated || !rtcp_is(datagram->data, data_bytes))
        return;
    enum status status = STATUS_DENIED;
    if (stream->srtp)
        status = srtp_receiver_open_rtcp(stream->srtp, datagram->data, &data_bytes);
    if (status != STATUS_OK && stream->sealed)
        return;
    if (!stream_rtcp_take(&stream->rtcp, datagram->data, data_bytes, datagram->from, arrival_ns,
                          &compound))
        return;
    for (size_t i = 0; i < compound.reports; i++) /* what its sender says of its clock */
        track_report(track, leg, &compound.report[i], compound.has_cname ? compound.cname : "",
                     datagram->from);
}

void media_stream_finish(struct media_stream *stream, struct track *track, size_t leg)
{
    uint64_t refused = source_lock_finish(stream->lock);

    if (refused)
        track_count(track, leg, LEG_REFUSED, refused);
}
