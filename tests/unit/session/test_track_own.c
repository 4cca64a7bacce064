/* Legs that are kept alone, beside left and right: who has a channel of its own, and what is in it.
 */
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <opus/opus.h>
#include <opus/opus_multistream.h>

#include "encode/opus_frame.h"
#include "unit/session/support.h"

enum {
    HEAD_STREAMS_AT = 19,
    SLOT_PACKETS = 50, /* a second, in which one leg alone speaks */
    DECODED = OPUS_FRAME_SAMPLES_MAX,
};

/* --- memory and encoders that fail -------------------------------------------------------------
 */

static unsigned creations_before_failure = UINT32_MAX;

/* In place of libopus's own, which it calls. */
OpusEncoder *opus_encoder_create(opus_int32 rate_hz, int channels, int application, int *error);

OpusEncoder *opus_encoder_create(opus_int32 rate_hz, int channels, int application, int *error)
{
    static OpusEncoder *(*real)(opus_int32, int, int, int *);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "opus_encoder_create");
    if (creations_before_failure == 0) {
        *error = OPUS_ALLOC_FAIL;
        return NULL;
    }
    creations_before_failure--;
    return real(rate_hz, channels, application, error);
}

static unsigned encodings_before_failure = UINT32_MAX; /* one fails, then none */

/* In place of libopus's own, which it calls. */
opus_int32 opus_encode(OpusEncoder *encoder, const opus_int16 *pcm, int samples,
                       unsigned char *packet, opus_int32 packet_bytes);

opus_int32 opus_encode(OpusEncoder *encoder, const opus_int16 *pcm, int samples,
                       unsigned char *packet, opus_int32 packet_bytes)
{
    static opus_int32 (*real)(OpusEncoder *, const opus_int16 *, int, unsigned char *, opus_int32);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "opus_encode");
    if (encodings_before_failure != UINT32_MAX && encodings_before_failure-- == 0)
        return OPUS_INTERNAL_ERROR;
    return real(encoder, pcm, samples, packet, packet_bytes);
}

/* --- a call ------------------------------------------------------------------------------------
 */

struct scene {
    struct memory_sink memory;
    struct track *track;
    size_t legs;
    struct recording_stream stream[BOUND_CALL_STREAMS];
};

static struct recording_stream wide_stream(enum recording_channel channel, uint32_t rate_hz)
{
    struct recording_stream stream = {.channel = channel, .formats = 1};

    stream.format[0] = (struct recording_format){96, "L16", rate_hz};
    return stream;
}

static void begin(struct scene *scene, const struct recording_policy *policy)
{
    memory_sink_init(&scene->memory);
    assert_int_equal(track_create(scene->stream, scene->legs, 7, &scene->track, NULL), STATUS_OK);
    track_begin(scene->track, &test_setup, policy, &scene->memory.sink, &scene->memory);
}

static void open_scene(struct scene *scene, const struct recording_policy *policy,
                       const enum recording_channel *channels, size_t legs)
{
    *scene = (struct scene){.legs = legs};
    for (size_t i = 0; i < legs; i++)
        scene->stream[i] = stream_of(channels[i], "PCMA");
    begin(scene, policy);
}

static void add_leg(struct scene *scene, enum recording_channel channel, int64_t at_ms)
{
    struct recording_stream *stream = &scene->stream[scene->legs++];
    struct leg *leg = NULL;

    *stream = stream_of(channel, "PCMA");
    assert_int_equal(track_make_leg(stream, &leg, NULL), STATUS_OK);
    track_add(scene->track, stream, leg, at_ms * NS_PER_MS);
}

/* The leg speaks for a second, all others are still; then the line goes on. */
static void speak(struct scene *scene, size_t leg, int64_t from_ms)
{
    struct sender sender;

    sender_init(&sender, 8, SLOT_PACKETS, leg + 1);
    sender.ssrc += (uint32_t)leg;
    for (size_t i = 0; i < SLOT_PACKETS; i++)
        sender_deliver(&sender, scene->track, leg, i, (from_ms + (int64_t)i * 20) * NS_PER_MS);
    track_advance(scene->track, (from_ms + 1000) * NS_PER_MS);
    sender_deinit(&sender);
}

static void close_scene(struct scene *scene, int64_t end_ms)
{
    finish(scene->track, end_ms * NS_PER_MS);
    scene->track = NULL;
}

