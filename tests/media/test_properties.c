/*
 * Thousands of seeded calls over networks that lose, double, delay and reorder, of senders that
 * pause, begin anew and are put on hold: what is delivered is heard once and in its place, and
 * facts cover every other millisecond and nothing else.
 *
 * MEDIA_SEED plays one seed alone, MEDIA_RUNS so many instead of RUNS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/g711.h"
#include "audio/line.h"
#include "media/support.h"
#include "rtp/sequence.h"

enum {
    STANDS_MS = 400, /* a pause in which a timestamp may stand still */
    RUNS = 3000,
    CALL_MS = 6000,
    STEP_MS = 20,
    CERTAIN_PACKETS = 5, /* of a run, or behind a pause: neither lost nor delayed */
    DELAY_MS_MAX = RECORDING_REORDER_MS - MEDIA_SWEEP_MS - 2 * STEP_MS,
    APART_MS_MAX = 40, /* that a sample may be off its place */
    FADE_SAMPLES = 20, /* behind what was invented, RATE_HZ */
    SAMPLE = LINE_HZ / RATE_HZ,
    QUIET_END_MS = 2500, /* behind the last packet: all that was delayed has come */
};

/* What a call is like. */
struct weather {
    uint32_t loss_percent;
    uint32_t burst_max;
    uint32_t double_percent;
    uint32_t double_ms_max;
    uint32_t delay_percent;
    uint32_t delay_ms_max;
    uint32_t jitter_ms;
    bool holds;
    uint32_t change_percent; /* of acts: restarts and new sources */
};

/* One call, and what it must become. */
struct call {
    uint64_t seed;
    uint64_t random;
    struct weather weather;
    struct script script;
    struct speaker speaker;
    size_t certain; /* packets left that the network does no harm */
    uint32_t least; /* packets that are said next */
    unsigned runs;
    int64_t changed_ms; /* when the sender last began anew */
    struct played_leg played;
    uint8_t *heard; /* [samples]: how many packets are heard there */
    uint8_t *told;  /* [samples]: by how many facts */
    uint8_t *invented;
};

static struct weather weather_of(uint64_t *random)
{
    struct weather weather = {
        .loss_percent = random_below(random, 3) ? random_below(random, 15) : 0,
        .burst_max = 1 + random_below(random, 8),
        .double_percent = random_below(random, 10),
        .double_ms_max = 900,
        .delay_percent = random_below(random, 3) ? random_below(random, 30) : 0,
        .delay_ms_max = 1 + random_below(random, DELAY_MS_MAX),
        /* less than what a voice is moved for: it would be added to one that follows it */
        .jitter_ms = 1 + random_below(random, 9),
        .holds = !random_below(random, 4),
        .change_percent = random_below(random, 60),
    };

    if (weather.holds) { /* what is delayed into a hold, or out of one, is another matter */
        weather.delay_percent = 0;
        weather.double_ms_max = 1;
        weather.jitter_ms = 1;
    }
    return weather;
}

/* --- building a call ---------------------------------------------------------------------------
 */

static void impair(struct call *call, int64_t at_ms)
{
    struct weather *weather = &call->weather;
    uint64_t *random = &call->random;
    size_t leg = call->speaker.leg;

    if (call->certain) {
        call->certain--;
        return;
    }
    int64_t by_ms = random_below(random, weather->jitter_ms);
    if (random_below(random, 100) < weather->delay_percent)
        by_ms += random_below(random, weather->delay_ms_max);
    script_delay(&call->script, leg, at_ms, at_ms + 1, by_ms);
    if (random_below(random, 100) < weather->double_percent)
        script_duplicate(&call->script, leg, at_ms, at_ms + 1,
                         random_below(random, weather->double_ms_max));
}

