#include "storage/seal/recovery_text.h"

#include <assert.h>
#include <libgfshare.h>
#include <sodium.h>
#include <string.h>

#include "storage/seal/key_file.h"
#include "storage/seal/key_text.h"

#define WHOLE_PREFIX "brk"
#define SHARE_PREFIX "brs"

enum {
    SHARE_HEAD_BYTES = 2 + RECOVERY_SET_BYTES,
    SHARE_BYTES = SHARE_HEAD_BYTES + KEY_PRIVATE_BYTES,
};

static_assert(RECOVERY_TEXT_BYTES == (int)KEY_TEXT_BYTES, "texts");
static_assert(SHARE_BYTES <= (int)KEY_TEXT_DATA_BYTES, "a share fits");

static void fill_random(unsigned char *data, unsigned int bytes)
{
    randombytes_buf(data, bytes);
}

/* The library has no source of its own: it draws polynomials, and overwrites what it held. */
static void give_randomness(void)
{
    gfshare_fill_rand = fill_random;
}

static void set_of(const uint8_t *private_half, uint8_t set[static RECOVERY_SET_BYTES])
{
    uint8_t public_key[KEY_PUBLIC_BYTES];

    (void)crypto_scalarmult_base(public_key, private_half);
    sodium_stackzero(4096);
    struct key_id id = key_id_of(public_key);
    memcpy(set, id.b, RECOVERY_SET_BYTES);
}

static enum status make_shares(struct recovery_split split, struct recovery_secret *secret,
                               struct fault *fault)
{
    uint8_t numbers[RECOVERY_SHARES_MAX];
    uint8_t data[SHARE_BYTES];

    for (unsigned i = 0; i < split.shares; i++)
        numbers[i] = (uint8_t)(i + 1); /* at 0 is the secret */
    give_randomness();
    gfshare_ctx *context =
        gfshare_ctx_init_enc(numbers, split.shares, (uint8_t)split.threshold, KEY_PRIVATE_BYTES);
    if (!context)
        return fault_set(fault, STATUS_NOMEM, 0, "split the recovery key");
    gfshare_ctx_enc_setsecret(context, secret->private_half);
    data[1] = (uint8_t)split.threshold;
    set_of(secret->private_half, data + 2);
    for (unsigned i = 0; i < split.shares; i++) {
        data[0] = numbers[i];
        gfshare_ctx_enc_getshare(context, (uint8_t)i, data + SHARE_HEAD_BYTES);
        key_text_encode(SHARE_PREFIX, data, sizeof data, secret->text[i]);
    }
    secret->texts = split.shares;
    gfshare_ctx_free(context); /* overwrites what it held */
    sodium_memzero(data, sizeof data);
    return STATUS_OK;
}

enum status recovery_text_make(struct recovery_split split, struct recovery_secret *secret,
                               struct fault *fault)
{
    if (!split.shares && !split.threshold) {
        key_text_encode(WHOLE_PREFIX, secret->private_half, KEY_PRIVATE_BYTES, secret->text[0]);
        secret->texts = 1;
        return STATUS_OK;
    }
    if (split.threshold < RECOVERY_THRESHOLD_MIN || split.shares < split.threshold ||
        split.shares > RECOVERY_SHARES_MAX)
        return fault_set(fault, STATUS_INVALID, 0,
                         "shares are 2 to %d, and of them 2 or more must suffice",
                         RECOVERY_SHARES_MAX);
    return make_shares(split, secret, fault);
}

static bool is_blank(const char *line)
{
    return strspn(line, " \t\r\n") == strlen(line);
}

static enum status take_share(struct recovery_input *input, const uint8_t *data,
                              struct fault *fault)
{
    if (data[0] == 0 || data[1] < RECOVERY_THRESHOLD_MIN || data[1] > RECOVERY_SHARES_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "that is no share of a recovery key");
    if (input->shares &&
        (data[1] != input->threshold || memcmp(data + 2, input->set, RECOVERY_SET_BYTES) != 0))
        return fault_set(fault, STATUS_INVALID, 0,
                         "that is a share of another recovery key than those before it");
    for (size_t i = 0; i < input->shares; i++)
        if (input->number[i] == data[0])
            return STATUS_OK;
    if (input->shares == RECOVERY_SHARES_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "there are more shares than were ever made");
    input->threshold = data[1];
    memcpy(input->set, data + 2, RECOVERY_SET_BYTES);
    input->number[input->shares] = data[0];
    memcpy(input->share[input->shares++], data + SHARE_HEAD_BYTES, KEY_PRIVATE_BYTES);
    return STATUS_OK;
}

enum status recovery_take(struct recovery_input *input, const char *line, struct fault *fault)
{
    uint8_t data[SHARE_BYTES];

    if (is_blank(line))
        return STATUS_OK;
    enum status status =
        key_text_decode(WHOLE_PREFIX, line, input->private_half, KEY_PRIVATE_BYTES);
    if (status == STATUS_OK)
        input->whole = true;
    if (status != STATUS_NOT_FOUND) {
        return status == STATUS_OK ? status
                                   : fault_set(fault, STATUS_INVALID, 0,
                                               "the checksum of the key does not fit: a letter "
                                               "is wrong or missing");
    }
    status = key_text_decode(SHARE_PREFIX, line, data, sizeof data);
    if (status == STATUS_NOT_FOUND)
        status = fault_set(fault, STATUS_INVALID, 0,
                           "that is neither a recovery key (brk1 ...) nor a share (brs1 ...)");
    else if (status != STATUS_OK)
        status = fault_set(fault, STATUS_INVALID, 0,
                           "the checksum of the share does not fit: a letter is wrong or missing");
    else
        status = take_share(input, data, fault);
    sodium_memzero(data, sizeof data);
    return status;
}

bool recovery_suffices(const struct recovery_input *input)
{
    return input->whole || (input->shares && input->shares >= input->threshold);
}

enum status recovery_join(struct recovery_input *input, struct fault *fault)
{
    uint8_t set[RECOVERY_SET_BYTES];

    if (input->whole)
        return STATUS_OK;
    if (!recovery_suffices(input))
        return fault_set(fault, STATUS_INVALID, 0, "%zu of %u shares are there", input->shares,
                         input->threshold);
    give_randomness();
    gfshare_ctx *context =
        gfshare_ctx_init_dec(input->number, (unsigned)input->shares, KEY_PRIVATE_BYTES);
    if (!context)
        return fault_set(fault, STATUS_NOMEM, 0, "join the shares");
    for (size_t i = 0; i < input->shares; i++)
        gfshare_ctx_dec_giveshare(context, (uint8_t)i, input->share[i]);
    gfshare_ctx_dec_extract(context, input->private_half);
    gfshare_ctx_free(context);
    set_of(input->private_half, set);
    if (memcmp(set, input->set, sizeof set) != 0) {
        sodium_memzero(input->private_half, sizeof input->private_half);
        return fault_set(fault, STATUS_CORRUPT, 0,
                         "together the shares are not the key that they say they are of");
    }
    return STATUS_OK;
}
