/* siprec_metadata: reading of documents, well formed and not, and its limits. */
#include <setjmp.h>
#include <stdarg.h>
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
#define CLOSE "</recording>"

/* Reads from a copy of exactly that size, so that the sanitizer sees one byte too many. */
static enum status read_bytes(const char *xml, size_t xml_bytes, struct siprec_metadata **out,
                              struct fault *fault)
{
    char *copy = malloc(xml_bytes ? xml_bytes : 1);

    assert_non_null(copy);
    memcpy(copy, xml, xml_bytes);
    enum status status = siprec_metadata_read(copy, xml_bytes, out, fault);
    free(copy);
    return status;
}

static uint64_t set_of(enum deviation deviation)
{
    uint64_t set = 0;

    deviation_add(&set, deviation);
    return set;
}

static struct siprec_metadata *read_xml(const char *xml)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {.text = ""};

    enum status status = read_bytes(xml, strlen(xml), &metadata, &fault);
    assert_string_equal(fault.text, "");
    assert_int_equal(status, STATUS_OK);
    assert_non_null(metadata);
    return metadata;
}

static void expect_refused(const char *xml, enum status expected, const char *word)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {.text = ""};

    assert_int_equal(read_bytes(xml, strlen(xml), &metadata, &fault), expected);
    assert_int_equal(fault.status, expected);
    assert_non_null(strstr(fault.text, word));
    assert_null(metadata);
    assert_int_equal(read_bytes(xml, strlen(xml), &metadata, NULL), expected);
}

static void complete_document_is_read_without_deviation(void **state)
{
    struct siprec_metadata *metadata =
        read_xml("<?xml version='1.0' encoding='UTF-8'?>\n" OPEN "<datamode>complete</datamode>"
                 "<group group_id='g1'/><session session_id='s1'>"
                 "<sipSessionID>aa;\r\n   remote=bb</sipSessionID></session>"
                 "<participant participant_id='p1'><nameID aor='sip:+12025550123@pbx'>"
                 "<name xml:lang='en'> Ada &amp;\n Sons </name></nameID></participant>"
                 "<stream stream_id='t1' session_id='s1'><label> left </label></stream>"
                 "<participantstreamassoc "
                 "participant_id='p1'><send>t1</send></participantstreamassoc>" CLOSE);

    (void)state;
    assert_string_equal(metadata->session_id, "s1");
    assert_string_equal(metadata->sip_session_id, "aa;remote=bb");
    assert_string_equal(metadata->group_id, "g1");
    assert_false(metadata->partial);
    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].id, "p1");
    assert_string_equal(metadata->participant[0].aor, "sip:+12025550123@pbx");
    assert_string_equal(metadata->participant[0].number, "+12025550123");
    assert_string_equal(metadata->participant[0].name, "Ada & Sons");
    assert_int_equal(metadata->streams, 1);
    assert_string_equal(metadata->stream[0].id, "t1");
    assert_string_equal(metadata->stream[0].label, "left");
    assert_false(metadata->stream[0].mixed);
    assert_int_equal(metadata->senders, 1);
    assert_int_equal(metadata->sender[0].participant, 0);
    assert_int_equal(metadata->sender[0].stream, 0);
    assert_int_equal(metadata->deviations, 0);
    siprec_metadata_destroy(metadata);
}

static void empty_recording_is_a_document(void **state)
{
    struct siprec_metadata *metadata = read_xml(OPEN CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 0);
    assert_int_equal(metadata->streams, 0);
    assert_int_equal(metadata->senders, 0);
    assert_string_equal(metadata->session_id, "");
    assert_string_equal(metadata->sip_session_id, "");
    assert_string_equal(metadata->group_id, "");
    siprec_metadata_destroy(metadata);
    siprec_metadata_destroy(NULL);
}

