/* After a crash at any moment, with any write torn, what was confirmed is there and plays. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "storage/recording/documents.h"
#include "storage/recording/frame.h"
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

static void a_crash_after_any_flush_keeps_all_that_was_flushed(void **state)
{
    static const size_t payloads[] = {100, 3000, 900, 3200, 12000, 1, 4052, 3990, 4024, 40000, 500};
    struct call call;
    (void)state;

    call_begin(&store, &call);
    for (size_t i = 0; i < 40; i++) {
        if (i % 3)
            call_page(&call, payloads[i % (sizeof payloads / sizeof payloads[0])]);
        call_flush(&call, i % 2);
        call_image(&call);
        struct recording_summary summary = call_recover(&call, call.stream.bytes.len);
        assert_int_equal(summary.holes, 0);
        assert_int_equal(recording_writer_durable_bytes(call.made.writer) <= call.stream.bytes.len,
                         1);
    }
    call_flush(&call, true);
    assert_int_equal(recording_writer_durable_bytes(call.made.writer), call.stream.bytes.len);
    call_end(&call);
}

/* What a power cut may leave of the writes between two images: each sector old or new. */
static void mix_sectors(const char *path, const struct bytes *before, const struct bytes *after)
{
    struct bytes mixed;

    bytes_init(&mixed, 64U << 20);
    assert_int_equal(bytes_append(&mixed, after->data, after->len), STATUS_OK);
    int style = (int)(random() % 4); /* per sector, per unit, all old, file size not written */
    for (size_t at = 0; at < mixed.len; at += 512) {
        static bool take_old;
        if (style == 0 || at % FORMAT_UNIT_BYTES == 0)
            take_old = style == 2 || random() % 2;
        if (take_old && at < before->len)
            memcpy(mixed.data + at, before->data + at, 512);
        else if (take_old)
            memset(mixed.data + at, 0, 512);
    }
    file_write(path, mixed.data, style == 3 ? before->len : mixed.len);
    bytes_deinit(&mixed);
}

enum { DOCUMENT_BYTES_MAX = 9000 };

/* Document number `number` of a call: its bytes tell which it is. */
static size_t fill_document(uint8_t *data, size_t number)
{
    size_t length = 1 + number * 2711 % DOCUMENT_BYTES_MAX;

    fill_pattern(data, length, (uint32_t)number + 77);
    return length;
}

static void add_document(struct call *call, size_t number)
{
    static uint8_t data[DOCUMENT_BYTES_MAX];
    size_t length = fill_document(data, number);

    assert_int_equal(recording_writer_document(call->made.writer, (int64_t)number, "UPDATE", "a/b",
                                               data, length),
                     STATUS_OK);
}

/* The first `least` documents at least, each whole; those after them may lack some. */
static void expect_documents(const struct recording_reader *reader, size_t least)
{
    static uint8_t data[DOCUMENT_BYTES_MAX];
    struct document document;
    struct fault fault = {0};
    struct bytes section;
    size_t offset = 0;
    int64_t last = -1;

    bytes_init(&section, BOUND_SECTION_BYTES);
    assert_int_equal(documents_read(reader, &section, &fault), STATUS_OK);
    for (size_t count = 0;
         documents_next(section.data, section.len, &offset, &document) == STATUS_OK; count++) {
        assert_true(document.at_ms > last);
        last = document.at_ms;
        if (count < least)
            assert_int_equal(document.at_ms, count);
        assert_int_equal(document.data_bytes, fill_document(data, (size_t)document.at_ms));
        assert_memory_equal(document.data, data, document.data_bytes);
    }
    assert_int_equal(offset, section.len);
    assert_true(last + 1 >= (int64_t)least);
    bytes_deinit(&section);
}

