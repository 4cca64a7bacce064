/* siprec_metadata: forms that clients choose on their own, each of which must tell the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "body/deviation.h"
#include "body/siprec_metadata.h"

#define NAMESPACE "urn:ietf:params:xml:ns:recording:1"
#define OPEN "<recording xmlns='" NAMESPACE "'>"
#define CLOSE "</recording>"
#define ADA "<participant participant_id='p1'><nameID aor='sip:ada@x'/></participant>"
#define BOB "<participant participant_id='p2'><nameID aor='sip:bob@x'/></participant>"
#define STREAM(id, label) "<stream stream_id='" id "'><label>" label "</label></stream>"
#define SENDS(participant, stream)                                                                 \
    "<participantstreamassoc participant_id='" participant "'><send>" stream                       \
    "</send></participantstreamassoc>"
#define CROSSED STREAM("t1", "1") STREAM("t2", "2") SENDS("p1", "t2") SENDS("p2", "t1")

static struct siprec_metadata *read_bytes(const char *xml, size_t xml_bytes)
{
    struct siprec_metadata *metadata = NULL;

    assert_int_equal(siprec_metadata_read(xml, xml_bytes, &metadata, NULL), STATUS_OK);
    return metadata;
}

static void expect_speaker(const struct siprec_metadata *metadata, const char *const labels[2],
                           size_t label, const char *number, bool assumed)
{
    bool guessed = !assumed;
    const struct siprec_participant *speaker = siprec_speaker(metadata, labels, 2, label, &guessed);

    assert_string_equal(speaker ? speaker->number : "nobody", number);
    assert_int_equal(guessed, assumed);
}

/* Two participants, of whom Bob speaks on the first line; `noted` is all that is. */
static void expect_crossed(const char *xml, uint64_t noted)
{
    static const char *const labels[] = {"1", "2"};
    struct siprec_metadata *metadata = read_bytes(xml, strlen(xml));

    assert_int_equal(metadata->participants, 2);
    expect_speaker(metadata, labels, 0, "bob", false);
    expect_speaker(metadata, labels, 1, "ada", false);
    assert_int_equal(metadata->deviations, noted);
    siprec_metadata_destroy(metadata);
}

static uint64_t set_of(enum deviation deviation)
{
    uint64_t set = 0;

    deviation_add(&set, deviation);
    return set;
}

static void ids_are_the_same_without_padding_and_uuids_in_any_spelling(void **state)
{
    (void)state;
    expect_crossed(OPEN ADA BOB CROSSED CLOSE, 0);
    expect_crossed(
        OPEN "<participant participant_id='YQ=='><nameID aor='sip:ada@x'/></participant>"
             "<participant participant_id='YmI'><nameID aor='sip:bob@x'/></participant>" STREAM(
                 "dDE=", "1") STREAM("dDI=", "2") SENDS("YQ", "dDI") SENDS("YmI=", "dDE=") CLOSE,
        0);
    expect_crossed(OPEN
                   "<participant participant_id='urn:uuid:7B0C31D2-0F6A-4E3B-9E51-0C1D2E3F4A5B'>"
                   "<nameID aor='sip:ada@x'/></participant>"
                   "<participant participant_id='{7b0c31d2-0f6a-4e3b-9e51-0c1d2e3f4a5c}'>"
                   "<nameID aor='sip:bob@x'/></participant>" STREAM("t1", "1") STREAM("t2", "2")
                       SENDS("7b0c31d2-0f6a-4e3b-9e51-0c1d2e3f4a5b", "t2")
                           SENDS("URN:UUID:7B0C31D2-0F6A-4E3B-9E51-0C1D2E3F4A5C", "t1") CLOSE,
                   0);
}

static void ids_of_base64_are_not_the_same_in_another_case(void **state)
{
    static const char xml[] = OPEN ADA BOB STREAM("dDE=", "1") STREAM("dde=", "2")
        SENDS("p1", "dde") SENDS("p2", "dDE") CLOSE;

    (void)state;
    expect_crossed(xml, 0);
}

