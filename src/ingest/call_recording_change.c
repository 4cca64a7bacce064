/* call_recording: what its dialogs change: streams come, go and move, parties, ties, events. */
#include "ingest/call_recording_private.h"

#include <string.h>

#include "base/log.h"
#include "ingest/recorded_call.h"

void call_recording_wipe_keys(struct recording_stream streams[static BOUND_CALL_STREAMS])
{
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++) {
        srtp_key_wipe(&streams[i].remote_key);
        srtp_key_wipe(&streams[i].local_key);
    }
}

/* --- streams ---------------------------------------------------------------------------------
 */

static bool lives_on(const struct call_streams *streams, const size_t *places, size_t but,
                     size_t place)
{
    for (size_t i = 0; i < streams->count; i++) {
        if (i != but && streams->accepted[i] && places[i] == place)
            return true;
    }
    return false;
}

static bool is_taken(const struct call_recording *recording, const struct call_recording_wish *wish,
                     size_t place)
{
    for (const struct recorded_call *call = recording->first; call;
         call = call->next_of_recording) {
        if (call != wish->call && lives_on(&call->streams, call->place, SIZE_MAX, place))
            return true;
    }
    return lives_on(wish->streams, wish->places, wish->index, place);
}

static enum status add_leg(struct call_recording *recording, const struct call_recording_wish *wish,
                           struct fault *fault)
{
    const struct recording_stream *stream = &wish->streams->stream[wish->index];
    size_t added;

    enum status status =
        recording_add_stream(recording->recording, stream, &wish->media->bind, &added, fault);
    if (status != STATUS_OK)
        return status;
    recording->stream[added] = *stream;
    recording->streams = added + 1;
    return STATUS_OK;
}

static void tell_stream_change(struct call_recording *recording, size_t place,
                               const struct recording_stream *stream)
{
    const struct recording_stream *told = &recording->stream[place];
    char text[CALL_PLACES_TEXT_BYTES];

    if (call_places_agree(told, stream) && strcmp(told->label, stream->label) == 0)
        return;
    call_places_describe(told, stream, text);
    const struct recording_note note = {"stream_change", text, (int)place};
    call_recording_note(recording, &note);
}

/* The leg goes on, as this stream. */
static enum status take_leg(struct call_recording *recording,
                            const struct call_recording_wish *wish, size_t place,
                            struct fault *fault)
{
    struct recording_stream streams[BOUND_CALL_STREAMS];
    const struct recording_stream *stream = &wish->streams->stream[wish->index];

    enum status status =
        recording_move_stream(recording->recording, place, stream, &wish->media->bind, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(streams, recording->stream, sizeof streams);
    streams[place] = *stream;
    streams[place].channel = recording->stream[place].channel;
    const struct recording_news news = {.streams = streams, .stream_count = recording->streams};
    if (recording->state == CALL_RECORDING_RUNNING)
        status = recording_update(recording->recording, &news);
    if (status == STATUS_OK) {
        tell_stream_change(recording, place, stream);
        recording->stream[place] = streams[place];
    } else {
        (void)fault_set(fault, status, 0, "go on with a leg: %s", status_text(status));
    }
    call_recording_wipe_keys(streams);
    return status;
}

enum status call_recording_add(struct call_recording *recording,
                               const struct call_recording_wish *wish, size_t *place,
                               enum recording_channel *channel, struct fault *fault)
{
    bool taken[BOUND_CALL_STREAMS];
    const struct call_places places = {recording->stream, taken, recording->streams};

    for (size_t i = 0; i < recording->streams; i++)
        taken[i] = is_taken(recording, wish, i);
    size_t found =
        call_places_choose(&places, &wish->streams->stream[wish->index], wish->places[wish->index]);
    if (found == CALL_PLACES_NONE)
        return fault_set(fault, STATUS_LIMIT, 0, "%d streams are recorded already",
                         BOUND_CALL_STREAMS);
    enum status status = found == recording->streams ? add_leg(recording, wish, fault)
                                                     : take_leg(recording, wish, found, fault);
    if (status != STATUS_OK)
        return status;
    *place = found;
    *channel = recording->stream[found].channel;
    return STATUS_OK;
}

enum status call_recording_move(struct call_recording *recording, size_t place,
                                const struct recording_stream *stream,
                                const struct media_address *media, struct fault *fault)
{
    return recording_move_stream(recording->recording, place, stream, &media->bind, fault);
}

uint16_t call_recording_port(const struct call_recording *recording, size_t place)
{
    return recording_port(recording->recording, place);
}

/* --- news ------------------------------------------------------------------------------------
 */

static enum status update(struct call_recording *recording, const struct recording_news *news)
{
    struct recording_news less = *news;

    enum status status = recording_update(recording->recording, news);
    if (status != STATUS_NOMEM || !news->document)
        return status;
    less.document = NULL;
    log_event(LOG_ERROR, "call.metadata_dropped", "cause=memory");
    return recording_update(recording->recording, &less);
}

enum status call_recording_tell(struct call_recording *recording,
                                const struct call_recording_change *change)
{
    struct recording_stream streams[BOUND_CALL_STREAMS];
    struct recording_ties ties;

    memcpy(streams, recording->stream, sizeof streams);
    for (size_t i = 0; i < change->count; i++) {
        if (change->places[i] != CALL_RECORDING_NO_PLACE)
            streams[change->places[i]] = change->streams[i];
    }
    if (change->ties)
        call_ties_keep(&recording->ties, change->ties);
    ties = call_ties_show(&recording->ties);
    const struct recording_news news = {
        .streams = change->count ? streams : NULL,
        .stream_count = change->count ? recording->streams : 0,
        .caller = change->caller,
        .called = change->called,
        .ties = change->ties ? &ties : NULL,
        .document = change->document,
    };
    enum status status = STATUS_OK;
    if (recording->state == CALL_RECORDING_RUNNING)
        status = update(recording, &news);
    if (status == STATUS_OK)
        memcpy(recording->stream, streams, sizeof streams);
    call_recording_wipe_keys(streams);
    return status;
}

void call_recording_tell_deviations(struct call_recording *recording, uint64_t set)
{
    for (unsigned i = 0; i < DEVIATIONS; i++) {
        if (!deviation_has(set, (enum deviation)i))
            continue;
        const struct recording_note note = {"deviation", deviation_text((enum deviation)i), -1};
        recording_note(recording->recording, &note);
    }
}

void call_recording_deviate(struct call_recording *recording, uint64_t deviations)
{
    uint64_t fresh = deviations & ~recording->deviations;

    recording->deviations |= fresh;
    if (recording->state == CALL_RECORDING_RUNNING)
        call_recording_tell_deviations(recording, fresh);
}

void call_recording_note(struct call_recording *recording, const struct recording_note *note)
{
    if (recording->state == CALL_RECORDING_RUNNING)
        recording_note(recording->recording, note);
}

bool call_recording_is_heard(const struct call_recording *recording, mono_time now,
                             int64_t heard_ms)
{
    if (recording->state != CALL_RECORDING_RUNNING)
        return false;
    mono_time heard = recording_heard(recording->recording);
    return heard.ns && now.ns - heard.ns < heard_ms * CLOCK_NS_PER_MS;
}
