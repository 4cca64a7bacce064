/* call_metadata: what description and metadata say together, and who called whom over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/call_metadata.h"

#define DOCUMENT(mode, content)                                                                    \
    "<?xml version=\"1.0\"?><recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">"              \
    "<datamode>" mode "</datamode><session session_id=\"s\"/>" content "</recording>"
#define PERSON(id, number)                                                                         \
    "<participant participant_id=\"" id "\"><nameID aor=\"sip:" number "@pbx\"/></participant>"
#define STREAM(id, label)                                                                          \
    "<stream stream_id=\"" id "\" session_id=\"s\"><label>" label "</label></stream>"
#define SENDS(person, stream)                                                                      \
    "<participantstreamassoc participant_id=\"" person "\"><send>" stream                          \
    "</send></participantstreamassoc>"
#define LEFT(person)                                                                               \
    "<participantsessionassoc participant_id=\"" person "\" session_id=\"s\">"                     \
    "<disassociate-time>2026-01-01T10:00:00Z</disassociate-time></participantsessionassoc>"

#define ANN_AND_BO                                                                                 \
    DOCUMENT("complete", PERSON("a", "11") PERSON("b", "22") STREAM("x", "1") STREAM("y", "2")     \
                             SENDS("a", "x") SENDS("b", "y"))

static bool records_all(const void *context, const char *encoding, uint32_t clock_rate_hz,
                        uint8_t channels)
{
    (void)context;
    (void)encoding;
    (void)clock_rate_hz;
    (void)channels;
    return true;
}

static const struct sdp_abilities ABILITIES = {.records = records_all};

/* A call whose offer has two audio lines of those labels. */
struct subject {
    struct call_metadata metadata;
    struct call_streams streams;
    struct sdp_description *sdp;
};

static void open_subject(struct subject *subject, const char *first, const char *second)
{
    char text[512];

    memset(subject, 0, sizeof *subject);
    subject->sdp = calloc(1, sizeof *subject->sdp);
    assert_non_null(subject->sdp);
    (void)snprintf(text, sizeof text,
                   "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\na=label:%s\r\n"
                   "m=audio 4002 RTP/AVP 8\r\na=label:%s\r\n",
                   first, second);
    assert_int_equal(sdp_read(text, strlen(text), subject->sdp), STATUS_OK);
    assert_int_equal(call_streams_choose(subject->sdp, NULL, &ABILITIES, &subject->streams),
                     STATUS_OK);
}

static void close_subject(struct subject *subject)
{
    call_metadata_deinit(&subject->metadata);
    sdp_description_deinit(subject->sdp);
    free(subject->sdp);
}

/* Take a document in as a call does; returns the deviations of the message that brought it. */
static uint64_t take(struct subject *subject, enum sip_call_message message, const char *xml)
{
    const struct call_roles earlier = {subject->streams.caller, subject->streams.called};
    struct siprec_metadata *document = NULL;
    struct siprec_metadata *before = NULL;

    assert_int_equal(siprec_metadata_read(xml, strlen(xml), &document, NULL), STATUS_OK);
    assert_int_equal(call_metadata_take(&subject->metadata, document, &before), STATUS_OK);
    call_streams_parties(&subject->streams, subject->metadata.known);
    call_metadata_keep_roles(&subject->metadata, before, document->partial, &earlier,
                             &subject->streams);
    const struct sip_call_offer offer = {
        .message = message,
        .sdp = message == SIP_CALL_INVITE ? subject->sdp : NULL,
        .metadata = document,
        .metadata_xml = {.text = xml, .bytes = strlen(xml)},
        .siprec = SIP_SIPREC_REQUIRED | SIP_SIPREC_FEATURE | SIP_SIPREC_METADATA,
    };
    uint64_t set = call_metadata_deviations(&subject->metadata, &offer, true, &subject->streams);
    siprec_metadata_destroy(document);
    siprec_metadata_destroy(before);
    return set;
}

static void expect_roles(const struct subject *subject, const char *caller, const char *called)
{
    assert_string_equal(subject->streams.caller.number, caller);
    assert_string_equal(subject->streams.called.number, called);
}

