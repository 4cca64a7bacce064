/* Several voices on a leg, several codecs, and what cannot be heard: read as one line, and told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/leg.h"
#include "unit/session/support.h"

enum {
    SAMPLE = LINE_HZ / RATE_HZ, /* of 8 kHz, in positions */
    WIDE_HZ = 16000,
    PCMA = 8,
    WIDE = 96,
    UNKNOWN = 97,
    STEREO = 98,
    NOISE = 13,
    EVENT = 101,
    ONE = 0x1111,
    TWO = 0x2222,
};

static const struct recording_format formats[] = {
    {PCMA, "PCMA", RATE_HZ},
    {WIDE, "L16", WIDE_HZ},
    {UNKNOWN, "AMR-WB", WIDE_HZ},
    {STEREO, "L16*3", RATE_HZ},
    {EVENT, "telephone-event", RATE_HZ},
};

static struct leg *make_leg(void)
{
    struct leg *leg = leg_of("PCMA");

    leg_set_formats(leg, formats, sizeof formats / sizeof formats[0]);
    return leg;
}

/* One packet as it goes over the wire. */
struct sent {
    uint32_t ssrc;
    uint8_t type;
    int sequence;
    uint32_t timestamp;
    int64_t arrival_ms;
    bool marker;
};

static void send_payload(struct leg *leg, const struct sent *sent, const void *payload,
                         size_t payload_bytes)
{
    uint8_t datagram[2000];
    size_t bytes = rtp_build(datagram, sent->type, (uint16_t)sent->sequence, sent->timestamp,
                             sent->ssrc, payload, payload_bytes);

    if (sent->marker)
        datagram[1] |= 0x80;
    leg_receive(leg, datagram, bytes, sent->arrival_ms * NS_PER_MS);
}

static void send_alaw(struct leg *leg, uint32_t ssrc, int index, int64_t start_ms, uint8_t byte)
{
    uint8_t payload[PACKET_SAMPLES];
    const struct sent sent = {
        ssrc, PCMA, index, (uint32_t)index * PACKET_SAMPLES, start_ms + index * 20, false};

    memset(payload, byte, sizeof payload);
    send_payload(leg, &sent, payload, sizeof payload);
}

static int16_t value_of(uint8_t byte)
{
    int16_t value;

    assert_int_equal(audio_codec_find("PCMA", RATE_HZ)->decode(NULL, &byte, 1, &value), STATUS_OK);
    return value;
}

static void assert_run(const int16_t *pcm, size_t from, size_t to, int16_t value)
{
    for (size_t i = from; i < to; i++)
        assert_int_equal(pcm[i], value);
}

static const struct fact *fact_of(const struct leg *leg, enum fact_cause cause, size_t which)
{
    for (size_t i = 0; i < leg_facts(leg)->count; i++)
        if (leg_facts(leg)->list[i].cause == cause && !which--)
            return &leg_facts(leg)->list[i];
    return NULL;
}

static void assert_fact(const struct leg *leg, enum fact_cause cause, size_t which,
                        int64_t start_ms, int64_t end_ms, uint32_t count)
{
    const struct fact *fact = fact_of(leg, cause, which);

    assert_non_null(fact);
    assert_int_equal(fact->start, start_ms * LINE_PER_MS);
    assert_int_equal(fact->end, end_ms * LINE_PER_MS);
    assert_int_equal(fact->count, count);
}

static const struct recording_fact *event_of(const struct leg *leg, const char *cause, size_t which)
{
    const struct notes *events = leg_events(leg);

    for (size_t i = 0; i < events->count; i++)
        if (!strcmp(events->list[i].cause, cause) && !which--)
            return &events->list[i];
    return NULL;
}

/* --- voices ------------------------------------------------------------------------------------
 */

