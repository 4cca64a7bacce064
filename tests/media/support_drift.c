#include "media/support_drift.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "media/support.h"

enum {
    PACKET_MS = 20,
    SAMPLES_MAX = 320, /* of a packet at 16 kHz */
    PAYLOAD_TYPE = 96,
    STEP_MS = MEDIA_SWEEP_MS,
    SETTLED_MS = 20000, /* from then on the clocks are known */
    REPORT_MS = 5000,
    ORDER_MAX = 64, /* packets on their way */
    LOUD = 2000,    /* the least that a loud sample is */
    LOUD_VALUES = 28000,
    QUIET_VALUES = 60,
};

/* Loud samples that were heard, one behind the other. */
struct run {
    int64_t position; /* of the first */
    int64_t number;   /* which of its sender's samples that is */
    int64_t samples;
};

struct on_its_way {
    int64_t arrival_ns;
    int64_t packet;
    bool lost;
};

struct talker {
    struct manner manner;
    struct leg *leg;
    uint64_t random;
    int64_t next; /* packet that is sent next */
    size_t waiting;
    struct on_its_way way[ORDER_MAX];
    int64_t position; /* read up to there */
    size_t runs;
    size_t runs_cap;
    struct run *run; /* [runs], by position */
    uint64_t came;   /* samples of all packets that did */
    uint64_t heard;  /* samples that are not 0 */
    uint64_t jumps;  /* of what was loud before and behind */
    uint64_t silent; /* jumps where it was quiet */
};

struct duet {
    struct talker talker[DRIFT_LEGS];
    struct sender_clocks senders;
    double apart_ms; /* the most, once settled */
    double apart_at_ms;
};

/* --- what is said ------------------------------------------------------------------------------
 */

static bool is_loud(const struct manner *manner, int64_t sample)
{
    int64_t cycle_ms = manner->talk_ms + manner->quiet_ms;

    return sample * 1000 / manner->rate_hz % cycle_ms < manner->talk_ms;
}

static int16_t value_of(const struct manner *manner, int64_t sample)
{
    return (int16_t)(is_loud(manner, sample) ? LOUD + sample % LOUD_VALUES
                                             : 1 + sample % QUIET_VALUES);
}

/* When a sample is said, by our clock. */
static double said_ms(const struct manner *manner, int64_t sample)
{
    return (double)sample * 1000 / manner->rate_hz / (1 + manner->ppm * 1e-6);
}

static int64_t packet_samples(const struct manner *manner)
{
    return manner->rate_hz * PACKET_MS / 1000;
}

static void deliver(struct talker *talker, const struct on_its_way *way)
{
    int64_t samples = packet_samples(&talker->manner);
    uint8_t payload[2 * SAMPLES_MAX];
    uint8_t datagram[12 + sizeof payload];

    for (int64_t i = 0; i < samples; i++) {
        uint16_t value = (uint16_t)value_of(&talker->manner, way->packet * samples + i);
        payload[2 * i] = (uint8_t)(value >> 8);
        payload[2 * i + 1] = (uint8_t)value;
    }
    size_t bytes =
        rtp_build(datagram, PAYLOAD_TYPE, (uint16_t)way->packet, (uint32_t)(way->packet * samples),
                  0x1111, payload, (size_t)(2 * samples));
    talker->came += (uint64_t)samples;
    leg_receive(talker->leg, datagram, bytes, way->arrival_ns);
}

