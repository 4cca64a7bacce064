/**
 * source_gate: whose RTP a leg listens to.
 *
 * Many senders do not send from the address that their SDP names, so packets from anywhere are
 * taken, until the named address itself sends: while it does, nobody else is heard on that port,
 * neither a stranger nor a call that ended and goes on sending. Embedded by value; owned by one
 * thread; given the time.
 */
#ifndef RECORDER_SESSION_SOURCE_GATE_H
#define RECORDER_SESSION_SOURCE_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    /* The named address has stopped, perhaps for another that takes over: longer than jitter, no
     * longer than must be, for what another sends meanwhile is not recorded. */
    SOURCE_GATE_HOLD_MS = 500,
};

struct source_gate {
    struct sockaddr_storage named; /* AF_UNSPEC: the SDP named none */
    bool heard;                    /* the named address has sent */
    int64_t heard_ns;              /* when it last did */
};

/**
 * Name the sender, by an SDP's address and port; an unspecified address or port 0 names nobody.
 * Naming the same again changes nothing.
 */
void source_gate_name(struct source_gate *gate, const struct sockaddr_storage *named);

/** Whether a datagram from that address, arrived at arrival_ns, is to be taken. */
bool source_gate_admits(struct source_gate *gate, const struct sockaddr_storage *from,
                        int64_t arrival_ns);

#endif