static void document_that_fits_its_description_has_no_deviation(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    assert_int_equal(take(&subject, SIP_CALL_INVITE, ANN_AND_BO), 0);
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

static void stream_without_its_line_is_a_deviation(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "9");
    assert_true(
        deviation_has(take(&subject, SIP_CALL_INVITE, ANN_AND_BO), DEVIATION_METADATA_LABEL));
    close_subject(&subject);
}

static void metadata_without_a_description_is_not_asked_about_labels(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "9");
    assert_false(
        deviation_has(take(&subject, SIP_CALL_UPDATE, ANN_AND_BO), DEVIATION_METADATA_LABEL));
    close_subject(&subject);
}

static void speakers_taken_from_their_order_are_a_deviation(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    assert_true(deviation_has(take(&subject, SIP_CALL_INVITE,
                                   DOCUMENT("complete", PERSON("a", "11") PERSON("b", "22")
                                                            STREAM("x", "1") STREAM("y", "2"))),
                              DEVIATION_METADATA_ASSOCIATION));
    close_subject(&subject);
}

static void partial_document_is_a_deviation_only_before_a_complete_one(void **state)
{
    const char *partial = DOCUMENT("partial", PERSON("c", "33"));
    struct subject early;
    struct subject later;

    (void)state;
    open_subject(&early, "1", "2");
    open_subject(&later, "1", "2");
    assert_true(deviation_has(take(&early, SIP_CALL_INVITE, partial), DEVIATION_PARTIAL_FIRST));
    (void)take(&later, SIP_CALL_INVITE, ANN_AND_BO);
    assert_false(deviation_has(take(&later, SIP_CALL_UPDATE, partial), DEVIATION_PARTIAL_FIRST));
    close_subject(&early);
    close_subject(&later);
}

static void plain_call_needs_neither_metadata_nor_labels(void **state)
{
    const struct sip_call_offer offer = {.message = SIP_CALL_INVITE,
                                         .deviations = UINT64_C(1) << DEVIATION_SDP_NO_LABEL |
                                                       UINT64_C(1) << DEVIATION_SDP_LINE};
    const struct call_metadata metadata = {.known = NULL};
    const struct call_streams streams = {.count = 1};

    (void)state;
    assert_int_equal(call_metadata_deviations(&metadata, &offer, false, &streams),
                     UINT64_C(1) << DEVIATION_SDP_LINE);
    assert_true(deviation_has(call_metadata_deviations(&metadata, &offer, true, &streams),
                              DEVIATION_NO_METADATA));
}

static void transfer_by_partial_updates_keeps_who_called_and_was_called(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    (void)take(&subject, SIP_CALL_UPDATE,
               DOCUMENT("partial", PERSON("c", "33") SENDS("c", "x") LEFT("a")));
    expect_roles(&subject, "11", "22");
    (void)take(&subject, SIP_CALL_UPDATE,
               DOCUMENT("partial", PERSON("d", "44") SENDS("d", "y") LEFT("b")));
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

static void party_that_gets_its_right_number_by_a_partial_update_takes_it_over(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("b", "4522")));
    expect_roles(&subject, "11", "4522");
    close_subject(&subject);
}

#define CY_OPPOSITE(id, number)                                                                    \
    DOCUMENT("complete", PERSON("c", "33") PERSON(id, number) STREAM("x", "1") STREAM("y", "2")    \
                             SENDS("c", "x") SENDS(id, "y"))

