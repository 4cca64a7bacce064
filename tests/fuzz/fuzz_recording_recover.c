/*
 * fuzz: any life of a recording, ended by any power cut. The input is a script: pages, documents,
 * flushes, syncs that come or fail; then what of each file that was not durable reached the disk,
 * unit by unit: the old bytes, the new ones, or a part of each. Whatever it is, recovery finds
 * every page that was durable, bit for bit and in its order; a second recovery changes nothing.
 *
 * A first byte that is odd damages the files further, in any place. Then something may be missing;
 * but still nothing is in the recording that was not in the stream, and it opens and verifies.
 *
 * script  u8 whether it is damaged, then steps until STEP_CUT or the end, then choices; what is
 *         missing at the end reads as 0
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "storage/recording/frame.h"
#include "storage/recording/pages.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover.h"
#include "storage/recording/writer.h"
#include "tests/fuzz/support_recording.h"
#include "tests/fuzz/support_recording_cut.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    STEP_PAGE,     /* u8: of how many packets, u8: how long each */
    STEP_SYNC,     /* flush, syncfs, confirm */
    STEP_FLUSH,    /* the syncfs after it does not come before the cut, unless another one does */
    STEP_DOCUMENT, /* u8: how long */
    STEP_JOURNAL,
    STEP_FAIL, /* flush, a syncfs that fails, go on in a new segment */
    STEP_FINISH,
    STEP_CUT,
    STEPS,
    STEPS_MAX = 80,
    PAGES_MAX = STEPS_MAX + 2,
    PACKETS_MAX = 50,
    SERIAL = 4711,
    FRAME_GRANULE = 960,
    DAMAGES_MAX = 8,
};

static struct fuzz_store store; /* made once per process: LLVMFuzzerTestOneInput has no context */

/* One recording, from its begin to the cut. */
struct life {
    struct uuid id;
    char path[BOUND_PATH_BYTES + sizeof store.directory];
    struct recording_writer *writer;
    struct cut_script script;
    struct bytes stream;        /* all pages, one after another */
    size_t page_end[PAGES_MAX]; /* in it */
    size_t pages;
    size_t durable; /* pages that are */
    int64_t granule;
    uint32_t journal;
    bool finished;
};

static void remove_all(void)
{
    fuzz_store_close(&store);
}

/* --- the stream --- */
static void add_page(struct life *life, const uint8_t *payload, const uint8_t *lacing,
                     size_t segments, int64_t granule)
{
    struct fault fault = {0};
    uint8_t head[27 + 255] = {'O', 'g', 'g', 'S'};
    size_t payload_bytes = 0;
    size_t began = life->stream.len;

    head[5] = life->pages == 0 ? 2 : 0;
    bytes_put_u64(head + 6, (uint64_t)granule);
    bytes_put_u32(head + 14, SERIAL);
    bytes_put_u32(head + 18, (uint32_t)life->pages);
    head[26] = (uint8_t)segments;
    for (size_t i = 0; i < segments; i++)
        payload_bytes += head[27 + i] = lacing[i];
    ogg_page page = {head, (long)(27 + segments), (uint8_t *)(uintptr_t)payload,
                     (long)payload_bytes};
    ogg_page_checksum_set(&page);
    fuzz_must(bytes_append(&life->stream, head, 27 + segments), &fault);
    fuzz_must(bytes_append(&life->stream, payload, payload_bytes), &fault);
    life->page_end[life->pages++] = life->stream.len;
    fuzz_must(recording_writer_append(life->writer, life->stream.data + began,
                                      life->stream.len - began, granule ? granule : -1),
              &fault);
}

static void add_heads(struct life *life)
{
    static const uint8_t head[] = {'O',  'p',  'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x38, 1,
                                   0x40, 0x1f, 0,   0,   0,   0,   1,   2,   0, 0, 1};
    static const uint8_t tags[16] = {'O', 'p', 'u', 's', 'T', 'a', 'g', 's'};
    static const uint8_t head_lacing = sizeof head;
    static const uint8_t tags_lacing = sizeof tags;

    add_page(life, head, &head_lacing, 1, 0);
    add_page(life, tags, &tags_lacing, 1, 0);
}

