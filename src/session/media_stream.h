/**
 * media_stream: the receiving end of one stream: its sockets, whom it listens to, its keys and its
 * reports. What passes goes to a leg of a track.
 *
 * Made by signalling, so that an answer can name its port; owned by the recording's media thread
 * from when that takes it in. Times are nanoseconds from the recording's start.
 */
#ifndef RECORDER_SESSION_MEDIA_STREAM_H
#define RECORDER_SESSION_MEDIA_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/status.h"
#include "net/port_range.h"
#include "rtp/receiver.h"
#include "rtp/source_lock.h"
#include "rtp/srtp.h"
#include "session/recording.h"
#include "session/stream_rtcp.h"
#include "session/track.h"

enum {
    /* from plain RTP to SRTP a sender follows when it likes: what comes in clear is still heard so
     * long, or until the key has opened a packet. In the other direction what the last key opens is
     * heard as long as it comes */
    MEDIA_STREAM_MIXED_MS = 2000,
};

struct media_stream {
    struct port_range *ports;
    int descriptor;
    uint16_t port;
    uint32_t dropped;    /* the kernel's count, as last told */
    int64_t received_ns; /* all that arrived before it has been read */
    bool drained;        /* in the present sweep */
    struct source_lock *lock;
    bool sealed;                /* SRTP is what is agreed now */
    struct srtp_receiver *srtp; /* of the last key; NULL: there was none, or it was not taken */
    int64_t mixed_until_ns;     /* until then plain is heard where sealed is agreed, 0: never */
    struct stream_rtcp rtcp;
    int64_t heard_ns; /* when the last packet was taken in; -1 where none was */
};

/**
 * Bind the sockets of a stream.
 *
 * stream   borrowed.
 * address  local address to bind where the stream does not name one; port ignored.
 * ports    lends the port; outlives this.
 *
 * STATUS_OK           *out set, for media_stream_close.
 * STATUS_FULL         no free port.
 * STATUS_UNSUPPORTED  a suite of its keys.
 * STATUS_IO, STATUS_NOMEM.
 */
enum status media_stream_open(const struct recording_stream *stream,
                              const struct sockaddr_storage *address, struct port_range *ports,
                              struct media_stream **out, struct fault *fault) MUST_CHECK;

/** Give the port back, wipe the keys, free; NULL is accepted. */
void media_stream_close(struct media_stream *owned_stream);

/** Take over sender, RTCP and keys of an update, since at_ns. */
void media_stream_update(struct media_stream *stream, const struct recording_stream *news,
                         const char *cname, int64_t at_ns);

/**
 * Take a datagram that came to the RTP port: open it, see whose it is, hand it to a leg.
 *
 * datagram  its data are opened in place.
 */
void media_stream_take(struct media_stream *stream, const struct rtp_datagram *datagram,
                       int64_t arrival_ns, struct track *track, size_t leg);

/** Take a datagram of RTCP, from either port. */
void media_stream_take_rtcp(struct media_stream *stream, const struct rtp_datagram *datagram,
                            int64_t arrival_ns);

/** Nothing more will come: what waits to show its source is refused. */
void media_stream_finish(struct media_stream *stream, struct track *track, size_t leg);

#endif
