#include "unit/session/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <opus/opus_multistream.h>

#include "audio/codec.h"
#include "audio/decoder.h"
#include "base/clock.h"
#include "encode/opus_bundle.h"
#include "encode/opus_stream.h"

static enum status sink_begin(void *context, const struct recording_begin *begin,
                              void (*ready)(void *ready_arg, enum status status,
                                            const struct recording_policy *policy),
                              void *ready_arg, void **handle)
{
    (void)begin;
    *handle = context;
    ready(ready_arg, STATUS_OK, &test_policy);
    return STATUS_OK;
}

static enum status sink_write(void *context, void *handle, const uint8_t *page, size_t page_bytes,
                              int64_t granule)
{
    struct memory_sink *memory = context;
    enum status status = STATUS_LIMIT;

    (void)handle;
    (void)pthread_mutex_lock(&memory->lock);
    size_t number = memory->pages++;
    if (number < memory->refuse_from || number >= memory->refuse_to) {
        status = bytes_append(&memory->stream, page, page_bytes);
        memory->last_granule = granule;
    }
    (void)pthread_mutex_unlock(&memory->lock);
    return status;
}

static void *copy_of(const void *data, size_t data_bytes)
{
    void *copy = malloc(data_bytes ? data_bytes : 1);

    if (copy && data_bytes)
        memcpy(copy, data, data_bytes);
    return copy;
}

static int64_t sink_sync_in_ms(void *context)
{
    const struct memory_sink *memory = context;

    return memory->sync_in_ms;
}

static enum status sink_document(void *context, void *handle,
                                 const struct recording_document *document)
{
    struct memory_sink *memory = context;
    enum status status = STATUS_LIMIT;

    (void)handle;
    (void)pthread_mutex_lock(&memory->lock);
    if (memory->documents < MEMORY_DOCUMENTS_MAX && document->data_bytes < MEMORY_TEXT_BYTES) {
        struct memory_document *kept = &memory->document[memory->documents++];
        *kept =
            (struct memory_document){.at_ms = document->at_ms, .data_bytes = document->data_bytes};
        strcpy(kept->message, document->message);
        strcpy(kept->type, document->type);
        memcpy(kept->data, document->data, document->data_bytes);
        status = STATUS_OK;
    } else {
        memory->documents_refused++;
    }
    (void)pthread_mutex_unlock(&memory->lock);
    return status;
}

static void sink_controlled(void *context, void *handle, const struct recording_control *control,
                            int64_t at_ms)
{
    struct memory_sink *memory = context;

    (void)handle;
    (void)pthread_mutex_lock(&memory->lock);
    if (memory->controls < MEMORY_CONTROLS_MAX) {
        struct memory_control *kept = &memory->control[memory->controls];
        *kept = (struct memory_control){*control, at_ms, ""};
        (void)snprintf(kept->detail, sizeof kept->detail, "%s", control->detail);
        kept->control.detail = NULL;
    }
    memory->controls++;
    (void)pthread_mutex_unlock(&memory->lock);
}

static void sink_end(void *context, void *handle, const struct recording_end *end)
{
    struct memory_sink *memory = context;

    (void)handle;
    (void)pthread_mutex_lock(&memory->lock);
    memory->end = *end;
    memory->facts = copy_of(end->fact, end->facts * sizeof *end->fact);
    for (size_t i = 0; memory->facts && i < end->facts; i++)
        memory->facts[i].detail = strdup(end->fact[i].detail);
    memory->peaks = malloc(end->peaks.pixels * 2 * 2 + 1);
    for (size_t i = 0; memory->peaks && i < end->peaks.pixels; i++)
        for (size_t side = 0; side < 2; side++)
            memcpy(memory->peaks + i * 4 + side * 2, end->peaks.side[side] + i * 2, 2);
    for (size_t i = 0; i < end->legs && end->peaks.leg_pixels; i++)
        memory->leg_peaks[i] = copy_of(end->peaks.leg[i], end->peaks.leg_pixels * 2);
    if (end->ties.session_id) {
        strcpy(memory->ties[0], end->ties.session_id);
        strcpy(memory->ties[1], end->ties.sip_session_id);
        strcpy(memory->ties[2], end->ties.group_id);
        strcpy(memory->ties[3], end->ties.call_reference);
        strcpy(memory->ties[4], end->ties.others ? end->ties.other[0].value : "");
    }
    memory->ended = true;
    (void)pthread_cond_broadcast(&memory->ended_signal);
    (void)pthread_mutex_unlock(&memory->lock);
}

static void sink_abort(void *context, void *handle)
{
    (void)context;
    (void)handle;
}

