/* What a request says: its route, its preconditions, its parameters, its origin, its cookie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "web/api/conditional.h"
#include "web/api/credentials.h"
#include "web/api/cursor.h"
#include "web/api/list_query.h"
#include "web/api/origin.h"
#include "web/api/router.h"
#include "web/api/session_cookie.h"

/* --- routes ----------------------------------------------------------------------------------- */

static void no_handler(struct api *api, struct index *index, struct exchange *exchange)
{
    (void)api;
    (void)index;
    (void)exchange;
}

static const struct route table[] = {
    {"GET", "/v1/things", no_handler, true},
    {"GET", "/v1/things/{id}", no_handler, true},
    {"GET", "/v1/things/{id}/parts", no_handler, true},
    {"POST", "/v1/door", no_handler, false},
    {"DELETE", "/v1/door", no_handler, false},
};

static enum status route(const char *method, const char *path, struct route_match *match)
{
    return router_match(table, sizeof table / sizeof table[0], method, path, match);
}

static void path_and_method_choose_the_route(void **state)
{
    struct route_match match;

    (void)state;
    assert_int_equal(route("GET", "/v1/things", &match), STATUS_OK);
    assert_ptr_equal(match.route, &table[0]);
    assert_string_equal(match.id, "");
    assert_int_equal(route("GET", "/v1/things/7", &match), STATUS_OK);
    assert_ptr_equal(match.route, &table[1]);
    assert_string_equal(match.id, "7");
    assert_int_equal(route("GET", "/v1/things/a-b/parts", &match), STATUS_OK);
    assert_ptr_equal(match.route, &table[2]);
    assert_string_equal(match.id, "a-b");
    assert_int_equal(route("DELETE", "/v1/door", &match), STATUS_OK);
    assert_ptr_equal(match.route, &table[4]);
}

static void head_takes_the_route_of_get_only(void **state)
{
    struct route_match match;

    (void)state;
    assert_int_equal(route("HEAD", "/v1/things", &match), STATUS_OK);
    assert_int_equal(route("HEAD", "/v1/door", &match), STATUS_UNSUPPORTED);
}

static void unknown_paths_are_not_found(void **state)
{
    static const char *const paths[] = {
        "",
        "/",
        "/v1",
        "/v1/thing",
        "/v1/things/",
        "/v1/thingsx",
        "/v1/things//parts",
        "/v1/things/7/",
        "/v1/things/7/parts/1",
        "/v1/things/7/part",
        "/V1/things",
        "//v1/things",
        "/v1/door/",
    };
    struct route_match match;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (route("GET", paths[i], &match) != STATUS_NOT_FOUND)
            fail_msg("%s was found", paths[i]);
    }
}

static void wrong_method_names_the_right_ones(void **state)
{
    struct route_match match;

    (void)state;
    assert_int_equal(route("GET", "/v1/door", &match), STATUS_UNSUPPORTED);
    assert_null(match.route);
    assert_string_equal(match.allow, "POST, DELETE");
    assert_int_equal(route("PUT", "/v1/things/7", &match), STATUS_UNSUPPORTED);
    assert_string_equal(match.allow, "GET, HEAD");
}

static void id_that_is_too_long_is_cut_not_overrun(void **state)
{
    struct route_match match;
    char path[300] = "/v1/things/";

    (void)state;
    memset(path + strlen(path), 'a', 250);
    assert_int_equal(route("GET", path, &match), STATUS_OK);
    assert_int_equal(strlen(match.id), ROUTER_ID_BYTES - 1);
}

/* --- preconditions ---------------------------------------------------------------------------- */

static const char tag[] = "\"abc\"";

static void none_match_compares_weakly(void **state)
{
    (void)state;
    assert_true(conditional_none_match("\"abc\"", tag));
    assert_true(conditional_none_match("W/\"abc\"", tag));
    assert_true(conditional_none_match("\"x\", W/\"y\" , \"abc\"", tag));
    assert_true(conditional_none_match("*", tag));
    assert_true(conditional_none_match(" * ", tag));
    assert_true(conditional_none_match("\"a,b\",\"abc\"", tag));
    assert_false(conditional_none_match("\"abcd\"", tag));
    assert_false(conditional_none_match("\"ab\"", tag));
    assert_false(conditional_none_match("\"a,b\"", tag));
}

