/**
 * call_recording: one recording on the signalling side, and the SIP dialogs that fill it: one, or
 * two of a built-in bridge's pair (plain_call.h). Signalling thread only.
 *
 * States:
 *   BEGINNING  the sink makes file and row durable; streams may be added, dialogs may leave
 *   RUNNING    answered, a media thread has it
 *   FAILED     the sink could not, or nobody is answered any more; its dialogs are being refused
 *
 * RUNNING: it is freed when its last dialog leaves. BEGINNING: once the sink has said how it went,
 * where no dialog is left by then. FAILED: when all of its dialogs have been told, by `ready`.
 */
#ifndef RECORDER_INGEST_CALL_RECORDING_H
#define RECORDER_INGEST_CALL_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/uuid.h"
#include "ingest/call_places.h"
#include "ingest/call_streams.h"
#include "ingest/media_address.h"
#include "ingest/source_table.h"
#include "session/recording.h"
#include "sip/server.h"

enum call_recording_state {
    CALL_RECORDING_BEGINNING,
    CALL_RECORDING_RUNNING,
    CALL_RECORDING_FAILED
};

struct recorded_call;
struct call_recording;
struct call_recordings;

/* What they are made with; all borrowed, all outlive them. */
struct call_recordings_options {
    struct port_range *ports;
    struct media_pool *pool;
    const struct recording_sink *sink;

    /*
     * It has left BEGINNING: RUNNING or FAILED. Its dialogs, at least one, are to be answered or
     * refused; a refused one leaves.
     */
    void (*ready)(void *context, struct call_recording *recording);
    void *context;

    /* A request (struct recording_control) that was taken is not carried out. */
    void (*refuse)(void *refuse_context, int64_t request);
    void *refuse_context;
};

/* Pauses and resumptions that are kept of a recording in BEGINNING. */
enum { CALL_RECORDING_KEPT_MAX = 16 };

/** None yet; options are copied. STATUS_OK (*out set), STATUS_NOMEM. */
enum status call_recordings_create(const struct call_recordings_options *options,
                                   struct call_recordings **out) MUST_CHECK;

/** None is left. NULL is accepted. */
void call_recordings_destroy(struct call_recordings *owned_recordings);

/** The server whose thread this is; set once, before it runs. */
void call_recordings_set_server(struct call_recordings *recordings, struct sip_server *server);

/** How many are in BEGINNING. */
unsigned call_recordings_beginning(const struct call_recordings *recordings);

/**
 * The recording, BEGINNING or RUNNING, of the other half that a half is to join: it is of the same
 * source, and whoever takes part in it is its pair (plain_call.h). NULL where there is none.
 *
 * half  takes part in none yet.
 */
struct call_recording *call_recordings_find_pair(const struct call_recordings *recordings,
                                                 const struct recorded_call *half);

/** The recording of an id, in any state; NULL where there is none. */
struct call_recording *call_recordings_find(const struct call_recordings *recordings,
                                            struct uuid id);

/** From now on one that has become durable fails all the same: nobody is answered any more. */
void call_recordings_close(struct call_recordings *recordings);

/* What a recording begins with. Borrowed for the call. */
struct call_recording_start {
    struct call_source *source;
    const struct sip_call_identity *identity;
    const struct call_streams *streams;
    const struct media_address *media;
    struct recording_ties ties; /* call_reference "" where it is no pair's */
    mono_time now;
    wall_time now_wall;
};

/**
 * Bind the ports of its streams, in order places 0.., and hand it to the sink. `ready` comes later,
 * never from within this call.
 *
 * STATUS_OK  *out is in BEGINNING, without dialogs; the caller adds one at once.
 * else       as recording_create and recording_sink.begin.
 */
enum status call_recording_begin(struct call_recordings *recordings,
                                 const struct call_recording_start *start,
                                 struct call_recording **out, struct fault *fault) MUST_CHECK;

/** A dialog takes part. The list of dialogs is what call_recording_first begins. */
void call_recording_join(struct call_recording *recording, struct recorded_call *call);

/**
 * A dialog takes part no longer. The last one of a RUNNING recording ends it.
 *
 * end_cause  static; the recording's where it was the last.
 */
