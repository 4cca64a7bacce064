/* Metadata documents: in the section as they came, and out of the tail after a crash. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/recording/documents.h"

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

/* Document number i of a test: its length, and bytes that no other has. */
static size_t fill_document(uint8_t *data, size_t i)
{
    static const size_t lengths[] = {1, 3000, 0, 4044 - 16 - 12, 4044 - 16 - 12 + 1, 9000, 20000};
    size_t length = lengths[i % (sizeof lengths / sizeof lengths[0])];

    fill_pattern(data, length, (uint32_t)i + 1);
    return length;
}

enum { DOCUMENT_MAX = 20000 };

static enum status add_document(struct made *made, size_t i)
{
    static uint8_t data[DOCUMENT_MAX];
    size_t length = fill_document(data, i);

    return recording_writer_document(made->writer, (int64_t)i * 1000, i ? "UPDATE" : "INVITE",
                                     "text/a", data, length);
}

static void expect_document(const struct document *document, size_t i)
{
    static uint8_t data[DOCUMENT_MAX];
    size_t length = fill_document(data, i);

    assert_int_equal(document->at_ms, (int64_t)i * 1000);
    assert_string_equal(document->message, i ? "UPDATE" : "INVITE");
    assert_string_equal(document->type, "text/a");
    assert_int_equal(document->data_bytes, length);
    if (length)
        assert_memory_equal(document->data, data, length);
}

/* The section of a finished file. */
static void read_section(const struct made *made, struct bytes *section)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};

    if (store_read(&store, made, &reader, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    enum status status = recording_reader_section(reader, SECTION_DOCUMENTS, section, &fault);
    assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    recording_reader_close(reader);
}

/* All of numbers first..last but `missing`, in order. */
static void expect_documents(const struct made *made, size_t count, size_t missing)
{
    struct document document;
    struct bytes section;
    size_t offset = 0;

    bytes_init(&section, BOUND_SECTION_BYTES);
    read_section(made, &section);
    for (size_t i = 0; i < count; i++) {
        if (i == missing)
            continue;
        assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_OK);
        expect_document(&document, i);
    }
    assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_END);
    bytes_deinit(&section);
}

static const size_t none_missing = SIZE_MAX;

static void documents_are_kept_as_they_came_in_a_sealed_file(void **state)
{
    struct made made;
    struct fault fault = {0};
    (void)state;

    store_begin(&store, &made);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(add_document(&made, i), STATUS_OK);
        if (i % 3 == 0)
            assert_int_equal(recording_writer_flush(made.writer, &fault), STATUS_OK);
    }
    store_finish(&store, &made);
    expect_documents(&made, 20, none_missing);
}

static void a_file_without_documents_has_no_such_section(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes section;
    struct made made;
    (void)state;

    bytes_init(&section, 1000);
    store_make(&store, (const uint8_t *)"x", 1, 1, &made);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_DOCUMENTS, &section, &fault),
                     STATUS_NOT_FOUND);
    recording_reader_close(reader);
    bytes_deinit(&section);
}

static void each_flush_adds_to_what_a_crash_leaves(void **state)
{
    struct call call;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 900);
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
        if (i % 2)
            call_page(&call, 3000);
        call_flush(&call, i % 3);
        call_image(&call);
        (void)call_recover(&call, call.stream.bytes.len);
        expect_documents(&call.image, i + 1, none_missing);
    }
    call_end(&call);
}

/* Where the tail ends, or any of its units is torn, the documents of other units are whole. */
static void a_kill_at_any_point_of_a_flush_keeps_what_was_confirmed(void **state)
{
    struct call call;
    struct bytes before;
    struct bytes after;
    (void)state;

    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    call_begin(&store, &call);
    call_page(&call, 900);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
    call_flush(&call, true);
    file_read(call.made.tail, &before);
    for (size_t i = 5; i < 7; i++)
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
    call_flush(&call, false);
    file_read(call.made.tail, &after);
    assert_true(after.len > before.len);
    for (size_t length = before.len; length < after.len; length += 512) {
        struct document document;
        struct bytes section;
        size_t offset = 0;
        call_image(&call);
        file_write(call.image.tail, after.data, length);
        (void)call_recover(&call, call.stream.bytes.len);
        bytes_init(&section, BOUND_SECTION_BYTES);
        read_section(&call.image, &section);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(documents_next(section.data, section.len, &offset, &document),
                             STATUS_OK);
            expect_document(&document, i);
        }
        for (size_t i = 5;
             documents_next(section.data, section.len, &offset, &document) != STATUS_END; i++)
            expect_document(&document, i);
        bytes_deinit(&section);
    }
    bytes_deinit(&before);
    bytes_deinit(&after);
    call_end(&call);
}

