#include "disk/life.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/recording/pages.h"
#include "storage/recording/reader.h"
#include "storage/recording/recover.h"

enum { SERIAL_AT = 14, FINISH_TRIES = 4 };

#define KEYS_DIRECTORY "/keys"
#define MASTER_PATH "/keys/master.key"

const struct life_step life_usual[] = {
    {LIFE_PAGE, 100},  {LIFE_FLUSH, 0},    {LIFE_DOCUMENT, 0}, {LIFE_PAGE, 3000},
    {LIFE_FLUSH, 0},   {LIFE_PAGE, 900},   {LIFE_PAGE, 3200},  {LIFE_DOCUMENT, 0},
    {LIFE_FLUSH, 0},   {LIFE_PAGE, 8800},  {LIFE_FLUSH, 0},    {LIFE_FLUSH, 0},
    {LIFE_PAGE, 1},    {LIFE_DOCUMENT, 0}, {LIFE_DOCUMENT, 0}, {LIFE_FLUSH, 0},
    {LIFE_PAGE, 4052}, {LIFE_FLUSH, 0},    {LIFE_PAGE, 3990},  {LIFE_PAGE, 200},
    {LIFE_FLUSH, 0},   {LIFE_DOCUMENT, 0}, {LIFE_PAGE, 700},   {LIFE_FLUSH, 0},
    {LIFE_PAGE, 1500}, {LIFE_DOCUMENT, 0},
};
const size_t life_usual_steps = sizeof life_usual / sizeof life_usual[0];

/* --- keys ------------------------------------------------------------------------------------ */

static void expect_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void make_customer(struct life_keys *keys, size_t number)
{
    wall_time now = clock_wall_from_us(STARTED_US);
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];

    keys->customer[number] = uuid_new(now);
    keys_month(now, month);
    expect_ok(private_keys_make_month(keys->private_keys, keys->customer[number], month, &fault),
              &fault);
    expect_ok(public_keys_customer(keys->public_keys, keys->customer[number], now,
                                   &keys->key[number], &fault),
              &fault);
}

void life_keys_open(struct life_keys *keys)
{
    struct fault fault = {0};

    *keys = (struct life_keys){.memory = memory_disk_create()};
    const struct disk *disk = memory_disk_disk(keys->memory);
    expect_ok(keys_init(disk, KEYS_DIRECTORY, MASTER_PATH, &fault), &fault);
    expect_ok(private_keys_open(disk, KEYS_DIRECTORY, MASTER_PATH, &keys->private_keys, &fault),
              &fault);
    expect_ok(public_keys_open(disk, KEYS_DIRECTORY, &keys->public_keys, &fault), &fault);
    expect_ok(signer_open(disk, KEYS_DIRECTORY, "ingest", &keys->ingest, &fault), &fault);
    expect_ok(signer_open(disk, KEYS_DIRECTORY, "keeper", &keys->keeper, &fault), &fault);
    for (size_t i = 0; i < 2; i++)
        make_customer(keys, i);
}

void life_keys_close(struct life_keys *keys)
{
    signer_close(keys->keeper);
    signer_close(keys->ingest);
    public_keys_close(keys->public_keys);
    private_keys_close(keys->private_keys);
    memory_disk_destroy(keys->memory);
}

/* --- a recording's life ---------------------------------------------------------------------- */

struct memory_disk *life_disk(void)
{
    struct memory_disk *memory = memory_disk_create();
    const struct disk *disk = memory_disk_disk(memory);

    assert_int_equal(disk->mkdir(disk->context, LIFE_STORE, 0770), 0);
    struct disk_file root = disk_open(disk, "/", O_RDONLY | O_DIRECTORY, 0);
    assert_int_equal(disk->syncfs(disk->context, root.fd), 0);
    disk_close(&root);
    return memory;
}

uint32_t life_statuses_of(int sys_errno)
{
    uint32_t full = UINT32_C(1) << STATUS_FULL;
    uint32_t io = UINT32_C(1) << STATUS_IO;

    if (!sys_errno)
        return 0;
    return disk_status_of_errno(sys_errno) == STATUS_FULL ? full | io : io;
}