void memory_sink_init(struct memory_sink *memory)
{
    *memory = (struct memory_sink){
        .sink = {memory, sink_begin, sink_write, sink_document, sink_controlled, NULL,
                 sink_sync_in_ms, sink_end, sink_abort},
        .sync_in_ms = INT64_MAX,
        .refuse_from = SIZE_MAX,
        .refuse_to = SIZE_MAX,
    };
    (void)pthread_mutex_init(&memory->lock, NULL);
    (void)pthread_cond_init(&memory->ended_signal, NULL);
    bytes_init(&memory->stream, STREAM_BYTES_MAX);
}

void memory_sink_deinit(struct memory_sink *memory)
{
    bytes_deinit(&memory->stream);
    for (size_t i = 0; memory->facts && i < memory->end.facts; i++)
        free((char *)memory->facts[i].detail);
    free(memory->facts);
    free(memory->peaks);
    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        free(memory->leg_peaks[i]);
    (void)pthread_cond_destroy(&memory->ended_signal);
    (void)pthread_mutex_destroy(&memory->lock);
}

void memory_sink_await_end(struct memory_sink *memory)
{
    struct timespec deadline;

    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 10;
    (void)pthread_mutex_lock(&memory->lock);
    while (!memory->ended)
        if (pthread_cond_timedwait(&memory->ended_signal, &memory->lock, &deadline))
            break;
    bool ended = memory->ended;
    (void)pthread_mutex_unlock(&memory->lock);
    assert_true(ended);
}

size_t memory_sink_bytes(struct memory_sink *memory)
{
    (void)pthread_mutex_lock(&memory->lock);
    size_t bytes = memory->stream.len;
    (void)pthread_mutex_unlock(&memory->lock);
    return bytes;
}

size_t memory_sink_facts(const struct memory_sink *memory, const char *cause, int leg)
{
    size_t count = 0;

    for (size_t i = 0; i < memory->end.facts; i++)
        if (memory->facts[i].leg == leg && !strcmp(memory->facts[i].cause, cause))
            count++;
    return count;
}

const struct recording_fact *memory_sink_fact(const struct memory_sink *memory, const char *cause,
                                              int leg)
{
    for (size_t i = 0; i < memory->end.facts; i++)
        if (memory->facts[i].leg == leg && !strcmp(memory->facts[i].cause, cause))
            return &memory->facts[i];
    return NULL;
}

uint64_t random_next(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

uint32_t random_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)(random_next(state) % below);
}

static void put_big(uint8_t *out, uint32_t value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(value >> (8 * (count - 1 - i)));
}

size_t rtp_build(uint8_t *out, uint8_t payload_type, uint16_t sequence, uint32_t timestamp,
                 uint32_t ssrc, const uint8_t *payload, size_t payload_bytes)
{
    out[0] = 0x80;
    out[1] = payload_type;
    put_big(out + 2, sequence, 2);
    put_big(out + 4, timestamp, 4);
    put_big(out + 8, ssrc, 4);
    memcpy(out + 12, payload, payload_bytes);
    return 12 + payload_bytes;
}

const struct audio_setup test_setup = {0};

const struct recording_policy test_policy = {0};

struct leg *leg_of(const char *codec)
{
    static struct sender_clocks senders; /* of whom none is asked for here */

    senders.legs = 0; /* each leg is the only one */
    struct recording_format formats[] = {
        {.payload_type = strcmp(codec, "PCMA") ? 0 : 8, .clock_rate_hz = RATE_HZ},
        {.payload_type = 101, .codec = "telephone-event", .clock_rate_hz = RATE_HZ},
    };
    struct leg *leg = NULL;

    strcpy(formats[0].codec, codec);
    assert_int_equal(leg_create(formats, 2, &leg), STATUS_OK);
    leg_begin(leg, &test_setup, &senders, 0, 0);
    return leg;
}

struct recording_stream stream_of(enum recording_channel channel, const char *codec)
{
    struct recording_stream stream = {
        .channel = channel,
        .formats = 1,
        .format = {{.payload_type = strcmp(codec, "PCMA") ? 0 : 8, .clock_rate_hz = RATE_HZ}},
    };

    strcpy(stream.label, channel == RECORDING_LEFT ? "1" : "2");
    strcpy(stream.format[0].codec, codec);
    return stream;
}