/* --- what became of it -------------------------------------------------------------------------
 */

static size_t streams_of(const struct scene *scene)
{
    struct ogg_packets packets;

    ogg_split(&scene->memory.stream, &packets);
    size_t streams = packets.data[0][HEAD_STREAMS_AT];
    ogg_packets_deinit(&packets);
    return streams;
}

/* One stream alone, decoded: int16_t[*frames * DECODED], freed by the caller. */
static int16_t *decode_alone(const struct scene *scene, size_t stream, size_t *frames)
{
    const uint8_t mapping[] = {(uint8_t)stream};
    struct ogg_packets packets;
    int error;

    ogg_split(&scene->memory.stream, &packets);
    OpusMSDecoder *decoder = opus_multistream_decoder_create(
        OPUS_RATE_HZ, 1, packets.data[0][HEAD_STREAMS_AT], 0, mapping, &error);
    assert_int_equal(error, OPUS_OK);
    *frames = packets.count - 2;
    int16_t *pcm = malloc(*frames * DECODED * sizeof *pcm);
    assert_non_null(pcm);
    for (size_t i = 0; i < *frames; i++)
        assert_int_equal(opus_multistream_decode(decoder, packets.data[i + 2],
                                                 (opus_int32)packets.bytes[i + 2],
                                                 pcm + i * DECODED, DECODED, 0),
                         DECODED);
    opus_multistream_decoder_destroy(decoder);
    ogg_packets_deinit(&packets);
    return pcm;
}

/* Who is heard on a stream: a bit for each second, its edges left out. */
static unsigned seconds_heard(const struct scene *scene, size_t stream, size_t seconds)
{
    size_t frames = 0;
    int16_t *pcm = decode_alone(scene, stream, &frames);
    unsigned heard = 0;

    for (size_t second = 0; second < seconds; second++) {
        double sum = 0;
        for (size_t i = 0; i < 40 * DECODED; i++) {
            double sample = pcm[(second * 50 + 5) * DECODED + i];
            sum += sample * sample;
        }
        double loudness = sqrt(sum / (40 * DECODED));
        assert_true(loudness > 1000 || loudness == 0.0 || stream < 2);
        heard |= (unsigned)(loudness > 1000) << second;
    }
    free(pcm);
    return heard;
}

/* Where each stream of a packet lies, and how long it is; all but the last have a length. */
static size_t find_stream(const uint8_t *packet, size_t packet_bytes, size_t stream, size_t streams,
                          const uint8_t **at)
{
    for (size_t i = 0; i + 1 < streams; i++) {
        bool is_short = packet[1] < 252;
        size_t length = is_short ? packet[1] : packet[1] + 4u * packet[2];
        size_t bytes = (is_short ? 2 : 3) + length;
        *at = packet;
        if (i == stream)
            return bytes;
        packet += bytes;
        packet_bytes -= bytes;
    }
    *at = packet;
    return packet_bytes;
}

/* In how many packets a stream has data. */
static size_t data_of(const struct scene *scene, size_t stream)
{
    struct ogg_packets packets;
    size_t found = 0;

    ogg_split(&scene->memory.stream, &packets);
    size_t streams = packets.data[0][HEAD_STREAMS_AT];
    for (size_t i = 2; i < packets.count; i++) {
        const uint8_t *at;
        size_t bytes = find_stream(packets.data[i], packets.bytes[i], stream, streams, &at);
        found += bytes > (stream + 1 < streams ? 2u : 1u);
    }
    ogg_packets_deinit(&packets);
    return found;
}

static const enum recording_channel conference[] = {RECORDING_LEFT, RECORDING_RIGHT,
                                                    RECORDING_RIGHT};

static void each_of_three_legs_is_heard_alone_and_with_those_of_its_side(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, &test_policy, conference, 3);
    for (size_t leg = 0; leg < 3; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    close_scene(&scene, 3000);
    assert_int_equal(streams_of(&scene), 6); /* one is left for who comes later */
    assert_int_equal(seconds_heard(&scene, 0, 3), 1);
    assert_int_equal(seconds_heard(&scene, 1, 3), 2 | 4);
    for (size_t leg = 0; leg < 3; leg++) {
        assert_int_equal(seconds_heard(&scene, 2 + leg, 3), 1 << leg);
        assert_int_equal(scene.memory.end.leg[leg].own_channel, leg + 1);
        assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", (int)leg), 0);
    }
    memory_sink_deinit(&scene.memory);
}