static void forms_before_the_standard_are_read_and_noted(void **state)
{
    struct siprec_metadata *metadata =
        read_xml("\r\n<x:recording_metadata xmlns:x='urn:ietf:params:xml:ns:siprec'>"
                 "<x:dataMode>PARTIAL</x:dataMode><x:session "
                 "id='s1'><x:group-ref>g9</x:group-ref></x:session>"
                 "<x:participant id='p1'><x:aor>sip:2001</x:aor><x:name>Desk</x:name>"
                 "<x:send><x:id>t1</x:id><x:id> t2 </x:id></x:send></x:participant>"
                 "<x:stream id='t1' media_label='m1'><x:label>other</x:label></x:stream>"
                 "<x:stream id='t2'><x:label>m2</x:label><x:mode>Mixed</x:mode></x:stream>"
                 "</x:recording_metadata>");

    (void)state;
    assert_true(metadata->partial);
    assert_string_equal(metadata->session_id, "s1");
    assert_string_equal(metadata->group_id, "g9");
    assert_string_equal(metadata->participant[0].id, "p1");
    assert_string_equal(metadata->participant[0].number, "2001");
    assert_string_equal(metadata->participant[0].name, "Desk");
    assert_string_equal(metadata->stream[0].label, "m1");
    assert_true(metadata->stream[1].mixed);
    assert_int_equal(metadata->senders, 2);
    assert_int_equal(metadata->sender[1].stream, 1);
    assert_int_equal(metadata->deviations,
                     set_of(DEVIATION_XML_NAMESPACE) | set_of(DEVIATION_METADATA_FORM));
    siprec_metadata_destroy(metadata);
}

static void names_in_extension_data_are_not_display_names(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN "<participant participant_id='p1'><extensiondata><name>Header</name>"
                      "<participant/><stream/></extensiondata><nameID aor='sip:a@b'/></participant>"
                      "<mydata xmlns='urn:x'><participant/></mydata>" CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 1);
    assert_int_equal(metadata->streams, 0);
    assert_string_equal(metadata->participant[0].name, "");
    siprec_metadata_destroy(metadata);
}

static void first_name_id_with_a_number_counts(void **state)
{
    struct siprec_metadata *metadata = read_xml(
        OPEN
        "<participant participant_id='p1'><nameID aor='sip:gateway.example.com'/>"
        "<nameID aor='tel:+12025550123'><name>Ada</name></nameID>"
        "<nameID aor='sip:ada@example.com'><name>Other</name></nameID></participant>"
        "<participant participant_id='p2'><nameID><aor>sip:bob@x</aor></nameID></participant>"
        "<participant participant_id='p3'><nameID><name>Eve</name></nameID></participant>" CLOSE);

    (void)state;
    assert_string_equal(metadata->participant[0].aor, "tel:+12025550123");
    assert_string_equal(metadata->participant[0].number, "+12025550123");
    assert_string_equal(metadata->participant[0].name, "Ada");
    assert_string_equal(metadata->participant[1].number, "bob");
    assert_string_equal(metadata->participant[2].aor, "");
    assert_string_equal(metadata->participant[2].number, "");
    assert_string_equal(metadata->participant[2].name, "Eve");
    siprec_metadata_destroy(metadata);
}

static void characters_outside_ascii_come_as_utf8(void **state)
{
    struct siprec_metadata *metadata = read_xml(
        "<?xml version='1.0' encoding='ISO-8859-1'?>" OPEN
        "<participant participant_id='p1'><nameID aor='sip:a@b'>"
        "<name>S\xf8ren &#x6771;&#x4EAC; &quot;x&quot;</name></nameID></participant>" CLOSE);

    (void)state;
    assert_string_equal(metadata->participant[0].name,
                        "S\xc3\xb8ren \xe6\x9d\xb1\xe4\xba\xac \"x\"");
    siprec_metadata_destroy(metadata);
}

static void prefixed_attribute_does_not_hide_the_plain_one(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN "<stream xmlns:v='urn:v' v:stream_id='theirs' stream_id='ours'/>"
                      "<stream xmlns:v='urn:v' v:stream_id='theirs'/>"
                      "<stream xmlns:v='urn:v' stream_id='ours' v:stream_id='theirs'/>" CLOSE);

    (void)state;
    assert_string_equal(metadata->stream[0].id, "ours");
    assert_string_equal(metadata->stream[1].id, "theirs");
    assert_string_equal(metadata->stream[2].id, "ours");
    siprec_metadata_destroy(metadata);
}

static void prefix_that_nobody_declared_is_put_up_with(void **state)
{
    struct siprec_metadata *metadata =
        read_xml(OPEN "<v:stream v:stream_id='t1'><v:label>1</v:label></v:stream>" CLOSE);

    (void)state;
    assert_int_equal(metadata->streams, 1);
    assert_string_equal(metadata->stream[0].id, "t1");
    assert_string_equal(metadata->stream[0].label, "1");
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_NOT_WELL_FORMED));
    siprec_metadata_destroy(metadata);
}