static double uniform(uint64_t *random)
{
    return (double)(random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
}

/* A packet leaves when its last sample was said. */
static void send_next(struct talker *talker)
{
    struct manner *manner = &talker->manner;
    struct on_its_way way = {.packet = talker->next++};
    double arrival_ms = said_ms(manner, (way.packet + 1) * packet_samples(manner)) +
                        manner->path_ms + manner->jitter_ms * uniform(&talker->random);

    if (manner->longer_ms > 0 && arrival_ms >= (double)manner->longer_from_ms)
        arrival_ms += manner->longer_ms;
    if (manner->outlier_of && !random_below(&talker->random, manner->outlier_of))
        arrival_ms += manner->outlier_ms * uniform(&talker->random);
    way.lost = manner->lose_of && !random_below(&talker->random, manner->lose_of);
    way.arrival_ns = (int64_t)(arrival_ms * 1e6);
    assert_true(talker->waiting < ORDER_MAX);
    size_t at = talker->waiting++;
    for (; at > 0 && talker->way[at - 1].arrival_ns > way.arrival_ns; at--)
        talker->way[at] = talker->way[at - 1];
    talker->way[at] = way;
}

static void receive_up_to(struct talker *talker, int64_t now_ms)
{
    size_t came = 0;

    while (said_ms(&talker->manner, (talker->next + 1) * packet_samples(&talker->manner)) <
           (double)now_ms)
        send_next(talker);
    for (; came < talker->waiting && talker->way[came].arrival_ns < now_ms * NS_PER_MS; came++)
        if (!talker->way[came].lost)
            deliver(talker, &talker->way[came]);
    talker->waiting -= came;
    memmove(talker->way, talker->way + came, talker->waiting * sizeof *talker->way);
}

static void report(struct talker *talker, int64_t now_ms)
{
    const struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    const uint64_t start_ms = UINT64_C(3900000000000); /* since 1900 */
    uint64_t ntp_ms = start_ms + (uint64_t)now_ms;
    double ticks = (double)now_ms * talker->manner.rate_hz / 1000 * (1 + talker->manner.ppm * 1e-6);
    int64_t samples = packet_samples(&talker->manner);
    const struct rtcp_sender_report sent = {
        .ssrc = 0x1111,
        .ntp = ntp_ms / 1000 << 32 | (ntp_ms % 1000 << 32) / 1000,
        .timestamp = (uint32_t)(talker->manner.reports_of_last ? (talker->next - 1) * samples
                                                               : (int64_t)ticks),
    };

    leg_report(talker->leg, &sent, "both@here", &from);
}

/* --- what is heard -----------------------------------------------------------------------------
 */

/* Which of its sender's samples a loud one is: the one nearest to what is expected there. */
static int64_t number_of(const struct talker *talker, int16_t value, int64_t position)
{
    const struct manner *manner = &talker->manner;
    int64_t expected = (int64_t)((double)position / LINE_PER_MS * manner->rate_hz / 1000 *
                                 (1 + manner->ppm * 1e-6));
    int64_t rest = value - LOUD;
    int64_t number = (expected - rest) / LOUD_VALUES * LOUD_VALUES + rest;

    if (expected - number > LOUD_VALUES / 2)
        number += LOUD_VALUES;
    return number;
}

static int64_t line_unit(const struct talker *talker)
{
    return LINE_HZ / talker->manner.rate_hz;
}

/* A run is a second long at most, because clocks drift meanwhile. */
static void hear(struct talker *talker, int16_t value, int64_t position)
{
    talker->heard += value != 0;
    struct run *last = talker->runs ? &talker->run[talker->runs - 1] : NULL;

    if (value < LOUD)
        return;
    int64_t number = number_of(talker, value, position);
    if (last && last->samples < talker->manner.rate_hz &&
        last->position + last->samples * line_unit(talker) == position &&
        last->number + last->samples == number) {
        last->samples++;
        return;
    }
    if (talker->runs == talker->runs_cap) {
        talker->runs_cap = talker->runs_cap ? 2 * talker->runs_cap : 1024;
        talker->run = realloc(talker->run, talker->runs_cap * sizeof *talker->run);
        assert_non_null(talker->run);
    }
    talker->run[talker->runs++] = (struct run){position, number, 1};
}

static void read_up_to(struct talker *talker, int64_t ready)
{
    const int64_t frame = LINE_HZ / 50;
    uint32_t rate_hz = talker->manner.rate_hz;
    int16_t pcm[SAMPLES_MAX];

    for (; talker->position + frame <= ready; talker->position += frame) {
        leg_read(talker->leg, rate_hz, pcm, (size_t)(frame * rate_hz / LINE_HZ));
        for (int64_t i = 0; i < frame * rate_hz / LINE_HZ; i++)
            hear(talker, pcm[i], talker->position + i * LINE_HZ / rate_hz);
    }
}

/* --- calls -------------------------------------------------------------------------------------
 */

static void open_duet(struct duet *duet, const struct manner *manners, uint64_t seed)
{
    *duet = (struct duet){0};
    for (size_t i = 0; i < DRIFT_LEGS; i++) {
        struct talker *talker = &duet->talker[i];
        const struct recording_format format = {PAYLOAD_TYPE, "L16", manners[i].rate_hz};
        *talker = (struct talker){.manner = manners[i], .random = seed + i};
        assert_int_equal(leg_create(&format, 1, &talker->leg), STATUS_OK);
        leg_begin(talker->leg, &test_setup, &duet->senders, 0, 0);
    }
}

static void close_duet(struct duet *duet)
{
    for (size_t i = 0; i < DRIFT_LEGS; i++) {
        leg_destroy(duet->talker[i].leg);
        free(duet->talker[i].run);
    }
    sender_clocks_deinit(&duet->senders);
}

/* What was invented repeats what was said before; what is faded in behind it is nobody's. */
static bool is_invented(const struct talker *talker, const struct run *run)
{
    enum { SURE_MS = 5 };
    const struct facts *facts = leg_facts(talker->leg);
    int64_t end = run->position + run->samples * line_unit(talker);

    if (run->samples * 1000 < (int64_t)talker->manner.rate_hz * SURE_MS)
        return true;
    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].cause == FACT_CONCEALED && facts->list[i].start < end &&
            facts->list[i].end > run->position)
            return true;
    return false;
}

