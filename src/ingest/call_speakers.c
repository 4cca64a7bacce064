#include "ingest/call_speakers.h"

#include <string.h>
#include <strings.h>

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

/* The labels of a call's audio lines, in their order, and where each stream stands among them. */
struct places {
    const char *label[BOUND_SDP_MEDIA];
    size_t count;
    size_t of[BOUND_CALL_STREAMS]; /* count where there is no such line any more */
};

static bool is_audio(const struct call_line *line)
{
    return !line->kind[0] || strcasecmp(line->kind, "audio") == 0;
}

/* The first line of that label: one stream may be offered in two ways. */
static size_t first_of_label(const struct call_streams *streams, size_t line)
{
    const char *label = streams->line[line].label;
    size_t first = 0;

    while (first < line && (!label[0] || !is_audio(&streams->line[first]) ||
                            strcmp(streams->line[first].label, label) != 0))
        first++;
    return first;
}

/* All that were offered, so that what was refused or withdrawn moves nobody to another place. */
static void place_lines(const struct call_streams *streams, struct places *places)
{
    size_t place[BOUND_SDP_MEDIA];

    places->count = 0;
    for (size_t i = 0; i < streams->media_lines; i++) {
        size_t first = first_of_label(streams, i);

        place[i] = first < i ? place[first] : places->count;
        if (is_audio(&streams->line[i]) && first == i)
            places->label[places->count++] = streams->line[i].label;
    }
    for (size_t i = 0; i < streams->count; i++) {
        size_t line = streams->media_line[i];
        places->of[i] = line < streams->media_lines ? place[line] : places->count;
    }
}

/* Those alone that are recorded. */
static void place_streams(const struct call_streams *streams, struct places *places)
{
    places->count = streams->count;
    for (size_t i = 0; i < streams->count; i++) {
        places->of[i] = 0;
        for (size_t other = 0; other < streams->count; other++)
            places->of[i] += streams->media_line[other] < streams->media_line[i];
        places->label[places->of[i]] = streams->stream[i].label;
    }
}

const struct siprec_participant *call_streams_speaker(const struct call_streams *streams,
                                                      size_t index,
                                                      const struct siprec_metadata *metadata,
                                                      bool *assumed)
{
    struct places places;
    const struct siprec_participant *speaker;

    place_lines(streams, &places);
    speaker = siprec_speaker(metadata, places.label, places.count, places.of[index], assumed);
    if (!*assumed) { /* by its label, or as many as there are participants are recorded */
        place_streams(streams, &places);
        speaker = siprec_speaker(metadata, places.label, places.count, places.of[index], assumed);
    }
    /* a partial document lists who changed, in any order: their places say nothing */
    return *assumed && metadata->partial ? NULL : speaker;
}

struct call_speakers call_speakers_find(const struct call_streams *streams,
                                        const struct siprec_metadata *metadata)
{
    struct places places;
    struct call_speakers speakers = {.of = {NULL}};
    bool assumed = false;

    if (!metadata)
        return speakers;
    for (size_t i = 0; i < streams->count; i++)
        speakers.of[i] = call_streams_speaker(streams, i, metadata, &assumed);
    place_lines(streams, &places);
    speakers.parties = siprec_parties(metadata, places.label, places.count);
    return speakers;
}

void call_speakers_set_parties(struct call_streams *streams, const struct call_speakers *speakers)
{
    for (size_t i = 0; i < streams->count; i++) {
        if (speakers->of[i])
            streams->stream[i].party = party_of(speakers->of[i]);
    }
    if (speakers->parties.caller)
        streams->caller = party_of(speakers->parties.caller);
    if (speakers->parties.called)
        streams->called = party_of(speakers->parties.called);
}

void call_streams_parties(struct call_streams *streams, const struct siprec_metadata *metadata)
{
    struct call_speakers speakers = call_speakers_find(streams, metadata);

    call_speakers_set_parties(streams, &speakers);
}

/* Who is left where no stream is known to be the caller's; streams->count where all are right. */
static size_t assumed_caller(const struct call_streams *streams,
                             const struct call_speakers *speakers)
{
    for (size_t i = 0; i < streams->count; i++) {
        if (!speakers->of[i])
            return i;
    }
    for (size_t i = 0; i < streams->count; i++) {
        if (speakers->of[i] != speakers->parties.called)
            return i;
    }
    return streams->count;
}

void call_speakers_assign_channels(struct call_streams *streams,
                                   const struct call_speakers *speakers)
{
    const struct siprec_participant *caller = speakers->parties.caller;
    bool found = false;

    for (size_t i = 0; i < streams->count; i++) {
        bool is_caller = caller && speakers->of[i] == caller;

        streams->stream[i].channel = is_caller ? RECORDING_LEFT : RECORDING_RIGHT;
        found = found || is_caller;
    }
    size_t assumed = found ? streams->count : assumed_caller(streams, speakers);
    if (assumed < streams->count)
        streams->stream[assumed].channel = RECORDING_LEFT;
}

