#include "ingest/store_recording.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PIXEL_BYTES = 2, SIDES = 2 }; /* of peaks: min and max */

/* Not every caller sets every text. */
static const char *given(const char *text)
{
    return text ? text : "";
}

/* What was told takes the place of what was known. */
static void take_text(char *field, size_t field_bytes, const char *told)
{
    if (told && *told)
        text_copy(field, field_bytes, told);
}

static enum index_tie_kind tie_kind(enum recording_tie_kind kind)
{
    switch (kind) {
    case RECORDING_TIE_SESSION:
        return INDEX_TIE_SESSION;
    case RECORDING_TIE_SIP_SESSION:
        return INDEX_TIE_SIP_SESSION;
    case RECORDING_TIE_GROUP:
        return INDEX_TIE_GROUP;
    case RECORDING_TIE_REFERENCE:
        break;
    }
    return INDEX_TIE_REFERENCE;
}

static void take_ties(struct index_recording *row, const struct recording_ties *ties)
{
    take_text(row->session_id, sizeof row->session_id, ties->session_id);
    take_text(row->sip_session_id, sizeof row->sip_session_id, ties->sip_session_id);
    take_text(row->group_id, sizeof row->group_id, ties->group_id);
    take_text(row->call_reference, sizeof row->call_reference, ties->call_reference);
    row->ties = ties->others;
    for (size_t i = 0; i < ties->others; i++) {
        row->tie[i].kind = tie_kind(ties->other[i].kind);
        text_copy(row->tie[i].value, sizeof row->tie[i].value, given(ties->other[i].value));
    }
}

static struct index_party party_row(const struct recording_party *party)
{
    struct index_party row;

    text_copy(row.number, sizeof row.number, party->number);
    text_copy(row.name, sizeof row.name, party->name);
    return row;
}

static void take_leg(struct store_recording *recording, size_t i, const struct recording_leg *leg)
{
    struct index_leg *row = &recording->row.leg[i];

    row->right = leg->channel == RECORDING_RIGHT;
    row->own_channel = leg->own_channel;
    text_copy(row->label, sizeof row->label, leg->label);
    row->party = party_row(&leg->party);
    text_copy(row->codec, sizeof row->codec, leg->codec);
    row->packets_received = leg->packets_received;
    row->packets_lost = leg->packets_lost;
    row->packets_late = leg->packets_late;
    row->packets_duplicate = leg->packets_duplicate;
    row->packets_ignored = leg->packets_ignored;
    row->packets_refused = leg->packets_refused;
    row->sound = (struct index_sound){
        .r_tenths = leg->quality.r_tenths,
        .mos_hundredths = leg->quality.mos_hundredths,
        .jitter_us = leg->quality.jitter_us,
        .speech_ms = leg->speech_ms,
        .longest_silence_ms = leg->longest_silence_ms,
    };
    recording->media[i] = (struct details_leg_media){leg->rate_hz, leg->anchor_samples};
}

enum status store_recording_create(const struct recording_begin *begin, const char *node,
                                   struct store_recording **out)
{
    struct store_recording *recording = calloc(1, sizeof *recording);

    if (!recording)
        return STATUS_NOMEM;
    struct index_recording *row = &recording->row;
    uuid_format(begin->id, recording->id_text);
    row->id = begin->id;
    row->started = begin->started;
    row->state = RECORDING_STATE_RECORDING;
    row->caller = party_row(&begin->caller);
    row->called = party_row(&begin->called);
    text_copy(row->source, sizeof row->source, given(begin->source));
    text_copy(row->source_address, sizeof row->source_address, given(begin->source_address));
    text_copy(row->sip_call_id, sizeof row->sip_call_id, given(begin->sip_call_id));
    take_ties(row, &begin->ties);
    text_copy(row->node, sizeof row->node, node);
    row->legs = begin->legs;
    for (size_t i = 0; i < begin->legs; i++)
        take_leg(recording, i, &begin->leg[i]);
    recording_path(row->id, row->started, row->path);
    *out = recording;
    return STATUS_OK;
}

enum status store_recording_open(struct store_recording *recording, const struct disk *disk,
                                 const char *store, const struct customer_key *key,
                                 struct fault *fault)
{
    const struct recording_writer_spec spec = {
        .disk = disk,
        .recording = recording->row.id,
        .customer = recording->row.customer,
        .created = recording->row.started,
        .created_mono = clock_mono_now(),
        .key = key,
    };

    return recording_writer_create(store, &spec, &recording->writer, fault);
}

static void take_party(struct index_party *party, const struct recording_party *told)
{
    if (told->number[0] || told->name[0])
        *party = party_row(told);
}

enum status store_recording_document(struct store_recording *recording,
                                     const struct recording_document *document)
{
    enum status status =
        recording_writer_document(recording->writer, document->at_ms, given(document->message),
                                  given(document->type), document->data, document->data_bytes);

    recording->documents_refused += status != STATUS_OK;
    return status;
}

static struct index_fact fact_row(const struct recording_fact *fact)
{
    struct index_fact row = {
        .start_ms = fact->start_ms, .end_ms = fact->end_ms, .leg = fact->leg, .count = fact->count};

    text_copy(row.cause, sizeof row.cause, fact->cause);
    text_copy(row.detail, sizeof row.detail, given(fact->detail));
    return row;
}

