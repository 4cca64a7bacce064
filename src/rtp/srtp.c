#include "rtp/srtp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/rtcp.h"
#include "rtp/srtp_context.h"

struct srtp_receiver {
    struct srtp_key keys;                            /* as agreed last: the first and its spares */
    struct srtp_context *current;                    /* of the first */
    struct srtp_context *spare[SRTP_SPARE_KEYS_MAX]; /* NULL until a packet was opened by it */
    struct srtp_context *latest; /* of these, what opened the newest packet of sound */
    struct srtp_context *old;    /* NULL, or the key before */
    unsigned opened;             /* by the others, while there is an old one */
    _Alignas(16) uint8_t work[SRTP_CONTEXT_WORK_BYTES];
};

struct srtp_sender {
    struct srtp_context *context;
    _Alignas(16) uint8_t work[RTCP_PACKET_BYTES_MAX + SRTP_OVERHEAD_BYTES_MAX];
};

static_assert((int)SRTP_CONTEXT_OVERHEAD_BYTES == (int)SRTP_OVERHEAD_BYTES_MAX, "both say so");

static enum status create_context(const struct srtp_key *keys, size_t which,
                                  struct srtp_context **out, struct fault *fault)
{
    struct srtp_key alone = srtp_key_alone(keys, which);
    enum status status = srtp_context_create(&alone, false, out, fault);

    srtp_key_wipe(&alone);
    return status;
}

enum status srtp_receiver_create(const struct srtp_key *remote, struct srtp_receiver **out,
                                 struct fault *fault)
{
    struct srtp_receiver *receiver = calloc(1, sizeof *receiver);

    if (!receiver)
        return fault_set(fault, STATUS_NOMEM, 0, "SRTP: out of memory");
    enum status status = create_context(remote, 0, &receiver->current, fault);
    if (status != STATUS_OK) {
        free(receiver);
        return status;
    }
    receiver->keys = *remote;
    receiver->latest = receiver->current;
    *out = receiver;
    return STATUS_OK;
}

/* All but the latest one. */
static void forget_others(struct srtp_receiver *receiver)
{
    if (receiver->current != receiver->latest)
        srtp_context_destroy(receiver->current);
    receiver->current = receiver->latest;
    for (size_t i = 0; i < SRTP_SPARE_KEYS_MAX; i++) {
        if (receiver->spare[i] != receiver->latest)
            srtp_context_destroy(receiver->spare[i]);
        receiver->spare[i] = NULL;
    }
}

void srtp_receiver_destroy(struct srtp_receiver *owned_receiver)
{
    if (!owned_receiver)
        return;
    forget_others(owned_receiver);
    srtp_context_destroy(owned_receiver->current);
    srtp_context_destroy(owned_receiver->old);
    srtp_key_wipe(&owned_receiver->keys);
    free(owned_receiver);
}

static void forget_old(struct srtp_receiver *receiver)
{
    srtp_context_destroy(receiver->old);
    receiver->old = NULL;
}

static bool is_first_key(const struct srtp_context *context, const struct srtp_key *keys)
{
    struct srtp_key first = srtp_key_alone(keys, 0);
    bool equal = srtp_key_equal(srtp_context_key(context), &first);

    srtp_key_wipe(&first);
    return equal;
}

/* The first of new keys takes the place of the one in use. */
static void put_in_use(struct srtp_receiver *receiver, struct srtp_context *context)
{
    receiver->current = context;
    receiver->latest = context;
    receiver->opened = 0;
}

/* What is in use becomes the old one; one that never opened anything is not what is in use. */
static enum status change_key(struct srtp_receiver *receiver, const struct srtp_key *remote,
                              struct fault *fault)
{
    struct srtp_context *fresh = NULL;
    bool keep_old = receiver->old && !srtp_context_was_used(receiver->latest);
    const struct srtp_context *before = keep_old ? receiver->old : receiver->latest;
    enum status status = create_context(remote, 0, &fresh, fault);

    if (status == STATUS_OK)
        status = srtp_context_carry(fresh, before, fault);
    if (status != STATUS_OK) {
        srtp_context_destroy(fresh);
        return status;
    }
    forget_others(receiver);
    if (keep_old) {
        srtp_context_destroy(receiver->current);
    } else {
        forget_old(receiver);
        receiver->old = receiver->current;
    }
    put_in_use(receiver, fresh);
    return STATUS_OK;
}

