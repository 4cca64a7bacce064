/* sdp_crypto: the crypto lines of a description (RFC 4568), which are used and which of them. */
#include <stdio.h>

#include "unit/body/sdp_help.h"

/* The bytes 0, 1, 2, ... in base64: 30, 28 and 44 of them. */
#define KEY30 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define KEY28 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw"
#define KEY44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis"
#define CM80 "AES_CM_128_HMAC_SHA1_80"

/* Reads one secure line with these crypto values, each ended by '\n'. */
static struct sdp_description *read_cryptos(const char *values)
{
    char text[8192] = SESSION "m=audio 40000 RTP/SAVP 0\r\na=label:1\r\n";

    while (*values) {
        size_t length = strcspn(values, "\n");

        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "a=crypto:%.*s\r\n",
                       (int)length, values);
        values += length + (values[length] == '\n');
    }
    return read_offer(text);
}

static void expect_key(const char *value, enum srtp_suite suite, size_t mki_bytes)
{
    struct sdp_description *offer = read_cryptos(value);
    const struct sdp_crypto *crypto = &offer->media[0].crypto[0];

    if (!offer->media[0].cryptos)
        print_error("%s\n", value);
    assert_int_equal(offer->media[0].cryptos, 1);
    assert_int_equal(offer->deviations, 0);
    assert_int_equal(crypto->key.suite, suite);
    assert_int_equal(crypto->key.mki_bytes, mki_bytes);
    for (size_t i = 0; i < srtp_suite_key_bytes(suite); i++)
        assert_int_equal(crypto->key.key[i], i);
    drop_offer(offer);
}

/* A line that is left out, and whether that is told. */
static void expect_left_out(const char *value, bool malformed)
{
    struct sdp_description *offer = read_cryptos(value);

    if (offer->media[0].cryptos)
        print_error("%s\n", value);
    assert_int_equal(offer->media[0].cryptos, 0);
    assert_int_equal(deviation_has(offer->deviations, DEVIATION_SDP_CRYPTO), malformed);
    drop_offer(offer);
}

static void key_of_each_suite_is_read_with_and_without_padding(void **state)
{
    (void)state;
    expect_key("1 AES_CM_128_HMAC_SHA1_80 inline:" KEY30, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, 0);
    expect_key("1 AES_CM_128_HMAC_SHA1_32 inline:" KEY30, SRTP_SUITE_AES_CM_128_HMAC_SHA1_32, 0);
    expect_key("1 AEAD_AES_128_GCM inline:" KEY28 "==", SRTP_SUITE_AEAD_AES_128_GCM, 0);
    expect_key("1 AEAD_AES_128_GCM inline:" KEY28, SRTP_SUITE_AEAD_AES_128_GCM, 0);
    expect_key("1 AEAD_AES_256_GCM inline:" KEY44 "=", SRTP_SUITE_AEAD_AES_256_GCM, 0);
    expect_key("1 AEAD_AES_256_GCM inline:" KEY44, SRTP_SUITE_AEAD_AES_256_GCM, 0);
    expect_key("1 aes_cm_128_hmac_sha1_80 INLINE:" KEY30, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, 0);
}

static void key_of_another_length_makes_the_line_malformed(void **state)
{
    (void)state;
    expect_left_out("1 " CM80 " inline:" KEY28 "==", true);
    expect_left_out("1 " CM80 " inline:" KEY44 "=", true);
    expect_left_out("1 AEAD_AES_128_GCM inline:" KEY30, true);
    expect_left_out("1 " CM80 " inline:", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "A", true);
    expect_left_out("1 " CM80 " inline:-" KEY30, true);
    expect_left_out("1 " CM80 " inline:AAEC-wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd", true);
}

