/* siprec_metadata: who speaks on which stream, and who called whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body/siprec_metadata.h"

#define OPEN "<recording xmlns='urn:ietf:params:xml:ns:recording:1'>"
#define CLOSE "</recording>"
#define PARTY(id, number)                                                                          \
    "<participant participant_id='" id "'><nameID aor='sip:" number "@pbx'/></participant>"
#define STREAM(id, label) "<stream stream_id='" id "'><label>" label "</label></stream>"
#define SENDS(participant, stream)                                                                 \
    "<participantstreamassoc participant_id='" participant "'><send>" stream                       \
    "</send></participantstreamassoc>"
#define ADA_AND_BOB PARTY("p1", "ada") PARTY("p2", "bob")
#define LEFT_AND_RIGHT STREAM("t1", "1") STREAM("t2", "2")

static const char *const two_labels[] = {"1", "2"};

static struct siprec_metadata *read_xml(const char *xml)
{
    struct siprec_metadata *metadata = NULL;

    assert_int_equal(siprec_metadata_read(xml, strlen(xml), &metadata, NULL), STATUS_OK);
    return metadata;
}

static const char *number_of(const struct siprec_participant *participant)
{
    return participant ? participant->number : "nobody";
}

struct expectation {
    const char *first;  /* speaker of label "1" */
    const char *second; /* of label "2" */
    bool assumed;
    const char *caller;
    const char *called;
};

static void expect_parties(const char *xml, struct expectation expected)
{
    struct siprec_metadata *metadata = read_xml(xml);
    struct siprec_parties parties = siprec_parties(metadata, two_labels, 2);
    bool assumed = !expected.assumed;

    assert_string_equal(number_of(siprec_speaker(metadata, two_labels, 2, 0, &assumed)),
                        expected.first);
    assert_int_equal(assumed, expected.assumed);
    assert_string_equal(number_of(siprec_speaker(metadata, two_labels, 2, 1, &assumed)),
                        expected.second);
    assert_string_equal(number_of(parties.caller), expected.caller);
    assert_string_equal(number_of(parties.called), expected.called);
    siprec_metadata_destroy(metadata);
}

static void who_is_described_first_called_who_is_described_next(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   (struct expectation){"ada", "bob", false, "ada", "bob"});
}

static void
associations_that_cross_the_document_order_tell_speakers_and_not_the_caller(void **state)
{
    (void)state;
    expect_parties(OPEN SENDS("p1", "t2") SENDS("p2", "t1") LEFT_AND_RIGHT ADA_AND_BOB CLOSE,
                   (struct expectation){"bob", "ada", false, "ada", "bob"});
}

static void order_is_assumed_only_where_nothing_is_associated(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB CLOSE, (struct expectation){"ada", "bob", true, "ada", "bob"});
    expect_parties(OPEN ADA_AND_BOB LEFT_AND_RIGHT
                   "<participantstreamassoc participant_id='p1'/>" CLOSE,
                   (struct expectation){"ada", "bob", true, "ada", "bob"});
    expect_parties(OPEN ADA_AND_BOB LEFT_AND_RIGHT SENDS("p2", "t1") CLOSE,
                   (struct expectation){"bob", "nobody", false, "ada", "bob"});
    expect_parties(OPEN ADA_AND_BOB PARTY("p3", "eve") CLOSE,
                   (struct expectation){"nobody", "nobody", false, "ada", "bob"});
}

static void association_that_leads_nowhere_counts_in_a_partial_document_only(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB LEFT_AND_RIGHT SENDS("p1", "tx") SENDS("p2", "ty") CLOSE,
                   (struct expectation){"ada", "bob", true, "ada", "bob"});
    expect_parties(OPEN "<datamode>partial</datamode>" ADA_AND_BOB SENDS("p1", "t1")
                       SENDS("p2", "t2") CLOSE,
                   (struct expectation){"nobody", "nobody", false, "ada", "bob"});
}

static void empty_stream_id_is_meant_by_an_empty_send_where_it_is_the_only_one(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB STREAM("t1", "1") STREAM("", "2") SENDS("p2", "t1")
                       SENDS("p1", "") CLOSE,
                   (struct expectation){"bob", "ada", false, "ada", "bob"});
    expect_parties(OPEN ADA_AND_BOB STREAM("", "1") STREAM("", "2") SENDS("p2", "") SENDS("p1", "")
                       CLOSE,
                   (struct expectation){"ada", "bob", true, "ada", "bob"});
}

