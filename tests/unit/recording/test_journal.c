/* The journal: entries as bytes, in the tail of a file, and what they say together. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/journal.h"
#include "storage/recording/journal_replay.h"

enum { SECOND = JOURNAL_HZ };

static struct store store;

static int open_store(void **state)
{
    (void)state;
    store_open(&store);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

static void fill_text(char *text, size_t text_bytes, char sign)
{
    memset(text, sign, text_bytes - 1);
    text[text_bytes - 1] = '\0';
}

/* An entry of two legs, of which the facts are told anew from `from` on. */
static struct journal_entry entry_of(uint32_t number, int64_t from, int64_t until)
{
    struct journal_entry entry = {.number = number, .until = until, .legs = 2};

    for (size_t i = 0; i < entry.legs; i++) {
        struct journal_leg *leg = &entry.leg[i];
        leg->right = i == 1;
        leg->rate_hz = 8000;
        leg->anchor_samples = (int64_t)i - 1;
        leg->from = from;
        for (size_t k = 0; k < JOURNAL_COUNTS; k++)
            leg->packets[k] = number * 10 + i + k;
        (void)snprintf(leg->label, sizeof leg->label, "%zu", i + 1);
        (void)snprintf(leg->codec, sizeof leg->codec, "PCMA");
    }
    return entry;
}

static struct journal_fact fact_of(int leg, const char *cause, int64_t start, int64_t end,
                                   uint32_t count)
{
    struct journal_fact fact = {.leg = leg, .start = start, .end = end, .count = count};

    (void)snprintf(fact.cause, sizeof fact.cause, "%s", cause);
    return fact;
}

static void put(struct bytes *entries, struct journal_entry entry, const struct journal_fact *fact,
                size_t facts)
{
    entry.facts = facts;
    assert_int_equal(journal_put(entries, &entry, fact), STATUS_OK);
}

static void what_is_put_is_read_back_at_its_greatest(void **state)
{
    static struct journal_entry entry;
    static struct journal_entry read;
    struct journal_fact facts[2] = {{.start = 1, .end = INT64_MAX, .leg = -1, .count = UINT32_MAX},
                                    {.start = 0, .end = 0, .leg = BOUND_CALL_STREAMS - 1}};
    struct journal_reader reader = {0};
    struct journal_fact fact;
    struct bytes entries;
    (void)state;

    bytes_init(&entries, BOUND_JOURNAL_BYTES);
    entry = (struct journal_entry){
        .number = UINT32_MAX, .until = INT64_MAX, .legs = BOUND_CALL_STREAMS, .facts = 2};
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        struct journal_leg *leg = &entry.leg[i];
        leg->right = i % 2;
        leg->own_channel = (unsigned)i + 1;
        leg->anchor_samples = -1;
        leg->from = INT64_MAX;
        leg->rate_hz = UINT32_MAX;
        for (size_t k = 0; k < JOURNAL_COUNTS; k++)
            leg->packets[k] = UINT64_MAX - k;
        fill_text(leg->label, sizeof leg->label, 'l');
        fill_text(leg->codec, sizeof leg->codec, 'c');
        fill_text(leg->party.number, sizeof leg->party.number, '1');
        fill_text(leg->party.name, sizeof leg->party.name, 'n');
    }
    fill_text(entry.party[1].name, sizeof entry.party[1].name, 'p');
    fill_text(facts[0].cause, sizeof facts[0].cause, 'a');
    fill_text(facts[0].detail, sizeof facts[0].detail, 'd');
    facts[0].numbered = facts[1].open = true;
    facts[0].index = UINT32_MAX;
    assert_int_equal(journal_put(&entries, &entry, facts), STATUS_OK);

    assert_int_equal(journal_next(&entries, &reader, &read), STATUS_OK);
    assert_memory_equal(&read, &entry, sizeof read);
    for (size_t i = 0; i < 2; i++) {
        memset(&fact, 0, sizeof fact);
        assert_int_equal(journal_next_fact(&entries, &reader, &fact), STATUS_OK);
        assert_int_equal(fact.start, facts[i].start);
        assert_int_equal(fact.end, facts[i].end);
        assert_int_equal(fact.leg, facts[i].leg);
        assert_int_equal(fact.count, facts[i].count);
        assert_int_equal(fact.index, facts[i].index);
        assert_int_equal(fact.numbered, facts[i].numbered);
        assert_int_equal(fact.open, facts[i].open);
        assert_string_equal(fact.cause, facts[i].cause);
        assert_string_equal(fact.detail, facts[i].detail);
    }
    assert_int_equal(journal_next_fact(&entries, &reader, &fact), STATUS_END);
    assert_int_equal(journal_next(&entries, &reader, &read), STATUS_END);

    struct bytes full;
    bytes_init(&full, entries.len - 1);
    assert_int_equal(journal_put(&full, &entry, facts), STATUS_LIMIT);
    assert_int_equal(full.len, 0);
    bytes_deinit(&full);
    bytes_deinit(&entries);
}