static void match_compares_strongly(void **state)
{
    (void)state;
    assert_true(conditional_match("\"x\",\"abc\"", tag));
    assert_true(conditional_match("*", tag));
    assert_false(conditional_match("W/\"abc\"", tag));
}

static void malformed_tag_list_matches_nothing(void **state)
{
    static const char *const lists[] = {"", "abc", "\"abc", "abc\"", "W/", "W/abc", ",", "\""};

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        assert_false(conditional_none_match(lists[i], tag));
}

static void if_range_wants_the_very_tag(void **state)
{
    (void)state;
    assert_true(conditional_range(NULL, tag));
    assert_true(conditional_range("\"abc\"", tag));
    assert_false(conditional_range("\"abd\"", tag));
    assert_false(conditional_range("W/\"abc\"", tag));
    assert_false(conditional_range("Sun, 22 Nov 2026 08:00:00 GMT", tag));
    assert_false(conditional_range("", tag));
}

/* --- cursors ---------------------------------------------------------------------------------- */

static void cursor_comes_back_as_it_was(void **state)
{
    wall_time started = clock_wall_from_us(INT64_C(1795355830042123));
    struct uuid id = uuid_new(started);
    wall_time read_started = {0};
    struct uuid read_id = {{0}};
    char text[CURSOR_TEXT_BYTES];

    (void)state;
    cursor_format(started, id, text);
    assert_int_equal(strlen(text), 32);
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_"),
                     32);
    assert_int_equal(cursor_parse(text, &read_started, &read_id), STATUS_OK);
    assert_int_equal(read_started.ns, started.ns);
    assert_true(uuid_equal(read_id, id));
}

static void other_texts_are_no_cursors(void **state)
{
    static const char *const texts[] = {
        "",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* 31 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 33 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/",
        "AAAAAAAA AAAAAAAAAAAAAAAAAAAAAAA",
        "________________________________", /* a time past 64 bits of nanoseconds */
    };
    wall_time started = {.ns = 5};
    struct uuid id = {{7}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(cursor_parse(texts[i], &started, &id), STATUS_INVALID);
    assert_int_equal(started.ns, 5);
    assert_int_equal(id.b[0], 7);
}

/* --- parameters of a list --------------------------------------------------------------------- */

static enum status parse_list(struct list_parameters parameters, struct list_query *list,
                              const char **parameter)
{
    const char *reason = NULL;
    enum status status = list_query_parse(&parameters, list, parameter, &reason);

    assert_true(status == STATUS_OK || reason);
    return status;
}

static void list_without_parameters_has_the_default_limit(void **state)
{
    struct list_query list;
    const char *parameter = NULL;

    (void)state;
    assert_int_equal(parse_list((struct list_parameters){0}, &list, &parameter), STATUS_OK);
    assert_int_equal(list.query.limit, LIST_LIMIT_DEFAULT);
    assert_null(list.query.number);
    assert_null(list.query.customer);
    assert_false(list.query.has_from || list.query.has_to || list.query.has_after);
}

static void times_are_dates_or_rfc_3339(void **state)
{
    struct list_query list;
    const char *parameter = NULL;
    struct list_parameters good = {.from = "2026-11-22", .to = "2026-11-22T13:00:00+01:00"};
    struct list_parameters bad_from = {.from = "22/11/2026"};
    struct list_parameters bad_to = {.to = "2026-13-01"};

    (void)state;
    assert_int_equal(parse_list(good, &list, &parameter), STATUS_OK);
    assert_true(list.query.has_from && list.query.has_to);
    assert_int_equal(list.query.to.ns - list.query.from.ns, 12 * 3600 * CLOCK_NS_PER_S);
    assert_int_equal(parse_list(bad_from, &list, &parameter), STATUS_INVALID);
    assert_string_equal(parameter, "from");
    assert_int_equal(parse_list(bad_to, &list, &parameter), STATUS_INVALID);
    assert_string_equal(parameter, "to");
}

static void
number_is_whole_with_or_without_its_country_code_or_a_beginning_or_an_ending(void **state)
{
    static const char *const cases[][2] = {
        {"004588303080", "4588303080"},
        {"+45 88 30 30 80", "4588303080"},
        {"88 30 30 80", "*88303080"},
        {"8830308", "*8830308"},
        {"883030", "883030"},
        {"4588*", "4588*"},
        {"+4588*", "4588*"},
        {"0045 88*", "4588*"},
        {"*3080", "*3080"},
        {"*0080", "*0080"},
    };
    struct list_query list;
    const char *parameter = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct list_parameters parameters = {.number = cases[i][0]};
        assert_int_equal(parse_list(parameters, &list, &parameter), STATUS_OK);
        assert_string_equal(list.query.number, cases[i][1]);
    }
}

