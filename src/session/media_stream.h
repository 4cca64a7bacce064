/**
 * media_stream: the receiving end of one stream: its sockets, whom it listens to, its keys and its
 * reports. What passes goes to a leg of a track.
 *
 * Made by signalling, so that an answer can name its port; owned by the recording's media thread
 * from when that takes it in. Times are nanoseconds from the recording's start.
 *
 * It has one socket for RTP; two for a while after a move, which a sender follows when it likes;
 * none after it was withdrawn for RECORDING_WITHDRAWN_MS, until it is moved again. Whom it listens
 * to, its keys and its numbers outlast its sockets.
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
#include "session/media_socket.h"
#include "session/recording.h"
#include "session/stream_rtcp.h"
#include "session/track.h"

enum {
    /* from plain RTP to SRTP a sender follows when it likes: what comes in clear is still heard so
     * long, or until the key has opened a packet. In the other direction what the last key opens is
     * heard as long as it comes */
    MEDIA_STREAM_MIXED_MS = 2000,
    /* after a move the socket before it is read until the new one has been heard for so long */
    MEDIA_STREAM_FORMER_MS = 5000,
};

enum { MEDIA_STREAM_CURRENT, MEDIA_STREAM_FORMER, MEDIA_STREAM_SOCKETS };

struct media_stream {
    struct media_socket socket[MEDIA_STREAM_SOCKETS]; /* the former one only after a move */
    int64_t followed_ns;  /* when the first packet came by the current one; -1: none did since the
                             move */
    int64_t withdrawn_ns; /* since when it is withdrawn; -1: it is not */
    struct source_lock *lock;
    bool sealed;                /* SRTP is what is agreed now */
    struct srtp_receiver *srtp; /* of the last key taken; NULL: none was */
    struct srtp_key untaken;    /* agreed on since, and not taken yet for want of memory; NONE */
    int64_t mixed_until_ns;     /* until then plain is heard where sealed is agreed, 0: never */
    struct stream_rtcp rtcp;
    int64_t heard_ns;  /* when the last packet was taken in; -1 where none was */
    bool told_long;    /* that datagrams are too long for a packet */
    bool told_untaken; /* that a key could not be taken */
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

/**
 * Take over sender, RTCP and keys of an update, since at_ns. A key for which there is no memory is
 * tried again with each packet that comes; what it seals is refused until then, which becomes a
 * fact, and what the key before seals is heard.
 */
void media_stream_update(struct media_stream *stream, const struct recording_stream *news,
                         const char *cname, int64_t at_ns);

/**
 * Receive by another socket from now on. The one before is read on, see MEDIA_STREAM_FORMER_MS; one
 * before that is closed. RTCP moves at once.
 *
 * owned_socket  consumed; all that arrived before the present horizon counts as read.
 */
void media_stream_move(struct media_stream *stream, struct media_socket *owned_socket,
                       int64_t horizon_ns);

/** Whether it has been withdrawn for RECORDING_WITHDRAWN_MS, and still has a socket. */
bool media_stream_is_done(const struct media_stream *stream, int64_t now_ns);

/** Close all sockets, RTCP's too; media_stream_move brings it back. */
void media_stream_rest(struct media_stream *stream);

/** Close the former socket where its time is over. */
void media_stream_tick(struct media_stream *stream, int64_t now_ns);

/** Its socket of that descriptor; NULL where it has none. Borrowed: a move changes it. */
struct media_socket *media_stream_socket(struct media_stream *stream, int descriptor);

/**
 * Note that a packet which came by that socket was heard.
 *
 * heard_before_ns  the stream's heard_ns before it was taken.
 */
void media_stream_follow(struct media_stream *stream, const struct media_socket *socket,
                         int64_t heard_before_ns);

/**
 * Take a datagram that came to the RTP port: open it, see whose it is, hand it to a leg.
 *
 * datagram  its data are opened in place. One that was truncated is not heard: it is counted as
 *           ignored, and noted once (fact "deviation"), where its sender is the stream's and it is
 *           not SRTP that was agreed; else as refused.
 */
void media_stream_take(struct media_stream *stream, const struct rtp_datagram *datagram,
                       int64_t arrival_ns, struct track *track, size_t leg);

/** Take a datagram of RTCP, from either port; what it says of the sender's clock goes to a leg. */
void media_stream_take_rtcp(struct media_stream *stream, const struct rtp_datagram *datagram,
                            int64_t arrival_ns, struct track *track, size_t leg);

/** Nothing more will come: what waits to show its source is refused. */
void media_stream_finish(struct media_stream *stream, struct track *track, size_t leg);

#endif
