/* Recovery of what is damaged, refused or interrupted; and writes that fail. */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storage/recording/frame.h"
#include "storage/recording/pages.h"

static struct store store;

static bool fsync_fails;
static int fsync_count;

/* In front of libc's, for the whole program. */
int fsync(int fd)
{
    fsync_count++;
    if (fsync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

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

/* Bytes of the pages of a stream that touch none of frame `lost`. */
static size_t pages_outside(const struct stream *stream, uint64_t lost, struct bytes *kept)
{
    size_t first = (size_t)lost * FORMAT_FRAME_DATA_BYTES;

    for (size_t at = 0; at < stream->bytes.len;) {
        const uint8_t *head = stream->bytes.data + at;
        size_t length = 27 + head[26];
        for (int i = 0; i < head[26]; i++)
            length += head[27 + i];
        if (at + length <= first || at >= first + FORMAT_FRAME_DATA_BYTES)
            assert_int_equal(bytes_append(kept, head, length), STATUS_OK);
        at += length;
    }
    return kept->len;
}

/* Take the pages of silence out of a stream: all of their packets are the same few bytes. */
static size_t drop_silence(uint8_t *stream, size_t stream_bytes)
{
    static const uint8_t silence[] = {0x98, 0x02, 0xff, 0xfe, 0x98, 0xff, 0xfe};
    size_t kept = 0;

    for (size_t at = 0; at < stream_bytes;) {
        const uint8_t *head = stream + at;
        size_t length = 27 + (size_t)head[26];
        bool silent = head[26] && !memcmp(head + length, silence, sizeof silence);
        for (size_t i = 0; i < head[26]; i++)
            length += head[27 + i];
        if (!silent)
            memmove(stream + kept, head, length);
        kept += silent ? 0 : length;
        at += length;
    }
    return kept;
}

static void a_damaged_frame_in_the_middle_is_a_hole_and_the_rest_is_kept(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    struct bytes kept;
    char damaged[700];
    (void)state;

    call_begin(&store, &call);
    for (int i = 0; i < 20; i++) {
        call_page(&call, i < 19 ? 2900 : 600);
        if (i >= 18) /* of one flush alone nobody knows whether it was confirmed */
            call_flush(&call, true);
    }
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", call.image.path);
    for (uint64_t lost = 1; lost < 13; lost++) {
        call_image(&call);
        (void)unlink(damaged);
        file_flip(call.image.path, frame_offset(lost) + 77, 1);
        assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_OK);
        assert_int_equal(summary.holes, 1);
        assert_int_equal(summary.duration_ms, (20 * 24000 - 312) / 48); /* time is kept */
        assert_true(file_exists(damaged)); /* it was durable once: evidence */

        bytes_init(&kept, 1 << 20);
        size_t length = pages_outside(&call.stream, lost, &kept);
        struct recording_reader *reader = NULL;
        uint8_t *got = malloc(summary.audio_bytes);
        assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
        assert_int_equal(recording_reader_read(reader, 0, got, summary.audio_bytes, &fault),
                         STATUS_OK);
        assert_int_equal(drop_silence(got, summary.audio_bytes), length + PAGES_END_BYTES);
        assert_memory_equal(got, kept.data, length);
        recording_reader_close(reader);
        free(got);
        bytes_deinit(&kept);
    }
    call_end(&call);
}

static void a_sealed_file_with_a_damaged_end_is_kept_and_recovered(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    char damaged[700];
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 9000);
    store_finish(&store, &call.made);
    file_flip(call.made.path, (off_t)call.made.summary.file_bytes - 100, 1);
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED);
    assert_int_equal(summary.audio_bytes, call.stream.bytes.len + PAGES_END_BYTES);
    (void)snprintf(damaged, sizeof damaged, "%s.damaged", call.made.path);
    assert_true(file_exists(damaged));
    call_end(&call);
}

static void a_stream_that_has_its_end_gets_no_second_one(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    struct pages pages;
    struct pages_page page;
    uint8_t end[PAGES_END_BYTES];
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 500);
    pages_init(&pages);
    assert_int_equal(pages_feed(&pages, call.stream.bytes.data, call.stream.bytes.len), STATUS_OK);
    while (pages_next(&pages, &page) == STATUS_OK)
        ;
    pages_end(&pages, end);
    pages_deinit(&pages);
    assert_int_equal(recording_writer_append(call.made.writer, end, sizeof end, 24000), STATUS_OK);
    call_flush(&call, true);
    call_image(&call);
    assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_OK);
    assert_int_equal(summary.audio_bytes, call.stream.bytes.len + sizeof end);
    call_end(&call);
}