static void stream_of_several_senders_has_no_speaker(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB STREAM("t1", "1") SENDS("p1", "t1") SENDS("p2", "t1") CLOSE,
                   (struct expectation){"nobody", "nobody", false, "ada", "bob"});
    expect_parties(OPEN ADA_AND_BOB "<stream stream_id='t1'><label>1</label><mode>mixed</mode>"
                                    "</stream>" STREAM("t2", "2") CLOSE,
                   (struct expectation){"nobody", "nobody", false, "ada", "bob"});
}

static void who_left_or_stopped_sending_gives_way_to_who_sends_now(void **state)
{
    (void)state;
    expect_parties(
        OPEN ADA_AND_BOB PARTY("p3", "eve") LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p2", "t2")
            SENDS("p3",
                  "t2") "<participantsessionassoc participant_id='p2'><disassociate-time>"
                        "2026-03-02T09:17:30Z</disassociate-time></participantsessionassoc>" CLOSE,
        (struct expectation){"ada", "eve", false, "ada", "eve"});
    expect_parties(OPEN ADA_AND_BOB PARTY("p3", "eve") LEFT_AND_RIGHT SENDS("p1", "t1") SENDS(
                       "p3", "t2") "<participantstreamassoc participant_id='p2'><send>t2</send>"
                                   "<disassociate-time>2026-03-02T09:17:30Z"
                                   "</disassociate-time></participantstreamassoc>" CLOSE,
                   (struct expectation){"ada", "eve", false, "ada", "eve"});
}

static void who_left_still_speaks_where_nobody_took_over(void **state)
{
    (void)state;
    expect_parties(
        OPEN ADA_AND_BOB LEFT_AND_RIGHT SENDS(
            "p1",
            "t1") "<participantstreamassoc participant_id='p2'><send>t2</send><disassociate-time>"
                  "2026-03-02T09:17:30Z</disassociate-time></participantstreamassoc>" CLOSE,
        (struct expectation){"ada", "bob", false, "ada", "bob"});
}

#define LEFT(participant)                                                                          \
    "<participantsessionassoc participant_id='" participant "'><disassociate-time>"                \
    "2026-03-02T09:17:30Z</disassociate-time></participantsessionassoc>"

static void who_left_has_no_place_in_the_order_unless_everybody_left(void **state)
{
    (void)state;
    expect_parties(OPEN ADA_AND_BOB PARTY("p3", "eve") LEFT("p1") CLOSE,
                   (struct expectation){"bob", "eve", true, "bob", "eve"});
    expect_parties(OPEN ADA_AND_BOB LEFT("p1") CLOSE,
                   (struct expectation){"nobody", "nobody", false, "bob", "ada"});
    expect_parties(OPEN ADA_AND_BOB LEFT("p1") LEFT("p2") CLOSE,
                   (struct expectation){"ada", "bob", true, "ada", "bob"});
}

static void several_streams_of_one_party_leave_the_other_end_to_somebody_else(void **state)
{
    static const char *const labels[] = {"96", "97", "98", "99"};
    struct siprec_metadata *metadata = read_xml(
        OPEN ADA_AND_BOB STREAM("t1", "96") STREAM("t2", "97") STREAM("t3", "98")
            STREAM("t4", "99") "<participantstreamassoc participant_id='p2'>"
                               "<send>t1</send><send>t2</send></participantstreamassoc>"
                               "<participantstreamassoc participant_id='p1'>"
                               "<send>t3</send><send>t4</send></participantstreamassoc>" CLOSE);
    struct siprec_parties parties = siprec_parties(metadata, labels, 4);

    (void)state;
    assert_string_equal(number_of(siprec_speaker(metadata, labels, 4, 1, NULL)), "bob");
    assert_string_equal(number_of(siprec_speaker(metadata, labels, 4, 3, NULL)), "ada");
    assert_string_equal(number_of(parties.caller), "ada");
    assert_string_equal(number_of(parties.called), "bob");
    siprec_metadata_destroy(metadata);
}

static void sender_that_is_named_twice_is_one_sender(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN ADA_AND_BOB LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p1", "t1") CLOSE);

    (void)state;
    assert_int_equal(metadata->senders, 1);
    siprec_metadata_destroy(metadata);
}

