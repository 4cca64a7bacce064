/* siprec_salvage: what is made of metadata that is not well-formed XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "body/deviation.h"
#include "body/siprec_metadata.h"

#define OPEN "<recording xmlns='urn:ietf:params:xml:ns:recording:1'>"
#define CLOSE "</recording>"

/* Reads from a copy of exactly that size, so that the sanitizer sees one byte too many. */
static struct siprec_metadata *read_any(const char *xml, size_t xml_bytes)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {.text = ""};
    char *copy = malloc(xml_bytes ? xml_bytes : 1);

    assert_non_null(copy);
    memcpy(copy, xml, xml_bytes);
    enum status status = siprec_metadata_read(copy, xml_bytes, &metadata, &fault);
    free(copy);
    assert_string_equal(fault.text, "");
    assert_int_equal(status, STATUS_OK);
    return metadata;
}

static struct siprec_metadata *read_bytes(const char *xml, size_t xml_bytes)
{
    struct siprec_metadata *metadata = read_any(xml, xml_bytes);

    assert_true(deviation_has(metadata->deviations, DEVIATION_XML_NOT_WELL_FORMED));
    return metadata;
}

static struct siprec_metadata *read_xml(const char *xml)
{
    return read_bytes(xml, strlen(xml));
}

/* The one participant that it has; it is freed. */
static void expect_told(struct siprec_metadata *metadata, const char *number, const char *name)
{
    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].id, "p1");
    assert_string_equal(metadata->participant[0].number, number);
    assert_string_equal(metadata->participant[0].name, name);
    siprec_metadata_destroy(metadata);
}

static void expect_participant(const char *xml, const char *number, const char *name)
{
    expect_told(read_xml(xml), number, name);
}

static void expect_encoded(const char *text, const char *number, const char *name)
{
    struct siprec_metadata *metadata = read_any(text, strlen(text));

    assert_true(deviation_has(metadata->deviations, DEVIATION_METADATA_ENCODED));
    assert_false(deviation_has(metadata->deviations, DEVIATION_XML_NOT_WELL_FORMED));
    expect_told(metadata, number, name);
}

#define PARTY(inner) OPEN "<participant participant_id='p1'>" inner "</participant>" CLOSE
#define NAMED(name) PARTY("<nameID aor='sip:1001@x'><name>" name "</name></nameID>")

static void characters_that_nobody_escaped_are_text(void **state)
{
    (void)state;
    expect_participant(NAMED("AT&T"), "1001", "AT&T");
    expect_participant(NAMED("a &amp; b & c &#x41;&#66; &nbsp; &#0; &#xD800; &;"), "1001",
                       "a & b & c AB &nbsp; &#0; &#xD800; &;");
    expect_participant(NAMED("1 < 2 <3> <- <b@x> <"), "1001", "1 < 2 <3> <- <b@x> <");
    expect_participant(NAMED("&lt;&gt;&quot;&apos; < "), "1001", "<>\"' <");
    expect_participant(NAMED("x & <![CDATA[<b> & ]]>y"), "1001", "x & <b> & y");
    expect_participant(NAMED("x & <!-- <b> -->y"), "1001", "x & y");
}

static void address_in_brackets_is_an_address(void **state)
{
    (void)state;
    expect_participant(NAMED("\"Ada L.\" <sip:ada@example.com>"), "1001", "Ada L.");
    expect_participant(NAMED("Ada <SIPS:ada>"), "1001", "Ada");
    expect_participant(PARTY("<nameID><name>Ada <sip:1002@x;user=phone></name></nameID>"), "1002",
                       "Ada");
    expect_participant(PARTY("<nameID><aor>Ada <sip:1003@x></aor></nameID>"), "1003", "");
    expect_participant(PARTY("<nameID aor='<sip:1004@x>'><name>A</name></nameID>"), "1004", "A");
    expect_participant(PARTY("<nameID aor=\"\"Ada\" <sip:1005@x>\"><name>A</name></nameID>"),
                       "1005", "A");
    expect_participant(PARTY("<nameID aor=\"<tel:+45-70>\"/><name>A</name>"), "+4570", "A");
}

