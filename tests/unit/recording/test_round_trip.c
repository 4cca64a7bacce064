/* What is written is what is read, whatever its size and however it is asked for. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void every_size_reads_back(void **state)
{
    static const size_t sizes[] = {0,    1,    27,   4051,  4052,  4053,
                                   8103, 8104, 8105, 32416, 32417, 1048576};
    uint8_t *data = malloc(1048576);
    (void)state;

    fill_pattern(data, 1048576, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct made made;
        store_make(&store, data, sizes[i], 1000 + i, &made);
        store_expect(&store, &made, data, sizes[i]);
        assert_int_equal(made.summary.audio_bytes, sizes[i]);
        assert_false(file_exists(made.tail));
    }
    free(data);
}

static void more_than_may_wait_goes_through_in_parts(void **state)
{
    size_t size = 20U << 20;
    uint8_t *data = malloc(size);
    struct made made;
    (void)state;

    fill_pattern(data, size, 2);
    store_make(&store, data, size, 60000, &made);
    store_expect(&store, &made, data, size);
    free(data);
}

static void a_thousand_random_ranges_equal_slices(void **state)
{
    size_t size = 700001;
    uint8_t *data = malloc(size);
    uint8_t *got = malloc(size);
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    (void)state;

    fill_pattern(data, size, 3);
    store_make(&store, data, size, 3001, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    srandom(42);
    for (int i = 0; i < 1000; i++) {
        size_t offset = (size_t)random() % (size + 1);
        size_t length = (size_t)random() % (size - offset + 1);
        if (i % 2)
            length %= 10000;
        assert_int_equal(recording_reader_read(reader, offset, got, length, &fault), STATUS_OK);
        if (length)
            assert_memory_equal(got, data + offset, length);
    }
    assert_int_equal(recording_reader_read(reader, size, got, 0, &fault), STATUS_OK);
    assert_int_equal(recording_reader_read(reader, size, got, 1, &fault), STATUS_INVALID);
    assert_int_equal(recording_reader_read(reader, UINT64_MAX, got, 2, &fault), STATUS_INVALID);
    recording_reader_close(reader);
    free(got);
    free(data);
}

static void the_summary_says_what_was_finished(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct stat about;
    struct made made;
    (void)state;

    store_make(&store, (const uint8_t *)"OggS", 4, 4, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    const struct recording_summary *summary = recording_reader_summary(reader);
    assert_memory_equal(summary->sha256_cipher, made.summary.sha256_cipher, 32);
    assert_memory_equal(summary->sha256_plain, made.summary.sha256_plain, 32);
    assert_int_equal(summary->file_bytes, made.summary.file_bytes);
    assert_true(uuid_equal(summary->recording, made.id));
    assert_true(uuid_equal(summary->customer, store.customer));
    assert_int_equal(summary->state, RECORDING_STATE_SEALED);
    assert_int_equal(clock_wall_us(summary->started), STARTED_US);
    assert_int_equal(clock_wall_us(summary->ended), STARTED_US + 61000000);
    assert_int_equal(summary->duration_ms, 61000);
    assert_int_equal(summary->loss.packets_received, 3050);
    assert_int_equal(summary->loss.packets_duplicate, 3);
    assert_int_equal(stat(made.path, &about), 0);
    assert_int_equal(summary->file_bytes, about.st_size);
    recording_reader_close(reader);
}

static void sections_read_back_at_every_size(void **state)
{
    static const size_t sizes[] = {0, 1, 4052, 4053, 100000};
    uint8_t *data = malloc(100000);
    (void)state;

    fill_pattern(data, 100000, 4);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct recording_section sections[] = {{SECTION_METADATA, data, sizes[i]},
                                               {SECTION_DETAILS, (const uint8_t *)"{}", 2},
                                               {SECTION_PEAKS, data + 1, sizes[i] / 2}};
        struct recording_finish finish = {
            .state = RECORDING_STATE_SEALED, .sections = 3, .section = sections};
        struct recording_reader *reader = NULL;
        struct fault fault = {0};
        struct bytes out;
        struct made made;
        store_begin(&store, &made);
        assert_int_equal(recording_writer_append(made.writer, data, 5000, 48000), STATUS_OK);
        assert_int_equal(
            recording_writer_finish(made.writer, &finish, store.ingest, &made.summary, &fault),
            STATUS_OK);
        recording_writer_destroy(made.writer);
        store_expect(&store, &made, data, 5000);

        assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
        bytes_init(&out, sizes[i]);
        assert_int_equal(recording_reader_section(reader, SECTION_METADATA, &out, &fault),
                         STATUS_OK);
        assert_int_equal(out.len, sizes[i]);
        if (sizes[i])
            assert_memory_equal(out.data, data, sizes[i]);
        if (sizes[i]) /* no room is left */
            assert_int_equal(recording_reader_section(reader, SECTION_DETAILS, &out, &fault),
                             STATUS_LIMIT);
        bytes_deinit(&out);
        recording_reader_close(reader);
    }
    free(data);
}