static void every_changed_byte_of_an_entry_is_read_or_refused_without_harm(void **state)
{
    const struct journal_fact fact = fact_of(1, "lost", 0, SECOND, 3);
    struct journal_replay replay;
    struct bytes entries;
    size_t refused = 0;
    (void)state;

    bytes_init(&entries, BOUND_JOURNAL_BYTES);
    put(&entries, entry_of(0, 0, SECOND), &fact, 1);
    for (size_t at = 0; at < entries.len; at++) {
        for (unsigned mask = 1; mask < 256; mask <<= 1) {
            entries.data[at] ^= (uint8_t)mask;
            assert_int_equal(journal_replay(&entries, &replay), STATUS_OK);
            assert_true(replay.entries <= 1 && replay.facts <= 1);
            refused += !replay.entries || !replay.facts;
            journal_replay_deinit(&replay);
            entries.data[at] ^= (uint8_t)mask;
        }
    }
    assert_true(refused > 0);
    bytes_deinit(&entries);
}

static const struct journal_fact *find(const struct journal_replay *replay, int leg,
                                       const char *cause)
{
    for (size_t i = 0; i < replay->facts; i++)
        if (replay->fact[i].leg == leg && !strcmp(replay->fact[i].cause, cause))
            return &replay->fact[i];
    return NULL;
}

static void entries_together_tell_each_fact_once_and_as_it_was_last(void **state)
{
    struct journal_replay replay;
    struct bytes entries;
    (void)state;

    bytes_init(&entries, BOUND_JOURNAL_BYTES);
    struct journal_fact first[] = {fact_of(0, "held", SECOND, 5 * SECOND, 0),
                                   fact_of(1, "lost", 3 * SECOND, 4 * SECOND, 50),
                                   fact_of(0, "dtmf", 2 * SECOND, 2 * SECOND, 0)};
    first[0].open = true;
    first[2].numbered = true;
    (void)snprintf(first[2].detail, sizeof first[2].detail, "7");
    put(&entries, entry_of(0, 0, 5 * SECOND), first, 3);
    /* the hold went on for a second; what was lost came, too late; the digit was of a code */
    struct journal_fact second[] = {fact_of(0, "held", 5 * SECOND, 6 * SECOND, 0),
                                    fact_of(1, "late", 3 * SECOND, 4 * SECOND, 50), first[2]};
    (void)snprintf(second[2].detail, sizeof second[2].detail, "*");
    struct journal_entry next = entry_of(1, 5 * SECOND, 10 * SECOND);
    next.leg[1].from = 3 * SECOND;
    put(&entries, next, second, 3);

    assert_int_equal(journal_replay(&entries, &replay), STATUS_OK);
    assert_int_equal(replay.entries, 2);
    assert_int_equal(replay.gaps, 0);
    assert_int_equal(replay.last.until, 10 * SECOND);
    assert_int_equal(replay.last.leg[1].packets[0], 11);
    assert_int_equal(replay.facts, 3);
    const struct journal_fact *held = find(&replay, 0, "held");
    assert_non_null(held);
    assert_int_equal(held->start, SECOND);
    assert_int_equal(held->end, 6 * SECOND);
    assert_false(held->open); /* it ended: only its first piece was open */
    assert_null(find(&replay, 1, "lost"));
    assert_int_equal(find(&replay, 1, "late")->count, 50);
    assert_string_equal(find(&replay, 0, "dtmf")->detail, "*");
    journal_replay_deinit(&replay);
    bytes_deinit(&entries);
}

