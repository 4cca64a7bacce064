/* Signing in and out, and what the server refuses before any route is run; over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "support.h"
#include "web/api/connections.h"

#define JSON_FIELD "Content-Type: application/json\r\n"

static struct reply sign_in(const struct fixture *fixture, const char *number, const char *pin)
{
    char body[256];

    (void)snprintf(body, sizeof body, "{\"customer\":\"%s\",\"pin\":\"%s\"}", number, pin);
    return http_send(fixture, "POST", "/api/v1/session", JSON_FIELD, body);
}

static void right_pin_gives_a_cookie_that_opens_the_list(void **state)
{
    struct fixture *fixture = *state;

    fixture_sign_in(fixture, &fixture->own);
    struct reply reply = http_get(fixture, &fixture->own, "", "/api/v1/session");
    assert_int_equal(reply.status, 200);
    assert_string_equal((char *)reply.body, "{\"customer\":\"88303080\",\"name\":\"A customer\"}");
    reply_free(&reply);
    reply = http_get(fixture, &fixture->own, "", "/api/v1/recordings");
    assert_int_equal(reply.status, 200);
    assert_string_equal((char *)reply.body, "{\"recordings\":[],\"next\":null}");
    reply_free(&reply);
    assert_int_equal(fixture_audit(fixture, "sign_in", NULL, 0), 1);
}

static void cookie_is_for_this_site_and_no_script(void **state)
{
    struct fixture *fixture = *state;
    char cookie[256];
    struct reply reply = sign_in(fixture, "88303080", FIXTURE_PIN);

    assert_int_equal(reply.status, 204);
    assert_non_null(reply_field(&reply, "Set-Cookie", cookie, sizeof cookie));
    assert_int_equal(strspn(strchr(cookie, '=') + 1, "0123456789abcdef"), 64);
    assert_non_null(strstr(cookie, "; Path=/; HttpOnly; SameSite=Strict"));
}

static void without_a_cookie_everything_is_closed(void **state)
{
    static const char *const targets[] = {
        "/api/v1/session",
        "/api/v1/recordings",
        "/api/v1/recordings/0190a8c2-0000-7000-8000-000000000000",
        "/api/v1/recordings/0190a8c2-0000-7000-8000-000000000000/audio",
        "/api/v1/recordings/0190a8c2-0000-7000-8000-000000000000/facts",
        "/api/v1/recordings/0190a8c2-0000-7000-8000-000000000000/peaks",
    };
    static const char *const cookies[] = {
        "",
        "Cookie: recorder_session=\r\n",
        "Cookie: recorder_session=zz\r\n",
        ("Cookie: recorder_session="
         "0000000000000000000000000000000000000000000000000000000000000000\r\n"),
    };

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        for (size_t cookie = 0; cookie < sizeof cookies / sizeof cookies[0]; cookie++)
            expect_problem(http_send(*state, "GET", targets[i], cookies[cookie], NULL), 401,
                           "not-signed-in");
    }
}

static void wrong_pin_and_unknown_customer_get_the_same_answer(void **state)
{
    struct fixture *fixture = *state;
    char detail[128];
    struct reply wrong = sign_in(fixture, "88303080", "00000000");
    struct reply unknown = sign_in(fixture, "99999999", "00000000");

    assert_int_equal(wrong.status, 401);
    assert_int_equal(unknown.status, 401);
    assert_string_equal((char *)wrong.body, (char *)unknown.body);
    assert_null(strstr(wrong.head, "Set-Cookie"));
    reply_free(&wrong);
    reply_free(&unknown);
    assert_int_equal(fixture_audit(fixture, "sign_in_failed", detail, sizeof detail), 2);
    assert_string_equal(detail, "unknown 127.0.0.1 {}");
    assert_int_equal(fixture_audit(fixture, "sign_in", NULL, 0), 0);
}

static void built_in_customer_without_a_pin_cannot_sign_in(void **state)
{
    expect_problem(sign_in(*state, "unassigned", "1"), 401, "sign-in-failed");
}

/* 32 bytes of 'A' as token, and their SHA-256. */
#define FORGED_COOKIE                                                                              \
    "Cookie: "                                                                                     \
    "recorder_session=4141414141414141414141414141414141414141414141414141414141414141\r\n"
