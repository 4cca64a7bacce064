/* calls: what comes before a call is answered, comes too late, or when the server's loop has
 * failed.
 */
#include <stdio.h>
#include <string.h>

#include "unit/ingest/letters_help.h"

#define STAND_IN DOCUMENT("complete", SESSION PERSON("p", "conf") STREAM("x", "1") STREAM("y", "2"))
#define ANN_ALONE                                                                                  \
    DOCUMENT("complete",                                                                           \
             SESSION PERSON("a", "+4511111111") STREAM("x", "1") STREAM("y", "2") SENDS("a", "x"))
#define BO_JOINS DOCUMENT("partial", PERSON("b", "+4522222222") SENDS("b", "y"))

enum { DOCUMENTS_KEPT = 16 };

static struct sip_call *waiting(struct world *world, const char *metadata)
{
    const struct letter letter = {.sdp = TWO, .metadata = metadata, .siprec = SIPREC};
    struct sip_call *call = world_invite(world, &letter);

    assert_false(call->accepted);
    return call;
}

static enum status update(struct sip_call *call, const char *metadata)
{
    const struct letter letter = {.message = SIP_CALL_UPDATE, .metadata = metadata};

    return world_update(call, &letter, false);
}

static void parties_that_are_told_before_the_answer_are_the_calls(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, STAND_IN);

    assert_int_equal(update(call, ANN_AND_BO), STATUS_OK);
    assert_false(call->accepted);
    world_ready(world, 0, STATUS_OK);
    assert_true(call->accepted);
    assert_int_equal(call->snapshots, 0);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_string_equal(told->end.leg[0].party.number, "+4511111111");
    assert_string_equal(told->end.leg[1].party.number, "+4522222222");
    /* both documents, in the order that they came in */
    assert_int_equal(told->documents, 2);
    assert_int_equal(strncmp(told->document[0], "INVITE ", 7), 0);
    assert_non_null(strstr(told->document[0], "conf"));
    assert_int_equal(strncmp(told->document[1], "UPDATE application/rs-metadata+xml <?xml", 40), 0);
}

static void partial_document_before_the_answer_joins_what_the_invite_said(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, ANN_ALONE);

    assert_int_equal(update(call, BO_JOINS), STATUS_OK);
    world_ready(world, 0, STATUS_OK);
    assert_int_equal(call->snapshots, 0);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_int_equal(told->documents, 2);
}

static void document_that_a_prack_brings_has_its_place_among_the_others(void **state)
{
    struct world *world = *state;
    const struct letter prack = {.message = SIP_CALL_PRACK, .metadata = BO_JOINS};
    struct sip_call *call = waiting(world, ANN_ALONE);

    assert_int_equal(world_update(call, &prack, false), STATUS_OK);
    assert_int_equal(update(call, ANN_AND_BO), STATUS_OK);
    world_ready(world, 0, STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_int_equal(told->documents, 3);
    assert_int_equal(strncmp(told->document[0], "INVITE ", 7), 0);
    assert_int_equal(strncmp(told->document[1], "PRACK ", 6), 0);
    assert_int_equal(strncmp(told->document[2], "UPDATE ", 7), 0);
}

static void snapshot_is_asked_for_after_the_answer_and_only_while_it_is_missing(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < 3; i++) {
        /* the partial one comes by the INVITE, or by the UPDATE; a complete one after it */
        struct sip_call *call = waiting(world, i == 1 ? NULL : BO_JOINS);
        if (i == 1)
            assert_int_equal(update(call, BO_JOINS), STATUS_OK);
        if (i == 2)
            assert_int_equal(update(call, ANN_AND_BO), STATUS_OK);
        assert_int_equal(call->snapshots, 0);
        world_ready(world, i, STATUS_OK);
        assert_int_equal(call->snapshots, i == 2 ? 0 : 1);
        world_end(call, SIP_CALL_BYE);
        world_ended(world, i);
    }
}

static void document_that_nobody_can_read_is_kept_before_the_answer_too(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, ANN_AND_BO);

    assert_int_equal(update(call, "<!DOCTYPE x><recording/>"), STATUS_OK);
    world_ready(world, 0, STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->documents, 2);
    assert_non_null(strstr(told->document[1], "<!DOCTYPE x><recording/>"));
    assert_int_equal(told_facts(told, "deviation", "metadata could not be read"), 1);
    assert_string_equal(told->end.caller.number, "+4511111111");
}