static void lifetime_is_a_power_of_two_or_a_number_up_to_that_of_the_suite(void **state)
{
    const enum srtp_suite suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_80;

    (void)state;
    expect_key("1 " CM80 " inline:" KEY30 "|2^20", suite, 0);
    expect_key("1 " CM80 " inline:" KEY30 "|2^48", suite, 0);
    expect_key("1 " CM80 " inline:" KEY30 "|1048576", suite, 0);
    expect_key("1 " CM80 " inline:" KEY30 "|281474976710656", suite, 0);
    expect_left_out("1 " CM80 " inline:" KEY30 "|2^49", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|281474976710657", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|0", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|2^", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|2^20|2^20", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|1:1|2^20", true);
}

static void mki_is_big_endian_in_the_bytes_that_it_names(void **state)
{
    struct sdp_description *offer = read_cryptos("1 " CM80 " inline:" KEY30 "|2^20|1066:4\n"
                                                 "2 " CM80 " inline:" KEY30 "|255:1\n"
                                                 "3 " CM80 " inline:" KEY30 "|65536:3");
    const struct sdp_crypto *crypto = offer->media[0].crypto;
    const uint8_t first[] = {0, 0, 4, 42};
    const uint8_t third[] = {1, 0, 0};

    (void)state;
    assert_int_equal(offer->media[0].cryptos, 3);
    assert_int_equal(crypto[0].key.mki_bytes, 4);
    assert_memory_equal(crypto[0].key.mki, first, sizeof first);
    assert_int_equal(crypto[1].key.mki_bytes, 1);
    assert_int_equal(crypto[1].key.mki[0], 255);
    assert_int_equal(crypto[2].key.mki_bytes, 3);
    assert_memory_equal(crypto[2].key.mki, third, sizeof third);
    drop_offer(offer);
}

static void mki_as_large_as_128_bytes_is_read_and_one_that_does_not_fit_is_malformed(void **state)
{
    /* 2^1024 - 1 */
    static const char largest[] =
        "17976931348623159077293051907890247336179769789423065727343008115773267580550096313270847"
        "73224075360211201138798713933576587897688144166224928474306394741243777678934248654852763"
        "02219601246094119453082952085005768838150682342462881473913110540827237163350510684586298"
        "239947245938479716304835356329624224137215";
    const enum srtp_suite suite = SRTP_SUITE_AES_CM_128_HMAC_SHA1_80;
    char value[1024];

    (void)state;
    (void)snprintf(value, sizeof value, "1 " CM80 " inline:" KEY30 "|%s:128", largest);
    expect_key(value, suite, 128);
    struct sdp_description *offer = read_cryptos(value);
    for (size_t i = 0; i < 128; i++)
        assert_int_equal(offer->media[0].crypto[0].key.mki[i], 255);
    drop_offer(offer);
    value[strlen(value) - 5] = '6'; /* one more: 2^1024 */
    expect_left_out(value, true);
    (void)snprintf(value, sizeof value, "1 " CM80 " inline:" KEY30 "|0%s0:128", largest);
    expect_left_out(value, true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|256:1", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|1:129", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|1:0", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|1:", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|:1", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|x:1", true);
    expect_left_out("1 " CM80 " inline:" KEY30 "|1:1|2:1", true);
}

/* Section 6.1: an MKI tells each, and all are as long. */
static void several_inline_keys_are_a_key_and_its_spares(void **state)
{
    static const char other[] = "HRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";
    char value[1024];

    (void)state;
    (void)snprintf(value, sizeof value,
                   "1 " CM80 " inline:" KEY30 "|2^20|1:2;inline:%s|2^20|513:2;inline:" KEY30
                   ";INLINE:%s|3:2;inline:" KEY30 "|4:1;inline:AAAA|5:2;;inline:%s|6:2;"
                   "inline:%s|7:2 WSH=128",
                   other, other, other, other);
    expect_key(value, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, 2);
    struct sdp_description *offer = read_cryptos(value);
    const struct srtp_key *key = &offer->media[0].crypto[0].key;
    static const uint8_t names[SRTP_SPARE_KEYS_MAX][2] = {{2, 1}, {0, 3}, {0, 6}};
    assert_int_equal(key->spares, SRTP_SPARE_KEYS_MAX);
    for (size_t i = 0; i < SRTP_SPARE_KEYS_MAX; i++) {
        assert_memory_equal(key->spare[i].mki, names[i], 2);
        assert_int_equal(key->spare[i].key[0], 29);
        assert_int_equal(key->spare[i].key[29], 0);
    }
    drop_offer(offer);
    /* nothing tells them apart */
    offer = read_cryptos("1 " CM80 " inline:" KEY30 ";inline:" KEY30 "|1:1");
    assert_int_equal(offer->media[0].cryptos, 1);
    assert_int_equal(offer->media[0].crypto[0].key.spares, 0);
    drop_offer(offer);
}

static void session_parameters_that_change_nothing_are_tolerated(void **state)
{
    static const char *const parameters[] = {
        "WSH=64", "FEC_ORDER=FEC_SRTP", "FEC_KEY=inline:" KEY30 " WSH=1024", "KDR=0", "-later=1",
    };
    char value[512];

    (void)state;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        (void)snprintf(value, sizeof value, "1 " CM80 " inline:" KEY30 " %s", parameters[i]);
        expect_key(value, SRTP_SUITE_AES_CM_128_HMAC_SHA1_80, 0);
    }
}

