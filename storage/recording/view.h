/**
 * view: the audio of a finished recording with other streams of its packets as channels.
 *
 * A recording's packets carry left, right, and some legs alone (FORMAT.md section 3.1); its header
 * maps the first two. A view is the same stream behind another identification header, whose page is
 * made anew with its checksum: its length is known, and any range of it can be read. Every other
 * byte is as stored, but where a leg was alone on its side before it had a stream of its own: there
 * the two change places within their packets (storage/recording/swap.h).
 *
 * Embedded by value; reading is as thread-safe as the reader's.
 */
#ifndef RECORDER_STORAGE_RECORDING_VIEW_H
#define RECORDER_STORAGE_RECORDING_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/fault.h"
#include "base/status.h"
#include "storage/recording/reader.h"
#include "storage/recording/swap.h"

enum {
    VIEW_CHANNELS_MAX = BOUND_CALL_STREAMS,
    VIEW_PAGE_BYTES = 28, /* a page's header of one segment (RFC 3533 section 6) */
    VIEW_HEAD_BYTES = 21, /* OpusHead (RFC 7845 section 5.1) without its channel mapping */
    VIEW_PAGE_BYTES_MAX = VIEW_PAGE_BYTES + VIEW_HEAD_BYTES + VIEW_CHANNELS_MAX,
};

struct view {
    uint64_t bytes;     /* of it all */
    size_t page_bytes;  /* of the first page in it; 0: all is as stored */
    size_t stored_from; /* where what follows the first page begins as it is stored */
    size_t streams;     /* in each packet; 0 where the header was not looked at */
    uint8_t page[VIEW_PAGE_BYTES_MAX];
    struct swap swap; /* streams is 0 where none is made */
};

/** All as it is stored: nothing is read. */
void view_as_stored(struct view *view, const struct recording_reader *reader);

/**
 * Look at the stored header: `streams` is set, and the view is as stored.
 *
 * STATUS_OK
 * STATUS_UNSUPPORTED  it begins with no header of two channels in the first two of 2..255 streams.
 * STATUS_CORRUPT (not authentic), STATUS_IO.
 */
enum status view_read_header(struct view *view, const struct recording_reader *reader,
                             struct fault *fault) MUST_CHECK;

/**
 * Hear other streams; after view_read_header, once.
 *
 * stream    of each channel, uint8_t[channels], each < view->streams.
 * channels  1..VIEW_CHANNELS_MAX. One is mapping family 1, so that players know it as mono; more
 * are family 255: they have no place in a room.
 */
void view_choose(struct view *view, const uint8_t *stream, size_t channels);

/**
 * Hear the first leg of a side in its own stream also where that is without data yet; after
 * view_choose.
 *
 * side    0 left, 1 right.
 * stream  its own one, 2 <= stream < view->streams. The last one stays as it is.
 */
void view_swap(struct view *view, size_t side, size_t stream);

/** Where the byte behind such an offset of the view is stored; of one in the first page, its end.
 */
uint64_t view_stored_offset(const struct view *view, uint64_t offset);

/** Read bytes of the view; arguments and statuses as recording_reader_read, within view->bytes;
 * where streams change places, also STATUS_NOMEM, and STATUS_CORRUPT where pages are not ours. */
enum status view_read(const struct view *view, const struct recording_reader *reader,
                      uint64_t offset, uint8_t *data, size_t data_bytes,
                      struct fault *fault) MUST_CHECK;

#endif