/* The first of them is the INVITE's. What is said by those that are not kept is known all the same.
 */
static void documents_before_the_answer_are_kept_up_to_a_limit(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, STAND_IN);

    for (size_t i = 1; i < DOCUMENTS_KEPT; i++)
        assert_int_equal(update(call, STAND_IN), STATUS_OK);
    assert_int_equal(update(call, ANN_AND_BO), STATUS_OK);
    world_ready(world, 0, STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->documents, DOCUMENTS_KEPT);
    assert_non_null(strstr(told->document[DOCUMENTS_KEPT - 1], "conf"));
    assert_string_equal(told->end.caller.number, "+4511111111");
}

static void documents_of_a_call_that_is_cancelled_go_with_it(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, STAND_IN);

    assert_int_equal(update(call, ANN_AND_BO), STATUS_OK);
    world_end(call, SIP_CALL_CANCELLED);
    world_ready(world, 0, STATUS_OK);
    assert_true(world_told(world, 0)->aborted);
}

static void document_that_comes_late_is_kept_and_changes_nothing(void **state)
{
    struct world *world = *state;
    struct sip_call *call = begin_siprec(world);
    const struct letter late = {.message = SIP_CALL_UPDATE, .metadata = STAND_IN, .late = true};

    assert_int_equal(world_update(call, &late, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_int_equal(told->documents, 2);
    assert_non_null(strstr(told->document[1], "conf"));
    assert_string_equal(told->end.caller.number, "+4511111111");
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_int_equal(told_facts(told, "party_left", NULL), 0);
    assert_int_equal(told_facts(told, "deviation", NULL), 0);
}

/* The metadata of a re-INVITE that was refused, as by 491. */
static void document_beside_a_refused_offer_counts(void **state)
{
    struct world *world = *state;
    struct sip_call *call = waiting(world, ANN_ALONE);
    const struct letter refused = {.message = SIP_CALL_REINVITE, .metadata = ANN_AND_BO};

    world_ready(world, 0, STATUS_OK);
    assert_int_equal(world_update(call, &refused, false), STATUS_OK);
    /* and once more, when the client sends it again */
    assert_int_equal(world_update(call, &refused, false), STATUS_OK);
    world_end(call, SIP_CALL_BYE);
    const struct told *told = world_ended(world, 0);
    assert_string_equal(told->end.called.number, "+4522222222");
    assert_int_equal(told_facts(told, "party_joined", NULL), 1);
    assert_int_equal(told->documents, 3);
}

static void calls_that_wait_when_the_loop_fails_are_refused_and_the_others_sealed(void **state)
{
    struct world *world = *state;
    struct sip_call *running = begin_siprec(world);
    struct sip_call *one = waiting(world, ANN_AND_BO);
    struct sip_call *other = waiting(world, ANN_AND_BO);
    const struct told *told = world_told(world, 1);

    /* the store answers for both, which nobody has heard yet */
    static const struct recording_policy policy = {.pause_code = ""};
    told[0].ready(told[0].ready_arg, STATUS_OK, &policy);
    told[1].ready(told[1].ready_arg, STATUS_OK, &policy);
    calls_settle(world_calls(world));
    assert_true(one->ended && other->ended);
    assert_int_equal(one->code, 503);
    assert_int_equal(other->code, 503);
    assert_true(told[0].aborted && told[1].aborted);
    assert_false(running->ended);
    world_end(running, SIP_CALL_SHUTDOWN);
    assert_string_equal(world_ended(world, 0)->end_cause, "shutdown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(parties_that_are_told_before_the_answer_are_the_calls),
        IN_A_WORLD(partial_document_before_the_answer_joins_what_the_invite_said),
        IN_A_WORLD(document_that_a_prack_brings_has_its_place_among_the_others),
        IN_A_WORLD(snapshot_is_asked_for_after_the_answer_and_only_while_it_is_missing),
        IN_A_WORLD(document_that_nobody_can_read_is_kept_before_the_answer_too),
        IN_A_WORLD(documents_before_the_answer_are_kept_up_to_a_limit),
        IN_A_WORLD(documents_of_a_call_that_is_cancelled_go_with_it),
        IN_A_WORLD(document_that_comes_late_is_kept_and_changes_nothing),
        IN_A_WORLD(document_beside_a_refused_offer_counts),
        IN_A_WORLD(calls_that_wait_when_the_loop_fails_are_refused_and_the_others_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
