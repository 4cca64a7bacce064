#include "tools/callgen/sender.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { RTP_HEADER_BYTES = 12 }; /* without CSRCs and extension */

struct sender {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below but the heap */
    pthread_cond_t wake;
    bool stopping;
    struct sender_job *incoming; /* newest first */
    struct sender_job *finished;
    double late_ms_max;
    int event;                /* eventfd, readable while finished is not empty */
    struct sender_job **heap; /* by due; the thread's own */
    uint32_t heap_jobs;
    uint32_t jobs_max;
};

/* What a packet is sent as. */
struct outgoing {
    bool marker;
    uint8_t payload_type;
    uint32_t timestamp_packet; /* whose timestamp it has */
    const uint8_t *payload;    /* borrowed */
    size_t payload_bytes;
};

/* RFC 3389 section 3: the level alone, 64 dB below full scale. */
static const uint8_t noise_payload[] = {64};

static struct outgoing make_outgoing(const struct sender_stream *stream, uint32_t packet,
                                     struct digits_packet *pressed)
{
    const struct sound_payload *sound =
        sound_loop_packet(stream->loop, stream->loop_offset, packet);
    struct outgoing outgoing = {.marker = packet == 0,
                                .payload_type = stream->payload_type,
                                .timestamp_packet = packet,
                                .payload = sound->octet,
                                .payload_bytes = sound->bytes};
    if (digits_packet(stream->digits, stream->packet_ticks, packet, pressed)) {
        outgoing.marker = pressed->begins;
        outgoing.payload_type = DIGITS_PAYLOAD_TYPE;
        outgoing.timestamp_packet = pressed->began_packet;
        outgoing.payload = pressed->payload;
        outgoing.payload_bytes = sizeof(pressed->payload);
    } else if (stream->noise && sound->silent) {
        outgoing.payload_type = SENDER_NOISE_TYPE;
        outgoing.payload = noise_payload;
        outgoing.payload_bytes = sizeof(noise_payload);
    }
    return outgoing;
}

/* Version 2. */
static void write_header(const struct sender_stream *stream, uint32_t packet,
                         const struct outgoing *outgoing, uint8_t header[static RTP_HEADER_BYTES])
{
    uint32_t sequence = stream->first_sequence + packet;
    uint32_t timestamp =
        stream->first_timestamp + outgoing->timestamp_packet * stream->packet_ticks;
    header[0] = 2 << 6;
    header[1] = (uint8_t)((outgoing->marker ? 0x80 : 0) | outgoing->payload_type);
    header[2] = (uint8_t)(sequence >> 8);
    header[3] = (uint8_t)sequence;
    for (unsigned i = 0; i < 4; i++) {
        header[4 + i] = (uint8_t)(timestamp >> (24 - 8 * i));
        header[8 + i] = (uint8_t)(stream->ssrc >> (24 - 8 * i));
    }
}

