#include "media/support.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    PATTERN_TYPE = 0,
    PATTERN_MS = 20,
    PATTERN_BYTES = 160,
    PCM_SAMPLES_MAX = 9600,
    MS_PER_S = 1000,
    RTP_HEADER = 12,
    MARKER = 0x80,
};

/* --- speakers ----------------------------------------------------------------------------------
 */

uint8_t media_pattern(uint32_t ssrc, int64_t said_ms, size_t index)
{
    enum { POSITIVE_ZERO = 0xff, NEGATIVE_ZERO = 0x7f, OTHERS = 127 };
    uint64_t state = ((uint64_t)ssrc << 32) ^ (uint64_t)said_ms << 12 ^ index;
    uint64_t random = random_next(&state);
    uint8_t value = (uint8_t)(random % OTHERS);

    /* 0..126 and 128..254: all but the two zeros of u-law */
    static_assert(POSITIVE_ZERO - NEGATIVE_ZERO == OTHERS + 1, "two halves");
    return random & (1U << 31) ? value : (uint8_t)(value | MARKER);
}

struct speaker speaker_of_pattern(size_t leg, uint64_t *random)
{
    struct speaker speaker = {.leg = leg, .sound = (unsigned)leg, .clock_ms = -1};

    speaker.ssrc = (uint32_t)random_next(random);
    speaker_restart(&speaker, random);
    return speaker;
}

struct speaker speaker_of(size_t leg, const struct media_codec *codec)
{
    struct speaker speaker = {
        .leg = leg,
        .sound = (unsigned)leg,
        .ssrc = 0x1000 + (uint32_t)leg,
        .sequence = 100,
        .timestamp = 5000,
        .clock_ms = -1,
    };

    speaker_change(&speaker, codec);
    return speaker;
}

void speaker_deinit(struct speaker *speaker)
{
    if (speaker->codec && speaker->codec->close)
        speaker->codec->close(speaker->state);
    speaker->state = NULL;
}

void speaker_change(struct speaker *speaker, const struct media_codec *codec)
{
    speaker_deinit(speaker);
    speaker->codec = codec;
    speaker->state = codec->open ? codec->open() : NULL;
}

void speaker_restart(struct speaker *speaker, uint64_t *random)
{
    uint64_t value = random_next(random);

    /* farther than any number that would go on with the ones before */
    speaker->sequence = (uint16_t)(speaker->sequence + 8000 + value % 48000);
    speaker->timestamp += UINT32_C(0x20000000) + (uint32_t)(value >> 32) % UINT32_C(0xc0000000);
    speaker->clock_ms = -1;
}

static uint32_t clock_of(const struct speaker *speaker)
{
    return speaker->codec ? speaker->codec->clock_hz : RATE_HZ;
}

/* The timestamp goes on as the time does. */
static void pass(struct speaker *speaker, int64_t at_ms)
{
    if (speaker->clock_ms >= 0)
        speaker->timestamp +=
            (uint32_t)((at_ms - speaker->clock_ms) * clock_of(speaker) / MS_PER_S);
    speaker->clock_ms = at_ms;
}

/* --- building ----------------------------------------------------------------------------------
 */

void script_deinit(struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        free(script->packet[i].data);
    free(script->packet);
    *script = (struct script){0};
}

static void append(struct script *script, const struct script_packet *packet, const uint8_t *data)
{
    if (script->count == script->cap) {
        script->cap = script->cap ? 2 * script->cap : 256;
        script->packet = realloc(script->packet, script->cap * sizeof *script->packet);
        assert_non_null(script->packet);
    }
    struct script_packet *last = &script->packet[script->count];
    *last = *packet;
    last->order = script->count++;
    last->data = malloc(packet->data_bytes);
    assert_non_null(last->data);
    memcpy(last->data, data, packet->data_bytes);
}