/* What there was no room for here is a fact of the whole recording; there is room for it. */
static void add_dropped(struct store_recording *recording, const struct recording_end *end,
                        const char *cause, uint32_t dropped)
{
    const struct recording_fact fact = {
        .end_ms = end->duration_ms, .leg = -1, .cause = cause, .count = dropped};

    if (dropped)
        recording->facts[recording->fact_count++] = fact_row(&fact);
}

static enum status take_facts(struct store_recording *recording, const struct recording_end *end)
{
    size_t count =
        end->facts + (recording->documents_refused > 0) + (recording->controls_untold > 0);

    if (!count)
        return STATUS_OK;
    recording->facts = calloc(count, sizeof *recording->facts);
    if (!recording->facts)
        return STATUS_NOMEM;
    for (size_t i = 0; i < end->facts; i++)
        recording->facts[i] = fact_row(&end->fact[i]);
    recording->fact_count = end->facts;
    add_dropped(recording, end, "documents_dropped", recording->documents_refused);
    add_dropped(recording, end, "controls_untold", recording->controls_untold);
    return STATUS_OK;
}

/* Copy several pictures, pixel by pixel beside each other, as far as a section can hold them. */
static enum status take_peaks(const int8_t *const *line, size_t lines, size_t pixels,
                              uint8_t **copy, size_t *copy_bytes)
{
    if (!pixels || !lines)
        return STATUS_OK;
    if (pixels > BOUND_SECTION_BYTES / (lines * PIXEL_BYTES))
        pixels = BOUND_SECTION_BYTES / (lines * PIXEL_BYTES);
    uint8_t *out = *copy = malloc(pixels * lines * PIXEL_BYTES);
    if (!*copy)
        return STATUS_NOMEM;
    for (size_t i = 0; i < pixels; i++)
        for (size_t k = 0; k < lines; k++, out += PIXEL_BYTES)
            memcpy(out, line[k] + i * PIXEL_BYTES, PIXEL_BYTES);
    *copy_bytes = pixels * lines * PIXEL_BYTES;
    return STATUS_OK;
}

enum status store_recording_take_end(struct store_recording *recording,
                                     const struct recording_end *end)
{
    struct index_recording *row = &recording->row;

    row->ended = end->ended;
    row->duration_ms = end->duration_ms;
    row->measured = true;
    row->talk_over_ms = end->talk_over_ms;
    text_copy(row->end_cause, sizeof row->end_cause, end->end_cause);
    row->legs = end->legs;
    for (size_t i = 0; i < end->legs; i++)
        take_leg(recording, i, &end->leg[i]);
    take_party(&row->caller, &end->caller);
    take_party(&row->called, &end->called);
    take_ties(row, &end->ties);
    enum status status = take_facts(recording, end);
    if (status == STATUS_OK)
        status = take_peaks(end->peaks.side, SIDES, end->peaks.pixels, &recording->peaks,
                            &recording->peaks_bytes);
    if (status == STATUS_OK)
        status = take_peaks(end->peaks.leg, end->legs, end->peaks.leg_pixels, &recording->leg_peaks,
                            &recording->leg_peaks_bytes);
    return status;
}

/* Sums over the legs, for the footer. */
static struct recording_loss loss_of(const struct index_recording *row)
{
    struct recording_loss loss = {.known = true};

    for (size_t i = 0; i < row->legs; i++) {
        loss.packets_received += row->leg[i].packets_received;
        loss.packets_lost += row->leg[i].packets_lost;
        loss.packets_late += row->leg[i].packets_late;
        loss.packets_duplicate += row->leg[i].packets_duplicate;
    }
    return loss;
}

enum status store_recording_seal(struct store_recording *recording, const struct signer *signer,
                                 struct fault *fault)
{
    struct index_recording *row = &recording->row;
    struct recording_section sections[3];
    struct recording_summary summary;
    char *details = NULL;
    size_t count = 0;

    row->state = RECORDING_STATE_SEALED;
    enum status status =
        details_write(row, recording->media, recording->facts, recording->fact_count, &details);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "write details: out of memory");
    sections[count++] =
        (struct recording_section){SECTION_DETAILS, (const uint8_t *)details, strlen(details)};
    if (recording->peaks)
        sections[count++] = (struct recording_section){SECTION_CHANNEL_PEAKS, recording->peaks,
                                                       recording->peaks_bytes};
    if (recording->leg_peaks)
        sections[count++] = (struct recording_section){SECTION_PEAKS, recording->leg_peaks,
                                                       recording->leg_peaks_bytes};
    const struct recording_finish finish = {
        .state = RECORDING_STATE_SEALED,
        .ended = row->ended,
        .ended_mono = clock_mono_now(),
        .duration_ms = row->duration_ms,
        .loss = loss_of(row),
        .sections = count,
        .section = sections,
    };
    status = recording_writer_finish(recording->writer, &finish, signer, &summary, fault);
    if (status == STATUS_OK) {
        row->audio_bytes = summary.audio_bytes;
        memcpy(row->sha256_cipher, summary.sha256_cipher, sizeof row->sha256_cipher);
        memcpy(row->sha256_plain, summary.sha256_plain, sizeof row->sha256_plain);
    }
    free(details);
    return status;
}

void store_recording_destroy(struct store_recording *owned_recording)
{
    if (!owned_recording)
        return;
    recording_writer_destroy(owned_recording->writer);
    free(owned_recording->facts);
    free(owned_recording->peaks);
    free(owned_recording->leg_peaks);
    free(owned_recording);
}