static void other_signs_in_a_number_are_refused(void **state)
{
    static const char *const numbers[] = {"*", "**", "45*88", "*45*", "45**", "alice",       "45;1",
                                          "%", "4_", " ",     "-",    "00",   "4588\xc3\xa6"};
    struct list_query list;
    const char *parameter = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct list_parameters parameters = {.number = numbers[i]};
        if (parse_list(parameters, &list, &parameter) != STATUS_INVALID)
            fail_msg("\"%s\" was taken as \"%s\"", numbers[i], list.query.number);
        assert_string_equal(parameter, "number");
    }
}

static void number_is_taken_at_its_longest_and_refused_one_longer(void **state)
{
    char number[BOUND_NUMBER_BYTES + 2] = "*";
    struct list_query list;
    const char *parameter = NULL;
    struct list_parameters parameters = {.number = number};

    (void)state;
    memset(number + 1, '1', BOUND_NUMBER_BYTES - 1);
    assert_int_equal(parse_list(parameters, &list, &parameter), STATUS_OK);
    assert_string_equal(list.query.number, number);
    number[BOUND_NUMBER_BYTES] = '1';
    assert_int_equal(parse_list(parameters, &list, &parameter), STATUS_INVALID);
}

static void limit_is_at_least_1_and_a_page_at_most_200(void **state)
{
    static const char *const bad[] = {"0", "-1", "1e2", " 5", "99999", "18446744073709551617"};
    struct list_query list;
    const char *parameter = NULL;

    (void)state;
    assert_int_equal(parse_list((struct list_parameters){.limit = "1"}, &list, &parameter),
                     STATUS_OK);
    assert_int_equal(list.query.limit, 1);
    assert_int_equal(parse_list((struct list_parameters){.limit = "200"}, &list, &parameter),
                     STATUS_OK);
    assert_int_equal(list.query.limit, 200);
    assert_int_equal(parse_list((struct list_parameters){.limit = "201"}, &list, &parameter),
                     STATUS_OK);
    assert_int_equal(list.query.limit, 200);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct list_parameters parameters = {.limit = bad[i]};
        assert_int_equal(parse_list(parameters, &list, &parameter), STATUS_INVALID);
        assert_string_equal(parameter, "limit");
    }
}

static void foreign_cursor_is_refused(void **state)
{
    struct list_query list;
    const char *parameter = NULL;
    struct list_parameters parameters = {.cursor = "next"};

    (void)state;
    assert_int_equal(parse_list(parameters, &list, &parameter), STATUS_INVALID);
    assert_string_equal(parameter, "cursor");
}

/* --- where it comes from ---------------------------------------------------------------------- */

static void origin_must_be_the_host(void **state)
{
    (void)state;
    assert_true(origin_is_ours(NULL, "a.example"));
    assert_true(origin_is_ours("https://a.example", "a.example"));
    assert_true(origin_is_ours("http://127.0.0.1:8080", "127.0.0.1:8080"));
    assert_true(origin_is_ours("https://A.example", "a.Example"));
    assert_false(origin_is_ours("null", "a.example"));
    assert_false(origin_is_ours("https://a.example.evil", "a.example"));
    assert_false(origin_is_ours("https://a.example:444", "a.example"));
    assert_false(origin_is_ours("https://a.example", NULL));
    assert_false(origin_is_ours("", "a.example"));
}

static void only_json_is_json(void **state)
{
    (void)state;
    assert_true(origin_media_is_json("application/json"));
    assert_true(origin_media_is_json("Application/JSON; charset=utf-8"));
    assert_true(origin_media_is_json(NULL));
    assert_false(origin_media_is_json("text/plain"));
    assert_false(origin_media_is_json("application/jsonp"));
    assert_false(origin_media_is_json("application/x-www-form-urlencoded"));
}

