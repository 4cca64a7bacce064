/* A disk that gives one part of a file not to be read: what is left is recovered all the same, once
 * that is given up. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/recording/documents.h"

enum { DOCUMENTS = 5, DOCUMENT_BYTES = 6000 };

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

/* A unit of a file, by the number of its inode, lies on a bad sector. */
struct bad_sector {
    struct disk disk;
    ino_t file;
    off_t offset;
};

static ssize_t bad_pread(void *context, int fd, void *data, size_t data_bytes, off_t offset)
{
    const struct bad_sector *bad = context;
    struct stat about;

    if (fstat(fd, &about) == 0 && about.st_ino == bad->file &&
        offset < bad->offset + FORMAT_UNIT_BYTES && bad->offset < offset + (off_t)data_bytes) {
        errno = EIO;
        return -1;
    }
    return pread(fd, data, data_bytes, offset);
}

static void bad_init(struct bad_sector *bad, const char *path, off_t offset)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    *bad = (struct bad_sector){.disk = disk_system, .file = about.st_ino, .offset = offset};
    bad->disk.context = bad;
    bad->disk.pread = bad_pread;
}

static enum status recover(const struct bad_sector *bad, const struct call *call, bool give_up,
                           struct recording_summary *summary, struct fault *fault)
{
    const struct recording_access access = {&bad->disk, store.private_keys, store.public_keys};
    const struct recover_describe describe = {.give_up_unreadable = give_up};

    *summary = (struct recording_summary){0};
    return recording_recover(&access, call->image.path, call->image.id, store.keeper, &describe,
                             summary, fault);
}

/* A call that is cut off with five frames, an unfinished one in both units of its tail, and
 * documents behind them. */
static void make_call(struct call *call)
{
    uint8_t document[DOCUMENT_BYTES];

    call_begin(&store, call);
    call_page(call, 20000);
    call_flush(call, true);
    for (int i = 0; i < DOCUMENTS; i++) {
        fill_pattern(document, sizeof document, (uint32_t)i);
        assert_int_equal(recording_writer_document(call->made.writer, i, "INVITE", "a/b", document,
                                                   sizeof document),
                         STATUS_OK);
        call_page(call, 90);
        call_flush(call, true);
    }
}

static off_t size_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static bool is_kept_as_damaged(const struct call *call)
{
    char path[700];

    (void)snprintf(path, sizeof path, "%s.damaged", call->image.path);
    bool kept = file_exists(path);
    if (kept)
        assert_int_equal(unlink(path), 0);
    return kept;
}

static size_t count_documents(const struct recording_reader *reader)
{
    struct document document;
    struct fault fault = {0};
    struct bytes section;
    size_t offset = 0;
    size_t count = 0;

    bytes_init(&section, BOUND_SECTION_BYTES);
    assert_int_equal(documents_read(reader, &section, &fault), STATUS_OK);
    while (documents_next(section.data, section.len, &offset, &document) == STATUS_OK)
        count++;
    bytes_deinit(&section);
    return count;
}

/* Waited for first, then taken as gone. Returns the documents that are left. */
static size_t recover_around(struct call *call, const char *path, off_t offset,
                             struct recording_summary *summary)
{
    struct bad_sector bad;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    off_t before = size_of(call->image.path);

    bad_init(&bad, path, offset);
    assert_int_equal(recover(&bad, call, false, summary, &fault), STATUS_IO);
    assert_int_equal(size_of(call->image.path), before);
    assert_true(file_exists(call->image.tail));
    enum status status = recover(&bad, call, true, summary, &fault);
    if (status != STATUS_OK)
        fail_msg("byte %lld: %s: %s", (long long)offset, status_name(status), fault.text);
    assert_true(summary->damaged);
    assert_true(is_kept_as_damaged(call));
    assert_false(file_exists(call->image.tail));
    assert_int_equal(store_read(&store, &call->image, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
    size_t documents = count_documents(reader);
    recording_reader_close(reader);
    return documents;
}

static void one_bad_sector_costs_the_frame_that_it_holds_and_no_more(void **state)
{
    struct recording_summary summary;
    struct call call;
    (void)state;

    make_call(&call);
    for (off_t offset = FORMAT_UNIT_BYTES; offset < size_of(call.made.path);
         offset += FORMAT_UNIT_BYTES) {
        call_image(&call);
        assert_int_equal(recover_around(&call, call.image.path, offset, &summary), DOCUMENTS);
        assert_int_equal(summary.holes, 1);
    }
    call_end(&call);
}

static void one_bad_sector_of_the_tail_costs_what_lies_in_it(void **state)
{
    struct recording_summary summary;
    struct call call;
    (void)state;

    make_call(&call);
    uint64_t whole = call.stream.bytes.len;
    for (off_t offset = 0; offset < size_of(call.made.tail); offset += FORMAT_UNIT_BYTES) {
        call_image(&call);
        size_t documents = recover_around(&call, call.image.tail, offset, &summary);
        /* a unit of audio, or a part of one document */
        assert_true(documents >= DOCUMENTS - 1);
        assert_true(summary.audio_bytes >= whole - 200);
        assert_int_equal(summary.holes, 0);
    }
    call_end(&call);
}

static void the_sectors_of_an_end_in_doubt_cost_what_they_hold(void **state)
{
    struct recording_summary summary;
    struct call call;
    char tail[700];
    (void)state;

    make_call(&call);
    call_image(&call);
    (void)snprintf(tail, sizeof tail, "%s.saved", call.image.tail);
    file_copy(call.image.tail, tail);
    store_finish(&store, &call.made);
    for (off_t offset = FORMAT_UNIT_BYTES; offset < size_of(call.made.path);
         offset += FORMAT_UNIT_BYTES) {
        file_copy(call.made.path, call.image.path);
        file_copy(tail, call.image.tail);
        (void)recover_around(&call, call.image.path, offset, &summary);
        assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
        assert_true(summary.holes <= 1);
    }
    call_end(&call);
}

static void without_its_header_there_is_nothing_to_wait_for_once_that_is_given_up(void **state)
{
    struct recording_summary summary;
    struct bad_sector bad;
    struct fault fault = {0};
    struct call call;
    (void)state;

    make_call(&call);
    call_image(&call);
    bad_init(&bad, call.image.path, 0);
    assert_int_equal(recover(&bad, &call, false, &summary, &fault), STATUS_IO);
    assert_int_equal(recover(&bad, &call, true, &summary, &fault), STATUS_CORRUPT);
    assert_int_equal(fault.status, STATUS_CORRUPT);
    assert_non_null(strstr(fault.text, "Input/output error"));
    assert_true(file_exists(call.image.path));
    assert_true(file_exists(call.image.tail));
    call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bad_sector_costs_the_frame_that_it_holds_and_no_more),
        cmocka_unit_test(one_bad_sector_of_the_tail_costs_what_lies_in_it),
        cmocka_unit_test(the_sectors_of_an_end_in_doubt_cost_what_they_hold),
        cmocka_unit_test(without_its_header_there_is_nothing_to_wait_for_once_that_is_given_up),
    };

    return cmocka_run_group_tests_name("unreadable", tests, open_store, close_store);
}