static void a_power_cut_within_a_flush_keeps_all_that_was_confirmed(void **state)
{
    struct call call;
    struct bytes before[2];
    struct bytes after[2];
    (void)state;

    srandom(7);
    for (int i = 0; i < 2; i++) {
        bytes_init(&before[i], 64U << 20);
        bytes_init(&after[i], 64U << 20);
    }
    for (int round = 0; round < 60; round++) {
        call_begin(&store, &call);
        call_page(&call, (size_t)random() % 9000);
        size_t documents = 0;
        for (int flush = 0; flush < 8; flush++) {
            call_flush(&call, true);
            uint64_t durable = recording_writer_durable_bytes(call.made.writer);
            size_t confirmed = documents;
            file_read(call.made.path, &before[0]);
            file_read(call.made.tail, &before[1]);
            for (long more = random() % 3; more > 0; more--)
                add_document(&call, documents++);
            for (long pages = random() % 4; pages >= 0; pages--)
                call_page(&call, (size_t)random() % (round % 2 ? 600 : 9000));
            call_flush(&call, false);
            if (random() % 2) { /* the sync failed or did not come: another flush before it */
                call_page(&call, (size_t)random() % 3000);
                call_flush(&call, false);
            }
            file_read(call.made.path, &after[0]);
            file_read(call.made.tail, &after[1]);
            mix_sectors(call.image.path, &before[0], &after[0]);
            mix_sectors(call.image.tail, &before[1], &after[1]);
            struct recording_summary summary = {0};
            struct fault fault = {0};
            enum status status = store_recover(&store, &call.image, &summary, &fault);
            if (status != STATUS_OK)
                fail_msg("%s: %s", status_name(status), fault.text);
            struct recording_reader *reader = NULL;
            uint8_t *got = malloc(durable);
            assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
            assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
            assert_true(summary.audio_bytes >= durable);
            assert_int_equal(recording_reader_read(reader, 0, got, durable, &fault), STATUS_OK);
            assert_memory_equal(got, call.stream.bytes.data, durable);
            expect_documents(reader, confirmed);
            recording_reader_close(reader);
            free(got);
            char damaged[700];
            (void)snprintf(damaged, sizeof damaged, "%s.damaged", call.image.path);
            assert_false(file_exists(damaged)); /* nothing durable was lost: no alarm */
        }
        call_end(&call);
    }
    for (int i = 0; i < 2; i++) {
        bytes_deinit(&before[i]);
        bytes_deinit(&after[i]);
    }
}

static void a_torn_tail_unit_costs_nothing_confirmed(void **state)
{
    struct call call;
    struct bytes old;
    struct bytes new;
    (void)state;

    bytes_init(&old, 1 << 20);
    bytes_init(&new, 1 << 20);
    call_begin(&store, &call);
    call_page(&call, 200);
    for (int i = 0; i < 12; i++) {
        call_flush(&call, true);
        uint64_t durable = recording_writer_durable_bytes(call.made.writer);
        file_read(call.made.tail, &old);
        call_page(&call, 100);
        call_flush(&call, false);
        file_read(call.made.tail, &new);
        call_image(&call);
        off_t changed = 0;
        while ((size_t)changed < old.len && old.data[changed] == new.data[changed])
            changed++;
        file_flip(call.image.tail, changed / FORMAT_UNIT_BYTES * FORMAT_UNIT_BYTES + 2000, 4);
        (void)call_recover(&call, durable);
    }
    call_end(&call);
    bytes_deinit(&old);
    bytes_deinit(&new);
}

static void a_torn_last_full_frame_costs_nothing_confirmed(void **state)
{
    struct call call;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 3000);
    call_flush(&call, true);
    uint64_t durable = recording_writer_durable_bytes(call.made.writer);
    call_page(&call, 3000); /* fills frame 0, begins frame 1 */
    call_flush(&call, false);
    call_image(&call);
    file_flip(call.image.path, FORMAT_UNIT_BYTES + 100, 1);
    (void)call_recover(&call, durable);

    call_image(&call); /* the same, and the new tail torn too */
    file_flip(call.image.path, FORMAT_UNIT_BYTES + 100, 1);
    file_flip(call.image.tail, FORMAT_UNIT_BYTES + 100, 1);
    (void)call_recover(&call, durable);
    call_end(&call);
}

static void older_tail_copies_put_back_lose_only_the_unfinished_frame(void **state)
{
    struct call call;
    char saved[700];
    (void)state;

    call_begin(&store, &call);
    (void)snprintf(saved, sizeof saved, "%s.saved", call.image.tail);
    call_page(&call, 500);
    call_flush(&call, true);
    file_copy(call.made.tail, saved);
    uint64_t then = recording_writer_durable_bytes(call.made.writer);
    for (int i = 0; i < 3; i++) {
        call_page(&call, 500);
        call_flush(&call, true);
    }
    call_image(&call);
    file_copy(saved, call.image.tail);
    struct recording_summary summary = call_recover(&call, then);
    assert_int_equal(summary.audio_bytes, then + PAGES_END_BYTES); /* cannot be seen: FORMAT.md 7 */
    call_end(&call);
}

static void a_tail_of_another_file_is_ignored(void **state)
{
    struct call call;
    struct call other;
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 10000);
    call_flush(&call, true);
    call_begin(&store, &other);
    call_page(&other, 10000);
    call_flush(&other, true);
    call_image(&call);
    file_copy(other.made.tail, call.image.tail);
    (void)call_recover(&call, 99); /* the header pages are in frame 0 */
    call_end(&call);
    call_end(&other);
}

static void a_live_writer_is_left_alone(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    (void)state;

    call_begin(&store, &call);
    call_page(&call, 500);
    call_flush(&call, true);
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_BUSY);
    recording_writer_destroy(call.made.writer);
    call.made.writer = NULL;
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_OK);
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_RECOVERED); /* the second found it finished */
    call_end(&call);
}