static void an_entry_that_is_missing_is_a_gap_and_one_that_came_twice_counts_once(void **state)
{
    struct journal_replay replay;
    struct bytes entries;
    (void)state;

    bytes_init(&entries, BOUND_JOURNAL_BYTES);
    const struct journal_fact lost = fact_of(0, "lost", 0, SECOND, 7);
    put(&entries, entry_of(0, 0, 5 * SECOND), &lost, 1);
    put(&entries, entry_of(0, 0, 5 * SECOND), &lost, 1);
    put(&entries, entry_of(2, 10 * SECOND, 15 * SECOND), NULL, 0);
    put(&entries, entry_of(1, 5 * SECOND, 10 * SECOND), NULL, 0); /* of an older tail: too late */
    assert_int_equal(journal_replay(&entries, &replay), STATUS_OK);
    assert_int_equal(replay.entries, 2);
    assert_int_equal(replay.facts, 1);
    assert_int_equal(replay.fact[0].count, 7);
    assert_int_equal(replay.gaps, 1);
    assert_int_equal(replay.gap[0].start, 5 * SECOND);
    assert_int_equal(replay.gap[0].end, 10 * SECOND);
    journal_replay_deinit(&replay);

    bytes_clear(&entries);
    put(&entries, entry_of(3, 15 * SECOND, 20 * SECOND), NULL, 0);
    assert_int_equal(journal_replay(&entries, &replay), STATUS_OK);
    assert_int_equal(replay.gap[0].start, 0);
    assert_int_equal(replay.gap[0].end, 15 * SECOND);
    journal_replay_deinit(&replay);
    bytes_clear(&entries);
    assert_int_equal(journal_replay(&entries, &replay), STATUS_OK);
    assert_int_equal(replay.entries, 0);
    journal_replay_deinit(&replay);
    bytes_deinit(&entries);
}

/* What recovery found of a journal. */
struct found {
    struct journal_replay replay;
    size_t documents;
};

static enum status take_found(void *context, const struct recover_found *found)
{
    return journal_replay(found->journal, &((struct found *)context)->replay);
}

static enum status give_details(void *context, const struct recording_summary *so_far,
                                const char **details, size_t *details_bytes)
{
    (void)context;
    (void)so_far;
    *details = "{}";
    *details_bytes = 2;
    return STATUS_OK;
}

