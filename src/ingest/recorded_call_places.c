/* recorded_call: where its streams are recorded: addresses, ports and legs. */
#include "ingest/recorded_call.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { REASON_BYTES = 256 };

/* A line could be recorded, and is not: so much of the call is not heard. */
static void tell_refused(const struct recorded_call *call, const struct call_streams *streams,
                         size_t line, const char *reason)
{
    const char *label = streams->line[line].label;
    char detail[BOUND_LABEL_BYTES + REASON_BYTES + 64];

    (void)snprintf(detail, sizeof detail, "line %zu%s%s: %.200s", line + 1,
                   label[0] ? ", label " : "", label, reason);
    const struct recording_note note = {"stream_refused", detail, -1};
    call_recording_note(call->recording, &note);
}

static size_t count_accepted(const struct call_streams *streams)
{
    size_t accepted = 0;

    for (size_t i = 0; i < streams->count; i++)
        accepted += streams->accepted[i];
    return accepted;
}

/* Told once, not with each refresh. */
static void refuse(const struct recorded_call *call, struct call_streams *streams, size_t index,
                   const char *reason)
{
    size_t line = streams->media_line[index];
    uint64_t bit = UINT64_C(1) << line;

    call_streams_refuse(streams, index);
    log_event(LOG_WARNING, "call.stream_refused", "line=%zu reason=\"%s\"", line + 1, reason);
    if (!(call->streams.refused & bit))
        tell_refused(call, streams, line, reason);
}

void recorded_call_tell_refused(const struct recorded_call *call,
                                const struct call_streams *streams, uint64_t lines)
{
    char reason[REASON_BYTES];

    for (size_t i = 0; i < streams->media_lines; i++) {
        if (!(lines & UINT64_C(1) << i))
            continue;
        if (count_accepted(streams) == BOUND_CALL_STREAMS)
            (void)snprintf(reason, sizeof reason, "%d streams are recorded already",
                           BOUND_CALL_STREAMS);
        else
            (void)snprintf(reason, sizeof reason, "there was no port for it");
        tell_refused(call, streams, i, reason);
    }
}

/* --- addresses ----------------------------------------------------------------------------------
 */

/* Returns false where its sender's family cannot be reached. */
static bool choose_address(const struct recorded_call *call, struct call_streams *streams,
                           size_t index)
{
    struct recording_stream *stream = &streams->stream[index];
    sa_family_t of_call = call->media.bind.ss_family;
    sa_family_t now = stream->local.ss_family == AF_UNSPEC ? of_call : stream->local.ss_family;
    sa_family_t wanted = stream->sender.ss_family;
    struct media_address own;

    if (wanted == AF_UNSPEC || wanted == now)
        return true;
    if (wanted == of_call) {
        memset(&stream->local, 0, sizeof stream->local);
        memset(&streams->say[index], 0, sizeof streams->say[index]);
        return true;
    }
    if (!media_address_choose_for(call->addresses, &stream->sender,
                                  &sip_call_identity(call->sip)->local, &own))
        return false;
    stream->local = own.bind;
    streams->say[index] = own.say;
    return true;
}

void recorded_call_choose_addresses(const struct recorded_call *call, struct call_streams *streams)
{
    for (size_t i = 0; i < streams->count; i++)
        (void)choose_address(call, streams, i);
}

/* Nowhere to send is worse than a refusal: then the client keeps to what it has. */
static bool follow_addresses(const struct recorded_call *call, struct call_streams *streams)
{
    size_t before = count_accepted(streams);
    bool unreached[BOUND_CALL_STREAMS] = {false};
    size_t lost = 0;

    for (size_t i = 0; i < streams->count; i++) {
        unreached[i] = streams->accepted[i] && !choose_address(call, streams, i);
        lost += unreached[i];
    }
    if (lost && lost == before)
        return false;
    for (size_t i = 0; i < streams->count; i++) {
        if (unreached[i])
            refuse(call, streams, i, "we have no address of its address family");
    }
    return true;
}

/* --- places -------------------------------------------------------------------------------------
 */

/* It goes on as it was, on its line. */
static bool goes_on(const struct recorded_call *call, const struct call_streams *streams,
                    size_t index, const size_t *places)
{
    return index < call->streams.count && call->streams.accepted[index] &&
           call->streams.media_line[index] == streams->media_line[index] &&
           places[index] != CALL_RECORDING_NO_PLACE;
}

static enum status find_place(struct recorded_call *call, struct call_streams *streams,
                              size_t index, size_t *places, struct fault *fault)
{
    const struct call_recording_wish wish = {
        .call = call,
        .streams = streams,
        .places = places,
        .index = index,
        .media = &call->media,
    };

    if (goes_on(call, streams, index, places))
        return call_recording_move(call->recording, places[index], &streams->stream[index],
                                   &call->media, fault);
    enum status status = call_recording_add(call->recording, &wish, &places[index],
                                            &streams->stream[index].channel, fault);
    if (status != STATUS_OK)
        return status;
    /* who lay there before does so no longer */
    for (size_t i = 0; i < streams->count; i++) {
        if (i != index && places[i] == places[index])
            places[i] = CALL_RECORDING_NO_PLACE;
    }
    return STATUS_OK;
}

enum status recorded_call_find_places(struct recorded_call *call, struct call_streams *streams,
                                      size_t *places)
{
    size_t before = count_accepted(streams);
    uint64_t no_room = streams->refused & ~call->streams.refused;
    struct fault fault = {0};

    if (!follow_addresses(call, streams))
        return STATUS_UNSUPPORTED;
    recorded_call_tell_refused(call, streams, no_room);
    for (size_t i = call->streams.count; i < streams->count; i++)
        places[i] = CALL_RECORDING_NO_PLACE;
    for (size_t i = 0; i < streams->count; i++) {
        if (streams->accepted[i] && find_place(call, streams, i, places, &fault) != STATUS_OK)
            refuse(call, streams, i, fault.text);
    }
    return before && !count_accepted(streams) ? STATUS_IO : STATUS_OK;
}
