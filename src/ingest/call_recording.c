#include "ingest/call_recording_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ingest/recorded_call.h"
#include "net/address.h"

struct call_recordings {
    struct call_recordings_options options;
    struct sip_server *server;
    struct call_recording *first;
    unsigned beginning;
    bool closed;
};

/* --- all of them --------------------------------------------------------------------------------
 */

enum status call_recordings_create(const struct call_recordings_options *options,
                                   struct call_recordings **out)
{
    struct call_recordings *recordings = calloc(1, sizeof *recordings);

    if (!recordings)
        return STATUS_NOMEM;
    recordings->options = *options;
    *out = recordings;
    return STATUS_OK;
}

void call_recordings_destroy(struct call_recordings *owned_recordings)
{
    free(owned_recordings);
}

void call_recordings_set_server(struct call_recordings *recordings, struct sip_server *server)
{
    recordings->server = server;
}

unsigned call_recordings_beginning(const struct call_recordings *recordings)
{
    return recordings->beginning;
}

void call_recordings_close(struct call_recordings *recordings)
{
    recordings->closed = true;
}

const struct call_recordings_options *
call_recordings_options(const struct call_recordings *recordings)
{
    return &recordings->options;
}

struct call_recording *call_recordings_find(const struct call_recordings *recordings,
                                            struct uuid id)
{
    struct call_recording *recording = recordings->first;

    while (recording && !uuid_equal(recording->id, id))
        recording = recording->next;
    return recording;
}

static bool is_pair(const struct call_recording *recording, const struct recorded_call *half)
{
    const struct recorded_call *other = recording->first;

    if (!other || recording->state == CALL_RECORDING_FAILED || recording->source != half->source)
        return false;
    while (other && plain_call_is_pair(&other->plain, &half->plain))
        other = other->next_of_recording;
    return !other;
}

struct call_recording *call_recordings_find_pair(const struct call_recordings *recordings,
                                                 const struct recorded_call *half)
{
    struct call_recording *recording = recordings->first;

    if (half->plain.end == PLAIN_CALL_WHOLE)
        return NULL;
    while (recording && !is_pair(recording, half))
        recording = recording->next;
    return recording;
}

static void unlink_recording(struct call_recording *recording)
{
    struct call_recording **link = &recording->all->first;

    while (*link != recording)
        link = &(*link)->next;
    *link = recording->next;
}

static void destroy(struct call_recording *owned_recording)
{
    unlink_recording(owned_recording);
    owned_recording->source->recordings--;
    call_recording_wipe_keys(owned_recording->stream);
    free(owned_recording);
}

/* --- begin --------------------------------------------------------------------------------------
 */

static void run(struct call_recording *recording)
{
    const struct recording_ties ties = call_ties_show(&recording->ties);
    const struct recording_news news = {
        .streams = recording->stream, .stream_count = recording->streams, .ties = &ties};

    recording->state = CALL_RECORDING_RUNNING;
    recording_start(recording->recording, recording->all->options.pool, recording->sink_handle,
                    &recording->policy, recording->started, recording->started_wall);
    /* what changed while the sink was at work: a second dialog came, or one of two left */
    if (recording_update(recording->recording, &news) != STATUS_OK)
        log_event(LOG_ERROR, "call.update_dropped", "cause=memory");
    call_recording_tell_deviations(recording, recording->deviations);
    call_recording_settle_controls(recording);
}

/* On the signalling thread, after the sink has said how it went. */
static void on_ready(void *arg)
{
    struct call_recording *recording = arg;
    const struct call_recordings_options *options = &recording->all->options;

    recording->all->beginning--;
    if (recording->first && recording->sink_status == STATUS_OK && !recording->all->closed) {
        run(recording);
        options->ready(options->context, recording);
        return;
    }
    recording->state = CALL_RECORDING_FAILED;
    call_recording_settle_controls(recording);
    options->sink->abort(options->sink->context, recording->sink_handle);
    recording_destroy(recording->recording);
    recording->recording = NULL;
    if (recording->first)
        options->ready(options->context, recording);
    destroy(recording);
}