/* Everybody speaks at once, the others as `others` says. */
static int16_t *decode_beside(uint64_t others, size_t leg, size_t *frames)
{
    struct sender senders[3];
    struct scene scene;

    open_scene(&scene, &test_policy, conference, 3);
    for (size_t i = 0; i < 3; i++)
        sender_init(&senders[i], 8, SLOT_PACKETS, i == leg ? 77 : others + i);
    for (size_t packet = 0; packet < SLOT_PACKETS; packet++)
        for (size_t i = 0; i < 3; i++)
            if (i == leg || others)
                sender_deliver(&senders[i], scene.track, i, packet,
                               (int64_t)packet * 20 * NS_PER_MS);
    close_scene(&scene, 1000);
    int16_t *pcm = decode_alone(&scene, OPUS_CHANNELS + leg, frames);
    for (size_t i = 0; i < 3; i++)
        sender_deinit(&senders[i]);
    memory_sink_deinit(&scene.memory);
    return pcm;
}

static void own_channel_is_the_same_to_the_sample_whatever_others_say(void **state)
{
    (void)state;

    for (size_t leg = 0; leg < 3; leg++) {
        size_t frames = 0;
        int16_t *alone = decode_beside(0, leg, &frames);
        for (uint64_t others = 100; others < 400; others += 100) {
            size_t same = 0;
            int16_t *pcm = decode_beside(others, leg, &same);
            assert_int_equal(same, frames);
            assert_memory_equal(pcm, alone, frames * DECODED * sizeof *pcm);
            free(pcm);
        }
        free(alone);
    }
}

static void two_legs_of_one_side_have_channels_of_their_own(void **state)
{
    (void)state;
    const enum recording_channel right[] = {RECORDING_RIGHT, RECORDING_RIGHT};
    struct scene scene;

    open_scene(&scene, &test_policy, right, 2);
    speak(&scene, 0, 0);
    speak(&scene, 1, 1000);
    close_scene(&scene, 2000);
    assert_int_equal(streams_of(&scene), 6);
    assert_int_equal(seconds_heard(&scene, 0, 2), 0);
    assert_int_equal(seconds_heard(&scene, 1, 2), 3);
    assert_int_equal(seconds_heard(&scene, 2, 2), 1);
    assert_int_equal(seconds_heard(&scene, 3, 2), 2);
    memory_sink_deinit(&scene.memory);
}

static void call_of_two_sides_has_spare_streams_that_hold_nothing(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, &test_policy, conference, 2);
    speak(&scene, 1, 0);
    close_scene(&scene, 1000);
    assert_int_equal(streams_of(&scene), 6);
    for (size_t stream = 2; stream < 6; stream++) {
        assert_int_equal(seconds_heard(&scene, stream, 1), 0);
        assert_int_equal(data_of(&scene, stream), 0);
    }
    assert_null(memory_sink_fact(&scene.memory, "own_channels", -1));
    for (int leg = 0; leg < 2; leg++) {
        assert_int_equal(scene.memory.end.leg[leg].own_channel, 0);
        assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", leg), 0);
    }
    memory_sink_deinit(&scene.memory);
}

static void channels_that_a_source_asks_for_are_kept_for_who_comes_later(void **state)
{
    (void)state;
    const struct recording_policy policy = {.channels = 4};
    struct scene scene;

    open_scene(&scene, &policy, conference, 2);
    speak(&scene, 0, 0);
    add_leg(&scene, RECORDING_RIGHT, 1000);
    speak(&scene, 2, 1000);
    close_scene(&scene, 2000);
    assert_int_equal(streams_of(&scene), 6);
    assert_int_equal(seconds_heard(&scene, 1, 2), 2);
    assert_int_equal(seconds_heard(&scene, 2, 2), 1);
    assert_int_equal(seconds_heard(&scene, 3, 2), 0);
    assert_int_equal(seconds_heard(&scene, 4, 2), 2);
    assert_int_equal(seconds_heard(&scene, 5, 2), 0); /* nobody came */
    assert_int_equal(scene.memory.end.leg[2].own_channel, 3);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 2), 0);
    memory_sink_deinit(&scene.memory);
}