#define FORGED_HASH "x'22a48051594c1949deed7040850c1f0f8764537f5191be56732d16a54c1d8153'"

static void session_that_was_written_into_the_index_signs_nobody_in(void **state)
{
    struct fixture *fixture = *state;

    fixture_sql(fixture, "INSERT INTO sessions (token_hash, customer, created_us, seen_us)"
                         " SELECT " FORGED_HASH ", id,"
                         " CAST(strftime('%s', 'now') AS INTEGER) * 1000000,"
                         " CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
                         " FROM customers WHERE number = '88303080'");
    expect_problem(http_send(fixture, "GET", "/api/v1/recordings", FORGED_COOKIE, NULL), 401,
                   "not-signed-in");
    fixture_sign_in(fixture, &fixture->other);
    fixture_sql(fixture, "UPDATE sessions SET proof ="
                         " (SELECT proof FROM sessions WHERE length(proof) = 32)");
    expect_problem(http_send(fixture, "GET", "/api/v1/recordings", FORGED_COOKIE, NULL), 401,
                   "not-signed-in");
    struct reply reply = http_get(fixture, &fixture->other, "", "/api/v1/recordings");
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    fixture_sql(fixture, "UPDATE sessions SET customer ="
                         " (SELECT id FROM customers WHERE number = '88303080')");
    expect_problem(http_get(fixture, &fixture->other, "", "/api/v1/recordings"), 401,
                   "not-signed-in");
}

static void pin_of_one_customer_is_no_others(void **state)
{
    struct fixture *fixture = *state;

    fixture_sql(fixture, "UPDATE customers SET pin ="
                         " (SELECT pin FROM customers WHERE number = '77000000')"
                         " WHERE number = '88303080'");
    expect_problem(sign_in(fixture, "88303080", FIXTURE_PIN), 401, "sign-in-failed");
    fixture_sql(fixture, "UPDATE customers SET number = '1' WHERE number = '88303080'");
    fixture_sql(fixture, "UPDATE customers SET number = '88303080' WHERE number = '77000000'");
    expect_problem(sign_in(fixture, "88303080", FIXTURE_PIN), 401, "sign-in-failed");
    expect_problem(sign_in(fixture, "77000000", FIXTURE_PIN), 401, "sign-in-failed");
}

static void without_the_sign_in_key_the_service_does_not_start(void **state)
{
    struct fixture *fixture = *state;
    struct fault fault = {0};
    char path[FIXTURE_PATH_BYTES + 32];

    service_stop(fixture->service);
    fixture->service = NULL;
    (void)snprintf(path, sizeof path, "%s/private/sign-in.key", fixture->config.keys);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(service_start(&fixture->config, &fixture->service, &fault), STATUS_NO_KEY);
    assert_non_null(strstr(fault.text, "recorderctl init"));
}

static void guessing_is_slowed_with_429(void **state)
{
    char value[16];
    struct reply reply = {0};

    for (int i = 0; i < 6; i++) {
        reply_free(&reply);
        reply = sign_in(*state, "88303080", "00000000");
    }
    assert_int_equal(reply.status, 429);
    assert_non_null(reply_field(&reply, "Retry-After", value, sizeof value));
    assert_in_range(atoi(value), 1, 2);
    expect_problem(reply, 429, "too-many-attempts");
    sleep((unsigned)atoi(value));
    reply = sign_in(*state, "88303080", FIXTURE_PIN);
    assert_int_equal(reply.status, 204);
}

static void sign_in_that_cannot_be_audited_opens_no_session(void **state)
{
    struct fixture *fixture = *state;

    fixture_deny_audit(fixture);
    struct reply reply = sign_in(fixture, "88303080", FIXTURE_PIN);
    assert_null(strstr(reply.head, "Set-Cookie"));
    expect_problem(reply, 503, "busy");
    expect_problem(sign_in(fixture, "88303080", "1"), 401, "sign-in-failed");
}

