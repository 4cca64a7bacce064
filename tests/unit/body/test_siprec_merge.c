/* siprec_metadata: documents of one call in order, and who joined and left between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "body/deviation.h"
#include "body/siprec_metadata.h"

#define OPEN "<recording xmlns='urn:ietf:params:xml:ns:recording:1'>"
#define PARTIAL OPEN "<datamode>partial</datamode>"
#define CLOSE "</recording>"
#define PARTY(id, number)                                                                          \
    "<participant participant_id='" id "'><nameID aor='sip:" number "@pbx'/></participant>"
#define STREAM(id, label) "<stream stream_id='" id "'><label>" label "</label></stream>"
#define SENDS(participant, stream)                                                                 \
    "<participantstreamassoc participant_id='" participant "'><send>" stream                       \
    "</send></participantstreamassoc>"
#define RECEIVES(participant, stream)                                                              \
    "<participantstreamassoc participant_id='" participant "'><recv>" stream                       \
    "</recv></participantstreamassoc>"
#define JOINS(participant, session)                                                                \
    "<participantsessionassoc participant_id='" participant "' session_id='" session "'>"          \
    "<associate-time>2026-03-02T09:15:00Z</associate-time></participantsessionassoc>"
#define ENDS(participant, session)                                                                 \
    "<participantsessionassoc participant_id='" participant "' session_id='" session "'>"          \
    "<disassociate-time>2026-03-02T09:17:30Z</disassociate-time></participantsessionassoc>"
#define SESSION(id) "<session session_id='" id "'><sipSessionID>one</sipSessionID></session>"
#define STOPPED(id)                                                                                \
    "<session session_id='" id "'><stop-time>2026-03-02T09:17:30Z</stop-time></session>"

/* Ada and Bob, each with a stream. */
#define CALL                                                                                       \
    OPEN "<group group_id='g1'/>" SESSION("s1") PARTY("p1", "ada") PARTY("p2", "bob")              \
        STREAM("t1", "1") STREAM("t2", "2") JOINS("p1", "s1") JOINS("p2", "s1") SENDS("p1", "t1")  \
            SENDS("p2", "t2") CLOSE

/* One mixed stream of both, whose mode nobody says. */
#define CONFERENCE                                                                                 \
    OPEN SESSION("s1") PARTY("p1", "ada") PARTY("p2", "bob") STREAM("t1", "1") JOINS("p1", "s1")   \
        JOINS("p2", "s1") SENDS("p1", "t1") SENDS("p2", "t1") CLOSE

static struct siprec_metadata *read_xml(const char *xml)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {.text = ""};

    enum status status = siprec_metadata_read(xml, strlen(xml), &metadata, &fault);
    assert_string_equal(fault.text, "");
    assert_int_equal(status, STATUS_OK);
    assert_non_null(metadata);
    return metadata;
}

/* *state becomes what is known after one more document; what it was is freed. */
static void add(struct siprec_metadata **state, const char *xml)
{
    struct siprec_metadata *document = read_xml(xml);
    struct siprec_metadata *merged = NULL;

    assert_int_equal(siprec_metadata_merge(*state, document, &merged, NULL), STATUS_OK);
    siprec_metadata_destroy(document); /* the merged one does not need it any more */
    siprec_metadata_destroy(*state);
    *state = merged;
}

/* "ada bob(left)" */
static void expect_people(const struct siprec_metadata *state, const char *expected)
{
    char people[512] = "";

    for (size_t i = 0; i < state->participants; i++)
        (void)snprintf(people + strlen(people), sizeof people - strlen(people), "%s%s%s",
                       i ? " " : "", state->participant[i].number,
                       state->participant[i].left ? "(left)" : "");
    assert_string_equal(people, expected);
}

static void expect_speakers(const struct siprec_metadata *state, const char *first,
                            const char *second)
{
    static const char *const labels[] = {"1", "2"};
    const char *const expected[] = {first, second};

    for (size_t i = 0; i < 2; i++) {
        const struct siprec_participant *speaker = siprec_speaker(state, labels, 2, i, NULL);

        assert_string_equal(speaker ? speaker->number : "nobody", expected[i]);
    }
}

