/* A whole recording on a simulated clock: what arrives, against what is written. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/codec.h"
#include "unit/session/support.h"

enum { MS_PER_PACKET = 20 };

static struct track *begin_track(struct memory_sink *memory, size_t streams)
{
    const struct recording_stream both[] = {stream_of(RECORDING_LEFT, "PCMA"),
                                            stream_of(RECORDING_RIGHT, "PCMU")};
    struct track *track = NULL;

    memory_sink_init(memory);
    assert_int_equal(track_create(both, streams, 7, &track, NULL), STATUS_OK);
    track_begin(track, &test_setup, &test_policy, &memory->sink, memory);
    return track;
}

static void init_senders(struct sender senders[2], size_t packets)
{
    sender_init(&senders[0], 8, packets, 1);
    sender_init(&senders[1], 0, packets, 2);
}

static void deinit_senders(struct sender senders[2])
{
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
}

/* Every packet in time, the right leg 5 ms after the left. */
static size_t plan_clean(struct planned *plan, size_t packets, int64_t first_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < packets; i++)
        for (size_t leg = 0; leg < 2; leg++)
            plan[count++] = (struct planned){
                .arrival_ns = (first_ms + (int64_t)i * MS_PER_PACKET + (leg ? 5 : 0)) * NS_PER_MS,
                .leg = leg,
                .index = i,
            };
    return count;
}

static void clean_call_is_bit_exact_and_as_long_as_it_lasted(void **state)
{
    (void)state;
    enum { PACKETS = 500 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 40);
    play(track, senders, plan, count, 10200 * NS_PER_MS);
    finish(track, 10213 * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){320, 360});
    assert_int_equal(memory.end.duration_ms, 10213);
    assert_int_equal(memory.end.legs, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct recording_leg *leg = &memory.end.leg[i];
        assert_int_equal(leg->packets_received, PACKETS);
        assert_int_equal(leg->packets_lost + leg->packets_late + leg->packets_duplicate +
                             leg->packets_ignored,
                         0);
        assert_int_equal(leg->anchor_samples, i ? 360 : 320);
        assert_int_equal(leg->rate_hz, RATE_HZ);
        assert_string_equal(leg->codec, i ? "PCMU" : "PCMA");
        /* before the first packet and after the last */
        assert_int_equal(memory_sink_facts(&memory, "silent", (int)i), 2);
        assert_int_equal(memory_sink_facts(&memory, "lost", (int)i), 0);
    }
    assert_int_equal(memory.end.ended.ns, INT64_C(1700000010213000000));
    assert_int_equal(memory.end.peaks.pixels, 205);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void last_granule_less_pre_skip_is_the_exact_length(void **state)
{
    (void)state;
    for (int64_t stopped_ms = 1; stopped_ms < 2100; stopped_ms += 37) {
        struct memory_sink memory;
        struct track *track = begin_track(&memory, 2);
        struct ogg_packets packets;

        for (int64_t now_ms = 100; now_ms <= stopped_ms; now_ms += 100)
            track_advance(track, now_ms * NS_PER_MS);
        finish(track, stopped_ms * NS_PER_MS);
        ogg_split(&memory.stream, &packets);
        uint16_t pre_skip = bytes_get_u16(packets.data[0] + 10);
        assert_true(pre_skip > 0);
        assert_int_equal(packets.last_granule - pre_skip, stopped_ms * 48);
        assert_int_equal(memory.end.duration_ms, stopped_ms);
        assert_true((int64_t)(packets.count - 2) * 960 >= packets.last_granule);
        assert_true((int64_t)(packets.count - 3) * 960 < packets.last_granule);
        ogg_packets_deinit(&packets);
        memory_sink_deinit(&memory);
    }
}

