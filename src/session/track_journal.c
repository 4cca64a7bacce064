#include "session/track_journal.h"

#include <stdlib.h>

#include "audio/line.h"

/* The numbers of the facts that no leg's line has: events first, then what the sink did not take,
 * then what there was no room for. */
enum { NUMBER_UNWRITTEN = 1 << 16, NUMBER_DROPPED = 1 << 24 };

/* One time that it is told. */
struct telling {
    struct recording_journal journal;
    struct leg_news news[BOUND_CALL_STREAMS];
    size_t news_count;
    struct recording_journal_fact *fact; /* owned */
};

bool track_journal_is_due(const struct track_journal *journal, int64_t until)
{
    int64_t first = (int64_t)TRACK_JOURNAL_MS * LINE_PER_MS;

    return until >= (journal->due ? journal->due : first);
}

static void add_line(struct telling *telling, const struct leg *leg, size_t index)
{
    struct recording_journal *journal = &telling->journal;
    const struct leg_news *news = &telling->news[index];

    journal->from[index] = news->from;
    for (size_t i = 0; i < news->facts.count; i++) {
        const struct fact *fact = &news->facts.list[i];
        bool goes_on = (fact->cause == FACT_HELD && news->held) ||
                       (fact->cause == FACT_PAUSED && news->paused);
        telling->fact[journal->facts++] = (struct recording_journal_fact){
            .start = fact->start,
            .end = fact->end,
            .leg = (int)index,
            .cause = fact_cause_name(fact->cause),
            .count = fact->count,
            .detail = leg_fact_detail(leg, fact),
            .open = goes_on && fact->end >= journal->until,
        };
    }
}

static struct recording_journal_fact event_of(const struct recording_fact *note, int leg,
                                              uint32_t number)
{
    return (struct recording_journal_fact){
        .start = note->start_ms * LINE_PER_MS,
        .end = note->end_ms * LINE_PER_MS,
        .leg = leg < 0 ? note->leg : leg,
        .cause = note->cause,
        .count = note->count,
        .detail = note->detail,
        .numbered = true,
        .number = number,
    };
}

/* Events that are new, or were hidden since. Those of the recording may name a leg. */
static void add_events(struct telling *telling, const struct notes *notes, int leg)
{
    struct recording_journal *journal = &telling->journal;

    for (size_t i = notes->told; i < notes->count; i++)
        telling->fact[journal->facts++] =
            event_of(&notes->list[i], leg, (uint32_t)(leg < 0 ? i + BOUND_NOTES : i));
    if (notes->dropped.count)
        telling->fact[journal->facts++] =
            event_of(&notes->dropped, leg, leg < 0 ? NUMBER_DROPPED + 1 : NUMBER_DROPPED);
}

/* The newest may have grown. */
static void add_unwritten(struct telling *telling, const struct facts *unwritten, size_t told)
{
    struct recording_journal *journal = &telling->journal;

    for (size_t i = told ? told - 1 : 0; i < unwritten->count; i++)
        telling->fact[journal->facts++] = (struct recording_journal_fact){
            .start = unwritten->list[i].start,
            .end = unwritten->list[i].end,
            .leg = -1,
            .cause = fact_cause_name(unwritten->list[i].cause),
            .count = unwritten->list[i].count,
            .detail = "",
            .numbered = true,
            .number = NUMBER_UNWRITTEN + (uint32_t)i,
        };
}

static size_t news_of(const struct notes *notes)
{
    return notes->count - notes->told + (notes->dropped.count > 0);
}

/* Put all together. */
static enum status gather(const struct track_journal *journal,
                          const struct track_journal_input *input, struct telling *telling)
{
    size_t most = news_of(input->notes) + input->unwritten->count + 1;

    for (; telling->news_count < input->leg_count; telling->news_count++) {
        size_t i = telling->news_count;
        enum status status =
            leg_tell(input->leg[i], &journal->leg[i], input->until, &telling->news[i]);
        if (status != STATUS_OK)
            return status;
        most += telling->news[i].facts.count + news_of(leg_notes(input->leg[i]));
    }
    telling->fact = calloc(most, sizeof *telling->fact);
    if (!telling->fact)
        return STATUS_NOMEM;
    for (size_t i = 0; i < input->leg_count; i++) {
        track_end_describe(&telling->journal.leg[i], input->leg[i], &input->about[i], i);
        add_line(telling, input->leg[i], i);
        add_events(telling, leg_notes(input->leg[i]), (int)i);
    }
    add_events(telling, input->notes, -1);
    add_unwritten(telling, input->unwritten, journal->unwritten);
    telling->journal.fact = telling->fact;
    return STATUS_OK;
}

static void mark_told(struct track_journal *journal, const struct track_journal_input *input,
                      const struct telling *telling)
{
    journal->number++;
    for (size_t i = 0; i < input->leg_count; i++) {
        journal->leg[i] = telling->news[i].told;
        notes_mark_told(leg_notes(input->leg[i]));
    }
    notes_mark_told(input->notes);
    journal->unwritten = input->unwritten->count;
}

void track_journal_tell(struct track_journal *journal, const struct track_journal_input *input,
                        const struct recording_sink *sink, void *handle)
{
    struct telling telling = {.journal = {.number = journal->number,
                                          .until = input->until,
                                          .caller = journal->caller,
                                          .called = journal->called,
                                          .legs = input->leg_count}};
    int64_t wait_ms = TRACK_JOURNAL_MS;

    if (sink->journal) {
        enum status status = gather(journal, input, &telling);
        if (status == STATUS_OK)
            status = sink->journal(sink->context, handle, &telling.journal);
        if (status == STATUS_OK)
            mark_told(journal, input, &telling);
        else
            wait_ms = TRACK_JOURNAL_RETRY_MS;
    }
    journal->due = input->until + wait_ms * LINE_PER_MS;
    for (size_t i = 0; i < telling.news_count; i++)
        facts_deinit(&telling.news[i].facts);
    free(telling.fact);
}
