#include "storage/recording/recover.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "storage/recording/body.h"
#include "storage/recording/chain.h"
#include "storage/recording/fill.h"
#include "storage/recording/granules.h"
#include "storage/recording/holes.h"
#include "storage/recording/journal.h"
#include "storage/recording/pages.h"
#include "storage/recording/paths.h"
#include "storage/recording/place.h"
#include "storage/recording/reader.h"
#include "storage/recording/sections.h"

/*
 * What survives is written to a new file that then takes the old one's place; the old one is only
 * read. FORMAT.md section 5.3 says why and in which order.
 */
struct recovery {
    const struct recording_access *access;
    struct chain chain;          /* what there is */
    char path[BOUND_PATH_BYTES]; /* where the new file goes */
    char new_path[BOUND_PATH_BYTES];
    struct header header;  /* of the new one */
    struct disk_file file; /* the new one */
    struct body body;
    struct granules granules;
    struct bytes documents;
    struct bytes journal;
    struct sections sections; /* of the last segment, where that is finished */
    struct pages pages;
    struct holes gone;
    const struct recover_describe *describe; /* NULL: it is not described */
};

/* The new file's own header: that of segment 0, or one made from another segment's. */
static enum status make_header(struct recovery *recovery, struct fault *fault)
{
    const struct salvage *first = chain_first(&recovery->chain);
    uint8_t key[SEAL_KEY_BYTES];
    enum status status = STATUS_OK;

    recovery->header = first->opening.header;
    memcpy(key, first->opening.key, sizeof key);
    if (first->number)
        status = header_as_first(&first->opening.header, recovery->access->keys, &recovery->header,
                                 key, fault);
    body_init(&recovery->body, recovery->file, recovery->header.unit);
    memcpy(recovery->body.key, key, sizeof key);
    sodium_memzero(key, sizeof key);
    if (status == STATUS_OK)
        status = disk_write(recovery->file, 0, recovery->header.unit, sizeof recovery->header.unit,
                            fault);
    return status;
}

/* sure  the header is synced, so that a disk that takes nothing is found now. */
static enum status make_new_at(struct recovery *recovery, const char *path, bool sure,
                               struct fault *fault)
{
    (void)snprintf(recovery->path, sizeof recovery->path, "%s", path);
    if ((size_t)snprintf(recovery->new_path, sizeof recovery->new_path, "%s.recovering", path) >=
        sizeof recovery->new_path)
        return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
    enum status status = place_make(recovery->new_path, &chain_first(&recovery->chain)->opening,
                                    &recovery->file, fault);
    if (status == STATUS_OK)
        status = make_header(recovery, fault);
    if (status == STATUS_OK && sure)
        status = disk_sync(recovery->file, recovery->new_path, fault);
    if (status != STATUS_OK && recovery->file.fd >= 0) {
        const struct disk *disk = recovery->file.disk;
        (void)disk->unlink(disk->context, recovery->new_path);
        disk_close(&recovery->file);
    }
    return status;
}

/* On the first volume that takes it: one file that is not joined stays where it is, if it can. */
static enum status make_new(struct recovery *recovery, const char *path, struct fault *fault)
{
    const struct volumes *volumes = recovery->describe ? recovery->describe->volumes : NULL;
    const char *below = volumes ? volumes_below(volumes, path) : NULL;
    const struct salvage *first = chain_first(&recovery->chain);
    bool choice = below && volumes->count > 1;
    enum status status = STATUS_IO;

    if (chain_is_single(&recovery->chain) || !choice)
        status = make_new_at(recovery, chain_is_single(&recovery->chain) ? first->path : path,
                             choice, fault);
    for (size_t i = 0; choice && i < volumes->count && status != STATUS_OK; i++) {
        char there[BOUND_PATH_BYTES];
        if (volumes_path(volumes, i, below, there) != STATUS_OK)
            return fault_set(fault, STATUS_LIMIT, 0, "path is too long");
        status = place_room(recovery->access->disk, volumes->directory[i],
                            chain_bytes(&recovery->chain), fault);
        if (status == STATUS_OK)
            status =
                paths_make_directories(recovery->access->disk, volumes->directory[i], there, fault);
        if (status == STATUS_OK)
            status = make_new_at(recovery, there, true, fault);
    }
    if (status == STATUS_OK)
        fault_clear(fault);
    return status;
}

static enum status put(struct recovery *recovery, const uint8_t *data, size_t data_bytes,
                       struct fault *fault)
{
    size_t taken = 0;

    return body_put(&recovery->body, data, data_bytes, &taken, fault);
}