static void attributes_may_be_quoted_badly_not_at_all_or_come_twice(void **state)
{
    (void)state;
    expect_participant(
        OPEN "<participant participant_id=p1><nameID aor=sip:1001@x/></participant>" CLOSE, "1001",
        "");
    expect_participant(OPEN "<participant x participant_id = \"p1\" y='1'><nameID aor=\"sip:1002@x>"
                            "<name>A</name></nameID></participant>" CLOSE,
                       "1002", "A");
    expect_participant(OPEN "<participant participant_id='p1' participant_id='p1'>"
                            "<nameID aor='sip:1&amp;2@x' z=\"&\"/></participant>" CLOSE,
                       "1&2", "");
}

static void end_tags_may_be_missing_crossed_or_too_many(void **state)
{
    (void)state;
    expect_participant(PARTY("<nameID aor='sip:1@x'><name>A</nameID></name></b></participant>"),
                       "1", "A");
    expect_participant(PARTY("<nameID aor='sip:1@x'><name>A</nameID>"), "1", "A");
    expect_participant(PARTY("<nameID aor='sip:1@x'><name>A</name ></nameID ") "x", "1", "A");
}

static void items_whose_end_tags_are_missing_stand_beside_each_other(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN "<participant participant_id='p1'><nameID aor='sip:ada@x'><name>Ada"
                      "<participant participant_id='p2'><nameID aor='sip:bob@x'/>"
                      "<stream stream_id='t1'><label>1<stream stream_id='t2'><label>2</label>"
                      "<participantstreamassoc participant_id='p2'><send>t1</send>" CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 2);
    assert_string_equal(metadata->participant[0].name, "Ada");
    assert_string_equal(metadata->participant[1].number, "bob");
    assert_int_equal(metadata->streams, 2);
    assert_string_equal(metadata->stream[0].label, "1");
    assert_string_equal(metadata->stream[1].label, "2");
    assert_int_equal(metadata->senders, 1);
    siprec_metadata_destroy(metadata);
}

static void items_in_a_vendors_own_elements_are_the_vendors(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN "<participant participant_id='p1'><extensiondata><participant/>&"
                      "<stream/></extensiondata></participant>" CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 1);
    assert_int_equal(metadata->streams, 0);
    siprec_metadata_destroy(metadata);
}

static void text_around_the_document_is_passed_over(void **state)
{
    (void)state;
    expect_participant("junk & more\r\n<?xml version='1.0'?>" NAMED("A"), "1001", "A");
    expect_participant(NAMED("A") "</recording><recording><participant/></recording>", "1001", "A");
    expect_participant("\xEF\xBB\xBF\xEF\xBB\xBF" NAMED("A"), "1001", "A");
    expect_participant("<?xml version='1.0'>" NAMED("A"), "1001", "A");
    expect_participant("\n <?xml version='1.0' encoding='UTF-8'?>" NAMED("A"), "1001", "A");
    expect_participant("<!-- a -- b -->" NAMED("A"), "1001", "A");
}

static void document_that_ends_in_the_middle_is_kept_up_to_there(void **state)
{
    static const char xml[] = OPEN
        "<session session_id='s1'/><participant participant_id='p1'><nameID aor='sip:1001@x'>"
        "<name>Ada</name></nameID></participant><stream stream_id='t1'><label>1</label></stream>";

    (void)state;
    for (size_t bytes = strlen(OPEN); bytes < sizeof xml; bytes++) {
        struct siprec_metadata *metadata = read_bytes(xml, bytes);

        if (bytes >= strlen(OPEN) + 95)
            assert_string_equal(metadata->participant[0].number, "1001");
        siprec_metadata_destroy(metadata);
    }
}

static void bytes_that_are_no_utf8_are_taken_for_latin_1(void **state)
{
    (void)state;
    expect_participant("<?xml version='1.0' encoding='UTF-8'?>" NAMED("S\xf8ren \x92 \xc3\xb8"),
                       "1001", "S\xc3\xb8ren ? \xc3\xb8");
    expect_participant(NAMED("a\x01\x08"
                             "b\xed\xa0\x80"),
                       "1001", "ab\xc3\xad\xc2\xa0?");
}

static void expect_well_formed_name(const char *xml, size_t bytes, const char *name)
{
    struct siprec_metadata *metadata = NULL;

    assert_int_equal(siprec_metadata_read(xml, bytes, &metadata, NULL), STATUS_OK);
    assert_string_equal(metadata->participant[0].name, name);
    assert_false(deviation_has(metadata->deviations, DEVIATION_XML_NOT_WELL_FORMED));
    siprec_metadata_destroy(metadata);
}