void life_init(struct life *life, const struct life_keys *keys, const struct disk *disk,
               uint32_t statuses)
{
    char below[BOUND_PATH_BYTES];
    wall_time started = clock_wall_from_us(STARTED_US);

    *life = (struct life){.keys = keys,
                          .disk = disk,
                          .statuses = statuses,
                          .id = uuid_new(started),
                          .directory = {disk, -1},
                          .created = STATUS_CONFLICT,
                          .finished = STATUS_CONFLICT};
    recording_path(life->id, started, below);
    (void)snprintf(life->path, sizeof life->path, "%s/%.900s", LIFE_STORE, below);
    stream_init(&life->stream);
}

void life_deinit(struct life *life)
{
    recording_writer_destroy(life->writer);
    life->writer = NULL;
    disk_close(&life->directory);
    stream_deinit(&life->stream);
}

/* A status is one that its header promises for what the disk did. */
static void expect_promised(const struct life *life, const char *what, enum status status,
                            const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    if (!(life->statuses & UINT32_C(1) << status))
        fail_msg("%s: %s: %s: %s", life->note, what, status_name(status), fault->text);
    if (fault->status != status || !fault->text[0])
        fail_msg("%s: %s: %s, and the fault says %s \"%s\"", life->note, what, status_name(status),
                 status_name(fault->status), fault->text);
}

/* Going into the code that is tested, and out of it with its status. */
static void enter(const struct life *life)
{
    if (life->around)
        life->around(true);
}

static enum status leave(const struct life *life, enum status status)
{
    if (life->around)
        life->around(false);
    return status;
}

static bool sync_store(struct life *life)
{
    return life->disk->syncfs(life->disk->context, life->directory.fd) == 0;
}

/* Put the last page of the stream into the writer; one that is not taken was never there. */
static void give_page(struct life *life, const struct stream *before)
{
    struct stream *stream = &life->stream;
    enter(life);
    enum status status =
        leave(life, recording_writer_append(life->writer, stream->bytes.data + stream->last,
                                            stream->bytes.len - stream->last,
                                            stream->granule ? stream->granule : -1));

    assert_true(life->pages < LIFE_PAGES);
    if (status == STATUS_OK) {
        life->page_end[life->pages++] = stream->bytes.len;
        return;
    }
    assert_true(life->statuses & UINT32_C(1) << status);
    stream->bytes.len = before->bytes.len;
    stream->sequence = before->sequence;
    stream->granule = before->granule;
}

/* OpusHead and OpusTags: two pages. */
static void give_head(struct life *life)
{
    struct stream before = life->stream;

    stream_head(&life->stream);
    give_page(life, &before);
    if (life->pages) { /* taken as one */
        const uint8_t *head = life->stream.bytes.data;
        life->page_end[1] = life->page_end[0];
        life->page_end[0] = (size_t)27 + head[26] + head[27];
        life->pages = 2;
    }
}

bool life_begin(struct life *life)
{
    struct recording_writer_spec spec = {.disk = life->disk,
                                         .recording = life->id,
                                         .customer = life->keys->customer[life->customer],
                                         .created = clock_wall_from_us(STARTED_US),
                                         .created_mono = {77},
                                         .key = &life->keys->key[life->customer]};
    struct fault fault = {0};

    life->directory = disk_open(life->disk, LIFE_STORE, O_RDONLY | O_DIRECTORY, 0);
    if (life->directory.fd < 0)
        return false;
    enter(life);
    life->created = leave(life, recording_writer_create(LIFE_STORE, &spec, &life->writer, &fault));
    expect_promised(life, "create", life->created, &fault);
    if (life->created != STATUS_OK)
        return false;
    if (!sync_store(life)) {
        recording_writer_discard(life->writer);
        life->writer = NULL;
        return false;
    }
    life->answered = true;
    give_head(life);
    return life->pages > 0;
}

size_t life_document(uint8_t *data, size_t number)
{
    size_t length = 1 + number * 2711 % LIFE_DOCUMENT_BYTES;

    fill_pattern(data, length, (uint32_t)number + 77);
    return length;
}

/* A document, and an entry of the journal, which lies in the tail beside it. */
static void give_document(struct life *life)
{
    static uint8_t data[LIFE_DOCUMENT_BYTES];
    size_t length = life_document(data, life->documents);
    const struct journal_entry entry = {
        .number = (uint32_t)life->documents, .until = (int64_t)life->documents * 960, .facts = 1};
    const struct journal_fact fact = {.leg = -1, .cause = "lost"};

    enter(life);
    enum status status =
        leave(life, recording_writer_document(life->writer, (int64_t)life->documents, "UPDATE",
                                              "a/b", data, length));
    assert_true(status == STATUS_OK || (life->statuses & UINT32_C(1) << status));
    life->documents += status == STATUS_OK;
    enter(life);
    status = leave(life, recording_writer_journal(life->writer, &entry, &fact));
    assert_true(status == STATUS_OK || (life->statuses & UINT32_C(1) << status));
}