/* Units of the documents 0 to 6: how many each takes. */
static const size_t units_of[] = {1, 1, 1, 1, 2, 3, 5};

static void a_torn_unit_loses_its_own_document_alone(void **state)
{
    struct call call;
    size_t unit = 2;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 900);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
    call_flush(&call, true);
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 0; k < units_of[i]; k++, unit++) {
            call_image(&call);
            file_flip(call.image.tail, (off_t)unit * FORMAT_UNIT_BYTES + 2000, 1);
            (void)call_recover(&call, call.stream.bytes.len);
            expect_documents(&call.image, 7, i);
        }
    }
    call_end(&call);
}

static void units_moved_within_the_tail_or_from_another_are_no_documents(void **state)
{
    struct call call;
    struct call other;
    struct bytes tail;
    struct bytes foreign;
    (void)state;

    bytes_init(&tail, 1 << 20);
    bytes_init(&foreign, 1 << 20);
    call_begin(&store, &call);
    call_begin(&store, &other);
    call_page(&call, 900);
    call_page(&other, 900);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
        assert_int_equal(add_document(&other.made, i), STATUS_OK);
    }
    call_flush(&call, true);
    call_flush(&other, true);
    file_read(call.made.tail, &tail);
    file_read(other.made.tail, &foreign);
    call_image(&call);
    const uint8_t *units[] = {tail.data + 3 * FORMAT_UNIT_BYTES,
                              foreign.data + 4 * FORMAT_UNIT_BYTES, tail.data};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct bytes forged;
        bytes_init(&forged, 1 << 20);
        assert_int_equal(bytes_append(&forged, tail.data, tail.len), STATUS_OK);
        memcpy(forged.data + 4 * FORMAT_UNIT_BYTES, units[i], FORMAT_UNIT_BYTES);
        call_image(&call);
        file_write(call.image.tail, forged.data, forged.len);
        (void)call_recover(&call, call.stream.bytes.len);
        expect_documents(&call.image, 4, 2);
        bytes_deinit(&forged);
    }
    bytes_deinit(&tail);
    bytes_deinit(&foreign);
    call_end(&call);
    call_end(&other);
}

