/* A recording under which syncs fail goes on in new segments, and plays as one afterwards. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "disk/faulty.h"
#include "storage/recording/documents.h"
#include "storage/recording/find.h"
#include "storage/recording/pages.h"

static struct store store;

static int open_store(void **state)
{
    (void)state;
    store_open(&store);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return 0;
}

static void ok(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fault->text);
}

static void segment_path(const struct call *call, unsigned number, char path[static 700])
{
    size_t stem = strlen(call->made.path) - strlen(".crec");

    (void)snprintf(path, 700, "%.*s.%u.crec", (int)stem, call->made.path, number);
}

/* Files of the recording: with their tails, and what else has its id in its name. */
static size_t count_files(const struct call *call)
{
    char directory[600];
    char id[UUID_TEXT_BYTES];
    size_t count = 0;

    (void)snprintf(directory, sizeof directory, "%s", call->made.path);
    *strrchr(directory, '/') = '\0';
    uuid_format(call->made.id, id);
    DIR *entries = opendir(directory);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        count += strncmp(entry->d_name, id, strlen(id)) == 0;
    assert_int_equal(closedir(entries), 0);
    return count;
}

static void add_document(struct call *call, int64_t number)
{
    char text[32];

    (void)snprintf(text, sizeof text, "document %d", (int)number);
    assert_int_equal(recording_writer_document(call->made.writer, number, "UPDATE", "text/plain",
                                               (const uint8_t *)text, strlen(text)),
                     STATUS_OK);
}

/* The sync failed; the recording goes on below a directory. */
static void fail_sync(struct call *call, const char *directory)
{
    struct fault fault = {0};

    assert_true(recording_writer_lose(call->made.writer));
    assert_int_equal(recording_writer_flush(call->made.writer, &fault), STATUS_IO);
    ok(recording_writer_renew(call->made.writer, directory, &fault), &fault);
}

static enum status finish(struct call *call, struct fault *fault)
{
    static const char details[] = "{\"end_cause\":\"bye\"}";
    const struct recording_section section = {SECTION_DETAILS, (const uint8_t *)details,
                                              sizeof details - 1};
    const struct recording_finish end = {.state = RECORDING_STATE_SEALED,
                                         .ended = clock_wall_from_us(STARTED_US + 9000000),
                                         .ended_mono = {78},
                                         .duration_ms = 9000,
                                         .loss = {true, 3050, 5, 4, 3},
                                         .sections = 1,
                                         .section = &section};

    return recording_writer_finish(call->made.writer, &end, store.ingest, &call->made.summary,
                                   fault);
}

/* The last page of a stream as its encoder closes it: with the flag. */
static void end_stream(struct call *call)
{
    struct pages pages;
    struct pages_page page;
    uint8_t end[PAGES_END_BYTES];

    pages_init(&pages);
    assert_int_equal(pages_feed(&pages, call->stream.bytes.data, call->stream.bytes.len),
                     STATUS_OK);
    while (pages_next(&pages, &page) == STATUS_OK)
        ;
    pages_end(&pages, end);
    pages_deinit(&pages);
    call->stream.last = call->stream.bytes.len;
    assert_int_equal(bytes_append(&call->stream.bytes, end, sizeof end), STATUS_OK);
    stream_append(&call->stream, &call->made);
}

static struct recording_summary recover(struct call *call)
{
    struct recording_summary summary = {0};
    struct fault fault = {0};

    recording_writer_destroy(call->made.writer);
    call->made.writer = NULL;
    ok(store_recover(&store, &call->made, &summary, &fault), &fault);
    return summary;
}

/* One file with nothing missing: all of the stream, and the end that recovery gave it. */
static void expect_all(struct call *call, const struct recording_summary *summary)
{
    size_t whole = call->stream.bytes.len;
    uint8_t *got = malloc(whole);
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    assert_int_equal(summary->holes, 0);
    assert_false(summary->damaged);
    assert_int_equal(count_files(call), 1);
    ok(store_read(&store, &call->made, &reader, &fault), &fault);
    ok(recording_reader_verify(reader, &fault), &fault);
    assert_int_equal(recording_reader_summary(reader)->state, summary->state);
    assert_int_equal(recording_reader_summary(reader)->audio_bytes,
                     whole + (summary->state == RECORDING_STATE_SEALED ? 0 : PAGES_END_BYTES));
    ok(recording_reader_read(reader, 0, got, whole, &fault), &fault);
    assert_memory_equal(got, call->stream.bytes.data, whole);
    recording_reader_close(reader);
    free(got);
}