static void two_who_speak_at_once_are_both_heard(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[16000];

    for (int i = 0; i < 50; i++) {
        send_alaw(leg, ONE, i, 0, 0x21);
        if (i >= 25)
            send_alaw(leg, TWO, i - 25, 250 + 20 * 25, 0x35);
    }
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm, 16000);
    leg_finish(leg, SAMPLE * 16000);
    assert_run(pcm, 0, 6000, value_of(0x21));
    assert_run(pcm, 6000, 8000, (int16_t)(value_of(0x21) + value_of(0x35)));
    assert_run(pcm, 8000, 10000, value_of(0x35));
    assert_run(pcm, 10000, 16000, 0);
    assert_int_equal(leg_counts(leg).placed, 75);
    assert_int_equal(leg_counts(leg).displaced + leg_counts(leg).lost, 0);
    assert_string_equal(event_of(leg, "ssrc_change", 0)->detail, "00001111 -> 00002222");
    assert_int_equal(event_of(leg, "ssrc_change", 0)->start_ms, 750);
    /* the one covers what the other does not say */
    assert_int_equal(leg_facts(leg)->count, 1);
    assert_fact(leg, FACT_SILENT, 0, 1250, 2000, 0);
    leg_destroy(leg);
}

static void loss_of_one_voice_is_told_though_the_other_speaks(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[8000];

    for (int i = 0; i < 50; i++) {
        if (i < 10 || i >= 20)
            send_alaw(leg, ONE, i, 0, 0x21);
        send_alaw(leg, TWO, i, 0, 0x35);
    }
    leg_read(leg, RATE_HZ, pcm, 8000);
    leg_finish(leg, SAMPLE * 8000);
    assert_run(pcm, 1600, 3200, value_of(0x35));
    assert_int_equal(leg_facts(leg)->count, 1);
    assert_fact(leg, FACT_LOST, 0, 200, 400, 10);
    assert_int_equal(leg_counts(leg).lost, 10);
    leg_destroy(leg);
}

static void voice_that_went_is_waited_for_a_window_only(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[1600];

    for (int i = 0; i < 10; i++)
        send_alaw(leg, ONE, i, 0, 0x21);
    for (int i = 0; i < 100; i++)
        send_alaw(leg, TWO, i, 200, 0x35);
    leg_read(leg, RATE_HZ, pcm, 1600);
    leg_settle(leg, 1000 * NS_PER_MS);
    assert_int_equal(leg_ready(leg, 0), SAMPLE * 1600);
    leg_settle(leg, 1200 * NS_PER_MS);
    assert_int_equal(leg_ready(leg, 0), SAMPLE * (1600 + 16000));
    leg_destroy(leg);
}

/* --- codecs ------------------------------------------------------------------------------------
 */

enum { WIDE_PACKET = WIDE_HZ / 50 };

/* 6000 Hz at 16 kHz. */
static int16_t tone(int sample)
{
    static const int16_t wave[] = {0, 5657, -8000, 5657, 0, -5657, 8000, -5657};

    return wave[sample % 8];
}

static void send_wide(struct leg *leg, int sequence, int index, int64_t arrival_ms)
{
    uint8_t payload[2 * WIDE_PACKET];
    const struct sent sent = {ONE,        WIDE, sequence, 50000 + (uint32_t)index * WIDE_PACKET,
                              arrival_ms, false};

    for (int i = 0; i < WIDE_PACKET; i++) {
        int16_t value = tone(index * WIDE_PACKET + i);
        payload[2 * i] = (uint8_t)((uint16_t)value >> 8);
        payload[2 * i + 1] = (uint8_t)value;
    }
    send_payload(leg, &sent, payload, sizeof payload);
}

static void codec_of_a_higher_rate_is_heard_whole_and_in_its_place(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[2 * WIDE_HZ];

    for (int i = 0; i < 25; i++)
        send_alaw(leg, ONE, i, 0, 0x21);
    assert_int_equal(leg_rate_hz(leg), RATE_HZ);
    for (int i = 0; i < 25; i++)
        send_wide(leg, 25 + i, i, 500 + i * 20);
    assert_int_equal(leg_rate_hz(leg), WIDE_HZ);
    leg_read(leg, WIDE_HZ, pcm, WIDE_HZ);
    leg_finish(leg, LINE_HZ);
    /* behind the few ms that the lower rate still sounds into it, every sample is what was sent */
    for (int i = 200; i < WIDE_HZ / 2; i++)
        assert_int_equal(pcm[WIDE_HZ / 2 + i], tone(i));
    /* what was of the lower rate is as loud as it was */
    for (int i = WIDE_HZ / 10; i < WIDE_HZ / 2 - 200; i++)
        assert_in_range(abs(pcm[i] - value_of(0x21)), 0, abs(value_of(0x21)) / 50);
    assert_int_equal(leg_facts(leg)->count, 0);
    assert_string_equal(event_of(leg, "codec_change", 0)->detail, "PCMA -> L16");
    assert_int_equal(event_of(leg, "codec_change", 0)->start_ms, 500);
    leg_destroy(leg);
}