static void utf8_is_read_as_such_whatever_it_declares(void **state)
{
    static const char latin[] = "<?xml version='1.0' encoding='ISO-8859-1'?>" NAMED("\xc3\xb8");
    static const char windows[] = "<?xml version='1.0' encoding='windows-1252'?>" NAMED("\xc3\xb8");
    static const char utf16[] = "<?xml version='1.0' encoding='UTF-16'?>" NAMED("\xc3\xb8");

    (void)state;
    expect_well_formed_name(latin, sizeof latin - 1, "\xc3\xb8");
    expect_well_formed_name(windows, sizeof windows - 1, "\xc3\xb8");
    expect_well_formed_name(utf16, sizeof utf16 - 1, "\xc3\xb8");
    /* and what no decoder is there for, as Latin 1 */
    expect_participant("<?xml version='1.0' encoding='windows-1252'?>" NAMED("S\xf8ren"), "1001",
                       "S\xc3\xb8ren");
}

static void utf16_is_read(void **state)
{
    static const char xml[] = NAMED("Ada & Bob");
    char wide[2 * sizeof xml];

    (void)state;
    wide[0] = (char)0xFF;
    wide[1] = (char)0xFE;
    for (size_t i = 0; i < sizeof xml - 1; i++) {
        wide[2 + 2 * i] = xml[i] == '&' ? '+' : xml[i];
        wide[3 + 2 * i] = '\0';
    }
    expect_well_formed_name(wide, sizeof wide, "Ada + Bob");
    for (size_t i = 0; i < sizeof xml - 1; i++)
        wide[2 + 2 * i] = xml[i];
    struct siprec_metadata *metadata = read_bytes(wide, sizeof wide);
    assert_string_equal(metadata->participant[0].name, "Ada & Bob");
    siprec_metadata_destroy(metadata);
}

static void transfer_encodings_are_taken_off(void **state)
{
    (void)state;
    /* <recording><participant participant_id="p1"><nameID aor="sip:1001@x"/></participant>
     * </recording> */
    expect_encoded("PHJlY29yZGluZz48cGFydGljaXBhbnQgcGFydGljaXBhbnRfaWQ9InAxIj48bmFtZUlEIGFv\r\n"
                   "cj0ic2lwOjEwMDFAeCIvPjwvcGFydGljaXBhbnQ+PC9yZWNvcmRpbmc+\r\n",
                   "1001", "");
    expect_encoded("<recording><participant participant_id=3D\"p1\"><nameID =\r\n"
                   "aor=3D\"sip:1001@x\"><name>S=C3=B8ren =\n= 5</name></nameID>"
                   "</participant></recording>",
                   "1001", "S\xc3\xb8ren = 5");
    /* which is not one */
    expect_participant(NAMED("a=3Db & c"), "1001", "a=3Db & c");
}

static void broken_xml_in_a_transfer_encoding_is_noted_as_both(void **state)
{
    static const char broken[] =
        "<recording xmlns=3D\"urn:ietf:params:xml:ns:recording:1\"><x></recording>";
    struct siprec_metadata *metadata = read_xml(broken);

    (void)state;
    assert_int_equal(metadata->deviations, UINT64_C(1) << DEVIATION_METADATA_ENCODED |
                                               UINT64_C(1) << DEVIATION_XML_NOT_WELL_FORMED);
    siprec_metadata_destroy(metadata);
}

static void namespace_is_found_where_the_document_is_broken(void **state)
{
    struct siprec_metadata *metadata =
        read_xml("<rec:recording xmlns:rec='urn:ietf:params:xml:ns:recording:1' xmlns:x='urn:x'>"
                 "<rec:session rec:session_id='s1'>&</rec:session></rec:recording>");

    (void)state;
    assert_string_equal(metadata->session_id, "s1");
    assert_false(deviation_has(metadata->deviations, DEVIATION_XML_NAMESPACE));
    siprec_metadata_destroy(metadata);
    metadata = read_xml("<rec:recording><session session_id='s1'/></rec:recording>");
    assert_true(deviation_has(metadata->deviations, DEVIATION_XML_NAMESPACE));
    siprec_metadata_destroy(metadata);
}