static void expect_documents(const struct call *call, int64_t count)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct document document;
    struct bytes section;
    size_t offset = 0;
    int64_t next = 0;

    bytes_init(&section, BOUND_SECTION_BYTES);
    ok(store_read(&store, &call->made, &reader, &fault), &fault);
    ok(documents_read(reader, &section, &fault), &fault);
    for (; documents_next(section.data, section.len, &offset, &document) == STATUS_OK; next++)
        assert_int_equal(document.at_ms, next);
    assert_int_equal(next, count);
    bytes_deinit(&section);
    recording_reader_close(reader);
}

static const size_t payloads[] = {100, 3000, 900, 3200, 12000, 1, 4052, 3990, 4024, 40000, 500};
enum { PAYLOADS = sizeof payloads / sizeof payloads[0], ROUNDS = 12 };

/* A call of ROUNDS flushes, each with a page and a document; those of `failing`, as bits, are
 * followed by a sync that fails. */
static void run(struct call *call, unsigned failing)
{
    call_begin(&store, call);
    for (unsigned i = 0; i < ROUNDS; i++) {
        call_page(call, payloads[i % PAYLOADS]);
        add_document(call, i);
        call_flush(call, false);
        if (failing & 1U << i) {
            fail_sync(call, store.directory);
            call_flush(call, false);
        }
        recording_writer_confirm(call->made.writer);
        assert_int_equal(recording_writer_durable_bytes(call->made.writer), call->stream.bytes.len);
    }
}

static void a_sync_that_fails_at_any_point_costs_nothing_of_a_call_that_is_cut_off(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned k = 0; k <= i; k++) {
            struct call call;
            run(&call, 1U << i | 1U << k);
            assert_int_equal(recording_writer_segments(call.made.writer), i == k ? 2 : 3);
            struct recording_summary summary = recover(&call);
            assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
            expect_all(&call, &summary);
            expect_documents(&call, ROUNDS);
            call_end(&call);
        }
    }
}

static void a_call_of_four_segments_that_ends_is_sealed_as_one(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct call call;
    struct bytes details;
    (void)state;

    run(&call, 1U << 1 | 1U << 5 | 1U << 6);
    end_stream(&call);
    ok(finish(&call, &fault), &fault);
    assert_int_equal(recording_writer_segments(call.made.writer), 4);
    struct recording_summary summary = recover(&call);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_int_equal(summary.duration_ms, 9000);
    assert_true(summary.loss.known);
    assert_int_equal(summary.loss.packets_received, 3050);
    assert_int_equal(summary.loss.packets_duplicate, 3);
    expect_all(&call, &summary);
    expect_documents(&call, ROUNDS);
    bytes_init(&details, 1000);
    ok(store_read(&store, &call.made, &reader, &fault), &fault);
    ok(recording_reader_section(reader, SECTION_DETAILS, &details, &fault), &fault);
    assert_int_equal(details.len, strlen("{\"end_cause\":\"bye\"}"));
    recording_reader_close(reader);
    bytes_deinit(&details);
    call_end(&call);
}

/* Linux marks the pages of a failed sync clean: the disk has any of them, or what was there. */
static void what_the_failed_sync_covered_may_be_on_the_disk_or_not(void **state)
{
    (void)state;
    srandom(11);
    for (int round = 0; round < 60; round++) {
        struct call call;
        struct bytes before;
        struct bytes after;
        call_begin(&store, &call);
        bytes_init(&before, 8U << 20);
        bytes_init(&after, 8U << 20);
        for (int i = 0; i < 3; i++)
            call_page(&call, (size_t)random() % 9000);
        call_flush(&call, true);
        file_read(call.made.path, &before);
        for (int i = 0; i < 5; i++)
            call_page(&call, (size_t)random() % 9000);
        call_flush(&call, false);
        file_read(call.made.path, &after);
        fail_sync(&call, store.directory);
        for (size_t at = 0; at < after.len; at += 512)
            if (at >= before.len && random() % 2)
                memset(after.data + at, 0, 512);
        int fd = open(call.made.path, O_WRONLY);
        assert_int_equal(pwrite(fd, after.data, after.len, 0), after.len);
        assert_int_equal(close(fd), 0);
        call_page(&call, (size_t)random() % 3000);
        call_flush(&call, true);
        struct recording_summary summary = recover(&call);
        expect_all(&call, &summary);
        bytes_deinit(&before);
        bytes_deinit(&after);
        call_end(&call);
    }
}

