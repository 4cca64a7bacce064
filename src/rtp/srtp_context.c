#include "rtp/srtp_context.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <srtp2/srtp.h>

#include "rtp/network_order.h"

enum {
    RTP_HEADER_BYTES_MIN = 12,
    RTCP_HEADER_BYTES_MIN = 8,
    RTCP_INDEX_BYTES = 4,
    RTCP_CM_TAG_BYTES = 10, /* RFC 4568 section 6.2: 80 bits also where RTP has 32 */
    GCM_TAG_BYTES = 16,
};

/* One SSRC of which something was opened, or that was taken over from the key before. */
struct source {
    bool used;
    bool carried;  /* a stream of it is in context->carried */
    bool settled;  /* that one has opened a packet */
    bool numbered; /* an RTP packet came: index holds */
    uint32_t ssrc;
    uint64_t index; /* highest: rollover counter << 16 | number */
    uint64_t turn;  /* when it last came, counted in packets */
};

struct srtp_context {
    srtp_t streams; /* of any SSRC; rollover counters begin at zero */
    srtp_t carried; /* NULL, or those that go on counting from the key before */
    struct srtp_key key;
    uint64_t turn;
    struct source sources[SRTP_CONTEXT_SOURCES];
};

/* What is tried for a packet. */
struct attempt {
    srtp_t streams;
    bool rtcp;
    const uint8_t *data;
    size_t data_bytes;
};

/* Its outcome shows when the first context is made. */
static void init_library(void)
{
    (void)srtp_init();
}

static bool is_gcm(const struct srtp_key *key)
{
    return key->suite == SRTP_SUITE_AEAD_AES_128_GCM || key->suite == SRTP_SUITE_AEAD_AES_256_GCM;
}