static void label_that_the_metadata_does_not_know_has_no_speaker(void **state)
{
    static const char *const labels[] = {"5", ""};
    struct siprec_metadata *metadata = read_xml(OPEN ADA_AND_BOB LEFT_AND_RIGHT STREAM("t3", "")
                                                    SENDS("p1", "t3") SENDS("p2", "t2") CLOSE);
    struct siprec_parties parties = siprec_parties(metadata, labels, 2);

    (void)state;
    for (size_t i = 0; i < 3; i++) /* 2 is past the labels */
        assert_null(siprec_speaker(metadata, labels, 2, i, NULL));
    assert_string_equal(number_of(parties.caller), "ada");
    assert_string_equal(number_of(parties.called), "bob");
    siprec_metadata_destroy(metadata);
}

static void only_end_that_is_known_stays_at_its_end(void **state)
{
    (void)state;
    expect_parties(OPEN PARTY("p1", "ada") LEFT_AND_RIGHT SENDS("p1", "t1") CLOSE,
                   (struct expectation){"ada", "nobody", false, "ada", "nobody"});
    expect_parties(OPEN PARTY("p1", "ada") LEFT_AND_RIGHT SENDS("p1", "t2") CLOSE,
                   (struct expectation){"nobody", "ada", false, "nobody", "ada"});
    expect_parties(OPEN CLOSE, (struct expectation){"nobody", "nobody", false, "nobody", "nobody"});
}

#define FLAGGED(id, number, flag)                                                                  \
    "<participant participant_id='" id "'><nameID aor='sip:" number "@pbx'/>"                      \
    "<extensiondata xmlns:v='urn:v'><v:callingParty> " flag                                        \
    " </v:callingParty></extensiondata></participant>"

static void calling_party_flag_of_oracle_tells_who_called(void **state)
{
    (void)state;
    expect_parties(OPEN FLAGGED("p1", "ada", "false") FLAGGED("p2", "bob", "TRUE")
                       LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   (struct expectation){"ada", "bob", false, "bob", "ada"});
    expect_parties(OPEN FLAGGED("p1", "ada", "false") PARTY("p2", "bob")
                       LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   (struct expectation){"ada", "bob", false, "bob", "ada"});
    expect_parties(OPEN FLAGGED("p1", "ada", "true") FLAGGED("p2", "bob", "true")
                       LEFT_AND_RIGHT SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   (struct expectation){"ada", "bob", false, "ada", "bob"});
    expect_parties(OPEN FLAGGED("p1", "ada", "false") STREAM("t1", "1") SENDS("p1", "t1") CLOSE,
                   (struct expectation){"ada", "nobody", false, "nobody", "ada"});
    expect_parties(OPEN FLAGGED("p1", "ada", "maybe") PARTY("p2", "bob") CLOSE,
                   (struct expectation){"ada", "bob", true, "ada", "bob"});
}

#define BROADWORKS(half, calling, called)                                                          \
    "<extensiondata><broadWorksRecordingMetadata xmlns='http://schema.broadsoft.com/x'><callType>" \
    "<" half "><callingPartyNumber>" calling "</callingPartyNumber><calledPartyNumber>" called     \
    "</calledPartyNumber></" half "></callType></broadWorksRecordingMetadata></extensiondata>"
#define TWO_NUMBERS PARTY("p1", "+12025550123") PARTY("p2", "01632960456")

static void numbers_of_broadworks_tell_who_called(void **state)
{
    static const char ada[] = "+12025550123";
    static const char bob[] = "01632960456";

    (void)state;
    expect_parties(OPEN TWO_NUMBERS BROADWORKS("termCall", "sip:01632960456@as;user=phone",
                                               "sip:2025550123@as") CLOSE,
                   (struct expectation){ada, bob, true, bob, ada});
    expect_parties(
        OPEN TWO_NUMBERS BROADWORKS("origCall", "tel:+1-202-555-0123", "sip:anonymous@as") CLOSE,
        (struct expectation){ada, bob, true, ada, bob});
    /* only the called one is among the participants: the other one called */
    expect_parties(OPEN TWO_NUMBERS BROADWORKS("origCall", "sip:999@as", "sip:12025550123@as")
                       CLOSE,
                   (struct expectation){ada, bob, true, bob, ada});
    expect_parties(OPEN TWO_NUMBERS BROADWORKS("origCall", "", "sip:@as") CLOSE,
                   (struct expectation){ada, bob, true, ada, bob});
}

