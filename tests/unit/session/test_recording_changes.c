/* A recording that changes while it runs: real sockets on loopback, real threads, a sink in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/session/support.h"

enum { MS_PER_PACKET = 20 };

static struct recording *create(struct rig *rig, struct memory_sink *memory,
                                const struct recording_stream *streams, size_t count)
{
    struct recording_begin begin = {
        .id = uuid_new(clock_wall_now()),
        .caller = {"100", "First caller"},
        .called = {"200", "First called"},
        .ties = {.session_id = "s1", .call_reference = "r1"},
    };
    struct recording *recording = NULL;

    memory_sink_init(memory);
    assert_int_equal(recording_create(&begin, streams, count, &rig->address, rig->ports,
                                      &memory->sink, &recording, NULL),
                     STATUS_OK);
    return recording;
}

/* Streams of the rig's sender: 0 left, all others right. */
static struct recording_stream named(const struct rig *rig, size_t index)
{
    struct recording_stream stream =
        stream_of(index ? RECORDING_RIGHT : RECORDING_LEFT, index % 2 ? "PCMU" : "PCMA");

    stream.sender = rig->sender_address;
    return stream;
}

static struct recording *start(struct rig *rig, struct memory_sink *memory,
                               const struct recording_stream *streams, size_t count)
{
    struct recording *recording = create(rig, memory, streams, count);

    recording_start(recording, rig->pool, memory, &test_policy, clock_mono_now(), clock_wall_now());
    return recording;
}

static void send_document(struct recording *recording, const char *message, const char *data)
{
    const struct recording_document document = {
        .at_ms = -77, /* is not looked at */
        .message = message,
        .type = "application/rs-metadata",
        .data = (const uint8_t *)data,
        .data_bytes = strlen(data),
    };
    const struct recording_news news = {.document = &document};

    assert_int_equal(recording_update(recording, &news), STATUS_OK);
}

static enum status update_streams(struct recording *recording,
                                  const struct recording_stream *streams, size_t count)
{
    const struct recording_news news = {.streams = streams, .stream_count = count};

    return recording_update(recording, &news);
}

