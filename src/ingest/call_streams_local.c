/* What we say of the streams: our answer and our offer, and what the index is told. */
#include <string.h>

#include "base/text.h"
#include "ingest/call_formats.h"
#include "ingest/call_streams.h"

/* What a stream says in both: where we take it, whether, and with what key our reports are sealed.
 */
static void describe(const struct call_streams *streams, size_t index, uint16_t port,
                     struct sdp_local_media *media)
{
    const struct recording_stream *stream = &streams->stream[index];

    media->accepted = true;
    media->port = port;
    media->address = streams->say[index];
    media->rtcp_mux = stream->rtcp_mux;
    if (stream->local_key.suite == SRTP_SUITE_NONE)
        return;
    media->crypto.tag = streams->crypto_tag[index];
    media->crypto.key = stream->local_key;
}

void call_streams_answer(const struct call_streams *streams, const struct sdp_description *offer,
                         const uint16_t *ports, struct sdp_local *answer)
{
    memset(answer->media, 0, sizeof answer->media);
    answer->media_lines = offer->media_lines;
    for (size_t i = 0; i < streams->count; i++) {
        struct sdp_local_media *media = &answer->media[streams->media_line[i]];

        if (!streams->accepted[i])
            continue;
        describe(streams, i, ports[i], media);
        media->format = streams->format[i];
        media->parameters = call_formats_parameters(&streams->stream[i].format[0]);
        media->inactive = streams->stream[i].held;
    }
}

void call_streams_offer(const struct call_streams *streams, const uint16_t *ports,
                        struct sdp_local *offer)
{
    memset(offer->media, 0, sizeof offer->media);
    offer->media_lines = streams->media_lines;
    for (size_t i = 0; i < streams->media_lines; i++) {
        text_copy(offer->media[i].kind, sizeof offer->media[i].kind, streams->line[i].kind);
        text_copy(offer->media[i].protocol, sizeof offer->media[i].protocol,
                  streams->line[i].protocol);
    }
    for (size_t i = 0; i < streams->count; i++) {
        struct sdp_local_media *media = &offer->media[streams->media_line[i]];

        if (!streams->accepted[i])
            continue;
        describe(streams, i, ports[i], media);
        text_copy(media->label, sizeof media->label, streams->stream[i].label);
        call_formats_offer(&streams->stream[i], streams->events_type[i], media);
    }
}

void call_streams_legs(const struct call_streams *streams,
                       struct recording_leg legs[BOUND_CALL_STREAMS])
{
    memset(legs, 0, BOUND_CALL_STREAMS * sizeof *legs);
    for (size_t i = 0; i < streams->count; i++) {
        const struct recording_stream *stream = &streams->stream[i];

        legs[i].channel = stream->channel;
        legs[i].party = stream->party;
        legs[i].rate_hz = stream->format[0].clock_rate_hz;
        legs[i].anchor_samples = -1;
        memcpy(legs[i].label, stream->label, sizeof legs[i].label);
        memcpy(legs[i].codec, stream->format[0].codec, sizeof legs[i].codec);
    }
}