static void without_one_page_the_file_is_left_as_it_is(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    struct bytes header;
    (void)state;

    bytes_init(&header, 1 << 20);
    call_begin(&store, &call);
    file_read(call.made.path, &header); /* nothing flushed yet */
    call_image(&call);
    assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_CORRUPT);
    assert_true(file_exists(call.image.tail));
    for (size_t length = 0; length < header.len; length += 100) {
        file_write(call.image.path, header.data, length);
        assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_CORRUPT);
    }
    for (off_t at = 0; at < (off_t)header.len; at += 8) {
        file_write(call.image.path, header.data, header.len);
        file_flip(call.image.path, at, 1);
        enum status status = store_recover(&store, &call.image, &summary, &fault);
        assert_true(status == STATUS_CORRUPT || status == STATUS_NO_KEY ||
                    status == STATUS_VERSION);
    }
    (void)unlink(call.image.path);
    assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_NOT_FOUND);
    bytes_deinit(&header);
    call_end(&call);
}

static void without_its_key_or_under_another_id_the_file_is_left_as_it_is(void **state)
{
    struct store stranger;
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    (void)state;

    store_open(&stranger);
    call_begin(&store, &call);
    call_page(&call, 500);
    call_flush(&call, true);
    call_image(&call);
    assert_int_equal(
        recording_recover(
            &(struct recording_access){&disk_system, stranger.private_keys, store.public_keys},
            call.image.path, call.image.id, store.keeper, NULL, &summary, &fault),
        STATUS_NO_KEY);
    struct made wrong = call.image;
    wrong.id.b[15] ^= 1;
    assert_int_equal(store_recover(&store, &wrong, &summary, &fault), STATUS_CORRUPT);
    (void)call_recover(&call, call.stream.bytes.len);
    call_end(&call);
    store_close(&stranger);
}

static enum status fail_to_describe(void *context, const struct recording_summary *so_far,
                                    const char **details, size_t *details_bytes)
{
    (void)context;
    (void)so_far;
    (void)details;
    (void)details_bytes;
    return STATUS_BUSY;
}

static void a_recovery_that_fails_or_is_cut_off_can_be_done_again(void **state)
{
    struct recover_describe describer = {.details = fail_to_describe};
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    struct bytes before;
    struct bytes after;
    char leftover[700];
    (void)state;

    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    call_begin(&store, &call);
    call_page(&call, 9000);
    call_flush(&call, true);
    call_image(&call);
    file_read(call.image.path, &before);
    assert_int_equal(recording_recover(&(struct recording_access){&disk_system, store.private_keys,
                                                                  store.public_keys},
                                       call.image.path, call.image.id, store.keeper, &describer,
                                       &summary, &fault),
                     STATUS_BUSY);
    file_read(call.image.path, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, after.len);
    (void)snprintf(leftover, sizeof leftover, "%s.recovering", call.image.path);
    assert_false(file_exists(leftover));
    file_write(leftover, before.data, 5000);
    (void)call_recover(&call, call.stream.bytes.len);
    assert_false(file_exists(leftover));
    bytes_deinit(&before);
    bytes_deinit(&after);
    call_end(&call);
}

static void what_the_recovered_file_says_is_true(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct recording_reader *reader = NULL;
    struct fault fault = {0};
    struct bytes out;
    (void)state;

    call_begin(&store, &call);
    for (int i = 0; i < 10; i++)
        call_page(&call, 2000);
    call_flush(&call, true);
    call_image(&call);
    summary = call_recover(&call, call.stream.bytes.len);
    assert_int_equal(summary.duration_ms, (10 * 24000 - 312) / 48);
    assert_int_equal(clock_wall_us(summary.started), STARTED_US);
    assert_int_equal(clock_wall_us(summary.ended), STARTED_US + summary.duration_ms * 1000);
    assert_false(summary.loss.known);
    bytes_init(&out, 1 << 20);
    assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
    assert_int_equal(recording_reader_section(reader, SECTION_DETAILS, &out, &fault), STATUS_OK);
    assert_memory_equal(out.data, "{\"end_cause\":\"crash\"}", out.len);
    bytes_clear(&out);
    assert_int_equal(recording_reader_section(reader, SECTION_GRANULES, &out, &fault), STATUS_OK);
    assert_int_equal(out.len, 10 * 16);
    recording_reader_close(reader);
    bytes_deinit(&out);
    call_end(&call);
}

