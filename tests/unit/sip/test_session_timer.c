/* What messages say of session timers, and what is agreed on (RFC 4028). */
#include "unit/sip/message_help.h"

#include "sip/session_timer.h"

static const struct session_timer_policy POLICY = {.min_s = 90, .expires_s = 1800};

static struct session_timer_said said_by(const char *headers)
{
    struct sip_msg *msg = message_decode(headers);
    struct session_timer_said said;

    session_timer_read(msg, &said);
    mem_deref(msg);
    return said;
}

static struct session_timer agreed_with(const char *headers)
{
    struct session_timer_said said = said_by(headers);
    struct session_timer timer = {0};

    session_timer_answer(&said, &POLICY, &timer);
    return timer;
}

static void headers_are_read_in_all_their_forms(void **state)
{
    static const struct {
        const char *headers;
        unsigned expires_s;
        unsigned min_s;
        enum session_refresher refresher;
        bool supported;
    } forms[] = {
        {"", 0, 0, SESSION_REFRESHER_UNSAID, false},
        {"Session-Expires: 1800\r\n", 1800, 0, SESSION_REFRESHER_UNSAID, false},
        {"x: 600;refresher=uac\r\nk: timer\r\n", 600, 0, SESSION_REFRESHER_UAC, true},
        {"session-expires:\r\n  600 ; refresher = UAS ; other\r\n", 600, 0, SESSION_REFRESHER_UAS,
         false},
        {"Session-Expires: 600;refresher=\"uas\"\r\n", 600, 0, SESSION_REFRESHER_UAS, false},
        {"Session-Expires: 600;refresher=me\r\n", 600, 0, SESSION_REFRESHER_UNSAID, false},
        {"Min-SE: 120;a=b\r\nSupported: 100rel, TIMER\r\n", 0, 120, SESSION_REFRESHER_UNSAID, true},
        {"Require: timer\r\n", 0, 0, SESSION_REFRESHER_UNSAID, true},
        {"Session-Expires: soon;refresher=uac\r\n", 0, 0, SESSION_REFRESHER_UNSAID, false},
        {"Session-Expires: 18oo\r\n", 0, 0, SESSION_REFRESHER_UNSAID, false},
        {"Session-Expires: -5\r\nMin-SE:\r\n", 0, 0, SESSION_REFRESHER_UNSAID, false},
        {"Session-Expires: 99999999999999999999\r\n", SESSION_TIMER_MAX_S, 0,
         SESSION_REFRESHER_UNSAID, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct session_timer_said said = said_by(forms[i].headers);
        assert_int_equal(said.expires_s, forms[i].expires_s);
        assert_int_equal(said.min_s, forms[i].min_s);
        assert_int_equal(said.refresher, forms[i].refresher);
        assert_int_equal(said.supported, forms[i].supported);
    }
}

static void too_short_is_refused_only_to_a_client_that_knows_422(void **state)
{
    const struct session_timer none = {0};
    const struct session_timer known = {.interval_s = 1800, .supported = true};
    struct session_timer_said said = {.expires_s = 89, .supported = true};

    (void)state;
    assert_true(session_timer_is_short(&said, &none, &POLICY));
    said.supported = false;
    assert_false(session_timer_is_short(&said, &none, &POLICY));
    assert_true(session_timer_is_short(&said, &known, &POLICY));
    said = (struct session_timer_said){.expires_s = 90, .supported = true};
    assert_false(session_timer_is_short(&said, &none, &POLICY));
    said.expires_s = 0;
    assert_false(session_timer_is_short(&said, &none, &POLICY));
}

static void the_client_chooses_interval_and_refresher(void **state)
{
    (void)state;
    struct session_timer timer =
        agreed_with("Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
    assert_int_equal(timer.interval_s, 300);
    assert_false(timer.ours);
    assert_true(timer.told);
    timer = agreed_with("Supported: timer\r\nSession-Expires: 300;refresher=uas\r\n");
    assert_true(timer.ours);
    timer = agreed_with("Supported: timer\r\nSession-Expires: 300\r\n");
    assert_false(timer.ours);
}

static void we_refresh_where_the_client_asks_for_nothing_or_cannot(void **state)
{
    (void)state;
    struct session_timer timer = agreed_with("Supported: timer\r\nMin-SE: 3600\r\n");
    assert_true(timer.ours);
    assert_true(timer.supported);
    assert_int_equal(timer.interval_s, 3600);
    timer = agreed_with("");
    assert_true(timer.ours);
    assert_false(timer.supported);
    assert_int_equal(timer.interval_s, 1800);
    /* a proxy asked: the client does not know it, so it may not be told to refresh */
    timer = agreed_with("Session-Expires: 300;refresher=uac\r\n");
    assert_true(timer.ours);
    assert_int_equal(timer.interval_s, 300);
}

static void an_interval_that_is_too_short_for_a_client_without_timers_is_not_answered(void **state)
{
    (void)state;
    struct session_timer timer = agreed_with("Session-Expires: 30\r\n");
    assert_int_equal(timer.interval_s, 90);
    assert_false(timer.told);
    assert_true(timer.ours);
}

static void what_a_later_request_does_not_say_stays_as_it_was(void **state)
{
    struct session_timer timer =
        agreed_with("Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
    struct session_timer_said nothing = {0};

    (void)state;
    session_timer_answer(&nothing, &POLICY, &timer);
    assert_int_equal(timer.interval_s, 300);
    assert_false(timer.ours);
    assert_true(timer.supported);
    struct session_timer_said other = {
        .expires_s = 600, .refresher = SESSION_REFRESHER_UAS, .supported = true};
    session_timer_answer(&other, &POLICY, &timer);
    assert_int_equal(timer.interval_s, 600);
    assert_true(timer.ours);
}

static void an_answer_to_our_refresh_may_hand_the_refreshing_over(void **state)
{
    struct session_timer timer = {.interval_s = 300, .ours = true};
    struct session_timer_said said = {0};

    (void)state;
    session_timer_take_answer(&said, &timer);
    assert_int_equal(timer.interval_s, 300);
    assert_true(timer.ours);
    said = (struct session_timer_said){.expires_s = 600, .refresher = SESSION_REFRESHER_UAS};
    session_timer_take_answer(&said, &timer);
    assert_int_equal(timer.interval_s, 600);
    assert_false(timer.ours);
    /* shorter than the standard allows: refreshes at a rogue's rate are not sent */
    said = (struct session_timer_said){.expires_s = 1, .refresher = SESSION_REFRESHER_UAC};
    session_timer_take_answer(&said, &timer);
    assert_int_equal(timer.interval_s, 600);
    assert_true(timer.ours);
}

static void a_session_expires_a_third_of_its_interval_early_but_at_most_32_s(void **state)
{
    (void)state;
    assert_int_equal(session_timer_expiry_s(&(struct session_timer){.interval_s = 90}), 60);
    assert_int_equal(session_timer_expiry_s(&(struct session_timer){.interval_s = 96}), 64);
    assert_int_equal(session_timer_expiry_s(&(struct session_timer){.interval_s = 1800}), 1768);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_in_all_their_forms),
        cmocka_unit_test(too_short_is_refused_only_to_a_client_that_knows_422),
        cmocka_unit_test(the_client_chooses_interval_and_refresher),
        cmocka_unit_test(we_refresh_where_the_client_asks_for_nothing_or_cannot),
        cmocka_unit_test(an_interval_that_is_too_short_for_a_client_without_timers_is_not_answered),
        cmocka_unit_test(what_a_later_request_does_not_say_stays_as_it_was),
        cmocka_unit_test(an_answer_to_our_refresh_may_hand_the_refreshing_over),
        cmocka_unit_test(a_session_expires_a_third_of_its_interval_early_but_at_most_32_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
