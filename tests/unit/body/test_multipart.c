/* multipart: RFC 2046 section 5.1 and what vendors make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body/deviation.h"
#include "body/multipart.h"

static struct text_span span(const char *text)
{
    return (struct text_span){.text = text, .bytes = strlen(text)};
}

static enum status split(const char *content_type, const char *body, struct multipart *out)
{
    return multipart_read(span(content_type), body, strlen(body), out);
}

static void expect_span(struct text_span got, const char *want)
{
    assert_int_equal(got.bytes, strlen(want));
    if (got.bytes)
        assert_memory_equal(got.text, want, got.bytes);
}

static uint64_t set_of(enum deviation deviation)
{
    uint64_t set = 0;

    deviation_add(&set, deviation);
    return set;
}

static void two_parts_come_apart_without_the_line_end_of_the_boundary(void **state)
{
    static const char body[] = "--cut\r\n"
                               "Content-Type: application/sdp\r\n"
                               "Content-Disposition: session;handling=required\r\n"
                               "\r\n"
                               "v=0\r\n"
                               "m=audio\r\n"
                               "\r\n"
                               "--cut\r\n"
                               "Content-Type: application/rs-metadata+xml; charset=utf-8\r\n"
                               "Content-Disposition: recording-session\r\n"
                               "\r\n"
                               "<recording/>\r\n"
                               "--cut--\r\n";
    struct multipart out;
    size_t index = 9;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 2);
    assert_int_equal(out.deviations, 0);
    expect_span(out.part[0].content_type, "application/sdp");
    expect_span(out.part[0].content_disposition, "session");
    expect_span(out.part[0].body, "v=0\r\nm=audio\r\n");
    expect_span(out.part[1].content_type, "application/rs-metadata+xml");
    expect_span(out.part[1].content_disposition, "recording-session");
    expect_span(out.part[1].body, "<recording/>");
    assert_int_equal(multipart_find(&out, "Application/RS-Metadata+XML", &index), STATUS_OK);
    assert_int_equal(index, 1);
    assert_int_equal(multipart_find(&out, "application/rs-metadata", &index), STATUS_NOT_FOUND);
    assert_int_equal(index, 1);
}

static void boundary_is_found_quoted_bare_and_behind_other_parameters(void **state)
{
    static const char body[] = "--=_a:b\r\n\r\nx\r\n--=_a:b--";
    static const char *const types[] = {
        "multipart/mixed;boundary==_a:b",
        "multipart/mixed; boundary=\"=_a:b\"",
        "Multipart/Mixed ; charset=utf-8 ; BOUNDARY = \"=_a:b\" ; type=x",
        "multipart/mixed; start=\"p;boundary=no\"; boundary==_a:b ",
        "multipart/mixed;\r\n boundary=\"=_a:b\"",
    };
    struct multipart out;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(split(types[i], body, &out), STATUS_OK);
        assert_int_equal(out.parts, 1);
        expect_span(out.part[0].body, "x");
    }
}

static void content_type_without_usable_boundary_is_refused(void **state)
{
    static const char *const types[] = {
        "",
        "multipart/mixed",
        "multipart/mixed;",
        "multipart/mixed;boundary",
        "multipart/mixed;boundary=",
        "multipart/mixed;boundary=\"\"",
        "multipart/mixed;xboundary=cut",
        "multipart/mixed;boundary=other",
    };
    struct multipart out = {.parts = 7};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(split(types[i], "--cut\r\n\r\nx\r\n--cut--\r\n", &out), STATUS_INVALID);
        assert_int_equal(out.parts, 7);
    }
}

static void body_in_which_no_part_opens_is_refused(void **state)
{
    static const char *const bodies[] = {
        "",      "\r\n",      "text",           "--cut--\r\n",
        "--cut", "--cut\r\n", "x--cut\r\n\r\n", "--cutter\r\n\r\nx\r\n--cutter--"};
    struct multipart out;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(split("multipart/mixed;boundary=cut", bodies[i], &out), STATUS_INVALID);
    assert_int_equal(multipart_read(span("a/b;boundary=cut"), NULL, 0, &out), STATUS_INVALID);
}

static void preamble_epilogue_and_blanks_after_a_boundary_are_passed_over(void **state)
{
    static const char body[] = "for old mail readers\r\n"
                               "--cut \t\r\n"
                               "Content-Type:application/sdp\r\n"
                               "\r\n"
                               "v=0\r\n"
                               "--cut-- \r\n"
                               "--cut\r\n\r\nnot a part\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.deviations, 0);
    expect_span(out.part[0].content_type, "application/sdp");
    expect_span(out.part[0].body, "v=0");
}

static void line_feeds_alone_are_read_and_noted(void **state)
{
    static const char body[] = "--cut\nContent-Type: application/sdp\n\nv=0\ns=-\n--cut--\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_BOUNDARY));
    expect_span(out.part[0].content_type, "application/sdp");
    expect_span(out.part[0].body, "v=0\ns=-");
}

static void line_feeds_inside_a_body_are_no_deviation(void **state)
{
    static const char body[] = "--cut\r\nContent-Type: a/b\r\n\r\n<x>\n</x>\r\n--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.deviations, 0);
    expect_span(out.part[0].body, "<x>\n</x>");
}

static void missing_closing_boundary_keeps_the_last_part(void **state)
{
    struct multipart out;

    (void)state;
    assert_int_equal(split("a/b;boundary=cut", "--cut\r\nContent-Type: c/d\r\n\r\nrest\r\n", &out),
                     STATUS_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_BOUNDARY));
    expect_span(out.part[0].body, "rest\r\n");

    assert_int_equal(split("a/b;boundary=cut", "--cut\r\n\r\none\r\n--cut\r\n", &out), STATUS_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_BOUNDARY));
    expect_span(out.part[0].body, "one");
}

static void content_length_of_a_part_does_not_decide_where_it_ends(void **state)
{
    static const char body[] = "--cut\r\n"
                               "Content-Type:application/rs-metadata+xml\r\n"
                               "Content-Length:2\r\n"
                               "\r\n"
                               "<recording/>\r\n"
                               "\r\n"
                               "--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    expect_span(out.part[0].body, "<recording/>\r\n");
}

static void folded_headers_are_one_header(void **state)
{
    static const char body[] = "--cut\r\n"
                               "Content-Type:\r\n application/sdp;\r\n\tcharset=utf-8\r\n"
                               "Content-Disposition: session\r\n"
                               "\r\n"
                               "v=0\r\n"
                               "--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    expect_span(out.part[0].content_type, "application/sdp");
    expect_span(out.part[0].content_disposition, "session");
}

static void content_without_a_blank_line_before_it_is_kept(void **state)
{
    static const char body[] = "--cut\r\nContent-Type: application/sdp\r\nv=0\r\na=label:1\r\n"
                               "--cut\r\n<r xmlns='urn:x'/>\r\n"
                               "--cut\r\nContent-Type: c/d\r\n--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 3);
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_HEADER));
    expect_span(out.part[0].body, "v=0\r\na=label:1");
    expect_span(out.part[1].content_type, "");
    expect_span(out.part[1].body, "<r xmlns='urn:x'/>");
    expect_span(out.part[2].content_type, "c/d");
    expect_span(out.part[2].body, "");
}

static void nested_multipart_stays_one_part(void **state)
{
    static const char body[] = "--cut\r\n"
                               "Content-Type: multipart/alternative;boundary=cut-in\r\n"
                               "\r\n"
                               "--cut-in\r\n\r\nx\r\n--cut-in--\r\n"
                               "--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 1);
    expect_span(out.part[0].content_type, "multipart/alternative");
    expect_span(out.part[0].body, "--cut-in\r\n\r\nx\r\n--cut-in--");
    assert_int_equal(out.deviations, set_of(DEVIATION_NESTED_MULTIPART));
}

static void quoted_boundary_may_have_escapes_and_blanks(void **state)
{
    static const char body[] = "--a \"b;c\r\n\r\nx\r\n--a \"b;c--";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed; boundary=\"a \\\"\\b;c \" ; x=y", body, &out),
                     STATUS_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.deviations, 0);
    expect_span(out.part[0].body, "x");
}

static enum status split_by_long_boundary(size_t boundary_bytes)
{
    char boundary[BOUND_MULTIPART_BOUNDARY_BYTES + 2] = "";
    char type[512];
    char body[1024];
    struct multipart out;

    memset(boundary, 'b', boundary_bytes);
    (void)snprintf(type, sizeof type, "multipart/mixed;boundary=\"%s\"", boundary);
    (void)snprintf(body, sizeof body, "--%s\r\n\r\nx\r\n--%s--\r\n", boundary, boundary);
    return split(type, body, &out);
}

static void boundary_as_long_as_allowed_is_read_and_one_byte_more_is_refused(void **state)
{
    (void)state;
    assert_int_equal(split_by_long_boundary(BOUND_MULTIPART_BOUNDARY_BYTES), STATUS_OK);
    assert_int_equal(split_by_long_boundary(BOUND_MULTIPART_BOUNDARY_BYTES + 1), STATUS_INVALID);
}

static void boundary_that_the_type_does_not_name_is_taken_from_the_body(void **state)
{
    static const char body[] = "\r\n--real\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
                               "--real--\r\n";
    static const char *const types[] = {"multipart/mixed", "multipart/mixed;boundary=other",
                                        "multipart/mixed;boundary=--real",
                                        "multipart/mixed;boundary='real'"};
    struct multipart out;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(split(types[i], body, &out), STATUS_OK);
        assert_int_equal(out.parts, 1);
        assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_BOUNDARY));
        expect_span(out.part[0].body, "v=0");
    }
}

static void boundary_that_follows_its_content_on_the_line_ends_the_part(void **state)
{
    static const char body[] = "--cut\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=---cut \r\n"
                               "Content-Type: application/rs-metadata\r\n\r\n<recording/>--cut--";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 2);
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_BOUNDARY));
    expect_span(out.part[0].body, "v=0\r\ns=-");
    expect_span(out.part[1].body, "<recording/>");
}

static void headers_of_a_part_may_be_compact_and_oddly_written(void **state)
{
    static const char body[] = "--cut\r\n"
                               "c : APPLICATION/SDP ; charset=utf-8\r\n"
                               "CONTENT-disposition:Session\r\n"
                               "Content-Transfer-Encoding: 8BIT\r\n"
                               "X-Vendor: a:b;c\r\n"
                               "\r\n"
                               "v=0\r\n"
                               "--cut--\r\n";
    struct multipart out;
    size_t index;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.deviations, 0);
    assert_int_equal(multipart_find(&out, "application/sdp", &index), STATUS_OK);
    expect_span(out.part[0].content_disposition, "Session");
}

static void expect_length_noted(const char *length, bool noted)
{
    char body[256];
    struct multipart out;

    (void)snprintf(body, sizeof body,
                   "--cut\r\nContent-Type: a/b\r\nContent-Length: %s\r\n\r\n12345\r\n--cut--\r\n",
                   length);
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    expect_span(out.part[0].body, "12345");
    assert_int_equal(out.deviations, noted ? set_of(DEVIATION_MULTIPART_HEADER) : 0);
}

static void content_length_of_a_part_that_is_wrong_is_noted(void **state)
{
    (void)state;
    expect_length_noted("5", false);
    expect_length_noted("7", false); /* with the line end before the boundary */
    expect_length_noted("4", true);
    expect_length_noted("6", true);
    expect_length_noted("99999999999999999999", false); /* no length at all */
    expect_length_noted("65536", true);
    expect_length_noted("", false);
}