static double energy_of(const int16_t *pcm, size_t from, size_t to)
{
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum;
}

static void lower_rate_is_raised_without_a_tail(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[LINE_HZ];

    for (int i = 0; i < 10; i++)
        send_alaw(leg, ONE, i, 100, i % 2 ? 0x21 : 0x35);
    /* in pieces of any length */
    for (size_t at = 0, step = 1; at < LINE_HZ; step = step % 900 + 6) {
        size_t samples = step / 6 * 6 < LINE_HZ - at ? step / 6 * 6 : LINE_HZ - at;
        leg_read(leg, LINE_HZ, pcm + at, samples);
        at += samples;
    }
    assert_run(pcm, 0, 100 * LINE_PER_MS, 0);
    assert_true(energy_of(pcm, 100 * LINE_PER_MS, 310 * LINE_PER_MS) > 0);
    assert_true(energy_of(pcm, 110 * LINE_PER_MS, 120 * LINE_PER_MS) > 0);
    assert_run(pcm, 312 * LINE_PER_MS, LINE_HZ, 0);
    leg_destroy(leg);
}

/* --- what is not heard -------------------------------------------------------------------------
 */

static void what_cannot_be_decoded_has_its_place_and_its_name(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[8000];
    uint8_t payload[50] = {0};

    for (int i = 0; i < 10; i++)
        send_alaw(leg, ONE, i, 0, 0x21);
    for (int i = 10; i < 15; i++)
        send_payload(leg, &(struct sent){ONE, 111, i, (uint32_t)i * 160, i * 20, false}, payload,
                     sizeof payload);
    for (int i = 15; i < 20; i++)
        send_alaw(leg, ONE, i, 0, 0x21);
    for (int i = 20; i < 25; i++)
        send_payload(leg, &(struct sent){ONE, UNKNOWN, i, 90000 + (uint32_t)i * 320, i * 20, false},
                     payload, sizeof payload);
    leg_read(leg, RATE_HZ, pcm, 8000);
    leg_finish(leg, SAMPLE * 8000);
    assert_run(pcm, 0, 1600, value_of(0x21));
    assert_run(pcm, 1600, 2400, 0);
    assert_run(pcm, 2400, 3200, value_of(0x21));
    assert_run(pcm, 3200, 8000, 0);
    assert_fact(leg, FACT_UNDECODABLE, 0, 200, 300, 5);
    assert_fact(leg, FACT_UNDECODABLE, 1, 400, 500, 5);
    assert_string_equal(leg_fact_detail(leg, fact_of(leg, FACT_UNDECODABLE, 0)),
                        "payload type 111 (not described)");
    assert_string_equal(leg_fact_detail(leg, fact_of(leg, FACT_UNDECODABLE, 1)),
                        "97 AMR-WB/16000 (no decoder)");
    assert_fact(leg, FACT_SILENT, 0, 500, 1000, 0);
    assert_int_equal(leg_facts(leg)->count, 3);
    assert_int_equal(leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

static void more_channels_than_are_decoded_are_named_as_an_sdp_has_them(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[640];
    uint8_t payload[640] = {0};

    for (int i = 0; i < 4; i++)
        send_payload(leg, &(struct sent){ONE, STEREO, i, (uint32_t)i * 160, i * 20, false}, payload,
                     sizeof payload);
    leg_read(leg, RATE_HZ, pcm, 640);
    leg_finish(leg, SAMPLE * 640);
    assert_fact(leg, FACT_UNDECODABLE, 0, 0, 80, 4);
    assert_string_equal(leg_fact_detail(leg, fact_of(leg, FACT_UNDECODABLE, 0)),
                        "98 L16/8000/3 (no decoder)");
    leg_destroy(leg);
}

static void sound_of_another_rate_or_more_channels_is_a_change_that_is_told(void **state)
{
    (void)state;
    const struct recording_format both[] = {{WIDE, "L16", RATE_HZ}, {STEREO, "L16*2", WIDE_HZ}};
    struct leg *leg = make_leg();
    int16_t pcm[640];
    uint8_t payload[1280] = {0};

    leg_set_formats(leg, both, 2);
    send_payload(leg, &(struct sent){ONE, WIDE, 0, 0, 0, false}, payload, 320);
    send_payload(leg, &(struct sent){ONE, STEREO, 1, 320, 20, false}, payload, 1280);
    leg_read(leg, WIDE_HZ, pcm, 640);
    assert_string_equal(event_of(leg, "codec_change", 0)->detail, "L16/8000/1 -> L16/16000/2");
    leg_destroy(leg);
}

static void payload_that_does_not_decode_is_told(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t pcm[640];

    send_alaw(leg, ONE, 0, 0, 0x21);
    send_payload(leg, &(struct sent){ONE, WIDE, 1, 700, 20, false}, "odd", 3);
    leg_read(leg, RATE_HZ, pcm, 640);
    leg_finish(leg, SAMPLE * 640);
    assert_fact(leg, FACT_UNDECODABLE, 0, 20, 40, 1);
    assert_string_equal(leg_fact_detail(leg, fact_of(leg, FACT_UNDECODABLE, 0)),
                        "96 L16/16000 (does not decode)");
    leg_destroy(leg);
}

static void comfort_noise_is_silence_and_empty_packets_are_nothing(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[8000];

    send_alaw(leg, ONE, 0, 0, 0x21);
    send_payload(leg, &(struct sent){ONE, NOISE, 1, 160, 20, false}, "\x20", 1);
    send_payload(leg, &(struct sent){ONE, PCMA, 2, 1600, 200, false}, "", 0);
    send_payload(leg, &(struct sent){ONE, NOISE, 3, 3200, 400, false}, "\x20", 1);
    const uint8_t speech[PACKET_SAMPLES] = {0x21};
    send_payload(leg, &(struct sent){ONE, PCMA, 4, 4000, 500, true}, speech, sizeof speech);
    leg_read(leg, RATE_HZ, pcm, 8000);
    leg_finish(leg, SAMPLE * 8000);
    assert_fact(leg, FACT_SILENT, 0, 20, 500, 0);
    assert_int_equal(leg_facts(leg)->count, 2);
    assert_int_equal(leg_counts(leg).ignored, 3);
    assert_int_equal(leg_counts(leg).lost, 0);
    assert_run(pcm, 160, 4000, 0);
    leg_destroy(leg);
}

static void send_event(struct leg *leg, int sequence, uint32_t timestamp, int64_t arrival_ms,
                       const uint8_t *payload)
{
    send_payload(leg, &(struct sent){ONE, EVENT, sequence, timestamp, arrival_ms, false}, payload,
                 4);
}

static void digits_are_told_from_when_to_when_they_were_pressed(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[8000];
    int sequence = 5;

    for (int i = 0; i < 5; i++)
        send_alaw(leg, ONE, i, 0, 0x21);
    /* 5 from 100 to 200 ms, with its end said three times; then # at 300, whose end is lost */
    for (int ms = 20; ms <= 100; ms += 20)
        send_event(leg, sequence++, 800, 80 + ms, (const uint8_t[]){5, 10, 0, (uint8_t)(ms * 2)});
    for (int i = 0; i < 3; i++)
        send_event(leg, sequence++, 800, 200, (const uint8_t[]){5, 0x8a, 800 >> 8, 800 & 0xff});
    for (int i = 0; i < 2; i++)
        send_event(leg, sequence++, 2400, 340, (const uint8_t[]){11, 10, 320 >> 8, 320 & 0xff});
    /* the same once more is another */
    send_event(leg, sequence++, 4000, 520, (const uint8_t[]){11, 0x8a, 0, 160});
    leg_read(leg, RATE_HZ, pcm, 8000);
    leg_finish(leg, SAMPLE * 8000);
    assert_string_equal(event_of(leg, "dtmf", 0)->detail, "5");
    assert_int_equal(event_of(leg, "dtmf", 0)->start_ms, 100);
    assert_int_equal(event_of(leg, "dtmf", 0)->end_ms, 200);
    assert_string_equal(event_of(leg, "dtmf", 1)->detail, "#");
    assert_int_equal(event_of(leg, "dtmf", 1)->start_ms, 300);
    assert_int_equal(event_of(leg, "dtmf", 1)->end_ms, 340);
    assert_int_equal(event_of(leg, "dtmf", 2)->start_ms, 500);
    assert_int_equal(event_of(leg, "dtmf", 2)->end_ms, 520);
    assert_null(event_of(leg, "dtmf", 3));
    assert_fact(leg, FACT_SILENT, 0, 100, 1000, 0);
    assert_int_equal(leg_facts(leg)->count, 1);
    assert_int_equal(leg_counts(leg).lost, 0);
    leg_destroy(leg);
}

/* RFC 4733 section 2.5.1.3: longer than 16 bits can say. */
static void long_press_is_one_digit(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[160];

    send_alaw(leg, ONE, 0, 0, 0x21);
    send_event(leg, 1, 160, 8211, (const uint8_t[]){9, 10, 0xff, 0xff});
    send_event(leg, 2, 160 + 65535, 9211, (const uint8_t[]){9, 10, 8000 >> 8, 8000 & 0xff});
    send_event(leg, 3, 160 + 65535, 9211, (const uint8_t[]){9, 0x8a, 8000 >> 8, 8000 & 0xff});
    leg_read(leg, RATE_HZ, pcm, 160);
    leg_finish(leg, LINE_HZ);
    assert_null(event_of(leg, "dtmf", 1));
    assert_string_equal(event_of(leg, "dtmf", 0)->detail, "9");
    assert_in_range(event_of(leg, "dtmf", 0)->end_ms - event_of(leg, "dtmf", 0)->start_ms, 9190,
                    9193);
    leg_destroy(leg);
}

/* --- loss --------------------------------------------------------------------------------------
 */

static void short_loss_is_concealed_and_moves_nothing(void **state)
{
    (void)state;
    for (int lost = 1; lost <= 4; lost++) {
        struct leg *leg = make_leg();
        static int16_t pcm[8000];

        for (int i = 0; i < 20; i++)
            if (i < 10 || i >= 10 + lost)
                send_alaw(leg, ONE, i, 0, 0x21);
        leg_read(leg, RATE_HZ, pcm, 8000);
        leg_finish(leg, SAMPLE * 8000);
        size_t end = 1600 + (size_t)lost * 160;
        assert_run(pcm, 0, 1600, value_of(0x21));
        assert_run(pcm, end + 80, 3200, value_of(0x21));
        assert_run(pcm, 3200, 8000, 0);
        if (lost <= 3) {
            assert_true(energy_of(pcm, 1600, end) > 1e6);
            assert_fact(leg, FACT_CONCEALED, 0, 200, 200 + lost * 20, (uint32_t)lost);
        } else {
            assert_run(pcm, 1600, end, 0);
            assert_fact(leg, FACT_LOST, 0, 200, 200 + lost * 20, (uint32_t)lost);
        }
        assert_int_equal(leg_facts(leg)->count, 2);
        leg_destroy(leg);
    }
}

static void packet_that_still_comes_is_heard_instead_of_what_was_invented(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[4000];

    for (int i = 0; i < 20; i++)
        if (i < 10 || i > 11)
            send_alaw(leg, ONE, i, 0, 0x21);
    leg_read(leg, RATE_HZ, pcm, 1680); /* half of the first that is missing */
    send_alaw(leg, ONE, 11, 400, 0x35);
    leg_read(leg, RATE_HZ, pcm + 1680, 4000 - 1680);
    leg_finish(leg, SAMPLE * 4000);
    assert_run(pcm, 1760 + 80, 1920, value_of(0x35));
    assert_run(pcm, 1920, 3200, value_of(0x21));
    assert_fact(leg, FACT_CONCEALED, 0, 200, 220, 1);
    assert_int_equal(leg_counts(leg).lost, 1);
    assert_int_equal(leg_counts(leg).late, 0);
    leg_destroy(leg);
}

/* --- clocks ------------------------------------------------------------------------------------
 */

/* Send on and on, quietly for the last second of each ten; the path changes by so much at 20 s. */
static void talk_on(struct leg *leg, int changed_ms, bool pauses, int16_t *pcm)
{
    int64_t read = 0;

    for (int i = 0; i < 3000; i++) {
        int64_t now_ms = 200 + i * 20 + (i < 1000 ? 0 : changed_ms);
        uint8_t payload[PACKET_SAMPLES];
        memset(payload, pauses && i % 500 >= 450 ? 0xd5 : 0x21, sizeof payload);
        send_payload(leg, &(struct sent){ONE, PCMA, i, (uint32_t)i * 160, now_ms, false}, payload,
                     sizeof payload);
        leg_settle(leg, now_ms * NS_PER_MS);
        int64_t ready = leg_ready(leg, (now_ms - RECORDING_REORDER_MS) * NS_PER_MS) / SAMPLE;
        if (ready > read)
            leg_read(leg, RATE_HZ, pcm + read, (size_t)(ready - read));
        read = ready > read ? ready : read;
    }
    leg_finish(leg, read * SAMPLE);
}

static size_t count_of(const int16_t *pcm, size_t samples, int16_t value)
{
    size_t count = 0;

    for (size_t i = 0; i < samples; i++)
        count += pcm[i] == value;
    return count;
}

static void line_is_moved_where_nobody_speaks(void **state)
{
    (void)state;
    for (int changed_ms = -30; changed_ms <= 30; changed_ms += 60) {
        struct leg *leg = make_leg();
        int16_t *pcm = calloc(64000 * 8, sizeof *pcm);

        assert_non_null(pcm);
        talk_on(leg, changed_ms, true, pcm);
        /* all that was said is there, no more and no less */
        assert_int_equal(count_of(pcm, 64000 * 8, value_of(0x21)), 2700 * 160);
        assert_int_equal(leg_audio_end(leg), (200 + 60000 + changed_ms) * LINE_PER_MS);
        assert_null(event_of(leg, "clock_corrected", 0));
        assert_null(fact_of(leg, FACT_LOST, 0));
        free(pcm);
        leg_destroy(leg);
    }
}

static void line_that_is_far_off_is_moved_though_somebody_speaks(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t *pcm = calloc(64000 * 8, sizeof *pcm);

    assert_non_null(pcm);
    talk_on(leg, 150, false, pcm);
    assert_int_equal(count_of(pcm, 64000 * 8, value_of(0x21)), 3000 * 160);
    assert_int_equal(leg_audio_end(leg), (200 + 60000 + 150) * LINE_PER_MS);
    const struct recording_fact *told = event_of(leg, "clock_corrected", 0);
    assert_non_null(told);
    assert_string_equal(told->detail, "+150 ms");
    assert_in_range(told->start_ms, 20000, 27000);
    assert_null(event_of(leg, "clock_corrected", 1));
    free(pcm);
    leg_destroy(leg);
}

/* Something must be cut off then: but only where no pause came for long. */
static void line_that_is_too_late_for_long_is_cut_by_force(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    int16_t *pcm = calloc(64000 * 8, sizeof *pcm);

    assert_non_null(pcm);
    talk_on(leg, -150, false, pcm);
    assert_int_equal(count_of(pcm, 64000 * 8, value_of(0x21)), 3000 * 160 - 150 * 8);
    assert_int_equal(leg_audio_end(leg), (200 + 60000 - 150) * LINE_PER_MS);
    const struct recording_fact *told = event_of(leg, "clock_corrected", 0);
    assert_non_null(told);
    assert_string_equal(told->detail, "-150 ms");
    assert_in_range(told->start_ms, 24000, 27000);
    assert_null(event_of(leg, "clock_corrected", 1));
    free(pcm);
    leg_destroy(leg);
}

/* One who never stops: up to 40 ms off nothing is moved, past that it is, and told. */
static void forty_milliseconds_off_are_left_and_more_is_moved_while_somebody_speaks(void **state)
{
    (void)state;
    static const int changed_ms[] = {-43, -41, -40, -38, 38, 40, 41, 43};

    for (size_t i = 0; i < sizeof changed_ms / sizeof changed_ms[0]; i++) {
        int off_ms = changed_ms[i];
        bool moved = abs(off_ms) > 40;
        char detail[16];
        struct leg *leg = make_leg();
        int16_t *pcm = calloc(64000 * 8, sizeof *pcm);

        assert_non_null(pcm);
        talk_on(leg, off_ms, false, pcm);
        assert_int_equal(leg_audio_end(leg), (200 + 60000 + (moved ? off_ms : 0)) * LINE_PER_MS);
        int cut_ms = moved && off_ms < 0 ? -off_ms : 0; /* nothing else is left out */
        assert_int_equal(count_of(pcm, 64000 * 8, value_of(0x21)), 3000 * 160 - cut_ms * 8);
        const struct recording_fact *told = event_of(leg, "clock_corrected", 0);
        assert_int_equal(told != NULL, moved);
        (void)snprintf(detail, sizeof detail, "%+d ms", off_ms);
        if (told)
            assert_string_equal(told->detail, detail);
        assert_null(event_of(leg, "clock_corrected", 1));
        free(pcm);
        leg_destroy(leg);
    }
}

/* Later by less than the window: nothing of it is late, but all of it would lie in the pause. */
static void clock_that_stood_still_in_a_short_pause_is_anchored_again(void **state)
{
    (void)state;
    struct leg *leg = make_leg();
    static int16_t pcm[80000];

    for (int i = 0; i < 100; i++) {
        int64_t now_ms = i * 20 + (i < 50 ? 0 : 600);
        send_payload(leg, &(struct sent){ONE, PCMA, i, (uint32_t)i * 160, now_ms, false},
                     (const uint8_t[PACKET_SAMPLES]){0x21}, PACKET_SAMPLES);
        leg_settle(leg, now_ms * NS_PER_MS);
    }
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm, 80000);
    leg_finish(leg, SAMPLE * 80000);
    assert_int_equal(leg_audio_end(leg), 2600 * LINE_PER_MS);
    assert_fact(leg, FACT_SILENT, 0, 1000, 1600, 0);
    assert_int_equal(leg_counts(leg).placed, 100);
    leg_destroy(leg);
}

/* --- any of it ---------------------------------------------------------------------------------
 */

enum { RUN_PACKETS = 250, RUN_SAMPLES = (RUN_PACKETS * 20 + 1500) * 8 };

enum fate { HEARD, MISSING, UNDECODED, NOISED };

static void send_any(struct leg *leg, size_t index, enum fate fate, int64_t now_ms)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t type = fate == HEARD ? PCMA : fate == NOISED ? NOISE : 111;
    const struct sent sent = {ONE,    type, (int)index + 65400, (uint32_t)index * 160 - 9000,
                              now_ms, false};

    memset(payload, 0x20 + (int)index % 16, sizeof payload);
    send_payload(leg, &sent, payload, sizeof payload);
}