/* On a thread of the sink's. */
static void sink_ready(void *ready_arg, enum status status, const struct recording_policy *policy)
{
    struct call_recording *recording = ready_arg;

    if (policy)
        recording->policy = *policy;
    recording->sink_status = status;
    recording->letter.function = on_ready;
    recording->letter.arg = recording;
    sip_server_post_letter(recording->all->server, &recording->letter);
}

static enum status hand_over(struct call_recording *recording,
                             const struct call_recording_start *start, struct fault *fault)
{
    const struct call_recordings_options *options = &recording->all->options;
    const struct recording_sink *sink = options->sink;
    struct recording_leg legs[BOUND_CALL_STREAMS];
    char address[ADDRESS_TEXT_BYTES];
    const struct recording_begin begin = {
        .id = recording->id,
        .started = start->now_wall,
        .caller = start->streams->caller,
        .called = start->streams->called,
        .source = start->source->settings.name,
        .source_address = address,
        .sip_call_id = start->identity->call_id,
        .ties = call_ties_show(&recording->ties),
        .legs = start->streams->count,
        .leg = legs,
    };

    address_format(&start->identity->peer.address, false, address);
    call_streams_legs(start->streams, legs);
    enum status status =
        recording_create(&begin, start->streams->stream, start->streams->count, &start->media->bind,
                         options->ports, sink, &recording->recording, fault);
    if (status != STATUS_OK)
        return status;
    status = sink->begin(sink->context, &begin, sink_ready, recording, &recording->sink_handle);
    if (status == STATUS_OK)
        return STATUS_OK;
    recording_destroy(recording->recording);
    return fault_set(fault, status, 0, "begin a recording: %s", status_text(status));
}

enum status call_recording_begin(struct call_recordings *recordings,
                                 const struct call_recording_start *start,
                                 struct call_recording **out, struct fault *fault)
{
    struct call_recording *recording = calloc(1, sizeof *recording);

    if (!recording)
        return fault_set(fault, STATUS_NOMEM, 0, "begin a recording: out of memory");
    recording->all = recordings;
    recording->source = start->source;
    recording->started = start->now;
    recording->started_wall = start->now_wall;
    recording->id = uuid_new(start->now_wall);
    recording->streams = start->streams->count;
    for (size_t i = 0; i < start->streams->count; i++)
        recording->stream[i] = start->streams->stream[i];
    call_ties_keep(&recording->ties, &start->ties);
    /* its thread may be done with it before sink->begin returns, but not on_ready on this one */
    recording->next = recordings->first;
    recordings->first = recording;
    recordings->beginning++;
    recording->source->recordings++;
    enum status status = hand_over(recording, start, fault);
    if (status != STATUS_OK) {
        recordings->beginning--;
        destroy(recording);
        return status;
    }
    *out = recording;
    return STATUS_OK;
}

/* --- dialogs ------------------------------------------------------------------------------------
 */

void call_recording_join(struct call_recording *recording, struct recorded_call *call)
{
    call->recording = recording;
    call->next_of_recording = recording->first;
    recording->first = call;
}

void call_recording_leave(struct call_recording *recording, struct recorded_call *call,
                          const char *end_cause)
{
    struct recorded_call **link = &recording->first;

    while (*link != call)
        link = &(*link)->next_of_recording;
    *link = call->next_of_recording;
    call->recording = NULL;
    if (recording->first || recording->state != CALL_RECORDING_RUNNING)
        return;
    recording_stop(recording->recording, end_cause);
    destroy(recording);
}

struct recorded_call *call_recording_first(const struct call_recording *recording)
{
    return recording->first;
}

enum call_recording_state call_recording_state(const struct call_recording *recording)
{
    return recording->state;
}

struct uuid call_recording_id(const struct call_recording *recording)
{
    return recording->id;
}