static void encoded_part_is_left_as_it_is_and_noted_unless_mail_knows_its_encoding(void **state)
{
    static const char *const headers[] = {
        "Content-Transfer-Encoding: BASE64", "content-transfer-encoding:quoted-printable",
        "Content-Transfer-Encoding: x-uuencode", "Content-Encoding: gzip"};
    struct multipart out;

    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char body[256];

        (void)snprintf(body, sizeof body,
                       "--cut\r\nContent-Type: a/b\r\n%s\r\n\r\nPHg+\r\n--cut--\r\n", headers[i]);
        assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
        assert_int_equal(out.deviations, i < 2 ? 0 : set_of(DEVIATION_MULTIPART_HEADER));
        assert_int_equal(out.part[0].transfer_encoded, i < 2);
        expect_span(out.part[0].body, "PHg+");
    }
}

static void part_without_a_type_is_known_by_what_it_starts_with(void **state)
{
    static const char body[] = "--cut\r\nContent-Disposition: session\r\n\r\nv=0\r\no=-\r\n"
                               "--cut\r\n\r\n<?xml version='1.0'?>\n<recording/>\r\n"
                               "--cut\r\n\r\n<other/>\r\n"
                               "--cut\r\n\r\nplain text\r\n--cut--\r\n";
    struct multipart out;

    (void)state;
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, 4);
    expect_span(out.part[0].content_type, "application/sdp");
    expect_span(out.part[1].content_type, "application/rs-metadata+xml");
    expect_span(out.part[2].content_type, "");
    expect_span(out.part[3].content_type, "");
    assert_int_equal(out.deviations, set_of(DEVIATION_MULTIPART_HEADER));
}