static void same_id_spelled_otherwise_in_the_next_document_is_nobody_new(void **state)
{
    static const char before[] =
        OPEN "<participant participant_id='7B0C31D2-0F6A-4E3B-9E51-0C1D2E3F4A5B'>"
             "<nameID aor='sip:ada@x'/></participant>" CLOSE;
    static const char after[] =
        OPEN "<datamode>partial</datamode>"
             "<participant participant_id='7b0c31d2-0f6a-4e3b-9e51-0c1d2e3f4a5b'>"
             "<nameID aor='sip:ada@x'><name>Ada</name></nameID></participant>" CLOSE;
    struct siprec_metadata *first = read_bytes(before, strlen(before));
    struct siprec_metadata *second = read_bytes(after, strlen(after));
    struct siprec_metadata *known = NULL;
    struct siprec_metadata *merged = NULL;

    (void)state;
    assert_int_equal(siprec_metadata_merge(NULL, first, &known, NULL), STATUS_OK);
    assert_int_equal(siprec_metadata_merge(known, second, &merged, NULL), STATUS_OK);
    assert_int_equal(merged->participants, 1);
    assert_string_equal(merged->participant[0].name, "Ada");
    siprec_metadata_destroy(merged);
    siprec_metadata_destroy(known);
    siprec_metadata_destroy(second);
    siprec_metadata_destroy(first);
}

static void items_in_sessions_groups_and_lists_are_items(void **state)
{
    uint64_t form = set_of(DEVIATION_METADATA_FORM);

    (void)state;
    expect_crossed(OPEN "<session session_id='s1'>" ADA BOB CROSSED "</session>" CLOSE, form);
    expect_crossed(OPEN "<group group_id='g1'><session session_id='s1'><start-time>"
                        "2026-03-02T09:15:00Z</start-time>" ADA "</session>" BOB CROSSED
                        "</group>" CLOSE,
                   form);
    expect_crossed(OPEN "<participants>" ADA BOB "</participants><streams>" STREAM("t1", "1")
                       STREAM("t2", "2") "</streams>" SENDS("p1", "t2") SENDS("p2", "t1") CLOSE,
                   form);
    /* one that says nothing is a reference to one that does */
    expect_crossed(OPEN "<session session_id='s1'><participant participant_id='p1'/>"
                        "<participant participant_id='p2'/></session>" ADA BOB CROSSED CLOSE,
                   0);
    /* and what stands elsewhere is the vendor's */
    expect_crossed(OPEN "<extensiondata><session session_id='s1'>" ADA
                        "</session></extensiondata>" ADA BOB CROSSED CLOSE,
                   0);
}

static void recording_may_stand_within_something_else(void **state)
{
    (void)state;
    expect_crossed("<Envelope xmlns='urn:x'><Body>" OPEN ADA BOB CROSSED CLOSE "</Body></Envelope>",
                   set_of(DEVIATION_XML_NAMESPACE));
}

static void prefixes_comments_and_declarations_change_nothing(void **state)
{
    (void)state;
    expect_crossed(
        "<?xml version='1.1' standalone='yes'?>\n<!-- from <the> SBC -->\n" OPEN
        "<!-- one --><participant participant_id='p1'><!-- - --><nameID "
        "aor='sip:ada@x'><name><![CDATA[A & <B>]]></name></nameID></participant>" BOB CROSSED CLOSE
        "<!-- end -->\r\n",
        0);
    expect_crossed(
        "<r:recording xmlns:r='" NAMESPACE "'>"
        "<r:participant r:participant_id='p1'><r:nameID r:aor='sip:ada@x'/></r:participant>"
        "<r:participant participant_id='p2'><r:nameID aor='sip:bob@x'/></r:participant>"
        "<r:stream r:stream_id='t1'><r:label>2</r:label></r:stream>"
        "<r:stream r:stream_id='t2'><r:label>1</r:label></r:stream>"
        "<r:participantstreamassoc r:participant_id='p1'><r:send>t1</r:send>"
        "</r:participantstreamassoc><r:participantstreamassoc r:participant_id='p2'>"
        "<r:send> t2 </r:send></r:participantstreamassoc></r:recording>",
        0);
}

static void zero_bytes_behind_the_document_are_passed_over(void **state)
{
    static const char xml[] = OPEN ADA BOB CLOSE "\0";
    struct siprec_metadata *metadata = read_bytes(xml, sizeof xml);

    (void)state;
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_NOT_WELL_FORMED));
    siprec_metadata_destroy(metadata);
}

