/**
 * g729_service: G.729 decoded by a program of its own, recorder-g729, one for all calls: the
 * library that decodes it is under the GPL and never part of this program; nor are its faults.
 *
 * On the heap; any thread, a lock inside. The program is started when it is first needed. One that
 * dies, or that does not answer within G729_SERVICE_ANSWER_MS (_FIRST_ANSWER_MS the first time), is
 * ended and started again, at most once in G729_SERVICE_RESTART_MS; until then nothing is decoded,
 * and behind it every channel goes on without what it remembered.
 */
#ifndef RECORDER_AUDIO_G729_SERVICE_H
#define RECORDER_AUDIO_G729_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"

enum {
    G729_SERVICE_ANSWER_MS = 200,
    G729_SERVICE_FIRST_ANSWER_MS = 500, /* it is loaded first */
    G729_SERVICE_RESTART_MS = 1000,
};

struct g729_service;

/**
 * program  path of recorder-g729, copied; NULL: the one beside the running program.
 *
 * STATUS_OK         *out set; nothing is started yet.
 * STATUS_NOT_FOUND  no such program, or it may not be executed: this build decodes no G.729.
 * STATUS_NOMEM, STATUS_IO
 */
enum status g729_service_create(const char *program, struct g729_service **out,
                                struct fault *fault) MUST_CHECK;

/** End the program and free; no channel is used any more. NULL is accepted. */
void g729_service_destroy(struct g729_service *owned_service);

/**
 * A channel for one source. Nothing is asked of the program yet.
 *
 * STATUS_OK (*channel set), STATUS_LIMIT (G729_CHANNELS_MAX are in use).
 */
enum status g729_service_open(struct g729_service *service, uint32_t *channel) MUST_CHECK;

/** Give a channel back. */
void g729_service_close(struct g729_service *service, uint32_t channel);

/**
 * Decode a packet.
 *
 * payload  frames of 10 octets, the last possibly of 2; no more than g729_frames accepts.
 * pcm      int16_t[80 * frames], at 8 kHz.
 *
 * STATUS_OK
 * STATUS_INVALID  no such payload.
 * STATUS_BUSY     the program has died, and may not be started again yet.
 * STATUS_IO       it could not be started, has just died or did not answer.
 * Nothing is written to pcm but for STATUS_OK.
 */
enum status g729_service_decode(struct g729_service *service, uint32_t channel,
                                const uint8_t *payload, size_t payload_bytes,
                                int16_t *pcm) MUST_CHECK;

/**
 * Invent samples that were lost behind the last ones of the channel.
 *
 * pcm  int16_t[samples].
 *
 * Statuses as g729_service_decode; of a long loss, the begin may be written on a failure.
 */
enum status g729_service_conceal(struct g729_service *service, uint32_t channel, size_t samples,
                                 int16_t *pcm) MUST_CHECK;

/** How often the program was started so far. */
uint64_t g729_service_starts(struct g729_service *service);

#endif