static void a_crash_anywhere_in_finish_keeps_all_audio(void **state)
{
    struct call call;
    struct bytes whole;
    char tail[700];
    (void)state;

    bytes_init(&whole, 1 << 20);
    call_begin(&store, &call);
    (void)snprintf(tail, sizeof tail, "%s.saved", call.image.tail);
    call_page(&call, 9000);
    call_page(&call, 300);
    call_flush(&call, true);
    file_copy(call.made.tail, tail);
    store_finish(&store, &call.made);
    file_read(call.made.path, &whole);
    for (size_t length = 3 * FORMAT_UNIT_BYTES; length < whole.len; length += 512) {
        file_write(call.image.path, whole.data, length);
        file_copy(tail, call.image.tail);
        struct recording_summary summary = call_recover(&call, call.stream.bytes.len);
        assert_int_equal(summary.holes, 0);
    }
    bytes_deinit(&whole);
    call_end(&call);
}

static void a_power_cut_within_finish_keeps_all_that_was_confirmed(void **state)
{
    struct call call;
    struct bytes before[2];
    struct bytes after;
    struct recording_summary summary;
    struct fault fault = {0};
    int sealed = 0;
    (void)state;

    for (int i = 0; i < 2; i++)
        bytes_init(&before[i], 1 << 20);
    bytes_init(&after, 1 << 20);
    call_begin(&store, &call);
    call_page(&call, 9000);
    call_page(&call, 300);
    call_flush(&call, true);
    file_read(call.made.path, &before[0]);
    file_read(call.made.tail, &before[1]);
    store_finish(&store, &call.made);
    file_read(call.made.path, &after);
    for (int i = 0; i < 200; i++) {
        mix_sectors(call.image.path, &before[0], &after);
        file_write(call.image.tail, before[1].data, before[1].len);
        assert_int_equal(store_recover(&store, &call.image, &summary, &fault), STATUS_OK);
        assert_int_equal(summary.holes, 0);
        sealed += summary.state == RECORDING_STATE_SEALED;
        uint64_t end = summary.state == RECORDING_STATE_SEALED ? 0 : PAGES_END_BYTES;
        assert_int_equal(summary.audio_bytes, call.stream.bytes.len + end);
        struct recording_reader *reader = NULL;
        assert_int_equal(store_read(&store, &call.image, &reader, &fault), STATUS_OK);
        assert_int_equal(recording_reader_verify(reader, &fault), STATUS_OK);
        recording_reader_close(reader);
        assert_false(file_exists(call.image.tail));
    }
    assert_in_range(sealed, 1, 199);
    bytes_deinit(&before[0]);
    bytes_deinit(&before[1]);
    bytes_deinit(&after);
    call_end(&call);
}

static void a_tail_left_behind_by_finish_is_removed(void **state)
{
    struct call call;
    struct recording_summary summary;
    struct fault fault = {0};
    struct bytes before;
    struct bytes after;
    (void)state;

    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    call_begin(&store, &call);
    call_page(&call, 9000);
    call_flush(&call, true);
    file_copy(call.made.tail, call.image.tail);
    store_finish(&store, &call.made);
    file_copy(call.image.tail, call.made.tail);
    file_read(call.made.path, &before);
    assert_int_equal(store_recover(&store, &call.made, &summary, &fault), STATUS_OK);
    assert_int_equal(summary.state, RECORDING_STATE_SEALED);
    assert_memory_equal(summary.sha256_plain, call.made.summary.sha256_plain, 32);
    assert_false(file_exists(call.made.tail));
    file_read(call.made.path, &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, after.len);
    bytes_deinit(&before);
    bytes_deinit(&after);
    call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_after_any_flush_keeps_all_that_was_flushed),
        cmocka_unit_test(a_power_cut_within_a_flush_keeps_all_that_was_confirmed),
        cmocka_unit_test(a_torn_tail_unit_costs_nothing_confirmed),
        cmocka_unit_test(a_torn_last_full_frame_costs_nothing_confirmed),
        cmocka_unit_test(older_tail_copies_put_back_lose_only_the_unfinished_frame),
        cmocka_unit_test(a_tail_of_another_file_is_ignored),
        cmocka_unit_test(a_live_writer_is_left_alone),
        cmocka_unit_test(a_crash_anywhere_in_finish_keeps_all_audio),
        cmocka_unit_test(a_power_cut_within_finish_keeps_all_that_was_confirmed),
        cmocka_unit_test(a_tail_left_behind_by_finish_is_removed),
    };

    return cmocka_run_group_tests_name("recovery", tests, open_store, close_store);
}