static void text_without_a_recording_is_refused_with_its_line(void **state)
{
    (void)state;
    expect_refused("", STATUS_INVALID, "empty");
    expect_refused(" \r\n\t", STATUS_INVALID, "empty");
    expect_refused("recording", STATUS_INVALID, "line 1");
    expect_refused("\n\nrecording &amp; so on", STATUS_INVALID, "line 1");
    expect_refused("a\nb < c", STATUS_INVALID, "line 1");
    expect_refused("<requestsnapshot/>", STATUS_INVALID, "no recording");
    expect_refused("<requestsnapshot><requestreason>a & b", STATUS_INVALID, "no recording");
}

/* The one participant of such a document. */
static void expect_doctype(const char *xml, const char *number, const char *name)
{
    struct siprec_metadata *metadata = read_xml(xml);

    assert_true(deviation_has(metadata->deviations, DEVIATION_XML_DOCTYPE));
    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].number, number);
    assert_string_equal(metadata->participant[0].name, name);
    siprec_metadata_destroy(metadata);
}

#define PARTY(name)                                                                                \
    "<participant participant_id='p1'><nameID aor='sip:1001@x'><name>" name                        \
    "</name></nameID></participant>"
#define NAMED(name)                                                                                \
    OPEN PARTY(name)                                                                               \
    CLOSE

static void doctype_is_passed_over_and_the_names_are_read(void **state)
{
    (void)state;
    expect_doctype("<!DOCTYPE recording>" NAMED("Ada"), "1001", "Ada");
    expect_doctype("<?xml version='1.0'?>\n<!DOCTYPE r SYSTEM 'file:///etc/passwd'>" NAMED("Ada"),
                   "1001", "Ada");
    expect_doctype("<!DOCTYPE r PUBLIC \"-//a>b//\" 'http://x/[y]'>" NAMED("Ada"), "1001", "Ada");
    expect_doctype("<!DOCTYPE r [\n<!-- don't ]> -->\n<!ELEMENT r (#PCDATA)>\n"
                   "<!ATTLIST r b CDATA ']>'><?p '?>\n]  >" NAMED("Ada"),
                   "1001", "Ada");
    /* where it does not end, or stands elsewhere, or in what is not well-formed either */
    expect_doctype("<!DOCTYPE r [<!ENTITY a 'b'> " NAMED("Ada"), "1001", "Ada");
    expect_doctype("<!DOCTYPE r [" NAMED("Ada"), "1001", "Ada");
    expect_doctype(OPEN "<!ENTITY a 'b>'>" PARTY("AT&T") CLOSE, "1001", "AT&T");
    expect_doctype("x <!doctype r [<!ENTITY a 'b'>]>" NAMED("&a;"), "1001", "&a;");
    expect_doctype(NAMED("AT&T <!DocType r>"), "1001", "AT&T");
}

static void no_entity_is_ever_expanded(void **state)
{
    static const char file[] = "<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/hostname'>"
                               "<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>" NAMED("&f;");
    struct bytes text;

    (void)state;
    expect_doctype("<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY amp 'b'>]>" NAMED("&a;&amp;"), "1001",
                   "&a;&");
    expect_doctype(file, "1001", "&f;");
    /* each names the one before ten times: a name of 10^12 bytes, were it expanded */
    bytes_init(&text, 65536);
    assert_int_equal(bytes_printf(&text, "<!DOCTYPE r [<!ENTITY a0 'aaaaaaaaaa'>"), STATUS_OK);
    for (int i = 0; i < 11; i++)
        assert_int_equal(bytes_printf(&text,
                                      "<!ENTITY a%d '&a%d;&a%d;&a%d;&a%d;&a%d;"
                                      "&a%d;&a%d;&a%d;&a%d;&a%d;'>",
                                      i + 1, i, i, i, i, i, i, i, i, i, i),
                         STATUS_OK);
    assert_int_equal(bytes_append(&text, "]>", 2), STATUS_OK);
    assert_int_equal(bytes_append(&text, NAMED("&a11;"), sizeof NAMED("&a11;")), STATUS_OK);
    expect_doctype((const char *)text.data, "1001", "&a11;");
    bytes_deinit(&text);
}