void sender_init(struct sender *sender, uint8_t payload_type, size_t packets, uint64_t seed)
{
    uint64_t state = seed;

    *sender = (struct sender){
        .payload_type = payload_type,
        .sequence_first = (uint16_t)random_next(&state),
        .timestamp_first = (uint32_t)random_next(&state),
        .ssrc = (uint32_t)random_next(&state),
        .packets = packets,
        .payload = malloc(packets * PACKET_SAMPLES),
        .withheld = calloc(packets, sizeof *sender->withheld),
    };
    assert_non_null(sender->payload);
    assert_non_null(sender->withheld);
    for (size_t i = 0; i < packets * PACKET_SAMPLES; i++)
        sender->payload[i] = (uint8_t)random_next(&state);
}

void sender_deinit(struct sender *sender)
{
    free(sender->payload);
    free(sender->withheld);
}

void sender_deliver(const struct sender *sender, struct track *track, size_t leg, size_t index,
                    int64_t arrival_ns)
{
    uint8_t datagram[12 + PACKET_SAMPLES];
    size_t bytes =
        rtp_build(datagram, sender->payload_type, (uint16_t)(sender->sequence_first + index),
                  sender->timestamp_first + (uint32_t)(index * PACKET_SAMPLES), sender->ssrc,
                  sender->payload + index * PACKET_SAMPLES, PACKET_SAMPLES);

    track_receive(track, leg, datagram, bytes, arrival_ns);
}

static int compare_planned(const void *left, const void *right)
{
    const struct planned *one = left;
    const struct planned *other = right;

    if (one->arrival_ns != other->arrival_ns)
        return one->arrival_ns < other->arrival_ns ? -1 : 1;
    if (one->index != other->index)
        return one->index < other->index ? -1 : 1;
    return 0;
}

void play(struct track *track, const struct sender *senders, struct planned *plan, size_t count,
          int64_t end_ns)
{
    size_t next = 0;

    qsort(plan, count, sizeof *plan, compare_planned);
    for (int64_t now_ns = 100 * NS_PER_MS; now_ns <= end_ns; now_ns += 100 * NS_PER_MS) {
        for (; next < count && plan[next].arrival_ns <= now_ns; next++)
            sender_deliver(&senders[plan[next].leg], track, plan[next].leg, plan[next].index,
                           plan[next].arrival_ns);
        track_advance(track, now_ns);
    }
    assert_int_equal(next, count);
}

void finish(struct track *owned_track, int64_t stopped_ns)
{
    struct track_ending ending = {
        .started = {INT64_C(1700000000) * 1000000000},
        .stopped_ns = stopped_ns,
        .end_cause = "bye",
    };

    track_finish(owned_track, &ending);
    track_destroy(owned_track);
}

/* Bit by bit, unlike the product's. */
static uint32_t ogg_checksum(const uint8_t *page, size_t page_bytes)
{
    uint32_t value = 0;

    for (size_t i = 0; i < page_bytes; i++) {
        uint8_t byte = i >= 22 && i < 26 ? 0 : page[i];
        value ^= (uint32_t)byte << 24;
        for (int bit = 0; bit < 8; bit++)
            value = value & 0x80000000 ? value << 1 ^ 0x04c11db7 : value << 1;
    }
    return value;
}

static void split_page(const uint8_t *page, struct ogg_packets *packets, size_t *page_bytes)
{
    size_t segments = page[26];
    const uint8_t *body = page + 27 + segments;
    const uint8_t *start = body;

    for (size_t i = 0; i < segments; i++) {
        body += page[27 + i];
        if (page[27 + i] == 255)
            continue;
        packets->data = realloc(packets->data, (packets->count + 1) * sizeof *packets->data);
        packets->bytes = realloc(packets->bytes, (packets->count + 1) * sizeof *packets->bytes);
        packets->data[packets->count] = start;
        packets->bytes[packets->count++] = (size_t)(body - start);
        start = body;
    }
    assert_ptr_equal(start, body);
    *page_bytes = (size_t)(body - page);
}

void ogg_split(const struct bytes *stream, struct ogg_packets *packets)
{
    size_t offset = 0;

    *packets = (struct ogg_packets){0};
    while (offset < stream->len) {
        const uint8_t *page = stream->data + offset;
        size_t page_bytes = 0;
        int64_t granule = (int64_t)bytes_get_u64(page + 6);
        assert_memory_equal(page, "OggS", 5);
        assert_false(packets->ended);
        split_page(page, packets, &page_bytes);
        assert_true(page_bytes <= stream->len - offset);
        assert_int_equal(bytes_get_u32(page + 22), ogg_checksum(page, page_bytes));
        assert_int_equal(bytes_get_u32(page + 18), packets->pages);
        assert_int_equal(page[5] & 2, packets->pages ? 0 : 2);
        assert_true(granule >= packets->last_granule);
        packets->ended = page[5] & 4;
        packets->last_granule = granule;
        packets->pages++;
        offset += page_bytes;
    }
}

