/**
 * leg_view: a recording's audio as its legs: all that are kept alone, or one of them.
 */
#ifndef RECORDER_STORAGE_INDEX_LEG_VIEW_H
#define RECORDER_STORAGE_INDEX_LEG_VIEW_H

#include <stddef.h>

#include "base/fault.h"
#include "base/status.h"
#include "storage/index/recordings.h"
#include "storage/recording/view.h"

/* What is to be heard, beside a leg's index from 0. */
enum {
    LEG_VIEW_STORED = -1, /* left and right, as it is stored */
    LEG_VIEW_ALL = -2, /* each leg that is kept alone in a channel of its own; where none is, left
                          and right */
};

/**
 * Make the view.
 *
 * recording  its legs.
 * reader     of its file.
 * wanted     a leg, LEG_VIEW_STORED or LEG_VIEW_ALL. A leg is its own channel, or its side where no
 *            other leg is on that side; of a recovered recording that is not known, and only own
 *            channels count.
 *
 * STATUS_OK
 * STATUS_NOT_FOUND  there is no such leg, it is heard among others only, or the audio's header is
 *                   not one of ours.
 * STATUS_CORRUPT, STATUS_IO.
 */
enum status leg_view_make(const struct index_recording *recording,
                          const struct recording_reader *reader, int wanted, struct view *view,
                          struct fault *fault) MUST_CHECK;

#endif
