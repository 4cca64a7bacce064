/* Headers as they stand in a message's bytes (RFC 3261 section 7.3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sip/header_line.h"

static struct text_span span_of(const char *text)
{
    return (struct text_span){.text = text, .bytes = strlen(text)};
}

static void assert_span(struct text_span span, const char *text)
{
    assert_int_equal(span.bytes, strlen(text));
    assert_memory_equal(span.text, text, span.bytes);
}

static void a_header_goes_on_where_its_next_line_begins_with_a_blank(void **state)
{
    (void)state;
    struct text_span rest =
        span_of("To :\r\n <sip:a@b>\r\n\t;tag=1\r\nX\r\nv: 2\r\n\r\nbody: 1\r\n");
    struct header_line line;

    assert_true(header_line_next(&rest, &line));
    assert_span(line.name, "To");
    assert_span(line.value, "<sip:a@b>\r\n\t;tag=1");
    assert_true(line.whole);
    assert_true(header_line_next(&rest, &line));
    assert_span(line.name, "");
    assert_true(header_line_next(&rest, &line));
    assert_true(header_line_is(&line, "Via", 'v'));
    assert_false(header_line_is(&line, "Via", 0));
    assert_false(header_line_next(&rest, &line));
}

static void a_start_line_is_one_when_its_end_has_come(void **state)
{
    (void)state;
    struct text_span rest = span_of("BYE sip:a SIP/2.0");
    struct text_span line = {0};

    assert_false(header_line_start(&rest, &line));
    assert_null(line.text);
    rest = span_of("BYE sip:a SIP/2.0\nTo: x");
    assert_true(header_line_start(&rest, &line));
    assert_span(line, "BYE sip:a SIP/2.0");
    struct header_line header;
    assert_true(header_line_next(&rest, &header));
    assert_false(header.whole);
    assert_false(header_line_next(&rest, &header));
}

static void names_are_compared_without_case(void **state)
{
    (void)state;
    struct text_span rest = span_of("cALL-id: 1\r\nI: 2\r\ni: 3\r\nCall-I: 4\r\n");
    struct header_line line;

    for (int i = 0; i < 3; i++) {
        assert_true(header_line_next(&rest, &line));
        assert_true(header_line_is(&line, "Call-ID", 'i'));
    }
    assert_true(header_line_next(&rest, &line));
    assert_false(header_line_is(&line, "Call-ID", 'i'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_goes_on_where_its_next_line_begins_with_a_blank),
        cmocka_unit_test(a_start_line_is_one_when_its_end_has_come),
        cmocka_unit_test(names_are_compared_without_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