/* Packets of which some are lost, in bursts. */
static int64_t say(struct call *call, int64_t from_ms, uint32_t packets)
{
    uint32_t losing = 0;
    int64_t at_ms = from_ms;

    for (uint32_t i = 0; i < packets; i++, at_ms += STEP_MS) {
        bool certain = call->certain > 0;
        script_say(&call->script, &call->speaker, at_ms, at_ms + STEP_MS);
        impair(call, at_ms);
        if (!losing && random_below(&call->random, 100) < call->weather.loss_percent)
            losing = 1 + random_below(&call->random, call->weather.burst_max);
        if (!losing)
            continue;
        losing--;
        if (!certain)
            script_lose(&call->script, call->speaker.leg, at_ms, at_ms + 1);
    }
    return at_ms;
}

/* A number that goes on with none that the sender used before. */
static void restart(struct call *call)
{
    bool near = true;

    while (near) {
        near = false;
        speaker_restart(&call->speaker, &call->random);
        for (size_t i = 0; i < call->script.count; i++) {
            const uint8_t *data = call->script.packet[i].data;
            int apart = (int16_t)(call->speaker.sequence - ((unsigned)data[2] << 8 | data[3]));
            near = near || abs(apart) < RTP_SEQUENCE_JUMP + CALL_MS / STEP_MS;
        }
    }
}

static void begin_run(struct call *call)
{
    call->speaker.run = ++call->runs;
    call->certain = CERTAIN_PACKETS;
}

/* None begins anew so soon that what was delayed from before the time before is still to come. */
static bool may_change(const struct call *call, int64_t at_ms)
{
    return at_ms - call->changed_ms >= RECORDING_REORDER_MS;
}

/* The sender is silent for a while; its timestamp may go on, or stand still. */
static int64_t pause(struct call *call, int64_t at_ms)
{
    enum { PAUSE_STEPS = 60 };
    int64_t pause_ms = (1 + (int64_t)random_below(&call->random, PAUSE_STEPS)) * STEP_MS;

    call->speaker.marker = random_below(&call->random, 2);
    if (pause_ms >= STANDS_MS && may_change(call, at_ms) && !call->weather.delay_percent &&
        !random_below(&call->random, 3)) {
        call->changed_ms = at_ms + pause_ms;
        /* it goes on as if there had been no pause */
        call->speaker.clock_ms = at_ms + pause_ms - STEP_MS;
        call->certain = 2 * CERTAIN_PACKETS;
        call->least = 2 * CERTAIN_PACKETS;
    }
    return at_ms + pause_ms;
}

/* A hold, a pause, or a hold that becomes a pause. Jitter may not carry a packet over its ends. */
static void mute(struct call *call, int64_t from_ms, int64_t to_ms)
{
    size_t leg = call->speaker.leg;
    int64_t middle_ms = from_ms + (to_ms - from_ms) / 2;

    switch (random_below(&call->random, 3)) {
    case 0:
        script_hold(&call->script, leg, from_ms, to_ms);
        break;
    case 1:
        script_pause(&call->script, leg, from_ms, to_ms);
        break;
    default:
        script_hold(&call->script, leg, from_ms, middle_ms);
        script_pause(&call->script, leg, from_ms + (middle_ms - from_ms) / 2, to_ms);
        break;
    }
}

static int64_t hold(struct call *call, int64_t at_ms)
{
    int64_t hold_ms = (5 + (int64_t)random_below(&call->random, 60)) * STEP_MS;

    if (!call->weather.holds || call->script.holds + 4 > SCRIPT_HOLDS_MAX)
        return at_ms;
    mute(call, at_ms + STEP_MS, at_ms + hold_ms);
    if (random_below(&call->random, 2)) { /* music on hold */
        call->certain = SIZE_MAX;
        say(call, at_ms + STEP_MS, (uint32_t)(hold_ms / STEP_MS) - 1);
    }
    begin_run(call);
    return at_ms + hold_ms;
}

/* What comes between two stretches of talk. */
static int64_t act(struct call *call, int64_t at_ms)
{
    uint64_t *random = &call->random;

    if (may_change(call, at_ms) && random_below(random, 100) < call->weather.change_percent) {
        call->changed_ms = at_ms;
        switch (random_below(random, 3)) {
        case 0: /* another source */
            call->speaker.ssrc = (uint32_t)random_next(random);
            restart(call);
            break;
        case 1: /* the same, restarted */
            restart(call);
            break;
        default: /* its timestamp alone */
            call->speaker.timestamp += UINT32_C(0x30000000) + random_below(random, 0x40000000);
            call->speaker.clock_ms = -1;
            break;
        }
        begin_run(call);
    }
    switch (random_below(random, 4)) {
    case 0:
        return at_ms;
    case 1:
        return hold(call, at_ms);
    default:
        return pause(call, at_ms);
    }
}

