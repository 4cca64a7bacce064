#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <ogg/ogg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/recording/pages.h"

static void expect_ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

void store_open(struct store *store)
{
    const char *base = getenv("TMPDIR");
    wall_time now = clock_wall_from_us(STARTED_US);
    struct fault fault = {0};
    char month[KEY_MONTH_BYTES];

    memset(store, 0, sizeof *store);
    (void)snprintf(store->directory, sizeof store->directory, "%s/recording-XXXXXX",
                   base ? base : "/tmp");
    assert_non_null(mkdtemp(store->directory));
    (void)snprintf(store->keys_dir, sizeof store->keys_dir, "%s/keys", store->directory);
    (void)snprintf(store->master, sizeof store->master, "%s/master.key", store->keys_dir);
    store->customer = uuid_new(now);
    keys_month(now, month);
    expect_ok(keys_init(&disk_system, store->keys_dir, store->master, &fault), &fault);
    expect_ok(private_keys_open(&disk_system, store->keys_dir, store->master, &store->private_keys,
                                &fault),
              &fault);
    expect_ok(private_keys_make_month(store->private_keys, store->customer, month, &fault), &fault);
    expect_ok(public_keys_open(&disk_system, store->keys_dir, &store->public_keys, &fault), &fault);
    expect_ok(public_keys_customer(store->public_keys, store->customer, now, &store->key, &fault),
              &fault);
    expect_ok(signer_open(&disk_system, store->keys_dir, "ingest", &store->ingest, &fault), &fault);
    expect_ok(signer_open(&disk_system, store->keys_dir, "keeper", &store->keeper, &fault), &fault);
}

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *where)
{
    (void)about;
    (void)flag;
    (void)where;
    return remove(path);
}

