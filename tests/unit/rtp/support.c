#include "support.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { HEADER_BYTES = 12 };

struct srtp_key key_of(enum srtp_suite suite, uint8_t seed)
{
    struct srtp_key key = {.suite = suite};

    for (size_t i = 0; i < srtp_suite_key_bytes(suite); i++)
        key.key[i] = (uint8_t)(seed + i * 7);
    return key;
}

static bool is_gcm(const struct srtp_key *key)
{
    return key->suite == SRTP_SUITE_AEAD_AES_128_GCM || key->suite == SRTP_SUITE_AEAD_AES_256_GCM;
}

void peer_open(struct peer *peer, const struct srtp_key *key, uint32_t specific_ssrc)
{
    srtp_policy_t policy;

    (void)srtp_init(); /* fails where it was done before */
    memset(&policy, 0, sizeof policy);
    peer->key = *key;
    policy.key = peer->key.key;
    policy.window_size = 128;
    policy.ssrc.type = specific_ssrc ? ssrc_specific : ssrc_any_outbound;
    policy.ssrc.value = specific_ssrc;
    if (key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_32)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    else if (key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_80)
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
    else if (key->suite == SRTP_SUITE_AEAD_AES_128_GCM)
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
    policy.rtcp = policy.rtp;
    if (!is_gcm(key))
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    assert_int_equal(srtp_create(&peer->session, &policy), srtp_err_status_ok);
}

void peer_close(struct peer *peer)
{
    assert_int_equal(srtp_dealloc(peer->session), srtp_err_status_ok);
}

/* Put the MKI where RFC 3711 figures 1 and 2, and RFC 7714 figures 3 and 4, have it. */
static void insert_mki(const struct srtp_key *key, bool rtcp, struct sealed *packet)
{
    size_t behind = is_gcm(key)                                                ? 0
                    : rtcp || key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_80 ? 10
                                                                               : 4;
    uint8_t *mki = packet->data + packet->bytes - behind;

    memmove(mki + key->mki_bytes, mki, behind);
    memcpy(mki, key->mki, key->mki_bytes);
    packet->bytes += key->mki_bytes;
}

static void write_packet(uint8_t *data, uint32_t ssrc, uint16_t number)
{
    const uint32_t big_endian[2] = {htonl(number * 160u), htonl(ssrc)};

    data[0] = 0x80;
    data[1] = 8;
    data[2] = (uint8_t)(number >> 8);
    data[3] = (uint8_t)number;
    memcpy(data + 4, big_endian, sizeof big_endian);
    for (size_t i = 0; i < PEER_PAYLOAD_BYTES; i++)
        data[HEADER_BYTES + i] = (uint8_t)(number + i);
}

struct sealed peer_send(struct peer *peer, uint32_t ssrc, uint16_t number)
{
    struct sealed packet = {.bytes = 0};
    int bytes = HEADER_BYTES + PEER_PAYLOAD_BYTES;

    write_packet(packet.data, ssrc, number);
    assert_int_equal(srtp_protect(peer->session, packet.data, &bytes), srtp_err_status_ok);
    packet.bytes = (size_t)bytes;
    insert_mki(&peer->key, false, &packet);
    return packet;
}

struct sealed peer_send_rtcp(struct peer *peer, uint32_t ssrc)
{
    struct sealed packet = {.data = {0x80, 201, 0, 1}};
    const uint32_t big_endian = htonl(ssrc);
    int bytes = 8;

    memcpy(packet.data + 4, &big_endian, sizeof big_endian);
    assert_int_equal(srtp_protect_rtcp(peer->session, packet.data, &bytes), srtp_err_status_ok);
    packet.bytes = (size_t)bytes;
    insert_mki(&peer->key, true, &packet);
    return packet;
}

bool is_packet_of(const uint8_t *data, size_t data_bytes, uint32_t ssrc, uint16_t number)
{
    uint8_t expected[HEADER_BYTES + PEER_PAYLOAD_BYTES];

    write_packet(expected, ssrc, number);
    return data_bytes == sizeof expected && memcmp(data, expected, sizeof expected) == 0;
}
