#include "ingest/call_streams.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static struct recording_party party_of(const struct siprec_participant *participant)
{
    struct recording_party party = {"", ""};

    if (participant) {
        text_copy(party.number, sizeof party.number, participant->number);
        text_copy(party.name, sizeof party.name, participant->name);
    }
    return party;
}

static void take_format(struct recording_stream *stream, const struct sdp_media *media,
                        size_t format)
{
    const struct sdp_format *chosen = &media->format[format];

    (void)snprintf(stream->label, sizeof stream->label, "%s", media->label);
    (void)snprintf(stream->codec, sizeof stream->codec, "%s", chosen->encoding);
    for (char *letter = stream->codec; *letter; letter++) {
        if (*letter >= 'a' && *letter <= 'z')
            *letter = (char)(*letter - 'a' + 'A');
    }
    stream->payload_type = chosen->payload_type;
    stream->clock_rate_hz = chosen->clock_rate_hz;
    stream->sender = media->address;
}

/* Who speaks on each stream. Returns the participants, NULL where unknown. */
static void find_speakers(const struct call_streams *streams,
                          const struct siprec_metadata *metadata,
                          const struct siprec_participant **speakers,
                          struct siprec_parties *parties)
{
    const char *labels[BOUND_CALL_STREAMS];
    bool assumed = false;

    for (size_t i = 0; i < streams->count; i++)
        labels[i] = streams->stream[i].label;
    for (size_t i = 0; i < streams->count; i++) {
        speakers[i] = siprec_speaker(metadata, labels, streams->count, i, &assumed);
        /* a partial document lists who changed, in any order: their places say nothing */
        if (assumed && metadata->partial)
            speakers[i] = NULL;
    }
    *parties = siprec_parties(metadata, labels, streams->count);
}

void call_streams_parties(struct call_streams *streams, const struct siprec_metadata *metadata)
{
    const struct siprec_participant *speakers[BOUND_CALL_STREAMS] = {NULL};
    struct siprec_parties parties;

    find_speakers(streams, metadata, speakers, &parties);
    for (size_t i = 0; i < streams->count; i++) {
        if (speakers[i])
            streams->stream[i].party = party_of(speakers[i]);
    }
    if (parties.caller)
        streams->caller = party_of(parties.caller);
    if (parties.called)
        streams->called = party_of(parties.called);
}

/* The caller's stream is left, whichever m-line it is on; where nobody is known, the first. */
static void assign_channels(struct call_streams *streams, const struct siprec_metadata *metadata)
{
    const struct siprec_participant *speakers[BOUND_CALL_STREAMS] = {NULL};
    struct siprec_parties parties = {NULL, NULL};
    bool crossed = false;

    if (metadata)
        find_speakers(streams, metadata, speakers, &parties);
    if (parties.called && speakers[0] == parties.called)
        crossed = true;
    if (streams->count > 1 && parties.caller && speakers[1] == parties.caller)
        crossed = true;
    for (size_t i = 0; i < streams->count; i++)
        streams->stream[i].channel = (i == 1) != crossed ? RECORDING_RIGHT : RECORDING_LEFT;
}

enum status call_streams_choose(const struct sdp_offer *offer,
                                const struct siprec_metadata *metadata,
                                struct call_streams *streams)
{
    struct call_streams chosen;

    memset(&chosen, 0, sizeof chosen);
    for (size_t i = 0; i < offer->media_lines && chosen.count < BOUND_CALL_STREAMS; i++) {
        size_t format;
        if (sdp_choose_format(&offer->media[i], &format) != STATUS_OK)
            continue;
        take_format(&chosen.stream[chosen.count], &offer->media[i], format);
        chosen.media_line[chosen.count] = i;
        chosen.format[chosen.count] = format;
        chosen.count++;
    }
    if (!chosen.count)
        return STATUS_UNSUPPORTED;
    if (metadata)
        call_streams_parties(&chosen, metadata);
    assign_channels(&chosen, metadata);
    *streams = chosen;
    return STATUS_OK;
}

enum status call_streams_update(struct call_streams *streams, const struct sdp_offer *offer,
                                const struct siprec_metadata *metadata, bool *accepted)
{
    struct call_streams updated = *streams;
    size_t kept = 0;
    size_t withdrawn = 0;

    for (size_t i = 0; i < updated.count; i++) {
        size_t line = updated.media_line[i];
        size_t format;
        withdrawn += line < offer->media_lines && offer->media[line].port == 0;
        accepted[i] = line < offer->media_lines &&
                      sdp_choose_format(&offer->media[line], &format) == STATUS_OK;
        if (!accepted[i])
            continue;
        take_format(&updated.stream[i], &offer->media[line], format);
        updated.format[i] = format;
        kept++;
    }
    /* all of them taken back is a hold, not an offer of something else */
    if (!kept && withdrawn < updated.count)
        return STATUS_UNSUPPORTED;
    if (metadata)
        call_streams_parties(&updated, metadata);
    *streams = updated;
    return STATUS_OK;
}

void call_streams_answer(const struct call_streams *streams, const struct sdp_offer *offer,
                         const uint16_t *ports, const bool *accepted, struct sdp_answer *answer)
{
    memset(answer->media, 0, sizeof answer->media);
    answer->media_lines = offer->media_lines;
    for (size_t i = 0; i < streams->count; i++) {
        if (accepted && !accepted[i])
            continue;
        size_t line = streams->media_line[i];
        struct sdp_answer_media *media = &answer->media[line];
        media->accepted = true;
        media->port = ports[i];
        media->format = streams->format[i];
        media->inactive = offer->media[line].direction == SDP_DIRECTION_INACTIVE;
    }
}