static void cookie_comes_back_as_it_was(void **state)
{
    uint8_t token[SESSION_TOKEN_BYTES];
    uint8_t read[SESSION_TOKEN_BYTES] = {0};
    char cookie[SESSION_COOKIE_BYTES];
    char value[65] = "";

    (void)state;
    for (size_t i = 0; i < sizeof token; i++)
        token[i] = (uint8_t)(i * 7 + 1);
    session_cookie_format(token, cookie);
    assert_non_null(strstr(cookie, "; Path=/; HttpOnly; SameSite=Strict"));
    memcpy(value, cookie + strlen(SESSION_COOKIE_NAME "="), 64);
    assert_int_equal(session_cookie_parse(value, read), STATUS_OK);
    assert_memory_equal(read, token, sizeof token);
    value[63] = 'g';
    assert_int_equal(session_cookie_parse(value, read), STATUS_INVALID);
    value[63] = '\0';
    assert_int_equal(session_cookie_parse(value, read), STATUS_INVALID);
    assert_int_equal(session_cookie_parse("", read), STATUS_INVALID);
}

static enum status parse_credentials(const char *body, struct credentials *credentials)
{
    const char *reason = NULL;
    enum status status =
        credentials_parse((const uint8_t *)body, strlen(body), credentials, &reason);

    assert_true(status == STATUS_OK || reason);
    return status;
}

static void credentials_are_two_texts(void **state)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"customer\":\"1\"}",
        "{\"customer\":\"1\",\"pin\":1234}",
        "{\"customer\":\"\",\"pin\":\"1\"}",
        "{\"customer\":\"1\",\"pin\":\"\"}",
        "{\"customer\":\"1\",\"pin\":\"1\\u0000\"}",
        "{\"customer\":\"1\",\"pin\":\"1\",\"pin\":\"2\"}",
        "{\"customer\":\"1\",\"pin\":\"1\"} x",
        "{\"customer\":\"\xff\",\"pin\":\"1\"}",
    };
    struct credentials credentials;

    (void)state;
    assert_int_equal(
        parse_credentials("{\"customer\":\"88303080\",\"pin\":\"0042\",\"x\":1}", &credentials),
        STATUS_OK);
    assert_string_equal(credentials.customer, "88303080");
    assert_string_equal(credentials.pin, "0042");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse_credentials(bad[i], &credentials), STATUS_INVALID);
}

static void pin_is_taken_at_128_bytes_and_refused_at_129(void **state)
{
    struct credentials credentials;
    char body[256];
    char pin[130] = "";

    (void)state;
    memset(pin, '7', 128);
    (void)snprintf(body, sizeof body, "{\"customer\":\"1\",\"pin\":\"%s\"}", pin);
    assert_int_equal(parse_credentials(body, &credentials), STATUS_OK);
    pin[128] = '7';
    (void)snprintf(body, sizeof body, "{\"customer\":\"1\",\"pin\":\"%s\"}", pin);
    assert_int_equal(parse_credentials(body, &credentials), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_and_method_choose_the_route),
        cmocka_unit_test(head_takes_the_route_of_get_only),
        cmocka_unit_test(unknown_paths_are_not_found),
        cmocka_unit_test(wrong_method_names_the_right_ones),
        cmocka_unit_test(id_that_is_too_long_is_cut_not_overrun),
        cmocka_unit_test(none_match_compares_weakly),
        cmocka_unit_test(match_compares_strongly),
        cmocka_unit_test(malformed_tag_list_matches_nothing),
        cmocka_unit_test(if_range_wants_the_very_tag),
        cmocka_unit_test(cursor_comes_back_as_it_was),
        cmocka_unit_test(other_texts_are_no_cursors),
        cmocka_unit_test(list_without_parameters_has_the_default_limit),
        cmocka_unit_test(times_are_dates_or_rfc_3339),
        cmocka_unit_test(
            number_is_whole_with_or_without_its_country_code_or_a_beginning_or_an_ending),
        cmocka_unit_test(other_signs_in_a_number_are_refused),
        cmocka_unit_test(number_is_taken_at_its_longest_and_refused_one_longer),
        cmocka_unit_test(limit_is_at_least_1_and_a_page_at_most_200),
        cmocka_unit_test(foreign_cursor_is_refused),
        cmocka_unit_test(origin_must_be_the_host),
        cmocka_unit_test(only_json_is_json),
        cmocka_unit_test(cookie_comes_back_as_it_was),
        cmocka_unit_test(credentials_are_two_texts),
        cmocka_unit_test(pin_is_taken_at_128_bytes_and_refused_at_129),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