static void documents_reach_the_sink_in_order_with_their_times(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;

    open_rig(&rig, 1, 17400, 17419);
    const struct recording_stream stream = named(&rig, 0);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    send_document(recording, "INVITE", "<one/>");
    send_document(recording, "UPDATE", "<two/>");
    sleep_ms(250);
    send_document(recording, "UPDATE", "<three/>");
    send_document(recording, "BYE", "<four/>");
    send_document(recording, "BYE", "<five/>"); /* one more than this sink takes */
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    const char *const data[] = {"<one/>", "<two/>", "<three/>", "<four/>"};
    const char *const message[] = {"INVITE", "UPDATE", "UPDATE", "BYE"};
    assert_int_equal(memory.documents, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct memory_document *kept = &memory.document[i];
        assert_string_equal(kept->data, data[i]);
        assert_string_equal(kept->message, message[i]);
        assert_string_equal(kept->type, "application/rs-metadata");
        assert_true(kept->at_ms >= (i < 2 ? 0 : 250));
        assert_true(kept->at_ms <= memory.end.duration_ms);
        if (i < 2)
            assert_true(kept->at_ms < 250);
    }
    assert_int_equal(memory.documents_refused, 1);
    assert_int_equal(memory.end.facts, memory_sink_facts(&memory, "silent", 0)); /* no other */
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void news_reach_the_end_as_last_told(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;

    open_rig(&rig, 1, 17420, 17439);
    struct recording_stream both[] = {named(&rig, 0), named(&rig, 1)};
    struct recording *recording = start(&rig, &memory, both, 2);
    strcpy(both[0].party.name, "First");
    assert_int_equal(update_streams(recording, both, 2), STATUS_OK);
    strcpy(both[0].party.name, "Second");
    assert_int_equal(update_streams(recording, both, 1), STATUS_OK);
    sleep_ms(150);
    strcpy(both[1].party.name, "Other");
    const struct recording_party caller = {"300", "Second caller"};
    char group[] = "g2";
    char other[] = "g3";
    const struct recording_ties ties = {.sip_session_id = "abc",
                                        .group_id = group,
                                        .others = 1,
                                        .other = {{RECORDING_TIE_GROUP, other}}};
    const struct recording_news news = {
        .streams = both, .stream_count = 2, .caller = &caller, .ties = &ties};
    assert_int_equal(recording_update(recording, &news), STATUS_OK);
    memset(group, 'x', sizeof group - 1); /* it was copied */
    memset(other, 'x', sizeof other - 1);
    strcpy(both[0].format[0].codec, "AMR");
    strcpy(both[1].party.name, "Nobody");
    assert_int_equal(update_streams(recording, both, 2), STATUS_UNSUPPORTED);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_string_equal(memory.end.leg[0].party.name, "Second");
    assert_string_equal(memory.end.leg[1].party.name, "Other");
    assert_string_equal(memory.end.leg[0].codec, "PCMA");
    assert_string_equal(memory.end.caller.name, "Second caller");
    assert_string_equal(memory.end.called.name, "First called");
    assert_string_equal(memory.ties[0], "");
    assert_string_equal(memory.ties[1], "abc");
    assert_string_equal(memory.ties[2], "g2");
    assert_string_equal(memory.ties[4], "g3");
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void what_the_begin_told_stands_where_nothing_newer_came(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;

    open_rig(&rig, 1, 17440, 17459);
    const struct recording_stream stream = named(&rig, 0);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    recording_stop(recording, "expired");
    memory_sink_await_end(&memory);
    assert_string_equal(memory.end.caller.name, "First caller");
    assert_string_equal(memory.end.called.number, "200");
    assert_string_equal(memory.ties[0], "s1");
    assert_string_equal(memory.ties[1], "");
    assert_string_equal(memory.ties[3], "r1");
    assert_string_equal(memory.end.end_cause, "expired");
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void streams_added_before_and_after_the_start_are_recorded(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 60 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[3];
    size_t index = 99;

    open_rig(&rig, 1, 17460, 17479);
    const struct recording_stream streams[] = {named(&rig, 0), named(&rig, 1), named(&rig, 2)};
    struct recording *recording = create(&rig, &memory, streams, 1);
    assert_int_equal(recording_add_stream(recording, &streams[1], &rig.address, &index, NULL),
                     STATUS_OK);
    assert_int_equal(index, 1);
    mono_time started = clock_mono_now();
    recording_start(recording, rig.pool, &memory, &test_policy, started, clock_wall_now());
    for (size_t i = 0; i < 3; i++)
        sender_init(&senders[i], i % 2 ? 0 : 8, PACKETS, 1 + i);
    size_t legs = 2;
    int64_t added_ms = 0;
    for (size_t packet = 0; packet < PACKETS; packet++) {
        if (packet == 20) {
            added_ms = (clock_mono_now().ns - started.ns) / NS_PER_MS;
            assert_int_equal(
                recording_add_stream(recording, &streams[2], &rig.address, &index, NULL),
                STATUS_OK);
            assert_int_equal(index, 2);
            legs = 3;
        }
        for (size_t i = 0; i < legs; i++) /* at once, before the media thread may know of it */
            send_to(&rig, recording_port(recording, i), &senders[i], packet);
        pace_next(&pace);
    }
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory.end.legs, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(memory.end.leg[i].packets_received, i < 2 ? PACKETS : PACKETS - 20);
        assert_int_equal(memory.end.leg[i].packets_lost, 0);
        assert_int_equal(memory.end.leg[i].channel, i ? RECORDING_RIGHT : RECORDING_LEFT);
    }
    int64_t anchor_ms = memory.end.leg[2].anchor_samples / 8;
    assert_true(anchor_ms >= added_ms - 2 && anchor_ms <= added_ms + 40);
    for (size_t i = 0; i < memory.end.facts; i++)
        if (memory.facts[i].leg == 2)
            assert_true(memory.facts[i].start_ms >= added_ms);
    await_idle(&rig);
    assert_int_equal(ports_left(&rig), 10);
    for (size_t i = 0; i < 3; i++)
        sender_deinit(&senders[i]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void streams_stop_at_their_bound_and_nothing_is_left_behind(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct fault fault;
    size_t index = 99;

    open_rig(&rig, 1, 17480, 17495); /* as many ports as streams */
    const struct recording_stream stream = named(&rig, 0);
    struct recording_stream unknown = stream;
    strcpy(unknown.format[0].codec, "AMR");
    struct recording *recording = create(&rig, &memory, &stream, 1);
    assert_int_equal(recording_add_stream(recording, &unknown, &rig.address, &index, &fault),
                     STATUS_UNSUPPORTED);
    for (size_t i = 1; i < BOUND_CALL_STREAMS; i++)
        assert_int_equal(recording_add_stream(recording, &stream, &rig.address, &index, &fault),
                         STATUS_OK);
    assert_int_equal(ports_left(&rig), 0);
    assert_int_equal(recording_add_stream(recording, &stream, &rig.address, &index, &fault),
                     STATUS_LIMIT);
    assert_int_equal(index, BOUND_CALL_STREAMS - 1);
    send_document(recording, "UPDATE", "<never/>");
    recording_note(recording, &(struct recording_note){"deviation", "never", -1});
    recording_destroy(recording);
    assert_int_equal(ports_left(&rig), 8);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void stream_on_hold_is_not_heard_and_says_so(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { PACKETS = 90 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[2];
    int64_t held_ms = 0;
    int64_t resumed_ms = 0;

    open_rig(&rig, 1, 17500, 17519);
    struct recording_stream both[] = {named(&rig, 0), named(&rig, 1)};
    mono_time started = clock_mono_now();
    struct recording *recording = create(&rig, &memory, both, 2);
    recording_start(recording, rig.pool, &memory, &test_policy, started, clock_wall_now());
    sender_init(&senders[0], 8, PACKETS, 1);
    sender_init(&senders[1], 0, PACKETS, 2);
    for (size_t packet = 0; packet < PACKETS; packet++) {
        if (packet == 30 || packet == 60) {
            both[1].held = packet == 30;
            assert_int_equal(update_streams(recording, both, 2), STATUS_OK);
            *(both[1].held ? &held_ms : &resumed_ms) =
                (clock_mono_now().ns - started.ns) / NS_PER_MS;
            sleep_ms(2); /* the wall clock's stamp and the other clock may differ a little */
        }
        for (size_t i = 0; i < 2; i++)
            send_to(&rig, recording_port(recording, i), &senders[i], packet);
        pace_next(&pace);
    }
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory.end.leg[0].packets_received, PACKETS);
    assert_int_equal(memory.end.leg[1].packets_received, PACKETS - 30);
    assert_int_equal(memory.end.leg[1].packets_ignored, 30);
    assert_int_equal(memory.end.leg[1].packets_lost, 0);
    assert_int_equal(memory_sink_facts(&memory, "held", 1), 1);
    const struct recording_fact *held = memory_sink_fact(&memory, "held", 1);
    /* the sound of the packet before reaches up to 20 ms into it */
    assert_true(held->start_ms >= held_ms - 2 && held->start_ms <= held_ms + 22);
    assert_true(held->end_ms >= resumed_ms - 2 && held->end_ms <= resumed_ms + 2);
    assert_int_equal(memory_sink_facts(&memory, "held", 0), 0);
    assert_int_equal(memory_sink_facts(&memory, "lost", 1), 0);
    sender_deinit(&senders[0]);
    sender_deinit(&senders[1]);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void notes_become_facts_at_the_time_they_were_told(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    char detail[] = "Anna 200";

    open_rig(&rig, 1, 17520, 17539);
    const struct recording_stream both[] = {named(&rig, 0), named(&rig, 1)};
    struct recording *recording = create(&rig, &memory, both, 2);
    recording_note(recording, &(struct recording_note){"deviation", "before the start", -1});
    mono_time started = clock_mono_now();
    recording_start(recording, rig.pool, &memory, &test_policy, started, clock_wall_now());
    sleep_ms(150);
    recording_note(recording, &(struct recording_note){"party_joined", detail, 1});
    int64_t told_ms = (clock_mono_now().ns - started.ns) / NS_PER_MS;
    memset(detail, 'x', 4);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    const struct recording_fact *joined = memory_sink_fact(&memory, "party_joined", 1);
    assert_non_null(joined);
    assert_string_equal(joined->detail, "Anna 200");
    assert_true(joined->start_ms >= told_ms - 20 && joined->start_ms <= told_ms);
    const struct recording_fact *deviation = memory_sink_fact(&memory, "deviation", -1);
    assert_non_null(deviation);
    assert_int_equal(deviation->start_ms, 0);
    assert_string_equal(deviation->detail, "before the start");
    assert_null(memory_sink_fact(&memory, "notes_dropped", -1));
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void notes_past_their_bound_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;

    open_rig(&rig, 1, 17540, 17559);
    const struct recording_stream stream = named(&rig, 0);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    for (int i = 0; i < BOUND_NOTES + 5; i++) {
        recording_note(recording, &(struct recording_note){"deviation", "", -1});
        if (i == BOUND_NOTES / 2)
            sleep_ms(120);
    }
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory_sink_facts(&memory, "deviation", -1), BOUND_NOTES);
    assert_int_equal(memory_sink_fact(&memory, "notes_dropped", -1)->count, 5);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

static void what_was_last_heard_is_known_to_signalling(void **state)
{
    (void)state;
    struct rig rig;
    struct memory_sink memory;
    struct sender sender;

    open_rig(&rig, 1, 17560, 17579);
    const struct recording_stream stream = named(&rig, 0);
    struct recording *recording = start(&rig, &memory, &stream, 1);
    sleep_ms(150);
    assert_int_equal(recording_heard(recording).ns, 0);
    sender_init(&sender, 8, 2, 1);
    mono_time before = clock_mono_now();
    send_to(&rig, recording_port(recording, 0), &sender, 0);
    mono_time after = clock_mono_now();
    for (int i = 0; i < 100 && !recording_heard(recording).ns; i++)
        sleep_ms(10);
    /* told by the kernel's stamp, on the other clock */
    assert_true(recording_heard(recording).ns >= before.ns - 2 * NS_PER_MS);
    assert_true(recording_heard(recording).ns <= after.ns + 2 * NS_PER_MS);
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    sender_deinit(&sender);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

/* Signalling changes whatever it can while packets come: the account of every stream closes. */
static void changes_without_end_lose_no_packet_of_the_account(void **state)
{
    (void)state;
    struct pace pace = {0};
    enum { ROUNDS = 120 };
    struct rig rig;
    struct memory_sink memory;
    struct sender senders[BOUND_CALL_STREAMS];
    struct recording_stream streams[BOUND_CALL_STREAMS];
    size_t sent[BOUND_CALL_STREAMS] = {0};
    uint64_t random = 7;
    size_t index = 0; /* of the newest */

    open_rig(&rig, 2, 17580, 17599);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        streams[i] = named(&rig, i);
        streams[i].rtcp = rig.sender_address;
        sender_init(&senders[i], i % 2 ? 0 : 8, ROUNDS, 1 + i);
    }
    struct recording *recording = start(&rig, &memory, streams, 1);
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t count = index + 1;
        if (round % 10 == 9 && count < BOUND_CALL_STREAMS)
            assert_int_equal(
                recording_add_stream(recording, &streams[count], &rig.address, &index, NULL),
                STATUS_OK);
        for (size_t i = 0; i < count; i++) {
            streams[i].held = random_below(&random, 4) == 0;
            streams[i].rtcp_mux = random_below(&random, 2) == 0;
            send_to(&rig, recording_port(recording, i), &senders[i], sent[i]++);
        }
        assert_int_equal(update_streams(recording, streams, count), STATUS_OK);
        recording_note(recording, &(struct recording_note){"party_joined", "Anna", 0});
        (void)recording_heard(recording);
        pace_next(&pace);
    }
    recording_stop(recording, "bye");
    memory_sink_await_end(&memory);
    assert_int_equal(memory.end.legs, BOUND_CALL_STREAMS);
    assert_int_equal(memory_sink_facts(&memory, "party_joined", 0), ROUNDS);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        const struct recording_leg *leg = &memory.end.leg[i];
        assert_int_equal(leg->packets_received + leg->packets_ignored, sent[i]);
        assert_int_equal(leg->packets_lost + leg->packets_refused + leg->packets_late, 0);
        sender_deinit(&senders[i]);
    }
    await_idle(&rig);
    assert_int_equal(ports_left(&rig), 10);
    memory_sink_deinit(&memory);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_reach_the_sink_in_order_with_their_times),
        cmocka_unit_test(news_reach_the_end_as_last_told),
        cmocka_unit_test(what_the_begin_told_stands_where_nothing_newer_came),
        cmocka_unit_test(streams_added_before_and_after_the_start_are_recorded),
        cmocka_unit_test(streams_stop_at_their_bound_and_nothing_is_left_behind),
        cmocka_unit_test(stream_on_hold_is_not_heard_and_says_so),
        cmocka_unit_test(notes_become_facts_at_the_time_they_were_told),
        cmocka_unit_test(notes_past_their_bound_are_counted),
        cmocka_unit_test(what_was_last_heard_is_known_to_signalling),
        cmocka_unit_test(changes_without_end_lose_no_packet_of_the_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
