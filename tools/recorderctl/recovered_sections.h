/**
 * recovered_sections: what a recording that a crash cut short says of itself when it is recovered,
 * or one that was damaged later when it is mended: its details, and its pictures. To be handed to
 * recording_recover as its describer, once.
 *
 * Legs, counts and facts are those of its journal (recovered_facts.h), or of its end, where that
 * was sealed in a later segment; the pictures are made by decoding what was saved.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_RECOVERED_SECTIONS_H
#define RECORDER_TOOLS_RECORDERCTL_RECOVERED_SECTIONS_H

#include "base/status.h"
#include "storage/index/recordings.h"
#include "storage/recording/recover.h"

struct recovered_sections;

/**
 * row  as the index has it; borrowed.
 *
 * STATUS_OK (*out set), STATUS_NOMEM.
 */
enum status recovered_sections_create(const struct index_recording *row,
                                      struct recovered_sections **out) MUST_CHECK;

/** It was sealed, so its end is known, and its facts were told then: these take the place of a
 * journal. Borrowed as long as `sections`. */
void recovered_sections_tell(struct recovered_sections *sections, const struct index_fact *facts,
                             size_t fact_count);

/** Free; NULL is accepted. */
void recovered_sections_destroy(struct recovered_sections *owned_sections);

/** What recording_recover calls; valid as long as `sections`. */
struct recover_describe recovered_sections_describer(struct recovered_sections *sections);

/** Of a row that has no legs, who spoke on which side is known all the same. */
void recovered_known_legs(struct index_recording *row);

#endif
