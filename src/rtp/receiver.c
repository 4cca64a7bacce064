#include "rtp/receiver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net/address.h"

enum {
    CONTROL_BYTES = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)),
};

/* The data last: what is read of a packet of the usual size lies together. */
struct slot {
    _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES];
    struct sockaddr_storage from;
    uint8_t data[BOUND_RTP_PACKET_BYTES];
};

struct rtp_receiver {
    struct mmsghdr messages[RTP_RECEIVER_BATCH];
    struct iovec vectors[RTP_RECEIVER_BATCH];
    struct rtp_datagram datagrams[RTP_RECEIVER_BATCH];
    struct slot slots[RTP_RECEIVER_BATCH];
};

enum status rtp_receiver_create(struct rtp_receiver **out)
{
    struct rtp_receiver *receiver = calloc(1, sizeof *receiver);

    if (!receiver)
        return STATUS_NOMEM;
    for (size_t i = 0; i < RTP_RECEIVER_BATCH; i++) {
        receiver->vectors[i] = (struct iovec){
            .iov_base = receiver->slots[i].data,
            .iov_len = sizeof receiver->slots[i].data,
        };
        receiver->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &receiver->slots[i].from,
            .msg_namelen = sizeof receiver->slots[i].from,
            .msg_iov = &receiver->vectors[i],
            .msg_iovlen = 1,
            .msg_control = receiver->slots[i].control,
            .msg_controllen = CONTROL_BYTES,
        };
    }
    *out = receiver;
    return STATUS_OK;
}

void rtp_receiver_destroy(struct rtp_receiver *owned_receiver)
{
    free(owned_receiver);
}

static wall_time arrival_of(const struct cmsghdr *control)
{
    struct timespec stamp;

    memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
    return (wall_time){(int64_t)stamp.tv_sec * CLOCK_NS_PER_S + stamp.tv_nsec};
}

/* Read one message's ancillary data, and make its header fit for the next recvmmsg. */
static void finish_message(struct rtp_receiver *receiver, size_t index, uint32_t *dropped)
{
    struct msghdr *header = &receiver->messages[index].msg_hdr;
    wall_time arrival = {0};

    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control;
         control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level != SOL_SOCKET)
            continue;
        if (control->cmsg_type == SCM_TIMESTAMPNS)
            arrival = arrival_of(control);
        else if (control->cmsg_type == SO_RXQ_OVFL)
            memcpy(dropped, CMSG_DATA(control), sizeof *dropped);
    }
    receiver->datagrams[index] = (struct rtp_datagram){
        .data = receiver->slots[index].data,
        .data_bytes = receiver->messages[index].msg_len,
        .truncated = header->msg_flags & MSG_TRUNC,
        .arrival = arrival,
        .from = &receiver->slots[index].from,
    };
    address_unmap(&receiver->slots[index].from);
    header->msg_namelen = sizeof receiver->slots[index].from;
    header->msg_controllen = CONTROL_BYTES;
    header->msg_flags = 0;
}

enum status rtp_receiver_read(struct rtp_receiver *receiver, int descriptor,
                              const struct rtp_datagram **datagrams, size_t *count,
                              uint32_t *dropped)
{
    int received;

    do
        received = recvmmsg(descriptor, receiver->messages, RTP_RECEIVER_BATCH, MSG_DONTWAIT, NULL);
    while (received < 0 && errno == EINTR);
    if (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        return STATUS_IO;
    for (int i = 0; i < received; i++)
        finish_message(receiver, (size_t)i, dropped);
    *datagrams = receiver->datagrams;
    *count = received > 0 ? (size_t)received : 0;
    return STATUS_OK;
}