/* A network that loses, delays and doubles, a sender that does not always send sound. */
static void play_any(struct leg *leg, uint64_t seed, enum fate *fates, int16_t *pcm)
{
    uint64_t random = seed;
    struct planned plan[2 * RUN_PACKETS];
    size_t count = 0;
    uint32_t loss = random_below(&random, 40);
    int64_t read = 0;

    for (size_t i = 0; i < RUN_PACKETS; i++) {
        uint32_t kind = i ? random_below(&random, 100) : 99;
        uint32_t delay_ms = i && random_below(&random, 5) == 0 ? random_below(&random, 700) : 0;
        fates[i] = kind < 5 ? UNDECODED : kind < 10 ? NOISED : HEARD;
        if (i && random_below(&random, 100) < loss)
            fates[i] = MISSING;
        for (size_t copies = 1 + (random_below(&random, 10) == 0); copies; copies--)
            if (fates[i] != MISSING)
                plan[count++] = (struct planned){(int64_t)i * 20 + delay_ms, 0, i};
    }
    for (int64_t now_ms = 0; now_ms * 8 < RUN_SAMPLES; now_ms++) {
        for (size_t k = 0; k < count; k++)
            if (plan[k].arrival_ns == now_ms)
                send_any(leg, plan[k].index, fates[plan[k].index], now_ms);
        if (now_ms % MEDIA_SWEEP_MS)
            continue;
        leg_settle(leg, now_ms * NS_PER_MS);
        int64_t ready = leg_ready(leg, (now_ms - RECORDING_REORDER_MS) * NS_PER_MS) / SAMPLE;
        if (ready > read)
            leg_read(leg, RATE_HZ, pcm + read, (size_t)(ready - read));
        read = ready > read ? ready : read;
    }
    leg_settle(leg, INT64_MAX);
    leg_read(leg, RATE_HZ, pcm + read, (size_t)(RUN_SAMPLES - read));
    leg_finish(leg, SAMPLE * RUN_SAMPLES);
}

