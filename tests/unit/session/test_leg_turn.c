/* One leg whose audio comes from another address, and may come back: moves, music on hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/leg.h"
#include "unit/session/support.h"

enum { SPEAKER = 0x1111, MUSIC = 0x2222, SPEECH_BYTE = 0x2a, MUSIC_BYTE = 0x15, TALK = 25 };

static struct leg *make_leg(void)
{
    struct leg *leg = NULL;

    assert_int_equal(leg_create(audio_codec_find("PCMA", RATE_HZ), 8, &leg), STATUS_OK);
    return leg;
}

/* Packet number `index` of a source, whose clock goes on with its numbers. */
static void send_packet(struct leg *leg, uint32_t ssrc, int index, int64_t arrival_ms)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    memset(payload, ssrc == MUSIC ? MUSIC_BYTE : SPEECH_BYTE, sizeof payload);
    size_t bytes = rtp_build(datagram, 8, (uint16_t)(1 + index), (uint32_t)(index * PACKET_SAMPLES),
                             ssrc, payload, sizeof payload);
    leg_receive(leg, datagram, bytes, arrival_ms * NS_PER_MS);
}

/* Half a second in real time. */
static void talk(struct leg *leg, uint32_t ssrc, int first, int64_t from_ms)
{
    for (int i = 0; i < TALK; i++)
        send_packet(leg, ssrc, first + i, from_ms + i * 20);
}

/* Where the line is not that byte's sound; -1: nowhere. */
static int64_t first_other(const int16_t *pcm, size_t from, size_t end, uint8_t byte)
{
    int16_t value;

    audio_codec_find("PCMA", RATE_HZ)->decode(&byte, 1, &value);
    for (size_t i = from; i < end; i++) {
        if (pcm[i] != value)
            return (int64_t)i;
    }
    return -1;
}

static void clock_that_stood_still_while_another_was_heard_loses_nothing(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[12000];

    talk(leg, SPEAKER, 0, 0);
    leg_turn(leg);
    talk(leg, MUSIC, 0, 500);
    leg_turn(leg);
    talk(leg, SPEAKER, TALK, 1000); /* its next number and timestamp, half a second later */
    leg_read(leg, pcm, 12000);
    leg_finish(leg, 12000);
    assert_int_equal(first_other(pcm, 0, 4000, SPEECH_BYTE), -1);
    assert_int_equal(first_other(pcm, 4000, 8000, MUSIC_BYTE), -1);
    assert_int_equal(first_other(pcm, 8000, 12000, SPEECH_BYTE), -1);
    assert_int_equal(leg_counts(leg).placed, 3 * TALK);
    assert_int_equal(leg_facts(leg)->count, 0);
    leg_destroy(leg);
}

static void clock_that_ran_on_keeps_its_time(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[12000];

    talk(leg, SPEAKER, 0, 0);
    leg_turn(leg);
    talk(leg, SPEAKER, TALK, 500 + LEG_RETURN_LAG_MS - 20); /* the new path is longer */
    for (int i = 2 * TALK; i < 3 * TALK; i++)
        send_packet(leg, SPEAKER, i, 1180 + (i - 2 * TALK) * 20);
    leg_read(leg, pcm, 12000);
    leg_finish(leg, 12000);
    assert_int_equal(first_other(pcm, 0, 12000, SPEECH_BYTE), -1);
    assert_int_equal(leg_facts(leg)->count, 0);
    leg_destroy(leg);
}

/* Then a delay is only a delay. */
static void source_that_goes_on_is_not_taken_for_one_that_comes_back(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[4000 + 4000];

    talk(leg, SPEAKER, 0, 0);
    leg_turn(leg);
    send_packet(leg, SPEAKER, TALK, 500); /* was on its way */
    for (int i = 1; i < TALK; i++)
        send_packet(leg, SPEAKER, TALK + i, 500 + i * 20 + 2 * LEG_RETURN_LAG_MS);
    leg_read(leg, pcm, 8000);
    leg_finish(leg, 8000);
    assert_int_equal(first_other(pcm, 0, 8000, SPEECH_BYTE), -1);
    assert_int_equal(leg_facts(leg)->count, 0);
    leg_destroy(leg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_that_stood_still_while_another_was_heard_loses_nothing),
        cmocka_unit_test(clock_that_ran_on_keeps_its_time),
        cmocka_unit_test(source_that_goes_on_is_not_taken_for_one_that_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
