/**
 * g729_process: the program recorder-g729 as a child process and the socket to it. Owned by
 * g729_service, which serialises all calls. Private to this folder.
 */
#ifndef RECORDER_AUDIO_G729_PROCESS_H
#define RECORDER_AUDIO_G729_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "audio/g729_protocol.h"
#include "base/status.h"

struct g729_process {
    pid_t pid;  /* 0: none runs */
    int socket; /* -1: none runs */
};

/** None runs. */
void g729_process_init(struct g729_process *process);

/**
 * Start it; none runs. Its standard input is the socket, its signals are as at first, no other
 * descriptor of ours is open in it but the standard ones.
 *
 * STATUS_OK, STATUS_IO (none runs).
 */
enum status g729_process_start(struct g729_process *process, const char *program) MUST_CHECK;

/** End it, where it runs. */
void g729_process_stop(struct g729_process *process);

/**
 * Send a request, as long as its payload says. Never waits.
 *
 * STATUS_OK, STATUS_IO (it has died, or does not read).
 */
enum status g729_process_send(struct g729_process *process,
                              const struct g729_request *request) MUST_CHECK;

/**
 * Wait for the reply to a request that has just been sent, answer_ms at most.
 *
 * STATUS_OK  *reply holds the frames of that request.
 * STATUS_IO  it died, did not answer in time, or answered something else; *reply is undefined.
 */
enum status g729_process_receive(struct g729_process *process, const struct g729_request *request,
                                 int answer_ms, struct g729_reply *reply) MUST_CHECK;

#endif