static void send_packet(struct script *script, struct speaker *speaker, int64_t at_ms,
                        unsigned length_ms, uint8_t payload_type, const void *payload,
                        size_t payload_bytes)
{
    uint8_t datagram[SCRIPT_DATAGRAM_BYTES];

    assert_true(payload_bytes + RTP_HEADER <= sizeof datagram);
    const struct script_packet packet = {
        .leg = speaker->leg,
        .said_ms = at_ms,
        .length_ms = length_ms,
        .arrival_ns = (at_ms + speaker->path_ms) * NS_PER_MS,
        .ssrc = speaker->ssrc,
        .run = speaker->run,
        .data_bytes = rtp_build(datagram, payload_type, speaker->sequence++, speaker->timestamp,
                                speaker->ssrc, payload, payload_bytes),
    };
    if (speaker->marker)
        datagram[1] |= MARKER;
    speaker->marker = false;
    append(script, &packet, datagram);
}

void script_send(struct script *script, struct speaker *speaker, int64_t at_ms,
                 uint8_t payload_type, const void *payload, size_t payload_bytes, uint32_t ticks)
{
    pass(speaker, at_ms);
    send_packet(script, speaker, at_ms, 0, payload_type, payload, payload_bytes);
    speaker->timestamp += ticks;
    speaker->clock_ms += (int64_t)ticks * MS_PER_S / clock_of(speaker);
}

static void say_pattern(struct script *script, struct speaker *speaker, int64_t at_ms)
{
    uint8_t payload[PATTERN_BYTES];

    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = media_pattern(speaker->ssrc, at_ms, i);
    send_packet(script, speaker, at_ms, PATTERN_MS, PATTERN_TYPE, payload, sizeof payload);
}

static void say_sound(struct script *script, struct speaker *speaker, int64_t at_ms)
{
    enum { AMPLITUDE = 12000 };
    const struct media_codec *codec = speaker->codec;
    int16_t pcm[PCM_SAMPLES_MAX];
    uint8_t payload[SCRIPT_DATAGRAM_BYTES - RTP_HEADER];
    size_t samples = codec->rate_hz * codec->packet_ms / MS_PER_S;

    for (size_t i = 0; i < samples; i++) {
        double ms = (double)at_ms + (double)i * MS_PER_S / codec->rate_hz;
        pcm[i] = speaker->digit ? (int16_t)(INT16_MAX * media_digit(speaker->digit, ms))
                                : (int16_t)(AMPLITUDE * media_sound(speaker->sound, ms));
    }
    size_t payload_bytes = codec->encode(speaker->state, pcm, samples, payload);
    send_packet(script, speaker, at_ms, codec->packet_ms, codec->payload_type, payload,
                payload_bytes);
}

void script_say(struct script *script, struct speaker *speaker, int64_t from_ms, int64_t to_ms)
{
    unsigned step_ms = speaker->codec ? speaker->codec->packet_ms : PATTERN_MS;

    for (int64_t at_ms = from_ms; at_ms + step_ms <= to_ms; at_ms += step_ms) {
        pass(speaker, at_ms);
        (speaker->codec ? say_sound : say_pattern)(script, speaker, at_ms);
    }
}

/* --- the network -------------------------------------------------------------------------------
 */

static bool is_within(const struct script_packet *packet, size_t leg, int64_t from_ms,
                      int64_t to_ms)
{
    return packet->leg == leg && packet->said_ms >= from_ms && packet->said_ms < to_ms;
}

void script_lose(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < script->count; i++)
        if (is_within(&script->packet[i], leg, from_ms, to_ms))
            script->packet[i].lost = true;
}

void script_delay(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms, int64_t by_ms)
{
    for (size_t i = 0; i < script->count; i++)
        if (is_within(&script->packet[i], leg, from_ms, to_ms))
            script->packet[i].arrival_ns += by_ms * NS_PER_MS;
}

void script_duplicate(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms,
                      int64_t by_ms)
{
    size_t count = script->count;

    for (size_t i = 0; i < count; i++) {
        if (!is_within(&script->packet[i], leg, from_ms, to_ms))
            continue;
        struct script_packet copy = script->packet[i];
        copy.copy = true;
        copy.arrival_ns += by_ms * NS_PER_MS;
        append(script, &copy, copy.data);
    }
}

void script_swap(struct script *script, size_t leg, int64_t at_ms)
{
    for (size_t i = 0; i + 1 < script->count; i++) {
        struct script_packet *one = &script->packet[i];
        if (!is_within(one, leg, at_ms, at_ms + 1))
            continue;
        one->arrival_ns = script->packet[i + 1].arrival_ns + NS_PER_MS;
        return;
    }
    fail_msg("nothing was said at %lld ms", (long long)at_ms);
}

