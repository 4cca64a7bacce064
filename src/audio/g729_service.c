#include "audio/g729_service.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/g729_process.h"
#include "base/bounds.h"
#include "base/clock.h"

struct g729_channel {
    bool used;
    bool fresh; /* nothing was asked of it yet */
};

struct g729_service {
    char program[BOUND_PATH_BYTES];
    pthread_mutex_t lock; /* guards all below */
    struct g729_process process;
    mono_time started; /* when it was tried last; meaningless while starts is 0 */
    uint64_t starts;
    bool answered;   /* the program that runs */
    uint32_t number; /* of the last request */
    struct g729_request request;
    struct g729_reply reply;
    struct g729_channel channel[G729_CHANNELS_MAX];
};

/* recorder-g729 in the folder of the running program. */
static enum status find_program(char *path, size_t path_bytes, struct fault *fault)
{
    static const char name[] = "recorder-g729";
    ssize_t bytes = readlink("/proc/self/exe", path, path_bytes);
    char *slash;

    if (bytes < 0)
        return fault_set(fault, STATUS_IO, errno, "read /proc/self/exe");
    slash = memrchr(path, '/', (size_t)bytes);
    if (!slash || sizeof name > path_bytes - (size_t)(slash + 1 - path))
        return fault_set(fault, STATUS_IO, 0, "find recorder-g729: the path is too long");
    memcpy(slash + 1, name, sizeof name);
    return STATUS_OK;
}

enum status g729_service_create(const char *program, struct g729_service **out, struct fault *fault)
{
    struct g729_service *service = calloc(1, sizeof *service);
    enum status status = STATUS_OK;

    if (!service)
        return fault_set(fault, STATUS_NOMEM, 0, "G.729: out of memory");
    if (!program)
        status = find_program(service->program, sizeof service->program, fault);
    else if (strlen(program) >= sizeof service->program)
        status = fault_set(fault, STATUS_NOT_FOUND, 0, "G.729: the program's path is too long");
    else
        memcpy(service->program, program, strlen(program) + 1);
    if (status == STATUS_OK && access(service->program, X_OK) != 0)
        status = fault_set(fault, STATUS_NOT_FOUND, errno, "execute %s", service->program);
    if (status == STATUS_OK && pthread_mutex_init(&service->lock, NULL) != 0)
        status = fault_set(fault, STATUS_NOMEM, 0, "G.729: no lock");
    if (status != STATUS_OK) {
        free(service);
        return status;
    }
    g729_process_init(&service->process);
    *out = service;
    return STATUS_OK;
}

void g729_service_destroy(struct g729_service *owned_service)
{
    if (!owned_service)
        return;
    g729_process_stop(&owned_service->process);
    (void)pthread_mutex_destroy(&owned_service->lock);
    free(owned_service);
}

static void take(struct g729_service *service)
{
    int error = pthread_mutex_lock(&service->lock);

    assert(error == 0);
}

static void give(struct g729_service *service)
{
    int error = pthread_mutex_unlock(&service->lock);

    assert(error == 0);
}

enum status g729_service_open(struct g729_service *service, uint32_t *channel)
{
    enum status status = STATUS_LIMIT;

    take(service);
    for (uint32_t i = 0; i < G729_CHANNELS_MAX && status != STATUS_OK; i++) {
        if (service->channel[i].used)
            continue;
        service->channel[i] = (struct g729_channel){.used = true, .fresh = true};
        *channel = i;
        status = STATUS_OK;
    }
    give(service);
    return status;
}

/* Begin the request that is sent next. */
static void begin(struct g729_service *service, uint32_t channel, enum g729_kind kind)
{
    assert(channel < G729_CHANNELS_MAX && service->channel[channel].used);
    service->request.number = ++service->number;
    service->request.channel = channel;
    service->request.kind = (uint16_t)kind;
    service->request.fresh = service->channel[channel].fresh;
    service->request.frames = 0;
    service->request.payload_bytes = 0;
}

void g729_service_close(struct g729_service *service, uint32_t channel)
{
    take(service);
    begin(service, channel, G729_CLOSE);
    /* where it does not read, the next owner's `fresh` clears the channel */
    if (service->process.pid && !service->channel[channel].fresh &&
        g729_process_send(&service->process, &service->request) != STATUS_OK)
        g729_process_stop(&service->process);
    service->channel[channel].used = false;
    give(service);
}

/* A process runs behind STATUS_OK. */
static enum status start(struct g729_service *service)
{
    mono_time now = clock_mono_now();

    if (service->process.pid)
        return STATUS_OK;
    if (service->starts && now.ns - service->started.ns < G729_SERVICE_RESTART_MS * CLOCK_NS_PER_MS)
        return STATUS_BUSY;
    service->started = now;
    service->starts++;
    service->answered = false;
    return g729_process_start(&service->process, service->program);
}

/* Send; a process that died since the last request is started again. */
static enum status deliver(struct g729_service *service)
{
    enum status status = start(service);

    if (status != STATUS_OK)
        return status;
    if (g729_process_send(&service->process, &service->request) == STATUS_OK)
        return STATUS_OK;
    g729_process_stop(&service->process);
    status = start(service);
    if (status == STATUS_OK)
        status = g729_process_send(&service->process, &service->request);
    return status;
}

/* The request that was begun, for so many frames; the first `samples` of them go to pcm. */
static enum status exchange(struct g729_service *service, size_t frames, size_t samples,
                            int16_t *pcm)
{
    enum status status;

    service->request.frames = (uint16_t)frames;
    status = deliver(service);
    if (status == STATUS_OK)
        status = g729_process_receive(&service->process, &service->request,
                                      service->answered ? G729_SERVICE_ANSWER_MS
                                                        : G729_SERVICE_FIRST_ANSWER_MS,
                                      &service->reply);
    if (status == STATUS_OK) {
        service->answered = true;
        service->channel[service->request.channel].fresh = false;
        memcpy(pcm, service->reply.pcm, samples * sizeof *pcm);
    } else if (status == STATUS_IO) {
        g729_process_stop(&service->process);
    }
    return status;
}

enum status g729_service_decode(struct g729_service *service, uint32_t channel,
                                const uint8_t *payload, size_t payload_bytes, int16_t *pcm)
{
    size_t frames = g729_frames(payload_bytes);
    enum status status;

    if (!frames)
        return STATUS_INVALID;
    take(service);
    begin(service, channel, G729_DECODE);
    memcpy(service->request.payload, payload, payload_bytes);
    service->request.payload_bytes = (uint16_t)payload_bytes;
    status = exchange(service, frames, frames * G729_FRAME_SAMPLES, pcm);
    give(service);
    return status;
}

enum status g729_service_conceal(struct g729_service *service, uint32_t channel, size_t samples,
                                 int16_t *pcm)
{
    enum { PART_MAX = G729_FRAMES_MAX * G729_FRAME_SAMPLES };
    enum status status = STATUS_OK;

    take(service);
    while (samples && status == STATUS_OK) {
        size_t part = samples < PART_MAX ? samples : PART_MAX;

        begin(service, channel, G729_CONCEAL);
        status = exchange(service, (part + G729_FRAME_SAMPLES - 1) / G729_FRAME_SAMPLES, part, pcm);
        pcm += part;
        samples -= part;
    }
    give(service);
    return status;
}

uint64_t g729_service_starts(struct g729_service *service)
{
    uint64_t starts;

    take(service);
    starts = service->starts;
    give(service);
    return starts;
}