static void leg_past_the_channels_is_heard_on_its_side_and_that_is_a_fact(void **state)
{
    (void)state;
    const struct recording_policy policy = {.channels = 2};
    struct scene scene;

    open_scene(&scene, &policy, conference, 2);
    speak(&scene, 0, 0);
    add_leg(&scene, RECORDING_LEFT, 1000);
    speak(&scene, 2, 1000);
    close_scene(&scene, 2000);
    assert_int_equal(streams_of(&scene), 4);
    assert_int_equal(seconds_heard(&scene, 0, 2), 3);
    assert_int_equal(seconds_heard(&scene, 2, 2), 1);
    assert_int_equal(scene.memory.end.leg[2].own_channel, 0);
    const struct recording_fact *fact = memory_sink_fact(&scene.memory, "mixed_only", 2);
    assert_non_null(fact);
    assert_int_equal(fact->start_ms, 1000);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 0), 0); /* has its own */
    memory_sink_deinit(&scene.memory);
}

static void who_was_alone_on_a_side_and_is_no_more_is_told_too(void **state)
{
    (void)state;
    const struct recording_policy policy = {.channels = 1};
    struct scene scene;

    open_scene(&scene, &policy, conference, 2);
    add_leg(&scene, RECORDING_RIGHT, 700);
    add_leg(&scene, RECORDING_RIGHT, 800);
    close_scene(&scene, 1000);
    assert_int_equal(streams_of(&scene), 3);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 0), 0);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 1), 1);
    assert_int_equal(memory_sink_fact(&scene.memory, "mixed_only", 1)->start_ms, 700);
    assert_int_equal(memory_sink_fact(&scene.memory, "mixed_only", 2)->start_ms, 700);
    assert_int_equal(memory_sink_fact(&scene.memory, "mixed_only", 3)->start_ms, 800);
    memory_sink_deinit(&scene.memory);
}

/* Both legs of an ordinary call speak, and a third one comes in the middle of it; returns from when
 * all are alone. */
static int64_t join_in_the_middle(struct scene *scene)
{
    struct sender sender[2];

    for (size_t leg = 0; leg < 2; leg++) {
        sender_init(&sender[leg], 8, SLOT_PACKETS, leg + 1);
        sender[leg].ssrc += (uint32_t)leg;
    }
    for (size_t i = 0; i < SLOT_PACKETS; i++) {
        for (size_t leg = 0; leg < 2; leg++)
            sender_deliver(&sender[leg], scene->track, leg, i, (int64_t)i * 20 * NS_PER_MS);
        track_advance(scene->track, (int64_t)i * 20 * NS_PER_MS);
        if (i == SLOT_PACKETS / 2)
            add_leg(scene, RECORDING_RIGHT, (int64_t)i * 20);
    }
    for (size_t leg = 0; leg < 2; leg++)
        sender_deinit(&sender[leg]);
    speak(scene, 2, 1000);
    close_scene(scene, 2000);
    const struct recording_fact *fact = memory_sink_fact(&scene->memory, "own_channels", -1);
    assert_non_null(fact);
    assert_int_equal(memory_sink_facts(&scene->memory, "own_channels", -1), 1);
    assert_in_range(fact->start_ms, 400, 540);
    return fact->start_ms;
}

static void all_are_alone_from_when_a_third_one_comes_and_that_is_a_fact(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, &test_policy, conference, 2);
    int64_t from_ms = join_in_the_middle(&scene);
    assert_int_equal(seconds_heard(&scene, 0, 2), 1);
    assert_int_equal(seconds_heard(&scene, 1, 2), 1 | 2);
    assert_int_equal(seconds_heard(&scene, 4, 2), 2);
    assert_int_equal(seconds_heard(&scene, 5, 2), 0); /* nobody came */
    for (size_t leg = 0; leg < 3; leg++) {
        assert_int_equal(data_of(&scene, 2 + leg), 101 - (size_t)from_ms / 20);
        assert_int_equal(scene.memory.end.leg[leg].own_channel, leg + 1);
        assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", (int)leg), 0);
    }
    memory_sink_deinit(&scene.memory);
}