static void doctype_with_nothing_behind_it_is_refused(void **state)
{
    (void)state;
    expect_refused("<!DOCTYPE recording>" OPEN CLOSE, STATUS_INVALID, "DOCTYPE");
    expect_refused("<!DOCTYPE r [<!ENTITY b 'b'>]><recording>&b;</recording>", STATUS_INVALID,
                   "DOCTYPE");
    expect_refused("\n\n<!DOCTYPE recording>", STATUS_INVALID, "line 1: a DOCTYPE");
    expect_refused("<!DOCTYPE html><html><body>no</body></html>", STATUS_INVALID, "no recording");
}

/* A document of `count` copies of element, after `before` and before `after`. */
static char *repeat(const char *before, const char *element, size_t count, const char *after)
{
    struct bytes text;

    bytes_init(&text, 16 << 20);
    assert_int_equal(bytes_printf(&text, "%s", before), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(bytes_printf(&text, "%s", element), STATUS_OK);
    assert_int_equal(bytes_printf(&text, "%s", after), STATUS_OK);
    assert_int_equal(bytes_append(&text, "", 1), STATUS_OK);
    return (char *)text.data; /* the caller frees it; nothing else is in the buffer */
}

#define ADA "<participant participant_id='p1'><nameID aor='sip:ada@x'/></participant>"
#define BOB "<participant participant_id='p9'><nameID aor='sip:bob@x'/></participant>"

/* Reads a document of so many copies and frees it. */
static struct siprec_metadata *read_repeated(const char *before, const char *element, size_t count,
                                             const char *after)
{
    char *xml = repeat(before, element, count, after);
    struct siprec_metadata *metadata = read_xml(xml);

    free(xml);
    return metadata;
}

static bool is_cut(const struct siprec_metadata *metadata)
{
    return deviation_has(metadata->deviations, DEVIATION_XML_CUT);
}

/* As many as allowed, and with one more that the first ones are read and that is noted. */
static void expect_items(const char *element, size_t (*count)(const struct siprec_metadata *))
{
    struct siprec_metadata *metadata = read_repeated(OPEN, element, BOUND_METADATA_ITEMS, CLOSE);

    assert_false(is_cut(metadata));
    assert_int_equal(count(metadata), BOUND_METADATA_ITEMS);
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(OPEN, element, BOUND_METADATA_ITEMS + 1, CLOSE);
    assert_true(is_cut(metadata));
    assert_int_equal(count(metadata), BOUND_METADATA_ITEMS);
    siprec_metadata_destroy(metadata);
}

static size_t count_participants(const struct siprec_metadata *metadata)
{
    return metadata->participants;
}

static size_t count_streams(const struct siprec_metadata *metadata)
{
    return metadata->streams;
}

/* They are not shown: that they are there is all that can be told. */
static size_t count_others(const struct siprec_metadata *metadata)
{
    return metadata->participants ? 0 : BOUND_METADATA_ITEMS;
}

static void of_more_items_than_allowed_the_first_are_read(void **state)
{
    (void)state;
    expect_items("<participant><callingParty>true</callingParty><send>t1</send></participant>",
                 count_participants);
    expect_items("<stream/>", count_streams);
    expect_items("<session/>", count_others);
    expect_items("<group/>", count_others);
}

static void of_more_elements_than_allowed_the_first_are_read(void **state)
{
    static const size_t before = 3; /* the recording, Ada and her nameID */
    size_t most = BOUND_METADATA_NODES - before;
    struct siprec_metadata *metadata = read_repeated(OPEN ADA, "<recv/>", most, CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 1);
    assert_false(is_cut(metadata));
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(OPEN ADA, "<recv/>", most + 1, CLOSE);
    assert_int_equal(metadata->participants, 1);
    assert_true(is_cut(metadata));
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(OPEN ADA, "<recv/>", most, BOB CLOSE);
    assert_int_equal(metadata->participants, 1);
    assert_true(is_cut(metadata));
    siprec_metadata_destroy(metadata);
}

static void elements_of_a_vendor_do_not_displace_names_behind_them(void **state)
{
    static const char before[] = OPEN "<session session_id='s1'><extensiondata>";
    static const char after[] = "</extensiondata></session>" ADA BOB CLOSE;
    size_t most = BOUND_METADATA_NODES / 2 - 3; /* the recording, the session, the extension */
    struct siprec_metadata *metadata = read_repeated(before, "<x>1</x>", most, after);

    (void)state;
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, 0);
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(before, "<x>1</x>", most + 1, after);
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(before, "<x>1</x>", 30000, after);
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
}

