#include "session/leg.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "audio/line.h"
#include "encode/opus_frame.h"
#include "session/leg_private.h"
#include "session/samples.h"

enum status leg_create(const struct recording_format *formats, size_t count, struct leg **out)
{
    struct leg *leg = calloc(1, sizeof *leg);

    if (!leg)
        return STATUS_NOMEM;
    leg_account_init(&leg->account);
    if (holds_reserve(&leg->holds) != STATUS_OK || holds_reserve(&leg->pauses) != STATUS_OK) {
        leg_destroy(leg);
        return STATUS_NOMEM;
    }
    leg_formats_set(&leg->formats, formats, count);
    leg->account.rate_hz = leg_codec(leg)->rate_hz;
    *out = leg;
    return STATUS_OK;
}

void leg_destroy(struct leg *owned_leg)
{
    if (!owned_leg)
        return;
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        voice_destroy(owned_leg->voice[i]);
    leg_account_deinit(&owned_leg->account);
    holds_deinit(&owned_leg->holds);
    holds_deinit(&owned_leg->pauses);
    free(owned_leg);
}

void leg_begin(struct leg *leg, const struct audio_setup *setup, struct sender_clocks *senders,
               int64_t begin_ns, int64_t read)
{
    leg->setup = setup;
    leg->senders = senders;
    leg->number = sender_clocks_join(senders);
    leg->begin_ns = begin_ns;
    leg->position = read;
    leg->account.begin = line_of_ns(begin_ns);
}

void leg_set_formats(struct leg *leg, const struct recording_format *formats, size_t count)
{
    leg_formats_set(&leg->formats, formats, count);
}

void leg_count(struct leg *leg, enum leg_outcome outcome, uint64_t datagrams)
{
    struct leg_counts *counts = &leg->account.counts;

    switch (outcome) {
    case LEG_IGNORED:
        counts->ignored += datagrams;
        break;
    case LEG_DUPLICATE:
        counts->duplicate += datagrams;
        break;
    case LEG_REFUSED:
        counts->refused += datagrams;
        break;
    }
}

void leg_settle(struct leg *leg, int64_t horizon_ns)
{
    /* nothing follows on hold that could show it to be a stall */
    bool now = holds_at(&leg->holds, horizon_ns);

    leg->horizon_ns = horizon_ns;
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i])
            voice_settle(leg->voice[i], horizon_ns, now);
}

/* --- the line ----------------------------------------------------------------------------------
 */

/* Whether more of a voice may be on its way. */
static bool is_active(const struct leg *leg, const struct voice *voice)
{
    int64_t passed_ns = leg->horizon_ns - RECORDING_REORDER_MS * CLOCK_NS_PER_MS;

    return voice_waiting(voice) || voice_holds(voice) || voice_last_arrival_ns(voice) > passed_ns;
}

int64_t leg_ready(const struct leg *leg, int64_t passed_ns)
{
    int64_t known_ns = holds_known(&leg->holds, leg->horizon_ns);
    int64_t ready = INT64_MAX;

    if (known_ns < leg->begin_ns)
        known_ns = leg->begin_ns;
    int64_t passed = line_of_ns(known_ns > passed_ns ? known_ns : passed_ns);
    for (size_t i = 0; i < LEG_VOICES_MAX; i++) {
        const struct voice *voice = leg->voice[i];
        int64_t voice_is = voice && is_active(leg, voice) ? voice_ready(voice, passed) : INT64_MAX;
        if (voice_is < ready)
            ready = voice_is;
    }
    if (ready == INT64_MAX)
        ready = passed;
    return ready > leg->position ? ready : leg->position;
}

int64_t leg_due(const struct leg *leg, int64_t arrival_ns)
{
    int64_t due = leg->position;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++) {
        int64_t voice_is =
            leg->voice[i] ? voice_due(leg->voice[i], line_of_ns(arrival_ns)) : leg->position;
        if (voice_is > due)
            due = voice_is;
    }
    return due;
}

/* Whether it speaks in what is read next. */
static void follow_speech(struct leg *leg, uint32_t rate_hz, const int16_t *pcm, size_t samples)
{
    int64_t at_ns = leg->position / LINE_PER_MS * CLOCK_NS_PER_MS;

    if (at_ns < leg->begin_ns)
        return;
    if (holds_at(&leg->holds, at_ns))
        speech_skip(&leg->speech);
    else
        speech_add(&leg->speech, pcm, samples, rate_hz);
}

