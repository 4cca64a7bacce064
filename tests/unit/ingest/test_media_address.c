/* media_address: where RTP is taken and what our SDP says, per family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/media_address.h"
#include "net/address.h"

#define SDP(address)                                                                               \
    "v=0\r\no=- 1 1 IN " address "\r\ns=-\r\nc=IN " address "\r\nt=0 0\r\nm=audio 4000 RTP/AVP "   \
    "8\r\n"

static void read_lists(const char *bind, const char *bind_more, const char *say,
                       struct media_addresses *addresses)
{
    struct config config = {.node = NULL};

    if (bind)
        config.rtp_address.item[config.rtp_address.count++] = (char *)(uintptr_t)bind;
    if (bind_more)
        config.rtp_address.item[config.rtp_address.count++] = (char *)(uintptr_t)bind_more;
    if (say)
        config.rtp_advertise.item[config.rtp_advertise.count++] = (char *)(uintptr_t)say;
    assert_int_equal(media_addresses_read(&config, addresses, NULL), STATUS_OK);
}

/* "bind say" */
static const char *chosen(const struct media_addresses *addresses, const char *sdp,
                          const char *local)
{
    static char text[2 * ADDRESS_TEXT_BYTES];
    struct sdp_description *offer = calloc(1, sizeof *offer);
    struct sockaddr_storage facing;
    struct media_address media;
    char bind[ADDRESS_TEXT_BYTES];
    char say[ADDRESS_TEXT_BYTES];

    assert_non_null(offer);
    assert_int_equal(address_parse(local, 5060, &facing), STATUS_OK);
    if (sdp)
        assert_int_equal(sdp_read(sdp, strlen(sdp), offer), STATUS_OK);
    media_address_choose(addresses, sdp ? offer : NULL, &facing, &media);
    address_format(&media.bind, false, bind);
    address_format(&media.say, false, say);
    (void)snprintf(text, sizeof text, "%s %s", bind, say);
    sdp_description_deinit(offer);
    free(offer);
    return text;
}

static void without_configuration_the_address_that_faces_the_caller_is_taken(void **state)
{
    struct media_addresses addresses;

    (void)state;
    read_lists(NULL, NULL, NULL, &addresses);
    assert_string_equal(chosen(&addresses, SDP("IP4 127.0.0.1"), "127.0.0.5"),
                        "127.0.0.5 127.0.0.5");
    assert_string_equal(chosen(&addresses, NULL, "::1"), "::1 ::1");
}

static void family_of_the_media_goes_before_that_of_the_signalling(void **state)
{
    struct media_addresses addresses;

    (void)state;
    read_lists("192.0.2.1", "2001:db8::1", NULL, &addresses);
    assert_string_equal(chosen(&addresses, SDP("IP6 ::1"), "127.0.0.1"), "2001:db8::1 2001:db8::1");
    assert_string_equal(chosen(&addresses, SDP("IP4 127.0.0.1"), "127.0.0.1"),
                        "192.0.2.1 192.0.2.1");
    assert_string_equal(chosen(&addresses, NULL, "::1"), "2001:db8::1 2001:db8::1");
    read_lists("192.0.2.1", NULL, NULL, &addresses);
    assert_string_equal(chosen(&addresses, SDP("IP6 ::1"), "127.0.0.1"), "::1 ::1");
}

static void advertised_address_is_said_and_not_bound(void **state)
{
    struct media_addresses addresses;

    (void)state;
    read_lists("10.0.0.1", NULL, "203.0.113.9", &addresses);
    assert_string_equal(chosen(&addresses, SDP("IP4 127.0.0.1"), "127.0.0.1"),
                        "10.0.0.1 203.0.113.9");
    read_lists(NULL, NULL, "203.0.113.9", &addresses);
    assert_string_equal(chosen(&addresses, NULL, "127.0.0.1"), "127.0.0.1 203.0.113.9");
}

static void any_address_is_bound_and_never_said(void **state)
{
    struct media_addresses addresses;

    (void)state;
    read_lists("0.0.0.0", "::", NULL, &addresses);
    assert_string_equal(chosen(&addresses, SDP("IP4 127.0.0.1"), "127.0.0.1"), "0.0.0.0 127.0.0.1");
    assert_string_equal(chosen(&addresses, SDP("IP6 ::1"), "127.0.0.1"), ":: ::1");
}

static void what_is_no_address_or_twice_one_family_is_refused(void **state)
{
    struct config config = {.rtp_address = {.count = 1, .item = {"here"}}};
    struct media_addresses addresses;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(media_addresses_read(&config, &addresses, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "rtp_address \"here\""));
    config.rtp_address = (struct config_list){.count = 2, .item = {"10.0.0.1", "10.0.0.2"}};
    assert_int_equal(media_addresses_read(&config, &addresses, &fault), STATUS_INVALID);
    assert_non_null(strstr(fault.text, "two addresses of one family"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_configuration_the_address_that_faces_the_caller_is_taken),
        cmocka_unit_test(family_of_the_media_goes_before_that_of_the_signalling),
        cmocka_unit_test(advertised_address_is_said_and_not_bound),
        cmocka_unit_test(any_address_is_bound_and_never_said),
        cmocka_unit_test(what_is_no_address_or_twice_one_family_is_refused),
    };

    return cmocka_run_group_tests_name("media_address", tests, NULL, NULL);
}