static enum status split_many(unsigned parts, struct multipart *out)
{
    char body[1024] = "";
    size_t used = 0;

    for (unsigned i = 0; i < parts; i++)
        used += (size_t)snprintf(body + used, sizeof body - used, "--cut\r\n\r\n%u\r\n", i);
    (void)snprintf(body + used, sizeof body - used, "--cut--\r\n");
    return split("multipart/mixed;boundary=cut", body, out);
}

static void as_many_parts_as_allowed_are_read_and_one_more_is_refused(void **state)
{
    struct multipart out;

    (void)state;
    assert_int_equal(split_many(BOUND_MULTIPART_PARTS, &out), STATUS_OK);
    assert_int_equal(out.parts, BOUND_MULTIPART_PARTS);
    assert_int_equal(split_many(BOUND_MULTIPART_PARTS + 1, &out), STATUS_LIMIT);
}

static void parts_past_the_maximum_are_left_where_sdp_and_metadata_are_among_the_first(void **state)
{
    static const char both[] = "--cut\r\nContent-Type: application/rs-metadata+xml\r\n\r\n<x/>\r\n"
                               "--cut\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n";
    char body[2048];
    struct multipart out;

    (void)state;
    size_t used = (size_t)snprintf(body, sizeof body, "%s", both);
    for (unsigned i = 0; i < 40; i++)
        used += (size_t)snprintf(body + used, sizeof body - used,
                                 "--cut\r\nContent-Type: a/b\r\n\r\n%u\r\n", i);
    (void)snprintf(body + used, sizeof body - used, "--cut--\r\n");
    assert_int_equal(split("multipart/mixed;boundary=cut", body, &out), STATUS_OK);
    assert_int_equal(out.parts, BOUND_MULTIPART_PARTS);
    expect_span(out.part[1].body, "v=0");
}