static void loss_duplicates_and_reordering_leave_the_rest_bit_exact(void **state)
{
    (void)state;
    enum { PACKETS = 1000 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[3 * 2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    size_t count = 0;
    size_t lost[2] = {0};
    size_t duplicated[2] = {0};
    uint64_t random = 5;

    init_senders(senders, PACKETS);
    for (size_t leg = 0; leg < 2; leg++)
        for (size_t i = 0; i < PACKETS; i++) {
            int64_t arrival_ns = (int64_t)i * MS_PER_PACKET * NS_PER_MS;
            if (i && i + 1 < PACKETS && random_below(&random, 20) == 0) {
                senders[leg].withheld[i] = true;
                lost[leg]++;
                continue;
            }
            if (i && random_below(&random, 10) == 0)
                arrival_ns += 200 * NS_PER_MS;
            plan[count++] = (struct planned){arrival_ns, leg, i};
            if (random_below(&random, 20) == 0) {
                plan[count++] =
                    (struct planned){arrival_ns + random_below(&random, 300) * NS_PER_MS, leg, i};
                duplicated[leg]++;
            }
        }
    play(track, senders, plan, count, 20600 * NS_PER_MS);
    finish(track, 20600 * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){0, 0});
    for (size_t i = 0; i < 2; i++) {
        assert_true(lost[i] > 20 && duplicated[i] > 20);
        assert_int_equal(memory.end.leg[i].packets_lost, lost[i]);
        assert_int_equal(memory.end.leg[i].packets_duplicate, duplicated[i]);
        assert_int_equal(memory.end.leg[i].packets_late, 0);
        assert_int_equal(memory.end.leg[i].packets_received, PACKETS - lost[i] + duplicated[i]);
    }
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void lost_facts_name_the_stretch_and_the_packets(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    size_t kept = 0;

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 0);
    for (size_t i = 0; i < count; i++) {
        bool withheld = !plan[i].leg && plan[i].index >= 50 && plan[i].index < 54;
        if (withheld)
            senders[0].withheld[plan[i].index] = true;
        else
            plan[kept++] = plan[i];
    }
    play(track, senders, plan, kept, 3000 * NS_PER_MS);
    finish(track, 2005 * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){0, 40});
    assert_int_equal(memory_sink_facts(&memory, "lost", 0), 1);
    assert_int_equal(memory_sink_facts(&memory, "lost", 1), 0);
    for (size_t i = 0; i < memory.end.facts; i++) {
        if (strcmp(memory.facts[i].cause, "lost"))
            continue;
        assert_int_equal(memory.facts[i].start_ms, 1000);
        assert_int_equal(memory.facts[i].end_ms, 1080);
        assert_int_equal(memory.facts[i].count, 4);
    }
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void leg_that_sends_nothing_does_not_hold_up_the_other(void **state)
{
    (void)state;
    enum { PACKETS = 150 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    size_t count = 0;

    init_senders(senders, PACKETS);
    for (size_t i = 0; i < PACKETS; i++)
        plan[count++] = (struct planned){(int64_t)i * MS_PER_PACKET * NS_PER_MS, 0, i};
    play(track, senders, plan, count, 3000 * NS_PER_MS);
    /* all but the reorder window and what the last sweep left is with the sink by now */
    assert_true(memory.last_granule >= (3000 - RECORDING_REORDER_MS - MEDIA_SWEEP_MS) * 48);
    finish(track, 3000 * NS_PER_MS);
    sender_deinit(&senders[1]);
    senders[1].payload = NULL;
    senders[1].withheld = NULL;
    assert_bit_exact(&memory, senders, (int64_t[]){0, 0});
    assert_int_equal(memory.end.leg[1].anchor_samples, -1);
    assert_int_equal(memory.end.leg[1].packets_received, 0);
    assert_int_equal(memory_sink_facts(&memory, "silent", 1), 1);
    sender_deinit(&senders[0]);
    memory_sink_deinit(&memory);
}

/* Both legs stall, as when their sender or this machine stands still, and all comes at once. */
static void stall_of_the_sender_makes_nothing_late(void **state)
{
    (void)state;
    enum { PACKETS = 500, STALL_MS = 2500 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 40);
    for (size_t i = 0; i < count; i++) {
        int64_t *at_ns = &plan[i].arrival_ns;
        if (*at_ns >= 4000 * NS_PER_MS && *at_ns < (4000 + STALL_MS) * NS_PER_MS)
            /* a sweep comes in the midst of it: the right leg's packets follow the left's */
            *at_ns = (4000 + STALL_MS) * NS_PER_MS + (int64_t)(plan[i].leg * PACKETS + i);
    }
    play(track, senders, plan, count, 10200 * NS_PER_MS);
    finish(track, 10213 * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){320, 360});
    assert_int_equal(memory.end.duration_ms, 10213);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(memory.end.leg[i].packets_received, PACKETS);
        assert_int_equal(memory.end.leg[i].packets_lost + memory.end.leg[i].packets_late, 0);
    }
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

/* The window counts from the arrival of what waits, however far it came behind its timestamp. */
static void audio_is_handed_over_in_time_though_its_path_became_longer(void **state)
{
    (void)state;
    struct memory_sink memory;
    struct sender senders[2];
    struct track *track = begin_track(&memory, 2);
    size_t next = 0;

    memory.sync_in_ms = 0; /* pages do not wait: what is handed over is what was encoded */
    init_senders(senders, 500);
    for (int64_t now_ms = 0; now_ms <= 9000; now_ms += MEDIA_SWEEP_MS) {
        /* from packet 100 on 700 ms later; every third is lost */
        for (; next < 400; next++) {
            int64_t at_ms = (int64_t)next * MS_PER_PACKET + (next < 100 ? 0 : 700);
            if (at_ms > now_ms)
                break;
            if (next % 3)
                sender_deliver(&senders[0], track, 0, next, at_ms * NS_PER_MS);
        }
        track_advance(track, now_ms * NS_PER_MS);
        int64_t arrived_ms = now_ms - RECORDING_REORDER_MS - MEDIA_SWEEP_MS;
        int64_t handed_ms = arrived_ms - (arrived_ms < 2700 ? 0 : 700) - MS_PER_PACKET;
        if (now_ms < 8500 && (arrived_ms < 2000 || arrived_ms > 2700))
            assert_true(memory.last_granule / 48 >= handed_ms);
    }
    finish(track, 9000 * NS_PER_MS);
    assert_int_equal(memory.end.leg[0].packets_late, 0);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void recording_of_one_stream_has_a_silent_second_channel(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    struct memory_sink memory;
    struct sender senders[2] = {{0}};
    struct planned plan[PACKETS];
    struct track *track = begin_track(&memory, 1);

    sender_init(&senders[0], 8, PACKETS, 3);
    for (size_t i = 0; i < PACKETS; i++)
        plan[i] = (struct planned){(int64_t)i * MS_PER_PACKET * NS_PER_MS, 0, i};
    play(track, senders, plan, PACKETS, 2000 * NS_PER_MS);
    /* nothing is missing, so nothing waits */
    assert_true(memory.last_granule >= 1500 * 48);
    finish(track, 2000 * NS_PER_MS);
    assert_bit_exact(&memory, senders, (int64_t[]){0, 0});
    assert_int_equal(memory.end.legs, 1);
    assert_int_equal(memory.end.peaks.pixels, 40);
    sender_deinit(&senders[0]);
    memory_sink_deinit(&memory);
}

static void audio_is_handed_over_within_sweep_and_page_when_nothing_is_missing(void **state)
{
    (void)state;
    enum { PACKETS = 500 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    size_t next = 0;

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 0);
    for (int64_t now_ms = 100; now_ms <= 9900; now_ms += 100) {
        for (; next < count && plan[next].arrival_ns <= now_ms * NS_PER_MS; next++)
            sender_deliver(&senders[plan[next].leg], track, plan[next].leg, plan[next].index,
                           plan[next].arrival_ns);
        track_advance(track, now_ms * NS_PER_MS);
        /* the stretch before the right leg's first packet is a gap, and waits for its window */
        if (now_ms > RECORDING_REORDER_MS)
            assert_true(memory.last_granule / 48 >= now_ms - RECORDING_PAGE_MS - MEDIA_SWEEP_MS);
    }
    finish(track, 9900 * NS_PER_MS);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void audio_behind_a_gap_is_handed_over_within_sweep_and_window(void **state)
{
    (void)state;
    struct memory_sink memory;
    struct sender senders[2];
    struct track *track = begin_track(&memory, 2);

    memory.sync_in_ms = 0; /* pages do not wait: what is handed over is what was encoded */
    init_senders(senders, 500);
    for (size_t i = 0; i < 490; i++) {
        int64_t now_ms = (int64_t)i * MS_PER_PACKET;
        if (i % 3) /* there is always a gap */
            sender_deliver(&senders[0], track, 0, i, now_ms * NS_PER_MS);
        if (now_ms % MEDIA_SWEEP_MS)
            continue;
        track_advance(track, now_ms * NS_PER_MS);
        assert_true(memory.last_granule / 48 >= now_ms - RECORDING_REORDER_MS - 2 * MEDIA_SWEEP_MS);
    }
    finish(track, 9800 * NS_PER_MS);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void audio_a_little_beyond_the_stop_is_kept(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);

    /* the path of the left leg became shorter by 90 ms just before the stop */
    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 0);
    for (size_t i = 0; i < count; i++) {
        if (plan[i].leg)
            continue;
        plan[i].arrival_ns += 90 * NS_PER_MS;
        if (plan[i].arrival_ns > 2000 * NS_PER_MS)
            plan[i].arrival_ns = 2000 * NS_PER_MS;
    }
    play(track, senders, plan, count, 2000 * NS_PER_MS);
    finish(track, 2000 * NS_PER_MS);
    assert_int_equal(memory.end.duration_ms, 2090);
    assert_bit_exact(&memory, senders, (int64_t[]){720, 40});
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void what_is_encoded_before_a_sync_is_handed_over_for_it(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    size_t next = 0;

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 0);
    for (int64_t now_ms = 100; now_ms <= 2000; now_ms += 100) {
        for (; next < count && plan[next].arrival_ns <= now_ms * NS_PER_MS; next++)
            sender_deliver(&senders[plan[next].leg], track, plan[next].leg, plan[next].index,
                           plan[next].arrival_ns);
        bool due = now_ms == 1500;
        memory.sync_in_ms = due ? RECORDING_PAGE_LEAD_MS : RECORDING_PAGE_LEAD_MS + 1;
        track_advance(track, now_ms * NS_PER_MS);
        if (due)
            assert_true(memory.last_granule / 48 >= now_ms - MEDIA_SWEEP_MS);
    }
    finish(track, 2000 * NS_PER_MS);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void page_that_the_sink_refuses_becomes_a_fact(void **state)
{
    (void)state;
    enum { PACKETS = 200 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);

    memory.refuse_from = 4;
    memory.refuse_to = 6;
    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 0);
    play(track, senders, plan, count, 4000 * NS_PER_MS);
    finish(track, 4000 * NS_PER_MS);
    assert_int_equal(memory_sink_facts(&memory, "unwritten", -1), 1);
    for (size_t i = 0; i < memory.end.facts; i++) {
        if (memory.facts[i].leg != -1)
            continue;
        assert_int_equal(memory.facts[i].start_ms, 2 * RECORDING_PAGE_MS);
        assert_int_equal(memory.facts[i].end_ms, 4 * RECORDING_PAGE_MS);
    }
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void update_changes_codec_and_party_and_keeps_the_line(void **state)
{
    (void)state;
    enum { PACKETS = 100 };
    struct memory_sink memory;
    struct sender senders[2];
    struct track *track = begin_track(&memory, 2);
    struct recording_stream changed = stream_of(RECORDING_RIGHT, "PCMU");

    init_senders(senders, PACKETS);
    strcpy(changed.party.number, "+4588303080");
    strcpy(changed.label, "11");
    changed.format[0].payload_type = 97;
    assert_true(track_accepts(&changed));
    for (size_t i = 0; i < PACKETS; i++) {
        if (i == 50) {
            track_update(track, &changed, 1, (int64_t)i * MS_PER_PACKET * NS_PER_MS);
            senders[0].payload_type = 97;
        }
        sender_deliver(&senders[0], track, 0, i, (int64_t)i * MS_PER_PACKET * NS_PER_MS);
    }
    track_advance(track, 2000 * NS_PER_MS);
    finish(track, 2000 * NS_PER_MS);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[0].packets_ignored, 0);
    assert_int_equal(memory.end.leg[0].channel, RECORDING_LEFT);
    assert_string_equal(memory.end.leg[0].party.number, "+4588303080");
    assert_string_equal(memory.end.leg[0].label, "11");
    assert_string_equal(memory.end.leg[0].codec, "PCMU");
    assert_int_equal(memory_sink_facts(&memory, "silent", 0), 0);
    const struct recording_fact *fact = memory_sink_fact(&memory, "codec_change", 0);
    assert_non_null(fact);
    assert_int_equal(fact->start_ms, 50 * MS_PER_PACKET);
    assert_int_equal(fact->end_ms, 50 * MS_PER_PACKET);
    assert_string_equal(fact->detail, "PCMA -> PCMU");
    assert_int_equal(memory_sink_facts(&memory, "codec_change", 0), 1);
    assert_int_equal(memory.end.leg[1].channel, RECORDING_RIGHT);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

static void unknown_codec_is_refused(void **state)
{
    (void)state;
    struct recording_stream stream = stream_of(RECORDING_LEFT, "AMR");
    struct track *track = NULL;
    struct fault fault;

    assert_int_equal(track_create(&stream, 1, 1, &track, &fault), STATUS_UNSUPPORTED);
    assert_null(track);
    assert_non_null(strstr(fault.text, "AMR"));
}

/* Write two tones at different times, A-law, and decode the stream with libopus. */
enum { TONE_PACKETS = 200 };

static uint8_t alaw_of(int sample)
{
    const struct audio_codec *codec = audio_codec_find("PCMA", RATE_HZ);
    uint8_t best = 0;
    int nearest = 1 << 20;

    for (int i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        int16_t pcm;
        assert_int_equal(codec->decode(NULL, &byte, 1, &pcm), STATUS_OK);
        if (abs(pcm - sample) < nearest) {
            nearest = abs(pcm - sample);
            best = byte;
        }
    }
    return best;
}

static void decoded_channels_hold_their_own_leg_and_nothing_of_the_other(void **state)
{
    (void)state;
    /* a square wave of 500 Hz: loud, with harmonics; A-law for both legs */
    uint8_t high = alaw_of(12000);
    uint8_t low = alaw_of(-12000);
    uint8_t zero = alaw_of(0);
    const struct recording_stream both[] = {stream_of(RECORDING_LEFT, "PCMA"),
                                            stream_of(RECORDING_RIGHT, "PCMA")};
    struct memory_sink memory;
    struct sender senders[2];
    struct track *track = NULL;

    memory_sink_init(&memory);
    assert_int_equal(track_create(both, 2, 9, &track, NULL), STATUS_OK);
    track_begin(track, &test_setup, &test_policy, &memory.sink, &memory);
    for (size_t leg = 0; leg < 2; leg++) {
        sender_init(&senders[leg], 8, TONE_PACKETS, leg + 1);
        for (size_t i = 0; i < TONE_PACKETS * PACKET_SAMPLES; i++) {
            /* left sounds in the first half, right in the second */
            bool sounds = (i < TONE_PACKETS * PACKET_SAMPLES / 2) == !leg;
            senders[leg].payload[i] = !sounds ? zero : i % 16 < 8 ? high : low;
        }
        for (size_t i = 0; i < TONE_PACKETS; i++)
            sender_deliver(&senders[leg], track, leg, i, (int64_t)i * MS_PER_PACKET * NS_PER_MS);
    }
    track_advance(track, 4000 * NS_PER_MS);
    finish(track, 4000 * NS_PER_MS);

    size_t frames;
    int16_t *pcm = decode_stream(&memory, &frames);
    size_t half = frames * 960 / 2;
    size_t guard = 2400; /* 50 ms around the change */
    double left = energy(pcm, guard, half - guard, 0);
    double right = energy(pcm, half + guard, 2 * half - guard, 1);
    assert_true(left > 1e12 && right > 1e12);
    /* 1e-6 is -60 dB */
    assert_true(energy(pcm, guard, half - guard, 1) < left * 1e-6);
    assert_true(energy(pcm, half + guard, 2 * half - guard, 0) < right * 1e-6);
    free(pcm);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
}

/* opus-tools' opusinfo, which nobody here wrote, reads the file and complains about nothing. */
static void opusinfo_finds_no_fault(void **state)
{
    (void)state;
    enum { PACKETS = 333 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];
    struct track *track = begin_track(&memory, 2);
    char path[] = "/tmp/test_track_XXXXXX";
    char command[128];
    char report[8192] = "";

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 11);
    play(track, senders, plan, count, 6700 * NS_PER_MS);
    finish(track, 6700 * NS_PER_MS);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, memory.stream.data, memory.stream.len), memory.stream.len);
    (void)close(descriptor);
    (void)snprintf(command, sizeof command, "opusinfo %s 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    report[fread(report, 1, sizeof report - 1, pipe)] = 0;
    int result = pclose(pipe);
    (void)unlink(path);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
    if (result == 127 << 8) {
        print_message("opusinfo is not installed\n");
        skip();
    }
    assert_int_equal(result, 0);
    assert_null(strcasestr(report, "warning"));
    assert_null(strcasestr(report, "error"));
    assert_non_null(strstr(report, "0m:06.700s"));
}

/* A sanitizer's allocator does not tell what was taken, and takes more. */
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
/* Thousands of calls are recorded at once. */
static void call_of_two_parties_takes_at_most_160_kib(void **state)
{
    (void)state;
    enum { PACKETS = 500, KIB = 1024 };
    struct memory_sink memory;
    struct sender senders[2];
    struct planned plan[2 * PACKETS];

    init_senders(senders, PACKETS);
    size_t count = plan_clean(plan, PACKETS, 11);
    size_t before = mallinfo2().uordblks;
    struct track *track = begin_track(&memory, 2);
    play(track, senders, plan, count, 10100 * NS_PER_MS);
    size_t taken = mallinfo2().uordblks - before - memory.stream.cap;
    finish(track, 10100 * NS_PER_MS);
    deinit_senders(senders);
    memory_sink_deinit(&memory);
    print_message("%zu KiB\n", taken / KIB);
    assert_true(before > 0 && taken <= 160 * KIB);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_call_is_bit_exact_and_as_long_as_it_lasted),
        cmocka_unit_test(last_granule_less_pre_skip_is_the_exact_length),
        cmocka_unit_test(loss_duplicates_and_reordering_leave_the_rest_bit_exact),
        cmocka_unit_test(lost_facts_name_the_stretch_and_the_packets),
        cmocka_unit_test(leg_that_sends_nothing_does_not_hold_up_the_other),
        cmocka_unit_test(stall_of_the_sender_makes_nothing_late),
        cmocka_unit_test(audio_is_handed_over_in_time_though_its_path_became_longer),
        cmocka_unit_test(recording_of_one_stream_has_a_silent_second_channel),
        cmocka_unit_test(audio_is_handed_over_within_sweep_and_page_when_nothing_is_missing),
        cmocka_unit_test(audio_behind_a_gap_is_handed_over_within_sweep_and_window),
        cmocka_unit_test(audio_a_little_beyond_the_stop_is_kept),
        cmocka_unit_test(what_is_encoded_before_a_sync_is_handed_over_for_it),
        cmocka_unit_test(page_that_the_sink_refuses_becomes_a_fact),
        cmocka_unit_test(update_changes_codec_and_party_and_keeps_the_line),
        cmocka_unit_test(unknown_codec_is_refused),
        cmocka_unit_test(decoded_channels_hold_their_own_leg_and_nothing_of_the_other),
        cmocka_unit_test(opusinfo_finds_no_fault),
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
        cmocka_unit_test(call_of_two_parties_takes_at_most_160_kib),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
