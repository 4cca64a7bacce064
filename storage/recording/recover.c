#include "storage/recording/recover.h"

#include "base/bounds.h"
#include "storage/recording/fill.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover_private.h"
#include "storage/recording/stream_head.h"

enum { GRANULES_PER_MS = 48, FILL_PAGE_GRANULES = 48000 };

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

static enum status keep_page(struct recovery *recovery, const struct pages_page *page,
                             struct fault *fault)
{
    const struct holes_gap gap = holes_follow(&recovery->gone, page);

    pages_note(&recovery->pages, page);
    enum status status = fill_gap(recovery, &gap, fault);
    return status == STATUS_OK ? put_page(recovery, page, fault) : status;
}

/* The header pages from a tail, where the frame that began with them is gone. */
static enum status keep_head(struct recovery *recovery, struct fault *fault)
{
    struct pages pages;
    struct pages_page page;
    struct bytes head;

    bytes_init(&head, STREAM_HEAD_BYTES_MAX + FORMAT_UNIT_BYTES);
    pages_init(&pages);
    enum status status = chain_head(&recovery->chain, &head, fault);
    if (status == STATUS_OK && head.len) {
        status = pages_feed(&pages, head.data, head.len);
        if (status != STATUS_OK)
            (void)fault_set(fault, status, 0, "read header pages: out of memory");
    }
    while (status == STATUS_OK && pages_next(&pages, &page) == STATUS_OK)
        status = keep_page(recovery, &page, fault);
    pages_deinit(&pages);
    bytes_deinit(&head);
    return status;
}

/* Silence where the audio before an end that was sealed is gone. */
static enum status fill_end(struct recovery *recovery, const struct footer *footer,
                            struct fault *fault)
{
    struct pages *pages = &recovery->pages;
    const int64_t end = footer->duration_ms * GRANULES_PER_MS + pages->pre_skip;
    uint8_t made[FILL_PAGE_BYTES_MAX];
    enum status status = STATUS_OK;
    struct fill fill;
    struct pages_page page = {.granule = end};

    if (pages->ended || end - pages->last_granule < PAGES_PACKET_GRANULES)
        return STATUS_OK;
    uint32_t missing = (uint32_t)((end - pages->last_granule) / FILL_PAGE_GRANULES) + 1;
    page.sequence = (uint32_t)pages->sequence + 1 + missing;
    const struct holes_gap gap = holes_follow(&recovery->gone, &page);
    recovery->chain.damaged = true;
    fill_begin(&fill, &gap, pages->serial, pages->streams);
    while (status == STATUS_OK && fill_next(&fill, made, &page) == STATUS_OK) {
        pages_note(pages, &page);
        status = put_page(recovery, &page, fault);
    }
    return status;
}

static enum status keep_all(struct recovery *recovery, struct fault *fault)
{
    struct pages_page page;
    const struct salvage *ended = recovery->mended ? recovery->mended : chain_end(&recovery->chain);
    enum status status = chain_begin(&recovery->chain, fault);

    while (status == STATUS_OK) {
        status = chain_next(&recovery->chain, &page, fault);
        if (status == STATUS_OK && recovery->pages.count == 0 && page.sequence > 0)
            status = keep_head(recovery, fault);
        if (status == STATUS_OK)
            status = keep_page(recovery, &page, fault);
    }
    if (status != STATUS_END)
        return status;
    if (recovery->mended && !recovery->pages.streams)
        return fault_set(fault, STATUS_CORRUPT, 0, "its first page is gone: nothing of it plays");
    return ended && recovery->pages.count ? fill_end(recovery, &ended->footer, fault) : STATUS_OK;
}

/* Whether what is finished is authentic; where it is not, that segment is to be mended. */
static enum status look_through(struct recovery *recovery, struct fault *fault)
{
    struct salvage *whole = recovery->whole;
    struct recording_reader *reader = NULL;
    struct fault why = {0};
    enum status status = recording_reader_open(recovery->access, whole->path,
                                               whole->opening.header.recording, &reader, fault);

    if (status != STATUS_OK)
        return status;
    status = recording_reader_verify_content(reader, &why);
    recording_reader_close(reader);
    bool given_up = status == STATUS_IO && recovery->describe->give_up_unreadable &&
                    disk_is_unreadable(why.sys_errno);
    if (status != STATUS_CORRUPT && !given_up)
        return status == STATUS_OK ? status : fault_set(fault, status, 0, "%s", why.text);
    /* what else there is has what this one lacks, or stays */
    status = chain_compare(&recovery->chain, whole, fault);
    if (status != STATUS_OK)
        return status;
    recovery->mended = whole;
    recovery->whole = NULL;
    recovery->chain.damaged = true;
    return STATUS_OK;
}

/* The crash came after the seal, or after the segments were joined, or there was none. Of one that
 * is in doubt nobody knows what of it is on the disk: a sync that fails is not tried again, but all
 * of it is written anew. */
static enum status keep_finished(struct recovery *recovery, const char *path,
                                 struct recording_summary *summary, struct fault *fault)
{
    const struct salvage *whole = recovery->whole;
    enum status status = STATUS_OK;

    if (whole->doubtful)
        status = chain_compare(&recovery->chain, whole, fault);
    if (status == STATUS_OK && whole->doubtful && !chain_is_bare(&recovery->chain, whole)) {
        status = recover_make(recovery, path, fault);
        if (status == STATUS_OK)
            status = recover_copy(recovery, fault);
        if (status == STATUS_OK)
            status = recover_replace(recovery, fault);
    }
    if (status == STATUS_OK)
        footer_summarize(&whole->footer, whole->opening.header.recording,
                         whole->opening.header.customer, summary);
    return status;
}

static enum status keep_unfinished(struct recovery *recovery, const char *path,
                                   struct recording_summary *summary, struct fault *fault)
{
    struct recording_summary made;
    enum status status = recover_read_rest(recovery, fault);

    if (status == STATUS_OK)
        status = recover_make(recovery, path, fault);
    if (status == STATUS_OK)
        status = keep_all(recovery, fault);
    if (status == STATUS_OK)
        status = recover_write_end(recovery, &made, fault);
    if (status == STATUS_OK)
        status = recover_replace(recovery, fault);
    if (status == STATUS_OK) {
        *summary = made;
        summary->damaged = chain_is_damaged(&recovery->chain);
    }
    return status;
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
    struct recovery recovery = {
        .access = access, .signer = signer, .describe = describe, .file = {access->disk, -1}};
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
    status = chain_footers(&recovery.chain, &recovery.whole, fault);
    if (status == STATUS_OK && recovery.whole && describe && describe->mend)
        status = look_through(&recovery, fault);
    if (status == STATUS_OK && recovery.whole)
        status = keep_finished(&recovery, path, summary, fault);
    else if (status == STATUS_OK)
        status = keep_unfinished(&recovery, path, summary, fault);
    if (status != STATUS_OK)
        fault_wrap(fault, "recover %s", path);
    clean_up(&recovery, status);
    return status;
}