#define CALL_DATA(from, to)                                                                        \
    "<extensiondata xmlns:v='urn:v'><v:callData><v:fromhdr>" from "</v:fromhdr><v:tohdr>" to       \
    "</v:tohdr></v:callData></extensiondata>"

static void headers_in_the_call_data_of_ribbon_tell_who_called(void **state)
{
    static const char ada[] = "+12025550123";
    static const char bob[] = "01632960456";

    (void)state;
    expect_parties(OPEN TWO_NUMBERS CALL_DATA("Bob &lt;sip:01632960456@gw;user=phone&gt;;tag=1",
                                              "&lt;sip:+12025550123@gw&gt;") CLOSE,
                   (struct expectation){ada, bob, true, bob, ada});
    expect_parties(
        OPEN "<participant participant_id='p1'><nameID aor='sip:+12025550123@pbx'/>" CALL_DATA(
            "sip:01632960456@gw;tag=1",
            "sip:operator@gw") "</participant>" PARTY("p2", "01632960456") CLOSE,
        (struct expectation){ada, bob, true, bob, ada});
    expect_parties(OPEN TWO_NUMBERS CALL_DATA("sip:anonymous@anonymous.invalid", "sip:x@gw") CLOSE,
                   (struct expectation){ada, bob, true, ada, bob});
}

static void full_match_of_a_number_comes_before_a_suffix(void **state)
{
    (void)state;
    expect_parties(
        OPEN PARTY("p1", "+12025550123") PARTY("p2", "5550123")
            BROADWORKS("origCall", "sip:5550123@as", "sip:x@as") CLOSE,
        (struct expectation){"+12025550123", "5550123", true, "5550123", "+12025550123"});
}

static void numbers_of_jambonz_are_matched_with_numbers_or_names(void **state)
{
    (void)state;
    expect_parties(
        OPEN "<extensiondata xmlns:j='urn:j'><j:callednumber>12025550123</j:callednumber>"
             "<j:callingnumber>441632960456</j:callingnumber></extensiondata>"
             "<participant participant_id='p1'><nameID aor='sip:trunk@x'>"
             "<name>12025550123</name></nameID></participant>" PARTY("p2", "+441632960456") CLOSE,
        (struct expectation){"trunk", "+441632960456", true, "+441632960456", "trunk"});
}

static void call_to_oneself_has_one_party_at_each_end(void **state)
{
    (void)state;
    expect_parties(OPEN PARTY("p1", "3001") PARTY("p1", "3001")
                       BROADWORKS("origCall", "sip:3001@as", "sip:3001@as") CLOSE,
                   (struct expectation){"3001", "3001", true, "3001", "3001"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_described_first_called_who_is_described_next),
        cmocka_unit_test(
            associations_that_cross_the_document_order_tell_speakers_and_not_the_caller),
        cmocka_unit_test(order_is_assumed_only_where_nothing_is_associated),
        cmocka_unit_test(association_that_leads_nowhere_counts_in_a_partial_document_only),
        cmocka_unit_test(empty_stream_id_is_meant_by_an_empty_send_where_it_is_the_only_one),
        cmocka_unit_test(stream_of_several_senders_has_no_speaker),
        cmocka_unit_test(who_left_or_stopped_sending_gives_way_to_who_sends_now),
        cmocka_unit_test(who_left_still_speaks_where_nobody_took_over),
        cmocka_unit_test(who_left_has_no_place_in_the_order_unless_everybody_left),
        cmocka_unit_test(several_streams_of_one_party_leave_the_other_end_to_somebody_else),
        cmocka_unit_test(sender_that_is_named_twice_is_one_sender),
        cmocka_unit_test(label_that_the_metadata_does_not_know_has_no_speaker),
        cmocka_unit_test(only_end_that_is_known_stays_at_its_end),
        cmocka_unit_test(calling_party_flag_of_oracle_tells_who_called),
        cmocka_unit_test(numbers_of_broadworks_tell_who_called),
        cmocka_unit_test(headers_in_the_call_data_of_ribbon_tell_who_called),
        cmocka_unit_test(full_match_of_a_number_comes_before_a_suffix),
        cmocka_unit_test(numbers_of_jambonz_are_matched_with_numbers_or_names),
        cmocka_unit_test(call_to_oneself_has_one_party_at_each_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
