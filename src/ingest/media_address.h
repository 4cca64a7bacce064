/**
 * media_address: on which of our addresses a call's RTP is taken, and which one our SDP names.
 *
 * The family is that of the first audio line of the peer's description, else that of its
 * signalling. Within it: the configured address; else the one that faces the peer. A line of the
 * other family has an address of its own.
 */
#ifndef RECORDER_INGEST_MEDIA_ADDRESS_H
#define RECORDER_INGEST_MEDIA_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "body/sdp.h"

/* What is configured, per family; AF_UNSPEC where nothing is. */
struct media_addresses {
    struct sockaddr_storage bind_v4, bind_v6;
    struct sockaddr_storage say_v4, say_v6;
};

/* For one call; ports mean nothing. */
struct media_address {
    struct sockaddr_storage bind; /* where its sockets are opened */
    struct sockaddr_storage say;  /* for o= and c= */
};

/** From rtp_address and rtp_advertise. STATUS_OK, STATUS_INVALID (fault names the value). */
enum status media_addresses_read(const struct config *config, struct media_addresses *addresses,
                                 struct fault *fault) MUST_CHECK;

/**
 * For one call.
 *
 * offer  NULL where it has none yet.
 * local  our address that faces its signalling.
 */
void media_address_choose(const struct media_addresses *addresses,
                          const struct sdp_description *offer, const struct sockaddr_storage *local,
                          struct media_address *chosen);

/**
 * For what one sender sends, whose family is IPv4 or IPv6.
 *
 * local  as above, of either family.
 *
 * Returns false, *chosen untouched, where no address of ours can reach that family.
 */
bool media_address_choose_for(const struct media_addresses *addresses,
                              const struct sockaddr_storage *sender,
                              const struct sockaddr_storage *local, struct media_address *chosen);

#endif