/*
 * Hundreds of seeded runs: what came is heard once, where it belongs, and every sample that is not
 * heard is in exactly one fact.
 */
static void whatever_happens_each_sample_is_heard_or_explained_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct leg *leg = make_leg();
        int16_t *pcm = calloc(RUN_SAMPLES, sizeof *pcm);
        uint8_t *told = calloc(RUN_SAMPLES, sizeof *told);
        enum fate fates[RUN_PACKETS];

        assert_non_null(pcm);
        assert_non_null(told);
        play_any(leg, seed, fates, pcm);
        for (size_t i = 0; i < leg_facts(leg)->count; i++) {
            const struct fact *fact = &leg_facts(leg)->list[i];
            for (int64_t k = fact->start / SAMPLE; k < fact->end / SAMPLE; k++) {
                assert_int_equal(told[k], 0);
                told[k] = fact->cause == FACT_CONCEALED ? 2 : 1;
            }
        }
        for (size_t k = 0; k < RUN_SAMPLES; k++) {
            size_t i = k / PACKET_SAMPLES;
            enum fate fate = i < RUN_PACKETS ? fates[i] : MISSING;
            bool faded = k % PACKET_SAMPLES < PACKET_SAMPLES / 2 && k >= PACKET_SAMPLES &&
                         told[i * PACKET_SAMPLES - 1] == 2;
            assert_int_equal(told[k] == 0, fate == HEARD);
            if (fate == HEARD && !faded)
                assert_int_equal(pcm[k], value_of((uint8_t)(0x20 + i % 16)));
            else if (told[k] == 1)
                assert_int_equal(pcm[k], 0);
        }
        assert_int_equal(leg_counts(leg).late + leg_counts(leg).displaced, 0);
        free(told);
        free(pcm);
        leg_destroy(leg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_who_speak_at_once_are_both_heard),
        cmocka_unit_test(loss_of_one_voice_is_told_though_the_other_speaks),
        cmocka_unit_test(voice_that_went_is_waited_for_a_window_only),
        cmocka_unit_test(codec_of_a_higher_rate_is_heard_whole_and_in_its_place),
        cmocka_unit_test(lower_rate_is_raised_without_a_tail),
        cmocka_unit_test(what_cannot_be_decoded_has_its_place_and_its_name),
        cmocka_unit_test(more_channels_than_are_decoded_are_named_as_an_sdp_has_them),
        cmocka_unit_test(sound_of_another_rate_or_more_channels_is_a_change_that_is_told),
        cmocka_unit_test(payload_that_does_not_decode_is_told),
        cmocka_unit_test(comfort_noise_is_silence_and_empty_packets_are_nothing),
        cmocka_unit_test(digits_are_told_from_when_to_when_they_were_pressed),
        cmocka_unit_test(long_press_is_one_digit),
        cmocka_unit_test(short_loss_is_concealed_and_moves_nothing),
        cmocka_unit_test(packet_that_still_comes_is_heard_instead_of_what_was_invented),
        cmocka_unit_test(line_is_moved_where_nobody_speaks),
        cmocka_unit_test(line_that_is_far_off_is_moved_though_somebody_speaks),
        cmocka_unit_test(line_that_is_too_late_for_long_is_cut_by_force),
        cmocka_unit_test(forty_milliseconds_off_are_left_and_more_is_moved_while_somebody_speaks),
        cmocka_unit_test(whatever_happens_each_sample_is_heard_or_explained_once),
        cmocka_unit_test(clock_that_stood_still_in_a_short_pause_is_anchored_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