static void expect_ends(const struct siprec_metadata *state, const char *caller, const char *called)
{
    static const char *const labels[] = {"1", "2"};
    struct siprec_parties parties = siprec_parties(state, labels, 2);

    assert_string_equal(parties.caller ? parties.caller->number : "nobody", caller);
    assert_string_equal(parties.called ? parties.called->number : "nobody", called);
}

struct changes {
    char text[512];
};

static void note_change(void *context, enum siprec_change change,
                        const struct siprec_participant *participant)
{
    struct changes *changes = context;
    size_t used = strlen(changes->text);

    (void)snprintf(changes->text + used, sizeof changes->text - used, "%c%s ",
                   change == SIPREC_JOINED ? '+' : '-', participant->number);
}

/* Add a document and compare: "-bob +eve ". */
static void add_and_expect(struct siprec_metadata **state, const char *xml, const char *expected)
{
    struct siprec_metadata *document = read_xml(xml);
    struct siprec_metadata *merged = NULL;
    struct changes changes = {.text = ""};

    assert_int_equal(siprec_metadata_merge(*state, document, &merged, NULL), STATUS_OK);
    siprec_metadata_destroy(document);
    siprec_metadata_compare(*state, merged, note_change, &changes);
    assert_string_equal(changes.text, expected);
    siprec_metadata_destroy(*state);
    *state = merged;
}

static void first_complete_document_is_the_state(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add_and_expect(&state, CALL, "+ada +bob ");
    expect_people(state, "ada bob");
    expect_speakers(state, "ada", "bob");
    expect_ends(state, "ada", "bob");
    assert_string_equal(state->session_id, "s1");
    assert_string_equal(state->sip_session_id, "one");
    assert_string_equal(state->group_id, "g1");
    assert_false(state->partial);
    assert_int_equal(state->deviations, 0);
    siprec_metadata_destroy(state);
}

static void same_id_twice_in_a_first_document_stays_two_people(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN PARTY("p1", "ada") PARTY("p1", "bob") CLOSE);
    expect_people(state, "ada bob");
    siprec_metadata_destroy(state);
}

static void complete_document_replaces_all_and_who_is_not_in_it_has_left(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state,
                   OPEN SESSION("s2") PARTY("p2", "bob") PARTY("p3", "eve") STREAM("t9", "1")
                       SENDS("p3", "t9") CLOSE,
                   "-ada +eve ");
    expect_people(state, "bob eve");
    expect_speakers(state, "eve", "nobody");
    assert_string_equal(state->session_id, "s2");
    assert_string_equal(state->group_id, "");
    siprec_metadata_destroy(state);
}

static void late_party_of_a_partial_document_joins_those_who_are_there(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN SESSION("s1") PARTY("p1", "ada") STREAM("t1", "1") JOINS("p1", "s1")
                    SENDS("p1", "t1") CLOSE);
    expect_speakers(state, "ada", "nobody");
    add_and_expect(&state,
                   PARTIAL PARTY("p2", "bob") STREAM("t2", "2") JOINS("p2", "s1") SENDS("p2", "t2")
                       CLOSE,
                   "+bob ");
    expect_people(state, "ada bob");
    expect_speakers(state, "ada", "bob");
    expect_ends(state, "ada", "bob");
    siprec_metadata_destroy(state);
}

static void associations_may_come_before_and_after_what_they_name(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state,
        OPEN PARTY("p1", "ada") PARTY("p2", "bob") STREAM("t1", "1") STREAM("t2", "2") CLOSE);
    add(&state, PARTIAL SENDS("p1", "t2") SENDS("p2", "t1") CLOSE); /* of what came before */
    expect_speakers(state, "bob", "ada");
    assert_int_equal(state->deviations, 0);
    add(&state, PARTIAL SENDS("p3", "t3") CLOSE); /* of what comes after */
    assert_true(deviation_has(state->deviations, DEVIATION_METADATA_REFERENCE));
    assert_int_equal(state->unresolved_senders, 1);
    add(&state, PARTIAL PARTY("p3", "eve") STREAM("t3", "1") CLOSE);
    expect_speakers(state, "eve", "ada");
    assert_int_equal(state->unresolved_senders, 0);
    assert_int_equal(state->deviations, 0);
    siprec_metadata_destroy(state);
}

