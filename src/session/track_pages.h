/**
 * track_pages: the Ogg pages of a recording, filled with packets and handed down its sink. What the
 * sink does not take, or libopus did not, is gone, and becomes a fact. Private to this folder.
 *
 * Embedded by value, owned by one thread.
 */
#ifndef RECORDER_SESSION_TRACK_PAGES_H
#define RECORDER_SESSION_TRACK_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/facts.h"
#include "encode/ogg_page.h"
#include "session/recording_sink.h"

struct track_pages {
    const struct recording_sink *sink;
    void *handle;
    int64_t frames;         /* added */
    int64_t frames_before;  /* before the page being filled */
    struct facts unwritten; /* in positions of the line */
    struct ogg_page page;
};

/** Nothing is written; `serial` of the Ogg stream. */
void track_pages_init(struct track_pages *pages, uint32_t serial);

/** Free what it holds; a page that was not closed is gone. The sink is not called. */
void track_pages_deinit(struct track_pages *pages);

/** Pages go down this sink from now on; both are borrowed. Before anything is added. */
void track_pages_begin(struct track_pages *pages, const struct recording_sink *sink, void *handle);

/** Write a header, a page of its own (RFC 7845 section 3); before any frame. */
void track_pages_add_header(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes);

/** Add the packet of one frame; the page it is on stays open. */
void track_pages_add(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes);

/** The same of silence, in place of a frame that could not be encoded: that is a fact too. */
void track_pages_add_silence(struct track_pages *pages, const uint8_t *packet, size_t packet_bytes);

/** Whether the page holds RECORDING_PAGE_MS, and is to be closed. */
bool track_pages_is_full(const struct track_pages *pages);

/** Whether the sink is about to sync, and what is on the page would wait for the next time. */
bool track_pages_is_due(const struct track_pages *pages);

/** Close the page behind all that was added. */
void track_pages_close(struct track_pages *pages);

/** Close the last page; granule: where the stream ends. */
void track_pages_close_last(struct track_pages *pages, int64_t granule);

#endif
