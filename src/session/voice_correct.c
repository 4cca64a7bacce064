/* The line of a voice is moved to its sender's clock. */
#include "session/voice.h"

#include <stdio.h>

#include "audio/line.h"
#include "session/voice_private.h"

static int64_t now_ns(const struct voice *voice)
{
    return voice->position / LINE_PER_MS * CLOCK_NS_PER_MS;
}

void voice_correct_gap(struct voice *voice, const struct timeline_entry *head)
{
    int64_t due = voice->closing ? 0 : voice_clock_due(&voice->clock, true, now_ns(voice));
    int64_t room = line_on_grid(head->heard_start - voice->position);

    if (due < -room)
        due = -room;
    if (due)
        voice_shift(voice, due);
}

/* Free line in front of the first packet that waits: what is missing there keeps its room. */
static int64_t free_before(const struct voice *voice, const struct timeline_entry *head)
{
    int64_t step = head->packet.end - head->packet.start;
    int64_t gap = head->heard_start - timeline_position(voice->timeline);
    uint64_t missing = voice_missing_before(voice, &head->packet);

    return missing > (uint64_t)(gap / step) ? 0 : line_on_grid(gap - (int64_t)missing * step);
}

/* Only what comes right at the read position is moved: what waits in front has its place. */
void voice_settle_anchor(struct voice *voice)
{
    const struct timeline_entry *head = timeline_head(voice->timeline);
    int64_t offset = 0;

    voice->anchor.fresh = false;
    if (!head || head->packet.start != voice->anchor.start ||
        !clock_offset_least(&voice->clock.offset, &offset) || offset >= 0)
        return;
    int64_t room = free_before(voice, head);
    offset -= offset % LINE_GRID;
    if (offset < -room)
        offset = -room;
    if (offset)
        voice_shift(voice, offset);
}

static void tell_forced(struct voice *voice, int64_t due)
{
    enum { TEXT_BYTES = 32 };
    char detail[TEXT_BYTES];

    (void)snprintf(detail, sizeof detail, "%+lld ms", (long long)(due / LINE_PER_MS));
    notes_add(&voice->leg.account->events, voice->position / LINE_PER_MS, -1, "clock_corrected",
              detail);
}

bool voice_correct_packet(struct voice *voice, const struct timeline_entry *head, bool quiet)
{
    int64_t due = voice->closing ? 0 : voice_clock_due(&voice->clock, quiet, now_ns(voice));
    int64_t most = line_on_grid(head->heard_end - head->heard_start - 1);

    if (!due)
        return true;
    if (!quiet && due < 0) {
        /* this one is asked for already: what is cut off lies behind it */
        voice->cut = due;
        return true;
    }
    if (!quiet)
        tell_forced(voice, due);
    if (due < -most)
        due = -most; /* the next one is quiet too, or it is not */
    if (due)
        voice_shift(voice, due);
    /* what is known of before the path became longer would move it back */
    if (!quiet || due > (int64_t)VOICE_CLOCK_FORCE_MS * LINE_PER_MS)
        voice_clock_forget(&voice->clock);
    return due <= 0;
}

void voice_cut_behind(struct voice *voice)
{
    if (!voice->cut)
        return;
    tell_forced(voice, voice->cut);
    voice_shift(voice, voice->cut);
    voice_clock_forget(&voice->clock);
    voice->cut = 0;
}