static void party_on_hold_keeps_its_stream(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state, PARTIAL RECEIVES("p1", "t2") SENDS("p2", "t2") CLOSE, "");
    expect_speakers(state, "ada", "bob");
    add_and_expect(&state, PARTIAL SENDS("p1", "t1") SENDS("p2", "t2") CLOSE, "");
    expect_speakers(state, "ada", "bob");
    expect_ends(state, "ada", "bob");
    siprec_metadata_destroy(state);
}

static void party_that_is_transferred_gives_way_to_the_new_one(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state,
                   PARTIAL "<session session_id='s1'><sipSessionID>two</sipSessionID>"
                           "</session>" PARTY("p3", "eve") JOINS("p3", "s1") ENDS("p2", "s1")
                               SENDS("p3", "t2") CLOSE,
                   "-bob +eve ");
    expect_people(state, "ada eve");
    expect_speakers(state, "ada", "eve");
    expect_ends(state, "ada", "eve");
    assert_string_equal(state->sip_session_id, "two");
    assert_string_equal(state->group_id, "g1");
    siprec_metadata_destroy(state);
}

static void new_party_takes_a_stream_over_though_nobody_says_that_the_former_stopped(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state, PARTIAL PARTY("p3", "eve") SENDS("p3", "t2") CLOSE, "+eve ");
    expect_speakers(state, "ada", "eve");
    siprec_metadata_destroy(state);
}

static void streams_of_a_new_party_that_nobody_describes_are_those_left_behind(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add(&state, PARTIAL PARTY("p3", "eve") JOINS("p3", "s1") ENDS("p1", "s1") SENDS("p2", "t2")
                    SENDS("p3", "t3") CLOSE);
    expect_speakers(state, "eve", "bob");
    assert_true(deviation_has(state->deviations, DEVIATION_METADATA_REFERENCE));
    /* two for one: nobody knows which */
    siprec_metadata_destroy(state);
    state = NULL;
    add(&state, CALL);
    add(&state, PARTIAL PARTY("p3", "eve") JOINS("p3", "s1") ENDS("p1", "s1") SENDS("p3", "t3")
                    SENDS("p3", "t4") CLOSE);
    expect_speakers(state, "nobody", "bob");
    siprec_metadata_destroy(state);
}

static void label_that_moves_to_another_stream_leaves_the_former(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add(&state, PARTIAL STREAM("t3", "2") SENDS("p1", "t3") CLOSE);
    expect_speakers(state, "ada", "ada");
    assert_int_equal(state->streams, 3);
    assert_string_equal(state->stream[1].label, "");
    add(&state, PARTIAL "<stream stream_id='t3'/>" CLOSE); /* says nothing of its label */
    expect_speakers(state, "ada", "ada");
    siprec_metadata_destroy(state);
}

static void stream_that_ended_is_gone(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add(&state, PARTIAL "<stream stream_id='t2'><stop-time>2026-03-02T09:17:30Z</stop-time>"
                        "</stream>" CLOSE);
    assert_int_equal(state->streams, 1);
    expect_speakers(state, "ada", "nobody");
    siprec_metadata_destroy(state);
}

static void conference_on_one_stream_is_everybodys_whoever_joins_holds_or_drops(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CONFERENCE);
    expect_speakers(state, "nobody", "nobody");
    add_and_expect(&state, PARTIAL STREAM("t1", "1") RECEIVES("p1", "t1") SENDS("p2", "t1") CLOSE,
                   "");
    expect_speakers(state, "nobody", "nobody"); /* not Bob's, though he alone sends now */
    add_and_expect(&state, PARTIAL PARTY("p3", "eve") JOINS("p3", "s1") SENDS("p3", "t1") CLOSE,
                   "+eve ");
    add_and_expect(&state, PARTIAL ENDS("p1", "s1") CLOSE, "-ada ");
    expect_people(state, "bob eve");
    expect_speakers(state, "nobody", "nobody");
    assert_int_equal(state->senders, 2);
    assert_true(state->stream[0].mixed);
    siprec_metadata_destroy(state);
}

static void second_sender_of_the_only_stream_makes_it_everybodys(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN PARTY("p1", "ada") STREAM("t1", "1") SENDS("p1", "t1") CLOSE);
    add(&state, PARTIAL PARTY("p2", "bob") SENDS("p2", "t1") CLOSE);
    expect_speakers(state, "nobody", "nobody");
    assert_int_equal(state->senders, 2);
    siprec_metadata_destroy(state);
}