/* Numbers and timestamps that wrap soon, every other time. */
static void build(struct call *call)
{
    int64_t at_ms = random_below(&call->random, 400);

    call->speaker = speaker_of_pattern(0, &call->random);
    if (random_below(&call->random, 2)) {
        call->speaker.sequence = (uint16_t)-random_below(&call->random, 200);
        call->speaker.timestamp = -random_below(&call->random, 200 * PACKET_SAMPLES);
    }
    begin_run(call);
    while (at_ms < CALL_MS) {
        at_ms = say(call, at_ms, call->least + 1 + random_below(&call->random, 80));
        call->least = 0;
        at_ms = act(call, at_ms);
    }
    call->certain = SIZE_MAX; /* the end is there, so that losses lie between what came */
    say(call, at_ms, CERTAIN_PACKETS);
}

/* --- what must become of it --------------------------------------------------------------------
 */

static bool is_so(const struct script *script, bool pause, int64_t at_ns)
{
    bool so = false;

    for (size_t i = 0; i < script->holds && script->hold[i].at_ms * NS_PER_MS <= at_ns; i++)
        if (script->hold[i].pause == pause)
            so = script->hold[i].held;
    return so;
}

/* On hold, or paused: what arrives is not to be heard. */
static bool is_held(const struct script *script, int64_t arrival_ns)
{
    return is_so(script, false, arrival_ns) || is_so(script, true, arrival_ns);
}

/* Whether a packet is heard at a position: all of it but for what is faded in. */
static bool is_heard_at(const struct call *call, const int16_t *wanted, int64_t position)
{
    if (position < 0 || position + PACKET_SAMPLES > (int64_t)call->played.samples)
        return false;
    const int16_t *pcm = call->played.pcm + position;
    for (size_t i = PACKET_SAMPLES; i-- > 0;) {
        if (pcm[i] != wanted[i])
            return i < FADE_SAMPLES && position > 0 && call->invented[position - 1];
    }
    return true;
}

#define CHECK(call, condition, ...)                                                                \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            print_error("seed %llu: ", (unsigned long long)(call)->seed);                          \
            print_error(__VA_ARGS__);                                                              \
            fail_msg("%s", #condition);                                                            \
        }                                                                                          \
    } while (0)

/* Where else a packet is heard; -1 where it is not. */
static int64_t find_anywhere(const struct call *call, const int16_t *wanted)
{
    for (int64_t position = 0; position + PACKET_SAMPLES <= (int64_t)call->played.samples;
         position++)
        if (is_heard_at(call, wanted, position))
            return position;
    return -1;
}

/* Were it heard once more elsewhere, something would be heard there that is nobody's: check_line.
 */
static void find_packet(struct call *call, const struct script_packet *packet)
{
    int64_t place = packet->said_ms * RATE_HZ / 1000;
    uint8_t payload[PACKET_SAMPLES];
    int16_t wanted[PACKET_SAMPLES];

    for (size_t i = 0; i < PACKET_SAMPLES; i++)
        payload[i] = media_pattern(packet->ssrc, packet->said_ms, i);
    g711_ulaw_decode(payload, sizeof payload, wanted);
    int64_t found = is_heard_at(call, wanted, place) ? place : find_anywhere(call, wanted);
    CHECK(call, found >= 0, "what was said at %lld ms is not heard\n", (long long)packet->said_ms);
    CHECK(call, llabs(found - place) <= (int64_t)APART_MS_MAX * RATE_HZ / 1000,
          "what was said at %lld ms is heard %lld ms off\n", (long long)packet->said_ms,
          (long long)(found - place) * 1000 / RATE_HZ);
    for (int64_t i = found; i < found + PACKET_SAMPLES; i++)
        call->heard[i]++;
}