/* A leg from its side's stream as long as its own one is without data, then from that. */
static void decode_composed(const struct scene *scene, size_t side, size_t own, int16_t *pcm)
{
    struct ogg_packets packets;
    int error;
    OpusDecoder *decoder = opus_decoder_create(OPUS_RATE_HZ, 1, &error);

    assert_int_equal(error, OPUS_OK);
    ogg_split(&scene->memory.stream, &packets);
    for (size_t i = 2; i < packets.count; i++) {
        uint8_t packet[BOUND_OPUS_PACKET_BYTES];
        const uint8_t *at;
        size_t bytes = find_stream(packets.data[i], packets.bytes[i], own, 6, &at);
        if (bytes == 2)
            bytes = find_stream(packets.data[i], packets.bytes[i], side, 6, &at);
        size_t head = at[1] < 252 ? 2 : 3;
        packet[0] = at[0];
        memcpy(packet + 1, at + head, bytes - head);
        assert_int_equal(opus_decode(decoder, packet, (opus_int32)(bytes - head + 1),
                                     pcm + (i - 2) * DECODED, DECODED, 0),
                         DECODED);
    }
    opus_decoder_destroy(decoder);
    ogg_packets_deinit(&packets);
}

/* How much louder the one is than what makes them differ. */
static double likeness_db(const int16_t *one, const int16_t *other, size_t frame, size_t frames)
{
    double signal = 0;
    double difference = 1;

    for (size_t i = frame * DECODED; i < (frame + frames) * DECODED; i++) {
        double gap = (double)one[i] - other[i];
        signal += (double)one[i] * one[i];
        difference += gap * gap;
    }
    return 10 * log10(signal / difference);
}

static void who_was_alone_so_far_goes_on_alone_without_a_seam(void **state)
{
    (void)state;
    struct scene scene;
    size_t frames = 0;
    static int16_t pcm[110 * DECODED];

    open_scene(&scene, &test_policy, conference, 2);
    size_t seam = (size_t)join_in_the_middle(&scene) / 20;
    for (size_t leg = 0; leg < 2; leg++) {
        /* in its first second the side is the leg alone: it has no seam */
        int16_t *side = decode_alone(&scene, leg, &frames);
        decode_composed(&scene, leg, 2 + leg, pcm);
        /* two encoders never say quite the same; without what the
         * side's encoder held back, or with a click, there were nothing alike */
        double at_seam = likeness_db(side, pcm, seam, 2);
        double later = likeness_db(side, pcm, seam + 5, 15);
        print_message("leg %zu against its side: %.1f dB where it goes on alone, %.1f dB later\n",
                      leg, at_seam, later);
        assert_memory_equal(side, pcm, seam * DECODED * sizeof *pcm);
        assert_true(at_seam > later - 8);
        free(side);
    }
    memory_sink_deinit(&scene.memory);
}

static void without_memory_for_an_encoder_the_leg_is_heard_on_its_side(void **state)
{
    (void)state;
    struct scene scene = {.legs = 3};

    for (size_t i = 0; i < 3; i++)
        scene.stream[i] = stream_of(conference[i], "PCMA");
    creations_before_failure = 4; /* left, right, legs 0 and 1 */
    begin(&scene, &test_policy);
    for (size_t leg = 0; leg < 3; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    close_scene(&scene, 3000);
    creations_before_failure = UINT32_MAX;
    assert_int_equal(streams_of(&scene), 6);
    assert_int_equal(seconds_heard(&scene, 1, 3), 2 | 4);
    assert_int_equal(seconds_heard(&scene, 3, 3), 2);
    assert_int_equal(seconds_heard(&scene, 4, 3), 0);
    assert_int_equal(scene.memory.end.leg[1].own_channel, 2);
    assert_int_equal(scene.memory.end.leg[2].own_channel, 0);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 2), 1);
    assert_int_equal(memory_sink_facts(&scene.memory, "mixed_only", 1), 0);
    memory_sink_deinit(&scene.memory);
}

static void frame_that_cannot_be_encoded_is_silent_and_that_is_a_fact(void **state)
{
    (void)state;
    struct scene scene;

    open_scene(&scene, &test_policy, conference, 2);
    encodings_before_failure = 2 * 10 + 1; /* of the eleventh frame the right one */
    speak(&scene, 0, 0);
    close_scene(&scene, 1000);
    assert_int_equal(encodings_before_failure, UINT32_MAX);
    assert_int_equal(frames_of(&scene.memory), 51);
    assert_int_equal(memory_sink_facts(&scene.memory, "unwritten", -1), 1);
    const struct recording_fact *fact = memory_sink_fact(&scene.memory, "unwritten", -1);
    assert_int_equal(fact->start_ms, 200);
    assert_int_equal(fact->end_ms, 220);
    memory_sink_deinit(&scene.memory);
}