void call_recording_leave(struct call_recording *recording, struct recorded_call *call,
                          const char *end_cause);

/** The first dialog, NULL where none; further ones by call->next_of_recording. */
struct recorded_call *call_recording_first(const struct call_recording *recording);

/** In which state it is, as above: in FAILED only from within `ready`. */
enum call_recording_state call_recording_state(const struct call_recording *recording);

/** The id of the recording, as in its file and its row. */
struct uuid call_recording_id(const struct call_recording *recording);

/* A stream that wants a place. Borrowed. */
struct call_recording_wish {
    const struct recorded_call *call;   /* whose: what is on its own list is not looked at, but */
    const struct call_streams *streams; /* these, as they are to be, */
    const size_t *places;               /* and theirs: CALL_RECORDING_NO_PLACE where none yet */
    size_t index;                       /* the stream; its place is where it lay before */
    const struct media_address *media;
};

/**
 * Add a stream, on the leg that call_places.h says: a new one, or one that no stream lives on.
 * Where somebody else is heard on that from now on, it is noted (fact "stream_change").
 *
 * place    out.
 * channel  out: that of its leg.
 *
 * STATUS_OK; STATUS_LIMIT: BOUND_CALL_STREAMS live; or as recording_add_stream,
 * recording_move_stream and recording_update. Nothing changed but for STATUS_OK.
 */
enum status call_recording_add(struct call_recording *recording,
                               const struct call_recording_wish *wish, size_t *place,
                               enum recording_channel *channel, struct fault *fault) MUST_CHECK;

/**
 * Have a stream that keeps its place heard where its sender now is; its port may be another then.
 * As recording_move_stream.
 */
enum status call_recording_move(struct call_recording *recording, size_t place,
                                const struct recording_stream *stream,
                                const struct media_address *media, struct fault *fault) MUST_CHECK;

/** The RTP port of a place. */
uint16_t call_recording_port(const struct call_recording *recording, size_t place);

/* What a message of one dialog changes. Borrowed for the call. */
struct call_recording_change {
    const struct recording_stream *streams; /* of this dialog */
    const size_t *places; /* where each of them lies; CALL_RECORDING_NO_PLACE: none */
    size_t count;         /* 0: no stream changes */
    const struct recording_party *caller; /* NULL where unchanged */
    const struct recording_party *called;
    const struct recording_ties *ties; /* NULL where unchanged; "" in it changes nothing */
    const struct recording_document *document;
};

#define CALL_RECORDING_NO_PLACE CALL_PLACES_NONE

/**
 * Take a change in; in BEGINNING only streams and ties are, and are told when it runs. A document
 * for which there is no memory is dropped, and the rest is told.
 *
 * STATUS_OK, STATUS_UNSUPPORTED, STATUS_NOMEM as recording_update: nothing changed.
 */
enum status call_recording_tell(struct call_recording *recording,
                                const struct call_recording_change *change) MUST_CHECK;

/** Note each deviation once per recording (fact "deviation"); at the start for those of an INVITE.
 */
void call_recording_deviate(struct call_recording *recording, uint64_t deviations);

/** Keep an event; stream is a place or -1. Of a running one only, else nothing. */
void call_recording_note(struct call_recording *recording, const struct recording_note *note);

/**
 * Pause it or resume it, as recording_control; in BEGINNING that is kept, and holds from its first
 * sample. What was kept of one that then FAILS is refused.
 *
 * STATUS_OK
 * STATUS_NOMEM, STATUS_LIMIT (CALL_RECORDING_KEPT_MAX are kept), STATUS_CONFLICT (FAILED): nothing
 *           changed.
 */
enum status call_recording_control(struct call_recording *recording,
                                   const struct recording_control *control) MUST_CHECK;

/** A digit was pressed, as recording_press; before it runs nothing comes of it. STATUS_OK,
 * STATUS_NOMEM. */
enum status call_recording_press(struct call_recording *recording, char digit) MUST_CHECK;

/** Whether audio came within the last heard_ms. */
bool call_recording_is_heard(const struct call_recording *recording, mono_time now,
                             int64_t heard_ms);

#endif
