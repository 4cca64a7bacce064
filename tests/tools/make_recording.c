/*
 * make_recording STORE CUSTOMER SECONDS [LEGS [DAYS]]: put a finished recording of that length into
 * a store at once, through the product's own encoder, writer and index, and print its id. Left
 * sweeps up, right is noise, so that no two stretches are alike. With LEGS, 1 to 8, each has a
 * channel of its own: a tone of 400 Hz, and 200 Hz more for each further one; left is those of even
 * number together, right those of odd. It has facts of every cause, one after the other on both
 * sides in turn, as far as it is long enough: for looking at it. With DAYS it began so many days
 * ago, and is sealed to the key of its month.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/ogg_page.h"
#include "encode/opus_bundle.h"
#include "encode/opus_header.h"
#include "storage/index/customers.h"
#include "storage/index/details.h"
#include "storage/index/recordings.h"
#include "storage/recording/writer.h"

enum {
    RATE_HZ = 8000,
    FRAME_SAMPLES = 160,
    FLUSH_FRAMES = 500,
    TONE_HZ = 400,
    TONE_STEP_HZ = 200,
    TONE_LEVEL = 6000,
};

enum { FACT_EVERY_MS = 2000, FACT_MS = 1200 };

/* Of stretches, then of moments: cause and detail. */
static const char *const causes[][2] = {
    {"silent", ""},
    {"lost", ""},
    {"concealed", ""},
    {"late", ""},
    {"held", ""},
    {"paused", ""},
    {"masked", ""},
    {"undecodable", "96 AMR-WB/16000 (no decoder)"},
    {"overlaid", ""},
    {"unwritten", ""},
    {"codec_change", "PCMA -> G722"},
    {"ssrc_change", "1f2e3d4c -> 5a6b7c8d"},
    {"clock_corrected", "+43 ms"},
    {"dtmf", "5"},
    {"party_joined", "Karen Lund <+4526272829>"},
    {"party_left", "+4588303082"},
    {"stream_change", "2 -> 5"},
    {"stream_refused", "line 9: 8 streams are recorded already"},
    {"deviation", "no recording session tag in Require"},
    {"documents_dropped", ""},
    {"notes_dropped", ""},
    {"quality", "R 92.1 MOS 4.39 loss 0.02 % jitter 1.2 ms"},
};
enum { CAUSES = sizeof causes / sizeof causes[0], STRETCH_CAUSES = 10 };

struct maker {
    const char *store;
    struct index *index;
    struct public_keys *keys;
    struct signer *signer;
    struct index_recording row;
    struct recording_writer *writer;
    struct opus_bundle *encoder;
    size_t legs;  /* with channels of their own; 0: an ordinary call */
    int64_t days; /* ago */
    struct ogg_page page;
    uint32_t noise;
    double phase;
};

static void check(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "make_recording: %s %s\n", status_name(status), fault->text);
    exit(EXIT_FAILURE);
}

static void open_store(struct maker *maker, const char *customer)
{
    struct fault fault = {0};
    char path[BOUND_PATH_BYTES];
    struct customer owner;

    (void)snprintf(path, sizeof path, "%s/index.sqlite", maker->store);
    check(index_open(path, &maker->index, &fault), &fault);
    check(customers_find(maker->index, customer, &owner, &fault), &fault);
    (void)snprintf(path, sizeof path, "%s/keys", maker->store);
    check(public_keys_open(&disk_system, path, &maker->keys, &fault), &fault);
    check(signer_open(&disk_system, path, "ingest", &maker->signer, &fault), &fault);
    maker->row.customer = owner.id;
}

/* The customer's key of the month in which it began, which the keeper makes for no past one. */
static void make_month(struct maker *maker)
{
    char keys[BOUND_PATH_BYTES];
    char master[BOUND_PATH_BYTES];
    char month[KEY_MONTH_BYTES];
    struct private_keys *private_keys = NULL;
    struct fault fault = {0};

    (void)snprintf(keys, sizeof keys, "%s/keys", maker->store);
    (void)snprintf(master, sizeof master, "%s/keys/master.key", maker->store);
    keys_month(maker->row.started, month);
    check(private_keys_open(&disk_system, keys, master, &private_keys, &fault), &fault);
    check(private_keys_make_month(private_keys, maker->row.customer, month, &fault), &fault);
    private_keys_close(private_keys);
}