/* Go on in a new segment. false: not now. */
static bool renew(struct life *life)
{
    struct fault fault = {0};

    life->renewed = true;
    enter(life);
    enum status status = leave(life, recording_writer_renew(life->writer, LIFE_STORE, &fault));

    expect_promised(life, "renew", status, &fault);
    life->lost = status != STATUS_OK;
    return !life->lost;
}

/* As the store thread does once a second. */
static void flush(struct life *life)
{
    struct fault fault = {0};
    size_t documents = life->documents;

    if (life->lost && !renew(life))
        return;
    enter(life);
    enum status flushed = leave(life, recording_writer_flush(life->writer, &fault));
    expect_promised(life, "flush", flushed, &fault);
    life->lost = flushed == STATUS_IO;
    if (!sync_store(life)) {
        life->lost |= recording_writer_lose(life->writer);
        return;
    }
    if (flushed != STATUS_OK)
        return;
    recording_writer_confirm(life->writer);
    uint64_t durable = recording_writer_durable_bytes(life->writer);
    assert_int_equal(durable, life->stream.bytes.len);
    life->durable = durable;
    life->documents_durable = documents;
}

static void step(struct life *life, const struct life_step *step)
{
    struct stream before = life->stream;

    switch (step->kind) {
    case LIFE_PAGE:
        stream_page(&life->stream, step->payload_bytes);
        give_page(life, &before);
        break;
    case LIFE_DOCUMENT:
        give_document(life);
        break;
    case LIFE_FLUSH:
        flush(life);
        break;
    }
}

void life_go_on(struct life *life, const struct life_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        step(life, &steps[i]);
}

void life_go_on_by_chance(struct life *life, uint32_t seed)
{
    uint8_t chance[64];

    fill_pattern(chance, sizeof chance, seed);
    for (size_t i = 0; i + 3 < sizeof chance; i += 3) {
        size_t payload =
            ((size_t)chance[i + 1] << 8 | chance[i + 2]) % (chance[i] % 2 ? 600 : 9000);
        struct life_step next = {chance[i] % 8 < 4   ? LIFE_PAGE
                                 : chance[i] % 8 < 5 ? LIFE_DOCUMENT
                                                     : LIFE_FLUSH,
                                 payload};
        step(life, &next);
    }
}

/* The page that ends the stream. */
static void give_end(struct life *life)
{
    const struct stream before = life->stream;
    struct stream *stream = &life->stream;
    const struct pages pages = {.serial = (int)bytes_get_u32(stream->bytes.data + SERIAL_AT),
                                .sequence = (long)stream->sequence - 1};
    uint8_t page[PAGES_END_BYTES];

    pages_end(&pages, page);
    stream->last = stream->bytes.len;
    stream->sequence++;
    assert_int_equal(bytes_append(&stream->bytes, page, sizeof page), STATUS_OK);
    give_page(life, &before);
}

static enum status finish(struct life *life)
{
    struct recording_section details = {SECTION_DETAILS, (const uint8_t *)"{}", 2};
    const struct recording_finish finish = {.state = RECORDING_STATE_SEALED,
                                            .ended = clock_wall_from_us(STARTED_US + 61000000),
                                            .ended_mono = {78},
                                            .duration_ms = 61000,
                                            .loss = {true, 3050, 5, 4, 3},
                                            .sections = 1,
                                            .section = &details};
    struct fault fault = {0};

    enter(life);
    enum status status =
        leave(life, recording_writer_finish(life->writer, &finish, life->keys->ingest,
                                            &life->summary, &fault));

    expect_promised(life, "finish", status, &fault);
    life->lost |= status == STATUS_IO;
    return status;
}

void life_finish(struct life *life)
{
    give_end(life);
    for (int tries = 0; tries < FINISH_TRIES && life->finished != STATUS_OK; tries++)
        if (!life->lost || renew(life))
            life->finished = finish(life);
    life->segments = recording_writer_segments(life->writer);
    if (life->finished == STATUS_OK) {
        life->durable = life->stream.bytes.len;
        life->documents_durable = life->documents;
    }
}

void life_run(struct life *life)
{
    if (life_begin(life)) {
        life_go_on(life, life_usual, life_usual_steps);
        life_finish(life);
    }
}
