/**
 * recording_json: recordings as the interface shows them (openapi.yaml). Pure.
 *
 * Each returns a new reference, NULL where memory is out. Texts from the telephone network that are
 * not UTF-8 are shown with '?' for the bytes that are not ASCII.
 */
#ifndef RECORDER_WEB_API_RECORDING_JSON_H
#define RECORDER_WEB_API_RECORDING_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "storage/index/customers.h"
#include "storage/index/recordings.h"

enum {
    PEAKS_SAMPLE_RATE = 8000,
    PEAKS_SAMPLES_PER_PIXEL = 400, /* 20 pixels a second */
    PEAKS_CHANNELS = 2,
    PEAKS_BOTH = -1, /* in place of a leg */
};

/** One row: everything but the legs. */
json_t *recording_json_row(const struct index_recording *recording);

/** One recording as a part of its conversation, with what it was put there by; NULL: no memory. */
json_t *recording_json_part(const struct index_recording *recording);

/** Tell in the row of a list where the recording stands in its conversation; false: no memory. */
bool recording_json_set_place(json_t *row, const struct conversation_place *place);

/**
 * One recording with its legs, how many facts of each cause it has, and its conversation.
 *
 * paused  whose sides are paused now; shown of a recording in progress alone.
 * parts   rows of the conversation, oldest first; owned by the caller.
 */
json_t *recording_json_whole(const struct index_recording *recording,
                             const struct index_fact_counts *facts, enum policy_parties paused,
                             json_t *parts);

/** {"facts": [...]} */
json_t *recording_json_facts(const struct index_fact *facts, size_t fact_count);

/**
 * The waveform in audiowaveform's JSON form, version 2: left and right in turn for each pixel, each
 * as its least and greatest value; or one leg alone. A channel without a leg is zeros.
 *
 * kind       SECTION_CHANNEL_PEAKS, peaks int8_t [pixels][2][2], where a leg is its side; or
 *            SECTION_PEAKS, int8_t [pixels][recording->legs][2], where a side is its first leg.
 * leg        PEAKS_BOTH, or less than recording->legs.
 * text       set to text for free().
 *
 * STATUS_OK, STATUS_CORRUPT (not a whole number of pixels, or no legs), STATUS_NOMEM.
 */
enum status recording_json_peaks(const struct index_recording *recording, enum section_kind kind,
                                 int leg, const struct bytes *peaks, char **text,
                                 size_t *text_bytes) MUST_CHECK;

#endif
