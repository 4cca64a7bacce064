/**
 * salvage: an answer to a request that libre cannot decode, and would only drop.
 */
#ifndef RECORDER_SIP_SALVAGE_H
#define RECORDER_SIP_SALVAGE_H

#include <stddef.h>

#include "sip/libre.h"

struct sip_server;

/* By what a message came. */
struct salvage_origin {
    void *sock; /* libre's, borrowed */
    enum sip_transp transport;
    struct sa source;
};

/**
 * Answer what is readable of a request: what an answer needs of it is decoded alone. Responses,
 * ACK, and what does not even tell where to answer get nothing.
 *
 * data    char[bytes], from its first line on; may end anywhere.
 * code    4xx-6xx. reason  of the answer.
 */
void salvage_answer(struct sip_server *server, const struct salvage_origin *origin,
                    const char *data, size_t bytes, unsigned code, const char *reason);

#endif