static void transfer_by_complete_documents_keeps_who_called_and_was_called(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    (void)take(&subject, SIP_CALL_UPDATE, CY_OPPOSITE("b", "22"));
    expect_roles(&subject, "11", "22");
    (void)take(&subject, SIP_CALL_UPDATE, CY_OPPOSITE("d", "44"));
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

static void new_ids_of_the_same_numbers_are_nobodys_leaving(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    (void)take(&subject, SIP_CALL_UPDATE,
               DOCUMENT("complete", PERSON("a2", "11") PERSON("b2", "22")));
    assert_false(subject.metadata.roles_kept);
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

static void stand_in_gives_way_to_the_party_that_takes_its_place(void **state)
{
    static const char *const modes[] = {
        DOCUMENT("complete", PERSON("c", "33") PERSON("a", "11")),
        DOCUMENT("partial", PERSON("c", "33") LEFT("b")),
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct subject subject;

        open_subject(&subject, "1", "2");
        (void)take(&subject, SIP_CALL_INVITE,
                   DOCUMENT("complete", PERSON("a", "11") PERSON("b", "conference")));
        (void)take(&subject, SIP_CALL_UPDATE, modes[i]);
        expect_roles(&subject, "11", "33");
        close_subject(&subject);
    }
}

static void called_who_was_there_alone_stays_so_when_the_caller_joins(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(
        &subject, SIP_CALL_INVITE,
        DOCUMENT("complete", PERSON("b", "22") STREAM("x", "1") STREAM("y", "2") SENDS("b", "y")));
    expect_roles(&subject, "", "22");
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("a", "11") SENDS("a", "x")));
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

/* As an SBC that describes stand-ins until it knows better. */
static void document_of_others_alone_is_a_new_picture(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    (void)take(&subject, SIP_CALL_UPDATE, CY_OPPOSITE("d", "44"));
    expect_roles(&subject, "33", "44");
    close_subject(&subject);
}

/* One line at first: who listens on the way is no end of the call. */
static void listener_who_leaves_gives_way_to_one_who_speaks(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE,
               DOCUMENT("complete", PERSON("a", "11") STREAM("x", "1") SENDS("a", "x")));
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("c", "33")));
    expect_roles(&subject, "11", "33");
    (void)take(&subject, SIP_CALL_UPDATE, ANN_AND_BO);
    expect_roles(&subject, "11", "22");
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("d", "44") LEFT("a")));
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

/* Neither is heard alone: who was called is not forgotten for the one after him. */
static void called_of_a_document_without_his_stream_is_kept_through_a_transfer(void **state)
{
    struct subject subject;

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(
        &subject, SIP_CALL_INVITE,
        DOCUMENT("complete", PERSON("a", "11") PERSON("b", "22") STREAM("x", "1") SENDS("a", "x")));
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("c", "33") LEFT("b")));
    expect_roles(&subject, "11", "22");
    close_subject(&subject);
}

/* A conference that fills its tables goes on, and that somebody is left out is told. */
static void who_finds_no_place_in_a_full_conference_is_a_deviation(void **state)
{
    static const char before[] = "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">";
    struct subject subject;
    char *xml = calloc(BOUND_METADATA_ITEMS + 1, 128);

    (void)state;
    assert_non_null(xml);
    (void)strcpy(xml, before);
    for (unsigned i = 0; i < BOUND_METADATA_ITEMS; i++)
        (void)sprintf(xml + strlen(xml), PERSON("p%u", "%u"), i, i);
    (void)strcat(xml, "</recording>");
    open_subject(&subject, "1", "2");
    assert_false(deviation_has(take(&subject, SIP_CALL_INVITE, xml), DEVIATION_XML_CUT));
    free(xml);
    uint64_t set = take(&subject, SIP_CALL_UPDATE, DOCUMENT("partial", PERSON("x", "99")));
    assert_true(deviation_has(set, DEVIATION_XML_CUT));
    assert_int_equal(subject.metadata.known->participants, BOUND_METADATA_ITEMS);
    expect_roles(&subject, "0", "1");
    close_subject(&subject);
}

static void note_of_one(void *context, const struct recording_note *note)
{
    *(int *)context = note->stream;
}

static void write_note(void *context, const struct recording_note *note)
{
    char *text = context;

    (void)sprintf(text + strlen(text), "%s %s %d; ", note->cause, note->detail, note->stream);
}