/* A tone of 6 kHz, above what 8 kHz hold, in big-endian samples of 20 ms. */
static size_t wide_packet(uint8_t *datagram, size_t index)
{
    uint8_t payload[640];

    for (size_t i = 0; i < 320; i++) {
        double at = (double)(index * 320 + i) / 16000;
        int16_t sample = (int16_t)(10000 * sin(2 * M_PI * 6000 * at));
        payload[2 * i] = (uint8_t)((uint16_t)sample >> 8);
        payload[2 * i + 1] = (uint8_t)sample;
    }
    return rtp_build(datagram, 96, (uint16_t)index, (uint32_t)index * 320, 99, payload,
                     sizeof payload);
}

/* How much of 6 kHz is in the 20 ms of a second. */
static double high_tone(const struct scene *scene, size_t stream, size_t second)
{
    size_t frames = 0;
    int16_t *pcm = decode_alone(scene, stream, &frames);
    const int16_t *at = pcm + (second * 50 + 25) * DECODED;
    double cosine = 0;
    double sine = 0;

    for (size_t i = 0; i < DECODED; i++) {
        cosine += at[i] * cos(2 * M_PI * 6000 * (double)i / OPUS_RATE_HZ);
        sine += at[i] * sin(2 * M_PI * 6000 * (double)i / OPUS_RATE_HZ);
    }
    free(pcm);
    return 2 * hypot(cosine, sine) / DECODED;
}

static void wide_leg_beside_a_narrow_one_stays_wide_alone_and_together(void **state)
{
    (void)state;
    struct scene scene = {.legs = 2};

    scene.stream[0] = stream_of(RECORDING_LEFT, "PCMA");
    scene.stream[1] = wide_stream(RECORDING_LEFT, 16000);
    begin(&scene, &test_policy);
    speak(&scene, 0, 0);
    for (size_t i = 0; i < SLOT_PACKETS; i++) {
        uint8_t datagram[700];
        size_t bytes = wide_packet(datagram, i);
        track_receive(scene.track, 1, datagram, bytes, (1000 + (int64_t)i * 20) * NS_PER_MS);
    }
    close_scene(&scene, 2000);
    assert_int_equal(seconds_heard(&scene, 2, 2), 1);
    assert_int_equal(seconds_heard(&scene, 3, 2), 2);
    assert_true(high_tone(&scene, 0, 1) > 8000);
    assert_true(high_tone(&scene, 3, 1) > 8000);
    memory_sink_deinit(&scene.memory);
}

/* 10 ms of something like a voice of 120 Hz that speaks four syllables a second; returns its bytes.
 */
static size_t voiced_packet(uint8_t *datagram, uint32_t rate_hz, size_t index)
{
    enum { PER_S = 100, SAMPLES_MAX = 480, HARMONICS = 30, PITCH_HZ = 120, SYLLABLE_HZ = 4 };
    uint8_t payload[2 * SAMPLES_MAX];
    size_t samples = rate_hz / PER_S;
    uint64_t random = index;

    for (size_t i = 0; i < samples; i++) {
        double at = 2 * M_PI * (double)(index * samples + i) / rate_hz;
        double sum = random_below(&random, 400); /* breath */
        for (int harmonic = 1; harmonic < HARMONICS; harmonic++)
            sum += 6000.0 / harmonic * sin(at * PITCH_HZ * harmonic + harmonic * harmonic);
        int16_t sample = (int16_t)(sum * (1 - cos(at * SYLLABLE_HZ)) / 2);
        payload[2 * i] = (uint8_t)((uint16_t)sample >> 8);
        payload[2 * i + 1] = (uint8_t)sample;
    }
    return rtp_build(datagram, 96, (uint16_t)index, (uint32_t)(index * samples), 99, payload,
                     2 * samples);
}

