/**
 * month_keys: that customers have keys to seal this month's and next month's recordings with.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_MONTH_KEYS_H
#define RECORDER_TOOLS_RECORDERCTL_MONTH_KEYS_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "storage/seal/key_months.h"
#include "storage/seal/keys.h"
#include "tools/recorderctl/context.h"

/** The first moment of the UTC month after that of `now`. */
wall_time month_after(wall_time now);

/** Whether both halves of a customer's key of the month of a moment are there. */
bool month_keys_there(const struct key_months *months, struct uuid customer, wall_time when);

/** Make a customer's keys of the month of `now` and of the next, unless they are there. Statuses
 *  as private_keys_make_month. */
enum status month_keys_make(struct private_keys *keys, struct uuid customer, wall_time now,
                            struct fault *fault) MUST_CHECK;

/**
 * Whether keys that are not there at all may be made: not where a recording of that customer and
 * month is sealed to one, which then is lost, both its halves. Looks at the newest of the month.
 *
 * context  with index and keys open.
 *
 * STATUS_OK, STATUS_NO_KEY (fault names the remedy), and those of reading.
 */
enum status month_keys_check(struct context *context, struct uuid customer, wall_time when,
                             struct fault *fault) MUST_CHECK;

#endif
