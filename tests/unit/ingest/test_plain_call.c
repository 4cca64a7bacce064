/* plain_call: who takes part in a call that brings no metadata, and which half of it comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/plain_call.h"

static struct plain_call read_call(const char *from, const char *to, const char *asserted)
{
    const struct sip_call_identity identity = {.from = from, .to = to, .asserted = asserted};
    struct plain_call call;

    plain_call_read(&identity, &call);
    return call;
}

static void caller_is_in_from_and_called_in_to(void **state)
{
    const struct plain_call call = read_call(
        "\"Ann \\\"A\\\" Lee\" <sip:+4588303080@pbx;user=phone>;tag=1", "<sip:9000@recorder>", "");

    (void)state;
    assert_string_equal(call.caller.number, "+4588303080");
    assert_string_equal(call.caller.name, "Ann \"A\" Lee");
    assert_string_equal(call.called.number, "9000");
    assert_string_equal(call.called.name, "");
    assert_int_equal(call.end, PLAIN_CALL_WHOLE);
    assert_string_equal(call.reference, "");
}

static void asserted_identity_goes_before_an_anonymous_from(void **state)
{
    const struct plain_call call =
        read_call("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", "<sip:9000@recorder>",
                  "\"Ann\" <sip:+4588303080@pbx>, <tel:+4588303080>");
    const struct plain_call hidden = read_call(
        "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", "<sip:9000@recorder>", "");

    (void)state;
    assert_string_equal(call.caller.number, "+4588303080");
    assert_string_equal(call.caller.name, "Ann");
    assert_string_equal(hidden.caller.number, "");
    assert_string_equal(hidden.caller.name, "Anonymous");
}

static void halves_of_a_built_in_bridge_are_known_by_from(void **state)
{
    const struct plain_call near_end =
        read_call("<sip:2000@cucm;x-nearend;x-refci=ci2;x-nearenddevice=SEP1;"
                  "x-farendrefci=ci1;x-farenddevice=SEP2;x-farendaddr=1000>;tag=a",
                  "<sip:9000@recorder>", "");
    const struct plain_call far_end =
        read_call("\"Bo\" <sip:2000@cucm;X-FarEnd;X-RefCI=ci2;x-farendaddr=1000>;tag=b",
                  "<sip:9000@recorder>", "<sip:1000@cucm>");

    (void)state;
    assert_int_equal(near_end.end, PLAIN_CALL_NEAR_END);
    assert_int_equal(far_end.end, PLAIN_CALL_FAR_END);
    assert_string_equal(near_end.reference, "ci2");
    assert_string_equal(far_end.reference, "ci2");
    assert_string_equal(near_end.caller.number, "2000");
    assert_string_equal(near_end.called.number, "1000");
    assert_string_equal(far_end.caller.number, "2000");
    assert_string_equal(far_end.caller.name, "Bo");
    assert_string_equal(far_end.called.number, "1000");
}

static void parameters_behind_the_address_tie_halves_too(void **state)
{
    const struct plain_call call =
        read_call("<sip:2000@cucm>;x-farend;x-refci=27;tag=b", "<sip:9000@recorder>", "");

    (void)state;
    assert_int_equal(call.end, PLAIN_CALL_FAR_END);
    assert_string_equal(call.reference, "27");
    assert_string_equal(call.called.number, "");
}

static void half_without_a_reference_is_a_call_of_its_own(void **state)
{
    const struct plain_call none = read_call("<sip:2000@cucm;x-nearend>;tag=a", "<sip:9@r>", "");
    const struct plain_call empty =
        read_call("<sip:2000@cucm;x-nearend;x-refci=>;tag=a", "<sip:9@r>", "");
    const struct plain_call no_end = read_call("<sip:2000@cucm;x-refci=27>;tag=a", "<sip:9@r>", "");

    (void)state;
    assert_int_equal(none.end, PLAIN_CALL_WHOLE);
    assert_int_equal(empty.end, PLAIN_CALL_WHOLE);
    assert_int_equal(no_end.end, PLAIN_CALL_WHOLE);
    assert_string_equal(no_end.reference, "27");
    assert_string_equal(no_end.called.number, "9");
}

#define NEAR_HALF "\"Ann\" <sip:2000@cucm;x-nearend;x-refci=ci2;x-farendaddr=1000>;tag=a"

static void later_from_tells_who_is_at_the_ends_now(void **state)
{
    struct plain_call call = read_call(NEAR_HALF, "<sip:9000@recorder>", "");

    (void)state;
    assert_false(plain_call_read_change(NEAR_HALF, &call));
    assert_true(plain_call_read_change(
        "\"Ann\" <sip:2000@cucm;x-nearend;x-refci=ci7;x-farendaddr=1001>;tag=a", &call));
    assert_string_equal(call.called.number, "1001");
    assert_string_equal(call.caller.number, "2000");
    assert_string_equal(call.caller.name, "Ann");
    assert_string_equal(plain_call_own_end(&call)->number, "2000");
    /* it is the same half of the same pair */
    assert_string_equal(call.reference, "ci2");
    assert_true(plain_call_read_change(
        "\"Cy\" <sip:2001@cucm;x-nearend;x-refci=ci2;x-farendaddr=1001>;tag=a", &call));
    assert_string_equal(call.caller.number, "2001");
    assert_string_equal(call.caller.name, "Cy");
    struct plain_call far_end = read_call(
        "<sip:2000@cucm;x-farend;x-refci=ci2;x-farendaddr=1000>;tag=b", "<sip:9000@recorder>", "");
    assert_string_equal(plain_call_own_end(&far_end)->number, "1000");
}