/* A leg speaks for ten seconds; the bits that a second of each stream has. */
static void measure_voice(uint32_t rate_hz, int bits[static OPUS_CHANNELS + 1])
{
    enum { SECONDS = 10, PACKET_MS = 10 };
    const struct recording_policy policy = {.channels = 1};
    struct scene scene = {.legs = 1};
    struct ogg_packets packets;
    uint8_t datagram[1000];

    scene.stream[0] = wide_stream(RECORDING_LEFT, rate_hz);
    begin(&scene, &policy);
    for (int64_t now_ms = 0; now_ms < SECONDS * 1000; now_ms += PACKET_MS) {
        size_t bytes = voiced_packet(datagram, rate_hz, (size_t)(now_ms / PACKET_MS));
        track_receive(scene.track, 0, datagram, bytes, now_ms * NS_PER_MS);
        if (now_ms % MEDIA_SWEEP_MS == 0)
            track_advance(scene.track, now_ms * NS_PER_MS);
    }
    close_scene(&scene, SECONDS * 1000);
    ogg_split(&scene.memory.stream, &packets);
    assert_int_equal(packets.data[0][HEAD_STREAMS_AT], OPUS_CHANNELS + 1);
    for (size_t stream = 0; stream <= OPUS_CHANNELS; stream++) {
        size_t total = 0;
        const uint8_t *at;
        for (size_t i = 2; i < packets.count; i++)
            total += find_stream(packets.data[i], packets.bytes[i], stream, OPUS_CHANNELS + 1, &at);
        bits[stream] = (int)(total * 8 / SECONDS);
    }
    ogg_packets_deinit(&packets);
    memory_sink_deinit(&scene.memory);
}

static void leg_of_8_khz_has_24_kilobits_and_of_any_higher_rate_32(void **state)
{
    (void)state;
    const uint32_t rates_hz[] = {8000, 16000, 48000};
    const int wanted[] = {24000, 32000, 32000};

    for (size_t i = 0; i < 3; i++) {
        int bits[OPUS_CHANNELS + 1];
        measure_voice(rates_hz[i], bits);
        assert_in_range(bits[RECORDING_LEFT], wanted[i] * 9 / 10, wanted[i] * 11 / 10);
        assert_in_range(bits[OPUS_CHANNELS], wanted[i] * 9 / 10, wanted[i] * 11 / 10);
        assert_true(bits[RECORDING_RIGHT] < 2000); /* nobody is there */
    }
}

static void channels_of_nobody_cost_little(void **state)
{
    (void)state;
    size_t bytes[2];

    for (size_t i = 0; i < 2; i++) {
        const struct recording_policy policy = {.channels = i ? BOUND_CALL_STREAMS : 2};
        struct scene scene;
        open_scene(&scene, &policy, conference, 2);
        for (int64_t second = 0; second < 10; second++)
            speak(&scene, (size_t)second % 2, second * 1000);
        close_scene(&scene, 10000);
        bytes[i] = scene.memory.stream.len;
        memory_sink_deinit(&scene.memory);
    }
    /* six streams of four bytes, fifty times a second, and what pages need for them */
    assert_in_range(bytes[1], bytes[0], bytes[0] + 10 * 6 * 50 * 4 + 10 * 100);
}