static void session_parameters_that_we_cannot_follow_make_the_line_useless(void **state)
{
    (void)state;
    expect_left_out("1 " CM80 " inline:" KEY30 " UNENCRYPTED_SRTP", false);
    expect_left_out("1 " CM80 " inline:" KEY30 " UNENCRYPTED_SRTCP", false);
    expect_left_out("1 " CM80 " inline:" KEY30 " WSH=64 UNAUTHENTICATED_SRTP", false);
    expect_left_out("1 " CM80 " inline:" KEY30 " KDR=1", false);
    expect_left_out("1 " CM80 " inline:" KEY30 " KDR=25", true);
    expect_left_out("1 " CM80 " inline:" KEY30 " SOMETHING_NEW", false);
}

static void unknown_suites_are_skipped_without_a_word(void **state)
{
    (void)state;
    expect_left_out("1 F8_128_HMAC_SHA1_80 inline:" KEY30, false);
    expect_left_out("1 AES_256_CM_HMAC_SHA1_80 inline:whatever that is", false);
    expect_left_out("1 " CM80 " mikey:" KEY30, false);
}

static void lines_without_a_tag_suite_or_key_are_malformed(void **state)
{
    (void)state;
    expect_left_out("1", true);
    expect_left_out("1 " CM80, true);
    expect_left_out("x " CM80 " inline:" KEY30, true);
    expect_left_out("1000000000 " CM80 " inline:" KEY30, true);
    expect_left_out("1 " CM80 " " KEY30, true);
}

static void tag_of_up_to_nine_digits_is_kept(void **state)
{
    struct sdp_description *offer = read_cryptos("999999999 " CM80 " inline:" KEY30);

    (void)state;
    assert_int_equal(offer->media[0].crypto[0].tag, 999999999);
    drop_offer(offer);
}

static void crypto_line_before_any_media_line_is_malformed(void **state)
{
    struct sdp_description *offer = read_offer(SESSION "a=crypto:1 " CM80 " inline:" KEY30 "\r\n"
                                                       "m=audio 4 RTP/SAVP 0\r\na=label:1\r\n");

    (void)state;
    assert_int_equal(offer->media[0].cryptos, 0);
    assert_true(deviation_has(offer->deviations, DEVIATION_SDP_CRYPTO));
    drop_offer(offer);
}

static void as_many_crypto_lines_as_allowed_are_kept(void **state)
{
    char values[4096] = "";

    (void)state;
    for (unsigned i = 1; i <= BOUND_SDP_CRYPTO + 1; i++)
        (void)snprintf(values + strlen(values), 128, "%u " CM80 " inline:" KEY30 "\n", i);
    struct sdp_description *offer = read_cryptos(values);
    assert_int_equal(offer->media[0].cryptos, BOUND_SDP_CRYPTO);
    assert_int_equal(offer->media[0].crypto[BOUND_SDP_CRYPTO - 1].tag, BOUND_SDP_CRYPTO);
    drop_offer(offer);
}

static void expect_chosen_tag(const char *values, uint32_t tag)
{
    struct sdp_description *offer = read_cryptos(values);
    struct sdp_choice choice;

    assert_int_equal(sdp_choose(&offer->media[0], &secure, &choice), STATUS_OK);
    assert_non_null(choice.crypto);
    assert_int_equal(choice.crypto->tag, tag);
    drop_offer(offer);
}

static void first_line_that_can_be_used_is_chosen_as_the_offerer_prefers(void **state)
{
    (void)state;
    expect_chosen_tag("1 AES_CM_128_HMAC_SHA1_32 inline:" KEY30 "\n"
                      "2 AES_CM_128_HMAC_SHA1_80 inline:" KEY30 "\n"
                      "3 AES_CM_128_HMAC_SHA1_80 inline:" KEY30,
                      1);
    expect_chosen_tag("4 AEAD_AES_256_GCM inline:" KEY44 "\n"
                      "5 AEAD_AES_128_GCM inline:" KEY28 "\n"
                      "6 AES_CM_128_HMAC_SHA1_80 inline:" KEY30,
                      4);
    expect_chosen_tag("7 F8_128_HMAC_SHA1_80 inline:" KEY30 "\n"
                      "8 AES_CM_128_HMAC_SHA1_32 inline:" KEY30,
                      8);
}

