/* The ciphers: what is sealed opens only with the same key, context and bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "storage/seal/seal.h"

enum { PLAIN_BYTES = 100, SEALED_BYTES = SEAL_NONCE_BYTES + PLAIN_BYTES + SEAL_TAG_BYTES };

static const uint8_t key[SEAL_KEY_BYTES] = {1, 2, 3};
static const uint8_t aad[] = "context";

static int get_ready(void **state)
{
    (void)state;
    return seal_ready(NULL) == STATUS_OK ? 0 : -1;
}

static void seal(uint8_t sealed[static SEALED_BYTES], const uint8_t plain[static PLAIN_BYTES])
{
    uint8_t nonce[SEAL_NONCE_BYTES];

    seal_nonce_new(nonce);
    seal_encrypt(key, nonce, aad, sizeof aad, plain, PLAIN_BYTES, sealed);
}

static void what_is_sealed_opens(void **state)
{
    uint8_t plain[PLAIN_BYTES] = "audio";
    uint8_t sealed[SEALED_BYTES];
    uint8_t opened[PLAIN_BYTES];
    (void)state;

    seal(sealed, plain);
    assert_int_equal(seal_decrypt(key, aad, sizeof aad, sealed, sizeof sealed, opened), STATUS_OK);
    assert_memory_equal(opened, plain, sizeof plain);
    assert_int_equal(seal_decrypt(key, aad, sizeof aad, sealed, sizeof sealed, NULL), STATUS_OK);
}

static void any_change_is_refused_and_gives_zeros(void **state)
{
    uint8_t plain[PLAIN_BYTES] = "audio";
    uint8_t sealed[SEALED_BYTES];
    uint8_t opened[PLAIN_BYTES];
    uint8_t zeros[PLAIN_BYTES] = {0};
    (void)state;

    seal(sealed, plain);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 0x80;
        memset(opened, 7, sizeof opened);
        assert_int_equal(seal_decrypt(key, aad, sizeof aad, sealed, sizeof sealed, opened),
                         STATUS_CORRUPT);
        assert_memory_equal(opened, zeros, sizeof zeros);
        assert_int_equal(seal_decrypt(key, aad, sizeof aad, sealed, sizeof sealed, NULL),
                         STATUS_CORRUPT);
        sealed[i] ^= 0x80;
    }
    assert_int_equal(seal_decrypt(key, aad, sizeof aad - 1, sealed, sizeof sealed, opened),
                     STATUS_CORRUPT);
    uint8_t other[SEAL_KEY_BYTES] = {1, 2, 4};
    assert_int_equal(seal_decrypt(other, aad, sizeof aad, sealed, sizeof sealed, opened),
                     STATUS_CORRUPT);
}

static void two_seals_of_one_text_share_nothing(void **state)
{
    uint8_t plain[PLAIN_BYTES] = {0};
    uint8_t first[SEALED_BYTES];
    uint8_t second[SEALED_BYTES];
    (void)state;

    seal(first, plain);
    seal(second, plain);
    assert_memory_not_equal(first, second, SEAL_NONCE_BYTES);
    assert_memory_not_equal(first + SEAL_NONCE_BYTES, second + SEAL_NONCE_BYTES, PLAIN_BYTES);
}

static void commitment_and_frame_key_differ_and_hang_on_the_header(void **state)
{
    uint8_t dek[KEY_DEK_BYTES];
    uint8_t header[64] = {0};
    uint8_t commitment[SEAL_COMMITMENT_BYTES];
    uint8_t other[SEAL_COMMITMENT_BYTES];
    uint8_t frame_key[SEAL_KEY_BYTES];
    (void)state;

    seal_dek_new(dek);
    seal_commitment(dek, header, sizeof header, commitment);
    seal_frame_key(dek, header, sizeof header, frame_key);
    assert_memory_not_equal(commitment, frame_key, sizeof commitment);
    header[63] = 1;
    seal_commitment(dek, header, sizeof header, other);
    assert_memory_not_equal(commitment, other, sizeof commitment);
}

static void a_key_of_low_order_is_refused(void **state)
{
    uint8_t dek[KEY_DEK_BYTES] = {0};
    uint8_t low[KEY_PUBLIC_BYTES] = {0};
    uint8_t sealed[SEAL_DEK_SEALED_BYTES] = {9};
    (void)state;

    assert_int_equal(seal_dek_to(dek, low, sealed), STATUS_INVALID);
    assert_int_equal(sealed[0], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens),
        cmocka_unit_test(any_change_is_refused_and_gives_zeros),
        cmocka_unit_test(two_seals_of_one_text_share_nothing),
        cmocka_unit_test(commitment_and_frame_key_differ_and_hang_on_the_header),
        cmocka_unit_test(a_key_of_low_order_is_refused),
    };

    return cmocka_run_group_tests_name("seal", tests, get_ready, NULL);
}
