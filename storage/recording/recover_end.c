/* What a recovered file ends with. */
#include "storage/recording/reader.h"
#include "storage/recording/recover_private.h"

enum { MADE_SECTIONS = 1 + RECOVER_SECTIONS + 1 }; /* details, the describer's, metadata */

/* What the last segment has of a kind; empty, where it was not sealed or has none. */
static struct recording_section section_of(const struct recovery *recovery, enum section_kind kind)
{
    for (size_t i = 0; i < recovery->sections.count; i++)
        if (recovery->sections.section[i].kind == kind)
            return recovery->sections.section[i];
    return (struct recording_section){.kind = kind};
}

/* Details, and what else the describer makes; and the one document that older files have. */
static enum status describe_sections(const struct recovery *recovery,
                                     const struct recording_summary *so_far,
                                     struct recording_section *section, size_t *sections,
                                     struct fault *fault)
{
    const struct recover_describe *describe = recovery->describe;
    const struct recording_section ended = section_of(recovery, SECTION_DETAILS);
    const struct recording_section metadata = section_of(recovery, SECTION_METADATA);
    const struct recover_found found = {.journal = &recovery->journal,
                                        .holes = recovery->gone.count,
                                        .hole = recovery->gone.list,
                                        .pre_skip = recovery->pages.pre_skip,
                                        .details = (const char *)ended.data,
                                        .details_bytes = ended.data_bytes};
    const char *text = NULL;
    size_t more = 0;
    enum status status = STATUS_OK;

    *sections = 0;
    if (!describe || !describe->details)
        return STATUS_OK;
    section[0] = (struct recording_section){.kind = SECTION_DETAILS};
    if (describe->found)
        status = describe->found(describe->context, &found);
    if (status == STATUS_OK)
        status = describe->details(describe->context, so_far, &text, &section[0].data_bytes);
    if (status == STATUS_OK && describe->sections)
        status = describe->sections(describe->context, section + 1, &more);
    if (status != STATUS_OK)
        return fault_set(fault, status, 0, "describe it");
    section[0].data = (const uint8_t *)text;
    *sections = 1 + more;
    if (metadata.data_bytes)
        section[(*sections)++] = metadata;
    return STATUS_OK;
}

/* Of a gap without length nobody hears anything; of one behind the last page no segment tells. */
static uint32_t holes_of(const struct recovery *recovery)
{
    uint32_t told = recovery->mended ? 0 : chain_holes(&recovery->chain);
    uint32_t heard = (uint32_t)recovery->gone.count;

    return told > heard ? told : heard;
}

static enum status finish(struct recovery *recovery, struct recording_summary *summary,
                          struct fault *fault)
{
    const struct header *header = &recovery->header;
    struct recording_summary so_far = {
        .recording = header->recording,
        .customer = header->customer,
        .state = RECORDING_STATE_RECOVERED,
        .started = clock_wall_from_us(header->created_us),
        .duration_ms = pages_duration_ms(&recovery->pages),
        .streams = recovery->pages.streams,
        .audio_bytes = body_audio_bytes(&recovery->body),
        .holes = holes_of(recovery),
    };
    so_far.ended.ns = so_far.started.ns + so_far.duration_ms * CLOCK_NS_PER_MS;
    if (recovery->mended)
        so_far.ended = clock_wall_from_us(recovery->mended->footer.ended_us);
    struct recording_section sections[MADE_SECTIONS];
    struct recording_finish end = {.state = RECORDING_STATE_RECOVERED,
                                   .ended = so_far.ended,
                                   .duration_ms = so_far.duration_ms,
                                   .holes = so_far.holes,
                                   .section = sections};

    enum status status = describe_sections(recovery, &so_far, sections, &end.sections, fault);
    if (status == STATUS_OK)
        status = body_check_end(&end, fault);
    if (status != STATUS_OK)
        return status;
    struct body_end body_end = {.finish = &end,
                                .granules = &recovery->granules,
                                .documents = recovery->mended ? &recovery->sections.documents
                                                              : &recovery->documents,
                                .recording = header->recording,
                                .customer = header->customer,
                                .started_us = header->created_us};
    return body_finish(&recovery->body, &body_end, recovery->signer, summary, fault);
}