/* Ada has so many of a vendor's elements in each other; what it says stands deepest; then Bob. */
static struct siprec_metadata *read_deep(size_t depth)
{
    char *ends = repeat("", "</x>", depth, "</participant>" BOB CLOSE);
    char *starts = repeat("", "<x>", depth, "<name>deep</name>");
    char *between = repeat(starts, "", 0, ends);
    struct siprec_metadata *metadata = read_repeated(
        OPEN "<participant participant_id='p1'><nameID aor='sip:ada@x'/>", between, 1, "");

    free(between);
    free(starts);
    free(ends);
    return metadata;
}

static void expect_ada_and_bob(const struct siprec_metadata *metadata)
{
    assert_int_equal(metadata->participants, 2);
    assert_string_equal(metadata->participant[0].number, "ada");
    assert_string_equal(metadata->participant[0].name, "");
    assert_string_equal(metadata->participant[1].number, "bob");
}

static void elements_deeper_than_allowed_are_left_out_and_what_follows_is_read(void **state)
{
    static const size_t others = 3; /* the recording, the participant, the name */
    struct siprec_metadata *metadata = read_deep(BOUND_METADATA_DEPTH - others);

    (void)state;
    expect_ada_and_bob(metadata);
    assert_false(is_cut(metadata));
    siprec_metadata_destroy(metadata);
    metadata = read_deep(BOUND_METADATA_DEPTH - others + 1);
    expect_ada_and_bob(metadata);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
    /* as deep as the bytes allow */
    metadata = read_deep(BOUND_METADATA_BYTES / strlen("<x></x>") - 100);
    expect_ada_and_bob(metadata);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
}

static void of_a_document_longer_than_allowed_the_first_bytes_are_read(void **state)
{
    size_t most = BOUND_METADATA_BYTES - strlen(OPEN ADA BOB CLOSE);
    struct siprec_metadata *metadata = read_repeated(OPEN ADA, " ", most, BOB CLOSE);

    (void)state;
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, 0);
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(OPEN ADA, " ", most + 1, BOB CLOSE);
    assert_int_equal(metadata->participants, 2);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_CUT));
    siprec_metadata_destroy(metadata);
    metadata = read_repeated(OPEN ADA, " ", most + strlen(BOB CLOSE), BOB CLOSE);
    assert_int_equal(metadata->participants, 1);
    assert_string_equal(metadata->participant[0].number, "ada");
    siprec_metadata_destroy(metadata);
    char *none = repeat("x", " ", BOUND_METADATA_BYTES, OPEN ADA CLOSE);
    expect_refused(none, STATUS_INVALID, "no element");
    free(none);
}

static void text_longer_than_allowed_is_cut_between_characters(void **state)
{
    static const char before[] =
        OPEN "<participant participant_id='p1'><nameID aor='sip:a@b'>\n<name>\n  ";
    static const char after[] = "</name></nameID></participant>" CLOSE;
    char *xml = repeat(before, "x", BOUND_METADATA_TEXT, after);
    struct siprec_metadata *metadata = read_xml(xml);

    (void)state;
    assert_int_equal(strlen(metadata->participant[0].name), BOUND_METADATA_TEXT);
    assert_int_equal(metadata->deviations, 0);
    siprec_metadata_destroy(metadata);
    free(xml);

    xml = repeat(before, "\xe6\x9d\xb1", BOUND_METADATA_TEXT / 3 + 1, after);
    metadata = read_xml(xml);
    assert_int_equal(strlen(metadata->participant[0].name), BOUND_METADATA_TEXT / 3 * 3);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_TEXT_CUT));
    siprec_metadata_destroy(metadata);
    free(xml);

    xml = repeat(OPEN "<participant participant_id='p1'><nameID aor='sip:x", "\xc3\xb8",
                 BOUND_METADATA_TEXT, "@b'/></participant>" CLOSE);
    metadata = read_xml(xml);
    assert_int_equal(strlen(metadata->participant[0].aor), BOUND_METADATA_TEXT - 1);
    assert_int_equal(metadata->deviations, set_of(DEVIATION_XML_TEXT_CUT));
    siprec_metadata_destroy(metadata);
    free(xml);
}