static void who_left_comes_back_without_being_described_again(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state, PARTIAL ENDS("p2", "s1") CLOSE, "-bob ");
    expect_people(state, "ada");
    add_and_expect(&state, PARTIAL JOINS("p2", "s1") SENDS("p2", "t2") CLOSE, "+bob ");
    expect_people(state, "ada bob");
    expect_speakers(state, "ada", "bob");
    siprec_metadata_destroy(state);
}

static void end_that_names_no_session_ends_all(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state, PARTIAL JOINS("p2", "s2") ENDS("p2", "s1") CLOSE, "");
    add_and_expect(&state,
                   PARTIAL
                   "<participantsessionassoc participant_id='p2'><disassociate-time>"
                   "2026-03-02T09:17:30Z</disassociate-time></participantsessionassoc>" CLOSE,
                   "-bob ");
    siprec_metadata_destroy(state);
}

static void last_document_of_a_call_leaves_its_parties_to_be_told(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add_and_expect(&state, PARTIAL STOPPED("s1") ENDS("p1", "s1") ENDS("p2", "s1") CLOSE,
                   "-ada -bob ");
    expect_people(state, "ada(left) bob(left)");
    expect_speakers(state, "ada", "bob");
    expect_ends(state, "ada", "bob");
    siprec_metadata_destroy(state);
    state = NULL;
    add(&state, CALL); /* and not those who left before, once or twice told */
    add(&state, PARTIAL PARTY("p3", "eve") JOINS("p3", "s1") ENDS("p2", "s1") CLOSE);
    add_and_expect(&state, PARTIAL ENDS("p1", "s1") ENDS("p3", "s1") CLOSE, "-ada -eve ");
    expect_people(state, "ada(left) eve(left)");
    add_and_expect(&state, PARTIAL STOPPED("s1") CLOSE, "");
    expect_people(state, "ada(left) eve(left)");
    siprec_metadata_destroy(state);
    state = NULL;
    add(&state, CALL); /* a stop of the session alone */
    add_and_expect(&state, PARTIAL STOPPED("s1") CLOSE, "-ada -bob ");
    expect_ends(state, "ada", "bob");
    siprec_metadata_destroy(state);
    state = NULL;
    add(&state, CALL); /* a complete one that names nobody */
    add_and_expect(&state, OPEN STOPPED("s1") CLOSE, "-ada -bob ");
    expect_people(state, "ada(left) bob(left)");
    expect_ends(state, "ada", "bob");
    assert_string_equal(state->session_id, "s1");
    siprec_metadata_destroy(state);
}

#define IN_8(inner) "<x><x><x><x><x><x><x><x>" inner "</x></x></x></x></x></x></x></x>"

static void document_with_a_doctype_or_cut_lets_nobody_leave_by_what_it_lost(void **unused)
{
    static const char *const damaged[] = {
        "<!DOCTYPE r [<!ENTITY bob '...'>]>" OPEN PARTY("p1", "ada") "&bob;" CLOSE,
        OPEN PARTY("p1", "ada") IN_8(IN_8(IN_8(IN_8("")))) CLOSE,
    };

    (void)unused;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct siprec_metadata *state = NULL;

        add(&state, CALL);
        add(&state, damaged[i]);
        expect_people(state, "ada bob");
        siprec_metadata_destroy(state);
    }
}

static void damaged_document_lets_nobody_leave_by_what_it_lost(void **unused)
{
    static const char *const damaged[] = {
        OPEN "<participant participant_id='p1'><nameID aor='sip:a",
        OPEN "<session session_id='s1'",
        OPEN "<datamode>complete</datamode><session session_id='s1'",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct siprec_metadata *state = NULL;

        add(&state, CALL);
        add(&state, damaged[i]);
        assert_int_equal(state->participants, 2);
        assert_false(state->participant[0].left || state->participant[1].left);
        assert_false(state->partial);
        siprec_metadata_destroy(state);
    }
    /* one that says it is complete, and whose name alone is at fault, is believed */
    struct siprec_metadata *state = NULL;
    add(&state, CALL);
    add(&state, OPEN "<datamode>complete</datamode><participant participant_id='p1'>"
                     "<nameID aor='sip:ada@pbx'><name>A & B</name></nameID></participant>" CLOSE);
    assert_int_equal(state->participants, 1);
    siprec_metadata_destroy(state);
}