static void a_missing_section_is_not_found(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes out;
    struct made made;
    (void)state;

    store_make(&store, NULL, 0, 1, &made);
    bytes_init(&out, 100);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_PEAKS, &out, &fault),
                     STATUS_NOT_FOUND);
    assert_int_equal(recording_reader_section(reader, SECTION_GRANULES, &out, &fault), STATUS_OK);
    assert_int_equal(out.len, 0);
    recording_reader_close(reader);
    bytes_deinit(&out);
}

static void sections_that_cannot_be_are_refused(void **state)
{
    static uint8_t nothing;
    struct recording_section twice[] = {{SECTION_PEAKS, &nothing, 1}, {SECTION_PEAKS, &nothing, 1}};
    struct recording_section granules = {SECTION_GRANULES, &nothing, 1};
    struct recording_section documents = {SECTION_DOCUMENTS, &nothing, 1};
    struct recording_section big = {SECTION_PEAKS, &nothing, BOUND_SECTION_BYTES + 1};
    const struct {
        struct recording_finish finish;
        enum status status;
    } cases[] = {
        {{.state = RECORDING_STATE_SEALED, .sections = 2, .section = twice}, STATUS_INVALID},
        {{.state = RECORDING_STATE_SEALED, .sections = 1, .section = &granules}, STATUS_INVALID},
        {{.state = RECORDING_STATE_SEALED, .sections = 1, .section = &documents}, STATUS_INVALID},
        {{.state = RECORDING_STATE_SEALED, .sections = 1, .section = &big}, STATUS_LIMIT},
        {{.state = RECORDING_STATE_SEALED, .sections = 7, .section = twice}, STATUS_LIMIT},
        {{.state = RECORDING_STATE_FAILED}, STATUS_INVALID},
        {{.state = RECORDING_STATE_SEALED, .duration_ms = -1}, STATUS_INVALID},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        struct made made;
        store_begin(&store, &made);
        assert_int_equal(recording_writer_finish(made.writer, &cases[i].finish, store.ingest,
                                                 &made.summary, &fault),
                         cases[i].status);
        recording_writer_destroy(made.writer);
        assert_true(file_exists(made.tail)); /* left for recovery */
    }
}

static void a_section_of_the_largest_size_is_taken(void **state)
{
    uint8_t *data = calloc(1, BOUND_SECTION_BYTES);
    struct recording_section big = {SECTION_PEAKS, data, BOUND_SECTION_BYTES};
    struct recording_finish finish = {
        .state = RECORDING_STATE_SEALED, .sections = 1, .section = &big};
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(
        recording_writer_finish(made.writer, &finish, store.ingest, &made.summary, &fault),
        STATUS_OK);
    recording_writer_destroy(made.writer);
    store_expect(&store, &made, NULL, 0);
    free(data);
}