void script_hold(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms)
{
    assert_true(script->holds + 2 <= SCRIPT_HOLDS_MAX);
    script->hold[script->holds++] = (struct script_hold){leg, true, false, from_ms};
    script->hold[script->holds++] = (struct script_hold){leg, false, false, to_ms};
}

void script_pause(struct script *script, size_t leg, int64_t from_ms, int64_t to_ms)
{
    assert_true(script->holds + 2 <= SCRIPT_HOLDS_MAX);
    script->hold[script->holds++] = (struct script_hold){leg, true, true, from_ms};
    script->hold[script->holds++] = (struct script_hold){leg, false, true, to_ms};
}

void script_press(struct script *script, struct speaker *speaker, char digit, int64_t from_ms,
                  int64_t to_ms)
{
    enum { EVENT_TYPE = 101, EVENT_MS = 20, ENDS = 3, END_BIT = 0x80, VOLUME = 10 };
    const char *digits = "0123456789*#ABCD";

    for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += EVENT_MS) {
        bool end = at_ms + EVENT_MS >= to_ms;
        pass(speaker, from_ms); /* all with the timestamp of the first */
        uint32_t duration = (uint32_t)((at_ms + EVENT_MS - from_ms) * clock_of(speaker)) / MS_PER_S;
        const uint8_t payload[] = {(uint8_t)(strchr(digits, digit) - digits),
                                   (uint8_t)(VOLUME | (end ? END_BIT : 0)),
                                   (uint8_t)(duration >> 8), (uint8_t)duration};
        for (int i = 0; i < (end ? ENDS : 1); i++) {
            send_packet(script, speaker, at_ms, 0, EVENT_TYPE, payload, sizeof payload);
            script->packet[script->count - 1].arrival_ns += EVENT_MS * NS_PER_MS;
        }
    }
}

void script_report(struct script *script, const struct speaker *speaker, int64_t at_ms,
                   int64_t apart_ms, const char *cname)
{
    enum { FRACTION_BITS = 32 };
    const uint64_t at_our_start_ms = UINT64_C(3900000000000); /* since 1900 */
    uint64_t ntp_ms = at_our_start_ms + (uint64_t)(at_ms + apart_ms);
    int64_t ahead_ms = at_ms - speaker->clock_ms;

    assert_true(script->reports < SCRIPT_REPORTS_MAX);
    script->report[script->reports++] = (struct script_report){
        .leg = speaker->leg,
        .at_ms = at_ms,
        .cname = cname,
        .report =
            {
                .ssrc = speaker->ssrc,
                .ntp = ntp_ms / MS_PER_S << FRACTION_BITS |
                       (ntp_ms % MS_PER_S << FRACTION_BITS) / MS_PER_S,
                .timestamp =
                    speaker->timestamp + (uint32_t)(ahead_ms * clock_of(speaker) / MS_PER_S),
            },
    };
}

void script_drift(struct script *script, size_t leg, double ppm)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->packet[i].leg == leg)
            script->packet[i].arrival_ns -=
                (int64_t)((double)script->packet[i].arrival_ns * ppm * 1e-6);
}

static int compare_arrivals(const void *left, const void *right)
{
    const struct script_packet *one = left;
    const struct script_packet *other = right;

    if (one->arrival_ns != other->arrival_ns)
        return one->arrival_ns < other->arrival_ns ? -1 : 1;
    return (one->order > other->order) - (one->order < other->order);
}

/* Those of one moment stay in their order. */
static void sort_holds(struct script *script)
{
    for (size_t i = 1; i < script->holds; i++) {
        const struct script_hold hold = script->hold[i];
        size_t at = i;
        for (; at > 0 && script->hold[at - 1].at_ms > hold.at_ms; at--)
            script->hold[at] = script->hold[at - 1];
        script->hold[at] = hold;
    }
}

void script_sort(struct script *script)
{
    sort_holds(script);
    if (script->count)
        qsort(script->packet, script->count, sizeof *script->packet, compare_arrivals);
}