/* Each sector of what was written since the last confirm is there or not; so is the file's size. */
static void tear(const char *path, const struct bytes *before)
{
    struct bytes after;

    bytes_init(&after, 8U << 20);
    file_read(path, &after);
    for (size_t at = 0; at < after.len; at += 512) {
        if (random() % 2)
            continue;
        if (at < before->len)
            memcpy(after.data + at, before->data + at, 512);
        else
            memset(after.data + at, 0, 512);
    }
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, after.data, after.len, 0), after.len);
    assert_int_equal(close(fd), 0);
    bytes_deinit(&after);
}

/* The segment that grows: of so many that something was confirmed in it has this name. */
static void growing_path(const struct call *call, char path[static 700])
{
    size_t segments = recording_writer_segments(call->made.writer);

    if (segments == 1)
        (void)snprintf(path, 700, "%s", call->made.path);
    else
        segment_path(call, (unsigned)segments - 1, path);
}

static void read_growing(const struct call *call, struct bytes *file, struct bytes *tail)
{
    char path[710];

    growing_path(call, path);
    file_read(path, file);
    (void)strcat(path, ".tail");
    file_read(path, tail);
}

static void tear_growing(const struct call *call, const struct bytes *file,
                         const struct bytes *tail)
{
    char path[710];

    growing_path(call, path);
    tear(path, file);
    (void)strcat(path, ".tail");
    tear(path, tail);
}

/* Syncs fail at random, each leaving a mixture, and at last the power is cut within a flush. */
static void chains_that_are_torn_everywhere_keep_all_that_was_confirmed(void **state)
{
    size_t segments = 0;
    (void)state;

    srandom(5);
    for (int round = 0; round < 100; round++) {
        struct bytes file;
        struct bytes tail;
        struct call call;
        call_begin(&store, &call);
        bytes_init(&file, 8U << 20);
        bytes_init(&tail, 8U << 20);
        call_flush(&call, true);
        for (int i = 0; i < 12; i++) {
            read_growing(&call, &file, &tail);
            for (long pages = random() % 4; pages >= 0; pages--)
                call_page(&call, (size_t)random() % (round % 2 ? 600 : 9000));
            call_flush(&call, false);
            if (i == 11 || random() % 4 == 0)
                tear_growing(&call, &file, &tail);
            else
                recording_writer_confirm(call.made.writer);
            if (i < 11 && recording_writer_lose(call.made.writer)) {
                fail_sync(&call, store.directory);
                call_flush(&call, true);
            }
        }
        segments += recording_writer_segments(call.made.writer);
        uint64_t durable = recording_writer_durable_bytes(call.made.writer);
        struct recording_summary summary = recover(&call);
        assert_false(summary.damaged);
        assert_true(summary.audio_bytes >= durable);
        struct recording_reader *reader = NULL;
        struct fault fault = {0};
        uint8_t *got = malloc((size_t)durable);
        ok(store_read(&store, &call.made, &reader, &fault), &fault);
        ok(recording_reader_verify(reader, &fault), &fault);
        ok(recording_reader_read(reader, 0, got, (size_t)durable, &fault), &fault);
        assert_memory_equal(got, call.stream.bytes.data, durable);
        recording_reader_close(reader);
        free(got);
        assert_int_equal(count_files(&call), 1);
        bytes_deinit(&file);
        bytes_deinit(&tail);
        call_end(&call);
    }
    print_message("%zu segments of 100 recordings\n", segments);
    assert_true(segments > 250);
}

