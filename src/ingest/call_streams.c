#include "ingest/call_streams.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ingest/call_formats.h"
#include "ingest/call_speakers.h"

enum { PROPOSED_STREAMS_MAX = 2, EVENTS_TYPE = 101 };

/* What became of the streams that were there. */
struct tally {
    size_t accepted;
    size_t withdrawn; /* port 0, or no line any more */
    bool denied;      /* a line could be recorded, were keys allowed */
};

static uint8_t events_type_of(const struct sdp_media *media, uint32_t clock_rate_hz)
{
    for (size_t i = 0; i < media->formats; i++) {
        if (media->format[i].clock_rate_hz == clock_rate_hz &&
            strcasecmp(media->format[i].encoding, "telephone-event") == 0)
            return media->format[i].payload_type;
    }
    return 0;
}

static enum status take_keys(struct recording_stream *stream, const struct sdp_crypto *crypto)
{
    if (!crypto) {
        srtp_key_wipe(&stream->remote_key);
        srtp_key_wipe(&stream->local_key);
        return STATUS_OK;
    }
    stream->remote_key = crypto->key;
    if (stream->local_key.suite == crypto->key.suite)
        return STATUS_OK;
    return srtp_key_random(crypto->key.suite, &stream->local_key);
}

static enum status take_line(struct call_streams *streams, size_t index,
                             const struct sdp_media *media, const struct sdp_choice *choice)
{
    struct recording_stream *stream = &streams->stream[index];

    call_formats_take(media, choice->format, stream);
    if (media->label[0])
        (void)snprintf(stream->label, sizeof stream->label, "%s", media->label);
    stream->sender = media->address;
    stream->rtcp = media->rtcp;
    stream->rtcp_mux = media->rtcp_mux;
    stream->held = media->direction == SDP_DIRECTION_INACTIVE ||
                   media->direction == SDP_DIRECTION_RECVONLY ||
                   (media->no_address && streams->addressed[index]);
    stream->withdrawn = false;
    streams->addressed[index] = streams->addressed[index] || media->address.ss_family != AF_UNSPEC;
    streams->accepted[index] = true;
    streams->format[index] = choice->format;
    streams->events_type[index] = events_type_of(media, stream->format[0].clock_rate_hz);
    streams->crypto_tag[index] = choice->crypto ? choice->crypto->tag : 0;
    return take_keys(stream, choice->crypto);
}

/* What comes for it is not heard, and nobody is told how it came. */
static void withdraw(struct call_streams *streams, size_t index)
{
    streams->accepted[index] = false;
    streams->stream[index].held = true;
    streams->stream[index].hold_is_pause = false;
    streams->stream[index].withdrawn = true;
    memset(&streams->stream[index].rtcp, 0, sizeof streams->stream[index].rtcp);
}

void call_streams_refuse(struct call_streams *streams, size_t index)
{
    withdraw(streams, index);
    streams->refused |= UINT64_C(1) << streams->media_line[index];
}

void call_streams_withdraw(struct call_streams *streams)
{
    for (size_t i = 0; i < streams->count; i++)
        withdraw(streams, i);
}

