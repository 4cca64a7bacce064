#include "session/voice.h"

#include <stdio.h>
#include <stdlib.h>

#include "audio/line.h"
#include "session/leg_formats.h"
#include "session/voice_private.h"

/* Mean squares of samples; 0 dBov is 32768 squared. */
static const double quiet_power = 10737.0;     /* -50 dBov */
static const double floor_power_max = 1.074e6; /* -30 dBov: louder is no noise of a line */
static const double floor_rise = 1.0023;       /* each packet: half a dB in a second of them */
static const double floor_margin = 4.0;        /* 6 dB */

static int64_t least(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

/* --- what was heard -------------------------------------------------------------------------- */

static void tell_heard(struct voice *voice)
{
    if (voice->heard_to > voice->heard_from)
        leg_account_heard(voice->leg.account, voice->heard_from, voice->heard_to);
    voice->heard_from = voice->heard_to;
}

struct stretch voice_heard_run(const struct voice *voice)
{
    return (struct stretch){voice->heard_from, voice->heard_to};
}

static void note_heard(struct voice *voice, int64_t to)
{
    if (voice->heard_to != voice->position || voice->heard_to == voice->heard_from) {
        tell_heard(voice);
        voice->heard_from = voice->position;
    }
    voice->heard_to = to;
    /* at once, so that what a reader asks meanwhile is known */
    if (voice->leg.account->anchor < 0)
        voice->leg.account->anchor = voice->position;
}

static void note_invented(struct voice *voice, int64_t to)
{
    if (voice->invented_to == voice->invented_from)
        voice->invented_from = voice->position;
    voice->invented_to = to;
}

/* --- gaps --------------------------------------------------------------------------------------
 */

uint64_t voice_missing_before(const struct voice *voice, const struct timeline_packet *packet)
{
    if (!voice->last.any || packet->run != voice->last.run)
        return 0;
    for (size_t i = 0; i < VOICE_RUNS_MAX; i++)
        if (voice->run[i].used && voice->run[i].number == packet->run)
            return rtp_sequence_missing(&voice->run[i].sequence, voice->last.sequence,
                                        packet->sequence);
    return 0;
}

/*
 * What of the gap in front of a packet was lost; the rest was never sent. Which end was lost is
 * told by the marker: it stands on the first packet after a silence, so where it is there the loss
 * came before the silence.
 */
static struct stretch lost_part(const struct voice *voice, const struct timeline_entry *entry,
                                uint64_t missing)
{
    int64_t start = voice->last.end;
    int64_t gap = entry->heard_start - start;
    int64_t step = entry->packet.end - entry->packet.start;
    int64_t lost = missing > (uint64_t)(gap / step) ? gap : (int64_t)missing * step;

    if (entry->packet.marker)
        return (struct stretch){start, start + lost};
    return (struct stretch){entry->heard_start - lost, entry->heard_start};
}

/* There is no room for what is missing: its sender left out numbers, or its clock says that no time
 * passed. It is counted as lost, but nothing of the line was. */
static void tell_skipped(struct voice *voice, const struct timeline_entry *entry, uint64_t missing)
{
    enum { TEXT_BYTES = 32 };
    char detail[TEXT_BYTES];

    if (!missing)
        return;
    (void)snprintf(detail, sizeof detail, "%llu", (unsigned long long)missing);
    notes_add(&voice->leg.account->events, entry->heard_start / LINE_PER_MS, -1, "numbers_skipped",
              detail);
}

/* Why the gap in front of a packet is one, as far as it was not silence. */
static void explain_gap(struct voice *voice, const struct timeline_entry *entry)
{
    uint64_t missing = voice_missing_before(voice, &entry->packet);
    int64_t step = entry->packet.end - entry->packet.start;
    int64_t invented = voice->invented_to - voice->invented_from;

    if (!voice->last.any)
        return;
    if (entry->heard_start <= voice->last.end) {
        tell_skipped(voice, entry, missing);
        return;
    }
    struct stretch lost = lost_part(voice, entry, missing);
    if (invented > 0) {
        uint64_t packets = (uint64_t)((invented + step - 1) / step);
        if (packets > missing || invented >= lost.end - lost.start)
            packets = missing;
        leg_account_tell(voice->leg.account, FACT_CONCEALED, 0, voice->invented_from,
                         voice->invented_to, packets);
        missing -= packets;
        if (lost.start < voice->invented_to)
            lost.start = voice->invented_to;
        voice->invented_from = voice->invented_to;
    }
    if (missing)
        leg_account_tell(voice->leg.account, FACT_LOST, 0, lost.start, lost.end, missing);
}

static void be_silent(struct voice *voice)
{
    if (voice->decoder && !voice->paused)
        audio_decoder_pause(voice->decoder);
    voice->paused = true;
}

/* Room for decoded samples. */
static bool reserve(struct voice *voice, size_t samples)
{
    if (samples <= voice->pcm_cap)
        return true;
    int16_t *pcm = realloc(voice->pcm, samples * sizeof *pcm);
    if (!pcm)
        return false;
    voice->pcm = pcm;
    voice->pcm_cap = samples;
    return true;
}

/* Invent what was lost right behind what was heard, if it is short; returns whether it did. */
static bool conceal(struct voice *voice, const struct timeline_entry *head, uint64_t missing)
{
    if (!missing || voice->paused || voice->position != voice->last.end || !voice->decoder)
        return false;
    const struct stretch lost = lost_part(voice, head, missing);
    uint32_t rate_hz = audio_decoder_rate_hz(voice->decoder);
    size_t samples = (size_t)((lost.end - lost.start) * rate_hz / LINE_HZ);
    bool near = lost.start == voice->position &&
                lost.end - lost.start <= (int64_t)VOICE_CONCEAL_MS * LINE_PER_MS;
    if (!near || !samples || !reserve(voice, samples))
        return false;
    bool same = lost.end == head->heard_start && head->packet.codec == voice->last.codec;
    audio_decoder_conceal(voice->decoder, samples, same ? head->packet.payload : NULL,
                          same ? head->packet.payload_bytes : 0, voice->pcm);
    voice->pcm_samples = samples;
    voice->decoded = false;
    voice->open = (struct voice_open){
        .origin = lost.start, .end = lost.end, .rate_hz = rate_hz, .invented = true};
    return true;
}

/* --- packets -----------------------------------------------------------------------------------
 */

static bool is_quiet(struct voice *voice)
{
    double sum = 0;

    for (size_t i = 0; i < voice->pcm_samples; i++)
        sum += (double)voice->pcm[i] * voice->pcm[i];
    double power = sum / (double)voice->pcm_samples;
    voice->floor = power < voice->floor ? power : voice->floor * floor_rise;
    if (voice->floor < quiet_power / floor_margin)
        voice->floor = quiet_power / floor_margin;
    if (voice->floor > floor_power_max)
        voice->floor = floor_power_max;
    return power <= voice->floor * floor_margin;
}

/* Decode the first packet that waits, once. */
static void decode(struct voice *voice, const struct timeline_packet *packet)
{
    if (voice->decoded && voice->decoded_run == packet->run &&
        voice->decoded_sequence == packet->sequence)
        return;
    voice->decoded = true;
    voice->decoded_run = packet->run;
    voice->decoded_sequence = packet->sequence;
    voice->decoded_well = false;
    voice->decoded_quiet = true;
    if (!packet->codec)
        return;
    size_t samples = audio_codec_samples(packet->codec, packet->payload, packet->payload_bytes);
    if (!reserve(voice, samples) ||
        (!voice->decoder && audio_decoder_create(voice->leg.setup, &voice->decoder) != STATUS_OK))
        return;
    voice->pcm_samples = samples;
    voice->decoded_well = audio_decoder_decode(voice->decoder, packet->codec, packet->payload,
                                               packet->payload_bytes, voice->pcm) == STATUS_OK;
    voice->decoded_quiet = is_quiet(voice);
}

static void tell_undecodable(struct voice *voice, const struct timeline_entry *entry)
{
    const struct timeline_packet *packet = &entry->packet;
    char text[LEG_DETAIL_BYTES];
    uint32_t detail = voice->leg.detail_of[packet->payload_type];

    if (packet->codec) {
        const struct leg_payload payload = {.codec = packet->codec};
        leg_formats_describe(&payload, packet->payload_type, text, sizeof text);
        detail = leg_account_detail(voice->leg.account, text);
    }
    leg_account_tell(voice->leg.account, FACT_UNDECODABLE, detail, entry->heard_start,
                     entry->heard_end, 1);
    be_silent(voice);
}

static void tell_speech(struct voice *voice, const struct timeline_entry *entry)
{
    const struct audio_codec *codec = entry->packet.codec;

    if (codec != voice->last.codec)
        leg_account_speaks(voice->leg.account, voice->ssrc, codec, voice->last.codec,
                           entry->heard_start);
    voice->last.codec = codec;
    voice->paused = false;
}

/* Read on with the first packet that waits, which is decoded. */
static void open_packet(struct voice *voice)
{
    struct timeline_entry *entry = timeline_take(voice->timeline);

    explain_gap(voice, entry);
    voice->open = (struct voice_open){
        .origin = entry->packet.start,
        .end = entry->heard_end,
        .rate_hz = voice->decoded_well ? entry->packet.codec->rate_hz : 0,
    };
    if (voice->decoded_well)
        tell_speech(voice, entry);
    else
        tell_undecodable(voice, entry);
    voice->decoded = false;
    voice->last.any = true;
    voice->last.end = entry->heard_end;
    voice->last.run = entry->packet.run;
    voice->last.sequence = entry->packet.sequence;
    timeline_free(entry);
}

/* Find out what begins at the read position. */
static void begin_next(struct voice *voice)
{
    const struct timeline_entry *head = timeline_head(voice->timeline);

    voice->open = (struct voice_open){.end = voice->position};
    if (!head) {
        be_silent(voice);
    } else if (head->heard_start > voice->position) {
        uint64_t missing = voice_missing_before(voice, &head->packet);
        if (conceal(voice, head, missing))
            return;
        be_silent(voice);
        if (!missing)
            voice_correct_gap(voice, head);
    } else {
        decode(voice, &head->packet);
        if (voice_correct_packet(voice, head, voice->decoded_quiet)) {
            open_packet(voice);
            voice_cut_behind(voice);
        }
    }
}

/* Up to where what begins at the read position goes on, at most to `end`. */
static int64_t next_stretch(struct voice *voice, int64_t end)
{
    const struct timeline_entry *head = timeline_head(voice->timeline);

    /* what was lost may still come, before its place is read */
    if (voice->open.invented && head && head->heard_start < voice->open.end)
        voice->open.end = head->heard_start;
    if (voice->open.end <= voice->position)
        begin_next(voice);
    if (voice->open.end > voice->position)
        return least(end, voice->open.end);
    head = timeline_head(voice->timeline);
    return head ? least(end, head->heard_start) : end;
}

/* Put out what there is up to a position. */
static void put(struct voice *voice, int64_t to, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    const struct voice_open *open = &voice->open;

    if (open->end <= voice->position || !open->rate_hz) {
        voice_output_put(&voice->output, 0, NULL, 0, rate_hz, pcm, samples);
        return;
    }
    int64_t unit = LINE_HZ / open->rate_hz;
    size_t from = (size_t)((voice->position - open->origin) / unit);
    size_t until = (size_t)((to - open->origin) / unit);
    if (open->rate_hz == rate_hz)
        until = from + samples; /* whatever was rounded: none twice, none left out */
    if (until > voice->pcm_samples)
        until = voice->pcm_samples;
    if (from > until)
        from = until;
    voice_output_put(&voice->output, open->rate_hz, voice->pcm + from, until - from, rate_hz, pcm,
                     samples);
}

/* Note what was put out, and read on behind it. */
static void move_on(struct voice *voice, int64_t to)
{
    if (to <= voice->position)
        return;
    if (voice->open.end > voice->position && voice->open.invented)
        note_invented(voice, to);
    else if (voice->open.end > voice->position && voice->open.rate_hz)
        note_heard(voice, to);
    voice->position = to;
    if (to > timeline_position(voice->timeline))
        timeline_pass(voice->timeline, to);
}

void voice_read(struct voice *voice, uint32_t rate_hz, int16_t *pcm, size_t samples)
{
    int64_t unit = LINE_HZ / rate_hz;
    int64_t end = voice->position + (int64_t)samples * unit;

    while (voice->position < end) {
        int64_t to = next_stretch(voice, end);
        size_t count = (size_t)(to / unit - voice->position / unit);
        put(voice, to, rate_hz, pcm, count);
        move_on(voice, to);
        pcm += count;
    }
}

void voice_finish(struct voice *voice)
{
    struct leg_counts *counts = &voice->leg.account->counts;
    uint64_t waiting = timeline_waiting(voice->timeline);

    voice_give_up_held(voice);
    tell_heard(voice);
    leg_account_tell(voice->leg.account, FACT_CONCEALED, 0, voice->invented_from,
                     voice->invented_to, 1);
    voice->invented_from = voice->invented_to;
    voice_event_over(voice);
    counts->placed -= waiting;
    counts->late += waiting;
}