static void documents_that_the_disk_refused_are_written_by_the_next_flush(void **state)
{
    struct rlimit limit;
    struct rlimit unlimited;
    struct fault fault = {0};
    struct call call;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 900);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(add_document(&call.made, i), STATUS_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = unlimited;
    limit.rlim_cur = 6 * FORMAT_UNIT_BYTES + 100;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(recording_writer_flush(call.made.writer, &fault), STATUS_FULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    call_flush(&call, true);
    call_image(&call);
    (void)call_recover(&call, call.stream.bytes.len);
    expect_documents(&call.image, 7, none_missing);
    call_end(&call);
}

static void too_many_documents_are_refused_and_those_before_are_kept(void **state)
{
    struct made made;
    (void)state;

    store_begin(&store, &made);
    for (size_t i = 0; i < BOUND_DOCUMENTS; i++)
        assert_int_equal(recording_writer_document(made.writer, 0, "INFO", "", NULL, 0), STATUS_OK);
    assert_int_equal(recording_writer_document(made.writer, 0, "INFO", "", NULL, 0), STATUS_LIMIT);
    recording_writer_destroy(made.writer);

    uint8_t *data = calloc(1, BOUND_DOCUMENTS_BYTES);
    assert_non_null(data);
    size_t most = BOUND_DOCUMENTS_BYTES - 16 - 4 - 6;
    store_begin(&store, &made);
    assert_int_equal(recording_writer_document(made.writer, 0, "INFO", "text/a", data, most + 1),
                     STATUS_LIMIT);
    assert_int_equal(recording_writer_document(made.writer, 0, "INFO", "text/a", data, most),
                     STATUS_OK);
    assert_int_equal(recording_writer_document(made.writer, 0, "", "", NULL, 0), STATUS_LIMIT);
    store_finish(&store, &made);
    struct bytes section;
    bytes_init(&section, BOUND_SECTION_BYTES);
    read_section(&made, &section);
    assert_int_equal(section.len, BOUND_DOCUMENTS_BYTES);
    bytes_deinit(&section);
    free(data);
}

static void long_names_are_cut_and_a_time_before_the_start_is_the_start(void **state)
{
    struct document document;
    struct bytes section;
    char name[100];
    size_t offset = 0;
    (void)state;

    memset(name, 'a', sizeof name);
    name[64] = '\0';
    bytes_init(&section, 1000);
    assert_int_equal(documents_put(&section, -5, name, name + 1, (const uint8_t *)"x", 1),
                     STATUS_OK);
    assert_int_equal(documents_next(section.data, section.len, &offset, &document), STATUS_OK);
    assert_int_equal(document.at_ms, 0);
    assert_int_equal(strlen(document.message), 63);
    assert_int_equal(strlen(document.type), 63);
    bytes_deinit(&section);
}

static void a_section_that_is_cut_or_breaks_the_layout_is_corrupt(void **state)
{
    struct document document;
    struct bytes section;
    (void)state;

    bytes_init(&section, 1000);
    assert_int_equal(documents_put(&section, 1, "BYE", "a", (const uint8_t *)"data", 4), STATUS_OK);
    for (size_t length = 1; length < section.len; length++) {
        size_t offset = 0;
        assert_int_equal(documents_next(section.data, length, &offset, &document), STATUS_CORRUPT);
        assert_int_equal(offset, 0);
    }
    static const size_t places[] = {7, 8, 9, 10, 11, 15};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        size_t offset = 0;
        section.data[places[i]] ^= 0x80;
        assert_int_equal(documents_next(section.data, section.len, &offset, &document),
                         STATUS_CORRUPT);
        section.data[places[i]] ^= 0x80;
    }
    bytes_deinit(&section);
}

static void every_flipped_byte_of_the_section_is_refused(void **state)
{
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct made made;
    (void)state;

    store_begin(&store, &made);
    assert_int_equal(add_document(&made, 1), STATUS_OK);
    store_finish(&store, &made);
    /* no audio; details in unit 1, documents in unit 2, then the footer (the table is empty) */
    assert_int_equal(made.summary.file_bytes, 4 * FORMAT_UNIT_BYTES);
    assert_int_equal(store_read(&store, &made, &reader, &fault), STATUS_OK);
    for (off_t at = 2 * FORMAT_UNIT_BYTES; at < 3 * FORMAT_UNIT_BYTES; at++) {
        struct bytes section;
        bytes_init(&section, 1 << 20);
        file_flip(made.path, at, 1);
        assert_int_equal(recording_reader_section(reader, SECTION_DOCUMENTS, &section, &fault),
                         STATUS_CORRUPT);
        assert_int_equal(section.len, 0);
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_CORRUPT);
        file_flip(made.path, at, 1);
        bytes_deinit(&section);
    }
    recording_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_kept_as_they_came_in_a_sealed_file),
        cmocka_unit_test(a_file_without_documents_has_no_such_section),
        cmocka_unit_test(each_flush_adds_to_what_a_crash_leaves),
        cmocka_unit_test(a_kill_at_any_point_of_a_flush_keeps_what_was_confirmed),
        cmocka_unit_test(a_torn_unit_loses_its_own_document_alone),
        cmocka_unit_test(units_moved_within_the_tail_or_from_another_are_no_documents),
        cmocka_unit_test(documents_that_the_disk_refused_are_written_by_the_next_flush),
        cmocka_unit_test(too_many_documents_are_refused_and_those_before_are_kept),
        cmocka_unit_test(long_names_are_cut_and_a_time_before_the_start_is_the_start),
        cmocka_unit_test(a_section_that_is_cut_or_breaks_the_layout_is_corrupt),
        cmocka_unit_test(every_flipped_byte_of_the_section_is_refused),
    };

    return cmocka_run_group_tests_name("documents", tests, open_store, close_store);
}
