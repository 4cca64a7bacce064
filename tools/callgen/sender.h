/**
 * sender: one thread that sends the RTP packets (RFC 3550) of all calls, each at its own absolute
 * deadline.
 *
 * The signalling thread hands a job over by sender_begin and gets it back from sender_done; in
 * between the job belongs to the sending thread. Starts lie on whole milliseconds, so that the
 * packets of many calls share a wake-up.
 */
#ifndef RECORDER_CALLGEN_SENDER_H
#define RECORDER_CALLGEN_SENDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/status.h"
#include "tools/callgen/digits.h"
#include "tools/callgen/plan.h"
#include "tools/callgen/sound.h"

enum { SENDER_STREAMS = 2, SENDER_NOISE_TYPE = 13 };

struct sender_stream {
    bool active;    /* false: the recorder did not take it; nothing is sent */
    int descriptor; /* connected UDP socket, the caller's */
    uint8_t payload_type;
    uint32_t ssrc;
    uint16_t first_sequence;
    uint32_t first_timestamp;
    uint32_t packet_ticks;         /* that a packet adds to the timestamp */
    const struct sound_loop *loop; /* borrowed */
    uint32_t loop_offset;          /* packets */
    const char *digits;            /* pressed in place of audio, borrowed; NULL: none */
    bool noise;                    /* a silent packet is sent as comfort noise (RFC 3389) */
    struct plan plan;              /* the caller's; the sender sets PLAN_SENT marks */
    /* what became of it */
    uint32_t next_event;
    uint32_t packets_sent; /* copies included */
    uint32_t send_errors;  /* packets the system refused */
    wall_time first_sent;  /* ns 0: none was */
};

struct sender_job {
    struct sender_stream stream[SENDER_STREAMS];
    mono_time start; /* of packet 0; set by sender_begin */
    atomic_bool cancelled;
    void *owner;             /* the caller's, not looked at */
    mono_time due;           /* sender's own */
    struct sender_job *next; /* sender's own */
};

struct sender;

/**
 * Start the thread.
 *
 * jobs_max  jobs that may be in it at once.
 *
 * STATUS_OK, STATUS_NOMEM, STATUS_IO (fault).
 */
enum status sender_create(uint32_t jobs_max, struct sender **out, struct fault *fault) MUST_CHECK;

/** Stop the thread in mid-job if need be; NULL is accepted. Jobs stay their owner's. */
void sender_destroy(struct sender *owned_sender);

/** Send a job, its first packets at the next whole millisecond. No more than jobs_max at once. */
void sender_begin(struct sender *sender, struct sender_job *job);

/** Ask for a job's end before its last packet; it comes back by sender_done soon. */
void sender_cancel(struct sender_job *job);

/** A job that is over and the caller's again; NULL where there is none now. */
struct sender_job *sender_done(struct sender *sender);

/** Readable while sender_done has something. */
int sender_descriptor(const struct sender *sender);

/** Worst lateness of a packet against its deadline so far, ms. */
double sender_late_ms_max(struct sender *sender);

#endif
