/**
 * sent_line: the audio of one channel as it must have been recorded, made anew from the packets
 * that are known to have been sent.
 */
#ifndef RECORDER_TESTS_TOOLS_SENT_LINE_H
#define RECORDER_TESTS_TOOLS_SENT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum {
    SENT_LINE_SAMPLES = 160, /* of a packet, and of what is encoded at a time */
    SENT_LINE_RATE_HZ = 8000,
    SENT_LINE_FILE_BYTES_MAX = 1 << 30,
};

/* All zero is a silent channel. */
struct sent_line {
    int16_t *pcm; /* from the first packet that was sent on; NULL for a silent channel */
    size_t samples;
};

/**
 * Lay out what was sent: decoded, with up to three lost packets concealed, as the recorder does.
 *
 * codec          PCMA or PCMU
 * payload_path   G.711 bytes of all planned packets in order, 160 bytes each
 * withheld_path  numbers of the packets that were not sent, from 0, one per line; "-" for none
 *
 * STATUS_OK       *line set; freed by sent_line_deinit.
 * STATUS_INVALID  no such codec, or not a list of packet numbers.
 * STATUS_IO, STATUS_NOMEM
 */
enum status sent_line_read(const char *codec, const char *payload_path, const char *withheld_path,
                           struct sent_line *line) MUST_CHECK;

/** A line that is all zero is accepted. */
void sent_line_deinit(struct sent_line *line);

/** The n-th 20 ms of a line whose first packet lies `anchor` samples behind the start. */
void sent_line_frame(const struct sent_line *line, int64_t anchor, size_t frame,
                     int16_t pcm[static SENT_LINE_SAMPLES]);

/** Append a whole file to bytes. STATUS_OK, STATUS_IO, STATUS_NOMEM, STATUS_LIMIT. */
enum status sent_line_file(const char *path, struct bytes *bytes) MUST_CHECK;

#endif
