/*
 * What a track tells its sink while it goes on: put together it is what the track tells at its end,
 * up to where it was told. The sink here keeps what it is told as storage/FORMAT.md says a reader
 * does: a leg's line from `from` on is told anew, all else is known by its number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/line.h"
#include "session/track_journal.h"
#include "unit/session/support.h"

enum {
    FACTS_KEPT_MAX = 8192,
    LEGS_MAX = 4,
    LATE_MS_MAX = 2600, /* a late packet changes what was told so far back */
    SETTLED_MS = 6000,  /* so far behind what was told last nothing changes any more */
    RUNS = 60,
    RUN_MS = 60000,
};

struct kept_fact {
    int64_t start;
    int64_t end;
    int leg;
    uint32_t count;
    bool numbered;
    bool open;
    uint32_t number;
    char cause[24];
    char detail[BOUND_FACT_DETAIL_BYTES];
};

struct scene {
    struct memory_sink memory;
    struct track *track;
    size_t legs;
    struct recording_stream stream[LEGS_MAX];
    bool paused;
    uint32_t ssrc[LEGS_MAX];
    int64_t unsent; /* packets that nobody sent */
    int64_t now_ms;
    /* the sink's */
    bool refuse;
    size_t entries;
    size_t news_most; /* facts of one entry */
    struct recording_journal last;
    size_t facts;
    struct kept_fact *fact;
};

static struct scene *listening; /* the one of the test that runs */

static void cut(struct scene *scene, const struct recording_journal *journal)
{
    size_t kept = 0;

    for (size_t i = 0; i < scene->facts; i++) {
        struct kept_fact *fact = &scene->fact[i];
        if (!fact->numbered && fact->start >= journal->from[fact->leg])
            continue;
        if (!fact->numbered && fact->end > journal->from[fact->leg])
            fact->end = journal->from[fact->leg];
        if (!fact->numbered)
            fact->open = false; /* if it goes on, it is told so now */
        scene->fact[kept++] = *fact;
    }
    scene->facts = kept;
}

static void keep(struct scene *scene, const struct recording_journal_fact *told)
{
    struct kept_fact *fact = NULL;

    for (size_t i = 0; i < scene->facts && told->numbered; i++)
        if (scene->fact[i].numbered && scene->fact[i].leg == told->leg &&
            scene->fact[i].number == told->number)
            fact = &scene->fact[i];
    if (!fact) {
        assert_true(scene->facts < FACTS_KEPT_MAX);
        fact = &scene->fact[scene->facts++];
    }
    *fact = (struct kept_fact){.start = told->start,
                               .end = told->end,
                               .leg = told->leg,
                               .count = told->count,
                               .numbered = told->numbered,
                               .open = told->open,
                               .number = told->number};
    (void)snprintf(fact->cause, sizeof fact->cause, "%s", told->cause);
    (void)snprintf(fact->detail, sizeof fact->detail, "%s", told->detail);
}

static enum status take_journal(void *context, void *handle,
                                const struct recording_journal *journal)
{
    struct scene *scene = listening;

    assert_ptr_equal(context, scene->memory.sink.context);
    assert_ptr_equal(handle, &scene->memory);
    if (scene->refuse)
        return STATUS_LIMIT;
    assert_int_equal(journal->number, scene->entries);
    assert_true(scene->entries == 0 ||
                journal->until - scene->last.until >= TRACK_JOURNAL_MS * (int64_t)LINE_PER_MS);
    cut(scene, journal);
    for (size_t i = 0; i < journal->facts; i++)
        keep(scene, &journal->fact[i]);
    scene->entries++;
    scene->news_most = journal->facts > scene->news_most ? journal->facts : scene->news_most;
    scene->last = *journal;
    scene->last.fact = NULL;
    return STATUS_OK;
}