static void pages_beyond_the_waiting_limit_are_refused(void **state)
{
    uint8_t *data = malloc(BOUND_RECORDING_PENDING_BYTES);
    struct fault fault = {0};
    struct made made;
    (void)state;

    fill_pattern(data, BOUND_RECORDING_PENDING_BYTES, 5);
    store_begin(&store, &made);
    assert_int_equal(
        recording_writer_append(made.writer, data, BOUND_RECORDING_PENDING_BYTES - 1, 1),
        STATUS_OK);
    assert_int_equal(recording_writer_append(made.writer, data, 1, 2), STATUS_OK);
    assert_int_equal(recording_writer_append(made.writer, data, 1, 3), STATUS_LIMIT);
    assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_OK);
    assert_int_equal(recording_writer_append(made.writer, data, 1, 3), STATUS_LIMIT);
    recording_writer_confirm(made.writer);
    assert_int_equal(recording_writer_append(made.writer, data, 1, 3), STATUS_OK);
    store_finish(&store, &made);
    assert_int_equal(made.summary.audio_bytes, BOUND_RECORDING_PENDING_BYTES + 1);
    free(data);
}

/* What the media thread of a call does. */
static void *append_pages(void *context)
{
    struct made *made = context;
    uint8_t page[700];

    for (int i = 0; i < 2000; i++) {
        memset(page, i, sizeof page);
        while (recording_writer_append(made->writer, page, sizeof page, i + 1) != STATUS_OK)
            ;
    }
    return NULL;
}

static void pages_come_in_while_others_are_written(void **state)
{
    struct fault fault = {0};
    struct made made;
    pthread_t media;
    uint8_t *expected = malloc(2000 * 700);
    (void)state;

    for (int i = 0; i < 2000; i++)
        memset(expected + (size_t)i * 700, i, 700);
    store_begin(&store, &made);
    assert_int_equal(pthread_create(&media, NULL, append_pages, &made), 0);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_OK);
        recording_writer_confirm(made.writer);
    }
    assert_int_equal(pthread_join(media, NULL), 0);
    store_finish(&store, &made);
    store_expect(&store, &made, expected, 2000 * 700);
    free(expected);
}

static void the_granule_table_finds_pages_and_stays_small(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct stream stream;
    struct bytes out;
    struct made made;
    (void)state;

    stream_init(&stream);
    store_begin(&store, &made);
    stream_head(&stream);
    stream_append(&stream, &made);
    for (int i = 0; i < 5000; i++) {
        stream_page(&stream, 40);
        stream_append(&stream, &made);
    }
    store_finish(&store, &made);
    bytes_init(&out, 1 << 20);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_GRANULES, &out, &fault), STATUS_OK);
    assert_in_range(out.len, 1024 * 16, 2048 * 16);
    uint64_t granule = 0;
    for (size_t at = 0; at < out.len; at += 16) {
        uint64_t offset = bytes_get_u64(out.data + at);
        assert_memory_equal(stream.bytes.data + offset, "OggS", 4);
        assert_int_equal(bytes_get_u64(stream.bytes.data + offset + 6),
                         bytes_get_u64(out.data + at + 8));
        assert_true(bytes_get_u64(out.data + at + 8) > granule);
        granule = bytes_get_u64(out.data + at + 8);
    }
    recording_reader_close(reader);
    bytes_deinit(&out);
    stream_deinit(&stream);
}

static void the_path_is_the_date_and_the_id(void **state)
{
    char path[BOUND_PATH_BYTES];
    struct uuid id;
    (void)state;

    assert_int_equal(uuid_parse("01936f2e-0000-7000-8000-000000000001", &id), STATUS_OK);
    recording_path(id, clock_wall_from_us(STARTED_US), path);
    assert_string_equal(path, "recordings/2026/11/22/01936f2e-0000-7000-8000-000000000001.crec");
}