/* The sections of the last segment, with what is gone before it. */
static enum status describe_again(const struct recovery *recovery, const struct footer *footer,
                                  struct recording_section *section, struct recording_finish *end,
                                  struct fault *fault)
{
    const struct recording_summary so_far = {
        .recording = recovery->header.recording,
        .customer = recovery->header.customer,
        .state = end->state,
        .started = clock_wall_from_us(footer->started_us),
        .ended = end->ended,
        .duration_ms = end->duration_ms,
        .streams = recovery->pages.streams,
        .audio_bytes = body_audio_bytes(&recovery->body),
        .holes = end->holes,
    };

    if (!recovery->describe || !recovery->describe->details)
        return STATUS_OK;
    end->section = section;
    return describe_sections(recovery, &so_far, section, &end->sections, fault);
}

/* The end is as the last segment has it; sealed, where nothing is missing before it. */
static enum status finish_again(struct recovery *recovery, const struct footer *footer,
                                struct recording_summary *summary, struct fault *fault)
{
    uint32_t holes = holes_of(recovery);
    bool whole = !holes && recovery->pages.ended && !chain_is_damaged(&recovery->chain);
    struct recording_section made[MADE_SECTIONS];
    struct recording_finish end = {
        .state = whole ? RECORDING_STATE_SEALED : RECORDING_STATE_RECOVERED,
        .ended = clock_wall_from_us(footer->ended_us),
        .ended_mono = {footer->ended_mono_ns},
        .duration_ms = footer->duration_ms,
        .holes = holes,
        .loss = whole ? footer->loss : (struct recording_loss){.known = false},
        .sections = recovery->sections.count,
        .section = recovery->sections.section,
    };
    const struct body_end body_end = {.finish = &end,
                                      .granules = &recovery->granules,
                                      .documents = &recovery->sections.documents,
                                      .recording = recovery->header.recording,
                                      .customer = recovery->header.customer,
                                      .started_us = footer->started_us,
                                      .started_mono_ns = footer->started_mono_ns};
    enum status status = STATUS_OK;

    if (!whole)
        status = describe_again(recovery, footer, made, &end, fault);
    if (status == STATUS_OK)
        status = body_check_end(&end, fault);
    if (status == STATUS_OK)
        status = body_finish(&recovery->body, &body_end, recovery->signer, summary, fault);
    return status;
}

enum status recover_read_rest(struct recovery *recovery, struct fault *fault)
{
    const struct salvage *last = chain_end(&recovery->chain);
    struct recording_reader *reader = NULL;

    if (!last)
        return chain_records(&recovery->chain, &recovery->documents, &recovery->journal, fault);
    enum status status = recording_reader_open_segment(
        recovery->access, last->path, last->opening.header.recording, last->number, &reader, fault);
    if (status == STATUS_OK)
        status = sections_take(&recovery->sections, reader, &last->footer, fault);
    recording_reader_close(reader);
    if (!recovery->mended || (status != STATUS_CORRUPT && status != STATUS_IO))
        return status;
    fault_clear(fault); /* those that could be read were taken */
    return STATUS_OK;
}

enum status recover_write_end(struct recovery *recovery, struct recording_summary *summary,
                              struct fault *fault)
{
    uint8_t end_page[PAGES_END_BYTES];
    size_t taken = 0;
    const struct salvage *last = chain_end(&recovery->chain);
    enum status status = STATUS_OK;

    if (recovery->pages.count == 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "not one whole page of audio is there");
    if (last && !recovery->mended)
        status = finish_again(recovery, &last->footer, summary, fault);
    else if (!recovery->pages.ended) {
        pages_end(&recovery->pages, end_page);
        status = body_put(&recovery->body, end_page, sizeof end_page, &taken, fault);
    }
    if ((!last || recovery->mended) && status == STATUS_OK)
        status = finish(recovery, summary, fault);
    return status;
}
