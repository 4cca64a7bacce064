#include "storage/recording/sections.h"

#include <stdbool.h>

#include "base/bounds.h"

/* The granule table is made anew, the documents go their own way. */
static const enum section_kind kinds[SECTIONS_KINDS] = {SECTION_DETAILS, SECTION_CHANNEL_PEAKS,
                                                        SECTION_PEAKS, SECTION_METADATA};

void sections_init(struct sections *sections)
{
    *sections = (struct sections){.count = 0};
    bytes_init(&sections->documents, BOUND_DOCUMENTS_BYTES);
    for (size_t i = 0; i < SECTIONS_KINDS; i++)
        bytes_init(&sections->content[i], BOUND_SECTION_BYTES);
}

static void drop(struct bytes *content)
{
    bytes_wipe(content);
    bytes_deinit(content);
}

void sections_deinit(struct sections *sections)
{
    for (size_t i = 0; i < SECTIONS_KINDS; i++)
        drop(&sections->content[i]);
    drop(&sections->documents);
}

static bool is_known(uint8_t kind)
{
    bool known = kind == SECTION_GRANULES || kind == SECTION_DOCUMENTS;

    for (size_t i = 0; i < SECTIONS_KINDS; i++)
        known |= kind == kinds[i];
    return known;
}

static enum status check(const struct footer *footer, struct fault *fault)
{
    for (size_t i = 0; i < footer->sections; i++) {
        if (!is_known(footer->section[i].kind))
            return fault_set(fault, STATUS_VERSION, 0,
                             "section kind %u is a newer program's; update the program",
                             (unsigned)footer->section[i].kind);
    }
    return STATUS_OK;
}

/* A section as it is; none where the file has none. */
static enum status take(const struct recording_reader *reader, enum section_kind kind,
                        struct bytes *content, struct fault *fault)
{
    enum status status = recording_reader_section(reader, kind, content, fault);

    if (status != STATUS_NOT_FOUND)
        return status;
    fault_clear(fault);
    return STATUS_OK;
}

enum status sections_take(struct sections *sections, const struct recording_reader *reader,
                          const struct footer *footer, struct fault *fault)
{
    enum status status = check(footer, fault);

    if (status == STATUS_OK)
        status = take(reader, SECTION_DOCUMENTS, &sections->documents, fault);
    for (size_t i = 0; status == STATUS_OK && i < SECTIONS_KINDS; i++) {
        struct bytes *content = &sections->content[i];
        status = take(reader, kinds[i], content, fault);
        if (status == STATUS_OK && content->len)
            sections->section[sections->count++] =
                (struct recording_section){kinds[i], content->data, content->len};
    }
    return status;
}
