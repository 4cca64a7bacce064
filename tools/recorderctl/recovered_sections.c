#include "tools/recorderctl/recovered_sections.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/stored_peaks.h"
#include "storage/index/details.h"
#include "tools/recorderctl/recovered_facts.h"

enum { SIDES = STORED_PEAKS_SIDES, MS_PER_S = 1000 };

struct recovered_sections {
    const struct index_recording *row;
    struct index_recording made; /* it, with what the journal told */
    struct details_leg_media media[BOUND_CALL_STREAMS];
    struct stored_peaks *peaks;
    struct journal_replay replay;
    bool sealed; /* its facts were told at its end: */
    const struct index_fact *told;
    size_t told_count;
    bool has_media;           /* `media` is what the sealed end of it told */
    bool has_details;         /* `made` has */
    struct index_fact *facts; /* owned; those of them */
    size_t holes;
    struct recover_hole *hole; /* owned */
    int64_t pre_skip;
    char *json;            /* owned */
    uint8_t *side_picture; /* owned */
    uint8_t *leg_picture;  /* owned */
};

enum status recovered_sections_create(const struct index_recording *row,
                                      struct recovered_sections **out)
{
    struct recovered_sections *sections = calloc(1, sizeof *sections);

    if (!sections)
        return STATUS_NOMEM;
    sections->row = row;
    if (stored_peaks_create(&sections->peaks) != STATUS_OK) {
        recovered_sections_destroy(sections);
        return STATUS_NOMEM;
    }
    *out = sections;
    return STATUS_OK;
}

void recovered_sections_destroy(struct recovered_sections *owned_sections)
{
    if (!owned_sections)
        return;
    stored_peaks_destroy(owned_sections->peaks);
    journal_replay_deinit(&owned_sections->replay);
    free(owned_sections->facts);
    free(owned_sections->hole);
    free(owned_sections->json);
    free(owned_sections->side_picture);
    free(owned_sections->leg_picture);
    free(owned_sections);
}

void recovered_sections_tell(struct recovered_sections *sections, const struct index_fact *facts,
                             size_t fact_count)
{
    sections->sealed = true;
    sections->told = facts;
    sections->told_count = fact_count;
}

void recovered_known_legs(struct index_recording *row)
{
    if (row->legs)
        return;
    row->legs = 2;
    row->leg[0] = (struct index_leg){.right = false, .party = row->caller};
    row->leg[1] = (struct index_leg){.right = true, .party = row->called};
}

/* The writer may have had no time to say who has a channel of its own; the audio's header does: leg
 * n is the n-th of those behind left and right. */
static void set_own_channels(struct index_recording *row, unsigned streams)
{
    for (size_t i = 0; i < row->legs; i++)
        if (!row->leg[i].own_channel && i + SIDES < streams)
            row->leg[i].own_channel = (unsigned)i + 1;
}

static void take_packet(void *context, const struct recover_packet *packet)
{
    struct recovered_sections *sections = context;

    stored_peaks_add(sections->peaks, packet->data, packet->data_bytes, packet->streams,
                     packet->pre_skip);
}

/* What is gone was gone before its end, which was sealed. One that says nothing is as one that has
 * none. */
static enum status take_details(struct recovered_sections *sections,
                                const struct recover_found *found)
{
    size_t count = 0;

    sections->made = *sections->row;
    enum status status = details_read(found->details, found->details_bytes, &sections->made,
                                      &sections->facts, &count);
    sections->has_details = status == STATUS_OK;
    if (status == STATUS_OK)
        recovered_sections_tell(sections, sections->facts, count);
    return status == STATUS_NOMEM ? status : STATUS_OK;
}

static enum status take_found(void *context, const struct recover_found *found)
{
    struct recovered_sections *sections = context;

    stored_peaks_finish(sections->peaks);
    sections->hole = calloc(found->holes + 1, sizeof *sections->hole);
    if (!sections->hole)
        return STATUS_NOMEM;
    if (found->holes)
        memcpy(sections->hole, found->hole, found->holes * sizeof *found->hole);
    sections->holes = found->holes;
    sections->pre_skip = found->pre_skip;
    if (found->details)
        sections->has_media =
            details_read_media(found->details, found->details_bytes, sections->media) == STATUS_OK;
    if (found->details && !sections->sealed)
        return take_details(sections, found);
    return journal_replay(found->journal, &sections->replay);
}

static enum status make_details(void *context, const struct recording_summary *so_far,
                                const char **details, size_t *details_bytes)
{
    struct recovered_sections *sections = context;
    struct index_recording *row = &sections->made;
    const struct recover_found found = {
        .holes = sections->holes, .hole = sections->hole, .pre_skip = sections->pre_skip};
    struct index_fact *facts = NULL;
    size_t fact_count = 0;

    if (!sections->has_details)
        *row = *sections->row;
    row->duration_ms = so_far->duration_ms;
    if (!sections->sealed)
        row->ended.ns = row->started.ns + so_far->duration_ms * CLOCK_NS_PER_MS;
    if (!row->end_cause[0])
        (void)snprintf(row->end_cause, sizeof row->end_cause, "%s", "interrupted");
    recovered_known_legs(row);
    if (!sections->has_media)
        recovered_legs(&sections->replay, row, sections->media);
    set_own_channels(row, so_far->streams);
    enum status status =
        sections->sealed
            ? recovered_more_facts(sections->told, sections->told_count, &found,
                                   so_far->duration_ms, &facts, &fact_count)
            : recovered_facts(&sections->replay, &found, so_far->duration_ms, &facts, &fact_count);
    if (status == STATUS_OK)
        status = details_write(row, sections->media, facts, fact_count, &sections->json);
    free(facts);
    if (status != STATUS_OK)
        return status;
    *details = sections->json;
    *details_bytes = strlen(sections->json);
    return STATUS_OK;
}