static void files_are_written_by_the_group_and_read_by_whom_the_store_lets_in(void **state)
{
    struct stat about;
    struct made made;
    struct store other;
    mode_t before = umask(0007);
    (void)state;

    store_open(&other);
    store_make(&other, NULL, 0, 1, &made);
    (void)umask(before);
    assert_int_equal(stat(made.path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0664);
    *strrchr(made.path, '/') = '\0';
    assert_int_equal(stat(made.path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 02775);
    store_close(&other);
}

static void a_second_recording_of_one_id_is_refused(void **state)
{
    struct recording_writer *second = NULL;
    struct fault fault = {0};
    struct made made;
    struct recording_writer_spec spec = {.disk = &disk_system,
                                         .created = clock_wall_from_us(STARTED_US),
                                         .customer = store.customer,
                                         .key = &store.key};
    (void)state;

    store_begin(&store, &made);
    spec.recording = made.id;
    assert_int_equal(recording_writer_create(store.directory, &spec, &second, &fault),
                     STATUS_EXISTS);
    store_finish(&store, &made);
    assert_int_equal(recording_writer_create(store.directory, &spec, &second, &fault),
                     STATUS_EXISTS);
    store_expect(&store, &made, NULL, 0);
}

static void a_store_that_is_not_there_is_an_error_with_its_name(void **state)
{
    struct recording_writer *writer = NULL;
    struct fault fault = {0};
    struct recording_writer_spec spec = {.disk = &disk_system, .key = &store.key};
    (void)state;

    assert_int_equal(recording_writer_create("/nonexistent/store", &spec, &writer, &fault),
                     STATUS_IO);
    assert_non_null(strstr(fault.text, "/nonexistent/store"));
    assert_null(writer);
}

static void discard_leaves_nothing_unless_audio_came(void **state)
{
    struct made made;
    (void)state;

    store_begin(&store, &made);
    recording_writer_discard(made.writer);
    assert_false(file_exists(made.path));
    assert_false(file_exists(made.tail));

    store_begin(&store, &made);
    assert_int_equal(recording_writer_append(made.writer, (const uint8_t *)"a", 1, -1), STATUS_OK);
    recording_writer_discard(made.writer);
    assert_true(file_exists(made.path));
    recording_writer_discard(NULL);
    recording_writer_destroy(NULL);
    recording_reader_close(NULL);
}

static void a_finished_writer_takes_no_more(void **state)
{
    struct recording_finish finish = {.state = RECORDING_STATE_SEALED};
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(
        recording_writer_finish(made.writer, &finish, store.ingest, &made.summary, &fault),
        STATUS_OK);
    assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_CONFLICT);
    assert_int_equal(
        recording_writer_finish(made.writer, &finish, store.ingest, &made.summary, &fault),
        STATUS_CONFLICT);
    recording_writer_destroy(made.writer);
}

static void an_unfinished_file_is_no_recording_yet(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    uint8_t data[9000] = {1};
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_CONFLICT);
    assert_int_equal(recording_writer_append(made.writer, data, sizeof data, 1), STATUS_OK);
    assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_OK);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_CONFLICT);
    assert_null(reader);
    recording_writer_destroy(made.writer);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_reads_back),
        cmocka_unit_test(more_than_may_wait_goes_through_in_parts),
        cmocka_unit_test(a_thousand_random_ranges_equal_slices),
        cmocka_unit_test(the_summary_says_what_was_finished),
        cmocka_unit_test(sections_read_back_at_every_size),
        cmocka_unit_test(a_missing_section_is_not_found),
        cmocka_unit_test(sections_that_cannot_be_are_refused),
        cmocka_unit_test(a_section_of_the_largest_size_is_taken),
        cmocka_unit_test(pages_beyond_the_waiting_limit_are_refused),
        cmocka_unit_test(pages_come_in_while_others_are_written),
        cmocka_unit_test(the_granule_table_finds_pages_and_stays_small),
        cmocka_unit_test(the_path_is_the_date_and_the_id),
        cmocka_unit_test(files_are_written_by_the_group_and_read_by_whom_the_store_lets_in),
        cmocka_unit_test(a_second_recording_of_one_id_is_refused),
        cmocka_unit_test(a_store_that_is_not_there_is_an_error_with_its_name),
        cmocka_unit_test(discard_leaves_nothing_unless_audio_came),
        cmocka_unit_test(a_finished_writer_takes_no_more),
        cmocka_unit_test(an_unfinished_file_is_no_recording_yet),
    };

    return cmocka_run_group_tests_name("recording round trip", tests, open_store, close_store);
}
