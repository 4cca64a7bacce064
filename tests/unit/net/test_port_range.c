#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "net/address.h"
#include "net/port_range.h"

enum { FIRST = 23460, LAST = 23467, PORTS = 4 };

static struct sockaddr_storage loopback(const char *text)
{
    struct sockaddr_storage address;
    assert_int_equal(address_parse(text, 0, &address), STATUS_OK);
    return address;
}

/* How many ports can be lent now: all of them are, and come back. */
static unsigned ports_left(struct port_range *range)
{
    struct sockaddr_storage local = loopback("127.0.0.1");
    int descriptors[PORTS];
    uint16_t ports[PORTS];
    unsigned count = 0;

    while (count < PORTS &&
           port_range_open(range, &local, &descriptors[count], &ports[count], NULL) == STATUS_OK)
        count++;
    for (unsigned i = 0; i < count; i++)
        port_range_close(range, descriptors[i], ports[i]);
    return count;
}

static void ranges_without_an_even_port_are_refused(void **state)
{
    static const uint16_t wrong[][2] = {{1023, 2000}, {0, 10}, {2001, 2001}, {3000, 2000}};
    struct port_range *range = NULL;
    struct fault fault;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(port_range_create(wrong[i][0], wrong[i][1], &range, &fault),
                         STATUS_INVALID);
    assert_null(range);
}

static void odd_bounds_are_narrowed_to_even_ports(void **state)
{
    (void)state;
    static const uint16_t bounds[][3] = {{FIRST + 1, FIRST + 5, 2}, {65533, 65535, 1}};
    struct sockaddr_storage local = loopback("127.0.0.1");
    struct port_range *range;
    int descriptor;
    uint16_t port;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        assert_int_equal(port_range_create(bounds[i][0], bounds[i][1], &range, NULL), STATUS_OK);
        assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
        assert_int_equal(port, bounds[i][0] + 1);
        assert_int_equal(ports_left(range), bounds[i][2] - 1);
        port_range_close(range, descriptor, port);
        assert_int_equal(ports_left(range), bounds[i][2]);
        port_range_destroy(range);
    }
    assert_int_equal(port_range_create(1024, 65535, &range, NULL), STATUS_OK);
    port_range_destroy(range);
    port_range_destroy(NULL);
}

static void the_range_is_lent_to_its_end_and_then_full(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    int descriptors[PORTS];
    uint16_t ports[PORTS];
    int extra = -7;
    uint16_t extra_port = 7;
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    for (int i = 0; i < PORTS; i++) {
        assert_int_equal(port_range_open(range, &local, &descriptors[i], &ports[i], NULL),
                         STATUS_OK);
        assert_int_equal(ports[i], FIRST + 2 * i);
        assert_int_equal(ports_left(range), PORTS - 1 - i);
    }
    struct fault fault;
    assert_false(port_range_has_free(range));
    assert_int_equal(port_range_open(range, &local, &extra, &extra_port, &fault), STATUS_FULL);
    assert_int_equal(extra, -7);
    assert_int_equal(extra_port, 7);
    for (int i = 0; i < PORTS; i++)
        port_range_close(range, descriptors[i], ports[i]);
    assert_true(port_range_has_free(range));
    assert_int_equal(ports_left(range), PORTS);
    port_range_destroy(range);
}

static void a_returned_port_goes_to_the_end_of_the_line(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    int descriptor;
    uint16_t port;
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    for (int i = 0; i < 2 * PORTS; i++) {
        assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
        assert_int_equal(port, FIRST + 2 * (i % PORTS));
        port_range_close(range, descriptor, port);
    }
    port_range_destroy(range);
}

static void a_port_that_another_program_has_is_skipped(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    struct sockaddr_storage taken = loopback("127.0.0.1:23460");
    int descriptor;
    uint16_t port;
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(other, (struct sockaddr *)&taken, address_length(&taken)), 0);
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
    assert_int_equal(port, FIRST + 2);
    assert_int_equal(ports_left(range), PORTS - 2);
    close(other);
    assert_int_equal(ports_left(range), PORTS - 1);
    port_range_close(range, descriptor, port);
    port_range_destroy(range);
}

