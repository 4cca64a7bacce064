/* source_gate: a leg hears who its SDP names, and anybody only where that one does not send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/address.h"
#include "session/source_gate.h"

static struct sockaddr_storage at(const char *text)
{
    struct sockaddr_storage address;

    memset(&address, 0, sizeof address);
    assert_int_equal(address_parse(text, 0, &address), STATUS_OK);
    return address;
}

static bool admits(struct source_gate *gate, const char *from, int64_t ms)
{
    const struct sockaddr_storage address = at(from);

    return source_gate_admits(gate, &address, ms * CLOCK_NS_PER_MS);
}

static struct source_gate gate_of(const char *named)
{
    const struct sockaddr_storage address = at(named);
    struct source_gate gate;

    memset(&gate, 0, sizeof gate);
    source_gate_name(&gate, &address);
    return gate;
}

static void anybody_is_heard_until_the_named_sender_speaks(void **state)
{
    struct source_gate gate = gate_of("192.0.2.1:4000");

    (void)state;
    assert_true(admits(&gate, "192.0.2.9:7000", 0));
    assert_true(admits(&gate, "192.0.2.1:4000", 20));
    assert_false(admits(&gate, "192.0.2.9:7000", 40));
    assert_false(admits(&gate, "192.0.2.1:4002", 40)); /* the same host, another call's port */
    assert_true(admits(&gate, "192.0.2.1:4000", 60));
}

static void another_may_take_over_when_the_named_sender_has_stopped(void **state)
{
    struct source_gate gate = gate_of("192.0.2.1:4000");

    (void)state;
    assert_true(admits(&gate, "192.0.2.1:4000", 1000));
    assert_false(admits(&gate, "192.0.2.9:7000", 1000 + SOURCE_GATE_HOLD_MS));
    assert_true(admits(&gate, "192.0.2.9:7000", 1000 + SOURCE_GATE_HOLD_MS + 1));
    assert_true(admits(&gate, "192.0.2.1:4000", 2000));
    assert_false(admits(&gate, "192.0.2.9:7000", 2020));
}

static void an_sdp_that_names_nobody_lets_everybody_in(void **state)
{
    struct source_gate gate = gate_of("0.0.0.0:4000");
    struct source_gate no_port = gate_of("192.0.2.1:0");

    (void)state;
    assert_true(admits(&gate, "192.0.2.1:4000", 0));
    assert_true(admits(&gate, "192.0.2.9:7000", 20));
    assert_true(admits(&no_port, "192.0.2.9:7000", 20));
}

static void a_new_name_replaces_the_old_and_the_same_again_changes_nothing(void **state)
{
    struct source_gate gate = gate_of("[2001:db8::1]:4000");
    const struct sockaddr_storage same = at("[2001:db8::1]:4000");
    const struct sockaddr_storage moved = at("[2001:db8::2]:4000");

    (void)state;
    assert_true(admits(&gate, "[2001:db8::1]:4000", 0));
    source_gate_name(&gate, &same);
    assert_false(admits(&gate, "[2001:db8::2]:4000", 20));
    source_gate_name(&gate, &moved);
    assert_true(admits(&gate, "[2001:db8::2]:4000", 40));
    assert_false(admits(&gate, "[2001:db8::1]:4000", 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anybody_is_heard_until_the_named_sender_speaks),
        cmocka_unit_test(another_may_take_over_when_the_named_sender_has_stopped),
        cmocka_unit_test(an_sdp_that_names_nobody_lets_everybody_in),
        cmocka_unit_test(a_new_name_replaces_the_old_and_the_same_again_changes_nothing),
    };

    return cmocka_run_group_tests_name("source_gate", tests, NULL, NULL);
}