static void many_sends_to_streams_without_an_id_associate_nothing(void **state)
{
    char *streams = repeat(OPEN, "<stream stream_id=''/>", BOUND_METADATA_ITEMS, "");
    char *sends =
        repeat(streams, "<participantstreamassoc><send/></participantstreamassoc>", 2000, CLOSE);
    struct siprec_metadata *metadata = read_xml(sends);

    (void)state;
    assert_int_equal(metadata->senders, 0);
    assert_int_equal(metadata->unresolved_senders, 0);
    siprec_metadata_destroy(metadata);
    free(sends);
    free(streams);
}

static void expect_deviations(const char *xml, uint64_t expected)
{
    struct siprec_metadata *metadata = read_xml(xml);

    assert_int_equal(metadata->deviations, expected);
    siprec_metadata_destroy(metadata);
}

static void each_departure_from_the_standard_is_noted_by_its_name(void **state)
{
    (void)state;
    expect_deviations(OPEN ADA CLOSE, 0);
    expect_deviations("<recording>" ADA "</recording>", set_of(DEVIATION_XML_NAMESPACE));
    expect_deviations("\n<?xml version='1.0'?>" OPEN ADA CLOSE,
                      set_of(DEVIATION_XML_NOT_WELL_FORMED));
    expect_deviations(OPEN ADA ADA CLOSE, set_of(DEVIATION_METADATA_ID));
    expect_deviations(OPEN "<stream stream_id=''/>" CLOSE, set_of(DEVIATION_METADATA_ID));
    expect_deviations(OPEN "<session/>" CLOSE, set_of(DEVIATION_METADATA_ID));
    expect_deviations(OPEN "<participant participant_id='p1'/>" CLOSE,
                      set_of(DEVIATION_METADATA_FORM));
    expect_deviations(OPEN ADA "<participantstreamassoc participant_id='p1'><send>t1</send>"
                               "</participantstreamassoc>" CLOSE,
                      set_of(DEVIATION_METADATA_REFERENCE));
    expect_deviations(OPEN ADA
                      "<participantsessionassoc participant_id='p1' session_id='s1'/>" CLOSE,
                      set_of(DEVIATION_METADATA_REFERENCE));
    expect_deviations(OPEN "<datamode>partial</datamode>" ADA
                           "<participantstreamassoc participant_id='p1'><send>t1</send>"
                           "</participantstreamassoc>" CLOSE,
                      0);
}

#define TIMED(time)                                                                                \
    OPEN "<group group_id='g1'><associate-time>" time "</associate-time></group>" CLOSE