/* Pictures that lie beside each other, pixel by pixel; one that ends early is flat from there. */
static enum status lay_beside(const struct stored_picture *picture, size_t count, size_t pixels,
                              uint8_t **out, size_t *out_bytes)
{
    size_t most = BOUND_SECTION_BYTES / (count * PEAKS_PIXEL_BYTES);

    if (pixels > most)
        pixels = most;
    uint8_t *data = calloc(pixels * count + 1, PEAKS_PIXEL_BYTES);
    if (!data)
        return STATUS_NOMEM;
    for (size_t k = 0; k < count; k++)
        for (size_t i = picture[k].begun; i < pixels && i < picture[k].pixels; i++)
            memcpy(data + (i * count + k) * PEAKS_PIXEL_BYTES,
                   picture[k].data + i * PEAKS_PIXEL_BYTES, PEAKS_PIXEL_BYTES);
    *out = data;
    *out_bytes = pixels * count * PEAKS_PIXEL_BYTES;
    return STATUS_OK;
}

static bool share_sides(const struct index_recording *row)
{
    size_t legs[SIDES] = {0};

    for (size_t i = 0; i < row->legs; i++)
        legs[row->leg[i].right]++;
    return legs[0] > 1 || legs[1] > 1;
}

static bool is_first_of_side(const struct index_recording *row, size_t leg)
{
    for (size_t i = 0; i < leg; i++)
        if (row->leg[i].right == row->leg[leg].right)
            return false;
    return true;
}

/* Before it had a channel of its own, the first leg of a side was that side; one that never had one
 * is drawn as its side, which is how it is heard. */
static void add_side(uint8_t *data, size_t legs, size_t leg, const struct stored_picture *side,
                     size_t end)
{
    for (size_t i = 0; i < end && i < side->pixels; i++)
        memcpy(data + (i * legs + leg) * PEAKS_PIXEL_BYTES, side->data + i * PEAKS_PIXEL_BYTES,
               PEAKS_PIXEL_BYTES);
}

static enum status draw_legs(struct recovered_sections *sections, size_t pixels,
                             size_t *picture_bytes)
{
    const struct index_recording *row = &sections->made;
    struct stored_picture own[BOUND_CALL_STREAMS] = {0};

    for (size_t i = 0; i < row->legs; i++)
        if (row->leg[i].own_channel)
            own[i] = stored_peaks_own(sections->peaks, row->leg[i].own_channel - 1);
    enum status status = lay_beside(own, row->legs, pixels, &sections->leg_picture, picture_bytes);
    if (status != STATUS_OK)
        return status;
    size_t laid = *picture_bytes / (row->legs * PEAKS_PIXEL_BYTES);
    for (size_t i = 0; i < row->legs; i++) {
        const struct stored_picture side = stored_peaks_side(sections->peaks, row->leg[i].right);
        size_t end = own[i].pixels ? own[i].begun : laid;
        if (!own[i].pixels || is_first_of_side(row, i))
            add_side(sections->leg_picture, row->legs, i, &side, end < laid ? end : laid);
    }
    return STATUS_OK;
}

static enum status make_pictures(void *context, struct recording_section *section, size_t *count)
{
    struct recovered_sections *sections = context;
    const struct stored_picture side[SIDES] = {stored_peaks_side(sections->peaks, 0),
                                               stored_peaks_side(sections->peaks, 1)};
    size_t pixels =
        (size_t)((sections->made.duration_ms * PEAKS_PER_SECOND + MS_PER_S - 1) / MS_PER_S);
    size_t bytes = 0;

    *count = 0;
    if (!side[0].pixels || !pixels)
        return STATUS_OK;
    enum status status = lay_beside(side, SIDES, pixels, &sections->side_picture, &bytes);
    if (status != STATUS_OK)
        return status;
    section[(*count)++] =
        (struct recording_section){SECTION_CHANNEL_PEAKS, sections->side_picture, bytes};
    if (!share_sides(&sections->made))
        return STATUS_OK;
    status = draw_legs(sections, pixels, &bytes);
    if (status == STATUS_OK)
        section[(*count)++] =
            (struct recording_section){SECTION_PEAKS, sections->leg_picture, bytes};
    return status;
}

struct recover_describe recovered_sections_describer(struct recovered_sections *sections)
{
    return (struct recover_describe){.context = sections,
                                     .packet = take_packet,
                                     .found = take_found,
                                     .details = make_details,
                                     .sections = make_pictures};
}