static void open_scene(struct scene *scene)
{
    *scene = (struct scene){.legs = 2};
    scene->fact = calloc(FACTS_KEPT_MAX, sizeof *scene->fact);
    assert_non_null(scene->fact);
    for (size_t i = 0; i < LEGS_MAX; i++) {
        scene->stream[i] = stream_of(i ? RECORDING_RIGHT : RECORDING_LEFT, "PCMA");
        (void)snprintf(scene->stream[i].party.number, sizeof scene->stream[i].party.number,
                       "+4588303%03zu", i);
        scene->ssrc[i] = (uint32_t)i + 1;
    }
    memory_sink_init(&scene->memory);
    scene->memory.sink.journal = take_journal;
    listening = scene;
    assert_int_equal(track_create(scene->stream, 2, 1, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, &test_policy, &scene->memory.sink, &scene->memory);
}

static void close_scene(struct scene *scene)
{
    memory_sink_deinit(&scene->memory);
    free(scene->fact);
    listening = NULL;
}

/* The packet that a leg sends at a moment, brought at another. */
static void bring(struct scene *scene, size_t leg, int64_t sent_ms, int64_t now_ms)
{
    uint8_t payload[PACKET_SAMPLES];
    uint8_t datagram[12 + PACKET_SAMPLES];

    memset(payload, 0x2a, sizeof payload);
    size_t bytes = rtp_build(datagram, 8, (uint16_t)(sent_ms / 20 - scene->unsent),
                             (uint32_t)(sent_ms * 8), scene->ssrc[leg], payload, sizeof payload);
    track_receive(scene->track, leg, datagram, bytes, now_ms * NS_PER_MS);
}

static void advance(struct scene *scene)
{
    if (scene->now_ms % MEDIA_SWEEP_MS == 0)
        track_advance(scene->track, scene->now_ms * NS_PER_MS);
}

/* All legs speak up to then. */
static void run_to(struct scene *scene, int64_t to_ms)
{
    for (; scene->now_ms < to_ms; scene->now_ms += 20) {
        for (size_t i = 0; i < scene->legs; i++)
            bring(scene, i, scene->now_ms, scene->now_ms);
        advance(scene);
    }
}

static void hold(struct scene *scene, size_t leg, bool held)
{
    scene->stream[leg].held = held;
    track_update(scene->track, scene->stream, scene->legs, scene->now_ms * NS_PER_MS);
}

static void set_pause(struct scene *scene, bool paused)
{
    const struct recording_control asked = {.paused = paused,
                                            .channels = RECORDING_BOTH,
                                            .by = RECORDING_CONTROL_API,
                                            .detail = "agent 201: card number"};

    scene->paused = paused;
    track_control(scene->track, &asked, scene->now_ms * NS_PER_MS);
}

static void add_leg(struct scene *scene)
{
    struct leg *leg = NULL;

    assert_int_equal(track_make_leg(&scene->stream[scene->legs], &leg, NULL), STATUS_OK);
    track_add(scene->track, &scene->stream[scene->legs], leg, scene->now_ms * NS_PER_MS);
    scene->legs++;
}

static int64_t nearest_ms(int64_t position)
{
    return (position + LINE_PER_MS / 2) / LINE_PER_MS;
}

static int compare_kept(const void *left, const void *right)
{
    const struct kept_fact *one = left;
    const struct kept_fact *other = right;
    int cause = strcmp(one->cause, other->cause);

    if (one->leg != other->leg)
        return one->leg < other->leg ? -1 : 1;
    if (cause)
        return cause;
    return (one->start > other->start) - (one->start < other->start);
}

/* What was told in pieces is one. */
static void join(struct scene *scene)
{
    size_t kept = 0;

    qsort(scene->fact, scene->facts, sizeof *scene->fact, compare_kept);
    for (size_t i = 1; i < scene->facts; i++) {
        struct kept_fact *last = &scene->fact[kept];
        struct kept_fact *next = &scene->fact[i];
        if (!last->numbered && !next->numbered && last->leg == next->leg &&
            last->end == next->start && !strcmp(last->cause, next->cause) &&
            !strcmp(last->detail, next->detail)) {
            last->end = next->end;
            last->count += next->count;
        } else {
            scene->fact[++kept] = *next;
        }
    }
    scene->facts = scene->facts ? kept + 1 : 0;
}

/* The facts that end by then, one in each line, in an order of its own. */
static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

struct lines {
    size_t count;
    char *line[FACTS_KEPT_MAX];
};

static void add_line(struct lines *lines, int leg, const char *cause, int64_t start_ms,
                     int64_t end_ms, uint32_t count, const char *detail)
{
    assert_true(asprintf(&lines->line[lines->count++], "%d %s %08lld-%08lld %u %s", leg, cause,
                         (long long)start_ms, (long long)end_ms, count, detail) > 0);
}

/* Both say the same of all that lies before a moment. */
static size_t assert_same_before(struct scene *scene, int64_t before_ms)
{
    static struct lines told;
    static struct lines ended;

    told.count = ended.count = 0;
    join(scene);
    for (size_t i = 0; i < scene->facts; i++) {
        const struct kept_fact *fact = &scene->fact[i];
        int64_t start = nearest_ms(fact->start);
        int64_t end = nearest_ms(fact->end);
        if (end <= before_ms && !(start == end && !strcmp(fact->cause, "silent")))
            add_line(&told, fact->leg, fact->cause, start, end, fact->count, fact->detail);
    }
    for (size_t i = 0; i < scene->memory.end.facts; i++) {
        const struct recording_fact *fact = &scene->memory.facts[i];
        if (fact->end_ms <= before_ms)
            add_line(&ended, fact->leg, fact->cause, fact->start_ms, fact->end_ms, fact->count,
                     fact->detail);
    }
    qsort(told.line, told.count, sizeof *told.line, compare_lines);
    qsort(ended.line, ended.count, sizeof *ended.line, compare_lines);
    for (size_t i = 0; i < told.count && i < ended.count; i++)
        assert_string_equal(told.line[i], ended.line[i]);
    assert_int_equal(told.count, ended.count);
    for (size_t i = 0; i < told.count; i++) {
        free(told.line[i]);
        free(ended.line[i]);
    }
    return told.count;
}

static const struct kept_fact *find(const struct scene *scene, const char *cause, int leg)
{
    for (size_t i = 0; i < scene->facts; i++)
        if (scene->fact[i].leg == leg && !strcmp(scene->fact[i].cause, cause))
            return &scene->fact[i];
    return NULL;
}

/* Something happens to a call of three, at random; most of the time it goes on as it is. */
static void change_something(struct scene *scene, uint64_t *random)
{
    size_t leg = random_below(random, (uint32_t)scene->legs);

    switch (random_below(random, 400)) {
    case 0:
    case 1:
        hold(scene, leg, !scene->stream[leg].held);
        break;
    case 2:
        set_pause(scene, !scene->paused);
        break;
    case 3:
        scene->ssrc[leg] += 100;
        break;
    case 4:
        if (scene->legs < 3 && scene->now_ms > 10000)
            add_leg(scene);
        break;
    default:
        break;
    }
}

/* Packets that are lost, and those that come so late that their place was written. */
static void bring_some(struct scene *scene, uint64_t *random, int64_t late[LEGS_MAX])
{
    for (size_t i = 0; i < scene->legs; i++) {
        uint32_t what = random_below(random, 100);
        if (late[i] && scene->now_ms >= late[i] + LATE_MS_MAX) {
            bring(scene, i, late[i], scene->now_ms);
            late[i] = 0;
        }
        if (what < 4)
            continue;
        if (what < 5 && !late[i])
            late[i] = scene->now_ms;
        else
            bring(scene, i, scene->now_ms, scene->now_ms);
    }
}

static size_t run_random(uint64_t seed)
{
    uint64_t random = seed;
    int64_t late[LEGS_MAX] = {0};
    struct scene scene;

    open_scene(&scene);
    for (; scene.now_ms < RUN_MS; scene.now_ms += 20) {
        change_something(&scene, &random);
        bring_some(&scene, &random, late);
        /* a sink that takes nothing for a while is told all of it later */
        scene.refuse = scene.now_ms % 20000 > 14000;
        advance(&scene);
    }
    finish(scene.track, RUN_MS * NS_PER_MS);
    assert_true(scene.entries >= 5);
    size_t same = assert_same_before(&scene, nearest_ms(scene.last.until) - SETTLED_MS);
    close_scene(&scene);
    return same;
}

static void what_was_told_is_what_is_told_at_the_end(void **state)
{
    size_t same = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        same += run_random(seed);
    print_message("%d calls of a minute, %zu facts the same\n", RUNS, same);
    assert_true(same > RUNS * 50);
}

static void a_hold_or_a_pause_that_lasts_is_told_as_going_on(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    run_to(&scene, 2000);
    hold(&scene, 0, true);
    run_to(&scene, 8000);
    const struct kept_fact *held = find(&scene, "held", 0);
    assert_non_null(held);
    assert_true(held->open);
    assert_int_equal(held->end, scene.last.until);
    hold(&scene, 0, false);
    run_to(&scene, 10000);
    set_pause(&scene, true);
    run_to(&scene, 20000);
    held = find(&scene, "held", 0);
    const struct kept_fact *paused = find(&scene, "paused", 1);
    assert_non_null(paused);
    assert_true(paused->open);
    assert_string_equal(paused->detail, "agent 201: card number");
    assert_non_null(held);
    assert_false(held->open);
    finish(scene.track, 20000 * NS_PER_MS);
    close_scene(&scene);
}

static void legs_are_told_with_their_parties_and_counts_also_those_that_come_late(void **state)
{
    const struct recording_party called = {.number = "+4512345678", .name = "Reception"};
    struct scene scene;

    (void)state;
    open_scene(&scene);
    track_name_parties(scene.track, NULL, &called);
    run_to(&scene, 6000);
    assert_int_equal(scene.last.legs, 2);
    add_leg(&scene);
    run_to(&scene, 11000);
    assert_int_equal(scene.last.legs, 3);
    assert_string_equal(scene.last.called.name, "Reception");
    assert_string_equal(scene.last.caller.number, "");
    assert_string_equal(scene.last.leg[2].party.number, "+4588303002");
    assert_int_equal(scene.last.leg[2].channel, RECORDING_RIGHT);
    assert_int_equal(scene.last.leg[2].own_channel, 3);
    assert_string_equal(scene.last.leg[2].codec, "PCMA");
    uint64_t received = scene.last.leg[0].packets_received;
    assert_true(received > 10000 / 20 - 60 && received <= 11000 / 20);
    finish(scene.track, 11000 * NS_PER_MS);
    close_scene(&scene);
}

static void a_digit_that_turns_out_to_be_of_a_code_is_told_again_hidden(void **state)
{
    struct notes notes;

    (void)state;
    notes_init(&notes, 8);
    notes_add(&notes, 100, 0, "dtmf", "5");
    notes_add(&notes, 200, 0, "dtmf", "7");
    notes_mark_told(&notes);
    assert_int_equal(notes.told, 2);
    notes_hide(&notes, "dtmf", 1);
    assert_int_equal(notes.told, 1);
    assert_string_equal(notes.list[1].detail, "*");
    assert_string_equal(notes.list[0].detail, "5");
    notes_deinit(&notes);
}

static void an_entry_of_a_long_call_is_no_larger_than_one_of_its_first_minute(void **state)
{
    struct scene scene;
    size_t most = 0;

    (void)state;
    open_scene(&scene);
    while (scene.now_ms < 600000) {
        run_to(&scene, scene.now_ms + 700);
        for (int i = 0; i < 15; i++, scene.now_ms += 20) { /* a pause in what both say */
            scene.unsent++;
            advance(&scene);
        }
        if (scene.now_ms < 60000)
            most = scene.news_most;
    }
    assert_true(scene.entries > 100);
    assert_true(most > 0);
    assert_true(scene.news_most <= most + 4);
    finish(scene.track, scene.now_ms * NS_PER_MS);
    assert_true(assert_same_before(&scene, nearest_ms(scene.last.until) - SETTLED_MS) > 1000);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_told_is_what_is_told_at_the_end),
        cmocka_unit_test(a_hold_or_a_pause_that_lasts_is_told_as_going_on),
        cmocka_unit_test(legs_are_told_with_their_parties_and_counts_also_those_that_come_late),
        cmocka_unit_test(a_digit_that_turns_out_to_be_of_a_code_is_told_again_hidden),
        cmocka_unit_test(an_entry_of_a_long_call_is_no_larger_than_one_of_its_first_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