/* A text of `bytes` bytes: before, then as many of part as go in. */
static char *fill(const char *before, const char *part, size_t bytes)
{
    struct bytes text;

    bytes_init(&text, bytes);
    assert_int_equal(bytes_append(&text, before, strlen(before)), STATUS_OK);
    while (bytes_append(&text, part, strlen(part)) == STATUS_OK)
        continue;
    while (text.len < bytes)
        assert_int_equal(bytes_append(&text, " ", 1), STATUS_OK);
    return (char *)text.data;
}

static void texts_made_to_be_slow_are_not(void **state)
{
    static const char *const parts[] = {
        "<",
        "&",
        "<a b=\"",
        "<a b='x' ",
        "<!--",
        "<![CDATA[",
        "</",
        "</a",
        "<a b=\"c\" d=",
        "<?",
        "&#x",
        "\"",
        "=\"",
        "<a =",
        "<a b",
        "<a b=\"> ",
        "<sip:a",
        "<a b=\"c\"\" ",
        "&#x26;&amp;",
        "</a></b></c>",
        "<name>",
        "</name><name>",
        "<participant",
        "<!DOCTYPE ",
        "<!DOCTYPE [",
        "<!DOCTYPE '<!--",
        "<!ENTITY a \"<!-- ",
        "<!ENTITY <!--",
        "<!>",
        "<x>",
    };
    struct timespec start;
    struct timespec end;

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *xml = fill(OPEN "<group & x='", parts[i], BOUND_METADATA_BYTES);
        struct siprec_metadata *metadata = NULL;

        assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start), 0);
        enum status status = siprec_metadata_read(xml, BOUND_METADATA_BYTES, &metadata, NULL);
        assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end), 0);
        assert_true(status == STATUS_OK || status == STATUS_INVALID);
        siprec_metadata_destroy(metadata);
        free(xml);
        double seconds =
            (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
        print_message("%-16s %.3f s\n", parts[i], seconds);
        /* what takes quadratic time takes minutes; what does not, some milliseconds */
        assert_true(seconds < 2.0);
    }
}

static void what_is_past_a_limit_is_left_out_of_what_is_broken_too(void **state)
{
    size_t bytes = (size_t)BOUND_METADATA_NODES * 4 + 200;
    char *xml = fill(OPEN "<participant participant_id='p1'/>&", "<x/>", bytes);
    struct siprec_metadata *metadata = read_bytes(xml, bytes);

    (void)state;
    assert_int_equal(metadata->participants, 1);
    assert_true(deviation_has(metadata->deviations, DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
    free(xml);
    /* by the end tag that is there all that was left open closes, kept or left out */
    xml = fill(OPEN "&<participant participant_id='p1'>", "<x>", 400);
    static const char rest[] = "</participant><participant participant_id='p2'>"
                               "<nameID aor='sip:1002@x'/></participant>" CLOSE;
    memcpy(xml + 400 - sizeof rest, rest, sizeof rest - 1);
    metadata = read_bytes(xml, 400);
    assert_int_equal(metadata->participants, 2);
    assert_string_equal(metadata->participant[1].number, "1002");
    assert_true(deviation_has(metadata->deviations, DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
    free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_that_nobody_escaped_are_text),
        cmocka_unit_test(address_in_brackets_is_an_address),
        cmocka_unit_test(attributes_may_be_quoted_badly_not_at_all_or_come_twice),
        cmocka_unit_test(end_tags_may_be_missing_crossed_or_too_many),
        cmocka_unit_test(items_whose_end_tags_are_missing_stand_beside_each_other),
        cmocka_unit_test(items_in_a_vendors_own_elements_are_the_vendors),
        cmocka_unit_test(text_around_the_document_is_passed_over),
        cmocka_unit_test(document_that_ends_in_the_middle_is_kept_up_to_there),
        cmocka_unit_test(bytes_that_are_no_utf8_are_taken_for_latin_1),
        cmocka_unit_test(utf8_is_read_as_such_whatever_it_declares),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(transfer_encodings_are_taken_off),
        cmocka_unit_test(broken_xml_in_a_transfer_encoding_is_noted_as_both),
        cmocka_unit_test(namespace_is_found_where_the_document_is_broken),
        cmocka_unit_test(texts_made_to_be_slow_are_not),
        cmocka_unit_test(what_is_past_a_limit_is_left_out_of_what_is_broken_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