static void times_that_are_not_of_rfc_3339_are_noted(void **state)
{
    static const char *const right[] = {TIMED("2026-03-02T09:15:00Z"),
                                        TIMED("2026-03-02T09:15:60.123456+03:00"),
                                        TIMED("2026-12-31T23:59:59.1-23:59")};
    static const char *const wrong[] = {
        TIMED("2026-03-02T09:15:00"),
        TIMED("2026-03-02T09:15:00+0300"),
        TIMED("2026-03-02 09:15:00Z"),
        TIMED("2026-13-02T09:15:00Z"),
        TIMED("2026-03-32T09:15:00Z"),
        TIMED("2026-03-02T24:15:00Z"),
        TIMED("2026-03-02T09:60:00Z"),
        TIMED("2026-03-02T09:15:61Z"),
        TIMED("2026-03-02T09:15:00.Z"),
        TIMED("2026-03-02T09:15:00Z "
              "x"),
        TIMED("2026-03-02T09:15:00+03:60"),
        TIMED("1772442900"),
        TIMED("26-03-02T09:15:00Z"),
        TIMED(""),
    };

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        expect_deviations(right[i], 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_deviations(wrong[i], set_of(DEVIATION_METADATA_TIME));
}

static void expect_ties(const char *xml, const char *session, const char *sip_session,
                        const char *group)
{
    struct siprec_metadata *metadata = read_xml(xml);

    assert_string_equal(metadata->session_id, session);
    assert_string_equal(metadata->sip_session_id, sip_session);
    assert_string_equal(metadata->group_id, group);
    siprec_metadata_destroy(metadata);
}

static void ties_are_those_of_the_first_session_that_runs(void **state)
{
    (void)state;
    expect_ties(OPEN "<group group_id='g1'/><group group_id='g2'/>"
                     "<session session_id='s1'><group-ref>g2</group-ref></session>"
                     "<session session_id='s2'><sipSessionID>a;remote=b</sipSessionID>"
                     "<group-ref>g1</group-ref></session>" CLOSE,
                "s1", "a;remote=b", "g2");
    expect_ties(OPEN "<group group_id='g0'><disassociate-time>2026-03-02T09:15:00Z"
                     "</disassociate-time></group><group group_id='g1'/>"
                     "<session session_id='s1'><sipSessionID>x</sipSessionID>"
                     "<stop-time>2026-03-02T09:15:00Z</stop-time></session>"
                     "<session session_id='s2'><sipSessionID/><sipSessionID> c;\n remote=d"
                     "</sipSessionID><sipSessionID>e</sipSessionID></session>" CLOSE,
                "s2", "c;remote=d", "g1");
    expect_ties(OPEN "<session session_id='s1'/><session session_id='s2'/>"
                     "<sessionrecordingassoc session_id='s1'><disassociate-time>"
                     "2026-03-02T09:15:00Z</disassociate-time></sessionrecordingassoc>" CLOSE,
                "s2", "", "");
    expect_ties(OPEN "<session session_id='s1'><stop-time>2026-03-02T09:15:00Z</stop-time>"
                     "</session>" CLOSE,
                "s1", "", "");
    expect_ties(OPEN "<group group_id='g1'><disassociate-time>2026-03-02T09:15:00Z"
                     "</disassociate-time></group><session id='s1' group='g9'/>" CLOSE,
                "s1", "", "g9");
}

#define ENDS(participant, session)                                                                 \
    "<participantsessionassoc participant_id='" participant "' session_id='" session "'>"          \
    "<disassociate-time>2026-03-02T09:17:30Z</disassociate-time></participantsessionassoc>"
#define JOINS(participant, session)                                                                \
    "<participantsessionassoc participant_id='" participant "' session_id='" session "'>"          \
    "<associate-time>2026-03-02T09:17:30Z</associate-time></participantsessionassoc>"

static void expect_left(const char *xml, bool left)
{
    struct siprec_metadata *metadata = read_xml(xml);

    assert_int_equal(metadata->participant[0].left, left);
    siprec_metadata_destroy(metadata);
}

static void who_is_in_no_running_session_any_more_has_left(void **state)
{
    (void)state;
    expect_left(OPEN ADA CLOSE, false);
    expect_left(OPEN ADA JOINS("p1", "s1") CLOSE, false);
    expect_left(OPEN ADA JOINS("p1", "s1") ENDS("p1", "s1") CLOSE, true);
    expect_left(OPEN ADA ENDS("p1", "s1") JOINS("p1", "s1") CLOSE, false);
    expect_left(OPEN ADA JOINS("p1", "s1") JOINS("p1", "s2") ENDS("p1", "s1") CLOSE, false);
    expect_left(OPEN ADA JOINS("p1", "s1") JOINS("p1", "s2") ENDS("p1", "") CLOSE, true);
    expect_left(OPEN "<session session_id='s1'><stop-time>2026-03-02T09:17:30Z</stop-time>"
                     "</session>" ADA JOINS("p1", "s1") CLOSE,
                true);
    expect_left(OPEN "<session session_id='s1'><stop-time/></session>" ADA JOINS("p1", "s1") CLOSE,
                false);
    /* as the drafts had it */
    expect_left(OPEN "<participant id='p1' session='s1'><disassociate-time>2026-03-02T09:17:30Z"
                     "</disassociate-time></participant>" CLOSE,
                true);
    expect_left(OPEN "<participant id='p1' session='s1'><associate-time>2026-03-02T09:17:30Z"
                     "</associate-time></participant>" CLOSE,
                false);
}

static void expect_name(const char *participant, const char *number, const char *name)
{
    char xml[2048];

    (void)snprintf(xml, sizeof xml, OPEN "<participant participant_id='p1'>%s</participant>" CLOSE,
                   participant);
    struct siprec_metadata *metadata = read_xml(xml);
    assert_string_equal(metadata->participant[0].number, number);
    assert_string_equal(metadata->participant[0].name, name);
    siprec_metadata_destroy(metadata);
}

static void name_and_number_are_found_where_vendors_put_them(void **state)
{
    (void)state;
    expect_name("<nameID aor='sip:1001@x'><name xml:lang='de'/><name xml:lang='en'>Ada</name>"
                "<name xml:lang='it'>Adele</name></nameID>",
                "1001", "Ada");
    expect_name("<nameID aor='sip:1001@x'><name>&quot;Ada L.&quot; &lt;sip:9@y&gt;</name></nameID>",
                "1001", "Ada L.");
    expect_name("<nameID><name>Ada &lt;sip:1002@y;user=phone&gt;</name></nameID>", "1002", "Ada");
    expect_name("<nameID><name>&lt;tel:+45-70-10&gt;</name></nameID>", "+457010", "");
    expect_name("<nameID aor='sip:x.example.com'><name>Ada &lt;3 B&gt; C</name></nameID>", "",
                "Ada <3 B> C");
    expect_name("<nameID aor='sip:trunk.example.com'><name>+1 202-555-0123</name></nameID>",
                "+12025550123", "+1 202-555-0123");
    expect_name("<nameID aor='sip:trunk.example.com'><name>12</name></nameID>", "", "12");
    expect_name("<nameID aor='sip:anonymous@anonymous.invalid'><name>Anonymous</name></nameID>", "",
                "Anonymous");
}

static void recording_is_known_by_its_first_element(void **state)
{
    static const char *const recordings[] = {
        "<recording/>",
        "\xef\xbb\xbf\r\n<?xml version='1.0'?><!-- <a> --><rec:recording xmlns:rec='urn:r'>",
        "<recording_metadata>",
        "<Recording\nid='1'>",
        "<!DOCTYPE recording [<!ENTITY e '>'>]>\n<recording>",
        "<?xml version='1.0'?><!DOCTYPE recording><recording>",
        "<x:message xmlns:x='urn:x'>\n<!-- --><recording "
        "xmlns='urn:ietf:params:xml:ns:recording:1'>",
    };
    static const char *const others[] = {"",
                                         "<",
                                         "<recordings/>",
                                         "<a><recording/></a>",
                                         "recording",
                                         "<?xml recording",
                                         "<!DOCTYPE recording [<recording>",
                                         "<a xmlns='urn:ietf:params:xml:ns:x'><b><recording/>"};

    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++)
        assert_true(siprec_metadata_is(recordings[i], strlen(recordings[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(siprec_metadata_is(others[i], strlen(others[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recording_is_known_by_its_first_element),
        cmocka_unit_test(complete_document_is_read_without_deviation),
        cmocka_unit_test(empty_recording_is_a_document),
        cmocka_unit_test(forms_before_the_standard_are_read_and_noted),
        cmocka_unit_test(names_in_extension_data_are_not_display_names),
        cmocka_unit_test(first_name_id_with_a_number_counts),
        cmocka_unit_test(characters_outside_ascii_come_as_utf8),
        cmocka_unit_test(prefixed_attribute_does_not_hide_the_plain_one),
        cmocka_unit_test(prefix_that_nobody_declared_is_put_up_with),
        cmocka_unit_test(text_without_a_recording_is_refused_with_its_line),
        cmocka_unit_test(doctype_is_passed_over_and_the_names_are_read),
        cmocka_unit_test(no_entity_is_ever_expanded),
        cmocka_unit_test(doctype_with_nothing_behind_it_is_refused),
        cmocka_unit_test(of_more_items_than_allowed_the_first_are_read),
        cmocka_unit_test(of_more_elements_than_allowed_the_first_are_read),
        cmocka_unit_test(elements_of_a_vendor_do_not_displace_names_behind_them),
        cmocka_unit_test(elements_deeper_than_allowed_are_left_out_and_what_follows_is_read),
        cmocka_unit_test(of_a_document_longer_than_allowed_the_first_bytes_are_read),
        cmocka_unit_test(text_longer_than_allowed_is_cut_between_characters),
        cmocka_unit_test(many_sends_to_streams_without_an_id_associate_nothing),
        cmocka_unit_test(each_departure_from_the_standard_is_noted_by_its_name),
        cmocka_unit_test(times_that_are_not_of_rfc_3339_are_noted),
        cmocka_unit_test(ties_are_those_of_the_first_session_that_runs),
        cmocka_unit_test(who_is_in_no_running_session_any_more_has_left),
        cmocka_unit_test(name_and_number_are_found_where_vendors_put_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