/* Read up to a frame's length of all voices. */
static void read_part(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    int16_t more[OPUS_FRAME_SAMPLES_MAX];
    bool any = false;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++) {
        if (!leg->voice[i])
            continue;
        voice_read(leg->voice[i], rate_hz, any ? more : pcm, samples);
        if (any)
            samples_add(pcm, more, samples);
        any = true;
    }
    if (!any)
        memset(pcm, 0, samples * sizeof *pcm);
    if (leg->account.mask)
        leg_mask_frame(leg, rate_hz, pcm, samples);
    follow_speech(leg, rate_hz, pcm, samples);
    leg->position += (int64_t)samples * (LINE_HZ / rate_hz);
}

void leg_read(struct leg *leg, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    size_t most = leg->account.mask ? rate_hz / OPUS_FRAMES_PER_SECOND : OPUS_FRAME_SAMPLES_MAX;

    assert(rate_hz >= leg->account.rate_hz && LINE_HZ % rate_hz == 0);
    while (samples) {
        size_t count = samples < most ? samples : most;
        read_part(leg, rate_hz, pcm, count);
        pcm += count;
        samples -= count;
    }
}

void leg_finish(struct leg *leg, int64_t end)
{
    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i])
            voice_finish(leg->voice[i]);
    leg_account_finish(&leg->account, &leg->holds, &leg->pauses, end);
}

int64_t leg_audio_end(const struct leg *leg)
{
    int64_t end = leg->audio_end;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i] && voice_audio_end(leg->voice[i]) > end)
            end = voice_audio_end(leg->voice[i]);
    return end;
}

int64_t leg_anchor(const struct leg *leg)
{
    int64_t anchor = leg->account.anchor;

    for (size_t i = 0; i < LEG_VOICES_MAX && leg->account.anchor < 0; i++) {
        struct stretch run = leg->voice[i] ? voice_heard_run(leg->voice[i]) : (struct stretch){0};
        if (run.start < run.end && (anchor < 0 || run.start < anchor))
            anchor = run.start;
    }
    return anchor;
}

uint32_t leg_rate_hz(const struct leg *leg)
{
    return leg->account.rate_hz;
}

const struct audio_codec *leg_codec(const struct leg *leg)
{
    const struct recording_format *format = &leg->formats.now[0];
    const struct audio_codec *codec = audio_codec_find(format->codec, format->clock_rate_hz);

    assert(codec && codec->kind == AUDIO_SOUND); /* a leg is never without one */
    return codec;
}

struct leg_counts leg_counts(const struct leg *leg)
{
    struct leg_counts counts = leg->account.counts;

    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i])
            counts.lost += voice_lost(leg->voice[i]);
    return counts;
}

const struct facts *leg_facts(const struct leg *leg)
{
    return &leg->account.facts;
}

const char *leg_fact_detail(const struct leg *leg, const struct fact *fact)
{
    return fact->detail && fact->detail <= leg->account.details
               ? leg->account.detail[fact->detail - 1]
               : "";
}

enum status leg_tell(struct leg *leg, const struct leg_told *before, int64_t until,
                     struct leg_news *news)
{
    struct stretch run[LEG_VOICES_MAX];
    struct leg_told_line line = {.account = &leg->account,
                                 .holds = &leg->holds,
                                 .pauses = &leg->pauses,
                                 .until = until,
                                 .run = run};

    for (size_t i = 0; i < LEG_VOICES_MAX; i++)
        if (leg->voice[i])
            run[line.runs++] = voice_heard_run(leg->voice[i]);
    return leg_told_news(&line, before, news);
}

struct notes *leg_notes(struct leg *leg)
{
    return &leg->account.events;
}

const struct speech *leg_speech(const struct leg *leg)
{
    return &leg->speech;
}

uint32_t leg_jitter_us(const struct leg *leg)
{
    return quality_jitter_us(&leg->jitter);
}

const struct notes *leg_events(const struct leg *leg)
{
    return &leg->account.events;
}
