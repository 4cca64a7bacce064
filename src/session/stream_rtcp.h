/**
 * stream_rtcp: the RTCP of one stream: what its sender reports, and our receiver reports, so that a
 * sender that watches for them knows that it is heard (RFC 3550 section 6, RFC 5761, SRTCP).
 *
 * Embedded by value; owned by the thread that owns its stream. Times are nanoseconds from the
 * recording's start. Sending never waits: what the socket does not take is left out.
 *
 * Reports go where the SDP says. Where RTCP shares the RTP port they go from the RTP socket to
 * where the RTP that is heard comes from (RFC 4961), which the SDP often does not know.
 */
#ifndef RECORDER_SESSION_STREAM_RTCP_H
#define RECORDER_SESSION_STREAM_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "rtp/packet.h"
#include "rtp/reception.h"
#include "rtp/rtcp.h"
#include "rtp/srtp.h"
#include "session/recording.h"

enum { STREAM_RTCP_CNAME_BYTES = 64 };

struct stream_rtcp {
    struct sockaddr_storage local; /* that the RTP socket is bound to */
    uint16_t port;                 /* of RTP */
    int rtp_descriptor;            /* borrowed; -1 where there is none */
    int descriptor;                /* of the port behind; -1 where there is none */
    bool mux;
    struct sockaddr_storage to;    /* by the SDP; AF_UNSPEC: nowhere */
    struct sockaddr_storage heard; /* where the RTP that was heard last came from */
    struct srtp_key local_key;
    struct srtp_sender *sender; /* of local_key; NULL: plain RTCP, or not made yet */
    struct reception reception;
    uint32_t clock_rate_hz;
    uint32_t ssrc;   /* ours */
    uint64_t random; /* state of a generator for intervals */
    bool sent;       /* a report has been */
    int64_t next_ns; /* when the next is due */
};

/**
 * Begin, for an RTP socket that is bound.
 *
 * local       its address; port  its port.
 * descriptor  borrowed: outlives this.
 *
 * STATUS_OK           in use until stream_rtcp_deinit. A port behind that others have is no fault.
 * STATUS_UNSUPPORTED  the suite of stream->local_key.
 * STATUS_IO           no random bytes.
 * STATUS_NOMEM
 */
enum status stream_rtcp_init(struct stream_rtcp *rtcp, const struct recording_stream *stream,
                             const struct sockaddr_storage *local, uint16_t port, int descriptor,
                             struct fault *fault) MUST_CHECK;

/** Close, wipe and free; nothing is sent. */
void stream_rtcp_deinit(struct stream_rtcp *rtcp);

/**
 * Take over what an update says: addresses, multiplexing, key. Where reports now go nowhere the old
 * place is told goodbye first.
 */
void stream_rtcp_update(struct stream_rtcp *rtcp, const struct recording_stream *stream,
                        const char *cname, int64_t now_ns);

/**
 * RTP comes to another socket from now on: RTCP goes by it, or by the port behind it. What is known
 * of the sender stays, but not where its RTP comes from.
 *
 * descriptor  borrowed, as in stream_rtcp_init; -1: there is none, and nothing is sent.
 */
void stream_rtcp_move(struct stream_rtcp *rtcp, const struct sockaddr_storage *local, uint16_t port,
                      int descriptor);

/** Note a packet of RTP that is heard. */
void stream_rtcp_packet(struct stream_rtcp *rtcp, const struct rtp_packet *packet,
                        const struct sockaddr_storage *from, int64_t arrival_ns);

/**
 * Take a datagram of RTCP, already opened. Only one from a host that the stream's packets come
 * from, or that the SDP names, counts.
 *
 * compound  set to what it says, where it counts.
 *
 * Returns whether it counts.
 */
bool stream_rtcp_take(struct stream_rtcp *rtcp, const uint8_t *data, size_t data_bytes,
                      const struct sockaddr_storage *from, int64_t arrival_ns,
                      struct rtcp_compound *compound) MUST_CHECK;

/** Send a report where one is due. */
void stream_rtcp_tick(struct stream_rtcp *rtcp, const char *cname, int64_t now_ns);

/** Send the last report and a BYE, where reports were sent. */
void stream_rtcp_bye(struct stream_rtcp *rtcp, const char *cname, int64_t now_ns);

#endif