static void next_call_of_a_lasting_recording_session_has_its_own_ties(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, CALL);
    add(&state, PARTIAL STOPPED("s1") ENDS("p1", "s1") ENDS("p2", "s1") CLOSE);
    add_and_expect(&state,
                   PARTIAL "<session session_id='s2'><sipSessionID>new</sipSessionID>"
                           "<group-ref>g2</group-ref></session>" PARTY("p3", "eve")
                               JOINS("p3", "s2") JOINS("p1", "s2") CLOSE,
                   "+ada +eve ");
    expect_people(state, "ada eve");
    assert_string_equal(state->session_id, "s2");
    assert_string_equal(state->sip_session_id, "new");
    assert_string_equal(state->group_id, "g2");
    siprec_metadata_destroy(state);
}

static void partial_before_any_complete_document_is_noted_until_one_comes(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, PARTIAL PARTY("p1", "ada") SENDS("p1", "t1") CLOSE);
    assert_true(state->partial);
    assert_int_equal(state->unresolved_senders, 1);
    assert_true(deviation_has(state->deviations, DEVIATION_PARTIAL_FIRST));
    add(&state, PARTIAL STREAM("t1", "1") CLOSE);
    assert_true(state->partial);
    expect_speakers(state, "ada", "nobody");
    add(&state, CALL);
    assert_false(state->partial);
    assert_int_equal(state->deviations, 0);
    add(&state, PARTIAL CLOSE);
    assert_false(state->partial);
    siprec_metadata_destroy(state);
}

static void stand_in_that_gets_its_real_name_has_not_joined(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN PARTY("p1", "ada") PARTY("p2", "standin") CLOSE);
    add_and_expect(&state, PARTIAL PARTY("p2", "bob") CLOSE, "");
    expect_people(state, "ada bob");
    add_and_expect(&state, OPEN PARTY("p1", "ada") PARTY("p2", "robert") CLOSE, "");
    expect_people(state, "ada robert");
    add_and_expect(&state, OPEN PARTY("p1", "ada") PARTY("p9", "robert") CLOSE, "-robert +robert ");
    siprec_metadata_destroy(state);
}

#define NAMED(id, aor, name)                                                                       \
    "<participant participant_id='" id "'><nameID aor='" aor "'><name>" name                       \
    "</name></nameID></participant>"

static void name_goes_with_its_address(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN NAMED("p1", "sip:1001@x", "Ada") CLOSE);
    add(&state, PARTIAL "<participant participant_id='p1'/>" CLOSE);
    assert_string_equal(state->participant[0].name, "Ada");
    assert_string_equal(state->participant[0].number, "1001");
    add(&state, PARTIAL "<participant participant_id='p1'><nameID><name>Adele</name></nameID>"
                        "</participant>" CLOSE);
    assert_string_equal(state->participant[0].name, "Adele");
    assert_string_equal(state->participant[0].number, "1001");
    add(&state, PARTIAL PARTY("p1", "1001") CLOSE); /* another host, no name */
    assert_string_equal(state->participant[0].name, "");
    siprec_metadata_destroy(state);
}

static void what_has_no_id_is_known_by_address_or_label(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state, OPEN PARTY("", "ada") PARTY("", "bob") STREAM("", "1") STREAM("", "2") CLOSE);
    add_and_expect(&state, PARTIAL PARTY("", "bob") PARTY("", "eve") STREAM("", "2") CLOSE,
                   "+eve ");
    expect_people(state, "ada bob eve");
    assert_int_equal(state->streams, 2);
    siprec_metadata_destroy(state);
}

static void forms_of_the_drafts_are_merged_likewise(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state,
        OPEN "<session id='s1'/><participant id='p1' session='s1'><nameID aor='sip:ada@x'/>"
             "<send>t1</send></participant><stream id='t1'><label>1</label></stream>" CLOSE);
    add_and_expect(&state,
                   PARTIAL "<participant id='p2' session='s1'><nameID aor='sip:bob@x'/>"
                           "<send><id>t2</id></send></participant>"
                           "<stream id='t2'><label>2</label></stream>" CLOSE,
                   "+bob ");
    expect_speakers(state, "ada", "bob");
    add_and_expect(&state,
                   PARTIAL
                   "<participant id='p1' session='s1'><disassociate-time>2026-03-02T09:17:30"
                   "</disassociate-time></participant>" CLOSE,
                   "-ada ");
    siprec_metadata_destroy(state);
}