static void a_segment_that_is_gone_is_a_hole_and_the_others_are_kept(void **state)
{
    (void)state;
    for (unsigned gone = 0; gone < 3; gone++) {
        struct fault fault = {0};
        struct call call;
        char path[700];
        run(&call, 1U << 3 | 1U << 7);
        end_stream(&call);
        ok(finish(&call, &fault), &fault);
        segment_path(&call, gone, path);
        assert_int_equal(unlink(gone ? path : call.made.path), 0);
        struct recording_summary summary = recover(&call);
        assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
        assert_true(summary.damaged || gone == 2);
        assert_int_equal(summary.holes, gone == 2 ? 0 : 1);
        struct recording_reader *reader = NULL;
        ok(store_read(&store, &call.made, &reader, &fault), &fault);
        ok(recording_reader_verify(reader, &fault), &fault);
        assert_int_equal(recording_reader_summary(reader)->holes, summary.holes);
        recording_reader_close(reader);
        expect_documents(&call, gone == 2 ? 8 : ROUNDS);
        call_end(&call);
    }
}

/* Created, and the power was cut before it was synced: nothing of it was durable. */
static void a_new_segment_without_a_header_is_no_damage(void **state)
{
    struct call call;
    char path[700];
    (void)state;

    run(&call, 1U << 4);
    call_page(&call, 500);
    call_flush(&call, false);
    fail_sync(&call, store.directory);
    segment_path(&call, 2, path);
    assert_int_equal(truncate(path, 0), 0);
    size_t durable = (size_t)recording_writer_durable_bytes(call.made.writer);
    struct recording_summary summary = recover(&call);
    assert_false(summary.damaged);
    assert_true(summary.audio_bytes >= durable);
    assert_int_equal(count_files(&call), 1);
    call_end(&call);
}

static void a_disk_that_goes_on_failing_does_not_pile_up_files(void **state)
{
    struct fault fault = {0};
    struct call call;
    (void)state;

    run(&call, 0);
    for (int i = 0; i < 20; i++) {
        call_page(&call, 3000);
        assert_int_equal(recording_writer_flush(call.made.writer, &fault), STATUS_OK);
        fail_sync(&call, store.directory);
        assert_int_equal(recording_writer_segments(call.made.writer), 2);
        assert_int_equal(count_files(&call), 4); /* two, each with its tail */
    }
    call_flush(&call, true);
    struct recording_summary summary = recover(&call);
    expect_all(&call, &summary);
    call_end(&call);
}

static void a_recording_has_so_many_segments_and_keeps_the_rest_in_memory(void **state)
{
    struct fault fault = {0};
    struct call call;
    (void)state;

    call_begin(&store, &call);
    call_flush(&call, true);
    for (int i = 1; i < BOUND_RECORDING_SEGMENTS; i++) {
        call_page(&call, 10);
        call_flush(&call, false);
        fail_sync(&call, store.directory);
        call_flush(&call, true);
    }
    call_page(&call, 10);
    call_flush(&call, false);
    assert_true(recording_writer_lose(call.made.writer));
    assert_int_equal(recording_writer_renew(call.made.writer, store.directory, &fault),
                     STATUS_LIMIT);
    uint64_t durable = recording_writer_durable_bytes(call.made.writer);
    assert_true(durable < call.stream.bytes.len);
    struct recording_summary summary = recover(&call);
    assert_int_equal(summary.holes, 0);
    assert_true(summary.audio_bytes >= durable);
    call_end(&call);
}

static void nothing_is_lost_of_what_was_durable(void **state)
{
    struct call call;
    struct fault fault = {0};
    (void)state;

    call_begin(&store, &call);
    call_flush(&call, true);
    assert_false(recording_writer_lose(call.made.writer)); /* nothing was written since */
    call_page(&call, 100);
    assert_false(recording_writer_lose(call.made.writer)); /* it is in memory yet */
    call_flush(&call, true);
    ok(finish(&call, &fault), &fault);
    assert_false(recording_writer_lose(call.made.writer));
    assert_int_equal(recording_writer_renew(call.made.writer, store.directory, &fault),
                     STATUS_CONFLICT);
    call_end(&call);
}

static int fail_once(void *context, int fd)
{
    int *left = context;

    if (*left > 0) {
        --*left;
        errno = EIO;
        return -1;
    }
    return disk_system.fsync(disk_system.context, fd);
}