static bool send_packet(const struct sender_stream *stream, uint32_t packet)
{
    uint8_t header[RTP_HEADER_BYTES];
    struct digits_packet pressed;
    struct outgoing outgoing = make_outgoing(stream, packet, &pressed);
    write_header(stream, packet, &outgoing, header);
    struct iovec parts[] = {{header, sizeof(header)},
                            {(void *)outgoing.payload, outgoing.payload_bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    /* an ICMP error of an earlier packet is reported once, instead of sending: so twice */
    for (unsigned i = 0; i < 2; i++) {
        ssize_t sent = sendmsg(stream->descriptor, &message, MSG_NOSIGNAL);
        if (sent >= 0) {
            return true;
        }
        if (errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != EINTR) {
            return false;
        }
    }
    return false;
}

static mono_time event_time(const struct sender_job *job, const struct sender_stream *stream)
{
    int64_t at_ms = stream->plan.event[stream->next_event].at_ms;
    return (mono_time){job->start.ns + at_ms * CLOCK_NS_PER_MS};
}

static bool stream_waits(const struct sender_stream *stream)
{
    return stream->active && stream->next_event < stream->plan.events;
}

/* Send one packet of a stream; how late it was, in ns. */
static int64_t send_event(const struct sender_job *job, struct sender_stream *stream)
{
    mono_time due = event_time(job, stream);
    uint32_t packet = stream->plan.event[stream->next_event++].packet;
    mono_time now = clock_mono_now();
    wall_time wall = stream->packets_sent == 0 ? clock_wall_now() : stream->first_sent;
    if (!send_packet(stream, packet)) {
        stream->send_errors++;
        return now.ns - due.ns;
    }
    stream->first_sent = wall;
    stream->packets_sent++;
    uint8_t *marks = &stream->plan.marks[packet];
    *marks = (uint8_t)(*marks | (*marks & PLAN_SENT ? PLAN_SENT_TWICE : PLAN_SENT));
    return now.ns - due.ns;
}

/* Send all that is due; false when nothing is left to send. */
static bool job_work(struct sender_job *job, mono_time now, int64_t *late_ns_max)
{
    bool waits = false;
    mono_time next = {INT64_MAX};
    for (unsigned i = 0; i < SENDER_STREAMS; i++) {
        struct sender_stream *stream = &job->stream[i];
        while (stream_waits(stream) && event_time(job, stream).ns <= now.ns) {
            int64_t late_ns = send_event(job, stream);
            *late_ns_max = late_ns > *late_ns_max ? late_ns : *late_ns_max;
        }
        if (stream_waits(stream)) {
            mono_time due = event_time(job, stream);
            next = due.ns < next.ns ? due : next;
            waits = true;
        }
    }
    job->due = next;
    return waits;
}

static void heap_swap(struct sender *sender, uint32_t one, uint32_t other)
{
    struct sender_job *job = sender->heap[one];
    sender->heap[one] = sender->heap[other];
    sender->heap[other] = job;
}

static void heap_sink(struct sender *sender, uint32_t place)
{
    for (;;) {
        uint32_t least = place;
        for (uint32_t child = 2 * place + 1; child <= 2 * place + 2; child++) {
            if (child < sender->heap_jobs &&
                sender->heap[child]->due.ns < sender->heap[least]->due.ns) {
                least = child;
            }
        }
        if (least == place) {
            return;
        }
        heap_swap(sender, place, least);
        place = least;
    }
}

static void heap_insert(struct sender *sender, struct sender_job *job)
{
    assert(sender->heap_jobs < sender->jobs_max);
    uint32_t place = sender->heap_jobs++;
    sender->heap[place] = job;
    while (place > 0 && sender->heap[(place - 1) / 2]->due.ns > sender->heap[place]->due.ns) {
        heap_swap(sender, place, (place - 1) / 2);
        place = (place - 1) / 2;
    }
}

/* Take the job at the top out and give it back to its owner. Called with the lock held. */
static void finish_top(struct sender *sender)
{
    struct sender_job *job = sender->heap[0];
    sender->heap[0] = sender->heap[--sender->heap_jobs];
    heap_sink(sender, 0);
    job->next = sender->finished;
    sender->finished = job;
    /* cannot fail: the counter is far from its limit */
    ssize_t written = write(sender->event, &(uint64_t){1}, sizeof(uint64_t));
    (void)written;
}

static void work(struct sender *sender)
{
    int64_t late_ns = 0;
    mono_time now = clock_mono_now();
    while (sender->heap_jobs > 0 && sender->heap[0]->due.ns <= now.ns) {
        struct sender_job *job = sender->heap[0];
        if (!atomic_load(&job->cancelled) && job_work(job, now, &late_ns)) {
            heap_sink(sender, 0);
            continue;
        }
        pthread_mutex_lock(&sender->lock);
        finish_top(sender);
        pthread_mutex_unlock(&sender->lock);
    }
    pthread_mutex_lock(&sender->lock);
    double late_ms = (double)late_ns / (double)CLOCK_NS_PER_MS;
    sender->late_ms_max = late_ms > sender->late_ms_max ? late_ms : sender->late_ms_max;
    pthread_mutex_unlock(&sender->lock);
}

/* Wait for the next deadline or a new job; false when the thread is to end. */
static bool wait_for_work(struct sender *sender)
{
    pthread_mutex_lock(&sender->lock);
    while (!sender->stopping && sender->incoming == NULL) {
        if (sender->heap_jobs == 0) {
            pthread_cond_wait(&sender->wake, &sender->lock);
            continue;
        }
        int64_t due_ns = sender->heap[0]->due.ns;
        struct timespec due = {due_ns / CLOCK_NS_PER_S, due_ns % CLOCK_NS_PER_S};
        if (pthread_cond_timedwait(&sender->wake, &sender->lock, &due) == ETIMEDOUT) {
            break;
        }
    }
    while (sender->incoming != NULL) {
        struct sender_job *job = sender->incoming;
        sender->incoming = job->next;
        heap_insert(sender, job);
    }
    bool going_on = !sender->stopping;
    pthread_mutex_unlock(&sender->lock);
    return going_on;
}

static void *run(void *argument)
{
    struct sender *sender = argument;
    while (wait_for_work(sender)) {
        work(sender);
    }
    return NULL;
}

static enum status start_thread(struct sender *sender, struct fault *fault)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&sender->lock, NULL);
    pthread_cond_init(&sender->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    int error = pthread_create(&sender->thread, NULL, run, sender);
    if (error != 0) {
        pthread_cond_destroy(&sender->wake);
        pthread_mutex_destroy(&sender->lock);
        return fault_set(fault, STATUS_IO, error, "start the sending thread");
    }
    return STATUS_OK;
}

enum status sender_create(uint32_t jobs_max, struct sender **out, struct fault *fault)
{
    enum status status = STATUS_OK;
    struct sender *sender = calloc(1, sizeof(*sender));
    if (sender == NULL) {
        return fault_set(fault, STATUS_NOMEM, 0, "memory for the sender");
    }
    sender->jobs_max = jobs_max;
    sender->heap = calloc(jobs_max, sizeof(struct sender_job *));
    sender->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sender->heap == NULL) {
        status = fault_set(fault, STATUS_NOMEM, 0, "memory for %u jobs", jobs_max);
    } else if (sender->event < 0) {
        status = fault_set(fault, STATUS_IO, errno, "eventfd");
    } else {
        status = start_thread(sender, fault);
    }
    if (status != STATUS_OK) {
        if (sender->event >= 0) {
            (void)close(sender->event);
        }
        free(sender->heap);
        free(sender);
        return status;
    }
    *out = sender;
    return STATUS_OK;
}