static void signing_out_closes_the_session_on_the_server(void **state)
{
    struct fixture *fixture = *state;
    char cookie[256];

    fixture_sign_in(fixture, &fixture->own);
    struct reply reply = http_send(fixture, "DELETE", "/api/v1/session", fixture->own.cookie, NULL);
    assert_int_equal(reply.status, 204);
    assert_non_null(reply_field(&reply, "Set-Cookie", cookie, sizeof cookie));
    assert_non_null(strstr(cookie, "recorder_session=; Max-Age=0"));
    expect_problem(http_get(fixture, &fixture->own, "", "/api/v1/recordings"), 401,
                   "not-signed-in");
    assert_int_equal(fixture_audit(fixture, "sign_out", NULL, 0), 1);
    reply = http_send(fixture, "DELETE", "/api/v1/session", "", NULL);
    assert_int_equal(reply.status, 204);
}

static void signing_in_again_ends_the_earlier_session(void **state)
{
    struct fixture *fixture = *state;
    char fields[256];
    struct fixture_customer first;

    fixture_sign_in(fixture, &fixture->own);
    first = fixture->own;
    (void)snprintf(fields, sizeof fields, "%s" JSON_FIELD, first.cookie);
    struct reply reply = http_send(fixture, "POST", "/api/v1/session", fields,
                                   "{\"customer\":\"88303080\",\"pin\":\"" FIXTURE_PIN "\"}");
    assert_int_equal(reply.status, 204);
    expect_problem(http_get(fixture, &first, "", "/api/v1/session"), 401, "not-signed-in");
}

static void sign_in_takes_json_from_our_own_pages_only(void **state)
{
    struct fixture *fixture = *state;
    static const char body[] = "{\"customer\":\"88303080\",\"pin\":\"" FIXTURE_PIN "\"}";
    char own_origin[128];

    expect_problem(http_send(fixture, "POST", "/api/v1/session",
                             "Content-Type: application/x-www-form-urlencoded\r\n", body),
                   415, "wrong-media-type");
    expect_problem(
        http_send(fixture, "POST", "/api/v1/session", "Origin: https://evil.example\r\n", body),
        403, "foreign-origin");
    expect_problem(
        http_send(fixture, "POST", "/api/v1/session", "Content-Type: text/plain\r\n", body), 415,
        "wrong-media-type");
    expect_problem(http_send(fixture, "POST", "/api/v1/session",
                             JSON_FIELD "Origin: https://evil.example\r\n", body),
                   403, "foreign-origin");
    expect_problem(http_send(fixture, "DELETE", "/api/v1/session", "Origin: null\r\n", NULL), 403,
                   "foreign-origin");
    (void)snprintf(own_origin, sizeof own_origin, JSON_FIELD "Origin: http://127.0.0.1:%u\r\n",
                   fixture->port);
    struct reply reply = http_send(fixture, "POST", "/api/v1/session", own_origin, body);
    assert_int_equal(reply.status, 204);
}

static void malformed_bodies_are_refused(void **state)
{
    expect_problem(http_send(*state, "POST", "/api/v1/session", JSON_FIELD, "{"), 400, "bad-body");
    expect_problem(http_send(*state, "POST", "/api/v1/session", JSON_FIELD, ""), 400, "bad-body");
    expect_problem(http_send(*state, "POST", "/api/v1/session", JSON_FIELD, "[\"a\"]"), 400,
                   "bad-body");
}

static char *text_of(size_t count)
{
    char *text = malloc(count + 1);

    memset(text, ' ', count);
    text[count] = '\0';
    return text;
}

static void body_is_read_at_its_largest_and_refused_one_byte_larger(void **state)
{
    char *largest = text_of(BOUND_HTTP_BODY_BYTES);
    char *larger = text_of(BOUND_HTTP_BODY_BYTES + 1);

    expect_problem(http_send(*state, "POST", "/api/v1/session", JSON_FIELD, largest), 400,
                   "bad-body");
    expect_problem(http_send(*state, "POST", "/api/v1/session", JSON_FIELD, larger), 413,
                   "body-too-large");
    free(largest);
    free(larger);
}