static void begin(struct maker *maker)
{
    struct fault fault = {0};
    struct customer_key key;

    maker->row.started.ns = clock_wall_now().ns - maker->days * 86400 * CLOCK_NS_PER_S;
    if (maker->days)
        make_month(maker);
    maker->row.id = uuid_new(maker->row.started);
    (void)snprintf(maker->row.caller.number, sizeof maker->row.caller.number, "+4588303080");
    (void)snprintf(maker->row.called.number, sizeof maker->row.called.number, "+4570100200");
    recording_path(maker->row.id, maker->row.started, maker->row.path);
    check(public_keys_customer(maker->keys, maker->row.customer, maker->row.started, &key, &fault),
          &fault);
    const struct recording_writer_spec spec = {&disk_system,        maker->row.id,
                                               maker->row.customer, maker->row.started,
                                               clock_mono_now(),    &key};
    check(recording_writer_create(maker->store, &spec, &maker->writer, &fault), &fault);
    check(recordings_insert(maker->index, &maker->row, &fault), &fault);
}

static void write_page(struct maker *maker, int64_t granule, bool last)
{
    const uint8_t *bytes;
    size_t page_bytes = ogg_page_close(&maker->page, granule, last, &bytes);
    struct fault fault = {0};

    check(recording_writer_append(maker->writer, bytes, page_bytes, granule ? granule : -1),
          &fault);
}

static void write_headers(struct maker *maker)
{
    uint8_t head[OPUS_HEAD_BYTES];
    uint8_t tags[OPUS_TAGS_BYTES_MAX];
    struct fault fault = {0};

    opus_header_identify(opus_bundle_pre_skip(maker->encoder), RATE_HZ,
                         opus_bundle_streams(maker->encoder), head);
    check(ogg_page_add(&maker->page, head, sizeof head), &fault);
    write_page(maker, 0, false);
    check(ogg_page_add(&maker->page, tags,
                       opus_header_comment(opus_bundle_settings(maker->encoder), tags)),
          &fault);
    write_page(maker, 0, false);
}

/* What all streams of a frame say. */
struct frame {
    int16_t pcm[BOUND_OPUS_STREAMS][FRAME_SAMPLES];
};

static void make_tones(const struct maker *maker, long number, struct frame *frame)
{
    memset(frame, 0, sizeof *frame);
    for (size_t leg = 0; leg < maker->legs; leg++) {
        double step = 6.2831853 * (double)(TONE_HZ + TONE_STEP_HZ * leg) / RATE_HZ;
        for (int i = 0; i < FRAME_SAMPLES; i++) {
            double at = (double)(number * FRAME_SAMPLES + i);
            int16_t sample = (int16_t)(TONE_LEVEL * sin(step * at));
            frame->pcm[OPUS_CHANNELS + leg][i] = sample;
            frame->pcm[leg % 2][i] = (int16_t)(frame->pcm[leg % 2][i] + sample);
        }
    }
}

static void make_frame(struct maker *maker, long frame, int16_t *left, int16_t *right)
{
    for (int i = 0; i < FRAME_SAMPLES; i++) {
        maker->phase += 6.2831853 * (200.0 + (double)(frame % 3000) / 2) / RATE_HZ;
        left[i] = (int16_t)(8000 * sin(maker->phase));
        maker->noise = maker->noise * 1664525 + 1013904223;
        right[i] = (int16_t)((int32_t)(maker->noise >> 16) - 32768) / 8;
    }
}

/* A page holds a second, or as much of one as fits. */
static void add_packet(struct maker *maker, const uint8_t *packet, size_t packet_bytes,
                       int64_t granule)
{
    struct fault fault = {0};

    if (ogg_page_packets(&maker->page) == OPUS_FRAMES_PER_SECOND)
        write_page(maker, granule, false);
    if (ogg_page_add(&maker->page, packet, packet_bytes) == STATUS_OK)
        return;
    write_page(maker, granule, false);
    check(ogg_page_add(&maker->page, packet, packet_bytes), &fault);
}

/* As the product does it (src/session/track.c): what the decoder drops is before the first sound,
 * and the last page says where the last packet is cut. */
static void write_audio(struct maker *maker, long seconds)
{
    struct fault fault = {0};
    struct frame made;
    const int16_t *pcm[BOUND_OPUS_STREAMS];
    uint8_t packet[BOUND_OPUS_PACKET_BYTES];
    size_t packet_bytes;
    int64_t granule = 0;
    int64_t end = seconds * 48000 + opus_bundle_pre_skip(maker->encoder);

    for (size_t i = 0; i < BOUND_OPUS_STREAMS; i++)
        pcm[i] = made.pcm[i];
    for (long frame = 0; granule < end; frame++) {
        if (maker->legs)
            make_tones(maker, frame, &made);
        else
            make_frame(maker, frame, made.pcm[0], made.pcm[1]);
        check(opus_bundle_encode(maker->encoder, pcm, packet, &packet_bytes), &fault);
        add_packet(maker, packet, packet_bytes, granule);
        granule += OPUS_FRAME_GRANULE;
        if (frame % FLUSH_FRAMES == 0) {
            check(recording_writer_flush(maker->writer, &fault), &fault);
            recording_writer_confirm(maker->writer);
        }
    }
    write_page(maker, end, true);
}

