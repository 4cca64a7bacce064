/**
 * call_formats: between the payload types of an m-line and the codecs that are recorded: what can
 * be taken, what a stream is told of its line, and which we name in our answer and our offer. Pure.
 */
#ifndef RECORDER_INGEST_CALL_FORMATS_H
#define RECORDER_INGEST_CALL_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/codec.h"
#include "body/sdp.h"
#include "session/recording.h"

/**
 * Whether a codec can be recorded with what there is; as struct sdp_abilities asks.
 *
 * setup     const struct audio_setup *; not NULL.
 * channels  as its rtpmap says; fewer than the codec's own are taken, more are not: one who means
 *           stereo sends other packets. Opus says for itself what a packet holds; L16 of two is a
 *           codec of its own.
 */
bool call_formats_records(const void *setup, const char *encoding, uint32_t clock_rate_hz,
                          uint8_t channels);

/**
 * Tell a stream of the formats of its line: the chosen one first; then those that can be decoded,
 * events and comfort noise among them; then those that cannot, in the order of the line, as many as
 * there is room for. Some send whatever they offered, whatever was answered. What nothing describes
 * is left out.
 *
 * chosen  index in media->format; of kind AUDIO_SOUND.
 */
void call_formats_take(const struct sdp_media *media, size_t chosen,
                       struct recording_stream *stream);

/** Make G.711 A-law the only format of a stream, for an offer of ours. */
void call_formats_propose(struct recording_stream *stream);

/** Our a=fmtp beside a format of a stream's; static, NULL for none. */
const char *call_formats_parameters(const struct recording_format *format);

/**
 * Fill the formats of an m-line that we offer: the codec in use, G.711, G.722, and events.
 *
 * events_type  payload type of telephone-event, which keeps its meaning for the session (RFC 3264
 *              section 8.3.2); 0: none.
 */
void call_formats_offer(const struct recording_stream *stream, uint8_t events_type,
                        struct sdp_local_media *media);

#endif