static void later_from_of_another_kind_changes_nothing(void **state)
{
    static const char *const others[] = {
        "",
        "<sip:3000@cucm>;tag=a",
        "<sip:3000@cucm;x-nearend;x-farendaddr=1001>;tag=a",
        "<sip:3000@cucm;x-farend;x-refci=ci2;x-farendaddr=1001>;tag=a",
        "<sip:2000@cucm;x-nearend;x-refci=ci2>;tag=a",
        "<sip:anonymous@anonymous.invalid;x-nearend;x-refci=ci2;x-farendaddr=>;tag=a",
    };
    struct plain_call call = read_call(NEAR_HALF, "<sip:9000@recorder>", "");
    struct plain_call whole = read_call("<sip:3000@cucm>;tag=a", "<sip:9000@recorder>", "");

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(plain_call_read_change(others[i], &call));
        assert_string_equal(call.caller.number, "2000");
        assert_string_equal(call.called.number, "1000");
    }
    assert_false(plain_call_read_change(NEAR_HALF, &whole));
    assert_string_equal(whole.caller.number, "3000");
}

static void one_stream_of_a_whole_call_is_nobodys_and_left(void **state)
{
    const struct plain_call call = read_call("<sip:1@a>", "<sip:2@b>", "");
    struct call_streams streams = {.count = 1};

    (void)state;
    plain_call_assign(&call, 0, &streams);
    assert_int_equal(streams.stream[0].channel, RECORDING_LEFT);
    assert_string_equal(streams.stream[0].party.number, "");
    assert_string_equal(streams.caller.number, "1");
    assert_string_equal(streams.called.number, "2");
}

static void two_streams_are_caller_left_and_called_right(void **state)
{
    const struct plain_call call = read_call("<sip:1@a>", "<sip:2@b>", "");
    struct call_streams streams = {.count = 2};

    (void)state;
    plain_call_assign(&call, 0, &streams);
    assert_int_equal(streams.stream[0].channel, RECORDING_LEFT);
    assert_int_equal(streams.stream[1].channel, RECORDING_RIGHT);
    assert_string_equal(streams.stream[0].party.number, "1");
    assert_string_equal(streams.stream[1].party.number, "2");
}

static void halves_lie_on_their_own_channels(void **state)
{
    const struct plain_call near_end =
        read_call("<sip:1@a;x-nearend;x-refci=5;x-farendaddr=2>", "<sip:9@b>", "");
    const struct plain_call far_end =
        read_call("<sip:1@a;x-farend;x-refci=5;x-farendaddr=2>", "<sip:9@b>", "");
    struct call_streams streams = {.count = 1};

    (void)state;
    plain_call_assign(&near_end, 0, &streams);
    assert_int_equal(streams.stream[0].channel, RECORDING_LEFT);
    assert_string_equal(streams.stream[0].party.number, "1");
    plain_call_assign(&far_end, 0, &streams);
    assert_int_equal(streams.stream[0].channel, RECORDING_RIGHT);
    assert_string_equal(streams.stream[0].party.number, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(caller_is_in_from_and_called_in_to),
        cmocka_unit_test(asserted_identity_goes_before_an_anonymous_from),
        cmocka_unit_test(halves_of_a_built_in_bridge_are_known_by_from),
        cmocka_unit_test(parameters_behind_the_address_tie_halves_too),
        cmocka_unit_test(half_without_a_reference_is_a_call_of_its_own),
        cmocka_unit_test(later_from_tells_who_is_at_the_ends_now),
        cmocka_unit_test(later_from_of_another_kind_changes_nothing),
        cmocka_unit_test(one_stream_of_a_whole_call_is_nobodys_and_left),
        cmocka_unit_test(two_streams_are_caller_left_and_called_right),
        cmocka_unit_test(halves_lie_on_their_own_channels),
    };

    return cmocka_run_group_tests_name("plain_call", tests, NULL, NULL);
}