/* A call whose disk is another one. */
static void begin_on(struct call *call, const struct disk *disk)
{
    struct recording_writer_spec spec = {.disk = disk,
                                         .created = clock_wall_from_us(STARTED_US),
                                         .customer = store.customer,
                                         .key = &store.key};
    struct fault fault = {0};

    call_begin(&store, call);
    recording_writer_discard(call->made.writer);
    assert_int_equal(unlink(call->made.path), 0);
    assert_int_equal(unlink(call->made.tail), 0);
    spec.recording = call->made.id;
    ok(recording_writer_create(store.directory, &spec, &call->made.writer, &fault), &fault);
    stream_deinit(&call->stream);
    stream_init(&call->stream);
    stream_head(&call->stream);
    stream_append(&call->stream, &call->made);
}

static void an_end_whose_sync_fails_is_written_again_in_a_new_segment(void **state)
{
    int left = 1;
    struct disk disk = disk_system;
    struct fault fault = {0};
    struct call call;
    (void)state;

    disk.context = &left;
    disk.fsync = fail_once;
    begin_on(&call, &disk);
    for (int i = 0; i < 5; i++)
        call_page(&call, 3000);
    call_flush(&call, true);
    call_page(&call, 700);
    end_stream(&call);
    assert_int_equal(finish(&call, &fault), STATUS_IO);
    assert_int_equal(finish(&call, &fault), STATUS_IO); /* not before it is renewed */
    ok(recording_writer_renew(call.made.writer, store.directory, &fault), &fault);
    ok(finish(&call, &fault), &fault);
    struct recording_summary summary = recover(&call);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    expect_all(&call, &summary);
    call_end(&call);
}

static void segments_are_not_played_alone(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct call call;
    char path[700];
    (void)state;

    run(&call, 1U << 6);
    end_stream(&call);
    ok(finish(&call, &fault), &fault);
    segment_path(&call, 1, path);
    assert_int_equal(rename(path, call.made.path), 0);
    (void)unlink(call.made.tail);
    assert_int_equal(store_read(&store, &call.made, &reader, &fault), STATUS_CORRUPT);
    call_end(&call);
}

/* Stop the join by a disk that fails from its n-th change on, until it does not get as far. */
static void a_join_that_is_cut_off_at_any_step_is_done_by_the_next_one(void **state)
{
    bool clean = false;
    uint64_t nth = 1;
    (void)state;

    for (; !clean; nth++) {
        const struct faulty_plan plan = {.kinds = FAULTY_CHANGES, .nth = nth, .sys_errno = EIO};
        struct recording_summary summary = {0};
        struct faulty faulty;
        struct fault fault = {0};
        struct call call;
        run(&call, 1U << 2 | 1U << 9);
        end_stream(&call);
        ok(finish(&call, &fault), &fault);
        recording_writer_destroy(call.made.writer);
        call.made.writer = NULL;
        faulty_init(&faulty, &disk_system, NULL);
        faulty_lay(&faulty, &plan);
        const struct recording_access access = {
            .disk = &faulty.disk, .keys = store.private_keys, .signers = store.public_keys};
        (void)!recording_recover(&access, call.made.path, call.made.id, store.keeper, NULL,
                                 &summary, &fault);
        clean = faulty_failed(&faulty) == 0;
        faulty_deinit(&faulty);
        summary = recover(&call);
        assert_int_equal(summary.state, RECORDING_STATE_SEALED);
        expect_all(&call, &summary);
        expect_documents(&call, ROUNDS);
        call_end(&call);
    }
    print_message("joined after being cut off at each of %u changes\n", (unsigned)nth - 2);
    assert_true(nth > 20);
}

/* A second volume, and one without room. */
struct places {
    char second[300];
    struct volumes volumes;
};

static void make_places(struct places *places)
{
    (void)snprintf(places->second, sizeof places->second, "%s/second", store.directory);
    if (!file_exists(places->second))
        assert_int_equal(mkdir(places->second, 0700), 0);
    places->volumes = (struct volumes){2, {store.directory, places->second}};
}

static enum status recover_at(struct call *call, const struct disk *disk,
                              const struct places *places, struct recording_summary *summary)
{
    const struct recording_access access = {
        .disk = disk, .keys = store.private_keys, .signers = store.public_keys};
    const struct recover_describe describe = {.volumes = &places->volumes};
    struct fault fault = {0};

    recording_writer_destroy(call->made.writer);
    call->made.writer = NULL;
    /* without details: what the last segment has, or none */
    enum status status = recording_recover(&access, call->made.path, call->made.id, store.keeper,
                                           &describe, summary, &fault);
    if (status != STATUS_OK)
        print_message("%s\n", fault.text);
    return status;
}