static void a_write_that_fails_is_done_again_by_the_next_flush(void **state)
{
    struct rlimit limit;
    struct call call;
    struct fault fault = {0};
    (void)state;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct rlimit small = {.rlim_cur = 3 * FORMAT_UNIT_BYTES + 100, .rlim_max = limit.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    call_begin(&store, &call);
    call_page(&call, 3000);
    call_flush(&call, true);
    uint64_t durable = recording_writer_durable_bytes(call.made.writer);
    for (int i = 0; i < 6; i++)
        call_page(&call, 3000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status first = recording_writer_flush(call.made.writer, &fault);
    enum status second = recording_writer_flush(call.made.writer, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(first, STATUS_FULL);
    assert_int_equal(second, STATUS_FULL);
    recording_writer_confirm(call.made.writer);
    assert_int_equal(recording_writer_durable_bytes(call.made.writer), 2 * FORMAT_FRAME_DATA_BYTES);
    call_image(&call); /* torn third frame */
    (void)call_recover(&call, durable);
    call_page(&call, 100);
    call_flush(&call, true);
    assert_int_equal(recording_writer_durable_bytes(call.made.writer), call.stream.bytes.len);
    store_finish(&store, &call.made);
    store_expect(&store, &call.made, call.stream.bytes.data, call.stream.bytes.len);
    call_end(&call);
}

static void a_finish_whose_sync_fails_leaves_no_footer_and_is_recovered(void **state)
{
    const struct recording_finish finish = {.state = RECORDING_STATE_SEALED, .duration_ms = 500};
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 9000);
    call_flush(&call, true);
    fsync_fails = true;
    enum status status =
        recording_writer_finish(call.made.writer, &finish, store.ingest, &summary, &fault);
    fsync_fails = false;
    assert_int_equal(status, STATUS_IO);
    assert_true(file_exists(call.made.tail));
    call_image(&call);
    summary = call_recover(&call, call.stream.bytes.len); /* RECOVERED: nothing is taken on trust */
    assert_int_equal(summary.holes, 0);
    call_end(&call);
}

static void a_finished_file_whose_sync_is_in_doubt_is_written_anew(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 9000);
    call_flush(&call, true);
    file_copy(call.made.tail, call.image.tail);
    store_finish(&store, &call.made);
    file_copy(call.image.tail, call.made.tail); /* it died before its fsync returned */
    struct stat before;
    struct stat after;
    assert_int_equal(stat(call.made.path, &before), 0);
    fsync_fails = true;
    enum status status = store_recover(&store, &call.made, &summary, &fault);
    fsync_fails = false;
    assert_int_equal(status, STATUS_IO);
    assert_true(file_exists(call.made.tail));
    fsync_count = 0;
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_OK);
    assert_int_equal(fsync_count, 2); /* the new file, and its directory */
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_false(file_exists(call.made.tail));
    assert_int_equal(stat(call.made.path, &after), 0);
    assert_int_not_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_size, before.st_size);
    store_expect(&store, &call.made, call.stream.bytes.data, call.stream.bytes.len);
    call_end(&call);
}

static void no_space_has_a_status_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(disk_status_of_errno(ENOSPC), STATUS_FULL);
    assert_int_equal(disk_status_of_errno(EDQUOT), STATUS_FULL);
    assert_int_equal(disk_status_of_errno(EIO), STATUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_frame_in_the_middle_is_a_hole_and_the_rest_is_kept),
        cmocka_unit_test(a_sealed_file_with_a_damaged_end_is_kept_and_recovered),
        cmocka_unit_test(a_stream_that_has_its_end_gets_no_second_one),
        cmocka_unit_test(without_one_page_the_file_is_left_as_it_is),
        cmocka_unit_test(without_its_key_or_under_another_id_the_file_is_left_as_it_is),
        cmocka_unit_test(a_recovery_that_fails_or_is_cut_off_can_be_done_again),
        cmocka_unit_test(what_the_recovered_file_says_is_true),
        cmocka_unit_test(a_write_that_fails_is_done_again_by_the_next_flush),
        cmocka_unit_test(a_finish_whose_sync_fails_leaves_no_footer_and_is_recovered),
        cmocka_unit_test(a_finished_file_whose_sync_is_in_doubt_is_written_anew),
        cmocka_unit_test(no_space_has_a_status_of_its_own),
    };

    return cmocka_run_group_tests_name("damage", tests, open_store, close_store);
}