static enum status split_long_header(size_t header_bytes, struct multipart *out)
{
    size_t bytes = header_bytes + 64;
    char *body = calloc(1, bytes);

    assert_non_null(body);
    strcpy(body, "--cut\r\nX-Long: ");
    memset(body + strlen(body), 'x', header_bytes - strlen("X-Long: "));
    strcat(body, "\r\n\r\nv=0\r\n--cut--\r\n");
    enum status status = split("multipart/mixed;boundary=cut", body, out);
    free(body);
    return status;
}

static void headers_as_long_as_allowed_are_read_and_one_byte_more_is_refused(void **state)
{
    struct multipart out;

    (void)state;
    assert_int_equal(split_long_header(BOUND_MULTIPART_HEADER_BYTES, &out), STATUS_OK);
    assert_int_equal(split_long_header(BOUND_MULTIPART_HEADER_BYTES + 1, &out), STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_parts_come_apart_without_the_line_end_of_the_boundary),
        cmocka_unit_test(boundary_is_found_quoted_bare_and_behind_other_parameters),
        cmocka_unit_test(content_type_without_usable_boundary_is_refused),
        cmocka_unit_test(body_in_which_no_part_opens_is_refused),
        cmocka_unit_test(preamble_epilogue_and_blanks_after_a_boundary_are_passed_over),
        cmocka_unit_test(line_feeds_alone_are_read_and_noted),
        cmocka_unit_test(line_feeds_inside_a_body_are_no_deviation),
        cmocka_unit_test(missing_closing_boundary_keeps_the_last_part),
        cmocka_unit_test(content_length_of_a_part_does_not_decide_where_it_ends),
        cmocka_unit_test(folded_headers_are_one_header),
        cmocka_unit_test(content_without_a_blank_line_before_it_is_kept),
        cmocka_unit_test(nested_multipart_stays_one_part),
        cmocka_unit_test(quoted_boundary_may_have_escapes_and_blanks),
        cmocka_unit_test(boundary_as_long_as_allowed_is_read_and_one_byte_more_is_refused),
        cmocka_unit_test(boundary_that_the_type_does_not_name_is_taken_from_the_body),
        cmocka_unit_test(boundary_that_follows_its_content_on_the_line_ends_the_part),
        cmocka_unit_test(headers_of_a_part_may_be_compact_and_oddly_written),
        cmocka_unit_test(content_length_of_a_part_that_is_wrong_is_noted),
        cmocka_unit_test(encoded_part_is_left_as_it_is_and_noted_unless_mail_knows_its_encoding),
        cmocka_unit_test(part_without_a_type_is_known_by_what_it_starts_with),
        cmocka_unit_test(as_many_parts_as_allowed_are_read_and_one_more_is_refused),
        cmocka_unit_test(
            parts_past_the_maximum_are_left_where_sdp_and_metadata_are_among_the_first),
        cmocka_unit_test(headers_as_long_as_allowed_are_read_and_one_byte_more_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