static void recover(struct call *call, struct found *found)
{
    const struct recording_access access = {
        .disk = &disk_system, .keys = store.private_keys, .signers = store.public_keys};
    const struct recover_describe describe = {
        .context = found, .found = take_found, .details = give_details};
    struct recording_summary summary;
    struct fault fault = {0};

    memset(found, 0, sizeof *found);
    if (recording_recover(&access, call->image.path, call->image.id, store.keeper, &describe,
                          &summary, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

enum { ENTRIES = 12, LARGE_FACTS = 40 };

/* An entry every second flush; number 4 takes several units. */
static void write_call(struct call *call)
{
    static struct journal_fact facts[LARGE_FACTS];

    call_begin(&store, call);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        size_t count = i == 4 ? LARGE_FACTS : 1;
        for (size_t k = 0; k < count; k++) {
            facts[k] = fact_of(0, "lost", ((int64_t)i * 100 + (int64_t)k) * SECOND / 20,
                               ((int64_t)i * 100 + (int64_t)k) * SECOND / 20 + 960, 1);
            fill_text(facts[k].detail, sizeof facts[k].detail, (char)('a' + i));
        }
        struct journal_entry entry =
            entry_of(i, (int64_t)i * 5 * SECOND, ((int64_t)i + 1) * 5 * SECOND);
        entry.facts = count;
        assert_int_equal(recording_writer_journal(call->made.writer, &entry, facts), STATUS_OK);
        assert_int_equal(recording_writer_document(call->made.writer, i, "UPDATE", "text/a",
                                                   (const uint8_t *)"abc", 3),
                         STATUS_OK);
        call_page(call, 900);
        call_flush(call, true);
    }
}

static void a_crash_leaves_all_entries_whose_units_are_whole(void **state)
{
    struct found found;
    struct bytes tail;
    struct call call;
    (void)state;

    write_call(&call);
    call_image(&call);
    recover(&call, &found);
    assert_int_equal(found.replay.entries, ENTRIES);
    assert_int_equal(found.replay.gaps, 0);
    assert_int_equal(found.replay.last.until, (int64_t)ENTRIES * 5 * SECOND);
    journal_replay_deinit(&found.replay);

    /* each unit behind those of audio torn, one at a time: at most one entry is missing, and what
     * is missing is said to be */
    call_image(&call);
    bytes_init(&tail, 4 << 20);
    file_read(call.image.tail, &tail);
    size_t units = tail.len / FORMAT_UNIT_BYTES;
    size_t missed = 0;
    for (size_t unit = 2; unit < units; unit++) {
        call_image(&call);
        file_flip(call.image.tail, (off_t)(unit * FORMAT_UNIT_BYTES + 1000), 0x40);
        recover(&call, &found);
        bool last = found.replay.last.number != ENTRIES - 1;
        assert_true(found.replay.entries == ENTRIES || found.replay.entries == ENTRIES - 1);
        if (found.replay.entries < ENTRIES) {
            missed++;
            assert_int_equal(found.replay.gaps, last ? 0 : 1);
            if (!last)
                assert_int_equal(found.replay.gap[0].end - found.replay.gap[0].start, 5 * SECOND);
        }
        journal_replay_deinit(&found.replay);
    }
    assert_true(missed > ENTRIES); /* number 4 has several units */
    /* the others are of documents, and one of the stream's header pages */
    assert_int_equal(units - 2, missed + ENTRIES + 1);
    bytes_deinit(&tail);
    call_end(&call);
}

static void a_sealed_file_has_no_journal(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct call call;
    (void)state;

    write_call(&call);
    store_finish(&store, &call.made);
    assert_false(file_exists(call.made.tail));
    assert_int_equal(store_read(&store, &call.made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    recording_reader_close(reader);
    stream_deinit(&call.stream);
}

static void what_is_not_durable_yet_is_bounded_and_told_again_by_its_teller(void **state)
{
    static struct journal_fact facts[LARGE_FACTS];
    struct journal_entry entry = entry_of(0, 0, SECOND);
    struct call call;
    size_t taken = 0;
    (void)state;

    call_begin(&store, &call);
    entry.facts = LARGE_FACTS;
    for (size_t k = 0; k < LARGE_FACTS; k++) {
        facts[k] = fact_of(0, "lost", 0, SECOND, 1);
        fill_text(facts[k].detail, sizeof facts[k].detail, 'x');
    }
    while (recording_writer_journal(call.made.writer, &entry, facts) == STATUS_OK)
        taken++;
    assert_in_range(taken, 50, BOUND_JOURNAL_BYTES / (LARGE_FACTS * 255));
    assert_int_equal(recording_writer_journal(call.made.writer, &entry, facts), STATUS_LIMIT);
    call_page(&call, 900);
    call_flush(&call, false); /* written, but nobody said that it is durable */
    assert_int_equal(recording_writer_journal(call.made.writer, &entry, facts), STATUS_LIMIT);
    call_flush(&call, true);
    assert_int_equal(recording_writer_journal(call.made.writer, &entry, facts), STATUS_OK);
    call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_read_back_at_its_greatest),
        cmocka_unit_test(every_changed_byte_of_an_entry_is_read_or_refused_without_harm),
        cmocka_unit_test(entries_together_tell_each_fact_once_and_as_it_was_last),
        cmocka_unit_test(an_entry_that_is_missing_is_a_gap_and_one_that_came_twice_counts_once),
        cmocka_unit_test(a_crash_leaves_all_entries_whose_units_are_whole),
        cmocka_unit_test(a_sealed_file_has_no_journal),
        cmocka_unit_test(what_is_not_durable_yet_is_bounded_and_told_again_by_its_teller),
    };

    return cmocka_run_group_tests(tests, open_store, close_store);
}