void ogg_packets_deinit(struct ogg_packets *packets)
{
    free(packets->data);
    free(packets->bytes);
}

static void add_line(const int16_t *more, size_t count, int64_t position, int16_t *pcm,
                     size_t samples)
{
    for (size_t k = 0; k < count && position + (int64_t)k < (int64_t)samples; k++) {
        int sum = pcm[position + (int64_t)k] + more[k];
        pcm[position + (int64_t)k] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
}

void lay_out(const struct sender *sender, size_t first, size_t end, int64_t anchor, int16_t *pcm,
             size_t samples)
{
    enum { CONCEALED_MAX = 3 }; /* packets in a row */
    const struct audio_codec *codec =
        audio_codec_find(sender->payload_type == 8 ? "PCMA" : "PCMU", RATE_HZ);
    struct audio_decoder *decoder = NULL;
    int16_t packet[CONCEALED_MAX * PACKET_SAMPLES];
    size_t missing = 0;

    assert_int_equal(audio_decoder_create(&test_setup, &decoder), STATUS_OK);
    for (size_t i = first; i < end; i++) {
        const uint8_t *payload = sender->payload + i * PACKET_SAMPLES;
        int64_t position = anchor + (int64_t)((i - first) * PACKET_SAMPLES);
        if (sender->withheld[i]) {
            missing++;
            continue;
        }
        if (missing && missing <= CONCEALED_MAX) {
            audio_decoder_conceal(decoder, missing * PACKET_SAMPLES, payload, PACKET_SAMPLES,
                                  packet);
            add_line(packet, missing * PACKET_SAMPLES,
                     position - (int64_t)(missing * PACKET_SAMPLES), pcm, samples);
        } else if (missing) {
            audio_decoder_pause(decoder);
        }
        missing = 0;
        assert_int_equal(audio_decoder_decode(decoder, codec, payload, PACKET_SAMPLES, packet),
                         STATUS_OK);
        add_line(packet, PACKET_SAMPLES, position, pcm, samples);
    }
    audio_decoder_destroy(decoder);
}

size_t frames_of(const struct memory_sink *memory)
{
    struct ogg_packets packets;

    ogg_split(&memory->stream, &packets);
    assert_true(packets.ended);
    assert_true(packets.count > 2);
    size_t frames = packets.count - 2;
    ogg_packets_deinit(&packets);
    return frames;
}

enum { HEAD_STREAMS_AT = 19 }; /* of OpusHead (RFC 7845 section 5.1) */

/* What spare streams behind left and right take: all but the last one have their length. */
static size_t spare_bytes(size_t own)
{
    enum { LENGTH = 1 };

    return own ? own * (OPUS_NOTHING_BYTES + LENGTH) - LENGTH : 0;
}

void assert_line(const struct memory_sink *memory, int16_t *const *pcm, size_t frames)
{
    static const struct opus_settings settings;
    const uint32_t rates_hz[2] = {RATE_HZ, RATE_HZ};
    struct opus_bundle *encoder;
    struct ogg_packets packets;

    assert_int_equal(opus_bundle_open(rates_hz, &encoder, NULL), STATUS_OK);
    ogg_split(&memory->stream, &packets);
    size_t own = packets.data[0][HEAD_STREAMS_AT] - OPUS_CHANNELS;
    opus_bundle_configure(encoder, &settings, own);
    opus_bundle_sleep(encoder);
    for (size_t i = 0; i < frames; i++) {
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        size_t packet_bytes = 0;
        const int16_t *frame[BOUND_OPUS_STREAMS] = {pcm[0] + i * PACKET_SAMPLES,
                                                    pcm[1] + i * PACKET_SAMPLES};
        assert_int_equal(opus_bundle_encode(encoder, frame, packet, &packet_bytes), STATUS_OK);
        bool spare = packets.bytes[i + 2] == packet_bytes;
        /* where legs are alone too, left and right are as they are without */
        assert_true(spare || (own && packets.bytes[i + 2] > packet_bytes));
        assert_memory_equal(packets.data[i + 2], packet,
                            packet_bytes - (spare ? 0 : spare_bytes(own)));
    }
    ogg_packets_deinit(&packets);
    opus_bundle_close(encoder);
}

void assert_bit_exact(const struct memory_sink *memory, const struct sender *senders,
                      const int64_t *anchors)
{
    size_t frames = frames_of(memory);
    int16_t *pcm[2];

    for (size_t i = 0; i < 2; i++) {
        pcm[i] = calloc(frames * PACKET_SAMPLES, sizeof *pcm[i]);
        assert_non_null(pcm[i]);
        if (!senders[i].payload)
            continue;
        size_t first = 0;
        while (first < senders[i].packets && senders[i].withheld[first])
            first++;
        lay_out(&senders[i], first, senders[i].packets, anchors[i], pcm[i],
                frames * PACKET_SAMPLES);
    }
    assert_line(memory, pcm, frames);
    free(pcm[0]);
    free(pcm[1]);
}

int16_t *decode_stream(const struct memory_sink *memory, size_t *frames)
{
    struct ogg_packets packets;
    int error;

    ogg_split(&memory->stream, &packets);
    OpusMSDecoder *decoder = opus_multistream_decoder_create(
        48000, 2, packets.data[0][HEAD_STREAMS_AT], 0, (const unsigned char[]){0, 1}, &error);
    assert_int_equal(error, OPUS_OK);
    *frames = packets.count - 2;
    int16_t *pcm = calloc(*frames * 960 * 2, sizeof *pcm);
    assert_non_null(pcm);
    for (size_t i = 0; i < *frames; i++)
        assert_int_equal(opus_multistream_decode(decoder, packets.data[i + 2],
                                                 (opus_int32)packets.bytes[i + 2],
                                                 pcm + i * 960 * 2, 960, 0),
                         960);
    opus_multistream_decoder_destroy(decoder);
    ogg_packets_deinit(&packets);
    return pcm;
}

double energy(const int16_t *pcm, size_t from, size_t to, size_t channel)
{
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += (double)pcm[2 * i + channel] * pcm[2 * i + channel];
    return sum;
}

int open_socket(struct sockaddr_storage *address)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET};
    socklen_t length = sizeof *address;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(address, 0, sizeof *address);
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&loopback, sizeof loopback), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)address, &length), 0);
    return descriptor;
}

