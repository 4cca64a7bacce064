/* srtp_key: suites by name, fresh keys, comparing and wiping them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/srtp_key.h"

static void suites_have_the_names_and_key_lengths_of_their_standards(void **state)
{
    static const struct {
        const char *name;
        size_t key_bytes;
    } suites[] = {
        {"AES_CM_128_HMAC_SHA1_32", 30},
        {"AES_CM_128_HMAC_SHA1_80", 30},
        {"AEAD_AES_128_GCM", 28},
        {"AEAD_AES_256_GCM", 44},
    };
    enum srtp_suite worse = SRTP_SUITE_NONE;

    (void)state;
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        enum srtp_suite suite = srtp_suite_find(suites[i].name, strlen(suites[i].name));

        assert_true(suite > worse);
        assert_string_equal(srtp_suite_name(suite), suites[i].name);
        assert_int_equal(srtp_suite_key_bytes(suite), suites[i].key_bytes);
        worse = suite;
    }
    assert_string_equal(srtp_suite_name(SRTP_SUITE_NONE), "");
    assert_int_equal(srtp_suite_key_bytes(SRTP_SUITE_NONE), 0);
}

static void suite_is_found_without_case_and_only_by_its_whole_name(void **state)
{
    (void)state;
    assert_int_equal(srtp_suite_find("aead_aes_128_gcm", 16), SRTP_SUITE_AEAD_AES_128_GCM);
    assert_int_equal(srtp_suite_find("AEAD_AES_128_GCM_8", 18), SRTP_SUITE_NONE);
    assert_int_equal(srtp_suite_find("AEAD_AES_128_GCM", 15), SRTP_SUITE_NONE);
    assert_int_equal(srtp_suite_find("", 0), SRTP_SUITE_NONE);
}

static void fresh_keys_differ_and_have_no_mki(void **state)
{
    struct srtp_key one = {.mki_bytes = 4};
    struct srtp_key other = {.mki_bytes = 4};

    (void)state;
    for (enum srtp_suite suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_32;
         suite <= SRTP_SUITE_AEAD_AES_256_GCM; suite++) {
        assert_int_equal(srtp_key_random(suite, &one), STATUS_OK);
        assert_int_equal(srtp_key_random(suite, &other), STATUS_OK);
        assert_int_equal(one.suite, suite);
        assert_int_equal(one.mki_bytes, 0);
        assert_false(srtp_key_equal(&one, &other));
    }
}

static void keys_are_equal_by_what_is_used_of_them_only(void **state)
{
    struct srtp_key one;
    struct srtp_key other;

    (void)state;
    assert_int_equal(srtp_key_random(SRTP_SUITE_AEAD_AES_128_GCM, &one), STATUS_OK);
    other = one;
    other.key[28] ^= 1; /* behind the key of this suite */
    other.mki[0] ^= 1;  /* there is no MKI */
    assert_true(srtp_key_equal(&one, &other));
    other.key[27] ^= 1;
    assert_false(srtp_key_equal(&one, &other));
    other = one;
    other.suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_80;
    assert_false(srtp_key_equal(&one, &other));
    other = one;
    other.mki_bytes = 1;
    assert_false(srtp_key_equal(&one, &other));
    one.mki_bytes = 1;
    assert_true(srtp_key_equal(&one, &other));
    one.mki[0] ^= 1;
    assert_false(srtp_key_equal(&one, &other));
}

static void wiped_key_is_all_zeros(void **state)
{
    const struct srtp_key nothing = {.suite = SRTP_SUITE_NONE};
    struct srtp_key key;

    (void)state;
    assert_int_equal(srtp_key_random(SRTP_SUITE_AEAD_AES_256_GCM, &key), STATUS_OK);
    srtp_key_wipe(&key);
    assert_int_equal(key.suite, SRTP_SUITE_NONE);
    assert_memory_equal(key.key, nothing.key, sizeof key.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suites_have_the_names_and_key_lengths_of_their_standards),
        cmocka_unit_test(suite_is_found_without_case_and_only_by_its_whole_name),
        cmocka_unit_test(fresh_keys_differ_and_have_no_mki),
        cmocka_unit_test(keys_are_equal_by_what_is_used_of_them_only),
        cmocka_unit_test(wiped_key_is_all_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
