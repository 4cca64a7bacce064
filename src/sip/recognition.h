/**
 * recognition: by what a message shows that its session is a recording session (RFC 7866 section
 * 6.1.1), as vendors write it. Pure.
 */
#ifndef RECORDER_SIP_RECOGNITION_H
#define RECORDER_SIP_RECOGNITION_H

#include <stdint.h>

#include "sip/libre.h"

/**
 * What the headers show; the body shows more (sip_body.h).
 *
 * The feature tag is taken from every Contact: `;+sip.src` behind it as the standard wants, also
 * with a value (`+sip.src="<...>"`, `=TRUE`, not FALSE), also `;sip.src` or `;src`, in any case,
 * and also among the parameters of the URI.
 *
 * deviations  a set: DEVIATION_FEATURE_TAG_SPELLING is added where it is written otherwise.
 *
 * Returns bits of enum sip_siprec.
 */
unsigned recognition_read(const struct sip_msg *msg, uint64_t *deviations);

#endif