void store_close(struct store *store)
{
    signer_close(store->keeper);
    signer_close(store->ingest);
    public_keys_close(store->public_keys);
    private_keys_close(store->private_keys);
    (void)nftw(store->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void store_begin(struct store *store, struct made *made)
{
    char below[BOUND_PATH_BYTES];
    struct fault fault = {0};
    struct recording_writer_spec spec = {.disk = &disk_system,
                                         .created = clock_wall_from_us(STARTED_US),
                                         .created_mono = {77},
                                         .customer = store->customer,
                                         .key = &store->key};

    memset(made, 0, sizeof *made);
    made->id = spec.recording = uuid_new(spec.created);
    recording_path(made->id, spec.created, below);
    (void)snprintf(made->path, sizeof made->path, "%s/%.300s", store->directory, below);
    (void)snprintf(made->tail, sizeof made->tail, "%s.tail", made->path);
    expect_ok(recording_writer_create(store->directory, &spec, &made->writer, &fault), &fault);
}

void store_finish(struct store *store, struct made *made)
{
    struct fault fault = {0};
    struct recording_section details = {SECTION_DETAILS, (const uint8_t *)"{}", 2};
    struct recording_finish finish = {.state = RECORDING_STATE_SEALED,
                                      .ended = clock_wall_from_us(STARTED_US + 61000000),
                                      .ended_mono = {78},
                                      .duration_ms = 61000,
                                      .loss = {true, 3050, 5, 4, 3},
                                      .sections = 1,
                                      .section = &details};

    expect_ok(recording_writer_finish(made->writer, &finish, store->ingest, &made->summary, &fault),
              &fault);
    recording_writer_destroy(made->writer);
    made->writer = NULL;
}

void store_make(struct store *store, const uint8_t *data, size_t data_bytes, size_t page_bytes,
                struct made *made)
{
    struct fault fault = {0};

    store_begin(store, made);
    for (size_t done = 0; done < data_bytes;) {
        size_t part = data_bytes - done < page_bytes ? data_bytes - done : page_bytes;
        enum status status =
            recording_writer_append(made->writer, data + done, part, (int64_t)done + 1);
        if (status == STATUS_LIMIT) {
            expect_ok(recording_writer_flush(made->writer, &fault), &fault);
            recording_writer_confirm(made->writer);
            continue;
        }
        assert_int_equal(status, STATUS_OK);
        done += part;
    }
    store_finish(store, made);
}

enum status store_read(struct store *store, const struct made *made,
                       struct recording_reader **reader, struct fault *fault)
{
    return recording_reader_open(
        &(struct recording_access){&disk_system, store->private_keys, store->public_keys},
        made->path, made->id, reader, fault);
}

void store_expect(struct store *store, const struct made *made, const uint8_t *data,
                  size_t data_bytes)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    uint8_t *got = malloc(data_bytes + 1);

    expect_ok(store_read(store, made, &reader, &fault), &fault);
    expect_ok(recording_reader_verify(reader, &fault), &fault);
    assert_int_equal(recording_reader_summary(reader)->audio_bytes, data_bytes);
    expect_ok(recording_reader_read(reader, 0, got, data_bytes, &fault), &fault);
    if (data_bytes)
        assert_memory_equal(got, data, data_bytes);
    assert_int_equal(recording_reader_read(reader, 0, got, data_bytes + 1, &fault), STATUS_INVALID);
    recording_reader_close(reader);
    free(got);
}

static enum status describe(void *context, const struct recording_summary *so_far,
                            const char **details, size_t *details_bytes)
{
    (void)context;
    assert_int_equal(so_far->state, RECORDING_STATE_RECOVERED);
    *details = "{\"end_cause\":\"crash\"}";
    *details_bytes = strlen(*details);
    return STATUS_OK;
}

enum status store_recover(struct store *store, const struct made *made,
                          struct recording_summary *summary, struct fault *fault)
{
    struct recover_describe describer = {.details = describe};

    return recording_recover(
        &(struct recording_access){&disk_system, store->private_keys, store->public_keys},
        made->path, made->id, store->keeper, &describer, summary, fault);
}

void fill_pattern(uint8_t *data, size_t data_bytes, uint32_t seed)
{
    uint32_t state = seed * 2654435761U + 1;

    for (size_t i = 0; i < data_bytes; i++) {
        state = state * 1664525U + 1013904223U;
        data[i] = (uint8_t)(state >> 24);
    }
}

void stream_init(struct stream *stream)
{
    memset(stream, 0, sizeof *stream);
    bytes_init(&stream->bytes, 64U << 20);
}

void stream_deinit(struct stream *stream)
{
    bytes_deinit(&stream->bytes);
}

/* One packet on one page. */
static void add_page(struct stream *stream, const uint8_t *payload, size_t payload_bytes, int flags)
{
    uint8_t head[27 + 255] = "OggS";
    size_t segments = payload_bytes / 255 + 1;

    assert_true(segments <= 255);
    head[5] = (uint8_t)flags;
    bytes_put_u64(head + 6, (uint64_t)stream->granule);
    bytes_put_u32(head + 14, 0x12345678);
    bytes_put_u32(head + 18, stream->sequence++);
    head[26] = (uint8_t)segments;
    memset(head + 27, 255, segments - 1);
    head[27 + segments - 1] = (uint8_t)(payload_bytes % 255);
    ogg_page page = {head, (long)(27 + segments), (uint8_t *)(uintptr_t)payload,
                     (long)payload_bytes};
    ogg_page_checksum_set(&page);
    stream->last = stream->bytes.len;
    assert_int_equal(bytes_append(&stream->bytes, head, 27 + segments), STATUS_OK);
    assert_int_equal(bytes_append(&stream->bytes, payload, payload_bytes), STATUS_OK);
}

void stream_head(struct stream *stream)
{
    static const uint8_t head[] = "OpusHead\1\2\x38\1\x40\x1f\0\0\0\0\1\2\0\0\1";
    static const uint8_t tags[] = "OpusTags\4\0\0\0test\0\0\0";
    size_t start = stream->bytes.len;

    add_page(stream, head, 23, 2);
    add_page(stream, tags, 20, 0);
    stream->last = start;
}

void stream_page(struct stream *stream, size_t payload_bytes)
{
    uint8_t *payload = malloc(payload_bytes + 1);

    fill_pattern(payload, payload_bytes, stream->sequence);
    stream->granule += 24000;
    add_page(stream, payload, payload_bytes, 0);
    free(payload);
}

void stream_append(const struct stream *stream, struct made *made)
{
    assert_int_equal(recording_writer_append(made->writer, stream->bytes.data + stream->last,
                                             stream->bytes.len - stream->last,
                                             stream->granule ? stream->granule : -1),
                     STATUS_OK);
}

void file_read(const char *path, struct bytes *out)
{
    uint8_t part[65536];
    size_t got;
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    bytes_clear(out);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        assert_int_equal(bytes_append(out, part, got), STATUS_OK);
    assert_int_equal(fclose(file), 0);
}

void file_write(const char *path, const uint8_t *data, size_t data_bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    if (data_bytes)
        assert_int_equal(fwrite(data, 1, data_bytes, file), data_bytes);
    assert_int_equal(fclose(file), 0);
}

void file_copy(const char *from, const char *to)
{
    struct bytes content;

    bytes_init(&content, 64U << 20);
    file_read(from, &content);
    file_write(to, content.data, content.len);
    bytes_deinit(&content);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void file_flip(const char *path, off_t offset, uint8_t mask)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= mask;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    assert_int_equal(close(fd), 0);
}

void call_begin(struct store *store, struct call *call)
{
    memset(call, 0, sizeof *call);
    call->store = store;
    store_begin(store, &call->made);
    stream_init(&call->stream);
    stream_head(&call->stream);
    stream_append(&call->stream, &call->made);
    call->image = call->made;
    (void)snprintf(call->image.path, sizeof call->image.path, "%s/image.crec", store->directory);
    (void)snprintf(call->image.tail, sizeof call->image.tail, "%s.tail", call->image.path);
}

void call_end(struct call *call)
{
    recording_writer_destroy(call->made.writer);
    stream_deinit(&call->stream);
}

void call_page(struct call *call, size_t payload_bytes)
{
    stream_page(&call->stream, payload_bytes);
    stream_append(&call->stream, &call->made);
}

void call_flush(struct call *call, bool confirm)
{
    struct fault fault = {0};

    assert_int_equal(recording_writer_flush(call->made.writer, &fault), STATUS_OK);
    if (confirm)
        recording_writer_confirm(call->made.writer);
}

void call_image(struct call *call)
{
    file_copy(call->made.path, call->image.path);
    file_copy(call->made.tail, call->image.tail);
}

struct recording_summary call_recover(struct call *call, uint64_t least)
{
    struct recording_summary summary;
    struct fault fault = {0};
    enum status status = store_recover(call->store, &call->image, &summary, &fault);

    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault.text);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
    assert_false(file_exists(call->image.tail));
    uint64_t kept = summary.audio_bytes - PAGES_END_BYTES;
    assert_in_range(kept, least, call->stream.bytes.len);
    uint8_t *expected = malloc(summary.audio_bytes);
    struct pages pages;
    struct pages_page page;
    pages_init(&pages);
    memcpy(expected, call->stream.bytes.data, kept);
    assert_int_equal(pages_feed(&pages, expected, kept), STATUS_OK);
    while (pages_next(&pages, &page) == STATUS_OK)
        ;
    pages_end(&pages, expected + kept);
    assert_int_equal(summary.duration_ms, pages_duration_ms(&pages));
    pages_deinit(&pages);
    store_expect(call->store, &call->image, expected, summary.audio_bytes);
    free(expected);
    return summary;
}