static size_t make_facts(struct index_fact *facts, int64_t duration_ms)
{
    size_t count = 0;

    for (int i = 0; i < CAUSES && i * FACT_EVERY_MS + FACT_MS <= duration_ms; i++) {
        struct index_fact *fact = &facts[count++];
        fact->start_ms = (int64_t)i * FACT_EVERY_MS;
        fact->end_ms = fact->start_ms + (i < STRETCH_CAUSES ? FACT_MS : 0);
        fact->leg = i % 2;
        (void)snprintf(fact->cause, sizeof fact->cause, "%s", causes[i][0]);
        (void)snprintf(fact->detail, sizeof fact->detail, "%s", causes[i][1]);
    }
    return count;
}

static void make_legs(const struct maker *maker, struct index_recording *row)
{
    row->legs = maker->legs ? maker->legs : OPUS_CHANNELS;
    row->measured = true;
    for (size_t i = 0; i < row->legs; i++) {
        row->leg[i] = (struct index_leg){
            .right = i % 2 != 0,
            .own_channel = maker->legs ? (unsigned)i + 1 : 0,
            .party = i % 2 ? row->called : row->caller,
            .sound = {921, 439, 1234, row->duration_ms, 0},
        };
        (void)snprintf(row->leg[i].label, sizeof row->leg[i].label, "%zu", i + 1);
        (void)snprintf(row->leg[i].codec, sizeof row->leg[i].codec, i % 2 ? "PCMU" : "PCMA");
    }
    row->talk_over_ms = row->duration_ms;
}

static void finish(struct maker *maker, long seconds)
{
    struct index_fact facts[CAUSES] = {0};
    struct fault fault = {0};
    struct recording_summary summary;
    char *details = NULL;

    maker->row.state = RECORDING_STATE_SEALED;
    maker->row.duration_ms = seconds * 1000;
    maker->row.ended.ns = maker->row.started.ns + seconds * CLOCK_NS_PER_S;
    make_legs(maker, &maker->row);
    size_t fact_count = make_facts(facts, maker->row.duration_ms);
    check(details_write(&maker->row, NULL, facts, fact_count, &details), &fault);
    const struct recording_section section = {SECTION_DETAILS, (uint8_t *)details, strlen(details)};
    const struct recording_finish end = {.state = RECORDING_STATE_SEALED,
                                         .ended = maker->row.ended,
                                         .ended_mono = clock_mono_now(),
                                         .duration_ms = maker->row.duration_ms,
                                         .sections = 1,
                                         .section = &section};
    check(recording_writer_finish(maker->writer, &end, maker->signer, &summary, &fault), &fault);
    maker->row.audio_bytes = summary.audio_bytes;
    memcpy(maker->row.sha256_cipher, summary.sha256_cipher, sizeof summary.sha256_cipher);
    memcpy(maker->row.sha256_plain, summary.sha256_plain, sizeof summary.sha256_plain);
    check(recordings_finish(maker->index, &maker->row, facts, fact_count, &fault), &fault);
    free(details);
}

static void configure(struct maker *maker)
{
    static const struct opus_settings settings;
    struct fault fault = {0};

    opus_bundle_configure(maker->encoder, &settings, maker->legs);
    for (size_t leg = 0; leg < maker->legs; leg++)
        check(opus_bundle_raise(maker->encoder, OPUS_CHANNELS + leg, RATE_HZ, RATE_HZ), &fault);
}

int main(int argc, char **argv)
{
    static const uint32_t rates[OPUS_CHANNELS] = {RATE_HZ, RATE_HZ};
    struct maker *maker = calloc(1, sizeof *maker);
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES];

    if (argc < 4 || argc > 6 || !maker) {
        (void)fputs("usage: make_recording STORE CUSTOMER SECONDS [LEGS [DAYS]]\n", stderr);
        return 2;
    }
    long seconds = strtol(argv[3], NULL, 10);
    maker->legs = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    maker->days = argc > 5 ? strtol(argv[5], NULL, 10) : 0;
    if (maker->legs > OPUS_OWN_MAX)
        return 2;
    maker->store = argv[1];
    maker->noise = 1;
    open_store(maker, argv[2]);
    check(opus_bundle_open(rates, &maker->encoder, &fault), &fault);
    configure(maker);
    ogg_page_init(&maker->page, 4711);
    begin(maker);
    write_headers(maker);
    write_audio(maker, seconds);
    finish(maker, seconds);
    uuid_format(maker->row.id, id);
    (void)puts(id);
    recording_writer_destroy(maker->writer);
    opus_bundle_close(maker->encoder);
    signer_close(maker->signer);
    public_keys_close(maker->keys);
    index_close(maker->index);
    free(maker);
    return EXIT_SUCCESS;
}
