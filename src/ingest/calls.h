/**
 * calls: what recorder-ingest does with a SIP call: chooses its streams, finds its parties, makes
 * its recording, answers when that is durable. All on the signalling thread.
 *
 * A call's states:
 *   BEGINNING  the sink makes it durable; a CANCEL only marks it ended
 *   RECORDING  answered, media runs
 *   gone       stopped, refused or cancelled
 */
#ifndef RECORDER_INGEST_CALLS_H
#define RECORDER_INGEST_CALLS_H

#include "base/config.h"
#include "base/fault.h"
#include "base/status.h"
#include "net/port_range.h"
#include "session/recording.h"
#include "session/recording_sink.h"
#include "sip/server.h"

enum { CALLS_RETRY_AFTER_S = 10 };

struct calls;

/* What calls are made with; all borrowed, all outlive it. */
struct calls_options {
    const struct config *config;
    struct port_range *ports;
    struct media_pool *pool;
    const struct recording_sink *sink;
    bool (*sink_healthy)(void *sink_context);
};

/** STATUS_OK, STATUS_INVALID (config's rtp_address is no address), STATUS_NOMEM. */
enum status calls_create(const struct calls_options *options, struct calls **out,
                         struct fault *fault) MUST_CHECK;

/** All calls must have ended. NULL is accepted. */
void calls_destroy(struct calls *owned_calls);

/** The handlers to give to the SIP server. */
struct sip_server_handler calls_handler(struct calls *calls);

/** The server to post to; set once, before it runs. */
void calls_set_server(struct calls *calls, struct sip_server *server);

/** From now on INVITE and OPTIONS are answered 503; calls in progress go on. */
void calls_refuse_new(struct calls *calls);

/**
 * Calls whose recording is not yet durable or refused; their answers still come from the sink, so
 * the server is not destroyed before this is 0.
 */
unsigned calls_beginning(const struct calls *calls);

#endif
