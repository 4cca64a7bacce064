/**
 * sections: all that the end of a finished file holds beside the granule table, to be written again
 * behind the same stream. Private to recording; one thread.
 */
#ifndef RECORDER_STORAGE_RECORDING_SECTIONS_H
#define RECORDER_STORAGE_RECORDING_SECTIONS_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/body.h"
#include "storage/recording/footer.h"
#include "storage/recording/reader.h"

enum { SECTIONS_KINDS = 4 }; /* those that a caller of the writer gives */

struct sections {
    struct bytes content[SECTIONS_KINDS];
    struct bytes documents;
    size_t count;
    struct recording_section
        section[SECTIONS_KINDS]; /* of content, for a struct recording_finish */
};

/** Start with none. */
void sections_init(struct sections *sections);

/** Wipe and free: parties and documents are in them. */
void sections_deinit(struct sections *sections);

/**
 * Take all sections of a file.
 *
 * footer  of the reader's file.
 *
 * STATUS_OK, or as recording_reader_section; STATUS_VERSION: what a newer program sealed, and this
 * one would leave out, is not written anew by this one.
 */
enum status sections_take(struct sections *sections, const struct recording_reader *reader,
                          const struct footer *footer, struct fault *fault) MUST_CHECK;

#endif