/* Which streams have their channel. One that took the place of another has not, but where nobody
 * says who it is. */
static void find_placed(const struct call_streams *before, const struct call_speakers *speakers,
                        const struct call_streams *streams, bool placed[BOUND_CALL_STREAMS])
{
    for (size_t i = 0; i < streams->count; i++) {
        const char *label = streams->stream[i].label;

        placed[i] = i < before->count;
        if (placed[i] && speakers->of[i] && streams->media_line[i] != before->media_line[i])
            placed[i] = label[0] && strcmp(label, before->stream[i].label) == 0;
    }
}

static enum recording_channel added_channel(const struct call_streams *streams, size_t index,
                                            const struct call_speakers *speakers,
                                            const bool placed[BOUND_CALL_STREAMS])
{
    const struct siprec_participant *speaker = speakers->of[index];
    bool is_caller = speaker && speaker == speakers->parties.caller;
    bool taken[2] = {false, false};

    for (size_t i = 0; i < streams->count; i++) {
        if (!placed[i])
            continue;
        if (speaker && speakers->of[i] == speaker)
            return streams->stream[i].channel;
        if (streams->accepted[i])
            taken[streams->stream[i].channel] = true;
    }
    if (taken[RECORDING_LEFT] != taken[RECORDING_RIGHT])
        return taken[RECORDING_LEFT] ? RECORDING_RIGHT : RECORDING_LEFT;
    if (is_caller || (!speaker && !taken[RECORDING_LEFT]))
        return RECORDING_LEFT;
    return RECORDING_RIGHT;
}

void call_speakers_assign_added(const struct call_streams *before,
                                const struct call_speakers *speakers, struct call_streams *streams)
{
    bool placed[BOUND_CALL_STREAMS];

    find_placed(before, speakers, streams, placed);
    for (size_t i = 0; i < streams->count; i++) {
        if (placed[i])
            continue;
        streams->stream[i].channel = added_channel(streams, i, speakers, placed);
        placed[i] = true;
    }
}

/* Whether one stream is of several: said to be mixed, or sent by more than one. */
static bool is_mixed(const struct siprec_metadata *metadata, size_t stream)
{
    size_t senders = 0;

    for (size_t i = 0; i < metadata->senders; i++)
        senders += metadata->sender[i].stream == stream;
    return metadata->stream[stream].mixed || senders > 1;
}

/* Who sends a stream of his own on each line that can be recorded; NULL where nobody. */
static void find_own(const struct sdp_description *description,
                     const struct siprec_metadata *metadata, const struct sdp_abilities *abilities,
                     const struct siprec_participant *own[static BOUND_SDP_MEDIA])
{
    for (size_t i = 0; i < description->media_lines; i++) {
        const struct sdp_media *media = &description->media[i];
        const char *label = media->label;
        struct sdp_choice choice;
        bool assumed;

        own[i] = NULL;
        if (media->direction == SDP_DIRECTION_INACTIVE ||
            media->direction == SDP_DIRECTION_RECVONLY ||
            sdp_choose(media, abilities, &choice) != STATUS_OK)
            continue;
        own[i] = siprec_speaker(metadata, &label, 1, 0, &assumed);
        if (assumed)
            own[i] = NULL;
    }
}

static bool is_heard(const struct siprec_participant *const *own, size_t lines, size_t line,
                     const struct siprec_participant *participant)
{
    for (size_t i = 0; i < lines; i++) {
        if (i != line && own[i] == participant)
            return true;
    }
    return false;
}

bool call_speakers_are_heard(const struct sdp_description *description,
                             const struct siprec_metadata *metadata,
                             const struct sdp_abilities *abilities, size_t line)
{
    const struct siprec_participant *own[BOUND_SDP_MEDIA];
    const char *label = description->media[line].label;
    size_t stream = 0;
    size_t heard = 0;

    if (!metadata || !label[0])
        return false;
    while (stream < metadata->streams && strcmp(metadata->stream[stream].label, label) != 0)
        stream++;
    if (stream == metadata->streams || !is_mixed(metadata, stream))
        return false;
    find_own(description, metadata, abilities, own);
    for (size_t i = 0; i < metadata->participants; i++) {
        const struct siprec_participant *participant = &metadata->participant[i];

        if (participant->left)
            continue;
        if (!is_heard(own, description->media_lines, line, participant))
            return false;
        heard++;
    }
    return heard > 1;
}
