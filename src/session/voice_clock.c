#include "session/voice_clock.h"

#include <stdlib.h>

#include "audio/line.h"
#include "session/voice.h"

enum { PERCENT = 100, REPORT_SLACK_MS = 5, NTP_FRACTION_BITS = 32 };

void voice_clock_init(struct voice_clock *clock, struct sender_clocks *senders, size_t leg)
{
    *clock = (struct voice_clock){.senders = senders, .leg = leg, .cut_due_ns = -1};
}

void voice_clock_restart(struct voice_clock *clock, uint32_t clock_hz)
{
    clock_offset_init(&clock->offset);
    clock->reports.count = 0; /* they told of other timestamps */
    clock->clock_hz = clock_hz;
    clock->has_lead = false;
    clock->cut_due_ns = -1;
}

static int64_t line_of_ticks(const struct voice_clock *clock, int64_t ticks)
{
    return ticks * LINE_HZ / (int64_t)clock->clock_hz;
}

/* When a packet was sent, by its sender's clock; false where that is not known. */
static bool sent_at(const struct voice_clock *clock, uint32_t timestamp, int64_t *time)
{
    const struct voice_reports *reports = &clock->reports;
    int64_t least = INT64_MAX;

    if (reports->count < 2)
        return false;
    for (uint32_t i = 0; i < reports->count && i < VOICE_CLOCK_REPORTS; i++)
        if (reports->least[i] < least)
            least = reports->least[i];
    int64_t ticks = reports->ticks + (int32_t)(timestamp - reports->timestamp);
    *time = least + line_of_ticks(clock, ticks);
    return true;
}

void voice_clock_packet(struct voice_clock *clock, uint32_t timestamp, int64_t start,
                        int64_t arrival_ns)
{
    int64_t arrival = line_of_ns(arrival_ns);
    int64_t time;

    clock_offset_add(&clock->offset, arrival_ns, arrival - start);
    clock->has_lead = sent_at(clock, timestamp, &time);
    if (!clock->has_lead)
        return;
    clock->lead = time - start;
    clock_offset_add(&clock->reports.sender->offset, arrival_ns, arrival - time);
}

void voice_clock_report(struct voice_clock *clock, struct sender_clock *sender,
                        const struct rtcp_sender_report *report)
{
    struct voice_reports *reports = &clock->reports;
    int64_t fraction = (int64_t)(report->ntp & UINT32_MAX);
    int64_t time = (int64_t)(report->ntp >> NTP_FRACTION_BITS) * LINE_HZ +
                   (fraction * LINE_HZ >> NTP_FRACTION_BITS);
    int64_t ticks = reports->ticks + (int32_t)(report->timestamp - reports->timestamp);
    int64_t went = time - reports->time;
    int64_t apart = went - line_of_ticks(clock, ticks - reports->ticks);

    if (!report->ntp)
        return;
    if (reports->count && reports->sender == sender && went == 0 && !apart)
        return; /* the same once more */
    if (!reports->count || reports->sender != sender || went <= 0 ||
        llabs(apart) >
            went * VOICE_CLOCK_APART_PERCENT / PERCENT + (int64_t)REPORT_SLACK_MS * LINE_PER_MS) {
        /* the first, or its clock was set: what other legs knew of it is wrong then too */
        if (reports->count && reports->sender == sender)
            clock_offset_init(&sender->offset);
        *reports = (struct voice_reports){.sender = sender};
        clock->has_lead = false;
        ticks = 0;
    }
    reports->timestamp = report->timestamp;
    reports->ticks = ticks;
    reports->time = time;
    reports->least[reports->count++ % VOICE_CLOCK_REPORTS] = time - line_of_ticks(clock, ticks);
}

void voice_clock_shift(struct voice_clock *clock, int64_t by)
{
    clock_offset_move(&clock->offset, -by);
    clock->lead -= by;
    sender_clocks_tell(clock->senders, clock->leg, 0);
}

void voice_clock_forget(struct voice_clock *clock)
{
    clock_offset_init(&clock->offset);
    if (clock->has_lead)
        clock_offset_init(&clock->reports.sender->offset);
    clock->cut_due_ns = -1;
}

/* How much later what follows should lie, by the slow estimate or the fast one. */
static bool find_due(const struct voice_clock *clock, bool fast, int64_t *due)
{
    int64_t by_arrival;
    int64_t offset;

    if (!(fast ? clock_offset_fast : clock_offset_slow)(&clock->offset, &by_arrival))
        return false;
    *due = by_arrival;
    if (!clock->has_lead)
        return true;
    const struct clock_offset *sender = &clock->reports.sender->offset;
    if (!(fast ? clock_offset_fast : clock_offset_slow)(sender, &offset))
        return true;
    if (llabs(offset + clock->lead - by_arrival) <= (int64_t)VOICE_CLOCK_TRUST_MS * LINE_PER_MS)
        *due = offset + clock->lead;
    return true;
}

/* Whether a line that is due to move by so much is to be moved though somebody speaks. */
static bool is_far(const struct voice_clock *clock, int64_t due)
{
    const int64_t most = (int64_t)VOICE_CLOCK_FORCE_MS * LINE_PER_MS;

    return llabs(due) > most || sender_clocks_apart(clock->senders, clock->leg) > most;
}

int64_t voice_clock_due(struct voice_clock *clock, bool quiet, int64_t now_ns)
{
    int64_t slow = 0;
    int64_t fast = 0;

    if (!find_due(clock, false, &slow))
        return 0;
    if (slow >= 0 || !is_far(clock, slow))
        clock->cut_due_ns = -1;
    else if (clock->cut_due_ns < 0)
        clock->cut_due_ns = now_ns;
    if (quiet && llabs(slow) >= (int64_t)VOICE_CLOCK_MOVE_MS * LINE_PER_MS)
        return slow - slow % LINE_GRID;
    if (!find_due(clock, true, &fast))
        return 0;
    sender_clocks_tell(clock->senders, clock->leg, fast);
    bool far = is_far(clock, fast);
    bool later = far && fast > 0;
    bool earlier = far && fast < 0 && clock->cut_due_ns >= 0 &&
                   now_ns - clock->cut_due_ns >= (int64_t)VOICE_CLOCK_CUT_MS * CLOCK_NS_PER_MS;
    return later || earlier ? fast - fast % LINE_GRID : 0;
}
