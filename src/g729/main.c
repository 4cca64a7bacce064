/*
 * recorder-g729: decodes G.729 for recorder-ingest, which starts it (audio/g729_protocol.h). Linked
 * with libbcg729, which is under the GNU General Public License, version 3 or later; this program
 * is therefore under it too, and shares nothing with recorder-ingest but the messages.
 */
#include <bcg729/decoder.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audio/g729_protocol.h"
#include "base/program.h"

struct decoders {
    bcg729DecoderChannelContextStruct *channel[G729_CHANNELS_MAX]; /* NULL: none yet */
};

static void close_channel(struct decoders *decoders, uint32_t channel)
{
    if (decoders->channel[channel])
        closeBcg729DecoderChannel(decoders->channel[channel]);
    decoders->channel[channel] = NULL;
}

static void decode(bcg729DecoderChannelContextStruct *context, const struct g729_request *request,
                   int16_t *pcm)
{
    for (size_t i = 0; i < request->payload_bytes; i += G729_FRAME_BYTES) {
        bool noise = request->payload_bytes - i < G729_FRAME_BYTES;

        bcg729Decoder(context, request->payload + i, noise ? G729_NOISE_BYTES : G729_FRAME_BYTES, 0,
                      noise, 0, pcm);
        pcm += G729_FRAME_SAMPLES;
    }
}

static void conceal(bcg729DecoderChannelContextStruct *context, size_t frames, int16_t *pcm)
{
    for (size_t i = 0; i < frames; i++)
        bcg729Decoder(context, NULL, 0, 1, 0, 0, pcm + i * G729_FRAME_SAMPLES);
}

/* Within the rules of the protocol: what is decoded from it fits the reply. */
static bool is_sound(const struct g729_request *request, size_t bytes)
{
    if (bytes < G729_REQUEST_HEAD_BYTES || request->channel >= G729_CHANNELS_MAX ||
        request->payload_bytes != bytes - G729_REQUEST_HEAD_BYTES)
        return false;
    if (request->kind == G729_DECODE)
        return request->frames && request->frames == g729_frames(request->payload_bytes);
    return request->kind == G729_CLOSE ||
           (request->kind == G729_CONCEAL && request->frames <= G729_FRAMES_MAX);
}

/* Fills reply->frames and as much of reply->pcm. */
static void answer(struct decoders *decoders, const struct g729_request *request,
                   struct g729_reply *reply)
{
    bcg729DecoderChannelContextStruct **context = &decoders->channel[request->channel];

    if (request->fresh)
        close_channel(decoders, request->channel);
    if (!*context)
        *context = initBcg729DecoderChannel();
    if (!*context)
        return;
    reply->frames = request->frames;
    if (request->kind == G729_DECODE)
        decode(*context, request, reply->pcm);
    else
        conceal(*context, request->frames, reply->pcm);
}

/* One request. false: the other side has gone. */
static bool serve(struct decoders *decoders, struct g729_request *request, struct g729_reply *reply)
{
    ssize_t bytes;

    do
        bytes = recv(STDIN_FILENO, request, sizeof *request, 0);
    while (bytes < 0 && errno == EINTR);
    if (bytes <= 0)
        return false;
    reply->number = request->number;
    reply->frames = 0;
    if (is_sound(request, (size_t)bytes)) {
        if (request->kind == G729_CLOSE) {
            close_channel(decoders, request->channel);
            return true;
        }
        answer(decoders, request, reply);
    }
    size_t reply_bytes =
        G729_REPLY_HEAD_BYTES + (size_t)reply->frames * G729_FRAME_SAMPLES * sizeof reply->pcm[0];
    return send(STDIN_FILENO, reply, reply_bytes, MSG_NOSIGNAL) == (ssize_t)reply_bytes;
}

/*
 * Signals that stop a whole service do not stop it: recorder-ingest, which gets them too, finishes
 * its calls first, and closes the socket last. No core dump: calls are in memory.
 */
static void prepare(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(void)
{
    int type = 0;
    socklen_t type_bytes = sizeof type;

    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &type_bytes) != 0 ||
        type != SOCK_SEQPACKET) {
        (void)fputs("recorder-g729: is started by recorder-ingest, to decode G.729\n", stderr);
        return PROGRAM_EXIT_USAGE;
    }
    prepare();
    struct decoders *decoders = calloc(1, sizeof *decoders);
    struct g729_request *request = calloc(1, sizeof *request);
    struct g729_reply *reply = calloc(1, sizeof *reply);
    int result = PROGRAM_EXIT_SYSTEM;

    if (decoders && request && reply) {
        while (serve(decoders, request, reply))
            ;
        for (uint32_t i = 0; i < G729_CHANNELS_MAX; i++)
            close_channel(decoders, i);
        result = PROGRAM_EXIT_DONE;
    }
    free(reply);
    free(request);
    free(decoders);
    return result;
}