static enum status follow_lines(struct call_streams *streams,
                                const struct sdp_description *description,
                                const struct sdp_abilities *abilities, struct tally *tally)
{
    for (size_t i = 0; i < streams->count; i++) {
        size_t line = streams->media_line[i];
        const struct sdp_media *media = &description->media[line];
        struct sdp_choice choice;

        withdraw(streams, i);
        if (line >= description->media_lines || !media->port) {
            tally->withdrawn++;
            continue;
        }
        enum status status = sdp_choose(media, abilities, &choice);
        tally->denied = tally->denied || status == STATUS_DENIED;
        if (status != STATUS_OK)
            continue;
        tally->accepted++;
        status = take_line(streams, i, media, &choice);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool has_stream(const struct call_streams *streams, size_t line)
{
    for (size_t i = 0; i < streams->count; i++) {
        if (streams->media_line[i] == line)
            return true;
    }
    return false;
}

/* Whether a line that can be recorded is offered another way too, and that way is taken. */
static bool is_second_choice(const struct call_streams *streams,
                             const struct sdp_description *description,
                             const struct sdp_abilities *abilities, size_t line, bool secure)
{
    for (size_t i = 0; i < description->media_lines; i++) {
        const struct sdp_media *other = &description->media[i];
        struct sdp_choice choice;

        if (i == line || strcmp(other->label, description->media[line].label) != 0 ||
            sdp_choose(other, abilities, &choice) != STATUS_OK || (choice.crypto != NULL) == secure)
            continue;
        if (!secure || has_stream(streams, i))
            return true;
    }
    return false;
}

/* Another stream of that label, on a line that was given up, is the same one. */
static bool find_label(const struct call_streams *streams, const char *label, size_t *index)
{
    for (size_t i = 0; *label && i < streams->count; i++) {
        if (streams->accepted[i] || strcmp(streams->stream[i].label, label) != 0)
            continue;
        *index = i;
        return true;
    }
    return false;
}

/* One that is withdrawn is forgotten; who it was is still known where nobody says otherwise. */
static bool make_room(struct call_streams *streams, const struct siprec_metadata *metadata,
                      size_t *index)
{
    size_t found = streams->count;

    while (found && streams->accepted[found - 1])
        found--;
    if (!found)
        return false;
    *index = found - 1;
    struct recording_stream *stream = &streams->stream[*index];
    const struct recording_party party = stream->party;
    enum recording_channel channel = stream->channel;
    srtp_key_wipe(&stream->remote_key);
    srtp_key_wipe(&stream->local_key);
    memset(stream, 0, sizeof *stream);
    stream->channel = channel;
    if (!metadata)
        stream->party = party;
    streams->addressed[*index] = false;
    memset(&streams->say[*index], 0, sizeof streams->say[*index]);
    return true;
}

/* Where a line that is added becomes a stream; false where all of them live. */
static bool find_index(struct call_streams *streams, const struct sdp_media *media,
                       const struct siprec_metadata *metadata, size_t *index)
{
    if (find_label(streams, media->label, index))
        return true;
    if (streams->count == BOUND_CALL_STREAMS)
        return make_room(streams, metadata, index);
    *index = streams->count++;
    return true;
}

static_assert((int)BOUND_SDP_MEDIA <= 64, "a bit for each line");

static enum status add_lines(struct call_streams *streams,
                             const struct sdp_description *description,
                             const struct siprec_metadata *metadata,
                             const struct sdp_abilities *abilities, struct tally *tally)
{
    for (size_t i = 0; i < description->media_lines; i++) {
        struct sdp_choice choice;
        size_t index;

        if (has_stream(streams, i))
            continue;
        enum status status = sdp_choose(&description->media[i], abilities, &choice);
        tally->denied = tally->denied || status == STATUS_DENIED;
        if (status != STATUS_OK ||
            is_second_choice(streams, description, abilities, i, choice.crypto != NULL) ||
            call_speakers_are_heard(description, metadata, abilities, i))
            continue;
        if (!find_index(streams, &description->media[i], metadata, &index)) {
            streams->refused |= UINT64_C(1) << i;
            continue;
        }
        streams->media_line[index] = i;
        tally->accepted++;
        status = take_line(streams, index, &description->media[i], &choice);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void remember_lines(struct call_streams *streams, const struct sdp_description *description)
{
    streams->deviations = 0;
    if (description->media_lines < streams->media_lines)
        deviation_add(&streams->deviations, DEVIATION_SDP_LINES_MISSING);
    streams->media_lines = description->media_lines;
    for (size_t i = 0; i < description->media_lines; i++) {
        struct call_line *line = &streams->line[i];

        text_copy(line->kind, sizeof line->kind, description->media[i].kind);
        text_copy(line->protocol, sizeof line->protocol, description->media[i].protocol);
        if (description->media[i].label[0])
            text_copy(line->label, sizeof line->label, description->media[i].label);
    }
}

/* What a description makes of the streams, those of no description included (count 0). */
static enum status follow(struct call_streams *streams, const struct sdp_description *description,
                          const struct siprec_metadata *metadata,
                          const struct sdp_abilities *abilities)
{
    struct tally tally = {.accepted = 0};
    size_t before = streams->count;
    streams->refused = 0;
    enum status status = follow_lines(streams, description, abilities, &tally);

    if (status == STATUS_OK)
        status = add_lines(streams, description, metadata, abilities, &tally);
    if (status != STATUS_OK)
        return status;
    /* all of them taken back is a hold, not an offer of something else */
    if (!tally.accepted && (!before || tally.withdrawn < before))
        return tally.denied ? STATUS_DENIED : STATUS_UNSUPPORTED;
    remember_lines(streams, description);
    return STATUS_OK;
}

enum status call_streams_choose(const struct sdp_description *offer,
                                const struct siprec_metadata *metadata,
                                const struct sdp_abilities *abilities, struct call_streams *streams)
{
    struct call_streams chosen;

    memset(&chosen, 0, sizeof chosen);
    enum status status = follow(&chosen, offer, metadata, abilities);
    if (status == STATUS_OK) {
        struct call_speakers speakers = call_speakers_find(&chosen, metadata);

        call_speakers_set_parties(&chosen, &speakers);
        call_speakers_assign_channels(&chosen, &speakers);
        *streams = chosen;
    }
    call_streams_wipe(&chosen);
    return status;
}

enum status call_streams_update(struct call_streams *streams,
                                const struct sdp_description *description,
                                const struct siprec_metadata *metadata,
                                const struct sdp_abilities *abilities)
{
    struct call_streams updated = *streams;
    enum status status = follow(&updated, description, metadata, abilities);

    if (status == STATUS_OK) {
        struct call_speakers speakers = call_speakers_find(&updated, metadata);

        call_speakers_set_parties(&updated, &speakers);
        call_speakers_assign_added(streams, &speakers, &updated);
        *streams = updated;
    }
    call_streams_wipe(&updated);
    return status;
}

void call_streams_propose(const struct siprec_metadata *metadata, bool siprec,
                          struct call_streams *streams)
{
    size_t count = siprec ? PROPOSED_STREAMS_MAX : 1;

    if (metadata && metadata->streams)
        count = metadata->streams;

    memset(streams, 0, sizeof *streams);
    streams->count = count < PROPOSED_STREAMS_MAX ? count : PROPOSED_STREAMS_MAX;
    streams->media_lines = streams->count;
    for (size_t i = 0; i < streams->count; i++) {
        struct recording_stream *stream = &streams->stream[i];

        if (metadata && metadata->streams)
            text_copy(stream->label, sizeof stream->label, metadata->stream[i].label);
        text_copy(streams->line[i].label, sizeof streams->line[i].label, stream->label);
        call_formats_propose(stream);
        streams->media_line[i] = i;
        streams->accepted[i] = true;
        streams->events_type[i] = EVENTS_TYPE;
    }
    struct call_speakers speakers = call_speakers_find(streams, metadata);
    call_speakers_set_parties(streams, &speakers);
    call_speakers_assign_channels(streams, &speakers);
}

void call_streams_wipe(struct call_streams *streams)
{
    for (size_t i = 0; streams && i < BOUND_CALL_STREAMS; i++) {
        srtp_key_wipe(&streams->stream[i].remote_key);
        srtp_key_wipe(&streams->stream[i].local_key);
    }
}