void sender_destroy(struct sender *owned_sender)
{
    if (owned_sender == NULL) {
        return;
    }
    pthread_mutex_lock(&owned_sender->lock);
    owned_sender->stopping = true;
    pthread_cond_signal(&owned_sender->wake);
    pthread_mutex_unlock(&owned_sender->lock);
    pthread_join(owned_sender->thread, NULL);
    pthread_cond_destroy(&owned_sender->wake);
    pthread_mutex_destroy(&owned_sender->lock);
    (void)close(owned_sender->event);
    free(owned_sender->heap);
    free(owned_sender);
}

void sender_begin(struct sender *sender, struct sender_job *job)
{
    int64_t now_ns = clock_mono_now().ns;
    job->start.ns = (now_ns / CLOCK_NS_PER_MS + 1) * CLOCK_NS_PER_MS;
    job->due = job->start;
    pthread_mutex_lock(&sender->lock);
    job->next = sender->incoming;
    sender->incoming = job;
    pthread_cond_signal(&sender->wake);
    pthread_mutex_unlock(&sender->lock);
}

void sender_cancel(struct sender_job *job)
{
    atomic_store(&job->cancelled, true);
}

struct sender_job *sender_done(struct sender *sender)
{
    uint64_t count = 0;
    pthread_mutex_lock(&sender->lock);
    struct sender_job *job = sender->finished;
    if (job != NULL) {
        sender->finished = job->next;
    }
    if (sender->finished == NULL) {
        ssize_t got = read(sender->event, &count, sizeof(count)); /* empty is fine */
        (void)got;
    }
    pthread_mutex_unlock(&sender->lock);
    return job;
}

int sender_descriptor(const struct sender *sender)
{
    return sender->event;
}

double sender_late_ms_max(struct sender *sender)
{
    pthread_mutex_lock(&sender->lock);
    double late_ms = sender->late_ms_max;
    pthread_mutex_unlock(&sender->lock);
    return late_ms;
}