static void tell_packets(const struct recovery *recovery, const struct pages_page *page)
{
    const struct recover_describe *describe = recovery->describe;
    struct pages_packet packet;
    size_t segment = 0;
    size_t offset = 0;

    if (!describe || !describe->packet || page->granule <= 0) /* header pages have 0 */
        return;
    while (pages_packet(page, &segment, &offset, &packet) == STATUS_OK)
        describe->packet(describe->context, &(struct recover_packet){packet.data, packet.data_bytes,
                                                                     recovery->pages.streams,
                                                                     recovery->pages.pre_skip});
}

static enum status put_page(struct recovery *recovery, const struct pages_page *page,
                            struct fault *fault)
{
    granules_add(&recovery->granules, body_audio_bytes(&recovery->body), page->granule);
    tell_packets(recovery, page);
    enum status status = put(recovery, page->head, page->head_bytes, fault);
    return status == STATUS_OK ? put(recovery, page->payload, page->payload_bytes, fault) : status;
}

/* Silence where pages are gone. */
static enum status fill_gap(struct recovery *recovery, const struct holes_gap *gap,
                            struct fault *fault)
{
    uint8_t made[FILL_PAGE_BYTES_MAX];
    enum status status = STATUS_OK;
    struct fill fill;
    struct pages_page page;

    fill_begin(&fill, gap, recovery->pages.serial, recovery->pages.streams);
    while (status == STATUS_OK && fill_next(&fill, made, &page) == STATUS_OK)
        status = put_page(recovery, &page, fault);
    return status;
}

static enum status keep_all(struct recovery *recovery, struct fault *fault)
{
    struct pages_page page;
    enum status status = chain_begin(&recovery->chain, fault);

    while (status == STATUS_OK) {
        status = chain_next(&recovery->chain, &page, fault);
        if (status != STATUS_OK)
            break;
        const struct holes_gap gap = holes_follow(&recovery->gone, &page);
        pages_note(&recovery->pages, &page);
        status = fill_gap(recovery, &gap, fault);
        if (status == STATUS_OK)
            status = put_page(recovery, &page, fault);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* Details, and what else the describer makes. */
static enum status describe_sections(const struct recovery *recovery,
                                     const struct recording_summary *so_far,
                                     struct recording_section *section, size_t *sections,
                                     struct fault *fault)
{
    const struct recover_describe *describe = recovery->describe;
    const struct recover_found found = {.journal = &recovery->journal,
                                        .holes = recovery->gone.count,
                                        .hole = recovery->gone.list,
                                        .pre_skip = recovery->pages.pre_skip};
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
    return STATUS_OK;
}

static enum status finish(struct recovery *recovery, const struct signer *signer,
                          struct recording_summary *summary, struct fault *fault)
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
        .holes = chain_holes(&recovery->chain),
    };
    so_far.ended.ns = so_far.started.ns + so_far.duration_ms * CLOCK_NS_PER_MS;
    struct recording_section sections[1 + RECOVER_SECTIONS];
    struct recording_finish end = {.state = RECORDING_STATE_RECOVERED,
                                   .ended = so_far.ended,
                                   .duration_ms = so_far.duration_ms,
                                   .holes = chain_holes(&recovery->chain),
                                   .section = sections};

    enum status status = describe_sections(recovery, &so_far, sections, &end.sections, fault);
    if (status == STATUS_OK)
        status = body_check_end(&end, fault);
    if (status != STATUS_OK)
        return status;
    struct body_end body_end = {.finish = &end,
                                .granules = &recovery->granules,
                                .documents = &recovery->documents,
                                .recording = header->recording,
                                .customer = header->customer,
                                .started_us = header->created_us};
    return body_finish(&recovery->body, &body_end, signer, summary, fault);
}

/* The end is as the last segment has it; sealed, where nothing is missing before it. */
static enum status finish_again(struct recovery *recovery, const struct footer *footer,
                                const struct signer *signer, struct recording_summary *summary,
                                struct fault *fault)
{
    uint32_t holes = chain_holes(&recovery->chain);
    bool whole = !holes && recovery->pages.ended && !chain_is_damaged(&recovery->chain);
    const struct recording_finish end = {
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
    enum status status = body_check_end(&end, fault);

    if (status == STATUS_OK)
        status = body_finish(&recovery->body, &body_end, signer, summary, fault);
    return status;
}

/* What lies beside the audio. */
static enum status read_rest(struct recovery *recovery, struct fault *fault)
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
    return status;
}

static enum status write_end(struct recovery *recovery, const struct signer *signer,
                             struct recording_summary *summary, struct fault *fault)
{
    uint8_t end_page[PAGES_END_BYTES];
    const struct salvage *last = chain_end(&recovery->chain);
    enum status status = STATUS_OK;

    if (recovery->pages.count == 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "not one whole page of audio is there");
    if (last)
        status = finish_again(recovery, &last->footer, signer, summary, fault);
    else if (!recovery->pages.ended) {
        pages_end(&recovery->pages, end_page);
        status = put(recovery, end_page, sizeof end_page, fault);
    }
    if (!last && status == STATUS_OK)
        status = finish(recovery, signer, summary, fault);
    return status;
}