static void who_called_stays_said(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add(&state,
        OPEN "<extensiondata><callingPartyNumber>sip:2002@x</callingPartyNumber>"
             "</extensiondata>" PARTY("p1", "2001") STREAM("t1", "1") SENDS("p1", "t1") CLOSE);
    add(&state, PARTIAL PARTY("p2", "2002") STREAM("t2", "2") SENDS("p2", "t2") CLOSE);
    expect_ends(state, "2002", "2001");
    siprec_metadata_destroy(state);
}

static void merging_leaves_what_it_was_given_alone(void **unused)
{
    struct siprec_metadata *before = read_xml(CALL);
    struct siprec_metadata *document = read_xml(PARTIAL PARTY("p2", "eve") ENDS("p1", "s1") CLOSE);
    struct siprec_metadata *merged = NULL;

    (void)unused;
    assert_int_equal(siprec_metadata_merge(before, document, &merged, NULL), STATUS_OK);
    expect_people(merged, "eve");
    expect_people(before, "ada bob");
    siprec_metadata_destroy(merged);
    siprec_metadata_destroy(document);
    siprec_metadata_destroy(before);
}

/* A partial document of participants p<from>, p<from + 1>, ..., of which `left` have left at once.
 */
static char *many_people(const char *open, unsigned from, unsigned count, bool left)
{
    struct bytes text;

    bytes_init(&text, 1 << 20);
    assert_int_equal(bytes_printf(&text, "%s", open), STATUS_OK);
    for (unsigned i = from; i < from + count; i++)
        assert_int_equal(bytes_printf(&text, PARTY("p%u", "%u") "%s", i, i, ""), STATUS_OK);
    for (unsigned i = from; left && i < from + count; i++)
        assert_int_equal(bytes_printf(&text, ENDS("p%u", "s1"), i), STATUS_OK);
    assert_int_equal(bytes_printf(&text, CLOSE), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    return (char *)text.data; /* the caller frees it; nothing else is in the buffer */
}

static void add_people(struct siprec_metadata **state, unsigned from, unsigned count, bool left)
{
    char *xml = many_people(*state ? PARTIAL : OPEN, from, count, left);

    add(state, xml);
    free(xml);
}

static void as_many_people_as_allowed_are_kept_and_that_one_more_is_left_out_is_noted(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add_people(&state, 0, BOUND_METADATA_ITEMS - 1, false);
    add_people(&state, BOUND_METADATA_ITEMS - 1, 1, false);
    assert_int_equal(state->participants, BOUND_METADATA_ITEMS);
    assert_false(deviation_has(state->deviations, DEVIATION_XML_CUT));
    add(&state, PARTIAL PARTY("x", "x") PARTY("p0", "zoe") CLOSE);
    assert_int_equal(state->participants, BOUND_METADATA_ITEMS);
    assert_string_equal(state->participant[0].aor, "sip:zoe@pbx");
    assert_true(deviation_has(state->deviations, DEVIATION_XML_CUT));
    siprec_metadata_destroy(state);
}

/* Each of them has a stream of his own, described one by one as he joins. */
static void each_of_a_large_conference_is_known_by_his_stream(void **unused)
{
    enum { PEOPLE = 200 };
    struct siprec_metadata *state = NULL;
    const char *labels[1];
    char label[8];

    (void)unused;
    for (unsigned i = 0; i < PEOPLE; i++) {
        char xml[1024];

        (void)snprintf(xml, sizeof xml,
                       "%s" PARTY("p%u", "%u") STREAM("t%u", "%u") SENDS("p%u", "t%u") CLOSE,
                       i ? PARTIAL : OPEN, i, i, i, i, i, i);
        add(&state, xml);
    }
    assert_int_equal(state->participants, PEOPLE);
    assert_int_equal(state->senders, PEOPLE);
    for (size_t i = 0; i < PEOPLE; i++) {
        (void)snprintf(label, sizeof label, "%zu", i);
        labels[0] = label;
        assert_ptr_equal(siprec_speaker(state, labels, 1, 0, NULL), &state->participant[i]);
    }
    add(&state, PARTIAL ENDS("p150", "s1") CLOSE);
    assert_int_equal(state->participants, PEOPLE - 1);
    siprec_metadata_destroy(state);
}

static void those_who_left_make_room_in_a_long_conference(void **unused)
{
    struct siprec_metadata *state = NULL;

    (void)unused;
    add_people(&state, 0, 2, false);
    for (unsigned i = 0; i < 20; i++) {
        add_people(&state, 100 + 30 * i, 30, true);
        expect_people(state, "0 1");
    }
    siprec_metadata_destroy(state);
}

static void snapshot_request_is_the_document_of_the_standard(void **unused)
{
    struct bytes text;

    (void)unused;
    bytes_init(&text, 4096);
    assert_int_equal(siprec_write_snapshot_request("a < b & c\n> \"d\"", &text), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    assert_string_equal((char *)text.data,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                        "<requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\">\r\n"
                        "  <requestreason xml:lang=\"en\">a &lt; b &amp; c &gt; \"d\""
                        "</requestreason>\r\n</requestsnapshot>\r\n");
    bytes_clear(&text);
    assert_int_equal(siprec_write_snapshot_request(NULL, &text), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    assert_null(strstr((char *)text.data, "requestreason"));
    bytes_deinit(&text);
    bytes_init(&text, 150);
    assert_int_equal(bytes_append(&text, "before", 6), STATUS_OK);
    assert_int_equal(siprec_write_snapshot_request("some reason", &text), STATUS_LIMIT);
    assert_int_equal(text.len, 6);
    bytes_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_complete_document_is_the_state),
        cmocka_unit_test(same_id_twice_in_a_first_document_stays_two_people),
        cmocka_unit_test(complete_document_replaces_all_and_who_is_not_in_it_has_left),
        cmocka_unit_test(late_party_of_a_partial_document_joins_those_who_are_there),
        cmocka_unit_test(associations_may_come_before_and_after_what_they_name),
        cmocka_unit_test(party_on_hold_keeps_its_stream),
        cmocka_unit_test(party_that_is_transferred_gives_way_to_the_new_one),
        cmocka_unit_test(new_party_takes_a_stream_over_though_nobody_says_that_the_former_stopped),
        cmocka_unit_test(streams_of_a_new_party_that_nobody_describes_are_those_left_behind),
        cmocka_unit_test(label_that_moves_to_another_stream_leaves_the_former),
        cmocka_unit_test(stream_that_ended_is_gone),
        cmocka_unit_test(conference_on_one_stream_is_everybodys_whoever_joins_holds_or_drops),
        cmocka_unit_test(second_sender_of_the_only_stream_makes_it_everybodys),
        cmocka_unit_test(who_left_comes_back_without_being_described_again),
        cmocka_unit_test(end_that_names_no_session_ends_all),
        cmocka_unit_test(last_document_of_a_call_leaves_its_parties_to_be_told),
        cmocka_unit_test(document_with_a_doctype_or_cut_lets_nobody_leave_by_what_it_lost),
        cmocka_unit_test(damaged_document_lets_nobody_leave_by_what_it_lost),
        cmocka_unit_test(next_call_of_a_lasting_recording_session_has_its_own_ties),
        cmocka_unit_test(partial_before_any_complete_document_is_noted_until_one_comes),
        cmocka_unit_test(stand_in_that_gets_its_real_name_has_not_joined),
        cmocka_unit_test(name_goes_with_its_address),
        cmocka_unit_test(what_has_no_id_is_known_by_address_or_label),
        cmocka_unit_test(forms_of_the_drafts_are_merged_likewise),
        cmocka_unit_test(who_called_stays_said),
        cmocka_unit_test(merging_leaves_what_it_was_given_alone),
        cmocka_unit_test(as_many_people_as_allowed_are_kept_and_that_one_more_is_left_out_is_noted),
        cmocka_unit_test(each_of_a_large_conference_is_known_by_his_stream),
        cmocka_unit_test(those_who_left_make_room_in_a_long_conference),
        cmocka_unit_test(snapshot_request_is_the_document_of_the_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
