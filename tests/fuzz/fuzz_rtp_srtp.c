/*
 * Forged SRTP: whatever comes between two genuine packets, it is not opened, and the second is.
 *
 * The first byte chooses suite (bits 0-1), MKI (2), whether the key changed just before (3), SRTCP
 * (4), and whether the rest is a datagram, or laid over the second genuine packet by exclusive or
 * (5). Genuine packets come from libsrtp2's sending side.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <srtp2/srtp.h>

#include "base/bounds.h"
#include "rtp/srtp.h"

enum { FIRST_NUMBER = 65533, PLAIN_BYTES = 32, PACKET_BYTES = 256, MKI_BYTES = 3 };

/* One datagram as it comes off the wire. */
struct sealed {
    _Alignas(4) uint8_t data[PACKET_BYTES];
    size_t bytes;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes);

static bool is_gcm(enum srtp_suite suite)
{
    return suite == SRTP_SUITE_AEAD_AES_128_GCM || suite == SRTP_SUITE_AEAD_AES_256_GCM;
}

/* The library was made ready by the first receiver. */
static srtp_t open_peer(struct srtp_key *key)
{
    srtp_policy_t policy;
    srtp_t session = NULL;

    memset(&policy, 0, sizeof policy);
    policy.key = key->key;
    policy.ssrc.type = ssrc_any_outbound;
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
    if (key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_32)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    else if (key->suite == SRTP_SUITE_AEAD_AES_128_GCM)
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    else if (key->suite == SRTP_SUITE_AEAD_AES_256_GCM)
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
    policy.rtcp = policy.rtp;
    if (!is_gcm(key->suite))
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    if (srtp_create(&session, &policy) != srtp_err_status_ok)
        abort();
    return session;
}

static struct sealed seal(srtp_t peer, const struct srtp_key *key, uint16_t number)
{
    struct sealed packet = {.data = {0x80, 8, (uint8_t)(number >> 8), (uint8_t)number, [8] = 7}};
    int bytes = PLAIN_BYTES;

    if (srtp_protect(peer, packet.data, &bytes) != srtp_err_status_ok)
        abort();
    size_t behind = is_gcm(key->suite)                                 ? 0
                    : key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_32 ? 4
                                                                       : 10;
    uint8_t *mki = packet.data + (size_t)bytes - behind;
    memmove(mki + key->mki_bytes, mki, behind);
    memcpy(mki, key->mki, key->mki_bytes);
    packet.bytes = (size_t)bytes + key->mki_bytes;
    return packet;
}

static void must_open(struct srtp_receiver *receiver, struct sealed packet)
{
    if (srtp_receiver_open(receiver, packet.data, &packet.bytes) != STATUS_OK ||
        packet.bytes != PLAIN_BYTES)
        abort();
}

/* Nobody without the key makes a packet that opens; and what fails is left as it was. */
static void must_not_open(struct srtp_receiver *receiver, bool rtcp, const uint8_t *data,
                          size_t data_bytes)
{
    uint8_t *copy = malloc(data_bytes ? data_bytes : 1);
    size_t bytes = data_bytes;

    if (!copy)
        abort();
    memcpy(copy, data, data_bytes);
    enum status status = rtcp ? srtp_receiver_open_rtcp(receiver, copy, &bytes)
                              : srtp_receiver_open(receiver, copy, &bytes);
    if (status == STATUS_OK || bytes != data_bytes || memcmp(copy, data, data_bytes) != 0)
        abort();
    free(copy);
}

static void forge(struct srtp_receiver *receiver, const struct sealed *genuine, uint8_t choice,
                  const uint8_t *data, size_t data_bytes)
{
    struct sealed forged = *genuine;
    uint8_t changed = 0;

    if (!(choice & 0x20)) {
        must_not_open(receiver, choice & 0x10, data, data_bytes);
        return;
    }
    for (size_t i = 0; i < data_bytes && i < forged.bytes; i++) {
        forged.data[i] ^= data[i];
        changed |= data[i];
    }
    if (changed)
        must_not_open(receiver, choice & 0x10, forged.data, forged.bytes);
}

/* The first context loads libsrtp2's cryptography, the last unloads it, which takes longer than an
 * input does: one stays. */
static void keep_library_loaded(const struct srtp_key *key)
{
    static struct srtp_receiver *kept;

    if (!kept && srtp_receiver_create(key, &kept, NULL) != STATUS_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes)
{
    struct srtp_receiver *receiver = NULL;

    if (!data_bytes || data_bytes > 2 * BOUND_RTP_PACKET_BYTES)
        return 0;
    uint8_t choice = data[0];
    struct srtp_key key = {.suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_32 + (choice & 3),
                           .mki = {1, 2, 3},
                           .mki_bytes = choice & 4 ? MKI_BYTES : 0};
    struct srtp_key other = key;
    memset(key.key, 0x17, srtp_suite_key_bytes(key.suite));
    memset(other.key, 0x71, srtp_suite_key_bytes(other.suite));
    keep_library_loaded(&key);
    srtp_t peer = open_peer(&key);
    if (srtp_receiver_create(&key, &receiver, NULL) != STATUS_OK)
        abort();
    for (uint16_t i = 0; i < 6; i++) { /* over the wrap of the numbers */
        struct sealed genuine = seal(peer, &key, (uint16_t)(FIRST_NUMBER + i));

        if (i == 2 && (choice & 8) && srtp_receiver_rekey(receiver, &other, NULL) != STATUS_OK)
            abort();
        forge(receiver, &genuine, choice, data + 1, data_bytes - 1);
        must_open(receiver, genuine);
        must_not_open(receiver, false, genuine.data, genuine.bytes);
    }
    srtp_receiver_destroy(receiver);
    (void)srtp_dealloc(peer);
    return 0;
}
