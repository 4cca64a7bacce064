/* call_pause: which descriptions pause a recording, and which only tell of a hold. */
#include "unit/ingest/streams_help.h"

#include "ingest/call_pause.h"

#define SIDE(port, label, direction)                                                               \
    "m=audio " port " RTP/AVP 8\r\na=" direction "\r\na=label:" label "\r\n"
#define OPEN "<recording xmlns='urn:ietf:params:xml:ns:recording:1'><datamode>partial</datamode>"
#define HELD                                                                                       \
    OPEN "<participantstreamassoc participant_id='p1'><recv>B</recv></participantstreamassoc>"     \
         "<participantstreamassoc participant_id='p2'><recv>A</recv></participantstreamassoc>"     \
         "</recording>"

/* How many of its streams are held, and how many of those are paused. */
struct outcome {
    size_t held;
    size_t paused;
};

static struct outcome take(const char *description, bool siprec, const char *metadata)
{
    struct sdp_description sdp;
    struct call_streams streams;
    struct outcome outcome = {0, 0};
    struct siprec_metadata *document = metadata ? read_metadata(metadata) : NULL;

    assert_int_equal(sdp_read(description, strlen(description), &sdp), STATUS_OK);
    assert_int_equal(call_streams_choose(&sdp, NULL, &plain, &streams), STATUS_OK);
    call_pause_mark(&streams, &sdp, siprec, document);
    for (size_t i = 0; i < streams.count; i++) {
        outcome.held += streams.stream[i].held;
        outcome.paused += streams.stream[i].hold_is_pause;
        assert_true(streams.stream[i].held || !streams.stream[i].hold_is_pause);
    }
    siprec_metadata_destroy(document);
    sdp_description_deinit(&sdp);
    return outcome;
}

static void expect(struct outcome outcome, size_t held, size_t paused)
{
    assert_int_equal(outcome.held, held);
    assert_int_equal(outcome.paused, paused);
}

static void all_lines_inactive_pause_a_recording_session(void **state)
{
    (void)state;
    expect(take(HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "inactive"), true, NULL), 2,
           2);
    expect(take(HEAD SIDE("4000", "1", "inactive"), true, NULL), 1, 1);
    /* said once, for all lines */
    expect(
        take(HEAD "a=inactive\r\nm=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/AVP 8\r\n", true, NULL),
        2, 2);
}

static void lines_that_are_withdrawn_and_those_of_pictures_do_not_count(void **state)
{
    (void)state;
    expect(take(HEAD SIDE("4000", "1", "inactive") SIDE("0", "2", "sendonly"), true, NULL), 1, 1);
    expect(take(HEAD SIDE("4000", "1", "inactive") "m=video 4004 RTP/AVP 96\r\n"
                                                   "a=rtpmap:96 H264/90000\r\na=sendonly\r\n",
                true, NULL),
           1, 1);
}

static void some_lines_other_directions_and_an_address_of_zeros_are_a_hold(void **state)
{
    (void)state;
    expect(take(HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "sendonly"), true, NULL), 1,
           0);
    expect(take(HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "recvonly"), true, NULL), 2,
           0);
    expect(take("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n" SIDE(
                    "4000", "1", "inactive"),
                true, NULL),
           1, 0);
    expect(take("v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 ::\r\nt=0 0\r\n" SIDE(
                    "4000", "1", "inactive"),
                true, NULL),
           1, 0);
}

static void plain_calls_are_held(void **state)
{
    (void)state;
    expect(take(HEAD SIDE("4000", "1", "inactive"), false, NULL), 1, 0);
}

static void metadata_that_tells_of_a_hold_makes_it_one(void **state)
{
    static const char inactive[] = HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "inactive");

    (void)state;
    expect(take(inactive, true, HELD), 2, 0);
    expect(take(inactive, true, two_parties), 2, 2);
    /* who sends is said of one, or of nobody at all: then nothing is told of a hold */
    expect(take(inactive, true,
                OPEN "<participantstreamassoc participant_id='p1'><recv>B</recv>"
                     "</participantstreamassoc>"
                     "<participantstreamassoc participant_id='p2'><send>B</send>"
                     "</participantstreamassoc></recording>"),
           2, 2);
    expect(take(inactive, true,
                OPEN "<participant participant_id='p1'/><stream stream_id='A'/></recording>"),
           2, 2);
}

/* It was paused; then one side is put on hold, then one is taken away. */
static void next_description_decides_anew(void **state)
{
    static const char *const texts[] = {
        HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "inactive"),
        HEAD SIDE("4000", "1", "inactive") SIDE("4002", "2", "sendonly"),
        HEAD SIDE("4000", "1", "inactive") SIDE("0", "2", "inactive"),
        HEAD SIDE("4000", "1", "sendonly") SIDE("4002", "2", "sendonly")};
    static const bool paused[][2] = {{true, true}, {false, false}, {true, false}, {false, false}};
    struct call_streams streams;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sdp_description sdp;
        assert_int_equal(sdp_read(texts[i], strlen(texts[i]), &sdp), STATUS_OK);
        if (i == 0)
            assert_int_equal(call_streams_choose(&sdp, NULL, &plain, &streams), STATUS_OK);
        else
            assert_int_equal(call_streams_update(&streams, &sdp, NULL, &plain), STATUS_OK);
        call_pause_mark(&streams, &sdp, true, NULL);
        for (size_t stream = 0; stream < 2; stream++)
            assert_int_equal(streams.stream[stream].hold_is_pause, paused[i][stream]);
        sdp_description_deinit(&sdp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lines_inactive_pause_a_recording_session),
        cmocka_unit_test(lines_that_are_withdrawn_and_those_of_pictures_do_not_count),
        cmocka_unit_test(some_lines_other_directions_and_an_address_of_zeros_are_a_hold),
        cmocka_unit_test(plain_calls_are_held),
        cmocka_unit_test(metadata_that_tells_of_a_hold_makes_it_one),
        cmocka_unit_test(next_description_decides_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