enum status srtp_receiver_rekey(struct srtp_receiver *receiver, const struct srtp_key *remote,
                                struct fault *fault)
{
    if (srtp_key_equal(&receiver->keys, remote))
        return STATUS_OK;
    if (is_first_key(receiver->latest, remote)) {
        forget_others(receiver);
    } else if (receiver->old && is_first_key(receiver->old, remote)) {
        /* back to the one before: what it knows still holds */
        struct srtp_context *back = receiver->old;
        forget_others(receiver);
        receiver->old = receiver->current;
        put_in_use(receiver, back);
    } else {
        enum status status = change_key(receiver, remote, fault);
        if (status != STATUS_OK)
            return status;
    }
    receiver->keys = *remote;
    return STATUS_OK;
}

/* --- one packet --------------------------------------------------------------------------------
 */

struct packet {
    bool rtcp;
    const uint8_t *data;
    size_t data_bytes;
};

static enum status open_by(struct srtp_receiver *receiver, struct srtp_context *context,
                           const struct packet *packet, size_t *bytes)
{
    enum status status = srtp_context_open(context, packet->rtcp, packet->data, packet->data_bytes,
                                           receiver->work, bytes);

    if (status == STATUS_OK && !packet->rtcp && context != receiver->old)
        receiver->latest = context;
    return status;
}

/*
 * A key that the packet names and that has opened nothing yet, or nothing since another was used:
 * its rollover counter goes on from there. Kept only where it opens the packet.
 */
static enum status begin_key(struct srtp_receiver *receiver, size_t which,
                             const struct packet *packet, size_t *bytes)
{
    struct srtp_context **place = which ? &receiver->spare[which - 1] : &receiver->current;
    struct srtp_context *fresh = NULL;
    struct srtp_context *before = *place;
    enum status status = create_context(&receiver->keys, which, &fresh, NULL);

    if (status == STATUS_OK)
        status = srtp_context_carry(fresh, receiver->latest, NULL);
    if (status == STATUS_OK)
        status = srtp_context_open(fresh, packet->rtcp, packet->data, packet->data_bytes,
                                   receiver->work, bytes);
    if (status != STATUS_OK) {
        srtp_context_destroy(fresh);
        return status;
    }
    *place = fresh;
    if (!packet->rtcp)
        receiver->latest = fresh;
    srtp_context_destroy(before);
    return STATUS_OK;
}

/*
 * Whether a key that is not the latest one may begin (again): a packet that it opened before is
 * older than what the latest one opened, and would be news to a key that begins.
 */
static bool may_begin(const struct srtp_receiver *receiver, const struct srtp_context *context,
                      const struct packet *packet)
{
    return context != receiver->latest &&
           (!context || (!packet->rtcp && srtp_context_is_ahead(receiver->latest, packet->data)));
}

/* By the key that the packet names (RFC 3711 section 8.1.1). status: what the first one made of it,
 * which tells of a replay also where its rollover counter has just fallen behind. */
static enum status open_by_name(struct srtp_receiver *receiver, const struct packet *packet,
                                enum status status, size_t *bytes)
{
    for (size_t i = 0; i <= receiver->keys.spares && status != STATUS_OK; i++) {
        struct srtp_context *context = i ? receiver->spare[i - 1] : receiver->current;
        struct srtp_key key = srtp_key_alone(&receiver->keys, i);
        bool named =
            srtp_context_key_is_named(&key, packet->rtcp, packet->data, packet->data_bytes);

        srtp_key_wipe(&key);
        if (!named)
            continue;
        if (i && context)
            status = open_by(receiver, context, packet, bytes);
        if (status != STATUS_OK && may_begin(receiver, context, packet))
            status = begin_key(receiver, i, packet, bytes);
    }
    return status;
}

static enum status open_packet(struct srtp_receiver *receiver, bool rtcp, uint8_t *data,
                               size_t *data_bytes)
{
    const struct packet packet = {rtcp, data, *data_bytes};
    size_t bytes = 0;
    enum status status = open_by(receiver, receiver->current, &packet, &bytes);

    if (status != STATUS_OK && status != STATUS_INVALID && receiver->keys.spares)
        status = open_by_name(receiver, &packet, status, &bytes);
    if (status == STATUS_OK) {
        if (receiver->old && ++receiver->opened >= SRTP_OLD_KEY_PACKETS)
            forget_old(receiver);
    } else if (receiver->old) {
        enum status second = open_by(receiver, receiver->old, &packet, &bytes);
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