/* What is told as paused was, and what is told as held was that alone. */
static void check_cause(const struct call *call, const struct fact *fact)
{
    const int64_t first_ns = fact->start * 1000 / LINE_PER_MS * 1000;
    const int64_t last_ns = (fact->end - 1) * 1000 / LINE_PER_MS * 1000;

    for (int i = 0; i < 3; i++) {
        int64_t at_ns = first_ns + (last_ns - first_ns) / 2 * i;
        bool pause = is_so(&call->script, true, at_ns);
        bool held = is_held(&call->script, at_ns);
        enum fact_cause cause = pause ? FACT_PAUSED : held ? FACT_HELD : FACT_SILENT;
        CHECK(call, fact->cause == cause, "%s at %.3f ms\n", fact_cause_name(fact->cause),
              (double)at_ns / 1e6);
    }
}

static void mark_facts(struct call *call)
{
    const struct facts *facts = leg_facts(call->played.leg);

    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->list[i];
        CHECK(call, fact->start % SAMPLE == 0 && fact->end % SAMPLE == 0, "between samples\n");
        CHECK(call, fact->start >= 0 && fact->end <= (int64_t)call->played.samples * SAMPLE,
              "%s beyond the end\n", fact_cause_name(fact->cause));
        if (fact->cause == FACT_HELD || fact->cause == FACT_PAUSED || fact->cause == FACT_SILENT)
            check_cause(call, fact);
        for (int64_t at = fact->start / SAMPLE; at < fact->end / SAMPLE; at++) {
            call->told[at]++;
            if (fact->cause == FACT_CONCEALED)
                call->invented[at] = 1;
        }
    }
}

static void check_line(const struct call *call)
{
    for (size_t i = 0; i < call->played.samples; i++) {
        double ms = (double)i * 1000 / RATE_HZ;
        CHECK(call, call->heard[i] <= 1, "at %.3f ms two are heard\n", ms);
        CHECK(call, call->heard[i] + call->told[i] == 1, "at %.3f ms: heard %d, told %d\n", ms,
              call->heard[i], call->told[i]);
        CHECK(call, call->heard[i] || call->invented[i] || !call->played.pcm[i],
              "at %.3f ms something is heard that nobody said\n", ms);
    }
}

static uint64_t fact_total(const struct call *call, enum fact_cause cause, bool packets)
{
    const struct facts *facts = leg_facts(call->played.leg);
    uint64_t total = 0;

    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].cause == cause)
            total += packets ? facts->list[i].count
                             : (uint64_t)(facts->list[i].end - facts->list[i].start);
    return total;
}

/* The account of packets: what was sent is what is counted. */
static void check_counts(const struct call *call)
{
    struct leg_counts counts = leg_counts(call->played.leg);
    uint64_t placed = 0;
    uint64_t lost = 0;
    uint64_t copies = 0;

    for (size_t i = 0; i < call->script.count; i++) {
        const struct script_packet *packet = &call->script.packet[i];
        if (is_held(&call->script, packet->arrival_ns))
            continue;
        placed += !packet->lost && !packet->copy;
        copies += !packet->lost && packet->copy;
        lost += packet->lost && !packet->copy;
    }
    CHECK(call, counts.late == 0 && counts.displaced == 0, "late %llu, displaced %llu\n",
          (unsigned long long)counts.late, (unsigned long long)counts.displaced);
    CHECK(call, counts.placed == placed, "placed %llu of %llu\n", (unsigned long long)counts.placed,
          (unsigned long long)placed);
    CHECK(call, counts.duplicate == copies || call->weather.holds, "duplicate %llu of %llu\n",
          (unsigned long long)counts.duplicate, (unsigned long long)copies);
    CHECK(call, counts.lost <= lost, "lost %llu of %llu\n", (unsigned long long)counts.lost,
          (unsigned long long)lost);
    uint64_t told = fact_total(call, FACT_LOST, true) + fact_total(call, FACT_CONCEALED, true);
    CHECK(call, told == counts.lost, "facts tell %llu lost of %llu\n", (unsigned long long)told,
          (unsigned long long)counts.lost);
    uint64_t length = fact_total(call, FACT_LOST, false) + fact_total(call, FACT_CONCEALED, false);
    CHECK(call, length <= counts.lost * STEP_MS * LINE_PER_MS, "%llu units of %llu lost\n",
          (unsigned long long)length, (unsigned long long)counts.lost);
}

