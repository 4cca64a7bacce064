/* siprec_ties: every id by which a document ties its calls is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "body/siprec_ties.h"

#define OPEN "<recording xmlns='urn:ietf:params:xml:ns:recording:1'>"
#define PARTIAL OPEN "<datamode>partial</datamode>"
#define CLOSE "</recording>"

static struct siprec_metadata *read(const char *xml)
{
    struct siprec_metadata *metadata = NULL;
    struct fault fault = {0};

    assert_int_equal(siprec_metadata_read(xml, strlen(xml), &metadata, &fault), STATUS_OK);
    return metadata;
}

static void write(void *context, enum siprec_tie kind, const char *value)
{
    static const char *const kinds[] = {
        [SIPREC_TIE_SESSION] = "session",
        [SIPREC_TIE_SIP_SESSION] = "sip",
        [SIPREC_TIE_GROUP] = "group",
    };
    char *text = context;

    (void)sprintf(text + strlen(text), "%s=%s ", kinds[kind], value);
}

static void expect_ties(const struct siprec_metadata *metadata, const char *wanted)
{
    char text[512] = "";

    siprec_ties_visit(metadata, write, text);
    assert_string_equal(text, wanted);
}

static void all_groups_sessions_and_sip_sessions_are_told(void **state)
{
    struct siprec_metadata *metadata =
        read(OPEN "<group group_id='g1'/><group group_id='g2'/>"
                  "<session session_id='s1'><sipSessionID>a;remote=b</sipSessionID>"
                  "<sipSessionID/><sipSessionID>c;\n remote=d</sipSessionID>"
                  "<group-ref>g2</group-ref></session>"
                  "<session session_id='s2'><stop-time>2026-03-02T09:15:00Z</stop-time>"
                  "<sipSessionID>e</sipSessionID><sipSessionID>f</sipSessionID></session>"
                  "<participant participant_id='p1'/><participantsessionassoc participant_id='p1'"
                  " session_id='referred-to'/>" CLOSE);

    (void)state;
    expect_ties(metadata, "group=g1 group=g2 group=g2 sip=a;remote=b session=s1 "
                          "sip=e session=s2 sip=c;remote=d sip=f ");
    siprec_metadata_destroy(metadata);
}

static void where_nothing_ties_nothing_is_told(void **state)
{
    struct siprec_metadata *metadata =
        read(OPEN "<session><sipSessionID> </sipSessionID></session><group/>" CLOSE);

    (void)state;
    expect_ties(metadata, "");
    siprec_metadata_destroy(metadata);
}

static void those_of_an_update_come_to_those_before(void **state)
{
    struct siprec_metadata *documents[] = {
        read(OPEN "<session session_id='s1'><sipSessionID>a</sipSessionID>"
                  "<sipSessionID>b</sipSessionID></session>" CLOSE),
        read(PARTIAL "<group group_id='g'/><session session_id='s1'><sipSessionID>a</sipSessionID>"
                     "<sipSessionID>b</sipSessionID><sipSessionID>c</sipSessionID>"
                     "</session>" CLOSE)};
    struct siprec_metadata *first = NULL;
    struct siprec_metadata *merged = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(siprec_metadata_merge(NULL, documents[0], &first, &fault), STATUS_OK);
    expect_ties(first, "sip=a session=s1 sip=b ");
    assert_int_equal(siprec_metadata_merge(first, documents[1], &merged, &fault), STATUS_OK);
    expect_ties(merged, "group=g sip=a session=s1 sip=b sip=c ");
    siprec_metadata_destroy(first);
    siprec_metadata_destroy(merged);
    siprec_metadata_destroy(documents[0]);
    siprec_metadata_destroy(documents[1]);
}

/* At the bound all are told; past it the rest is left out, and the document is read all the same.
 */
static void as_many_further_sip_sessions_as_are_kept_are_told(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        char xml[16384] = OPEN "<session session_id='s'><sipSessionID>first</sipSessionID>";
        char wanted[4096] = "sip=first session=s ";
        for (int i = 0; i < BOUND_METADATA_ITEMS + more; i++) {
            (void)sprintf(xml + strlen(xml), "<sipSessionID>n%d</sipSessionID>", i);
            if (i < BOUND_METADATA_ITEMS)
                (void)sprintf(wanted + strlen(wanted), "sip=n%d ", i);
        }
        (void)strcat(xml, "</session>" CLOSE);
        struct siprec_metadata *metadata = read(xml);
        char text[4096] = "";
        siprec_ties_visit(metadata, write, text);
        assert_string_equal(text, wanted);
        siprec_metadata_destroy(metadata);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_groups_sessions_and_sip_sessions_are_told),
        cmocka_unit_test(where_nothing_ties_nothing_is_told),
        cmocka_unit_test(those_of_an_update_come_to_those_before),
        cmocka_unit_test(as_many_further_sip_sessions_as_are_kept_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