/* Packets of two streams, the first byte of each page telling it from all others. */
static void add_audio(struct life *life)
{
    uint8_t payload[PACKETS_MAX * 255];
    uint8_t lacing[PACKETS_MAX];
    size_t packets = 1 + cut_take(&life->script) % PACKETS_MAX;
    uint8_t packet_bytes = (uint8_t)(8 + cut_take(&life->script) % 240);

    if (life->pages == PAGES_MAX)
        return;
    memset(payload, (int)life->pages, sizeof payload);
    for (size_t i = 0; i < packets; i++) {
        uint8_t *packet = payload + i * packet_bytes;
        packet[0] = 0x08; /* one frame; self-delimited: its length comes next */
        packet[1] = 2;
        packet[4] = 0x08; /* the other stream's */
        lacing[i] = packet_bytes;
    }
    life->granule += (int64_t)packets * FRAME_GRANULE;
    add_page(life, payload, lacing, packets, life->granule);
}

/* --- its life --- */
static void begin(struct life *life)
{
    struct fault fault = {0};
    char below[BOUND_PATH_BYTES];

    life->id = uuid_new(store.now);
    recording_path(life->id, store.now, below);
    (void)snprintf(life->path, sizeof life->path, "%s/%s", store.directory, below);
    const struct recording_writer_spec spec = {.disk = &disk_system,
                                               .recording = life->id,
                                               .customer = store.customer,
                                               .created = store.now,
                                               .key = &store.key};
    fuzz_must(recording_writer_create(store.directory, &spec, &life->writer, &fault), &fault);
    bytes_init(&life->stream, 1 << 22);
    cut_begin(&life->script, life->path);
    cut_synced(&life->script);
    add_heads(life);
}

static void sync_all(struct life *life)
{
    struct fault fault = {0};

    fuzz_must(recording_writer_flush(life->writer, &fault), &fault);
    cut_synced(&life->script);
    recording_writer_confirm(life->writer);
    life->durable = life->pages;
}

static void fail_sync(struct life *life)
{
    struct fault fault = {0};

    fuzz_must(recording_writer_flush(life->writer, &fault), &fault);
    cut_sync_failed(&life->script);
    if (recording_writer_lose(life->writer))
        fuzz_must(recording_writer_renew(life->writer, store.directory, &fault), &fault);
}

static void keep_document(struct life *life)
{
    static const uint8_t text[256 * 20] = {'<'};
    struct fault fault = {0};

    fuzz_must(recording_writer_document(life->writer, (int64_t)life->pages, "UPDATE", "text/xml",
                                        text, (size_t)cut_take(&life->script) * 20),
              &fault);
}

static void keep_journal(struct life *life)
{
    const struct journal_entry entry = {
        .number = life->journal++, .until = life->granule, .facts = 1};
    const struct journal_fact fact = {.end = life->granule, .leg = -1, .cause = "lost"};
    struct fault fault = {0};

    fuzz_must(recording_writer_journal(life->writer, &entry, &fact), &fault);
}

/* What finish made durable by its fsync. */
static void finish(struct life *life)
{
    const struct recording_finish end = {.state = RECORDING_STATE_SEALED, .ended = store.now};
    struct recording_summary summary;
    struct fault fault = {0};

    fuzz_must(recording_writer_finish(life->writer, &end, store.signer, &summary, &fault), &fault);
    life->finished = true;
    life->durable = life->pages;
    cut_synced_but_names(&life->script);
}

static void live(struct life *life)
{
    struct fault fault = {0};

    for (int i = 0; i < STEPS_MAX && cut_more(&life->script) && !life->finished; i++) {
        switch (cut_take(&life->script) % STEPS) {
        case STEP_PAGE:
            add_audio(life);
            break;
        case STEP_SYNC:
            sync_all(life);
            break;
        case STEP_FLUSH:
            fuzz_must(recording_writer_flush(life->writer, &fault), &fault);
            break;
        case STEP_DOCUMENT:
            keep_document(life);
            break;
        case STEP_JOURNAL:
            keep_journal(life);
            break;
        case STEP_FAIL:
            fail_sync(life);
            break;
        case STEP_FINISH:
            finish(life);
            break;
        default:
            i = STEPS_MAX;
        }
    }
    recording_writer_destroy(life->writer);
    cut_power(&life->script);
}

/* --- what is left --- */
static size_t page_begin(const struct life *life, size_t number)
{
    return number ? life->page_end[number - 1] : 0;
}