static void check(struct call *call)
{
    size_t samples = call->played.samples;

    call->heard = calloc(samples, 1);
    call->told = calloc(samples, 1);
    call->invented = calloc(samples, 1);
    mark_facts(call);
    for (size_t i = 0; i < call->script.count; i++) {
        const struct script_packet *packet = &call->script.packet[i];
        if (!packet->lost && !packet->copy && !is_held(&call->script, packet->arrival_ns))
            find_packet(call, packet);
    }
    check_line(call);
    check_counts(call);
    CHECK(call, leg_events(call->played.leg)->dropped.count == 0, "events were dropped\n");
}

static void print_script(const struct call *call)
{
    const struct script *script = &call->script;

    for (size_t i = 0; i < script->holds; i++)
        print_message("%s %d at %lld\n", script->hold[i].pause ? "pause" : "hold",
                      script->hold[i].held, (long long)script->hold[i].at_ms);
    for (size_t i = 0; i < script->count; i++) {
        const struct script_packet *packet = &script->packet[i];
        print_message("said %lld came %lld.%03lld run %u ssrc %08x seq %u ts %u%s%s%s\n",
                      (long long)packet->said_ms, (long long)(packet->arrival_ns / NS_PER_MS),
                      (long long)(packet->arrival_ns / 1000 % 1000), packet->run, packet->ssrc,
                      (unsigned)packet->data[2] << 8 | packet->data[3],
                      (unsigned)packet->data[4] << 24 | (unsigned)packet->data[5] << 16 |
                          (unsigned)packet->data[6] << 8 | packet->data[7],
                      packet->data[1] & 0x80 ? " marker" : "", packet->lost ? " LOST" : "",
                      packet->copy ? " COPY" : "");
    }
    const struct facts *facts = leg_facts(call->played.leg);
    for (size_t i = 0; i < facts->count; i++)
        print_message("fact %s %.3f-%.3f ms, %u packets\n", fact_cause_name(facts->list[i].cause),
                      (double)facts->list[i].start / LINE_PER_MS,
                      (double)facts->list[i].end / LINE_PER_MS, facts->list[i].count);
    const struct notes *events = leg_events(call->played.leg);
    for (size_t i = 0; i < events->count; i++)
        print_message("event %s %lld %s\n", events->list[i].cause,
                      (long long)events->list[i].start_ms, events->list[i].detail);
}

static void run(uint64_t seed, bool show)
{
    static const struct recording_format format = {0, "PCMU", RATE_HZ};
    struct call call = {.seed = seed, .random = seed};

    call.weather = weather_of(&call.random);
    build(&call);
    int64_t stopped_ms = CALL_MS + 2 * QUIET_END_MS;
    script_play_leg(&call.script, 0, &format, 1, stopped_ms, &call.played);
    if (show)
        print_script(&call);
    check(&call);
    free(call.heard);
    free(call.told);
    free(call.invented);
    played_leg_deinit(&call.played);
    script_deinit(&call.script);
}

/* The environment's number, or the other. */
static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void what_is_delivered_is_heard_once_in_place_and_the_rest_is_told(void **state)
{
    (void)state;
    uint64_t seed = number_of("MEDIA_SEED", 0);
    uint64_t first = number_of("MEDIA_FIRST", 1);
    uint64_t runs = number_of("MEDIA_RUNS", RUNS);

    if (seed) {
        run(seed, true);
        return;
    }
    print_message("seeds %llu to %llu\n", (unsigned long long)first,
                  (unsigned long long)(first + runs - 1));
    for (uint64_t i = first; i < first + runs; i++)
        run(i, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_delivered_is_heard_once_in_place_and_the_rest_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