/* In UTF-16, which has a mark in front or not. */
static void expect_wide(const char *xml, bool big_endian, bool mark)
{
    char wide[4096];
    size_t bytes = 0;

    if (mark) {
        wide[bytes++] = big_endian ? (char)0xFE : (char)0xFF;
        wide[bytes++] = big_endian ? (char)0xFF : (char)0xFE;
    }
    for (; *xml; xml++) {
        assert_true(bytes + 2 <= sizeof wide);
        wide[bytes++] = big_endian ? '\0' : *xml;
        wide[bytes++] = big_endian ? *xml : '\0';
    }
    struct siprec_metadata *metadata = read_bytes(wide, bytes);
    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].name, "S\xc3\xb8ren");
    assert_int_equal(metadata->deviations, 0);
    siprec_metadata_destroy(metadata);
}

static void utf16_is_read_in_either_order_with_and_without_its_mark(void **state)
{
    static const char xml[] =
        "<?xml version='1.0' encoding='UTF-16'?>" OPEN "<participant participant_id='p1'>"
        "<nameID aor='sip:1@x'><name>S\xf8ren</name></nameID></participant>" CLOSE;

    (void)state;
    expect_wide(xml, false, true);
    expect_wide(xml, true, true);
    expect_wide(xml, false, false);
    expect_wide(xml, true, false);
}

static void streams_without_labels_are_the_lines_in_their_order(void **state)
{
    static const char *const named[] = {"audio-0", "audio-1"};
    static const char *const unnamed[] = {"", ""};
    static const char without[] =
        OPEN ADA BOB "<stream stream_id='t1'/><stream stream_id='t2'/>" SENDS("p1", "t2")
            SENDS("p2", "t1") CLOSE;
    static const char with[] = OPEN ADA BOB CROSSED CLOSE;
    struct siprec_metadata *metadata = read_bytes(without, strlen(without));

    (void)state;
    expect_speaker(metadata, named, 0, "bob", true);
    expect_speaker(metadata, named, 1, "ada", true);
    siprec_metadata_destroy(metadata);
    metadata = read_bytes(with, strlen(with));
    expect_speaker(metadata, unnamed, 0, "bob", true);
    expect_speaker(metadata, unnamed, 1, "ada", true);
    /* labels that disagree are not made to agree */
    expect_speaker(metadata, named, 0, "nobody", false);
    siprec_metadata_destroy(metadata);
}

static void label_may_be_an_attribute(void **state)
{
    (void)state;
    expect_crossed(OPEN ADA BOB "<stream stream_id='t1' label='2'/><stream stream_id='t2' "
                                "label='1'/>" SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   set_of(DEVIATION_METADATA_FORM));
    expect_crossed(OPEN ADA BOB
                   "<stream stream_id='t1' label='9'><label>2</label></stream>" STREAM("t2", "1")
                       SENDS("p1", "t1") SENDS("p2", "t2") CLOSE,
                   0);
}

static void expect_party(const char *xml, const char *number, const char *name)
{
    struct siprec_metadata *metadata = read_bytes(xml, strlen(xml));

    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].number, number);
    assert_string_equal(metadata->participant[0].name, name);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_METADATA_FORM));
    siprec_metadata_destroy(metadata);
}

#define PARTY(inner) OPEN "<participant participant_id='p1'>" inner "</participant>" CLOSE

static void name_and_address_may_be_the_text_or_an_attribute_of_a_name_id(void **state)
{
    (void)state;
    expect_party(PARTY("<nameID>sip:1001@x;user=phone</nameID>"), "1001", "");
    expect_party(PARTY("<nameID> TEL:+45-70-10 </nameID>"), "+457010", "");
    expect_party(PARTY("<nameID>Dora</nameID>"), "", "Dora");
    expect_party(PARTY("<nameID aor='sip:1001@x' name='Bob &amp; Co'/>"), "1001", "Bob & Co");
    expect_party(PARTY(""), "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_the_same_without_padding_and_uuids_in_any_spelling),
        cmocka_unit_test(ids_of_base64_are_not_the_same_in_another_case),
        cmocka_unit_test(same_id_spelled_otherwise_in_the_next_document_is_nobody_new),
        cmocka_unit_test(items_in_sessions_groups_and_lists_are_items),
        cmocka_unit_test(recording_may_stand_within_something_else),
        cmocka_unit_test(prefixes_comments_and_declarations_change_nothing),
        cmocka_unit_test(zero_bytes_behind_the_document_are_passed_over),
        cmocka_unit_test(utf16_is_read_in_either_order_with_and_without_its_mark),
        cmocka_unit_test(streams_without_labels_are_the_lines_in_their_order),
        cmocka_unit_test(label_may_be_an_attribute),
        cmocka_unit_test(name_and_address_may_be_the_text_or_an_attribute_of_a_name_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