static bool is_page(const struct life *life, size_t number, const struct pages_page *page)
{
    const uint8_t *sent = life->stream.data + page_begin(life, number);
    size_t sent_bytes = life->page_end[number] - page_begin(life, number);

    return sent_bytes == page->head_bytes + page->payload_bytes &&
           memcmp(sent, page->head, page->head_bytes) == 0 &&
           memcmp(sent + page->head_bytes, page->payload, page->payload_bytes) == 0;
}

/* Silence in the place of what is gone, or the end: nothing that could be heard. */
static void expect_nothing(const struct pages_page *page)
{
    assert(page->packets == 0 || page->payload[0] == 0x98);
}

/* Every page of the stream that is there, in order; those that were durable are all there. */
static void expect_pages(const struct life *life, const struct bytes *stream, bool damaged)
{
    struct pages pages;
    struct pages_page page;
    size_t next = 0;
    struct fault fault = {0};

    pages_init(&pages);
    fuzz_must(pages_feed(&pages, stream->data, stream->len), &fault);
    while (pages_next(&pages, &page) == STATUS_OK) {
        size_t number = next;
        while (number < life->pages && !is_page(life, number, &page))
            number++;
        if (number == life->pages) {
            expect_nothing(&page);
            continue;
        }
        assert(damaged || number == next || next >= life->durable);
        next = number + 1;
    }
    assert(damaged || next >= life->durable);
    pages_deinit(&pages);
}

/* What went wrong, for whoever looks into an input that was found. */
static void tell(const char *step, enum status status, const struct fault *fault)
{
    if (status != STATUS_OK && getenv("FUZZ_TELL"))
        (void)fprintf(stderr, "%s: %s %s\n", step, status_name(status), fault->text);
}

/* What a damaged key slot or frame makes of a verification keeps nobody from reading the rest. */
static enum status read_stream(const struct life *life, bool damaged, struct bytes *stream)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    uint8_t part[4000];
    enum status status =
        recording_reader_open(&store.access, life->path, life->id, &reader, &fault);

    if (status != STATUS_OK) {
        tell("open", status, &fault);
        return status;
    }
    uint64_t length = recording_reader_summary(reader)->audio_bytes;
    status = recording_reader_verify(reader, &fault);
    tell("verify", status, &fault);
    assert(status == STATUS_OK || damaged);
    status = STATUS_OK;
    for (uint64_t at = 0; at < length && status == STATUS_OK; at += sizeof part) {
        size_t count = length - at < sizeof part ? (size_t)(length - at) : sizeof part;
        status = recording_reader_read(reader, at, part, count, &fault);
        if (status == STATUS_OK)
            status = bytes_append(stream, part, count);
    }
    recording_reader_close(reader);
    tell("read", status, &fault);
    return status;
}

static enum status recover(const struct life *life, struct recording_summary *summary)
{
    struct fault fault = {0};
    enum status status =
        recording_recover(&store.access, life->path, life->id, store.signer, NULL, summary, &fault);

    tell("recover", status, &fault);
    return status;
}

static void examine(const struct life *life, bool damaged)
{
    struct recording_summary first;
    struct recording_summary again;
    struct fault fault = {0};
    struct bytes stream;
    enum status status = recover(life, &first);

    if (status != STATUS_OK) {
        assert(damaged || life->durable == 0);
        return;
    }
    bytes_init(&stream, 1 << 24);
    status = read_stream(life, damaged, &stream);
    if (status != STATUS_OK) {
        /* a footer that is whole with what is damaged behind it, and no tail to doubt it for */
        assert(damaged && first.state == RECORDING_STATE_SEALED);
        bytes_deinit(&stream);
        return;
    }
    expect_pages(life, &stream, damaged);
    fuzz_must(recover(life, &again), &fault);
    assert(memcmp(first.sha256_cipher, again.sha256_cipher, sizeof first.sha256_cipher) == 0);
    bytes_deinit(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct life *life = calloc(1, sizeof *life);

    if (!life)
        abort();
    if (!store.private_keys) {
        fuzz_store_open(&store);
        (void)atexit(remove_all);
    }
    life->script = (struct cut_script){.data = data, .size = size};
    bool damaged = cut_take(&life->script) % 2;
    begin(life);
    live(life);
    for (int i = 0; damaged && i < DAMAGES_MAX && cut_more(&life->script); i++)
        cut_damage(&life->script);
    examine(life, damaged);
    cut_end(&life->script);
    bytes_deinit(&life->stream);
    free(life);
    return 0;
}