static void settings_of_the_policy_are_kept_and_the_length_is_exact(void **state)
{
    (void)state;
    const struct recording_policy policy = {.encoder = {16000, 5, OPUS_SPEECH}, .channels = 3};
    const char options[] = "ENCODER_OPTIONS=bitrate 16000 complexity 5 speech";
    struct scene scene;
    struct ogg_packets packets;

    open_scene(&scene, &policy, conference, 3);
    for (size_t leg = 0; leg < 3; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    close_scene(&scene, 3017);
    ogg_split(&scene.memory.stream, &packets);
    unsigned pre_skip = bytes_get_u16(packets.data[0] + 10);
    assert_int_equal(pre_skip, 312);
    assert_int_equal(packets.last_granule - pre_skip, 3017 * 48);
    assert_memory_equal(packets.data[1] + packets.bytes[1] - (sizeof options - 1), options,
                        sizeof options - 1);
    assert_true(packets.data[20][0] >> 3 < 12); /* SILK */
    ogg_packets_deinit(&packets);
    for (size_t leg = 0; leg < 3; leg++)
        assert_int_equal(scene.memory.end.leg[leg].own_channel, leg + 1);
    memory_sink_deinit(&scene.memory);
}

/* All that is coded of a call of two, its headers left out; freed by the caller. */
static struct bytes coded_by(const struct recording_policy *policy)
{
    struct scene scene;
    struct ogg_packets packets;
    struct bytes coded;

    open_scene(&scene, policy, conference, 2);
    for (size_t leg = 0; leg < 2; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    close_scene(&scene, 2000);
    bytes_init(&coded, STREAM_BYTES_MAX);
    ogg_split(&scene.memory.stream, &packets);
    for (size_t i = 2; i < packets.count; i++)
        assert_int_equal(bytes_append(&coded, packets.data[i], packets.bytes[i]), STATUS_OK);
    ogg_packets_deinit(&packets);
    memory_sink_deinit(&scene.memory);
    return coded;
}

static void complexity_of_the_policy_changes_what_is_coded_of_the_same_call(void **state)
{
    (void)state;
    const struct recording_policy most = {.encoder = {.complexity = 10}};
    struct bytes coded[] = {coded_by(&test_policy), coded_by(&test_policy), coded_by(&most)};

    assert_int_equal(coded[0].len, coded[1].len);
    assert_memory_equal(coded[0].data, coded[1].data, coded[0].len);
    assert_true(coded[2].len != coded[0].len ||
                memcmp(coded[2].data, coded[0].data, coded[0].len) != 0);
    for (size_t i = 0; i < 3; i++)
        bytes_deinit(&coded[i]);
}

static void eight_legs_at_the_highest_bitrate_lose_nothing(void **state)
{
    (void)state;
    const struct recording_policy policy = {.encoder = {.bitrate = OPUS_SETTINGS_BITRATE_MAX}};
    enum recording_channel channels[BOUND_CALL_STREAMS];
    struct scene scene;

    for (size_t i = 0; i < BOUND_CALL_STREAMS; i++)
        channels[i] = i % 2 ? RECORDING_RIGHT : RECORDING_LEFT;
    open_scene(&scene, &policy, channels, BOUND_CALL_STREAMS);
    for (size_t leg = 0; leg < BOUND_CALL_STREAMS; leg++)
        speak(&scene, leg, (int64_t)leg * 1000);
    close_scene(&scene, BOUND_CALL_STREAMS * 1000);
    assert_int_equal(streams_of(&scene), 2 + BOUND_CALL_STREAMS);
    assert_int_equal(frames_of(&scene.memory), BOUND_CALL_STREAMS * 50 + 1);
    for (size_t leg = 0; leg < BOUND_CALL_STREAMS; leg++)
        assert_int_equal(seconds_heard(&scene, 2 + leg, BOUND_CALL_STREAMS), 1 << leg);
    assert_int_equal(memory_sink_facts(&scene.memory, "unwritten", -1), 0);
    memory_sink_deinit(&scene.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_three_legs_is_heard_alone_and_with_those_of_its_side),
        cmocka_unit_test(own_channel_is_the_same_to_the_sample_whatever_others_say),
        cmocka_unit_test(two_legs_of_one_side_have_channels_of_their_own),
        cmocka_unit_test(call_of_two_sides_has_spare_streams_that_hold_nothing),
        cmocka_unit_test(all_are_alone_from_when_a_third_one_comes_and_that_is_a_fact),
        cmocka_unit_test(who_was_alone_so_far_goes_on_alone_without_a_seam),
        cmocka_unit_test(channels_that_a_source_asks_for_are_kept_for_who_comes_later),
        cmocka_unit_test(leg_past_the_channels_is_heard_on_its_side_and_that_is_a_fact),
        cmocka_unit_test(who_was_alone_on_a_side_and_is_no_more_is_told_too),
        cmocka_unit_test(without_memory_for_an_encoder_the_leg_is_heard_on_its_side),
        cmocka_unit_test(frame_that_cannot_be_encoded_is_silent_and_that_is_a_fact),
        cmocka_unit_test(wide_leg_beside_a_narrow_one_stays_wide_alone_and_together),
        cmocka_unit_test(leg_of_8_khz_has_24_kilobits_and_of_any_higher_rate_32),
        cmocka_unit_test(channels_of_nobody_cost_little),
        cmocka_unit_test(settings_of_the_policy_are_kept_and_the_length_is_exact),
        cmocka_unit_test(complexity_of_the_policy_changes_what_is_coded_of_the_same_call),
        cmocka_unit_test(eight_legs_at_the_highest_bitrate_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
