/**
 * control_body: the body of a request to pause or resume a recording. Pure.
 */
#ifndef RECORDER_WEB_API_CONTROL_BODY_H
#define RECORDER_WEB_API_CONTROL_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "storage/index/controls.h"

/**
 * Read {"reason": "...", "leg": "caller", "limit_s": 90}; other members are ignored.
 *
 * reason   1 to 127 bytes of text without control characters, and not of spaces alone; to resume
 *          it may be absent, null or "".
 * leg      "caller" or "called"; absent or null: both.
 * limit_s  of a pause: 1 to POLICY_PAUSE_S_MAX; absent or null: as the customer's policy has it.
 *
 * body     a body of no bytes is {}.
 * pause    what is asked for, else to resume.
 * control  out: parties, limit_s and reason are set, nothing else is touched.
 *
 * STATUS_OK
 * STATUS_INVALID  *control untouched and *reason a static sentence.
 */
enum status control_body_parse(const uint8_t *body, size_t body_bytes, bool pause,
                               struct control *control, const char **reason) MUST_CHECK;

#endif