/* Who speaks on which side from now on is told of each, whether lines or streams were exchanged. */
static void parties_that_change_sides_are_told_and_others_are_not(void **state)
{
    static const char swapped[] =
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\na=label:2\r\n"
        "m=audio 4002 RTP/AVP 8\r\na=label:1\r\n";
    struct subject subject;
    struct sdp_description description;
    struct siprec_metadata *after = NULL;
    char told[512] = "";

    (void)state;
    open_subject(&subject, "1", "2");
    (void)take(&subject, SIP_CALL_INVITE, ANN_AND_BO);
    const struct siprec_metadata *known = subject.metadata.known;
    struct call_streams was = subject.streams;
    call_metadata_moves(known, known, &was, &was, write_note, told);
    assert_string_equal(told, "");
    assert_int_equal(sdp_read(swapped, strlen(swapped), &description), STATUS_OK);
    assert_int_equal(call_streams_update(&subject.streams, &description, known, &ABILITIES),
                     STATUS_OK);
    sdp_description_deinit(&description);
    call_metadata_moves(known, known, &was, &subject.streams, write_note, told);
    assert_string_equal(told, "party_left 11 0; party_joined 22 0; "
                              "party_left 22 1; party_joined 11 1; ");
    told[0] = '\0';
    /* who is there no more, and who was not before, are told otherwise */
    static const char transfer[] = CY_OPPOSITE("b", "22");
    assert_int_equal(siprec_metadata_read(transfer, strlen(transfer), &after, NULL), STATUS_OK);
    call_metadata_moves(known, after, &was, &was, write_note, told);
    assert_string_equal(told, "");
    siprec_metadata_destroy(after);
    close_subject(&subject);
}

/* The stream of the first m-line is the second of the call where it could be recorded only later.
 */
static void speakers_taken_from_their_order_follow_the_lines(void **state)
{
    struct subject subject;
    const char *late = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 8\r\na=label:1\r\n"
                       "m=audio 4002 RTP/AVP 8\r\na=label:2\r\n";
    int stream = -2;

    (void)state;
    open_subject(&subject, "1", "2");
    struct sdp_description *both = subject.sdp;
    subject.sdp = calloc(1, sizeof *subject.sdp);
    assert_non_null(subject.sdp);
    assert_int_equal(sdp_read(late, strlen(late), subject.sdp), STATUS_OK);
    assert_int_equal(call_streams_choose(subject.sdp, NULL, &ABILITIES, &subject.streams),
                     STATUS_OK);
    assert_int_equal(call_streams_update(&subject.streams, both, NULL, &ABILITIES), STATUS_OK);
    assert_int_equal(subject.streams.media_line[1], 0);
    (void)take(&subject, SIP_CALL_UPDATE, DOCUMENT("complete", PERSON("a", "11")));
    struct siprec_metadata *alone = subject.metadata.known;
    subject.metadata.known = NULL;
    (void)take(&subject, SIP_CALL_UPDATE,
               DOCUMENT("complete",
                        PERSON("a", "11") PERSON("b", "22") STREAM("x", "1") STREAM("y", "2")));
    assert_string_equal(subject.streams.stream[1].party.number, "11");
    call_metadata_changes(alone, subject.metadata.known, &subject.streams, note_of_one, &stream);
    assert_int_equal(stream, 0);
    siprec_metadata_destroy(alone);
    sdp_description_deinit(both);
    free(both);
    close_subject(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_that_fits_its_description_has_no_deviation),
        cmocka_unit_test(stream_without_its_line_is_a_deviation),
        cmocka_unit_test(metadata_without_a_description_is_not_asked_about_labels),
        cmocka_unit_test(speakers_taken_from_their_order_are_a_deviation),
        cmocka_unit_test(partial_document_is_a_deviation_only_before_a_complete_one),
        cmocka_unit_test(plain_call_needs_neither_metadata_nor_labels),
        cmocka_unit_test(transfer_by_partial_updates_keeps_who_called_and_was_called),
        cmocka_unit_test(party_that_gets_its_right_number_by_a_partial_update_takes_it_over),
        cmocka_unit_test(transfer_by_complete_documents_keeps_who_called_and_was_called),
        cmocka_unit_test(new_ids_of_the_same_numbers_are_nobodys_leaving),
        cmocka_unit_test(stand_in_gives_way_to_the_party_that_takes_its_place),
        cmocka_unit_test(listener_who_leaves_gives_way_to_one_who_speaks),
        cmocka_unit_test(called_of_a_document_without_his_stream_is_kept_through_a_transfer),
        cmocka_unit_test(who_finds_no_place_in_a_full_conference_is_a_deviation),
        cmocka_unit_test(called_who_was_there_alone_stays_so_when_the_caller_joins),
        cmocka_unit_test(document_of_others_alone_is_a_new_picture),
        cmocka_unit_test(speakers_taken_from_their_order_follow_the_lines),
        cmocka_unit_test(parties_that_change_sides_are_told_and_others_are_not),
    };

    return cmocka_run_group_tests_name("call_metadata", tests, NULL, NULL);
}