static void run_on_two(struct call *call, const struct places *places)
{
    struct fault fault = {0};

    call_begin(&store, call);
    for (unsigned i = 0; i < ROUNDS; i++) {
        call_page(call, payloads[i % PAYLOADS]);
        add_document(call, i);
        call_flush(call, i != 4);
        if (i == 4) {
            fail_sync(call, places->second);
            call_flush(call, true);
        }
    }
    end_stream(call);
    ok(finish(call, &fault), &fault);
}

static void segments_of_two_volumes_are_joined_on_the_stores_own(void **state)
{
    struct recording_summary summary = {0};
    struct places places;
    struct fault fault = {0};
    struct call call;
    char path[BOUND_PATH_BYTES];
    (void)state;

    make_places(&places);
    run_on_two(&call, &places);
    assert_int_equal(recover_at(&call, &disk_system, &places, &summary), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    expect_all(&call, &summary);
    ok(recording_find(&disk_system, &places.volumes, call.made.path + strlen(store.directory) + 1,
                      path, &fault),
       &fault);
    assert_string_equal(path, call.made.path);
    call_end(&call);
}

static int no_room(void *context, const char *path, struct statvfs *about)
{
    int result = disk_system.statvfs(disk_system.context, path, about);

    (void)context;
    if (!strstr(path, "second"))
        about->f_bavail = 0;
    return result;
}

static void where_the_stores_own_volume_has_no_room_they_are_joined_on_another(void **state)
{
    struct recording_summary summary = {0};
    struct disk disk = disk_system;
    struct places places;
    struct fault fault = {0};
    struct call call;
    char path[BOUND_PATH_BYTES];
    (void)state;

    make_places(&places);
    run_on_two(&call, &places);
    disk.statvfs = no_room;
    assert_int_equal(recover_at(&call, &disk, &places, &summary), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_false(file_exists(call.made.path));
    ok(recording_find(&disk_system, &places.volumes, call.made.path + strlen(store.directory) + 1,
                      path, &fault),
       &fault);
    assert_memory_equal(path, places.second, strlen(places.second));
    (void)snprintf(call.made.path, sizeof call.made.path, "%.500s", path);
    expect_all(&call, &summary);
    call_end(&call);
}

static void the_volume_with_the_beginning_is_lost_and_the_rest_is_kept(void **state)
{
    struct recording_summary summary = {0};
    struct places places;
    struct fault fault = {0};
    struct recording_reader *reader = NULL;
    struct call call;
    (void)state;

    make_places(&places);
    run_on_two(&call, &places);
    assert_int_equal(unlink(call.made.path), 0);
    assert_int_equal(unlink(call.made.tail), 0);
    assert_int_equal(recover_at(&call, &disk_system, &places, &summary), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
    assert_int_equal(summary.holes, 1);
    assert_true(summary.damaged);
    ok(store_read(&store, &call.made, &reader, &fault), &fault);
    ok(recording_reader_verify(reader, &fault), &fault);
    recording_reader_close(reader);
    expect_documents(&call, ROUNDS);
    call_end(&call);
}

static int dead_open(void *context, const char *path, int flags, mode_t mode)
{
    if (strcmp(path, context) == 0) {
        errno = EIO;
        return -1;
    }
    return disk_system.open(disk_system.context, path, flags, mode);
}

/* The disk may be mended: only when that is given up is the beginning gone, and its file stays. */
static void a_segment_that_cannot_be_read_is_waited_for_until_that_is_given_up(void **state)
{
    const struct recording_access access = {&disk_system, store.private_keys, store.public_keys};
    struct recording_access dead_access = access;
    struct recover_describe describe = {.give_up_unreadable = false};
    struct recording_summary summary = {0};
    struct disk dead = disk_system;
    struct fault fault = {0};
    struct call call;
    char path[700];
    (void)state;

    run(&call, 1U << 6);
    recording_writer_destroy(call.made.writer);
    call.made.writer = NULL;
    dead.context = call.made.path;
    dead.open = dead_open;
    dead_access.disk = &dead;
    assert_int_equal(recording_recover(&dead_access, call.made.path, call.made.id, store.keeper,
                                       &describe, &summary, &fault),
                     STATUS_IO);
    assert_int_equal(count_files(&call), 4);
    describe.give_up_unreadable = true;
    segment_path(&call, 1, path);
    enum status status = recording_recover(&dead_access, call.made.path, call.made.id, store.keeper,
                                           &describe, &summary, &fault);
    ok(status, &fault);
    assert_true(summary.damaged);
    assert_int_equal(summary.holes, 1);
    assert_false(file_exists(path));
    assert_false(file_exists(call.made.tail));
    (void)snprintf(path, sizeof path, "%s.damaged", call.made.path);
    assert_true(file_exists(path));
    call_end(&call);
}

/* Its disk came back when the recording was joined without it: nothing else has that audio. What
 * the recording has is removed. */
static void a_segment_that_comes_back_too_late_stays_and_what_is_not_needed_goes(void **state)
{
    struct recording_summary summary = {0};
    struct fault fault = {0};
    struct call call;
    char path[3][700];
    char away[3][710];
    struct stat before;
    struct stat after;
    (void)state;

    run(&call, 1U << 3 | 1U << 7);
    for (unsigned i = 1; i < 3; i++) {
        segment_path(&call, i, path[i]);
        (void)snprintf(away[i], sizeof away[i], "%s.away", path[i]);
    }
    file_copy(path[2], away[2]);
    assert_int_equal(rename(path[1], away[1]), 0);
    summary = recover(&call);
    assert_int_equal(summary.holes, 1);
    assert_int_equal(rename(away[1], path[1]), 0);
    assert_int_equal(rename(away[2], path[2]), 0);
    ok(store_recover(&store, &call.made, &summary, &fault), &fault);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
    assert_int_equal(summary.holes, 1);
    assert_true(file_exists(path[1]));
    assert_false(file_exists(path[2]));
    /* when that is all there is, nothing is written any more */
    assert_int_equal(stat(call.made.path, &before), 0);
    ok(store_recover(&store, &call.made, &summary, &fault), &fault);
    assert_int_equal(stat(call.made.path, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_true(file_exists(path[1]));
    call_end(&call);
}

static void a_writer_that_lives_keeps_recovery_away_from_all_its_segments(void **state)
{
    struct recording_summary summary = {0};
    struct fault fault = {0};
    struct call call;
    (void)state;

    run(&call, 1U << 3);
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_BUSY);
    assert_int_equal(unlink(call.made.path), 0); /* its lock is not all that there is */
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_BUSY);
    call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sync_that_fails_at_any_point_costs_nothing_of_a_call_that_is_cut_off),
        cmocka_unit_test(a_call_of_four_segments_that_ends_is_sealed_as_one),
        cmocka_unit_test(what_the_failed_sync_covered_may_be_on_the_disk_or_not),
        cmocka_unit_test(chains_that_are_torn_everywhere_keep_all_that_was_confirmed),
        cmocka_unit_test(a_segment_that_is_gone_is_a_hole_and_the_others_are_kept),
        cmocka_unit_test(a_new_segment_without_a_header_is_no_damage),
        cmocka_unit_test(a_disk_that_goes_on_failing_does_not_pile_up_files),
        cmocka_unit_test(a_recording_has_so_many_segments_and_keeps_the_rest_in_memory),
        cmocka_unit_test(nothing_is_lost_of_what_was_durable),
        cmocka_unit_test(an_end_whose_sync_fails_is_written_again_in_a_new_segment),
        cmocka_unit_test(segments_are_not_played_alone),
        cmocka_unit_test(a_join_that_is_cut_off_at_any_step_is_done_by_the_next_one),
        cmocka_unit_test(segments_of_two_volumes_are_joined_on_the_stores_own),
        cmocka_unit_test(where_the_stores_own_volume_has_no_room_they_are_joined_on_another),
        cmocka_unit_test(the_volume_with_the_beginning_is_lost_and_the_rest_is_kept),
        cmocka_unit_test(a_segment_that_cannot_be_read_is_waited_for_until_that_is_given_up),
        cmocka_unit_test(a_segment_that_comes_back_too_late_stays_and_what_is_not_needed_goes),
        cmocka_unit_test(a_writer_that_lives_keeps_recovery_away_from_all_its_segments),
    };

    return cmocka_run_group_tests(tests, open_store, close_store);
}
