/**
 * siprec_participant: one participant element of a document (RFC 7865 section 6.5): address, number
 * and name. Private to the metadata reader.
 */
#ifndef RECORDER_BODY_SIPREC_PARTICIPANT_H
#define RECORDER_BODY_SIPREC_PARTICIPANT_H

#include <stdint.h>

#include "base/status.h"
#include "body/siprec_arena.h"
#include "body/siprec_metadata.h"
#include "body/siprec_xml.h"

/**
 * Read aor, number and name of a participant from its nameIDs, or from itself where drafts before
 * RFC 7865 had them. The first name stands; so does the first aor, unless a later one has a better
 * number: a phone number before an extension, that before a word, that before none. `"Ada"
 * <sip:ada@pbx>` in the place of a name is a name and an address. Where no aor has a number, a name
 * that is a phone number gives it.
 *
 * participant  id is set already; the texts are borrowed from the document or lent by arena.
 * deviations   a set (deviation.h); added to.
 *
 * STATUS_OK, STATUS_NOMEM.
 */
enum status siprec_participant_read(const struct siprec_xml_node *node, struct siprec_arena *arena,
                                    struct siprec_participant *participant,
                                    uint64_t *deviations) MUST_CHECK;

/**
 * A text as one line: inner blanks become one space, or nothing where `space` is 0.
 *
 * Returns a copy lent by arena; NULL where there is no memory.
 */
char *siprec_fold_blanks(struct siprec_arena *arena, const char *text, char space);

#endif