static void chunked_body_that_grows_too_large_is_refused(void **state)
{
    const struct fixture *fixture = *state;
    int connection = http_connect(fixture);
    char *chunk = text_of(0x4000);

    (void)dprintf(connection, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\n" JSON_FIELD
                              "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 5; i++)
        (void)dprintf(connection, "4000\r\n%s\r\n", chunk);
    (void)dprintf(connection, "0\r\n\r\n");
    expect_problem(http_read(connection, false), 413, "body-too-large");
    (void)close(connection);
    free(chunk);
}

static void unknown_addresses_and_methods_are_named(void **state)
{
    char allow[64];

    expect_problem(http_send(*state, "GET", "/api/v1/nothing", "", NULL), 404, "not-found");
    expect_problem(http_send(*state, "GET", "/api/v2/session", "", NULL), 404, "not-found");
    expect_problem(http_send(*state, "GET", "/nothing", "", NULL), 404, "not-found");
    expect_problem(http_send(*state, "GET", "/../keys/master.key", "", NULL), 404, "not-found");
    expect_problem(http_send(*state, "GET", "/%2e%2e/keys/master.key", "", NULL), 404, "not-found");
    struct reply reply = http_send(*state, "PUT", "/api/v1/recordings", "", "x");
    assert_string_equal(reply_field(&reply, "Allow", allow, sizeof allow), "GET, HEAD");
    expect_problem(reply, 405, "wrong-method");
    reply = http_send(*state, "POST", "/index.html", "", "x");
    assert_string_equal(reply_field(&reply, "Allow", allow, sizeof allow), "GET, HEAD");
    expect_problem(reply, 405, "wrong-method");
    reply = http_send(*state, "AVERYLONGMETHODNAMETHATNOBODYKNOWS", "/api/v1/session", "", NULL);
    assert_string_equal(reply_field(&reply, "Allow", allow, sizeof allow),
                        "POST, GET, HEAD, DELETE");
    expect_problem(reply, 405, "wrong-method");
}

static void every_answer_carries_the_security_fields(void **state)
{
    static const char *const targets[] = {"/", "/nothing", "/api/v1/session", "/api/v1/nothing"};
    char value[512];

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct reply reply = http_send(*state, "GET", targets[i], "", NULL);
        assert_non_null(reply_field(&reply, "Content-Security-Policy", value, sizeof value));
        assert_non_null(strstr(value, "default-src 'none'"));
        assert_non_null(strstr(value, "frame-ancestors 'none'"));
        assert_string_equal(reply_field(&reply, "X-Content-Type-Options", value, sizeof value),
                            "nosniff");
        assert_string_equal(reply_field(&reply, "Referrer-Policy", value, sizeof value),
                            "no-referrer");
        assert_string_equal(
            reply_field(&reply, "Cross-Origin-Resource-Policy", value, sizeof value),
            "same-origin");
        reply_free(&reply);
    }
}

static void portal_is_served_with_types_and_caching(void **state)
{
    char value[128];
    char fields[256];
    struct reply reply = http_send(*state, "GET", "/", "", NULL);

    assert_int_equal(reply.status, 200);
    assert_string_equal((char *)reply.body, "<!doctype html>");
    assert_string_equal(reply_field(&reply, "Content-Type", value, sizeof value),
                        "text/html; charset=utf-8");
    assert_string_equal(reply_field(&reply, "Cache-Control", value, sizeof value), "no-cache");
    assert_non_null(reply_field(&reply, "ETag", value, sizeof value));
    reply_free(&reply);
    (void)snprintf(fields, sizeof fields, "If-None-Match: %s\r\n", value);
    reply = http_send(*state, "GET", "/index.html", fields, NULL);
    assert_int_equal(reply.status, 304);
    assert_string_equal(reply_field(&reply, "Content-Length", value, sizeof value), "15");
    reply = http_send(*state, "HEAD", "/assets/app-ABCD2345.js", "", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_field(&reply, "Content-Length", value, sizeof value), "10");
    assert_string_equal(reply_field(&reply, "Cache-Control", value, sizeof value),
                        "public, max-age=31536000, immutable");
    assert_string_equal(reply_field(&reply, "Content-Type", value, sizeof value),
                        "text/javascript; charset=utf-8");
}

