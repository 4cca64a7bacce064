/* siprec_hold: which documents tell of a hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "body/siprec_hold.h"

#define RECORDING(content)                                                                         \
    "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>partial</datamode>" content   \
    "</recording>"
#define ASSOCIATED(participant, content)                                                           \
    "<participantstreamassoc participant_id='" participant "'>" content "</"                       \
    "participantstreamassoc>"

static bool tells_hold(const char *xml)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {0};

    assert_int_equal(siprec_metadata_read(xml, strlen(xml), &metadata, &fault), STATUS_OK);
    bool tells = siprec_tells_hold(metadata);
    siprec_metadata_destroy(metadata);
    return tells;
}

static void nobody_who_is_associated_sends(void **state)
{
    (void)state;
    assert_true(tells_hold(RECORDING(ASSOCIATED("a", "<recv>x</recv>"))));
    assert_true(
        tells_hold(RECORDING(ASSOCIATED("a", "<recv>x</recv>") ASSOCIATED("b", "<recv>y</recv>"))));
    assert_true(tells_hold(RECORDING("<participant participant_id='a'/>" ASSOCIATED("a", ""))));
}

static void somebody_sends(void **state)
{
    (void)state;
    assert_false(
        tells_hold(RECORDING(ASSOCIATED("a", "<recv>x</recv>") ASSOCIATED("b", "<send>x</send>"))));
    assert_false(tells_hold(RECORDING("<participant participant_id='a'><send>x</send>"
                                      "</participant>")));
}

static void nothing_is_said_of_who_sends(void **state)
{
    (void)state;
    assert_false(tells_hold(RECORDING("")));
    assert_false(tells_hold(RECORDING("<participant participant_id='a'/><stream stream_id='x'/>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_who_is_associated_sends),
        cmocka_unit_test(somebody_sends),
        cmocka_unit_test(nothing_is_said_of_who_sends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
