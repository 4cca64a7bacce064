#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/address.h"

static void round_trip(const char *text, uint16_t default_port, const char *expected)
{
    struct sockaddr_storage address;
    char written[ADDRESS_TEXT_BYTES];

    assert_int_equal(address_parse(text, default_port, &address), STATUS_OK);
    address_format(&address, true, written);
    assert_string_equal(written, expected);
}

static void addresses_are_read_and_written_with_and_without_port(void **state)
{
    (void)state;
    round_trip("127.0.0.1", 5060, "127.0.0.1:5060");
    round_trip("127.0.0.1:5070", 5060, "127.0.0.1:5070");
    round_trip("127.0.0.1:0", 5060, "127.0.0.1:0");
    round_trip("127.0.0.1:65535", 5060, "127.0.0.1:65535");
    round_trip("::1", 5060, "[::1]:5060");
    round_trip("[::1]", 5060, "[::1]:5060");
    round_trip("[2001:db8::7]:5061", 5060, "[2001:db8::7]:5061");
    round_trip("::", 1, "[::]:1");
}

static void the_port_can_be_left_out_of_the_text(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    char text[ADDRESS_TEXT_BYTES];
    assert_int_equal(address_parse("[::1]:5060", 0, &address), STATUS_OK);
    address_format(&address, false, text);
    assert_string_equal(text, "::1");
}

static void malformed_addresses_are_refused_and_leave_the_output_alone(void **state)
{
    static const char *const wrong[] = {
        "",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:5060x",
        "[::1",
        "[::1]5060",
        "[::1]:",
        "[127.0.0.1]",
        "localhost",
        "1.2.3",
        ":5060",
        "[::1]:99999",
        "1.2.3.4:000060",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"};
    struct sockaddr_storage address;
    struct sockaddr_storage before;

    (void)state;
    memset(&before, 0x5a, sizeof before);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        address = before;
        assert_int_equal(address_parse(wrong[i], 5060, &address), STATUS_INVALID);
        assert_memory_equal(&address, &before, sizeof before);
    }
}

static void ports_are_set_and_told_for_ip_families_only(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    assert_int_equal(address_parse("::1", 1, &address), STATUS_OK);
    address_set_port(&address, 40000);
    assert_int_equal(address_port(&address), 40000);
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    address_set_port(&none, 1);
    assert_int_equal(address_port(&none), 0);
    char text[ADDRESS_TEXT_BYTES];
    address_format(&none, true, text);
    assert_string_equal(text, "unknown:0");
}

static void unspecified_addresses_are_known(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    assert_int_equal(address_parse("0.0.0.0:5060", 0, &address), STATUS_OK);
    assert_true(address_is_any(&address));
    assert_int_equal(address_parse("[::]:5060", 0, &address), STATUS_OK);
    assert_true(address_is_any(&address));
    assert_int_equal(address_parse("127.0.0.1", 0, &address), STATUS_OK);
    assert_false(address_is_any(&address));
}

static void mapped_ipv4_becomes_ipv4_again_and_keeps_its_port(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    struct sockaddr_storage plain;
    assert_int_equal(address_parse("[::ffff:10.1.2.3]:5080", 0, &address), STATUS_OK);
    assert_int_equal(address_parse("10.1.2.3:5080", 0, &plain), STATUS_OK);
    assert_false(address_equal(&address, &plain));
    address_unmap(&address);
    assert_true(address_equal(&address, &plain));
    assert_int_equal(address_parse("[::1]:5080", 0, &address), STATUS_OK);
    address_unmap(&address);
    assert_int_equal(address.ss_family, AF_INET6);
}

static void one_host_is_known_by_any_of_its_ports(void **state)
{
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool same;
    } pairs[] = {
        {"10.0.0.1:1", "10.0.0.1:2", true},
        {"10.0.0.1:1", "10.0.0.2:1", false},
        {"[2001:db8::1]:1", "[2001:db8::1]:2", true},
        {"[2001:db8::1]:1", "[2001:db8::2]:1", false},
        {"0.0.0.0:1", "[::]:1", false},
    };
    struct sockaddr_storage one;
    struct sockaddr_storage other;

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(address_parse(pairs[i].one, 0, &one), STATUS_OK);
        assert_int_equal(address_parse(pairs[i].other, 0, &other), STATUS_OK);
        assert_int_equal(address_same_host(&one, &other), pairs[i].same);
        assert_false(address_equal(&one, &other));
        assert_true(address_equal(&one, &one));
    }
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    assert_false(address_same_host(&none, &none));
}

static void loopback_faces_loopback(void **state)
{
    static const char *const peers[] = {"127.0.0.1:5060", "[::ffff:127.0.0.1]:5060", "127.0.0.1:0"};
    struct sockaddr_storage peer;
    struct sockaddr_storage local;
    char text[ADDRESS_TEXT_BYTES];
    struct fault fault;

    (void)state;
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        assert_int_equal(address_parse(peers[i], 0, &peer), STATUS_OK);
        assert_int_equal(address_facing(&peer, &local, &fault), STATUS_OK);
        address_format(&local, true, text);
        assert_string_equal(text, "127.0.0.1:0");
    }
}

static void a_peer_without_route_is_a_fault_with_words(void **state)
{
    (void)state;
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    struct sockaddr_storage local = {.ss_family = 77};
    struct fault fault;
    assert_int_equal(address_facing(&peer, &local, &fault), STATUS_IO);
    assert_int_equal(local.ss_family, 77);
    assert_non_null(strstr(fault.text, "find our address"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_written_with_and_without_port),
        cmocka_unit_test(the_port_can_be_left_out_of_the_text),
        cmocka_unit_test(malformed_addresses_are_refused_and_leave_the_output_alone),
        cmocka_unit_test(ports_are_set_and_told_for_ip_families_only),
        cmocka_unit_test(unspecified_addresses_are_known),
        cmocka_unit_test(mapped_ipv4_becomes_ipv4_again_and_keeps_its_port),
        cmocka_unit_test(one_host_is_known_by_any_of_its_ports),
        cmocka_unit_test(loopback_faces_loopback),
        cmocka_unit_test(a_peer_without_route_is_a_fault_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
