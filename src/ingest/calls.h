/**
 * calls: what recorder-ingest does with SIP: lets requests in (admission.h), records the calls
 * (recorded_call.h), drains at the end. All on the signalling thread.
 */
#ifndef RECORDER_INGEST_CALLS_H
#define RECORDER_INGEST_CALLS_H

#include "base/clock.h"
#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "ingest/source_watch.h"
#include "ingest/space_watch.h"
#include "net/port_range.h"
#include "session/recording.h"
#include "session/recording_sink.h"
#include "sip/server.h"

struct audio_setup;
struct calls;

/* What calls are made with; all borrowed, all outlive it. */
struct calls_options {
    const struct config *config;
    struct port_range *ports;
    struct media_pool *pool;
    const struct audio_setup *decoders; /* that the pool has too */
    const struct recording_sink *sink;
    bool (*sink_healthy)(void *sink_context);
    const struct space_watch *space; /* NULL: there is room */
    /* A request of calls_asked is not carried out. Any thread. */
    void (*refuse)(void *refuse_context, int64_t request);
    void *refuse_context;
    struct source_table *sources;
    struct source_watch *watch; /* NULL: the table stays as it is */
};

/** STATUS_OK, STATUS_INVALID (an address in config is none), STATUS_NOMEM. */
enum status calls_create(const struct calls_options *options, struct calls **out,
                         struct fault *fault) MUST_CHECK;

/** All calls must have ended. NULL is accepted. */
void calls_destroy(struct calls *owned_calls);

/** The handlers to give to the SIP server. */
struct sip_server_handler calls_handler(struct calls *calls);

/** The server to post to; set once, before it runs. */
void calls_set_server(struct calls *calls, struct sip_server *server);

/**
 * A pause or a resumption is asked of a recording: it is brought to the signalling thread and to
 * the recording, or refused. From any thread, while the server is there.
 *
 * context  the calls. recording, control: copied.
 */
void calls_asked(void *context, const struct uuid *recording,
                 const struct recording_control *control);

/** What is looked at now and then, about every second: whether the sources have changed. */
void calls_look(struct calls *calls, mono_time now);

/**
 * From now on INVITE and OPTIONS are answered 503; calls in progress go on, until then. Where that
 * is not in the future, calls that wait for their answer get 503 too: their clients try elsewhere.
 */
void calls_drain(struct calls *calls, mono_time until);

/**
 * Whether the server may be stopped: it drains, and its calls have ended or their time is over; and
 * none is being made durable, whose answer still comes from the sink.
 */
bool calls_drained(const struct calls *calls, mono_time now);

/**
 * The server runs no more, and maybe not because it was drained: its loop has failed. Refuse the
 * calls that still wait for the store, as the store answers for them; its answers need the server.
 * sip_server_destroy then ends all others, and nothing of them is lost.
 */
void calls_settle(struct calls *calls);

#endif
