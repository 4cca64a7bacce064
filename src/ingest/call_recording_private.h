/**
 * call_recording_private: what a recording of calls is made of, for call_recording.c (its life),
 * call_recording_change.c (what its dialogs change) and call_recording_control.c (what pauses it)
 * only.
 */
#ifndef RECORDER_INGEST_CALL_RECORDING_PRIVATE_H
#define RECORDER_INGEST_CALL_RECORDING_PRIVATE_H

#include "ingest/call_recording.h"
#include "ingest/call_ties.h"

struct call_recording {
    struct call_recording *next; /* in call_recordings */
    struct call_recordings *all;
    enum call_recording_state state;
    struct recording *recording;
    void *sink_handle;
    enum status sink_status;        /* written by the sink's thread before it posts */
    struct recording_policy policy; /* likewise, where that is STATUS_OK */
    struct sip_letter letter;       /* so that its answer is not lost for want of memory */
    struct uuid id;
    mono_time started; /* position 0 of the recording: when its first INVITE was taken */
    wall_time started_wall;
    struct call_source *source;
    struct recorded_call *first;                        /* dialogs */
    struct recording_stream stream[BOUND_CALL_STREAMS]; /* as last told, all dialogs' */
    size_t streams;
    struct call_ties ties;
    struct call_recording_kept *kept; /* in BEGINNING: pauses and resumptions, oldest first */
    uint64_t deviations;              /* noted, or to be noted at the start */
};

/** What all of them were made with. */
const struct call_recordings_options *
call_recordings_options(const struct call_recordings *recordings);

/** It is RUNNING or FAILED: what was kept is told to it or refused. */
void call_recording_settle_controls(struct call_recording *recording);

/** Overwrite the keys in them. */
void call_recording_wipe_keys(struct recording_stream streams[static BOUND_CALL_STREAMS]);

/** Note each deviation of a set; it is RUNNING. */
void call_recording_tell_deviations(struct call_recording *recording, uint64_t set);

#endif