void open_rig(struct rig *rig, unsigned threads, uint16_t first, uint16_t last)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET};

    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *rig = (struct rig){0};
    memcpy(&rig->address, &loopback, sizeof loopback);
    rig->sender = open_socket(&rig->sender_address);
    assert_int_equal(media_pool_create(threads, &test_setup, &rig->pool, NULL), STATUS_OK);
    assert_int_equal(port_range_create(first, last, &rig->ports, NULL), STATUS_OK);
}

void close_rig(struct rig *rig)
{
    media_pool_destroy(rig->pool);
    port_range_destroy(rig->ports);
    (void)close(rig->sender);
}

void await_idle(const struct rig *rig)
{
    enum { STEP_MS = 5, STEPS = 2000 };
    uint64_t running = 1;

    for (int i = 0; i < STEPS && running; i++) {
        running = media_pool_counts(rig->pool).recordings_running;
        if (running)
            sleep_ms(STEP_MS);
    }
    assert_int_equal(running, 0);
}

unsigned ports_left(const struct rig *rig)
{
    enum { PORTS_MAX = 50 };
    int descriptors[PORTS_MAX];
    uint16_t ports[PORTS_MAX];
    unsigned count = 0;

    while (count < PORTS_MAX && port_range_open(rig->ports, &rig->address, &descriptors[count],
                                                &ports[count], NULL) == STATUS_OK)
        count++;
    for (unsigned i = 0; i < count; i++)
        port_range_close(rig->ports, descriptors[i], ports[i]);
    return count;
}

void send_datagram(int descriptor, uint16_t port, const void *data, size_t data_bytes)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(sendto(descriptor, data, data_bytes, 0, (struct sockaddr *)&to, sizeof to),
                     data_bytes);
}

void send_to(const struct rig *rig, uint16_t port, const struct sender *sender, size_t index)
{
    uint8_t datagram[12 + PACKET_SAMPLES];
    size_t bytes =
        rtp_build(datagram, sender->payload_type, (uint16_t)(sender->sequence_first + index),
                  sender->timestamp_first + (uint32_t)(index * PACKET_SAMPLES), sender->ssrc,
                  sender->payload + index * PACKET_SAMPLES, PACKET_SAMPLES);

    send_datagram(rig->sender, port, datagram, bytes);
}

void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

void pace_next(struct pace *pace)
{
    enum { PACKET_MS = 20 };

    if (!pace->due_ns)
        pace->due_ns = clock_mono_now().ns;
    pace->due_ns += PACKET_MS * NS_PER_MS;
    const struct timespec due = {.tv_sec = pace->due_ns / CLOCK_NS_PER_S,
                                 .tv_nsec = pace->due_ns % CLOCK_NS_PER_S};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}