/* The new file takes its place, and only then what it was made from goes. */
static enum status replace(const struct recovery *recovery, struct fault *fault)
{
    const struct disk *disk = recovery->file.disk;
    char unnamed[BOUND_PATH_BYTES + sizeof ".new"];

    if (chain_is_damaged(&recovery->chain)) {
        enum status status = chain_keep_damaged(&recovery->chain, fault);
        if (status != STATUS_OK)
            return status;
    }
    if (disk->rename(disk->context, recovery->new_path, recovery->path) != 0)
        return disk_fault(fault, "rename to", recovery->path);
    (void)snprintf(unnamed, sizeof unnamed, "%s.new", recovery->path);
    /* there after a crash in the middle of creation only */
    (void)disk->unlink(disk->context, unnamed);
    enum status status = place_sync(&recovery->file, recovery->path,
                                    !chain_has(&recovery->chain, recovery->path), fault);
    if (status == STATUS_OK)
        /* harmless where something stays: the next round removes it */
        chain_remove(&recovery->chain, recovery->path);
    return status;
}

static enum status recover_unfinished(struct recovery *recovery, const char *path,
                                      const struct signer *signer,
                                      struct recording_summary *summary, struct fault *fault)
{
    struct recording_summary made;
    enum status status = read_rest(recovery, fault);

    if (status == STATUS_OK)
        status = make_new(recovery, path, fault);
    if (status == STATUS_OK)
        status = keep_all(recovery, fault);
    if (status == STATUS_OK)
        status = write_end(recovery, signer, &made, fault);
    if (status == STATUS_OK)
        status = replace(recovery, fault);
    if (status == STATUS_OK) {
        *summary = made;
        summary->damaged = chain_is_damaged(&recovery->chain);
    }
    return status;
}

/* The crash came after the seal, or after the segments were joined, or there was none. */
static void accept_finished(const struct recovery *recovery, const struct salvage *whole,
                            struct recording_summary *summary)
{
    const struct disk *disk = recovery->access->disk;
    char new_path[BOUND_PATH_BYTES + sizeof ".recovering"];

    (void)snprintf(new_path, sizeof new_path, "%s.recovering", whole->path);
    (void)disk->unlink(disk->context, new_path);
    chain_remove(&recovery->chain, whole->path);
    footer_summarize(&whole->footer, whole->opening.header.recording,
                     whole->opening.header.customer, summary);
}

static void clean_up(struct recovery *recovery, enum status status)
{
    const struct disk *disk = recovery->access->disk;

    if (recovery->file.fd >= 0 && status != STATUS_OK)
        (void)disk->unlink(disk->context, recovery->new_path);
    disk_close(&recovery->file);
    body_deinit(&recovery->body);
    granules_deinit(&recovery->granules);
    bytes_wipe(&recovery->documents);
    bytes_deinit(&recovery->documents);
    bytes_wipe(&recovery->journal);
    bytes_deinit(&recovery->journal);
    sections_deinit(&recovery->sections);
    pages_deinit(&recovery->pages);
    chain_close(&recovery->chain); /* last: with it go the locks */
}

static void init(struct recovery *recovery)
{
    granules_init(&recovery->granules);
    bytes_init(&recovery->documents, BOUND_DOCUMENTS_BYTES);
    bytes_init(&recovery->journal, BOUND_JOURNAL_READ_BYTES);
    sections_init(&recovery->sections);
    pages_init(&recovery->pages);
}

enum status recording_recover(const struct recording_access *access, const char *path,
                              struct uuid expect, const struct signer *signer,
                              const struct recover_describe *describe,
                              struct recording_summary *summary, struct fault *fault)
{
    struct recovery recovery = {.access = access, .describe = describe, .file = {access->disk, -1}};
    struct salvage *whole = NULL;
    const struct chain_spec spec = {.access = access,
                                    .volumes = describe ? describe->volumes : NULL,
                                    .path = path,
                                    .expect = expect,
                                    .give_up = describe && describe->give_up_unreadable};
    enum status status = chain_open(&recovery.chain, &spec, fault);

    if (status != STATUS_OK) {
        fault_wrap(fault, "recover %s", path);
        return status;
    }
    init(&recovery);
    status = chain_footers(&recovery.chain, &whole, fault);
    if (status == STATUS_OK && whole)
        accept_finished(&recovery, whole, summary);
    else if (status == STATUS_OK)
        status = recover_unfinished(&recovery, path, signer, summary, fault);
    if (status != STATUS_OK)
        fault_wrap(fault, "recover %s", path);
    clean_up(&recovery, status);
    return status;
}