static void server_without_a_portal_still_serves_the_interface(void **state)
{
    struct fixture *fixture = *state;
    char *portal = fixture->config.portal;

    fixture->config.portal = (char *)"/nonexistent/portal";
    fixture_restart(fixture);
    expect_problem(http_send(fixture, "GET", "/", "", NULL), 404, "not-found");
    expect_problem(http_send(fixture, "GET", "/api/v1/session", "", NULL), 401, "not-signed-in");
    fixture->config.portal = portal;
}

static void connections_of_one_address_are_capped(void **state)
{
    struct fixture *fixture = *state;
    int connections[5];
    char byte;

    fixture->config.http_connections_per_address_max = 4;
    fixture_restart(fixture);
    for (int i = 0; i < 4; i++) {
        connections[i] = http_connect(fixture);
        (void)dprintf(connections[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        struct reply reply = http_read(connections[i], false);
        assert_int_equal(reply.status, 200);
        reply_free(&reply);
    }
    connections[4] = http_connect(fixture);
    (void)dprintf(connections[4], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(recv(connections[4], &byte, 1, 0) <= 0);
    for (int i = 0; i < 5; i++)
        (void)close(connections[i]);
}

/* Only inactivity would never end this one. */
static void request_that_never_ends_is_hung_up_on(void **state)
{
    struct fixture *fixture = *state;
    int connection = http_connect(fixture);
    mono_time later = clock_mono_now();
    char byte;

    (void)dprintf(connection, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    usleep(100000);
    later.ns += (CONNECTIONS_REQUEST_MAX_S + 1) * CLOCK_NS_PER_S;
    service_tick(fixture->service, later);
    assert_int_equal(recv(connection, &byte, 1, 0), 0);
    (void)close(connection);
}

static void server_stops_while_clients_are_connected(void **state)
{
    struct fixture *fixture = *state;
    int half = http_connect(fixture);
    int busy = http_connect(fixture);

    (void)dprintf(half, "GET / HTTP/1.1\r\n");
    (void)dprintf(busy, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\n" JSON_FIELD
                        "Content-Length: 36\r\n\r\n{\"customer\":\"99999999\",\"pin\":\"0000\"}");
    fixture_restart(fixture);
    (void)close(half);
    (void)close(busy);
}

#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(right_pin_gives_a_cookie_that_opens_the_list),
        SERVER_TEST(cookie_is_for_this_site_and_no_script),
        SERVER_TEST(without_a_cookie_everything_is_closed),
        SERVER_TEST(wrong_pin_and_unknown_customer_get_the_same_answer),
        SERVER_TEST(built_in_customer_without_a_pin_cannot_sign_in),
        SERVER_TEST(session_that_was_written_into_the_index_signs_nobody_in),
        SERVER_TEST(pin_of_one_customer_is_no_others),
        SERVER_TEST(without_the_sign_in_key_the_service_does_not_start),
        SERVER_TEST(guessing_is_slowed_with_429),
        SERVER_TEST(sign_in_that_cannot_be_audited_opens_no_session),
        SERVER_TEST(signing_out_closes_the_session_on_the_server),
        SERVER_TEST(signing_in_again_ends_the_earlier_session),
        SERVER_TEST(sign_in_takes_json_from_our_own_pages_only),
        SERVER_TEST(malformed_bodies_are_refused),
        SERVER_TEST(body_is_read_at_its_largest_and_refused_one_byte_larger),
        SERVER_TEST(chunked_body_that_grows_too_large_is_refused),
        SERVER_TEST(unknown_addresses_and_methods_are_named),
        SERVER_TEST(every_answer_carries_the_security_fields),
        SERVER_TEST(portal_is_served_with_types_and_caching),
        SERVER_TEST(server_without_a_portal_still_serves_the_interface),
        SERVER_TEST(connections_of_one_address_are_capped),
        SERVER_TEST(request_that_never_ends_is_hung_up_on),
        SERVER_TEST(server_stops_while_clients_are_connected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