static void expect_status(const char *media_lines, const struct sdp_abilities *abilities,
                          enum status expected)
{
    char text[1024];
    struct sdp_choice choice = {.format = 77};

    (void)snprintf(text, sizeof text, SESSION "%s", media_lines);
    struct sdp_description *offer = read_offer(text);
    assert_int_equal(sdp_choose(&offer->media[0], abilities, &choice), expected);
    assert_true(expected == STATUS_OK || choice.format == 77);
    assert_true(expected != STATUS_OK || !choice.crypto);
    drop_offer(offer);
}

static void secure_line_needs_a_key_and_leave_to_take_it(void **state)
{
    (void)state;
    expect_status("m=audio 4 RTP/SAVP 0\r\n", &secure, STATUS_UNSUPPORTED);
    expect_status("m=audio 4 RTP/SAVP 0\r\n", &plain, STATUS_UNSUPPORTED);
    expect_status("m=audio 4 RTP/SAVP 18\r\na=crypto:1 " CM80 " inline:" KEY30 "\r\n", &plain,
                  STATUS_UNSUPPORTED);
    expect_status("m=audio 4 RTP/SAVP 0\r\na=crypto:1 " CM80 " inline:" KEY30 "\r\n", &plain,
                  STATUS_DENIED);
    expect_status("m=audio 4 RTP/SAVPF 0\r\na=crypto:1 " CM80 " inline:" KEY30 "\r\n", &plain,
                  STATUS_DENIED);
}

/* "Best-effort SRTP" of some vendors: whoever answers without a key gets plain RTP. */
static void plain_line_with_keys_is_taken_as_plain(void **state)
{
    (void)state;
    expect_status("m=audio 4 RTP/AVP 0\r\na=crypto:1 " CM80 " inline:" KEY30 "\r\n", &secure,
                  STATUS_OK);
    expect_status("m=audio 4 RTP/AVPF 0\r\na=crypto:1 " CM80 " inline:" KEY30 "\r\n", &plain,
                  STATUS_OK);
}

static void wiped_description_holds_no_key(void **state)
{
    struct sdp_description *offer = read_cryptos("1 " CM80 " inline:" KEY30);
    const uint8_t nothing[SRTP_KEY_BYTES_MAX] = {0};

    (void)state;
    sdp_description_wipe(offer);
    assert_memory_equal(offer->media[0].crypto[0].key.key, nothing, sizeof nothing);
    sdp_description_wipe(NULL);
    sdp_description_deinit(offer);
    assert_null(offer->media);
    assert_int_equal(offer->media_lines, 0);
    sdp_description_deinit(offer);
    sdp_description_deinit(NULL);
    free(offer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_of_each_suite_is_read_with_and_without_padding),
        cmocka_unit_test(key_of_another_length_makes_the_line_malformed),
        cmocka_unit_test(lifetime_is_a_power_of_two_or_a_number_up_to_that_of_the_suite),
        cmocka_unit_test(mki_is_big_endian_in_the_bytes_that_it_names),
        cmocka_unit_test(mki_as_large_as_128_bytes_is_read_and_one_that_does_not_fit_is_malformed),
        cmocka_unit_test(several_inline_keys_are_a_key_and_its_spares),
        cmocka_unit_test(session_parameters_that_change_nothing_are_tolerated),
        cmocka_unit_test(session_parameters_that_we_cannot_follow_make_the_line_useless),
        cmocka_unit_test(unknown_suites_are_skipped_without_a_word),
        cmocka_unit_test(lines_without_a_tag_suite_or_key_are_malformed),
        cmocka_unit_test(tag_of_up_to_nine_digits_is_kept),
        cmocka_unit_test(crypto_line_before_any_media_line_is_malformed),
        cmocka_unit_test(as_many_crypto_lines_as_allowed_are_kept),
        cmocka_unit_test(first_line_that_can_be_used_is_chosen_as_the_offerer_prefers),
        cmocka_unit_test(secure_line_needs_a_key_and_leave_to_take_it),
        cmocka_unit_test(plain_line_with_keys_is_taken_as_plain),
        cmocka_unit_test(wiped_description_holds_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