static void every_port_taken_by_others_is_full_and_none_is_lost(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    struct sockaddr_storage taken = loopback("127.0.0.1:23460");
    int descriptor;
    uint16_t port;
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(other, (struct sockaddr *)&taken, address_length(&taken)), 0);
    assert_int_equal(port_range_create(FIRST, FIRST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_FULL);
    close(other);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
    port_range_close(range, descriptor, port);
    port_range_destroy(range);
}

static void sockets_are_ready_for_the_media_threads(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    int descriptor;
    uint16_t port;
    int value = 0;
    socklen_t value_bytes = sizeof value;
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
    assert_true(descriptor >= DESCRIPTOR_SIGNALLING_MAX);
    assert_true(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &value, &value_bytes), 0);
    assert_int_equal(value, 1);
    assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &value, &value_bytes), 0);
    assert_int_equal(value, 1);
    port_range_close(range, descriptor, port);
    port_range_destroy(range);
}

static void port_behind_a_lent_one_is_there_for_rtcp(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("127.0.0.1");
    struct sockaddr_storage bound = {0};
    socklen_t bound_bytes = sizeof bound;
    int descriptor;
    int rtcp = -1;
    int second = -1;
    uint16_t port;
    char text[ADDRESS_TEXT_BYTES];
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
    assert_int_equal(port_range_open_rtcp(&local, port, &rtcp, NULL), STATUS_OK);
    assert_true(rtcp >= DESCRIPTOR_SIGNALLING_MAX);
    assert_int_equal(getsockname(rtcp, (struct sockaddr *)&bound, &bound_bytes), 0);
    address_format(&bound, true, text);
    assert_string_equal(text, "127.0.0.1:23461");
    assert_int_equal(port_range_open_rtcp(&local, port, &second, NULL), STATUS_BUSY);
    assert_int_equal(second, -1);
    close(rtcp);
    assert_int_equal(port_range_open_rtcp(&local, port, &second, NULL), STATUS_OK);
    close(second);
    port_range_close(range, descriptor, port);
    port_range_destroy(range);
}

static void ipv6_ports_are_lent_too(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage local = loopback("::1");
    struct sockaddr_storage bound = {0};
    socklen_t bound_bytes = sizeof bound;
    int descriptor;
    uint16_t port;
    char text[ADDRESS_TEXT_BYTES];
    int trial = socket(AF_INET6, SOCK_DGRAM, 0);
    int usable = bind(trial, (struct sockaddr *)&local, address_length(&local));
    close(trial);
    if (usable != 0)
        skip();
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &local, &descriptor, &port, NULL), STATUS_OK);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&bound, &bound_bytes), 0);
    address_format(&bound, true, text);
    assert_string_equal(text, "[::1]:23460");
    port_range_close(range, descriptor, port);
    port_range_destroy(range);
}

static void an_address_that_is_not_ours_is_a_fault_and_no_port_is_lost(void **state)
{
    (void)state;
    struct port_range *range;
    struct sockaddr_storage foreign = loopback("192.0.2.1");
    struct fault fault;
    int descriptor;
    uint16_t port;
    assert_int_equal(port_range_create(FIRST, LAST, &range, NULL), STATUS_OK);
    assert_int_equal(port_range_open(range, &foreign, &descriptor, &port, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "192.0.2.1"));
    assert_int_equal(ports_left(range), PORTS);
    port_range_destroy(range);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_without_an_even_port_are_refused),
        cmocka_unit_test(odd_bounds_are_narrowed_to_even_ports),
        cmocka_unit_test(the_range_is_lent_to_its_end_and_then_full),
        cmocka_unit_test(a_returned_port_goes_to_the_end_of_the_line),
        cmocka_unit_test(a_port_that_another_program_has_is_skipped),
        cmocka_unit_test(every_port_taken_by_others_is_full_and_none_is_lost),
        cmocka_unit_test(sockets_are_ready_for_the_media_threads),
        cmocka_unit_test(port_behind_a_lent_one_is_there_for_rtcp),
        cmocka_unit_test(ipv6_ports_are_lent_too),
        cmocka_unit_test(an_address_that_is_not_ours_is_a_fault_and_no_port_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