static void set_suite(enum srtp_suite suite, srtp_policy_t *policy)
{
    switch (suite) {
    case SRTP_SUITE_AES_CM_128_HMAC_SHA1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
        break;
    case SRTP_SUITE_AES_CM_128_HMAC_SHA1_80:
        srtp_crypto_policy_set_rtp_default(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
        break;
    case SRTP_SUITE_AEAD_AES_128_GCM:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
        break;
    case SRTP_SUITE_AEAD_AES_256_GCM:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
        break;
    case SRTP_SUITE_NONE: /* srtp_context_create asserts that it is none of these */
        break;
    }
}

static srtp_policy_t policy_of(struct srtp_context *context, srtp_ssrc_type_t type, uint32_t ssrc)
{
    srtp_policy_t policy;

    memset(&policy, 0, sizeof policy);
    set_suite(context->key.suite, &policy);
    policy.ssrc.type = type;
    policy.ssrc.value = ssrc;
    policy.key = context->key.key; /* read only */
    policy.window_size = SRTP_CONTEXT_WINDOW;
    return policy;
}

static enum status status_of_create(srtp_err_status_t result, const struct srtp_key *key,
                                    struct fault *fault)
{
    if (result == srtp_err_status_ok)
        return STATUS_OK;
    if (result == srtp_err_status_alloc_fail)
        return fault_set(fault, STATUS_NOMEM, 0, "SRTP: out of memory");
    return fault_set(fault, STATUS_UNSUPPORTED, 0, "SRTP: libsrtp2 has no %s here (%d)",
                     srtp_suite_name(key->suite), (int)result);
}

enum status srtp_context_create(const struct srtp_key *key, bool sealing, struct srtp_context **out,
                                struct fault *fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct srtp_context *context = calloc(1, sizeof *context);

    assert(key->suite != SRTP_SUITE_NONE);
    if (!context)
        return fault_set(fault, STATUS_NOMEM, 0, "SRTP: out of memory");
    (void)pthread_once(&once, init_library);
    context->key = *key;
    srtp_policy_t policy = policy_of(context, sealing ? ssrc_any_outbound : ssrc_any_inbound, 0);
    enum status status = status_of_create(srtp_create(&context->streams, &policy), key, fault);
    if (status != STATUS_OK) {
        context->streams = NULL;
        srtp_context_destroy(context);
        return status;
    }
    *out = context;
    return STATUS_OK;
}

void srtp_context_destroy(struct srtp_context *owned_context)
{
    if (!owned_context)
        return;
    if (owned_context->streams)
        (void)srtp_dealloc(owned_context->streams);
    if (owned_context->carried)
        (void)srtp_dealloc(owned_context->carried);
    srtp_key_wipe(&owned_context->key);
    free(owned_context);
}

const struct srtp_key *srtp_context_key(const struct srtp_context *context)
{
    return &context->key;
}

bool srtp_context_was_used(const struct srtp_context *context)
{
    return context->turn != 0;
}

/* --- sources -----------------------------------------------------------------------------------
 */

static struct source *find_source(struct srtp_context *context, uint32_t ssrc)
{
    for (size_t i = 0; i < SRTP_CONTEXT_SOURCES; i++)
        if (context->sources[i].used && context->sources[i].ssrc == ssrc)
            return &context->sources[i];
    return NULL;
}

/* A place for one more; that of the one quiet longest, whose streams libsrtp2 then forgets too. */
static struct source *make_source(struct srtp_context *context, uint32_t ssrc)
{
    struct source *place = &context->sources[0];

    for (size_t i = 0; i < SRTP_CONTEXT_SOURCES && place->used; i++)
        if (!context->sources[i].used || context->sources[i].turn < place->turn)
            place = &context->sources[i];
    if (place->used) {
        (void)srtp_remove_stream(context->streams, htonl(place->ssrc));
        if (place->carried)
            (void)srtp_remove_stream(context->carried, htonl(place->ssrc));
    }
    *place = (struct source){.used = true, .ssrc = ssrc};
    return place;
}

/* The index that a number most likely stands for, nearest to the highest; negative: before the
 * first. */
static int64_t nearest_index(const struct source *source, uint16_t number)
{
    return (int64_t)source->index + (int16_t)(uint16_t)(number - (uint16_t)source->index);
}

/* An authentic RTP packet came: follow the counter that libsrtp2 found. */
static void note_number(struct source *source, srtp_t streams, uint16_t number)
{
    uint32_t rollovers = 0;
    int64_t nearest = nearest_index(source, number);

    if (srtp_get_stream_roc(streams, source->ssrc, &rollovers) != srtp_err_status_ok)
        return;
    if (!source->numbered || rollovers != source->index >> 16)
        source->index = (uint64_t)rollovers << 16 | number;
    else if (nearest > (int64_t)source->index)
        source->index = (uint64_t)nearest;
    source->numbered = true;
}

enum status srtp_context_carry(struct srtp_context *context, const struct srtp_context *before,
                               struct fault *fault)
{
    enum status status =
        status_of_create(srtp_create(&context->carried, NULL), &context->key, fault);

    if (status != STATUS_OK) {
        context->carried = NULL;
        return status;
    }
    for (size_t i = 0; i < SRTP_CONTEXT_SOURCES && status == STATUS_OK; i++) {
        const struct source *source = &before->sources[i];

        if (!source->numbered)
            continue;
        srtp_policy_t policy = policy_of(context, ssrc_specific, source->ssrc);
        status = status_of_create(srtp_add_stream(context->carried, &policy), &context->key, fault);
        if (status == STATUS_OK)
            context->sources[i] = (struct source){.used = true,
                                                  .carried = true,
                                                  .numbered = true,
                                                  .ssrc = source->ssrc,
                                                  .index = source->index};
    }
    return status;
}

/* --- one packet --------------------------------------------------------------------------------
 */

static uint16_t number_of(const uint8_t *data)
{
    return network_order_u16(data + 2);
}

static uint32_t ssrc_of(const uint8_t *data, bool rtcp)
{
    return network_order_u32(data + (rtcp ? 4 : 8));
}

bool srtp_context_is_ahead(const struct srtp_context *context, const uint8_t *data)
{
    uint32_t ssrc = ssrc_of(data, false);

    for (size_t i = 0; i < SRTP_CONTEXT_SOURCES; i++) {
        const struct source *source = &context->sources[i];

        if (source->used && source->numbered && source->ssrc == ssrc)
            return nearest_index(source, number_of(data)) > (int64_t)source->index;
    }
    return true;
}

/* Bytes of the tag, where it stands behind the MKI (RFC 3711 figure 1); GCM has it before. */
static size_t bytes_behind_mki(const struct srtp_key *key, bool rtcp)
{
    if (is_gcm(key))
        return 0;
    return key->suite == SRTP_SUITE_AES_CM_128_HMAC_SHA1_32 && !rtcp ? 4 : RTCP_CM_TAG_BYTES;
}

/* Header and tag, so that libsrtp2 never counts below zero. */
static size_t bytes_min(const struct srtp_key *key, bool rtcp)
{
    size_t tag_bytes = is_gcm(key) ? GCM_TAG_BYTES : bytes_behind_mki(key, rtcp);

    return tag_bytes + (rtcp ? RTCP_HEADER_BYTES_MIN + RTCP_INDEX_BYTES : RTP_HEADER_BYTES_MIN);
}

static enum status status_of_open(srtp_err_status_t result)
{
    switch ((int)result) { /* the others all mean: not one of ours */
    case srtp_err_status_ok:
        return STATUS_OK;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old:
        return STATUS_DUPLICATE;
    case srtp_err_status_bad_param:
    case srtp_err_status_parse_err:
        return STATUS_INVALID;
    case srtp_err_status_alloc_fail:
        return STATUS_NOMEM;
    default:
        return STATUS_DENIED;
    }
}

/* Copy the packet without `mki_bytes` of MKI, and let libsrtp2 open the copy. */
static enum status try_without(const struct attempt *attempt, size_t mki_bytes, size_t behind_bytes,
                               uint8_t *work, size_t *work_bytes)
{
    size_t front_bytes = attempt->data_bytes - behind_bytes - mki_bytes;
    int bytes = (int)(front_bytes + behind_bytes);

    memcpy(work, attempt->data, front_bytes);
    memcpy(work + front_bytes, attempt->data + attempt->data_bytes - behind_bytes, behind_bytes);
    enum status status =
        status_of_open(attempt->rtcp ? srtp_unprotect_rtcp(attempt->streams, work, &bytes)
                                     : srtp_unprotect(attempt->streams, work, &bytes));
    if (status == STATUS_OK)
        *work_bytes = (size_t)bytes;
    return status;
}

bool srtp_context_key_is_named(const struct srtp_key *key, bool rtcp, const uint8_t *data,
                               size_t data_bytes)
{
    size_t behind_bytes = bytes_behind_mki(key, rtcp);

    return key->mki_bytes && data_bytes >= bytes_min(key, rtcp) + key->mki_bytes &&
           memcmp(data + data_bytes - behind_bytes - key->mki_bytes, key->mki, key->mki_bytes) == 0;
}

static enum status try_packet(const struct srtp_context *context, const struct attempt *attempt,
                              uint8_t *work, size_t *work_bytes)
{
    const struct srtp_key *key = &context->key;
    size_t behind_bytes = bytes_behind_mki(key, attempt->rtcp);
    enum status status = STATUS_DENIED;

    if (srtp_context_key_is_named(key, attempt->rtcp, attempt->data, attempt->data_bytes))
        status = try_without(attempt, key->mki_bytes, behind_bytes, work, work_bytes);
    if (status == STATUS_OK || status == STATUS_DUPLICATE)
        return status;
    return try_without(attempt, 0, behind_bytes, work, work_bytes);
}

/* With the counter that goes on from the key before; DENIED where there is none to go on with. */
static enum status try_carried(struct srtp_context *context, struct source *source,
                               struct attempt attempt, uint8_t *work, size_t *work_bytes)
{
    if (!source || !source->carried || attempt.rtcp)
        return STATUS_DENIED;
    if (!source->settled) {
        int64_t index = nearest_index(source, number_of(attempt.data));

        if (index >> 16 <= 0) /* as one that begins */
            return STATUS_DENIED;
        (void)srtp_set_stream_roc(context->carried, source->ssrc, (uint32_t)(index >> 16));
    }
    attempt.streams = context->carried;
    enum status status = try_packet(context, &attempt, work, work_bytes);
    if (status == STATUS_OK) {
        source->settled = true;
        note_number(source, context->carried, number_of(attempt.data));
    }
    return status;
}

static enum status try_fresh(struct srtp_context *context, struct source **source,
                             const struct attempt *attempt, uint8_t *work, size_t *work_bytes)
{
    enum status status = try_packet(context, attempt, work, work_bytes);

    if (status != STATUS_OK)
        return status;
    if (!*source)
        *source = make_source(context, ssrc_of(attempt->data, attempt->rtcp));
    if (!attempt->rtcp) {
        if ((*source)->carried && !(*source)->settled) {
            (void)srtp_remove_stream(context->carried, htonl((*source)->ssrc));
            (*source)->carried = false; /* its counter began anew */
        }
        note_number(*source, context->streams, number_of(attempt->data));
    }
    return STATUS_OK;
}

enum status srtp_context_open(struct srtp_context *context, bool rtcp, const uint8_t *data,
                              size_t data_bytes, uint8_t *work, size_t *work_bytes)
{
    if (data_bytes < bytes_min(&context->key, rtcp) || data_bytes > BOUND_RTP_PACKET_BYTES ||
        data[0] >> 6 != 2)
        return STATUS_INVALID;
    struct attempt attempt = {context->streams, rtcp, data, data_bytes};
    struct source *source = find_source(context, ssrc_of(data, rtcp));
    bool settled = source && source->settled;
    enum status status = STATUS_DENIED;

    if (settled)
        status = try_carried(context, source, attempt, work, work_bytes);
    if (status == STATUS_DENIED)
        status = try_fresh(context, &source, &attempt, work, work_bytes);
    if (status == STATUS_DENIED && !settled)
        status = try_carried(context, source, attempt, work, work_bytes);
    if (status == STATUS_OK)
        source->turn = ++context->turn;
    return status;
}

enum status srtp_context_seal_rtcp(struct srtp_context *context, uint8_t *work, size_t *work_bytes)
{
    const struct srtp_key *key = &context->key;
    size_t behind_bytes = bytes_behind_mki(key, true);
    int bytes = (int)*work_bytes;

    if (*work_bytes < RTCP_HEADER_BYTES_MIN ||
        srtp_protect_rtcp(context->streams, work, &bytes) != srtp_err_status_ok)
        return STATUS_INVALID;
    size_t sealed_bytes = (size_t)bytes;
    uint8_t *mki = work + sealed_bytes - behind_bytes;
    memmove(mki + key->mki_bytes, mki, behind_bytes);
    memcpy(mki, key->mki, key->mki_bytes);
    *work_bytes = sealed_bytes + key->mki_bytes;
    return STATUS_OK;
}
