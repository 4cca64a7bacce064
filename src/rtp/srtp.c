#include "rtp/srtp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/rtcp.h"
#include "rtp/srtp_context.h"

struct srtp_receiver {
    struct srtp_context *current;
    struct srtp_context *old; /* NULL, or the key before */
    unsigned opened;          /* by the current one, while there is an old one */
    _Alignas(16) uint8_t work[SRTP_CONTEXT_WORK_BYTES];
};

struct srtp_sender {
    struct srtp_context *context;
    _Alignas(16) uint8_t work[SRTP_CONTEXT_WORK_BYTES];
};

static_assert((int)RTCP_PACKET_BYTES_MAX <= (int)BOUND_RTP_PACKET_BYTES, "ours can be sealed");

enum status srtp_receiver_create(const struct srtp_key *remote, struct srtp_receiver **out,
                                 struct fault *fault)
{
    struct srtp_receiver *receiver = calloc(1, sizeof *receiver);

    if (!receiver)
        return fault_set(fault, STATUS_NOMEM, 0, "SRTP: out of memory");
    enum status status = srtp_context_create(remote, false, &receiver->current, fault);
    if (status != STATUS_OK) {
        free(receiver);
        return status;
    }
    *out = receiver;
    return STATUS_OK;
}

void srtp_receiver_destroy(struct srtp_receiver *owned_receiver)
{
    if (!owned_receiver)
        return;
    srtp_context_destroy(owned_receiver->current);
    srtp_context_destroy(owned_receiver->old);
    free(owned_receiver);
}

static void forget_old(struct srtp_receiver *receiver)
{
    srtp_context_destroy(receiver->old);
    receiver->old = NULL;
}

enum status srtp_receiver_rekey(struct srtp_receiver *receiver, const struct srtp_key *remote,
                                struct fault *fault)
{
    struct srtp_context *fresh = NULL;

    if (srtp_key_equal(srtp_context_key(receiver->current), remote))
        return STATUS_OK;
    if (receiver->old && srtp_key_equal(srtp_context_key(receiver->old), remote)) {
        /* back to the one before: what it knows still holds */
        fresh = receiver->old;
        receiver->old = receiver->current;
        receiver->current = fresh;
        receiver->opened = 0;
        return STATUS_OK;
    }
    /* one that never opened anything is not what the sender uses */
    bool keep_old = receiver->old && !srtp_context_was_used(receiver->current);
    const struct srtp_context *before = keep_old ? receiver->old : receiver->current;
    enum status status = srtp_context_create(remote, false, &fresh, fault);
    if (status == STATUS_OK)
        status = srtp_context_carry(fresh, before, fault);
    if (status != STATUS_OK) {
        srtp_context_destroy(fresh);
        return status;
    }
    if (keep_old) {
        srtp_context_destroy(receiver->current);
    } else {
        forget_old(receiver);
        receiver->old = receiver->current;
    }
    receiver->current = fresh;
    receiver->opened = 0;
    return STATUS_OK;
}

static enum status open_packet(struct srtp_receiver *receiver, bool rtcp, uint8_t *data,
                               size_t *data_bytes)
{
    size_t bytes = 0;
    enum status status =
        srtp_context_open(receiver->current, rtcp, data, *data_bytes, receiver->work, &bytes);

    if (status == STATUS_OK) {
        if (receiver->old && ++receiver->opened >= SRTP_OLD_KEY_PACKETS)
            forget_old(receiver);
    } else if (receiver->old) {
        enum status second =
            srtp_context_open(receiver->old, rtcp, data, *data_bytes, receiver->work, &bytes);
        if (second == STATUS_OK || status == STATUS_DENIED)
            status = second;
    }
    if (status != STATUS_OK)
        return status;
    memcpy(data, receiver->work, bytes);
    *data_bytes = bytes;
    return STATUS_OK;
}

enum status srtp_receiver_open(struct srtp_receiver *receiver, uint8_t *data, size_t *data_bytes)
{
    return open_packet(receiver, false, data, data_bytes);
}

enum status srtp_receiver_open_rtcp(struct srtp_receiver *receiver, uint8_t *data,
                                    size_t *data_bytes)
{
    return open_packet(receiver, true, data, data_bytes);
}

enum status srtp_sender_create(const struct srtp_key *local, struct srtp_sender **out,
                               struct fault *fault)
{
    struct srtp_sender *sender = calloc(1, sizeof *sender);

    if (!sender)
        return fault_set(fault, STATUS_NOMEM, 0, "SRTP: out of memory");
    enum status status = srtp_context_create(local, true, &sender->context, fault);
    if (status != STATUS_OK) {
        free(sender);
        return status;
    }
    *out = sender;
    return STATUS_OK;
}

void srtp_sender_destroy(struct srtp_sender *owned_sender)
{
    if (!owned_sender)
        return;
    srtp_context_destroy(owned_sender->context);
    free(owned_sender);
}

enum status srtp_sender_seal_rtcp(struct srtp_sender *sender, uint8_t *data, size_t *data_bytes)
{
    size_t bytes = *data_bytes;

    if (bytes > RTCP_PACKET_BYTES_MAX)
        return STATUS_INVALID;
    memcpy(sender->work, data, bytes);
    enum status status = srtp_context_seal_rtcp(sender->context, sender->work, &bytes);
    if (status != STATUS_OK)
        return status;
    memcpy(data, sender->work, bytes);
    *data_bytes = bytes;
    return STATUS_OK;
}