static void drop_invented(struct talker *talker)
{
    size_t kept = 0;

    for (size_t i = 0; i < talker->runs; i++)
        if (!is_invented(talker, &talker->run[i]))
            talker->run[kept++] = talker->run[i];
    talker->runs = kept;
}

static bool was_quiet_between(const struct manner *manner, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i += manner->rate_hz / 1000)
        if (!is_loud(manner, i))
            return true;
    return false;
}

/* Nothing more comes: see where its line was moved. */
static void judge_leg(struct talker *talker)
{
    leg_settle(talker->leg, INT64_MAX);
    read_up_to(talker, leg_audio_end(talker->leg) + LINE_HZ);
    leg_finish(talker->leg, talker->position);
    drop_invented(talker);
    for (size_t i = 1; i < talker->runs; i++) {
        const struct run *before = &talker->run[i - 1];
        const struct run *run = &talker->run[i];
        int64_t went = (run->position - before->position) / line_unit(talker);
        if (run->number - before->number == went)
            continue;
        if (was_quiet_between(&talker->manner, before->number + before->samples, run->number))
            talker->silent++;
        else
            talker->jumps++;
    }
}

/* By how much a run is heard later than it was said. */
static double lag_ms(const struct talker *talker, const struct run *run)
{
    return (double)run->position / LINE_PER_MS - said_ms(&talker->manner, run->number);
}

static void judge_legs(struct duet *duet)
{
    const struct talker *left = &duet->talker[0];
    const struct talker *right = &duet->talker[1];
    size_t other = 0;

    for (size_t i = 0; i < left->runs; i++) {
        double at_ms = said_ms(&left->manner, left->run[i].number);
        while (other + 1 < right->runs &&
               said_ms(&right->manner, right->run[other + 1].number) <= at_ms)
            other++;
        double apart_ms = fabs(lag_ms(left, &left->run[i]) - lag_ms(right, &right->run[other]));
        if (at_ms < SETTLED_MS || apart_ms <= duet->apart_ms)
            continue;
        duet->apart_ms = apart_ms;
        duet->apart_at_ms = at_ms;
    }
}

static void play_duet(struct duet *duet, int64_t length_ms)
{
    for (int64_t now_ms = STEP_MS; now_ms <= length_ms; now_ms += STEP_MS) {
        for (size_t i = 0; i < DRIFT_LEGS; i++) {
            struct talker *talker = &duet->talker[i];
            receive_up_to(talker, now_ms);
            if (talker->manner.reports && now_ms % REPORT_MS == 0)
                report(talker, now_ms);
            leg_settle(talker->leg, now_ms * NS_PER_MS);
            read_up_to(talker, leg_ready(talker->leg, (now_ms - RECORDING_REORDER_MS) * NS_PER_MS));
        }
    }
    for (size_t i = 0; i < DRIFT_LEGS; i++)
        judge_leg(&duet->talker[i]);
    judge_legs(duet);
}

static size_t forced(const struct talker *talker)
{
    const struct notes *events = leg_events(talker->leg);
    size_t count = 0;

    for (size_t i = 0; i < events->count; i++)
        count += !strcmp(events->list[i].cause, "clock_corrected");
    return count + events->dropped.count;
}

static struct drifted_leg drifted_of(const struct talker *talker)
{
    struct leg_counts counts = leg_counts(talker->leg);

    return (struct drifted_leg){
        .moved_in_silence = talker->silent,
        .moved_in_speech = talker->jumps,
        .forced = forced(talker),
        .unheard_ms =
            ((double)talker->came - (double)talker->heard) * 1000 / talker->manner.rate_hz,
        .lost = counts.lost,
        .late = counts.late,
        .displaced = counts.displaced,
    };
}

struct drifted drift_play(const char *name, const struct manner manners[DRIFT_LEGS], uint64_t seed,
                          int64_t length_ms)
{
    struct duet duet;

    open_duet(&duet, manners, seed);
    play_duet(&duet, length_ms);
    struct drifted drifted = {.apart_ms = duet.apart_ms, .apart_at_ms = duet.apart_at_ms};
    print_message("%s: apart by %.2f ms at most, at %.1f s\n", name, duet.apart_ms,
                  duet.apart_at_ms / 1000);
    for (size_t i = 0; i < DRIFT_LEGS; i++) {
        const struct drifted_leg *leg = &drifted.leg[i];
        drifted.leg[i] = drifted_of(&duet.talker[i]);
        print_message("  %u Hz %+.0f ppm: moved in silence %" PRIu64 ", in speech %" PRIu64
                      ", forced %zu, unheard %.1f ms, lost %" PRIu64 ", late %" PRIu64 "\n",
                      manners[i].rate_hz, manners[i].ppm, leg->moved_in_silence,
                      leg->moved_in_speech, leg->forced, leg->unheard_ms, leg->lost, leg->late);
    }
    close_duet(&duet);
    return drifted;
}
